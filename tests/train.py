"""Learns from every labelled call what the phrase lists may miss: `python -m tests.train` writes seeds/cues/learned.json.

`python -m tests.train left-out` learns from all sets but one and scores that one, for each set in turn
(or those that are named after it).
"""

import json
import sys
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

import numpy
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from screener.model import Category, RedFlag, Tactic
from screener.seeds import seeds
from screener.understanding import learned
from screener.understanding.claims import claims
from screener.understanding.hearing import hear
from screener.understanding.learned import scale
from screener.understanding.noticed import notice
from screener.understanding.wording import wording
from tests.scoring import calls, score

# What the lists find is learned from these alone: the phrases were never changed for them, so that they show how far
# a phrase can be trusted.
STRANGERS = (
    "unseen/seventeenth",
    "unseen/eighteenth",
    "unseen/nineteenth",
    "unseen/twentieth",
    "unseen/twentyfirst",
    "unseen/twentysecond",
    "unseen/twentythird",
    "unseen/twentyfourth",
)
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
    "unseen/twentyfifth",
    "unseen/twentysixth",
    *STRANGERS,
)
TRUST = 1.0  # how much a call counts against weights near nothing
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
            labels = {gold["category"], *gold["tactics"], *gold["red_flags"]}
            found.append(_example(call["turns"], labels, every, marked=name in STRANGERS))
    found += [_example(call["turns"], {call["category"]}, set(Category)) for call in calls("unseen/categories.jsonl")]
    return found + [_example(pressing(call), call["shows"], {*Tactic}) for call in calls("unseen/pressure.jsonl")]


def pressing(call: dict[str, Any]) -> list[str]:
    """A single sentence of pressure after the words with which an agency begins."""
    chinese = not call["turn"].isascii()
    opening = "我们是受平安银行委托的启铭信用管理公司。" if chinese else "This is Apex Recovery."
    if "discloses_to_third_party" not in call["shows"]:
        opening += "您逾期的欠款一共一万二。" if chinese else " You owe nine thousand dollars."
    return [opening, call["turn"]]


def _example(turns: Sequence[str], labels: Collection[str], asked: Collection[str], *, marked: bool = False) -> Example:
    hearing = hear(turns)
    claimed = claims(hearing)
    marks = notice(hearing, claimed).marks() if marked else frozenset()
    return Example(tuple(sorted({*wording(hearing, claimed), *marks})), frozenset(labels), frozenset(asked))


class Lesson:
    """The examples as numbers, made once for all labels."""

    def __init__(self, found: Sequence[Example]) -> None:
        often = Counter(feature for example in found for feature in example.said)
        self.features = sorted(feature for feature, count in often.items() if count >= OFTEN)
        number = {feature: place for place, feature in enumerate(self.features)}
        self.found = found
        cells = [
            (row, number[feature], scale(len(example.said)))
            for row, example in enumerate(found)
            for feature in example.said
            if feature in number
        ]
        rows, columns, values = zip(*cells, strict=True)
        self.rows = csr_matrix((values, (rows, columns)), shape=(len(found), len(self.features)))

    def learn(self, label: str) -> tuple[float, list[float]]:
        """Bias and weights by which a call shows a label, by logistic regression; the same each time."""
        asked = [row for row, example in enumerate(self.found) if label in example.asked]
        shown = numpy.array([label in self.found[row].labels for row in asked])
        regression = LogisticRegression(
            solver="liblinear", dual=True, C=TRUST, class_weight={True: WEIGHT_OF_A_YES, False: 1.0}, tol=0.01,
            max_iter=1000, random_state=1,
        )  # fmt: skip
        regression.fit(self.rows[asked], shown)
        return float(regression.intercept_[0]), [float(weight) for weight in regression.coef_[0]]


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
