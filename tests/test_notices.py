"""Which notice a call belongs to: at once, together, in the morning, or not at all with a reason."""

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from screener.model import Category, Treatment
from screener.notices import Ended, Notice, NoticeKind, Reason, Wishes, decide, in_quiet_hours, next_time

ZONE = ZoneInfo("Asia/Hong_Kong")
NOON = datetime(2026, 11, 23, 12, tzinfo=ZONE).astimezone(UTC)
NIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=ZONE).astimezone(UTC)
QUIET = Wishes(quiet_from=time(22), quiet_until=time(8))
BANK = Ended("+85235984471", Category.BANK)


def notice(kind=NoticeKind.OWN, at=NOON, caller=BANK.caller, **given):
    return Notice(given.pop("id", "n1"), kind, at, frozenset({caller}), **given)


def test_an_ordinary_call_is_told_at_once_and_alone():
    """Nothing set, nothing before: its own text, held for nothing."""
    decision = decide(BANK, Wishes(), [], now=NOON, zone=ZONE)
    assert (decision.kind, decision.reason, decision.until) == (NoticeKind.OWN, Reason.ORDINARY, None)


def test_quiet_hours_are_off_until_set():
    """At night, without a wish, the text goes out."""
    assert decide(BANK, Wishes(), [], now=NIGHT, zone=ZONE).kind is NoticeKind.OWN


def test_quiet_hours_hold_a_call_for_the_morning():
    """At 23:30 a bank's call waits until 8 in the morning, local time."""
    decision = decide(BANK, QUIET, [], now=NIGHT, zone=ZONE)
    assert (decision.kind, decision.reason) == (NoticeKind.DIGEST, Reason.QUIET_HOURS)
    assert decision.until == datetime(2026, 11, 24, 8, tzinfo=ZONE)


def test_a_digest_has_its_own_hour():
    """A digest hour later than the end of quiet is kept; it joins what is already waiting."""
    wishes = Wishes(time(22), time(8), time(9, 30))
    first = decide(BANK, wishes, [], now=NIGHT, zone=ZONE)
    assert first.until == datetime(2026, 11, 24, 9, 30, tzinfo=ZONE)
    waiting = notice(NoticeKind.DIGEST, NIGHT, until=first.until, frozen=False, id="d1")
    second = decide(Ended("+1"), wishes, [waiting], now=NIGHT + timedelta(hours=1), zone=ZONE)
    assert (second.kind, second.joins, second.until) == (NoticeKind.DIGEST, "d1", first.until)


def test_a_frozen_digest_takes_no_more_calls():
    """What is frozen stays as it is; the next call opens another."""
    frozen = notice(NoticeKind.DIGEST, NIGHT, until=NIGHT + timedelta(hours=8), frozen=True)
    assert decide(BANK, QUIET, [frozen], now=NIGHT, zone=ZONE).joins is None


def test_a_digest_alone_takes_every_call():
    """With a digest hour and no quiet hours, every ordinary call waits for it."""
    decision = decide(BANK, Wishes(digest_at=time(20)), [], now=NOON, zone=ZONE)
    assert (decision.reason, decision.until) == (Reason.DIGEST, datetime(2026, 11, 23, 20, tzinfo=ZONE))


@pytest.mark.parametrize("ended", [Ended("+1", Category.PERSONAL), Ended("+1", Category.BANK, harm=True)])
def test_family_clinics_and_threats_wait_for_nothing(ended):
    """Neither quiet hours nor a burst hold them."""
    before = [notice(at=NIGHT - timedelta(minutes=1), caller="+1")]
    decision = decide(ended, QUIET, before, now=NIGHT, zone=ZONE)
    assert (decision.kind, decision.reason, decision.until) == (NoticeKind.OWN, Reason.AT_ONCE, None)


def test_a_burst_is_one_text():
    """The first call is told at once; the second opens a burst of ten minutes; the third joins it."""
    first = notice()
    second = decide(BANK, Wishes(), [first], now=NOON + timedelta(minutes=2), zone=ZONE)
    assert (second.kind, second.joins, second.until) == (NoticeKind.BURST, None, NOON + timedelta(minutes=12))
    held = notice(NoticeKind.BURST, NOON + timedelta(minutes=2), until=second.until, frozen=False, id="b1")
    third = decide(BANK, Wishes(), [first, held], now=NOON + timedelta(minutes=5), zone=ZONE)
    assert (third.kind, third.joins) == (NoticeKind.BURST, "b1")


def test_a_burst_ends():
    """A call after the burst's time is told on its own again; another caller never joins."""
    first = notice()
    assert decide(BANK, Wishes(), [first], now=NOON + timedelta(minutes=10), zone=ZONE).kind is NoticeKind.OWN
    assert decide(Ended("+1"), Wishes(), [first], now=NOON + timedelta(minutes=1), zone=ZONE).kind is NoticeKind.OWN


