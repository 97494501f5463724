"""A cohort as it is declared, and its raw tables as text with the row numbers of the source."""

import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pandas as pd

from ibd_scores.study.cohort.parsing import DateFormat, fold
from ibd_scores.study.tidy import Column

DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}
ANY = "*"  # in a condition: anything but blank


class CohortError(ValueError):
    """A cohort that cannot be read as declared: which file, where in it, what to do."""


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
    heading: str
    codes: Mapping[str, str]  # the export's word, folded: our code
    repairs: Mapping[str, str]
    missing: frozenset[str]
    dates: Sequence[DateFormat]
    factor: Decimal = Decimal(1)
    unit_from: str = ""
    units: Mapping[str, Decimal] = field(default_factory=dict)  # the unit, folded: factor
    rescale: Rescale | None = None

    @property
    def headings(self) -> tuple[str, ...]:
        """The headings that this column is read from."""
        return (self.heading, self.unit_from) if self.unit_from else (self.heading,)


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

    @property
    def file(self) -> Path:
        """The raw file: the first place where it is, else where it should be."""
        return next((place for place in self.places if place.is_file()), self.places[0])

    @property
    def headings(self) -> list[str]:
        """Every heading of the file that is read."""
        needed = [heading for source in self.sources for heading in source.headings]
        needed += [heading for one in self.instead for heading in one.headings.values()]
        asked = [self.rows_where, *(one.where for one in self.only_where)]
        asked += [one.where for one in self.instead] + [one.where for one in self.remarks]
        needed += [heading for one in asked for heading in one.wanted]
        if self.segments:
            needed += [self.segments.name.heading, *filter(None, [self.segments.status])]
        return list(dict.fromkeys(needed))


@dataclass(frozen=True)
class Cohort:
    """A cohort as its `cohort.toml` declares it; nothing has been read from its tables yet."""

    name: str
    folder: Path
    title: str
    simulated: bool
    notebooks: tuple[str, ...]
    visits: tuple[str, ...]  # our names in their order; none if visits are kept as written
    encoding: str
    tables: Mapping[str, Table]

    @property
    def note(self) -> str:
        """What every table and figure of this cohort has to say about it."""
        return "Simulated cohort: no patient stands behind it." if self.simulated else ""

    @property
    def files(self) -> list[Path]:
        """The declaration and the raw files, each once."""
        return [self.folder / "cohort.toml", *dict.fromkeys(t.file for t in self.tables.values())]


def read_raw(table: Table, encoding: str) -> pd.DataFrame:
    """Read a raw table as text: the declared headings, indexed by row in the file (header 1).

    Rows that are blank throughout are skipped, but counted.

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
    rows = _records(path, _text(path, encoding))
    header = [name.strip() for name in next(rows, (1, []))[1]]
    if not any(header):
        raise CohortError(f"{path}: empty; export the table again, with its header in row 1")
    twice = [name for name, count in Counter(header).items() if name and count > 1]
    if twice:
        raise CohortError(
            f"{path}, row 1: column {twice[0]!r} stands more than once; rename one of the two"
        )
    absent = [name for name in table.headings if name not in header]
    if absent and len(header) == 1:
        for sign, called in {";": "';'", "\t": "tabs", ",": "commas"}.items():
            if sign in header[0]:
                raise CohortError(
                    f"{path}: looks separated by {called}; save it with commas as .csv, "
                    "or with tabs as .tsv"
                )
    if absent:
        missing = _listed([repr(name) for name in absent], most=3)
        raise CohortError(
            f"{path}, row 1: no column {missing}, which cohort.toml names "
            f"for table {table.name}; correct cohort.toml. Columns there: {_listed(header)}"
        )
    places = [header.index(name) for name in table.headings]
    numbers, cells = [], []
    for row, fields in rows:
        if not any(map(str.strip, fields)):
            continue
        if len(fields) != len(header):
            raise CohortError(
                f"{path}, row {row}: {len(fields)} fields where the header has {len(header)}; "
                "look for a delimiter inside a value, or a line that is cut off"
            )
        numbers.append(row)
        cells.append([fields[place] for place in places])
    if not numbers and table.name in ("patients", "visits"):
        raise CohortError(f"{path}: a header but no rows; export the table again")
    index = pd.Index(numbers, name="row")
    return pd.DataFrame(cells, columns=table.headings, index=index, dtype=object)


def _text(path: Path, encoding: str) -> str:
    try:
        packed = path.read_bytes()
        content = gzip.decompress(packed) if path.suffix == ".gz" else packed
    except (OSError, EOFError, zlib.error) as error:
        raise CohortError(f"{path}: cannot be read ({error}); copy the file again") from error
    try:
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise CohortError(
            f"{path}, row {row}: byte 0x{content[error.start]:02x} is not {encoding}; save the "
            "table as UTF-8, or state its encoding in cohort.toml "
            '(encoding = "utf-16", "gb18030" or "latin-1")'
        ) from error


def _records(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    ending = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    if "\0" in text:
        raise CohortError(
            f"{path}: holds zero bytes, so it is no text table of this encoding; "
            'export it as CSV, or state encoding = "utf-16" in cohort.toml'
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=DELIMITERS[ending], strict=True)
    row = 0
    while True:
        row += 1
        try:
            yield row, next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise CohortError(
                f"{path}, row {row}: {error}; look for a stray quotation mark"
            ) from error


def _listed(names: Sequence[str], most: int = 30) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
