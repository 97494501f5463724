"""Raw tables to tidy tables, with a list of everything that was found on the way.

Every cell is read as text and judged by the cohort's declarations (`cohort.toml`) and by the
values that the forms permit. Nothing is lost and nothing is guessed: what is repaired has a
declared rule, what contradicts itself becomes missing, and each of these is one row of the query
list, which goes back to whoever keeps the data.

Columns: table, row (in the source file, the header is 1; blank for what has no row), patient_id,
visit, column, old (as written), new, problem, action, why. One row for each cell concerned:

    problem                          action    column, old and new
    date in another format           converted the date; as written; ISO date
    impossible date                  missing   2024-02-30
    ambiguous date                   missing   two declared formats read it as two days
    not a date                       missing
    detection limit                  censored  old <0.5, new 0.5
    not done                         missing   a word declared as missing; a blank is no finding
    another unit                     converted old and new number; any unit but the first declared
    no unit, unknown unit            missing
    another scale                    repaired  a hematocrit of 0.41, new 41
    misspelled                       repaired  a declared repair
    unknown word                     missing
    not a number                     missing
    not readable                     missing   ≤5: it can be <5, below the limit, or 5, measured
    not permitted                    missing   off the form, or beyond what a body can have
    not asked                        missing   answers where only_where says there are none: one
                                               finding for a row, its columns one after the other
    duplicated row                   dropped   row: the later one; column, old and new blank;
                                               what it shares with the first is found once
    contradictory rows               missing   row: the later one; one for each column; old "5 | 8"
    segment not reached              left out  column "segment"; old: the status as written
    segment not recorded             missing   a long endoscopy without a row for it
    recorded though not reached      missing   a value in a segment not reached
    no <column>                      left out  a row without patient, visit or date cannot be kept
    unknown word in such a column    left out
    patient not listed               kept      not in the patients table
    no diary entry                   missing   column "date", old: the day; row blank; visit: the
                                               visit that the 7 days precede; only where the diary
                                               has any entry in these 7 days
    contradiction                    kept      permitted one by one, not together
    date out of order                kept      old and new: the day; more than 60 days before the
                                               start (a visit) or from every visit (a diary day);
                                               week 12 before baseline; a stop or an adverse event
                                               before the start. The clock is not asked
    a declared remark                kept      column, old and new blank
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from datetime import timedelta
from typing import Any

import pandas as pd

from ibd_scores.derive.diary import WINDOW_DAYS
from ibd_scores.entries import ENTRIES
from ibd_scores.study import tidy
from ibd_scores.study.cohort import Cohort, read_cohort
from ibd_scores.study.cohort.reading import Limit
from ibd_scores.study.cohort.records import Record, read_records

# A visit so many days before the start, or a diary day so far from every visit, is a misprint.
FAR_DAYS = 60


@dataclass(frozen=True)
class Query:
    """One row of the query list."""

    table: str
    row: int | None
    patient_id: str
    visit: str
    column: str
    old: str
    new: str
    problem: str
    action: str
    why: str


@dataclass(frozen=True)
class Clean:
    """Tidy tables by name, and the query list."""

    tables: Mapping[str, pd.DataFrame]
    queries: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """How many findings of each kind: table, problem, action, findings, patients."""
        grouped = self.queries.groupby(["table", "problem", "action"], sort=True)
        counts = grouped["patient_id"].agg(findings="size", patients="nunique")
        return counts.reset_index()


def clean(cohort: Cohort | str) -> Clean:
    """Read a cohort and clean it: the six tidy tables (empty ones too) and the query list.

    Nothing is written. `cohort` is what `read_cohort` gives, or the name of a cohort.

    Raises
    ------
    CohortError
        a table cannot be read as declared; the message says where, and what to do.
    """
    cohort = read_cohort(cohort) if isinstance(cohort, str) else cohort
    tables: dict[str, pd.DataFrame] = {}
    queries: list[Query] = []
    for name in tidy.KEYS:
        records: list[Record] = []
        if name in cohort.tables:
            records, left_out = read_records(cohort.tables[name], cohort.encoding)
            queries += _queries(name, [*records, *left_out])
        stated = [source.column for source in cohort.tables[name].sources] if records else []
        tables[name] = _table(name, records, stated, cohort.visits)
        queries += _contradictions(name, tables[name])
        queries += _strangers(name, tables[name], tables["patients"])
    queries += _days_without_entry(tables["visits"], tables["diary"])
    queries += _out_of_order(tables)
    order = {name: place for place, name in enumerate(tables)}
    queries.sort(key=lambda query: (order[query.table], query.row or 10**9))
    listed = pd.DataFrame(
        [astuple(query) for query in queries], columns=[one.name for one in fields(Query)]
    )
    listed["row"] = listed["row"].astype("Int64")
    plain = {name: frame.reset_index(drop=True) for name, frame in tables.items()}
    return Clean(plain, listed)


def _queries(table: str, records: Iterable[Record]) -> Iterator[Query]:
    for record in records:
        patient, visit = (str(record.values.get(name) or "") for name in ("patient_id", "visit"))
        for found in record.found:
            note = found.note
            yield Query(table, found.row, patient, visit, found.column, found.old, note.new,
                        note.problem, note.action, note.why)  # fmt: skip


def _table(
    name: str, records: list[Record], stated: list[tidy.Column], visits: tuple[str, ...]
) -> pd.DataFrame:
    """Lay records out as a tidy table, in the order of patient, visit and date; index: row."""
    columns = dict(tidy.columns(name))
    columns |= {one.name: one for one in stated if tidy.recorded(one.name)}
    records = sorted(records, key=lambda record: _place(record, visits))
    rows = []
    for record in records:
        row = dict(record.values)
        for censored in tidy.CENSORED:
            if isinstance(limit := row.get(censored), Limit):
                row |= {censored: limit.number, f"{censored}_censor": limit.side}
        rows.append(row)
    if name == "endoscopy":
        counted: dict[object, int] = {}
        for row in rows:
            visit = (row["patient_id"], row["visit"])
            row["endoscopy"] = counted[visit] = counted.get(visit, 0) + 1
    index = pd.Index([record.row for record in records], dtype="int64", name="row")
    return pd.DataFrame({
        column.name: tidy.as_kind(
            pd.Series([row.get(column.name) for row in rows], index=index, dtype=object),
            column.kind,
        )
        for column in columns.values()
    })  # fmt: skip


def _place(record: Record, visits: tuple[str, ...]) -> tuple[object, ...]:
    patient, visit = (str(record.values.get(name) or "") for name in ("patient_id", "visit"))
    day = record.values.get("date") or record.values.get("onset_date")
    order = visits.index(visit) if visit in visits else len(visits)
    return _natural(patient), order, _natural(visit), str(day or ""), record.row


def _natural(text: str) -> list[tuple[int, str]]:
    """P9 before P10: digits are ordered by their value."""
    return [(int(part), "") if part.isdecimal() else (-1, part)
            for part in re.split(r"(\d+)", text)]  # fmt: skip


def _contradictions(name: str, table: pd.DataFrame) -> Iterator[Query]:
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
                yield Query(name, int(problem.row), line["patient_id"], line.get("visit") or "",
                            problem.item, text, text, "contradiction", "kept",
                            problem.why)  # fmt: skip


def _strangers(name: str, table: pd.DataFrame, patients: pd.DataFrame) -> Iterator[Query]:
    known = set(patients["patient_id"])
    for row, patient in table["patient_id"].drop_duplicates().items():
        if patient not in known:
            why = f"in {name} but not in patients; add the patient there or correct the id"
            yield Query(name, int(str(row)), patient, "", "patient_id", patient, patient,
                        "patient not listed", "kept", why)  # fmt: skip


def _days_without_entry(visits: pd.DataFrame, diary: pd.DataFrame) -> Iterator[Query]:
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
            yield Query("diary", None, patient, visit, "date", f"{one:%Y-%m-%d}", "",
                        "no diary entry", "missing", why)  # fmt: skip


def _out_of_order(tables: Mapping[str, pd.DataFrame]) -> Iterator[Query]:
    """Report the dates that cannot be true together, judged by the others of the patient."""
    patients, visits, diary = (tables[name] for name in ("patients", "visits", "diary"))
    starts = patients.groupby("patient_id")["start_date"].min()
    first = visits[visits["visit"].eq("baseline")].groupby("patient_id")["date"].min()
    far = pd.Timedelta(days=FAR_DAYS)

    def of_patient(days: "pd.Series[Any]", table: pd.DataFrame) -> "pd.Series[Any]":
        return days.reindex(table["patient_id"]).set_axis(table.index)

    def found(name: str, column: str, wrong: "pd.Series[bool]", why: str) -> Iterator[Query]:
        for row, line in tables[name][wrong].iterrows():
            day = f"{line[column]:%Y-%m-%d}"
            yield Query(name, int(str(row)), line["patient_id"], line.get("visit") or "", column,
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
    days = diary[["patient_id", "date"]].reset_index().merge(
        seen, on="patient_id", suffixes=("", "_visit")
    )  # fmt: skip
    apart = (days["date"] - days["date_visit"]).abs().groupby(days["row"]).min()
    lonely = diary.index.to_series().isin(apart.index[apart > far])
    yield from found("diary", "date", lonely, f"more than {FAR_DAYS} days from every visit")
