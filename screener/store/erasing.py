"""Deleting what is kept of a call: its sound, its words, or all of it."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from screener.model import Consent
from screener.store import calls, chain, recordings, search, sessions
from screener.store.records import Call, Recording
from screener.store.schema import (
    call,
    channel,
    contact,
    erased,
    erasure,
    message,
    notice,
    preference,
    sought,
    subscriber,
)

UNSETTLED = frozenset({"running", "promised", "unwanted"})
TOLD_LATE = timedelta(hours=24)  # after a call's end nothing more is told of a recording of it


@dataclass(slots=True)
class Erased:
    """What is left to do outside the database: files that nothing uses any more, and recordings at the carrier."""

    files: list[str] = field(default_factory=list)
    at_carrier: list[str] = field(default_factory=list)


def sound(tx: Connection, of: Call) -> Erased:
    """Delete a call's recordings; those that the carrier may still have are marked for its deletion."""
    left = Erased()
    for one in recordings.of_call(tx, of.id):
        if one.state == "held" and one.carrier_deleted_at:
            recordings.change(tx, one.sid, {"state": "deleted", "sha256": None})
            if one.sha256 and not recordings.still_used(tx, one.sha256):
                left.files.append(one.sha256)
        elif one.state == "held" or one.state in UNSETTLED:
            recordings.change(tx, one.sid, {"state": "unwanted"})
            left.at_carrier.append(one.sid)
    chain.sound_gone(tx, of.id, of.subscriber_id)
    return left


def words(tx: Connection, of: Call) -> None:
    """Delete what the caller said and what was read out of it; who was claimed to call, and our own words, stay."""
    calls.forget_words(tx, of)
    calls.save(tx, of.id, {"findings": json.dumps(_without_words(of.found), ensure_ascii=False)})
    chain.reseal(tx, of.id, of.subscriber_id)


def _without_words(found: dict[str, Any]) -> dict[str, Any]:
    stay = ("category", "organisation", "on_behalf_of", "caller_check")
    kept: dict[str, Any] = {name: found[name] for name in stay if name in found}
    for finding in kept.values():
        if isinstance(finding, dict):
            finding["spans"] = []
    return kept


def everything(tx: Connection, of: Call, secret: str, at: datetime | None = None) -> bool:
    """Delete the call's row with all that hangs on it; not while a recording may be left or on its way anywhere.

    A digest of the sid stays, keyed with `secret`, so that the call is never entered again.
    """
    known = recordings.of_call(tx, of.id)
    if any(one.state in UNSETTLED or one.state == "held" for one in known) or _is_awaited(
        tx, of, known, at or datetime.now(UTC)
    ):
        return False
    chain.bury_call(tx, of.id, of.subscriber_id)
    _blank_shared_texts(tx, of)
    search.forget(tx, of.id)
    tx.execute(delete(call).where(call.c.id == of.id))
    if not erased_of(tx, [of.sid], secret):
        tx.execute(insert(erased).values(digest=_keyed(of.sid, secret), at=datetime.now(UTC)))
    return True


def apart_from_calls(tx: Connection, owner_id: int) -> None:
    """Delete what is kept of a subscriber besides calls: texts, contacts, channels, situation, sign-ins.

    Texts that a call's notice still points at stay without their words, or the call would be told of again.
    """
    mine = message.c.subscriber_id == owner_id
    told = select(notice.c.message_id).where(notice.c.subscriber_id == owner_id, notice.c.message_id.is_not(None))
    gone = delete(message).where(mine, message.c.id.not_in(told)).returning(message.c.id)
    blank = update(message).where(mine, message.c.state.in_(("accepted", "failed"))).values(body="")
    for statement, whole in ((gone, True), (blank.returning(message.c.id), False)):
        for one in list(tx.execute(statement).scalars()):
            chain.bury_delivery(tx, one, owner_id, whole=whole)
    for table in (contact, channel, preference):
        tx.execute(delete(table).where(table.c.subscriber_id == owner_id))
    tx.execute(update(subscriber).where(subscriber.c.id == owner_id).values(nickname=""))
    sessions.end_all(tx, owner_id)


def _is_awaited(tx: Connection, of: Call, known: Sequence[Recording], at: datetime) -> bool:
    """Whether the carrier may still tell of a recording: it would come in as a stranger's and stay there for ever."""
    if known or of.consent is not Consent.RECORDING or of.ended_at is None:
        return False
    asked = tx.execute(select(sought.c.call_id).where(sought.c.call_id == of.id)).first()
    return asked is None and at - of.ended_at < TOLD_LATE


def _blank_shared_texts(tx: Connection, of: Call) -> None:
    """Texts that tell of several calls belong to none of them; their words go with the first call that is deleted."""
    shared = select(notice.c.message_id).where(notice.c.call_id == of.id)
    query = update(message).where(message.c.id.in_(shared), message.c.call_id.is_(None)).values(body="")
    for one in list(tx.execute(query.returning(message.c.id)).scalars()):
        chain.bury_delivery(tx, one, of.subscriber_id)


def later(tx: Connection, of: Call) -> None:
    """Everything of this call is to go as soon as no recording of it is left."""
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
