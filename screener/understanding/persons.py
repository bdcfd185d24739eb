"""The caller's own name and staff number, as spoken."""

import re

from screener.understanding.claims_en import given_names
from screener.understanding.grammar import rule, rules
from screener.understanding.numerals import english_numbers
from screener.understanding.persons_zh import name_zh
from screener.understanding.text import Plain

__all__ = ["name_en", "name_zh", "staff_en", "staff_zh"]

def name_en(text: Plain) -> tuple[int, int] | None:
    """Where an English-speaking caller gives its own name, in the plain words."""
    words = text.words
    for place, pattern in enumerate(rules("persons.en", 5)):
        for match in pattern.finditer(words):
            start, end = _person(text, match.start(1), match.end(1))
            if end > start and not rule("persons.en_called").search(
                words[max(0, start - 18) : start] if place >= 3 else ""
            ):
                return start, end
    for match in rule("persons.en_titled").finditer(words):
        start, end = match.span(1)
        before = words[max(0, start - 24) : start]
        if rule("persons.en_spoken_to").search(before) and not re.search(r"ask for $", before):
            continue
        start, end = _person(text, start, end)
        if end > start:
            return start, end
    return None


def _person(text: Plain, start: int, end: int) -> tuple[int, int]:
    """The stretch that is a person's name: a title and a word, or a given name and perhaps a surname."""
    words = text.words[start:end]
    tokens = list(re.finditer(r"[a-z]+", words))
    capital = [text.spoken[text.origin[start + t.start()]].isupper() for t in tokens]
    title = rule("persons.title").match(words)
    known = [t.group() in given_names() for t in tokens]
    if title and len(tokens) >= 2:
        last = len(tokens) - 1
        while last > 1 and not capital[last] and tokens[last].group() in _AFTER_NAME:
            last -= 1
        if not (capital[1] or known[1] or not any(capital)):
            return start, start
        return (start, start + tokens[last].end()) if tokens[1].group() not in _AFTER_NAME else (start, start)
    shown = (
        bool(tokens)
        and capital[0]
        and re.match(r" (?:from|with|at) ", text.words[start + tokens[0].end() :])
        and tokens[0].group()
        not in _AFTER_NAME | {"hello", "hi", "hey", "calling", "morning", "afternoon", "evening", "someone", "message"}
    )
    if (
        not tokens
        or not (known[0] or shown)
        or (tokens[0].group() in ("will", "may", "april", "hope", "grace", "faith", "mark") and not capital[0])
    ):
        return start, start
    if len(tokens) == 2 and capital[0] and capital[1] and tokens[1].group() not in _AFTER_NAME:
        return start, start + tokens[1].end()
    return start, start + tokens[0].end()


_AFTER_NAME = frozenset(
    [
        "will",
        "can",
        "may",
        "has",
        "would",
        "should",
        "is",
        "was",
        "calling",
        "from",
        "with",
        "here",
        "at",
        "speaking",
        "and",
        "the",
        "i",
        "your",
        "you",
        "we",
        "on",
        "in",
        "um",
        "uh",
        "we're",
        "is",
        "it",
        "of",
        "for",
        "again",
        "so",
        "about",
        "your",
        "to",
        "my",
        "am",
        "are",
        "that",
        "this",
        "was",
        "your",
    ]
)

_ZH_DIGITS = str.maketrans("零〇一幺二两三四五六七八九洞拐", "001122345678907")


def staff_zh(text: Plain) -> tuple[str, int, int] | None:
    """A staff number and its place, from a Chinese-speaking caller."""
    for match in rule("persons.zh_staff").finditer(text.words):
        label = text.words[match.start() : match.start(1)]
        if label.startswith("编号") and re.search(
            r"(?:报|案件|合同|查询|请报|订单|提供)$", text.words[max(0, match.start() - 3) : match.start()]
        ):
            continue
        return match.group(1).translate(_ZH_DIGITS).upper(), match.start(1), match.end(1)
    return None


def staff_en(text: Plain) -> tuple[str, int, int] | None:
    """A staff number and its place, from an English-speaking caller."""
    for match in rule("persons.en_staff").finditer(text.words):
        said = match.group(1)
        letter = re.match(r"([a-z]) as in [a-z]+ ", said)
        rest = said[letter.end() :] if letter else said
        single = re.match(r"([a-z]{1,3}) (?=\w)", rest) if not letter else None
        token = re.match(r"[a-z]{0,4}\d[\da-z]*", rest)
        numbers = english_numbers(rest)
        offset = match.start(1) + (letter.end() if letter else 0)
        if token:
            return (
                ((letter.group(1) if letter else "") + token.group()).upper(),
                match.start(1),
                offset + token.end(),
            )
        if (
            numbers
            and numbers[0].digits
            and len(numbers[0].digits) >= 2
            and numbers[0].start <= (single.end() if single else 0)
        ):
            head = letter.group(1) if letter else single.group(1) if single and numbers[0].start else ""
            return (head + numbers[0].digits).upper(), match.start(1), offset + numbers[0].end
    return None
