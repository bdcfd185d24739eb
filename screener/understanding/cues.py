"""The cues of seeds/cues/: phrases that show a label, read once, checked, and found in plain words.

A file holds tables named after labels; a table holds `zh` and `en` lists of phrases, and `unless_zh` and
`unless_en` lists whose presence beside a hit takes it back. The tables `_negated` and `_reported` do so for
the whole file: words of denial right before a hit, and words that make it somebody else's. A table that says
`denied = true` shows its label in spite of them.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from screener.seeds import seeds
from screener.understanding.keys import Keys
from screener.understanding.pattern import Index, Pattern
from screener.understanding.phrases import PatternError, branches, compile_pattern

# How far, in characters and within its sentence, an "unless" still speaks about a hit.
_BEFORE = {"zh": 16, "en": 60}
_AFTER = {"zh": 12, "en": 36}
_NEGATED = {"zh": 11, "en": 45}  # a negation does not reach over a comma
_REPORTED = {"zh": 40, "en": 120}  # "he told me to…" reaches over the whole sentence
_MOST = 8  # hits kept of one phrase


class CueError(ValueError):
    """A cue file that cannot be used; the message names the file and the line."""


class Hit(NamedTuple):
    """A cue found: its label and where it stands in the plain words."""

    label: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Cue:
    label: str
    lang: str
    pattern: Pattern


class _Limits(dict[tuple[str, str], list[re.Pattern[str]]]):
    """What takes the hits of a label in a language back, as far as its words occur; looked up when first asked for."""

    def __init__(self, every: Mapping[tuple[str, str], Index], found: set[str]) -> None:
        super().__init__()
        self._every, self._found = every, found

    def __missing__(self, label: tuple[str, str]) -> list[re.Pattern[str]]:
        index = self._every.get(label)
        self[label] = some = [index.patterns[n].regex for n in index.among(self._found)] if index else []
        return some


class Cues:
    """All phrases of one file, and what takes their hits back."""

    def __init__(
        self, cues: list[_Cue], unless: dict[tuple[str, str], list[Pattern]], asserted: frozenset[str]
    ) -> None:
        self._asserted = asserted
        self.cues = cues
        self.limits = {label: Index(patterns) for label, patterns in unless.items()}
        self.labels = frozenset(cue.label for cue in cues)

    def taken_back(self, cue: _Cue, words: str, match: re.Match[str], unless: _Limits) -> bool:
        label, lang = cue.label, cue.lang
        own, negated, reported = unless[label, lang], unless["_negated", lang], unless["_reported", lang]
        if not own and (label in self._asserted or not (negated or reported)):
            return False
        start, end = match.span()
        opens = words.rfind(".", 0, start) + 1
        stop = words.find(".", end, end + _AFTER[lang])
        low, high = max(opens, start - _BEFORE[lang]), end + _AFTER[lang] if stop < 0 else stop
        if any(limit.search(words, low, high) for limit in own):
            return True
        if label in self._asserted:
            return False
        clause = max(opens, words.rfind(",", 0, start) + 1)
        return _precedes(negated, words, (max(clause, start - _NEGATED[lang]), start, end)) or (
            _precedes(reported, words, (max(opens, start - _REPORTED[lang]), start, start))
        )


class Together:
    """The phrases of some files, looked up at once by their keys."""

    def __init__(self, files: Iterable[Cues]) -> None:
        self.files = list(files)
        self.cues = [(place, cue) for place, file in enumerate(self.files) for cue in file.cues]
        self.phrases = Index(cue.pattern for _, cue in self.cues)

    def find(self, words: str, keys: Keys) -> list[list[Hit]]:
        """For each file every hit that no "unless" takes back, in order of appearance."""
        unless = [_Limits(file.limits, keys.found) for file in self.files]
        hits: list[list[Hit]] = [[] for _ in self.files]
        for place, cue in [self.cues[number] for number in self.phrases.among(keys.found)]:
            if keys.chinese or cue.lang != "zh":
                for match in cue.pattern.matches(words, keys.places)[:_MOST]:
                    if not self.files[place].taken_back(cue, words, match, unless[place]):
                        hits[place].append(Hit(cue.label, *match.span()))
        for some in hits:
            some.sort(key=itemgetter(1, 2))
        return hits


def _precedes(some: Iterable[re.Pattern[str]], words: str, at: tuple[int, int, int]) -> bool:
    """Whether such words stand before a hit, or inside it."""
    low, start, end = at
    for limit in some:
        match = limit.search(words, low, end)
        if match and match.start() not in (start, end - 1):
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
            if name == "denied" and isinstance(phrases, bool):
                continue
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
    unless: dict[tuple[str, str], list[Pattern]] = {}
    tables = _read(path)
    for label, table in tables.items():
        for name, phrases in table.items():
            if name == "denied":
                continue
            lang, limits = name.removeprefix("unless_"), label.startswith("_") or name.startswith("unless_")
            for phrase in phrases:
                for pattern in _patterns(path, phrase, lang, limits):
                    if limits:
                        unless.setdefault((label, lang), []).append(pattern)
                    else:
                        cues.append(_Cue(label, lang, pattern))
    return Cues(cues, unless, frozenset(label for label, table in tables.items() if table.get("denied")))


@functools.cache
def cues(name: str) -> Cues:
    """The cues of seeds/cues/NAME.toml."""
    return load_cues(seeds() / "cues" / f"{name}.toml")


@functools.cache
def together(*names: str) -> Together:
    """The cues of some files of seeds/cues/."""
    return Together(map(cues, names))


__all__ = ["CueError", "Cues", "Hit", "Together", "cues", "load_cues", "together", "word_lists"]
