"""What a letter is made of before it is set on paper: blocks of runs, each marked with where its words come from."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from screener.model import Jurisdiction, Language


class Mark(StrEnum):
    """Where a run's words come from."""

    OURS = "ours"  # the seeds, or arithmetic
    CALL = "call"  # kept of a call
    TYPED = "typed"
    BLANK = "blank"  # still to be filled in


class Shape(StrEnum):
    """How a block is set."""

    FROM = "from"
    DATE = "date"
    TO = "to"
    SUBJECT = "subject"
    HEADING = "heading"
    TEXT = "text"
    ITEM = "item"  # with its label before it
    QUOTE = "quote"
    TABLE = "table"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one origin."""

    text: str
    mark: Mark = Mark.OURS


Cell = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, or a table: its first row names the columns, `strong` rows are totals, figures stand last."""

    shape: Shape
    runs: Cell = ()
    label: str = ""
    rows: tuple[tuple[Cell, ...], ...] = ()
    strong: frozenset[int] = frozenset()

    def all_runs(self) -> Iterator[Run]:
        yield from self.runs
        for row in self.rows:
            for cell in row:
                yield from cell

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole letter in one language."""

    language: Language
    country: Jurisdiction
    blocks: tuple[Block, ...]

    @property
    def subject(self) -> str:
        return next((block.text for block in self.blocks if block.shape is Shape.SUBJECT), "")

    def runs(self) -> Iterator[Run]:
        for block in self.blocks:
            yield from block.all_runs()

    @property
    def open_blanks(self) -> int:
        """How many places are still to be filled in."""
        return sum(run.mark is Mark.BLANK for run in self.runs())
