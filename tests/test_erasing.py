"""Erasure leaves nothing: every byte of the data folder is searched for what was deleted."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from screener.followup import keeping, reconciling, sealing
from screener.followup.expiring import expire
from screener.model import Consent
from screener.settings import Settings
from screener.store import Connection, Store, calls, custody, erasing, heads, marks, notices, proof, subscribers
from screener.store.marks import Preference, set_preference
from screener.telephony import Listed
from tests.desk import NOW, Bench, call_sid, make_bench, recording_sid

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
        calls.keep_partial(tx, call, call.turn, f"{MARKER} words", 1)
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


def test_nothing_of_an_expired_call_is_left_in_any_byte(bench: Bench, tmp_path: Path) -> None:
    """Database, write-ahead log, recordings and the file of the heads hold neither words, sound nor sid."""
    full_call(bench)
    assert found_in(tmp_path, MARKER, call_sid(1), recording_sid(1))
    with bench.store.write() as tx:
        set_preference(tx, bench.owner.id, Preference(30))
    bench.later(days=31)
    assert expire(bench.desk) == 1
    bench.store.settle()
    assert found_in(tmp_path, MARKER, call_sid(1), recording_sid(1)) == []
    with bench.store.snapshot() as tx:
        assert proof.check(tx, bench.store.chain_heads, lambda *_: "").problems == []


def test_nothing_of_a_removed_subscriber_is_left_in_any_byte(bench: Bench, tmp_path: Path) -> None:
    """The phone itself goes as well, and the check does not miss the chain that went with it."""
    full_call(bench)
    with bench.store.write() as tx:
        assert subscribers.remove(tx, bench.owner.phone)
    for one in list(bench.desk.files.names(datetime.now(UTC).replace(year=2100))):
        bench.desk.files.delete(one)
    bench.store.settle()
    assert found_in(tmp_path, MARKER, call_sid(1), bench.owner.phone) == []
    with bench.store.snapshot() as tx:
        assert proof.check(tx, bench.store.chain_heads, lambda *_: "").problems == []


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
