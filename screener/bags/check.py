"""Checks a bag by itself: every byte of the zip, the manifests, what the entries commit to, and the chain's links."""

import contextlib
import csv
import hashlib
import io
import json
import lzma
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

from screener.bags.container import DECLARATION, MANIFEST, PAYLOAD, TAGS, Zip, manifest
from screener.bags.contents import MISSING, check_files, worth_knowing
from screener.bags.stamped import FILE, check_stamps, positions
from screener.evidence import GENESIS, Entry, Kind, Part, commitment, link, part_digest
from screener.evidence.files import attached_as, recorded_as
from screener.timestamps import Roots

CHUNK = 1024 * 1024
# What the library raises for tables that were tampered with.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error,
    ArithmeticError, EOFError, IndexError, KeyError, OSError, RuntimeError, ValueError,
)  # fmt: skip
SPINE_FILE = "data/chain.csv"
CALL = re.compile(r"data/calls/[^/]+/call\.json")


@dataclass(slots=True)
class Opened:
    """What was read of a bag: SHA-256 of every file by its path, and what of it is looked into."""

    digests: dict[str, bytes] = field(default_factory=dict)
    texts: dict[str, bytes] = field(default_factory=dict)  # what describes the bag
    held: dict[str, str] = field(default_factory=dict)  # path of a recording or file -> its SHA-256 in call.json
    loose: set[str] = field(default_factory=set)  # those of them that were not sealed when the bag was made
    sealed: dict[int, bytes] = field(default_factory=dict)  # position -> commitment and hash
    spine: IO[bytes] | None = None  # the chain, on disk: it may be long
    calls: int = 0
    problems: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # what is worth knowing and not wrong


class _Compare:
    """Takes the bytes that a zip of the same files would have, and finds the first that the file at hand has not."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._at = 0
        self.differs: int | None = None

    def write(self, data: bytes) -> None:
        there = self._file.read(len(data))
        if self.differs is None and there != data:
            same = next((n for n, (a, b) in enumerate(zip(there, data, strict=False)) if a != b), len(there))
            self.differs = self._at + same
        self._at += len(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """More bytes than there should be differ as well."""
        if self.differs is None and self._file.read(1):
            self.differs = self._at
        self._file.close()


def check_bag(path: Path, roots: Roots = ()) -> Opened:
    """Check a bag, a zip or an unpacked folder; `problems` of the answer names everything that differs.

    Time-stamps in it are checked where `roots` are given.
    """
    found = Opened()
    with tempfile.TemporaryFile() as spine:
        found.spine = spine
        try:
            if path.is_dir():
                _read_folder(path, found)
            else:
                _read_zip(path, found)
        except DAMAGE as problem:
            found.problems.append(f"{path.name} is not a whole zip: {problem}")
            return found
        check_manifests(found)
        missing = set(found.texts.pop(MISSING, b"").decode("utf-8", "replace").split())
        found.problems += check_files(found.digests, found.held, missing)
        found.said += worth_knowing(found.held, found.loose, missing)
        check_links(found, roots)
    return found


def _read_folder(path: Path, found: Opened) -> None:
    for file in sorted(one for one in path.rglob("*") if one.is_file()):
        with file.open("rb") as opened:
            for _ in _digested(file.relative_to(path).as_posix(), _chunks(opened), found):
                pass


def _read_zip(path: Path, found: Opened) -> None:
    with _Compare(path) as compare, contextlib.closing(Zip(compare)) as again, zipfile.ZipFile(path) as bag:
        infos = bag.infolist()
        for info in infos:
            name = _inside(info)
            try:
                with bag.open(info) as file:
                    again.add(info.filename, _digested(name, _chunks(file), found))
            except DAMAGE as problem:
                found.problems.append(f"{name} cannot be read whole: {problem}")
    if compare.differs is not None:
        where = _where(infos, compare.differs, bag.start_dir)
        found.problems.append(f"byte {compare.differs} of {path.name}, {where}, is not as it was written")


def _inside(info: zipfile.ZipInfo) -> str:
    """A file's path in the bag, without the bag's own folder."""
    path = PurePosixPath(info.filename)
    return path.relative_to(path.parts[0]).as_posix()


def _where(infos: list[zipfile.ZipInfo], at: int, listing: int) -> str:
    """Which part of the zip a byte belongs to."""
    before = [info for info in infos if info.header_offset <= at]
    if at >= listing or not before:
        return "in the zip's list of files"
    return f"at {_inside(max(before, key=lambda info: info.header_offset))}"


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(CHUNK):
        yield chunk


def _digested(name: str, chunks: Iterator[bytes], found: Opened) -> Iterator[bytes]:
    digest, kept = hashlib.sha256(), []
    looked_into = not name.startswith(PAYLOAD) or name == MISSING or CALL.fullmatch(name) or FILE.fullmatch(name)
    for chunk in chunks:
        digest.update(chunk)
        if looked_into:
            kept.append(chunk)
        elif name == SPINE_FILE and found.spine:
            found.spine.write(chunk)
        yield chunk
    found.digests[name] = digest.digest()
    if CALL.fullmatch(name):
        _entries(name, b"".join(kept), found)
    elif looked_into:
        found.texts[name] = b"".join(kept)


def _entries(name: str, text: bytes, found: Opened) -> None:
    """Whether each entry's content is what it commits to."""
    try:
        whole = json.loads(text)
        for one in whole["sealed"]:
            parts = [Part(part["name"], part["content"]) for part in one["parts"]]
            if commitment([part_digest(one["salt"], part) for part in parts]) != one["digest"]:
                found.problems.append(f"{name}: {one['kind']} is not what its entry {one['position']} commits to")
            found.sealed[one["position"]] = f"{one['digest']} {one['hash']}".encode()
            _held(name, one["kind"], parts[0], found)
        for one in whole["not_sealed_yet"]:
            path = _held(name, one["kind"], Part(one["name"], one["content"]), found)
            found.loose |= {path} if path else set()
        found.calls += 1
    except (ValueError, KeyError, TypeError, AttributeError):
        found.problems.append(f"{name} cannot be read")


