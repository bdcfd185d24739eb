"""From one case to its rows and next steps, in the order of guidance layers 0, 1 and 2."""

from collections.abc import Iterable, Iterator

from screener.guidance.tables import Code, Row, codes, role_of, rows, stand_in, step
from screener.guidance.types import Advice, Case, Fired, Role, Step
from screener.model import FINANCIAL, Claim, Held, Jurisdiction, NumberCheck

MOST_STEPS = 5
MOST_COMPLAINTS = 2
EMERGENCY_LAYER, CALLER_LAYER, CONDUCT_LAYER = 0, 1, 2

SUBSCRIBERS = frozenset({Role.EMERGENCY, Role.FRAUD_LINE, Role.FREE_HELP})
LENDERS = frozenset({Role.COMPLAINT, Role.CONDUCT})


def advise(case: Case) -> Advice:
    """Which rows apply, why, and the steps in order. A row of layer 0 wins outright."""
    facts = facts_of(case)
    first = next(_fired(case, facts, EMERGENCY_LAYER), None)
    chosen = [first] if first else _ordinary(case, facts)
    return Advice(
        rows=tuple(fired for _, fired in chosen),
        steps=_steps(case, [row for row, _ in chosen]),
        lead=step("S01", case.jurisdiction, case.held) if case.understanding.category in FINANCIAL else None,
        conduct=case.conduct,
    )


def lender_country(case: Case) -> Jurisdiction:
    """The country of the lender that the caller names, else the caller's own, else the subscriber's."""
    for claim in (case.understanding.on_behalf_of, case.understanding.organisation):
        country = _country(claim)
        if country:
            return country
    return case.jurisdiction


def facts_of(case: Case) -> frozenset[str]:
    """Everything found, as ids: `category:bank`, `tactic:low_ball`, `conduct:hours`, `situation:illness`."""
    known = case.understanding
    checks = (known.caller_check, known.callback_check)
    return frozenset(
        [
            f"category:{known.category}",
            *(f"tactic:{finding.value}" for finding in known.tactics),
            *(f"red_flag:{finding.value}" for finding in known.red_flags),
            *(f"sign:{finding.value}" for finding in known.signs),
            *(f"conduct:{finding.kind}" for finding in case.conduct if finding.over),
            *(f"situation:{told}" for told in case.situation),
            *("check:number_differs" for check in checks if check is NumberCheck.DIFFERS),
        ]
    )


def _country(claim: Claim | None) -> Jurisdiction | None:
    if claim is None or claim.organisation is None:
        return None
    try:
        return Jurisdiction(claim.organisation.country)
    except ValueError:
        return None


def _ordinary(case: Case, facts: frozenset[str]) -> list[tuple[Row, Fired]]:
    """The rows on conduct and tactics first, then the one row for the caller, where it is wanted."""
    chosen = list(_fired(case, facts, CONDUCT_LAYER))
    base = next(_fired(case, facts, CALLER_LAYER), None)
    if base and (not chosen or any(row.base for row, _ in chosen)):
        chosen.append(base)
    return chosen


def _fired(case: Case, facts: frozenset[str], layer: int) -> Iterator[tuple[Row, Fired]]:
    for row in rows():
        if row.layer == layer and _fits(case, row):
            shown = _shown(row, facts)
            if shown is not None:
                because = tuple(dict.fromkeys(fact for _, found in shown for fact in found))
                yield row, Fired(row.id, row.layer, row.why, because, tuple(code.words for code, _ in shown))


def _fits(case: Case, row: Row) -> bool:
    country = lender_country(case) if row.follows_lender else case.jurisdiction
    return country in row.countries and case.held in row.held and case.repeat in row.repeats


def _shown(row: Row, facts: frozenset[str]) -> list[tuple[Code, tuple[str, ...]]] | None:
    """The row's codes that apply, each with the findings behind it; None when a condition is not met."""
    shown: list[tuple[Code, tuple[str, ...]]] = []
    for wanted in (row.callers, row.flags):
        met = [(codes()[code], found) for code in wanted if (found := codes()[code].shown_by(facts))]
        if wanted and not met:
            return None
        shown += met
    return shown


def _steps(case: Case, chosen: Iterable[Row]) -> tuple[Step, ...]:
    chosen = list(chosen)
    before = [step for row in chosen for step in _of_row(case, row, row.steps)]
    after = [step for row in chosen for step in _of_row(case, row, row.after)]
    steps, last = _once(before), _once(after)[:1]
    ids = {step.id for step in last}
    kept = [step for step in steps if step.id not in ids][: MOST_STEPS - len(last)]
    return tuple(_once([*kept, *last, *after])[:MOST_STEPS])


def _of_row(case: Case, row: Row, wanted: Iterable[str]) -> Iterator[Step]:
    """The row's steps, each for the country it follows: another country's is replaced by its like, or left out."""
    for name in wanted:
        role = role_of(name)
        name = "S30" if name == "S05" and case.held is not Held.RECORDING else name
        country = _followed(case, row, role)
        found = step(name, country, case.held)
        if role in SUBSCRIBERS or (found is None and role in LENDERS):
            found = stand_in(role, country, case.held)
        if found and found.role is not Role.LEAD:
            yield found


def _followed(case: Case, row: Row, role: Role) -> Jurisdiction:
    if role in LENDERS or (row.follows_lender and role not in SUBSCRIBERS):
        return lender_country(case)
    return case.jurisdiction


def _once(steps: Iterable[Step]) -> list[Step]:
    """Each step once, and no more complaint steps than a person can take in."""
    kept: dict[str, Step] = {}
    for found in steps:
        complaints = sum(step.role is Role.COMPLAINT for step in kept.values())
        if found.role is not Role.COMPLAINT or complaints < MOST_COMPLAINTS:
            kept.setdefault(found.id, found)
    return list(kept.values())
