"""The expressions and lists of seeds/cues/grammar.toml, which find names, numbers and sums in plain words."""

import functools
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from screener.seeds import seeds
from screener.understanding.keys import start_of
from screener.understanding.pattern import Pattern
from screener.understanding.phrases import branches

LED = ("acts_for", "beside", "practice", "ranked", "self", "self_after")  # expressions for `led`, of claims_en


class GrammarError(ValueError):
    """An expression that cannot be used; the message names the file and the expression."""


@functools.cache
def _tables() -> dict[str, Any]:
    path = seeds() / "cues" / "grammar.toml"
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise GrammarError(f"{path}: {problem}") from problem


@functools.cache
def rule(name: str) -> re.Pattern[str]:
    """The expression TABLE.KEY; {surname} in it stands for any Chinese surname."""
    table, _, key = name.partition(".")
    try:
        return re.compile("".join(_tables()[table][key]).replace("{surname}", "".join(_tables()["lists"]["surnames"])))
    except (KeyError, TypeError, re.error) as problem:
        raise GrammarError(f"{seeds() / 'cues' / 'grammar.toml'}: {name}: {problem}") from problem


def check_grammar() -> None:
    """Compiles every expression. GrammarError names the first that cannot be used."""
    for table in _tables():
        for key in keys(table) if table not in ("lists", "brands") else ():
            rule(f"{table}.{key}")
    for key in LED:
        led(f"claims_en.{key}")


@functools.cache
def led(name: str) -> Pattern:
    """The expression TABLE.KEY, each of whose alternatives begins with a word, so that few places need be tried."""
    expression = rule(name).pattern
    try:
        return Pattern(expression, {}, starts=frozenset(_starts(expression.removeprefix(r"\b"), "")))
    except ValueError as problem:
        raise GrammarError(f"{seeds() / 'cues' / 'grammar.toml'}: {name}: {problem}") from problem


_GROUP = "(?:"
_OPENING = re.compile(r"[a-z]+")


def _starts(expression: str, after: str) -> Iterator[str]:
    """How the alternatives of an expression begin that stands before another."""
    for part in branches(f"({expression})"):
        if part.startswith(_GROUP):
            close = _closing(part)
            yield from _starts(part[len(_GROUP) : close], part[close + 1 :] + after)
            continue
        match = _OPENING.match(part)
        word, rest = match.group() if match else "", part[match.end() if match else 0 :] or after
        if rest[:1] in ("?", "*"):
            word, rest = word[:-1], ""
        if not word or (len(word) < 3 and not rest.startswith((" ", r"\b", _GROUP + " "))):
            raise ValueError(f"{part!r} does not begin with a word")
        yield start_of(word)


def _closing(part: str) -> int:
    """Where the bracket closes with which a part begins."""
    depth = 0
    for place, mark in enumerate(part):
        depth += (mark == "(") - (mark == ")")
        if depth == 0:
            if part[place + 1 : place + 2] in ("?", "*"):
                raise ValueError(f"{part!r} may begin in any way")
            return place
    raise ValueError(f"{part!r} is not closed")


@functools.cache
def rules(name: str, count: int) -> tuple[re.Pattern[str], ...]:
    """The expressions TABLE.KEY_0, TABLE.KEY_1 and so on."""
    return tuple(rule(f"{name}_{number}") for number in range(count))


@functools.cache
def keys(table: str) -> tuple[str, ...]:
    """The keys of a table, in the order of the file."""
    return tuple(_tables()[table])


@functools.cache
def brands() -> dict[str, str]:
    """The gazetteer id of the lending arm of a brand."""
    return dict(_tables()["brands"])


@functools.cache
def listed(name: str) -> frozenset[str]:
    """The words of the list TABLE.KEY, which stand between bars."""
    table, _, key = name.partition(".")
    return frozenset("".join(_tables()[table][key]).split("|"))
