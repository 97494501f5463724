"""What every instrument shares, whether a number or a category comes of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from ibd_scores.columns import Frame
from ibd_scores.form import Item
from ibd_scores.formula import Formula


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

        frame, chosen, options = self.opened(table, values)
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
