"""One table: raw rows read cell by cell, and the rows of one key folded into one record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pandas as pd

from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study.cohort.parsing import fold
from ibd_scores.study.cohort.reading import Cell, Note, Value, read_cell
from ibd_scores.study.cohort.sources import Block, Source, Table, read_raw
from ibd_scores.study.tidy import KEYS, REQUIRED, columns

Starts = Mapping[object, date]  # by patient


@dataclass(frozen=True)
class Found:
    """A note and its place: row in the source, our column, the text as written."""

    row: int
    column: str
    old: str
    note: Note


@dataclass
class Record:
    """One record of a table: its first row in the source, values and texts by our columns.

    `headings` are those of the file by our columns, `far` the days between its date and the day
    that its visit is meant for, where windows tell the visit.
    """

    row: int
    segment: str = ""
    headings: Mapping[str, str] = field(default_factory=dict)
    far: int = 0
    values: dict[str, Value] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)

    def add(
        self, column: str, old: str, problem: str, action: str, why: str, row: int | None = None
    ) -> None:
        """Keep what was found in this row, or in a later row of the same key."""
        self.found.append(Found(row or self.row, column, old, Note(problem, action, "", why)))

    def key(self, columns: Iterable[str]) -> tuple[object, ...]:
        """Return what this record is told by."""
        return tuple(self.segment if c == "segment" and self.segment else self.values.get(c)
                     for c in columns)  # fmt: skip


@dataclass
class Records:
    """A table as read: its records, one for each key, and the rows left out for want of a key.

    `header` are all headings of the file, `read_from` those that were read.
    """

    kept: list[Record] = field(default_factory=list)
    left_out: list[Record] = field(default_factory=list)
    header: list[str] = field(default_factory=list)
    read_from: frozenset[str] = frozenset()


def read_records(table: Table, encoding: str, starts: Starts | None = None) -> Records:
    """Read a table.

    `starts` are the first days of treatment, from which the windows of visits count.

    Raises
    ------
    CohortError
        the file cannot be read as declared.
    """
    raw = read_raw(table, encoding)
    header = [str(name) for name in raw.attrs["header"]]
    kept: list[Record] = []
    found = Records(header=header, read_from=frozenset(map(str, raw)))
    for block in table.blocks or (Block(""),):
        part, headings = _of_block(raw, table, block)
        for record in _read_block(part, table, block, headings):
            _place_in_time(record, table, starts or {})
            (kept if _complete(record, table) else found.left_out).append(record)
    kept.sort(key=lambda record: record.row)
    if table.by_date:
        kept.sort(key=lambda record: record.far)
    if table.segments is None:
        found.kept = _fold(kept, table, table.key)
    else:
        found.kept = _join(_fold(kept, table, (*table.key, "segment")), table.key)
        _doubt_incomplete(found)
    return found


def _of_block(raw: pd.DataFrame, table: Table, block: Block) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give the rows in which a block holds a record, under the declared headings."""
    written = table.written(block, raw.attrs["header"])
    part = raw[[*written.values()]].set_axis([*written], axis=1)
    if own := [place for place, heading in written.items() if heading != place]:
        filled = part[own].map(lambda text: bool(text.strip())).any(axis=1)
        part = part[filled] if table.blocks else part
    return part[table.rows_where.holds(part)], written


def _read_block(
    part: pd.DataFrame, table: Table, block: Block, headings: Mapping[str, str]
) -> Iterable[Record]:
    reader = _Reader(table, block, headings)
    rules = [(rule.columns, rule.where.holds(part).tolist()) for rule in table.only_where]
    moved = [(rule.headings, rule.where.holds(part).tolist()) for rule in table.instead]
    remarks = [(remark, remark.where.holds(part).tolist()) for remark in table.remarks]
    for place, (row, line) in enumerate(zip(part.index, part.to_dict("records"), strict=True)):
        instead = {name: heading for headings, holds in moved if holds[place]
                   for name, heading in headings.items()}  # fmt: skip
        not_asked = {name for names, holds in rules if not holds[place] for name in names}
        record = reader.record(int(row), line, not_asked - instead.keys(), instead)
        for remark, holds in remarks:
            if holds[place]:
                record.add("", "", remark.problem, "kept", remark.why)
        yield record


