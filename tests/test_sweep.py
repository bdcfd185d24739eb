"""The sweeper: whatever is owed and not done is started again, once, and nothing else is."""

from datetime import timedelta

import pytest

from screener.followup import reconciling, sweep
from screener.model import Consent, Disposition
from screener.store import calls, recordings, subscribers
from screener.store.schema import call as call_table
from screener.telephony import Listed, NotSent
from tests.desk import NOW, Bench, call_sid, recording_sid, rows


def started(bench: Bench) -> set[tuple[str, str]]:
    """What the sweeper has promised: kinds and bare ids."""
    return {(kind, sid.partition(":")[0]) for kind, sid, _ in bench.promised}


def swept(bench: Bench, **later: float) -> set[tuple[str, str]]:
    bench.promised.clear()
    bench.later(**later)
    sweep.sweep(bench.desk)
    return started(bench)


def test_nothing_owed_starts_nothing(bench: Bench) -> None:
    """A quiet house is left alone."""
    assert swept(bench, days=1) == set()


def test_an_ended_call_without_a_notice_is_told(bench: Bench) -> None:
    """A follow-up that failed or was stranded is promised anew, under another id; a young one is left to its own."""
    bench.enter(consent=Consent.NOTES)
    assert swept(bench, seconds=5) == set()
    assert swept(bench, seconds=20) == {("text", call_sid(1))}
    assert bench.promised[0][1] != call_sid(1)


def test_a_told_call_is_left_alone(bench: Bench) -> None:
    """Its notice is fixed, even if it says that no text is sent."""
    call = bench.enter(consent=Consent.NOTES)
    bench.told(call)
    assert swept(bench, minutes=5) == set()


def test_a_worker_that_starts_looks_back_to_the_beginning(bench: Bench) -> None:
    """After weeks without a worker nothing is forgotten; each later look goes back two days."""
    bench.enter(consent=Consent.NOTES)
    assert swept(bench, days=30) == set()
    sweep.sweep(bench.desk, whole=True)
    assert started(bench) == {("text", call_sid(1))}


def test_texts_in_limbo_are_started_again(bench: Bench) -> None:
    """Pending past its time, or sending past the grace; not one whose time has not come."""
    bench.write("waits", reference="A2A2", not_before=NOW + timedelta(hours=2))
    bench.write("pending", reference="A3A3")
    bench.write("sending", reference="A4A4", state="sending", sending_at=NOW)
    bench.write("done", reference="A5A5", state="accepted", sid="SM1", carrier_status="delivered", sending_at=NOW)
    assert swept(bench, seconds=10) == {("message", "pending")}
    assert swept(bench, seconds=90) == {("message", "pending"), ("message", "sending")}


def test_no_text_is_looked_up_just_after_the_clock_jumped(bench: Bench) -> None:
    """Ages mean nothing then."""
    bench.write("sending", state="sending", sending_at=NOW)
    bench.jumped[0] = True
    assert swept(bench, hours=1) == set()


def test_a_text_without_news_is_asked_after(bench: Bench) -> None:
    """Fifteen minutes after its last news, for two days, and not once its fate is known."""
    bench.write("quiet", state="accepted", sid="SM1", carrier_status="sent", sending_at=NOW)
    bench.write("known", reference="B2B2", state="accepted", sid="SM2", carrier_status="failed", sending_at=NOW)
    assert swept(bench, minutes=10) == set()
    assert swept(bench, minutes=6) == {("fate", "quiet")}
    assert swept(bench, days=2) == set()


@pytest.mark.parametrize("state", ["promised", "unwanted", "held"])
def test_a_recording_that_is_not_settled_is_started_again(bench: Bench, state: str) -> None:
    """Promised and not held, or not yet gone at the carrier."""
    call = bench.enter(consent=Consent.NOTES)
    bench.note(call, recording_sid(1), state)
    bench.told(call)
    assert swept(bench, seconds=21) == {("recording", recording_sid(1))}
    with bench.store.write() as tx:
        recordings.change(tx, recording_sid(1), {"state": "deleted", "carrier_deleted_at": NOW})
    assert swept(bench, seconds=21) == set()


@pytest.mark.parametrize("state", [None, "running"], ids=["nothing told", "only the beginning told"])
def test_a_recording_without_an_end_is_sought(bench: Bench, state: str | None) -> None:
    """Consent was given, the call is over, and the callbacks were lost."""
    call = bench.enter()
    if state:
        bench.note(call, recording_sid(1), state)
    assert ("seek", call.sid) in swept(bench, seconds=40)
    with bench.store.write() as tx:
        recordings.note(tx, call, recording_sid(1), "absent", {})
    assert ("seek", call.sid) not in swept(bench, seconds=40)


def test_an_erasure_that_the_carrier_has_not_confirmed_is_started_again(bench: Bench) -> None:
    """Until the carrier was seen to hold nothing of the call."""
    call = bench.enter(consent=Consent.WITHDRAWN)
    assert ("erase", call.sid) in swept(bench, seconds=30)
    with bench.store.write() as tx:
        calls.save(tx, call.id, {"carrier_erased_at": NOW})
    assert ("erase", call.sid) not in swept(bench, seconds=30)


def test_what_is_under_way_is_not_started_twice(bench: Bench) -> None:
    """A follow-up that waits or runs is enough."""
    bench.enter(1, Consent.NOTES)
    bench.enter(2, Consent.NOTES)
    object.__setattr__(bench.desk, "under_way", lambda kind: {call_sid(1)} if kind == "text" else set())
    assert swept(bench, seconds=30) == {("text", call_sid(2))}


