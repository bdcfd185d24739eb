"""The document that leaves the house: opened again it is whole, its fonts, paper and marks as they should be."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from docx import Document
from docx.enum.text import WD_COLOR_INDEX
from docx.oxml.ns import qn
from docx.shared import Mm
from hypothesis import example, given, settings
from hypothesis import strategies as st

from screener.documents import document
from screener.letters import Mark, Typed, Writing, blanks, kinds, read, write
from screener.model import Jurisdiction, Language
from tests.test_letters import CALL, FULL, letter, text_of

AT = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def opened(made):
    """The document of a letter, opened again."""
    return Document(io.BytesIO(document(made, AT)))


@pytest.mark.parametrize("kind", ["complaint_lender", "instalment_plan"])
def test_the_document_says_what_the_letter_says(kind):
    """Opened again, every line of the letter is there, in order, tables included."""
    made = letter(kind, Jurisdiction.CN, Language.ZH_HANS)
    paper = opened(made)
    lines = [one.text.replace("\t", " ") for one in paper.paragraphs if one.text]
    cells = [" | ".join(cell.text for cell in row.cells) for table in paper.tables for row in table.rows]
    wanted = text_of(made).splitlines()
    assert lines == [line for line in wanted if line not in cells]
    assert [line for line in wanted if line in cells] == cells
    assert bool(cells) is (kind == "instalment_plan")


@pytest.mark.parametrize(
    ("country", "language", "font", "spelling", "size"),
    [
        (Jurisdiction.CN, Language.ZH_HANS, "SimSun", ("en-GB", "zh-CN"), (210, 297)),
        (Jurisdiction.TW, Language.ZH_HANT, "PMingLiU", ("en-GB", "zh-TW"), (210, 297)),
        (Jurisdiction.US, Language.EN, "SimSun", ("en-US", "zh-CN"), (215.9, 279.4)),
        (Jurisdiction.GB, Language.EN, "SimSun", ("en-GB", "zh-CN"), (210, 297)),
    ],
)
def test_fonts_and_paper_fit_the_reader(country, language, font, spelling, size):
    """Chinese has a Chinese font, no theme overrides it, the spelling's language is set; Letter paper in the US, else A4."""
    paper = opened(letter("complaint_lender", country, language))
    properties = paper.styles["Normal"].element.rPr
    assert properties.rFonts.get(qn("w:eastAsia")) == font
    assert properties.rFonts.get(qn("w:ascii")) == "Times New Roman"
    assert not [name for name in properties.rFonts.attrib if name.endswith("Theme")]
    lang = properties.find(qn("w:lang"))
    assert (lang.get(qn("w:val")), lang.get(qn("w:eastAsia"))) == spelling
    section = paper.sections[0]
    made = (section.page_width, section.page_height)
    assert all(abs(given - Mm(wanted)) < Mm(0.1) for given, wanted in zip(made, size, strict=True))


def test_open_places_are_marked():
    """Exactly what is still to be filled in is highlighted."""
    made = letter("complaint_lender", Jurisdiction.HK, Language.EN, Typed({"name": "Chan"}))
    runs = [run for one in opened(made).paragraphs for run in one.runs]
    marked = [run.text for run in runs if run.font.highlight_color == WD_COLOR_INDEX.YELLOW]
    assert marked == [run.text for run in made.runs() if run.mark is Mark.BLANK]
    assert marked


def test_the_document_tells_nothing_of_its_maker():
    """Author and comments are empty; the title is the letter's subject."""
    made = letter("itemised_statement", Jurisdiction.GB, Language.EN)
    core = opened(made).core_properties
    assert (core.author, core.comments, core.last_modified_by) == ("", "", "")
    assert core.title == made.subject
    assert core.created.replace(tzinfo=UTC) == AT


def test_any_words_can_be_set():
    """Words with characters that a document cannot hold still give one that opens."""
    said = "a\x00b\x0bc\ud800d\ufffe＝=cmd|'/c'!A1 <w:t> &amp;"
    call = replace(CALL, statements=((1, said),))
    made = letter("complaint_lender", Jurisdiction.GB, Language.EN, FULL, (call,))
    text = "\n".join(one.text for one in opened(made).paragraphs)
    assert "abcd＝=cmd|'/c'!A1 <w:t> &amp;" in text


@settings(max_examples=25)
@example({"beyond_ability": "0"}, "instalment_plan")
@given(st.dictionaries(st.sampled_from(sorted(blanks())), st.text(max_size=40)), st.sampled_from(sorted(kinds())))
def test_whatever_is_typed_gives_a_document(typed, kind):
    """Anything that comes with a form is read, written and set, and the document opens."""
    made = kinds()[kind]
    form = {name: [text] for name, text in typed.items()}
    form |= {"income_label": list(typed.values()), "income_amount": list(typed.values())}
    found, _ = read(made, lambda name: form.get(name, []), AT.date())
    country = sorted(made.countries)[0]
    opened(write(Writing(made, country, Language.ZH_HANS, ZoneInfo("Asia/Shanghai"), found)))
