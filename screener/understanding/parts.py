"""Which of the names in a call is the caller's own body, and which its principal, given the kind of call."""

from screener.model import Category, Claim
from screener.organisations import organisations
from screener.understanding.claims import Claims, claim
from screener.understanding.claims_zh import Named
from screener.understanding.grammar import brands
from screener.understanding.hearing import Hearing
from screener.understanding.names import Name

_ACTING = frozenset({Category.COLLECTION_AGENCY, Category.LAW_FIRM})
_LENDERS = frozenset(
    {
        "bank",
        "direct_bank",
        "consumer_finance",
        "internet_lender",
        "credit_union",
        "card_issuer",
        "bnpl",
        "lender",
        "licensed_money_lender",
    }
)
_PUBLIC = frozenset({"authority", "government", "platform", "telecom"})
_MONEY = frozenset({Category.BANK, Category.LENDER_PLATFORM, Category.IMPOSTOR})
_TOLD_BY_PRINCIPAL = _MONEY | {Category.GOVERNMENT}
_LENT = _ACTING | {Category.LENDER_PLATFORM, Category.BANK}
_NEVER_LENDERS = frozenset({Category.PERSONAL, Category.DELIVERY, Category.GOVERNMENT, Category.DEBT_RELIEF_SELLER})


def organisation_of(hearing: Hearing, said: Claims, category: Category) -> Claim | None:
    """The body that the caller claims to be; its principal where an agency or firm gives no name."""
    if category is Category.UNKNOWN:
        return None
    own = _own(said, category)
    if own is None and category in _ACTING:
        own = (
            said.principals[0]
            if said.principals
            else (said.passing[0] if said.passing and hearing.lang == "zh" else None)
        )
    if own is None and category in _TOLD_BY_PRINCIPAL and said.principals and hearing.lang == "zh":
        own = said.principals[0]
    if own is None and category is Category.DELIVERY:
        own = next((n for n in said.couriers), None)
    if own is None and category in _MONEY and said.passing:
        own = said.passing[0]
    if own is None and category is Category.MARKETING and hearing.lang == "en":
        own = next((n for n in said.principals if n.weight >= 3), None)
    return claim(hearing, _lending(own, category), said.hint)


def _lending(own: Named | None, category: Category) -> Named | None:
    """The lending arm of a brand, when a lender or its agent is calling."""
    arm = brands().get(own.words) if own and category in _LENT else None
    if own is None or arm is None:
        return own
    organisation = organisations()[arm]
    return own._replace(name=Name(own.words, organisation.category, (organisation,)))


def _own(said: Claims, category: Category) -> Named | None:
    """The best name that fits the kind of call."""
    names = said.own
    if category in _ACTING:
        fitting = [n for n in names if n.name is None or n.name.kind not in _LENDERS | _PUBLIC]
        if fitting:
            return fitting[0]
        if said.principals:
            return said.principals[0]
    if category in _NEVER_LENDERS:
        names = tuple(n for n in names if n.name is None or n.name.kind not in _LENDERS)
    return names[0] if names else None


def principal_of(hearing: Hearing, said: Claims, category: Category, own: Claim | None) -> Claim | None:
    """Whom an agency or law firm says it acts for."""
    if category not in _ACTING:
        return None
    for named in (*said.principals, *(n for n in said.own if n.name and n.name.kind in _LENDERS)):
        found = claim(hearing, named, said.hint)
        if found and (own is None or found.key != own.key):
            return found
    return None
