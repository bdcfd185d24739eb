"""What kind of body a free name speaks of, by the words that it is made of."""

import functools

from screener.understanding.grammar import keys, rule


@functools.lru_cache(maxsize=4096)
def kind_of_name(words: str) -> str:
    """The kind that a free name's own words show, the first of the table `kinds`; empty when none."""
    lowered = words.lower()
    return next((kind for kind in keys("kinds") if rule(f"kinds.{kind}").search(lowered)), "")
