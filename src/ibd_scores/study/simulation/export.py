"""The simulated cohort as a hospital exports it: headings, words, and the usual faults.

Every fault is listed in `faults.csv`: table, row (the header is row 1; blank for a diary day that
is not there), patient_id, visit, column, problem, and what is written. Columns and problems have
the names that the query list of `cleaning` gives them, so that the two lists can be compared.
"""

import csv
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from ibd_scores.study import paths
from ibd_scores.study.simulation.codebook import CODEBOOK, NOT_DONE, WORDS, readme
from ibd_scores.study.simulation.latent import Draws, Row

FAULTS = 3  # the stream of draws, beside those of `simulation`
SEX = {"male": {"男": 60, "M": 40}, "female": {"女": 60, "F": 40}}  # two systems feed the export
MISSPELLED = {"M": "Mael", "F": "Femlae"}

Line = dict[str, str]  # the texts of one row by heading
Fits = Callable[[Line], bool]


@dataclass(frozen=True)
class Fault:
    """One fault: where it is, what it is, what is written there."""

    table: str
    row: str
    patient_id: str
    visit: str
    column: str
    problem: str
    written: str


def heading(table: str, name: str) -> str:
    """The hospital's heading of one of our columns."""
    return next(column.heading for column in CODEBOOK[table] if column.name == name)


class Export:
    """The tables as texts, and the list of what is wrong with them.

    `spared` are patients whose values stand on a cut: no fault may move them.
    """

    def __init__(self, tables: Mapping[str, list[Row]], spared: frozenset[str], plan: Any) -> None:
        self.plan, self.spared = plan, spared
        self.draws = Draws(plan["seed"], FAULTS)
        self.faults: list[Fault] = []
        diary = self._skip_days(tables["visits"], tables["diary"])
        self.lines = {table: [self._line(table, row) for row in rows]
                      for table, rows in {**tables, "diary": diary}.items()}  # fmt: skip
        self._list_gaps()
        self._plant()

    def _skip_days(self, visits: list[Row], diary: list[Row]) -> list[Row]:
        """Leave out days of some diaries, in weeks without bowel preparation."""
        days_of: dict[str, list[Row]] = {}
        for day in diary:
            days_of.setdefault(day["patient_id"], []).append(day)
        weeks = []
        for visit in visits:
            week = [day for day in days_of.get(visit["patient_id"], ())
                    if timedelta(0) < visit["date"] - day["date"] <= timedelta(7)]  # fmt: skip
            disturbed = any(day["bowel_preparation"] or day["endoscopy"] for day in week)
            if week and not disturbed and visit["patient_id"] not in self.spared:
                weeks.append((visit, week))
        self.draws.shuffle(weeks)
        skipped: list[int] = []
        short, too_short = (self.plan["faults"][n] for n in ("short_diaries", "too_short_diaries"))
        for number, (visit, week) in enumerate(weeks[: short + too_short]):
            self.draws.shuffle(week)
            days = self.draws.whole(1, 3) if number < short else 4
            for day in sorted(week[:days], key=lambda day: day["date"]):
                skipped.append(id(day))
                self.faults.append(Fault("diary", "", visit["patient_id"], visit["visit"], "date",
                                         "no diary entry", day["date"].isoformat()))  # fmt: skip
        return [day for day in diary if id(day) not in skipped]

    def _line(self, table: str, row: Row) -> Line:
        line = {}
        for column in CODEBOOK[table]:
            value = row.get(column.name)
            if value is None and table == "visits" and column.name in row:
                text = NOT_DONE
            elif value is None:
                text = ""
            elif isinstance(value, int | float):
                text = f"{value * column.factor:.{column.decimals}f}"
            else:
                text = WORDS.get(value, str(value))
            line[column.heading] = text
        if table == "patients":
            line["Sex"] = self.draws.pick(SEX[row["sex"]])
        if table == "endoscopy":
            line["Status"] = row["status"]
        if table == "visits":
            line |= self._laboratory(row)
        return line

    def _laboratory(self, row: Row) -> Line:
        """CRP in the unit of the day, and results beyond what the method can measure."""
        crp, calprotectin = row["crp_mg_l"], row["calprotectin_ug_g"]
        old_unit = row["date"] < self.plan["faults"]["crp_in_mg_dl_from"]
        texts = {"CRP unit": "mg/L" if old_unit else "mg/dL"}
        if crp is not None and crp < 0.5:
            texts["CRP"] = "<0.5" if old_unit else "<0.05"
        elif crp is not None and not old_unit:
            texts["CRP"] = f"{crp / 10:.2f}"
        if calprotectin is not None and calprotectin > 1800:
            texts["FC"] = ">1800"
        return texts

    def _list_gaps(self) -> None:
        """List what the simulated hospital did not measure, could not, or measured otherwise."""
        for row, line in enumerate(self.lines["visits"]):
            for column in CODEBOOK["visits"]:
                text = line[column.heading]
                if text == NOT_DONE:
                    self._list("visits", row, column.name, "not done")
                elif text[:1] in ("<", ">"):
                    self._list("visits", row, column.name, "detection limit")
            if line["CRP unit"] == "mg/dL" and line["CRP"] != NOT_DONE:
                self._list("visits", row, "crp_mg_l", "another unit")
        for row, line in enumerate(self.lines["endoscopy"]):
            if line["Status"] == "not reached":
                self._list("endoscopy", row, "segment", "segment not reached", line["Status"])

    def _plant(self) -> None:
        """Plant the faults that somebody typed."""
        counts = self.plan["faults"]
        for table, name in (("patients", "start_date"), ("visits", "date"),
                            ("adverse_events", "onset_date")):  # fmt: skip
            for _ in range(counts["slash_dates"][table]):
                self._type(
                    table, name, "date in another format", _slashes, lambda text: "-" in text
                )
        for _ in range(counts["misspelled_sex"]):
            self._type(
                "patients", "sex", "misspelled", MISSPELLED.__getitem__, MISSPELLED.__contains__
            )
        for _ in range(counts["hematocrit_fractions"]):
            self._type(
                "visits",
                "hematocrit_percent",
                "another scale",
                lambda text: f"{float(text) / 100:.3f}",
                lambda text: text != NOT_DONE,
            )
        for _ in range(counts["impossible_subscores"]):
            self._type("visits", "physician_global", "not permitted", lambda text: "4", bool)
        for _ in range(counts["duplicated_visits"]):
            row = self._any("visits", lambda line: True)
            self.lines["visits"].append(self.lines["visits"][row])
            self._list("visits", len(self.lines["visits"]) - 1, "", "duplicated row", "")

    def _type(self, table: str, name: str, problem: str,
              typed: Callable[[str], str], fits: Callable[[str], bool]) -> None:  # fmt: skip
        """Type one cell otherwise, in a row that nothing else is wrong with."""
        column = heading(table, name)
        row = self._any(table, lambda line: fits(line[column]))
        self.lines[table][row][column] = typed(self.lines[table][row][column])
        self._list(table, row, name, problem)

    def _any(self, table: str, fits: Fits) -> int:
        faulty = {fault.row for fault in self.faults if fault.table == table}
        rows = [row for row, line in enumerate(self.lines[table])
                if fits(line) and _in_file(row) not in faulty
                and line["Patient ID"] not in self.spared]  # fmt: skip
        return rows[self.draws.whole(0, len(rows) - 1)]

    def _list(
        self, table: str, row: int, name: str, problem: str, written: str | None = None
    ) -> None:
        line = self.lines[table][row]
        if written is None:
            written = line[heading(table, name)]
        visit = line.get("Visit", "").replace(" ", "")
        self.faults.append(
            Fault(table, _in_file(row), line["Patient ID"], visit, name, problem, written)
        )


