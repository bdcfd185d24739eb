"""The caller's words made plain for matching, with the way back to the original span of every character."""

import re
from collections.abc import Sequence
from itertools import accumulate, compress, count, islice
from operator import eq, itemgetter, ne
from typing import NamedTuple

from screener.model import Span
from screener.understanding.folding import FOLDS
from screener.understanding.kept import Kept

# A caller who talks for five minutes says less than this. Longer text keeps its start and its end, so that
# the time spent never depends on what a stranger sends.
HEAD, TAIL = 3000, 1500

CJK = "\u3400-\u4dbf\u4e00-\u9fff"
_NO_CHINESE = re.compile(rf"[^{CJK}]+")
_SHORT_STRETCH = 8  # characters between Chinese ones that are read as one
_PIECE = re.compile(
    r"[a-z]{1,4}\x01?\d[\da-z\x01]*|[a-z]+(?:'[a-z]+)?|\d+(?:[.,:\x01]\d+)*|[$£€¥%&#+@]|[.,]+|\n",
)
_JOINT = "\x01"  # stands for a blank or hyphen inside one spoken-out number, so that every position is kept
_BETWEEN = re.compile(r"[ -](?=\d)(?:(?<=\d.)|(?<=[a-z]-))")
_HUMS = frozenset({"um", "uh", "er", "erm", "uhm", "hmm", "mm", "ah", "eh", "em", "like"})
_SHORT = {
    "'m": " am",
    "'re": " are",
    "'ve": " have",
    "'ll": " will",
    "'d": " would",
    "n't": " not",
}
_WHOLE = {
    "im": "i am",
    "ive": "i have",
    "dont": "do not",
    "cant": "can not",
    "can't": "can not",
    "cannot": "can not",
    "won't": "will not",
    "wont": "will not",
    "youre": "you are",
    "youve": "you have",
    "thats": "that is",
    "gonna": "going to",
    "gotta": "got to",
    "wanna": "want to",
    "y'all": "you all",
    "ma'am": "maam",
}
_CHANGED = _HUMS | _WHOLE.keys()
_DIGITS = frozenset(["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
_IS = frozenset({"it", "that", "here", "there", "who", "what", "he", "she", "this", "where", "name", "how", "let"})


class Plain(NamedTuple):
    """Words ready for matching; `origin[i]` is where plain character i stands in the joined turns."""

    words: str
    origin: Sequence[int]
    spoken: str
    starts: tuple[int, ...]

    def raw(self, start: int, end: int) -> str:
        """The caller's own words behind a stretch of plain ones."""
        return self.spoken[self.origin[start] : self.origin[end - 1] + 1] if end > start else ""

    def written(self, start: int, end: int) -> str:
        """The plain characters of a stretch as the caller's words write them, where they mean the same."""
        heard = (self.spoken[place] for place in self.origin[start:end])
        alike = zip(heard, self.words[start:end], strict=True)
        return "".join(h if FOLDS[ord(h)] == m.lower() else m for h, m in alike)

    def spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Where a stretch of plain words stands in the turns as they were given; one span for each turn."""
        if end <= start:
            return ()
        first, last = self.origin[start], self.origin[end - 1] + 1
        found: list[Span] = []
        for turn, begins in enumerate(self.starts):
            ends = self.starts[turn + 1] - 1 if turn + 1 < len(self.starts) else len(self.spoken)
            low, high = max(first, begins), min(last, ends)
            if low < high:
                found.append(Span(turn, low - begins, high - begins))
        return tuple(found)

    def with_words(self, words: str) -> "Plain":
        """The same stretch of speech with repaired words of the same length."""
        return self._replace(words=words)


def _shorter(word: str) -> str:
    """Contractions written out; a possessive keeps its s."""
    if word in _WHOLE:
        return _WHOLE[word]
    if "'" not in word:
        return word
    for tail, full in _SHORT.items():
        if word.endswith(tail):
            return word[: -len(tail)] + full
    stem, _, tail = word.partition("'")
    return f"{stem} is" if tail == "s" and stem in _IS else stem if stem.endswith("s") else stem + tail


def _piece(word: str) -> str | None:
    """What one piece of speech adds to the plain words; None when it adds nothing."""
    if word in _HUMS:
        return None
    if word == "&":
        return "and"
    if word[0] in ".,\n":
        return "." if "." in word or word == "\n" else ","
    if word[-1].isdigit():
        return word.replace(",", "").replace(_JOINT, "")
    return _shorter(word)


def _stutters(word: str) -> bool:
    """Whether a second utterance of the same word says nothing: "the the", but not "five five"."""
    return word.isascii() and word.isalpha() and len(word) > 1 and word not in _DIGITS


def plain(turns: Sequence[str]) -> Plain:
    """The turns as one line of plain words."""
    spoken = "\n".join(turns)
    starts = tuple(accumulate([len(turn) + 1 for turn in turns[:-1]], initial=0)) if turns else ()
    folded = spoken.translate(FOLDS)
    left_out = len(folded) - HEAD - TAIL
    if left_out > 0:
        folded = f"{folded[:HEAD]} {folded[-TAIL:]}"
    folded = _BETWEEN.sub(_JOINT, folded)
    words, origin = _latin(folded) if folded.isascii() else _mixed(folded)
    if left_out > 0:
        origin = [place if place < HEAD else place + left_out - 1 for place in origin]
    return Plain(words or "", origin, spoken, starts)


# Plain words, None where nothing is said, and where each of their characters stands in what was read.
Read = tuple[str | None, Sequence[int]]


def _mixed(folded: str) -> tuple[str, list[int]]:
    """Chinese characters stay as they are; what stands between them is read."""
    pieces: list[str] = []
    origin: list[int] = []
    at = 0
    for match in _NO_CHINESE.finditer(folded):
        begins, end = match.span()
        between = match.group()
        words, places = _TOKENS[between] if end - begins < _SHORT_STRETCH else _latin(between)
        pieces += (folded[at:begins], words or "")
        origin += range(at, begins)
        origin += [begins + place for place in places]
        at = end
    origin += range(at, len(folded))
    return "".join(pieces) + folded[at:], origin


def _latin(folded: str) -> Read:
    """Words without Chinese, each by itself; only where one is said twice must they be read one after the other."""
    tokens = folded.split(" ")
    read = list(map(_TOKENS.__getitem__, tokens))
    said = list(map(_WORDS_OF, read))
    words = " ".join(filter(None, said))
    apart = words.split(" ")
    if any(map(_stutters, compress(apart, map(eq, apart, islice(apart, 1, None))))):
        return _pieces(folded)
    origin: list[int] = []
    lengths = list(accumulate(map(len, tokens), initial=0))  # of all the tokens before each
    at = 0
    for changed in compress(count(), map(ne, tokens, said)):
        start = lengths[changed] + changed
        origin += range(at, start)
        origin += [start + place for place in read[changed][1]]
        at = lengths[changed + 1] + changed + (not said[changed])
    origin += range(at, len(folded))
    return words, origin[: len(words)]


def _pieces(folded: str) -> Read:
    """Words without Chinese, piece by piece."""
    pieces: list[str] = []
    origin: list[int] = []
    previous = ""
    for match in _PIECE.finditer(folded):
        begins, word = match.start(), match.group()
        piece = _piece(word)
        if piece is None or (piece == previous and _stutters(piece)):
            continue
        if previous:
            pieces.append(" ")
            origin.append(begins)
        pieces.append(piece)
        origin += _places(begins, len(piece), len(word))
        previous = piece[piece.rfind(" ") + 1 :]
    return "".join(pieces) or None, origin


def _token(folded: str) -> Read:
    """One word, or a few characters between Chinese ones; most words stay as they are."""
    plain_word = folded.isascii() and folded.isalpha() and folded not in _CHANGED
    return (folded, range(len(folded))) if plain_word else _pieces(folded)


_WORDS_OF = itemgetter(0)
_TOKENS: Kept[str, Read] = Kept(_token, 16384)


def _places(begins: int, said: int, heard: int) -> Sequence[int]:
    """Where each character of a piece stands, of which so many were heard; a contraction written out is longer."""
    last = begins + heard - 1
    if said == heard:
        return range(begins, begins + heard)
    return (
        [*range(begins, begins + said - 1), last]
        if said < heard
        else [*range(begins, last), *[last] * (said - heard + 1)]
    )
