"""Erasure leaves nothing: every byte of the data folder is searched for what was deleted."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import MetaData, Text, cast, delete, select, text, update

from screener import cli
from screener.cli import doctor
from screener.followup import clearing, keeping, leaving, reconciling, sealing, sweep, telling
from screener.followup.expiring import expire
from screener.model import Consent, Treatment
from screener.settings import Settings
from screener.store import (
    Connection,
    Store,
    calls,
    custody,
    departures,
    erasing,
    heads,
    marks,
    messages,
    notices,
    proof,
    recordings,
    remnants,
    subscribers,
    talks,
)
from screener.store.marks import Preference, set_preference
from screener.store.records import Call
from screener.store.schema import call as call_table
from screener.store.schema import remnant
from screener.telephony import Listed, Media, NotSent, Refused, Uncertain
from screener.worker import Promises
from tests.desk import NOW, Bench, call_sid, make_bench, recording_sid
from tests.office import Office
from tests.signer import Carrier, environment

MARKER = "marker7f3a9"
SOUND = b"RIFF" + (44).to_bytes(4, "little") + b"WAVEfmt " + MARKER.encode() + b"\x00" * 25


def found_in(folder: Path, *markers: str) -> list[str]:
    """Files of the folder that hold any of these texts."""
    needles = [marker.encode() for marker in markers]
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return [f"{path.name}: {needle.decode()}" for path in files for needle in needles if needle in path.read_bytes()]


@pytest.fixture
def bench(sqlite_url: str, tmp_path: Path, settings_of: Settings) -> Bench:
    from screener.store import open_store

    return make_bench(settings_of, open_store(sqlite_url))


@pytest.fixture
def settings_of(sqlite_url: str, tmp_path: Path) -> Settings:
    from tests.signer import ACCOUNT, BASE, TOKEN

    return Settings(
        account_sid=ACCOUNT, auth_token=TOKEN, secret_key="k" * 32, public_url=BASE, data_dir=tmp_path,
        database_url=sqlite_url, recordings_url=str(tmp_path / "recordings"),
    )  # fmt: skip


def full_call(bench: Bench) -> None:
    """A call with marked words, sound, note, findings, texts of its own and shared, and a trail."""
    call = bench.enter(1, Consent.RECORDING, ended=False)
    with bench.store.write() as tx:
        call = calls.by_id(tx, call.id)
        talks.keep_partial(tx, call, call.turn, f"{MARKER} words", 1)
        bench.desk.end(tx, call, 30)
        calls.save(tx, call.id, {"category": "bank", "organisation": MARKER, "findings": f'{{"x": "{MARKER}"}}'})
        marks.set_note(tx, call.id, MARKER)
        custody.note(tx, call, "subscriber", "listened", MARKER)
    bench.note(call, recording_sid(1))
    bench.carrier.media_of[recording_sid(1)] = SOUND
    keeping.keep_recording(bench.desk, recording_sid(1))
    bench.write("m1", call_id=call.id, body=MARKER, state="accepted", sid="SM1", carrier_status="delivered")
    bench.write("m2", reference="A7K3", body=MARKER, kind="burst", state="accepted", carrier_status="delivered")
    with bench.store.write() as tx:
        notices.add(tx, notice_of(tx, call_id=call.id, owner=bench.owner.id))
    bench.later(minutes=1)
    sealing.seal_rest(bench.desk)


def notice_of(tx: Connection, call_id: int, owner: int) -> dict[str, object]:
    return {
        "call_id": call_id, "subscriber_id": owner, "kind": "burst", "reason": "", "bundle": "b", "caller": MARKER,
        "noted_at": NOW, "message_id": "m2", "fixed_at": NOW,
    }  # fmt: skip


def everywhere(store: Store, *markers: str) -> list[str]:
    """Tables, ours and the job engine's, of which any row holds any of these texts; on either kind of database."""
    found = []
    with store.read() as tx:
        schemas = [None] if store.is_sqlite else ["public", "dbos"]
        for schema in schemas:
            everything = MetaData()
            everything.reflect(tx, schema=schema)
            for table in everything.sorted_tables:
                rows = str(tx.execute(select(*(cast(column, Text) for column in table.c))).all())
                found += [f"{table.name}: {marker}" for marker in markers if marker in rows]
    return found


