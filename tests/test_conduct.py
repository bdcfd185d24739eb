"""The conduct clock: local hours, counts kept apart, rules with date and force, and no verdicts."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from screener.conduct import Kind, Scope, Seen, limits, observe, rules
from screener.model import Category, Jurisdiction, Language

J, C = Jurisdiction, Category
SHANGHAI, HONG_KONG = ZoneInfo("Asia/Shanghai"), ZoneInfo("Asia/Hong_Kong")
NEW_YORK, TAIPEI = ZoneInfo("America/New_York"), ZoneInfo("Asia/Taipei")


def local(zone, *parts):
    """A moment given by the subscriber's clock, in UTC."""
    return datetime(*parts, tzinfo=zone).astimezone(UTC)


def look(at, zone, jurisdiction, category=C.COLLECTION_AGENCY, *, history=(), lender=None, **given):
    now = Seen(
        at,
        given.get("number", "+85235984471"),
        given.get("organisation"),
        given.get("answered", True),
        given.get("debt"),
    )
    return observe(now, history, zone=zone, jurisdiction=jurisdiction, lender_country=lender, category=category)


def rule_ids(findings):
    return {finding.rule for finding in findings}


@pytest.mark.parametrize(
    ("clock", "expected"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("07:59", True), ("08:00", False)],
)
def test_mainland_hours_across_midnight(clock, expected):
    """From 22:00 to 08:00 by the subscriber's clock, both sides of midnight, and not a minute more."""
    hour, minute = map(int, clock.split(":"))
    findings = look(local(SHANGHAI, 2026, 11, 23, hour, minute), SHANGHAI, J.CN)
    assert (rule_ids(findings) == {"CN-01", "CN-02"}) is expected


def test_hong_kong_subscriber_with_a_caller_at_half_past_ten():
    """No number of hours is known in Hong Kong, so none is invented; a mainland lender's rule does apply."""
    at = local(HONG_KONG, 2026, 11, 23, 22, 30)
    assert look(at, HONG_KONG, J.HK) == ()
    assert rule_ids(look(at, HONG_KONG, J.HK, C.BANK, lender=J.CN)) == {"CN-02"}


def test_the_zone_is_the_subscribers():
    """When it is 22:30 in Shanghai it is 09:30 in New York: the subscriber there was not rung at night."""
    at = local(SHANGHAI, 2026, 11, 23, 22, 30)
    assert look(at, NEW_YORK, J.US) == ()
    assert look(at, SHANGHAI, J.CN) != ()


def test_hours_follow_daylight_saving():
    """12:30 UTC is 08:30 in New York in summer and 07:30 in winter; only the second is early."""
    summer, winter = datetime(2026, 10, 31, 12, 30, tzinfo=UTC), datetime(2026, 11, 1, 12, 30, tzinfo=UTC)
    assert look(summer, NEW_YORK, J.US) == ()
    assert rule_ids(look(winter, NEW_YORK, J.US)) == {"US-01"}


def test_taiwan_hours_bind_outside_collectors():
    """22:00 to 07:00 for collection agencies; a bank itself has no such finding."""
    at = local(TAIPEI, 2026, 11, 23, 6, 59)
    assert rule_ids(look(at, TAIPEI, J.TW)) == {"TW-01"}
    assert look(at, TAIPEI, J.TW, C.BANK) == ()


@pytest.mark.parametrize("category", [C.DELIVERY, C.PERSONAL, C.MARKETING, C.UNKNOWN, C.IMPOSTOR, C.GOVERNMENT])
def test_other_callers_are_not_measured(category):
    """A mother may ring at midnight."""
    assert look(local(SHANGHAI, 2026, 11, 23, 0, 30), SHANGHAI, J.CN, category) == ()


def test_seven_calls_in_seven_days_in_new_york():
    """The seventh call is a finding at the limit; the eighth is past it; nothing before."""
    noon = local(NEW_YORK, 2026, 11, 23, 12)
    days = [Seen(noon - timedelta(days=n), "+15550100") for n in range(1, 7)]
    assert look(noon, NEW_YORK, J.US, history=days[:5], number="+15550100") == ()
    (at_limit,) = look(noon, NEW_YORK, J.US, history=days, number="+15550100")
    assert (at_limit.count, at_limit.limit, at_limit.over) == (7, 7, False)
    assert at_limit.words(Language.EN).startswith("7th call in 7 days; calls seen here from this number")
    assert "Reg F, 12 CFR 1006.14(b)(2), 2021-11-30 (law, presumption)" in at_limit.words(Language.EN)
    again = [*days, Seen(noon - timedelta(hours=1), "+15550100")]
    (past,) = look(noon, NEW_YORK, J.US, history=again, number="+15550100")
    assert (past.count, past.over) == (8, True)


def test_the_eighth_day_falls_out():
    """Seven consecutive days by the local calendar: a call seven days ago is no longer counted."""
    noon = local(NEW_YORK, 2026, 11, 23, 12)
    old = [Seen(noon - timedelta(days=7, minutes=n), "+15550100") for n in range(20)]
    assert look(noon, NEW_YORK, J.US, history=old, number="+15550100") == ()


def test_seven_days_hold_over_a_change_of_clocks():
    """The day with 25 hours is one day: the count over it neither gains nor loses a call."""
    now = local(NEW_YORK, 2026, 11, 4, 20, 30)
    days = [
        Seen(
            local(NEW_YORK, 2026, 10, 29 + n, 20, 59) if n < 3 else local(NEW_YORK, 2026, 11, n - 2, 8, 1), "+15550100"
        )
        for n in range(6)
    ]
    (finding,) = look(now, NEW_YORK, J.US, history=days, number="+15550100")
    assert finding.count == 7


