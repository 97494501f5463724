"""Laying out the numbers of a table for the reader: ``44/60 (73.3 %, 61.0 to 82.9)``.

The numbers behind a layout stay numbers: `tables.show` takes both.
"""

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from ibd_scores.study.estimands import Rate
from ibd_scores.study.labels import ESTIMAND_TITLES, dagger, quantity, title
from ibd_scores.study.statistics import QUARTILES
from ibd_scores.study.tables import MISSING, number, show

__all__ = [
    "audit_table",
    "baseline_table",
    "censoring_table",
    "changes_table",
    "context_table",
    "groups_table",
    "imputed_table",
    "moves_table",
    "multiverse_table",
    "optimism_table",
    "p_values_table",
    "predictors_table",
    "prevalence_table",
    "rates_table",
    "show_rates",
    "titled",
]

BOUNDS = {"left": "<", "right": ">"}
EXTREMES = ("worst_case", "best_case")
NOBODY = "not evaluable"


def rates_table(rates: pd.DataFrame, reported: Collection[str] = ()) -> pd.DataFrame:
    """Lay out `estimands.rates`: a row per endpoint, ``k/n (%, 95 % CI)`` per estimand.

    Worst and best case, where both are given, share a column. The last column counts who was not
    evaluable under the first estimand given. The disease is named where there are two; so is any
    further column, such as the subgroup or the definition. Endpoints that the study `reported` get
    a dagger.

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
    columns = ["k", "n", "percent", "low", "high", "not_evaluable", "estimand"]
    cells = [_rate(*values) for values in rates[columns].itertuples(index=False, name=None)]
    titles = rates["endpoint"].map(lambda name: title(name, reported))
    keyed = rates.assign(endpoint=titles, cell=cells).set_index([*rows, "estimand"])
    layout = keyed["cell"].unstack("estimand", sort=False)[rates["estimand"].unique()]
    if {*EXTREMES} <= set(layout):
        worst, best = (layout.pop(case) for case in EXTREMES)
        layout["worst to best case"] = (worst + " to " + best).where(worst != NOBODY, NOBODY)
    layout["not evaluable"] = keyed["not_evaluable"].groupby(level=rows, sort=False).first()
    return layout.rename(columns=ESTIMAND_TITLES).rename_axis(columns=None)


def _rate(
    k: float, n: float, percent: float, low: float, high: float, unknown: float, estimand: str
) -> str:
    """Write a rate; an extreme case is a bound and has no interval of its own."""
    if not n:
        return NOBODY if unknown else "0/0"
    interval = "" if estimand in EXTREMES else f", {number(low, 1)} to {number(high, 1)}"
    return f"{k:.0f}/{n:.0f} ({number(percent, 1)} %{interval})"


def changes_table(changes: pd.DataFrame) -> pd.DataFrame:
    """Lay out `statistics.changes`: medians (IQR), change (95 % CI), effect size and p.

    The p-values are raw, with zeros dropped and ranked, and adjusted where `multiplicity.adjust`
    was asked.

    The improvement is a difference, or the ratio week 12 to baseline where it says "ratio". A
    median or quartile that is known only as a bound is written as one: ``>1800``.
    """
    rows = []
    for _, row in changes.iterrows():
        digits = _digits(row["before_median"], row["after_median"])
        ratio = row["scale"] == "ratio"
        change, low, high = (
            number(row[part], 2 if ratio else digits) for part in ("change", "low", "high")
        )
        interval = "" if low == MISSING else f" ({low} to {high})"
        rows.append(
            {
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
                "p": _p(row["p"]),
                "p (Pratt)": _p(row["p_pratt"]),
                **({"p adjusted": _adjusted(row)} if "p_adjusted" in changes else {}),
                "censored, n (%)": _count(row["censored"], row["n"]),
            }
        )
    return pd.DataFrame(rows, index=[quantity(str(name)) for name in changes.index])


def audit_table(audit: pd.DataFrame) -> pd.DataFrame:
    """Lay out `audit.audit`: what was printed, what it allows, what the cohort gives (95 % CI).

    In brackets beside what fits at the stated N: what would fit by another rounding.
    """
    # A blank text that was written to a file comes back as missing.
    texts = ("fits_stated_n", "other_rounding", "possible_n", "among")
    unwritten = {name: audit[name].astype(object).where(audit[name].notna(), "") for name in texts}
    rows = [
        {
            "reported": f"{claim['reported']} %",
            "decimals": claim["decimals"],
            "stated N": claim["stated_n"],
            "fits at stated N": (claim["fits_stated_n"] or MISSING)
            + (f" ({claim['other_rounding']})" if claim["other_rounding"] else ""),
            "N that fit": _first(claim["possible_n"].split(", "), 10) or MISSING,
            "read as": title(claim["endpoint"]),
            "verdict": claim["verdict"]
            + (f" at {claim['stated_n']}" if claim["verdict"] == "impossible" else ""),
            "recovered": MISSING
            if pd.isna(claim["k"]) or claim["n"] == 0
            else f"{claim['k']}/{claim['n']} ({number(claim['percent'], 2)} %, "
            f"{number(claim['low'], 1)} to {number(claim['high'], 1)})",
            "counted among": claim["among"],
            "prints the same": claim["agrees"],
        }
        for _, claim in audit.assign(**unwritten).iterrows()
    ]
    names = [
        f"{disease}: {what}" for disease, what in zip(audit["disease"], audit["what"], strict=True)
    ]
    return pd.DataFrame(rows, index=names)


def baseline_table(
    baseline: pd.DataFrame, reported: Collection[tuple[str, str]] = ()
) -> pd.DataFrame:
    """Lay out `description.baseline`: median (IQR) or n (%), how many are missing or censored.

    A median or quartile that is known only as a bound is written as one: ``>1800``. Rows that the
    study `reported` (characteristic, level) get a dagger.
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
    levels = [dagger(level, (one, level) in reported) for one, level in baseline.index]
    table.index = pd.MultiIndex.from_arrays(
        [baseline.index.get_level_values(0), levels], names=baseline.index.names
    )
    return table


