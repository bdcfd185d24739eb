"""Contacts from a file that a phone or a mail program exports: vCard, or CSV with a number in any column."""

import csv
import io
from collections.abc import Iterator

import vobject
from flask_babel import gettext

from screener.model import Jurisdiction
from screener.numbers import e164

MOST = 2000  # contacts in one file
LABEL_LENGTH = 60


class ImportProblem(ValueError):
    """The file holds no contacts that can be read; the message says what to do."""


def read_contacts(file: bytes, jurisdiction: Jurisdiction) -> dict[str, str]:
    """Names by E.164 number. Numbers without a country code are read as the subscriber's own country's."""
    text = file.decode("utf-8-sig", errors="replace")
    rows = from_vcard(text) if "BEGIN:VCARD" in text.upper() else from_csv(text)
    found: dict[str, str] = {}
    try:
        for label, numbers in rows:
            for number in numbers:
                found.setdefault(number_of(number, jurisdiction), label.strip()[:LABEL_LENGTH])
            if len(found) > MOST:
                raise ImportProblem(gettext("That are too many contacts; choose those who matter."))
    except (vobject.base.VObjectError, csv.Error) as problem:
        raise ImportProblem(gettext("This file could not be read. Export it as vCard (.vcf) or CSV.")) from problem
    found.pop("", None)
    if not found:
        raise ImportProblem(gettext("No phone numbers were found in this file."))
    return found


def number_of(text: str, jurisdiction: Jurisdiction) -> str:
    """E.164, or nothing for what is no number."""
    if sum(character.isdigit() for character in text) < 5:
        return ""
    try:
        return e164(text, jurisdiction.value)
    except ValueError:
        return ""


def from_vcard(text: str) -> Iterator[tuple[str, list[str]]]:
    for card in vobject.readComponents(text, ignoreUnreadable=True):
        name = str(card.fn.value) if hasattr(card, "fn") else ""
        yield name, [str(one.value) for one in card.contents.get("tel", [])]


def from_csv(text: str) -> Iterator[tuple[str, list[str]]]:
    """In each row every cell that is a number counts; the first cell with letters names them."""
    for row in csv.reader(io.StringIO(text, newline="")):
        cells = [cell.strip() for cell in row]
        name = next((cell for cell in cells if any(character.isalpha() for character in cell)), "")
        yield name, [cell for cell in cells if cell and not any(character.isalpha() for character in cell)]
