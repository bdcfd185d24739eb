"""Retention: what is past its time goes with everything that hangs on it, on both databases; nothing else does."""

from datetime import timedelta

import pytest

from screener.followup.clearing import clear
from screener.followup.expiring import expire
from screener.followup.keeping import keep_recording
from screener.letters import Typed, to_json
from screener.model import Jurisdiction, Language
from screener.settings import Settings
from screener.store import Store, calls, custody, erasing, heads, letters, marks, proof, recordings, search, talks
from screener.store.letters import NewLetter
from screener.store.marks import Preference
from tests.desk import SOUND, Bench, make_bench, recording_sid


@pytest.fixture
def bench(settings: Settings, store: Store) -> Bench:
    return make_bench(settings, store)


def keep_for(bench: Bench, days: int | None, *, sound: int | None = None, words: int | None = None) -> None:
    with bench.store.write() as tx:
        marks.set_preference(tx, bench.owner.id, Preference(days, (), sound, words))


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
    clear(bench.desk)
    assert not bench.desk.files.holds(kept.sha256)


def test_nothing_goes_without_a_wish(bench: Bench) -> None:
    """Without a retention nothing is ever deleted."""
    old = bench.enter(1)
    keep_for(bench, None)
    bench.later(days=4000)
    assert expire(bench.desk) == 0
    assert left(bench) == [old.sid]


def test_sound_and_words_have_ages_of_their_own(bench: Bench) -> None:
    """Sound goes first, then the words, then the call; each once, each with its deed, and the chain checks at all times."""
    store = bench.store
    store.chain_heads = bench.desk.settings.data_dir / heads.NAME
    call = bench.enter(1, ended=False)
    with store.write() as tx:
        talks.keep_partial(tx, calls.by_id(tx, call.id), 1, "marker words", 1)
        bench.desk.end(tx, calls.by_id(tx, call.id), 30)
        calls.save(tx, call.id, {"category": "bank", "findings": '{"tactics": [{"value": "marker"}]}'})
    bench.note(call, recording_sid(1))
    bench.carrier.media_of[recording_sid(1)] = SOUND
    keep_recording(bench.desk, recording_sid(1))
    keep_for(bench, 90, sound=30, words=60)
    seen = []
    for _ in range(10):
        bench.later(days=10)
        expire(bench.desk)
        for _kind, sid, _ in bench.promised:
            keep_recording(bench.desk, sid.partition(":")[0])
        clear(bench.desk)
        with store.snapshot() as tx:
            found = calls.find(tx, call.sid)
            said = "marker" in str([talks.turns(tx, found), found.findings]) if found else False
            sound = next(bench.desk.files.names(bench.now[0].replace(year=2100)), None) is not None
            deeds = [(one.who, one.detail) for one in custody.of_call(tx, call.id)]
            assert proof.check(tx, store.chain_heads, proof.Outside(lambda *_: "")).problems == []
        seen.append((found is not None, said, sound, len(deeds)))
    there, wordless, silent = (True, True, True, 0), (True, False, False, 2), (True, True, False, 1)
    assert seen == [*[there] * 3, *[silent] * 3, *[wordless] * 3, (False, False, False, 0)]


@pytest.mark.parametrize(
    ("kind", "country", "typed", "last"),
    [
        ("complaint_lender", "CN", {}, 60),
        ("us_dispute", "US", {"notice_received": True}, 30),
        ("complaint_regulator", "HK", {}, None),  # nothing is due after it
    ],
)
def test_a_call_waits_for_what_its_letter_is_due(
    bench: Bench, kind: str, country: str, typed: dict[str, bool], last: int | None
) -> None:
    """While a letter has a day to remember, nothing of its calls goes by age; the day after the last one it all goes."""
    resting = bench.enter(1)
    bench.enter(2)
    today = bench.now[0].astimezone(bench.owner.zone).date()
    texts = dict.fromkeys(typed, today.isoformat())
    with bench.store.write() as tx:
        new = NewLetter(kind, Jurisdiction(country), Language.EN, to_json(Typed(texts)))
        letter = letters.add(tx, bench.owner.id, new, [resting.id])
        letters.sent(tx, letter, today)
    keep_for(bench, 10, sound=10, words=10)
    bench.later(days=11)
    assert expire(bench.desk) == (1 if last else 2)
    if last:
        assert left(bench) == [resting.sid]
        bench.later(days=last - 11)
        assert expire(bench.desk) == 0
        bench.later(days=1)
        assert expire(bench.desk) == 1
    assert left(bench) == []
    with bench.store.read() as tx:
        assert letters.find(tx, letter) is None


def test_a_letter_that_is_due_can_still_be_deleted_by_hand(bench: Bench) -> None:
    """Only age waits: whoever deletes everything is not asked to wait for a letter's day."""
    call = bench.enter(1)
    with bench.store.write() as tx:
        new = NewLetter("complaint_lender", Jurisdiction.CN, Language.EN, to_json(Typed()))
        letters.sent(tx, letters.add(tx, bench.owner.id, new, [call.id]), bench.now[0].date())
        assert erasing.everything(tx, call, bench.desk.settings.secret_key, bench.now[0])
    assert left(bench) == []


def test_a_long_backlog_goes_in_one_day(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """More calls than are taken at once all go."""
    monkeypatch.setattr("screener.followup.expiring.AT_ONCE", 2)
    for number in range(1, 6):
        bench.enter(number)
    keep_for(bench, 30)
    bench.now[0] += timedelta(days=31)
    assert expire(bench.desk) == 5
