"""Calls that are over and began before a time, by what of them is still kept: any of it, their words, their sound."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from screener.store.erasing import UNSETTLED
from screener.store.schema import call, erasure, recording, turn
from screener.store.talks import STATEMENT_STEPS

# Row ids and sids of a subscriber's calls that began before then, in order, from after an id on.
Find = Callable[[Connection, int, datetime, int, int], list[tuple[int, str]]]


def ended(tx: Connection, owner_id: int, before: datetime, after: int, limit: int) -> list[tuple[int, str]]:
    """Calls of which anything is kept, but for those that are to go as it is."""
    waits = exists().where(erasure.c.call_id == call.c.id)
    return _some(tx, (owner_id, before), after, limit, ~waits)


def with_words(tx: Connection, owner_id: int, before: datetime, after: int, limit: int) -> list[tuple[int, str]]:
    """Calls of which the caller's words are kept."""
    said = or_(turn.c.partial.is_not(None), turn.c.words.is_not(None) & turn.c.step.in_(STATEMENT_STEPS))
    return _some(tx, (owner_id, before), after, limit, exists().where(turn.c.call_id == call.c.id, said))


def with_sound(tx: Connection, owner_id: int, before: datetime, after: int, limit: int) -> list[tuple[int, str]]:
    """Calls of which a recording is kept, or may be at the carrier."""
    there = exists().where(
        recording.c.call_id == call.c.id, recording.c.state.in_(UNSETTLED), recording.c.state != "unwanted"
    )
    return _some(tx, (owner_id, before), after, limit, there)


def _some(
    tx: Connection, which: tuple[int, datetime], after: int, limit: int, kept: ColumnElement[bool]
) -> list[tuple[int, str]]:
    owner_id, before = which
    over = (call.c.subscriber_id == owner_id, call.c.started_at < before, call.c.ended_at.is_not(None))
    query = select(call.c.id, call.c.sid).where(*over, call.c.id > after, kept).order_by(call.c.id).limit(limit)
    return [(row[0], row[1]) for row in tx.execute(query)]
