"""Which steps a text carries, and in which words: quiet ones where a country's filters ask for it."""

from screener.guidance import Role, Step
from screener.model import Language
from screener.policy import policies
from screener.summary.told import Style, Told


def emergencies(told: Told) -> list[Step]:
    """Steps that stand before everything else, as a warning."""
    return [step for step in told.advice.steps if step.role is Role.EMERGENCY]


def step_words(told: Told, step: Step, style: Style, language: Language) -> str:
    """Full words only in the full style, and only where texts may name what they are about."""
    outright = style is Style.FULL and not policies()[told.jurisdiction].neutral
    return (step.words if outright else step.quiet).text(language)


def step_texts(told: Told, style: Style, language: Language, verify: str) -> list[str]:
    """The steps in order; `verify` names a published number and takes the place of the step to ring one."""
    ordinary = [step for step in told.advice.steps if step.role is not Role.EMERGENCY or told.suspect]
    texts = (
        verify if verify and step.role is Role.VERIFY else step_words(told, step, style, language) for step in ordinary
    )
    return list(dict.fromkeys(texts))


def has(told: Told, role: Role) -> bool:
    return any(step.role is role for step in told.advice.steps)
