"""Who is calling and what they do: the one category of a call, by the evidence for each."""

from collections import defaultdict
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
_INSTITUTIONS = _BANKS | _LENDERS | _AGENCIES | _PUBLIC | {"telecom", "platform", "insurer", "law_firm"}
# Internet-only banks and lenders that bear "bank" in their licence but are known for loans by app.
_THREATS = frozenset({Tactic.HOME_VISIT, Tactic.CONSEQUENCE_PRESSURE})
_APP_LENDERS = frozenset({"us-lendingclub", "us-sofi"})


class Evidence:
    """What speaks for each category, counted from the cues and the names."""

    def __init__(
        self, hits: list[Hit], flags: Collection[RedFlag], claims: Claims, pressure: Collection[str] = ()
    ) -> None:
        self.pressed = bool(_THREATS & set(pressure))
        self.count: dict[str, int] = defaultdict(int)
        for hit in hits:
            self.count[hit.label] += 1
        self.flags = frozenset(flags)
        self.claims = claims
        self.own = claims.best()
        self.kind = self._kind(self.own)
        if self.own and self.own.weight == 1 and self.kind in _BANKS | _LENDERS and self._private():
            self.own, self.kind = None, ""  # a bank that a friend speaks of

    def _kind(self, named: Named | None) -> str:
        if named is None:
            return ""
        if named.name is None:
            return kind_of_name(named.words)
        if named.name.owners and named.name.owners[0].id in _APP_LENDERS:
            return "internet_lender"
        return named.name.kind

    def has(self, label: str) -> bool:
        return self.count[label] > 0

    def score(self, label: str) -> float:
        """Strong cues count fully up to three, hints a third."""
        return min(self.count[label], 3) + min(self.count[f"{label}_hint"], 3) / 3

    def _private(self) -> bool:
        return not self.has("debt") and self.score("personal") + self.count["personal_hint"] >= 1

    @property
    def institution(self) -> bool:
        return self.kind in _INSTITUTIONS or self.has("institution") or self.has("bank_word") or self.has("lender_word")

    @property
    def scam(self) -> int:
        """How much shows a swindle, whoever is claimed."""
        flags = self.flags
        weight = 3 * (RedFlag.ASKS_VERIFICATION_CODE in flags) + 3 * (RedFlag.ASKS_TRANSFER_PERSONAL_ACCOUNT in flags)
        weight += 2 * (RedFlag.THREATENS_ARREST in flags) + (RedFlag.CLAIMS_AUTHORITY in flags)
        return weight + min(self.count["scam"] + self.count["remote"], 3)


def decide(evidence: Evidence) -> Category:
    """The category, scam signs first, then the trades in the order of how surely they show themselves."""
    for rule in (_impostor, _firm_or_relief, _everyday, _financial, _selling):
        found = rule(evidence)
        if found:
            return found
    return _leftover(evidence)


def _relief(evidence: Evidence) -> float:
    score = evidence.score("debt_relief_seller")
    if evidence.kind == "debt_relief_seller":
        score += 3
    if evidence.own and evidence.own.name and evidence.kind in _BANKS | _LENDERS | _AGENCIES | {"law_firm"}:
        score -= 3
    return score


def _impostor(e: Evidence) -> Category | None:
    flags = e.flags
    relief = _relief(e) >= 1
    code, private = RedFlag.ASKS_VERIFICATION_CODE in flags, RedFlag.ASKS_TRANSFER_PERSONAL_ACCOUNT in flags
    arrest, authority, fee = (
        RedFlag.THREATENS_ARREST in flags,
        RedFlag.CLAIMS_AUTHORITY in flags,
        RedFlag.UPFRONT_FEE in flags,
    )
    agency = e.kind in _AGENCIES or (
        e.has("collection_agency") and e.kind not in _BANKS | _LENDERS | _PUBLIC | {"telecom", "platform"}
    )
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
    if e.institution and (code or private or arrest or e.count["scam"] >= 2):
        return Category.IMPOSTOR
    if e.institution and e.has("remote"):
        return Category.IMPOSTOR
    if e.has("scam") and (e.kind in ("telecom", "platform") or (e.institution and not e.has("service"))):
        return Category.IMPOSTOR
    if (
        fee
        and (e.has("scam") or not e.has("debt"))
        and (e.kind in _BANKS | _LENDERS | {"platform", "telecom"} or e.has("lender_word") or e.has("scam"))
    ):
        return Category.IMPOSTOR
    return None


def _homely(e: Evidence) -> bool:
    """A private caller: nothing but family and everyday matters, no body claimed."""
    return e.score("personal") >= 1 and e.own is None and not e.has("scam")


def _firm_or_relief(e: Evidence) -> Category | None:
    debt = e.has("debt")
    if _relief(e) >= 1 and not (e.claims.principals and e.has("collection_agency")):
        return Category.DEBT_RELIEF_SELLER
    if e.kind in ("law_firm",) or (e.has("law_firm") and e.kind not in _BANKS | _LENDERS | {"delivery"}):
        return Category.LAW_FIRM
    blunt = {RedFlag.ABUSIVE_LANGUAGE, RedFlag.DISCLOSES_TO_THIRD_PARTY} & e.flags
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
    if e.kind in _BANKS | _LENDERS:
        return None
    best = max(scores, key=lambda category: scores[category])
    selling = e.score("marketing") + (e.kind in ("insurer", "telecom"))
    if scores[best] >= 1 and scores[best] >= selling:
        return best
    return None


def _financial(e: Evidence) -> Category | None:
    selling, debt = e.score("marketing"), e.has("debt")
    if e.kind in _BANKS | _LENDERS:
        if selling >= 1 and (not debt or selling >= 2 > e.count["debt"]):
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
    if RedFlag.REFUSES_IDENTITY in e.flags or e.has("noise"):
        return Category.UNKNOWN
    if e.count["personal_hint"] >= 1:
        return Category.PERSONAL
    if e.count["delivery_hint"] >= 2:
        return Category.DELIVERY
    return Category.UNKNOWN
