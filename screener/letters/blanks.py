"""What only the subscriber knows: the blanks of a letter, how each is read, and what is wrong with what was typed."""

import functools
import json
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from screener.letters.kinds import LetterKind, text_of
from screener.model import Jurisdiction, Language
from screener.sheets import Line, sheet

COLUMNS = ("id", "type", "most", "own", "zh", "en", "zh_help", "en_help")
TYPES = frozenset({"line", "text", "date", "past", "amount", "count", "last4", "yes", "rows", "choice"})
MOST_AMOUNT = Decimal("999999999.99")
LABEL_LENGTH = 60
CENTURY = range(2000, 2100)
Row = tuple[str, str]  # a label and an amount, as typed


class Problem(StrEnum):
    """What is wrong with what was typed."""

    NO_DATE = "no_date"
    NOT_YET = "not_yet"  # a day on which something happened, and that has not come
    NO_AMOUNT = "no_amount"
    NO_ROW = "no_row"  # of a table: a name without an amount, or the other way round
    NO_COUNT = "no_count"
    NOT_FOUR_DIGITS = "not_four_digits"
    TOO_LONG = "too_long"
    NEEDED = "needed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Blank:
    """One thing to fill in. `most`: characters, months or rows; `own`: the same in every letter of this subscriber."""

    id: str
    type: str
    choices: tuple[str, ...]
    most: int
    own: bool
    line: Line

    def label(self, language: Language, country: Jurisdiction = Jurisdiction.HK) -> str:
        return text_of(self.line, "", language, country)

    def help(self, language: Language) -> str:
        return text_of(self.line, "_help", language)


@dataclass(frozen=True, slots=True)
class Typed:
    """What the subscriber typed, as typed: texts by the id of their blank, and the rows of the budget."""

    texts: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)

    def has(self, blank: str) -> bool:
        return bool(self.texts.get(blank) or self.rows.get(blank))

    def only(self, kind: LetterKind) -> "Typed":
        """What belongs to a kind's own blanks."""
        texts = {name: text for name, text in self.texts.items() if name in kind.blanks}
        return Typed(texts, {name: rows for name, rows in self.rows.items() if name in kind.blanks})


@functools.cache
def blanks() -> dict[str, Blank]:
    return {line["id"]: _blank(line) for line in sheet("letters/blanks", COLUMNS)}


def _blank(line: Line) -> Blank:
    kind, _, choices = line["type"].partition(":")
    return Blank(line["id"], kind, tuple(choices.split()), int(line["most"]), line["own"] == "yes", line)


def amount(text: str) -> Decimal | None:
    """A sum as people type it, `1,200.50` or `１２００元`; None when it is none, negative or finer than a cent."""
    plain = unicodedata.normalize("NFKC", text).strip().removesuffix("元").replace(",", "").replace(" ", "")
    if not plain or not set(plain) <= set("0123456789."):
        return None
    try:
        found = Decimal(plain)
        exact = found.quantize(Decimal("0.01"))
    except InvalidOperation:  # too many points, or digits
        return None
    return exact if exact == found and found <= MOST_AMOUNT else None


def count(text: str, most: int) -> int | None:
    """A whole number from 1 to `most`."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 6 and 1 <= int(plain) <= most else None


def day(text: str) -> date | None:
    """A date as a browser sends it, of this century: what is due is counted from it."""
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return found if found and found.year in CENTURY else None


def wrong_day(text: str, today: date) -> Problem | None:
    """What is wrong with the day of something that has happened, as typed."""
    found = day(text)
    if found is None:
        return Problem.NO_DATE
    return Problem.NOT_YET if found > today else None


def read(kind: LetterKind, get: Callable[[str], list[str]], today: date) -> tuple[Typed, dict[str, Problem]]:
    """What a form says, by the id of each blank, and what is wrong with it; nothing that was typed is lost.

    `get` gives every value of a field; the rows of a budget come as `<blank>_label` and `<blank>_amount`. `today` is
    the subscriber's.
    """
    texts: dict[str, str] = {}
    rows: dict[str, tuple[Row, ...]] = {}
    problems: dict[str, Problem] = {}
    for name in kind.blanks:
        blank = blanks()[name]
        if blank.type == "rows":
            rows[name] = _rows(get, name)
            wrong = _wrong_rows(blank, rows[name])
        else:
            texts[name] = clean(next(iter(get(name)), ""), many_lines=blank.type == "text")
            wrong = _wrong(blank, texts[name], today)
        if wrong:
            problems[name] = wrong
    return Typed({name: text for name, text in texts.items() if text}, rows), problems


def clean(text: str, *, many_lines: bool = False) -> str:
    """Typed text without characters that cannot be seen, which a document could not hold; a text keeps its lines."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    seen = ["".join(one for one in line.replace("\t", " ") if unicodedata.category(one)[0] != "C") for line in lines]
    return "\n".join(seen).strip() if many_lines else " ".join(" ".join(seen).split())


def _rows(get: Callable[[str], list[str]], name: str) -> tuple[Row, ...]:
    pairs = zip(get(f"{name}_label"), get(f"{name}_amount"), strict=False)
    typed = ((clean(label), clean(sum_)) for label, sum_ in pairs)
    return tuple(pair for pair in typed if any(pair))


def _wrong_rows(blank: Blank, rows: tuple[Row, ...]) -> Problem | None:
    if len(rows) > blank.most or any(len(label) > LABEL_LENGTH for label, _ in rows):
        return Problem.TOO_LONG
    return Problem.NO_ROW if any(amount(sum_) is None or not label for label, sum_ in rows) else None


def _wrong(blank: Blank, text: str, today: date) -> Problem | None:
    """What is wrong with one text. An empty one is not wrong but a blank, save where the letter rests on it."""
    if not text:
        return Problem.NEEDED if blank.id in NEEDED else None
    if blank.type == "past":
        return wrong_day(text, today)
    checks: dict[str, tuple[bool, Problem]] = {
        "date": (day(text) is not None, Problem.NO_DATE),
        "amount": (bool(amount(text)), Problem.NO_AMOUNT),
        "count": (count(text, blank.most) is not None, Problem.NO_COUNT),
        "last4": (len(text) == 4 and text.isascii() and text.isdigit(), Problem.NOT_FOUR_DIGITS),
        "choice": (text in blank.choices, Problem.UNKNOWN),
        "yes": (text == "yes", Problem.UNKNOWN),
    }
    fine, problem = checks.get(blank.type, (len(text) <= blank.most, Problem.TOO_LONG))
    return None if fine else problem


NEEDED = frozenset({"credit_card"})  # without it the letter is of the wrong kind


def to_json(typed: Typed) -> str:
    return json.dumps({"texts": dict(typed.texts), "rows": dict(typed.rows)}, ensure_ascii=False)


def from_json(stored: str) -> Typed:
    found = json.loads(stored)
    rows = {name: tuple((label, sum_) for label, sum_ in lines) for name, lines in found["rows"].items()}
    return Typed(found["texts"], rows)
