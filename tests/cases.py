"""Hand-built calls for the tests of guidance, conduct and summary."""

from datetime import datetime
from zoneinfo import ZoneInfo

from screener.guidance import Case, advise
from screener.model import (
    Category,
    Claim,
    Consent,
    Disposition,
    Finding,
    Held,
    Jurisdiction,
    Organisation,
    Understanding,
)
from screener.numbers import read_caller
from screener.summary import Told

HONG_KONG = ZoneInfo("Asia/Hong_Kong")


def organisation(key, name_zh, country, hotlines=(), confidence="high", name_en="", category="bank"):
    return Organisation(key, name_zh, name_en, (), category, country, tuple(hotlines), confidence)


DAH_SING = organisation("hk-dahsing", "大新銀行", "HK", ["+85228288000"], name_en="Dah Sing Bank")
ICBC = organisation("cn-icbc", "中国工商银行", "CN", ["95588"], name_en="ICBC")
MEDIUM = organisation("cn-hfb", "恒丰银行", "CN", ["95395"], "medium", name_en="Hengfeng Bank")
MIDLAND = organisation("us-mcm", "", "US", ["+18002962657"], name_en="Midland Credit Management", category="debt_buyer")


def claim(known):
    return Claim(known) if isinstance(known, str) else Claim(known.name_zh or known.name_en, known)


def found(*values):
    return tuple(Finding(value) for value in values)


def understanding(category, **given):
    for key in ("organisation", "on_behalf_of"):
        if key in given:
            given[key] = claim(given[key])
    for key in ("tactics", "red_flags", "signs"):
        if key in given:
            given[key] = found(*given[key])
    return Understanding(category, **given)


def told(known, jurisdiction=Jurisdiction.HK, **given):
    """A call told at 13:40 in Hong Kong, recorded, from a Hong Kong number, unless given otherwise."""
    held = given.pop("held", Held.RECORDING)
    case = Case(
        jurisdiction,
        known,
        held,
        given.pop("repeat", False),
        given.pop("conduct", ()),
        given.pop("situation", frozenset()),
    )
    default = {
        "understanding": known,
        "caller": read_caller(given.pop("number", "+85235984471")),
        "at": datetime(2026, 11, 23, 13, 40, tzinfo=HONG_KONG),
        "consent": Consent.RECORDING if held is Held.RECORDING else Consent.REFUSED,
        "disposition": Disposition.STATED,
        "held": held,
        "advice": advise(case),
        "reference": "A7K2",
        "jurisdiction": jurisdiction,
    }
    return Told(**{**default, **given})


__all__ = ["DAH_SING", "HONG_KONG", "ICBC", "MEDIUM", "MIDLAND", "Category", "claim", "found", "told", "understanding"]