def _held(name: str, kind: str, part: Part, found: Opened) -> str:
    """Note where the file of a recording or attachment should lie; its path, or nothing for other kinds."""
    if kind not in (Kind.RECORDING, Kind.ATTACHMENT):
        return ""
    file = recorded_as(part) if kind == Kind.RECORDING else attached_as(part)
    path = name.replace("call.json", file)
    found.held[path] = str(part.content["sha256"])
    return path


def check_manifests(found: Opened) -> None:
    """Both manifests, to the byte: a manifest that says the same in other letters was changed too."""
    payload = {name: digest for name, digest in found.digests.items() if name.startswith(PAYLOAD)}
    tags = {name: digest for name, digest in found.digests.items() if not name.startswith(PAYLOAD) and name != TAGS}
    for listing, digests in ((MANIFEST, payload), (TAGS, tags)):
        _listing(listing, digests, found)
    if found.texts.get("bagit.txt", DECLARATION) != DECLARATION:
        found.problems.append("bagit.txt differs")


def _listing(name: str, digests: dict[str, bytes], found: Opened) -> None:
    stored = found.texts.get(name)
    if stored is None:
        found.problems.append(f"{name} is missing")
        return
    wanted = hashlib.sha256()
    for line in manifest(digests):
        wanted.update(line)
    if wanted.digest() == found.digests[name]:
        return
    lines = [line.partition("  ") for line in stored.decode("utf-8", "replace").splitlines()]
    listed = {path: digest for digest, _, path in lines}
    changed = [
        f"{path} differs from {name}" for path in listed if path in digests and listed[path] != digests[path].hex()
    ]
    gone = [f"{path} is missing, and {name} lists it" for path in listed if path not in digests]
    new = [f"{path} is not in {name}" for path in digests if path not in listed]
    found.problems += changed + gone + new or [f"{name} itself was changed"]


def check_links(found: Opened, roots: Roots = ()) -> None:
    """The links from the first entry in the bag to the head, and that the bag's entries are among them."""
    info = found.texts.get("bag-info.txt", b"").decode("utf-8", "replace")
    name = next((line[21:] for line in info.splitlines() if line.startswith("External-Identifier: ")), "")
    left, previous, stamped = dict(found.sealed), None, positions(iter(found.texts))
    assert found.spine is not None
    found.spine.seek(0)
    lines = io.TextIOWrapper(found.spine, "utf-8", "replace", newline="")
    try:
        for row in csv.DictReader(lines):
            previous = _link(name, row, previous, found)
            if left.get(previous[0]) == f"{row['digest']} {row['hash']}".encode():
                del left[previous[0]]
            if previous[0] in stamped:
                stamped[previous[0]] = previous[1]
    except (ValueError, TypeError, KeyError):
        found.problems.append(f"{SPINE_FILE} cannot be read")
        return
    finally:
        lines.detach()
    found.problems += [f"entry {position} is not in the chain of this bag" for position in left]
    wrong, said = check_stamps(found.texts, name, stamped, roots)
    found.problems += wrong
    found.said += said


def _link(name: str, row: dict[str, Any], previous: tuple[int, str] | None, found: Opened) -> tuple[int, str]:
    entry = Entry(int(row["position"]), row["kind"], datetime.fromisoformat(row["at"]), row["digest"], row["detail"])
    before = (0, GENESIS) if entry.position == 1 else previous
    if before and (before[0] + 1 != entry.position or link(name, before[1], entry) != row["hash"]):
        found.problems.append(f"entry {entry.position} of the chain in this bag differs from its hash")
    return entry.position, row["hash"]
