"""Tables of the notebooks: how one is shown and laid out.

`show` displays a table twice over: as text for a reader, and as named numbers under a media type of
our own, so that a test which re-runs the notebook compares numbers and names the one that moved:
``cd.endoscopic_response[as_observed].k: 44 != 43``. A ``*_table`` function lays numbers out for the
reader, ``44/60 (73.3 %, 61.0 to 82.9)``; the numbers behind it stay numbers.
"""

import math
from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import numpy as np
import pandas as pd
from IPython.display import display

from ibd_scores import endpoints
from ibd_scores.study.estimands import Rate

__all__ = [
    "FACTS",
    "audit_table",
    "baseline_table",
    "changes_table",
    "facts",
    "quantity",
    "rates_table",
    "show",
    "title",
]

FACTS = "application/vnd.ibd-scores.facts+json"
MISSING = "–"
NONE = "None: the table has no row."

QUANTITIES = {
    "cdai": "CDAI",
    "short_cdai": "Short CDAI",
    "hbi": "HBI",
    "pro2_cd": "PRO2",
    "ses_cd": "SES-CD",
    "ses_cd_matched": "SES-CD, matched segments",
    "ses_cd_without_narrowing": "SES-CD without narrowing",
    "mayo_full": "Full Mayo score",
    "mayo_partial": "Partial Mayo score",
    "mayo_adapted": "Adapted Mayo score",
    "stool_frequency": "Stool frequency subscore",
    "rectal_bleeding": "Rectal bleeding subscore",
    "endoscopic_subscore": "Mayo endoscopic subscore",
    "pro2_uc": "PRO2",
    "uceis": "UCEIS",
    "crp_mg_l": "CRP, mg/L",
    "esr_mm_h": "ESR, mm/h",
    "calprotectin_ug_g": "Fecal calprotectin, µg/g",
    "hemoglobin_g_dl": "Hemoglobin, g/dL",
    "albumin_g_dl": "Albumin, g/dL",
}
OTHER_TITLES = {
    "crp_normalized": "CRP normalized",
    "calprotectin_normalized": "Fecal calprotectin normalized",
    "esr_normalized": "ESR normalized",
    "biochemical_remission_normalized": "Biochemical remission, new",
}
ESTIMAND_TITLES = {
    "as_observed": "as observed",
    "non_responder": "non-responder imputation, completed",
    "non_responder_started": "non-responder imputation, started",
    "worst_case": "worst case",
    "best_case": "best case",
}


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
    return f"{fact:.{decimals}f}" if isinstance(fact, float) else str(fact)


# ------------------------------------------------------------------------------ laying numbers out


