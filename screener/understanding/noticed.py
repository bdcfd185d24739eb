"""What the lists find in a call, before the learned table is asked."""

from dataclasses import dataclass

from screener.model import Category
from screener.understanding.category import Evidence, decide
from screener.understanding.claims import Claims
from screener.understanding.cues import Hit
from screener.understanding.hearing import Hearing


@dataclass(frozen=True, slots=True)
class Noticed:
    """The hits of each list, the category they speak for, and what kind of body the caller names as its own."""

    callers: list[Hit]
    flags: list[Hit]
    pressure: list[Hit]
    signs: list[Hit]
    category: Category
    kind: str

    def marks(self) -> frozenset[str]:
        """All of it as features of the call, none of which a caller's own words can be."""
        lists = {"h": self.callers, "f": self.flags, "t": self.pressure, "s": self.signs}
        found = {f"!{list_}={hit.label}" for list_, hits in lists.items() for hit in hits}
        return frozenset({*found, f"!c={self.category}", f"!k={self.kind}"})


def notice(hearing: Hearing, said: Claims) -> Noticed:
    """Looks a call up in every list."""
    callers, flags, pressure, signs = hearing.find("callers", "red_flags", "tactics", "signs")
    evidence = Evidence(callers, {hit.label for hit in flags}, said, {hit.label for hit in pressure})
    kind = evidence.kind or ("free" if evidence.own else "none")
    return Noticed(callers, flags, pressure, signs, decide(evidence), kind)
