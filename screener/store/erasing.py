"""Deleting what is kept of a call: its sound, its words, or all of it."""

import hashlib
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from screener.store import attachments, calls, chain, packings, recordings, remnants, sessions, talks
from screener.store.records import Call
from screener.store.remnants import Kind as Left
from screener.store.schema import (
    call,
    channel,
    contact,
    erased,
    erasure,
    message,
    notice,
    preference,
    subscriber,
)

UNSETTLED = frozenset({"running", "promised", "held", "unwanted"})
LISTED_LATE = timedelta(minutes=10)  # after a call's end a recording of it is surely in the carrier's list
ARRIVING = timedelta(minutes=10)  # as long as a recording may take to come in, after which it is dropped again


def sound(tx: Connection, of: Call) -> list[str]:
    """Have a call's recordings deleted, here and at the carrier; the sids for which a follow-up is due."""
    left = [one.sid for one in recordings.of_call(tx, of.id) if one.state in UNSETTLED]
    for sid in left:
        recordings.change(tx, sid, {"state": "unwanted"})
    chain.sound_gone(tx, of.id, of.subscriber_id)
    packings.drop_all(tx, of.subscriber_id, datetime.now(UTC))
    return left


def words(tx: Connection, of: Call) -> None:
    """Delete what the caller said and what was read out of it; who was claimed to call, and our own words, stay."""
    talks.forget_words(tx, of)
    calls.save(tx, of.id, {"findings": json.dumps(_without_words(of.found), ensure_ascii=False)})
    chain.reseal(tx, of.id, of.subscriber_id)
    packings.drop_all(tx, of.subscriber_id, datetime.now(UTC))


def _without_words(found: dict[str, Any]) -> dict[str, Any]:
    stay = ("category", "organisation", "on_behalf_of", "caller_check")
    kept: dict[str, Any] = {name: found[name] for name in stay if name in found}
    for finding in kept.values():
        if isinstance(finding, dict):
            finding["spans"] = []
    return kept


def everything(tx: Connection, of: Call, secret: str, at: datetime | None = None) -> bool:
    """Delete the call's row with all that hangs on it; False while it is on the line or a text about it goes out.

    What the carrier, the files and the job engine hold of it is noted as remnants. A digest of the sid stays, keyed
    with `secret`, so that the call is never entered again.
    """
    if of.ended_at is None or _is_being_told(tx, of):
        return False
    _note_remnants(tx, of, of.ended_at, at or datetime.now(UTC))
    added(tx, of)
    packings.drop_all(tx, of.subscriber_id, at or datetime.now(UTC))
    chain.bury_call(tx, of.id, of.subscriber_id)
    _blank_shared_texts(tx, of)
    tx.execute(delete(call).where(call.c.id == of.id))
    if not erased_of(tx, [of.sid], secret):
        tx.execute(insert(erased).values(digest=_keyed(of.sid, secret), at=datetime.now(UTC)))
    return True


def _is_being_told(tx: Connection, of: Call) -> bool:
    """Whether a text about it is on its way out. Locked: nobody begins to send one while its call is deleted."""
    told = select(notice.c.message_id).where(notice.c.call_id == of.id, notice.c.message_id.is_not(None))
    mine = or_(message.c.call_id == of.id, message.c.id.in_(told))
    rows = tx.execute(select(message.c.state, message.c.call_id).where(mine).with_for_update())
    # A text of several calls belongs to none: it waits until it has gone out.
    return any(row.state == "sending" or (row.state == "pending" and row.call_id is None) for row in rows)


