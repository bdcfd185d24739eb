"""What the wording as a whole makes likely, learned from labelled calls, beside what the phrase lists find."""

import functools
import json
import math
import sys
from array import array
from collections.abc import Collection, Iterable, Sequence
from operator import lshift

from screener.model import Category, RedFlag, Spoken, Tactic
from screener.seeds import seeds
from screener.understanding.cues import Hit
from screener.understanding.hearing import Hearing
from screener.understanding.wording import Wording

_LEAST = 20  # features without which nothing is guessed
_LONG = 600  # features beyond which only the lists speak: hardly any call that was learned from has as many
# From here on a label counts, phrase or not: red flags sooner. Chosen on sets left out of training.
_SURE: dict[str, float] = {**dict.fromkeys(Tactic, 0.4), **dict.fromkeys(RedFlag, 0.25)}
_LIKELY = 0.5
_SWINDLE = 0.4  # from here on a caller counts as an impostor, whatever else it is likelier to be
_SWINDLE_FOUND = 0.25  # the same where the lists have found one
_SWINDLE_RELIEF = 0.7  # the same of a likely seller of debt relief
_FRIENDLY = 1.0  # log odds that a harmless category is worth: most callers are
_DEMANDS = frozenset(
    {
        RedFlag.ASKS_VERIFICATION_CODE,
        RedFlag.ASKS_TRANSFER_PERSONAL_ACCOUNT,
        RedFlag.CLAIMS_AUTHORITY,
        RedFlag.THREATENS_ARREST,
    }
)
_CREDITORS = frozenset({Category.BANK, Category.LENDER_PLATFORM, Category.COLLECTION_AGENCY, Category.LAW_FIRM})
_HARMLESS = frozenset({Category.DELIVERY, Category.PERSONAL, Category.GOVERNMENT, Category.MARKETING})
_REACH = {Spoken.ZH: 14, Spoken.EN: 45}  # characters on either side of the word that tells most

Guess = dict[str, float]


# The weights of one feature are one number, a lane of bits for each label, so that one addition adds them all.
_LANE = 8 * array("I").itemsize
_HALF = 1 << (_LANE - 1)


@functools.cache
def _table() -> tuple[list[str], list[float], dict[str, int]]:
    """Labels, the bias of each, and for every feature its weights in hundredths, in the lanes of the labels."""
    table = json.loads((seeds() / "cues" / "learned.json").read_text("utf-8"))
    lanes = [_LANE * number for number in range(len(table["labels"]))]
    weights = {
        feature: sum(map(lshift, flat[1::2], map(lanes.__getitem__, flat[::2])))
        for feature, flat in table["weights"].items()  # label numbers and weights in turn
    }
    return table["labels"], table["bias"], weights


@functools.cache
def _level(labels: int) -> int:
    """What lifts every lane above zero, so that none borrows from the next."""
    return sum(_HALF << _LANE * number for number in range(labels))


def _lane(packed: int, number: int, labels: int) -> int:
    """The weight in one lane."""
    return ((packed + _level(labels)) >> _LANE * number & (2 * _HALF - 1)) - _HALF


def _sums(packed: int, labels: int) -> list[int]:
    """The number in each lane."""
    lifted = array("I", (packed + _level(labels)).to_bytes(_LANE // 8 * labels, sys.byteorder))
    return [lane - _HALF for lane in (lifted if sys.byteorder == "little" else reversed(lifted))]


def scale(features: int) -> float:
    """How much one of so many features counts: a long call does not shout a short one down."""
    return float((features + 1) ** -0.25)


def likely(said: Wording, marks: Collection[str] = ()) -> Guess:
    """How likely each category, tactic and red flag is, from 0 to 1, by the wording and what the lists found in it.

    Nothing of hardly any words, nor of so many that what matters would drown in them: there the lists alone speak.
    """
    if not _LEAST <= len(said) <= _LONG:
        return {}
    labels, bias, weights = _table()
    known = [*(said.keys() & weights.keys()), *(mark for mark in marks if mark in weights)]
    sums = _sums(sum(map(weights.__getitem__, known)), len(labels))
    part = scale(len(said) + len(marks)) / 100
    return {label: _odds(start + part * total) for label, start, total in zip(labels, bias, sums, strict=True)}


def _odds(score: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def _log_odds(chance: float) -> float:
    return math.log(chance / (1 - chance))


def corrected(found: Category, guess: Guess, flags: Collection[str] = ()) -> Category:
    """The likeliest category; the one that the lists found where nothing is guessed.

    A likely impostor is one although something else is likelier, and sooner where the lists say so too: one that they
    found is never told as a bank, a lender, an agency or a law firm. With a likely swindler's sign among the red flags
    that phrases show, no caller is harmless whom the lists do not call so.
    """
    if not guess:
        return found
    demands = any(guess[flag] >= _LIKELY for flag in _DEMANDS & set(flags))
    barred = {Category.IMPOSTOR, *(_HARMLESS - {found} if demands else ())}
    others = [category for category in Category if category not in barred]
    best = max(others, key=lambda category: _log_odds(guess[category]) + _FRIENDLY * (category in _HARMLESS))
    if found is Category.IMPOSTOR and best in _CREDITORS:
        return found
    least = _SWINDLE_RELIEF if best is Category.DEBT_RELIEF_SELLER else _SWINDLE
    least = _SWINDLE_FOUND if found is Category.IMPOSTOR else least
    return Category.IMPOSTOR if guess[Category.IMPOSTOR] >= least else best


def believed(
    hearing: Hearing, said: Wording, guess: Guess, labels: Iterable[Tactic | RedFlag], seen: Sequence[Hit]
) -> list[Hit]:
    """The hits of likely labels; of one that no phrase has shown, the words that tell most for it."""
    sure = {label for label in labels if guess.get(label, 0.0) >= _SURE[label]}
    shown = [hit for hit in seen if not guess or hit.label.removesuffix("_on_debt") in sure]
    missing = sure - {hit.label.removesuffix("_on_debt") for hit in shown}
    return shown + [_placed(hearing, said, label) for label in labels if label in missing]


def _placed(hearing: Hearing, said: Wording, label: str) -> Hit:
    """The words around the feature near which most speaks for a label."""
    labels, _, weights = _table()
    number, reach = labels.index(label), _REACH[hearing.lang]
    telling = []
    for feature in said.keys() & weights.keys():
        weight = _lane(weights[feature], number, len(labels))
        telling += [(weight, said[feature])] if weight > 0 else []
    telling = sorted(telling, key=lambda one: (-one[0], one[1]))[:40]
    if not telling:
        return Hit(label, 0, len(hearing.text.words))

    def near(place: tuple[int, int]) -> list[tuple[int, tuple[int, int]]]:
        return [t for t in telling if place[0] - reach <= t[1][0] and t[1][1] <= place[1] + reach]

    best = max((near(place) for _, place in telling[:12]), key=lambda some: sum(weight for weight, _ in some))
    return Hit(label, min(place[0] for _, place in best), max(place[1] for _, place in best))
