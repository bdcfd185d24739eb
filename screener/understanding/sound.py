"""Words that the recogniser heard as others, put back by their sound: pinyin, and English skeletons."""

import functools
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from screener.understanding.kept import Kept
from screener.understanding.keys import WORD, commonness, pairs_of
from screener.understanding.text import Plain

_NONE: frozenset[str] = frozenset()
# Speakers and recognisers mix these up; tones are dropped throughout.
_BLENDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("v", "u"))


def _read(character: str) -> frozenset[str]:
    if not character:
        return _NONE
    from pypinyin import Style, pinyin  # the dictionaries take a fifth of a second to load

    return _toneless(*pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")[:1])


def _toneless(readings: Sequence[str] = ()) -> frozenset[str]:
    return frozenset(_blend(reading) for reading in readings[:2])


_SYLLABLES = Kept(_read, 16384)


def syllables(character: str) -> frozenset[str]:
    """Every toneless reading of a Chinese character; none for anything else."""
    return _SYLLABLES[character]


def read_common() -> None:
    """The readings of the characters that make up nearly all of Chinese (the first level of GB/T 2312), at once."""
    from pypinyin import Style, pinyin

    rows = [bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)]
    common = [character for code in rows if (character := code.decode("gb2312", "ignore"))]
    readings = pinyin(common, style=Style.NORMAL, heteronym=True)
    _SYLLABLES.update(zip(common, map(_toneless, readings), strict=True))


def _blend(syllable: str) -> str:
    for heard, said in _BLENDS:
        syllable = syllable.replace(heard, said)
    return syllable


class Sounding(NamedTuple):
    """Known words that begin with two characters of a sound, the longest first, and the sounds of their third ones.

    A word of two characters has no third: its sounds are none.
    """

    words: tuple[tuple[str, frozenset[str]], ...]
    thirds: frozenset[str]  # of all of them; none where one has two characters


class Homophones:
    """Known Chinese words by the sound of their first two characters."""

    def __init__(self, words: Iterable[str], kept: Iterable[str] = ()) -> None:
        self._kept = frozenset(kept)
        self._by_sound: dict[str, dict[str, list[str]]] = {}  # by the first character's, then by the second's
        for word in set(words):
            for first, second in itertools.product(syllables(word[0]), syllables(word[1])):
                self._by_sound.setdefault(first, {}).setdefault(second, []).append(word)
        self._begun = Kept(self._that_begin, 16384)
        self._sounding = Kept(self._that_sound, 65536)

    def repair(self, words: str, pairs: Sequence[str] | None = None) -> str:
        """The same text, character for character, with misheard words replaced by the known ones.

        `pairs` are what `pairs_of` gives, where it is known.
        """
        sounding = list(map(self._sounding.__getitem__, pairs_of(words) if pairs is None else pairs))
        out: list[str] = []
        free = 0
        for at, known in compress(enumerate(sounding), sounding):
            heard = syllables(words[at + 2 : at + 3])
            if at < free or not known or (known.thirds and known.thirds.isdisjoint(heard)):
                continue
            if word := self._known(words, at, known, heard):
                out += (words[free:at], word)
                free = at + len(word)
        return "".join(out) + words[free:] if out else words

    def _that_begin(self, character: str) -> list[dict[str, list[str]]]:
        """The known words whose first character sounds so, by the sounds of their second; once for each reading."""
        return [self._by_sound[first] for first in syllables(character) if first in self._by_sound]

    def _that_sound(self, pair: str) -> Sounding | None:
        """The known words that begin with two characters of this sound and may yet be meant."""
        found: set[str] = set()
        for begun in self._begun[pair[0]]:
            for second in syllables(pair[1:]):
                if second in begun:
                    found.update(begun[second])
        if not found:
            return None
        known = [word for word in found if len(word) >= 2 * ((word[0] != pair[0]) + (word[1] != pair[1]))]
        known.sort(key=lambda word: (-len(word), word))
        thirds = [syllables(word[2]) if len(word) > 2 else _NONE for word in known]
        every = _NONE.union(*thirds) if all(thirds) else _NONE
        return Sounding(tuple(zip(known, thirds, strict=True)), every) if known else None

    def _known(self, words: str, at: int, known: Sounding, third: frozenset[str]) -> str | None:
        """The longest known word that sounds as the text does here, at least half of it written alike."""
        near: str | None = None
        for word, sounds in known.words:
            if near and len(word) < len(near):
                break
            if sounds and sounds.isdisjoint(third):
                continue
            if words.startswith(word, at):
                return word
            if near is None and self._fits(word, words[at : at + len(word)]):
                near = word
        return near

    def _fits(self, word: str, heard: str) -> bool:
        if len(heard) < len(word) or heard in self._kept:
            return False
        other = 0
        for a, b in zip(word, heard, strict=True):
            if a != b:
                other += 1
                if 2 * other > len(word) or syllables(a).isdisjoint(syllables(b)):
                    return False
        return True


