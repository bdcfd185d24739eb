"""Learns from every labelled call what the phrase lists may miss: `python -m tests.train` writes seeds/cues/learned.json.

`python -m tests.train left-out` learns from all sets but one and scores that one, for each set in turn
(or those that are named after it).
"""

import json
import math
import random
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

from screener.model import Category, RedFlag, Tactic
from screener.seeds import seeds
from screener.understanding import learned
from screener.understanding.claims import claims
from screener.understanding.hearing import hear
from screener.understanding.learned import scale
from screener.understanding.wording import wording
from tests.scoring import calls, score

SETS = (
    "data/calls",
    "unseen/open",
    "unseen/heldout",
    "unseen/second",
    "unseen/third",
    "unseen/fourth",
    "unseen/fifth",
    "unseen/sixth",
    "unseen/seventh",
    "unseen/eighth",
    "unseen/ninth",
    "unseen/tenth",
    "unseen/eleventh",
    "unseen/twelfth",
    "unseen/thirteenth",
    "unseen/fourteenth",
    "unseen/fifteenth",
    "unseen/sixteenth",
)
ROUNDS = 12
TRUST = 0.5  # how much a call counts against weights near nothing
WEIGHT_OF_A_YES = 4.0  # a label stands on few of the calls
LEAST = 0.05  # weights nearer to nothing are left out
OFTEN = 2  # features of fewer calls are left out


@dataclass(frozen=True, slots=True)
class Example:
    """What a call says, in one order everywhere, its labels, and the labels that it could have borne."""

    said: tuple[str, ...]
    labels: frozenset[str]
    asked: frozenset[str]


def examples(sets: Sequence[str] = SETS) -> list[Example]:
    """Every labelled call: category, tactics and red flags together; of single sentences only what they are about."""
    every = {*Category, *Tactic, *RedFlag}
    found = []
    for name in sets:
        for call in calls(f"{name}.jsonl"):
            gold = call["labels"]
            found.append(_example(call["turns"], {gold["category"], *gold["tactics"], *gold["red_flags"]}, every))
    found += [_example(call["turns"], {call["category"]}, set(Category)) for call in calls("unseen/categories.jsonl")]
    return found + [_example(pressing(call), call["shows"], {*Tactic}) for call in calls("unseen/pressure.jsonl")]


def pressing(call: dict[str, Any]) -> list[str]:
    """A single sentence of pressure after the words with which an agency begins."""
    chinese = not call["turn"].isascii()
    opening = "我们是受平安银行委托的启铭信用管理公司。" if chinese else "This is Apex Recovery."
    if "discloses_to_third_party" not in call["shows"]:
        opening += "您逾期的欠款一共一万二。" if chinese else " You owe nine thousand dollars."
    return [opening, call["turn"]]


def _example(turns: Sequence[str], labels: Collection[str], asked: Collection[str]) -> Example:
    hearing = hear(turns)
    return Example(tuple(sorted(wording(hearing, claims(hearing)))), frozenset(labels), frozenset(asked))


class Lesson:
    """The examples as numbers, made once for all labels."""

    def __init__(self, found: Sequence[Example]) -> None:
        often = Counter(feature for example in found for feature in example.said)
        self.features = sorted(feature for feature, count in often.items() if count >= OFTEN)
        number = {feature: place for place, feature in enumerate(self.features)}
        self.found = found
        self.rows = [
            (tuple(number[f] for f in example.said if f in number), scale(len(example.said))) for example in found
        ]

    def learn(self, label: str) -> tuple[float, list[float]]:
        """Bias and weights by which a call shows a label: logistic regression, solved call by call in its dual."""
        weights, bias = [0.0] * len(self.features), 0.0
        order, chance = [i for i, example in enumerate(self.found) if label in example.asked], random.Random(1)
        most = [TRUST * (WEIGHT_OF_A_YES if label in example.labels else 1.0) for example in self.found]
        taken = [0.001 * limit for limit in most]
        for place in order:  # the weights that the first small shares stand for
            sign, (row, part) = (1 if label in self.found[place].labels else -1), self.rows[place]
            bias += sign * taken[place]
            for f in row:
                weights[f] += sign * taken[place] * part
        for _ in range(ROUNDS):
            chance.shuffle(order)
            for place in order:
                sign, (row, part) = (1 if label in self.found[place].labels else -1), self.rows[place]
                score = bias + part * sum(weights[f] for f in row)
                share = _share(most[place], taken[place], 1 + part * part * len(row), sign * score)
                step = sign * (share - taken[place])
                if abs(step) < 1e-5:
                    continue
                taken[place] = share
                bias += step
                for f in row:
                    weights[f] += step * part
        return bias, weights


def _share(most: float, taken: float, square: float, agrees: float) -> float:
    """A call's best share between 0 and `most`, the others' being given: Newton's steps on its log odds, kept apart."""
    low, high = -30.0, 30.0
    odds = math.log(taken / (most - taken))
    for _ in range(30):
        part = 1 / (1 + math.exp(-odds))
        over = odds + square * (most * part - taken) + agrees
        low, high = (low, odds) if over > 0 else (odds, high)
        step = odds - over / (1 + square * most * part * (1 - part))
        if abs(step - odds) < 1e-6:
            break
        odds = step if low < step < high else (low + high) / 2
    return min(max(most * part, 1e-9 * most), (1 - 1e-9) * most)


def table(found: Sequence[Example]) -> dict[str, Any]:
    """Everything learned, small enough to keep, weights in hundredths."""
    lesson = Lesson(found)
    labels = sorted({label for example in found for label in example.asked})
    bias: list[float] = []
    weights: dict[str, list[int]] = {}
    for number, label in enumerate(labels):
        start, found_weights = lesson.learn(label)
        bias.append(round(start, 3))
        for feature, weight in zip(lesson.features, found_weights, strict=True):
            if abs(weight) >= LEAST:
                weights.setdefault(feature, []).extend((number, round(weight * 100)))
    return {"labels": labels, "bias": bias, "weights": dict(sorted(weights.items()))}


def left_out(names: Sequence[str]) -> None:
    """Prints how each set is understood with a table that was learned from the other sets alone."""
    for name in names:
        kept = table(examples([other for other in SETS if other != name]))
        parts = kept["labels"], kept["bias"], kept["weights"]
        with mock.patch.object(learned, "_table", lambda parts=parts: parts):
            found = score(calls(f"{name}.jsonl"))
        print(
            f"{name:16} {found.calls:4} {found.right / found.calls:.1%} {found.macro_f1():.2f}"
            f" {found.organisations / found.calls:.1%} {found.f1('tactics'):.2f}"
            f" {found.recall('red_flags'):.2f}/{found.f1('red_flags'):.2f} {found.recall('details'):.0%}"
            f" {found.alarms}/{found.harmless} {found.passed}/{found.impostors}",
            flush=True,
        )


def main() -> None:
    """Writes the table anew from every labelled call."""
    if sys.argv[1:2] == ["left-out"]:
        left_out(sys.argv[2:] or SETS)
        return
    path = seeds() / "cues" / "learned.json"
    path.write_text(json.dumps(table(examples()), ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
