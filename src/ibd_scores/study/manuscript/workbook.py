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
from openpyxl.worksheet.worksheet import Worksheet

from ibd_scores.study import office
from ibd_scores.study.hidden import cut, without_hidden
from ibd_scores.study.intake.form import write_text
from ibd_scores.study.manuscript.tables import SIMULATED, Table, Tables

CONTENTS = "contents"
HEADS = ("sheet", "table", "rows", "from")
MOST = 32_767  # signs of a cell, by Excel
HEAD_ROW = 3  # of a table of the manuscript: its title and the way back stand above
PERSONAL = "patient_id"
SUPPRESSED = "Small counts stand as they are; share/ holds these tables without them."
_NUMBER = re.compile(r"-?(0|[1-9]\d{0,14})(\.(\d{1,12}))?")
_FORMULA = ("=", "+", "-", "@")


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
    listed: list[tuple[str, str, int, str]] = []
    for table in tables.printed:
        _printed(book.create_sheet(table.number), table)
        listed.append((table.number, table.title, len(table.rows), f"notebook {table.source}"))
    for one, frame in aggregates.items():
        _aggregate(book.create_sheet(one), frame)
        listed.append((one, "All numbers, as they were written", len(frame), f"{one}.csv"))
    notes = [SUPPRESSED, *(f"Without a row: {left.title}. {left.why}" for left in tables.left)]
    _contents(contents, listed, [SIMULATED, *notes] if tables.simulated else notes)
    saved = io.BytesIO()
    book.save(saved)
    return office.repacked(saved.getvalue())


def _contents(
    sheet: Worksheet, listed: Sequence[tuple[str, str, int, str]], notes: Iterable[str]
) -> None:
    _head(sheet, 1, HEADS)
    for row, (name, title, rows, source) in enumerate(listed, start=2):
        _write(sheet.cell(row, 1), name)
        _link(sheet.cell(row, 1), name)
        _write(sheet.cell(row, 2), title)
        _write(sheet.cell(row, 3), rows)
        _write(sheet.cell(row, 4), source)
    for row, note in enumerate(notes, start=len(listed) + 3):
        _write(sheet.cell(row, 1), note)
    _widen(sheet, (14, 70, 8, 40))
    sheet.freeze_panes = "A2"


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
    for row, note in enumerate(table.footnotes, start=HEAD_ROW + len(table.rows) + 2):
        _write(sheet.cell(row, 1), note)
    _widen(sheet, _widths((table.head, *table.rows)))
    sheet.freeze_panes = sheet.cell(HEAD_ROW + 1, table.stubs + 1)
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"


def _aggregate(sheet: Worksheet, table: pd.DataFrame) -> None:
    heads = [str(name) for name in table]
    _head(sheet, 1, heads)
    columns = [table[name].tolist() for name in table]
    for place, values in enumerate(columns, start=1):
        for row, value in enumerate(values, start=2):
            if not pd.isna(value):
                _write(sheet.cell(row, place), value)
    _widen(sheet, _widths((heads, *zip(*(map(str, values) for values in columns), strict=True))))
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"


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


def _widths(rows: Iterable[Sequence[str]]) -> list[int]:
    return [min(max(10, *map(len, column)) + 2, 48) for column in zip(*rows, strict=True)]


def _widen(sheet: Worksheet, widths: Iterable[int]) -> None:
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
