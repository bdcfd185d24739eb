"""The small pattern language of seeds/cues/, checked and turned into regular expressions that stay linear.

(a|b)   one of them; a question mark after it makes it optional: (a|b)?, in Chinese also one character: 的?
{name}  any phrase of that list in words.toml
~ ~~    a gap: up to six Chinese characters or thirty English letters; twice that
#       a number, in figures or in words
word*   English only: the word with any ending
_       a name: up to four Chinese characters or one English word
"""

import re
from dataclasses import dataclass
from itertools import pairwise

from screener.understanding.numerals import EN_NUMERAL, ZH_NUMERAL

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


class PatternError(ValueError):
    """A pattern that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; text that holds none of its `keys`, or none of any of its `needs`, cannot match it."""

    regex: re.Pattern[str]
    keys: frozenset[str]
    needs: tuple[frozenset[str], ...] = ()

    def may_be_in(self, found: set[str]) -> bool:
        """Whether a text with these keys can match; the expression itself is asked only then."""
        return not (self.keys and found.isdisjoint(self.keys)) and not any(map(found.isdisjoint, self.needs))


def keys_of(words: str) -> set[str]:
    """Everything in a text that a pattern can be looked up by: Chinese pairs, English word beginnings."""
    found: set[str] = set()
    if not words.isascii():
        found.update(map("".join, pairwise(words)), words)
    found.update(word[:5] for word in re.findall(r"[a-z0-9]+", words))
    return found


class _Reader:
    def __init__(self, source: str, lang: str, lists: dict[str, list[str]]) -> None:
        self.source, self.lang, self.lists, self.at = source, lang, lists, 0
        self.needs: list[frozenset[str]] = []  # of the last stretch read outside of brackets

    def alternatives(self, depth: int = 0) -> tuple[str, frozenset[str]]:
        """Reads a|b|c up to a closing bracket or the end; gives the expression and its keys."""
        branches: list[str] = []
        keys: set[str] = set()
        all_keyed = True
        while True:
            expression, found = self.sequence(depth)
            branches.append(expression)
            keys |= found
            all_keyed = all_keyed and bool(found)
            if not self.peek("|"):
                break
            self.at += 1
        joined = branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"
        return joined, frozenset(keys) if all_keyed else frozenset()

    def sequence(self, depth: int) -> tuple[str, frozenset[str]]:
        out: list[str] = []
        keys: list[frozenset[str]] = []
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            expression, found = self.item(depth)
            out.append(expression)
            if found:
                keys.append(found)
        if not out and depth == 0:
            raise PatternError("an empty phrase")
        if depth == 0:
            self.needs = keys
        return "".join(out), min(keys, key=_cost, default=frozenset())

    def item(self, depth: int) -> tuple[str, frozenset[str]]:
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
            return _GAPS[self.lang][gap], frozenset()
        if mark == "#":
            self.at += 1
            return _NUMBERS[self.lang], frozenset()
        if mark == "_":
            self.at += 1
            return _NAMES[self.lang], frozenset()
        if mark in "?}*[]\\$^":
            raise PatternError(f"{mark!r} stands where it means nothing")
        return self.literal()

    def group(self, depth: int) -> tuple[str, frozenset[str]]:
        self.at += 1
        expression, keys = self.alternatives(depth + 1)
        if not self.peek(")"):
            raise PatternError("a bracket is not closed")
        self.at += 1
        if not self.peek("?"):
            return f"(?:{expression})", keys
        self.at += 1
        if self.lang == "en" and self.peek(" "):  # "(very )? sorry" and "(very)? sorry" are the same
            self.at += 1
            return f"(?:{expression}{_SPACE})?", frozenset()
        return f"(?:{expression})?", frozenset()

    def named(self) -> tuple[str, frozenset[str]]:
        name, closed, _ = self.source[self.at + 1 :].partition("}")
        if not closed or name not in self.lists:
            raise PatternError(f"no list named {name!r} in words.toml")
        self.at += len(name) + 2
        inner = _Reader("|".join(self.lists[name]), self.lang, self.lists)
        expression, keys = inner.alternatives(1)
        return f"(?:{expression})", keys

    def literal(self) -> tuple[str, frozenset[str]]:
        match = re.compile(r"[^(){}|~#?*_\[\]\\$^]+").match(self.source, self.at)
        assert match is not None
        text, self.at = match.group(), match.end()
        if self.lang == "zh" and self.peek("?"):
            if len(text) == 1:
                self.at += 1
                return f"(?:{re.escape(text)})?", frozenset()
            text, self.at = text[:-1], self.at - 1
        expression = re.escape(text).replace(r"\ ", " ").replace(" ", _SPACE)
        if self.lang == "zh":
            expression = re.sub(r"^(?=[a-z])", "(?<![a-z])", re.sub(r"(?<=[a-z])$", "(?![a-z])", expression))
            return expression, frozenset({text[:2]}) if text else frozenset()
        starred = self.peek("*")
        words = re.findall(r"[a-z0-9]+", text)
        if starred:
            self.at += 1
            expression += "[a-z]*"
            words = words[:-1] + [w for w in words[-1:] if len(w) >= 5]
        longest = max((word[:5] for word in words), key=len, default="")
        return expression, frozenset({longest}) if longest else frozenset()

    def peek(self, mark: str) -> bool:
        return self.source.startswith(mark, self.at)


def _cost(keys: frozenset[str]) -> tuple[int, int]:
    """Few and long keys send the fewest texts to the expression."""
    return (sum(10 if len(key) == 1 else 1 for key in keys), -min(map(len, keys)))


def compile_pattern(source: str, lang: str, lists: dict[str, list[str]], *, keyed: bool = True) -> Pattern:
    """One phrase of a cue file as a pattern. PatternError says what is wrong with it."""
    source = source if keyed else source.rstrip("~ ")
    reader = _Reader(source, lang, lists)
    expression, keys = reader.alternatives()
    if reader.at < len(source):
        raise PatternError("a bracket is closed that was never opened")
    if keyed and not keys:
        raise PatternError("every phrase needs a word that is always in it")
    if lang == "en":
        expression = rf"\b{expression}(?![a-z])"
    needs = tuple(need for need in reader.needs if need != keys) if len(branches(f"({source})")) == 1 else ()
    return Pattern(re.compile(expression), keys, needs)


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