def rates_table(rates: pd.DataFrame) -> pd.DataFrame:
    """Lay out `estimands.rates`: a row per endpoint, ``k/n (%, 95 % CI)`` per estimand.

    The last column counts who was not evaluable under the first estimand given. The disease is
    named where there are two; so is any further column, such as the subgroup.

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
        f"{k:.0f}/{n:.0f} ({percent:.1f} %, {low:.1f} to {high:.1f})" if n else "0/0"
        for k, n, percent, low, high in rates[["k", "n", "percent", "low", "high"]].itertuples(
            index=False, name=None
        )
    ]
    keyed = rates.assign(endpoint=rates["endpoint"].map(title), cell=cells)
    keyed = keyed.set_index([*rows, "estimand"])
    names = list(rates["estimand"].unique())
    layout = keyed["cell"].unstack("estimand", sort=False)[names]
    layout["not evaluable"] = keyed["not_evaluable"].xs(names[0], level="estimand")
    return layout.rename(columns=ESTIMAND_TITLES).rename_axis(columns=None)


def changes_table(changes: pd.DataFrame) -> pd.DataFrame:
    """Lay out `statistics.changes`: medians (IQR), change (95 % CI), effect size and p.

    The improvement is a difference, or the ratio week 12 to baseline where it says "ratio".
    """
    rows = []
    for name, row in changes.iterrows():
        digits = _digits(row["before_median"], row["after_median"])
        ratio = row["scale"] == "ratio"
        places = 2 if ratio else digits
        interval = [f"{row[limit]:.{places}f}" for limit in ("change", "low", "high")]
        rows.append(
            {
                "quantity": quantity(str(name)),
                "pairs": int(row["n"]),
                "baseline, median (IQR)": _median(row, "before_", digits),
                "week 12, median (IQR)": _median(row, "after_", digits),
                "improvement (95 % CI)": MISSING
                if np.isnan(row["change"])
                else ("ratio " if ratio else "")
                + interval[0]
                + ("" if np.isnan(row["low"]) else f" ({interval[1]} to {interval[2]})"),
                "improved / same / worse, %": " / ".join(
                    f"{row[side]:.0f}" if row["n"] else MISSING
                    for side in ("improved", "same", "worse")
                ),
                "rank-biserial": MISSING
                if np.isnan(row["rank_biserial"])
                else f"{row['rank_biserial']:.2f}",
                "p": _p(row["p"]),
                "censored": int(row["censored"]),
            }
        )
    return pd.DataFrame(rows).set_index("quantity").rename_axis(None)


def audit_table(audit: pd.DataFrame) -> pd.DataFrame:
    """Lay out `audit.audit`: what was printed, what it allows, what the cohort gives."""
    rows = [
        {
            "reported": f"{claim['reported']} %",
            "stated N": claim["stated_n"],
            "fits at stated N": claim["fits_stated_n"] or MISSING,
            "N that fit": _first(claim["possible_n"].split(", "), 10) or MISSING,
            "verdict": claim["verdict"]
            + (f" at {claim['stated_n']}" if claim["verdict"] == "impossible" else ""),
            "recovered": MISSING
            if pd.isna(claim["k"]) or claim["n"] == 0
            else f"{claim['k']}/{claim['n']} ({claim['percent']:.2f} %)",
            "prints the same": claim["agrees"],
        }
        for _, claim in audit.iterrows()
    ]
    return pd.DataFrame(rows, index=pd.Index(audit["disease"] + ": " + audit["what"], name=None))


def baseline_table(baseline: pd.DataFrame) -> pd.DataFrame:
    """Lay out `description.baseline`: median (IQR) or n (%), and how many are missing."""
    values = [
        _median(row, "", int(row["decimals"]))
        if pd.isna(row["k"])
        else f"{row['k']:.0f} ({row['percent']:.0f} %)"
        for _, row in baseline.iterrows()
    ]
    table = pd.DataFrame({"median (IQR) or n (%)": values}, index=baseline.index)
    table["missing"] = baseline["missing"]
    return table


def quantity(column: str) -> str:
    """Write a column's name for the reader, with its unit.

    Examples
    --------
    >>> quantity("crp_mg_l"), quantity("some_other")
    ('CRP, mg/L', 'some other')
    """
    return QUANTITIES.get(column, column.replace("_", " "))


def title(endpoint: Hashable) -> str:
    """Write an endpoint's name for the reader: its own title, if it is one of ours.

    Examples
    --------
    >>> title("cdai_remission_steroid_free"), title("crp_normalized")
    ('Clinical remission (CDAI), corticosteroid-free', 'CRP normalized')
    """
    name = str(endpoint)
    known = getattr(endpoints, name.removesuffix("_steroid_free"), None)
    if known is None:
        return OTHER_TITLES.get(name, name.replace("_", " "))
    return str((known if name == known.name else known.steroid_free()).title).replace("<=", "≤")


def _first(words: list[str], most: int) -> str:
    more = f", … ({len(words)} in all)" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def _median(row: "pd.Series[Any]", prefix: str, digits: int) -> str:
    median, q1, q3 = (row[prefix + part] for part in ("median", "q1", "q3"))
    if np.isnan(median):
        return MISSING
    return f"{median:.{digits}f} ({q1:.{digits}f} to {q3:.{digits}f})"


def _digits(*values: float) -> int:
    largest = max((abs(value) for value in values if not np.isnan(value)), default=0)
    return 0 if largest >= 100 else 1


def _p(p: float) -> str:
    if np.isnan(p):
        return MISSING
    return "<0.001" if p < 0.001 else f"{p:.3f}"
