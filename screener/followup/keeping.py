"""Recordings after the call: fetched, hashed as they arrive, kept; or deleted, here and at the carrier."""

import logging
from collections.abc import Iterator
from datetime import timedelta

from screener.evidence import Kind
from screener.files import FilesError, Kept
from screener.house import Desk
from screener.model import Consent
from screener.store import Connection, calls, chain, recordings
from screener.store.records import Call, Recording
from screener.telephony import Gone, Media, NotReady, TelephonyError

log = logging.getLogger(__name__)

TRIES = 8  # quick tries while the carrier prepares the media; after that the sweeper goes on
ASKED_FROM = 4  # the try from which the carrier is asked what has become of the recording
GIVEN_UP = timedelta(hours=24)  # after which a recording that the carrier never finished is not waited for
LISTED_LATE = timedelta(minutes=10)  # after a call's end a recording of it is surely in the carrier's list
# We ask for `.wav`, which the carrier documents as audio/x-wav; the others are its registered and its older names. A
# redirect may lead to a store that names no type. Under every name the bytes must be those of a WAV file.
AUDIO = frozenset({"audio/x-wav", "audio/wav", "audio/wave", "audio/vnd.wave"})
UNNAMED = frozenset({"", "application/octet-stream", "binary/octet-stream"})
STATES = {"completed": "promised", "absent": "absent", "deleted": "failed", "failed": "failed"}


def keep_recording(desk: Desk, sid: str, attempt: int = 0) -> None:
    """Bring one recording to its end: held here and deleted at the carrier, or deleted in both places."""
    with desk.store.read() as tx:
        recording = recordings.find(tx, sid)
        call = recordings.call_of(tx, sid)
    if recording is None or call is None:
        return
    wanted = recording.state == "promised" and call.consent is Consent.RECORDING
    if wanted and not fetch(desk, recording, attempt):
        return
    if recording.state in ("promised", "held", "unwanted"):
        delete_at_carrier(desk, call.sid, sid, attempt)
        delete_here(desk, sid)


def fetch(desk: Desk, recording: Recording, attempt: int) -> bool:
    """Fetch a promised recording into our files; whether it is held now, or is not wanted any more."""
    sid = recording.sid
    try:
        with desk.telephony.media(sid) as media:
            kept = desk.files.keep(sound_of(media), media.size, lambda kept: name(desk, sid, kept))
        hold(desk, sid, kept)
    except (TelephonyError, FilesError, OSError) as problem:
        why = str(problem) if not isinstance(problem, OSError) else type(problem).__name__
        level = logging.INFO if isinstance(problem, NotReady) else logging.WARNING
        log.log(level, "a recording is not held yet: %s", why)
        if attempt < ASKED_FROM or not is_lost(desk, recording, why):
            later(desk, sid, attempt, why)
        return False
    return True


def sound_of(media: Media) -> Iterator[bytes]:
    """The bytes of a WAV file as they arrive. FilesError for whatever else comes: words, or sound in another form."""
    head = b""
    if media.media_type not in AUDIO | UNNAMED:
        raise FilesError("the carrier sent something that is not a recording")
    for chunk in media.chunks:
        head = (head + chunk)[:12]
        if len(head) == 12 and (head[:4], head[8:]) != (b"RIFF", b"WAVE"):
            raise FilesError("the carrier sent something that is not a recording")
        yield chunk
    if len(head) < 12:
        raise FilesError("the recording was cut short")


def name(desk: Desk, sid: str, kept: Kept) -> None:
    """Write down under which name the bytes will stand, before they do: a crash leaves no file that no row tells of."""
    with desk.store.write() as tx:
        if recordings.find(tx, sid) is None:
            raise FilesError("its call was deleted meanwhile")
        recordings.change(tx, sid, {"sha256": kept.sha256, "size": kept.size})