def proven(bench: Bench) -> list[str]:
    with bench.store.snapshot() as tx:
        return proof.check(tx, bench.store.chain_heads, proof.Outside(lambda *_: "")).problems


def with_jobs(bench: Bench) -> Promises:
    """The bench promises its follow-ups to the real job engine from now on."""
    promises = Promises(bench.store)
    bench.desk = replace(bench.desk, promise_later=promises.later, forget=promises.forget)
    return promises


def over(bench: Bench) -> None:
    """Every follow-up that was promised has run."""
    with bench.store.write() as tx:
        prefix = "" if bench.store.is_sqlite else "dbos."
        tx.execute(text(f"UPDATE {prefix}workflow_status SET status = 'SUCCESS'"))


def test_nothing_of_an_expired_call_is_left_in_any_byte(bench: Bench, tmp_path: Path) -> None:
    """Database, write-ahead log, job store, recordings and the file of the heads hold no words, sound, sid or id."""
    promises = with_jobs(bench)
    full_call(bench)
    with bench.store.write() as tx:
        promises(tx, "text", call_sid(1))
        promises(tx, "recording", f"{recording_sid(1)}:sought")
        promises(tx, "message", "m1:r1")
        set_preference(tx, bench.owner.id, Preference(30))
    ids = (call_sid(1), recording_sid(1), "SM1", "m1:r1")
    assert len(found_in(tmp_path, MARKER, *ids)) >= 4
    over(bench)
    bench.later(days=31)
    assert expire(bench.desk) == 1
    assert found_in(tmp_path, MARKER) != []
    assert clearing.clear(bench.desk) == 6
    assert found_in(tmp_path, MARKER, *ids) == []
    assert everywhere(bench.store, MARKER, *ids) == []
    assert {name for deed, name in bench.carrier.deeds if deed == "delete"} == {call_sid(1), recording_sid(1), "SM1"}
    assert proven(bench) == []


def test_nothing_of_a_removed_subscriber_is_left_in_any_byte(bench: Bench, tmp_path: Path) -> None:
    """The phone itself goes too, texts that only the carrier lists, and the check does not miss the ended chain."""
    full_call(bench)
    bench.carrier.texts = ["SM7"]
    with bench.store.write() as tx:
        departures.begin(tx, bench.owner, bench.now[0] + timedelta(minutes=20), whole=True)
        assert subscribers.by_twilio_number(tx, bench.owner.twilio_number) is None
    bench.later(days=2)
    assert leaving.leave(bench.desk, bench.owner.id)
    clearing.clear(bench.desk)
    assert found_in(tmp_path, MARKER, call_sid(1), recording_sid(1), "SM7", bench.owner.phone, "gone-") == []
    assert ("delete", "SM7") in bench.carrier.deeds
    assert proven(bench) == []


