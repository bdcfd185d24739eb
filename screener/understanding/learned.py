"""What the wording as a whole makes likely, learned from labelled calls, where the phrase lists find nothing."""

import functools
import json
import math
import re
from collections.abc import Collection, Iterable
from itertools import pairwise

from screener.model import Category, Spoken
from screener.seeds import seeds
from screener.understanding.cues import Hit
from screener.understanding.hearing import Hearing

_MOST = 4000  # characters that are looked at
_LEAST = 15  # features without which nothing is guessed
_SURE = 0.45  # from here on a tactic or red flag counts that no phrase shows
_SURER = 0.6  # from here on a category counts, if the one found is as unlikely as:
_DOUBTED = 0.1
_REACH = {Spoken.ZH: 12, Spoken.EN: 40}  # characters shown on either side of the word that tells most

_NUMERALS = re.compile(r"\d+|[一二两三四五六七八九十百千万零]+")
_WORD = re.compile(r"[a-z]+|0|[.,$£]")

# Feature -> (label, weight), bias by label.
_Weights = tuple[dict[str, float], dict[str, list[tuple[str, float]]]]


def features(hearing: Hearing) -> set[str]:
    """Runs of one to three Chinese characters, or one and two English words; every number is one word."""
    words = hearing.text.words[:_MOST]
    if hearing.lang is Spoken.ZH:
        bare = _NUMERALS.sub("0", words).replace(" ", "")
        return {bare[i : i + n] for n in (1, 2, 3) for i in range(len(bare) - n + 1)}
    found = _WORD.findall(re.sub(r"\d+", "0", words))
    return {*found, *(f"{a} {b}" for a, b in pairwise(found))}


@functools.cache
def _weights() -> _Weights:
    table = json.loads((seeds() / "cues" / "learned.json").read_text("utf-8"))
    labels: list[str] = table["labels"]
    weights = {
        feature: [(labels[flat[i]], flat[i + 1] / 100) for i in range(0, len(flat), 2)]
        for feature, flat in table["weights"].items()
    }
    return dict(zip(labels, table["bias"], strict=True)), weights


def likely(hearing: Hearing) -> dict[str, float]:
    """How likely each category, tactic and red flag is, from 0 to 1."""
    bias, weights = _weights()
    said = features(hearing)
    if len(said) < _LEAST:
        return {}
    sums = dict.fromkeys(bias, 0.0)
    for feature in said & weights.keys():
        for label, weight in weights[feature]:
            sums[label] += weight
    scale = 1 / math.sqrt(len(said) + 1)
    return {label: 1 / (1 + math.exp(-(bias[label] + scale * total))) for label, total in sums.items()}


def corrected(found: Category, guess: dict[str, float]) -> Category:
    """Another category where the one found is most unlikely. An impostor stays one."""
    best = max(Category, key=lambda category: guess.get(category, 0.0))
    doubted = guess.get(best, 0.0) >= _SURER and guess.get(found, 0.0) <= _DOUBTED
    return best if doubted and found is not Category.IMPOSTOR else found


def suspected(hearing: Hearing, guess: dict[str, float], labels: Iterable[str], seen: Collection[Hit]) -> list[Hit]:
    """The likely labels that no phrase has shown, each at the words that tell most for it."""
    shown = {hit.label.removesuffix("_on_debt") for hit in seen}
    return [_placed(hearing, label) for label in labels if label not in shown and guess.get(label, 0.0) >= _SURE]


def _placed(hearing: Hearing, label: str) -> Hit:
    words, weights = hearing.text.words[:_MOST], _weights()[1]
    best, place = 0.0, (0, len(words))
    for feature in features(hearing) & weights.keys():
        weight = dict(weights[feature]).get(label, 0.0)
        start = words.find(feature) if weight > best else -1
        if start >= 0:
            best, place = weight, (start, start + len(feature))
    reach = _REACH[hearing.lang]
    opens = max(words.rfind(".", 0, place[0]) + 1, place[0] - reach)
    closes = words.find(".", place[1])
    return Hit(label, opens, min(closes if closes >= 0 else len(words), place[1] + reach))
