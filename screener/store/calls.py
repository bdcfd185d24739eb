"""Calls: opened at the ring, closed once, and what the follow-up adds."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from screener.dialogue import Talk
from screener.model import Consent, Disposition, Treatment
from screener.numbers import Caller
from screener.store import chain, search, talks
from screener.store.messages import is_past
from screener.store.records import Call, Subscriber, record, subscriber_of
from screener.store.schema import call, contact, notice, subscriber
from screener.store.talks import Asked


@dataclass(frozen=True, slots=True)
class Ring:
    """A call as it comes in. `carrier` is what else the carrier said of it."""

    sid: str
    caller: Caller
    forwarded_from: str = ""
    carrier: tuple[tuple[str, str], ...] = ()


# Statements are built once: building one takes SQLAlchemy longer than SQLite takes to run it.
_FIND = select(call).where(call.c.sid == bindparam("sid"))
_FIND_LOCKED = _FIND.with_for_update()


def find(tx: Connection, sid: str, *, lock: bool = False) -> Call | None:
    """The call with the carrier's sid; `lock` keeps others from changing it until the transaction ends."""
    row = tx.execute(_FIND_LOCKED if lock else _FIND, {"sid": sid}).one_or_none()
    return record(Call, row) if row else None


_BY_ID = select(call).where(call.c.id == bindparam("call"))


def by_id(tx: Connection, call_id: int) -> Call:
    return record(Call, tx.execute(_BY_ID, {"call": call_id}).one())


def those(tx: Connection, ids: Sequence[int]) -> list[Call]:
    """The calls in these rows, oldest first."""
    return [record(Call, row) for row in tx.execute(select(call).where(call.c.id.in_(ids)).order_by(call.c.id))]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What must be known of a ringing call before it is answered."""

    owner: Subscriber
    treatment: Treatment | None
    is_own_number: bool  # one of our Twilio numbers calls, which would be a loop
    is_crowded: bool  # too many calls open now, or in a day
    is_known: bool  # this call is in the log already: the webhook is a repeated one


_OTHER = subscriber.alias()
_MINE = call.c.subscriber_id == subscriber.c.id
_NOW = select(call.c.id).where(_MINE, call.c.ended_at.is_(None), call.c.started_at > bindparam("hour"))
_TODAY = select(call.c.id).where(_MINE, call.c.started_at > bindparam("day"))
_ARRIVAL = select(
    subscriber,
    select(contact.c.treatment)
    .where(contact.c.subscriber_id == subscriber.c.id, contact.c.number == bindparam("caller"))
    .scalar_subquery()
    .label("treatment"),
    select(_OTHER.c.id).where(_OTHER.c.twilio_number == bindparam("caller")).scalar_subquery().label("own"),
    _NOW.limit(1).offset(bindparam("most_now")).correlate(subscriber).scalar_subquery().label("crowd_now"),
    _TODAY.limit(1).offset(bindparam("most_today")).correlate(subscriber).scalar_subquery().label("crowd_today"),
    select(call.c.id).where(call.c.sid == bindparam("sid")).correlate(None).scalar_subquery().label("known"),
).where(subscriber.c.twilio_number == bindparam("to"))


def arriving(tx: Connection, to: str, ring: Ring, most: tuple[int, int]) -> Arrival | None:
    """Whose call it is and how to meet it, in one look; None for a number without a subscriber.

    `most` are the caps on calls open now and in a day.
    """
    at = datetime.now(UTC)
    bounds = {"hour": at - timedelta(hours=1), "day": at - timedelta(days=1)}
    caps = {"most_now": most[0] - 1, "most_today": most[1] - 1}
    row = tx.execute(
        _ARRIVAL, {"to": to, "sid": ring.sid, "caller": ring.caller.number, **bounds, **caps}
    ).one_or_none()
    if row is None:
        return None
    *owner, treatment, own, crowd_now, crowd_today, known = row
    return Arrival(
        owner=subscriber_of(owner),
        treatment=Treatment(treatment) if treatment else None,
        is_own_number=own is not None,
        is_crowded=crowd_now is not None or crowd_today is not None,
        is_known=known is not None,
    )


_OPEN = insert(call).returning(call.c.id)


class AlreadyOpen(Exception):
    """The call is in the log: its ring came twice."""


def open_(
    tx: Connection, arrival: Arrival, ring: Ring, first: tuple[Talk, Asked] | None = None, at: datetime | None = None
) -> int:
    """Enter a ringing call into the log, with our first reply if there is one; the id of its row.

    AlreadyOpen, which ends the transaction, when another webhook has entered it meanwhile.
    """
    values: dict[str, Any] = {
        "sid": ring.sid,
        "subscriber_id": arrival.owner.id,
        "caller": ring.caller.number,
        "caller_kind": ring.caller.kind,
        "caller_raw": ring.caller.raw,
        "forwarded_from": ring.forwarded_from,
        "carrier": json.dumps(dict(ring.carrier), ensure_ascii=False),
        "treatment": arrival.treatment,
        "started_at": at or datetime.now(UTC),
        "turn": 0,
        "talk": "{}",
        "disposition": None,
    }
    if first:
        talk, asked = first
        values |= {"turn": 1, "talk": talks.talk_kept(talk), "disposition": talk.disposition}
    try:
        call_id: int = tx.execute(_OPEN, values).scalar_one()
    except IntegrityError as problem:
        raise AlreadyOpen from problem
    if first:
        talks.add(tx, call_id, 1, asked)
    return call_id


def withdraw(tx: Connection, of: Call) -> None:
    """Consent taken back as the call ended: nothing more is asked, and the words go."""
    talks.forget_words(tx, of)
    tx.execute(
        update(call)
        .where(call.c.id == of.id)
        .values(consent=Consent.WITHDRAWN, consent_turn=of.turn, disposition=Disposition.CONSENT_REFUSED)
    )


_CLOSE = (
    update(call)
    .where(call.c.id == bindparam("call"), call.c.ended_at.is_(None))
    .values(
        disposition=func.coalesce(call.c.disposition, Disposition.ABANDONED),
        ended_at=bindparam("at"),
        seconds=bindparam("lasted"),
    )
)


def close(tx: Connection, of: Call, at: datetime, seconds: int | None) -> bool:
    """End a call once; one that reached no farewell was abandoned. False when it was closed before."""
    closed = tx.execute(_CLOSE, {"call": of.id, "at": at, "lasted": seconds}).rowcount == 1
    if not closed and seconds is not None:
        late = update(call).where(call.c.id == of.id, call.c.seconds.is_(None)).values(seconds=seconds)
        if tx.execute(late).rowcount:
            chain.seal_again(tx, of.id)
    return closed


# What the follow-up adds


FINDABLE_BY = frozenset({"findings", "organisation", "on_behalf_of"})
SEALED = FINDABLE_BY | {"advice", "category", "seconds", "warning"}


def save(tx: Connection, call_id: int, changes: dict[str, Any]) -> None:
    """Add what a follow-up found out."""
    tx.execute(update(call).where(call.c.id == call_id).values(**changes))
    if not FINDABLE_BY.isdisjoint(changes):
        search.index(tx, call_id)
    if not SEALED.isdisjoint(changes):
        chain.seal_findings(tx, call_id)


def before(tx: Connection, of: Call, days: int) -> list[Call]:
    """The subscriber's earlier calls of the last `days`, newest first."""
    rows = tx.execute(
        select(call)
        .where(
            call.c.subscriber_id == of.subscriber_id,
            call.c.started_at >= of.started_at - timedelta(days=days),
            call.c.started_at < of.started_at,
            call.c.id != of.id,
        )
        .order_by(call.c.started_at.desc())
        .limit(500)
    )
    return [record(Call, row) for row in rows]


