"""Columns in, a column out: the one place that knows how a column is stored.

A table is a pandas DataFrame or a mapping of names to numbers, arrays or Series. A column is read
in blocks of rows that stay in the processor's cache, as numbers with NaN for missing; what comes
out has the shape of what went in. pandas and pyarrow are recognised from the object, never
imported for their own sake.
"""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ibd_scores import words as in_words

Array = NDArray[np.float64]
Reader = Callable[[slice], Array]

NAMES = 20  # how many columns an error lists of those that a table has
BLOCK_ROWS = 32_768  # temporaries of this length stay in the processor's cache
TO_PANDAS = ("df", "compute", "to_pandas")  # what makes a DataFrame of another engine's table
KEYS = ("patient_id", "visit", "segment", "date")  # tell a row wherever it stands


class Column(Protocol):
    """What this module needs to know of an item: its name and, for words, their order."""

    @property
    def name(self) -> str:
        """The column's name in a table."""

    @property
    def words(self) -> tuple[str, ...]:
        """The permitted words in order, or nothing where it holds numbers."""


def origin(thing: object) -> str:
    """The package that an object's type comes from."""
    return type(thing).__module__.partition(".")[0]


def is_pandas(thing: object) -> bool:
    """Tell whether `thing` is a pandas Series or DataFrame, without importing pandas."""
    return origin(thing) == "pandas" and hasattr(thing, "index")


def is_missing(value: object) -> bool:
    """Tell whether a single value stands for missing: None, NaN, NaT or pandas.NA."""
    pandas = sys.modules.get("pandas")
    if value is None or (pandas is not None and (value is pandas.NA or value is pandas.NaT)):
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def number(value: object, words: tuple[str, ...] = ()) -> float:
    """One value as a float, a word as its place; infinity, which no form permits, for all else."""
    if is_missing(value):
        return np.nan
    if words:
        return float(words.index(value)) if isinstance(value, str) and value in words else np.inf
    if isinstance(value, bool | int | float | np.bool_ | np.integer | np.floating):
        return float(value)
    return np.inf


def reader(
    column: Any, words: tuple[str, ...] = (), match: Callable[..., Array] = in_words.matched
) -> Reader:
    """What reads rows of a column as numbers: NaN where missing, infinity where the type is wrong.

    They are float64, or int32 where the column holds small whole numbers, of which none can be
    missing. For an item answered in words the number is the word's place among the permitted ones.
    """
    if words:
        return in_words.reader(column, words, match) or _one_by_one(column, words)
    if origin(column) == "pyarrow":
        return _arrow(column)
    dtype = getattr(column, "dtype", None)
    if getattr(dtype, "kind", "O") not in "biuf":
        return _one_by_one(column, ())
    if is_pandas(column):
        if not isinstance(dtype, np.dtype):
            nullable = column.array
            return lambda here: nullable[here].to_numpy(dtype=np.float64, na_value=np.nan)
        column = column.to_numpy()
    array = np.asarray(column)
    if array.dtype == np.float64:
        return array.__getitem__
    small = array.dtype.kind != "f" and array.dtype.itemsize <= 2
    kind = np.int32 if small else np.float64
    return lambda here: array[here].astype(kind)


def _one_by_one(column: Any, words: tuple[str, ...]) -> Reader:
    listed = column.to_numpy(zero_copy_only=False) if origin(column) == "pyarrow" else column
    values = np.asarray(listed, dtype=object).ravel()
    return lambda here: np.array([number(one, words) for one in values[here]], dtype=np.float64)


def _arrow(column: Any) -> Reader:
    import pyarrow as pa

    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
            or pa.types.is_boolean(column.type) or pa.types.is_null(column.type)):  # fmt: skip
        return _one_by_one(column, ())
    kind = pa.int8() if pa.types.is_boolean(column.type) else column.type

    def read(here: slice) -> Array:
        start, stop, _ = here.indices(len(column))
        rows = column.slice(start, stop - start).cast(kind)
        return np.asarray(rows.cast(pa.float64()).to_numpy(zero_copy_only=False))

    return read


def as_floats(column: Any, words: tuple[str, ...] = ()) -> Array:
    """Read a whole column as float64: NaN where missing, infinity where the type is wrong."""
    return reader(column, words)(slice(None)).astype(np.float64, copy=False)


