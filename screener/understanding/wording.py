"""What the wording of a call is made of: runs of words, and classes of words near one another, each at its place."""

import re
from bisect import bisect_left

from screener.model import Spoken
from screener.understanding.claims import Claims
from screener.understanding.classes import Token, classes
from screener.understanding.hearing import Hearing
from screener.understanding.names import mentions

MOST = 2500  # characters; a longer call is not counted, for what matters in it would drown
_NEAR = {Spoken.ZH: 30, Spoken.EN: 18}  # characters or words between which two classes belong together
_NUMERALS = {
    Spoken.ZH: re.compile(
        r"\d+(?:\.\d+)?|[一二两三四五六七八九十百千万零]{2,}|[一二两三四五六七八九十百千万](?=[块元百千万点天号期折个])"
    ),
    Spoken.EN: re.compile(
        r"\d+(?:\.\d+)?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|"
        r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundred|thousand)\b"
    ),
}
_TOKEN = {Spoken.ZH: re.compile(r"[^ ]"), Spoken.EN: re.compile(r"[a-z]+|[.,$£]")}
# Names of organisations stand for their kind: one letter each, O for any other.
_KINDS = {
    "bank": "B",
    "credit_union": "B",
    "card_issuer": "B",
    "direct_bank": "L",
    "consumer_finance": "L",
    "internet_lender": "L",
    "licensed_money_lender": "L",
    "bnpl": "L",
    "student_loan_servicer": "L",
    "lender": "L",
    "collection_agency": "C",
    "debt_buyer": "C",
    "authority": "G",
    "government": "G",
    "debt_advice": "G",
    "delivery": "D",
    "telecom": "P",
    "platform": "P",
    "law_firm": "W",
    "debt_relief_seller": "R",
}


def tokens(hearing: Hearing, said: Claims | None = None) -> list[Token]:
    """The call word by word; names stand for their kind and numbers for any number.

    Names that are known by their sound alone are found in the claims.
    """
    words = hearing.text.words
    marks = [(m.start, m.end, _KINDS.get(m.name.kind, "O")) for m in mentions(words) if not m.name.ordinary]
    heard = [n for n in (*said.own, *said.principals) if n.name] if said else []
    for n in sorted(heard, key=lambda n: (n.start, -n.end)):
        if n.name and all(n.end <= start or end <= n.start for start, end, _ in marks):
            marks.append((n.start, n.end, _KINDS.get(n.name.kind, "O")))
    marks.sort()
    starts = [start for start, _, _ in marks]
    for match in _NUMERALS[hearing.lang].finditer(words):
        near = bisect_left(starts, match.end())
        if near == 0 or marks[near - 1][1] <= match.start():
            marks.append((match.start(), match.end(), "0"))
    found: list[Token] = []
    at = 0
    for start, end, mark in sorted(marks):
        found += _between(words, at, start, hearing.lang)
        if not (mark == "0" and found and found[-1].said == "0" and not words[at:start].strip()):
            found.append(Token(mark, start, end))
        at = end
    return found + _between(words, at, len(words), hearing.lang)


def _between(words: str, start: int, end: int, lang: Spoken) -> list[Token]:
    return [Token(m.group(), *m.span()) for m in _TOKEN[lang].finditer(words, start, end)]


Wording = dict[str, tuple[int, int]]  # each feature where it is first said, in the plain words


def wording(hearing: Hearing, claimed: Claims | None = None) -> Wording:
    """All that is counted of a call: word runs, word classes, and pairs of classes in the order they are said."""
    if len(hearing.text.words) > MOST:
        return {}
    said = tokens(hearing, claimed)
    classed = _classed(said, _NEAR[hearing.lang])
    bare = [token for token in said if token.said not in ".,"]
    if hearing.lang is Spoken.ZH:
        return {**_runs(bare, (2, 3), ""), **_runs(said, (1, 2, 3, 4), ""), **classed}
    found = {**_runs(bare, (1, 2, 3), " "), **classed}
    for first, second in zip(bare, bare[2:], strict=False):
        found.setdefault(f"{first.said}_{second.said}", (first.start, second.end))
    for token in bare:
        if len(token.said) > 5:
            found.setdefault(f"{token.said[:5]}*", (token.start, token.end))
    return found


def _runs(said: list[Token], lengths: tuple[int, ...], joint: str) -> Wording:
    """Runs of so many words, each where it is first said."""
    words = [token.said for token in said]
    starts, ends = [token.start for token in said], [token.end for token in said]
    found: Wording = {}
    for length in lengths:
        runs = list(map(joint.join, zip(*(words[at:] for at in range(length)), strict=False)))
        places = list(zip(starts, ends[length - 1 :], strict=False))
        found.update(zip(reversed(runs), reversed(places), strict=True))
    return found


def _classed(said: list[Token], near: int) -> Wording:
    found: Wording = {}
    hits = classes().found(said)
    for place, (start, end, name) in enumerate(hits):
        found.setdefault(f"#{name}", (said[start].start, said[end - 1].end))
        for other in range(place + 1, len(hits)):
            begins, ends, second = hits[other]
            if begins - start > near:
                break
            if begins >= end and second != name:
                found.setdefault(f"#{name}>{second}", (said[start].start, said[ends - 1].end))
    return found