def _in_file(row: int) -> str:
    return str(row + 2)


def _slashes(text: str) -> str:
    year, month, day = map(int, text.split("-"))
    return f"{year}/{month}/{day}"


def write(tables: Mapping[str, list[Row]], spared: frozenset[str], plan: Any, folder: Path) -> None:
    """Write the tables, `faults.csv` and `README.md`."""
    export = Export(tables, spared, plan)
    order = list(CODEBOOK)
    faults = sorted(export.faults, key=lambda f: (order.index(f.table), int(f.row or 0), f.written))
    for table, lines in export.lines.items():
        headings = [column.heading for column in CODEBOOK[table]]
        _write_csv(folder / f"{table}.csv", headings, [list(line.values()) for line in lines])
    names = [field.name for field in fields(Fault)]
    _write_csv(folder / "faults.csv", names, [list(astuple(fault)) for fault in faults])
    rows = {table: len(lines) for table, lines in export.lines.items()}
    with paths.replacing(folder / "README.md") as temporary:
        temporary.write_text(
            readme(plan, rows, [fault.problem for fault in faults]), encoding="utf-8", newline="\n"
        )


def _write_csv(path: Path, headings: list[str], lines: list[list[str]]) -> None:
    with (
        paths.replacing(path) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        csv.writer(file, lineterminator="\n").writerows([headings, *lines])
