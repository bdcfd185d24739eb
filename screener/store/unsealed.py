"""Rows that are final and that no entry of a chain commits to yet."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Text, cast, exists, or_, select

from screener.evidence import Kind
from screener.store.chain import Subject
from screener.store.messages import FINAL, RANK
from screener.store.schema import attachment, call, custody, message, recording, seal

LAST_WORD = timedelta(days=1)  # after which a failed message is not taken up again by a late callback
FINAL_STATUSES = [status for status, rank in RANK.items() if rank >= FINAL]


def find(tx: Connection, since: datetime, before: datetime, limit: int) -> list[Subject]:
    """Rows that became final in that time and are not sealed, at most so many of each kind, oldest first.

    Sorted by the column that is indexed: sorted by its id, PostgreSQL would walk through every call there is.
    """
    found = []
    for kind, query in _queries(since, before).items():
        for owner, one, call_id in tx.execute(query.limit(limit)):
            found.append(Subject(kind, owner, str(one), call_id))
    return found


def _queries(since: datetime, before: datetime) -> dict[Kind, Select[Any]]:
    ended = call.c.ended_at.between(since, before)
    calls = select(call.c.subscriber_id, call.c.id, call.c.id).where(ended).order_by(call.c.ended_at)
    held = (recording.c.state == "held") & recording.c.held_at.between(since, before)
    recordings = select(call.c.subscriber_id, recording.c.id, call.c.id).join(call).where(held)
    deeds = select(custody.c.subscriber_id, custody.c.id, custody.c.call_id).where(custody.c.at.between(since, before))
    texts = select(message.c.subscriber_id, message.c.id, message.c.call_id).where(
        message.c.kind != "code", message.c.updated_at.between(since, before), _is_over(before)
    )
    files = select(attachment.c.subscriber_id, attachment.c.id, attachment.c.call_id)
    files = files.where(attachment.c.added_at.between(since, before))
    return {
        Kind.ATTACHMENT: files.where(_unsealed(Kind.ATTACHMENT, attachment.c.id)).order_by(attachment.c.added_at),
        Kind.CALL: calls.where(_unsealed(Kind.CALL, call.c.id)),
        Kind.FINDINGS: calls.where(call.c.category.is_not(None), _unsealed(Kind.FINDINGS, call.c.id)),
        Kind.RECORDING: recordings.where(_unsealed(Kind.RECORDING, recording.c.id)).order_by(recording.c.held_at),
        Kind.DELIVERY: texts.where(_unsealed(Kind.DELIVERY, message.c.id)).order_by(message.c.updated_at),
        Kind.CUSTODY: deeds.where(_unsealed(Kind.CUSTODY, custody.c.id)).order_by(custody.c.at, custody.c.id),
    }


def _unsealed(kind: Kind, key: ColumnElement[object]) -> ColumnElement[bool]:
    return ~exists().where(seal.c.kind == kind, seal.c.subject == cast(key, Text))


def _is_over(at: datetime) -> ColumnElement[bool]:
    """The carrier's or the channel's last word is in, or none will come any more."""
    told = message.c.carrier_status.in_(FINAL_STATUSES)
    by_channel = (message.c.channel != "") & (message.c.state == "accepted")
    given_up = message.c.state.in_(("failed", "needs_a_look")) & (message.c.updated_at < at - LAST_WORD)
    return or_(told, by_channel, given_up)