def test_a_hang_up_is_told_once_a_day():
    """The second wordless call of a number on one local day gives no text, and says why; tomorrow it does."""
    silent = Ended("+1", wordless=True)
    told = notice(caller="+1", wordless=True)
    again = decide(silent, Wishes(), [told], now=NOON + timedelta(hours=3), zone=ZONE)
    assert (again.kind, again.reason) == (NoticeKind.NONE, Reason.HANG_UP_TOLD)
    tomorrow = datetime(2026, 11, 24, 0, 5, tzinfo=ZONE).astimezone(UTC)
    assert decide(silent, Wishes(), [told], now=tomorrow, zone=ZONE).kind is NoticeKind.OWN
    assert decide(Ended("+2", wordless=True), Wishes(), [told], now=NOON, zone=ZONE).kind is NoticeKind.OWN


def test_a_hang_up_that_was_not_told_does_not_silence_the_next():
    """A call that got no notice is no reason for silence."""
    untold = notice(NoticeKind.NONE, caller="+1", wordless=True)
    assert decide(Ended("+1", wordless=True), Wishes(), [untold], now=NOON, zone=ZONE).kind is NoticeKind.OWN


@pytest.mark.parametrize(("treatment", "reason"), [(Treatment.MUTE, Reason.MUTED), (Treatment.BLOCK, Reason.BLOCKED)])
def test_muted_and_blocked_calls_give_no_text(treatment, reason):
    """The subscriber's wish for a number stands, and the log says so."""
    decision = decide(Ended("+1", Category.BANK, treatment), Wishes(), [], now=NOON, zone=ZONE)
    assert (decision.kind, decision.reason) == (NoticeKind.NONE, reason)


def test_an_allowed_number_is_told_like_any_other():
    """Allowed callers leave messages; these are told."""
    assert decide(Ended("+1", treatment=Treatment.ALLOW), Wishes(), [], now=NOON, zone=ZONE).kind is NoticeKind.OWN


def test_the_daily_cap_bites_with_a_reason():
    """The text past the cap is none, with its reason; yesterday's do not count, and joining costs nothing."""
    wishes = Wishes(most_texts_a_day=3)
    today = [notice(caller=f"+{n}", id=f"n{n}") for n in range(3)]
    yesterday = [notice(caller=f"+{n}", at=NOON - timedelta(days=1)) for n in range(9)]
    assert decide(BANK, wishes, yesterday, now=NOON, zone=ZONE).kind is NoticeKind.OWN
    decision = decide(BANK, wishes, [*today, *yesterday], now=NOON, zone=ZONE)
    assert (decision.kind, decision.reason) == (NoticeKind.NONE, Reason.DAILY_CAP)
    held = notice(NoticeKind.BURST, NOON, until=NOON + timedelta(minutes=10), frozen=False, id="b1")
    assert decide(BANK, wishes, [*today, held], now=NOON + timedelta(minutes=1), zone=ZONE).joins == "b1"


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_quiet_hours_span_midnight(clock, expected):
    """From ten in the evening up to eight in the morning."""
    assert in_quiet_hours(QUIET, time.fromisoformat(clock)) is expected


def test_quiet_hours_by_day_and_none():
    """A nap at noon; equal times mean no quiet hours at all."""
    nap = Wishes(time(13), time(15))
    assert in_quiet_hours(nap, time(14))
    assert not in_quiet_hours(nap, time(16))
    assert not in_quiet_hours(Wishes(time(8), time(8)), time(8))


def test_the_morning_follows_the_clocks():
    """Eight in the morning in New York is 12 UTC before the clocks change and 13 UTC after; a leapt hour still comes."""
    zone = ZoneInfo("America/New_York")
    before = datetime(2026, 10, 31, 2, tzinfo=UTC)
    after = datetime(2026, 11, 1, 4, 30, tzinfo=UTC)
    assert next_time(time(8), before, zone) == datetime(2026, 10, 31, 12, tzinfo=UTC)
    assert next_time(time(8), after, zone) == datetime(2026, 11, 1, 13, tzinfo=UTC)
    leap = datetime(2026, 3, 8, 6, tzinfo=UTC)
    assert next_time(time(2, 30), leap, zone) == datetime(2026, 3, 8, 7, 30, tzinfo=UTC)


def test_every_decision_is_one_of_four_with_words():
    """Whatever comes together, there is exactly one decision, with a reason in both languages and no time past."""
    pasts = [[], [notice()], [notice(NoticeKind.BURST, until=NOON + timedelta(minutes=9), frozen=False)]]
    wishes = [Wishes(), QUIET, Wishes(digest_at=time(9)), Wishes(most_texts_a_day=0)]
    for category, treatment, harm, wordless in itertools.product(Category, [None, *Treatment], (0, 1), (0, 1)):
        ended = Ended(BANK.caller, category, treatment, bool(harm), bool(wordless))
        for wish, past, now in itertools.product(wishes, pasts, (NOON, NIGHT)):
            decision = decide(ended, wish, past, now=now, zone=ZONE)
            assert decision.reason.words.zh
            assert decision.reason.words.en
            assert (decision.until is None) == (decision.kind in (NoticeKind.OWN, NoticeKind.NONE))
            assert decision.until is None or decision.until > now
