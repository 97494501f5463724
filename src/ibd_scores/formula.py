"""What every entry shares: how it is called, what it reads, what it says of a wrong value."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ibd_scores.columns import Array, Frame, read
from ibd_scores.form import Item

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

    def __call__(self, table: Any = None, /, *others: Any, **values: Any) -> Any:
        """Score a table (columns named like the items) or one patient (values by name)."""
        if others:
            names = ", ".join(f"{column.name}=" for column in self.columns)
            raise TypeError(f"{self.name}: give the values by name: {names}")
        frame, chosen, options = self._open(table, values)
        result = np.empty(frame.rows)
        for here, block in frame.blocks():
            if any(item.off(block[item.name]).any() for item in chosen):
                raise ValueError(self._complaint(frame, chosen))
            result[here] = self.compute(block, **options)
        return self.finish(frame, result)

    def _off_form(self, frame: Frame, chosen: tuple[Item, ...]) -> Iterator[dict[str, Any]]:
        for item in chosen:
            for row in np.flatnonzero(item.off(frame.arrays[item.name])):
                value = frame.value(item.name, row)
                why = f"permitted: {item.permitted}" + (f"; {item.hint}" if item.hint else "")
                if not (item.words or isinstance(value, Real)):
                    why = f"{type(value).__name__}, not a number; {why}"
                yield {"row": frame.label(row), "item": item.name, "value": value, "why": why}

    def _complaint(self, frame: Frame, chosen: tuple[Item, ...]) -> str:
        count = sum(int(item.off(frame.arrays[item.name]).sum()) for item in chosen)
        places = [
            f"{one['item']} = {one['value']!r}"
            + ("" if frame.scalar else f" in row {one['row']!r}")
            + f" ({one['why']})"
            for one in islice(self._off_form(frame, chosen), MESSAGES)
        ]
        more = f"; and {count - MESSAGES} more" if count > MESSAGES else ""
        values = "value" if count == 1 else "values"
        return (
            f"{self.name}: {count} {values} that the form does not permit: "
            f"{'; '.join(places)}{more}. Correct at the source or set to missing."
        )


REQUIRED = inspect.Parameter.empty


@cache
def parameters(rule: Callable[..., Any]) -> tuple[dict[str, Any], frozenset[str]]:
    """A rule's positional parameters, which are columns, and its keyword-only ones, variants.

    A column that a table may lack comes with the value that stands for it, others with `REQUIRED`.
    """
    known = inspect.signature(rule).parameters.values()
    variants = frozenset(one.name for one in known if one.kind is one.KEYWORD_ONLY)
    return {one.name: one.default for one in known if one.name not in variants}, variants


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
    def lines(self) -> tuple[str, ...]:
        """The step and what it reads in lines of text."""
        return (f"{self.title}.", listed(self.inputs), self.citation)

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


def listed(items: tuple[Item, ...]) -> str:
    """Items with their meanings and permitted values, a line each."""
    return "\n".join(f"{item.name}: {item.meaning} ({item.permitted})" for item in items)


def categories(frame: Frame, name: str, codes: NDArray[Any], names: tuple[str, ...]) -> Any:
    """Give codes back as an ordered categorical Series; for one patient as a word or None."""
    if frame.scalar:
        return None if codes[0] < 0 else names[codes[0]]
    import pandas as pd

    dtype = pd.CategoricalDtype(list(names), ordered=True)
    ordered = pd.Categorical.from_codes(codes, dtype=dtype)
    return pd.Series(ordered, index=frame.index, name=name)
