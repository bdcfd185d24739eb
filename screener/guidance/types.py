"""What the guidance takes and gives: a case, and the advice with its reasons and sources."""

from dataclasses import dataclass
from enum import StrEnum

from screener.conduct import ConductFinding, Rule
from screener.model import Held, Jurisdiction, Language, Understanding
from screener.traditional import traditional


class Situation(StrEnum):
    """What the subscriber has told us about themselves or about the matter."""

    ILLNESS = "illness"
    JOB_LOSS = "job_loss"
    AGE = "age"
    NOT_RECOGNISED = "not_recognised"
    ALREADY_PAID = "already_paid"
    OLD_DEBT = "old_debt"
    COMPLAINT_OPEN = "complaint_open"


class Role(StrEnum):
    """What a step is for. The first three follow the subscriber's country, the next two the lender's."""

    EMERGENCY = "emergency"
    FRAUD_LINE = "fraud_line"
    FREE_HELP = "free_help"
    COMPLAINT = "complaint"
    CONDUCT = "conduct"
    LEAD = "lead"
    VERIFY = "verify"
    KEEP = "keep"
    PLAIN = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One call as the guidance sees it. `repeat`: the same number or claimed organisation within 30 days."""

    jurisdiction: Jurisdiction
    understanding: Understanding
    held: Held
    repeat: bool = False
    conduct: tuple[ConductFinding, ...] = ()
    situation: frozenset[Situation] = frozenset()


@dataclass(frozen=True, slots=True)
class Words:
    """A text in every language; Traditional is derived. `quiet` names no debt and may lie on a lock screen."""

    zh: str
    en: str

    def text(self, language: Language, jurisdiction: Jurisdiction = Jurisdiction.HK) -> str:
        if language is Language.EN:
            return self.en
        return self.zh if language is Language.ZH_HANS else traditional(self.zh, jurisdiction)


@dataclass(frozen=True, slots=True)
class Step:
    """One next step. `sources` are ids of advice.csv, codes.csv and rules.csv; `rules` those of the countries."""

    id: str
    role: Role
    words: Words
    quiet: Words
    sources: tuple[str, ...]
    rules: tuple[Rule, ...] = ()
    link: str = ""


@dataclass(frozen=True, slots=True)
class Fired:
    """One row of the decision table that applied: its reason, the findings behind it (ids such as
    `tactic:low_ball`), and what these show, in words."""

    row: str
    layer: int
    why: Words
    because: tuple[str, ...]
    shown: tuple[Words, ...] = ()


@dataclass(frozen=True, slots=True)
class Advice:
    """The rows that fired and at most five steps; `lead` stands before them in every text on a financial caller."""

    rows: tuple[Fired, ...]
    steps: tuple[Step, ...]
    lead: Step | None = None
    conduct: tuple[ConductFinding, ...] = ()

    @property
    def emergency(self) -> bool:
        return any(step.role is Role.EMERGENCY for step in self.steps)

    @property
    def stop(self) -> bool:
        """A row of the first layer fired: fraud or a threat of harm."""
        return any(fired.layer == 0 for fired in self.rows)
