"""Deleting what is kept of a call: its sound, its words, or all of it."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, select, update

from screener.store import calls, recordings, search, sessions
from screener.store.records import Call
from screener.store.schema import call, channel, contact, message, notice, preference, subscriber

UNSETTLED = frozenset({"running", "promised", "unwanted"})


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
    return left


def words(tx: Connection, of: Call) -> None:
    """Delete what the caller said and what was read out of it; who was claimed to call, and our own words, stay."""
    calls.forget_words(tx, of)
    calls.save(tx, of.id, {"findings": json.dumps(_without_words(of.found), ensure_ascii=False)})


def _without_words(found: dict[str, Any]) -> dict[str, Any]:
    stay = ("category", "organisation", "on_behalf_of", "caller_check")
    kept: dict[str, Any] = {name: found[name] for name in stay if name in found}
    for finding in kept.values():
        if isinstance(finding, dict):
            finding["spans"] = []
    return kept


def everything(tx: Connection, of: Call) -> bool:
    """Delete the call's row with all that hangs on it; not while a recording may be left anywhere."""
    if any(one.state in UNSETTLED or one.state == "held" for one in recordings.of_call(tx, of.id)):
        return False
    search.forget(tx, of.id)
    tx.execute(delete(call).where(call.c.id == of.id))
    return True


def apart_from_calls(tx: Connection, owner_id: int) -> None:
    """Delete what is kept of a subscriber besides calls: texts, contacts, channels, situation, sign-ins.

    Texts that a call's notice still points at stay without their words, or the call would be told of again.
    """
    mine = message.c.subscriber_id == owner_id
    told = select(notice.c.message_id).where(notice.c.subscriber_id == owner_id, notice.c.message_id.is_not(None))
    tx.execute(delete(message).where(mine, message.c.id.not_in(told)))
    tx.execute(update(message).where(mine, message.c.state.in_(("accepted", "failed"))).values(body=""))
    for table in (contact, channel, preference):
        tx.execute(delete(table).where(table.c.subscriber_id == owner_id))
    tx.execute(update(subscriber).where(subscriber.c.id == owner_id).values(nickname=""))
    sessions.end_all(tx, owner_id)
