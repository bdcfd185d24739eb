"""Classes of words that mean much the same, in both languages: the lists of seeds/cues/classes.toml."""

import functools
import tomllib
from itertools import accumulate, compress
from typing import NamedTuple

from screener.seeds import seeds
from screener.understanding.kept import Kept
from screener.understanding.text import plain


class Token(NamedTuple):
    """A word, or a Chinese character, and its place in the plain words."""

    said: str
    start: int
    end: int


class Classes:
    """The word lists of classes.toml, by the words in them."""

    def __init__(self, tables: dict[str, dict[str, str]]) -> None:
        self.names = tuple(tables)
        self._words: dict[str, list[str]] = {}  # each with a blank between its words, or its characters
        self._stems: dict[str, list[str]] = {}
        for name, table in tables.items():
            for word in table["zh"].split("|"):
                self._words.setdefault(" ".join(plain([word]).words), []).append(name)
            for word in table["en"].split("|"):
                self._add(plain([word]).words if word not in "$£" else word, name, word.endswith("*"))
        self._words.pop("", None)  # hums and fillers, which plain words leave out
        self._lengths: dict[str, list[int]] = {}
        for words in self._words:
            first, length = words.split(" ")[0], words.count(" ") + 1
            if length not in self._lengths.setdefault(first, []):
                self._lengths[first].append(length)
        self._shortest = min(map(len, self._stems), default=0)
        self._stemmed = Kept(self._that_stem, 16384)

    def chinese(self) -> list[str]:
        """The Chinese words of every class."""
        return [words.replace(" ", "") for words in self._words if words[0] >= "\u3400"]

    def _add(self, words: str, name: str, stem: bool) -> None:
        if stem and " " not in words:
            self._stems.setdefault(words, []).append(name)
        else:
            self._words.setdefault(words, []).append(name)

    def _that_stem(self, word: str) -> list[str]:
        """The classes with whose stems a word begins."""
        lengths = range(self._shortest, len(word) + 1) if word.isascii() else ()
        return [name for length in lengths for name in self._stems.get(word[:length], ())]

    def found(self, tokens: list[Token]) -> list[tuple[int, int, str]]:
        """Every class at the tokens from and before which its word stands, in order."""
        said = [token.said for token in tokens]
        whole, ends = " ".join(said), list(accumulate(map(len, said)))
        found: list[tuple[int, int, str]] = []
        for at, word in compress(enumerate(said), map(self._lengths.__contains__, said)):
            begins = ends[at] - len(word) + at
            for length in self._lengths[word]:
                last = min(at + length, len(said)) - 1
                names = self._words.get(whole[begins : ends[last] + last], ())
                found += [(at, last + 1, name) for name in names]
        for at, names in enumerate(map(self._stemmed.__getitem__, said)):
            found += [(at, at + 1, name) for name in names]
        return sorted(found)


@functools.cache
def classes() -> Classes:
    """The classes of seeds/cues/classes.toml."""
    return Classes(tomllib.loads((seeds() / "cues" / "classes.toml").read_text("utf-8")))
