"""Findings and history into next steps, each with its source; the data stands in seeds/guidance/."""

from screener.guidance.advise import advise, lender_country
from screener.guidance.check import check
from screener.guidance.explain import explain, source_words
from screener.guidance.types import Advice, Case, Fired, Role, Situation, Step, Words

__all__ = [
    "Advice",
    "Case",
    "Fired",
    "Role",
    "Situation",
    "Step",
    "Words",
    "advise",
    "check",
    "explain",
    "lender_country",
    "source_words",
]
