"""What the subscriber adds to a call: ticked steps, a note, and what they would rather have kept."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from screener.store.schema import note, preference, tick


@dataclass(frozen=True, slots=True)
class Preference:
    """How long calls are kept, in days (None: until deleted by hand), and the subscriber's own situation.

    Sound and words may go earlier than the rest of a call.
    """

    retention_days: int | None = None
    situation: tuple[str, ...] = ()
    sound_days: int | None = None
    words_days: int | None = None


def ticked(tx: Connection, call_id: int) -> set[str]:
    """Ids of the steps that are done."""
    return set(tx.execute(select(tick.c.step).where(tick.c.call_id == call_id)).scalars())


def set_ticks(tx: Connection, call_id: int, steps: set[str]) -> None:
    """Exactly these steps are done; a step that was done before keeps its time."""
    done = ticked(tx, call_id)
    tx.execute(delete(tick).where(tick.c.call_id == call_id, tick.c.step.not_in(steps)))
    for step in sorted(steps - done):
        tx.execute(insert(tick).values(call_id=call_id, step=step, at=datetime.now(UTC)))


def note_of(tx: Connection, call_id: int) -> str:
    return tx.execute(select(note.c.words).where(note.c.call_id == call_id)).scalar_one_or_none() or ""


def set_note(tx: Connection, call_id: int, words: str) -> None:
    """Keep the note, or with no words keep none."""
    tx.execute(delete(note).where(note.c.call_id == call_id))
    if words:
        tx.execute(insert(note).values(call_id=call_id, words=words, at=datetime.now(UTC)))


def preference_of(tx: Connection, subscriber_id: int) -> Preference:
    row = tx.execute(select(preference).where(preference.c.subscriber_id == subscriber_id)).one_or_none()
    if row is None:
        return Preference()
    return _read(row)


def _read(row: Row[Any]) -> Preference:
    situation = tuple(filter(None, row.situation.split(",")))
    return Preference(row.retention_days, situation, row.sound_days, row.words_days)


def set_preference(tx: Connection, subscriber_id: int, wanted: Preference) -> None:
    values: dict[str, Any] = {
        "retention_days": wanted.retention_days,
        "situation": ",".join(wanted.situation),
        "sound_days": wanted.sound_days,
        "words_days": wanted.words_days,
    }
    mine = preference.c.subscriber_id == subscriber_id
    if tx.execute(update(preference).where(mine).values(**values)).rowcount == 0:
        tx.execute(insert(preference).values(subscriber_id=subscriber_id, **values))


def retentions(tx: Connection) -> dict[int, Preference]:
    """The wishes of each subscriber who wants anything deleted by age."""
    ages = (preference.c.retention_days, preference.c.sound_days, preference.c.words_days)
    rows = tx.execute(select(preference).where(func.coalesce(*ages).is_not(None)))
    return {row.subscriber_id: _read(row) for row in rows}
