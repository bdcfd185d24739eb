"""A letter as an editable document: Word's own form, its paper by country, its fonts for Chinese and Latin alike."""

import io
import re
from collections.abc import Iterable
from datetime import datetime

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.styles.style import ParagraphStyle
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from screener.letters import Block, Letter, Mark, Run, Shape
from screener.model import Jurisdiction, Language

A4, LETTER_PAPER = (Mm(210), Mm(297)), (Mm(215.9), Mm(279.4))
LATIN = "Times New Roman"
EAST_ASIAN = {Language.ZH_HANS: "SimSun", Language.ZH_HANT: "PMingLiU", Language.EN: "SimSun"}
HANG = Mm(8)
NOT_IN_XML = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(letter: Letter, at: datetime) -> bytes:
    """The letter as .docx. `at` is put down as the time of its making."""
    paper = Document()
    _page(paper, letter.country)
    _fonts(paper, letter)
    paper.core_properties.title = _shown(letter.subject)
    paper.core_properties.author = ""
    paper.core_properties.comments = ""
    paper.core_properties.created = paper.core_properties.modified = at.replace(tzinfo=None)
    for block in letter.blocks:
        _set(paper, block)
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()


def _page(paper: Paper, country: Jurisdiction) -> None:
    section = paper.sections[0]
    section.page_width, section.page_height = LETTER_PAPER if country is Jurisdiction.US else A4
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(25)


def _fonts(paper: Paper, letter: Letter) -> None:
    """Latin and East Asian fonts, and the language for spelling, in the style that all others follow."""
    normal = paper.styles["Normal"]
    assert isinstance(normal, ParagraphStyle)
    normal.font.name, normal.font.size = LATIN, Pt(11)
    normal.paragraph_format.space_after = Pt(6)
    properties = normal.element.get_or_add_rPr()
    fonts = properties.get_or_add_rFonts()
    for name in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(name), None)
    fonts.set(qn("w:eastAsia"), EAST_ASIAN[letter.language])
    spelling = OxmlElement("w:lang")
    traditional = "zh-TW" if letter.country is Jurisdiction.TW else "zh-HK"
    spelling.set(qn("w:val"), "en-US" if letter.country is Jurisdiction.US else "en-GB")
    spelling.set(qn("w:eastAsia"), traditional if letter.language is Language.ZH_HANT else "zh-CN")
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(spelling)


def _set(paper: Paper, block: Block) -> None:
    if block.shape is Shape.TABLE:
        _table(paper, block)
        return
    paragraph = paper.add_paragraph()
    form = paragraph.paragraph_format
    runs = [Run(f"{block.label}\t"), *block.runs] if block.label else list(block.runs)
    _write(paragraph, runs, bold=block.shape in (Shape.SUBJECT, Shape.HEADING))
    if block.label:
        form.left_indent, form.first_line_indent = HANG, -HANG
        form.tab_stops.add_tab_stop(HANG)
    if block.shape in (Shape.FROM, Shape.DATE):
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if block.shape in (Shape.FROM, Shape.TO):
        form.space_after = Pt(0)
    if block.shape is Shape.QUOTE:
        form.left_indent = Mm(10)
    if block.shape in (Shape.SUBJECT, Shape.HEADING, Shape.DATE):
        form.space_before = Pt(12)
    if block.shape is Shape.HEADING:
        form.keep_with_next = True
    if block.shape is Shape.SIGN:
        form.space_before = Pt(30)


def _table(paper: Paper, block: Block) -> None:
    table = paper.add_table(rows=0, cols=len(block.rows[0]), style="Table Grid")
    for number, row in enumerate(block.rows):
        cells = table.add_row().cells
        for cell, runs in zip(cells, row, strict=True):
            _cell(cell, runs, bold=number == 0 or number in block.strong)
        if not block.strong:
            continue
        cells[-1].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


def _cell(cell: _Cell, runs: Iterable[Run], *, bold: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    _write(paragraph, runs, bold=bold)


def _write(paragraph: Paragraph, runs: Iterable[Run], *, bold: bool = False) -> None:
    """Runs with their lines; what is still to be filled in is marked."""
    for run in runs:
        written = paragraph.add_run(_shown(run.text))
        written.bold = bold or None
        if run.mark is Mark.BLANK:
            written.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _shown(text: str) -> str:
    """Without characters that XML cannot hold; a caller's words may have any."""
    return NOT_IN_XML.sub("", text)
