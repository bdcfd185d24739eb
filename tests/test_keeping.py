"""Recordings: held and hashed where consent stands, deleted in both places where it does not."""

import hashlib

import pytest

from screener.files import FilesError
from screener.followup import keeping
from screener.model import Consent
from screener.store import calls, recordings
from screener.telephony import Media, NotReady, NotSent
from tests.desk import SOUND, Bench, call_sid, recording_sid

SID = recording_sid(1)
HASH = hashlib.sha256(SOUND).hexdigest()


def promised(bench: Bench, sound: object = SOUND) -> None:
    """A consented call is over, and the carrier has told of its recording."""
    bench.note(bench.enter(), SID)
    bench.carrier.recordings[call_sid(1)] = {SID: "completed"}
    bench.carrier.media_of[SID] = sound


def withdraw(bench: Bench, number: int = 1) -> None:
    with bench.store.write() as tx:
        call = calls.find(tx, call_sid(number), lock=True)
        assert call
        calls.save(tx, call.id, {"consent": Consent.WITHDRAWN})
        recordings.unwanted(tx, call.id)


def test_a_recording_is_held_under_its_hash_before_the_carrier_loses_it(bench: Bench) -> None:
    """The carrier's copy goes only once ours is safe, and the row names the bytes."""
    promised(bench)
    keeping.keep_recording(bench.desk, SID)
    kept = bench.recording(SID)
    assert (kept.state, kept.sha256, kept.size) == ("held", HASH, len(SOUND))
    assert bench.desk.files.path(HASH).read_bytes() == SOUND
    assert bench.carrier.deeds == [("delete", SID)]
    assert kept.carrier_deleted_at


@pytest.mark.parametrize(
    "trouble",
    [
        NotReady("the recording is not there yet"),
        Media("text/html", 5, iter([b"<html"])),
        Media("application/json", len(SOUND), iter([SOUND])),
        Media("audio/x-wav", 15, iter([b"<html>", b"Not Found"])),
        Media("audio/x-wav", 24, iter([b"RIFF", b"xxxxAVI ", b"x" * 12])),
        Media("audio/mpeg", 12, iter([b"ID3\x04" + b"\0" * 8])),
        Media("", 20, iter([b'{"code":20404,"mess"}'[:20]])),
        Media("audio/x-wav", len(SOUND) + 1, iter([SOUND])),
        Media("audio/x-wav", None, iter([SOUND[:20]])),
        Media("audio/x-wav", 0, iter([])),
        NotSent("the carrier could not be reached"),
    ],
    ids=[
        "404 until ready",
        "a page",
        "an error's type",
        "a page called sound",
        "other RIFF",
        "MP3",
        "an error",
        "cut short",
        "cut short, no length",
        "empty",
        "unreachable",
    ],
)
def test_what_is_not_whole_is_not_held(bench: Bench, trouble: object) -> None:
    """Nothing is kept, nothing is deleted at the carrier, and another try is promised."""
    promised(bench, trouble)
    keeping.keep_recording(bench.desk, SID)
    assert bench.recording(SID).state == "promised"
    assert bench.recording(SID).problem
    assert bench.carrier.deeds == []
    assert bench.promised == [("recording", f"{SID}:r1", 0.5)]


@pytest.mark.parametrize("name", ["audio/x-wav", "audio/wav", "audio/vnd.wave", "", "application/octet-stream"])
def test_a_wav_file_is_held_under_each_name_that_it_may_come_by(bench: Bench, name: str) -> None:
    """The carrier's documented type, its other names, and a store's that knows none; however it is cut into pieces."""
    pieces = iter([SOUND[:3], SOUND[3:9], SOUND[9:]])
    promised(bench, Media(name, len(SOUND), pieces))
    keeping.keep_recording(bench.desk, SID)
    assert bench.recording(SID).sha256 == HASH