class Mishearings:
    """English phrases that stand for others, each by its first word; the longest is tried first."""

    def __init__(self, heard: dict[str, str]) -> None:
        self._by_first: dict[str, list[tuple[str, str]]] = {}
        self._by_rarest: dict[str, list[str]] = {}
        for phrase in sorted(heard, key=len, reverse=True):
            words = WORD.findall(phrase)
            self._by_first.setdefault(words[0], []).append((phrase, heard[phrase]))
            self._by_rarest.setdefault(min((word[:5] for word in words), key=commonness), []).append(phrase)
        self._rarest = frozenset(self._by_rarest)

    def may_be_in(self, words: str, found: set[str]) -> bool:
        """Whether a text, with its keys, has a misheard phrase."""
        return any(phrase in words for key in self._rarest & found for phrase in self._by_rarest[key])

    def repair(self, text: Plain) -> Plain:
        """The text with each misheard phrase replaced."""
        words: list[str] = []
        origin: list[int] = []
        at = 0
        for start, phrase, said in self._found(text.words):
            end = start + len(phrase)
            words += [text.words[at:start], said]
            origin += text.origin[at:start]
            last = text.origin[end - 1]
            origin += [min(text.origin[start] + i, last) for i in range(len(said) - 1)] + [last]
            at = end
        if not words:
            return text
        words.append(text.words[at:])
        origin += text.origin[at:]
        return Plain("".join(words), tuple(origin), text.spoken, text.starts)

    def _found(self, words: str) -> Iterator[tuple[int, str, str]]:
        """Misheard phrases that stand as whole words, where they begin, and what was said; none within another."""
        free = 0
        for word in WORD.finditer(words):
            start = word.start()
            if start < free or words[start - 1 : start].isalnum():
                continue
            for phrase, said in self._by_first.get(word.group(), ()):
                end = start + len(phrase)
                if words.startswith(phrase, start) and not words[end : end + 1].isalnum():
                    free = end
                    yield start, phrase, said
                    break


_SOFT, _DOUBLED, _OTHER = re.compile(r"c(?=[eiy])|x"), re.compile(r"(.)\1+"), re.compile(r"[^a-z0-9]")
_VOWELS = dict.fromkeys(map(ord, "aeiouyhw"))
_ALIKE = str.maketrans({"q": "k", "c": "k", "z": "s", "v": "f", "d": "t", "b": "p", "g": "k", "j": "k"})


@functools.lru_cache(maxsize=16384)
def skeleton(name: str) -> str:
    """The consonants of an English name as they sound; equal for "wells far go" and "Wells Fargo"."""
    return _skeleton(_OTHER.sub("", name.lower()))


def _skeleton(letters: str) -> str:
    letters = letters.replace("ph", "f").replace("kn", "n").replace("wr", "r").replace("ck", "k")
    letters = letters.replace("sch", "sh").replace("tch", "ch").replace("ch", "j").replace("sh", "j").replace("th", "t")
    letters = _SOFT.sub("s", letters).translate(_ALIKE)
    first = "a" if letters and ord(letters[0]) in _VOWELS else letters[:1]
    return _DOUBLED.sub(r"\1", first + letters[1:].translate(_VOWELS))
