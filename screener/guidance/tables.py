"""The step library, the codes and the decision table, as they stand in seeds/guidance/."""

import functools
from dataclasses import dataclass

from screener.conduct import rules
from screener.guidance.types import Role, Step, Words
from screener.model import Held, Jurisdiction
from screener.sheets import Line, sheet

STEPS = ("id", "country", "held", "role", "zh", "en", "zh_quiet", "en_quiet", "source", "link")
CODES = ("code", "kind", "any_of", "needs", "unless", "zh", "en")
ROWS = (
    *("row", "layer", "country", "follows", "callers", "flags", "held", "call"),
    *("base", "steps", "after", "zh", "en", "note"),
)
ADVICE = ("id", "kind", "zh", "en", "note")


@dataclass(frozen=True, slots=True)
class Code:
    """A code of the guidance (BANK, R01, T4) and the findings that it stands for."""

    id: str
    any_of: frozenset[str]
    needs: frozenset[str]
    unless: frozenset[str]
    words: Words

    def shown_by(self, facts: frozenset[str]) -> tuple[str, ...]:
        """The findings that show it, none when it does not apply."""
        if self.unless & facts or (self.needs and not self.needs & facts):
            return ()
        return tuple(sorted(self.any_of & facts))


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the decision table; empty `callers` or `flags` means that it does not matter."""

    id: str
    layer: int
    countries: frozenset[Jurisdiction]
    follows_lender: bool
    callers: tuple[str, ...]
    flags: tuple[str, ...]
    held: frozenset[Held]
    repeats: frozenset[bool]
    base: bool
    steps: tuple[str, ...]
    after: tuple[str, ...]
    why: Words
    line: Line


@functools.cache
def codes() -> dict[str, Code]:
    return {
        line["code"]: Code(
            line["code"],
            frozenset(line.words("any_of")),
            frozenset(line.words("needs")),
            frozenset(line.words("unless")),
            Words(line["zh"], line["en"]),
        )
        for line in sheet("guidance/codes", CODES)
    }


@functools.cache
def rows() -> tuple[Row, ...]:
    """The decision table in its order, which is the order of evaluation within a layer."""
    return tuple(_row(line) for line in sheet("guidance/decision_table", ROWS))


def _row(line: Line) -> Row:
    call = line["call"]
    return Row(
        id=line["row"],
        layer=int(line["layer"]),
        countries=countries(line["country"]),
        follows_lender=line["follows"] == "lender",
        callers=() if line["callers"] == "any" else line.words("callers"),
        flags=() if line["flags"] in ("any", "none") else line.words("flags"),
        held=frozenset(Held) if line["held"] == "any" else frozenset(map(Held, line.words("held"))),
        repeats=frozenset((True, False)) if call == "any" else frozenset((call == "repeat",)),
        base=line["base"] == "yes",
        steps=line.words("steps"),
        after=line.words("after"),
        why=Words(line["zh"], line["en"]),
        line=line,
    )


def countries(cell: str) -> frozenset[Jurisdiction]:
    """`CN HK`, `not CN US`, `any`."""
    words = cell.split()
    if words == ["any"]:
        return frozenset(Jurisdiction)
    if words[:1] == ["not"]:
        return frozenset(Jurisdiction) - {Jurisdiction(word) for word in words[1:]}
    return frozenset(Jurisdiction(word) for word in words)


@functools.cache
def step_lines() -> tuple[Line, ...]:
    return sheet("guidance/steps", STEPS)


def step(wanted: str, country: Jurisdiction, held: Held) -> Step | None:
    """The step as it reads in this country with what is held; None when it belongs to another country."""
    lines = _lines_of(wanted)
    fits = [line for line in lines if line["country"] in ("", country) and line["held"] in ("", held)]
    if not fits:
        return None
    return _step(max(fits, key=lambda line: (bool(line["country"]), bool(line["held"]))), country)


def role_of(wanted: str) -> Role:
    return Role(_lines_of(wanted)[0]["role"])


@functools.cache
def _lines_of(wanted: str) -> tuple[Line, ...]:
    return tuple(line for line in step_lines() if line["id"] == wanted)


def stand_in(role: Role, country: Jurisdiction, held: Held) -> Step | None:
    """Another step of the same role for this country; the one that holds anywhere when the country has none."""
    ids = [line["id"] for line in step_lines() if line["role"] == role and line["country"] == country]
    ids += [line["id"] for line in step_lines() if line["role"] == role and not line["country"]]
    return step(ids[0], country, held) if ids else None


def _step(line: Line, country: Jurisdiction) -> Step:
    cited = tuple(rules()[source] for source in line.words("source") if source in rules())
    return Step(
        id=line["id"],
        role=Role(line["role"]),
        words=Words(line["zh"], line["en"]),
        quiet=Words(line["zh_quiet"] or line["zh"], line["en_quiet"] or line["en"]),
        sources=line.words("source"),
        rules=tuple(rule for rule in cited if rule.country == country),
        link=line["link"],
    )
