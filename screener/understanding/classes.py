"""Classes of words that mean much the same, in both languages: the lists of seeds/cues/classes.toml."""

import functools
import tomllib
from typing import NamedTuple

from screener.seeds import seeds
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
        self._words: dict[tuple[str, ...], list[str]] = {}
        self._stems: dict[str, list[str]] = {}
        for name, table in tables.items():
            for word in table["zh"].split("|"):
                self._words.setdefault(tuple(plain([word]).words), []).append(name)
            for word in table["en"].split("|"):
                self._add(plain([word]).words if word not in "$£" else word, name, word.endswith("*"))
        self._lengths: dict[str, list[int]] = {}
        self._words.pop((), None)  # hums and fillers, which plain words leave out
        for words in self._words:
            lengths = self._lengths.setdefault(words[0], [])
            if len(words) not in lengths:
                lengths.append(len(words))
        self._shortest = min(map(len, self._stems), default=0)

    def chinese(self) -> list[str]:
        """The Chinese words of every class."""
        return ["".join(words) for words in self._words if words[0] >= "\u3400"]

    def _add(self, words: str, name: str, stem: bool) -> None:
        if stem and " " not in words:
            self._stems.setdefault(words, []).append(name)
        else:
            self._words.setdefault(tuple(words.split()), []).append(name)

    def found(self, tokens: list[Token]) -> list[tuple[int, int, str]]:
        """Every class at the tokens from and before which its word stands, in order."""
        said = [token.said for token in tokens]
        found: list[tuple[int, int, str]] = []
        for at, word in enumerate(said):
            for length in self._lengths.get(word, ()):
                end = min(at + length, len(said))
                found += [(at, end, name) for name in self._words.get(tuple(said[at : at + length]), ())]
            if len(word) >= self._shortest and word.isascii():
                for length in range(self._shortest, len(word) + 1):
                    found += [(at, at + 1, name) for name in self._stems.get(word[:length], ())]
        return found


@functools.cache
def classes() -> Classes:
    """The classes of seeds/cues/classes.toml."""
    return Classes(tomllib.loads((seeds() / "cues" / "classes.toml").read_text("utf-8")))
