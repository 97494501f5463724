"""Laying out the numbers of a table for the reader: ``44/60 (73.3 %, 61.0 to 82.9)``.

The numbers behind a layout stay numbers: `tables.show` takes both.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from ibd_scores.study.estimands import Rate
from ibd_scores.study.labels import ESTIMAND_TITLES, quantity, title
from ibd_scores.study.statistics import QUARTILES
from ibd_scores.study.tables import MISSING, number

__all__ = ["audit_table", "baseline_table", "changes_table", "rates_table"]

BOUNDS = {"left": "<", "right": ">"}


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
        f"{k:.0f}/{n:.0f} ({number(percent, 1)} %, {number(low, 1)} to {number(high, 1)})"
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
            number(row[part], 2 if ratio else digits) for part in ("change", "low", "high")
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
                    number(row[side], 1) for side in ("improved", "same", "worse")
                ),
                "rank-biserial": number(row["rank_biserial"], 2),
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
            else f"{claim['k']}/{claim['n']} ({number(claim['percent'], 2)} %)",
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
        BOUNDS.get(row[f"{prefix}{name}_censor"], "") + number(row[prefix + name], digits)
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


def _count(k: Any, n: float) -> str:
    """Write a count and its percentage; nothing if it is unknown or of nobody."""
    return MISSING if pd.isna(k) or not n else f"{k:.0f} ({number(100 * k / n, 1)} %)"
