"""Columns in, a column out: the one place that knows what kind of table was handed in.

A table is a pandas DataFrame or a mapping of names to numbers, arrays or Series. Each column is
read once, as float64 with NaN for missing; what comes out has the shape of what went in.
pandas is recognised from the object, never imported for its own sake.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NAMES = 20  # how many columns an error lists of those that a table has
BLOCK_ROWS = 16_384  # temporaries of this length stay in the processor's cache


class Column(Protocol):
    """What this module needs to know of an item: its name and, for words, their order."""

    @property
    def name(self) -> str:
        """The column's name in a table."""

    @property
    def words(self) -> tuple[str, ...]:
        """The permitted words in order, or nothing where it holds numbers."""


def is_pandas(thing: object) -> bool:
    """Tell whether `thing` is a pandas Series or DataFrame, without importing pandas."""
    return type(thing).__module__.partition(".")[0] == "pandas" and hasattr(thing, "index")


def is_missing(value: object) -> bool:
    """Tell whether a single value stands for missing: None, NaN, NaT or pandas.NA."""
    pandas = sys.modules.get("pandas")
    if value is None or (pandas is not None and (value is pandas.NA or value is pandas.NaT)):
        return True
    return isinstance(value, float | np.floating) and bool(np.isnan(value))


def _number(value: object) -> float:
    """One value as a float; infinity, which no form permits, for what is not a number."""
    if is_missing(value):
        return np.nan
    if isinstance(value, bool | int | float | np.bool_ | np.integer | np.floating):
        return float(value)
    return np.inf


def as_floats(column: Any, words: tuple[str, ...] = ()) -> Array:
    """Read one column as float64: NaN where missing, infinity where the type is wrong.

    For an item answered in words the number is the word's place among the permitted ones.
    """
    if words and is_pandas(column):  # one comparison for each word, not a look-up for each row
        places = np.full(len(column), np.inf)
        for place, word in enumerate(words):
            places[(column == word).to_numpy(dtype=bool, na_value=False)] = place
        places[column.isna().to_numpy()] = np.nan
        return places
    if words:
        codes = {word: float(place) for place, word in enumerate(words)}
        listed = np.asarray(column, dtype=object).ravel()
        return np.array(
            [np.nan if is_missing(v) else codes.get(v, np.inf) if isinstance(v, str) else np.inf
             for v in listed]
        )  # fmt: skip
    dtype = getattr(column, "dtype", None)
    if getattr(dtype, "kind", "O") in "biuf":
        if is_pandas(column):
            return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
        return np.asarray(column, dtype=np.float64)
    listed = np.asarray(column, dtype=object).ravel()
    return np.array([_number(value) for value in listed], dtype=np.float64)


@dataclass(frozen=True)
class Frame:
    """A table that was read: float columns by name, and the way back to the caller's shape."""

    arrays: dict[str, Array]
    raw: Mapping[str, Any]
    rows: int
    index: Any  # the pandas index, or None
    scalar: bool

    def blocks(self) -> Iterator[tuple[slice, dict[str, Array]]]:
        """Yield slices of rows with their columns, short enough to stay in cache."""
        for start in range(0, self.rows, BLOCK_ROWS):
            here = slice(start, start + BLOCK_ROWS)
            yield here, {name: array[here] for name, array in self.arrays.items()}

    def label(self, row: Any) -> Any:
        """Return the caller's name for a row: its index label, or its position."""
        label = row if self.index is None else self.index[row]
        return label.item() if isinstance(label, np.generic) else label

    def value(self, name: str, row: Any) -> Any:
        """Return a value as the caller wrote it."""
        column = self.raw[name]
        if is_pandas(column):
            column = column.iloc[row]
        elif np.ndim(column):
            column = column[row]
        return column.item() if isinstance(column, np.generic) else column

    def column(self, name: str, values: Any) -> Any:
        """Give a result back: a Series for pandas, an array for arrays, a value for values."""
        if self.scalar:
            return values[0].item()
        if self.index is None:
            return values
        import pandas as pd

        return pd.Series(values, index=self.index, name=name)


def names_of(table: Iterable[Any]) -> str:
    """The names of a table's columns, the first of them if there are many."""
    every = [str(name) for name in table]
    more = f" and {len(every) - NAMES} more" if len(every) > NAMES else ""
    return (", ".join(every[:NAMES]) or "none") + more


def check_table(who: str, given: Any) -> None:
    """Refuse what is no table."""
    if not (isinstance(given, Mapping) or (is_pandas(given) and hasattr(given, "columns"))):
        kind = type(given)
        origin = "" if kind.__module__ == "builtins" else f"{kind.__module__.partition('.')[0]}."
        remedy = ".to_pandas()" if hasattr(given, "to_pandas") else "for one patient values by name"
        raise TypeError(
            f"{who}: a table is a pandas DataFrame or a mapping of columns, not "
            f"{origin}{kind.__name__}; give {remedy}"
        )


def read(who: str, columns: tuple[Column, ...], table: Any, values: Mapping[str, Any]) -> Frame:
    """Read the named columns of a table, or of keyword values, as float64 arrays.

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
    repeated = [name for name, column in raw.items() if np.ndim(column) > 1]
    if repeated:
        raise ValueError(f"{who}: column {repeated[0]} stands more than once in the table")
    index = _common_index(who, given, raw)
    lengths = {name: len(column) for name, column in raw.items() if np.ndim(column) == 1}
    rows = len(index) if index is not None else max(lengths.values(), default=1)
    uneven = {name: length for name, length in lengths.items() if length != rows}
    if uneven:
        raise ValueError(f"{who}: columns of different length: {uneven} where {rows} are due")
    arrays = {
        column.name: np.broadcast_to(as_floats(raw[column.name], column.words), rows)
        for column in columns
    }
    return Frame(arrays, raw, rows, index, scalar=index is None and not lengths)


def _common_index(who: str, given: Any, raw: Mapping[str, Any]) -> Any:
    """Find the pandas index that all columns share, or None where there is none."""
    if is_pandas(given):
        return given.index
    indexes = [column.index for column in raw.values() if is_pandas(column)]
    if any(not indexes[0].equals(other) for other in indexes[1:]):
        raise ValueError(f"{who}: the Series given by name have different indexes; align them")
    return indexes[0] if indexes else None
