"""The nouns of the product: what a call is made of, before any telephone, page or table."""

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Language(StrEnum):
    """What a subscriber reads (BCP 47)."""

    ZH_HANS = "zh-Hans"
    ZH_HANT = "zh-Hant"
    EN = "en"


class Spoken(StrEnum):
    """What is spoken on a call; independent of what the subscriber reads."""

    ZH = "zh"
    EN = "en"


class Greeting(StrEnum):
    """Which of our reviewed hellos opens a call; none is ever free text."""

    PLAIN = "plain"
    AUTOMATED = "automated"
    FORMAL = "formal"


class Jurisdiction(StrEnum):
    """Whose rules apply; a lender's country and a subscriber's may differ."""

    CN = "CN"
    HK = "HK"
    US = "US"
    GB = "GB"
    SG = "SG"
    TW = "TW"


class Category(StrEnum):
    """Who is calling and what they do; exactly one for each call."""

    BANK = "bank"
    LENDER_PLATFORM = "lender_platform"
    COLLECTION_AGENCY = "collection_agency"
    LAW_FIRM = "law_firm"
    DEBT_RELIEF_SELLER = "debt_relief_seller"
    IMPOSTOR = "impostor"
    DELIVERY = "delivery"
    PERSONAL = "personal"
    GOVERNMENT = "government"
    MARKETING = "marketing"
    UNKNOWN = "unknown"


FINANCIAL = frozenset({Category.BANK, Category.LENDER_PLATFORM, Category.COLLECTION_AGENCY, Category.LAW_FIRM})


class Tactic(StrEnum):
    """Pressure or persuasion about a payment, used by this caller."""

    RECIPROCITY = "reciprocity"
    LOW_BALL = "low_ball"
    HIGH_BALL = "high_ball"
    CONSEQUENCE_PRESSURE = "consequence_pressure"
    DEADLINE_PRESSURE = "deadline_pressure"
    EMPATHY_OPENING = "empathy_opening"
    THIRD_PARTY_CONTACT = "third_party_contact"
    HOME_VISIT = "home_visit"


class RedFlag(StrEnum):
    """Something that a genuine caller would hardly do."""

    ASKS_VERIFICATION_CODE = "asks_verification_code"
    ASKS_TRANSFER_PERSONAL_ACCOUNT = "asks_transfer_personal_account"
    CLAIMS_AUTHORITY = "claims_authority"
    THREATENS_ARREST = "threatens_arrest"
    ABUSIVE_LANGUAGE = "abusive_language"
    DISCLOSES_TO_THIRD_PARTY = "discloses_to_third_party"
    REFUSES_IDENTITY = "refuses_identity"
    UPFRONT_FEE = "upfront_fee"


class Sign(StrEnum):
    """What the guidance needs to know beyond tactics and red flags (its R09, R12, R14, R17 to R24 and T-codes)."""

    THREAT_OF_HARM = "threat_of_harm"
    INSTALLS_APP = "installs_app"
    SECRECY = "secrecy"
    PAPERS_BY_MESSAGE = "papers_by_message"
    INFLATED_CONSEQUENCE = "inflated_consequence"
    BORROW_TO_REPAY = "borrow_to_repay"
    POSES_AS_LENDER = "poses_as_lender"
    POLICY_BAIT = "policy_bait"
    PRIVATE_CHANNEL = "private_channel"
    CHASES_NON_DEBTOR = "chases_non_debtor"
    ROUTINE_REMINDER = "routine_reminder"
    DEBT_BOUGHT = "debt_bought"
    MEDIATION = "mediation"


class NumberCheck(StrEnum):
    """How a number compares with the published numbers of the claimed organisation; never a verdict."""

    MATCHES = "number_matches"
    DIFFERS = "number_differs"
    UNKNOWN = "number_unknown"


class Consent(StrEnum):
    UNASKED = "unasked"
    RECORDING = "recording"
    NOTES = "notes"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Disposition(StrEnum):
    """How the call ended."""

    STATED = "stated"
    MESSAGE_TAKEN = "message_taken"
    CONSENT_REFUSED = "consent_refused"
    UNIDENTIFIED = "unidentified"
    ABANDONED = "abandoned"
    BLOCKED = "blocked"
    BUSY = "busy"


class Treatment(StrEnum):
    """What the subscriber wants for a contact: straight to a message, logged without a text, or closed."""

    ALLOW = "allow"
    MUTE = "mute"
    BLOCK = "block"


class Held(StrEnum):
    """What is kept of a call: a recording that stands, the words alone, or only the fact of the call."""

    RECORDING = "recording"
    WORDS = "words"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open range of code points in the caller's original words of one turn (index into the turns given)."""

    turn: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Organisation:
    """One row of the gazetteer; hotlines are published numbers as dialled, empty when none is known."""

    id: str
    name_zh: str
    name_en: str
    aliases: tuple[str, ...]
    category: str
    country: str
    hotlines: tuple[str, ...]
    confidence: str

    def name(self, language: Language) -> str:
        """The name to show, without what the gazetteer adds in brackets; the other language's where one is missing."""
        first, second = (self.name_en, self.name_zh) if language is Language.EN else (self.name_zh, self.name_en)
        return (first or second).partition("(")[0].partition("（")[0].strip()


@dataclass(frozen=True, slots=True)
class Claim:
    """Who a caller says it is, or says it acts for: a gazetteer organisation, or a name as spoken."""

    spoken: str
    organisation: Organisation | None = None
    spans: tuple[Span, ...] = ()

    @property
    def key(self) -> str:
        """The gazetteer id, or the name as spoken: the same claim gives the same key."""
        return self.organisation.id if self.organisation else self.spoken


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing noticed, with the words that show it. `value` is a Tactic, RedFlag or Sign, or a detail's text."""

    value: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Live:
    """What the dialogue needs at once to choose its next question."""

    category: Category = Category.UNKNOWN
    organisation: Claim | None = None
    on_behalf_of: Claim | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """Everything noticed in a whole call. Claims stay claims; a number check is never a verdict."""

    category: Category = Category.UNKNOWN
    category_spans: tuple[Span, ...] = ()
    organisation: Claim | None = None
    on_behalf_of: Claim | None = None
    tactics: tuple[Finding, ...] = ()
    red_flags: tuple[Finding, ...] = ()
    signs: tuple[Finding, ...] = ()
    agent_name: Finding | None = None
    staff_id: Finding | None = None
    callback_number: Finding | None = None
    amount: Decimal | None = None
    amount_spans: tuple[Span, ...] = field(default=())
    caller_check: NumberCheck = NumberCheck.UNKNOWN
    callback_check: NumberCheck = NumberCheck.UNKNOWN
