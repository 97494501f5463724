"""Small tables of a cohort, and ways in which people and programs damage such tables."""

import csv
import gzip
import io
import random
from collections.abc import Callable
from pathlib import Path

import openpyxl

TOML = """
title = "damaged"
pseudonyms = false
exported = 2024-12-31
missing = ["未查"]
[visit_names]
baseline = ["V0", "基线"]
week12 = ["V12"]
[patients]
file = "patients.{patients}"
[patients.columns]
patient_id = "id"
disease = {{ from = "dx", codes = {{ CD = ["克罗恩病"], UC = ["溃疡性结肠炎"] }} }}
sex = {{ from = "sex", codes = {{ male = ["男"], female = ["女"] }} }}
height_m = {{ from = "身高", unit = "cm" }}
start_date = "start"
normal_stools_per_day = "normal"
[visits]
file = "visits.{visits}"
[visits.columns]
patient_id = "id"
visit = "访视"
date = "date"
weight_kg = "kg"
crp_mg_l = {{ from = "CRP", unit_from = "unit" }}
hematocrit_percent = {{ from = "Hct", unit = "fraction" }}
antidiarrheal = {{ from = "loperamide", codes = {{ 0 = ["否"], 1 = ["是"] }} }}
abdominal_mass = "mass"
stools_per_day = "stools"
rectal_bleeding = "blood"
physician_global = "pga"
endoscopic_subscore = "mes"
{flags}
[diary]
file = "diary.{diary}"
[diary.columns]
patient_id = "id"
date = "date"
liquid_stools = "loose"
abdominal_pain = "pain"
general_wellbeing = "well"
[endoscopy]
file = "endoscopy.{endoscopy}"
not_reached = ["未到达"]
[endoscopy.segment]
from = "肠段"
codes = {{ ileum = "回", right_colon = "右", transverse = "横", left_colon = "左", rectum = "直" }}
[endoscopy.columns]
patient_id = "id"
visit = "访视"
date = "date"
ulcer_size = "size"
ulcerated_surface = "ulcerated"
affected_surface = "affected"
narrowing = "narrow"
"""
FLAGS = ("arthralgia", "uveitis", "erythema_nodosum", "aphthous_ulcers", "pyoderma_gangrenosum",
         "anal_fissure", "anal_fistula", "anal_abscess", "other_fistula", "fever")  # fmt: skip
Rows = list[dict[str, str]]


def patients() -> Rows:
    return [
        {"id": "P1", "dx": "克罗恩病", "sex": "男", "身高": "175", "start": "2024-03-16",
         "normal": ""},
        {"id": "P2", "dx": "溃疡性结肠炎", "sex": "女", "身高": "160.5", "start": "2024-03-16",
         "normal": "1"},
    ]  # fmt: skip


def visits() -> Rows:
    crohn = {"mass": "2", "loperamide": "是", "stools": "", "blood": "", "pga": "", "mes": ""}
    crohn |= {flag: str(place % 2) for place, flag in enumerate(FLAGS)}
    colitis = dict.fromkeys(crohn, "") | {"stools": "6", "blood": "2", "pga": "2", "mes": "3"}
    return [
        {"id": patient, "访视": visit, "date": day, "kg": "61.5", "CRP": crp, "unit": unit,
         "Hct": "0.395"} | own
        for patient, own in (("P1", crohn), ("P2", colitis))
        for visit, day, crp, unit in (
            ("V0", "2024-03-15", "1.25", "mg/dL"), ("V12", "2024-06-07", "<0.5", "mg/L"),
        )
    ]  # fmt: skip


def diary() -> Rows:
    return [
        {"id": "P1", "date": f"2024-{month}-{day:02}", "loose": str(day % 5), "pain": "2",
         "well": "3"}
        for month, first in (("03", 8), ("05", 31))
        for day in ([*range(first, first + 7)] if month == "03" else [31])
    ] + [
        {"id": "P1", "date": f"2024-06-0{day}", "loose": "1", "pain": "0", "well": "1"}
        for day in range(1, 7)
    ]  # fmt: skip


