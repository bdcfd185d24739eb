"""Numbers and organisations as the log knows them: who called from where, how often, from when to when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from screener.store.records import Call, record
from screener.store.schema import call

MOST = 200  # rows of an overview; who has more looks them up


@dataclass(frozen=True, slots=True)
class Seen:
    """A number or a claim, with its calls counted."""

    key: str
    calls: int
    first: datetime
    last: datetime


_COUNTED = (func.count(), func.min(call.c.started_at), func.max(call.c.started_at))


def numbers(tx: Connection, subscriber_id: int) -> list[Seen]:
    """Every number that called, the latest first."""
    return _overview(tx, subscriber_id, call.c.caller)


def organisations(tx: Connection, subscriber_id: int) -> list[Seen]:
    """Every organisation that was claimed, the latest first."""
    return _overview(tx, subscriber_id, call.c.organisation)


def numbers_of(tx: Connection, subscriber_id: int, organisation: str) -> list[Seen]:
    """Every number that claimed one organisation."""
    return _overview(tx, subscriber_id, call.c.caller, call.c.organisation == organisation)


def claims_of(tx: Connection, subscriber_id: int, number: str) -> list[Seen]:
    """Every organisation that one number claimed; more than one is a contradiction worth seeing."""
    return _overview(tx, subscriber_id, call.c.organisation, call.c.caller == number)


def _overview(tx: Connection, subscriber_id: int, key: Any, *only: Any) -> list[Seen]:
    query = select(key, *_COUNTED).where(call.c.subscriber_id == subscriber_id, key.is_not(None), *only)
    rows = tx.execute(query.group_by(key).order_by(func.max(call.c.started_at).desc()).limit(MOST))
    return [Seen(*row) for row in rows]


def calls_from(tx: Connection, subscriber_id: int, number: str, limit: int) -> list[Call]:
    """The newest calls of a number."""
    return _newest(tx, subscriber_id, call.c.caller == number, limit)


def calls_claiming(tx: Connection, subscriber_id: int, organisation: str, limit: int) -> list[Call]:
    """The newest calls that claimed an organisation."""
    return _newest(tx, subscriber_id, call.c.organisation == organisation, limit)


def _newest(tx: Connection, subscriber_id: int, only: Any, limit: int) -> list[Call]:
    query = select(call).where(call.c.subscriber_id == subscriber_id, only)
    return [record(Call, row) for row in tx.execute(query.order_by(call.c.started_at.desc()).limit(limit))]
