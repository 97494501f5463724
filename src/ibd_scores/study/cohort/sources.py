"""A cohort as it is declared, and its raw tables as text with the row numbers of the source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd

from ibd_scores.study.cohort.files import read_table
from ibd_scores.study.cohort.parsing import DateFormat, fold
from ibd_scores.study.cohort.problems import CohortError
from ibd_scores.study.tidy import Column

ANY = "*"  # in a condition: anything but blank


@dataclass(frozen=True)
class Condition:
    """Rows in which each of these headings holds one of these words."""

    wanted: Mapping[str, frozenset[str]]

    def holds(self, raw: pd.DataFrame) -> pd.Series:
        """Tell for each row whether it meets the condition."""
        met = pd.Series(True, index=raw.index)
        for heading, words in self.wanted.items():
            texts = raw[heading].map(fold)
            met &= texts.isin(words) | ((texts != "") & (ANY in words))
        return met


@dataclass(frozen=True)
class Rescale:
    """Numbers between these limits were typed on another scale."""

    low: Decimal
    high: Decimal
    factor: Decimal


@dataclass(frozen=True)
class Source:
    """Where a column of ours comes from, and what its words mean."""

    column: Column
    heading: str  # blank where each block has its own
    codes: Mapping[str, str]  # the export's word, folded: our code
    repairs: Mapping[str, str]
    missing: frozenset[str]
    dates: Sequence[DateFormat]
    factor: Decimal = Decimal(1)
    unit_from: str = ""
    units: Mapping[str, Decimal] = field(default_factory=dict)  # the unit, folded: factor
    units_checked: bool = False  # one unit, though the numbers look like two
    rescale: Rescale | None = None
    by_block: Mapping[str, str] = field(default_factory=dict)  # the heading by name of the block
    latest: date | None = None  # no day is later than the export
    identifying: bool = True  # free text that may name somebody

    @property
    def place(self) -> str:
        """What the column is found by in a row: its heading, or our name where blocks differ."""
        return self.heading or self.column.name

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings that this column is read from, but for those of blocks."""
        return tuple(filter(None, (self.heading, self.unit_from)))


@dataclass(frozen=True)
class OnlyWhere:
    """Columns that are answers only in the rows that meet a condition."""

    columns: tuple[str, ...]
    where: Condition


@dataclass(frozen=True)
class Instead:
    """Columns that stand under other headings in the rows that meet a condition."""

    headings: Mapping[str, str]  # by our column
    where: Condition


@dataclass(frozen=True)
class Remark:
    """Rows to report as they are."""

    where: Condition
    problem: str
    why: str


@dataclass(frozen=True)
class Segments:
    """The headings of an endoscopy table that has one row for each segment."""

    name: Source
    status: str = ""


@dataclass(frozen=True)
class Block:
    """One of the records that a row holds: how its headings are written, and what it tells itself.

    >>> Block("week12", "{}_w12", {"visit": "week12"}).written("CRP")
    'CRP_w12'
    """

    name: str
    heading: str = "{}"
    constants: Mapping[str, str] = field(default_factory=dict)  # by our column

    def written(self, heading: str) -> str:
        """Give a heading as this block has it."""
        return self.heading.replace("{}", heading)


@dataclass(frozen=True)
class Window:
    """The days that belong to a visit, counted from the start; `day` is the one it is meant for."""

    day: int
    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


