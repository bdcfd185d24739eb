"""Whether every row of the decision table can apply to some case, and every case reaches a row."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

from screener.conduct import ConductFinding, Kind, Measure, Scope
from screener.guidance.advise import advise
from screener.guidance.tables import Row, codes, rows
from screener.guidance.types import Case, Situation
from screener.model import Category, Finding, Held, Jurisdiction, NumberCheck, Understanding


def unreachable() -> Iterator[str]:
    """Rows that no case can reach, because their conditions or the rows before them never leave one."""
    for row in rows():
        if not any(fired.row == row.id for case in cases(row) for fired in advise(case).rows):
            yield row.line.problem(f"row {row.id} can never apply")


def gaps() -> Iterator[str]:
    """Callers for whom no row gives a step."""
    for country, category, held, repeat in itertools.product(Jurisdiction, Category, Held, (False, True)):
        if not advise(Case(country, Understanding(category), held, repeat)).steps:
            call = f"{country} {category} {held} {'repeat' if repeat else 'first'}"
            yield f"seeds/guidance/decision_table.csv: no row gives a step for {call}"


def cases(row: Row) -> Iterator[Case]:
    """The plainest cases that meet the row's conditions."""
    callers = [*(fact for code in row.callers for fact in codes()[code].any_of)] or [""]
    flags = [*(fact for code in row.flags for fact in codes()[code].any_of)] or [""]
    needs = [*(fact for code in row.callers for fact in codes()[code].needs)] or [""]
    for country, held, repeat in itertools.product(row.countries, row.held, row.repeats):
        for facts in itertools.product(callers, flags, needs):
            yield case(country, held, repeat, facts)


def case(country: Jurisdiction, held: Held, repeat: bool, facts: tuple[str, ...]) -> Case:
    """A case from ids of findings such as `category:bank`, `tactic:low_ball` or `conduct:hours`."""
    pairs = [(kind, value) for kind, _, value in (fact.partition(":") for fact in facts if fact)]
    found = {kind: tuple(Finding(value) for wanted, value in pairs if wanted == kind) for kind, _ in pairs}
    category = next((Category(value) for kind, value in pairs if kind == "category"), Category.BANK)
    understanding = Understanding(
        category,
        tactics=found.get("tactic", ()),
        red_flags=found.get("red_flag", ()),
        signs=found.get("sign", ()),
        caller_check=NumberCheck.DIFFERS if "check" in found else NumberCheck.UNKNOWN,
    )
    conduct = tuple(_over(Kind(value)) for kind, value in pairs if kind == "conduct")
    situation = frozenset(Situation(value) for kind, value in pairs if kind == "situation")
    return Case(country, understanding, held, repeat, conduct, situation)


def _over(kind: Kind) -> ConductFinding:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return ConductFinding("", kind, Measure.WINDOW, 1, 0, Scope.NUMBER, moment, over=True)
