"""How a table of the notebooks is shown.

`show` displays a table twice over: as text for a reader, and as named numbers under a media type of
our own, so that a test which re-runs the notebook compares numbers and names the one that moved:
``cd.endoscopic_response[as_observed].k: 44 != 43``.
"""

import math
from collections.abc import Hashable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import display

__all__ = ["FACTS", "MISSING", "facts", "number", "say", "show"]

FACTS = "application/vnd.ibd-scores.facts+json"
MISSING = "–"
NONE = "None: the table has no row."
NOTHING = "Nothing to say: no patient of this disease, or nothing was recorded."


def show(
    table: pd.DataFrame,
    name: str,
    *,
    decimals: int | Mapping[Hashable, int] | None = None,
    layout: pd.DataFrame | None = None,
    note: str = "",
) -> None:
    """Display a table as HTML and text for the reader, and as named numbers for the comparison.

    Parameters
    ----------
    table : DataFrame
        The numbers. Index labels name the rows; see `facts`.
    name : str
        First part of every number's name, such as ``"cd"`` or ``"uc.changes"``.
    decimals : int or mapping of column to int
        Decimals of floating-point columns in the reader's view; by default 1, and none in a
        column of whole numbers.
    layout : DataFrame, optional
        What the reader sees instead of `table`, such as one of `layouts`.
    note : str
        A line under the table, such as what stands in it and that the cohort is simulated.
    """
    seen = table if layout is None else layout
    text = pd.DataFrame(
        {
            column: [_text(value, _places(values, decimals)) for value in values]
            for column, values in seen.items()
        },
        index=seen.index,
    )
    text.columns.name = seen.columns.name
    # Everything a user's settings could change is set here: the output is compared, byte by byte.
    with pd.option_context(
        "display.max_colwidth", None, "display.html.border", 0, "display.html.use_mathjax", False
    ):
        html = text.to_html(justify="right", max_rows=None, max_cols=None)
        plain = text.to_string(justify="right")
    if text.empty:
        html, plain = f"<p>{NONE}</p>", NONE
    if note:
        html += f"\n<p><em>{escape(note)}</em></p>"
        plain += f"\n{note}"
    display({"text/html": html, "text/plain": plain, FACTS: facts(table, name)}, raw=True)  # type: ignore[no-untyped-call]


def say(*sentences: str, note: str = "") -> None:
    """Display sentences that were written from numbers; they are compared like a table.

    Parameters
    ----------
    *sentences : str
        Plain text; each becomes a line of its own.
    note : str
        The last line, such as that the cohort is simulated.
    """
    lines = [*filter(None, sentences)] or [NOTHING]
    html = "".join(f"<p>{escape(line)}</p>" for line in lines)
    if note:
        html += f"\n<p><em>{escape(note)}</em></p>"
    display({"text/html": html, "text/plain": "\n".join([*lines, *filter(None, [note])])}, raw=True)  # type: ignore[no-untyped-call]


def facts(table: pd.DataFrame, name: str) -> dict[str, Any]:
    """Give every value of a table its name: ``name[row].column``, or ``name.row[subrow].column``.

    Numbers are rounded to 9 significant digits, which every processor agrees on; missing values
    are None; dates and categories are text.

    Raises
    ------
    ValueError
        If two rows or two columns have the same label.

    Examples
    --------
    >>> facts(pd.DataFrame({"k": [44], "p": [1 / 3]}, index=["observed"]), "cd")
    {'cd[observed].k': 44, 'cd[observed].p': 0.333333333}
    """
    named: dict[str, Any] = {}
    for label, *values in table.itertuples(name=None):
        if isinstance(label, tuple):
            *outer, inner = label
            row = ".".join([name, *map(str, outer)]) + f"[{inner}]"
        else:
            row = f"{name}[{label}]"
        for column, value in zip(table.columns, values, strict=True):
            key = f"{row}.{column}"
            if key in named:
                raise ValueError(f"{key} stands twice in the table; label each row and column once")
            named[key] = _fact(value)
    return named


def _fact(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        # Adding 0.0 turns -0.0 into 0.0.
        return float(f"{float(value):.9g}") + 0.0 if math.isfinite(value) else str(float(value))
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)


def _places(values: "pd.Series[Any]", decimals: int | Mapping[Hashable, int] | None) -> int:
    if isinstance(decimals, int):
        return decimals
    if decimals and values.name in decimals:
        return decimals[values.name]
    whole = all(float(value).is_integer() for value in values if isinstance(_fact(value), float))
    return 0 if whole else 1


def _text(value: Any, decimals: int) -> str:
    fact = _fact(value)
    if fact is None:
        return MISSING
    if isinstance(fact, bool):
        return "yes" if fact else "no"
    return number(fact, decimals) if isinstance(fact, float) else str(fact)


def number(value: float, decimals: int) -> str:
    """Write a number with so many decimals, a half rounded up: 26/80 is 32.5 %, 1/16 is 6.3 %."""
    if not math.isfinite(value):
        return MISSING if math.isnan(value) else str(value)
    return str(Decimal(f"{value:.9g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))
