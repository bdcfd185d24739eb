"""Packings: bags that a subscriber asked for on the pages, made by the worker, kept for a few days."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from screener.store import remnants
from screener.store.dossiers import Choice
from screener.store.records import record
from screener.store.remnants import Kind
from screener.store.schema import packing

KEPT = timedelta(days=3)
MOST = 5  # of one subscriber at a time; the oldest makes room
TRIES = 3  # makings that may break off before it counts as failed


@dataclass(frozen=True, slots=True)
class Packing:
    """`state` is wanted, making, ready or failed; `missing` counts the recordings that were not there."""

    id: str
    subscriber_id: int
    choice: str
    state: str
    tries: int
    done: int
    calls: int
    missing: int
    size: int | None
    asked_at: datetime
    ready_at: datetime | None
    taken_at: datetime | None

    @property
    def chosen(self) -> Choice:
        """Which calls it holds."""
        values = json.loads(self.choice)
        times = {name: datetime.fromisoformat(values[name]) if values[name] else None for name in ("since", "until")}
        return Choice(**{**values, **times})

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"bag-{self.id}"


def ask(tx: Connection, subscriber_id: int, choice: Choice, calls: int, at: datetime) -> Packing:
    """Write down that a bag is wanted; the same one that is not ready yet is not asked for twice."""
    values = asdict(choice)
    text = json.dumps({name: one.isoformat() if isinstance(one, datetime) else one for name, one in values.items()})
    mine = of_subscriber(tx, subscriber_id)
    under_way = next((one for one in mine if one.choice == text and one.state in ("wanted", "making")), None)
    if under_way:
        return under_way
    drop(tx, mine[MOST - 1 :], at)
    row = {"id": secrets.token_urlsafe(16), "subscriber_id": subscriber_id, "choice": text, "calls": calls}
    made = tx.execute(insert(packing).values(state="wanted", asked_at=at, **row).returning(*packing.c)).one()
    return record(Packing, made)


def find(tx: Connection, packing_id: str) -> Packing | None:
    row = tx.execute(select(packing).where(packing.c.id == packing_id)).one_or_none()
    return record(Packing, row) if row else None


def of_subscriber(tx: Connection, subscriber_id: int) -> list[Packing]:
    """Newest first."""
    query = select(packing).where(packing.c.subscriber_id == subscriber_id)
    return [record(Packing, row) for row in tx.execute(query.order_by(packing.c.asked_at.desc(), packing.c.id))]


def untaken(tx: Connection, subscriber_id: int) -> bool:
    """Whether a bag is ready that was not fetched yet."""
    ready = (packing.c.subscriber_id == subscriber_id, packing.c.state == "ready", packing.c.taken_at.is_(None))
    return tx.execute(select(packing.c.id).where(*ready).limit(1)).first() is not None


def change(tx: Connection, packing_id: str, **changes: object) -> bool:
    """False when it is gone meanwhile."""
    return tx.execute(update(packing).where(packing.c.id == packing_id).values(**changes)).rowcount == 1


def unfinished(tx: Connection) -> list[str]:
    """Those that the worker still has to make."""
    return list(tx.execute(select(packing.c.id).where(packing.c.state.in_(("wanted", "making")))).scalars())


def past(tx: Connection, before: datetime) -> list[Packing]:
    """Those asked for before then."""
    return [record(Packing, row) for row in tx.execute(select(packing).where(packing.c.asked_at < before))]


def drop(tx: Connection, some: Sequence[Packing], at: datetime) -> None:
    """Forget them, and have their files deleted."""
    for one in some:
        remnants.note(tx, Kind.FILE, [one.file], at)
        remnants.note(tx, Kind.JOB, [one.id], at)
    tx.execute(delete(packing).where(packing.c.id.in_([one.id for one in some])))


def drop_all(tx: Connection, subscriber_id: int, at: datetime) -> None:
    """Something of the subscriber's calls is deleted: no bag of before may keep it."""
    drop(tx, of_subscriber(tx, subscriber_id), at)
