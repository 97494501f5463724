"""What every entry shares: how it is called, what it reads, what it says of a wrong value."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ibd_scores.columns import Array, Frame, check_table, names_of, read
from ibd_scores.form import Check, Item, Mask

DECIMALS = 6  # 2*21 + ... can come out as 149.999...; a score is rounded before it meets a cut
MESSAGES = 5  # how many values an error names before it counts the rest


@dataclass(frozen=True)
class Variant:
    """What a call may ask of a rule: one of `choices`, or else any number from 0 upwards."""

    default: Any
    choices: tuple[Any, ...] = ()

    def permits(self, value: Any) -> bool:
        """Tell whether a call may ask for this."""
        if value is self.default:
            return True
        if self.choices:
            return any(value is choice or value == choice for choice in self.choices)
        return isinstance(value, Real) and float(value) >= 0

    @property
    def permitted(self) -> str:
        """The permitted values as text."""
        return " or ".join(map(repr, self.choices)) or "a number from 0 upwards"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Formula:
    """What every kind of entry shares: a name, a title, columns to read, and how it is called.

    `provisional` is the reason why an entry is not to be relied on yet; it says so wherever it is
    shown, and no other entry reads it.
    """

    name: str
    title: str
    citation: str
    checks: tuple[Check, ...] = ()
    provisional: str = ""

    def __post_init__(self) -> None:
        # So that `cdai?` in JupyterLab shows the form, not the class.
        object.__setattr__(self, "__doc__", "\n\n".join(filter(None, self.lines)))

    @property
    def lines(self) -> tuple[str, ...]:
        """What the entry is, in lines of text."""
        raise NotImplementedError

    @property
    def warning(self) -> str:
        """The mark of a provisional entry with its reason, or nothing."""
        return f"PROVISIONAL: {self.provisional}." if self.provisional else ""

    @property
    def columns(self) -> tuple[Item, ...]:
        """The columns that a table is asked for."""
        raise NotImplementedError

    def chosen(self, table: Any) -> tuple[Item, ...]:
        """The columns to read from this table, where an item can be given in two ways."""
        raise NotImplementedError

    def absent(self, given: Any) -> list[str]:
        """The columns that a table must have and lacks."""
        return [column.name for column in self.chosen(given) if column.name not in given]

    def compute(self, values: Mapping[str, Array], **options: Any) -> Array:
        """Apply the formula to checked columns."""
        raise NotImplementedError

    def options(self, chosen: tuple[Item, ...]) -> dict[str, Variant]:
        """The published variants that can be asked for."""
        raise NotImplementedError

    def finish(self, frame: Frame, values: Array) -> Any:
        """Give the result back in the caller's shape."""
        return frame.column(self.name, values)

    def _open(
        self, table: Any, values: dict[str, Any]
    ) -> tuple[Frame, tuple[Item, ...], dict[str, Any]]:
        """Read what a call was given: the columns, and the variants asked for."""
        check_table(self.name, values if table is None else table)
        chosen = self.chosen(values if table is None else table)
        allowed = self.options(chosen)
        options = {name: values.pop(name) for name in allowed.keys() & values.keys()}
        for name, value in options.items():
            if not allowed[name].permits(value):
                permitted = allowed[name].permitted
                raise ValueError(f"{self.name}: {name} is {permitted}, not {value!r}")
        unknown = values.keys() - {column.name for column in chosen}
        doubled = unknown & {column.name for column in self.columns}
        if doubled:
            raise TypeError(
                f"{self.name}: {', '.join(sorted(doubled))} is not read beside what is derived "
                "from it; give one or the other"
            )
        if unknown:
            columns = dict.fromkeys(column.name for column in (*chosen, *self.columns))
            known = ", ".join([*columns, *sorted(allowed)])
            raise TypeError(f"{self.name}: unknown {', '.join(sorted(unknown))}; known: {known}")
        given = values if table is None else table
        absent = [] if table is not None and values else self.absent(given)
        if absent:
            one = table is None and not any(map(np.ndim, values.values()))
            what, had = ("value for", "given") if one else ("column", "columns given")
            rather = "give None for what was not recorded; " if one else ""
            raise ValueError(
                f"{self.name}: no {what} {', '.join(absent)}; {rather}{had}: {names_of(given)}"
            )
        return read(self.name, chosen, table, values), chosen, options

    def __call__(self, table: Any = None, /, *others: Any, **values: Any) -> Any:
        """Score a table (columns named like the items) or one patient (values by name)."""
        if others:
            names = ", ".join(f"{column.name}=" for column in self.columns)
            raise TypeError(f"{self.name}: give the values by name: {names}")
        frame, chosen, options = self._open(table, values)
        result = np.empty(frame.rows)
        for here, block in frame.blocks():
            if any(wrong.any() for _, wrong in self._wrong(chosen, block)):
                raise ValueError(self._complaint(frame, chosen))
            result[here] = self.compute(block, **options)
        return self.finish(frame, result)

    def _wrong(
        self, chosen: tuple[Item, ...], values: Mapping[str, Array]
    ) -> Iterator[tuple[Item | Check, Mask]]:
        """What is not scored, and in which rows: values off the form, and what is refused."""
        off = {item.name: item.off(values[item.name]) for item in chosen}
        yield from ((item, off[item.name]) for item in chosen)
        for check in self.checks:
            if check.refused and check.item in off:
                yield check, check.found(values) & ~off[check.item]

    def _off_form(self, frame: Frame, chosen: tuple[Item, ...]) -> Iterator[dict[str, Any]]:
        for what, wrong in self._wrong(chosen, frame.arrays):
            for one in self._rows(frame, what, wrong):
                number = isinstance(one["value"], Real) or (isinstance(what, Item) and what.words)
                kind = "" if number else f"{type(one['value']).__name__}, not a number; "
                yield one | {"why": kind + one["why"]}

    @staticmethod
    def _rows(frame: Frame, what: Item | Check, found: Mask) -> Iterator[dict[str, Any]]:
        for row in np.flatnonzero(found):
            value = frame.value(what.name, row)
            yield {"row": frame.label(row), "item": what.name, "value": value, "why": what.why}

    def _complaint(self, frame: Frame, chosen: tuple[Item, ...]) -> str:
        count = sum(int(wrong.sum()) for _, wrong in self._wrong(chosen, frame.arrays))
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


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Instrument(Formula):
    """A form that is filled in: for which disease, its items, and how it is to be read.

    `context` are columns that the result does not need, but that a check reads where a table
    has them.
    """

    disease: str
    items: tuple[Item, ...]
    context: tuple[Item, ...] = ()
    missing: str = "Any missing item makes the result missing."
    pitfalls: tuple[str, ...] = ()
    notes: str = ""

    @property
    def score(self) -> Item:
        """The result as a value that others can read."""
        raise NotImplementedError

    @property
    def range(self) -> str:
        """The values that the result can take, as text."""
        raise NotImplementedError

    @property
    def ladder(self) -> str:
        """The bands as text, if there are any."""
        return ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader of the result must know."""
        pitfalls = (f"Pitfall: {pitfall}" for pitfall in self.pitfalls)
        return (self.missing, self.notes, *pitfalls, self.citation)

    def problems(self, table: Any = None, /, **values: Any) -> Any:
        """List what is wrong: a DataFrame with row, item, value and why; empty if nothing is.

        That is each value that the form does not permit, and what contradicts itself or is
        seldom seen though it is permitted.
        """
        import pandas as pd

        frame, chosen, options = self._open(table, values)
        found = list(self._off_form(frame, chosen))
        wrong = {one["row"] for one in found}
        found += [one for one in self.extremes(frame, **options) if one["row"] not in wrong]
        for check in self.checks:
            if check.item in frame.arrays and not check.refused:
                found += self._rows(frame, check, check.found(frame.arrays))
        return pd.DataFrame(found, columns=["row", "item", "value", "why"])

    def extremes(self, frame: Frame, **options: Any) -> Iterator[dict[str, Any]]:
        """Results that are seldom seen."""
        yield from ()


REQUIRED = inspect.Parameter.empty


@cache
def parameters(rule: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A rule's positional parameters, which are columns, and its keyword-only ones, variants.

    A variant comes with its default, a column that a table may lack with the value that stands for
    it, another column with `REQUIRED`.
    """
    known = inspect.signature(rule).parameters.values()
    variants = {one.name: one.default for one in known if one.kind is one.KEYWORD_ONLY}
    return {one.name: one.default for one in known if one.name not in variants}, variants


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Ruled(Formula):
    """An entry made by a rule, a function whose parameter names are columns.

    Keyword-only parameters of the rule are published variants and can be given in any call, with
    one of its `choices`. A column whose parameter has a default may be lacking in a table.
    """

    rule: Callable[..., Array]
    choices: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def options(self, chosen: tuple[Item, ...]) -> dict[str, Variant]:
        """The rule's keyword-only parameters."""
        variants = parameters(self.rule)[1].items()
        return {
            name: Variant(
                default,
                self.choices.get(name, (False, True) if isinstance(default, bool) else ()),
            )
            for name, default in variants
        }

    @property
    def optional(self) -> dict[str, Any]:
        """The columns that a table may lack, with what stands for them."""
        defaults = parameters(self.rule)[0]
        return {name: value for name, value in defaults.items() if value is not REQUIRED}

    def chosen(self, table: Any) -> tuple[Item, ...]:
        """The columns to read: those that a table may lack only where it has them."""
        optional = self.optional
        return tuple(i for i in self.columns if i.name not in optional or i.name in table)

    def compute(self, values: Mapping[str, Array], **options: Any) -> Array:
        """Apply the rule."""
        optional = self.optional
        asked = self.columns[: len(parameters(self.rule)[0])]
        columns = (values.get(item.name, optional.get(item.name)) for item in asked)
        return self.rule(*columns, **options)


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
    *inputs: Item, title: str, citation: str, name: str = "", **choices: tuple[Any, ...]
) -> Callable[[Callable[..., Array]], Derivation]:
    """Turn a rule into the derivation of its name, with the choices for each of its variants."""

    def named(rule: Callable[..., Array]) -> Derivation:
        return Derivation(
            name=name or rule.__name__,
            title=title,
            inputs=inputs,
            rule=rule,
            choices=choices,
            citation=citation,
        )

    return named


def as_recorded(item: Item, citation: str) -> Derivation:
    """The step that checks a column by its form and changes nothing."""
    return Derivation(
        name=item.name,
        title=item.meaning,
        inputs=(item,),
        rule=lambda answer: answer,
        citation=citation,
    )


def listed(items: tuple[Item, ...]) -> str:
    """Items with their meanings and permitted values, a line each."""
    return "\n".join(f"{item.name}: {item.meaning} ({item.permitted})" for item in items)


def categories(
    frame: Frame, name: str, codes: NDArray[Any], names: tuple[str, ...], ordered: bool = True
) -> Any:
    """Give codes back as a categorical Series; for one patient as a word or None."""
    if frame.scalar:
        return None if codes[0] < 0 else names[codes[0]]
    import pandas as pd

    dtype = pd.CategoricalDtype(list(names), ordered=ordered)
    words = pd.Categorical.from_codes(codes, dtype=dtype)
    return pd.Series(words, index=frame.index, name=name)
