"""Checks the database against its chains: every link, every sealed row, and the heads kept outside of it."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, func, select

from screener.evidence import GENESIS, Entry, Kind, Part, commitment, link, part_digest
from screener.store import heads, stamps, unsealed
from screener.store.attested import Attest, check_stamps
from screener.store.chain import LATE, SHOWN
from screener.store.heads import Head
from screener.store.schema import chain, seal, subscriber
from screener.store.sealed import contents

AT_ONCE = 500
MOST = 1000  # unsealed rows of each kind that are named
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
Progress = Callable[[int], None]
# What is checked outside the database: a recording's SHA-256 and size; the answer is what is wrong with it, or nothing.
Listen = Callable[[str, int], str]


@dataclass(slots=True)
class Checked:
    """What was looked at, and everything that differs, each in a sentence that names it."""

    entries: int = 0
    calls: int = 0
    problems: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)  # what is worth knowing and does not differ
    waiting: int = 0  # rows that are not sealed yet


@dataclass(frozen=True, slots=True)
class Outside:
    """What is checked outside the database: a recording's bytes, the tokens of a third party; and who is told."""

    listen: Listen
    attest: Attest | None = None
    progress: Progress = lambda _done: None


def check(tx: Connection, path: Path | None, outside: Outside) -> Checked:
    """Check every chain, and what hangs on none, in one snapshot. `path` is the file of the heads."""
    found = Checked()
    kept = _kept_heads(path, found)
    query = select(chain, subscriber.c.phone).join(subscriber).order_by(chain.c.subscriber_id)
    for row in tx.execute(query).all():
        _Walk(tx, row, kept.pop(row.name, []), found, outside).go()
    for name, written in kept.items():
        if not any(head.hash == heads.ENDED for head in written):
            found.problems.append(
                f"a whole chain ({name}) is gone: {max(head.length for head in written)} entries were written down"
            )
    _unsealed(tx, found)
    wrong, said = check_stamps(tx, path, outside.attest)
    found.problems += wrong
    found.said += said
    return found


def _unsealed(tx: Connection, found: Checked) -> None:
    """Final rows that no entry commits to. All but deliveries are sealed in the transaction that makes them final."""
    left = unsealed.find(tx, BEGINNING, datetime.now(UTC), MOST)
    for one in left:
        parts = contents(tx, one.kind, [one.id]).get(one.id, [])
        name = called(one.kind, parts) if parts else f"{one.kind} in row {one.id}"
        if one.kind is Kind.DELIVERY:
            found.said.append(f"{name} is not sealed yet; the worker does it")
        else:
            found.problems.append(f"{name} was never sealed, and should have been when it came in")
    found.waiting = len(left)


def _kept_heads(path: Path | None, found: Checked) -> dict[str, list[Head]]:
    kept: dict[str, list[Head]] = defaultdict(list)
    if path is None or not path.exists():
        found.problems.append("the file of the heads is not there: a chain that was cut short could not be told")
        return kept
    for head in [*heads.read(path), *(stamped for stamped, _ in stamps.written(path))]:
        kept[head.chain].append(head)
    return kept