def test_the_operator_removes_a_subscriber(bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command does all of it by itself, and says what the carrier still refuses and who sees to it."""
    full_call(bench)
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    with bench.store.write() as tx:
        tx.execute(update(call_table).values(started_at=long_ago, ended_at=long_ago))
    bench.carrier.trouble = {"delete_text": Refused(20009)}
    monkeypatch.setattr("screener.worker.Telephony", lambda _settings: bench.carrier)
    for name, value in environment(bench.desk.settings).items():
        monkeypatch.setenv(name, value)
    remove = ["subscriber", "remove", "--phone", bench.owner.phone, "--yes"]
    done = CliRunner().invoke(cli.cli, remove)
    assert (done.exit_code, "Removed +85291234567" in done.output) == (0, True), done.output
    assert "1 things are still to be deleted elsewhere" in done.output
    assert found_in(tmp_path, MARKER, call_sid(1), recording_sid(1), bench.owner.phone) == []
    assert CliRunner().invoke(cli.cli, remove).exit_code == 1


@pytest.fixture
def both(settings: Settings, store: Store) -> Bench:
    """A bench on each kind of database."""
    store.chain_heads = settings.data_dir / heads.NAME
    return make_bench(settings, store)


def erase(bench: Bench, call: Call) -> None:
    with bench.store.write() as tx:
        assert erasing.everything(tx, calls.by_id(tx, call.id), bench.desk.settings.secret_key, bench.desk.now())


def test_a_call_is_erased_while_its_recording_comes_in(both: Bench) -> None:
    """Erased between two pieces of sound: no file stays, and what the carrier lists of it afterwards goes as well."""
    call = both.enter(1, Consent.RECORDING)
    both.note(call, recording_sid(1))

    def trickle() -> Iterator[bytes]:
        yield SOUND[:20]
        erase(both, call)
        clearing.clear(both.desk)
        yield SOUND[20:]

    both.carrier.media_of[recording_sid(1)] = Media("audio/x-wav", len(SOUND), trickle())
    keeping.keep_recording(both.desk, recording_sid(1))
    assert list(Path(both.desk.settings.recordings_url).iterdir()) == []
    both.carrier.recordings = {call.sid: {recording_sid(2): "completed"}}
    assert ("delete", call.sid) not in both.carrier.deeds  # it is asked once more when none can come any more
    both.later(minutes=11)
    clearing.clear(both.desk)
    assert ("delete", recording_sid(2)) in both.carrier.deeds
    assert ("delete", call.sid) in both.carrier.deeds
    assert everywhere(both.store, call.sid, recording_sid(1)) == []


def test_a_recording_that_was_not_fetched_yet_is_deleted_by_its_sid(both: Bench) -> None:
    """It goes at the carrier also while the carrier's own list of the call does not name it yet."""
    call = both.enter(1, Consent.RECORDING)
    both.note(call, recording_sid(1))
    erase(both, call)
    clearing.clear(both.desk)
    assert ("delete", recording_sid(1)) in both.carrier.deeds


def test_the_same_sound_of_another_call_stays(both: Bench) -> None:
    """Two silences are the same bytes and one file: it goes with the last call that has it."""
    silent = [both.enter(number, Consent.RECORDING) for number in (1, 2)]
    for number, call in enumerate(silent, 1):
        both.note(call, recording_sid(number))
        both.carrier.media_of[recording_sid(number)] = SOUND
        keeping.keep_recording(both.desk, recording_sid(number))
    name = hashlib.sha256(SOUND).hexdigest()
    for call, there in zip(silent, (True, False), strict=True):
        erase(both, call)
        clearing.clear(both.desk)
        assert both.desk.files.holds(name) is there


def test_words_go_at_once_though_a_text_is_being_sent(both: Bench) -> None:
    """A departure leaves a call's row while a text about it goes out, and nothing that was said in it."""
    call = both.enter(1, ended=False)
    with both.store.write() as tx:
        talks.keep_partial(tx, calls.by_id(tx, call.id), 1, MARKER, 1)
        both.desk.end(tx, calls.by_id(tx, call.id), 5)
    both.write("m1", call_id=call.id, state="sending")
    with both.store.write() as tx:
        departures.begin(tx, both.owner, both.now[0] + timedelta(hours=1), whole=False)
    assert not leaving.leave(both.desk, both.owner.id)
    assert both.call(call.sid)
    assert everywhere(both.store, MARKER) == []
    assert proven(both) == []


def test_a_file_that_lands_after_the_erasure_goes_too(both: Bench) -> None:
    """Its name was noted, its call erased, then it came to lie there and its process died: it is looked for once more."""
    call = both.enter(1, Consent.RECORDING)
    both.note(call, recording_sid(1))
    name = hashlib.sha256(SOUND).hexdigest()
    with both.store.write() as tx:
        recordings.change(tx, recording_sid(1), {"sha256": name, "size": len(SOUND)})
    erase(both, call)
    clearing.clear(both.desk)
    assert both.desk.files.keep([SOUND]).sha256 == name
    both.later(minutes=11)
    clearing.clear(both.desk)
    assert not both.desk.files.holds(name)


def test_a_recording_told_of_after_the_erasure_goes_too(app: Flask, carrier: Carrier, settings: Settings) -> None:
    """Its callback comes late, its call is unknown: it is deleted at the carrier. A stranger's is left alone."""
    store = app.extensions["screener"].store
    bench = make_bench(settings, store)
    call = bench.enter(1, Consent.RECORDING)
    erase(bench, call)
    with store.write() as tx:
        tx.execute(delete(remnant))
    for n in (1, 2):
        form = {"CallSid": call_sid(n), "RecordingSid": recording_sid(n), "RecordingStatus": "completed"}
        assert carrier.post("/voice/recording", **form).status_code == 204
    bench.later(days=1)
    clearing.clear(bench.desk)
    assert bench.carrier.deeds == [("delete", recording_sid(1))]


def test_follow_ups_under_way_are_forgotten_when_they_are_over(both: Bench) -> None:
    """A job that waits or runs is let end by itself; then no row of the job store names the call."""
    promises = with_jobs(both)
    call = both.enter(1)
    with both.store.write() as tx:
        promises(tx, "text", call.sid)
        promises.later(tx, "seek", f"{call.sid}:r9", 60)
    both.later(minutes=20)
    erase(both, call)
    clearing.clear(both.desk)
    assert f"workflow_status: {call.sid}" in everywhere(both.store, call.sid)
    over(both)
    both.later(minutes=5)
    clearing.clear(both.desk)
    assert everywhere(both.store, call.sid) == []


@pytest.mark.parametrize("problem", [Refused(20009), Uncertain("the carrier answered 503"), NotSent("down")])
def test_a_carrier_that_refuses_is_asked_until_it_does(both: Bench, problem: Exception) -> None:
    """The wish stays written down by ids alone and is told to the operator; once the carrier does it, nothing stays."""
    call = both.enter(1, Consent.RECORDING)
    both.write(call_id=call.id, state="accepted", sid="SM1", carrier_status="sent", body=MARKER)
    erase(both, call)
    both.later(minutes=20)
    both.carrier.trouble = {"delete_call": problem, "delete_text": problem}
    for _ in range(3):
        clearing.clear(both.desk)
        both.later(minutes=1)
    assert everywhere(both.store, MARKER, both.owner.phone) == ["subscriber: +85291234567"]
    with both.store.read() as tx:
        left = remnants.left(tx)
    assert left.counts == {"call": 1, "text": 1, "recording": 0, "file": 0, "job": 0}
    assert left.problem == str(problem)
    found = list(doctor.erasures(both.store))
    assert [one.good for one in found] == [False]
    assert str(problem) in found[0].what
    both.carrier.trouble = {}
    both.later(days=1)
    clearing.clear(both.desk)
    assert everywhere(both.store, call.sid, "SM1") == []
    assert {name for _, name in both.carrier.deeds} == {call.sid, "SM1"}
    assert list(doctor.erasures(both.store)) == []


def test_a_shared_text_on_its_way_loses_its_words_and_the_chain_checks(both: Bench) -> None:
    """It tells of two calls, one is deleted: its words go at once, and it is sealed once the carrier's last word is in."""
    gone, stays = both.enter(1, ended=False), both.enter(2, ended=False)
    both.write("m2", kind="burst", body=MARKER, state="accepted", sid="SM2", carrier_status="sent")
    with both.store.write() as tx:
        for call in (gone, stays):
            both.desk.end(tx, calls.by_id(tx, call.id), 5)
            notices.add(tx, notice_of(tx, call_id=call.id, owner=both.owner.id) | {"caller": ""})
    erase(both, gone)
    assert everywhere(both.store, MARKER) == []
    with both.store.write() as tx:
        assert messages.progress(tx, both.message("m2"), "delivered", None, both.now[0])
    both.later(minutes=1)
    assert sealing.seal_rest(both.desk) == 1
    assert proven(both) == []


def test_a_departure_waits_for_what_is_under_way(both: Bench) -> None:
    """A call on the line, a text being sent, a carrier that cannot list: all else goes, and the rest when it can."""
    erased, live = both.enter(1), both.enter(2, ended=False)
    both.write("m9", kind="code", state="sending", body=MARKER)
    both.carrier.trouble, both.carrier.texts = {"texts_between": NotSent("down")}, ["SM8"]
    with both.store.write() as tx:
        departures.begin(tx, both.owner, both.now[0] + timedelta(hours=1), whole=True)
        assert calls.by_id(tx, live.id).treatment is Treatment.MUTE
    assert not leaving.leave(both.desk, both.owner.id)
    with both.store.write() as tx:
        assert calls.find(tx, erased.sid) is None
        both.desk.end(tx, calls.by_id(tx, live.id), 5)
    assert not leaving.leave(both.desk, both.owner.id)
    with both.store.write() as tx:
        messages.adopt(tx, "m9", "SM9", both.now[0])
    assert not leaving.leave(both.desk, both.owner.id)
    both.carrier.trouble = {}
    assert leaving.leave(both.desk, both.owner.id)
    assert leaving.leave(both.desk, both.owner.id)  # nothing is left to do
    both.later(days=2)
    clearing.clear(both.desk)
    assert everywhere(both.store, MARKER, live.sid, "SM9", both.owner.phone) == []
    assert {("delete", "SM8"), ("delete", "SM9")} <= set(both.carrier.deeds)


def test_a_subscriber_who_is_removed_is_told_nothing_more(office: Office) -> None:
    """A call that ended just before the removal, and one that waits for a digest, make no text and no other message."""
    owner = office.subscriber(digest_at="20:00")
    other = office.subscriber(phone="+85291234568", twilio_number="+85230001112")
    held, ended = office.call(owner, 1, "喂"), office.call(other, 2, "喂")
    telling.tell(office.desk, held.sid)
    with office.store.write() as tx:
        for one in (owner, other):
            departures.begin(tx, one, office.clock.at, whole=True)
    office.clock.forward(days=2)
    telling.tell(office.desk, ended.sid)
    for kind, bundle, _ in office.promised:
        if kind == "notice":
            telling.tell_held(office.desk, bundle)
    assert (office.carrier.sent, office.notifier.told) == ([], [])


def test_the_sweeper_takes_up_departures_and_remnants(both: Bench) -> None:
    """Whatever a crash left of either is promised again."""
    erase(both, both.enter(1))
    with both.store.write() as tx:
        departures.begin(tx, both.owner, both.now[0], whole=False)
    both.promised.clear()
    assert sweep.owed_departures(both.desk) == sweep.owed_remnants(both.desk) == 1
    assert [(kind, one.partition(":")[0]) for kind, one, _ in both.promised] == [
        ("leave", str(both.owner.id)),
        ("clear", "due"),
    ]


def test_reconciling_never_brings_an_erased_call_back(settings: Settings, store: Store) -> None:
    """The carrier still lists the call; its keyed digest says that it was erased here, the engine's memory aside."""
    store.chain_heads = settings.data_dir / heads.NAME
    bench = make_bench(settings, store)
    call = bench.enter(1, Consent.NOTES)
    with store.write() as tx:
        assert erasing.everything(tx, call, settings.secret_key)
    started = NOW
    bench.later(minutes=10)
    listed = Listed(call.sid, "+85251230000", bench.owner.twilio_number, "completed", "", started, started, 30)
    bench.carrier.calls = [listed]
    reconciling.reconcile(bench.desk, "hour")
    with store.read() as tx:
        assert calls.find(tx, call.sid) is None
    bench.carrier.calls = [replace(listed, sid=call_sid(2))]  # one that was never here comes in
    reconciling.reconcile(bench.desk, "hour")
    with store.read() as tx:
        assert calls.find(tx, call_sid(2))
