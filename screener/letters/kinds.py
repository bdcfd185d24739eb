"""The kinds of letter: where each can be used, whom it goes to, what it asks for, which next step leads to it."""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from screener.model import FINANCIAL, Category, Jurisdiction, Language
from screener.sheets import Line, sheet
from screener.traditional import traditional

ANY = "any"
COLUMNS = (
    *("id", "countries", "addressee", "callers", "lenders", "blanks", "steps"),
    *("zh", "en", "zh_about", "en_about", "zh_care", "en_care"),
)
QUOTES = str.maketrans("“”‘’", "「」『』")


class Addressee(StrEnum):
    """Whom a letter goes to."""

    LENDER = "lender"
    REGULATOR = "regulator"
    COLLECTOR = "collector"


@dataclass(frozen=True, slots=True)
class LetterKind:
    """One kind. Empty `callers` or `lenders` (categories of the gazetteer) means any; `blanks` in their order."""

    id: str
    countries: frozenset[Jurisdiction]
    addressee: Addressee
    callers: frozenset[Category]
    lenders: frozenset[str]
    blanks: tuple[str, ...]
    steps: tuple[str, ...]
    line: Line

    def name(self, language: Language) -> str:
        return text_of(self.line, "", language)

    def about(self, language: Language) -> str:
        """What it does."""
        return text_of(self.line, "_about", language)

    def care(self, language: Language) -> str:
        """What to mind before it is sent."""
        return text_of(self.line, "_care", language)

    def suits(self, country: Jurisdiction, callers: Iterable[Category], lenders: Iterable[str]) -> bool:
        """Whether it can be used there, for calls of these categories, about lenders of these."""
        strange = frozenset(callers) & FINANCIAL - self.callers if self.callers else frozenset()
        others = frozenset(lenders) - self.lenders if self.lenders else frozenset()
        return country in self.countries and not strange and not others


def text_of(line: Line, column: str, language: Language, country: Jurisdiction = Jurisdiction.HK) -> str:
    """A text of a sheet in a language; Traditional is made from the Simplified."""
    return in_language(line[f"zh{column}"], line[f"en{column}"], language, country)


def in_language(zh: str, en: str, language: Language, country: Jurisdiction) -> str:
    if language is Language.EN:
        return en
    return zh if language is Language.ZH_HANS else traditional(zh, country).translate(QUOTES)


@functools.cache
def kinds() -> dict[str, LetterKind]:
    """Every kind by its id, in the order in which they are offered."""
    return {line["id"]: _kind(line) for line in sheet("letters/kinds", COLUMNS)}


def _kind(line: Line) -> LetterKind:
    return LetterKind(
        id=line["id"],
        countries=countries(line["countries"]),
        addressee=Addressee(line["addressee"]),
        callers=frozenset(map(Category, line.words("callers"))),
        lenders=frozenset(line.words("lenders")),
        blanks=line.words("blanks"),
        steps=line.words("steps"),
        line=line,
    )


def countries(cell: str) -> frozenset[Jurisdiction]:
    """`any`, or `HK US`."""
    return frozenset(Jurisdiction) if cell == ANY else frozenset(map(Jurisdiction, cell.split()))


def offered(
    country: Jurisdiction, callers: Iterable[Category] = (), lenders: Iterable[str] = ()
) -> tuple[LetterKind, ...]:
    """The kinds that make sense there, for these calls."""
    known, of = tuple(callers), tuple(lenders)
    return tuple(kind for kind in kinds().values() if kind.suits(country, known, of))


def kinds_of_step(step: str, country: Jurisdiction) -> tuple[LetterKind, ...]:
    """The letters that carry out a next step there."""
    return tuple(kind for kind in kinds().values() if step in kind.steps and country in kind.countries)
