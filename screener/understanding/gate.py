"""Which cues count in which kind of call: pressure is pressure only about a payment, and only by this caller."""

from collections.abc import Sequence

from screener.model import Category, RedFlag, Tactic
from screener.understanding.cues import Hit
from screener.understanding.figures import Sum

_NONE = frozenset({Category.DELIVERY, Category.UNKNOWN})
_DEBT_ONLY = {Tactic.HOME_VISIT, Tactic.THIRD_PARTY_CONTACT, Tactic.HIGH_BALL}
_COLLECTING = frozenset({Category.BANK, Category.LENDER_PLATFORM, Category.COLLECTION_AGENCY, Category.LAW_FIRM})
_DEMANDS = frozenset({RedFlag.ASKS_VERIFICATION_CODE, RedFlag.ASKS_TRANSFER_PERSONAL_ACCOUNT, RedFlag.UPFRONT_FEE})


def permitted(hits: Sequence[Hit], category: Category) -> list[Hit]:
    """The red flags that mean something in a call of this kind."""
    barred: set[str] = set()
    if category is Category.GOVERNMENT:
        barred |= {RedFlag.CLAIMS_AUTHORITY, RedFlag.THREATENS_ARREST}
    if category in (Category.PERSONAL, Category.DELIVERY, Category.GOVERNMENT):
        barred |= set(RedFlag) - {RedFlag.ABUSIVE_LANGUAGE, RedFlag.REFUSES_IDENTITY}
    if category not in (Category.COLLECTION_AGENCY, Category.LAW_FIRM, Category.LENDER_PLATFORM, Category.BANK, Category.IMPOSTOR, Category.UNKNOWN):
        barred |= {RedFlag.DISCLOSES_TO_THIRD_PARTY, RedFlag.CLAIMS_AUTHORITY, RedFlag.THREATENS_ARREST}
    if category in (Category.BANK, Category.LENDER_PLATFORM):
        barred |= {RedFlag.UPFRONT_FEE, RedFlag.CLAIMS_AUTHORITY}
    return [hit for hit in hits if hit.label not in barred]


def allowed(hits: Sequence[Hit], category: Category, red: Sequence[Hit], seen: Sequence[Hit], money: Sum | None) -> list[Hit]:
    """The tactics that are pressure or persuasion about a payment or purchase."""
    if category in _NONE:
        return []
    flags = {hit.label for hit in red}
    debt = any(hit.label == "debt" for hit in seen)
    if category is Category.IMPOSTOR and not flags & _DEMANDS:
        return []
    if category in (Category.BANK, Category.LENDER_PLATFORM) and not (debt or money):
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