def _note_remnants(tx: Connection, of: Call, ended_at: datetime, at: datetime) -> None:
    """Everything by which this call is known outside our tables."""
    known = recordings.of_call(tx, of.id)
    texts = tx.execute(select(message.c.id, message.c.sid).where(message.c.call_id == of.id)).all()
    told = select(notice.c.message_id).where(notice.c.call_id == of.id)
    shared = select(message.c.sid).where(message.c.id.in_(told), message.c.call_id.is_(None))
    remnants.note(tx, Left.CALL, [of.sid], at, ended_at + LISTED_LATE)
    remnants.note(tx, Left.RECORDING, [one.sid for one in known if not one.carrier_deleted_at], at)
    for one in known:
        arriving = one.state in ("running", "promised")  # it may be coming in just now
        remnants.note(tx, Left.FILE, [one.sha256], at, at + ARRIVING if arriving else at)
    remnants.note(tx, Left.TEXT, [*(row.sid for row in texts), *tx.execute(shared).scalars()], at)
    remnants.note(tx, Left.JOB, [of.sid, *(one.sid for one in known), *(row.id for row in texts)], at)


def added(tx: Connection, of: Call) -> None:
    """Delete the files that the subscriber added to a call, and the letters that rest on it with theirs."""
    remnants.note(tx, Left.FILE, attachments.forget_with_call(tx, of.id), datetime.now(UTC))


def apart_from_calls(tx: Connection, owner_id: int, at: datetime) -> bool:
    """Delete what is kept of a subscriber besides calls: texts, contacts, channels, situation, sign-ins.

    Texts that a call's notice still points at stay without their words, or the call would be told of again. False,
    and nothing done, while a text is being sent.
    """
    mine = message.c.subscriber_id == owner_id
    told = select(notice.c.message_id).where(notice.c.subscriber_id == owner_id, notice.c.message_id.is_not(None))
    texts = tx.execute(select(message).where(mine, message.c.id.not_in(told)).with_for_update()).all()
    if any(row.state == "sending" for row in texts):
        return False
    remnants.note(tx, Left.TEXT, [row.sid for row in texts], at)
    remnants.note(tx, Left.JOB, [row.id for row in texts], at)
    gone = delete(message).where(mine, message.c.id.not_in(told)).returning(message.c.id)
    blank = update(message).where(mine, message.c.state.in_(("accepted", "failed"))).values(body="")
    for statement, whole in ((gone, True), (blank.returning(message.c.id), False)):
        for one in list(tx.execute(statement).scalars()):
            chain.bury_delivery(tx, one, owner_id, whole=whole)
    remnants.note(tx, Left.FILE, attachments.forget_of(tx, owner_id), at)
    packings.drop_all(tx, owner_id, at)
    for table in (contact, channel, preference):
        tx.execute(delete(table).where(table.c.subscriber_id == owner_id))
    tx.execute(update(subscriber).where(subscriber.c.id == owner_id).values(nickname=""))
    sessions.end_all(tx, owner_id)
    return True


def _blank_shared_texts(tx: Connection, of: Call) -> None:
    """Texts that tell of several calls belong to none of them; their words go with the first call that is deleted."""
    shared = select(notice.c.message_id).where(notice.c.call_id == of.id)
    query = update(message).where(message.c.id.in_(shared), message.c.call_id.is_(None)).values(body="")
    for one in list(tx.execute(query.returning(message.c.id)).scalars()):
        chain.bury_delivery(tx, one, of.subscriber_id)


def later(tx: Connection, of: Call) -> None:
    """Everything of this call is to go as soon as nothing of it is under way."""
    if not tx.execute(select(erasure.c.call_id).where(erasure.c.call_id == of.id)).first():
        tx.execute(insert(erasure).values(call_id=of.id, at=datetime.now(UTC)))


def waiting(tx: Connection, limit: int) -> list[str]:
    """Sids of the calls that are to go; in no order."""
    query = select(call.c.sid).join(erasure, erasure.c.call_id == call.c.id).order_by(func.random()).limit(limit)
    return list(tx.execute(query).scalars())


def erased_of(tx: Connection, sids: Iterable[str], secret: str) -> set[str]:
    """Those of the sids whose calls were erased."""
    by_digest = {_keyed(sid, secret): sid for sid in sids}
    query = select(erased.c.digest).where(erased.c.digest.in_(list(by_digest)))
    return {by_digest[digest] for digest in tx.execute(query).scalars()}


def _keyed(sid: str, secret: str) -> str:
    return hmac.new(secret.encode(), f"erased {sid}".encode(), hashlib.sha256).hexdigest()
