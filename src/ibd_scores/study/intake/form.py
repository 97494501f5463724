"""The entry form: an Excel workbook with a sheet for each table, made from the catalogue.

Drop-downs and ranges are the permitted values of each item, labels are Chinese and English, and a
codebook says which score reads what. The same catalogue gives the same bytes.
"""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ibd_scores.entries import ENTRIES
from ibd_scores.form import Interval, Item
from ibd_scores.indices.endoscopy import SEGMENTS
from ibd_scores.study import paths, tidy
from ibd_scores.study.cohort.identity import text_safe
from ibd_scores.study.intake import words

HEADER_ROW = 3  # Chinese label, English label, our name
ROOM = 2000  # empty rows below that are checked
CODEBOOK = ("table", "column", "中文", "English", "permitted", "unit", "read by")
NOT_REACHED = "not reached"
WIDE_LIST = 12  # a drop-down with more lines is a range
MADE = datetime(2024, 1, 1)  # no clock: the same catalogue gives the same bytes
LEAD = (
    "一行一条记录；第1、2行为中英文名称，第3行为变量名，请勿改动。 / One row for each record; "
    "rows 1 and 2 are labels, row 3 the names: leave them as they are.",
    "patients: 每位患者一行。 / One row for each patient.",
    "visits: 每位患者每次访视一行 (baseline, week12)。 / One row for each patient and visit.",
    "diary: CD 患者访视前7天每天一行。 / One row for each day of the week before a visit.",
    "endoscopy: 每次内镜一行；未到达的肠段填 not reached。 / One row for each endoscopy; a "
    "segment that was not reached says so, it is never 0.",
    "adverse_events, imaging: 每个事件一行；每个肠段一行。 / One row for each event; "
    "for each segment.",
    "没有查的项目请留空，不要填0。 / What was not measured stays blank, never 0.",
    "超出检测限请写 <0.5 或 >1800。 / Beyond a limit of detection: <0.5 or >1800.",
    "日期: 2024-03-09。 / Dates: 2024-03-09.",
    "请勿填写姓名、电话、身份证号。 / No names, phone numbers or identity cards.",
)


def columns(table: str, instruments: Sequence[str] = ()) -> dict[str, tidy.Column]:
    """Return the columns of a sheet: those of the tidy table, and what these instruments read.

    >>> list(columns("visits", ["sccai"]))[-2:]
    ['bowel_frequency_night', 'extracolonic']
    """
    known = tidy.columns(table)
    found = {name: known[name] for name in words.columns(table)}
    further = tidy.further()
    for one in instruments:
        for item in asked(one):
            if item in further and words.home(item) == table:
                found[item] = further[item]
    return found


def asked(name: str) -> list[str]:
    """List the items of an instrument, or the one item of this name.

    Raises
    ------
    ValueError
        there is none such; the message lists the instruments.
    """
    if name in ENTRIES:
        return [item.name for item in (*ENTRIES[name].columns, *ENTRIES[name].items)]
    if name in tidy.further():
        return [name]
    raise ValueError(f"{name}: no instrument of this name; these exist: {', '.join(ENTRIES)}")


