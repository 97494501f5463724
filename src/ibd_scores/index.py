"""The engine: what a scored instrument is.

An `Index` is a number made from the items of a form, a `Grading` an ordered category, a
`Derivation` a named step before scoring. All of them are called alike: with a table (a column
comes out) or with values (a value comes out).
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ibd_scores import card
from ibd_scores.columns import Array, Frame, read
from ibd_scores.form import Band, Check, Interval, Item

DECIMALS = 6  # 2*21 + ... can come out as 149.999...; a score is rounded before it meets a cut
MESSAGES = 5  # how many values an error names before it counts the rest


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Formula:
    """What every kind of entry shares: a name, a title, columns to read, and how it is called."""

    name: str
    title: str
    citation: str

    def __post_init__(self) -> None:
        # So that `cdai?` in JupyterLab shows the form, not the class.
        object.__setattr__(self, "__doc__", "\n\n".join(filter(None, self.lines)))

    @property
    def lines(self) -> tuple[str, ...]:
        """What the entry is, in lines of text."""
        return (f"{self.title}.", self.citation)

    @property
    def columns(self) -> tuple[Item, ...]:
        """The columns that a table is asked for."""
        raise NotImplementedError

    def chosen(self, table: Any) -> tuple[Item, ...]:
        """The columns to read from this table, where an item can be given in two ways."""
        return self.columns

    def compute(self, values: Mapping[str, Array], **options: Any) -> Array:
        """Apply the formula to checked columns."""
        raise NotImplementedError

    def options(self, chosen: tuple[Item, ...]) -> set[str]:
        """The names of the published variants that can be asked for."""
        return set()

    def finish(self, frame: Frame, values: Array) -> Any:
        """Give the result back in the caller's shape."""
        return frame.column(self.name, values)

    def _open(
        self, table: Any, values: dict[str, Any]
    ) -> tuple[Frame, tuple[Item, ...], dict[str, Any]]:
        """Read what a call was given: the columns, and the variants asked for."""
        chosen = self.chosen(values if table is None else table)
        allowed = self.options(chosen)
        options = {name: values.pop(name) for name in allowed & values.keys()}
        unknown = values.keys() - {column.name for column in chosen}
        if unknown:
            known = ", ".join([column.name for column in chosen] + sorted(allowed))
            raise TypeError(f"{self.name}: unknown {', '.join(sorted(unknown))}; known: {known}")
        return read(self.name, chosen, table, values), chosen, options

    def __call__(self, table: Any = None, /, **values: Any) -> Any:
        """Score a table (columns named like the items) or one patient (values by name)."""
        frame, chosen, options = self._open(table, values)
        result = np.empty(frame.rows)
        for here, block in frame.blocks():
            if any(item.off(block[item.name]).any() for item in chosen):
                raise ValueError(self._complaint(frame, chosen))
            result[here] = self.compute(block, **options)
        return self.finish(frame, result)

    def _off_form(self, frame: Frame, chosen: tuple[Item, ...]) -> list[dict[str, Any]]:
        return [
            {"row": frame.label(row), "item": item.name, "value": frame.value(item.name, row),
             "why": f"permitted: {item.permitted}" + (f"; {item.hint}" if item.hint else "")}
            for item in chosen
            for row in np.flatnonzero(item.off(frame.arrays[item.name]))
        ]  # fmt: skip

    def _complaint(self, frame: Frame, chosen: tuple[Item, ...]) -> str:
        found = self._off_form(frame, chosen)
        places = [
            f"{one['item']} = {one['value']!r}"
            + ("" if frame.scalar else f" in row {one['row']!r}")
            + f" ({one['why']})"
            for one in found[:MESSAGES]
        ]
        more = f"; and {len(found) - MESSAGES} more" if len(found) > MESSAGES else ""
        noun = "value" if len(found) == 1 else "values"
        return (
            f"{self.name}: {len(found)} {noun} that the form does not permit: "
            f"{'; '.join(places)}{more}. Correct at the source or set to missing."
        )


