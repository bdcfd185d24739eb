"""Our rows are the truth, the job engine is the motor: find what is owed and not done, and start it again."""

import logging
from datetime import timedelta

from screener import telephony
from screener.house import Desk
from screener.store import calls, messages, notices, recordings

log = logging.getLogger(__name__)

YOUNG = timedelta(seconds=20)  # what is younger is left to the job that was promised with it
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def sweep(desk: Desk) -> int:
    """Start again whatever is owed; how many things that was."""
    return (
        end_lost_calls(desk)
        + owed_texts(desk)
        + owed_notices(desk)
        + owed_messages(desk)
        + owed_recordings(desk)
        + owed_erasures(desk)
    )


def rerun(desk: Desk, kind: str, sid: str) -> None:
    """Promise a follow-up under an id that a finished or failed run has not used up."""
    stamp = int(desk.now().timestamp())
    with desk.store.write() as tx:
        desk.promise_later(tx, kind, f"{sid}:r{stamp}", 0)


def end_lost_calls(desk: Desk) -> int:
    """Close calls whose end was never told to us, after asking the carrier."""
    longest = timedelta(seconds=desk.settings.max_call_seconds)
    with desk.store.read() as tx:
        sids = calls.open_since(tx, desk.now() - longest)
    closed = 0
    for sid in sids:
        try:
            status, seconds = desk.telephony.call_status(sid)
        except telephony.Gone:
            status, seconds = "completed", None
        except telephony.TelephonyError as problem:
            log.warning("a call without an end could not be looked up: %s", problem)
            continue
        if status not in OVER:
            continue
        with desk.store.write() as tx:
            call = calls.find(tx, sid, lock=True)
            if call:
                desk.end(tx, call, seconds)
                closed += 1
    return closed


def owed_texts(desk: Desk) -> int:
    """Ended calls that no notice tells of."""
    with desk.store.read() as tx:
        sids = calls.ended_without_notice(tx, desk.now() - YOUNG)
    for sid in sids:
        rerun(desk, "text", sid)
    return len(sids)


def owed_notices(desk: Desk) -> int:
    """Bursts and digests whose time has come."""
    with desk.store.read() as tx:
        bundles = notices.due(tx, desk.now() - timedelta(seconds=2))
    for bundle in bundles:
        rerun(desk, "notice", bundle)
    return len(bundles)


def owed_messages(desk: Desk) -> int:
    """Texts that wait past their time, and sendings that are uncertain past their grace."""
    now = desk.now()
    with desk.store.read() as tx:
        ids = messages.due(tx, now - timedelta(seconds=2), now - timedelta(seconds=desk.settings.send_grace_seconds))
    for message_id in ids:
        rerun(desk, "message", message_id)
    return len(ids)


def owed_recordings(desk: Desk) -> int:
    """Recordings promised and not held, or unwanted and not deleted at the carrier."""
    with desk.store.read() as tx:
        sids = recordings.unfinished(tx, desk.now() - YOUNG)
    for sid in sids:
        rerun(desk, "recording", sid)
    return len(sids)


def owed_erasures(desk: Desk) -> int:
    """Calls whose consent was taken back and that the carrier has not been seen to be rid of."""
    with desk.store.read() as tx:
        sids = calls.to_erase(tx, desk.now() - YOUNG)
    for sid in sids:
        rerun(desk, "erase", sid)
    return len(sids)