def log(tx: Connection, subscriber_id: int, *, limit: int = 50, before_id: int | None = None) -> list[Call]:
    """A page of the log, newest first; `before_id` continues after the last call of the page before."""
    query = select(call).where(call.c.subscriber_id == subscriber_id)
    if before_id is not None:
        query = query.where(call.c.id < before_id)
    return [record(Call, row) for row in tx.execute(query.order_by(call.c.id.desc()).limit(limit))]


def of_number(tx: Connection, subscriber_id: int, number: str) -> tuple[int, Call | None]:
    """How many calls came from a number, and the last of them."""
    mine = (call.c.subscriber_id == subscriber_id, call.c.caller == number)
    count = tx.execute(select(func.count()).select_from(call).where(*mine)).scalar_one()
    row = tx.execute(select(call).where(*mine).order_by(call.c.started_at.desc()).limit(1)).one_or_none()
    return count, record(Call, row) if row else None


def ended_without_notice(tx: Connection, ended_after: datetime, ended_before: datetime, limit: int = 500) -> list[str]:
    """Sids of calls that ended in that time and that no notice tells of yet; in no order, so that some that never come
    right do not keep the others from their turn."""
    query = (
        select(call.c.sid)
        .outerjoin(notice, notice.c.call_id == call.c.id)
        .where(call.c.ended_at > ended_after, is_past(call.c.ended_at, ended_before), notice.c.call_id.is_(None))
    )
    return list(tx.execute(query.order_by(func.random()).limit(limit)).scalars())


def open_since(tx: Connection, at: datetime, limit: int = 100) -> list[str]:
    """Sids of calls that have been open since before `at`."""
    query = select(call.c.sid).where(call.c.ended_at.is_(None), call.c.started_at < at)
    return list(tx.execute(query.order_by(func.random()).limit(limit)).scalars())


def to_erase(tx: Connection, ended_before: datetime, limit: int = 100) -> list[str]:
    """Sids of calls whose consent was taken back, over by then, of which the carrier may still hold sound."""
    query = select(call.c.sid).where(
        call.c.consent == Consent.WITHDRAWN, is_past(call.c.ended_at, ended_before), call.c.carrier_erased_at.is_(None)
    )
    return list(tx.execute(query.order_by(func.random()).limit(limit)).scalars())
