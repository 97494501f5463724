"""The same simulated patients as another hospital keeps them: one wide sheet, a row for each.

Headings and words are Chinese, units the hospital's own, and the sheet was saved from a spreadsheet
program in China: comma-separated, in GB18030. It is made from the tidy tables of the first cohort,
so that both have to give the same outcomes.
"""

import csv
import io
import sys
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

import pandas as pd

from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study import cleaning, paths, tidy
from ibd_scores.study.intake.words import words

FILE = "随访登记表.csv"
ENCODING = "gb18030"
VISITS = {"baseline": "_基线", "week12": "_12周"}
# How many of theirs are one of ours, and the unit in the heading.
UNITS = {"crp_mg_l": ("0.1", "mg/dL"), "calprotectin_ug_g": ("1", "mg/kg"),
         "hematocrit_percent": ("0.01", "L/L"), "hemoglobin_g_dl": ("10", "g/L"),
         "albumin_g_dl": ("10", "g/L"), "height_m": ("100", "cm")}  # fmt: skip
CODED = {"disease", "sex", "smoking", "colitis_extent", "action"}
NOT_DONE, NOT_REACHED = "未查", "未到达"

Row = dict[str, str]
Tables = Mapping[str, pd.DataFrame]


def sheet(tables: Tables) -> list[Row]:
    """Lay tidy tables out as one row for each patient, in their order."""
    rows: dict[str, Row] = {}
    for line in tables["patients"].to_dict("records"):
        own = rows[line["patient_id"]] = {heading("patients", "patient_id"): line["patient_id"]}
        own |= dict(_cells("patients", line, ""))
    for name in ("visits", "endoscopy"):
        for line in tables[name].to_dict("records"):
            rows[line["patient_id"]] |= dict(_cells(name, line, VISITS[line["visit"]]))
    for line in tables["imaging"].to_dict("records"):
        place = words().segments[line["segment"]].zh
        after = f"_{place}{VISITS[line['visit']]}"
        rows[line["patient_id"]] |= dict(_cells("imaging", line, after))
    for name in ("diary", "adverse_events"):
        for patient, lines in tables[name].groupby("patient_id", sort=False):
            for number, line in enumerate(lines.to_dict("records"), 1):
                rows[str(patient)] |= dict(_cells(name, line, str(number)))
    return [*rows.values()]


def heading(table: str, column: str) -> str:
    """Name a column as the hospital does: the Chinese label, and the unit if it is its own."""
    label = words().label(column, "zh", table)
    return f"{label}({UNITS[column][1]})" if column in UNITS else label


def _cells(table: str, line: Mapping[object, object], after: str) -> Iterator[tuple[str, str]]:
    told = {"patient_id", "visit", "segment", "endoscopy"} - (
        {"endoscopy"} if table == "diary" else set())  # fmt: skip
    reached = {
        segment: any(isinstance(value := line.get(f"{name}_{segment}"), float) and value == value
                     for name in VARIABLES)
        for segment in SEGMENTS
    }  # fmt: skip
    for name, value in line.items():
        column = str(name)
        if column in told or column.endswith("_censor"):
            continue
        text = _text(table, column, value, str(line.get(f"{column}_censor", "")))
        if table == "endoscopy" and column in tidy.CELLS and not text:
            segment = next(one for one in SEGMENTS if column.endswith(f"_{one}"))
            text = "" if reached[segment] else NOT_REACHED
        yield f"{heading(table, column)}{after}", text


def _text(table: str, column: str, value: object, censor: str) -> str:
    if pd.isna(value):  # type: ignore[call-overload]
        return NOT_DONE if column in UNITS and table == "visits" else ""
    if isinstance(value, pd.Timestamp):
        return f"{value.year}/{value.month}/{value.day}"
    stated = tidy.columns(table).get(column)
    if stated and stated.item and (coded := words().codes(column, table)):
        code = f"{value:g}" if isinstance(value, float) else str(value)
        if column in CODED:
            return coded[code].zh
        if {*coded} == {"0", "1"}:
            return coded[code].zh
    if not isinstance(value, float):
        return str(value)
    factor = Decimal(UNITS[column][0]) if column in UNITS else Decimal(1)
    number = f"{(Decimal(f'{value:.15g}') * factor).normalize():f}"
    return {"left": "<", "right": ">"}.get(censor, "") + number


def write(tables: Tables, folder: Path) -> None:
    """Write the sheet as comma-separated text in GB18030, whole or not at all."""
    rows = sheet(tables)
    order = list(dict.fromkeys(name for row in rows for name in row))
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, order, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    with paths.replacing(folder / FILE) as temporary:
        temporary.write_bytes(lines.getvalue().encode(ENCODING))


if __name__ == "__main__":  # python -m ibd_scores.study.simulation.wide [folder]
    folders = [*map(Path, sys.argv[1:2]), paths.raw("second_hospital")]
    write(cleaning.clean("upadacitinib").tables, folders[0])
