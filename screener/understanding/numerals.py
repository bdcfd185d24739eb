"""Numbers as they are said: figures, Chinese numerals and English number words, in plain words."""

import re
from dataclasses import dataclass
from decimal import Decimal

_ZH_DIGIT = {
    c: d
    for d, group in enumerate(("零〇洞", "一幺壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒拐", "八捌", "九玖"))
    for c in group
}
_ZH_UNIT = {
    "十": 10,
    "拾": 10,
    "百": 100,
    "佰": 100,
    "千": 1000,
    "仟": 1000,
    "万": 10_000,
    "萬": 10_000,
    "亿": 10**8,
}
ZH_NUMERAL = "零〇一幺壹二两贰三叁四肆五伍六陆七柒八捌九玖十拾百佰千仟万亿"

_EN_DIGIT = {
    "zero": 0, "oh": 0, "o": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9,
}  # fmt: skip
_EN_TEEN = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_EN_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_EN_SCALE = {"hundred": 100, "thousand": 1000, "grand": 1000, "million": 1_000_000, "k": 1000}
_EN_REPEAT = {"double": 2, "triple": 3, "treble": 3}
EN_NUMERAL = "|".join(sorted({*_EN_DIGIT, *_EN_TEEN, *_EN_TENS, *_EN_SCALE, *_EN_REPEAT}, key=len, reverse=True))

_ZH_RUN = re.compile(
    rf"\d+(?:\.\d+)?[十百千万亿]?(?:[{ZH_NUMERAL}\d](?![a-z]))*|[{ZH_NUMERAL}](?:[{ZH_NUMERAL}点]*[{ZH_NUMERAL}])?"
)
_EN_RUN = re.compile(
    rf"\b(?:{EN_NUMERAL}|\d+(?:\.\d+)?)"
    rf"(?:(?: , | and a | and | |,)(?:{EN_NUMERAL}|\d+(?:\.\d+)?)\b)*(?![a-z])"
)


_ZH_OVERRUN = re.compile(r".*[十百千万][一二两三四五六七八九](?=[一二两三四五六七八九])")


@dataclass(frozen=True, slots=True)
class Number:
    """A stretch of plain words that says a number: its value as a quantity, its digits when spelled."""

    start: int
    end: int
    value: Decimal | None
    digits: str


def chinese(words: str) -> Decimal | None:
    """The quantity that Chinese numerals or mixed figures say; "两万六千四" is 26400."""
    if re.fullmatch(r"\d+(?:\.\d+)?", words):
        return Decimal(words)
    whole, point, fraction = words.partition("点")
    total = section = number = 0
    scale = last = 1
    for match in re.finditer(r"\d+(?:\.\d+)?|.", whole):
        token = match.group()
        if token[0].isdigit() and token.isascii():
            if "." in token:
                return _scaled_decimal(token, whole[match.end() :])
            number, last = int(token), 1
        elif token in _ZH_DIGIT:
            digit = _ZH_DIGIT[token]
            last = 1 if digit == 0 else last
            number = digit
        elif token in _ZH_UNIT:
            unit = _ZH_UNIT[token]
            if unit >= 10_000:
                total += (section + number) * unit
                section = 0
            else:
                section += (number or 1) * unit
            number, last, scale = 0, unit, unit
        else:
            return None
    if number and last >= 100:  # 一万五千四: the last digit counts in the next lower unit
        number *= scale // 10
    value = Decimal(total + section + number)
    if point and fraction and all(c in _ZH_DIGIT for c in fraction):
        value += Decimal("0." + "".join(str(_ZH_DIGIT[c]) for c in fraction))
    return value


def _scaled_decimal(figure: str, units: str) -> Decimal | None:
    value = Decimal(figure)
    for unit in units:
        if unit not in _ZH_UNIT:
            return None
        value *= _ZH_UNIT[unit]
    return value


