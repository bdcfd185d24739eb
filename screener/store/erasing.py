"""Deleting what is kept of a call: its sound, its words, or all of it."""

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete

from screener.store import calls, recordings, search
from screener.store.records import Call
from screener.store.schema import call

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
