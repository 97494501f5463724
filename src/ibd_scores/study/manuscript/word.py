"""The tables as a Word file: one on a page, three horizontal rules, footnotes below."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import Section
from docx.shared import Length, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from ibd_scores.study import office
from ibd_scores.study.hidden import cut, without_hidden
from ibd_scores.study.lettering import lettered
from ibd_scores.study.manuscript.tables import SIMULATED, Table, Tables
from ibd_scores.study.manuscript.widths import PADDING, asked, counted, length, numeric, shared

FONT, CHINESE = "Times New Roman", "SimSun"
SHORT, LONG, MARGIN = Mm(210), Mm(297), Mm(22)  # A4
SIZE, SMALL = 9, 8  # points
TIGHT = 1.15  # so much more than there is may be asked for: some cells take two lines
TEXT, TEXT_SMALL, FOOTNOTE = "Table Text", "Table Text Small", "Table Footnote"
CENTER, RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT
MOST = 1000  # signs of a cell, of which a page has room for a few
NONE_LEFT = "Tables without a row in this cohort"


def document(tables: Tables, name: str) -> bytes:
    """Set tables as a Word file; the same tables give the same bytes."""
    word = Document()
    _prepare(word, name)
    _foot(word, simulated=tables.simulated)
    for place, table in enumerate(tables.printed):
        section = word.sections[0] if not place else word.add_section(WD_SECTION.NEW_PAGE)
        needed = asked(table.head, lettered(table.rows, table.stubs)[0], SIZE)
        wide = sum(needed) > TIGHT * _points(SHORT - 2 * MARGIN)
        _turn(section, wide=wide)
        if not place and tables.settings:
            _paragraph(word, tables.settings)
        _set(word, table, wide=wide)
    if tables.left:
        section = word.add_section(WD_SECTION.NEW_PAGE) if tables.printed else word.sections[0]
        _turn(section, wide=False)
        _caption(word, "", NONE_LEFT)
        for left in tables.left:
            _paragraph(word, f"{left.title}: {left.why}")
    saved = io.BytesIO()
    word.save(saved)
    return office.repacked(saved.getvalue())


def _prepare(word: DocumentType, name: str) -> None:
    kept = word.core_properties
    kept.title = cut(without_hidden(f"Tables: {name}"), 200)
    kept.author = kept.last_modified_by = kept.comments = ""
    kept.language = "en-US"
    kept.created = kept.modified = datetime(*office.FIXED)
    kept.revision = 1
    for one, size, before, after in (
        ("Normal", 10, 0, 0), ("Caption", 10, 0, 4),
        (TEXT, SIZE, 0.6, 0.6), (TEXT_SMALL, SMALL, 0.6, 0.6),
        (FOOTNOTE, SMALL, 3, 0), ("Footer", SMALL, 0, 0),
    ):  # fmt: skip
        if one not in word.styles:
            word.styles.add_style(one, WD_STYLE_TYPE.PARAGRAPH)
        style = word.styles[one]
        style.font.name, style.font.size, style.font.bold = FONT, Pt(size), False
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.rPr.rFonts
        fonts.set(qn("w:cs"), FONT)
        fonts.set(qn("w:eastAsia"), CHINESE)  # for signs that the font does not have
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
        style.paragraph_format.line_spacing = 1.0
    word.styles["Caption"].paragraph_format.keep_with_next = True
    word.styles[FOOTNOTE].paragraph_format.keep_together = True


def _turn(section: Section, *, wide: bool) -> None:
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (LONG, SHORT) if wide else (SHORT, LONG)
    section.left_margin = section.right_margin = MARGIN
    section.top_margin = section.bottom_margin = MARGIN


def _set(word: DocumentType, table: Table, *, wide: bool) -> None:
    """Write caption, table and footnotes."""
    _caption(word, table.number, table.title)
    room = _points((LONG if wide else SHORT) - 2 * MARGIN)
    rows, notes = lettered(table.rows, table.stubs)
    size = SIZE if sum(asked(table.head, rows, SIZE)) <= TIGHT * room else SMALL
    widths = [Pt(width) for width in shared(table.head, rows, size, room)]
    style = word.styles[TEXT if size == SIZE else TEXT_SMALL]
    set_ = word.add_table(len(rows) + 1, len(table.head))
    set_.autofit = False
    _rule(set_._tbl.tblPr, "w:tblBorders", ("top", "bottom"), 12)
    _pad(set_._tbl.tblPr)
    for column, width in zip(set_.columns, widths, strict=True):
        column.width = width
    placed = [_placed(texts, place, table.stubs, size, width)
              for place, (texts, width) in enumerate(zip(zip(*rows, strict=True), widths,
                                                         strict=True))]  # fmt: skip
    before: Sequence[str] = ()
    for row, texts in zip(set_.rows, (table.head, *rows), strict=True):
        properties = row._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        top, last = texts is table.head, texts is rows[-1]
        if top:
            properties.append(OxmlElement("w:tblHeader"))
        printed = [*_once(texts[: table.stubs - 1], before), *texts[table.stubs - 1 :]]
        before = () if top else texts
        for place, cell in enumerate(row.cells):
            cell.width = widths[place]
            paragraph = cell.paragraphs[0]
            paragraph.style = style
            paragraph.add_run(cut(without_hidden(printed[place]), MOST)).bold = top
            paragraph.paragraph_format.keep_with_next = True if top or last else None
            alignment, indent = placed[place]
            paragraph.alignment = CENTER if top and alignment == RIGHT else alignment
            if indent and not top:
                paragraph.paragraph_format.right_indent = Pt(indent)
            if top:
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
                _rule(cell._tc.get_or_add_tcPr(), "w:tcBorders", ("bottom",), 6)
    if notes:
        paragraph = _paragraph(word, "")
        for letter, text in notes.items():
            paragraph.add_run(letter).font.superscript = True
            paragraph.add_run(f" {cut(without_hidden(text), MOST).removesuffix('.')}. ")
    for note in table.footnotes:
        _paragraph(word, note)


def _placed(
    texts: Sequence[str], place: int, stubs: int, size: float, width: Length
) -> tuple[WD_ALIGN_PARAGRAPH | None, float]:
    """Say how a column is set: numbers end below each other in its middle, texts begin so."""
    if place < stubs or not counted(texts):
        return None, 0
    if not numeric(texts):
        return CENTER, 0
    left = width.pt - 2 * PADDING - size * max(map(length, texts))
    return RIGHT, round(max(0.0, left / 2), 1)


def _caption(word: DocumentType, number: str, title: str) -> None:
    """Write number and title, where the outline of the file finds them."""
    paragraph = word.add_paragraph(style="Caption")
    if number:
        paragraph.add_run(f"{number}. ").bold = True
    paragraph.add_run(cut(without_hidden(title), MOST)).bold = not number
    level = OxmlElement("w:outlineLvl")
    level.set(qn("w:val"), "0")
    paragraph._p.get_or_add_pPr().append(level)


def _paragraph(word: DocumentType, text: str) -> Paragraph:
    return word.add_paragraph(cut(without_hidden(text), 4 * MOST), style=FOOTNOTE)


def _foot(word: DocumentType, *, simulated: bool) -> None:
    """Write the page's number below every page, and what a reader of one page has to know."""
    paragraph = word.sections[0].footer.paragraphs[0]
    paragraph.alignment = RIGHT
    paragraph.add_run(f"{SIMULATED}  " if simulated else "")
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        part.text = text or None
        run._r.append(part)


def _pad(properties: BaseOxmlElement) -> None:
    """Set the space at both sides of a cell."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        one = OxmlElement(f"w:{side}")
        one.set(qn("w:w"), str(round(20 * PADDING)))
        one.set(qn("w:type"), "dxa")
        margins.append(one)
    properties.insert_element_before(margins, "w:tblLook")


def _points(length: int) -> float:
    return float(Length(length).pt)


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
