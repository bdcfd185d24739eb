"""The gazetteer: bodies that callers claim to be, their numbers, from seeds/organisations.csv."""

import csv
import functools
from collections.abc import Mapping
from types import MappingProxyType

from screener.model import Jurisdiction, Language, Organisation
from screener.seeds import seeds

_COLUMNS = (
    "id",
    "name_zh",
    "name_en",
    "aliases",
    "category",
    "country",
    "hotlines",
    "confidence",
    "provenance",
)


class GazetteerError(ValueError):
    """A row that cannot be used; the message names the file and the line."""


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def _organisation(row: Mapping[str, str | None]) -> Organisation:
    """One row, checked. ValueError says what is wrong with it."""
    if None in row.values() or set(row) != set(_COLUMNS):
        raise ValueError(f"a row has exactly these columns: {', '.join(_COLUMNS)}")
    cells = {name: (cell or "").strip() for name, cell in row.items()}
    if not cells["id"] or not (cells["name_zh"] or cells["name_en"]):
        raise ValueError("an organisation needs an id and a name")
    if cells["country"] not in set(Jurisdiction):
        raise ValueError(f"country {cells['country']!r} is not one of {', '.join(Jurisdiction)}")
    hotlines = _parts(cells["hotlines"])
    for number in hotlines:
        if not number.removeprefix("+").isdigit():
            raise ValueError(f"hotline {number!r} is not a number as dialled")
    return Organisation(
        id=cells["id"],
        name_zh=cells["name_zh"],
        name_en=cells["name_en"],
        aliases=_parts(cells["aliases"]),
        category=cells["category"],
        country=cells["country"],
        hotlines=hotlines,
        confidence=cells["confidence"],
    )


@functools.cache
def organisations() -> Mapping[str, Organisation]:
    """Every organisation by its id. GazetteerError names the line of the first row that cannot be used."""
    path = seeds() / "organisations.csv"
    found: dict[str, Organisation] = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        for row in reader:
            try:
                organisation = _organisation(row)
                if organisation.id in found:
                    raise ValueError(f"{organisation.id} stands twice")
            except ValueError as problem:
                raise GazetteerError(f"{path}:{reader.line_num}: {problem}") from problem
            found[organisation.id] = organisation
    return MappingProxyType(found)


def name_of(key: str, language: Language) -> str:
    """A claim's name by its key: the gazetteer's, or the name as spoken, which is its own key."""
    known = organisations().get(key)
    return known.name(language) if known else key
