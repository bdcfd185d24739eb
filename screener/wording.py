"""Words that a lock screen or a carrier's filter should not see, from seeds/policies/words.csv."""

import functools
import re

from screener.seeds import seeds
from screener.sheets import lines

ANYWHERE = "any"


@functools.cache
def barred(country: str = ANYWHERE) -> re.Pattern[str]:
    """Matches every listed word of this country; the words listed for `any` country always."""
    sheet = lines(seeds() / "policies" / "words.csv", ("word", "language", "countries"))
    words = [line for line in sheet if {ANYWHERE, country} & set(line.words("countries"))]
    patterns = [
        re.escape(line["word"]) if line["language"] == "zh" else rf"\b{re.escape(line['word'])}\b"
        for line in sorted(words, key=lambda line: -len(line["word"]))
    ]
    return re.compile("|".join(patterns), re.IGNORECASE)


def names_debt(text: str, country: str = ANYWHERE) -> bool:
    return bool(barred(country).search(text))
