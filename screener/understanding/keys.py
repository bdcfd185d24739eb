"""What a text's patterns are looked up by, so that few of them need be tried."""

import re
from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter
from typing import NamedTuple

from screener.understanding.kept import Kept

WORD = re.compile(r"[a-z0-9]+")
CHINESE = re.compile("[\u3400-\u9fff]")
_KEY = itemgetter(0)


Places = dict[str, list[int]]  # where English words and figures begin, by how they begin


class Keys(NamedTuple):
    """What a text's patterns are looked up by: Chinese characters and pairs, English word beginnings."""

    found: set[str]
    places: Places
    chinese: bool


def start_of(word: str) -> str:
    """What places are told by: three letters of a word, one sign for any figure."""
    return "0" if word[0].isdigit() else word[:3]


def pairs_of(words: str) -> list[str]:
    """Any two characters that stand together, in order; none where there is no Chinese."""
    if words.isascii() or not CHINESE.search(words):
        return []
    return list(map("".join, pairwise(words))) or [words]


def keys_of(words: str, pairs: Sequence[str] | None = None) -> Keys:
    """Everything in a text that a pattern can be looked up by; `pairs` where they are known."""
    pairs = pairs_of(words) if pairs is None else pairs
    places: Places = {}
    if pairs:
        found = {*pairs, *words}
        for match in WORD.finditer(words):
            found.add(match.group()[:5])
            places.setdefault(start_of(match.group()), []).append(match.start())
        return Keys(found, places, True)
    said = words.split(" ")
    told = list(map(_TOLD.__getitem__, said))
    found, at = set(map(_KEY, told)), 0
    for word, (_, beginning, more) in zip(said, told, strict=True):
        if beginning in places:
            places[beginning].append(at)
        else:
            places[beginning] = [at]
        for figure, after in more:
            found.add(figure[:5])
            places.setdefault(start_of(figure), []).append(at + after)
        at += len(word) + 1
    return Keys(found, places, False)


def _told(word: str) -> tuple[str, str, tuple[tuple[str, int], ...]]:
    """The key of a word, how it begins, and the words in it after its first, each with its place: 5.50."""
    if word.isalpha():
        return word[:5], word[:3], ()
    inside = [(match.group(), match.start()) for match in WORD.finditer(word)]
    if not inside or inside[0][1]:
        return word, word, tuple(inside)
    first = inside[0][0]
    return first[:5], start_of(first), tuple(inside[1:])


_TOLD = Kept(_told, 16384)


# Words and pairs of characters that many calls have, as keys are written: they tell little.
_COMMON = frozenset(
    re.findall(
        r"\S+",
        "a about accou and are at balan bank be call calli can card colle credi custo debt do for from get have hello "
        "hi i if in is it loan me my name not numbe of offic on our out pay payme servi that the there this to up we "
        "will with you your 我们 我是 您的 你的 这边 没有 银行 是我 您好 你好 这个 一个 现在 可以 什么 电话 的话 不是 "
        "就是 信用 催收 公司 还款 逾期 客服 中心 律师 贷款 账户 委托 征信 我 你 您 的 是 一 了 不 有 这 到 . ,",
    )
)


def commonness(key: str) -> tuple[int, int]:
    """How little a key tells, for choosing the least: by its kind, then by its length."""
    return ((10 if key in _COMMON else 1) * (1 if key.isascii() or len(key) > 1 else 6), -len(key))
