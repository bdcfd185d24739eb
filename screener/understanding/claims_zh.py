"""Whom a Chinese-speaking caller claims to be, and for whom it claims to act."""

import functools
import itertools
import re
from dataclasses import dataclass

from screener.understanding.grammar import listed, rule
from screener.understanding.names import Mention, Name, known_names, mentions
from screener.understanding.sound import syllables


@dataclass(frozen=True, slots=True)
class Named:
    """A name at its place, and how surely the caller gave it as its own (0 is not at all)."""

    words: str
    start: int
    end: int
    weight: int
    name: Name | None = None


_LONGEST = 20  # characters before a tail that can belong to a name

# "安瑞企服小霍,代表…": a name at the very start, told by what follows it.

_DOING = (
    "做",
    "专门",
    "专业",
    "搞",
    "卖",
    "帮",
    "给",
    "一家",
    "正规",
    "搬",
    "修",
    "办",
    "负责",
    "收",
    "送",
    "跟",
    "和",
)  # what they do, no name


@functools.cache
def _any_end() -> re.Pattern[str]:
    """Ends of organisations' names, the longest first."""
    by_first: dict[str, list[str]] = {}
    for tail in sorted(listed("lists.tails"), key=len, reverse=True):
        by_first.setdefault(tail[0], []).append(tail[1:])
    known = (f"{first}(?:{'|'.join(rest)})" for first, rest in by_first.items())
    return re.compile("|".join([*known, rule("claims_zh.tail_shapes").pattern]))


def _ends_alone(name: str) -> bool:
    """Whether a name is nothing but a kind of business, or two short ones: 物业, 集团财务."""
    at = 0
    while found := _any_end().match(name, at):
        at = found.end()
        if at == len(name):
            return len(name) <= 4 or found.start() == 0
    return False


def known(words: str) -> list[Named]:
    """Gazetteer and known names with how surely the caller is one of them."""
    return [_weighed(words, mention) for mention in mentions(words)] + _misheard(words)


@functools.cache
def _agencies() -> dict[tuple[str, ...], list[Name]]:
    """Agencies' names of two characters by their sound."""
    index: dict[tuple[str, ...], list[Name]] = {}
    for name in known_names().values():
        if name.kind in ("collection_agency", "debt_buyer") and re.fullmatch("[\u3400-\u9fff]{2}", name.words):
            for sound in itertools.product(*map(syllables, name.words)):
                index.setdefault(sound, []).append(name)
    return index


def _misheard(words: str) -> list[Named]:
    """Agencies' short names written otherwise, where a caller says whose it is: 浩船的啊."""
    found = []
    for match in rule("claims_zh.agency_slot").finditer(words):
        heard = match.group(1)
        sounds = itertools.product(*map(syllables, heard))
        owners = {name.words: name for sound in sounds for name in _agencies().get(sound, ())}
        if len(owners) == 1 and heard not in known_names():
            found.append(Named(heard, match.start(1), match.end(1), 2, *owners.values()))
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


def principals(words: str) -> list[Named]:
    """Names for which the caller says it acts."""
    return [named for named in known(words) if named.weight == -1]


def _tidy(raw: str) -> str:
    name = rule("claims_zh.lead").sub("", raw)
    name = rule("claims_zh.role").sub("", name)
    return rule("claims_zh.corporate").sub("", name).strip(" ()")


def free(words: str) -> list[Named]:
    """Names that no list holds, as spoken, where the caller introduces itself."""
    found = [named for start, end in _tails(words) if (named := _tailed(words, start, end))]
    for pattern in (rule("claims_zh.named_slot"), rule("claims_zh.strong_slot"), rule("claims_zh.bare_slot")):
        for match in pattern.finditer(words):
            name = _tidy(match.groups()[-1])
            if match.groups()[-1].startswith(_DOING) or name.startswith(_DOING):
                continue
            start = match.start(match.lastindex or 1) + match.groups()[-1].find(name)
            if _possible(name) and not rule("claims_zh.generic").match(name):
                weight = (
                    1
                    if pattern is rule("claims_zh.bare_slot")
                    else 2
                    if pattern is rule("claims_zh.named_slot") or match.group(1)
                    else 1
                    if match.start() < 12
                    else 0
                )
                found.append(Named(name, start, start + len(name), weight))
    return sorted(found, key=lambda named: (-named.weight, named.start))


