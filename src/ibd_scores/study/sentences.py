"""Results in words, written from the numbers: another parameter gives another sentence."""

from collections.abc import Hashable, Sequence
from typing import Any

import pandas as pd

from ibd_scores.study.labels import ESTIMAND_TITLES, quantity, title
from ibd_scores.study.plan import PLANS, Plan
from ibd_scores.study.proportions import clopper_pearson
from ibd_scores.study.tables import MISSING, number

__all__ = ["censored", "changed", "primary_result", "spread"]


def primary_result(
    plan: Plan, rates: pd.DataFrame, reasons: pd.DataFrame, estimand: str
) -> tuple[str, ...]:
    """The primary endpoint under the estimand that was asked for, and what limits it.

    Parameters
    ----------
    plan : Plan
        Whose `primary` is told.
    rates : DataFrame
        What `estimands.rates` gives for all estimands, the primary endpoint among them.
    reasons : DataFrame
        What `evaluability.reasons` gives.
    estimand : str
        One of `estimands.ESTIMANDS`.

    Returns
    -------
    tuple of str
        Sentences: the rate; the rate as observed where another was asked for, with the range from
        worst to best case; why results are missing.
    """
    own = rates[rates["endpoint"] == plan.primary].set_index("estimand").to_dict("index")
    if not own or not own["non_responder_started"]["n"]:
        return (f"No patient with {plan.disease} could be judged by {title(plan.primary)}.",)
    first = f"Primary endpoint, {title(plan.primary)}, {ESTIMAND_TITLES[estimand]}: "
    sentences = [first + _rate(own[estimand], companion=True) + "."]
    planned = PLANS[plan.disease]
    if (plan.primary, estimand) != (planned.primary, planned.estimand):
        sentences.append(
            f"This departs from the plan, which names {title(planned.primary)}, "
            f"{ESTIMAND_TITLES[planned.estimand]}."
        )
    if estimand != "as_observed":
        sentences.append(f"As observed, of those with a result: {_rate(own['as_observed'])}.")
    extremes = [own[case] for case in ("worst_case", "best_case")]
    worst, best = (number(row["percent"], 1) for row in extremes)
    sentences.append(
        f"If every missing result were a failure {worst} %; if a success, where what is known "
        f"allows it, {best} %."
        if extremes[1]["not_evaluable"]
        else "No result is missing."
    )
    lacking = reasons.reset_index()
    lacking = lacking[lacking["endpoint"] == plan.primary]
    if len(lacking):
        counted = zip(lacking["reason"], lacking["n"], strict=True)
        sentences.append(
            "Without a result: " + "; ".join(f"{why} ({n})" for why, n in counted) + "."
        )
    return tuple(sentences)


def _rate(row: dict[Hashable, Any], *, companion: bool = False) -> str:
    if not row["n"]:
        return "of nobody"
    exact = ""
    if companion:
        limits = clopper_pearson(int(row["k"]), int(row["n"]))
        exact = f"; Clopper-Pearson {number(limits.low, 1)} to {number(limits.high, 1)}"
    low, high = (number(row[end], 1) for end in ("low", "high"))
    percent = f"{number(row['percent'], 1)} %, 95 % CI {low} to {high}{exact}"
    return f"{row['k']:.0f} of {row['n']:.0f} ({percent})"


def changed(changes: pd.DataFrame, columns: Sequence[str]) -> tuple[str, ...]:
    """How far quantities fell or rose, each with its interval and its adjusted p.

    Parameters
    ----------
    changes : DataFrame
        What `statistics.changes` gives, with ``p_adjusted`` and ``adjustment``.
    columns : sequence of str
        The quantities to tell, in order; one without pairs is left out.
    """
    sentences = []
    found = changes.to_dict("index")
    for column in columns:
        row = found[column]
        if not row["n"]:
            continue
        ratio = row["scale"] == "ratio"
        change, low, high = (
            number(row[part], 2 if ratio else 1) for part in ("change", "low", "high")
        )
        what = "ratio of week 12 to baseline" if ratio else "improvement"
        interval = "" if low == MISSING else f" (95 % CI {low} to {high})"
        p = float(row["p_adjusted"])
        if p != p:
            shown = "no test of so few" if row["interval"] == "none" else "no test: nobody changed"
        else:
            shown = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
        adjustment = "" if p != p else f" ({row['adjustment']})"
        sentences.append(
            f"{quantity(column)}: {what} {change}{interval} in {row['n']:.0f} "
            f"patient{'s' if row['n'] > 1 else ''} with both values, {shown}{adjustment}."
        )
    return tuple(sentences)


MUCH = 10  # percent of pairs: from there the interval of a ratio is shifted (docs/coverage.md)


def censored(pairs: pd.DataFrame, columns: Sequence[str]) -> tuple[str, ...]:
    """What censored values do to the ratio of a marker, for each marker that has them.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns.
    columns : sequence of str
        The markers, in order; one without censored values is left out.
    """
    sentences = []
    for column in columns:
        marks = [f"{column}_censor_baseline", f"{column}_censor"]
        known = pairs.dropna(subset=[f"{column}_baseline", column]).reindex(columns=marks)
        before, after = (known[mark] for mark in marks)
        fall = before.eq("right").fillna(False) | after.eq("left").fillna(False)
        rise = before.eq("left").fillna(False) | after.eq("right").fillna(False)
        k, n = int((fall | rise).sum()), len(known)
        if not k:
            continue
        share = 100 * k / n
        first = (
            f"{quantity(column)}: {k} of {n} pairs ({number(share, 1)} %) hold a value beyond a "
            f"limit of detection; in {int(fall.sum())} it hides a part of a fall, in "
            f"{int(rise.sum())} a part of a rise"
        )
        sentences.append(
            f"{first}. From about {MUCH} % the ratio and its interval are shifted: toward no "
            "change where falls are hidden, away from it where rises are; rely on the sign test."
            if share >= MUCH
            else f"{first}. So few hardly move the ratio."
        )
    return tuple(sentences)


def spread(summary: pd.DataFrame, primary: str) -> tuple[str, ...]:
    """How far the answer to the primary question hangs on the choices.

    Parameters
    ----------
    summary : DataFrame
        What `multiverse.summary` gives.
    primary : str
        The name of the primary endpoint.
    """
    flat = summary.reset_index()
    own = flat[flat["endpoint"] == primary]
    if own.empty:
        return ()
    row = own.iloc[0].to_dict()
    block = flat[flat["question"] == row["question"]]
    lowest, highest = (number(row[name], 1) for name in ("lowest", "highest"))
    return (
        f"{flat['specifications'].sum():,.0f} specifications were run; many choices make no "
        f"difference in a cohort. {title(primary)} lies between {lowest} and {highest} % over "
        f"{row['specifications']:.0f} of them, which give {row['distinct']:.0f} different results.",
        f"By every defensible reading of {row['question']}: {number(block['lowest'].min(), 1)} to "
        f"{number(block['highest'].max(), 1)} %.",
    )
