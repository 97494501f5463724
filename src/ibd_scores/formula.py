"""What every entry shares: how it is called, what it reads, what it says of a wrong value."""

import copyreg
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from numbers import Real
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ibd_scores import engines
from ibd_scores.columns import Array, Frame, check_table, names_of, number, read
from ibd_scores.form import Check, Item, Mask
from ibd_scores.words import matched

DECIMALS = 6  # 2*21 + ... can come out as 149.999...; a score is rounded before it meets a cut
SCALE = 10.0**DECIMALS
MESSAGES = 5  # how many values an error names before it counts the rest


# Checks and formula for a block of rows: the results, or None where a value is off the form.
Kernel = Callable[[Mapping[str, Array]], Array | None]


def rounded(value: Array) -> Array:
    """Round to `DECIMALS`, as np.round does, but one number as fast as a block of them."""
    return np.rint(value * SCALE) / SCALE


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


class Compiler(Protocol):
    """What makes an entry faster, on blocks so many times longer; the results are the same."""

    blocks: int

    def kernel(
        self, entry: "Formula", chosen: tuple[Item, ...], options: Mapping[str, Any]
    ) -> Kernel:
        """Checks and formula for a block of rows."""

    def match(self, *text: NDArray[Any]) -> Array:
        """What `words.matched` does."""