@dataclass(frozen=True)
class Frame:
    """A table to be read: what reads each column, and the way back to the caller's shape."""

    readers: Mapping[str, Reader]
    raw: Mapping[str, Any]
    rows: int
    index: Any  # the pandas index, or None
    scalar: bool
    keys: Mapping[str, Any]  # columns that tell a row wherever it stands
    placed: bool = True  # whether a row's position means something to the caller

    def blocks(self, times: int = 1) -> Iterator[tuple[slice, dict[str, Array]]]:
        """Yield slices of rows with their columns, short enough to stay in cache."""
        length = BLOCK_ROWS * times
        for start in range(0, self.rows, length):
            here = slice(start, min(start + length, self.rows))
            yield here, {name: read(here) for name, read in self.readers.items()}

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """The whole columns as float64, for what looks at all rows at once."""
        whole = slice(0, self.rows)
        return {name: np.asarray(read(whole), np.float64) for name, read in self.readers.items()}

    def label(self, row: Any) -> Any:
        """Return the caller's name for a row: its index label, or its position."""
        return _plain(row if self.index is None else self.index[row])

    def where(self, row: Any) -> str:
        """Tell a row by its label and by the keys that the table has; nothing for one patient."""
        if self.scalar:
            return ""
        keys = [f"{name} {_one(column, row)!s}" for name, column in self.keys.items()]
        label = [f"row {self.label(row)!r}"] if self.placed else []
        told = ", ".join([*label, *keys]) or "a row without patient_id"
        return f" in {told}"

    def value(self, name: str, row: Any) -> Any:
        """Return a value as the caller wrote it."""
        return _one(self.raw[name], row)

    def column(self, name: str, values: Any) -> Any:
        """Give a result back: a Series for pandas, else the values as they are."""
        if self.index is None:
            return values
        import pandas as pd

        return pd.Series(values, index=self.index, name=name, copy=False)


def _one(column: Any, row: Any) -> Any:
    if is_pandas(column):
        return _plain(column.iloc[row])
    if origin(column) == "pyarrow":
        return column[int(row)].as_py()
    return _plain(column[row] if np.ndim(column) else column)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def names_of(table: Iterable[Any]) -> str:
    """The names of a table's columns, the first of them if there are many."""
    every = [str(name) for name in table]
    more = f" and {len(every) - NAMES} more" if len(every) > NAMES else ""
    return (", ".join(every[:NAMES]) or "none") + more


def check_table(who: str, given: Any) -> None:
    """Refuse what is no table."""
    if not (isinstance(given, Mapping) or (is_pandas(given) and hasattr(given, "columns"))):
        kind = type(given)
        place = "" if kind.__module__ == "builtins" else f"{origin(given)}."
        known, remedy = (
            "a pandas, Polars, pyarrow, DuckDB or Dask table or a mapping of columns",
            "for one patient values by name",
        )
        for way in TO_PANDAS:
            if hasattr(given, "columns") and hasattr(given, way):
                known, remedy = "here a pandas DataFrame or a mapping of columns", f".{way}()"
        raise TypeError(f"{who}: a table is {known}, not {place}{kind.__name__}; give {remedy}")


def read(
    who: str,
    columns: tuple[Column, ...],
    table: Any,
    values: Mapping[str, Any],
    *,
    placed: bool = True,
    match: Callable[..., Array] = in_words.matched,
) -> Frame:
    """Find the named columns of a table, or of keyword values, and what reads each as numbers.

    Raises
    ------
        ValueError: a column is absent, or the lengths or the pandas indexes differ.
        TypeError: a table was mixed with keyword values, or is of a kind not known here.
    """
    if table is not None and values:
        raise TypeError(
            f"{who}: give a table or values by name, not both ({', '.join(sorted(values))})"
        )
    given = values if table is None else table
    check_table(who, given)
    absent = [column.name for column in columns if column.name not in given]
    if absent:
        raise ValueError(f"{who}: no column {', '.join(absent)}; columns given: {names_of(given)}")
    raw = {column.name: given[column.name] for column in columns}
    dimensions = {name: np.ndim(column) if origin(column) != "pyarrow" else 1
                  for name, column in raw.items()}  # fmt: skip
    repeated = [name for name, many in dimensions.items() if many > 1]
    if repeated:
        raise ValueError(f"{who}: column {repeated[0]} stands more than once in the table")
    index = _common_index(who, given, raw)
    lengths = {name: len(column) for name, column in raw.items() if dimensions[name] == 1}
    rows = len(index) if index is not None else max(lengths.values(), default=1)
    uneven = {name: length for name, length in lengths.items() if length != rows}
    if uneven:
        raise ValueError(f"{who}: columns of different length: {uneven} where {rows} are due")
    readers = {
        column.name: reader(raw[column.name], column.words, match)
        if dimensions[column.name]
        else _constant(number(raw[column.name], column.words))
        for column in columns
    }
    keys = {name: given[name] for name in KEYS if name in given}
    return Frame(readers, raw, rows, index, index is None and not lengths, keys, placed)


def _constant(value: float) -> Reader:
    return lambda here: np.full(here.stop - here.start, value)


def _common_index(who: str, given: Any, raw: Mapping[str, Any]) -> Any:
    """Find the pandas index that all columns share, or None where there is none."""
    if is_pandas(given):
        return given.index
    indexes = [column.index for column in raw.values() if is_pandas(column)]
    if any(not indexes[0].equals(other) for other in indexes[1:]):
        raise ValueError(f"{who}: the Series given by name have different indexes; align them")
    return indexes[0] if indexes else None