def test_a_known_debt_is_counted_alone():
    """Calls about two debts are told as a count of the number, but only those about this debt pass the limit."""
    noon = local(NEW_YORK, 2026, 11, 23, 12)
    history = [Seen(noon - timedelta(hours=n), "+15550100", debt="A" if n % 2 else "B") for n in range(1, 12)]
    (other,) = look(noon, NEW_YORK, J.US, history=history, number="+15550100", debt="C")
    assert (other.scope, other.count, other.over) == (Scope.NUMBER, 12, False)
    more = [Seen(noon - timedelta(minutes=n), "+15550199", debt="A") for n in (1, 2)]
    debt, number = look(noon, NEW_YORK, J.US, history=history + more, number="+15550100", debt="A")
    assert (debt.scope, debt.count, debt.over) == (Scope.DEBT, 9, True)
    assert (number.scope, number.count, number.over) == (Scope.NUMBER, 12, False)


def test_daily_limits_look_past_the_debt():
    """The mainland's counts are of an organisation's calls, whichever debt they were about."""
    noon = local(SHANGHAI, 2026, 11, 23, 12)
    history = [Seen(noon - timedelta(hours=n), "+8613800000000", "cn-icbc", debt=f"{n}") for n in (1, 2, 3)]
    asked = {"history": history, "number": "+8613800000000", "organisation": "cn-icbc", "debt": "9"}
    (finding,) = look(noon, SHANGHAI, J.CN, C.BANK, **asked)
    assert (finding.rule, finding.count, finding.scope) == ("CN-03", 4, Scope.ORGANISATION)


def test_answered_and_missed_calls_are_kept_apart():
    """Three missed and three answered calls are neither a fourth answered nor a seventh missed one."""
    noon = local(SHANGHAI, 2026, 11, 23, 12)
    number = "+8613800000000"
    missed = [Seen(noon - timedelta(minutes=n), number, answered=False) for n in range(1, 7)]
    answered = [Seen(noon - timedelta(minutes=20 + n), number) for n in range(3)]
    (fourth,) = look(noon, SHANGHAI, J.CN, C.BANK, history=[*missed, *answered], number=number)
    assert (fourth.rule, fourth.count, fourth.over) == ("CN-03", 4, True)
    (seventh,) = look(noon, SHANGHAI, J.CN, C.BANK, history=[*missed, *answered], number=number, answered=False)
    assert (seventh.rule, seventh.count, seventh.over) == ("CN-05", 7, True)


def test_an_organisation_is_counted_over_its_numbers():
    """Four numbers of one organisation are counted together, and the finding says so."""
    noon = local(SHANGHAI, 2026, 11, 23, 12)
    history = [Seen(noon - timedelta(hours=n), f"+861380000000{n}", "cn-icbc") for n in range(1, 4)]
    (finding,) = look(noon, SHANGHAI, J.CN, C.BANK, history=history, number="+8613800000009", organisation="cn-icbc")
    assert finding.scope is Scope.ORGANISATION
    assert finding.count == 4


def test_a_withheld_number_joins_nothing():
    """Withheld callers without a name are never counted together."""
    noon = local(SHANGHAI, 2026, 11, 23, 12)
    history = [Seen(noon - timedelta(hours=n)) for n in range(1, 9)]
    assert look(noon, SHANGHAI, J.CN, C.BANK, history=history, number=None) == ()


def test_a_day_ends_at_local_midnight():
    """Calls of yesterday evening do not count towards today's limit, though fewer than 24 hours have passed."""
    morning = local(SHANGHAI, 2026, 11, 23, 9)
    history = [Seen(local(SHANGHAI, 2026, 11, 22, 21, n), "+8613800000000") for n in range(9)]
    assert look(morning, SHANGHAI, J.CN, C.BANK, history=history, number="+8613800000000") == ()


def test_later_calls_and_the_call_itself_do_not_count():
    """History may hold the call itself, and calls that came after it: neither is counted."""
    noon = local(SHANGHAI, 2026, 11, 23, 12)
    itself = Seen(noon, "+85235984471")
    later = [Seen(noon + timedelta(minutes=n), "+85235984471") for n in range(1, 9)]
    assert look(noon, SHANGHAI, J.CN, C.BANK, history=[itself, *later]) == ()


@pytest.mark.parametrize("language", Language)
def test_findings_are_counts_and_never_verdicts(language):
    """Every finding cites its rule with date and force, and says nothing of unlawful."""
    night = local(SHANGHAI, 2026, 11, 23, 23)
    history = [Seen(night - timedelta(minutes=n), "+85235984471") for n in range(1, 5)]
    findings = look(night, SHANGHAI, J.CN, C.BANK, history=history)
    assert {finding.kind for finding in findings} == set(Kind)
    for finding in findings:
        words = finding.words(language)
        assert rules()[finding.rule].date in words
        assert not any(word in words.lower() for word in ("violation", "illegal", "unlawful", "breach", "违", "違"))


def test_a_rule_from_memory_sets_no_limit():
    """Only rules with a source of their own are counted against; partly sourced ones are shown as unchecked."""
    used = {limit.rule for limit in limits()}
    assert all(rules()[rule].line["certainty"] != "memory" for rule in used)
    assert not rules()["TW-01"].certain
    assert "to be checked" in rules()["TW-01"].citation(Language.EN)
