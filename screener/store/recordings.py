"""Recordings: promised when the carrier tells of one, held once its bytes are safe here, or deleted."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from screener.store.records import Call, Recording, record
from screener.store.schema import call, recording

RANK = {"running": 0, "promised": 1}


def note(tx: Connection, of: Call, sid: str, state: str, details: dict[str, Any]) -> str:
    """Note what the carrier says of a recording; its state after that. It never goes back to an earlier one."""
    found = find(tx, sid)
    now = datetime.now(UTC)
    if found is None:
        tx.execute(insert(recording).values(call_id=of.id, sid=sid, state=state, noted_at=now, **details))
        return state
    if RANK.get(found.state, 9) < RANK.get(state, 2):
        tx.execute(update(recording).where(recording.c.id == found.id).values(state=state, **details))
        return state
    return found.state


def find(tx: Connection, sid: str, *, lock: bool = False) -> Recording | None:
    query = select(recording).where(recording.c.sid == sid)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    return record(Recording, row) if row else None


def change(tx: Connection, sid: str, changes: dict[str, Any]) -> None:
    tx.execute(update(recording).where(recording.c.sid == sid).values(**changes))


def of_call(tx: Connection, call_id: int) -> list[Recording]:
    rows = tx.execute(select(recording).where(recording.c.call_id == call_id).order_by(recording.c.id))
    return [record(Recording, row) for row in rows]


def unwanted(tx: Connection, call_id: int) -> list[str]:
    """Mark every recording of a call for deletion; their sids."""
    changed = tx.execute(
        update(recording)
        .where(recording.c.call_id == call_id, recording.c.state != "deleted")
        .values(state="unwanted")
        .returning(recording.c.sid)
    )
    return list(changed.scalars())


def unfinished(tx: Connection, noted_before: datetime, limit: int = 100) -> list[str]:
    """Sids of recordings that are promised and not held, or whose copy at the carrier should be gone."""
    query = (
        select(recording.c.sid)
        .where(
            or_(
                recording.c.state.in_(("promised", "unwanted")),
                (recording.c.state == "held") & recording.c.carrier_deleted_at.is_(None),
            ),
            recording.c.noted_at < noted_before,
        )
        .order_by(recording.c.noted_at)
        .limit(limit)
    )
    return list(tx.execute(query).scalars())


def call_of(tx: Connection, sid: str) -> Call | None:
    row = tx.execute(select(call).join(recording).where(recording.c.sid == sid)).one_or_none()
    return record(Call, row) if row else None


def still_used(tx: Connection, sha256: str) -> bool:
    """Whether any held recording has these bytes."""
    query = select(recording.c.id).where(recording.c.sha256 == sha256, recording.c.state == "held")
    return tx.execute(query).first() is not None


def hashes_of(tx: Connection, subscriber_id: int) -> list[str]:
    """The names of every file that is kept for a subscriber."""
    query = (
        select(recording.c.sha256)
        .join(call)
        .where(call.c.subscriber_id == subscriber_id, recording.c.sha256.is_not(None))
    )
    return list(tx.execute(query).scalars())
