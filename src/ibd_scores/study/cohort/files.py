"""Raw files as text: tables of characters and workbooks, cell by cell, with the rows of the file.

Nothing here knows what a column means. Every cell comes as the text that a person sees, so that
one set of rules reads it, whatever kind of file it was in.
"""

import codecs
import csv
import gzip
import io
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from ibd_scores.study.cohort import workbooks
from ibd_scores.study.cohort.problems import CohortError, listed

DELIMITERS = {".csv": ",", ".tsv": "\t", ".txt": "\t"}
SUFFIXES = (*DELIMITERS, *workbooks.SUFFIXES)
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF32_LE: "utf-32", codecs.BOM_UTF32_BE: "utf-32",
        codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}  # fmt: skip
WITH_ZERO = 0.1  # of the signs of a table in UTF-16, more have a zero byte: digits and commas
COMMON_CHINESE = 0.9  # of the characters of a Chinese text, so many are of the common set

NO_HEADER = 2**31  # no row: merged cells anywhere do no harm

Rows = Iterator[tuple[int, list[str]]]
Wanted = Sequence[str] | Callable[[Sequence[str]], Sequence[str]]


def is_workbook(path: Path) -> bool:
    """Tell by its ending whether a file is a workbook."""
    return path.suffix.lower() in workbooks.SUFFIXES


def sheet_names(path: Path) -> list[str]:
    """List the sheets of a workbook that can be seen; none for a table of text."""
    return workbooks.sheet_names(path) if is_workbook(path) else []


def read_table(
    path: Path,
    *,
    sheet: str = "",
    encoding: str = "",
    header_row: int = 1,
    wanted: Wanted | None = None,
) -> pd.DataFrame:
    """Read a table as text, indexed by the row of the file (the first is 1).

    Parameters
    ----------
    path : Path
        A table of text (.csv commas, .tsv or .txt tabs; packed if .gz follows) or a workbook.
    sheet : str
        The sheet of a workbook that has several.
    encoding : str
        Of a table of text; detected if blank (see `decoded`).
    header_row : int
        The row that holds the headings; those above it are passed over.
    wanted : list of str, or function of all headings that gives one
        The headings to read; all if not given.

    Returns
    -------
    DataFrame
        Text in every cell. Rows that are blank throughout are skipped, but counted. All headings
        of the file stand in ``attrs["header"]``.

    Raises
    ------
    CohortError
        the file is absent, empty, damaged, protected, or in another encoding; a heading is absent
        or stands twice; a row has more fields than the header.
    """
    if not path.is_file():
        raise CohortError(f"{path}: no such file")
    if is_workbook(path):
        rows, ragged = workbooks.rows(path, sheet, header_row), True
    else:
        rows, ragged = _records(path, decoded(path, encoding)), False
    header = next(([*map(str.strip, cells)] for row, cells in rows if row == header_row), [])
    if not any(header):
        raise CohortError(
            f"{path}: empty; export the table again, with its header in row {header_row}"
        )
    chosen = [*(wanted(header) if callable(wanted) else wanted or filter(None, header))]
    _check(path, header, chosen, header_row)
    places = [header.index(name) for name in chosen]
    known: dict[str, str] = {}  # one object for each text: most stand often
    numbers, lines = [], []
    for row, cells in rows:
        if not any(map(str.strip, cells)):
            continue
        if len(cells) != len(header) and not ragged:
            raise CohortError(
                f"{path}, row {row}: {len(cells)} fields where the header has {len(header)}; "
                "look for a delimiter inside a value, or a line that is cut off"
            )
        numbers.append(row)
        lines.append([known.setdefault(cells[place], cells[place]) if place < len(cells) else ""
                      for place in places])  # fmt: skip
    index = pd.Index(numbers, name="row", dtype="int64")
    table = pd.DataFrame(lines, columns=chosen, index=index, dtype=object)
    table.attrs["header"] = [name for name in header if name]
    return table


