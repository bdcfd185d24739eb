"""Phone numbers: parse, E.164, withheld and sentinel callers, display, mask."""

import re
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers

E164 = re.compile(r"\+[1-9][0-9]{6,14}")

# Keypad spellings that old switches send in place of a withheld number (ANONYMOUS, RESTRICTED, BLOCKED,
# UNKNOWN, UNAVAILABLE). The last looks like a Chengdu number: check these before any parser.
SENTINELS = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})


class CallerKind(StrEnum):
    NUMBER = "number"
    WITHHELD = "withheld"
    NOT_PASSED_ON = "not_passed_on"  # a carrier put the subscriber's own number in its place


@dataclass(frozen=True, slots=True)
class Caller:
    """The calling party: E.164, or withheld with the raw string kept."""

    kind: CallerKind
    number: str | None
    raw: str


def read_caller(raw: str, subscriber_phone: str = "") -> Caller:
    """Who `From` names. Anything that is not E.164, and every sentinel, is withheld."""
    text = raw.strip()
    digits = text.removeprefix("+")
    if not E164.fullmatch(text) or digits in SENTINELS or digits.removeprefix("1") in SENTINELS:
        return Caller(CallerKind.WITHHELD, None, raw[:64])
    if text == subscriber_phone:
        return Caller(CallerKind.NOT_PASSED_ON, None, raw[:64])
    return Caller(CallerKind.NUMBER, text, raw[:64])


def e164(text: str, region: str | None = None) -> str:
    """E.164 of a number that a person typed; `region` is its ISO country. ValueError when it is none."""
    try:
        parsed = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException as problem:
        raise ValueError("not a phone number; write it with its country code, as +85291234567") from problem
    if not phonenumbers.is_possible_number(parsed):
        raise ValueError("not a possible phone number; check its length and country code")
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def display(number: str) -> str:
    """An E.164 number in its international form, for a page."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def last_four(number: str) -> str:
    """Enough to recognise a number by, too little to ring it."""
    return number[-4:]


def region(number: str) -> str:
    """The ISO country of an E.164 number, or an empty text."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number)) or ""
    except phonenumbers.NumberParseException:
        return ""
