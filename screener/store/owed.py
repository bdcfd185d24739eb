"""How much work there is and how old the oldest of it is, for the operator's graphs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from screener.store import messages, remnants
from screener.store.remnants import Left
from screener.store.schema import call, message, notice, recording

RECORDING_STATES = ("running", "promised", "held", "absent", "unwanted", "deleted", "failed")
MESSAGE_STATES = ("pending", "sending", "accepted", "failed", "needs_a_look")


@dataclass(frozen=True, slots=True)
class Owed:
    """Counts by state; the age of the oldest thing owed in seconds, 0 when nothing is."""

    calls_open: int
    messages: dict[str, int]
    recordings: dict[str, int]
    oldest_seconds: float
    remnants: Left


def owed(tx: Connection, at: datetime) -> Owed:
    """Everything the operator's graphs show. Every state is there, also with none in it."""
    by_state = tx.execute(select(recording.c.state, func.count()).group_by(recording.c.state))
    recordings = {row[0]: row[1] for row in by_state}
    return Owed(
        calls_open=tx.execute(select(func.count()).where(call.c.ended_at.is_(None))).scalar_one(),
        messages=dict.fromkeys(MESSAGE_STATES, 0) | messages.counts(tx),
        recordings=dict.fromkeys(RECORDING_STATES, 0) | recordings,
        oldest_seconds=max((at - oldest).total_seconds(), 0) if (oldest := _oldest(tx)) else 0.0,
        remnants=remnants.left(tx),
    )


def on_the_line(tx: Connection, since: datetime, until: datetime) -> int:
    """How many calls that began between these have not ended."""
    live = call.c.ended_at.is_(None), call.c.started_at > since, call.c.started_at <= until
    return tx.execute(select(func.count()).where(*live)).scalar_one()


def _oldest(tx: Connection) -> datetime | None:
    """When the oldest thing that is owed came to be owed: a notice, a message, a recording."""
    untold = select(call.c.ended_at).outerjoin(notice, notice.c.call_id == call.c.id)
    queries = (
        untold.where(call.c.ended_at.is_not(None), notice.c.call_id.is_(None)).order_by(call.c.ended_at),
        select(message.c.created_at).where(message.c.state.in_(("pending", "sending"))).order_by(message.c.created_at),
        select(recording.c.noted_at)
        .where(recording.c.state.in_(("promised", "unwanted")))
        .order_by(recording.c.noted_at),
    )
    found = [tx.execute(query.limit(1)).scalar_one_or_none() for query in queries]
    return min((at for at in found if at), default=None)
