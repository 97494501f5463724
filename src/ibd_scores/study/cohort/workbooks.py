"""Workbooks of a spreadsheet program as rows of text, with what a person would see in each cell."""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import python_calamine as calamine

from ibd_scores.study.cohort.problems import CohortError, listed

SUFFIXES = (".xlsx", ".xlsm", ".xls")
OLD = ".xls"  # the format before 2007, which another library reads with its formula errors

Cells = Iterator[tuple[int, list[str]]]


def sheet_names(path: Path) -> list[str]:
    """List the sheets that can be seen."""
    with _opened(path) as book:
        return [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet
            and sheet.visible == calamine.SheetVisibleEnum.Visible
        ]


def rows(path: Path, sheet: str, header_row: int) -> Cells:
    """Give the rows of a sheet from the first on, each with its number, as text.

    Numbers are written as short as they are, dates as 2024-03-09, a formula that failed as #N/A.

    Raises
    ------
    CohortError
        it is no workbook, protected by a password, or without such a sheet; cells are merged in
        the header or below it; a formula has no result.
    """
    names = sheet_names(path)
    if not sheet and len(names) > 1:
        raise CohortError(
            f"{path}: has the sheets {listed(names)}; say in cohort.toml which one, "
            f'sheet = "{names[0]}"'
        )
    sheet = sheet or next(iter(names), "")
    if sheet not in names:
        raise CohortError(
            f"{path}: has no sheet {sheet!r} that can be seen; sheets: {listed(names)}"
        )
    with _opened(path) as book:
        page = book.get_sheet_by_name(sheet)
        _refuse_merged(path, sheet, page.merged_cell_ranges or [], header_row)
        special = _old_errors(path, sheet) if path.suffix.lower() == OLD else _errors(path, sheet)
        lines = page.to_python(skip_empty_area=False)
    return _texts(lines, special)


def _texts(lines: list[list[Any]], special: dict[tuple[int, int], str]) -> Cells:
    for row, line in enumerate(lines, 1):
        cells = [*map(text, line)]
        for (wrong, column), said in special.items():
            if wrong == row and column <= len(cells):
                cells[column - 1] = said
        yield row, cells


def text(value: Any) -> str:
    """Write the value of a cell as a person would type it.

    >>> text(12.0), text(0.1 + 0.2), text(date(2024, 3, 9)), text(True), text("00123")
    ('12', '0.3', '2024-03-09', 'TRUE', '00123')
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime):
        whole = value.time() == time() and not value.microsecond
        return f"{value:%Y-%m-%d}" if whole else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int | float):
        # 15 digits are what a spreadsheet shows: 0.1 + 0.2 is 0.3 there.
        return f"{Decimal(f'{value:.15g}'):f}"
    return str(value)


def _opened(path: Path) -> calamine.CalamineWorkbook:
    try:
        return calamine.load_workbook(str(path))
    except calamine.PasswordError:
        raise CohortError(
            f"{path}: protected by a password; open it in the spreadsheet program, take the "
            "password away (File, Protect), and save it under another name"
        ) from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise CohortError(
            f"{path}: is no workbook or a damaged one ({error}); some programs export a text table "
            "under this ending: open it in a spreadsheet program and save it as .xlsx or .csv"
        ) from None
    except (
        Exception
    ) as error:  # a panic of the library on a damaged file is no Exception of its own
        raise CohortError(f"{path}: cannot be read ({error}); save it again as .xlsx") from None


def _refuse_merged(path: Path, sheet: str, ranges: list[Any], header_row: int) -> None:
    concerned = [
        f"{_letters(left + 1)}{top + 1}:{_letters(right + 1)}{bottom + 1}"
        for (top, left), (bottom, right) in ranges
        if bottom + 1 >= header_row
    ]
    if concerned:
        raise CohortError(
            f"{path}, sheet {sheet}: merged cells {listed(concerned, most=5)}; only the first cell "
            "of each holds its value. Unmerge them, and type into every cell what is true of it"
        )


def _letters(column: int) -> str:
    """Name a column as spreadsheets do.

    >>> _letters(1), _letters(26), _letters(27)
    ('A', 'Z', 'AA')
    """
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _errors(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Find the formulas that failed, by row and column; most workbooks have no formula at all.

    The fast reader gives a failed formula, and one that was never computed, as a blank.
    """
    with zipfile.ZipFile(path) as packed:
        parts = [name for name in packed.namelist() if re.search(r"worksheets/[^/]*\.xml$", name)]
        doubtful = any(
            re.search(rb"<(\w+:)?f[\s>/]|\st=\"e\"", packed.read(name)) for name in parts
        )
    if not doubtful:
        return {}
    import openpyxl

    found: dict[tuple[int, int], str] = {}
    formulas: dict[tuple[int, int], str] = {}
    try:
        for values in (True, False):
            book = openpyxl.load_workbook(path, read_only=True, data_only=values)
            for line in book[sheet].iter_rows():
                for cell in line:
                    if cell.value is None:
                        continue
                    if values:
                        found[cell.row, cell.column] = str(cell.value) * (cell.data_type == "e")
                    elif cell.data_type == "f" and (cell.row, cell.column) not in found:
                        formulas[cell.row, cell.column] = f"{_letters(cell.column)}{cell.row}"
            book.close()
    except Exception as error:
        raise CohortError(f"{path}: cannot be read ({error}); save it again as .xlsx") from None
    if formulas:
        raise CohortError(
            f"{path}, sheet {sheet}: a formula without its result in "
            f"{listed([*formulas.values()], most=5)}; open the workbook in a spreadsheet program "
            "and save it"
        )
    return {place: said for place, said in found.items() if said}


def _old_errors(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    import xlrd

    try:
        page = xlrd.open_workbook(str(path)).sheet_by_name(sheet)
    except Exception as error:
        raise CohortError(f"{path}: cannot be read ({error}); save it again as .xlsx") from None
    return {
        (row + 1, column + 1): xlrd.error_text_from_code.get(page.cell_value(row, column), "#N/A")
        for row in range(page.nrows)
        for column in range(page.ncols)
        if page.cell_type(row, column) == xlrd.XL_CELL_ERROR
    }
