"""Words that the recogniser heard as others, put back by their sound: pinyin, and English skeletons."""

import functools
import re
from collections.abc import Iterable

from screener.understanding.text import Plain

# Speakers and recognisers mix these up; tones are dropped throughout.
_BLENDS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("v", "u"))


@functools.lru_cache(maxsize=16384)
def syllables(character: str) -> frozenset[str]:
    """Every toneless reading of a Chinese character; none for anything else."""
    from pypinyin import Style, pinyin  # the dictionaries take a fifth of a second to load

    readings = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    return frozenset(_blend(reading) for reading in readings[0][:2]) if readings else frozenset()


def _blend(syllable: str) -> str:
    for heard, said in _BLENDS:
        syllable = syllable.replace(heard, said)
    return syllable


class Homophones:
    """Known Chinese words by the sound of their first two characters."""

    def __init__(self, words: Iterable[str], kept: Iterable[str] = ()) -> None:
        self._kept = frozenset(kept)
        self._by_sound: dict[str, dict[str, list[str]]] = {}
        for word in sorted(set(words), key=len, reverse=True):
            for first in syllables(word[0]):
                for second in syllables(word[1]):
                    self._by_sound.setdefault(first, {}).setdefault(second, []).append(word)

    def repair(self, words: str) -> str:
        """The same text, character for character, with misheard words replaced by the known ones."""
        out = list(words)
        sounds = [syllables(c) if c > "\u3400" else None for c in words]
        at, end = 0, len(words) - 1
        while at < end:
            first, second = sounds[at], sounds[at + 1]
            known = self._known(words, at, first, second) if first and second else None
            if known:
                out[at : at + len(known)] = known
                at += len(known)
            else:
                at += 1
        return "".join(out)

    def _known(self, words: str, at: int, first: frozenset[str], second: frozenset[str]) -> str | None:
        """The longest known word that sounds as the text does here, at least half of it written alike."""
        near: str | None = None
        for sound in first:
            follows = self._by_sound.get(sound)
            for next_sound in second if follows else ():
                for word in follows.get(next_sound, ()) if follows else ():
                    heard = words[at : at + len(word)]
                    if heard == word and (near is None or len(word) >= len(near)):
                        return word
                    if (near is None or len(word) > len(near)) and self._fits(word, heard):
                        near = word
        return near

    def _fits(self, word: str, heard: str) -> bool:
        if word == heard:
            return True
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
    """English phrases that stand for others; the repaired text keeps its length, padded with blanks."""

    def __init__(self, heard: dict[str, str]) -> None:
        self._heard = heard
        self._first = {phrase.split()[0] for phrase in heard}
        ordered = sorted(heard, key=len, reverse=True)
        self._any = re.compile(rf"\b(?:{'|'.join(map(re.escape, ordered))})\b") if ordered else None

    def repair(self, text: Plain) -> Plain:
        """The text with each misheard phrase replaced."""
        if self._any is None or self._first.isdisjoint(re.findall(r"[a-z0-9]+", text.words)):
            return text
        if not self._any.search(text.words):
            return text
        words: list[str] = []
        origin: list[int] = []
        at = 0
        for match in self._any.finditer(text.words):
            said = self._heard[match.group()]
            words += [text.words[at : match.start()], said]
            origin += text.origin[at : match.start()]
            last = text.origin[match.end() - 1]
            origin += [min(text.origin[match.start()] + i, last) for i in range(len(said) - 1)] + [last]
            at = match.end()
        words.append(text.words[at:])
        origin += text.origin[at:]
        return Plain("".join(words), tuple(origin), text.spoken, text.starts)


_SOFT = re.compile(r"c(?=[eiy])|x")
_ALIKE = str.maketrans({"q": "k", "c": "k", "z": "s", "v": "f", "d": "t", "b": "p", "g": "k", "j": "k"})


@functools.lru_cache(maxsize=16384)
def skeleton(name: str) -> str:
    """The consonants of an English name as they sound; equal for "wells far go" and "Wells Fargo"."""
    return _skeleton(re.sub(r"[^a-z0-9]", "", name.lower()))


def _skeleton(letters: str) -> str:
    letters = letters.replace("ph", "f").replace("kn", "n").replace("wr", "r").replace("ck", "k")
    letters = letters.replace("sch", "sh").replace("tch", "ch").replace("ch", "j").replace("sh", "j").replace("th", "t")
    letters = _SOFT.sub("s", letters).translate(_ALIKE)
    body = re.sub(r"[aeiouyhw]", "", letters[1:])
    first = "a" if letters[:1] in tuple("aeiouyhw") and letters else letters[:1]
    return re.sub(r"(.)\1+", r"\1", first + body)