@cache
def parameters(rule: Callable[..., Any]) -> tuple[tuple[str, ...], frozenset[str]]:
    """A rule's positional parameters, which are columns, and its keyword-only ones, variants."""
    known = inspect.signature(rule).parameters.values()
    variants = frozenset(one.name for one in known if one.kind is one.KEYWORD_ONLY)
    return tuple(one.name for one in known if one.name not in variants), variants


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Ruled(Formula):
    """An entry made by a rule, a function whose parameter names are columns.

    Keyword-only parameters of the rule are published variants and can be given in any call.
    """

    rule: Callable[..., Array]

    def options(self, chosen: tuple[Item, ...]) -> set[str]:
        """The rule's keyword-only parameters."""
        return set(parameters(self.rule)[1])

    def compute(self, values: Mapping[str, Array], **options: Any) -> Array:
        """Apply the rule."""
        return self.rule(*(values[item.name] for item in self.columns), **options)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Derivation(Ruled):
    """A named step before scoring."""

    inputs: tuple[Item, ...]

    @property
    def columns(self) -> tuple[Item, ...]:
        """The columns that the rule reads."""
        return self.inputs

    def __repr__(self) -> str:
        return f"<{self.name}: from {', '.join(item.name for item in self.inputs)}>"


def derivation(
    *inputs: Item, title: str, citation: str, name: str = ""
) -> Callable[[Callable[..., Array]], Derivation]:
    """Turn a rule into the derivation of its name."""

    def named(rule: Callable[..., Array]) -> Derivation:
        return Derivation(
            name=name or rule.__name__, title=title, inputs=inputs, rule=rule, citation=citation
        )

    return named


def total(points: Mapping[str, Array]) -> Array:
    """The plain sum of all items: missing if one of them is."""
    return np.asarray(sum(points.values()))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Index(Formula):
    """A number made from weighted items, with a rising ladder of bands.

    Called with a table it returns a Series of the index's name, called with values a number.
    A missing item makes a missing score (NaN); a value off the form raises ValueError that names
    index, item, row and value. An item that can be derived is read from its own column where the
    table has one, else from the columns of its derivation.
    """

    disease: str
    items: tuple[Item, ...]
    bands: tuple[Band, ...] = ()
    constant: float = 0
    combine: Callable[[Mapping[str, Array]], Array] = total
    combined: str = ""
    checks: tuple[Check, ...] = ()
    published_range: str = ""
    notes: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The form in lines of text."""
        items = "\n".join(f"{i.name}: {i.meaning} ({i.permitted})" for i in self.items)
        bands = f"Bands: {self.ladder}." if self.bands else ""
        head = (f"{self.title}.", self.formula, items)
        return (*head, f"Range: {self.range}.", bands, self.notes, self.citation)

    @property
    def columns(self) -> tuple[Item, ...]:
        """The columns that a table is asked for; a shared source stands once."""
        return tuple(dict.fromkeys(column for item in self.items for column in item.columns))

    def chosen(self, table: Any) -> tuple[Item, ...]:
        """Each item's own column where the table has it, else the columns it is derived from."""
        every = (column for item in self.items
                 for column in ((item,) if item.name in table else item.columns))  # fmt: skip
        return tuple(dict.fromkeys(every))

    def options(self, chosen: tuple[Item, ...]) -> set[str]:
        """The published variants of those derivations that will be used."""
        names = {column.name for column in chosen}
        used = [item.derive for item in self.items if item.derive and item.name not in names]
        return {option for step in used for option in step.options(chosen)}

    def _points(self, values: Mapping[str, Array], **options: Any) -> dict[str, Array]:
        points = {}
        for item in self.items:
            if item.name in values or item.derive is None:
                number = values[item.name]
            else:
                asked = item.derive.options(()) & options.keys()
                number = item.derive.compute(values, **{name: options[name] for name in asked})
            points[item.name] = item.weight * number
        return points

    def compute(self, values: Mapping[str, Array], **options: Any) -> Array:
        """Weigh the items and combine them."""
        score = self.constant + self.combine(self._points(values, **options))
        return np.asarray(np.round(score, DECIMALS))

    def points(self, table: Any = None, /, **values: Any) -> Any:
        """Return what each item adds to the score: a DataFrame, or a dict for one patient."""
        frame, chosen, options = self._open(table, values)
        if self._off_form(frame, chosen):
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
        frame = read(self.name, self.items, table, values)
        segments = dict.fromkeys(item.segment for item in self.items)
        return self._table(frame, {
            segment: np.any([~np.isnan(frame.arrays[item.name])
                             for item in self.items if item.segment == segment], axis=0)
            for segment in segments
        })  # fmt: skip

    def problems(self, table: Any = None, /, **values: Any) -> Any:
        """List what is wrong: a DataFrame with row, item, value and why; empty if nothing is."""
        import pandas as pd

        frame, chosen, _ = self._open(table, values)
        found = self._off_form(frame, chosen)
        for check in self.checks:
            found += [
                {"row": frame.label(row), "item": check.item,
                 "value": frame.value(check.item, row), "why": check.why}
                for row in np.flatnonzero(check.found(frame.arrays))
            ]  # fmt: skip
        return pd.DataFrame(found, columns=["row", "item", "value", "why"])

    def band(self, scores: Any, table: Any = None) -> Any:
        """Name the band of each score: an ordered categorical Series, or a word for one score.

        Where a band asks more than the score (Mayo: no subscore above 1), the table of items,
        or a dict of one patient's, must be given too. A missing score has no band.

        Raises
        ------
            ValueError: the index has no agreed bands, or a band needs the items.
        """
        if not self.bands:
            raise ValueError(f"{self.name}: no agreed bands; {self.notes}")
        frame = read(self.name, (_SCORE,), None, {_SCORE.name: scores})
        score = np.round(frame.arrays[_SCORE.name], DECIMALS)
        codes = np.full(frame.rows, -1)
        for code, band in reversed(list(enumerate(self.bands))):
            fits = band.holds(score)
            if band.proviso:
                if table is None:
                    raise ValueError(f"{self.name}.band: '{band.name}' needs the items; give them")
                fits &= band.proviso(self._points(read(self.name, self.chosen(table),
                                                       table, {}).arrays))  # fmt: skip
            codes[fits] = code
        return categories(frame, f"{self.name}_band", codes, tuple(b.name for b in self.bands))

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
        return self.published_range or card.reach(self.items, self.constant)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.title}, {len(self.items)} items, {self.range}>"

    def _repr_html_(self) -> str:
        heads = ("item", "meaning", "permitted", "weight")
        rows = [(i.name, i.meaning, i.permitted, f"{i.weight:g}") for i in self.items]
        return card.lay_out(self.title, heads, rows, self.lines[3:])


