"""Messages: frozen before they are sent, moved only forward, never sent twice on a guess."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from screener.store.records import Message, record
from screener.store.schema import UNDECIDED, message

# How far along the carrier says a message is; callbacks come twice and out of order.
RANK = {
    "accepted": 0,
    "scheduled": 0,
    "queued": 1,
    "sending": 2,
    "sent": 3,
    "delivered": 4,
    "read": 5,
    "undelivered": 4,
    "failed": 4,
    "canceled": 4,
}
FINAL = 4
FAILED = frozenset({"undelivered", "failed", "canceled"})
# A time of ours that lies so far ahead was written before the clock was set back.
AHEAD = timedelta(minutes=10)


class ReferenceTaken(Exception):
    """Another text to the subscriber ends in this reference; choose another."""


def freeze(tx: Connection, values: dict[str, Any]) -> None:
    """Write a message down before it is sent; its body never changes. ReferenceTaken when its reference is in use."""
    try:
        with tx.begin_nested():
            tx.execute(insert(message).values(**values))
    except IntegrityError as problem:
        raise ReferenceTaken from problem


def find(tx: Connection, message_id: str, *, lock: bool = False) -> Message | None:
    query = select(message).where(message.c.id == message_id)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    return record(Message, row) if row else None


def of_call(tx: Connection, call_id: int) -> list[Message]:
    rows = tx.execute(select(message).where(message.c.call_id == call_id).order_by(message.c.created_at))
    return [record(Message, row) for row in rows]


def after(tx: Connection, message_id: str) -> Message | None:
    """The message that followed a failed one."""
    row = tx.execute(select(message).where(message.c.after_id == message_id)).one_or_none()
    return record(Message, row) if row else None


def chain(tx: Connection, last: Message) -> list[Message]:
    """A message and those that failed before it, newest first."""
    found = [last]
    while found[-1].after_id:
        earlier = find(tx, found[-1].after_id)
        if earlier is None:
            break
        found.append(earlier)
    return found


def end_of_ladder(tx: Connection, message_id: str, why: str, at: datetime) -> None:
    """Nothing is left to try after this message; `why` says so in each language."""
    tx.execute(update(message).where(message.c.id == message_id).values(problem=why, updated_at=at))


def is_past(column: ColumnElement[datetime], before: datetime) -> ColumnElement[bool]:
    """Whether a time of ours lies before then, or was written before the clock was set back."""
    return or_(column < before, column > before + AHEAD)


def is_ahead(written: datetime, now: datetime) -> bool:
    return written > now + AHEAD


def claim(tx: Connection, message_id: str, at: datetime) -> Message | None:
    """Take a due pending message for sending; None when someone else has it or its time has not come."""
    row = tx.execute(
        update(message)
        .where(message.c.id == message_id, _is_due(at))
        .values(state="sending", sending_at=at, attempts=message.c.attempts + 1, updated_at=at)
        .returning(*message.c)
    ).one_or_none()
    return record(Message, row) if row else None


def _is_due(at: datetime) -> ColumnElement[bool]:
    came = or_(message.c.not_before.is_(None), message.c.not_before <= at, message.c.updated_at > at + AHEAD)
    return (message.c.state == "pending") & came


def settle(tx: Connection, sent: Message, changes: dict[str, Any], *, sure: bool = False) -> bool:
    """Note how one sending ended, unless a callback or another sending has moved the message on since.

    What is `sure` also counts where another worker has given that sending up meanwhile.
    """
    states = ("sending", "needs_a_look") if sure else ("sending",)
    changed = tx.execute(
        update(message)
        .where(message.c.id == sent.id, message.c.state.in_(states), message.c.attempts == sent.attempts)
        .values(**changes)
    )
    return changed.rowcount == 1


def adopt(tx: Connection, message_id: str, sid: str, at: datetime) -> None:
    """The carrier has this message under `sid`, whatever we thought of its sending."""
    tx.execute(
        update(message)
        .where(message.c.id == message_id, message.c.sid.is_(None))
        .values(sid=sid, state="accepted", problem=None, updated_at=at)
    )


def progress(tx: Connection, of: Message, status: str, error_code: int | None, at: datetime) -> bool:
    """Note a delivery status if it is further along than the one we have; whether it was."""
    if RANK.get(status, -1) <= RANK.get(of.carrier_status or "", -1):
        return False
    changes: dict[str, Any] = {"carrier_status": status, "updated_at": at}
    if error_code:
        changes["error_code"] = error_code
    tx.execute(update(message).where(message.c.id == of.id).values(**changes))
    return True


def touch(tx: Connection, message_id: str, at: datetime) -> None:
    """Looked after just now, and nothing new."""
    tx.execute(update(message).where(message.c.id == message_id).values(updated_at=at))


def due(tx: Connection, at: datetime, grace: timedelta, limit: int) -> list[str]:
    """Ids of messages that wait past their time, or whose sending is uncertain past the grace; in no order, so that
    some that never come right do not keep the others from their turn."""
    uncertain = or_(message.c.sending_at < at - grace, message.c.sending_at > at + AHEAD)
    waiting = select(message.c.id).where(UNDECIDED, or_(_is_due(at), (message.c.state == "sending") & uncertain))
    return list(tx.execute(waiting.order_by(func.random()).limit(limit)).scalars())


def unfinished(tx: Connection, at: datetime, quiet: timedelta, given_up: timedelta, limit: int) -> list[str]:
    """Ids of accepted messages of which nothing was heard for `quiet`, and that are younger than `given_up`."""
    final = [status for status, rank in RANK.items() if rank >= FINAL]
    query = select(message.c.id).where(
        message.c.state == "accepted",
        message.c.sid.is_not(None),
        func.coalesce(message.c.carrier_status, "").not_in(final),
        message.c.updated_at < at - quiet,
        message.c.sending_at > at - given_up,
    )
    return list(tx.execute(query.order_by(func.random()).limit(limit)).scalars())


def counts(tx: Connection) -> dict[str, int]:
    """How many messages stand in each state."""
    rows = tx.execute(select(message.c.state, func.count()).group_by(message.c.state))
    return {row[0]: row[1] for row in rows}
