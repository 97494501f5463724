"""What is asked for: the columns of the tidy tables, and what further instruments read."""

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from ibd_scores.derive.diary import DIARY_PAIN, DIARY_WELLBEING, LIQUID_STOOLS
from ibd_scores.entries import ENTRIES
from ibd_scores.form import Interval, Item
from ibd_scores.index import Grading, Index
from ibd_scores.indices import endoscopy, imaging, phenotype
from ibd_scores.study import tidy
from ibd_scores.study.intake.words import RECORDED, Term, words
from ibd_scores.study.scoring import STEPS

# What the study works out itself from the diary and the steps before scoring is not asked for.
_DIARY = (LIQUID_STOOLS, DIARY_PAIN, DIARY_WELLBEING)
_WORKED_OUT: dict[str, tuple[str, ...]] = {
    f"{item.name}_{kind}": (item.name,) for item in _DIARY for kind in ("7d", "mean")
}
_WORKED_OUT |= {step.name: tuple(column.name for column in step.columns) for step in STEPS}
# Where the further items of an area stand; those of the other areas are asked at a visit.
_AREAS = {endoscopy: "endoscopy", imaging: "imaging", phenotype: "patients"}
_AT_VISITS = ("maria_global", "montreal_severity")  # one for each visit, whatever their area
_UNITS = {"degrees C": "°C", "ug/g": "µg/g"}


