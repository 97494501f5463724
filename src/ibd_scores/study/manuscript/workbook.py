"""Every table of a cohort in one workbook: those of the manuscript, and the aggregates as files."""

import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ibd_scores.study import office
from ibd_scores.study.hidden import cut, without_hidden
from ibd_scores.study.intake.form import write_text
from ibd_scores.study.manuscript.tables import SIMULATED, Table, Tables
from ibd_scores.study.manuscript.widths import counted

CONTENTS = "contents"
HEADS = ("sheet", "table", "rows", "from", "numbers in")
MOST = 32_767  # signs of a cell, by Excel
WIDEST = 48  # signs of a column; a longer text is wrapped
LINE = 15.0  # points
HEAD_ROW = 3  # of a table of the manuscript: its title and the way back stand above
PERSONAL = "patient_id"
SUPPRESSED = "Small counts stand as they are; share/ holds these tables without them."
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.(\d{1,12}))?")
_FORMULA = ("=", "+", "-", "@")
_P = re.compile("p|p_.*")  # a column of p-values
_CHANCE, _REAL = "[<0.001]0.0E+00;0.000", "0.0##"


def workbook(tables: Tables, aggregates: Mapping[str, pd.DataFrame], name: str) -> bytes:
    """Write the workbook; the same tables give the same bytes.

    Parameters
    ----------
    tables : Tables
        Those of the manuscript, as its reader sees them.
    aggregates : mapping of str to DataFrame
        The tables of `catalogue.AGGREGATES` that are there, with their whole numbers.
    name : str
        Of the cohort.

    Raises
    ------
    ValueError
        If a table has a row for each patient.
    """
    if personal := [one for one, table in aggregates.items() if PERSONAL in table]:
        raise ValueError(f"{', '.join(personal)}: a table of patients goes into no workbook")
    book = Workbook()
    book.properties.creator = ""
    book.properties.title = cut(without_hidden(f"Tables: {name}"), 200)
    book.properties.created = datetime(*office.FIXED)
    contents = book.active
    contents.title = CONTENTS
    listed: list[tuple[str, str, int, str, str]] = []
    for table in tables.printed:
        _printed(book.create_sheet(table.number), table)
        source, numbers = f"notebook {table.source}", _numbers(table)
        listed.append((table.number, table.title, len(table.rows), source,
                       numbers if numbers in aggregates else ""))  # fmt: skip
    for one, frame in aggregates.items():
        _aggregate(book.create_sheet(one), frame)
        listed.append((one, "All numbers, as they were written", len(frame), f"{one}.csv", ""))
    notes = [
        *filter(None, [tables.settings]),
        SUPPRESSED,
        *(f"Without a row: {left.title}. {left.why}" for left in tables.left),
    ]
    _contents(contents, listed, [SIMULATED, *notes] if tables.simulated else notes)
    for sheet in book:
        _paper(sheet, SIMULATED if tables.simulated else "")
    saved = io.BytesIO()
    book.save(saved)
    return office.repacked(saved.getvalue())


def _numbers(table: Table) -> str:
    """Name the file that has the numbers of a printed table: cd_rates of 03_cd_outcomes, rates."""
    stage, _, cell = table.source.partition(", ")
    return "_".join([*stage.split("_")[1:2], cell])


def _contents(
    sheet: Worksheet, listed: Sequence[tuple[str, str, int, str, str]], notes: Iterable[str]
) -> None:
    _head(sheet, 1, HEADS)
    for row, texts in enumerate(listed, start=2):
        values: tuple[str | int, ...] = texts
        for place, value in enumerate(values, start=1):
            _write(sheet.cell(row, place), value)
        for place, name in ((1, texts[0]), (len(HEADS), texts[-1])):
            if name:
                _link(sheet.cell(row, place), name)
    _widen(sheet, (14, 70, 8, 40, 16))
    _notes(sheet, len(listed) + 3, notes)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"


def _notes(sheet: Worksheet, row: int, notes: Iterable[str]) -> None:
    """Write sentences below a table, each across all its columns."""
    columns = [get_column_letter(place) for place in range(1, sheet.max_column + 1)]
    signs = sum(sheet.column_dimensions[one].width for one in columns)
    for place, note in enumerate(notes, start=row):
        _write(sheet.cell(place, 1), note)
        if len(columns) > 1:
            sheet.merge_cells(f"A{place}:{columns[-1]}{place}")
        sheet.cell(place, 1).alignment = Alignment(wrap_text=True, vertical="top")
        lines = math.ceil(len(note) / (0.95 * signs))
        sheet.row_dimensions[place].height = LINE * min(lines, 27)


