"""The entry form: an Excel workbook with one sheet for each tidy table, made from the catalogue.

Rows 1 to 3 of a sheet hold the Chinese label, the English label with the unit, and our name of
the column; the data begin in row 4. Drop-downs and limits come from the permitted values of each
item, so what is typed in is what can be read back: codes as codes, days as days, ids as text.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ibd_scores.form import CENSORS
from ibd_scores.study import office, paths, tidy
from ibd_scores.study.intake.fields import Field, fields
from ibd_scores.study.intake.guide import CODEBOOK, INSTRUCTIONS, ROWS
from ibd_scores.study.intake.words import words

HEADER_ROW = 3  # our names stand here; the labels above them are for people
FIRST_ROW, LAST_ROW = 4, 1_048_576
CHOICES = "choices"
_TEXT, _DAY, _NUMBER = "@", "yyyy-mm-dd", "General"
_DAYS = (14611, 73050)  # 1940-01-01 and 2099-12-31 as Excel counts days
_MOST_TEXT = 32_767  # of a cell, by Excel
_MOST_PROMPT, _MOST_ERROR = 255, 225  # of a message, by Excel
_HEAD = PatternFill("solid", fgColor="DDEBF7")
_NEEDED = PatternFill("solid", fgColor="FFE699")
_WRAPPED = Alignment(wrap_text=True, vertical="top")


def write_form(
    path: str | Path,
    *,
    instruments: Iterable[str] = (),
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write the entry form, whole or not at all; the same arguments give the same bytes.

    Parameters
    ----------
    path : str or Path
        The workbook, `.xlsx`; one that is there is replaced.
    instruments : iterable of str
        Indices and gradings whose further items are asked for (see `fields`).
    tables : mapping of str to DataFrame, optional
        Tidy tables to fill in; without them the form is empty.

    Raises
    ------
    ValueError
        an unknown instrument; a table or column that is no tidy one, or a text too long for Excel.
    """
    given = tables or {}
    asked = fields(instruments, {name: map(str, table) for name, table in given.items()})
    book = Workbook()
    book.properties.creator = "ibd_scores"
    book.properties.title = "IBD cohort entry form"
    book.properties.created = datetime(*office.FIXED)
    _instructions(book.active)
    lists = _Lists(book.create_sheet(CHOICES))
    for table, listed in asked.items():
        sheet = book.create_sheet(table, index=len(book.sheetnames) - 1)
        _head(sheet, listed)
        _validate(sheet, listed, lists)
        if table in given:
            _fill(sheet, listed, given[table])
    _codebook(book.create_sheet("codebook", index=len(book.sheetnames) - 1), asked)
    lists.sheet.sheet_state = "hidden"
    content = _packed(book)
    with paths.replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(cell: Cell, text: str) -> None:
    """Put a text into a cell as text: never a formula, never a number, whatever it looks like.

    Raises
    ------
    ValueError
        longer than a cell of Excel can be.
    """
    if len(text) > _MOST_TEXT:
        raise ValueError(f"a text of {len(text)} characters; a cell holds {_MOST_TEXT} at most")
    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", text)
    cell.data_type = "s"
    cell.number_format = _TEXT


def _font(**how: Any) -> Font:
    return Font(name="Calibri", **{"size": 11, **how})


def _write_day(cell: Cell, day: pd.Timestamp) -> None:
    """Write a day as Excel keeps one; it knows none before 1900, and these are misprints."""
    if day.year > 1900:
        cell.value = day.to_pydatetime()
        cell.number_format = _DAY
    else:
        write_text(cell, f"{day.year:04}-{day.month:02}-{day.day:02}")


def _style(field: Field) -> str:
    """Return the number format of a column: ids, free text and words are text."""
    if field.column.kind == "date":
        return _DAY
    return _NUMBER if field.column.kind == "number" else _TEXT


def _head(sheet: Worksheet, listed: Sequence[Field]) -> None:
    fonts = (_font(bold=True), _font(), _font(color="808080", size=9))
    for place, field in enumerate(listed, start=1):
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].number_format = _style(field)
        longest = max(len(field.name) * 0.9, _wide(field.term.zh) / 2, _wide(field.english) / 2)
        sheet.column_dimensions[letter].width = min(max(longest + 4, 12), 34)
        for row, text in enumerate((field.term.zh, field.english, field.name), start=1):
            cell = sheet.cell(row, place)
            write_text(cell, text)
            cell.font, cell.alignment = fonts[row - 1], _WRAPPED
            cell.fill = _NEEDED if field.required else _HEAD
    for row, height in ((1, 32), (2, 45), (3, 15)):
        sheet.row_dimensions[row].height = height
    keys = 2 if len(listed) > 1 and listed[1].name == "visit" else 1
    sheet.freeze_panes = sheet.cell(FIRST_ROW, keys + 1)
    sheet.page_setup.orientation = "landscape"
    sheet.print_title_rows = f"1:{HEADER_ROW}"


