"""The time-stamps in a bag: each must speak of an entry of the chain in it, and hold against the roots at hand."""

import re
from collections.abc import Iterator

from screener.timestamps import Roots, StampError, check

FILE = re.compile(r"data/stamps/([1-9][0-9]*)\.(txt|tsr)")


def positions(names: Iterator[str]) -> dict[int, str]:
    """The entries that stamps speak of; their hashes are filled in by whoever walks the chain."""
    return {int(match[1]): "" for name in names if (match := FILE.fullmatch(name))}


def check_stamps(
    texts: dict[str, bytes], chain: str, hashes: dict[int, str], roots: Roots
) -> tuple[list[str], list[str]]:
    """What is wrong with the stamps, and what they say."""
    wrong, said = [], []
    for position, hash_ in sorted(hashes.items()):
        text, token = (texts.get(f"data/stamps/{position}.{kind}", b"") for kind in ("txt", "tsr"))
        if not hash_ or text != f"{chain} {position} {hash_}\n".encode():
            wrong.append(f"the time-stamp of entry {position} speaks of another chain than the one in this bag")
        elif roots:
            try:
                stamped = check(token, text, roots)
            except StampError as problem:
                wrong.append(f"the time-stamp of entry {position}: {problem}")
            else:
                said.append(f"entry {position} was there at {stamped.at:%Y-%m-%d %H:%M:%S} UTC, says {stamped.signer}")
    if hashes and not roots:
        said.append(f"{len(hashes)} time-stamps were not checked: name their root certificates with --tsa-roots")
    return wrong, said
