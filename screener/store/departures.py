"""Departures: subscribers who want everything deleted that was kept until then, themselves too or not."""

import secrets
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from screener.model import Treatment
from screener.store import sessions
from screener.store.records import Subscriber, record
from screener.store.schema import call, departure, subscriber

GONE = "gone-"  # in the place of the numbers of a subscriber who is being removed


@dataclass(frozen=True, slots=True)
class Departure:
    subscriber_id: int
    token: str
    whole: bool
    at: datetime
    calls: int
    phone: str
    twilio_number: str


def begin(tx: Connection, owner: Subscriber, at: datetime, *, whole: bool) -> Departure:
    """Promise that everything until now goes, and end all sign-ins. Who asks again has the later calls go as well.

    With `whole` the subscriber's numbers are free from now on, and calls on the line are told of to nobody.
    """
    found = of(tx, owner.id)
    token = found.token if found else secrets.token_urlsafe(16)
    going = Departure(owner.id, token, whole, at, 0, owner.phone, owner.twilio_number)
    going = replace(going, calls=left(tx, going))
    tx.execute(delete(departure).where(departure.c.subscriber_id == owner.id))
    tx.execute(insert(departure).values(**asdict(going)))
    sessions.end_all(tx, owner.id)
    if whole:
        name = f"{GONE}{token}"
        tx.execute(update(subscriber).where(subscriber.c.id == owner.id).values(phone=name, twilio_number=name))
        on_the_line = (call.c.subscriber_id == owner.id) & call.c.ended_at.is_(None)
        tx.execute(update(call).where(on_the_line).values(treatment=Treatment.MUTE))
    return going


def of(tx: Connection, subscriber_id: int) -> Departure | None:
    row = tx.execute(select(departure).where(departure.c.subscriber_id == subscriber_id)).one_or_none()
    return record(Departure, row) if row else None


def named(tx: Connection, token: str) -> Departure | None:
    """The departure that this page shows; None when all of it is done."""
    row = tx.execute(select(departure).where(departure.c.token == token)).one_or_none()
    return record(Departure, row) if row else None


def waiting(tx: Connection) -> list[int]:
    """Subscribers with a departure under way."""
    return list(tx.execute(select(departure.c.subscriber_id).order_by(departure.c.at)).scalars())


def left(tx: Connection, one: Departure) -> int:
    """How many calls are still to go."""
    mine = call.c.subscriber_id == one.subscriber_id
    query = select(func.count()).select_from(call).where(mine)
    return tx.execute(query if one.whole else query.where(call.c.started_at < one.at)).scalar_one()


def next_calls(tx: Connection, one: Departure, after: int, limit: int) -> list[tuple[int, str]]:
    """Row ids and sids of some calls that are to go, from after an id on."""
    query = select(call.c.id, call.c.sid).where(call.c.subscriber_id == one.subscriber_id, call.c.id > after)
    query = query if one.whole else query.where(call.c.started_at < one.at)
    return [(row[0], row[1]) for row in tx.execute(query.order_by(call.c.id).limit(limit))]


def listed(tx: Connection, one: Departure) -> None:
    """The carrier has told which texts it holds: the numbers are not needed any more."""
    mine = departure.c.subscriber_id == one.subscriber_id
    tx.execute(update(departure).where(mine).values(phone="", twilio_number=""))


def end(tx: Connection, one: Departure) -> None:
    """All of it is done."""
    tx.execute(delete(departure).where(departure.c.subscriber_id == one.subscriber_id))


def is_leaving(owner: Subscriber) -> bool:
    """Whether the subscriber is being removed, and has no number any more."""
    return owner.phone.startswith(GONE)
