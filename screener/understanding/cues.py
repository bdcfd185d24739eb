"""The cues of seeds/cues/: phrases that show a label, read once, checked, and found in plain words.

A file holds tables named after labels; a table holds `zh` and `en` lists of phrases, and `unless_zh` and
`unless_en` lists whose presence beside a hit takes it back. A label of its own named `_unless` in a file
does so for the whole file.
"""

import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from screener.seeds import seeds
from screener.understanding.pattern import Pattern, PatternError, branches, compile_pattern, keys_of

_BEFORE = {"zh": 12, "en": 45}  # how far back, in characters, an "unless" still speaks about a hit
_AFTER = {"zh": 8, "en": 30}
_MOST = 8  # hits kept of one phrase


class CueError(ValueError):
    """A cue file that cannot be used; the message names the file and the line."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A cue found: its label and where it stands in the plain words."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Cue:
    label: str
    lang: str
    pattern: Pattern


class Cues:
    """All phrases of one file, looked up by their keys."""

    def __init__(self, cues: list[_Cue], unless: dict[str, list[_Cue]]) -> None:
        self._cues = cues
        self._unless = unless
        self._by_key: dict[str, list[int]] = {}
        for number, cue in enumerate(cues):
            for key in cue.pattern.keys:
                self._by_key.setdefault(key, []).append(number)
        self.labels = frozenset(cue.label for cue in cues)

    def find(self, words: str, keys: set[str]) -> list[Hit]:
        """Every hit that no "unless" takes back, in order of appearance."""
        numbers = {number for key in keys & self._by_key.keys() for number in self._by_key[key]}
        hits: list[Hit] = []
        for number in sorted(numbers):
            cue = self._cues[number]
            for count, match in enumerate(cue.pattern.regex.finditer(words)):
                if count >= _MOST:
                    break
                if not self._taken_back(cue, words, match):
                    hits.append(Hit(cue.label, match.start(), match.end()))
        return sorted(hits, key=lambda hit: (hit.start, hit.end))

    def _taken_back(self, cue: _Cue, words: str, match: re.Match[str]) -> bool:
        low, high = max(0, match.start() - _BEFORE[cue.lang]), match.end() + _AFTER[cue.lang]
        low = max(low, words.rfind(".", low, match.start()) + 1)
        stop = words.find(".", match.end(), high)
        high = high if stop < 0 else stop
        for unless in self._unless.get(cue.label, ()):
            if unless.lang == cue.lang and unless.pattern.regex.search(words, low, high):
                return True
        for unless in self._unless.get("_unless", ()):
            if unless.lang == cue.lang and unless.pattern.regex.search(words, low, match.start() + 1):
                return True
        return False


def _line(path: Path, phrase: str) -> int:
    """The line of a phrase, for an error message."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if phrase in line:
            return number
    return 1


def _read(path: Path) -> dict[str, dict[str, list[str]]]:
    try:
        tables = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise CueError(f"{path}: {problem}") from problem  # the parser names the line
    for label, table in tables.items():
        if not isinstance(table, dict):
            raise CueError(f"{path}:{_line(path, label)}: {label} must be a table of phrases")
        for name, phrases in table.items():
            if name not in ("zh", "en", "unless_zh", "unless_en"):
                raise CueError(f"{path}:{_line(path, name)}: {label} has no place for {name!r}")
            if not isinstance(phrases, list) or not all(isinstance(p, str) and p for p in phrases):
                raise CueError(f"{path}:{_line(path, name)}: {label}.{name} must be a list of phrases")
    return tables


@functools.cache
def word_lists() -> dict[str, dict[str, list[str]]]:
    """The lists of words.toml that phrases name in braces, by language."""
    tables = _read(seeds() / "cues" / "words.toml")
    return {lang: {name: t.get(lang, []) for name, t in tables.items() if t.get(lang)} for lang in ("zh", "en")}


def _patterns(path: Path, phrase: str, lang: str, limits: bool) -> list[Pattern]:
    """A phrase compiled; one that limits hits stays whole, one that makes them is split where it can be."""
    parts = [phrase] if limits else branches(phrase)
    try:
        return [compile_pattern(part, lang, word_lists()[lang], keyed=not limits) for part in parts]
    except PatternError as problem:
        raise CueError(f"{path}:{_line(path, phrase)}: {phrase!r}: {problem}") from problem


def load_cues(path: Path) -> Cues:
    """One cue file. CueError names the file and line of the first phrase that cannot be read."""
    cues: list[_Cue] = []
    unless: dict[str, list[_Cue]] = {}
    for label, table in _read(path).items():
        for name, phrases in table.items():
            lang, limits = name.removeprefix("unless_"), label == "_unless" or name.startswith("unless_")
            for phrase in phrases:
                for pattern in _patterns(path, phrase, lang, limits):
                    if limits:
                        unless.setdefault(label, []).append(_Cue(label, lang, pattern))
                    else:
                        cues.append(_Cue(label, lang, pattern))
    return Cues(cues, unless)


@functools.cache
def cues(name: str) -> Cues:
    """The cues of seeds/cues/NAME.toml."""
    return load_cues(seeds() / "cues" / f"{name}.toml")


__all__ = ["CueError", "Cues", "Hit", "cues", "keys_of", "load_cues", "word_lists"]
