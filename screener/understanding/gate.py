"""Which cues count in which kind of call: pressure is only about a payment, and only by this caller."""

import re
from collections.abc import Sequence
from decimal import Decimal

from screener.model import Category, RedFlag, Tactic
from screener.understanding.cues import Hit
from screener.understanding.figures import Sum
from screener.understanding.numerals import chinese_numbers, english_numbers

_NONE = frozenset({Category.DELIVERY, Category.UNKNOWN})
_DEBT_ONLY = {Tactic.HOME_VISIT, Tactic.THIRD_PARTY_CONTACT, Tactic.HIGH_BALL}
_COLLECTING = frozenset({Category.BANK, Category.LENDER_PLATFORM, Category.COLLECTION_AGENCY, Category.LAW_FIRM})
# A first payment to a collector is repayment; only what is called a fee is one.
_FEE = re.compile(r"费|押金|保证金|\bfees?\b|deposit|charge")
_DEMANDS = frozenset({RedFlag.ASKS_VERIFICATION_CODE, RedFlag.ASKS_TRANSFER_PERSONAL_ACCOUNT, RedFlag.UPFRONT_FEE})


def permitted(hits: Sequence[Hit], category: Category, words: str) -> list[Hit]:
    """The red flags that mean something in a call of this kind."""
    barred: set[str] = set()
    if category is Category.GOVERNMENT:
        barred |= {RedFlag.CLAIMS_AUTHORITY, RedFlag.THREATENS_ARREST}
    if category in (Category.PERSONAL, Category.DELIVERY, Category.GOVERNMENT):
        barred |= set(RedFlag) - {RedFlag.ABUSIVE_LANGUAGE, RedFlag.REFUSES_IDENTITY}
    if category not in (
        Category.COLLECTION_AGENCY,
        Category.LAW_FIRM,
        Category.LENDER_PLATFORM,
        Category.BANK,
        Category.IMPOSTOR,
        Category.UNKNOWN,
    ):
        barred |= {RedFlag.DISCLOSES_TO_THIRD_PARTY, RedFlag.CLAIMS_AUTHORITY, RedFlag.THREATENS_ARREST}
    if category in (Category.BANK, Category.LENDER_PLATFORM):
        barred |= {RedFlag.UPFRONT_FEE, RedFlag.CLAIMS_AUTHORITY}
    collecting = category in (Category.COLLECTION_AGENCY, Category.LAW_FIRM)
    return [
        hit
        for hit in hits
        if hit.label not in barred
        and not (collecting and hit.label == RedFlag.UPFRONT_FEE and not _FEE.search(words, hit.start, hit.end + 4))
    ]


def _small(hit: Hit, words: str, money: Sum | None) -> bool:
    """Whether the first step asked for is a token beside the sum; always, where no figure is said."""
    lang = "en" if words.isascii() else "zh"
    said = words[hit.start : hit.end + 6]
    numbers = english_numbers(said) if lang == "en" else chinese_numbers(said)
    values = [n.value for n in numbers if n.value is not None and n.value >= 1 and n.start < hit.end - hit.start]
    if not values:
        return not numbers
    limit = max(Decimal(500), money.value / 8 if money else Decimal(0))
    return min(values) <= limit and (max(values) >= 5 or lang == "en")


def allowed(
    hits: Sequence[Hit],
    category: Category,
    red: Sequence[Hit],
    seen: Sequence[Hit],
    money: Sum | None,
    words: str,
) -> list[Hit]:
    """The tactics that are pressure or persuasion about a payment or purchase."""
    owing = category in _COLLECTING or category in (Category.IMPOSTOR, Category.GOVERNMENT)
    hits = [
        hit._replace(label=hit.label.removesuffix("_on_debt"))
        for hit in hits
        if (owing or not hit.label.endswith("_on_debt")) and (hit.label != Tactic.LOW_BALL or _small(hit, words, money))
    ]
    if category in _NONE:
        return []
    flags = {hit.label for hit in red}
    debt = any(hit.label == "debt" for hit in seen)
    if category is Category.IMPOSTOR and not flags & _DEMANDS:
        return []
    if category in (Category.BANK, Category.LENDER_PLATFORM) and not (debt or money or len(hits) > 1):
        return []
    if category is Category.PERSONAL:
        return [hit for hit in hits if hit.label == Tactic.DEADLINE_PRESSURE] if money else []
    if category is Category.GOVERNMENT and not money:
        return []
    barred = set() if category in _COLLECTING else set(_DEBT_ONLY)
    if category in (Category.MARKETING, Category.DEBT_RELIEF_SELLER, Category.GOVERNMENT):
        barred |= {Tactic.CONSEQUENCE_PRESSURE}
    if category is Category.MARKETING:
        barred |= {Tactic.EMPATHY_OPENING, Tactic.LOW_BALL}
    return [hit for hit in hits if hit.label not in barred]
