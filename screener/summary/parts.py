"""A text as parts that can be left out whole, the least important first."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from screener.segments import Measure


class Rank(IntEnum):
    """What is kept longest comes first: who, warning, first steps, number; the reference is never left out."""

    WHO = 0
    WARNING = 1
    LEAD = 2
    FIRST_STEP = 3
    NUMBER = 5  # after the first two steps
    LATER_STEP = 6
    NOTE = 20


@dataclass(frozen=True, slots=True)
class Part:
    """Words and how long they are kept; a step is numbered when the text is put together."""

    text: str
    rank: int
    step: bool = False


def steps(texts: list[str]) -> list[Part]:
    """The steps in order; the first two outlive the number, the others do not."""
    ranks = [Rank.FIRST_STEP, Rank.FIRST_STEP + 1, *range(Rank.LATER_STEP, Rank.LATER_STEP + len(texts))]
    return [Part(text, rank, step=True) for text, rank in zip(texts, ranks, strict=False)]


def fit(parts: list[Part], join: Callable[[list[Part]], str], fits: Callable[[str], Measure], most: int) -> str:
    """The fullest text within `most` segments; what remains is whole, in the order given."""
    kept = [part for part in parts if part.text]
    body = join(kept)
    while fits(body).segments > most and any(part.rank > Rank.WARNING for part in kept):
        kept.remove(max(kept, key=lambda part: part.rank))
        body = join(kept)
    return body
