"""Whether seeds/conduct/ can be relied on: every problem names its file and line."""

from collections.abc import Iterator
from datetime import time

from screener.conduct.clock import COLUMNS as LIMITS
from screener.conduct.clock import Kind, Measure
from screener.conduct.rules import FORCES, rule_lines
from screener.model import Category, Jurisdiction
from screener.sheets import Line, sheet

CERTAINTY = frozenset({"sourced", "partly", "memory"})


def check() -> Iterator[str]:
    """Every problem in rules.csv and limits.csv."""
    forces = {line["id"] for line in sheet("conduct/forces", FORCES)}
    seen: set[str] = set()
    for line in rule_lines():
        if line["id"] in seen:
            yield line.problem(f"rule {line['id']} stands twice")
        seen.add(line["id"])
        if line["country"] not in set(Jurisdiction):
            yield line.problem(f"country: {line['country']!r} is not known")
        if line["force"] not in forces:
            yield line.problem(f"force: {line['force']!r} is not in forces.csv")
        if line["certainty"] not in CERTAINTY:
            yield line.problem(f"certainty: {line['certainty']!r} is not one of {', '.join(sorted(CERTAINTY))}")
        if not line["name_zh"] or not line["name_en"]:
            yield line.problem(f"rule {line['id']} has no name in both languages")
        if not line["source"] and line["certainty"] == "sourced":
            yield line.problem(f"rule {line['id']} says that it is sourced and names no source")
    for line in sheet("conduct/limits", LIMITS):
        if line["rule"] not in seen:
            yield line.problem(f"rule: {line['rule']} is not in rules.csv")
        yield from _limit(line)


def _limit(line: Line) -> Iterator[str]:
    try:
        kind, measure = Kind(line["kind"]), Measure(line["measure"])
        for name in line.words("categories"):
            Category(name)
        if (kind is Kind.HOURS) is not (measure is Measure.WINDOW):
            yield line.problem(f"{kind} does not go with {measure}")
        if kind is Kind.HOURS:
            time.fromisoformat(line["from"])
            time.fromisoformat(line["until"])
        elif int(line["limit"]) < 1:
            yield line.problem("limit: must be 1 or more")
    except ValueError as problem:
        yield line.problem(str(problem))