def chinese_numbers(words: str) -> list[Number]:
    """Every number said in Chinese or in figures, in order."""
    found = []
    for match in _ZH_RUN.finditer(words):
        run = match.group()
        over = _ZH_OVERRUN.match(run)
        if over:  # "八千八一直": the figure ends before the next word's numeral
            run = over.group()
        spelled = "".join(str(_ZH_DIGIT[c]) if c in _ZH_DIGIT else c for c in run)
        digits = spelled if re.fullmatch(r"\d+", spelled) else ""
        value = None if digits and len(digits) > 1 and not run.isascii() else chinese(run[:24])
        found.append(Number(match.start(), match.start() + len(run), value, digits))
    return found


def english(tokens: list[str]) -> Decimal | None:
    """The quantity that English number words say: "nineteen hundred", "three oh nine", "one ninety nine"."""
    total = 0
    group: list[str] = []
    for token in tokens:
        if token in ("thousand", "grand", "k", "million"):
            total += (_hundreds(group) or 1) * _EN_SCALE[token]
            group = []
        else:
            group.append(token)
    tail = _hundreds(group) if group else 0
    return None if tail is None else Decimal(total) + Decimal(tail)


def _hundreds(tokens: list[str]) -> int | None:
    """Below a thousand, or year-like: "twenty two fifty" is 2250, "one seventeen" is 117."""
    if "hundred" in tokens:
        at = tokens.index("hundred")
        head, tail = _tens(tokens[:at]), _tens(tokens[at + 1 :])
        return None if tail is None else (head or 1) * 100 + tail
    parts = _parts(tokens)
    if parts is None:
        return None
    if len(parts) == 2 and parts[1] >= 10:
        return parts[0] * 100 + parts[1]
    if len(parts) == 3 and parts[1] == 0:  # "three oh nine"
        return parts[0] * 100 + parts[2]
    if len(parts) == 1 or not parts:
        return sum(parts)
    return int("".join(map(str, parts)))


def _tens(tokens: list[str]) -> int | None:
    parts = _parts(tokens)
    return None if parts is None else sum(parts)


def _parts(tokens: list[str]) -> list[int] | None:
    """Number words in groups below a hundred: "forty one" is one group, "one seventeen" two."""
    parts: list[int] = []
    open_tens = False
    for token in tokens:
        if token in _EN_TENS:
            parts.append(_EN_TENS[token])
            open_tens = True
            continue
        number = _EN_DIGIT.get(token, _EN_TEEN.get(token))
        if number is None:
            return None
        if open_tens and 0 < number < 10:
            parts[-1] += number
        else:
            parts.append(number)
        open_tens = False
    return parts


def _spell(tokens: list[str]) -> str:
    """Digits read out one by one or in groups: "four two oh", "double seven", "five fifty one"."""
    out, repeat = "", 1
    for token in tokens:
        if token in _EN_REPEAT:
            repeat = _EN_REPEAT[token]
            continue
        digit = token if token.isdigit() else _token_digits(token)
        if digit is None:
            return ""
        out += digit * repeat
        repeat = 1
    return out


def _token_digits(said: str) -> str | None:
    if said == "hundred":
        return "00"
    number = _EN_DIGIT.get(said, _EN_TEEN.get(said, _EN_TENS.get(said)))
    return None if number is None else str(number)


def english_numbers(words: str) -> list[Number]:
    """Every number said in English or in figures, in order."""
    found = []
    for match in _EN_RUN.finditer(words):
        tokens = [t for t in re.split(r"[ ,]+", match.group()) if t not in ("and", "a")]
        if tokens == ["o"] or tokens == ["k"] or tokens == ["oh"]:
            continue
        found.append(Number(match.start(), match.end(), _figure(tokens), _spell(tokens)))
    return found


def _figure(tokens: list[str]) -> Decimal | None:
    first = tokens[0]
    if not first[0].isdigit():
        return english(tokens) if not any(t[0].isdigit() for t in tokens) else None
    value = Decimal(first)
    for token in tokens[1:]:
        if token not in _EN_SCALE:
            return value if len(tokens) == 1 else None
        value *= _EN_SCALE[token]
    return value
