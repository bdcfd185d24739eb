"""Retention: what is past its time goes with everything that hangs on it, on both databases; nothing else does."""

from datetime import timedelta

import pytest

from screener.followup.expiring import expire
from screener.settings import Settings
from screener.store import Store, calls, marks, recordings, search
from screener.store.marks import Preference
from tests.desk import SOUND, Bench, make_bench, recording_sid


@pytest.fixture
def bench(settings: Settings, store: Store) -> Bench:
    return make_bench(settings, store)


def keep_for(bench: Bench, days: int | None) -> None:
    with bench.store.write() as tx:
        marks.set_preference(tx, bench.owner.id, Preference(days))


def left(bench: Bench) -> list[str]:
    with bench.store.read() as tx:
        return [call.sid for call in calls.log(tx, bench.owner.id)]


def test_old_calls_go_and_young_ones_stay(bench: Bench) -> None:
    """A call older than wished is deleted, with its file; a younger one and one on the line stay."""
    old = bench.enter(1)
    kept = bench.desk.files.keep([SOUND])
    bench.note(old, recording_sid(1))
    with bench.store.write() as tx:
        held = {"state": "held", "sha256": kept.sha256, "carrier_deleted_at": bench.now[0]}
        recordings.change(tx, recording_sid(1), held)
        search.index(tx, old.id)
    open_call = bench.enter(2, ended=False)
    bench.later(days=20)
    young = bench.enter(3)
    keep_for(bench, 30)
    bench.later(days=11)
    assert expire(bench.desk) == 1
    assert left(bench) == [young.sid, open_call.sid]
    assert not bench.desk.files.holds(kept.sha256)


def test_nothing_goes_without_a_wish(bench: Bench) -> None:
    """Without a retention nothing is ever deleted."""
    old = bench.enter(1)
    keep_for(bench, None)
    bench.later(days=4000)
    assert expire(bench.desk) == 0
    assert left(bench) == [old.sid]


def test_call_waits_for_the_carrier(bench: Bench) -> None:
    """A call whose sound the carrier may still have stays as a row until that is gone, and the deletion is promised."""
    old = bench.enter(1)
    bench.note(old, recording_sid(1))
    keep_for(bench, 30)
    bench.later(days=31)
    assert expire(bench.desk) == 0
    assert [kind for kind, _, _ in bench.promised] == ["recording"]
    with bench.store.write() as tx:
        recordings.change(tx, recording_sid(1), {"state": "deleted", "carrier_deleted_at": bench.now[0]})
    bench.later(days=1)
    assert expire(bench.desk) == 1
    assert left(bench) == []


def test_a_long_backlog_goes_in_one_day(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """More calls than are taken at once all go."""
    monkeypatch.setattr("screener.followup.expiring.AT_ONCE", 2)
    for number in range(1, 6):
        bench.enter(number)
    keep_for(bench, 30)
    bench.now[0] += timedelta(days=31)
    assert expire(bench.desk) == 5