def test_a_huge_recording_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes without an end fill no disk."""
    monkeypatch.setattr("screener.files.MOST_BYTES", 10)
    promised(bench)
    keeping.keep_recording(bench.desk, SID)
    assert bench.recording(SID).state == "promised"
    assert [path.name for path in bench.desk.files.shelf.arriving().iterdir()] == []


def test_a_full_disk_loses_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing can be written the carrier keeps its copy; afterwards it is held."""
    promised(bench)
    with monkeypatch.context() as full:
        full.setattr("screener.files._write", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left")))
        keeping.keep_recording(bench.desk, SID)
    assert (bench.recording(SID).state, bench.carrier.deeds) == ("promised", [])
    keeping.keep_recording(bench.desk, SID, 1)
    assert bench.recording(SID).state == "held"


def test_the_carrier_that_will_not_delete_is_asked_again(bench: Bench) -> None:
    """The recording is held; its copy at the carrier stays owed until it is gone."""
    promised(bench)
    bench.carrier.trouble["delete_recording"] = NotSent("503")
    keeping.keep_recording(bench.desk, SID)
    assert bench.recording(SID).state == "held"
    assert bench.recording(SID).carrier_deleted_at is None
    bench.later(minutes=1)
    with bench.store.read() as tx:
        assert recordings.unfinished(tx, bench.now[0], 10) == [SID]
    del bench.carrier.trouble["delete_recording"]
    keeping.keep_recording(bench.desk, SID, 1)
    assert bench.recording(SID).carrier_deleted_at


def test_a_repeated_follow_up_changes_nothing(bench: Bench) -> None:
    """Held stays held, and the carrier is asked to delete once."""
    promised(bench)
    for _ in range(3):
        keeping.keep_recording(bench.desk, SID)
    assert bench.carrier.deeds == [("delete", SID)]
    assert bench.desk.files.holds(HASH)


def test_a_recording_without_consent_is_deleted_unheard(bench: Bench) -> None:
    """It is stopped and deleted at the carrier, and never fetched."""
    bench.note(bench.enter(consent=Consent.NOTES), SID, "unwanted")
    bench.carrier.media_of[SID] = AssertionError("fetched")
    keeping.keep_recording(bench.desk, SID)
    assert bench.carrier.deeds == [("stop", SID), ("delete", SID)]
    assert bench.recording(SID).state == "deleted"


def test_consent_taken_back_while_the_bytes_come_in(bench: Bench) -> None:
    """What was fetched in that moment is deleted here and at the carrier."""

    def chunks():  # type: ignore[no-untyped-def]
        yield SOUND[:10]
        withdraw(bench)
        yield SOUND[10:]

    promised(bench, Media("audio/x-wav", len(SOUND), chunks()))
    keeping.keep_recording(bench.desk, SID)
    keeping.keep_recording(bench.desk, SID)
    assert bench.recording(SID).state == "deleted"
    assert not bench.desk.files.holds(HASH)
    assert ("delete", SID) in bench.carrier.deeds


def test_consent_taken_back_while_the_carrier_deletes(bench: Bench) -> None:
    """The held file goes too, although the carrier's copy was gone already."""
    promised(bench)
    delete = bench.carrier.delete_recording

    def delete_and_withdraw(sid: str) -> None:
        delete(sid)
        withdraw(bench)

    bench.carrier.delete_recording = delete_and_withdraw  # type: ignore[method-assign]
    keeping.keep_recording(bench.desk, SID)
    keeping.keep_recording(bench.desk, SID)
    assert bench.recording(SID).state == "deleted"
    assert not bench.desk.files.holds(HASH)


def test_a_kill_between_naming_and_holding_leaves_no_unknown_file(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row knows the file's name before the file has it, so that a withdrawal finds it."""

    class Killed(BaseException):
        """What no handler of ours catches."""

    def kill(*_: object) -> None:
        raise Killed

    promised(bench)
    with monkeypatch.context() as killed:
        killed.setattr(keeping, "hold", kill)
        with pytest.raises(Killed):
            keeping.keep_recording(bench.desk, SID)
    assert bench.desk.files.holds(HASH)
    assert bench.recording(SID).sha256 == HASH
    withdraw(bench)
    keeping.keep_recording(bench.desk, SID)
    assert not bench.desk.files.holds(HASH)


def test_equal_recordings_share_a_file_until_the_last_one_goes(bench: Bench) -> None:
    """Two silences of one length are the same bytes; deleting one call's leaves the other's."""
    promised(bench)
    bench.note(bench.enter(2), recording_sid(2))
    bench.carrier.media_of[recording_sid(2)] = SOUND
    for number in (1, 2):
        keeping.keep_recording(bench.desk, recording_sid(number))
    withdraw(bench, 1)
    keeping.keep_recording(bench.desk, recording_sid(1))
    assert bench.desk.files.holds(HASH)
    withdraw(bench, 2)
    keeping.keep_recording(bench.desk, recording_sid(2))
    assert not bench.desk.files.holds(HASH)


def test_a_file_that_went_in_the_same_moment_is_fetched_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """`held` is never written of bytes that another call's deletion has just taken away."""
    promised(bench)
    name = keeping.name

    def named_then_lost(*arguments: object) -> None:
        name(*arguments)  # type: ignore[arg-type]
        monkeypatch.setattr(bench.desk.files, "holds", lambda _sha: False)

    monkeypatch.setattr(keeping, "name", named_then_lost)
    keeping.keep_recording(bench.desk, SID)
    assert bench.recording(SID).state == "promised"
    monkeypatch.undo()
    keeping.keep_recording(bench.desk, SID, 1)
    assert bench.recording(SID).state == "held"


@pytest.mark.parametrize(("status", "state"), [("absent", "absent"), ("failed", "failed"), (None, "failed")])
def test_a_recording_that_never_comes_is_not_waited_for(bench: Bench, status: str | None, state: str) -> None:
    """After some tries the carrier is asked; what it does not have is so noted."""
    promised(bench, NotReady("404"))
    bench.carrier.recordings[call_sid(1)] = {SID: status} if status else {}
    keeping.keep_recording(bench.desk, SID, keeping.ASKED_FROM)
    assert bench.recording(SID).state == state
    with bench.store.read() as tx:
        assert recordings.unfinished(tx, bench.now[0], 10) == []


def test_a_recording_in_processing_is_given_a_day(bench: Bench) -> None:
    """Then it is noted as failed, so that it does not stand in the others' way for ever."""
    promised(bench, NotReady("404"))
    bench.carrier.recordings[call_sid(1)] = {SID: "processing"}
    bench.later(hours=23)
    keeping.keep_recording(bench.desk, SID, 99)
    assert bench.recording(SID).state == "promised"
    bench.later(hours=2)
    keeping.keep_recording(bench.desk, SID, 99)
    assert bench.recording(SID).state == "failed"


def test_a_recording_that_nobody_told_of_is_found(bench: Bench) -> None:
    """Every callback was lost: the carrier is asked what it has of the call, once it has told all."""
    call = bench.enter()
    bench.carrier.recordings[call.sid] = {SID: "processing"}
    bench.later(minutes=1)
    keeping.seek(bench.desk, call.sid)
    assert bench.recording(SID).state == "running"
    bench.carrier.recordings[call.sid] = {SID: "completed"}
    keeping.seek(bench.desk, call.sid)
    assert bench.recording(SID).state == "promised"
    assert ("recording", f"{SID}:sought", 0) in bench.promised
    with bench.store.read() as tx:
        assert recordings.untold(tx, call.started_at.replace(year=2000), bench.now[0], 10) == []


def test_a_call_without_any_recording_is_asked_for_until_lists_are_settled(bench: Bench) -> None:
    """An empty list right after the call may be late; ten minutes later it is believed."""
    call = bench.enter()

    def untold() -> list[str]:
        with bench.store.read() as tx:
            return recordings.untold(tx, call.started_at.replace(year=2000), bench.now[0], 10)

    bench.later(minutes=1)
    keeping.seek(bench.desk, call.sid)
    assert untold() == [call.sid]
    bench.later(minutes=10)
    keeping.seek(bench.desk, call.sid)
    assert untold() == []


def test_erasing_finds_recordings_that_nobody_told_of(bench: Bench) -> None:
    """After a withdrawal the carrier is asked for everything of the call, and all of it goes."""
    call = bench.enter(consent=Consent.WITHDRAWN)
    bench.note(call, SID, "absent")
    bench.carrier.recordings[call.sid] = {SID: "absent", recording_sid(2): "completed"}
    keeping.erase(bench.desk, call.sid)
    assert {sid for deed, sid in bench.carrier.deeds if deed == "delete"} == {SID, recording_sid(2)}
    assert bench.call(call.sid).carrier_erased_at


def test_erasing_is_not_confirmed_while_the_carrier_fails(bench: Bench) -> None:
    """It stays owed until every copy is seen to be gone."""
    call = bench.enter(consent=Consent.WITHDRAWN)
    bench.carrier.recordings[call.sid] = {SID: "completed"}
    bench.carrier.trouble["delete_recording"] = NotSent("503")
    keeping.erase(bench.desk, call.sid)
    assert bench.call(call.sid).carrier_erased_at is None
    del bench.carrier.trouble["delete_recording"]
    keeping.erase(bench.desk, call.sid)
    assert bench.call(call.sid).carrier_erased_at


def test_only_a_hash_names_a_file(bench: Bench) -> None:
    """No name from outside reaches the disk."""
    with pytest.raises(FilesError):
        bench.desk.files.holds("../screener.db")
