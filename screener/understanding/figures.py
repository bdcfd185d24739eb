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
        if number.value is None:
            continue
        before, after = words[max(0, number.start - 18) : number.start], words[number.end : number.end + 14]
        if re.search(r"(?:打|拨|拨打|打电话到|致电)$", before) and number.digits:
            continue
        unit = bool(rule("figures.zh_unit").match(after))
        run = words[number.start : number.end]
        if (
            rule("figures.zh_counted").match(after)
            or (not unit and run in ("千万", "百万", "万", "百", "千", "十"))
            or before.endswith(("几", "好几", "数", "第", "百分之", "上"))
        ):
            continue
        spoken = number.value >= 100 and any(c in run for c in "百千万")
        written = number.value >= 100 and len(number.digits) < 7
        bare = spoken or (
            written and bool(rule("figures.zh_owed").search(before) or rule("figures.zh_asked").search(before))
        )
        dollar = before.rstrip().endswith(("$", "¥", "£"))
        if not (unit or dollar or bare):
            continue
        if rule("figures.zh_not_money").search(before):
            continue
        value, end = _with_cents(words, number)
        score = 2 + unit
        if rule("figures.zh_total").search(before):
            score += 5
        elif rule("figures.zh_owed").search(before):
            score += 3
        elif rule("figures.zh_asked").search(before):
            score += 1
        if (
            rule("figures.zh_clearly_not").search(before)
            or rule("figures.zh_later").match(after)
            or (rule("figures.zh_not").search(before) and not rule("figures.zh_total").search(before))
        ):
            score -= 9
        elif rule("figures.token").search(before):
            score -= 2
        if re.match(r"[多几来余]?(?:块|元)?钱?(?:的)?(?:就|算|结清|两清|政策)", after):
            score -= 1
        found.append(Sum(value, number.start, end, score))
    return found


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
    part = Decimal("0." + spelled) if len(spelled) <= 2 else Decimal(0)
    if small.group(3):
        cents = chinese_numbers(small.group(3))
        part += Decimal("0.0" + cents[0].digits) if cents else 0
    return number.value + part, number.end + small.end()


def _en_sums(words: str) -> list[Sum]:
    found = []
    for number in english_numbers(words):
        before, after = words[max(0, number.start - 50) : number.start], words[number.end : number.end + 40]
        value, end = _en_value(words, number)
        if value is None:
            continue
        dollar = bool(re.search(r"[$£€] ?$", before))
        if re.match(r" pound\b(?!s)", words[end : end + 12]) and value > 1 and not dollar:
            continue
        unit = (
            bool(rule("figures.en_unit").match(words[end : end + 30]))
            or end > number.end
            or bool(rule("figures.en_missed_follows").match(words[end : end + 24]))
        )
        unit = unit or bool(re.match(r" in (?:credit card|unsecured|card|back taxes|debt)", words[end : end + 20]))
        loose = (
            value >= 20
            and len(number.digits) < 7
            and bool(rule("figures.en_loose").search(before))
            and not rule("figures.en_counted").match(after)
        )
        alone = value >= 20 and bool(re.search(r"(?:^|[.,] )$", before)) and words[end : end + 2] == " ."
        if not (dollar or unit or loose or alone):
            continue
        score = 2 + dollar + unit
        if rule("figures.en_total").search(before) or rule("figures.en_owing_follows").match(words[end : end + 40]):
            score += 4
        elif rule("figures.en_owed").search(before):
            score += 2
        if rule("figures.en_not").search(before) or rule("figures.en_after_not").match(words[end : end + 40]):
            score -= 9
        elif rule("figures.en_token").search(before):
            score -= 2
        if (
            rule("figures.en_queried").search(before)
            and "customs" not in before
            and not rule("figures.en_total").search(before)
        ):
            score -= 9
        found.append(Sum(value, number.start, end, score))
    return found


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