def write_form(
    path: Path,
    *,
    instruments: Sequence[str] = (),
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write the entry form.

    Parameters
    ----------
    path : Path
        A file ending in .xlsx that is not there yet.
    instruments : sequence of str
        Indices and gradings whose further items the sheets are to have, such as "sccai".
    tables : mapping of str to DataFrame, optional
        Tidy tables to fill in.

    Raises
    ------
    ValueError
        another ending, or no instrument of this name.
    FileExistsError
        the file is there; a filled-in form is not written over.
    """
    if path.suffix.lower() != ".xlsx":
        raise ValueError(f"{path}: a name ending in .xlsx is wanted")
    if path.exists():
        raise FileExistsError(f"{path}: is there already; give another name")
    [*map(asked, instruments)]
    book = Workbook()
    lead = book.active
    lead.title = "说明 Read me"
    for line in LEAD:
        lead.append([line])
    lead.column_dimensions["A"].width = 110
    for cell in lead["A"]:
        cell.alignment = Alignment(wrap_text=True)
    for table in tidy.KEYS:
        chosen = columns(table, instruments)
        _sheet(book.create_sheet(table), table, chosen, (tables or {}).get(table))
    _codebook(book.create_sheet("codebook"), instruments)
    with paths.replacing(path) as temporary:
        temporary.write_bytes(_same_bytes(book))


def _sheet(
    sheet: Worksheet, table: str, chosen: Mapping[str, tidy.Column], rows: pd.DataFrame | None
) -> None:
    last = HEADER_ROW + ROOM + (0 if rows is None else len(rows))
    for place, (name, column) in enumerate(chosen.items(), 1):
        unit = f" ({column.item.unit})" if column.item and column.item.unit else ""
        labels = (words.label(table, name, words.CHINESE) + unit,
                  words.label(table, name) + unit, name)  # fmt: skip
        for row, label in enumerate(labels, 1):
            cell = sheet.cell(row, place, label)
            cell.font = Font(bold=row < HEADER_ROW, color="808080" if row == HEADER_ROW else None)
            cell.fill = PatternFill("solid", fgColor="E8EEF4")
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = 16
        if rule := _rule(table, column):
            rule.add(f"{letter}{HEADER_ROW + 1}:{letter}{last}")
            sheet.add_data_validation(rule)
        kind = {"date": "yyyy-mm-dd", "text": "@"}.get(column.kind, "General")
        for row in range(HEADER_ROW + 1, HEADER_ROW + 1 + (0 if rows is None else len(rows))):
            sheet.cell(row, place).number_format = kind
        sheet.column_dimensions[letter].number_format = kind
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 2)
    if rows is not None:
        _fill(sheet, chosen, rows)


def _fill(sheet: Worksheet, chosen: Mapping[str, tidy.Column], rows: pd.DataFrame) -> None:
    for row, line in enumerate(rows.to_dict("records"), HEADER_ROW + 1):
        for place, (name, column) in enumerate(chosen.items(), 1):
            value = line.get(name)
            if value is None or pd.isna(value):
                continue
            cell = sheet.cell(row, place)
            sign = {"left": "<", "right": ">"}.get(str(line.get(f"{name}_censor", "")), "")
            if column.kind == "date":
                cell.value = pd.Timestamp(value).to_pydatetime()
            elif column.kind == "number" and not sign:
                cell.value = int(value) if float(value).is_integer() else float(value)
            else:
                short = f"{value:.15g}" if isinstance(value, float) else str(value)
                cell.value = text_safe(f"{sign}{short}")
                cell.data_type = "s"


def _rule(table: str, column: tidy.Column) -> DataValidation | None:
    """What a spreadsheet lets into a column, with what it says; None where it is free text."""
    item = column.item
    if column.name == "visit":
        choices = [*words.stated()["visit_names"]]
    elif column.name == "segment":
        choices = [*SEGMENTS]
    elif column.kind == "date":
        rule = DataValidation("date", operator="greaterThan", formula1="1", allow_blank=True)
        return _saying(rule, "日期 Date", "2024-03-09")
    elif item is None:
        return None
    else:
        choices = _choices(item)
    said = f"{column.name}: {item.permitted}. {item.meaning}" if item else ", ".join(choices)
    if choices and table == "endoscopy" and column.name in tidy.CELLS:
        choices = [*choices, NOT_REACHED]
    if choices:
        rule = DataValidation("list", formula1=f'"{",".join(choices)}"', allow_blank=True)
        return _saying(rule, column.name, f"{said} {_in_words(column)}")
    if item is None:
        return None
    if column.name in tidy.CENSORED:
        rule = _between(item)
        rule.errorStyle = "warning"
        return _saying(rule, column.name, f"{said}. <0.5 或 or >1800")
    return _saying(_between(item), column.name, said)


def _choices(item: Item) -> list[str]:
    if isinstance(item.values, Interval) or len(item.values) > WIDE_LIST:
        return []
    return [f"{one:g}" if not isinstance(one, str) else one for one in item.values]


def _between(item: Item) -> DataValidation:
    values = item.values
    whole = isinstance(values, range)
    low, high = (values[0], values[-1]) if isinstance(values, range) else (
        getattr(values, "low", 0), getattr(values, "high", np.inf))  # fmt: skip
    if np.isinf(float(high)):
        return DataValidation("decimal", operator="greaterThanOrEqual", formula1=f"{low:g}",
                              allow_blank=True)  # fmt: skip
    return DataValidation("whole" if whole else "decimal", operator="between",
                          formula1=f"{low:g}", formula2=f"{high:g}", allow_blank=True)  # fmt: skip


def _in_words(column: tidy.Column) -> str:
    return "; ".join(f"{code} = {', '.join(said[:2])}" for code, said in
                     words.codes(column).items())  # fmt: skip


def _saying(rule: DataValidation, title: str, text: str) -> DataValidation:
    """Say what is wanted when a cell is entered, and when something else was typed."""
    rule.promptTitle = rule.errorTitle = title[:32]
    rule.prompt = rule.error = text if len(text) <= 255 else f"{text[:252]}..."
    rule.showInputMessage = rule.showErrorMessage = True
    return rule


def _codebook(sheet: Worksheet, instruments: Sequence[str]) -> None:
    sheet.append([*CODEBOOK])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for line in codebook(instruments):
        sheet.append([*line])
    for letter, width in zip("ABCDEFG", (16, 30, 26, 34, 60, 12, 50), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"


def codebook(instruments: Sequence[str] = ()) -> Iterable[tuple[str, ...]]:
    """Give a line for each column of the form: see `CODEBOOK`."""
    readers: dict[str, list[str]] = {}
    for entry in ENTRIES.values():
        for name in dict.fromkeys(item.name for item in (*entry.columns, *entry.items)):
            readers.setdefault(name, []).append(entry.name)
    for table in tidy.KEYS:
        for name, column in columns(table, instruments).items():
            item = column.item
            permitted = f"{item.permitted}: {item.meaning}" if item else column.kind
            if codes := _in_words(column):
                permitted = f"{permitted} ({codes})"
            labels = [words.label(table, name, one) for one in (words.CHINESE, words.ENGLISH)]
            unit = item.unit if item else ""
            yield (table, name, *labels, permitted, unit, ", ".join(readers.get(name, [])))


def _same_bytes(book: Workbook) -> bytes:
    """Save a workbook without the time of day: in its properties, and in the packing."""
    book.properties.creator = "ibd_scores"
    book.properties.created = MADE
    first, second = BytesIO(), BytesIO()
    book.save(first)
    day = f"{MADE:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(first) as packed, zipfile.ZipFile(second, "w") as again:
        for part in packed.infolist():
            content = packed.read(part)
            if part.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + day, content)
            still = zipfile.ZipInfo(part.filename, MADE.timetuple()[:6])
            still.compress_type = zipfile.ZIP_DEFLATED
            again.writestr(still, content)
    return second.getvalue()