def _paper(sheet: Worksheet, note: str) -> None:
    """Print a sheet on A4, all its columns on a page, with its name and the number of the page."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.oddFooter.left.text = note
    sheet.oddFooter.center.text, sheet.oddFooter.right.text = "&A", "&P / &N"


def _printed(sheet: Worksheet, table: Table) -> None:
    _write(sheet.cell(1, 1), table.heading)
    sheet.cell(1, 1).font = Font(bold=True)
    _write(sheet.cell(2, 1), CONTENTS)
    _link(sheet.cell(2, 1), CONTENTS)
    _head(sheet, HEAD_ROW, table.head)
    for row, texts in enumerate(table.rows, start=HEAD_ROW + 1):
        for place, text in enumerate(texts, start=1):
            write = _write if place <= table.stubs else _write_shown
            write(sheet.cell(row, place), text)
            sheet.cell(row, place).alignment = Alignment(wrap_text=len(text) > WIDEST,
                                                         vertical="top")  # fmt: skip
        if (lines := max(map(_lines, texts))) > 1:
            sheet.row_dimensions[row].height = LINE * lines
    for place, texts in enumerate(zip(*table.rows, strict=True), start=1):
        if place > table.stubs and counted(texts):
            _right(sheet, place, HEAD_ROW, len(texts))
    _widen(sheet, _widths((table.head, *table.rows)))
    _notes(sheet, HEAD_ROW + len(table.rows) + 2, table.footnotes)
    sheet.freeze_panes = sheet.cell(HEAD_ROW + 1, table.stubs + 1)
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"


def _aggregate(sheet: Worksheet, table: pd.DataFrame) -> None:
    heads = [str(name) for name in table]
    _head(sheet, 1, heads)
    columns = [table[name].tolist() for name in table]
    for place, values in enumerate(columns, start=1):
        real = _CHANCE if _P.fullmatch(heads[place - 1]) else _REAL
        for row, value in enumerate(values, start=2):
            if not pd.isna(value):
                cell = sheet.cell(row, place)
                _write(cell, value)
                if isinstance(cell.value, float):
                    cell.number_format = real
        if pd.api.types.is_numeric_dtype(table.iloc[:, place - 1]):
            _right(sheet, place, 1, 0)
    _widen(sheet, _widths((heads, *zip(*(map(str, values) for values in columns), strict=True))))
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"


def _right(sheet: Worksheet, place: int, head: int, rows: int) -> None:
    """Set the heading of a column above its numbers, and marks among them below each other."""
    for row in range(head, head + rows + 1):
        wrap = row == head
        sheet.cell(row, place).alignment = Alignment("right", vertical="top", wrap_text=wrap)


def _head(sheet: Worksheet, row: int, texts: Iterable[str]) -> None:
    for place, text in enumerate(texts, start=1):
        cell = sheet.cell(row, place)
        _write(cell, text)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _write(cell: Cell, value: str | float) -> None:
    """Put a number into a cell as a number, a text as text: never a formula."""
    if isinstance(value, str):
        if text := cut(without_hidden(value), MOST):
            write_text(cell, text)
            # Else a formula is made of it as soon as somebody edits the cell.
            cell.quotePrefix = text.lstrip().startswith(_FORMULA)
    elif math.isfinite(value):
        cell.value = int(value) if float(value).is_integer() else float(value)
    else:
        write_text(cell, str(value))


def _write_shown(cell: Cell, text: str) -> None:
    """Put what a reader sees into a cell: as a number, with its decimals, if it is one."""
    if found := _NUMBER.fullmatch(text):
        _write(cell, float(text))
        cell.number_format = f"0.{'0' * len(found[3])}" if found[3] else "0"
    else:
        _write(cell, text)


def _link(cell: Cell, sheet: str) -> None:
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1")
    cell.font = Font(color="0563C1", underline="single")


def _lines(text: str) -> int:
    """Say in how many lines a text stands in its cell; Excel shows 409 points at most."""
    return min(math.ceil(len(text) / (0.9 * WIDEST)), 27) if len(text) > WIDEST else 1


def _widths(rows: Iterable[Sequence[str]]) -> list[int]:
    return [min(max(8, *map(len, column)) + 2, WIDEST) for column in zip(*rows, strict=True)]


def _widen(sheet: Worksheet, widths: Iterable[int]) -> None:
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
