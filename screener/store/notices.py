"""The one first notice of each call, and the bundles of calls that are told of together."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from screener.store.records import Call, Notice, record
from screener.store.schema import call, notice


def of_call(tx: Connection, call_id: int) -> Notice | None:
    row = tx.execute(select(notice).where(notice.c.call_id == call_id)).one_or_none()
    return record(Notice, row) if row else None


def add(tx: Connection, values: dict[str, Any]) -> None:
    """Give a call its one first notice; the database refuses a second."""
    tx.execute(insert(notice).values(**values))


def recent(tx: Connection, subscriber_id: int, since: datetime) -> list[Notice]:
    """The subscriber's notices since then, oldest first."""
    query = select(notice).where(notice.c.subscriber_id == subscriber_id, notice.c.noted_at >= since)
    return [record(Notice, row) for row in tx.execute(query.order_by(notice.c.noted_at))]


def held(tx: Connection, bundle: str) -> list[Notice]:
    """A bundle's notices that are not told yet, locked until the transaction ends."""
    query = select(notice).where(notice.c.bundle == bundle, notice.c.fixed_at.is_(None), notice.c.kind != "none")
    return [record(Notice, row) for row in tx.execute(query.order_by(notice.c.noted_at).with_for_update())]


def fix(tx: Connection, bundle: str, message_id: str, at: datetime) -> None:
    """The bundle's message is frozen: no further call joins it."""
    tx.execute(
        update(notice)
        .where(notice.c.bundle == bundle, notice.c.fixed_at.is_(None))
        .values(message_id=message_id, fixed_at=at)
    )


def due(tx: Connection, at: datetime, limit: int = 100) -> list[str]:
    """Bundles that have waited long enough."""
    # Told apart here: asked for distinct ones, SQLite would walk through every notice there is.
    query = select(notice.c.bundle).where(notice.c.fixed_at.is_(None), notice.c.held_until <= at)
    return list(dict.fromkeys(tx.execute(query.limit(limit)).scalars()))


def calls_told(tx: Connection, message_id: str) -> list[Call]:
    """The calls that a message tells of, oldest first."""
    query = select(call).join(notice).where(notice.c.message_id == message_id).order_by(call.c.started_at, call.c.id)
    return [record(Call, row) for row in tx.execute(query)]
