"""The expressions and lists of seeds/cues/grammar.toml, which find names, numbers and sums in plain words."""

import functools
import re
import tomllib
from typing import Any

from screener.seeds import seeds


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
