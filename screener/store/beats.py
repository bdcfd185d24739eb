"""The workers' heartbeats: a row for each executor slot, written after every look at what is owed."""

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from screener.store.schema import beat as table


def beat(tx: Connection, slot: str, at: datetime) -> None:
    """This worker has looked at everything that is owed, and could."""
    if tx.execute(update(table).where(table.c.slot == slot).values(at=at)).rowcount == 0:
        tx.execute(insert(table).values(slot=slot, at=at))


def stop(tx: Connection, slot: str) -> None:
    """This worker ends of its own accord."""
    tx.execute(delete(table).where(table.c.slot == slot))


def silent(tx: Connection, since: datetime) -> set[str]:
    """The slots of workers that have looked once and have not since then, nor ended of their own accord."""
    return set(tx.execute(select(table.c.slot).where(table.c.at < since)).scalars())


def youngest(tx: Connection) -> datetime | None:
    """When any worker last looked; None when none ever did, or all have ended."""
    at: datetime | None = tx.execute(select(func.max(table.c.at))).scalar_one()
    return at
