"""What a text is made from, and what it comes to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from screener.guidance import Advice
from screener.model import Category, Consent, Disposition, Held, Jurisdiction, Understanding
from screener.numbers import Caller
from screener.segments import CostClass, Encoding


class Style(StrEnum):
    """Default may lie on a lock screen; discreet says only that there was a call; full is asked for."""

    DEFAULT = "default"
    DISCREET = "discreet"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Told:
    """One call, or a burst of them from one caller. `at` is aware, in the subscriber's zone; `words` are the
    caller's own, untrusted; `reference` such as A7K2; `keyed` is the category chosen on the keypad."""

    understanding: Understanding
    caller: Caller
    at: datetime
    consent: Consent
    disposition: Disposition
    held: Held
    advice: Advice
    reference: str
    jurisdiction: Jurisdiction
    words: str = ""
    keyed: Category | None = None
    burst: int = 1

    @property
    def category(self) -> Category:
        """What was understood, else what was keyed."""
        known = self.understanding.category
        return self.keyed or known if known is Category.UNKNOWN else known

    @property
    def by_key(self) -> bool:
        """Whether the category was only keyed, and nothing claimed in words."""
        known = self.understanding
        return self.keyed is self.category and known.organisation is None and not known.category_spans

    @property
    def suspect(self) -> bool:
        """An impostor's pattern, or a row of the guidance that says stop; nobody is suspect who was asked nothing."""
        if self.busy:
            return False
        stopped = self.advice.stop and not self.advice.emergency
        return self.category is Category.IMPOSTOR or (stopped and self.category is not Category.DEBT_RELIEF_SELLER)

    @property
    def busy(self) -> bool:
        """Turned away before anything was asked."""
        return self.disposition is Disposition.BUSY

    @property
    def wordless(self) -> bool:
        """Hung up without a word to go by."""
        silent = not self.words.strip() and self.understanding == Understanding()
        return silent and self.keyed is None and self.disposition is Disposition.ABANDONED


@dataclass(frozen=True, slots=True)
class Text:
    body: str
    encoding: Encoding
    segments: int
    cost_class: CostClass