def test_those_that_never_come_right_do_not_starve_the_others(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """More calls are stuck than are started at a time; sooner or later each gets its turn."""
    monkeypatch.setattr(sweep, "MOST", 2)
    for number in range(1, 7):
        bench.enter(number, Consent.NOTES)
    seen: set[tuple[str, str]] = set()
    for _ in range(40):
        seen |= swept(bench, seconds=30)
    assert len(seen) == 6


def test_a_call_whose_end_was_never_told_is_closed(bench: Bench) -> None:
    """Past its longest length the carrier is asked; then it is closed and its text promised, as by the webhook."""
    call = bench.enter(consent=Consent.NOTES, ended=False)
    bench.carrier.statuses[call.sid] = ("completed", 42)
    assert swept(bench, minutes=14) == set()
    assert swept(bench, minutes=2) == {("text", call.sid)}
    assert bench.call(call.sid).seconds == 42


def test_a_call_that_the_carrier_does_not_know_is_closed(bench: Bench) -> None:
    """It is over, whatever it was."""
    call = bench.enter(consent=Consent.NOTES, ended=False)
    swept(bench, minutes=16)
    assert bench.call(call.sid).ended_at


def test_a_call_is_not_closed_while_the_carrier_cannot_be_asked(bench: Bench) -> None:
    """Nothing is decided on a guess."""
    call = bench.enter(consent=Consent.NOTES, ended=False)
    bench.carrier.trouble["call_status"] = NotSent("down")
    assert swept(bench, hours=1) == set()
    assert bench.call(call.sid).ended_at is None


def test_a_call_that_never_ends_is_hung_up(bench: Bench) -> None:
    """Past its longest length a live call is ended at the carrier; its callback then closes it."""
    call = bench.enter(consent=Consent.NOTES, ended=False)
    bench.carrier.statuses[call.sid] = ("in-progress", None)
    swept(bench, minutes=16)
    assert bench.carrier.deeds == [("hang up", call.sid)]
    assert bench.call(call.sid).ended_at is None


# The carrier's list of calls


def listed(bench: Bench, number: int, **changes: object) -> Listed:
    values = {
        "sid": call_sid(number), "caller": "+85251230000", "called": bench.owner.twilio_number, "status": "completed",
        "forwarded_from": "", "started_at": bench.now[0] - timedelta(minutes=10),
        "ended_at": bench.now[0] - timedelta(minutes=9), "seconds": 60,
    }  # fmt: skip
    one = Listed(**{**values, **changes})  # type: ignore[arg-type]
    bench.carrier.calls.append(one)
    return one


def test_a_call_that_never_reached_us_is_entered_and_told(bench: Bench) -> None:
    """It rang while we were down: it stands in the log with its time, and its text is promised."""
    one = listed(bench, 7)
    reconciling.reconcile(bench.desk, "hour")
    entered = bench.call(one.sid)
    assert (entered.started_at, entered.seconds, entered.caller) == (one.started_at, 60, "+85251230000")
    assert entered.disposition is Disposition.ABANDONED
    assert started(bench) == {("text", one.sid)}
    reconciling.reconcile(bench.desk, "hour")
    assert len(rows(bench.store, call_table)) == 1


def test_an_end_that_was_never_told_is_noted(bench: Bench) -> None:
    """The carrier's list shows that a call of ours is over."""
    call = bench.enter(consent=Consent.NOTES, ended=False)
    bench.later(minutes=20)
    listed(bench, 1, seconds=33)
    reconciling.reconcile(bench.desk, "hour")
    assert bench.call(call.sid).seconds == 33
    assert started(bench) == {("text", call.sid)}


def test_an_erased_call_stays_erased(bench: Bench) -> None:
    """The carrier still lists it; its text was once promised, so it is not entered again."""
    one = listed(bench, 7)
    object.__setattr__(bench.desk, "ever_promised", lambda kind, sids: {one.sid} & set(sids))
    reconciling.reconcile(bench.desk, "hour")
    assert rows(bench.store, call_table) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "in-progress", "ended_at": None},
        {"ended_at": NOW - timedelta(seconds=5)},
        {"called": "+85230009999"},
        {"started_at": NOW - timedelta(days=500), "ended_at": NOW - timedelta(days=500)},
    ],
    ids=["still going on", "just over", "nobody's number", "before its subscriber"],
)
def test_other_listed_calls_are_left_alone(bench: Bench, changes: dict[str, object]) -> None:
    """Calls that go on, whose callback may still come, that are nobody's, or older than their subscriber."""
    listed(bench, 7, **changes)
    bench.carrier.calls_since = lambda _since: bench.carrier.calls  # type: ignore[method-assign]
    reconciling.reconcile(bench.desk, "day")
    assert rows(bench.store, call_table) == []


def test_work_by_the_clock_is_done_by_one_of_many_workers(bench: Bench) -> None:
    """Its ids name the time, not the worker; only a worker's start is its own."""
    for worker in ("a", "b"):
        sweep.timed(bench.desk, worker)
    ids = [sid for _, sid, _ in bench.promised]
    assert len(set(ids)) == 4
    assert {sid for sid in ids if sid.startswith("day:")} == {"day:a", "day:b"}


def test_a_blocked_caller_that_never_reached_us_is_entered_as_blocked(bench: Bench) -> None:
    """The subscriber's choice holds for calls that are entered later, too."""
    from screener.model import Treatment

    with bench.store.write() as tx:
        subscribers.treat(tx, bench.owner.id, "+85251230000", Treatment.BLOCK)
    listed(bench, 7)
    reconciling.reconcile(bench.desk, "hour")
    assert bench.call(call_sid(7)).disposition is Disposition.BLOCKED
