"""The sum that is owed or asked, and the number to call back, among all the numbers of a call."""

import re
from dataclasses import dataclass
from decimal import Decimal

from screener.understanding.grammar import rule
from screener.understanding.numerals import Number, chinese_numbers, english_numbers


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount of money with its place in the plain words and how much speaks for it."""

    value: Decimal
    start: int
    end: int
    score: int


_ASKED_AFTER = re.compile(r" (?:\.|, and i |to (?:open|start|begin|get|join|clear|settle|close)\b)")
_FEE_ASKED = re.compile(r"[多几来余]?(?:块|元)?钱?的?(?:认证|解冻|保证|验证|激活|工本|手续|服务|押)(?:金|费)")
_CHARGE = re.compile(r"[多几来余]?(?:块|元)?钱?的?(?:逾期费|利息|违约金|罚息|滞纳金)")
_ROUND = frozenset({"千万", "百万", "万", "百", "千", "十"})  # not said alone of money


def amounts(words: str, lang: str) -> list[Sum]:
    """Every sum in the order in which it is said, the likeliest sum owed scored highest."""
    return _zh_sums(words) if lang == "zh" else _en_sums(words)


def owed(words: str, lang: str) -> Sum | None:
    """The sum owed by, or asked of, the person called."""
    sums = [s for s in amounts(words, lang) if s.score > 0 and 0 < s.value < 10**9]
    return max(sums, key=lambda s: (s.score, -s.start), default=None)


def _zh_sums(words: str) -> list[Sum]:
    found = []
    for number in chinese_numbers(words):
        before, after = words[max(0, number.start - 18) : number.start], words[number.end : number.end + 32]
        if number.value is not None and _zh_money(number, words[number.start : number.end], before, after):
            value, end = _with_cents(words, number)
            found.append(Sum(value, number.start, end, _zh_score(before, after)))
    return found


def _zh_money(number: Number, run: str, before: str, after: str) -> bool:
    """Whether a number is a sum of money: by its unit, or by its size where nothing else is counted."""
    assert number.value is not None
    unit = bool(rule("figures.zh_unit").match(after))
    if rule("figures.zh_counted").match(after) or (not unit and run in _ROUND):
        return False
    if number.digits and not unit and rule("figures.zh_service").match(after):
        return False
    if (before.endswith(("几", "数", "第", "百分之", "上")) and not before.endswith("账上")) or rule(
        "figures.zh_not_money"
    ).search(before):
        return False
    if number.digits and re.search(r"(?:打|拨|拨打|打电话到|致电)$", before):
        return False
    if unit or before.rstrip().endswith(("$", "¥", "£")):
        return True
    if number.value < 100:
        return bool(re.search(r"(?:费|费用|到付|押金)$", before)) and number.value >= 5
    asked = rule("figures.zh_owed").search(before) or rule("figures.zh_asked").search(before)
    return any(c in run for c in "百千万") or (len(number.digits) < 7 and bool(asked))


def _zh_score(before: str, after: str) -> int:
    """How much speaks for a sum's being owed or asked."""
    score = 2 + bool(rule("figures.zh_unit").match(after))
    total = rule("figures.zh_total").search(before)
    if total:
        score += 5
    elif rule("figures.zh_owed").search(before):
        score += 3
    elif rule("figures.zh_asked").search(before):
        score += 1
    if rule("figures.zh_never").search(before) or rule("figures.zh_never_after").match(after):
        return -9
    no_debt = rule("figures.zh_clearly_not").search(before) or rule("figures.zh_later").match(after)
    if no_debt or (rule("figures.zh_not").search(before) and not total):
        score -= 9
    elif rule("figures.token").search(before):
        score -= 2
    if _FEE_ASKED.match(after):
        score += 2
    elif _CHARGE.match(after):
        score -= 3
    score += bool(re.search(r"(?:^|[.,] ?)$", before)) + bool(re.search(r"(?:^|\. ?)$", before))
    return score - bool(re.match(r"[多几来余]?(?:块|元)?钱?(?:的)?(?:就|算|结清|两清|政策)", after))


def _with_cents(words: str, number: Number) -> tuple[Decimal, int]:
    """Sums such as "五百六十七块三毛" and "六千九百五十二块八"."""
    assert number.value is not None
    small = rule("figures.zh_small").match(words[number.end :])
    if not small:
        return number.value, number.end
    digit = chinese_numbers(small.group(1))
    if not digit or not digit[0].digits:
        return number.value, number.end
    spelled = digit[0].digits
    cents_alone = (
        len(spelled) == 1 and "零" in small.group()[:3] and small.group().endswith("分") and not small.group(2)
    )
    spelled = "0" + spelled if cents_alone else spelled
    part = Decimal("0." + spelled) if len(spelled) <= 2 else Decimal(0)
    if small.group(3):
        cents = chinese_numbers(small.group(3))
        part += Decimal("0.0" + cents[0].digits) if cents else 0
    return number.value + part, number.end + small.end()


