"""Learns from every labelled call what the phrase lists may miss: `python -m tests.train` writes seeds/cues/learned.json."""

import json
import math
import random
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from screener.seeds import seeds
from screener.understanding.hearing import hear
from screener.understanding.learned import features
from tests.scoring import calls

SETS = ("data/calls", "unseen/open", "unseen/heldout", "unseen/second", "unseen/third", "unseen/fourth", "unseen/fifth")
ROUNDS = 12
RATE = 0.3
WEIGHT_OF_A_YES = 2.0  # a label stands on few of the calls
LEAST = 0.5  # weights nearer to nothing are left out

Example = tuple[tuple[str, ...], frozenset[str]]  # what is said, in one order everywhere, and the labels


def examples(sets: Sequence[str] = SETS) -> list[Example]:
    """What each call says, and its labels: category, tactics and red flags together."""
    found = []
    for name in sets:
        for call in calls(f"{name}.jsonl"):
            gold = call["labels"]
            found.append(_example(call["turns"], {gold["category"], *gold["tactics"], *gold["red_flags"]}))
    found += [_example(call["turns"], {call["category"]}) for call in calls("unseen/categories.jsonl")]
    return found + [_example([call["turn"]], call["shows"]) for call in calls("unseen/pressure.jsonl")]


def _example(turns: Sequence[str], labels: Collection[str]) -> Example:
    return tuple(sorted(features(hear(turns)))), frozenset(labels)


def learn(found: Sequence[Example], label: str) -> tuple[float, dict[str, float]]:
    """Weights by which a call shows a label: logistic regression with steps that shrink feature by feature."""
    steps: dict[str, float] = {}
    weights: dict[str, float] = {}
    bias, taken = 0.0, 0.0
    order, chance = list(range(len(found))), random.Random(1)
    for _ in range(ROUNDS):
        chance.shuffle(order)
        for place in order:
            said, labels = found[place]
            scale = 1 / math.sqrt(len(said) + 1)
            sure = 1 / (1 + math.exp(-(bias + scale * sum(weights.get(f, 0.0) for f in said))))
            error = (sure - (label in labels)) * (WEIGHT_OF_A_YES if label in labels else 1)
            if abs(error) < 0.02:
                continue
            taken += error * error
            bias -= RATE * 0.3 * error / math.sqrt(taken)
            for f in said:
                slope = error * scale + 1e-4 * weights.get(f, 0.0)
                steps[f] = steps.get(f, 0.0) + slope * slope
                weights[f] = weights.get(f, 0.0) - RATE * slope / math.sqrt(steps[f] + 1e-6)
    return bias, weights


def trimmed(found: Sequence[Example]) -> list[Example]:
    """The examples without what fewer than three of them say."""
    often = Counter(feature for said, _ in found for feature in said)
    return [(tuple(f for f in said if often[f] > 2), labels) for said, labels in found]


def table(found: Sequence[Example]) -> dict[str, Any]:
    """Everything learned, small enough to keep: features of three calls or more, weights in hundredths."""
    kept = trimmed(found)
    labels = sorted({label for _, shown in found for label in shown})
    bias: list[float] = []
    weights: dict[str, list[int]] = {}
    for number, label in enumerate(labels):
        start, learned = learn(kept, label)
        bias.append(round(start, 3))
        for feature, weight in learned.items():
            if abs(weight) >= LEAST:
                weights.setdefault(feature, []).extend((number, round(weight * 100)))
    return {"labels": labels, "bias": bias, "weights": dict(sorted(weights.items()))}


def main() -> None:
    """Writes the table anew from every labelled call."""
    path = seeds() / "cues" / "learned.json"
    path.write_text(json.dumps(table(examples()), ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")


if __name__ == "__main__":
    main()
