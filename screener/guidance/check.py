"""Whether seeds/guidance/ can be relied on: every problem names its file and line."""

from collections.abc import Iterable, Iterator

from screener import conduct, letters, policy
from screener.conduct.rules import rule_lines
from screener.guidance import reach
from screener.guidance.tables import ADVICE, CODES, ROWS, STEPS, countries
from screener.guidance.types import Role, Situation
from screener.model import Category, Held, Jurisdiction, RedFlag, Sign, Tactic
from screener.segments import is_gsm
from screener.sheets import Line, SheetError, sheet

MOST_ZH, MOST_EN = 20, 60  # characters of one step: five of them, who calls and a number make two segments

FACTS = frozenset(
    [f"{kind.__name__.lower()}:{value}" for kind in (Category, Tactic, Sign, Situation) for value in kind]
    + [f"red_flag:{flag}" for flag in RedFlag]
    + ["conduct:hours", "conduct:frequency", "check:number_differs"]
)


def check() -> list[str]:
    """Every problem in the sheets of guidance, conduct rules, policies and letters; none when they can be relied on."""
    try:
        problems = [*conduct.check(), *policy.check(), *letters.check(), *_steps(), *_codes(), *_rows()]
    except SheetError as problem:
        return [str(problem)]
    # Only sound sheets can be walked.
    return problems or [*reach.unreachable(), *reach.gaps()]


def _steps() -> Iterator[str]:
    known = {line["id"] for line in sheet("guidance/advice", ADVICE)}
    known |= {line["code"] for line in sheet("guidance/codes", CODES)} | {line["id"] for line in rule_lines()}
    seen: set[tuple[str, str, str]] = set()
    for line in sheet("guidance/steps", STEPS):
        key = (line["id"], line["country"], line["held"])
        if key in seen:
            yield line.problem(f"step {line['id']} stands twice for the same country and holding")
        seen.add(key)
        yield from _one_of(line, "country", {"", *Jurisdiction})
        yield from _one_of(line, "held", {"", *Held})
        yield from _one_of(line, "role", {*Role})
        yield from _texts(line)
        if not line.words("source"):
            yield line.problem(f"step {line['id']} has no source")
        yield from _unknown(line, "source", known)


def _texts(line: Line) -> Iterator[str]:
    for column, most in (("zh", MOST_ZH), ("en", MOST_EN), ("zh_quiet", MOST_ZH), ("en_quiet", MOST_EN)):
        text = line[column]
        if not text and not column.endswith("_quiet"):
            yield line.problem(f"step {line['id']} has no {column} text")
        if len(text) > most:
            yield line.problem(f"{column} has {len(text)} characters, more than {most}")
        if column.startswith("en") and not is_gsm(text):
            yield line.problem(f"{column} holds a character outside GSM-7")
        if "://" in text or "www." in text:
            yield line.problem(f"{column} holds a link; it belongs in the link column")
    for column in ("zh", "en"):
        if policy.names_debt(line[f"{column}_quiet"] or line[column]):
            yield line.problem(f"{column}_quiet names a debt; it may be read on a lock screen")


def _codes() -> Iterator[str]:
    seen: set[str] = set()
    for line in sheet("guidance/codes", CODES):
        if line["code"] in seen:
            yield line.problem(f"code {line['code']} stands twice")
        seen.add(line["code"])
        yield from _one_of(line, "kind", {"caller", "flag"})
        for column in ("any_of", "needs", "unless"):
            yield from _unknown(line, column, FACTS)
        if not line["any_of"] or not line["zh"] or not line["en"]:
            yield line.problem(f"code {line['code']} needs findings and words in both languages")


def _rows() -> Iterator[str]:
    steps = {line["id"] for line in sheet("guidance/steps", STEPS)}
    kinds = {line["code"]: line["kind"] for line in sheet("guidance/codes", CODES)}
    callers = {code for code, kind in kinds.items() if kind == "caller"}
    seen: set[str] = set()
    for line in sheet("guidance/decision_table", ROWS):
        if line["row"] in seen:
            yield line.problem(f"row {line['row']} stands twice")
        seen.add(line["row"])
        yield from _one_of(line, "layer", {"0", "1", "2"})
        yield from _one_of(line, "follows", {"subscriber", "lender"})
        yield from _one_of(line, "call", {"any", "first", "repeat"})
        yield from _one_of(line, "base", {"yes", "no"})
        yield from _unknown(line, "held", {"any", *Held})
        yield from _unknown(line, "callers", {"any", *callers})
        yield from _unknown(line, "flags", {"any", "none", *(kinds.keys() - callers)})
        yield from _unknown(line, "steps", steps)
        yield from _unknown(line, "after", steps)
        yield from _reasons(line)


def _reasons(line: Line) -> Iterator[str]:
    try:
        countries(line["country"])
    except ValueError as problem:
        yield line.problem(f"country: {problem}")
    if not line["steps"] and not line["after"]:
        yield line.problem(f"row {line['row']} has no steps")
    if not line["zh"] or not line["en"]:
        yield line.problem(f"row {line['row']} gives no reason in both languages")


def _one_of(line: Line, column: str, allowed: Iterable[str]) -> Iterator[str]:
    if line[column] not in allowed:
        yield line.problem(f"{column}: {line[column]!r} is not known")


def _unknown(line: Line, column: str, known: Iterable[str]) -> Iterator[str]:
    for word in line.words(column):
        if word not in known:
            yield line.problem(f"{column}: {word} is not known")
