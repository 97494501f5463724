"""What no rival can beat: compiled loops that read every column once and write a new result.

Nothing is checked and nothing is scored. The first call compiles.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
import pandas as pd
from numpy.typing import NDArray

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Columns = tuple[NDArray[Any], ...]

DIARY_TOTALS = 3
MAYO_ENDPOINTS = 3


def _compiled(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    # Sums may be taken in any order, so that the loops are vectorised.
    return cast("Callable[Parameters, Result]", numba.njit(nogil=True, fastmath=True)(function))


def prepare(table: pd.DataFrame) -> Columns:
    """Take the columns' arrays; of words the ends and the characters that Arrow keeps."""
    columns = (table[name] for name in table)
    return tuple(array for column in columns for array in _arrays(column))


def _arrays(column: "pd.Series[Any]") -> Columns:
    if column.dtype.kind == "M":
        return (column.to_numpy().view(np.int64),)
    if column.dtype.kind != "O":
        return (column.to_numpy(),)
    import pyarrow as pa

    words = pa.array(column.astype(object), pa.large_string())
    _, ends, characters = words.buffers()
    return np.frombuffer(ends, np.int64)[1:], np.frombuffer(characters, np.uint8)


@_compiled
def _sum(column: NDArray[Any]) -> float:
    total = 0.0
    for row in range(len(column)):
        total += column[row]
    return total


# The loops know how many columns they have: each count is a function of its own, made of the one
# before, because a tuple of different arrays can only be read at places known to the compiler.
@cache
def _reader(count: int) -> Callable[[Columns, int], float]:
    """A function for the sum of a row."""
    if count == 0:
        return _compiled(lambda columns, row: 0)
    before, place = _reader(count - 1), count - 1
    return _compiled(lambda columns, row: before(columns, row) + columns[place][row])


@cache
def _writer(count: int) -> Callable[[Columns, int, float], None]:
    """A function that writes a value to a row of each result; to flags as a truth value."""
    if count == 0:
        return _compiled(lambda results, row, value: None)
    before, place = _writer(count - 1), count - 1

    @_compiled
    def write(results: Columns, row: int, value: float) -> None:
        before(results, row, value)
        results[place][row] = value

    return write


@cache
def _loop(columns: int, results: int) -> Callable[[Columns, float, Columns], None]:
    """A function that adds the columns to a number and writes the sum to each result."""
    read, write = _reader(columns), _writer(results)

    @_compiled
    def loop(columns: Columns, start: float, results: Columns) -> None:
        for row in range(len(results[0])):
            write(results, row, start + read(columns, row))

    return loop


def _pass(columns: Columns, beside: Columns, results: Columns) -> Columns:
    """Read the columns, and others of any length beforehand, and write the results."""
    _loop(len(columns), len(results))(columns, sum(map(_sum, beside)), results)
    return results


def _score(columns: Columns) -> NDArray[Any]:
    """One float a row; columns of another length are the characters of words."""
    result = np.empty(len(columns[0]))
    even = tuple(column for column in columns if len(column) == len(result))
    beside = tuple(column for column in columns if len(column) != len(result))
    return _pass(even, beside, (result,))[0]


def cdai(columns: Columns) -> NDArray[Any]:
    """Read what the CDAI reads and write a float a row."""
    return _score(columns)


def ses_cd(columns: Columns) -> NDArray[Any]:
    """Read what the SES-CD reads and write a float a row."""
    return _score(columns)


def mayo_endpoints(columns: Columns) -> Columns:
    """Read what three endpoints read and write two flags a row for each: met, and missing."""
    flags = (np.empty(len(columns[0]), np.bool_) for _ in range(2 * MAYO_ENDPOINTS))
    return _pass(columns, (), tuple(flags))


def diary_window(visits: Columns, diary: Columns) -> Columns:
    """Read visits and diary and write three floats a visit."""
    totals = (np.empty(len(visits[0])) for _ in range(DIARY_TOTALS))
    return _pass(visits, diary, tuple(totals))
