"""The conduct clock: hours and counts of contact against dated rules; counts of calls seen here, never verdicts."""

from screener.conduct.check import check
from screener.conduct.clock import ConductFinding, Kind, Measure, Scope, Seen, limits, observe
from screener.conduct.rules import Rule, rules

__all__ = [
    "ConductFinding",
    "Kind",
    "Measure",
    "Rule",
    "Scope",
    "Seen",
    "check",
    "limits",
    "observe",
    "rules",
]
