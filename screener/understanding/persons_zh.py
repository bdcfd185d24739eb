"""The name that a Chinese-speaking caller gives as its own, as spoken."""

import re

from screener.understanding.grammar import listed, rule
from screener.understanding.text import Plain

_NO_PART = frozenset("我你您他她给了的是在有不就也都上下来去要会这那吗呢吧")  # in no name but at its head


def name_zh(text: Plain) -> tuple[int, int] | None:
    """Where a Chinese-speaking caller gives its own name, in the plain words."""
    words = text.words
    for kind, fits in _KINDS:
        for match in rule(f"persons.zh_{kind}").finditer(words):
            start, end = match.start(1), match.end(match.lastindex or 1)
            if fits(words, start, end):
                return start, end
    for match in rule("persons.zh_latin").finditer(words):
        raw = text.raw(match.start(1), match.end(1))
        if match.group(1) not in listed("persons.no_latin_names") and (raw[:1].isupper() and not raw.isupper()):
            return match.span(1)
    return None


def _surname_given(words: str, start: int, end: int) -> bool:
    """我姓廖, 免贵姓欧阳; nobody else's."""
    before = words[max(0, start - 14) : start]
    if words[start:end] in ("啥", "什", "甚", "名", "也", "氏", "咩"):
        return False
    asked = re.search(r"(?:转告|那个|个|叫|贵)姓$", before)
    return (bool(rule("persons.zh_surname_before").search(before)) and not asked) or before.endswith(
        ("我姓", "免贵姓", "本人姓", "敝姓")
    )


def _called(words: str, start: int, end: int) -> bool:
    """我叫倪彤: no question for a name."""
    return not re.match("什么|[你您啥咩]", words[start:end])


def _addressed(words: str, start: int, end: int) -> bool:
    """叫我小李, 找小李就行: the caller's own, given for calling back, not whom the call is for."""
    return not rule("persons.zh_wanted").search(words[max(0, start - 14) : start]) and _a_name(words, start, end)


def _payee(words: str, start: int, end: int) -> bool:
    """户名郭建民, where the money is to go to the caller itself."""
    return bool(re.search(r"我(?:的?个人|的|本人)[^.]{0,10}$", words[max(0, start - 16) : start - 2])) and _a_name(
        words, start, end
    )


def _presented(words: str, start: int, end: int) -> bool:
    """A name after what the caller is: 客服代表仇雨, 我是你房东老叶."""
    if not _a_name(words, start, end):
        return False
    clause = re.split(r"[.,]", words[max(0, start - 24) : start])[-1]
    if rule("persons.zh_others").search(clause):
        return False
    said = words[max(0, start - 30) : start].rsplit(".", 1)[-1]
    return start < 26 or bool(rule("persons.zh_presenting").search(said))


def _titled(words: str, start: int, end: int) -> bool:
    """廖检察官, 张老师: who speaks, not who is called, wanted or spoken of."""
    before = words[max(0, start - 14) : start]
    if rule("persons.zh_split").match(words, max(0, start - 1)):
        return False
    if re.search(r"(?:接|转|接到|转到|转给)[^.,]{0,9}的$", before):
        return False
    if rule("persons.zh_spoken_of").search(before) and not rule("persons.zh_speaking").search(before):
        return False
    if rule("persons.zh_busy").match(words, end):
        return False
    if re.search(r"(?:事务所|律所|公司|中心|银行|[局所处院科校])$", before):
        return True
    return bool(re.search(r"(?:我是|我们是|这里是|这边是|是我|的|叫我|班主任|护士|[,.])[^.,]{0,14}$", before))


def _introduced(words: str, start: int, end: int) -> bool:
    """小李, 老郝: the caller's own, not somebody called or spoken of."""
    before, after = words[max(0, start - 18) : start], words[end : end + 2]
    if after.startswith(("总", "的妈", "妈妈", "爸爸", "的爸", "的姐", "的哥", "的同", "吗", "在吗")):
        return False
    if not _a_name(words, start, end):
        return False
    others = rule("persons.zh_others").search(re.split("[.,]", before)[-1])
    return bool(
        re.search(r"(?:我|我是|是我,?|叫我|我叫|这里是|这边是|我系|呢度系)$", before)
        or rule("persons.zh_introduced").search(before)
        or (re.search(r"找$", before) and after.startswith(("就", "即", "可以", "吧", "聊")))
        or (re.match(r"[,.]|$", after) and rule("persons.zh_opening").search(before))
        or (not others and re.match(r"[啊呀哈,.您你]|$|工号", after) and re.search(r"我[^.,您你他她]{2,12}$", before))
        or (re.search(r",$", before) and re.match(r"[,.]", after) and re.search(r"我(?:是|们)?[^.]{0,10}$", before))
    )


def _a_name(words: str, start: int, end: int) -> bool:
    """No ordinary word that begins as a name does: 小护士, 方便, 关于."""
    nick = words[start] in "小老阿"
    return not rule("persons.zh_no_name").match(words, start) and (
        nick or not _NO_PART.intersection(words[start + 1 : end])
    )


_KINDS = (
    ("surname", _surname_given),
    ("family", _surname_given),
    ("called", _called),
    ("address", _called),
    ("presented", _presented),
    ("posted", _presented),
    ("kin", _presented),
    ("bare", _presented),
    ("small", _introduced),
    ("wanted_back", _addressed),
    ("titled", _titled),
    ("payee", _payee),
)
