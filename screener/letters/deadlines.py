"""What is due after a letter was sent or a notice came, each day counted from a date that the subscriber typed."""

import functools
from dataclasses import dataclass
from datetime import date, timedelta

from screener.conduct import rules
from screener.letters.blanks import Typed, day
from screener.letters.kinds import countries, text_of
from screener.model import Jurisdiction, Language
from screener.sheets import Line, sheet

COLUMNS = ("kinds", "countries", "counts_from", "days", "rule", "zh", "en", "zh_calendar", "en_calendar")
SENT = "sent"  # else the id of a blank that holds a date


@dataclass(frozen=True, slots=True)
class Deadline:
    """One day to remember. `title` is for a calendar and may lie on a lock screen; `rule` cites what it rests on."""

    on: date
    days: int
    counts_from: str
    line: Line

    def words(self, language: Language) -> str:
        return text_of(self.line, "", language)

    def title(self, language: Language) -> str:
        return text_of(self.line, "_calendar", language)

    def rule(self, language: Language) -> str:
        return rules()[self.line["rule"]].citation(language)


@functools.cache
def deadline_lines() -> tuple[Line, ...]:
    return sheet("letters/deadlines", COLUMNS)


def deadlines(kind: str, country: Jurisdiction, typed: Typed, sent_on: date | None) -> tuple[Deadline, ...]:
    """What is due for a letter, earliest first; nothing for a date that is not known yet."""
    found = []
    for line in deadline_lines():
        start = sent_on if line["counts_from"] == SENT else day(typed.texts.get(line["counts_from"], ""))
        if kind in line.words("kinds") and country in countries(line["countries"]) and start:
            days = int(line["days"])
            found.append(Deadline(start + timedelta(days=days), days, line["counts_from"], line))
    return tuple(sorted(found, key=lambda one: one.on))
