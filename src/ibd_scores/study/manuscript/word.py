"""The tables as a Word file: one on a page, three horizontal rules, footnotes below."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from ibd_scores.study import office
from ibd_scores.study.hidden import cut, without_hidden
from ibd_scores.study.manuscript.tables import SIMULATED, Table, Tables

FONT, CHINESE = "Times New Roman", "SimSun"
SHORT, LONG, MARGIN = Mm(210), Mm(297), Mm(22)  # A4
PORTRAIT, LANDSCAPE = 112, 190  # signs that a line of a table has room for
MOST = 1000  # signs of a cell, of which a page has room for a few
WIDEST, LONGEST_WORD = 50, 18  # what a column asks for, and what it cannot do without
NARROW = 24  # the widest column that is centered
NONE_LEFT = "Tables without a row in this cohort"


def document(tables: Tables, name: str) -> bytes:
    """Set tables as a Word file; the same tables give the same bytes."""
    word = Document()
    _prepare(word, name)
    for place, table in enumerate(tables.printed):
        section = word.sections[0] if not place else word.add_section(WD_SECTION.NEW_PAGE)
        wide = sum(_asked(table)) > PORTRAIT
        _turn(section, wide=wide)
        _set(word, table, wide=wide)
    if tables.left:
        section = word.add_section(WD_SECTION.NEW_PAGE) if tables.printed else word.sections[0]
        _turn(section, wide=False)
        _caption(word, "", NONE_LEFT)
        for left in tables.left:
            _paragraph(word, f"{left.title}: {left.why}", 9)
        if tables.simulated:
            _paragraph(word, SIMULATED, 9)
    saved = io.BytesIO()
    word.save(saved)
    return office.repacked(saved.getvalue())


def _prepare(word: DocumentType, name: str) -> None:
    kept = word.core_properties
    kept.title = cut(without_hidden(f"Tables: {name}"), 200)
    kept.author = kept.last_modified_by = kept.comments = ""
    kept.created = kept.modified = datetime(*office.FIXED)
    kept.revision = 1
    normal = word.styles["Normal"]
    normal.font.name, normal.font.size = FONT, Pt(10)
    fonts = normal.element.rPr.rFonts
    fonts.set(qn("w:cs"), FONT)
    fonts.set(qn("w:eastAsia"), CHINESE)  # for signs that the font does not have
    normal.paragraph_format.space_after = Pt(0)


def _turn(section: Section, *, wide: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (LONG, SHORT) if wide else (SHORT, LONG)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN


def _set(word: DocumentType, table: Table, *, wide: bool) -> None:
    _caption(word, table.number, table.title)
    size = 8 if wide else 9
    set_ = word.add_table(len(table.rows) + 1, len(table.head))
    set_.autofit = False
    _rule(set_._tbl.tblPr, "w:tblBorders", ("top", "bottom"), 12)
    room = (LONG if wide else SHORT) - 2 * MARGIN
    widths = _widths(table, LANDSCAPE if wide else PORTRAIT)
    widths = [round(room * width / sum(widths)) for width in widths]
    for column, width in zip(set_.columns, widths, strict=True):
        column.width = width
    before: Sequence[str] = ()
    asked = _asked(table)
    for row, texts in zip(set_.rows, (table.head, *table.rows), strict=True):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        top = texts is table.head
        if top:
            properties.append(OxmlElement("w:tblHeader"))
        printed = [*_once(texts[: table.stubs - 1], before), *texts[table.stubs - 1 :]]
        before = () if top else texts
        for place, cell in enumerate(row.cells):
            cell.width = widths[place]
            centered = place >= table.stubs and asked[place] <= NARROW
            _fill(cell, printed[place], size, bold=top, centered=centered)
            if top:
                _rule(cell._tc.get_or_add_tcPr(), "w:tcBorders", ("bottom",), 6)
    for note in table.footnotes:
        _paragraph(word, note, 8)


def _caption(word: DocumentType, number: str, title: str) -> None:
    """Write number and title, where the outline of the file finds them."""
    paragraph = word.add_paragraph()
    if number:
        paragraph.add_run(f"{number}. ").bold = True
    paragraph.add_run(cut(without_hidden(title), MOST)).bold = not number
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().append(level)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.paragraph_format.space_after = Pt(4)


def _paragraph(word: DocumentType, text: str, size: int) -> None:
    paragraph = word.add_paragraph()
    paragraph.add_run(cut(without_hidden(text), 4 * MOST)).font.size = Pt(size)
    paragraph.paragraph_format.space_before = Pt(3)


def _fill(cell: _Cell, text: str, size: int, *, bold: bool, centered: bool) -> None:
    paragraph: Paragraph = cell.paragraphs[0]
    run = paragraph.add_run(cut(without_hidden(text), MOST))
    run.font.size, run.bold = Pt(size), bold
    if centered:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def _rule(parent: BaseOxmlElement, kind: str, sides: Iterable[str], eighths: int) -> None:
    """Draw lines, so many eighths of a point thick, at these sides."""
    borders = OxmlElement(kind)
    for side in sides:
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(eighths)), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    parent.insert_element_before(borders, "w:tblLayout", "w:tblLook")  # their order is fixed


def _once(labels: Sequence[str], before: Sequence[str]) -> list[str]:
    """Leave a label blank where it and those before it are as in the row above."""
    new = [*labels]
    for place in range(len(labels)):
        if before[: place + 1] != labels[: place + 1]:
            break
        new[place] = ""
    return new


def _asked(table: Table) -> list[float]:
    """Say how many signs each column would like; a heading may stand in two lines."""
    columns = zip(*(table.head, *table.rows), strict=True)
    return [2 + min(WIDEST, max(0.6 * len(head), *map(len, texts))) for head, *texts in columns]


def _widths(table: Table, room: int) -> list[float]:
    """Give each column what its longest word needs, and share out the rest by what is asked."""
    columns = zip(*(table.head, *table.rows), strict=True)
    least = [
        min(max((len(word) for text in column for word in text.split(" ")), default=1),
            LONGEST_WORD) + 2
        for column in columns
    ]  # fmt: skip
    asked = [max(pair) for pair in zip(_asked(table), least, strict=True)]
    more = sum(asked) - sum(least)
    share = max(0.0, min(1.0, (room - sum(least)) / more)) if more else 0.0
    return [low + share * (high - low) for low, high in zip(least, asked, strict=True)]
