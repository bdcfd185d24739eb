"""Calls with everything that is kept of them, for a bag: chosen by call, number, organisation or period."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from screener.evidence import Dossier, Entry, Kind, Part, Sealed
from screener.store.schema import attachment, call, chain, custody, message, recording, seal
from screener.store.sealed import contents

AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """Which calls: all that match everything that is given. Times are UTC, `until` is not included."""

    sid: str = ""
    number: str = ""
    organisation: str = ""
    since: datetime | None = None
    until: datetime | None = None


def chosen(tx: Connection, subscriber_id: int, choice: Choice) -> list[int]:
    """Row ids of the chosen calls that are over, oldest first."""
    query = select(call.c.id).where(call.c.subscriber_id == subscriber_id, call.c.ended_at.is_not(None))
    if choice.sid:
        query = query.where(call.c.sid == choice.sid)
    if choice.number:
        query = query.where(call.c.caller == choice.number)
    if choice.organisation:
        named = (call.c.organisation == choice.organisation) | (call.c.on_behalf_of == choice.organisation)
        query = query.where(named)
    if choice.since:
        query = query.where(call.c.started_at >= choice.since)
    if choice.until:
        query = query.where(call.c.started_at < choice.until)
    return list(tx.execute(query.order_by(call.c.id)).scalars())


def read(tx: Connection, call_ids: Sequence[int]) -> Iterator[Dossier]:
    """The dossiers of these calls, in their order; one deleted meanwhile is passed over."""
    for start in range(0, len(call_ids), AT_ONCE):
        yield from _some(tx, call_ids[start : start + AT_ONCE])


def _some(tx: Connection, call_ids: Sequence[int]) -> Iterator[Dossier]:
    query = select(seal).where(seal.c.call_id.in_(call_ids), seal.c.salt.is_not(None)).order_by(seal.c.position)
    seals = list(tx.execute(query))
    there = _subjects(tx, call_ids)
    parts = {kind: contents(tx, kind, list(there[kind])) for kind in there}
    latest = {(row.kind, row.subject): row for row in seals}
    by_call: dict[int, list[Sealed]] = defaultdict(list)
    for (kind, subject), row in latest.items():
        held = parts[Kind(kind)].get(subject)
        if held:
            by_call[row.call_id].append(_sealed(row, held))
    for call_id in call_ids:
        whole = parts[Kind.CALL].get(str(call_id))
        if whole:
            subjects = [(kind, one) for kind, of in there.items() for one, owner in of.items() if owner == call_id]
            loose = [(k, part) for k, one in subjects if (k, one) not in latest for part in parts[k].get(one, [])]
            sealed = sorted(by_call[call_id], key=lambda one: one.entry.position)
            yield Dossier(str(whole[0].content["sid"]), tuple(sealed), tuple(loose))


def _sealed(row: Row[Any], parts: list[Part]) -> Sealed:
    return Sealed(Entry(row.position, row.kind, row.at, row.digest, row.detail), row.hash, row.salt, tuple(parts))


def _subjects(tx: Connection, call_ids: Sequence[int]) -> dict[Kind, dict[str, int]]:
    """For each kind, the rows that belong to these calls, each with its call."""
    found = {kind: {str(one): one for one in call_ids} for kind in (Kind.CALL, Kind.FINDINGS)}
    held = {Kind.RECORDING: recording, Kind.DELIVERY: message, Kind.CUSTODY: custody, Kind.ATTACHMENT: attachment}
    for kind, table in held.items():
        rows = tx.execute(select(table.c.id, table.c.call_id).where(table.c.call_id.in_(call_ids)))
        found[kind] = {str(row[0]): row[1] for row in rows}
    return found


def spine(tx: Connection, subscriber_id: int, first: int) -> Iterator[tuple[Entry, str]]:
    """The chain's entries from the one before `first` to its head, each with its hash."""
    last = first - 2
    while True:
        mine = (seal.c.subscriber_id == subscriber_id) & (seal.c.position > last)
        rows = tx.execute(select(seal).where(mine).order_by(seal.c.position).limit(1000)).all()
        for row in rows:
            yield Entry(row.position, row.kind, row.at, row.digest, row.detail), row.hash
        if not rows:
            return
        last = rows[-1].position


def chain_name(tx: Connection, subscriber_id: int) -> str:
    """The random name of a subscriber's chain, which every link holds; empty when nothing is sealed yet."""
    query = select(chain.c.name).where(chain.c.subscriber_id == subscriber_id)
    return tx.execute(query).scalar_one_or_none() or ""
