"""The engine: what a scored instrument is.

An `Index` is a number made from the items of a form, a `Grading` an ordered category. Both are
called alike: with a table (a column comes out) or with values by name (a value comes out).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ibd_scores import card
from ibd_scores.columns import Array, Frame, read
from ibd_scores.form import Band, Interval, Item, Mask, listed
from ibd_scores.formula import Variant, rounded
from ibd_scores.instrument import Instrument, categories
from ibd_scores.rule import Ruled


def total(points: Mapping[str, Array]) -> Array:
    """The plain sum of all items: missing if one of them is."""
    first, *others = points.values()
    return sum(others, first)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Index(Instrument):
    """A number made from weighted items, with a rising ladder of bands.

    Called with a table it returns a Series of the index's name, called with values a number.
    A missing item makes a missing score (NaN); a value off the form raises ValueError that names
    index, item, row and value. An item that can be derived is read from its own column where the
    table has one, else from the columns of its derivation.
    """

    bands: tuple[Band, ...] = ()
    constant: float = 0
    combine: Callable[[Mapping[str, Array]], Array] = total
    combined: str = ""
    published_range: str = ""
    seldom_above: float = np.inf

    @property
    def lines(self) -> tuple[str, ...]:
        """The form in lines of text."""
        bands = f"Bands: {self.ladder}." if self.bands else "No agreed bands."
        head = (f"{self.title}.", self.warning, self.formula, listed(self.items))
        sources = "\n".join(
            f"{item.name} may be derived from {', '.join(one.name for one in item.columns)}."
            for item in self.items
            if item.derive
        )
        return (*head, sources, f"Range: {self.range}.", bands, *self.remarks)

    @property
    def columns(self) -> tuple[Item, ...]:
        """The columns that a table is asked for; a shared source stands once."""
        return tuple(dict.fromkeys(column for item in self.items for column in item.columns))

    @property
    def known(self) -> tuple[Item, ...]:
        """The items, what they can be derived from, and what a check reads beside them."""
        return (*self.items, *self.columns, *self.context)

    def needed(self, table: Any) -> tuple[Item, ...]:
        """Each item's own column where the table has it, else the columns it is derived from."""
        every = (column for item in self.items
                 for column in ((item,) if item.name in table else item.columns))  # fmt: skip
        return tuple(dict.fromkeys(every))

    def chosen(self, table: Any) -> tuple[Item, ...]:
        """What is needed, and what a check reads beside it where the table has it."""
        beside = (column for column in self.context if column.name in table)
        return tuple(dict.fromkeys((*self.needed(table), *beside)))

    def absent(self, given: Any) -> list[str]:
        """The columns that a table must have and lacks: an item, or what it is derived from."""
        lacking = {}
        for item in self.items:
            sources = [one.name for one in item.columns if one.name not in given]
            if item.name not in given and sources:
                either = f" (or {', '.join(sources)})" if item.derive else ""
                lacking[item.name] = item.name + either
        return list(lacking.values())

    def options(self, chosen: tuple[Item, ...]) -> dict[str, Variant]:
        """The published variants of those derivations that will be used."""
        names = {column.name for column in chosen}
        used = [item.derive for item in self.items if item.derive and item.name not in names]
        return {name: one for step in used for name, one in step.options(chosen).items()}

    def _points(self, values: Mapping[str, Array], **options: Any) -> dict[str, Array]:
        points = {}
        for item in self.items:
            if item.name in values or item.derive is None:
                number = values[item.name]
            else:
                asked = item.derive.options(()).keys() & options.keys() if options else ()
                number = item.derive.compute(values, **{name: options[name] for name in asked})
            points[item.name] = number if item.weight == 1 else item.weight * number
        return points

    def compute(self, values: Mapping[str, Array], **options: Any) -> Array:
        """Weigh the items and combine them."""
        score = self.combine(self._points(values, **options))
        if self.constant:
            score = self.constant + score
        return rounded(score)

    def points(self, table: Any = None, /, **values: Any) -> Any:
        """Return what each item adds to the score: a DataFrame, or a dict for one patient."""
        frame, chosen, options = self.opened(table, values)
        if any(self._off_form(frame, chosen)):
            raise ValueError(self._complaint(frame, chosen))
        return self._table(frame, self._points(frame.arrays, **options))

    @staticmethod
    def _table(frame: Frame, columns: Mapping[str, Any]) -> Any:
        if frame.scalar:
            return {name: column[0].item() for name, column in columns.items()}
        import pandas as pd

        return pd.DataFrame(dict(columns), index=frame.index)

    def explored(self, table: Any = None, /, **values: Any) -> Any:
        """Return, segment by segment, whether anything was recorded there."""
        segments = dict.fromkeys(item.segment for item in self.items if item.segment)
        if not segments:
            raise TypeError(f"{self.name}: has no segments")
        frame = read(self.name, self.items, table, values)
        return self._table(frame, {
            segment: np.any([~np.isnan(frame.arrays[item.name])
                             for item in self.items if item.segment == segment], axis=0)
            for segment in segments
        })  # fmt: skip

    def extremes(self, frame: Frame, **options: Any) -> Iterator[dict[str, Any]]:
        """Scores that are seldom seen."""
        if np.isfinite(self.seldom_above):
            scores = self.compute(frame.arrays, **options)
            why = f"a score above {self.seldom_above:g} is seldom seen: check the items"
            for row in np.flatnonzero(scores > self.seldom_above):
                value = float(scores[row])
                yield {"row": frame.label(row), "item": self.name, "value": value, "why": why}

    def band(self, scores: Any, table: Any = None) -> Any:
        """Name the band of each score: an ordered categorical Series, or a word for one score.

        Where a band asks more than the score (Mayo: no subscore above 1), the table of items,
        or a dict of one patient's, must be given too. A missing score has no band.

        Raises
        ------
            ValueError: the index has no agreed bands, or a band needs the items.
        """
        if isinstance(scores, Mapping) or np.ndim(scores) > 1:
            raise TypeError(
                f"{self.name}.band: takes scores, not a table: band({self.name}(table))"
            )
        if not self.bands:
            raise ValueError(f"{self.name}: no agreed bands. {self.notes}".rstrip())
        frame = read(self.name, (self.score,), None, {self.name: scores})
        score = frame.arrays[self.name]
        if self.score.off(score).any():
            raise ValueError(self._complaint(frame, (self.score,)))
        items = {} if table is None else self._items(table, frame)
        if any(band.proviso for band in self.bands) and items:
            recorded = ~np.isnan([*items.values()]).any(axis=0)
            score = np.where(recorded, score, np.nan)
        codes = np.full(frame.rows, -1)
        for code, band in reversed(list(enumerate(self.bands))):
            fits = band.holds(score)
            if band.proviso:
                if not items:
                    raise ValueError(
                        f"{self.name}.band: '{band.name}' needs the items: band(scores, table)"
                    )
                fits &= band.proviso(items)
            codes[fits] = code
        return categories(frame, f"{self.name}_band", codes, self.rungs)

    def _items(self, table: Any, scores: Frame) -> dict[str, Array]:
        chosen = self.chosen(table)
        frame = read(self.name, chosen, table, {})
        if any(self._off_form(frame, chosen)):
            raise ValueError(self._complaint(frame, chosen))
        if frame.rows != scores.rows or not (
            frame.index is None or scores.index is None or frame.index.equals(scores.index)
        ):
            raise ValueError(f"{self.name}.band: scores and items have different rows; align them")
        return self._points(frame.arrays)

    @property
    def rungs(self) -> tuple[str, ...]:
        """The names of the bands, from the lowest."""
        return tuple(band.name for band in self.bands)

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest score that the permitted values can make."""
        low, high = (
            self.constant
            + self.combine({item.name: np.array(item.ends[end]) for item in self.items})
            for end in (0, 1)
        )
        return float(rounded(low)), float(rounded(high))

    @property
    def score(self) -> Item:
        """The score as a value that others can read."""
        return Item(self.name, self.title, Interval(*self.ends))

    def expression(self, col: Callable[[str], Any]) -> Any:
        """Return the bare weighted sum for any engine whose columns know `+` and `*`.

        `col` makes a column from the name of an item: `polars.col`, `narwhals.col`,
        `duckdb.ColumnExpression`. Nothing is checked and nothing is rounded.

        Raises
        ------
            TypeError: the index is no weighted sum.

        >>> from ibd_scores import pro2_cd
        >>> pro2_cd.expression({"liquid_stools_mean": 5, "abdominal_pain_mean": 2}.get)
        20.0
        """
        if self.combine is not total:
            raise TypeError(f"{self.name}: no weighted sum but the {self.combined}")
        # As floats: the sum of narrow whole numbers, as files store answers, would overflow.
        terms = [col(item.name) * float(item.weight) for item in self.items]
        return sum(terms[1:], terms[0] + self.constant if self.constant else terms[0])

    @property
    def formula(self) -> str:
        """The formula as text, with the items' names."""
        return f"{self.name} = {self.combined or card.weighted_sum(self.items, self.constant)}"

    @property
    def ladder(self) -> str:
        """The bands as text."""
        return card.ladder(self.bands)

    @property
    def range(self) -> str:
        """The range as published, or as the items make it."""
        low, high = self.ends
        reach = f"{low:g} upwards" if np.isinf(high) else f"{low:g} to {high:g}"
        return self.published_range or reach

    def __repr__(self) -> str:
        mark = ", provisional" if self.provisional else ""
        return f"<{self.name}: {self.title}, {len(self.items)} items, {self.range}{mark}>"

    def _repr_html_(self) -> str:
        heads = ("item", "meaning", "permitted", "weight")
        rows = [(i.name, i.meaning, i.permitted, f"{i.weight:g}") for i in self.items]
        return card.lay_out(self.title, self.warning, heads, rows, (self.formula, *self.lines[4:]))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Grading(Ruled, Instrument):
    """A category from findings, ordered unless it says otherwise.

    The rule returns the place of the grade in `grades`, NaN where it cannot be told: then the
    grade is missing.
    """

    grades: tuple[str, ...]
    ordered: bool = True

    @property
    def lines(self) -> tuple[str, ...]:
        """The findings and grades in lines of text."""
        head = (f"{self.title}.", self.warning, listed(self.items))
        return (*head, f"Grades: {self.range}.", *self.remarks)

    @property
    def columns(self) -> tuple[Item, ...]:
        """The findings that the rule reads."""
        return self.items

    def blank(self, rows: int) -> Any:
        """Room for the places of the grades, -1 for missing."""
        return np.empty(rows, np.int8)

    def put(self, result: Any, here: slice, values: Array) -> None:
        """Keep the places of a block."""
        result[here] = np.where(np.isnan(values), -1, values)

    def single(self, value: float) -> Any:
        """Give the grade of one patient back as a word or None."""
        return None if np.isnan(value) else self.grades[int(value)]

    def parts(self, result: Any) -> tuple[Any, Mask, tuple[str, ...]]:
        """The places, where the grade is missing, and the grades."""
        return result, result < 0, self.grades

    def finish(self, frame: Frame, result: Any) -> Any:
        """Give the grades back as a categorical."""
        return categories(frame, self.name, result, self.grades, self.ordered)

    @property
    def score(self) -> Item:
        """The grade as a word that others can read, by its place among the grades."""
        return Item(self.name, self.title, self.grades)

    @property
    def range(self) -> str:
        """The grades in order."""
        return ", ".join(self.grades)

    def __repr__(self) -> str:
        mark = ", provisional" if self.provisional else ""
        grades = (" < " if self.ordered else ", ").join(self.grades)
        return f"<{self.name}: {self.title}, {grades}{mark}>"

    def _repr_html_(self) -> str:
        rows = [(item.name, item.meaning, item.permitted) for item in self.items]
        heads = ("finding", "meaning", "permitted")
        return card.lay_out(self.title, self.warning, heads, rows, self.lines[3:])
