"""Tables of the notebooks: how one is shown and laid out.

`show` displays a table twice over: as text for a reader, and as named numbers under a media type of
our own, so that a test which re-runs the notebook compares numbers and names the one that moved:
``cd.endoscopic_response[as_observed].k: 44 != 43``. A ``*_table`` function lays numbers out for the
reader, ``44/60 (73.3 %, 61.0 to 82.9)``; the numbers behind it stay numbers.
"""

import math
from collections.abc import Collection, Hashable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import display

from ibd_scores.study.estimands import Rate
from ibd_scores.study.labels import ESTIMAND_TITLES, quantity, title
from ibd_scores.study.statistics import QUARTILES

__all__ = [
    "FACTS",
    "audit_table",
    "baseline_table",
    "changes_table",
    "facts",
    "rates_table",
    "show",
]

FACTS = "application/vnd.ibd-scores.facts+json"
MISSING = "–"
BOUNDS = {"left": "<", "right": ">"}
NONE = "None: the table has no row."


# ---------------------------------------------------------------------------------- showing a table


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
        What the reader sees instead of `table`, from one of the ``*_table`` functions.
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
    return _number(fact, decimals) if isinstance(fact, float) else str(fact)


def _number(value: float, decimals: int) -> str:
    """Write a number with so many decimals, a half rounded up: 26/80 is 32.5 %, 1/16 is 6.3 %."""
    if not math.isfinite(value):
        return MISSING if math.isnan(value) else str(value)
    return str(Decimal(f"{value:.9g}").quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def _count(k: Any, n: float) -> str:
    """Write a count and its percentage; nothing if it is unknown or of nobody."""
    return MISSING if pd.isna(k) or not n else f"{k:.0f} ({_number(100 * k / n, 1)} %)"


# ------------------------------------------------------------------------------ laying numbers out


def rates_table(rates: pd.DataFrame, reported: Collection[str] = ()) -> pd.DataFrame:
    """Lay out `estimands.rates`: a row per endpoint, ``k/n (%, 95 % CI)`` per estimand.

    The last column counts who was not evaluable under the first estimand given. The disease is
    named where there are two; so is any further column, such as the subgroup or the definition.
    Endpoints that the study `reported` get a dagger.

    Examples
    --------
    >>> from ibd_scores.study.estimands import rates
    >>> response = pd.Series([True] * 44 + [False] * 16, dtype="boolean", name="my_endpoint")
    >>> rates_table(rates([response], "CD", estimands=["as_observed"])).iloc[0, 0]
    '44/60 (73.3 %, 61.0 to 82.9)'
    """
    usual = ["disease", "endpoint", "estimand", *Rate._fields]
    rows = [*rates.columns.drop(usual), "disease", "endpoint"]
    if rates["disease"].nunique() <= 1:
        rows.remove("disease")
    cells = [
        f"{k:.0f}/{n:.0f} ({_number(percent, 1)} %, {_number(low, 1)} to {_number(high, 1)})"
        if n
        else "0/0"
        for k, n, percent, low, high in rates[["k", "n", "percent", "low", "high"]].itertuples(
            index=False, name=None
        )
    ]
    titles = rates["endpoint"].map(lambda name: title(name, reported))
    keyed = rates.assign(endpoint=titles, cell=cells).set_index([*rows, "estimand"])
    layout = keyed["cell"].unstack("estimand", sort=False)[rates["estimand"].unique()]
    layout["not evaluable"] = keyed["not_evaluable"].groupby(level=rows, sort=False).first()
    return layout.rename(columns=ESTIMAND_TITLES).rename_axis(columns=None)


def changes_table(changes: pd.DataFrame) -> pd.DataFrame:
    """Lay out `statistics.changes`: medians (IQR), change (95 % CI), effect size and p.

    The improvement is a difference, or the ratio week 12 to baseline where it says "ratio". A
    median or quartile that is known only as a bound is written as one: ``>1800``.
    """
    rows = []
    for name, row in changes.iterrows():
        digits = _digits(row["before_median"], row["after_median"])
        ratio = row["scale"] == "ratio"
        change, low, high = (
            _number(row[part], 2 if ratio else digits) for part in ("change", "low", "high")
        )
        interval = "" if low == MISSING else f" ({low} to {high})"
        rows.append(
            {
                "quantity": quantity(str(name)),
                "pairs": int(row["n"]),
                "baseline, median (IQR)": _median(row, "before_", digits),
                "week 12, median (IQR)": _median(row, "after_", digits),
                "improvement (95 % CI)": f"{'ratio ' if ratio else ''}{change}{interval}"
                if row["n"]
                else MISSING,
                "interval": row["interval"],
                "improved / same / worse, %": " / ".join(
                    _number(row[side], 1) for side in ("improved", "same", "worse")
                ),
                "rank-biserial": _number(row["rank_biserial"], 2),
                "p (unadjusted)": _p(row["p"]),
                "censored, n (%)": _count(row["censored"], row["n"]),
            }
        )
    return pd.DataFrame(rows).set_index("quantity").rename_axis(None)


def audit_table(audit: pd.DataFrame) -> pd.DataFrame:
    """Lay out `audit.audit`: what was printed, what it allows, what the cohort gives.

    In brackets beside what fits at the stated N: what would fit by another rounding.
    """
    rows = [
        {
            "reported": f"{claim['reported']} %",
            "stated N": claim["stated_n"],
            "fits at stated N": (claim["fits_stated_n"] or MISSING)
            + (f" ({claim['other_rounding']})" if claim["other_rounding"] else ""),
            "N that fit": _first(claim["possible_n"].split(", "), 10) or MISSING,
            "verdict": claim["verdict"]
            + (f" at {claim['stated_n']}" if claim["verdict"] == "impossible" else ""),
            "recovered": MISSING
            if pd.isna(claim["k"]) or claim["n"] == 0
            else f"{claim['k']}/{claim['n']} ({_number(claim['percent'], 2)} %)",
            "counted among": claim["among"],
            "prints the same": claim["agrees"],
        }
        for _, claim in audit.iterrows()
    ]
    return pd.DataFrame(rows, index=pd.Index(audit["disease"] + ": " + audit["what"], name=None))


def baseline_table(baseline: pd.DataFrame) -> pd.DataFrame:
    """Lay out `description.baseline`: median (IQR) or n (%), how many are missing or censored.

    A median or quartile that is known only as a bound is written as one: ``>1800``.
    """
    values = [
        _median(row, "", row["decimals"]) if pd.isna(row["k"]) else _count(row["k"], row["n"])
        for _, row in baseline.iterrows()
    ]
    table = pd.DataFrame({"median (IQR) or n (%)": values}, index=baseline.index)
    table["missing"] = baseline["missing"]
    table["censored, n (%)"] = [
        _count(k, n) for k, n in zip(baseline["censored"], baseline["n"], strict=True)
    ]
    return table


def _first(words: list[str], most: int) -> str:
    more = f", … ({len(words)} in all)" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def _median(row: "pd.Series[Any]", prefix: str, digits: int) -> str:
    if np.isnan(row[f"{prefix}median"]):
        return MISSING
    median, q1, q3 = (
        BOUNDS.get(row[f"{prefix}{name}_censor"], "") + _number(row[prefix + name], digits)
        for name in QUARTILES
    )
    return f"{median} ({q1} to {q3})"


def _digits(*values: float) -> int:
    largest = max((abs(value) for value in values if not np.isnan(value)), default=0)
    return 0 if largest >= 100 else 1


def _p(p: float) -> str:
    if np.isnan(p):
        return MISSING
    return "<0.001" if p < 0.001 else f"{p:.3f}"
