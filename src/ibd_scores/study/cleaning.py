"""Raw tables to tidy tables, with a list of everything that was found on the way.

Every cell is read as text and judged by the cohort's declarations (`cohort.toml`) and by the
values that the forms permit. Nothing is lost and nothing is guessed: what is repaired has a
declared rule, what contradicts itself becomes missing, and each of these is one row of the query
list, which goes back to whoever keeps the data.

Columns: table, file, row (in the source file, as a spreadsheet counts; blank for what has no row),
patient_id, visit, column (ours), heading (the file's), old (as written), new, problem, action, why,
costs (the scores that lack what was lost). One row for each cell concerned:

    problem                          action    column, old and new
    date in another format           converted the date; as written; ISO date
    impossible date                  missing   2024-02-30
    ambiguous date                   missing   two declared formats read it as two days
    not a date                       missing
    detection limit                  censored  old <0.5, new 0.5
    not done                         missing   a word declared as missing; a blank is no finding
    date in the future               missing   later than `exported` in cohort.toml, or than today
    formula error                    missing   #N/A, #REF! and their like
    two values in one cell           missing   12/5
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
    several in the window            kept      where windows tell the visit: the nearest row stands
    outside the windows              left out  where windows tell the visit
    outside the window               kept      where the visit is told and windows are declared
    mixed units                      missing   a whole column: a part looks to be in another unit
    endoscopy not complete           missing   a row of it could not be placed, so no sum is right
    identifying column               left out  a heading that looks like a name, a number of a
                                               person or free text; free text is kept where
                                               cohort.toml says identifying = false
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
                                               before the start
    a declared remark                kept      column, old and new blank
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields, replace
from datetime import date
from itertools import chain

import numpy as np
import pandas as pd

from ibd_scores.study import paths, tidy
from ibd_scores.study.cohort import Cohort, identity, read_cohort, units
from ibd_scores.study.cohort.mixed_units import mixed_units
from ibd_scores.study.cohort.parsing import decimals, fold
from ibd_scores.study.cohort.reading import Limit, Note
from ibd_scores.study.cohort.records import Found, Record, Records, read_records
from ibd_scores.study.cohort.sources import Table
from ibd_scores.study.doubts import Doubt, doubts
from ibd_scores.study.queries import html, safe, with_costs
from ibd_scores.study.schema import validated

WITHHELD = "(withheld)"
FREE_TEXT = "free text may tell who it is; identifying = false in cohort.toml keeps it"
FORMULA = "a spreadsheet would take it for a formula; an apostrophe marks it as text"
NO_FREE_TEXT = ("patient_id", "visit", "segment")


@dataclass(frozen=True)
class Query:
    """One row of the query list."""

    table: str
    file: str
    row: int | None
    patient_id: str
    visit: str
    column: str
    heading: str
    old: str
    new: str
    problem: str
    action: str
    why: str
    costs: str = ""


@dataclass(frozen=True)
class Clean:
    """Tidy tables by name, and the query list."""

    tables: Mapping[str, pd.DataFrame]
    queries: pd.DataFrame

    def summary(self) -> pd.DataFrame:
        """How many findings of each kind: table, problem, action, findings, patients."""
        patients = self.queries["patient_id"]
        known = self.queries.assign(patient_id=patients.where(patients != ""))
        grouped = known.groupby(["table", "problem", "action"], sort=True)
        counts = grouped["patient_id"].agg(findings="size", patients="nunique")
        return counts.reset_index()

    def costs(self) -> pd.DataFrame:
        """How many findings, of how many patients, cost each score something, by problem."""
        named = self.queries.assign(score=self.queries["costs"].str.split(", ")).explode("score")
        named = named[named["score"].notna() & (named["score"] != "")]
        grouped = named.groupby(["score", "problem"], sort=True)
        return pd.DataFrame(
            {"findings": grouped.size(), "patients": grouped["patient_id"].nunique()}
        )

    def save(self, cohort: Cohort) -> None:
        """Write the tidy tables, and the query list as table and as page (`queries.html`)."""
        tidy.save(cohort.name, {**self.tables, "queries": safe(self.queries)})
        page = html(self.queries, cohort.title, cohort.note)
        with paths.replacing(tidy.folder(cohort.name) / "queries.html") as temporary:
            temporary.write_text(page, encoding="utf-8")


def clean(cohort: Cohort | str, *, min_days: int = 4) -> Clean:
    """Read a cohort and clean it: the six tidy tables (empty ones too) and the query list.

    Nothing is written, but for the key of the pseudonyms beside the raw tables, once.

    Parameters
    ----------
    cohort : Cohort or str
        What `read_cohort` gives, or the name of a cohort.
    min_days : int
        Days of a diary that a score needs: where fewer are left, the list says what that costs.

    Raises
    ------
    CohortError
        a table cannot be read as declared; the message says where, and what to do.
    """
    cohort = read_cohort(cohort) if isinstance(cohort, str) else cohort
    read = _read(cohort)
    _check_ids(read, hidden=cohort.pseudonyms)
    queries = [*_identifying(cohort, read)]
    _make_safe(read, cohort)
    tables: dict[str, pd.DataFrame] = {}
    for name, records in read.items():
        stated = [source.column for source in cohort.tables[name].sources] if records.kept else []
        records.kept.sort(key=lambda record: _place(record, cohort.visits))
        tables[name] = _frame(name, records.kept, stated)
        if name in cohort.tables:
            queries += _queries(cohort.tables[name], chain(records.kept, records.left_out))
            queries += _mixed(cohort.tables[name], tables[name], records.kept)
    queries += _located(doubts(tables), cohort, read)
    order = {name: place for place, name in enumerate(tables)}
    queries.sort(key=lambda query: (order[query.table], query.row or 10**9))
    listed = pd.DataFrame(
        [astuple(query) for query in queries], columns=[one.name for one in fields(Query)]
    )
    listed["row"] = listed["row"].astype("Int64")
    return Clean(validated(tables), with_costs(listed, tables, min_days=min_days))


def _read(cohort: Cohort) -> dict[str, Records]:
    """Read every table; the patients come first, for visits may be told by their start."""
    read = {name: Records() for name in tidy.KEYS}
    starts: dict[object, date] = {}
    for name, table in cohort.tables.items():
        read[name] = read_records(table, cohort.encoding, starts)
        for record in read[name].kept if name == "patients" else ():
            if isinstance(day := record.values.get("start_date"), date):
                starts[record.values["patient_id"]] = day
    return read


def _check_ids(read: Mapping[str, Records], *, hidden: bool) -> None:
    """Report patients of other tables who are not among the patients, and ids that look alike."""
    known = {str(one.values["patient_id"]): one.row for one in read["patients"].kept}
    alike: dict[str, str] = {}
    for name in known:
        alike.setdefault(fold(name), name)
    for table, records in read.items():
        said: set[str] = set()
        for record in records.kept:
            name = str(record.values["patient_id"])
            other = alike.get(fold(name), name)
            if name in said or (name in known and (table != "patients" or other == name)):
                continue
            said.add(name)
            shown = f"the id in row {known[other]}" if hidden and other in known else repr(other)
            near = f"; {shown} of patients is the same but for its spelling" * (other != name)
            if table == "patients":
                problem, why = "ids look alike", f"two patients, or one twice?{near}"
            else:
                problem = "patient not listed"
                why = f"in {table} but not in patients; add the patient there or correct the id"
                why += near
            record.found.append(Found(record.row, "patient_id", name,
                                      Note(problem, "kept", name, why)))  # fmt: skip


def _identifying(cohort: Cohort, read: Mapping[str, Records]) -> Iterator[Query]:
    """Name the headings that tell who somebody is; free text that may is withheld."""
    said = set()
    for name, table in cohort.tables.items():
        file = table.file.name
        read_from = {heading for one in read.values() for heading in one.read_from}
        for heading in read[name].header:
            kind = identity.heading_kind(heading)
            if kind and heading not in read_from and (file, table.sheet, heading) not in said:
                said.add((file, table.sheet, heading))
                why = f"looks like {identity.described(kind)}; it is not read"
                yield Query(name, file, None, "", "", "", heading, "", "", "identifying column",
                            "left out", why)  # fmt: skip
        for source in table.sources:
            column = source.column
            free = column.kind == "text" and column.name not in NO_FREE_TEXT
            if free and source.identifying and _withhold(read[name], column.name):
                yield Query(name, file, None, "", "", column.name, source.place, "", "",
                            "identifying column", "left out", FREE_TEXT)  # fmt: skip


def _withhold(records: Records, column: str) -> bool:
    """Take a column out of the records; True if there was something in it."""
    any_value = False
    for record in chain(records.kept, records.left_out):
        any_value |= record.values.get(column) is not None
        record.values[column] = None
        record.found = [
            replace(one, old=WITHHELD) if column in one.column.split(", ") else one
            for one in record.found
        ]
    return any_value


def _make_safe(read: Mapping[str, Records], cohort: Cohort) -> None:
    """Give patients their pseudonyms, and let no text be taken for a formula."""
    pseudonym = identity.pseudonymizer(cohort.folder) if cohort.pseudonyms else None
    for name, records in read.items():
        texts = [one for one, column in tidy.columns(name).items() if column.kind == "text"]
        for record in chain(records.kept, records.left_out):
            patient = record.values.get("patient_id")
            if pseudonym and patient is not None:
                record.values["patient_id"] = hidden = pseudonym(str(patient))
                record.found = [
                    replace(one, old=hidden, note=replace(one.note, new=one.note.new and hidden))
                    if one.column == "patient_id"
                    else one
                    for one in record.found
                ]
            for column in texts:
                text = record.values.get(column)
                if isinstance(text, str) and (safe := identity.text_safe(text)) != text:
                    record.values[column] = safe
                    note = Note("looks like a formula", "converted", safe, FORMULA)
                    record.found.append(Found(record.row, column, text, note))


def _queries(table: Table, records: Iterable[Record]) -> Iterator[Query]:
    for record in records:
        patient, visit = (str(record.values.get(name) or "") for name in ("patient_id", "visit"))
        for found in record.found:
            note = found.note
            headings = [record.headings.get(name, "") for name in found.column.split(", ")]
            yield Query(table.name, table.file.name, found.row, patient, visit, found.column,
                        ", ".join(filter(None, dict.fromkeys(headings))),
                        identity.masked(found.old), identity.masked(note.new), note.problem,
                        note.action, note.why)  # fmt: skip


def _located(
    found: Iterable[Doubt], cohort: Cohort, read: Mapping[str, Records]
) -> Iterator[Query]:
    """Name the file, the row and the heading of what was found between tidy values."""
    for one in found:
        table = cohort.tables.get(one.table)
        record = None if one.place is None else read[one.table].kept[one.place]
        yield Query(
            one.table, table.file.name if table else "", record.row if record else None,
            one.patient_id, one.visit, one.column,
            record.headings.get(one.column, "") if record else "", one.old, one.new, one.problem,
            one.action, one.why,
        )  # fmt: skip


def _mixed(table: Table, frame: pd.DataFrame, records: list[Record]) -> Iterator[Query]:
    """Take a column out of a tidy table if part of it looks to be in another unit, and say so."""
    for source in table.sources:
        name = source.column.name
        ratios = units.apart(name)
        if not ratios or source.unit_from or source.units_checked:
            continue
        days = [float(day.toordinal()) if isinstance(day := one.values.get("date"), date)
                else np.nan for one in records]  # fmt: skip
        measured = frame[name]
        if f"{name}_censor" in frame:
            measured = measured.where(frame[f"{name}_censor"].isna())
        found = mixed_units(
            measured, ratios, days=days, visits=frame.get("visit"),
            decimals=[decimals(one.texts.get(name, "")) for one in records],
        )  # fmt: skip
        if found is None:
            continue
        small = [one for one, low in zip(records, found.small, strict=True) if low]
        rows = ", ".join(str(one.row) for one in small[:5]) + ", ..." * (len(small) > 5)
        known = " and ".join(units.UNITS[name])
        why = (
            f"{len(small)} of {int(measured.notna().sum())} values look {found.ratio:g} times too "
            f"small (seen {found.seen_by}; rows {rows}): is the column of {known}? none is used "
            "until cohort.toml says unit_from, or units_checked = true if it is one unit"
        )
        heading = small[0].headings.get(name, source.place)
        yield Query(table.name, table.file.name, None, "", "", name, heading, "", "",
                    "mixed units", "missing", why)  # fmt: skip
        for column in (name, f"{name}_censor"):
            if column in frame:
                frame[column] = frame[column].mask(frame[column].notna())


def _frame(name: str, records: list[Record], stated: list[tidy.Column]) -> pd.DataFrame:
    """Lay records out as a tidy table."""
    columns = dict(tidy.columns(name))
    columns |= {one.name: one for one in stated if tidy.recorded(one.name)}
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
    return pd.DataFrame({
        column.name: tidy.as_kind(
            pd.Series([row.get(column.name) for row in rows], dtype=object), column.kind
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