@dataclass(frozen=True)
class Plan:
    """What an entry reads of what it was given: the columns, the variants, and what is lacking."""

    chosen: tuple[Item, ...]
    options: dict[str, Variant]
    absent: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Formula:
    """What every kind of entry shares: a name, a title, columns to read, and how it is called.

    `provisional` is the reason why an entry is not to be relied on yet; it says so wherever it is
    shown, and no other entry reads it. `made_by` is the call that makes an entry that is not in the
    catalogue itself from one that is, for processes that are sent it.
    """

    name: str
    title: str
    citation: str
    checks: tuple[Check, ...] = ()
    provisional: str = ""
    compiler: "Compiler | None" = None
    made_by: tuple[Callable[..., Any], tuple[Any, ...]] | None = None
    _plans: dict[frozenset[str], "Plan"] = field(default_factory=dict, init=False)
    _patients: dict[frozenset[str], tuple[Item, ...]] = field(default_factory=dict, init=False)

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

    def __reduce__(self) -> tuple[Any, ...]:
        """Send an entry to another process by its name, or by the call that makes it."""
        if self.made_by:
            return self.made_by
        if _stated(type(self), self.name) is self:
            return _stated, (type(self), self.name)
        return copyreg.__newobj__, (type(self),), self.__dict__  # type: ignore[attr-defined]

    @property
    def known(self) -> tuple[Item, ...]:
        """All columns that a table can be asked for, whichever of them it is read by."""
        return self.columns

    def blank(self, rows: int) -> Any:
        """Room for the results of so many rows."""
        return np.empty(rows)

    def put(self, result: Any, here: slice, values: Array) -> None:
        """Keep the results of a block."""
        result[here] = values

    def single(self, value: float) -> Any:
        """Give the result of one patient back as a plain value."""
        return value

    def parts(self, result: Any) -> tuple[Any, Mask, tuple[str, ...]]:
        """The results as values, where they are missing, and the words that the values stand for.

        This is what every engine's column is made of.
        """
        return result, np.isnan(result), ()

    def finish(self, frame: Frame, result: Any) -> Any:
        """Give the results back in the caller's shape."""
        return frame.column(self.name, result)

    def plan(self, given: Any) -> "Plan":
        """What to read from a table, or from values by name; worked out once for each choice."""
        names = frozenset(name for name in self._names if name in given)
        if names not in self._plans:
            self._plans[names] = Plan(
                chosen := self.chosen(names), self.options(chosen), tuple(self.absent(names))
            )
        return self._plans[names]

    @cached_property
    def _names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.known)

    def kernel(self, chosen: tuple[Item, ...], options: Mapping[str, Any]) -> Kernel:
        """Checks and formula for a block of rows: its results, or None where a value is off.

        The `compiler` of an entry, if it has one, makes another of the same.
        """
        if self.compiler:
            return self.compiler.kernel(self, chosen, options)

        def interpreted(block: Mapping[str, Array]) -> Array | None:
            permitted = all(item.permits(block[item.name]) for item in chosen)
            if permitted and not self._refuses(block):
                return self.compute(block, **options)
            return None

        return interpreted

    def _refuses(self, values: Mapping[str, Array]) -> bool:
        """Tell whether a check that is refused finds something."""
        return any(
            np.any(check.found(values))
            for check in self.checks
            if check.refused and check.item in values
        )

    def opened(
        self, table: Any, values: dict[str, Any], *, placed: bool = True
    ) -> tuple[Frame, tuple[Item, ...], dict[str, Any]]:
        """Read what a call was given: the columns, and the variants asked for."""
        given = values if table is None else table
        check_table(self.name, given)
        plan = self.plan(given)
        chosen = plan.chosen
        options = self.asked(plan, values)
        unknown = values.keys() - {column.name for column in chosen}
        doubled = unknown & {column.name for column in self.columns}
        if doubled:
            raise TypeError(
                f"{self.name}: {', '.join(sorted(doubled))} is not read beside what is derived "
                "from it; give one or the other"
            )
        if unknown:
            columns = dict.fromkeys(column.name for column in (*chosen, *self.columns))
            known = ", ".join([*columns, *sorted(plan.options)])
            raise TypeError(f"{self.name}: unknown {', '.join(sorted(unknown))}; known: {known}")
        if plan.absent and not (table is not None and values):
            one = table is None and not any(map(np.ndim, values.values()))
            what, had = ("value for", "given") if one else ("column", "columns given")
            rather = "give None for what was not recorded; " if one else ""
            raise ValueError(
                f"{self.name}: no {what} {', '.join(plan.absent)}; {rather}{had}: {names_of(given)}"
            )
        match = self.compiler.match if self.compiler else matched
        frame = read(self.name, chosen, table, values, placed=placed, match=match)
        return frame, chosen, options

    def asked(self, plan: "Plan", values: dict[str, Any]) -> dict[str, Any]:
        """Take the variants that a call asks for out of its values, and check them."""
        options = {name: values.pop(name) for name in plan.options.keys() & values.keys()}
        for name, value in options.items():
            if not plan.options[name].permits(value):
                permitted = plan.options[name].permitted
                raise ValueError(f"{self.name}: {name} is {permitted}, not {value!r}")
        return options

    def __call__(self, table: Any = None, /, *others: Any, **values: Any) -> Any:
        """Score a table (columns named like the items) or one patient (values by name)."""
        if others:
            names = ", ".join(f"{column.name}=" for column in self.columns)
            raise TypeError(f"{self.name}: give the values by name: {names}")
        if table is None and (one := self._one(values)) is not None:
            return self.single(one)
        if (engine := engines.of(table)) is not None:
            return engine(self, table, values)
        patient = frozenset(values)
        frame, chosen, options = self.opened(table, values)
        result = self.evaluate(frame, chosen, options)
        if frame.scalar:
            if table is None and not options:
                self._patients[patient] = chosen
            block = {name: array[0] for name, array in frame.arrays.items()}
            return self.single(float(self.compute(block, **options)))
        return self.finish(frame, result)

    def evaluate(
        self,
        frame: Frame,
        chosen: tuple[Item, ...],
        options: Mapping[str, Any],
        result: Any = None,
    ) -> Any:
        """Check and score a table block by block, into a given `result` if there is one."""
        result = self.blank(frame.rows) if result is None else result
        kernel = self.kernel(chosen, options)
        for here, block in frame.blocks(self.compiler.blocks if self.compiler else 1):
            values = kernel(block)
            if values is None:
                raise ValueError(self._complaint(frame, chosen))
            self.put(result, here, values)
        return result

    def _one(self, values: Mapping[str, Any]) -> float | None:
        """The result of one patient whose values are as they should be; None to look closer."""
        numbers: dict[str, Any] = {}
        for item in self._patients.get(frozenset(values), ()):
            value = values[item.name]
            plain = isinstance(value, float) and not item.words
            one = value if plain else number(value, item.words)
            if not item.permits_one(one):
                return None
            numbers[item.name] = np.float64(one)
        if not numbers or self._refuses(numbers):
            return None
        return float(self.compute(numbers))

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
                plain = isinstance(one["value"], Real) or (isinstance(what, Item) and what.words)
                kind = "" if plain else f"{type(one['value']).__name__}, not a number; "
                yield one | {"why": kind + one["why"]}

    @staticmethod
    def _rows(frame: Frame, what: Item | Check, found: Mask) -> Iterator[dict[str, Any]]:
        for row in np.flatnonzero(found):
            value = frame.value(what.name, row)
            label = frame.label(row)
            yield {"row": label, "item": what.name, "value": value, "why": what.why, "place": row}

    def _complaint(self, frame: Frame, chosen: tuple[Item, ...]) -> str:
        count = sum(int(wrong.sum()) for _, wrong in self._wrong(chosen, frame.arrays))
        places = [
            f"{one['item']} = {one['value']!r}" + frame.where(one["place"]) + f" ({one['why']})"
            for one in islice(self._off_form(frame, chosen), MESSAGES)
        ]
        more = f"; and {count - MESSAGES} more" if count > MESSAGES else ""
        values = "value" if count == 1 else "values"
        return (
            f"{self.name}: {count} {values} that the form does not permit: "
            f"{'; '.join(places)}{more}. Correct at the source or set to missing."
        )


def _stated(kind: type[Formula], name: str) -> Formula | None:
    """The entry of a kind and name that the library states, if there is one."""
    from ibd_scores import derive, endpoints
    from ibd_scores.entries import ENTRIES

    every = (*ENTRIES.values(), *vars(endpoints).values(), *vars(derive).values())
    return next((one for one in every if type(one) is kind and one.name == name), None)