class _Lists:
    """The hidden sheet that holds what the drop-downs offer: each list once, numbers as numbers.

    A list written into the validation itself would be cut at 255 characters, and its decimals
    misread where a comma is the decimal sign.
    """

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self.places: dict[tuple[str | float, ...], str] = {}

    def place(self, values: tuple[str | float, ...], name: str) -> str:
        """Return the range where a list stands, written now if it is new."""
        if values not in self.places:
            column = len(self.places) + 1
            write_text(self.sheet.cell(1, column), f"choices of {name}")  # no heading of a table
            for row, value in enumerate(values, start=2):
                cell = self.sheet.cell(row, column)
                if isinstance(value, str):
                    write_text(cell, value)
                else:
                    cell.value = value
            letter = get_column_letter(column)
            self.places[values] = f"{CHOICES}!${letter}$2:${letter}${len(values) + 1}"
        return self.places[values]


def _validate(sheet: Worksheet, listed: Sequence[Field], lists: _Lists) -> None:
    for place, field in enumerate(listed, start=1):
        letter = get_column_letter(place)
        rule = DataValidation(**_rule(field, f"{letter}{FIRST_ROW}", lists), allow_blank=True)
        rule.showInputMessage = rule.showErrorMessage = True
        rule.promptTitle = rule.errorTitle = field.name[:32]
        rule.prompt = _fitting(_prompt(field), _MOST_PROMPT)
        rule.error = _fitting(_error(field), _MOST_ERROR)
        rule.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
        sheet.add_data_validation(rule)


def _rule(field: Field, cell: str, lists: _Lists) -> dict[str, Any]:
    """Say what Excel lets in: a list, whole numbers, decimals, a day, or anything."""
    if field.codes:
        numbers = field.column.kind == "number"
        values = tuple(_plain(float(code)) if numbers else code for code in field.codes)
        style = "warning" if field.name == "visit" else "stop"  # a cohort may have other visits
        return {"type": "list", "formula1": lists.place(values, field.name), "errorStyle": style}
    if field.column.kind == "date":
        return {"type": "date", "operator": "between", "formula1": str(_DAYS[0]),
                "formula2": str(_DAYS[1])}  # fmt: skip
    if field.limits is None:
        return {}
    low, high = (f"{_plain(limit)}" for limit in field.limits)
    if field.name in tidy.CENSORED:
        number = f"AND(ISNUMBER({cell}),{cell}>={low},{cell}<={high})"
        limit = (f'AND(OR(LEFT({cell},1)="<",LEFT({cell},1)=">"),'
                 f"ISNUMBER(VALUE(MID({cell},2,20))))")  # fmt: skip
        return {"type": "custom", "formula1": f"OR({number},{limit})"}
    kind = "whole" if field.whole else "decimal"
    if high == "inf":
        return {"type": kind, "operator": "greaterThanOrEqual", "formula1": low}
    return {"type": kind, "operator": "between", "formula1": low, "formula2": high}


def _prompt(field: Field) -> Iterator[str]:
    """What stands beside the cell while it is filled in."""
    yield f"{field.term.zh} {field.english}"
    if field.codes:
        for code, term in field.codes.items():
            yield f"{code} = {term.zh} {term.en}"
    elif field.column.kind == "date":
        yield "日期 a day: YYYY-MM-DD"
    elif field.limits:
        kind = "整数 whole number" if field.whole else "数值 number"
        yield f"{kind}: {_span(field)}"
    if field.name in tidy.CENSORED:
        yield "低于或高于检测限 beyond the detection limit: <0.5, >1800"
    yield "必填 required" if field.required else "未查留空 leave blank if not done"


