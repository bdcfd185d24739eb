"""Words that a lock screen or a carrier's filter should not see, from seeds/policies/words.csv."""

import functools
import re

from screener.sheets import sheet

ANYWHERE = "any"
WORDS = ("word", "language", "countries", "why")


@functools.cache
def barred(country: str = ANYWHERE) -> re.Pattern[str]:
    """Matches every listed word of this country; the words listed for `any` country always."""
    words = [line for line in sheet("policies/words", WORDS) if {ANYWHERE, country} & set(line.words("countries"))]
    patterns = [
        re.escape(line["word"]) if line["language"] == "zh" else rf"\b{re.escape(line['word'])}\b"
        for line in sorted(words, key=lambda line: -len(line["word"]))
    ]
    return re.compile("|".join(patterns), re.IGNORECASE)


def names_debt(text: str, country: str = ANYWHERE) -> bool:
    return bool(barred(country).search(text))
