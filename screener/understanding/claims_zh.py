"""Whom a Chinese-speaking caller claims to be, and for whom it claims to act."""

import functools
import itertools
import re
from collections.abc import Iterator, Set
from typing import NamedTuple

from screener.understanding.grammar import rule
from screener.understanding.names import Mention, Name, known_names, mentions
from screener.understanding.sound import syllables


class Named(NamedTuple):
    """A name at its place, and how surely the caller gave it as its own (0 is not at all)."""

    words: str
    start: int
    end: int
    weight: int
    name: Name | None = None


def known(words: str, pairs: Set[str] | None = None) -> list[Named]:
    """Gazetteer and known names with how surely the caller is one of them."""
    return [_weighed(words, mention) for mention in mentions(words, pairs)] + _misheard(words)


_KNOWN_BY_SOUND = ("collection_agency", "debt_buyer", "delivery")


@functools.cache
def _agencies() -> dict[tuple[str, ...], list[Name]]:
    """Agencies' and couriers' names of two characters by their sound."""
    index: dict[tuple[str, ...], list[Name]] = {}
    for name in known_names().values():
        if name.kind in _KNOWN_BY_SOUND and re.fullmatch("[\u3400-\u9fff]{2}", name.words):
            for sound in itertools.product(*map(syllables, name.words)):
                index.setdefault(sound, []).append(name)
    return index


BEFORE = 2  # characters that stand before the words in what `slots` finds


def slots(kind: str, words: str) -> Iterator[re.Match[str]]:
    """Where a caller may give a name; two stops stand for the beginning of the call."""
    return rule(f"claims_zh.{kind}_slot").finditer(".." + words)


def _misheard(words: str) -> list[Named]:
    """Agencies' and couriers' short names written otherwise, where a caller says whose it is: 浩船的啊."""
    found = []
    for match in slots("agency", words):
        heard = match.group(1)
        sounds = itertools.product(*map(syllables, heard))
        owners = {name.words: name for sound in sounds for name in _agencies().get(sound, ())}
        if len(owners) == 1 and heard not in known_names():
            found.append(Named(heard, match.start(1) - BEFORE, match.end(1) - BEFORE, 2, *owners.values()))
    return found


def _weighed(words: str, mention: Mention) -> Named:
    before, after = words[max(0, mention.start - 12) : mention.start], words[mention.end : mention.end + 14]
    weight = 0
    if rule("claims_zh.intro").search(before) or (
        rule("claims_zh.bare_me").search(before) and rule("claims_zh.of_mine").match(after)
    ):
        weight = 4
    elif rule("claims_zh.opening").search(before):
        weight = 3 if rule("claims_zh.self_after").match(after) or (mention.start < 8 and "我" not in before) else 1
    elif rule("claims_zh.self_after").match(after) and not rule("claims_zh.other_before").search(before):
        weight = 1
    if rule("claims_zh.other_after").match(after) or before.endswith(
        ("寄件人是", "收件人是", "收款行是", "开户行是", "叫做")
    ):
        weight = 0
    elif (
        after.startswith("委托")
        or (
            rule("claims_zh.principal_after").match(after)
            and (
                rule("claims_zh.principal_before").search(before)
                or "委托" in after[:12]
                or re.match(r".{0,6}(?:第三方|合作|委外|外包|代理|催收公司|做催收|做委外)", after)
            )
        )
        or (rule("claims_zh.principal_before").search(before) and weight < 3)
    ):
        weight = -1
    elif rule("claims_zh.other_before").search(before) and weight < 3:
        weight = 0
    if before.endswith("我叫"):
        weight = 0  # a person of that name
    if mention.name.ordinary and weight < 3 and weight != -1:
        weight = 0
    return Named(mention.name.words, mention.start, mention.end, weight, mention.name)