def _error(field: Field) -> Iterator[str]:
    """What is said when the cell cannot hold what was typed."""
    if field.name == "visit":
        yield "不是常用的访视名称，是否保留？ Not one of the usual visits. Keep it?"
    else:
        yield "此处不能填写该值。This value cannot stand here."
    if field.codes:
        yield f"请选 choose: {', '.join(field.codes)}"
    elif field.column.kind == "date":
        yield "请填日期 type a day, YYYY-MM-DD: 2024-03-09"
    elif field.limits:
        kind = "整数 a whole number" if field.whole else "数值 a number"
        yield f"请填 type {kind}: {_span(field)}"
    if field.name in tidy.CENSORED:
        yield "或 or <0.5, >1800"
    needed = "必填 It is required." if field.required else "未查请留空 Leave it blank if not done."
    yield needed


def _span(field: Field) -> str:
    low, high = field.limits or (0, 0)
    unit = f" {field.unit}" if field.unit else ""
    return f"≥ {low:g}{unit}" if high == float("inf") else f"{low:g} – {high:g}{unit}"


def _fitting(lines: Iterable[str], most: int) -> str:
    """Put lines together; the middle ones that Excel has no room for are in the codebook."""
    first, *middle, last = lines
    while len(text := "\n".join((first, *middle, last))) > most and middle:
        middle = [*middle[:-2], "… (codebook)"] if len(middle) > 1 else []
    return text[:most]


def _fill(sheet: Worksheet, listed: Sequence[Field], table: pd.DataFrame) -> None:
    for place, field in enumerate(listed, start=1):
        if field.name not in table:
            continue
        sides = table.get(f"{field.name}_censor")
        for row, value in enumerate(table[field.name].tolist(), start=FIRST_ROW):
            if pd.isna(value) or value == "":
                continue
            cell = sheet.cell(row, place)
            side = None if sides is None else sides.iloc[row - FIRST_ROW]
            if side in CENSORS:
                write_text(cell, f"{'<>'[CENSORS.index(str(side))]}{_plain(value)}")
            elif field.column.kind == "number":
                cell.value = _plain(value)
            elif field.column.kind == "date":
                _write_day(cell, pd.Timestamp(value))
            else:
                write_text(cell, str(value))


def _plain(value: float) -> int | float:
    """Bring a number to its shortest form: 3, not 3.0."""
    return int(value) if float(value).is_integer() else float(value)


def _instructions(sheet: Worksheet) -> None:
    sheet.title = "instructions"
    meant = [(f"{words().tables[table].zh} {table}: {chinese}", f"{table}: {english}")
             for table, (chinese, english) in ROWS.items()]  # fmt: skip
    _prose(sheet, (*INSTRUCTIONS, *meant), (62, 78))
    for cell in sheet[1]:
        cell.font = _font(bold=True, size=14)


def _codebook(sheet: Worksheet, asked: Mapping[str, Sequence[Field]]) -> None:
    rows = [CODEBOOK, *(_described(field) for listed in asked.values() for field in listed)]
    _prose(sheet, rows, (15, 30, 32, 40, 30, 8, 10, 60, 40))
    for cell in sheet[1]:
        cell.font, cell.fill = _font(bold=True), _HEAD
    sheet.freeze_panes = "C2"
    sheet.print_title_rows = "1:1"


def _prose(sheet: Worksheet, rows: Sequence[Sequence[str]], widths: Sequence[int]) -> None:
    """Lay out text that wraps: every row as high as its longest cell, all columns on one page."""
    for place, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    for row, line in enumerate(rows, start=1):
        lines = 1
        for place, (text, width) in enumerate(zip(line, widths, strict=True), start=1):
            cell = sheet.cell(row, place)
            write_text(cell, text)
            cell.alignment, cell.font = _WRAPPED, _font()
            lines = max(lines, sum(ceil(_wide(part) / width) for part in text.split("\n")))
        sheet.row_dimensions[row].height = 16 * lines + 4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _wide(text: str) -> float:
    """Return how many columns a text takes: a Chinese sign takes two."""
    return max(1, sum(2.1 if sign > "\u2e7f" else 1.05 for sign in text))


def _described(field: Field) -> tuple[str, ...]:
    codes = "\n".join(f"{code} = {term.zh} {term.en}" for code, term in field.codes.items())
    needed = "是 yes" if field.required else ""
    return (field.table, field.name, field.term.zh, field.term.en, field.permitted, field.unit,
            needed, codes, ", ".join(field.read_by))  # fmt: skip


def _packed(book: Workbook) -> bytes:
    """Save a workbook without the time at which it was saved."""
    saved = io.BytesIO()
    book.save(saved)
    return office.repacked(saved.getvalue())
