"""Who is calling and what they do: the one category of a call, by the evidence for each."""

from collections.abc import Collection

from screener.model import Category, RedFlag, Tactic
from screener.understanding.claims import Claims
from screener.understanding.claims_zh import Named
from screener.understanding.cues import Hit
from screener.understanding.naming import kind_of_name

_BANKS = frozenset({"bank", "credit_union", "card_issuer"})
_LENDERS = frozenset(
    {
        "direct_bank",
        "consumer_finance",
        "internet_lender",
        "licensed_money_lender",
        "bnpl",
        "student_loan_servicer",
        "lender",
    }
)
_AGENCIES = frozenset({"collection_agency", "debt_buyer"})
_PUBLIC = frozenset({"authority", "government", "debt_advice"})
_FINANCIAL = _BANKS | _LENDERS
_INSTITUTIONS = _FINANCIAL | _AGENCIES | _PUBLIC | {"telecom", "platform", "insurer", "law_firm"}
_THREATS = frozenset({Tactic.HOME_VISIT, Tactic.CONSEQUENCE_PRESSURE})
# Internet-only banks and lenders that bear "bank" in their licence but are known for loans by app.
_APP_LENDERS = frozenset({"us-lendingclub", "us-sofi"})
_CREDITORS = _FINANCIAL | _AGENCIES | {"law_firm"}  # or whoever acts for them: none sells debt relief
_NOT_AGENCY = _FINANCIAL | _PUBLIC | {"telecom", "platform"}
_NOT_FIRM = _FINANCIAL | {"delivery"}
_LENDING = _FINANCIAL | {"platform", "telecom"}
_BLUNT = frozenset({RedFlag.ABUSIVE_LANGUAGE, RedFlag.DISCLOSES_TO_THIRD_PARTY})
_CODE, _PRIVATE = RedFlag.ASKS_VERIFICATION_CODE, RedFlag.ASKS_TRANSFER_PERSONAL_ACCOUNT
_ARREST, _AUTHORITY, _FEE = RedFlag.THREATENS_ARREST, RedFlag.CLAIMS_AUTHORITY, RedFlag.UPFRONT_FEE
_NAMELESS = RedFlag.REFUSES_IDENTITY


class Evidence:
    """What speaks for each category, counted from the cues and the names."""

    def __init__(self, hits: list[Hit], flags: Collection[str], claims: Claims, pressure: Collection[str] = ()) -> None:
        self.pressed = bool(_THREATS & set(pressure))
        self.count: dict[str, int] = {}
        for hit in hits:
            self.count[hit.label] = self.count.get(hit.label, 0) + 1
        self.flags = frozenset(flags)
        self.claims = claims
        self.own = claims.best()
        self.kind = self._kind(self.own)
        if self.own and self.own.weight == 1 and self.kind in _FINANCIAL and self._private():
            self.own, self.kind = None, ""  # a bank that a friend speaks of
        self.relief = self._relief()

    def _kind(self, named: Named | None) -> str:
        if named is None:
            return ""
        if named.name is None:
            return kind_of_name(named.words)
        if named.name.owners and named.name.owners[0].id in _APP_LENDERS:
            return "internet_lender"
        return named.name.kind

    def has(self, label: str) -> bool:
        return label in self.count

    def score(self, label: str) -> float:
        """Strong cues count fully up to three, hints a third."""
        strong, hints = self.count.get(label, 0), self.count.get(f"{label}_hint", 0)
        return min(strong, 3) + min(hints, 3) / 3 if strong or hints else 0.0

    def _private(self) -> bool:
        return not self.has("debt") and self.score("personal") + self.count.get("personal_hint", 0) >= 1

    def _relief(self) -> float:
        """How surely debt relief is sold; whoever lends or collects sells none."""
        score = self.score("debt_relief_seller") + 3 * (self.kind == "debt_relief_seller")
        return score - 3 * bool(self.own and self.own.name and self.kind in _CREDITORS)

    @property
    def institution(self) -> bool:
        return self.kind in _INSTITUTIONS or self.has("institution") or self.has("bank_word") or self.has("lender_word")


def decide(evidence: Evidence) -> Category:
    """The category, scam signs first, then the trades in the order of how surely they show themselves."""
    for rule in (_impostor, _firm_or_relief, _everyday, _financial, _selling):
        found = rule(evidence)
        if found:
            return found
    return _leftover(evidence)


