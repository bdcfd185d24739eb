"""Whether a bag holds the files that its calls speak of, and none besides."""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from screener.bags.container import PAYLOAD
from screener.bags.stamped import FILE

MISSING = "data/missing.txt"  # what should be there and was not when the bag was made
# What is written from the calls for people to read, and the chain itself.
OURS = re.compile(r"data/(index\.html|calls\.csv|chain\.csv|missing\.txt|calls/[^/]+/(call\.json|transcript\.txt))")
FOR_READING = "index, sheet and transcripts are there to be read; what was sealed stands in each call.json"


def check_files(digests: Mapping[str, bytes], held: Mapping[str, str], missing: set[str]) -> Iterator[str]:
    """Everything that differs. `held` are the files that calls speak of, each with its SHA-256 in hex."""
    for path, sealed in held.items():
        what = "recording" if "/audio/" in path else "file"
        if path in digests and digests[path].hex() != sealed:
            yield f"{path} is not the {what} that was sealed"
        elif path not in digests and PurePosixPath(path).stem not in missing:
            yield f"{path} is not in the bag, and missing.txt does not name it"
    for path in digests:
        if path.startswith(PAYLOAD) and path not in held and not OURS.fullmatch(path) and not FILE.fullmatch(path):
            yield f"{path} is in the bag, and no call speaks of it"


def worth_knowing(held: Mapping[str, str], loose: set[str], missing: set[str]) -> Iterator[str]:
    """What does not differ: files that were not sealed when the bag was made, or were not there."""
    yield from (f"{path} was not sealed yet when the bag was made" for path in held if path in loose)
    yield from (f"{path} was not there when the bag was made" for path in held if PurePosixPath(path).stem in missing)
    yield FOR_READING
