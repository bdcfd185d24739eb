"""The rules on contact: their name, date and force, from seeds/conduct/."""

import functools
from dataclasses import dataclass

from screener.model import Jurisdiction, Language
from screener.sheets import Line, sheet
from screener.traditional import traditional

FORCES = ("id", "zh", "en")
COLUMNS = (
    "id",
    "country",
    "name_zh",
    "name_en",
    "date",
    "force",
    "certainty",
    "applies_to",
    "rule",
    "source",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated rule. `certain` is False when any part of it rests on memory; it is then shown as unchecked."""

    id: str
    country: str
    name_zh: str
    name_en: str
    date: str
    force_zh: str
    force_en: str
    certain: bool
    applies_to: str
    says: str
    line: Line

    def citation(self, language: Language) -> str:
        """Name, date and force: `Reg F, 12 CFR 1006.14(b)(2), 2021-11-30 (law, presumption)`."""
        if language is Language.EN:
            doubt = "" if self.certain else ", to be checked"
            return f"{self._named(self.name_en, ', ')} ({self.force_en}{doubt})"
        doubt = "" if self.certain else "，待核"
        text = f"{self._named(self.name_zh, '，')}（{self.force_zh}{doubt}）"
        return text if language is Language.ZH_HANS else traditional(text, Jurisdiction.HK)

    def _named(self, name: str, comma: str) -> str:
        return f"{name}{comma}{self.date}" if self.date else name


@functools.cache
def rules() -> dict[str, Rule]:
    """Every rule by its id."""
    forces = {line["id"]: line for line in sheet("conduct/forces", FORCES)}
    return {line["id"]: _rule(line, forces) for line in rule_lines()}


@functools.cache
def rule_lines() -> tuple[Line, ...]:
    return sheet("conduct/rules", COLUMNS)


def _rule(line: Line, forces: dict[str, Line]) -> Rule:
    force = forces[line["force"]]
    return Rule(
        id=line["id"],
        country=line["country"],
        name_zh=line["name_zh"],
        name_en=line["name_en"],
        date=line["date"],
        force_zh=force["zh"],
        force_en=force["en"],
        certain=line["certainty"] == "sourced",
        applies_to=line["applies_to"],
        says=line["rule"],
        line=line,
    )