def endoscopy() -> Rows:
    return [
        {"id": "P1", "访视": visit, "date": day, "肠段": segment, "size": size, "ulcerated": "1",
         "affected": "2", "narrow": "0"}
        for visit, day, size in (("V0", "2024-03-10", "2"), ("V12", "2024-06-05", "1"))
        for segment in ("回", "右", "横", "左", "直")
    ]  # fmt: skip


WHOLE: dict[str, Callable[[], Rows]] = {
    "patients": patients, "visits": visits, "diary": diary, "endoscopy": endoscopy,
}  # fmt: skip
# Texts that no column of these tables can hold.
WRONG = ["12/5", "3 (4)", "#N/A", "#DIV/0!", "1,800", "12,5", "nan", "inf", "-7", "1e9", "0x1F",
         "٣", "½", "Ⅻx", "TRUE", "None", "null", "?", "-", "--", ".", "6-Apr", "2024-13-45",
         "31/31/2024", "2099-01-01", "=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "<script>", "≤5",
         "<-3", "<>", "十二", "about 5", "4?", "999999", "13800138000", "\u202e12", "a\u0000b"[:1],
         "很好" * 2000]  # fmt: skip
NUMBERS = ("kg", "Hct", "mass", "stools", "blood", "pga", "mes", "loose", "pain", "well", "size",
           "ulcerated", "affected", "narrow", "身高", "normal", *FLAGS)  # fmt: skip


def respelled(text: str, how: random.Random) -> str:
    """The same text as another keyboard types it."""
    wide = "".join(chr(ord(c) + 0xFEE0) if "0" <= c <= "9" else c for c in text)
    ways = [f" {text} ", f"\u3000{text}", text.upper(), text.lower(), wide]
    if text and set(text) <= set("0123456789."):
        ways += [f"+{text}", f"{text}.0" if "." not in text else f"{text}0", f"0{text}"]
    return how.choice(ways)