def _place_in_time(record: Record, table: Table, starts: Starts) -> None:
    """Tell the visit of a record by its date, or whether its date is in the window of its visit."""
    day, start = record.values.get("date"), starts.get(record.values.get("patient_id"))
    if not table.windows or not isinstance(day, date) or start is None:
        return
    after = (day - start).days
    windows = "; ".join(f"{name} {window}" for name, window in table.windows.items())
    why = f"{after} days after start_date; windows in days: {windows}"
    if not table.by_date:
        window = table.windows.get(str(record.values.get("visit")))
        if window and not window.first <= after <= window.last:
            record.add("date", record.texts["date"], "outside the window", "kept", why)
        return
    for name, window in table.windows.items():
        if window.first <= after <= window.last:
            record.values["visit"], record.far = name, abs(after - window.day)
            return
    record.add("visit", record.texts["date"], "outside the windows", "left out", why)


class _Reader:
    """Reads the rows of one table; the same text in the same column is read once."""

    def __init__(self, table: Table, block: Block, written: Mapping[str, str]) -> None:
        self.table = table
        self.written = written
        self.told = {name: _typed(value, table, name) for name, value in block.constants.items()}
        self.cells: dict[tuple[str, str, str], Cell] = {}
        self.named: dict[str, tuple[dict[str, Source], dict[str, str]]] = {}

    def sources(self, segment: str) -> tuple[dict[str, Source], dict[str, str]]:
        """Give the sources and their headings in the file, by our columns."""
        if segment not in self.named:
            sources = {_named(source, segment): source for source in self.table.sources}
            headings = {name: self.written.get(one.place, "") for name, one in sources.items()}
            if self.table.segments:
                headings["segment"] = self.written[self.table.segments.name.heading]
            self.named[segment] = sources, headings
        return self.named[segment]

    def cell(self, text: str, source: Source, unit: str = "") -> Cell:
        known = (source.column.name, text, unit)
        if known not in self.cells:
            self.cells[known] = read_cell(text, source, unit)
        return self.cells[known]

    def record(
        self, row: int, line: Mapping[Any, str], not_asked: set[str], instead: Mapping[str, str]
    ) -> Record:
        """Read one row: some columns hold no answers in it, some stand under other headings."""
        record = Record(row)
        if segments := self.table.segments:
            cell = self.cell(line[segments.name.heading], segments.name)
            record.segment = str(cell.value or "")
            record.found += [
                Found(row, "segment", line[segments.name.heading], note) for note in cell.notes
            ]
        sources, record.headings = self.sources(record.segment)
        record.texts = {
            name: line.get(instead.get(source.column.name, source.place), "")
            for name, source in sources.items()
        }
        if instead:
            moved = {name: instead[source.column.name] for name, source in sources.items()
                     if source.column.name in instead}  # fmt: skip
            record.headings = {**record.headings, **moved}
        self.leave_out_not_asked(record, [
            name for name, source in sources.items() if source.column.name in not_asked
        ])  # fmt: skip
        status = line[segments.status] if segments and segments.status else ""
        for segment in [record.segment] if segments else SEGMENTS:
            self.leave_out_not_reached(record, segment, status)
        for name, source in sources.items():
            unit = line[source.unit_from] if source.unit_from else ""
            cell = self.cell(record.texts[name], source, unit)
            record.values[name] = cell.value
            record.found += [Found(row, name, record.texts[name], note) for note in cell.notes]
        record.values |= self.told
        return record

    def leave_out_not_asked(self, record: Record, names: list[str]) -> None:
        given = {name: record.texts[name] for name in names if record.texts[name].strip()}
        if given:
            old = " | ".join(dict.fromkeys(given.values()))
            why = "by only_where in cohort.toml these are no answers in this row"
            record.add(", ".join(given), old, "not asked", "missing", why)
            record.texts |= dict.fromkeys(given, "")

    def leave_out_not_reached(self, record: Record, segment: str, status: str) -> None:
        """Blank the cells of a segment that was not reached, by its status or in the cells."""
        words = self.table.not_reached
        if not words:
            return
        cells = {
            name: text
            for variable in VARIABLES
            if (text := record.texts.get(name := f"{variable}_{segment}", "")).strip()
        }
        said = [text for text in (status, *cells.values()) if fold(text) in words]
        if not said:
            return
        why = f"{segment}: not reached, so its four cells stay empty"
        record.add("segment", said[0], "segment not reached", "left out", why)
        for name, text in cells.items():
            if fold(text) not in words:
                record.add(name, text, "recorded though not reached", "missing", why)
        record.texts |= dict.fromkeys(cells, "")


def _typed(value: str, table: Table, name: str) -> Value:
    known = columns(table.name).get(name)
    return float(value) if known and known.kind == "number" else value


def _named(source: Source, segment: str) -> str:
    """Our column: in a long endoscopy the variable with the segment of the row."""
    name = source.column.name
    return f"{name}_{segment}" if segment and name in VARIABLES else name


