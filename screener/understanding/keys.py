"""What a text's patterns are looked up by, so that few of them need be tried."""

import re
from collections import defaultdict
from itertools import pairwise
from typing import NamedTuple

WORD = re.compile(r"[a-z0-9]+")
Places = dict[str, list[int]]  # where English words and figures begin, by how they begin


class Keys(NamedTuple):
    """What a text's patterns are looked up by: Chinese characters and pairs, English word beginnings."""

    found: set[str]
    places: Places


def start_of(word: str) -> str:
    """What places are told by: three letters of a word, one sign for any figure."""
    return "0" if word[0].isdigit() else word[:3]


def keys_of(words: str) -> Keys:
    """Everything in a text that a pattern can be looked up by."""
    found: set[str] = set()
    places: Places = defaultdict(list)
    latin = words.isascii()
    if not latin:
        found.update(map("".join, pairwise(words)), words)
    at = 0
    for said in words.split(" "):
        if latin and said.isalpha():
            found.add(said[:5])
            places[said[:3]].append(at)
        else:
            for word in WORD.finditer(said):
                found.add(word.group()[:5])
                places[start_of(word.group())].append(at + word.start())
        at += len(said) + 1
    return Keys(found, places)


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
