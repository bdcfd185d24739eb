"""Untrusted words made safe for a text: no links, no numbers to ring, no control characters, nothing cut in half."""

import functools
import re
import unicodedata

from pypinyin import Style, lazy_pinyin

from screener.segments import BASIC, measure
from screener.sheets import sheet
from screener.traditional import simplified

LINK = re.compile(
    r"(?:https?://|www\.)[!-~]+|[!-~]+@[!-~]+|[a-z0-9][a-z0-9-]*(?:[.．][a-z]{2,})+(?:/[!-~]*)?"
    r"|[a-z0-9-]+\s?(?:点|dot|[.．])\s?(?:com|cn|net|org|hk|tw|vip|top|cc)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"\+?\d(?:[\s\-－–—.·()（）]{0,3}\d){4,}")
HAN_NUMBER = re.compile(r"[零〇一二三四五六七八九两幺]{5,}")
SPOKEN_NUMBER = re.compile(
    r"\b(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)[\s,.-]*){5,}", re.IGNORECASE
)
HAN = re.compile(r"[㐀-䶿一-鿿\U00020000-\U0003ffff]+")
UNWANTED = ("Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk", "Zl", "Zp")
LONGEST = 2000  # characters looked at: no text holds more, and patterns stay quick
MOST_MARKS = 2  # combining marks on one letter: more is a trick to cover other lines


def clean(text: str, left_out: str = "") -> str:
    """The words on one line; links and numbers give way to `left_out`."""
    plain = _without_marks(" ".join(_printable(unicodedata.normalize("NFC", text[:LONGEST])).split()))
    for pattern in (LINK, SPOKEN_NUMBER):
        plain = pattern.sub(left_out, plain)
    shadow = "".join(_digit(character) for character in plain)
    for pattern in (NUMBER, HAN_NUMBER):
        for found in reversed(list(pattern.finditer(shadow))):
            plain = plain[: found.start()] + left_out + plain[found.end() :]
            shadow = shadow[: found.start()] + "x" * len(left_out) + shadow[found.end() :]
    return " ".join(plain.split()).strip()


def clip(text: str, most: int, ending: str) -> str:
    """At most so many units as they are billed, ended by `ending` when cut; a letter keeps its marks or goes."""
    if measure(text).units <= most:
        return text
    kept = text[:most]
    while kept and measure(kept + ending).units > most:
        kept = kept[:-1]
        while kept and unicodedata.combining(text[len(kept)]):
            kept = kept[:-1]
    return kept.rstrip() + ending if kept else ""


def romanised(text: str) -> str:
    """A name in GSM-7 letters: common words in English, other Han by its sound, accents folded; perhaps empty."""
    plain = simplified(text)
    for chinese, english in _spoken():
        plain = plain.replace(chinese, f" {english} ")
    spelt = HAN.sub(lambda found: f" {_pinyin(found[0])} ", plain)
    return folded(" ".join(spelt.split()))


def folded(text: str) -> str:
    """The text in GSM-7; what has no such letter is left out."""
    return " ".join("".join(map(_gsm, text)).split())


def _gsm(character: str) -> str:
    if character in BASIC:
        return character
    known = {"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "，": ", ", "。": ". "}
    if character in known:
        return known[character]
    return "".join(part for part in unicodedata.normalize("NFKD", character) if part in BASIC and part.isascii())


def _pinyin(han: str) -> str:
    return "".join(lazy_pinyin(han, style=Style.NORMAL, errors="ignore", v_to_u=True)).capitalize()


@functools.cache
def _spoken() -> tuple[tuple[str, str], ...]:
    """Words within spoken names, longest first, with their English."""
    words = ((line["zh"], line["en"]) for line in sheet("spoken", ("zh", "en")))
    return tuple(sorted(words, key=lambda pair: -len(pair[0])))


def _printable(text: str) -> str:
    return "".join(
        character if unicodedata.category(character) not in UNWANTED else " "
        for character in text
        if unicodedata.category(character) != "Cf"
    )


def _without_marks(text: str) -> str:
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def _digit(character: str) -> str:
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)