def first_rows(path: Path, sheet: str = "", most: int = 20) -> list[list[str]]:
    """Give the first rows of a table as they are, to look for its headings in.

    Raises
    ------
    CohortError
        the file cannot be read.
    """
    if is_workbook(path):
        rows = workbooks.rows(path, sheet, NO_HEADER)
    else:
        rows = _records(path, decoded(path))
    return [[*map(str.strip, cells)] for _, (_, cells) in zip(range(most), rows, strict=False)]


def _check(path: Path, header: list[str], chosen: Sequence[str], row: int) -> None:
    twice = [name for name, count in Counter(header).items() if name in chosen and count > 1]
    if twice:
        raise CohortError(
            f"{path}, row {row}: column {twice[0]!r} stands more than once; rename one of the two"
        )
    absent = [name for name in chosen if name not in header]
    if absent and len(header) == 1:
        for sign, called in {";": "';'", "\t": "tabs", ",": "commas"}.items():
            if sign in header[0]:
                raise CohortError(
                    f"{path}: looks separated by {called}; save it with commas as .csv, "
                    "or with tabs as .tsv"
                )
    if absent:
        raise CohortError(
            f"{path}, row {row}: no column {listed([repr(name) for name in absent], most=3)}, "
            "which cohort.toml names; correct cohort.toml. Columns there: "
            f"{listed([name for name in header if name])}"
        )


def decoded(path: Path, encoding: str = "") -> str:
    """Read a file as text; without an encoding among UTF-8, UTF-16 and GB18030.

    A byte order mark decides; else what is UTF-8 is read so; else zero bytes tell UTF-16; else it
    is GB18030 if all of it is, and nearly all of its characters are of the common Chinese set.

    Raises
    ------
    CohortError
        the file cannot be unpacked, or is not of this encoding, or of none that is detected.
    """
    try:
        packed = path.read_bytes()
        content = gzip.decompress(packed) if path.suffix.lower() == ".gz" else packed
    except (OSError, EOFError, zlib.error) as error:
        raise CohortError(f"{path}: cannot be read ({error}); copy the file again") from error
    detected = encoding or _detected(content)
    if not detected:
        row = _row_that_is_not_utf8(content)
        raise CohortError(
            f"{path}, row {row}: neither UTF-8 nor UTF-16 nor GB18030; save the table as UTF-8, or "
            'state its encoding in cohort.toml (encoding = "latin-1", "shift-jis" or "cp1252")'
        )
    try:
        text = content.decode("utf-8-sig" if detected == "utf-8" else detected)
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise CohortError(
            f"{path}, row {row}: byte 0x{content[error.start]:02x} is not {detected}; save the "
            "table as UTF-8, or state its encoding in cohort.toml "
            '(encoding = "utf-16", "gb18030" or "latin-1")'
        ) from error
    if "\0" in text:
        raise CohortError(
            f"{path}: holds zero bytes, so it is no text table of this encoding; "
            'export it as CSV, or state encoding = "utf-16" in cohort.toml'
        )
    return text


def _detected(content: bytes) -> str:
    for mark, name in BOMS.items():
        if content.startswith(mark):
            return name
    half = len(content) // 2
    even, odd = (content[first : 2 * half : 2].count(0) for first in (0, 1))
    if min(even, odd) == 0 and max(even, odd) > WITH_ZERO * half:
        return "utf-16-be" if even else "utf-16-le"
    for name in ("utf-8", "gb18030"):
        try:
            text = content.decode(name)
        except UnicodeDecodeError:
            continue
        if name == "utf-8" or _looks_chinese(text):
            return name
    return ""


def _row_that_is_not_utf8(content: bytes) -> int:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        return content[: error.start].count(b"\n") + 1
    return 1


def _looks_chinese(text: str) -> bool:
    """Tell whether the characters beyond ASCII are of the set that Chinese texts are made of."""
    beyond = [sign for sign in text if not sign.isascii()]
    common = sum(_is_common(sign) for sign in {*beyond})
    return bool(beyond) and common >= COMMON_CHINESE * len({*beyond})


def _is_common(sign: str) -> bool:
    try:
        return len(sign.encode("gb2312")) == 2
    except UnicodeEncodeError:
        return False


def _records(path: Path, text: str) -> Rows:
    ending = Path(path.name.lower().removesuffix(".gz")).suffix
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