def _tails(words: str) -> list[tuple[int, int]]:
    """Stretches that end as organisations' names do, each from the comma or the name before it."""
    found, opens, last = [], 0, -9
    for tail in _any_end().finditer(words):
        at, end = tail.span()
        near = at - last <= 3  # 建设路派出所: a name that holds the end of another
        opens = max(opens if near else last, words.rfind(".", opens, at) + 1, words.rfind(",", opens, at) + 1, 0)
        found.append((max(opens, at - _LONGEST), end))
        last = end
    return found


_MARKERS = (
    "我是",
    "我们是",
    "这里是",
    "这边是",
    "代表",
    "代理",
    "委托的",
    "您好",
    "你好",
    "我们",
    "先生",
    "女士",
    "的是",
    "我这边是",
    "我",
    "是那个",
    "是哪个",
    "市那个",
    "区那个",
    "县那个",
    "委外的",
    "外包的",
)


def _begins(raw: str) -> tuple[int, bool]:
    """Where the name begins in a stretch that ends as names do, and whether words of introduction stand before it."""
    lead = rule("claims_zh.lead").match(raw)
    cut = lead.end() if lead and lead.end() < len(raw) - 1 else 0
    for marker in _MARKERS:
        place = raw.rfind(marker)
        if place >= 0 and cut < place + len(marker) < len(raw) - 1:
            cut = place + len(marker)
    more = rule("claims_zh.lead").match(raw[cut:])
    if more and len(raw) - cut - more.end() >= 2:
        cut += more.end()
    cut += _restart(raw[cut:])
    cut += raw[cut:].rfind("的") + 1
    return cut, bool(lead and cut)


def _tailed(words: str, begins: int, end: int) -> Named | None:
    """A name that ends as organisations' names do, when the caller gives it as its own."""
    cut, led = _begins(words[begins:end])
    start = begins + cut
    name, before, after = words[start:end], words[max(0, start - 10) : start], words[end : end + 12]
    generic = rule("claims_zh.generic").match(name) and not rule("claims_zh.public").search(name)
    if rule("claims_zh.bare_public").match(name) and rule("claims_zh.lends").match(after):
        return None
    if not _possible(name) or generic or rule("claims_zh.other_after").match(after):
        return None
    bare = _ends_alone(name) and not rule("claims_zh.public").search(name)
    if bare or before.endswith(("做", "搞", "卖", "从事")):
        return None
    principal = rule("claims_zh.principal_after").match(after) and rule("claims_zh.principal_before").search(before)
    if principal and not rule("claims_zh.firm").search(name):
        return None
    given = bool(rule("claims_zh.intro").search(before)) or before.endswith("委托的")
    if rule("claims_zh.other_before").search(before) and not given:
        return None
    if not (led or given or rule("claims_zh.opening").search(before)):
        return None
    return Named(name, start, end, 3)


def _restart(name: str) -> int:
    """How many characters were said twice, as misheard and again: 零江凌江律师事务所."""
    for at in range(len(name) - 3):
        twice = zip(name[at : at + 2], name[at + 2 : at + 4], strict=True)
        if all(a == b or syllables(a) & syllables(b) for a, b in twice):
            return at + 2
    return 0


def _possible(name: str) -> bool:
    if not 2 <= len(name) <= 18 or rule("claims_zh.no_name").match(name):
        return False
    return not rule("claims_zh.noise").search(_any_end().sub("", name))
