"""What is doubtful between values that are permitted one by one: reported, and mostly kept.

Each check reads tidy tables by position (index 0, 1, ...) and yields what it found.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from ibd_scores.derive.diary import WINDOW_DAYS
from ibd_scores.entries import ENTRIES

Tables = Mapping[str, pd.DataFrame]

# A visit so many days before the start, or a diary day so far from every visit, is a misprint.
FAR_DAYS = 60


@dataclass(frozen=True)
class Doubt:
    """What was found at a position of a table, or about a patient where there is no row."""

    table: str
    place: int | None
    patient_id: str
    visit: str
    column: str
    old: str
    new: str
    problem: str
    action: str
    why: str


def doubts(tables: Tables) -> Iterator[Doubt]:
    """Yield every doubt about these tables."""
    for name, table in tables.items():
        yield from contradictions(name, table)
    yield from days_without_entry(tables["visits"], tables["diary"])
    yield from out_of_order(tables)


def contradictions(name: str, table: pd.DataFrame) -> Iterator[Doubt]:
    """Report what the catalogue finds wrong between values that are permitted one by one."""
    said = set()
    for entry in ENTRIES.values():
        if not {column.name for column in entry.chosen(table)} <= {*table.columns}:
            continue
        for problem in entry.problems(table).itertuples():
            place = (problem.row, problem.item, problem.why)
            if place not in said:
                said.add(place)
                line, value = table.loc[problem.row], problem.value
                text = value if isinstance(value, str) else f"{value:g}"
                yield Doubt(name, int(problem.row), line["patient_id"], line.get("visit") or "",
                            problem.item, text, text, "contradiction", "kept",
                            problem.why)  # fmt: skip


def days_without_entry(visits: pd.DataFrame, diary: pd.DataFrame) -> Iterator[Doubt]:
    """Report the missing days of a diary that was kept in the 7 days before a visit."""
    kept = set(zip(diary["patient_id"], diary["date"], strict=True))
    for patient, visit, day in zip(
        visits["patient_id"], visits["visit"], visits["date"], strict=True
    ):
        if pd.isna(day):
            continue
        window = [day - timedelta(before) for before in range(WINDOW_DAYS, 0, -1)]
        absent = [one for one in window if (patient, one) not in kept]
        if len(absent) == len(window):
            continue
        for one in absent:
            why = f"among the 7 days before {visit}"
            yield Doubt("diary", None, patient, visit, "date", f"{one:%Y-%m-%d}", "",
                        "no diary entry", "missing", why)  # fmt: skip


def out_of_order(tables: Tables) -> Iterator[Doubt]:
    """Report the dates that cannot be true together, judged by the others of the patient."""
    patients, visits, diary = (tables[name] for name in ("patients", "visits", "diary"))
    starts = patients.groupby("patient_id")["start_date"].min()
    first = visits[visits["visit"].eq("baseline")].groupby("patient_id")["date"].min()
    far = pd.Timedelta(days=FAR_DAYS)

    def of_patient(days: "pd.Series[Any]", table: pd.DataFrame) -> "pd.Series[Any]":
        return days.reindex(table["patient_id"]).set_axis(table.index)

    def found(name: str, column: str, wrong: "pd.Series[bool]", why: str) -> Iterator[Doubt]:
        for place, line in tables[name][wrong].iterrows():
            day = f"{line[column]:%Y-%m-%d}"
            yield Doubt(name, int(str(place)), line["patient_id"], line.get("visit") or "", column,
                        day, day, "date out of order", "kept", why)  # fmt: skip

    stopped = patients["stop_date"] < patients["start_date"]
    yield from found("patients", "stop_date", stopped, "before start_date")
    early = visits["date"] < of_patient(starts, visits) - far
    yield from found("visits", "date", early, f"more than {FAR_DAYS} days before start_date")
    before = visits["visit"].eq("week12") & (visits["date"] < of_patient(first, visits))
    yield from found("visits", "date", before, "before the baseline visit")
    events = tables["adverse_events"]
    onset = events["onset_date"] < of_patient(starts, events)
    yield from found("adverse_events", "onset_date", onset, "before start_date")
    seen = visits[["patient_id", "date"]].dropna()
    days = diary[["patient_id", "date"]].reset_index(names="place").merge(
        seen, on="patient_id", suffixes=("", "_visit")
    )  # fmt: skip
    apart = (days["date"] - days["date_visit"]).abs().groupby(days["place"]).min()
    lonely = diary.index.to_series().isin(apart.index[apart > far])
    yield from found("diary", "date", lonely, f"more than {FAR_DAYS} days from every visit")
