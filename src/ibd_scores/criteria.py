"""Criteria: by how much a condition holds, with cuts that are exact."""

from functools import reduce
from typing import Any

import numpy as np

from ibd_scores.columns import Array
from ibd_scores.form import LEFT, RIGHT, TOLERANCE, Mask
from ibd_scores.formula import DECIMALS

ROUNDED = 10.0**-DECIMALS / 2  # how far a rounded score or mean can be from the exact one

# What stands for a column that a table may lack.
UNCENSORED: Array = np.array(np.nan)
NONE_UNSEEN: Array = np.array(0.0)
UNKNOWN: Array = np.array(np.nan)

# A criterion is the margin by which it holds: from 0 upwards where it does, negative where it does
# not, NaN where that is not known. So the least of several is whether all hold.
MET, UNMET = 0.0, -1.0


def holds(criterion: Array) -> Mask:
    """Return True where a criterion is known to hold."""
    return criterion >= 0


def at_most(value: Array, cut: float | Array) -> Array:
    """`value <= cut`, as a criterion."""
    return cut + _tolerance(value, cut, whole=0) - value


def below(value: Array, cut: float | Array) -> Array:
    """`value < cut`, as a criterion."""
    return cut - _tolerance(value, cut, whole=1) - value


def at_least(value: Array, cut: float | Array) -> Array:
    """`value >= cut`, as a criterion."""
    return value - (cut - _tolerance(value, cut, whole=0))


def above(value: Array, cut: float | Array) -> Array:
    """`value > cut`, as a criterion."""
    return value - (cut + _tolerance(value, cut, whole=1))


def _tolerance(*compared: Any, whole: int) -> float:
    """How far an averaged value may be from a cut and count as equal; `whole` between integers."""
    return whole if all(map(is_whole, compared)) else TOLERANCE


def is_whole(number: Any) -> bool:
    """Tell whether these are whole numbers by type, of which none can be missing."""
    kind = getattr(getattr(number, "dtype", None), "kind", "")
    return isinstance(number, int) or kind in ("i", "u", "b")


def fell_by_percent(value: Array, baseline: Array, percent: float) -> Array:
    """A fall of at least `percent`, by values rounded or not; undefined (NaN) from a baseline of 0.

    >>> fell = fell_by_percent(np.array([3.5, 3.6, 0.0]), np.array([5.0, 5.0, 0.0]), 30)
    >>> np.sign(fell).tolist()
    [1.0, -1.0, nan]
    """
    left = 100 - percent
    fell = at_most(100 * value - left * baseline, (100 + left) * ROUNDED)
    return np.where(baseline == 0, np.nan, fell)


def fell_by_more_than_half(value: Array, baseline: Array) -> Array:
    """A fall of more than 50 %, by values rounded or not; undefined (NaN) from a baseline of 0.

    >>> np.sign(fell_by_more_than_half(np.array([10.0, 9.0]), np.array([20.0, 20.0]))).tolist()
    [-1.0, 1.0]
    """
    fell = above(baseline - 2 * value, 3 * ROUNDED)
    return np.where(baseline == 0, np.nan, fell)


def all_of(*criteria: Array) -> Array:
    """All hold; NaN where one of them is unknown."""
    return reduce(np.minimum, criteria)


def any_of(*criteria: Array) -> Array:
    """At least one holds: one that does decides, even beside one that is undefined (NaN)."""
    best = reduce(np.fmax, criteria)
    return np.where(holds(best), best, reduce(np.maximum, criteria))


def known_below(value: Array, censor: Array, limit: float, inclusive: bool) -> Array:
    """A laboratory value below its limit: NaN where a censored value leaves it open.

    `<0.5` is below 5; `<10` may be or not; `>1800` is not below 250; `>3` may be or not.

    >>> number, censor = np.array([0.5, 10, 1800, 3]), np.array([LEFT, LEFT, RIGHT, RIGHT])
    >>> known_below(number, censor, 5, False).tolist()
    [0.0, nan, -1.0, nan]
    """
    met = at_most(value, limit) if inclusive else below(value, limit)
    # Below a number that is itself at most the limit: below the limit in either reading.
    met = np.where(censor == LEFT, np.where(holds(at_most(value, limit)), MET, np.nan), met)
    met = np.where(censor == RIGHT, np.where(holds(at_least(value, limit)), UNMET, np.nan), met)
    return np.where(np.isnan(value), np.nan, met)
