"""What a country's carriers, and a lock screen, should see of a text: seeds/policies/ as data."""

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from screener.model import Jurisdiction
from screener.sheets import Line, sheet

ANYWHERE = "any"
WORDS = ("word", "language", "countries", "instead", "why")
ERRORS = ("code", "then", "zh", "en")
COUNTRIES = ("country", "texts", "neutral", "channels_first", "zh", "en")


@dataclass(frozen=True, slots=True)
class Policy:
    """`neutral`: texts name no debt in any style. `channels_first`: texts seldom arrive; other channels do."""

    country: Jurisdiction
    neutral: bool
    channels_first: bool
    zh: str
    en: str


@functools.cache
def policies() -> dict[Jurisdiction, Policy]:
    return {
        Jurisdiction(line["country"]): Policy(
            Jurisdiction(line["country"]),
            line["neutral"] == "yes",
            line["channels_first"] == "yes",
            line["zh"],
            line["en"],
        )
        for line in sheet("policies/countries", COUNTRIES)
    }


def names_debt(text: str) -> bool:
    """Whether it names a debt, a loan, a product or the like, in either language."""
    return bool(_barred(ANYWHERE)[0].search(text))


def soften(text: str, country: Jurisdiction, keep: Iterable[str] = ()) -> str:
    """The text with each word that this country's filters stop replaced; claims and numbers in `keep` stay."""
    if not policies()[country].neutral:
        return text
    pattern, instead = _barred(country)
    kept = [found.span() for word in keep if word for found in re.finditer(re.escape(word), text)]

    def softened(found: re.Match[str]) -> str:
        inside = any(start < found.end() and found.start() < end for start, end in kept)
        return found[0] if inside else instead[found[0].lower()]

    return pattern.sub(softened, text)


def check() -> Iterator[str]:
    """Every problem in seeds/policies/, with its file and line."""
    lines = sheet("policies/countries", COUNTRIES)
    for line in lines:
        yield from _allowed(line, "country", set(Jurisdiction))
        yield from _allowed(line, "neutral", {"yes", "no"})
        yield from _allowed(line, "channels_first", {"yes", "no"})
    missing = set(Jurisdiction) - {line["country"] for line in lines}
    if missing:
        yield f"seeds/policies/countries.csv: no line for {', '.join(sorted(missing))}"
    for line in sheet("policies/words", WORDS):
        yield from _allowed(line, "language", {"zh", "en"})
        for country in line.words("countries"):
            if country not in {ANYWHERE, *Jurisdiction}:
                yield line.problem(f"countries: {country} is not known")
        if not line["word"] or not line["instead"]:
            yield line.problem("a word and what to say instead are both needed")
    for line in sheet("policies/errors", ERRORS):
        yield from _allowed(line, "then", {"quieter", "elsewhere", "opted_out"})
        if not line["code"].isdecimal() or not line["zh"] or not line["en"]:
            yield line.problem("a code in digits and words in both languages are needed")


def _allowed(line: Line, column: str, values: Iterable[str]) -> Iterator[str]:
    if line[column] not in values:
        yield line.problem(f"{column}: {line[column]!r} is not known")


@functools.cache
def _barred(country: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern that matches every listed word, longest first, and what to say instead of each."""
    words = [line for line in sheet("policies/words", WORDS) if {ANYWHERE, country} & set(line.words("countries"))]
    words.sort(key=lambda line: -len(line["word"]))
    patterns = [
        re.escape(line["word"]) if line["language"] == "zh" else rf"\b{re.escape(line['word'])}\b" for line in words
    ]
    return re.compile("|".join(patterns), re.IGNORECASE), {line["word"].lower(): line["instead"] for line in words}
