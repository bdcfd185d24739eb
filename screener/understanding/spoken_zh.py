"""Names that no list holds, as a Chinese-speaking caller says them where it introduces itself."""

import functools
import re

from screener.understanding.claims_zh import BEFORE, Named, slots
from screener.understanding.grammar import listed, rule
from screener.understanding.keys import CHINESE
from screener.understanding.sound import syllables

_BRANCHES = 18  # first characters of one look
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
    rests: dict[str, list[str]] = {}
    for tail in sorted(listed("lists.tails"), key=len, reverse=True):
        rests.setdefault(tail[0], []).append(tail[1:])
    firsts = sorted(rests)
    known = []
    for at in range(0, len(firsts), _BRANCHES):  # so that few are tried at any place
        few = firsts[at : at + _BRANCHES]
        known.append(f"(?=[{''.join(few)}])(?:" + "|".join(f"{a}(?:{'|'.join(rests[a])})" for a in few) + ")")
    shapes = rule("claims_zh.tail_shapes").pattern
    begins = "".join(sorted({*firsts, *CHINESE.findall(shapes.replace("一-鿿", ""))}))
    return re.compile(f"(?=[{begins}])(?:{'|'.join([*known, shapes])})")


def _ends_alone(name: str) -> bool:
    """Whether a name is nothing but a kind of business, or two short ones: 物业, 集团财务."""
    at = 0
    while found := _any_end().match(name, at):
        at = found.end()
        if at == len(name):
            return len(name) <= 4 or found.start() == 0
    return False


def _tidy(raw: str) -> str:
    name = rule("claims_zh.lead").sub("", raw)
    name = rule("claims_zh.role").sub("", name)
    return rule("claims_zh.corporate").sub("", name).strip(" ()")


def free(words: str) -> list[Named]:
    """Names that no list holds, as spoken, where the caller introduces itself."""
    found = [named for start, end in _tails(words) if (named := _tailed(words, start, end))]
    for kind in ("named", "strong", "bare"):
        for match in slots(kind, words):
            slot = match.groups()[-1]
            name = _tidy(slot)
            if slot.startswith(_DOING) or name.startswith(_DOING):
                continue
            start = match.start(match.lastindex or 1) - BEFORE + slot.find(name)
            if _possible(name) and not rule("claims_zh.generic").match(name):
                sure = kind == "named" or (kind == "strong" and match.group(1))
                early = kind == "bare" or match.start() < 12 + BEFORE
                found.append(Named(name, start, start + len(name), 2 if sure else 1 if early else 0))
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
    after = words[end : end + 12]
    if rule("claims_zh.other_after").match(after):
        return None
    cut, led = _begins(words[begins:end])
    start = begins + cut
    name, before = words[start:end], words[max(0, start - 10) : start]
    generic = rule("claims_zh.generic").match(name) and not rule("claims_zh.public").search(name)
    if rule("claims_zh.bare_public").match(name) and rule("claims_zh.lends").match(after):
        return None
    if generic or not _possible(name):
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
        if _sounds_alike(name[at], name[at + 2]) and _sounds_alike(name[at + 1], name[at + 3]):
            return at + 2
    return 0


def _sounds_alike(heard: str, said: str) -> bool:
    return heard == said or not syllables(heard).isdisjoint(syllables(said))


def _possible(name: str) -> bool:
    if not 2 <= len(name) <= 18 or rule("claims_zh.no_name").match(name):
        return False
    return not rule("claims_zh.noise").search(_any_end().sub("", name))
