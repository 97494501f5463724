"""One table: raw rows read cell by cell, and the rows of one key folded into one record."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study.cohort.parsing import fold
from ibd_scores.study.cohort.reading import Cell, Note, Value, read_cell
from ibd_scores.study.cohort.sources import Source, Table, read_raw
from ibd_scores.study.tidy import KEYS, REQUIRED


@dataclass(frozen=True)
class Found:
    """A note and its place: row in the source, our column, the text as written."""

    row: int
    column: str
    old: str
    note: Note


@dataclass
class Record:
    """One record of a table: its first row in the source, values and texts by our columns."""

    row: int
    segment: str = ""
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


def read_records(table: Table, encoding: str) -> tuple[list[Record], list[Record]]:
    """Read a table: its records, one for each key, and the rows left out for want of a key.

    Raises
    ------
    CohortError
        the file cannot be read as declared.
    """
    raw = read_raw(table, encoding)
    raw = raw[table.rows_where.holds(raw)]
    reader = _Reader(table)
    rules = [(rule.columns, rule.where.holds(raw).tolist()) for rule in table.only_where]
    moved = [(rule.headings, rule.where.holds(raw).tolist()) for rule in table.instead]
    remarks = [(remark, remark.where.holds(raw).tolist()) for remark in table.remarks]
    kept, left_out = [], []
    for place, (row, line) in enumerate(zip(raw.index, raw.to_dict("records"), strict=True)):
        instead = {name: heading for headings, holds in moved if holds[place]
                   for name, heading in headings.items()}  # fmt: skip
        not_asked = {name for names, holds in rules if not holds[place] for name in names}
        record = reader.record(int(row), line, not_asked - instead.keys(), instead)
        if not _complete(record, table):
            left_out.append(record)
            continue
        kept.append(record)
        for remark, holds in remarks:
            if holds[place]:
                record.add("", "", remark.problem, "kept", remark.why)
    if table.segments is None:
        return _fold(kept, table.key, table.repeated), left_out
    return _join(_fold(kept, (*table.key, "segment"), table.repeated), table.key), left_out


class _Reader:
    """Reads the rows of one table; the same text in the same column is read once."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.cells: dict[tuple[str, str, str], Cell] = {}

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
        sources = {_named(source, record.segment): source for source in self.table.sources}
        record.texts = {
            name: line[instead.get(source.column.name, source.heading)]
            for name, source in sources.items()
        }
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


def _fold(records: list[Record], key: tuple[str, ...], repeated: bool) -> list[Record]:
    """Make one record of the rows of one key: blanks filled, contradictions missing and noted."""
    groups: dict[tuple[object, ...], list[Record]] = {}
    for record in records:
        groups.setdefault(record.key(key), []).append(record)
    for first, *rest in groups.values():
        if rest:
            _merge(first, rest, repeated)
    return [group[0] for group in groups.values()]


def _merge(first: Record, rest: list[Record], repeated: bool) -> None:
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
        first.values[name] = next(iter(given)) if len(given) == 1 else None
        if len(given) > 1:
            old = " | ".join(record.texts[name] for record in given.values())
            rows = [record.row for record in given.values()]
            contradicting |= {*rows[1:]}
            why = f"rows {', '.join(map(str, rows))} differ; set to missing"
            first.add(name, old, "contradictory rows", "missing", why, rows[1])
    for later in rest:
        if not repeated and later.row not in contradicting:
            why = f"says nothing else than row {first.row}"
            first.add("", "", "duplicated row", "dropped", why, later.row)


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
