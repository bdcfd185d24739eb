"""Evidence leaves the house: chosen calls as one bag, read and written call by call."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath

from screener.bags.container import Bag, Sink
from screener.evidence import Dossier, Kind
from screener.evidence.files import SPINE, attached_as, call_json, index, row, sheet, spine_line, transcript
from screener.evidence.words import words_in
from screener.files import Files, FilesError
from screener.store import Store, calls, custody, dossiers
from screener.store.dossiers import Choice
from screener.store.records import Subscriber

__all__ = ["Choice", "Packed", "Progress", "note_export", "pack", "sheet_of"]

NOTED_AT_ONCE = 50  # calls in a transaction, so that no live call waits long for the database
Progress = Callable[[int, int], None]  # calls done, calls in all


@dataclass(slots=True)
class Packed:
    """What a bag holds, and the recordings that it should hold and that are not there."""

    calls: int = 0
    missing: list[str] = field(default_factory=list)


def note_export(store: Store, owner: Subscriber, choice: Choice, who: str) -> int:
    """Enter the export into the trail of each chosen call, before anything is handed out; how many calls."""
    with store.read() as tx:
        ids = dossiers.chosen(tx, owner.id, choice)
    for start in range(0, len(ids), NOTED_AT_ONCE):
        with store.write() as tx:
            for one in calls.those(tx, ids[start : start + NOTED_AT_ONCE]):
                custody.note(tx, one, who, "exported")
    return len(ids)


@dataclass(slots=True)
class _Packing:
    """One bag on its way into a file."""

    bag: Bag
    owner: Subscriber
    files: Files
    packed: Packed = field(default_factory=Packed)
    rows: list[list[str]] = field(default_factory=list)
    first: int = 0  # the earliest entry of the chain that is in the bag

    def call(self, dossier: Dossier) -> None:
        words = words_in(self.owner.language, self.owner.jurisdiction)
        folder = f"calls/{dossier.sid}"
        self.bag.add(f"{folder}/call.json", [call_json(dossier)])
        self.bag.add(f"{folder}/transcript.txt", [transcript(dossier, words, self.owner.zone)])
        for part in dossier.parts(Kind.RECORDING):
            self._file(f"{folder}/audio/{part.content['sid']}.wav", str(part.content["sha256"]))
        for part in dossier.parts(Kind.ATTACHMENT):
            self._file(f"{folder}/{attached_as(part)}", str(part.content["sha256"]))
        self.rows.append(row(dossier, words, self.owner.zone))
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
        self.bag.add(path, _again(head, chunks))

    def rest(self, spine: Iterable[bytes]) -> None:
        words = words_in(self.owner.language, self.owner.jurisdiction)
        self.bag.add("index.html", [index(self.rows, words, self.owner.language, self.owner.zone)])
        self.bag.add("calls.csv", [sheet(self.rows, words)])
        if self.first:
            self.bag.add("chain.csv", spine)
        if self.packed.missing:
            self.bag.add("missing.txt", [("\n".join(self.packed.missing) + "\n").encode()])


def _again(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    yield from rest


def pack(store: Store, files: Files, owner: Subscriber, choice: Choice, to: tuple[Sink, datetime, Progress]) -> Packed:
    """Write the chosen calls as one bag into a file that is open for bytes; `to` is that file, now, and progress."""
    sink, at, progress = to
    bag = Bag(sink, f"screener-{at:%Y%m%dT%H%M%SZ}")
    packing = _Packing(bag, owner, files)
    with store.snapshot() as tx:
        ids = dossiers.chosen(tx, owner.id, choice)
        for dossier in dossiers.read(tx, ids):
            packing.call(dossier)
            progress(packing.packed.calls, len(ids))
        spine = (spine_line(entry, hash_) for entry, hash_ in dossiers.spine(tx, owner.id, packing.first))
        packing.rest(_with_head(spine))
        name = dossiers.chain_name(tx, owner.id)
    bag.close(at.date(), {"Bag-Software-Agent": "screener", "External-Identifier": name})
    return packing.packed


def _with_head(lines: Iterable[bytes]) -> Iterator[bytes]:
    yield (",".join(SPINE) + "\r\n").encode()
    yield from lines


def sheet_of(store: Store, owner: Subscriber, choice: Choice) -> bytes:
    """The chosen calls as CSV."""
    words = words_in(owner.language, owner.jurisdiction)
    with store.snapshot() as tx:
        ids = dossiers.chosen(tx, owner.id, choice)
        return sheet([row(one, words, owner.zone) for one in dossiers.read(tx, ids)], words)
