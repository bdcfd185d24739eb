"""The log as its reader asks for it: filtered, searched, a page at a time by keys that stay fast at any length."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from screener.model import Category, Consent
from screener.store import search
from screener.store.records import Call, record
from screener.store.schema import call, term, tick


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show. Times bound the start of a call, the later one excluded; `before` is the last id already shown."""

    text: str = ""
    category: Category | None = None
    consent: Consent | None = None
    warning: bool = False
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return bool(self.text or self.category or self.consent or self.warning or self.since or self.until)


def page(tx: Connection, subscriber_id: int, wanted: Wanted, limit: int) -> list[Call]:
    """The newest calls that are wanted. Ids and start times rise together: both are given at the ring."""
    first, end = _bounds(tx, subscriber_id, wanted)
    searched = search.matching(tx, subscriber_id, wanted.text) if wanted.text else None
    if wanted.text and searched is None:
        return []
    key = call.c.id if searched is None else term.c.call_id
    if searched is None:
        query = select(call).where(call.c.subscriber_id == subscriber_id)
    else:
        # From the terms to the calls, newest first, so that nothing has to be sorted.
        query = searched.join(call, call.c.id == term.c.call_id).with_only_columns(*call.c)
    if first is not None:
        query = query.where(key >= first)
    if end is not None:
        query = query.where(key < end)
    rows = tx.execute(_filtered(query, wanted).order_by(key.desc()).limit(limit))
    return [record(Call, row) for row in rows]


def _filtered(query: Select[Any], wanted: Wanted) -> Select[Any]:
    if wanted.category:
        query = query.where(call.c.category == wanted.category)
    if wanted.consent:
        query = query.where(call.c.consent == wanted.consent)
    return query.where(call.c.warning) if wanted.warning else query


def _bounds(tx: Connection, subscriber_id: int, wanted: Wanted) -> tuple[int | None, int | None]:
    """The ids between which the wanted calls lie; an impossible range where there is none in the time wanted."""
    first = _first_at(tx, subscriber_id, wanted.since) if wanted.since else None
    end = _first_at(tx, subscriber_id, wanted.until) if wanted.until else None
    if wanted.since and first is None:
        return 0, 0
    ends = [one for one in (end, wanted.before) if one is not None]
    return first, min(ends) if ends else None


def _first_at(tx: Connection, subscriber_id: int, at: datetime) -> int | None:
    """The id of the first call at or after a time."""
    query = select(call.c.id).where(call.c.subscriber_id == subscriber_id, call.c.started_at >= at)
    return tx.execute(query.order_by(call.c.started_at, call.c.id).limit(1)).scalar_one_or_none()


def state(tx: Connection, subscriber_id: int) -> tuple[int, ...]:
    """Changes whenever the log's newest calls do: a new one, a turn, an end, findings, a look at it, a ticked step."""
    newest = select(call).where(call.c.subscriber_id == subscriber_id).order_by(call.c.id.desc()).limit(20).subquery()
    ticks = select(func.count()).where(tick.c.call_id.in_(select(newest.c.id))).scalar_subquery()
    counted = (newest.c.ended_at, newest.c.findings, newest.c.read_at)
    row = tx.execute(
        select(
            func.coalesce(func.max(newest.c.id), 0),
            func.coalesce(func.sum(newest.c.turn), 0),
            *(func.count(column) for column in counted),
            ticks,
        )
    ).one()
    return tuple(row)


def on_the_line(tx: Connection, subscriber_id: int) -> bool:
    """Whether a call has not ended yet."""
    query = select(call.c.id).where(call.c.subscriber_id == subscriber_id, call.c.ended_at.is_(None)).limit(1)
    return tx.execute(query).first() is not None
