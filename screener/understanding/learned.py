"""What the wording as a whole makes likely, learned from labelled calls, beside what the phrase lists find."""

import functools
import json
import math
from collections.abc import Collection, Iterable

from screener.model import Category, RedFlag, Spoken, Tactic
from screener.seeds import seeds
from screener.understanding.cues import Hit
from screener.understanding.hearing import Hearing
from screener.understanding.wording import Wording

_LEAST = 20  # features without which nothing is guessed
# From here on a label counts that no phrase shows; rare ones sooner. Chosen on sets left out of training.
_SURE = {
    Tactic.RECIPROCITY: 0.35,
    Tactic.LOW_BALL: 0.4,
    Tactic.HIGH_BALL: 0.35,
    Tactic.CONSEQUENCE_PRESSURE: 0.6,
    Tactic.DEADLINE_PRESSURE: 0.5,
    Tactic.EMPATHY_OPENING: 0.45,
    Tactic.THIRD_PARTY_CONTACT: 0.35,
    Tactic.HOME_VISIT: 0.4,
    RedFlag.ASKS_VERIFICATION_CODE: 0.45,
    RedFlag.ASKS_TRANSFER_PERSONAL_ACCOUNT: 0.4,
    RedFlag.CLAIMS_AUTHORITY: 0.4,
    RedFlag.THREATENS_ARREST: 0.45,
    RedFlag.ABUSIVE_LANGUAGE: 0.3,
    RedFlag.DISCLOSES_TO_THIRD_PARTY: 0.35,
    RedFlag.REFUSES_IDENTITY: 0.35,
    RedFlag.UPFRONT_FEE: 0.5,
}
_UNLIKELY = 0.12  # below it a phrase alone shows nothing: it was said in another sense
# From here on a caller counts as an impostor, whatever else it is likelier to be: by what that is.
_SWINDLE = {
    Category.DELIVERY: 0.5,
    Category.PERSONAL: 0.5,
    Category.GOVERNMENT: 0.5,
    Category.MARKETING: 0.5,
    Category.UNKNOWN: 0.5,
    Category.DEBT_RELIEF_SELLER: 0.7,
}
_SWINDLE_ELSE = 0.4
_HARMLESS = frozenset({Category.DELIVERY, Category.PERSONAL, Category.GOVERNMENT, Category.MARKETING})
_DEMANDS = frozenset(
    {
        RedFlag.ASKS_VERIFICATION_CODE,
        RedFlag.ASKS_TRANSFER_PERSONAL_ACCOUNT,
        RedFlag.CLAIMS_AUTHORITY,
        RedFlag.THREATENS_ARREST,
    }
)
_FOUND = 1.5  # log odds that the category found by rule is worth against another
_FRIENDLY = 1.0  # log odds that a harmless category is worth: most callers are
_REACH = {Spoken.ZH: 14, Spoken.EN: 45}  # characters on either side of the word that tells most

Guess = dict[str, float]


@functools.cache
def _table() -> tuple[list[str], list[float], dict[str, list[int]]]:
    """Labels, the bias of each, and for every feature label numbers and weights (in hundredths) in turn."""
    table = json.loads((seeds() / "cues" / "learned.json").read_text("utf-8"))
    return table["labels"], table["bias"], table["weights"]


def scale(features: int) -> float:
    """How much one of so many features counts: a long call does not shout a short one down."""
    return float((features + 1) ** -0.25)


def likely(said: Wording) -> Guess:
    """How likely each category, tactic and red flag is, from 0 to 1; nothing of hardly any words."""
    if len(said) < _LEAST:
        return {}
    labels, bias, weights = _table()
    sums = [0] * len(labels)
    for feature in said.keys() & weights.keys():
        flat = weights[feature]
        for place in range(0, len(flat), 2):
            sums[flat[place]] += flat[place + 1]
    part = scale(len(said)) / 100
    return {label: _odds(start + part * total) for label, start, total in zip(labels, bias, sums, strict=True)}


def _odds(score: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def _log_odds(chance: float) -> float:
    return math.log(chance / (1 - chance))


def corrected(found: Category, guess: Guess, signs: Collection[str] = ()) -> Category:
    """The category found by rule, or a much likelier one. An impostor stays one, and a likely impostor becomes one.

    `signs` are the red flags that phrases have shown: with a swindler's among them no call becomes a harmless one.
    """
    if found is Category.IMPOSTOR or not guess:
        return found
    barred = {Category.IMPOSTOR, *(_HARMLESS - {found} if _DEMANDS & set(signs) else ())}
    others = [category for category in Category if category not in barred]
    best = max(others, key=lambda c: _log_odds(guess[c]) + _FOUND * (c is found) + _FRIENDLY * (c in _HARMLESS))
    swindle = guess[Category.IMPOSTOR] >= _SWINDLE.get(best, _SWINDLE_ELSE)
    return Category.IMPOSTOR if swindle else best


def suspected(
    hearing: Hearing, said: Wording, guess: Guess, labels: Iterable[Tactic | RedFlag], seen: Collection[Hit]
) -> list[Hit]:
    """The likely labels that no phrase has shown, each at the words that tell most for it."""
    shown = {hit.label.removesuffix("_on_debt") for hit in seen}
    return [
        _placed(hearing, said, label)
        for label in labels
        if label not in shown and guess.get(label, 0.0) >= _SURE[label]
    ]


def believable(hits: Iterable[Hit], guess: Guess) -> list[Hit]:
    """The hits of phrases but for those that the rest of the call speaks against."""
    return [hit for hit in hits if guess.get(hit.label.removesuffix("_on_debt"), 1.0) >= _UNLIKELY]


def _placed(hearing: Hearing, said: Wording, label: str) -> Hit:
    """The words around the feature near which most speaks for a label."""
    labels, _, weights = _table()
    number, reach = labels.index(label), _REACH[hearing.lang]
    telling = []
    for feature in said.keys() & weights.keys():
        flat = weights[feature]
        if number in flat[::2]:
            weight = flat[2 * flat[::2].index(number) + 1]
            telling += [(weight, said[feature])] if weight > 0 else []
    telling = sorted(telling, key=lambda one: (-one[0], one[1]))[:40]
    if not telling:
        return Hit(label, 0, len(hearing.text.words))

    def near(place: tuple[int, int]) -> list[tuple[int, tuple[int, int]]]:
        return [t for t in telling if place[0] - reach <= t[1][0] and t[1][1] <= place[1] + reach]

    best = max((near(place) for _, place in telling[:12]), key=lambda some: sum(weight for weight, _ in some))
    return Hit(label, min(place[0] for _, place in best), max(place[1] for _, place in best))
