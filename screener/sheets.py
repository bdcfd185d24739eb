"""Sheets: the CSV files under seeds/, read row by row so that an error can name file and line."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from screener.seeds import seeds


class SheetError(ValueError):
    """A sheet that cannot be used as it stands; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet, and where it stands."""

    file: str
    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]

    def words(self, column: str) -> tuple[str, ...]:
        """The cell's ids, separated by spaces."""
        return tuple(self.cells[column].split())

    def problem(self, text: str) -> str:
        return f"{self.file}, line {self.number}: {text}"


def sheet(name: str, columns: tuple[str, ...]) -> tuple[Line, ...]:
    """Every row of a sheet such as `guidance/steps`, in order. SheetError when a column is missing, a row ragged."""
    return tuple(_read(seeds() / f"{name}.csv", columns))


def _read(path: Path, columns: tuple[str, ...]) -> Iterator[Line]:
    name = f"seeds/{path.relative_to(seeds()).as_posix()}"
    with path.open(encoding="utf-8-sig", newline="") as sheet:
        reader = csv.DictReader(sheet)
        missing = [column for column in columns if column not in (reader.fieldnames or ())]
        if missing:
            raise SheetError(f"{name}, line 1: missing column {', '.join(missing)}")
        for row in reader:
            line = Line(name, reader.line_num, {key: value or "" for key, value in row.items() if key})
            if None in row or None in row.values():
                raise SheetError(line.problem("too many or too few cells; a comma inside a text needs quotes"))
            yield Line(line.file, line.number, {key: cell.strip() for key, cell in line.cells.items()})