@dataclass(slots=True)
class _Walk:
    """One chain, from its first entry to its last."""

    tx: Connection
    chain: Row[Any]
    heads: list[Head]
    found: Checked
    outside: Outside
    position: int = 0
    hash: str = GENESIS
    empty: set[int] = field(default_factory=set)  # entries without a salt
    buried: set[int] = field(default_factory=set)  # entries that a tombstone names

    def go(self) -> None:
        written = defaultdict(set)
        for head in self.heads:
            written[head.length].add(head.hash)
        latest = self._latest()
        for rows in self._batches():
            for row in rows:
                self._step(row, written.pop(row.position, set()))
            self._contents([row for row in rows if row.salt and row.position == latest[row.kind, row.subject]])
            self.found.entries += len(rows)
            self.outside.progress(len(rows))
        self._end(written)

    def wrong(self, what: str) -> None:
        self.found.problems.append(f"{self.chain.phone}: {what}")

    def _batches(self) -> Iterator[Sequence[Row[Any]]]:
        mine, last = seal.c.subscriber_id == self.chain.subscriber_id, -1
        while True:
            query = select(seal).where(mine, seal.c.position > last).order_by(seal.c.position).limit(AT_ONCE)
            rows = self.tx.execute(query).all()
            if not rows:
                return
            yield rows
            last = rows[-1].position

    def _latest(self) -> dict[tuple[str, str], int]:
        """The entry that counts for each row; only findings are sealed more than once."""
        mine = (seal.c.subscriber_id == self.chain.subscriber_id) & seal.c.salt.is_not(None)
        grouped = select(seal.c.kind, seal.c.subject, func.max(seal.c.position), func.count())
        latest = {}
        for kind, subject, position, count in self.tx.execute(
            grouped.where(mine).group_by(seal.c.kind, seal.c.subject)
        ):
            latest[kind, subject] = position
            if count > 1 and kind != Kind.FINDINGS:
                self.wrong(f"{kind} in row {subject} was sealed {count} times, which never happens")
        return latest

    def _step(self, row: Row[Any], written: set[str]) -> None:
        """One entry: its place, its hash, and what the file outside says of it."""
        if row.position != self.position + 1:
            self.wrong(f"entries {self.position + 1} to {row.position - 1} of the chain are gone")
            self.hash = ""
        entry = Entry(row.position, row.kind, row.at, row.digest, row.detail)
        # After a gap the entry before is not known, and the link cannot be checked.
        if self.hash and link(self.chain.name, self.hash, entry) != row.hash:
            self.wrong(f"entry {row.position} of the chain ({row.kind}) differs from its hash")
        if written - {row.hash}:
            self.wrong(f"entry {row.position} of the chain is not the one that was written down outside")
        if row.detail == LATE:
            self.found.said.append(f"{self.chain.phone}: entry {row.position} ({row.kind}) was sealed late")
        if row.kind == Kind.TOMBSTONE:
            self.buried.update(_entries(row.detail))
        elif row.salt is None or row.subject is None:
            self.empty.add(row.position)
        self.position, self.hash = row.position, row.hash

    def _contents(self, rows: Sequence[Row[Any]]) -> None:
        by_kind: dict[str, list[Row[Any]]] = defaultdict(list)
        for row in rows:
            by_kind[row.kind].append(row)
        for kind, sealed in by_kind.items():
            held = contents(self.tx, kind, [row.subject for row in sealed])
            for row in sealed:
                self._content(row, held.get(row.subject))
        self.found.calls += len(by_kind[Kind.CALL])

    def _content(self, row: Row[Any], parts: list[Part] | None) -> None:
        if parts is None:
            self.wrong(f"{row.kind} in row {row.subject}, sealed {row.at:%Y-%m-%d %H:%M} UTC, is gone")
            return
        if commitment([part_digest(row.salt, part) for part in parts]) != row.digest:
            self.wrong(f"{called(row.kind, parts)} differs from what was sealed: {differing(row, parts)}")
        elif row.kind in (Kind.RECORDING, Kind.ATTACHMENT):
            content = parts[0].content
            if problem := self.outside.listen(str(content["sha256"]), int(str(content["size"]))):
                self.wrong(f"{called(row.kind, parts)}: {problem}")

    def _end(self, written: dict[int, set[str]]) -> None:
        for position in sorted(self.empty - self.buried):
            self.wrong(f"entry {position} of the chain was emptied, and no tombstone says so")
        if (self.position, self.hash) != (self.chain.length, self.chain.head):
            self.wrong(f"the chain has {self.position} entries where {self.chain.length} are noted, or another head")
        longest = max(written, default=0)
        if longest > self.position:
            self.wrong(f"the chain is cut short: it ends at {self.position}, and {longest} entries were written down")


def _entries(detail: str) -> list[int]:
    try:
        return [int(one) for one in json.loads(detail)["entries"]]
    except (ValueError, KeyError, TypeError):
        return []


def called(kind: str, parts: Sequence[Part]) -> str:
    """How a person finds the row: the carrier's sid, or our own id."""
    content = parts[0].content
    name = content.get("sid") or content.get("id") or content.get("deed") or ""
    return f"{kind} {name}".strip()


def differing(row: Row[Any], parts: Sequence[Part]) -> str:
    """Which parts are not as they were sealed, by the digits that are kept of each."""
    shown: dict[str, str] = json.loads(row.parts or "{}")
    now = {part.name: part_digest(row.salt, part)[:SHOWN] for part in parts}
    changed = [name for name in now if name in shown and shown[name] != now[name]]
    gone = [f"{name} is gone" for name in shown if name not in now]
    new = [f"{name} was added" for name in now if name not in shown]
    return ", ".join(changed + gone + new) or "the entry's own digest"
