"""Our calls against the carrier's list: those that never reached us are entered, ends never told to us are noted."""

import logging
from dataclasses import replace
from datetime import timedelta

from screener.followup.sweep import OVER, close
from screener.house import Desk
from screener.model import Disposition, Treatment
from screener.numbers import read_caller
from screener.store import calls, erasing
from screener.store.calls import Arrival, Ring
from screener.telephony import Listed

log = logging.getLogger(__name__)

SPANS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
SETTLED = 60  # seconds after its end, until a call's own callback has come or been lost; never above the grace


def reconcile(desk: Desk, span: str) -> None:
    """Compare the calls of the last hour or day. A call that was erased here stays erased."""
    now = desk.now()
    settled = now - timedelta(seconds=min(SETTLED, desk.settings.send_grace_seconds))
    listed = [
        one
        for one in desk.telephony.calls_since(now - SPANS[span])
        if one.status in OVER and (one.ended_at or one.started_at) < settled
    ]
    with desk.store.read() as tx:
        known = {one.sid: found for one in listed if (found := calls.find(tx, one.sid))}
    lacking = [one for one in listed if one.sid not in known]
    # An entry that was made once and is gone was erased: its text was promised.
    sids = [one.sid for one in lacking]
    with desk.store.read() as tx:
        erased = erasing.erased_of(tx, sids, desk.settings.secret_key)
    erased |= desk.ever_promised("text", sids)
    ended = sum(close(desk, one.sid, one.seconds) for one in listed if one.sid in known and not known[one.sid].ended_at)
    entered = sum(enter(desk, one) for one in lacking if one.sid not in erased)
    if ended or entered:
        log.warning("the carrier's list showed %d calls that we lacked and %d ends never told to us", entered, ended)


def enter(desk: Desk, listed: Listed) -> bool:
    """Put a call into the log that rang while we did not answer; False when it is nobody's, or there after all."""
    ring = Ring(listed.sid, read_caller(listed.caller), listed.forwarded_from[:64])
    caps = (desk.settings.max_concurrent_calls, desk.settings.max_calls_per_day)
    with desk.store.write() as tx:
        arrival = calls.arriving(tx, listed.called, ring, caps)
        if arrival is None or arrival.is_known or listed.started_at < arrival.owner.created_at:
            return False
        ring = replace(ring, caller=read_caller(listed.caller, arrival.owner.phone))
        call_id = calls.open_(tx, arrival, ring, None, listed.started_at)
        if blocked(arrival):
            calls.save(tx, call_id, {"disposition": Disposition.BLOCKED})
        desk.end(tx, calls.by_id(tx, call_id), listed.seconds)
    return True


def blocked(arrival: Arrival) -> bool:
    return arrival.is_own_number or arrival.treatment is Treatment.BLOCK