def _impostor(e: Evidence) -> Category | None:
    flags = e.flags
    relief = e.relief >= 1
    code, private, arrest, authority, fee = [flag in flags for flag in (_CODE, _PRIVATE, _ARREST, _AUTHORITY, _FEE)]
    agency = e.kind in _AGENCIES or (e.has("collection_agency") and e.kind not in _NOT_AGENCY)
    if relief and not authority and not arrest:
        return None
    if e.has("employer") and (private or fee or e.has("scam")):
        return Category.IMPOSTOR
    if agency or e.kind == "law_firm" or e.has("law_firm"):
        if arrest or code or (authority and private):
            return Category.IMPOSTOR
        return None
    if authority and (private or code or arrest or e.has("scam") or e.has("remote")):
        return Category.IMPOSTOR
    if _homely(e) and not authority:
        return None
    if e.institution and (code or private or arrest or e.count.get("scam", 0) >= 2):
        return Category.IMPOSTOR
    if e.institution and e.has("remote"):
        return Category.IMPOSTOR
    if e.has("scam") and (e.kind in ("telecom", "platform") or (e.institution and not e.has("service"))):
        return Category.IMPOSTOR
    if fee and (e.has("scam") or not e.has("debt")) and (e.kind in _LENDING or e.has("lender_word") or e.has("scam")):
        return Category.IMPOSTOR
    return None


def _homely(e: Evidence) -> bool:
    """A private caller: nothing but family and everyday matters, no body claimed."""
    return e.score("personal") >= 1 and e.own is None and not e.has("scam")


def _firm_or_relief(e: Evidence) -> Category | None:
    debt = e.has("debt")
    if e.relief >= 1 and not (e.claims.principals and e.has("collection_agency")):
        return Category.DEBT_RELIEF_SELLER
    if e.kind == "law_firm" or (e.has("law_firm") and e.kind not in _NOT_FIRM):
        return Category.LAW_FIRM
    blunt = not _BLUNT.isdisjoint(e.flags)
    if e.kind in _AGENCIES and (
        debt or blunt or e.own is None or e.own.name is not None or e.pressed or e.claims.principals
    ):
        return Category.COLLECTION_AGENCY
    if e.has("collection_agency") and not (e.score("marketing") >= 1 and not debt):
        return Category.COLLECTION_AGENCY
    return None


def _everyday(e: Evidence) -> Category | None:
    """Couriers, people and public bodies, where nothing financial is claimed."""
    scores = {
        Category.DELIVERY: e.score("delivery") + 3 * (e.kind == "delivery"),
        Category.PERSONAL: e.score("personal") + 2 * (e.kind == "personal"),
        Category.GOVERNMENT: e.score("government") + 3 * (e.kind in _PUBLIC),
    }
    if e.kind in _FINANCIAL:
        return None
    best = max(scores, key=lambda category: scores[category])
    selling = e.score("marketing") + (e.kind in ("insurer", "telecom"))
    if scores[best] >= 1 and scores[best] >= selling:
        return best
    return None


def _financial(e: Evidence) -> Category | None:
    selling, debt = e.score("marketing"), e.has("debt")
    if e.kind in _FINANCIAL:
        if selling >= 1 and (not debt or selling >= 2 > e.count.get("debt", 0)):
            return Category.MARKETING
        return Category.BANK if e.kind in _BANKS else Category.LENDER_PLATFORM
    if e.kind == "platform" and debt:
        return Category.LENDER_PLATFORM
    return None


def _selling(e: Evidence) -> Category | None:
    if e.score("marketing") >= 1 or e.kind == "marketing":
        return Category.MARKETING
    if e.kind in ("insurer", "telecom", "platform"):
        return Category.MARKETING
    return None


def _leftover(e: Evidence) -> Category:
    if e.score("personal") >= 1 and e.own is None and not e.pressed:
        return Category.PERSONAL
    if e.has("debt") or e.pressed:
        if e.has("bank_word"):
            return Category.BANK
        if e.has("lender_word"):
            return Category.LENDER_PLATFORM
        return Category.COLLECTION_AGENCY
    if _NAMELESS in e.flags or e.has("noise"):
        return Category.UNKNOWN
    if e.count.get("personal_hint", 0) >= 1:
        return Category.PERSONAL
    if e.count.get("delivery_hint", 0) >= 2:
        return Category.DELIVERY
    return Category.UNKNOWN
