"""What one call adds to the calls seen here: its local hour, and counts per number, organisation and debt."""

import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from screener.conduct.rules import rules
from screener.model import Category, Jurisdiction, Language
from screener.sheets import Line, sheet
from screener.traditional import traditional

COLUMNS = ("rule", "kind", "measure", "limit", "from", "until", "categories")


class Kind(StrEnum):
    HOURS = "hours"
    FREQUENCY = "frequency"


class Measure(StrEnum):
    """What a limit counts; answered and missed calls are never added together."""

    WINDOW = "window"
    ANSWERED_PER_DAY = "answered_per_day"
    MISSED_PER_DAY = "missed_per_day"
    CALLS_PER_7_DAYS = "calls_per_7_days"


class Scope(StrEnum):
    """Which calls were counted together."""

    NUMBER = "number"
    ORGANISATION = "organisation"
    DEBT = "debt"


@dataclass(frozen=True, slots=True)
class Seen:
    """One call seen here: aware UTC time, E.164 or None, the claim's key, answered or missed, the claimed debt."""

    at: datetime
    number: str | None = None
    organisation: str | None = None
    answered: bool = True
    debt: str | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """One row of seeds/conduct/limits.csv; `until` may be earlier than `start`: the window then spans midnight."""

    rule: str
    kind: Kind
    measure: Measure
    limit: int
    start: time
    until: time
    categories: frozenset[Category]

    def inside(self, moment: time) -> bool:
        if self.start <= self.until:
            return self.start <= moment < self.until
        return moment >= self.start or moment < self.until


@dataclass(frozen=True, slots=True)
class ConductFinding:
    """An hour or a count set beside a dated rule. `count` is of calls seen here; `over` never says unlawful."""

    rule: str
    kind: Kind
    measure: Measure
    count: int
    limit: int
    scope: Scope
    local: datetime
    over: bool

    def brief(self, language: Language) -> str:
        """Such as: 8th call in 7 days; calls seen here from this number, limit 7."""
        told = _english(self) if language is Language.EN else _chinese(self)
        return traditional(told) if language is Language.ZH_HANT else told

    def words(self, language: Language) -> str:
        """The brief words and the rule's citation with its date and force."""
        told = self.brief(Language.EN if language is Language.EN else Language.ZH_HANS)
        citation = rules()[self.rule].citation(Language.EN if language is Language.EN else Language.ZH_HANS)
        text = f"{told} [{citation}]" if language is Language.EN else f"{told}〔{citation}〕"
        return traditional(text) if language is Language.ZH_HANT else text


def observe(
    now: Seen,
    history: Sequence[Seen],
    *,
    zone: ZoneInfo,
    jurisdiction: Jurisdiction,
    lender_country: Jurisdiction | None,
    category: Category,
) -> tuple[ConductFinding, ...]:
    """Findings about this call. The lender's country decides whose rules, else the subscriber's; the subscriber's
    zone decides the hour and the day. A count is reported from its limit on; `over` is past it."""
    country = lender_country or jurisdiction
    earlier = [seen for seen in history if seen.at <= now.at and seen != now]
    found: list[ConductFinding] = []
    for limit in limits():
        if rules()[limit.rule].country == country and category in limit.categories:
            found.extend(_measure(limit, now, earlier, zone))
    return tuple(found)


@functools.cache
def limits() -> tuple[Limit, ...]:
    return tuple(_limit(line) for line in sheet("conduct/limits", COLUMNS))


def _limit(line: Line) -> Limit:
    return Limit(
        rule=line["rule"],
        kind=Kind(line["kind"]),
        measure=Measure(line["measure"]),
        limit=int(line["limit"] or 0),
        start=time.fromisoformat(line["from"] or "00:00"),
        until=time.fromisoformat(line["until"] or "00:00"),
        categories=frozenset(Category(name) for name in line.words("categories")),
    )


