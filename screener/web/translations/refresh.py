"""Brings the catalogues in step with the pages: `python -m screener.web.translations.refresh`; lists what is missing.

Write the missing translations into zh_Hans.po, run it again, and commit the .po and .mo files together.
"""

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from screener.traditional import traditional

FOLDER = Path(__file__).parent
PAGES = FOLDER.parent
SOURCES = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
# `later` is how the pages import lazy_gettext.
KEYWORDS = {"_": None, "gettext": None, "later": None, "ngettext": (1, 2)}
NOISE = (b"POT-Creation-Date", b"PO-Revision-Date", b"Last-Translator", b"Report-Msgid-Bugs-To", b"Language-Team")
HEADER = "# The words of the pages; see refresh.py."
QUOTES = str.maketrans("“”‘’", "「」『』")
OPTIONS = {"**/templates/**.html": {"trimmed": "true"}}


def wanted() -> Catalog:
    """Every string of the pages, with where it stands."""
    catalogue = Catalog(charset="utf-8")
    found = extract_from_dir(PAGES, SOURCES, OPTIONS, keywords=KEYWORDS)
    for file, line, words, _comments, _context in sorted(found, key=lambda one: (one[0], one[1])):
        catalogue.add(words, locations=[(Path(file).as_posix(), line)])
    return catalogue


def path(locale: str, kind: str) -> Path:
    """Where a catalogue is kept; `kind` is po or mo."""
    return FOLDER / locale / "LC_MESSAGES" / f"messages.{kind}"


def load(locale: str) -> Catalog:
    found = path(locale, "po")
    return read_po(io.BytesIO(found.read_bytes()), locale=locale) if found.exists() else Catalog(locale=locale)


def derived(hans: Catalog) -> Catalog:
    """The Traditional catalogue."""
    hant = Catalog(locale="zh_Hant", charset="utf-8")
    for message in strings(hans):
        words = message.string or ""
        turned = tuple(turn(form) for form in words) if isinstance(words, (tuple, list)) else turn(words)
        hant.add(message.id, turned, locations=message.locations)
    return hant


def turn(words: str) -> str:
    """Traditional characters and the quotation marks that go with them."""
    return traditional(words).translate(QUOTES)


def strings(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def missing(catalogue: Catalog) -> list[str]:
    """The strings that have no translation."""
    return [str(one.id) for one in strings(catalogue) if not one.string or (one.pluralizable and not one.string[0])]


def as_po(catalogue: Catalog) -> bytes:
    """The catalogue as a file, without line numbers and dates, so that it only changes when words do."""
    for message in strings(catalogue):
        message.locations = sorted({(file, 0) for file, _ in message.locations})
    catalogue.header_comment, catalogue.fuzzy, catalogue.project = HEADER, False, "screener"
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, omit_header=False, include_lineno=False, sort_output=True)
    return re.sub(rb'"(?:%s):[^\n]*\n' % b"|".join(NOISE), b"", buffer.getvalue())


def as_mo(catalogue: Catalog) -> bytes:
    # Else the time of the run would be part of the file.
    catalogue.creation_date = catalogue.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def current() -> dict[str, Catalog]:
    """The catalogues as they should be: every string of the pages, nothing that is gone."""
    hans = load("zh_Hans")
    hans.update(wanted(), no_fuzzy_matching=True)
    hans.obsolete.clear()
    return {"zh_Hans": hans, "zh_Hant": derived(hans)}


def main() -> None:
    catalogues = current()
    for locale, catalogue in catalogues.items():
        path(locale, "po").parent.mkdir(parents=True, exist_ok=True)
        path(locale, "po").write_bytes(as_po(catalogue))
        path(locale, "mo").write_bytes(as_mo(load(locale)))
    lacking = missing(catalogues["zh_Hans"])
    sys.stdout.write("".join(f"missing: {words}\n" for words in lacking))
    sys.exit(bool(lacking))


if __name__ == "__main__":
    main()
