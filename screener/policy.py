"""What a country's carriers, and a lock screen, should see of a text: seeds/policies/ as data."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from screener.model import Jurisdiction
from screener.sheets import sheet

ANYWHERE = "any"
WORDS = ("word", "language", "countries", "instead", "why")
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
    kept = "|".join(re.escape(word) for word in sorted(filter(None, keep), key=len, reverse=True))
    whole = re.compile(f"(?P<kept>{kept})|{pattern.pattern}" if kept else pattern.pattern, re.IGNORECASE)
    return whole.sub(
        lambda found: found[0] if found.groupdict().get("kept") else instead[found[0].lower()],
        text,
    )


@functools.cache
def _barred(country: str) -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern that matches every listed word, longest first, and what to say instead of each."""
    words = [line for line in sheet("policies/words", WORDS) if {ANYWHERE, country} & set(line.words("countries"))]
    words.sort(key=lambda line: -len(line["word"]))
    patterns = [
        re.escape(line["word"]) if line["language"] == "zh" else rf"\b{re.escape(line['word'])}\b" for line in words
    ]
    return re.compile("|".join(patterns), re.IGNORECASE), {line["word"].lower(): line["instead"] for line in words}
