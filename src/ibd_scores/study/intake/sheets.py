"""The tables of a workbook or a folder: where their headings stand, and what their names tell."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ibd_scores.study import tidy
from ibd_scores.study.cohort.files import SUFFIXES, first_rows, read_table, sheet_names
from ibd_scores.study.intake.headings import apart, key, match
from ibd_scores.study.intake.words import words

HEADER_ROWS = 20  # the headings are looked for in so many rows
OF_THE_FORM = ("instructions", "codebook")  # sheets of the entry form that hold no patients
FEW = 2  # a sheet that fewer headings of are known tells nothing


@dataclass(frozen=True)
class Sheet:
    """One table of a file: what it holds, as text."""

    file: str
    sheet: str
    header_row: int
    table: pd.DataFrame

    @property
    def where(self) -> str:
        """The file and the sheet in words."""
        return f"{self.file}, sheet {self.sheet}" if self.sheet else self.file


def sheets(path: Path) -> Iterator[Sheet]:
    """Read each table of a workbook, of a table of text, or of a folder of such.

    One in which no row has headings that are known comes without its rows, its header row 0.
    """
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    for file in files:
        ending = Path(file.name.lower().removesuffix(".gz")).suffix
        if ending not in SUFFIXES or file.name.startswith((".", "~$")) or not file.is_file():
            continue
        for name in sheet_names(file) or [""]:
            if name in OF_THE_FORM:
                continue
            told = name if len(sheet_names(file)) > 1 else ""
            header_row = _header_row(first_rows(file, name, HEADER_ROWS))
            table = pd.DataFrame()
            if header_row:
                table = read_table(file, sheet=name, header_row=header_row, wanted=_once)
            yield Sheet(file.name, told, header_row, table)


def _once(header: Sequence[str]) -> list[str]:
    """The headings that stand once: another cannot be told apart."""
    counted = Counter(header)
    return [name for name in header if name and counted[name] == 1]


def _header_row(rows: Sequence[Sequence[str]]) -> int:
    """Find the row that most known headings stand in; 0 if there is none, the first if two tie."""
    counts = [max(len(match(table, _bases(row)).headings) for table in tidy.KEYS) for row in rows]
    best = max(counts, default=0)
    if best < FEW:
        return 0
    # Below labels that are known too, our own names are the ones to read.
    own = {column for table in tidy.KEYS for column in tidy.columns(table)}
    ties = [place for place, count in enumerate(counts, 1) if count >= best - 1]
    return max(ties, key=lambda place: (len(own & {*rows[place - 1]}), counts[place - 1], -place))


def _bases(row: Iterable[str]) -> list[str]:
    return [part.base for heading in row if heading.strip() for part in apart(heading)]


def table_of(sheet: Sheet) -> str:
    """Tell which tidy table a sheet is by its name; blank if its name says nothing."""
    stem = key(Path(sheet.file.split(".")[0]).stem)
    for said in filter(None, (key(sheet.sheet), stem)):
        for table, term in words().tables.items():
            if said in {key(word) for word in (table, *term.words)}:
                return table
    return ""