def show_rates(
    rates: pd.DataFrame, name: str, *, reported: Collection[str] = (), note: str = ""
) -> None:
    """Show `estimands.rates` of one disease: laid out for the reader, named by what tells rows."""
    keys = list(rates.columns.drop(["disease", *Rate._fields]))
    facts = rates.set_index(keys).drop(columns="disease")
    show(facts, name, layout=rates_table(rates, reported), note=note)


def titled(table: pd.DataFrame) -> pd.DataFrame:
    """Lay out a table whose index names endpoints: their titles, and words for columns."""
    words = {name: str(name).replace("_", " ") for name in table.columns}
    return table.rename(index=title, level="endpoint").rename(columns=words)


def p_values_table(tests: pd.DataFrame) -> pd.DataFrame:
    """Lay out `analysis.Analysis.tests`: every p-value, raw and adjusted in its family."""
    return pd.DataFrame({
        "test": tests["what"],
        "family": tests["family"],
        "p": tests["p"].map(_p),
        "p adjusted": tests["p_adjusted"].map(_p),
        "adjustment": tests["adjustment"],
    }).set_index("test").rename_axis(None)  # fmt: skip


def moves_table(moves: pd.DataFrame) -> pd.DataFrame:
    """Lay out `categories.transition_tests`: who moved, the test that fits, others beside it."""
    return pd.DataFrame({
        "category": moves.index.map(quantity),
        "pairs": moves["n"],
        "improved / same / worse": [
            f"{row['improved']} / {row['same']} / {row['worse']}" for _, row in moves.iterrows()
        ],
        "test": moves["test"],
        "p": moves["p"].map(_p),
        "Stuart-Maxwell (df), asymptotic p": _statistic(moves, "stuart_maxwell", "df",
                                                        "p_asymptotic"),
        "Bowker (df), asymptotic p": _statistic(moves, "bowker", "bowker_df",
                                                "p_bowker_asymptotic"),
    }).set_index("category").rename_axis(None)  # fmt: skip


def prevalence_table(prevalence: pd.DataFrame) -> pd.DataFrame:
    """Lay out rows of `categories.paired_binary`: before, after, difference in points, exact p."""
    return pd.DataFrame({
        "finding": prevalence.index.map(quantity),
        "baseline": [_count(row["before"], row["n"]) for _, row in prevalence.iterrows()],
        "week 12": [_count(row["after"], row["n"]) for _, row in prevalence.iterrows()],
        "difference, points (95 % CI)": _intervals(prevalence, "difference", 1),
        "p (exact McNemar)": prevalence["p"].map(_p),
        "pairs": prevalence["n"],
        "missing": prevalence["missing"],
    }).set_index("finding").rename_axis(None)  # fmt: skip


def imputed_table(imputed: pd.DataFrame) -> pd.DataFrame:
    """Lay out `imputation.pooled`: the mean count of so many, the rate, what was missing."""
    return pd.DataFrame({
        "endpoint": imputed.index.map(title),
        "mean k": imputed["k"].map(lambda k: number(k, 1)),
        "n": imputed["n"],
        "% (95 % CI)": _intervals(imputed, "percent", 1),
        "missing information, %": imputed["missing_information"].map(lambda f: number(100 * f, 0)),
        "imputations": imputed["m"],
    }).set_index("endpoint").rename_axis(None)  # fmt: skip


def predictors_table(predictors: pd.DataFrame) -> pd.DataFrame:
    """Lay out `predictors.predictors`: odds ratio with its profile interval."""
    return pd.DataFrame({
        "odds ratio (95 % CI)": _intervals(predictors, "odds_ratio", 2),
        "p": predictors["p"].map(_p),
        "events / non-events": [
            f"{row['events']:.0f} / {row['non_events']:.0f}" for _, row in predictors.iterrows()
        ],
        "incomplete": predictors["incomplete"],
    }, index=predictors.index)  # fmt: skip