def _complete(record: Record, table: Table) -> bool:
    """Tell whether a record has what it is told by; where not, that alone is said of it."""
    needed = {*KEYS[table.name]} & {*REQUIRED[table.name]}
    lacking = [name for name in sorted(needed) if record.values.get(name) is None]
    if table.segments and not record.segment:
        lacking.append("segment")
    if lacking:
        said = [found for found in record.found if found.column in lacking]
        record.found = [
            replace(found, note=replace(found.note, action="left out")) for found in said
        ]
        for name in lacking:
            if name not in {found.column for found in said}:
                why = "a row that cannot be placed is not used; complete it at the source"
                record.add(name, "", f"no {name}", "left out", why)
    return not lacking


def _fold(records: list[Record], table: Table, key: tuple[str, ...]) -> list[Record]:
    """Make one record of the rows of one key: blanks filled, contradictions missing and noted."""
    groups: dict[tuple[object, ...], list[Record]] = {}
    for record in records:
        groups.setdefault(record.key(key), []).append(record)
    for first, *rest in groups.values():
        if rest:
            _merge(first, rest, table)
    return [group[0] for group in groups.values()]


def _merge(first: Record, rest: list[Record], table: Table) -> None:
    known = {(found.column, found.old, found.note.problem) for found in first.found}
    for later in rest:
        for found in later.found:
            place = (found.column, found.old, found.note.problem)
            if place not in known:
                known.add(place)
                first.found.append(found)
    contradicting = set()
    for name in first.values:
        given: dict[Value, Record] = {}
        for record in (first, *rest):
            if record.values[name] is not None:
                given.setdefault(record.values[name], record)
        nearest = next(iter(given), None)
        first.values[name] = nearest if len(given) == 1 or table.by_date else None
        if len(given) > 1:
            old = " | ".join(record.texts[name] for record in given.values())
            rows = [record.row for record in given.values()]
            contradicting |= {*rows[1:]}
            if not table.by_date:
                why = f"rows {', '.join(map(str, rows))} are one {_thing(table)} and differ here; "
                first.add(name, old, "contradictory rows", "missing",
                          why + "set to missing until one is corrected", rows[1])  # fmt: skip
            elif name != "date":
                why = f"rows {', '.join(map(str, rows))}; row {rows[0]} is nearest to the day meant"
                first.add(name, old, "several in the window", "kept", why, rows[1])
    for later in rest:
        if not (table.repeated or table.by_date) and later.row not in contradicting:
            why = f"says nothing else than row {first.row}"
            first.add("", "", "duplicated row", "dropped", why, later.row)


def _thing(table: Table) -> str:
    """What two rows of one key are two of, in words."""
    things = {"patients": "patient", "visits": "visit of one patient", "diary": "diary day"}
    return things.get(table.name, "record")


def _join(records: list[Record], key: tuple[str, ...]) -> list[Record]:
    """Make one endoscopy of the rows of its segments."""
    groups: dict[tuple[object, ...], list[Record]] = {}
    for record in records:
        groups.setdefault(record.key(key), []).append(record)
    for first, *rest in groups.values():
        explored = {first.segment, *(later.segment for later in rest)}
        found = [one for record in (first, *rest) for one in record.found]
        for later in rest:
            first.values |= {name: value for name, value in later.values.items()
                             if first.values.get(name) is None}  # fmt: skip
        first.found = found
        first.segment = ""
        for segment in SEGMENTS:
            if segment not in explored:
                why = f"{segment}: no row, so its four cells stay empty"
                first.add("segment", "", "segment not recorded", "missing", why)
    return [group[0] for group in groups.values()]


def _doubt_incomplete(found: Records) -> None:
    """Take the findings out of an endoscopy to which a row belongs that could not be placed.

    A segment that is not there counts as not explored; one that was lost must not.
    """
    for lost in found.left_out:
        for record in found.kept:
            alike = all(
                lost.values.get(name) in (None, record.values.get(name))
                for name in ("patient_id", "visit", "date")
            )
            lacking = [
                segment
                for segment in ([lost.segment] if lost.segment else SEGMENTS)
                if all(record.values.get(f"{name}_{segment}") is None for name in VARIABLES)
            ]
            if alike and lacking:
                cells = [f"{name}_{segment}" for name in VARIABLES for segment in SEGMENTS]
                record.values |= dict.fromkeys(cells)
                why = f"row {lost.row} may belong to it and could not be placed; no sum is right"
                record.add("", "", "endoscopy not complete", "missing", why)