_SCORE = Item("score", "a score", Interval(-np.inf))


def categories(frame: Frame, name: str, codes: NDArray[Any], names: tuple[str, ...]) -> Any:
    """Give codes back as an ordered categorical Series; for one patient as a word or None."""
    if frame.scalar:
        return None if codes[0] < 0 else names[codes[0]]
    import pandas as pd

    dtype = pd.CategoricalDtype(list(names), ordered=True)
    ordered = pd.Categorical.from_codes([int(code) for code in codes], dtype=dtype)
    return pd.Series(ordered, index=frame.index, name=name)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Grading(Ruled):
    """An ordered category from findings.

    The rule returns the place of the grade in `grades`, NaN where it cannot be told: then the
    grade is missing.
    """

    disease: str
    items: tuple[Item, ...]
    grades: tuple[str, ...]
    notes: str = ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The findings and grades in lines of text."""
        findings = "\n".join(f"{i.name}: {i.meaning} ({i.permitted})" for i in self.items)
        grades = f"Grades: {', '.join(self.grades)}."
        return (f"{self.title}.", findings, grades, self.notes, self.citation)

    @property
    def columns(self) -> tuple[Item, ...]:
        """The findings that the rule reads."""
        return self.items

    def finish(self, frame: Frame, values: Array) -> Any:
        """Give the grades back as an ordered categorical."""
        codes = np.where(np.isnan(values), -1, values).astype(int)
        return categories(frame, self.name, codes, self.grades)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.title}, {' < '.join(self.grades)}>"

    def _repr_html_(self) -> str:
        rows = [(item.name, item.meaning, item.permitted) for item in self.items]
        return card.lay_out(self.title, ("finding", "meaning", "permitted"), rows, self.lines[2:])
