"""Subscribers and their contacts."""

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from screener.model import Treatment
from screener.store import chain
from screener.store.records import Contact, Subscriber, record
from screener.store.schema import contact, subscriber


class AlreadyTaken(ValueError):
    """Another subscriber has this phone or this Twilio number."""


def add(tx: Connection, values: dict[str, str]) -> Subscriber:
    """Add a subscriber; `values` are the columns of the table. AlreadyTaken when a number is in use."""
    try:
        made = tx.execute(
            insert(subscriber).values(created_at=datetime.now(UTC), **values).returning(*subscriber.c)
        ).one()
    except IntegrityError as problem:
        raise AlreadyTaken("this phone or this Twilio number belongs to a subscriber already") from problem
    return record(Subscriber, made)


def every(tx: Connection) -> list[Subscriber]:
    """All but those that are being removed, who have no number any more."""
    there = select(subscriber).where(subscriber.c.phone.startswith("+")).order_by(subscriber.c.id)
    return [record(Subscriber, row) for row in tx.execute(there)]


def by_id(tx: Connection, subscriber_id: int, *, lock: bool = False) -> Subscriber | None:
    """A subscriber; `lock` keeps others from deciding anything about them until the transaction ends."""
    query = select(subscriber).where(subscriber.c.id == subscriber_id)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    return record(Subscriber, row) if row else None


def by_phone(tx: Connection, phone: str) -> Subscriber | None:
    row = tx.execute(select(subscriber).where(subscriber.c.phone == phone)).one_or_none()
    return record(Subscriber, row) if row else None


def by_twilio_number(tx: Connection, number: str) -> Subscriber | None:
    """Whose calls arrive at this number; calls are routed by `To` alone."""
    row = tx.execute(select(subscriber).where(subscriber.c.twilio_number == number)).one_or_none()
    return record(Subscriber, row) if row else None


def remove(tx: Connection, subscriber_id: int) -> None:
    """Delete a subscriber's row with all that hangs on it; the heads' file says that the chain has ended."""
    chain.end(tx, subscriber_id)
    tx.execute(delete(subscriber).where(subscriber.c.id == subscriber_id))


def treatment_of(tx: Connection, subscriber_id: int, number: str | None) -> Treatment | None:
    """What the subscriber wants for this caller; nothing for a withheld one."""
    if number is None:
        return None
    found = tx.execute(
        select(contact.c.treatment).where(contact.c.subscriber_id == subscriber_id, contact.c.number == number)
    ).scalar_one_or_none()
    return Treatment(found) if found else None


def treat(tx: Connection, subscriber_id: int, number: str, treatment: Treatment | None, label: str = "") -> None:
    """Allow, mute or block a number, or with None forget it."""
    tx.execute(delete(contact).where(contact.c.subscriber_id == subscriber_id, contact.c.number == number))
    if treatment:
        tx.execute(
            insert(contact).values(
                subscriber_id=subscriber_id,
                number=number,
                treatment=treatment,
                label=label,
                created_at=datetime.now(UTC),
            )
        )


def contacts(tx: Connection, subscriber_id: int) -> list[Contact]:
    rows = tx.execute(select(contact).where(contact.c.subscriber_id == subscriber_id).order_by(contact.c.number))
    return [record(Contact, row) for row in rows]


def opt_out(tx: Connection, subscriber_id: int, at: datetime | None) -> None:
    """Note that the phone wants no texts, or with None that it wants them again."""
    tx.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(opted_out_at=at))


def quiet(tx: Connection, subscriber_id: int, start: str, until: str) -> None:
    """Set quiet hours in local HH:MM; empty texts end them."""
    tx.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(quiet_from=start, quiet_until=until))


def allow_new(tx: Connection, subscriber_id: int, number: str, label: str) -> bool:
    """Allow a number that nothing was chosen for yet; whether it was new."""
    if treatment_of(tx, subscriber_id, number):
        return False
    treat(tx, subscriber_id, number, Treatment.ALLOW, label)
    return True


def change(tx: Connection, subscriber_id: int, changes: dict[str, str]) -> None:
    """Change what a subscriber chose; `changes` are columns of the table."""
    tx.execute(update(subscriber).where(subscriber.c.id == subscriber_id).values(**changes))
