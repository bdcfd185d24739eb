"""Fills the holes of a letter's texts: with what was typed, with a rule's citation, or with a clear mark to fill in."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from screener.conduct import rules
from screener.letters.blanks import Typed, amount, blanks, day
from screener.letters.blocks import Cell, Mark, Run
from screener.letters.budget import CURRENCIES, money
from screener.letters.dates import day_text, time_text
from screener.letters.facts import CallFacts, File
from screener.letters.kinds import LetterKind, text_of
from screener.letters.parts import HOLE, word
from screener.model import Jurisdiction, Language
from screener.sheets import Line

RULE = "rule:"


@dataclass(frozen=True, slots=True)
class Writing:
    """What a letter is written from. `zone` is the subscriber's; `files` belong to the letter itself."""

    kind: LetterKind
    country: Jurisdiction
    language: Language
    zone: ZoneInfo
    typed: Typed
    calls: tuple[CallFacts, ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes in the language of one letter."""

    of: Writing

    def text_of(self, line: Line) -> str:
        """A sheet's text in the language of the letter."""
        return text_of(line, "", self.of.language, self.of.country)

    def word(self, name: str) -> str:
        return word(name, self.of.language, self.of.country)

    def ours(self, name: str, /, **values: str) -> Cell:
        """A small text of ours, its holes filled from calls."""
        return self._filled(self.word(name), values, Mark.CALL)

    def typed(self, name: str, /, **values: str) -> Cell:
        """A small text of ours, its holes filled with what was typed."""
        return self._filled(self.word(name), values, Mark.TYPED)

    def fill(self, template: str) -> Cell:
        """A part's text with every hole filled, or marked where nothing was typed."""
        return self._filled(template, {}, Mark.TYPED)

    def _filled(self, template: str, values: dict[str, str], mark: Mark) -> Cell:
        runs, last = [], 0
        for hole in HOLE.finditer(template):
            runs += [Run(template[last : hole.start()])]
            name = hole[1]
            runs += [Run(values[name], mark)] if name in values else self._hole(name)
            last = hole.end()
        return tuple(run for run in [*runs, Run(template[last:])] if run.text)

    def _hole(self, name: str) -> list[Run]:
        if name.startswith(RULE):
            return [Run(rules()[name.removeprefix(RULE)].citation(self.of.language))]
        if name == "zone":
            return [Run(str(self.of.zone))]
        if name == "currency":
            return [Run(self.currency)]
        return [self.blank(name)]

    def blank(self, name: str) -> Run:
        """What was typed into a blank, as the letter writes it; or the mark that something is to be filled in."""
        blank, typed = blanks()[name], self.of.typed.texts.get(name, "")
        ticked = {"choice": blank.choices, "yes": ("yes",)}.get(blank.type)
        if not typed or (ticked and typed not in ticked):
            return self.open(blank.label(self.of.language, self.of.country))
        return Run(self._written(blank.type, typed), Mark.TYPED)

    def open(self, what: str) -> Run:
        """A place that is still to be filled in."""
        text = self.word("fill_in").replace("{what}", what)
        left, right = "[]" if self.of.language is Language.EN else "【】"
        return Run(f"{left}{text}{right}", Mark.BLANK)

    def _written(self, kind: str, typed: str) -> str:
        if kind in ("date", "past") and (on := day(typed)):
            return day_text(on, self.of.language)
        if kind == "amount" and (sum_ := amount(typed)) is not None:
            return f"{self.currency} {money(sum_)}"
        return self.word(typed) if kind in ("choice", "yes") else typed

    @property
    def currency(self) -> str:
        return CURRENCIES[self.of.country]

    def moment(self, call: CallFacts) -> str:
        """When a call came, in the subscriber's zone."""
        return time_text(call.at.astimezone(self.of.zone), self.of.language)

    def joined(self, cells: list[Cell]) -> Cell:
        """Cells one after the other, with the language's semicolon between them."""
        between = Run("; " if self.of.language is Language.EN else "；")
        runs: list[Run] = []
        for cell in cells:
            runs += [between, *cell] if runs else cell
        return tuple(runs)
