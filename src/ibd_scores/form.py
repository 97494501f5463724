"""What a form is made of: items with their permitted values, bands, and contradictions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ibd_scores.columns import Array

Mask = NDArray[np.bool_]

TOLERANCE = 1e-9  # for averaged values, whose last digit is not to be trusted
CENSORS = ("left", "right")  # a laboratory value below the number, or above it
LEFT, RIGHT = 0, 1  # their places


class Step(Protocol):
    """What an item can be derived by: the columns it reads, and what it makes of them."""

    @property
    def columns(self) -> "tuple[Item, ...]":
        """The columns to read."""

    def options(self, chosen: "tuple[Item, ...]") -> dict[str, Any]:
        """The published variants that can be asked for."""

    def compute(self, values: Mapping[str, Array], **options: Any) -> Array:
        """Make the item's values."""


@dataclass(frozen=True)
class Interval:
    """The real numbers from `low` to `high`, both included; `high` may be infinite."""

    low: float
    high: float = np.inf


@dataclass(frozen=True)
class Item:
    """One line of a form: its name, what the answers mean, and which are permitted.

    `values` is a `range` of whole numbers, a tuple of the permitted numbers or words, or an
    `Interval` of real numbers. An item with `derive` may be given itself or by the columns that
    the derivation reads. `segment` names the bowel segment of an endoscopic item.

    >>> pain = Item("abdominal_pain", "none 0 to severe 3", range(4), weight=5)
    >>> pain.permitted
    '0 to 3'
    >>> pain.off(np.array([0, 3, 4, 1.5, np.nan])).tolist()
    [False, False, True, True, False]
    """

    name: str
    meaning: str
    values: range | tuple[float, ...] | tuple[str, ...] | Interval
    weight: float = 1
    unit: str = ""
    hint: str = ""
    segment: str = ""
    derive: Step | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The permitted words in order, or nothing where the item takes numbers."""
        if isinstance(self.values, tuple):
            return tuple(value for value in self.values if isinstance(value, str))
        return ()

    @property
    def permitted(self) -> str:
        """The permitted values as text."""
        unit = f" {self.unit}" if self.unit else ""
        if isinstance(self.values, Interval):
            low, high = f"{self.values.low:g}", f"{self.values.high:g}"
            span = f"at least {low}{unit}" if high == "inf" else f"{low} to {high}{unit}"
            return f"{span}, decimals allowed"
        if isinstance(self.values, range) and len(self.values) > 2:
            return f"{self.values[0]} to {self.values[-1]}{unit}"
        # Words that look like numbers are shown as the text that they are: '3.1'.
        *others, last = [
            f"{value:g}" if not isinstance(value, str)
            else value if value.isidentifier() else repr(value)
            for value in self.values
        ]  # fmt: skip
        return f"{', '.join(others)} or {last}{unit}"

    @property
    def why(self) -> str:
        """What to say of a value that is not permitted."""
        return f"permitted: {self.permitted}" + (f"; {self.hint}" if self.hint else "")

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest that the item adds to a score."""
        if isinstance(self.values, Interval):
            return self.weight * self.values.low, self.weight * self.values.high
        codes = range(len(self.words)) if self.words else map(float, self.values)
        numbers = [self.weight * code for code in codes]
        return min(numbers), max(numbers)

    @cached_property
    def limits(self) -> tuple[float, float, tuple[float, ...]]:
        """The lowest and the highest permitted number, and all of them where they leave gaps.

        A word counts as its place. Only an `Interval` permits what is not whole.
        """
        if isinstance(self.values, Interval):
            return self.values.low, self.values.high, ()
        numbers = range(len(self.words)) if self.words else self.values
        # As whole numbers where they are: narrow columns are compared with these without widening.
        levels = sorted(int(n) if float(n).is_integer() else float(n) for n in numbers)
        every = [*range(int(levels[0]), int(levels[-1]) + 1)]
        return levels[0], levels[-1], () if levels == every else tuple(levels)

    def _is_level(self, numbers: Array) -> Mask:
        """Return True where a number is whole, or one of those permitted where they have gaps."""
        levels = self.limits[2]
        if levels:
            return reduce(or_, (numbers == level for level in levels))
        return np.asarray(np.rint(numbers) == numbers)

    def off(self, numbers: Array) -> Mask:
        """Return True where a value is recorded that the form does not permit."""
        low, high, _ = self.limits
        beyond = (numbers < low) | (numbers > high) | np.isinf(numbers)
        if isinstance(self.values, Interval):
            return beyond
        return beyond | ~(self._is_level(numbers) | np.isnan(numbers))

    def permits(self, numbers: Array) -> bool:
        """Tell whether all numbers of a block are permitted or missing: `off`, told sooner."""
        low, high, levels = self.limits
        if numbers.dtype.kind != "f":
            inside = low <= numbers.min() and numbers.max() <= high
            return bool(inside and (not levels or self._is_level(numbers).all()))
        if self.words:
            return bool(np.fmax.reduce(numbers) != np.inf)
        least, most = np.fmin.reduce(numbers), np.fmax.reduce(numbers)
        if least < low or most > high or np.isinf(most):
            return False
        if isinstance(self.values, Interval):
            return True
        lacking = numbers.size - np.count_nonzero(self._is_level(numbers))
        return not lacking or bool(lacking == np.count_nonzero(np.isnan(numbers)))

    def permits_one(self, number: float) -> bool:
        """Tell whether one number is permitted or missing: `off`, for one patient."""
        low, high, levels = self.limits
        if number != number:
            return True
        if not low <= number <= high or number == np.inf:
            return False
        if isinstance(self.values, Interval):
            return True
        return number in levels if levels else number == int(number)

    @property
    def columns(self) -> "tuple[Item, ...]":
        """The columns a table must have where it lacks the item itself."""
        return self.derive.columns if self.derive else (self,)


@dataclass(frozen=True)
class Band:
    """One rung: scores below `upper` (or equal to it, if `inclusive`); the last has no upper end.

    `proviso` is a further condition on the items, in words `condition`; a score that fails it
    goes to the next rung.
    """

    name: str
    upper: float = np.inf
    inclusive: bool = False
    proviso: Callable[[Mapping[str, Array]], Mask] | None = None
    condition: str = ""

    def holds(self, scores: Array) -> Mask:
        """Return True where the score is not above this rung."""
        if self.inclusive:
            return np.asarray(scores <= self.upper + TOLERANCE)
        return np.asarray(scores < self.upper - TOLERANCE)


@dataclass(frozen=True)
class Check:
    """What is wrong though each value is permitted: reported by `problems`, scored as recorded.

    One that is `refused` is not scored: it raises as a value off the form does. A check is made
    where the column `item` was read.
    """

    item: str
    why: str
    found: Callable[[Mapping[str, Array]], Mask]
    refused: bool = False

    @property
    def name(self) -> str:
        """The column that it is told of."""
        return self.item


def listed(items: tuple[Item, ...]) -> str:
    """Items with their meanings and permitted values, a line each."""
    return "\n".join(f"{item.name}: {item.meaning} ({item.permitted})" for item in items)
