"""The texts of the letters, part by part in their order, and the small words between them, from seeds/letters/."""

import functools
import re
from dataclasses import dataclass
from enum import StrEnum

from screener.letters.kinds import ANY, countries, in_language, text_of
from screener.model import Jurisdiction, Language
from screener.sheets import Line, sheet

COLUMNS = ("kinds", "countries", "part", "when", "zh", "en")
WORDS = ("id", "zh", "en")
EXAMINE = ("finding", "rules", "zh", "en")
HOLE = re.compile(r"\{([a-z][a-z0-9_]*(?::[A-Z0-9-]+)?)\}")


class PartKind(StrEnum):
    """What a part of a letter is. From CALLS on, its text leads in what is made from calls and typed figures."""

    FROM = "from"
    DATE = "date"
    TO = "to"
    SUBJECT = "subject"
    GREETING = "greeting"
    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"
    CLOSING = "closing"
    SIGN = "sign"
    CALLERS = "callers"
    CALLS = "calls"
    QUOTES = "quotes"
    EXAMINE = "examine"
    WORKSHEET = "worksheet"
    BUDGET = "budget"
    INSTALMENTS = "instalments"
    ENCLOSURES = "enclosures"


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `when` names what must be there for it to stand, with `!` what must not."""

    kind: PartKind
    when: str
    line: Line

    def text(self, language: Language, country: Jurisdiction) -> str:
        return text_of(self.line, "", language, country)

    def stands(self, there: frozenset[str]) -> bool:
        if self.when.startswith("!"):
            return self.when[1:] not in there
        return not self.when or self.when in there


@functools.cache
def part_lines() -> tuple[Line, ...]:
    return sheet("letters/parts", COLUMNS)


@functools.cache
def parts(kind: str, country: Jurisdiction) -> tuple[Part, ...]:
    """The parts of a letter of this kind there."""
    lines = (line for line in part_lines() if _is_for(line, kind, country))
    return tuple(Part(PartKind(line["part"]), line["when"], line) for line in lines)


def _is_for(line: Line, kind: str, country: Jurisdiction) -> bool:
    return (line["kinds"] == ANY or kind in line.words("kinds")) and country in countries(line["countries"])


@functools.cache
def _words() -> dict[str, Line]:
    return {line["id"]: line for line in sheet("letters/words", WORDS)}


def word(name: str, language: Language, country: Jurisdiction) -> str:
    """A small text such as `says_it_is`, its holes still open."""
    line = _words()[name]
    return in_language(line["zh"], line["en"], language, country)


@functools.cache
def examined() -> dict[str, Line]:
    """For each finding the rules that a letter asks to be looked at, and how it is spoken of."""
    return {line["finding"]: line for line in sheet("letters/examine", EXAMINE)}
