"""One line of `[<table>.columns]`: where a column comes from, and what its words and units mean."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import numpy as np

from ibd_scores.study import tidy
from ibd_scores.study.cohort import units
from ibd_scores.study.cohort.parsing import fold, number
from ibd_scores.study.cohort.sources import Rescale, Source
from ibd_scores.study.cohort.stated import WORD, Stated

_COLUMN = {"from": (str, dict), "codes": (dict, str), "repairs": dict, "missing": list,
           "dates": list, "factor": (int, Decimal), "unit": str, "unit_from": str, "units": dict,
           "units_checked": bool, "rescale": dict, "identifying": bool}  # fmt: skip
_NUMERIC = {"factor", "unit", "unit_from", "units", "units_checked", "rescale"}


class Lines(Stated):
    """The lines of columns, read with what the top of the file says for all of them."""

    def permitted(self, where: str, code: str, column: tidy.Column) -> None:
        """Refuse a code that the column does not permit."""
        if column.item is None:
            return
        if column.kind == "word":
            fits = code in column.item.words
        else:
            value = number(code)
            fits = value is not None and not column.item.off(np.array([float(value)])).any()
        if not fits:
            raise self.error(
                where, f"{code!r} is no code of {column.name}: {column.item.permitted}"
            )

    def coded(
        self, where: str, given: Any, column: tidy.Column, lists: Mapping[str, Any]
    ) -> dict[str, str]:
        """Read `our code = their words`, or the name of such a list in [codes]."""
        if isinstance(given, str):
            if given not in lists:
                raise self.error(where, f"codes = {given!r}: there is no such list in [codes]")
            given = lists[given]
        found = self.turned(where, given)
        for code in given:
            self.permitted(where, code, column)
        return found

    def line(self, where: str, given: Any, column: tidy.Column, lists: Mapping[str, Any]) -> Source:
        """Read the line of one column: all that does not hang on the top of the file."""
        if isinstance(given, str):
            given = {"from": given}
        given = self.section(where, given, _COLUMN, required=("from",))
        if column.kind in ("text", "date") and given.keys() & _NUMERIC:
            raise self.error(where, "only a number has a unit")
        if column.kind != "text" and "identifying" in given:
            raise self.error(where, "identifying is said of free text; this column has none")
        heading, by_block = given["from"], {}
        if isinstance(heading, dict):
            by_block = {str(name): str(one) for name, one in heading.items()}
        return Source(
            column=column,
            heading="" if by_block else str(heading),
            by_block=by_block,
            codes=self.coded(where, given.get("codes", {}), column, lists),
            repairs=self.repairs(where, given.get("repairs", {}), column),
            missing=self.words(where, given.get("missing", [])),
            dates=self.formats(where, given["dates"]) if "dates" in given else (),
            rescale=self.rescale(where, given["rescale"]) if "rescale" in given else None,
            units_checked=given.get("units_checked", False),
            identifying=given.get("identifying", True),
            **self.units(where, given, column),
        )

    def repairs(self, where: str, given: Mapping[str, Any], column: tidy.Column) -> dict[str, str]:
        """Read the known misspellings."""
        for right in given.values():
            self.permitted(where, str(right), column)
        return {fold(wrong): str(right) for wrong, right in given.items()}

    def rescale(self, where: str, given: Any) -> Rescale:
        """Read which numbers were typed on another scale."""
        keys = {"between": list, "factor": WORD}
        limits = self.section(where, given, keys, required=keys)
        if len(limits["between"]) != 2:
            raise self.error(where, "between = [low, high] has two numbers")
        low, high = (self.factor(where, limit) for limit in limits["between"])
        return Rescale(low, high, self.factor(where, limits["factor"]))

    def units(self, where: str, given: Mapping[str, Any], column: tidy.Column) -> dict[str, Any]:
        """Read the unit of a number: one for all, or one for each row from another heading."""
        if len(given.keys() & {"factor", "unit", "unit_from"}) > 1 and "unit" in given:
            raise self.error(where, "unit, factor and unit_from are three ways to say one thing")
        if "units" in given and "unit_from" not in given:
            raise self.error(where, "unit_from and units belong together")
        known = units.known(column.name)
        listed = ", ".join(units.UNITS.get(column.name, {})) or "none"
        factor = self.factor(where, given.get("factor", 1))
        if "unit" in given:
            if (unit := fold(given["unit"])) not in known:
                raise self.error(
                    where, f"unit = {given['unit']!r} is not known of {column.name}: {listed}; "
                    "say factor = 10 if theirs times 10 is ours"
                )  # fmt: skip
            factor = known[unit]
        if "unit_from" not in given:
            return {"factor": factor}
        if "units" in given:
            known = {fold(u): self.factor(where, f) for u, f in given["units"].items()}
        if not known:
            raise self.error(
                where, f"no unit of {column.name} is known; say units = {{ ... }}, the factor of "
                "each, beside unit_from"
            )  # fmt: skip
        return {"factor": factor, "unit_from": given["unit_from"], "units": known}