def _measure(limit: Limit, now: Seen, earlier: Sequence[Seen], zone: ZoneInfo) -> Iterator[ConductFinding]:
    local = now.at.astimezone(zone)
    if limit.measure is Measure.WINDOW:
        if limit.inside(local.time()):
            yield ConductFinding(limit.rule, limit.kind, limit.measure, 1, 0, Scope.NUMBER, local, over=True)
        return
    # A rule that counts calls about one debt is only passed by those, where the debt is known; the others are told.
    by_debt = limit.measure is Measure.CALLS_PER_7_DAYS and now.debt is not None
    for scopes in ((Scope.DEBT,), (Scope.ORGANISATION, Scope.NUMBER)):
        counted = [(_count(limit, now, _same(scope, now, earlier), zone), scope) for scope in _known(scopes, now)]
        count, scope = max(counted, key=lambda pair: pair[0], default=(0, Scope.NUMBER))
        if count < limit.limit or (scope is Scope.DEBT and not by_debt):
            continue
        over = count > limit.limit and (scope is Scope.DEBT or not by_debt)
        yield ConductFinding(limit.rule, limit.kind, limit.measure, count, limit.limit, scope, local, over)


def _known(scopes: Sequence[Scope], now: Seen) -> list[Scope]:
    given = {Scope.DEBT: now.debt, Scope.ORGANISATION: now.organisation, Scope.NUMBER: now.number}
    return [scope for scope in scopes if given[scope]]


def _same(scope: Scope, now: Seen, earlier: Sequence[Seen]) -> list[Seen]:
    same: Callable[[Seen], bool] = {
        Scope.DEBT: lambda seen: seen.debt == now.debt,
        Scope.ORGANISATION: lambda seen: seen.organisation == now.organisation,
        Scope.NUMBER: lambda seen: seen.number == now.number,
    }[scope]
    return [*filter(same, earlier), now]


def _count(limit: Limit, now: Seen, same: Sequence[Seen], zone: ZoneInfo) -> int:
    today = now.at.astimezone(zone).date()
    days = [(today - seen.at.astimezone(zone).date(), seen.answered) for seen in same]
    if limit.measure is Measure.CALLS_PER_7_DAYS:
        return sum(age < timedelta(days=7) for age, _ in days)
    wanted = limit.measure is Measure.ANSWERED_PER_DAY
    if now.answered is not wanted:
        return 0
    return sum(age == timedelta() and answered is wanted for age, answered in days)


def _english(finding: ConductFinding) -> str:
    if finding.kind is Kind.HOURS:
        return f"Call at {finding.local:%H:%M} local time, {_window(finding)}"
    count, what = finding.count, {Measure.ANSWERED_PER_DAY: " answered", Measure.MISSED_PER_DAY: " missed"}
    period = "in 7 days" if finding.measure is Measure.CALLS_PER_7_DAYS else "today"
    whose = {Scope.NUMBER: "number", Scope.ORGANISATION: "organisation", Scope.DEBT: "account"}[finding.scope]
    call = f"{_ordinal(count)}{what.get(finding.measure, '')} call {period}"
    about = "about" if finding.scope is Scope.DEBT else "from"
    return f"{call}; calls seen here {about} this {whose}, limit {finding.limit}"


def _chinese(finding: ConductFinding) -> str:
    if finding.kind is Kind.HOURS:
        return f"当地时间{finding.local:%H:%M}来电，{_window(finding)}"
    what = {Measure.ANSWERED_PER_DAY: "接通的", Measure.MISSED_PER_DAY: "未接的"}.get(finding.measure, "")
    period = "7天内" if finding.measure is Measure.CALLS_PER_7_DAYS else "今天"
    whose = {Scope.NUMBER: "这个号码", Scope.ORGANISATION: "这家机构", Scope.DEBT: "这笔账"}[finding.scope]
    return f"{period}第{finding.count}次{what}来电；按这里见到的{whose}来电计，限{finding.limit}次"


def _window(finding: ConductFinding) -> str:
    limit = next(limit for limit in limits() if limit.rule == finding.rule)
    return f"{limit.start:%H:%M}-{limit.until:%H:%M}"


def _ordinal(number: int) -> str:
    if 10 <= number % 100 <= 20:
        return f"{number}th"
    return f"{number}{('th', 'st', 'nd', 'rd', *['th'] * 6)[number % 10]}"
