"""A call's words for a page: what we said, what was heard, the telling words marked, the harsh ones folded."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from screener.store.records import Turn
from screener.web.findings import Noticed

# Marks that reorder or hide text: harmless in a font, misleading to a reader. One for one, so that spans still fit.
DISGUISES = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words, with the label of what it shows, or none."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One turn as a page shows it."""

    number: int
    ours: str
    pieces: tuple[Piece, ...]
    keys: str
    cut_off: bool
    harsh: bool
    language: str


def plain(text: str) -> str:
    """Somebody else's text with nothing in it that reorders or hides what stands around it."""
    return DISGUISES.sub("\ufffd", text)


def transcript(turns: Iterable[Turn], findings: Iterable[Noticed]) -> list[Said]:
    """Every turn in order; a call that was cut off shows the last words that were on their way."""
    found = list(findings)
    return [_said(turn, found) for turn in turns]


def _said(turn: Turn, found: list[Noticed]) -> Said:
    words = plain(turn.words or turn.partial or "")
    marks = [(start, end, str(one.label)) for one in found for number, start, end in one.spans if number == turn.number]
    return Said(
        number=turn.number,
        ours=turn.said,
        pieces=tuple(pieces(words, marks)),
        keys=turn.digits or "",
        cut_off=bool(turn.partial and not turn.words),
        harsh=any(one.harsh and any(span[0] == turn.number for span in one.spans) for one in found),
        language="en" if turn.language == "en" else "zh",
    )


def pieces(words: str, marks: list[tuple[int, int, str]]) -> Iterator[Piece]:
    """The words cut where marks begin and end; marks may overlap, touch, or lie outside."""
    edges = {0, len(words)}
    for start, end, _ in marks:
        edges |= {min(max(edge, 0), len(words)) for edge in (start, end)}
    cuts = sorted(edges)
    for start, end in pairwise(cuts):
        labels = dict.fromkeys(label for first, last, label in marks if first <= start and end <= last)
        yield Piece(words[start:end], "; ".join(labels))
