"""Files that the subscriber added to a call or to a letter, kept under their hash like recordings."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select

from screener.store import chain, packings, recordings
from screener.store.records import record
from screener.store.schema import attachment, letter, letter_call


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file, with the name that it came with; it belongs to a call or to a letter."""

    id: str
    subscriber_id: int
    call_id: int | None
    letter_id: str | None
    name: str
    media_type: str
    sha256: str
    size: int
    added_at: datetime


def add(tx: Connection, values: dict[str, Any]) -> str:
    """Enter a file; `values` are the table's columns. Its id."""
    made = secrets.token_hex(8)
    recordings.hold_name(tx, str(values["sha256"]))
    tx.execute(insert(attachment).values(id=made, added_at=datetime.now(UTC), **values))
    chain.seal_attachment(tx, made, values["subscriber_id"], values.get("call_id"))
    return made


def find(tx: Connection, attachment_id: str) -> Attachment | None:
    row = tx.execute(select(attachment).where(attachment.c.id == attachment_id)).one_or_none()
    return record(Attachment, row) if row else None


def of_call(tx: Connection, call_id: int) -> list[Attachment]:
    return _those(tx, attachment.c.call_id == call_id)


def of_letter(tx: Connection, letter_id: str) -> list[Attachment]:
    return _those(tx, attachment.c.letter_id == letter_id)


def count(tx: Connection, subscriber_id: int) -> int:
    query = select(func.count()).where(attachment.c.subscriber_id == subscriber_id)
    return int(tx.execute(query).scalar_one())


def _those(tx: Connection, which: Any) -> list[Attachment]:
    rows = tx.execute(select(attachment).where(which).order_by(attachment.c.added_at, attachment.c.id))
    return [record(Attachment, row) for row in rows]


def forget(tx: Connection, attachment_ids: Iterable[str]) -> list[str]:
    """Delete rows; the hashes of the files that nothing uses any more."""
    return _forget(tx, attachment.c.id.in_(list(attachment_ids)))


def forget_with_call(tx: Connection, call_id: int) -> list[str]:
    """Delete the files of a call, and every letter that rests on it with its files; what nothing uses any more."""
    resting = select(letter_call.c.letter_id).where(letter_call.c.call_id == call_id)
    unused = _forget(tx, or_(attachment.c.call_id == call_id, attachment.c.letter_id.in_(resting)))
    tx.execute(delete(letter).where(letter.c.id.in_(resting)))
    return unused


def forget_with_letter(tx: Connection, letter_id: str) -> list[str]:
    """Delete a letter with its files; what nothing uses any more."""
    unused = _forget(tx, attachment.c.letter_id == letter_id)
    tx.execute(delete(letter).where(letter.c.id == letter_id))
    return unused


def forget_of(tx: Connection, subscriber_id: int) -> list[str]:
    """Delete every letter and every file of a subscriber; what nothing uses any more."""
    unused = _forget(tx, attachment.c.subscriber_id == subscriber_id)
    tx.execute(delete(letter).where(letter.c.subscriber_id == subscriber_id))
    return unused


def _forget(tx: Connection, which: Any) -> list[str]:
    rows = tx.execute(delete(attachment).where(which).returning(*attachment.c)).all()
    for row in sorted(rows, key=lambda row: (row.added_at, row.id)):
        chain.bury_attachment(tx, row.id, row.subscriber_id)
        recordings.hold_name(tx, row.sha256)
    for owner_id in {row.subscriber_id for row in rows}:
        packings.drop_all(tx, owner_id, datetime.now(UTC))
    return sorted(one for one in {row.sha256 for row in rows} if not recordings.still_used(tx, one))
