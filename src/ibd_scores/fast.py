"""The optional accelerator: an entry whose formula is compiled, for very large tables.

Install it with `pip install "ibd-scores[fast]"` (numba). Nothing here restates a formula: the
entry's own is called once with symbols in place of columns, what it does to them is written down as
the body of a loop over rows, and numba compiles that together with the checks of the form. Results
are the same to the last bit. The first call in a process takes about a second, so that it pays for
tables of many millions of rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from ibd_scores.columns import Array
from ibd_scores.form import Interval, Item
from ibd_scores.formula import Formula, Kernel
from ibd_scores.words import LOW_BYTES

AnyFormula = TypeVar("AnyFormula", bound=Formula)

# How a NumPy function reads for one row, in plain comparisons that compile to vector code. A
# maximum or minimum is missing if one of its two is, an fmax only if both are.
WRITTEN: Mapping[Callable[..., Any], str] = {
    np.add: "({} + {})",
    np.subtract: "({} - {})",
    np.multiply: "({} * {})",
    np.true_divide: "({} / {})",
    np.negative: "(-{})",
    np.less: "({} < {})",
    np.less_equal: "({} <= {})",
    np.greater: "({} > {})",
    np.greater_equal: "({} >= {})",
    np.equal: "({} == {})",
    np.not_equal: "({} != {})",
    np.bitwise_and: "({} & {})",
    np.bitwise_or: "({} | {})",
    np.invert: "(not {})",
    np.isnan: "({0} != {0})",
    np.isinf: "(abs({}) == inf)",
    np.rint: "rint({})",
    np.floor: "floor({})",
    np.square: "({0} * {0})",
    np.maximum: "({0} if {0} >= {1} or {0} != {0} else {1})",
    np.minimum: "({0} if {0} <= {1} or {0} != {0} else {1})",
    np.fmax: "({0} if {0} >= {1} or {1} != {1} else {1})",
    np.where: "({1} if {0} else {2})",
}
ASKING = {np.less, np.less_equal, np.greater, np.greater_equal, np.equal, np.not_equal,
          np.bitwise_and, np.bitwise_or, np.invert, np.isnan, np.isinf}  # fmt: skip
LOGICAL = {np.bitwise_and, np.bitwise_or, np.invert}


@dataclass
class Program:
    """The statements that the symbols of a formula have been asked for, each once."""

    lines: dict[str, str]

    def name(self, expression: str) -> str:
        """The variable that holds what an expression gives."""
        return self.lines.setdefault(expression, f"v{len(self.lines)}")


class Symbol(NDArrayOperatorsMixin):
    """What stands for a column while a formula is written down."""

    def __init__(self, program: Program, name: str, truth: bool = False) -> None:
        self.program, self.name, self.truth = program, name, truth

    def __array_ufunc__(self, function: Any, method: str, *given: Any, **named: Any) -> "Symbol":
        if method != "__call__" or named:
            return NotImplemented  # type: ignore[no-any-return]
        if function is np.power and given[1] == 2:
            function, given = np.square, given[:1]
        return self._apply(function, given)

    def __array_function__(self, function: Any, _: Any, given: Any, named: Any) -> "Symbol":
        return NotImplemented if named else self._apply(function, given)

    def _apply(self, function: Any, given: tuple[Any, ...]) -> "Symbol":
        if function not in WRITTEN:
            return NotImplemented  # type: ignore[no-any-return]  # NumPy then says what cannot be done
        first = function is np.where
        asked = [
            _written(one, logical=function in LOGICAL or (first and place == 0))
            for place, one in enumerate(given)
        ]
        name = self.program.name(WRITTEN[function].format(*asked))
        return Symbol(self.program, name, function in ASKING)

    def __bool__(self) -> bool:
        raise TypeError("a rule that asks whether a column is true cannot be compiled")


def _written(one: Any, *, logical: bool) -> str:
    """A symbol or a number as text: a truth as 1 or 0 where it is reckoned with."""
    if isinstance(one, Symbol):
        return one.name if one.truth == logical else f"(1.0 if {one.name} else 0.0)"
    if logical:
        return repr(bool(one))
    value = float(one)
    return "nan" if value != value else repr(value)


def _off(item: Item, name: str) -> str:
    """What is true of a number that an item does not permit, without a branch."""
    low, high, levels = item.limits
    if item.words:
        return f"({name} == inf)"
    beyond = f"({name} < {low!r}) | ({name} > {high!r})"
    if np.isinf(high):
        return f"({name} < {low!r}) | ({name} == inf)"
    if isinstance(item.values, Interval):
        return beyond
    unlike = [f"({name} != {level!r})" for level in levels] or [f"(rint({name}) != {name})"]
    return f"{beyond} | ({' & '.join([f'({name} == {name})', *unlike])})"


def source(entry: Formula, chosen: tuple[Item, ...], options: Mapping[str, Any]) -> str:
    """The loop that checks and scores rows, as numba is given it.

    >>> from ibd_scores import pro2_cd
    >>> print(source(pro2_cd, pro2_cd.columns, {}))
    def loop(out, c0, c1):
        off = 0
        for i in range(len(out)):
            v0 = c0[i]
            v1 = c1[i]
            off |= 1 if (v0 < 0) | (v0 > 60) else 0
            off |= 1 if (v1 < 0) | (v1 > 3) else 0
            v2 = (2.0 * v0)
            v3 = (5.0 * v1)
            v4 = (v2 + v3)
            v5 = (v4 * 1000000.0)
            v6 = rint(v5)
            v7 = (v6 / 1000000.0)
            out[i] = v7
        return off
    """
    program = Program({f"c{n}[i]": f"v{n}" for n in range(len(chosen))})
    values: Any = {item.name: Symbol(program, f"v{n}") for n, item in enumerate(chosen)}
    refused = [
        _written(check.found(values), logical=True)
        for check in entry.checks
        if check.refused and check.item in values
    ]
    scored = _written(entry.compute(values, **options), logical=False)
    wrong = [_off(item, f"v{n}") for n, item in enumerate(chosen)]
    stated = [f"{name} = {expression}" for expression, name in program.lines.items()]
    columns = ", ".join(f"c{n}" for n in range(len(chosen)))
    body = [
        *stated[: len(chosen)],
        *(f"off |= 1 if {one} else 0" for one in wrong),
        *stated[len(chosen) :],
        *(f"off |= 1 if {one} else 0" for one in refused),
        f"out[i] = {scored}",
    ]
    lines = [f"def loop(out, {columns}):", "    off = 0", "    for i in range(len(out)):"]
    return "\n".join([*lines, *(f"        {line}" for line in body), "    return off"])


def _jit(function: Callable[..., Any]) -> Callable[..., Any]:
    try:
        import numba
    except ImportError:
        raise ModuleNotFoundError(
            'numba compiles the formulas; install it with pip install "ibd-scores[fast]"'
        ) from None
    compiled_one: Callable[..., Any] = numba.njit(error_model="numpy", nogil=True)(function)
    return compiled_one


@cache
def _loop(text: str) -> Callable[..., int]:
    names: dict[str, Any] = {"rint": np.rint, "floor": np.floor, "nan": np.nan, "inf": np.inf}
    exec(text, names)
    return _jit(names["loop"])


def _match(eight: Any, begins: Any, lengths: Any, keys: Any, low_bytes: Any, out: Any) -> None:
    for i in range(len(out)):
        key = (eight[begins[i]] & low_bytes[lengths[i]]) | (np.uint64(lengths[i]) << np.uint64(56))
        place = np.inf
        for n in range(len(keys)):
            if key == keys[n]:
                place = float(n)
        out[i] = place


def _read_only(column: Array) -> Array:
    """A column as one type of array: numba compiles anew for each mixture of types."""
    column = np.ascontiguousarray(column, np.float64).view()
    column.flags.writeable = False
    return column


class Numba:
    """Compiles formulas with numba; a compiled loop has no temporaries that must stay in cache."""

    blocks = 4

    def kernel(
        self, entry: Formula, chosen: tuple[Item, ...], options: Mapping[str, Any]
    ) -> Kernel:
        """Checks and formula for a block of rows."""
        names = [item.name for item in chosen]
        loop = _loop(source(entry, chosen, options))

        def compiled_block(block: Mapping[str, Array]) -> Array | None:
            columns = [_read_only(block[name]) for name in names]
            out = np.empty(len(columns[0]))
            return None if loop(out, *columns) else out

        return compiled_block

    @cached_property
    def _matching(self) -> Callable[..., None]:
        return _jit(_match)

    def match(self, *text: Any) -> Array:
        """What `words.matched` does."""
        out = np.empty(len(text[1]))
        self._matching(*text, LOW_BYTES, out)
        return out


NUMBA = Numba()


def compiled(entry: AnyFormula) -> AnyFormula:
    """The same entry with its formula and checks compiled; called in the same way.

    Parameters
    ----------
    entry : Index, Grading, Endpoint or Derivation
        One of the catalogue, or one made from it.

    Returns
    -------
    The entry; results, missing values and errors are those of `entry`.

    Raises
    ------
    ModuleNotFoundError
        At the first table, if numba is not installed.

    Examples
    --------
    >>> from ibd_scores import pro2_cd
    >>> compiled(pro2_cd)(liquid_stools_mean=5, abdominal_pain_mean=2)
    20.0
    """
    return replace(entry, compiler=NUMBA, made_by=(compiled, (entry,)))