@dataclass(frozen=True)
class Field:
    """One column of a table as it is asked for; `read_by` names what scores read it."""

    table: str
    column: tidy.Column
    term: Term
    codes: Mapping[str, Term]
    read_by: tuple[str, ...]

    @property
    def name(self) -> str:
        """Our name of the column."""
        return self.column.name

    @property
    def item(self) -> Item | None:
        """The permitted values; none of a text or a date."""
        return self.column.item

    @property
    def unit(self) -> str:
        """The unit as it is printed."""
        unit = self.item.unit if self.item else ""
        return _UNITS.get(unit, unit)

    @property
    def english(self) -> str:
        """The English label with its unit."""
        return f"{self.term.en} ({self.unit})" if self.unit else self.term.en

    @property
    def required(self) -> bool:
        """Whether no row can do without it."""
        return self.name in tidy.REQUIRED[self.table]

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are permitted."""
        return self.item is not None and isinstance(self.item.values, range)

    @property
    def limits(self) -> tuple[float, float] | None:
        """The lowest and the highest number permitted; none of what is no number."""
        if self.item is None or self.column.kind != "number":
            return None
        if isinstance(self.item.values, Interval):
            return self.item.values.low, self.item.values.high
        numbers = [float(value) for value in self.item.values]
        return min(numbers), max(numbers)

    @property
    def permitted(self) -> str:
        """The permitted values as text.

        >>> field = next(one for one in fields()["visits"] if one.name == "crp_mg_l")
        >>> field.permitted, field.english
        ('0 to 1000 mg/L, decimals allowed; or <0.5, >1800', 'C-reactive protein (mg/L)')
        """
        if self.item:
            limit = "; or <0.5, >1800" if self.name in tidy.CENSORED else ""
            return self.item.permitted + limit
        return "a day, YYYY-MM-DD" if self.column.kind == "date" else "text"


def fields(
    instruments: Iterable[str] = (), tables: Mapping[str, Iterable[str]] | None = None
) -> dict[str, tuple[Field, ...]]:
    """List what is asked for, table by table.

    Parameters
    ----------
    instruments : iterable of str
        Indices and gradings whose further items are asked for, too, each in the table where it
        belongs; an item of the catalogue or a total (`cdai_recorded`) may be named as well.
    tables : mapping, optional
        Columns by table that are there already, and so are asked for whatever the instruments.

    Raises
    ------
    ValueError
        an instrument that the catalogue does not have, or a column that no table has.

    Examples
    --------
    >>> [field.name for field in fields(["sccai"])["visits"]][-3:]
    ['urgency', 'blood_in_stool', 'general_wellbeing_sccai']
    """
    wanted: dict[str, dict[str, tidy.Column]] = {table: {} for table in tidy.KEYS}
    for table, column in _wanted(instruments):
        wanted[table][column.name] = column
    for table, names in (tables or {}).items():
        for name in names:
            if not _stated(table, name):
                wanted[table][name] = _extra(table, name)
    return {
        table: tuple(
            _field(table, column)
            for column in (*tidy.columns(table).values(), *further.values())
            if not _computed(table, column.name)
        )
        for table, further in wanted.items()
    }


def _computed(table: str, name: str) -> bool:
    """Tell whether cleaning makes the column itself."""
    return name.endswith("_censor") or (table, name) == ("endoscopy", "endoscopy")


def _stated(table: str, name: str) -> bool:
    if table not in tidy.KEYS:
        raise ValueError(f"{table}: no tidy table. Known: {', '.join(tidy.KEYS)}")
    return name in tidy.columns(table)


def _index(name: str) -> Index | None:
    """Return the index of `<index>_recorded`; a grading has no total."""
    entry = ENTRIES.get(name.removesuffix(RECORDED)) if name.endswith(RECORDED) else None
    return entry if isinstance(entry, Index) else None


def _extra(table: str, name: str) -> tidy.Column:
    column = tidy.recorded(name)
    total = name.endswith(RECORDED)
    if column is None or (_index(name) is None if total else table not in tidy.OPEN):
        raise ValueError(
            f"{table}: a tidy table has no column {name!r}, and it is no item of the catalogue"
        )
    return column


def _wanted(instruments: Iterable[str]) -> Iterator[tuple[str, tidy.Column]]:
    """Find the further columns of what is named, each with its table."""
    further = tidy.further()
    for name in instruments:
        if name in ENTRIES:
            for item in ENTRIES[name].columns:
                if item.name in further and item.name not in _WORKED_OUT:
                    yield home(item.name), further[item.name]
        elif index := _index(name):
            table = _table(index)
            yield table, _extra(table, name)
        elif name in further:
            yield home(name), further[name]
        else:
            near = difflib.get_close_matches(name, [*ENTRIES, *further], n=1)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise ValueError(
                f"{name!r}: no instrument of the catalogue{hint} Known: {', '.join(ENTRIES)}"
            )


def _table(entry: Index | Grading) -> str:
    """Return the table where the further items of an instrument stand."""
    first = entry.columns[0].name
    for table in ("patients", "visits", "endoscopy", "imaging"):
        if first in tidy.columns(table):
            return table
    if entry.name not in _AT_VISITS:
        for area, table in _AREAS.items():
            if vars(area).get(entry.name) is entry:
                return table
    return "visits"


@cache
def home(name: str) -> str:
    """Return the table where a further item stands: that of the first instrument that reads it."""
    for entry in ENTRIES.values():
        if any(name == item.name for item in (*entry.columns, *entry.items)):
            return _table(entry)
    return "imaging" if name in vars(imaging) else "visits"


@cache
def _readers() -> dict[str, tuple[str, ...]]:
    """Map each column to the instruments that read it, through the diary and the steps, too."""
    found: dict[str, list[str]] = {}
    for entry in ENTRIES.values():
        read = {item.name for item in (*entry.columns, *entry.items, *entry.context)}
        for name in tuple(read):
            read.update(_WORKED_OUT.get(name, ()))
        for name in read:
            found.setdefault(name, []).append(entry.name)
    return {name: tuple(entries) for name, entries in found.items()}


def _field(table: str, column: tidy.Column) -> Field:
    term = words().term(column.name, table)
    codes = words().codes(column.name, table)
    if column.item and (index := _index(column.name)):
        column = replace(column, item=replace(column.item, values=index.score.values))
    own = table == "diary" and column.name == "endoscopy"
    readers = () if own else _readers().get(column.name, ())
    return Field(table, column, term, codes, readers)