def hold(desk: Desk, sid: str, kept: Kept) -> None:
    """Write down that the bytes are safe here. FilesError when another deletion has just taken them away."""
    with desk.store.write() as tx:
        call = recordings.call_of(tx, sid)
        # Locked and read again: consent may have been taken back while the bytes came in.
        call = calls.find(tx, call.sid, lock=True) if call else None
        recordings.hold_name(tx, kept.sha256)
        if call is None or call.consent is not Consent.RECORDING:
            recordings.change(tx, sid, {"state": "unwanted", "sha256": None})
            drop(desk, tx, kept.sha256)
            return
        if not desk.files.holds(kept.sha256):
            raise FilesError("the same bytes were deleted for another call just now")
        values = {"state": "held", "sha256": kept.sha256, "size": kept.size, "media_type": "audio/wav"}
        recordings.change(tx, sid, {**values, "held_at": desk.now(), "problem": None})
        held = recordings.find(tx, sid)
        if held:
            chain.add(tx, chain.Subject(Kind.RECORDING, call.subscriber_id, str(held.id), call.id))


def drop(desk: Desk, tx: Connection, sha256: str) -> None:
    """Delete a file that no recording has any more. Before the commit: a crash in between leaves it to be done again,
    where a crash after it would leave a file that no row tells of."""
    if not recordings.still_used(tx, sha256):
        desk.files.delete(sha256)


def is_lost(desk: Desk, recording: Recording, why: str) -> bool:
    """Whether the carrier says, or a day of waiting shows, that it will never be had; then that is written down."""
    state, problem = "failed", why
    try:
        status = desk.telephony.recording_status(recording.sid)
    except Gone:
        problem = "the carrier does not have it"
    except TelephonyError:
        return False
    else:
        state = STATES.get(status, "promised")
        if state == "promised":
            if desk.now() - recording.noted_at < GIVEN_UP:
                return False
            state = "failed"
    with desk.store.write() as tx:
        current = recordings.find(tx, recording.sid, lock=True)
        if current and current.state == "promised":
            recordings.change(tx, recording.sid, {"state": state, "problem": problem})
    log.error("a recording cannot be had: %s", problem)
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
    with desk.store.write() as tx:
        recordings.change(tx, sid, {"carrier_deleted_at": desk.now()})


def delete_here(desk: Desk, sid: str) -> None:
    """Delete our copy of an unwanted recording; it is deleted once the carrier's is gone as well."""
    with desk.store.write() as tx:
        recording = recordings.find(tx, sid, lock=True)
        if recording is None or recording.state != "unwanted":
            return
        if recording.sha256:
            recordings.hold_name(tx, recording.sha256)
        recordings.change(tx, sid, {"sha256": None})
        if recording.sha256:
            drop(desk, tx, recording.sha256)
        if recording.carrier_deleted_at:
            recordings.change(tx, sid, {"state": "deleted", "problem": None})


def seek(desk: Desk, call_sid: str) -> None:
    """A consented call is over and no end of a recording was told: ask the carrier what it has."""
    with desk.store.read() as tx:
        call = calls.find(tx, call_sid)
    if call is None or call.ended_at is None or call.consent is not Consent.RECORDING:
        return
    listed = desk.telephony.recordings_of(call_sid)
    with desk.store.write() as tx:
        current = calls.find(tx, call_sid, lock=True)
        if current is None:
            return
        done = [note(desk, tx, current, sid, status) for sid, status in listed.items()]
        age = desk.now() - call.ended_at
        if all(done) and (done or age > LISTED_LATE):
            recordings.sought_now(tx, call.id, desk.now())


def note(desk: Desk, tx: Connection, call: Call, sid: str, status: str) -> bool:
    """Note what the carrier lists, as its callback would have; whether that was its last word."""
    waited = call.ended_at is not None and desk.now() - call.ended_at > GIVEN_UP
    state = STATES.get(status, "failed" if waited else "running")
    if call.consent is not Consent.RECORDING and state in ("running", "promised"):
        state = "unwanted"
    if recordings.note(tx, call, sid, state, {}) in ("promised", "unwanted"):
        desk.promise_later(tx, "recording", f"{sid}:sought", 0)
    return state != "running"


def erase(desk: Desk, call_sid: str) -> None:
    """Consent was taken back: whatever the carrier has of this call's sound is stopped and deleted."""
    with desk.store.read() as tx:
        call = calls.find(tx, call_sid)
    if call is None or call.consent is Consent.RECORDING:
        return
    listed = desk.telephony.recordings_of(call_sid)
    with desk.store.write() as tx:
        for sid in listed:
            recordings.note(tx, call, sid, "unwanted", {})
        recordings.unwanted(tx, call.id)
        chain.sound_gone(tx, call.id, call.subscriber_id)
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