class Damaged:
    """The tables, what was done to them, and where a value may now be missing."""

    def __init__(self, how: random.Random) -> None:
        self.how = how
        self.tables = {name: make() for name, make in WHOLE.items()}
        self.hurt: list[tuple[str, dict[str, str]]] = []  # table and row, in which a cell is wrong
        self.strangers = False  # a patient's id was typed otherwise
        self.endings = dict.fromkeys(WHOLE, "csv")
        self.written: dict[str, Callable[[Rows], bytes]] = {}

    def rows(self) -> tuple[str, Rows]:
        name = self.how.choice([*self.tables])
        return name, self.tables[name]

    def wrong_cell(self) -> None:
        name, rows = self.rows()
        row = self.how.choice(rows)
        heading = self.how.choice([*row])
        row[heading] = self.how.choice(WRONG)
        self.hurt.append((name, row))
        self.strangers |= heading == "id"

    def blank_cell(self) -> None:
        _, rows = self.rows()
        row = self.how.choice(rows)
        row[self.how.choice([*row])] = self.how.choice(["", " ", "\u3000", "未查"])

    def respelled_cell(self) -> None:
        _, rows = self.rows()
        row = self.how.choice(rows)
        heading = self.how.choice([h for h in row if h not in ("id", "date", "start")] or ["id"])
        row[heading] = respelled(row[heading], self.how)

    def wrong_column(self) -> None:
        name, rows = self.rows()
        heading = self.how.choice([*rows[0]])
        for row in rows:
            row[heading] = self.how.choice(WRONG)
            self.hurt.append((name, row))
        self.strangers |= heading == "id"

    def lost_column(self) -> None:
        _, rows = self.rows()
        heading = self.how.choice([*rows[0]])
        for row in rows:
            row.pop(heading, None)

    def renamed_column(self) -> None:
        name, rows = self.rows()
        heading = self.how.choice([*rows[0]])
        new = self.how.choice([f"{heading}.1", heading[::-1] + "x", "<b>", "=A1", ""])
        self.tables[name] = [
            {new if k == heading else k: v for k, v in row.items()} for row in rows
        ]

    def further_column(self) -> None:
        _, rows = self.rows()
        for row in rows:
            row[f"extra {self.how.randrange(3)}"] = self.how.choice(WRONG)

    def doubled_row(self) -> None:
        _, rows = self.rows()
        rows.insert(self.how.randrange(len(rows) + 1), dict(self.how.choice(rows)))

    def contradicting_row(self) -> None:
        name, rows = self.rows()
        row = dict(self.how.choice(rows))
        heading = self.how.choice([h for h in row if h in NUMBERS] or [*row])
        row[heading] = self.how.choice(["1", "2", "3"] if self.how.random() < 0.5 else WRONG)
        self.strangers |= heading == "id"
        rows.insert(self.how.randrange(len(rows) + 1), row)
        self.hurt.append((name, row))

    def shuffled(self) -> None:
        name, rows = self.rows()
        self.how.shuffle(rows)
        order = [*rows[0]]
        self.how.shuffle(order)
        self.tables[name] = [{heading: row.get(heading, "") for heading in order} for row in rows]

    def blank_rows(self) -> None:
        _, rows = self.rows()
        rows.insert(self.how.randrange(len(rows) + 1), dict.fromkeys(rows[0], ""))

    def no_rows(self) -> None:
        name, _ = self.rows()
        self.written[name] = lambda rows: b""

    def encoded(self) -> None:
        name, _ = self.rows()
        code = self.how.choice(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk",
                                "latin-1", "shift-jis", "utf-32"])  # fmt: skip
        self.written[name] = lambda rows: text(rows).encode(code, errors="replace")

    def cut_off(self) -> None:
        name, _ = self.rows()
        share = self.how.random()
        self.written[name] = lambda rows: (data := text(rows).encode())[: int(len(data) * share)]

    def bytes_changed(self) -> None:
        name, _ = self.rows()
        seed = self.how.random()

        def write(rows: Rows) -> bytes:
            data, how = bytearray(text(rows).encode()), random.Random(seed)
            for _ in range(how.randrange(1, 4)):
                data[how.randrange(len(data))] = how.choice([0, 34, 44, 10, 13, 255, 128])
            return bytes(data)

        self.written[name] = write

    def delimited(self) -> None:
        name, _ = self.rows()
        sign = self.how.choice([";", "\t", "|"])
        self.written[name] = lambda rows: text(rows, sign).encode()

    def packed(self) -> None:
        name, _ = self.rows()
        self.endings[name] = "csv.gz"
        self.written[name] = lambda rows: gzip.compress(text(rows).encode())

    def workbook(self) -> None:
        name, _ = self.rows()
        self.endings[name] = "xlsx"
        self.written[name] = book

    def no_workbook(self) -> None:
        name, _ = self.rows()
        self.endings[name] = self.how.choice(["xlsx", "xls", "csv.gz"])
        self.written[name] = lambda rows: text(rows).encode()

    def write(self, folder: Path) -> None:
        flags = "\n".join(f'{flag} = "{flag}"' for flag in FLAGS)
        toml = TOML.format(flags=flags, **self.endings)
        (folder / "cohort.toml").write_text(toml, encoding="utf-8")
        for name, rows in self.tables.items():
            write = self.written.get(name, lambda rows: text(rows).encode())
            (folder / f"{name}.{self.endings[name]}").write_bytes(write(rows))


DAMAGES = [name for name, one in vars(Damaged).items()
           if callable(one) and name not in ("__init__", "rows", "write")]  # fmt: skip


def text(rows: Rows, sign: str = ",") -> str:
    lines = io.StringIO(newline="")
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    writer = csv.DictWriter(lines, headings, delimiter=sign, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return lines.getvalue()


def book(rows: Rows) -> bytes:
    """Numbers and words as a spreadsheet keeps them; what looks like a formula is text."""
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    headings = list(dict.fromkeys(heading for row in rows for heading in row))
    for place, line in enumerate([dict(zip(headings, headings, strict=True)), *rows], 1):
        for column, heading in enumerate(headings, 1):
            value = line.get(heading, "")[:30_000]
            cell = sheet.cell(place, column)
            try:
                cell.value = float(value) if place > 1 and heading in NUMBERS else value
            except ValueError:
                cell.value = value
            if isinstance(cell.value, str):
                cell.data_type = "s"
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()