def optimism_table(optimism: pd.DataFrame) -> pd.DataFrame:
    """Lay out `predictors.optimism`: the outcome by its title, and words for columns."""
    words = {"non_events": "non-events", "per_predictor": "rarer per predictor", "chi2": "χ²"}
    layout = optimism.rename(index=title, columns=words).rename_axis(None)
    return layout.rename(columns=lambda name: str(name).replace("_", " "))


def groups_table(groups: pd.DataFrame) -> pd.DataFrame:
    """Lay out `predictors.describe`: median (IQR) or n (%) of each group."""
    values = [
        _median(row, "", _digits(row["median"]))
        if pd.isna(row["k"])
        else _count(row["k"], row["n"])
        for _, row in groups.iterrows()
    ]
    layout = pd.DataFrame({"median (IQR) or n (%)": values}, index=groups.index)
    layout["n"], layout["missing"] = groups["n"], groups["missing"]
    return layout.rename(index=quantity, level="candidate")


def censoring_table(sensitivity: pd.DataFrame) -> pd.DataFrame:
    """Lay out `censoring.sensitivity`: ratio by each handling, directions for the sign test."""
    directions = [
        " / ".join(str(row[name]) for name in ("fell", "rose", "tied", "undecided"))
        if pd.notna(row["fell"])
        else MISSING
        for _, row in sensitivity.iterrows()
    ]
    layout = pd.DataFrame({
        "ratio (95 % CI)": _intervals(sensitivity, "ratio", 3),
        "fell / rose / tied / undecided": directions,
        "p": sensitivity["p"].map(_p),
        "pairs": sensitivity["n"],
        "censored": sensitivity["censored"],
    }, index=sensitivity.index)  # fmt: skip
    return layout.rename(index=quantity, level="quantity")


def multiverse_table(summary: pd.DataFrame) -> pd.DataFrame:
    """Lay out `multiverse.summary`: the range of the rates and the usual one, in percent."""
    layout = pd.DataFrame({
        "specifications": summary["specifications"],
        "distinct results": summary["distinct"],
        "lowest to highest, %": _spans(summary, "lowest", "highest"),
        "middle half, %": _spans(summary, "q1", "q3"),
        "median, %": summary["median"].map(lambda one: number(one, 1)),
        "usual choices, %": summary["usual"].map(lambda one: number(one, 1)),
    }, index=summary.index)  # fmt: skip
    return layout.rename(index=title, level="endpoint")


def context_table(context: pd.DataFrame) -> pd.DataFrame:
    """Lay out `context.beside`: k/n where it was printed, else the printed percentage."""
    counts = [
        MISSING if pd.isna(k) else f"{k}/{n}"
        for k, n in zip(context["k"], context["n"], strict=True)
    ]
    layout = pd.DataFrame({
        "endpoint": context["endpoint"].map(title),
        "arm": context["arm"],
        "week": context["week"],
        "k/n": counts,
        "% (95 % CI)": _printed(context),
        "note": context["note"],
        "source": context["source"],
    })  # fmt: skip
    return layout.set_index(["endpoint", "arm"])


def _intervals(table: pd.DataFrame, name: str, digits: int) -> list[str]:
    """Write an estimate with its limits; alone where it has none."""
    return [
        number(estimate, digits)
        + ("" if pd.isna(low) else f" ({number(low, digits)} to {number(high, digits)})")
        for estimate, low, high in zip(table[name], table["low"], table["high"], strict=True)
    ]


def _printed(context: pd.DataFrame) -> list[str]:
    """Write rates; one without counts with the decimals that were printed."""
    intervals = _intervals(context, "percent", 1)
    return [
        f"{percent:g}" if pd.isna(k) else text
        for text, percent, k in zip(intervals, context["percent"], context["k"], strict=True)
    ]


def _spans(table: pd.DataFrame, low: str, high: str) -> list[str]:
    return [
        f"{number(one, 1)} to {number(other, 1)}"
        for one, other in zip(table[low], table[high], strict=True)
    ]


def _statistic(moves: pd.DataFrame, name: str, df: str, p: str) -> list[str]:
    return [
        MISSING if pd.isna(one) else f"{number(one, 2)} ({degrees:.0f}), {_p(chance)}"
        for one, degrees, chance in zip(moves[name], moves[df], moves[p], strict=True)
    ]


def _first(words: list[str], most: int) -> str:
    more = f", … ({len(words)} in all)" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def _adjusted(row: "pd.Series[Any]") -> str:
    """Write an adjusted p with its method; where there is none, nothing was adjusted."""
    shown = _p(row["p_adjusted"])
    return shown if shown == MISSING else f"{shown} {row['adjustment']}".strip()


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
