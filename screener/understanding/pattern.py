"""Patterns as they are looked up, so that of thousands a text is tried with some dozens."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from screener.understanding.keys import Places


@dataclass(slots=True)
class Pattern:
    """A pattern as it is looked up.

    A match has one of its `keys` with all that stands with it, all of `must` and one of each of `needs`.

    An English one matches only at words that begin with one of its `starts`, where these are known.
    """

    expression: str
    keys: Mapping[str, frozenset[str]]
    must: frozenset[str] = frozenset()
    needs: tuple[frozenset[str], ...] = ()
    starts: frozenset[str] | None = None
    regex: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        self.regex = re.compile(self.expression)  # here, so that no caller waits for it

    def matches(self, words: str, places: Places) -> list[re.Match[str]]:
        """Every match in order, none within another."""
        if self.starts is None:
            return list(self.regex.finditer(words))
        found: list[re.Match[str]] = []
        free = 0
        for at in self.spots(places):
            if at >= free and (match := self.regex.match(words, at)):
                free = match.end()
                found.append(match)
        return found

    def spots(self, places: Places) -> list[int]:
        """Where words stand with which a match may begin."""
        starts = self.starts or frozenset()
        if len(starts) == 1:
            (start,) = starts
            return places.get(start, [])
        spots: list[int] = []
        for start in starts if len(starts) < 9 else starts.intersection(places):
            if start in places:
                spots += places[start]
        spots.sort()
        return spots


_Wanted = tuple[int, frozenset[str], tuple[frozenset[str], ...]]  # a number, all that it wants, some of each


class Index:
    """Patterns by their keys, so that few are looked at."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self.patterns = list(patterns)
        self._by_key: dict[str, list[_Wanted]] = {}
        self._always: list[_Wanted] = []
        for number, pattern in enumerate(self.patterns):
            for key, others in pattern.keys.items():
                self._by_key.setdefault(key, []).append((number, others | pattern.must, pattern.needs))
            if not pattern.keys:
                self._always.append((number, pattern.must, pattern.needs))
        self._keys = frozenset(self._by_key)

    def among(self, found: set[str]) -> list[int]:
        """The numbers of those that a text with these keys may have, in order."""
        here = self._keys & found
        if not here and not self._always:
            return []
        likely, none_of = set(), found.isdisjoint
        for some in [self._always, *map(self._by_key.__getitem__, here)]:
            for number, must, needs in some:
                if must <= found and not (needs and any(map(none_of, needs))):
                    likely.add(number)
        return sorted(likely)
