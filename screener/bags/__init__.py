"""Evidence leaves the house: chosen calls as one bag, read and written call by call."""

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import PurePosixPath
from typing import IO, Self

from screener.bags.container import Bag, Sink
from screener.evidence import Dossier, Kind
from screener.evidence.files import (
    SPINE,
    attached_as,
    call_json,
    index_frame,
    index_line,
    recorded_as,
    row,
    sheet_head,
    sheet_line,
    spine_line,
    transcript,
)
from screener.evidence.words import names_in, words_in
from screener.files import Files, FilesError
from screener.store import Store, calls, custody, dossiers, stamps
from screener.store.dossiers import Choice
from screener.store.records import Subscriber
from screener.store.stamps import Stamp

__all__ = ["Choice", "Packed", "Progress", "note_export", "pack", "sheet_of"]

PIECE = 256 * 1024  # bytes
NOTED_AT_ONCE = 50  # calls in a transaction, so that no live call waits long for the database
Progress = Callable[[int, int], None]  # calls done, calls in all


@dataclass(slots=True)
class Packed:
    """What a bag holds, and the recordings that it should hold and that are not there."""

    calls: int = 0
    missing: list[str] = field(default_factory=list)


def note_export(store: Store, owner: Subscriber, choice: Choice, who: str, *, form: str = "bag") -> int:
    """Enter the export into the trail of each chosen call, before anything is handed out; how many calls.

    `form` is what goes out: `bag` or `table`.
    """
    with store.read() as tx:
        ids = dossiers.chosen(tx, owner.id, choice)
    for start in range(0, len(ids), NOTED_AT_ONCE):
        with store.write() as tx:
            for one in calls.those(tx, ids[start : start + NOTED_AT_ONCE]):
                custody.note(tx, one, who, "exported", form)
    return len(ids)


class _Packing:
    """One bag on its way into a file. What the index and the sheet will say waits on disk, not in memory."""

    def __init__(self, bag: Bag, owner: Subscriber, files: Files) -> None:
        self.bag, self.owner, self.files = bag, owner, files
        self.words = words_in(owner.language, owner.jurisdiction)
        self.name_of = names_in(owner.language, owner.jurisdiction)
        self.packed = Packed()
        self.first = 0  # the earliest entry of the chain that is in the bag
        self._lines: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._cells: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._lines.close()
        self._cells.close()

    def call(self, dossier: Dossier) -> None:
        folder = f"calls/{dossier.sid}"
        self.bag.add(f"{folder}/call.json", [call_json(dossier)])
        self.bag.add(f"{folder}/transcript.txt", [transcript(dossier, self.words, self.owner.zone)])
        for part in dossier.parts(Kind.RECORDING):
            self._file(f"{folder}/{recorded_as(part)}", str(part.content["sha256"]))
        for part in dossier.parts(Kind.ATTACHMENT):
            self._file(f"{folder}/{attached_as(part)}", str(part.content["sha256"]))
        cells = row(dossier, self.words, self.owner.zone, self.name_of)
        self._lines.write(index_line(dossier, cells, self.words))
        self._cells.write(sheet_line(cells))
        self.packed.calls += 1
        positions = [one.entry.position for one in dossier.sealed]
        self.first = min([*positions, *([self.first] if self.first else [])], default=self.first)

    def _file(self, path: str, sha256: str) -> None:
        try:
            chunks = self.files.open(sha256)
            head = next(chunks, b"")
        except (FilesError, OSError):
            self.packed.missing.append(PurePosixPath(path).stem)
            return
        self.bag.add(path, chain([head], chunks))

    def rest(self, spine: Iterable[bytes], stamped: Iterable[tuple[str, bytes]]) -> None:
        before, after = index_frame(self.words, self.owner.language, self.owner.zone)
        self.bag.add("index.html", chain([before], _again(self._lines), [after]))
        self.bag.add("calls.csv", chain([sheet_head(self.words)], _again(self._cells)))
        if self.first:
            self.bag.add("chain.csv", spine)
        for path, content in stamped:
            self.bag.add(path, [content])
        if self.packed.missing:
            self.bag.add("missing.txt", [("\n".join(self.packed.missing) + "\n").encode()])


def _again(file: IO[bytes]) -> Iterator[bytes]:
    """What was written into a file, from its beginning."""
    file.seek(0)
    while piece := file.read(PIECE):
        yield piece


def pack(store: Store, files: Files, owner: Subscriber, choice: Choice, to: tuple[Sink, datetime, Progress]) -> Packed:
    """Write the chosen calls as one bag into a file that is open for bytes; `to` is that file, now, and progress."""
    sink, at, progress = to
    bag = Bag(sink, f"screener-{at:%Y%m%dT%H%M%SZ}")
    with _Packing(bag, owner, files) as packing, store.snapshot() as tx:
        ids = dossiers.chosen(tx, owner.id, choice)
        for dossier in dossiers.read(tx, ids):
            packing.call(dossier)
            progress(packing.packed.calls, len(ids))
        spine = (spine_line(entry, hash_) for entry, hash_ in dossiers.spine(tx, owner.id, packing.first))
        name = dossiers.chain_name(tx, owner.id)
        stamped = _stamped(name, stamps.of_chain(tx, owner.id, packing.first or sys.maxsize))
        packing.rest(chain([(",".join(SPINE) + "\r\n").encode()], spine), stamped)
    bag.close(at.date(), {"Bag-Software-Agent": "screener", "External-Identifier": name})
    return packing.packed


def _stamped(name: str, found: Iterable[Stamp]) -> Iterator[tuple[str, bytes]]:
    """What was stamped and the token, as the usual tools take them."""
    for one in found:
        yield f"stamps/{one.position}.txt", stamps.text(name, one.position, one.hash)
        yield f"stamps/{one.position}.tsr", one.token


def sheet_of(store: Store, owner: Subscriber, choice: Choice) -> Iterator[bytes]:
    """The chosen calls as CSV, line by line."""
    words, name_of = words_in(owner.language, owner.jurisdiction), names_in(owner.language, owner.jurisdiction)
    yield sheet_head(words)
    with store.snapshot() as tx:
        for one in dossiers.read(tx, dossiers.chosen(tx, owner.id, choice)):
            yield sheet_line(row(one, words, owner.zone, name_of))