def _en_sums(words: str) -> list[Sum]:
    found = []
    for number in english_numbers(words):
        before = words[max(0, number.start - 50) : number.start]
        value, end = _en_value(words, number)
        after = words[end : end + 40]
        if rule("figures.en_number").search(before) or re.match(r" ?(?:th|st|nd|rd)\b", after):
            continue
        dollar = bool(re.search(r"[$£€] ?$", before))
        if value is None or (re.match(r" pound\b(?!s)", after) and value > 1 and not dollar):
            continue
        unit = end > number.end or bool(
            rule("figures.en_unit").match(after)
            or rule("figures.en_missed_follows").match(after)
            or re.match(r" in (?:credit card|unsecured|card|back taxes|debt)", after)
        )
        bare = value >= 20 and _en_bare(number, before, after)
        round_sum = value >= 100 and rule("figures.en_hundreds").search(words[number.start : number.end])
        if dollar or unit or bare or (round_sum and not rule("figures.en_counted").match(after)):
            said = 2 + dollar + unit if dollar or unit or bare else 1
            found.append(Sum(value, number.start, end, said + _en_score(before, after)))
    return found


def _en_bare(number: Number, before: str, after: str) -> bool:
    """Whether a number without a unit is a sum: after words of owing, or as a whole sentence."""
    loose = len(number.digits) < 7 and rule("figures.en_loose").search(before)
    if loose and not rule("figures.en_counted").match(after):
        return True
    if len(number.digits) < 7 and rule("figures.en_owing_follows").match(after):
        return True
    return bool(re.search(r"(?:^|[.,] )$", before)) and bool(_ASKED_AFTER.match(after))


def _en_score(before: str, after: str) -> int:
    """How much speaks for a sum's being owed or asked."""
    score = 0
    total = rule("figures.en_total").search(before)
    owing = rule("figures.en_owing_follows").match(after)
    if total or owing:
        score += 4
    elif rule("figures.en_owed").search(before):
        score += 2
    if rule("figures.en_not").search(before) or rule("figures.en_after_not").match(after):
        score -= 9
    elif rule("figures.en_token").search(before) or re.match(
        r"(?: dollars| pounds| quid)? (?:a|per|each) month", after
    ):
        score -= 2
    if rule("figures.en_queried").search(before) and "customs" not in before and not total and not owing:
        score -= 9
    return score


def _en_value(words: str, number: Number) -> tuple[Decimal | None, int]:
    """Sums with cents after them: "four hundred six dollars and eighteen cents"."""
    run = words[number.start : number.end]
    if " and " in run and re.match(r" (?:cents|pence)\b", words[number.end :]):
        head, _, tail = run.rpartition(" and ")
        whole, part = english_numbers(head), english_numbers(tail)
        if whole and part and whole[0].value is not None and part[0].value is not None:
            return whole[0].value + part[0].value / 100, number.end + 6
    cents = rule("figures.en_cents").match(words[number.end : number.end + 40])
    if cents and number.value is not None:
        part = english_numbers(cents.group(1))
        if part and part[0].value is not None and part[0].value < 100:
            return number.value + part[0].value / 100, number.end + cents.end()
    unit = rule("figures.en_after_unit").match(words[number.end : number.end + 40])
    small = english_numbers(words[number.end + unit.end() : number.end + unit.end() + 24]) if unit else []
    if number.value is not None and unit and small and small[0].start == 0 and small[0].value and small[0].value < 100:
        return number.value + small[0].value / 100, number.end + unit.end() + small[0].end
    return number.value, number.end


@dataclass(frozen=True, slots=True)
class Called:
    """Digits given for calling back, with their place in the plain words."""

    digits: str
    start: int
    end: int


def callback(words: str, lang: str) -> Called | None:
    """The number given for calling back; the last one when there are several."""
    best = None
    for number in chinese_numbers(words) if lang == "zh" else english_numbers(words):
        digits = number.digits
        if len(digits) < 3 or len(digits) > 15:
            continue
        before = words[max(0, number.start - 30) : number.start]
        after = words[number.end : number.end + 8]
        if lang == "zh":
            fits = _zh_callback(digits, before, after)
        else:
            fits = (
                10 <= len(digits) <= 13
                and not rule("figures.en_not_call").search(before)
                and not before.rstrip().endswith(("$", "£"))
            )
            fits = fits or (
                7 <= len(digits) < 10 and bool(re.search(r"\b(?:call|ring|reach|phone|dial)\b[^.]{0,20}$", before))
            )
        if fits:
            best = Called(digits, number.start, number.end)
    return best


def _zh_callback(digits: str, before: str, after: str) -> bool:
    if rule("figures.zh_not_call").search(before):
        return False
    if len(digits) >= 10:
        return True
    if len(digits) >= 7:
        return bool(rule("figures.zh_call").search(before))
    if re.match(r"[块元多几]|政务|热线的|诉讼|服务热线|反诈|的(?:回访|工作|话务)|客户服务|市长|投诉", after):
        return False
    if re.match(r"(?:95|96|12|11|10|16|18)\d", digits) or len(digits) == 5:
        return bool(rule("figures.zh_call").search(before)) and not re.search(
            r"(?:我是|这里是|反诈中心|法院|我们是)$", before
        )
    return False
