"""Recordings: promised when the carrier tells of one, held once its bytes are safe here, or deleted."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, exists, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from screener.model import Consent
from screener.store.messages import is_past
from screener.store.records import Call, Recording, record
from screener.store.schema import UNSETTLED, attachment, call, recording, sought

RANK = {"running": 0, "promised": 1}


def note(tx: Connection, of: Call, sid: str, state: str, details: dict[str, Any]) -> str:
    """Note what the carrier says of a recording; its state after that. It never goes back to an earlier one."""
    found = find(tx, sid, lock=True)
    if found is None:
        values = {"call_id": of.id, "sid": sid, "state": state, "noted_at": datetime.now(UTC), **details}
        if _insert(tx, values):
            return state
        found = find(tx, sid, lock=True)
        assert found is not None
    if RANK.get(found.state, 9) < RANK.get(state, 2):
        tx.execute(update(recording).where(recording.c.id == found.id).values(state=state, **details))
        return state
    return found.state


def _insert(tx: Connection, values: dict[str, Any]) -> bool:
    """False when another transaction has just noted the same recording."""
    try:
        with tx.begin_nested():
            tx.execute(insert(recording).values(**values))
    except IntegrityError:
        return False
    return True


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


def unfinished(tx: Connection, noted_before: datetime, limit: int) -> list[str]:
    """Sids of recordings that are promised and not held, or whose copy at the carrier should be gone; in no order."""
    query = select(recording.c.sid).where(UNSETTLED, is_past(recording.c.noted_at, noted_before))
    return list(tx.execute(query.order_by(func.random()).limit(limit)).scalars())


def untold(tx: Connection, ended_after: datetime, ended_before: datetime, limit: int) -> list[str]:
    """Sids of calls that consented to a recording and ended in that time, of which the carrier has told of no end of a
    recording, and has not been asked for one; in no order."""
    told = exists().where(recording.c.call_id == call.c.id, recording.c.state != "running")
    asked = exists().where(sought.c.call_id == call.c.id)
    query = select(call.c.sid).where(
        call.c.consent == Consent.RECORDING,
        call.c.ended_at > ended_after,
        is_past(call.c.ended_at, ended_before),
        ~told,
        ~asked,
    )
    return list(tx.execute(query.order_by(func.random()).limit(limit)).scalars())


def sought_now(tx: Connection, call_id: int, at: datetime) -> None:
    """The carrier was asked for every recording of the call, and has told all."""
    if not tx.execute(select(sought.c.call_id).where(sought.c.call_id == call_id)).first():
        tx.execute(insert(sought).values(call_id=call_id, at=at))


def hold_name(tx: Connection, sha256: str) -> None:
    """Until the transaction ends nobody else decides on the file of this name: whether it may go, or is held."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": int(sha256[:15], 16)})


def known_names(tx: Connection, names: list[str]) -> set[str]:
    """Those of the hashes that a recording or an attachment still has."""
    held = (select(table.c.sha256).where(table.c.sha256.in_(names)) for table in (recording, attachment))
    return {name for query in held for name in tx.execute(query).scalars() if name}


def call_of(tx: Connection, sid: str) -> Call | None:
    row = tx.execute(select(call).join(recording).where(recording.c.sid == sid)).one_or_none()
    return record(Call, row) if row else None


def still_used(tx: Connection, sha256: str) -> bool:
    """Whether any held recording or any attachment has these bytes."""
    query = select(recording.c.id).where(recording.c.sha256 == sha256, recording.c.state == "held")
    attached = select(attachment.c.id).where(attachment.c.sha256 == sha256)
    return any(tx.execute(one).first() is not None for one in (query, attached))
