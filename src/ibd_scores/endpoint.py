"""What an endpoint is: yes, no or not evaluable, with cuts that are exact."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ibd_scores import card
from ibd_scores.catalogue import ITEMS
from ibd_scores.columns import Array, Frame
from ibd_scores.form import CENSORS, LEFT, RIGHT, TOLERANCE, Interval, Item
from ibd_scores.formula import REQUIRED, Ruled, parameters

if TYPE_CHECKING:
    import pandas as pd


def at_most(value: Array, cut: float | Array) -> Array:
    """`value <= cut`: 1 yes, 0 no, NaN where either is missing."""
    return _known(value <= np.add(cut, TOLERANCE), value, cut)


def below(value: Array, cut: float | Array) -> Array:
    """`value < cut`: 1 yes, 0 no, NaN where either is missing."""
    return _known(value < np.subtract(cut, TOLERANCE), value, cut)


def at_least(value: Array, cut: float | Array) -> Array:
    """`value >= cut`: 1 yes, 0 no, NaN where either is missing."""
    return _known(value >= np.subtract(cut, TOLERANCE), value, cut)


def above(value: Array, cut: float | Array) -> Array:
    """`value > cut`: 1 yes, 0 no, NaN where either is missing."""
    return _known(value > np.add(cut, TOLERANCE), value, cut)


def _known(answer: Any, *read: Any) -> Array:
    missing = np.isnan(np.sum(np.broadcast_arrays(*read), axis=0))
    return np.where(missing, np.nan, answer)


def fell_by_percent(value: Array, baseline: Array, percent: float) -> Array:
    """A fall of at least `percent`, exact in whole numbers; undefined (NaN) from a baseline of 0.

    >>> fell_by_percent(np.array([3.5, 3.6, 0.0]), np.array([5.0, 5.0, 0.0]), 30).tolist()
    [1.0, 0.0, nan]
    """
    fell = at_least(100 * (baseline - value), percent * baseline)
    return np.where(baseline == 0, np.nan, fell)


def fell_by_more_than_half(value: Array, baseline: Array) -> Array:
    """A fall of more than 50 %, exact in whole numbers; undefined (NaN) from a baseline of 0.

    >>> fell_by_more_than_half(np.array([10.0, 9.0]), np.array([20.0, 20.0])).tolist()
    [0.0, 1.0]
    """
    fell = above(2 * (baseline - value), baseline)
    return np.where(baseline == 0, np.nan, fell)


def all_of(*criteria: Array) -> Array:
    """All hold: 1 yes, 0 no, NaN where one of them is unknown."""
    return np.asarray(np.min(np.broadcast_arrays(*criteria), axis=0))


def any_of(*criteria: Array) -> Array:
    """At least one holds: one that does decides, even beside one that is undefined (NaN)."""
    held = np.any([criterion == 1 for criterion in criteria], axis=0)
    return np.where(held, 1.0, np.max(np.broadcast_arrays(*criteria), axis=0))


def known_below(value: Array, censor: Array, limit: float, inclusive: bool) -> Array:
    """A laboratory value below its limit: NaN where a censored value leaves it open.

    `<0.5` is below 5; `<10` may be or not; `>1800` is not below 250; `>3` may be or not.

    >>> number, censor = np.array([0.5, 10, 1800, 3]), np.array([LEFT, LEFT, RIGHT, RIGHT])
    >>> known_below(number, censor, 5, False).tolist()
    [1.0, nan, 0.0, nan]
    """
    met = at_most(value, limit) if inclusive else below(value, limit)
    # Below a number that is itself at most the limit: below the limit in either reading.
    met = np.where(censor == LEFT, np.where(at_most(value, limit) == 1, 1.0, np.nan), met)
    met = np.where(censor == RIGHT, np.where(at_least(value, limit) == 1, 0.0, np.nan), met)
    return np.where(np.isnan(value), np.nan, met)


# What stands for a column that a table may lack.
UNCENSORED: Array = np.array(np.nan)
NONE_UNSEEN: Array = np.array(0.0)
UNKNOWN: Array = np.array(np.nan)

STEROID = Item("systemic_steroid", "systemic corticosteroid: no 0, yes 1", range(2))
BASELINE, MATCHED = "_baseline", "_matched"


def _column(name: str) -> Item:
    """The column that a rule's parameter stands for, with the values that the catalogue permits."""
    if "_censor" in name:
        return Item(name, "left if below the number, right if above, else empty", CENSORS)
    known = ITEMS.get(name.removesuffix(BASELINE).removesuffix(MATCHED))
    return replace(known or Item(name, "a number", Interval(0)), name=name)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Endpoint(Ruled):
    """Yes, no or not evaluable (NA), from the values at follow-up and at baseline.

    Called with a table of pairs it returns a Series of dtype "boolean", with values by name True,
    False or None. Not evaluable where a value it reads is missing, or where its rule says so.
    A parameter of the rule with a default is a column that a table may lack.
    """

    disease: str
    definition: str
    free_of_steroid: bool = False

    @property
    def lines(self) -> tuple[str, ...]:
        """The definition in lines of text."""
        reads = f"Reads {', '.join(item.name for item in self.columns)}."
        return (f"{self.title}.", f"{self.definition}.", reads, self.citation)

    @property
    def columns(self) -> tuple[Item, ...]:
        """The columns that the rule reads."""
        read = tuple(map(_column, parameters(self.rule)[0]))
        return (*read, STEROID) if self.free_of_steroid else read

    def chosen(self, table: Any) -> tuple[Item, ...]:
        """The columns to read: those that a table may lack only where it has them."""
        optional = self._optional
        return tuple(i for i in self.columns if i.name not in optional or i.name in table)

    @property
    def _optional(self) -> dict[str, Any]:
        defaults = parameters(self.rule)[0]
        return {name: value for name, value in defaults.items() if value is not REQUIRED}

    def compute(self, values: Mapping[str, Array], **options: Any) -> Array:
        """Apply the rule; a value that was not recorded makes it not evaluable."""
        optional = self._optional
        read = [values.get(name, np.array(optional.get(name))) for name in parameters(self.rule)[0]]
        met = self.rule(*read, **options)
        if self.free_of_steroid:
            met = all_of(met, at_most(values[STEROID.name], 0))
        required = [values[item.name] for item in self.columns if item.name not in optional]
        return _known(met, *required)

    def finish(self, frame: Frame, values: Array) -> Any:
        """Give yes, no and not evaluable back as a nullable boolean."""
        if frame.scalar:
            return None if np.isnan(values[0]) else bool(values[0])
        import pandas as pd

        flags = pd.arrays.BooleanArray(values == 1, np.isnan(values))
        return flags if frame.index is None else frame.column(self.name, flags)

    def steroid_free(self) -> "Endpoint":
        """The same endpoint, met only by those without systemic corticosteroid at follow-up."""
        return replace(
            self,
            name=f"{self.name}_steroid_free",
            title=f"{self.title}, corticosteroid-free",
            definition=f"{self.definition}; no systemic corticosteroid at that visit",
            free_of_steroid=True,
        )

    def _from_baseline(self, pairs: "pd.DataFrame", *, best: bool, **options: Any) -> Any:
        """The verdict if nothing had changed since baseline; or if all were 0 now (`best`)."""
        import pandas as pd

        values: dict[str, Any] = {}
        for item in self.columns:
            if best and item.words == CENSORS:
                continue
            if item.name.endswith(BASELINE):
                values[item.name] = pairs[item.name]
            elif item.name + BASELINE in pairs and not (best and not item.words):
                values[item.name] = pairs[item.name + BASELINE]
            elif item.name not in self._optional:
                values[item.name] = pd.Series(0.0, index=pairs.index)
        return self(**values, **options)

    def eligible(self, pairs: "pd.DataFrame", **options: Any) -> Any:
        """Who could meet it by a change: a nullable boolean Series without missing values.

        Not eligible is who met it at baseline already, or whose baseline leaves it undefined
        whatever follows (an SES-CD below 4, no ulcer). Where the baseline is not known, everyone
        is eligible.
        """
        met = self._from_baseline(pairs, best=False, **options).fillna(False)
        read = [item.name for item in self.columns if item.name not in self._optional]
        twins = [name if name.endswith(BASELINE) else name + BASELINE for name in read]
        known = pairs[[name for name in dict.fromkeys(twins) if name in pairs]].notna().all(axis=1)
        undefined = self._from_baseline(pairs, best=True, **options).isna() & known
        return (~(met | undefined)).rename(self.name)

    def normalization(self, pairs: "pd.DataFrame", **options: Any) -> Any:
        """The same endpoint among those who did not meet it at baseline; others not evaluable.

        For markers of inflammation: who was normal at both visits is not normalized, and neither
        is one whose marker at baseline is not known. The Series is named `<marker>_normalized`.
        """
        met = self._from_baseline(pairs, best=False, **options).fillna(True)
        name = f"{self.name.removesuffix('_normal')}_normalized"
        return self(pairs, **options).mask(met).rename(name)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.definition}>"

    def _repr_html_(self) -> str:
        return card.lay_out(self.title, (), (), self.lines[1:])


def endpoint(
    disease: str, title: str, definition: str, citation: str
) -> Callable[[Callable[..., Array]], Endpoint]:
    """Turn a rule into the endpoint of its name."""

    def named(rule: Callable[..., Array]) -> Endpoint:
        return Endpoint(
            name=rule.__name__,
            title=title,
            disease=disease,
            definition=definition,
            rule=rule,
            citation=citation,
        )

    return named