@dataclass(frozen=True)
class Table:
    """How one tidy table is read from one file."""

    name: str
    places: tuple[Path, ...]  # where the file may be
    named_by: str  # the environment variables that name the second of them
    sources: tuple[Source, ...]
    key: tuple[str, ...]
    repeated: bool
    rows_where: Condition
    only_where: tuple[OnlyWhere, ...]
    instead: tuple[Instead, ...]
    remarks: tuple[Remark, ...]
    not_reached: frozenset[str]
    segments: Segments | None
    sheet: str = ""
    header_row: int = 1
    blocks: tuple[Block, ...] = ()
    windows: Mapping[str, Window] = field(default_factory=dict)  # by visit
    by_date: bool = False  # the visit of a row is told by its date

    @property
    def file(self) -> Path:
        """The raw file: the first place where it is, else where it should be."""
        return next((place for place in self.places if place.is_file()), self.places[0])

    @property
    def headings(self) -> list[str]:
        """Every heading that is read, as declared: without what a block adds to it."""
        needed = [heading for source in self.sources for heading in source.headings]
        needed += [heading for one in self.instead for heading in one.headings.values()]
        asked = [self.rows_where, *(one.where for one in self.only_where)]
        asked += [one.where for one in self.instead] + [one.where for one in self.remarks]
        needed += [heading for one in asked for heading in one.wanted]
        if self.segments:
            needed += [self.segments.name.heading, *filter(None, [self.segments.status])]
        return list(dict.fromkeys(needed))

    def written(self, block: Block, header: Sequence[str]) -> dict[str, str]:
        """Give the headings of the file that a block is read from, by what they stand for.

        A heading that no block has for itself, such as the patient's, is the same for all. What one
        visit has and another lacks is never taken from the first: it is kept as the block would
        write it, and is not in the file.
        """
        there = {*header}
        plain = any(one.heading == "{}" for one in self.blocks)
        patient = {source.heading for source in self.sources if source.column.name == "patient_id"}
        found = {}
        for heading in self.headings:
            parted = plain or any(one.written(heading) in there for one in self.blocks)
            shared = heading in there and (heading in patient or not parted)
            found[heading] = heading if shared else block.written(heading)
        for source in self.sources:
            if block.name in source.by_block:
                found[source.place] = source.by_block[block.name]
        return found

    def needed(self, header: Sequence[str]) -> list[str]:
        """Every heading of the file that is read, given all that it has."""
        blocks = self.blocks or (Block(""),)
        return list(dict.fromkeys(
            heading for block in blocks for heading in self.written(block, header).values()
        ))  # fmt: skip


@dataclass(frozen=True)
class Cohort:
    """A cohort as its `cohort.toml` declares it; nothing has been read from its tables yet."""

    name: str
    folder: Path
    title: str
    simulated: bool
    notebooks: tuple[str, ...]
    visits: tuple[str, ...]  # our names in their order; none if visits are kept as written
    encoding: str  # blank if it is to be detected
    tables: Mapping[str, Table]
    score_source: str = "items"
    exported: date | None = None  # the day of the export; today if it is not stated
    pseudonyms: bool = False
    min_count: int = 0  # smaller counts are not passed on
    published_in: str = "the publication"  # where the figures of published.csv were printed

    @property
    def note(self) -> str:
        """What every table and figure of this cohort has to say about it."""
        return "Simulated cohort: no patient stands behind it." if self.simulated else ""

    @property
    def files(self) -> list[Path]:
        """The declaration and the raw files, each once."""
        return [self.folder / "cohort.toml", *dict.fromkeys(t.file for t in self.tables.values())]


def read_raw(table: Table, encoding: str) -> pd.DataFrame:
    """Read a raw table as text: the headings that are needed, indexed by row in the file.

    All headings of the file stand in ``attrs["header"]``.

    Raises
    ------
    CohortError
        the file is absent, empty, damaged or in another encoding; a heading is absent or stands
        twice; a row has more or fewer fields than the header.
    """
    path = table.file
    if not path.is_file():
        folders = " or ".join(str(place.parent) for place in table.places)
        named = f" (named by {table.named_by})" if table.named_by else ""
        readme = table.places[0].with_name("README.md")
        more = f". See data/raw/{readme.parent.name}/README.md" if readme.is_file() else ""
        raise CohortError(
            f"{path.name}: no such file in {folders}{named}; "
            f"put it there, or correct `file` in cohort.toml{more}"
        )
    raw = read_table(
        path, sheet=table.sheet, encoding=encoding, header_row=table.header_row,
        wanted=table.needed,
    )  # fmt: skip
    if raw.empty and table.name in ("patients", "visits"):
        raise CohortError(f"{path}: a header but no rows; export the table again")
    return raw
