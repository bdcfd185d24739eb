"""The custody trail: who listened, exported, corrected or deleted. Rows are only ever added."""

from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from screener.store import chain
from screener.store.records import Call, Deed, record
from screener.store.schema import custody


def note(tx: Connection, of: Call, who: str, deed: str, detail: str = "") -> None:
    """Add one deed to a call's trail."""
    values = {"subscriber_id": of.subscriber_id, "call_id": of.id, "who": who, "deed": deed, "detail": detail}
    added = tx.execute(insert(custody).values(at=datetime.now(UTC), **values).returning(custody.c.id))
    chain.seal_custody(tx, added.scalar_one(), of.subscriber_id, of.id)


def of_call(tx: Connection, call_id: int) -> list[Deed]:
    """A call's trail, oldest first."""
    rows = tx.execute(select(custody).where(custody.c.call_id == call_id).order_by(custody.c.id))
    return [record(Deed, row) for row in rows]
