"""The small pattern language of seeds/cues/, checked and turned into regular expressions that stay linear.

(a|b)   one of them; a question mark after it makes it optional: (a|b)?, in Chinese also one character: 的?
{name}  any phrase of that list in words.toml
~ ~~    a gap: up to six Chinese characters or thirty English letters; twice that
#       a number, in figures or in words
word*   English only: the word with any ending
_       a name: up to four Chinese characters or one English word
"""

import functools
import re
from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import NamedTuple

from screener.understanding.keys import WORD, commonness, start_of
from screener.understanding.numerals import EN_NUMERAL, ZH_NUMERAL
from screener.understanding.pattern import Pattern

_GAPS = {
    "zh": {"~": r"[^.]{0,6}?", "~~": r"[^.]{0,14}?"},
    "en": {"~": r"(?:[^.]{0,30}? )??", "~~": r"(?:[^.]{0,60}? )??"},
}
_NUMBERS = {
    "zh": rf"(?:\d[\d.]*[万千百]?|(?!零)[{ZH_NUMERAL}]{{1,12}})[多几来余]?",
    "en": rf"(?:[$£€] ?)?(?:{EN_NUMERAL}|\d[\d.]*)(?: (?:and )?(?:a )?(?:{EN_NUMERAL}|\d[\d.]*))*",
}
_NAMES = {"zh": r"[^.,]{1,4}?", "en": r"[a-z0-9]+"}
_SPACE = r"(?: , | )"
_LITERAL = re.compile(r"[^(){}|~#?*_\[\]\\$^]+")
_LATIN_FIRST, _LATIN_LAST = re.compile(r"^(?=[a-z])"), re.compile(r"(?<=[a-z])$")


class PatternError(ValueError):
    """A pattern that cannot be read; the message says why."""


class _Part(NamedTuple):
    """A stretch of a pattern read: its expression, its keys, and how it can start (None: in any way)."""

    expression: str
    keys: Mapping[str, frozenset[str]] = {}  # each with what always stands with it
    starts: frozenset[str] | None = None
    optional: bool = False
    also: frozenset[str] = frozenset()  # further keys, all of them needed


