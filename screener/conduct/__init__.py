"""The conduct clock: hours and counts of contact against dated rules; counts of calls seen here, never verdicts."""

from screener.conduct.clock import ConductFinding, Kind, Scope, Seen, observe
from screener.conduct.rules import Rule, rules

__all__ = ["ConductFinding", "Kind", "Rule", "Scope", "Seen", "observe", "rules"]
