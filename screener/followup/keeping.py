"""Recordings after the call: fetched, hashed as they arrive, kept; or deleted, here and at the carrier."""

import logging

from screener.files import FilesError
from screener.house import Desk
from screener.model import Consent
from screener.store import calls, recordings
from screener.telephony import NotReady, TelephonyError

log = logging.getLogger(__name__)

TRIES = 8  # quick tries while the carrier prepares the media; after that the sweeper goes on
AUDIO = frozenset({"audio/x-wav", "audio/wav", "audio/wave", "audio/vnd.wave"})


def keep_recording(desk: Desk, sid: str, attempt: int = 0) -> None:
    """Bring one recording to its end: held here and deleted at the carrier, or deleted in both places."""
    with desk.store.read() as tx:
        recording = recordings.find(tx, sid)
        call = recordings.call_of(tx, sid)
    if recording is None or call is None:
        return
    wanted = recording.state == "promised" and call.consent is Consent.RECORDING
    if wanted and not fetch(desk, sid, attempt):
        return
    if recording.state in ("promised", "held", "unwanted"):
        delete_at_carrier(desk, call.sid, sid, attempt)


def fetch(desk: Desk, sid: str, attempt: int) -> bool:
    """Fetch a promised recording into our files; whether it is held now."""
    try:
        with desk.telephony.media(sid) as media:
            if media.media_type not in AUDIO:
                raise FilesError("the carrier sent something that is not a recording")
            kept = desk.files.keep(media.chunks, media.size)
    except (TelephonyError, FilesError, OSError) as problem:
        why = str(problem) if not isinstance(problem, OSError) else type(problem).__name__
        level = logging.INFO if isinstance(problem, NotReady) else logging.WARNING
        log.log(level, "a recording is not held yet: %s", why)
        later(desk, sid, attempt, why)
        return False
    with desk.store.write() as tx:
        call = recordings.call_of(tx, sid)
        # Locked and read again: consent may have been taken back while the bytes came in.
        call = calls.find(tx, call.sid, lock=True) if call else None
        wanted = call is not None and call.consent is Consent.RECORDING
        if wanted:
            recordings.change(
                tx,
                sid,
                {
                    "state": "held",
                    "sha256": kept.sha256,
                    "size": kept.size,
                    "media_type": "audio/wav",
                    "held_at": desk.now(),
                    "problem": None,
                },
            )
        else:
            recordings.change(tx, sid, {"state": "unwanted"})
        drop = not wanted and not recordings.still_used(tx, kept.sha256)
    if drop:
        desk.files.delete(kept.sha256)
    return True


def later(desk: Desk, sid: str, attempt: int, why: str) -> None:
    """Try again soon, then leave it to the sweeper."""
    with desk.store.write() as tx:
        recordings.change(tx, sid, {"problem": why})
        if attempt < TRIES:
            desk.promise_later(tx, "recording", f"{sid}:r{attempt + 1}", min(60.0, 0.5 * 2**attempt))


def delete_at_carrier(desk: Desk, call_sid: str, sid: str, attempt: int) -> None:
    """Delete the carrier's copy of a recording that is safe here, or that should not exist."""
    with desk.store.read() as tx:
        recording = recordings.find(tx, sid)
    if recording is None or recording.state not in ("held", "unwanted") or recording.carrier_deleted_at:
        return
    try:
        if recording.state == "unwanted":
            desk.telephony.stop_recording(call_sid, sid)
        desk.telephony.delete_recording(sid)
    except TelephonyError as problem:
        log.warning("the carrier's copy of a recording is not deleted yet: %s", problem)
        later(desk, sid, attempt, str(problem))
        return
    drop = None
    with desk.store.write() as tx:
        changes: dict[str, object] = {"carrier_deleted_at": desk.now()}
        if recording.state == "unwanted":
            changes |= {"state": "deleted", "sha256": None}
            drop = recording.sha256
        recordings.change(tx, sid, changes)
        unused = bool(drop) and not recordings.still_used(tx, drop or "")
    if drop and unused:
        desk.files.delete(drop)


def erase(desk: Desk, call_sid: str) -> None:
    """Consent was taken back: whatever the carrier has of this call's sound is stopped and deleted."""
    with desk.store.read() as tx:
        call = calls.find(tx, call_sid)
    if call is None or call.consent is Consent.RECORDING:
        return
    for sid in desk.telephony.recordings_of(call_sid):
        with desk.store.write() as tx:
            recordings.note(tx, call, sid, "unwanted", {})
    with desk.store.read() as tx:
        known = recordings.of_call(tx, call.id)
    for recording in known:
        keep_recording(desk, recording.sid)
    confirm(desk, call_sid)


def confirm(desk: Desk, call_sid: str) -> None:
    """Once the call is over and nothing of it is left at the carrier, write that down; until then the sweeper asks."""
    with desk.store.write() as tx:
        call = calls.find(tx, call_sid, lock=True)
        if call and call.ended_at and all(one.carrier_deleted_at for one in recordings.of_call(tx, call.id)):
            calls.save(tx, call.id, {"carrier_erased_at": desk.now()})
