"""Letters as the subscriber left them: kind, calls, what was typed, and the day of sending."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from screener.model import Jurisdiction, Language
from screener.store.records import Call, record
from screener.store.schema import call, letter, letter_call


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """One letter; `typed` is JSON of what stands in its blanks."""

    id: str
    subscriber_id: int
    kind: str
    country: Jurisdiction
    language: Language
    typed: str
    sent_on: date | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class NewLetter:
    """What a letter begins with."""

    kind: str
    country: Jurisdiction
    language: Language
    typed: str


def add(tx: Connection, subscriber_id: int, new: NewLetter, call_ids: Iterable[int]) -> str:
    """Begin a letter that rests on these calls; its id."""
    now, made = datetime.now(UTC), secrets.token_hex(8)
    values = {"kind": new.kind, "country": new.country, "language": new.language, "typed": new.typed, "sent_on": ""}
    tx.execute(insert(letter).values(id=made, subscriber_id=subscriber_id, created_at=now, updated_at=now, **values))
    for one in dict.fromkeys(call_ids):
        tx.execute(insert(letter_call).values(letter_id=made, call_id=one))
    return made


def find(tx: Connection, letter_id: str, *, lock: bool = False) -> KeptLetter | None:
    query = select(letter).where(letter.c.id == letter_id)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    return _kept(row) if row else None


def of_subscriber(tx: Connection, subscriber_id: int) -> list[KeptLetter]:
    """Every letter, the one that was touched last first."""
    query = select(letter).where(letter.c.subscriber_id == subscriber_id)
    return [_kept(row) for row in tx.execute(query.order_by(letter.c.updated_at.desc(), letter.c.id))]


def of_call(tx: Connection, call_id: int) -> list[KeptLetter]:
    """The letters that rest on a call."""
    query = select(letter).join(letter_call).where(letter_call.c.call_id == call_id)
    return [_kept(row) for row in tx.execute(query.order_by(letter.c.created_at))]


def calls_of(tx: Connection, letter_id: str) -> list[Call]:
    """The calls that a letter rests on, oldest first."""
    query = select(call).join(letter_call).where(letter_call.c.letter_id == letter_id)
    return [record(Call, row) for row in tx.execute(query.order_by(call.c.started_at, call.c.id))]


def change(tx: Connection, letter_id: str, changes: dict[str, Any]) -> None:
    tx.execute(update(letter).where(letter.c.id == letter_id).values(updated_at=datetime.now(UTC), **changes))


def sent(tx: Connection, letter_id: str, on: date | None) -> None:
    """Note the day on which it was sent, or with None that it was not."""
    change(tx, letter_id, {"sent_on": on.isoformat() if on else ""})


def forget(tx: Connection, letter_ids: Sequence[str]) -> None:
    """Delete letters; their attachments' files are the caller's to delete first."""
    tx.execute(delete(letter).where(letter.c.id.in_(letter_ids)))


def _kept(row: Any) -> KeptLetter:
    values = dict(row._mapping)
    sent_on = date.fromisoformat(values.pop("sent_on")) if values["sent_on"] else values.pop("sent_on") or None
    country, language = Jurisdiction(values.pop("country")), Language(values.pop("language"))
    return KeptLetter(country=country, language=language, sent_on=sent_on, **values)
