"""What a text's patterns are looked up by, so that few of them need be tried."""

import re
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

WORD = re.compile(r"[a-z0-9]+")
Places = dict[str, list[int]]  # where English words and figures begin, by how they begin


class Keys(NamedTuple):
    """What a text's patterns are looked up by: Chinese characters and pairs, English word beginnings."""

    found: set[str]
    places: Places


def start_of(word: str) -> str:
    """What places are told by: three letters of a word, one sign for any figure."""
    return "0" if word[0].isdigit() else word[:3]


def keys_of(words: str) -> Keys:
    """Everything in a text that a pattern can be looked up by."""
    found: set[str] = set()
    places: Places = defaultdict(list)
    if not words.isascii():
        found.update(map("".join, pairwise(words)), words)
    for word in WORD.finditer(words):
        said = word.group()
        found.add(said[:5])
        places[said[:3] if said[0] > "9" else "0"].append(word.start())
    return Keys(found, places)