class _Reader:
    def __init__(self, source: str, lang: str, lists: dict[str, list[str]]) -> None:
        self.source, self.lang, self.lists, self.at = source, lang, lists, 0
        self.needs: list[frozenset[str]] = []  # of the last stretch read outside of brackets

    def alternatives(self, depth: int = 0) -> _Part:
        """Reads a|b|c up to a closing bracket or the end."""
        parts = [self.sequence(depth)]
        while self.peek("|"):
            self.at += 1
            parts.append(self.sequence(depth))
        if len(parts) == 1:
            return parts[0]
        keys: dict[str, frozenset[str]] = {}
        for key, others in [item for part in parts for item in part.keys.items()]:
            keys[key] = keys.get(key, others) & others
        return _Part(
            f"(?:{'|'.join(part.expression for part in parts)})",
            keys if all(part.keys for part in parts) else {},
            _any_of([part.starts for part in parts]),
            any(part.optional for part in parts),
        )

    def sequence(self, depth: int) -> _Part:
        parts: list[_Part] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            parts.append(self.item(depth))
        if not parts and depth == 0:
            raise PatternError("an empty phrase")
        keys = [part.keys for part in parts if part.keys]
        sure = frozenset().union(*(part.also for part in parts), *(some for some in keys if len(some) == 1))
        if depth == 0:
            self.needs = [*map(frozenset, keys), *(frozenset({key}) for key in sure)]
        first = next((place for place, part in enumerate(parts) if not part.optional), None)
        starts = None if first is None else _any_of([part.starts for part in parts[: first + 1]])
        expression = "".join(part.expression for part in parts)
        chosen = {key: others | (sure - {key}) for key, others in min(keys, key=_cost, default={}).items()}
        return _Part(expression, chosen, starts, first is None, sure)

    def item(self, depth: int) -> _Part:
        mark = self.source[self.at]
        if mark == "(":
            return self.group(depth)
        if mark == "{":
            return self.named()
        if mark == "~":
            gap = "~~" if self.source.startswith("~~", self.at) else "~"
            self.at += len(gap)
            if self.lang == "en" and self.peek(" "):
                self.at += 1
            return _Part(_GAPS[self.lang][gap])
        if mark == "#":
            self.at += 1
            return _Part(_NUMBERS[self.lang], starts=_NUMERALS)
        if mark == "_":
            self.at += 1
            return _Part(_NAMES[self.lang])
        if mark in "?}*[]\\$^":
            raise PatternError(f"{mark!r} stands where it means nothing")
        return self.literal()

    def group(self, depth: int) -> _Part:
        self.at += 1
        inner = self.alternatives(depth + 1)
        if not self.peek(")"):
            raise PatternError("a bracket is not closed")
        self.at += 1
        if not self.peek("?"):
            return inner._replace(expression=f"(?:{inner.expression})")
        self.at += 1
        space = ""
        if self.lang == "en" and self.peek(" "):  # "(very )? sorry" and "(very)? sorry" are the same
            self.at += 1
            space = _SPACE
        return _Part(f"(?:{inner.expression}{space})?", starts=inner.starts, optional=True)

    def named(self) -> _Part:
        name, closed, _ = self.source[self.at + 1 :].partition("}")
        if not closed or name not in self.lists:
            raise PatternError(f"no list named {name!r} in words.toml")
        self.at += len(name) + 2
        inner = _list("|".join(self.lists[name]), self.lang)
        return inner._replace(expression=f"(?:{inner.expression})")

    def literal(self) -> _Part:
        match = _LITERAL.match(self.source, self.at)
        assert match is not None
        text, self.at = match.group(), match.end()
        if self.lang == "zh" and self.peek("?"):
            if len(text) == 1:
                self.at += 1
                return _Part(f"(?:{re.escape(text)})?", optional=True)
            text, self.at = text[:-1], self.at - 1
        expression = re.escape(text).replace(r"\ ", " ").replace(" ", _SPACE)
        if self.lang == "zh":
            expression = _LATIN_FIRST.sub("(?<![a-z])", _LATIN_LAST.sub("(?![a-z])", expression))
            pairs = frozenset(pair for pair in map("".join, pairwise(text)) if " " not in pair)
            told = min([text[:2], *pairs], key=commonness) if text else ""
            return _Part(expression, {told: pairs - {told}} if told else {}, also=pairs)
        starred = self.peek("*")
        words = WORD.findall(text)
        starts = self._starts(text, words[0]) if words and text.startswith(words[0]) else None
        if starred:
            self.at += 1
            expression += "[a-z]*"
            words = words[:-1] + [w for w in words[-1:] if len(w) >= 5]
        heard = frozenset(word[:5] for word in words)
        told = min(sorted(heard), key=commonness, default="")
        return _Part(expression, {told: heard - {told}} if told else {}, starts, also=heard)

    def _starts(self, text: str, word: str) -> frozenset[str] | None:
        """How a text begins that begins with this word; unknown for a short one that may go on."""
        whole = len(text) > len(word) or self.at == len(self.source) or self.source[self.at] in "|)"
        return frozenset({start_of(word)}) if whole or len(word) > 2 or word[0].isdigit() else None

    def peek(self, mark: str) -> bool:
        return self.source.startswith(mark, self.at)


@functools.cache
def _list(words: str, lang: str) -> _Part:
    """A list of words.toml, which names no other."""
    return _Reader(words, lang, {}).alternatives(1)


_NUMERALS = frozenset({"0", *(start_of(word) for word in EN_NUMERAL.split("|"))})


def _any_of(starts: list[frozenset[str] | None]) -> frozenset[str] | None:
    return None if None in starts else frozenset().union(*(some for some in starts if some is not None))


def _cost(keys: Collection[str]) -> tuple[int, int]:
    """Few, rare and long keys send the fewest texts to the expression."""
    return (sum(commonness(key)[0] for key in keys), -min(map(len, keys)))


def compile_pattern(source: str, lang: str, lists: dict[str, list[str]], *, keyed: bool = True) -> Pattern:
    """One phrase of a cue file as a pattern. PatternError says what is wrong with it."""
    source = source if keyed else source.rstrip("~ ")
    reader = _Reader(source, lang, lists)
    part = reader.alternatives()
    if reader.at < len(source):
        raise PatternError("a bracket is closed that was never opened")
    if keyed and not part.keys:
        raise PatternError("every phrase needs a word that is always in it")
    expression = rf"\b{part.expression}(?![a-z])" if lang == "en" else part.expression
    needs = [need for need in reader.needs if need != frozenset(part.keys)] if len(branches(f"({source})")) == 1 else []
    must = frozenset().union(*(need for need in needs if len(need) == 1))
    several = tuple(need for need in needs if len(need) > 1)
    return Pattern(expression, part.keys, must, several, part.starts if lang == "en" else None)


def branches(source: str) -> list[str]:
    """The alternatives of a phrase that is one bracket from end to end, else the phrase itself."""
    if not (source.startswith("(") and source.endswith(")")):
        return [source]
    parts, depth = [""], 0
    for place, mark in enumerate(source):
        depth += (mark == "(") - (mark == ")")
        if depth == 0 and place < len(source) - 1:
            return [source]
        if mark == "|" and depth == 1:
            parts.append("")
        elif place and place < len(source) - 1:
            parts[-1] += mark
    return parts
