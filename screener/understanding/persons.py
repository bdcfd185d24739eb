"""The caller's own name and staff number, as spoken."""

import re

from screener.understanding.grammar import rule
from screener.understanding.numerals import english_numbers
from screener.understanding.persons_en import name_en
from screener.understanding.persons_zh import name_zh
from screener.understanding.text import Plain

__all__ = ["name_en", "name_zh", "staff_en", "staff_zh"]

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
