"""What became of each endpoint of the plan in one patient, with the reason in words."""

from typing import Any, NamedTuple

import pandas as pd

from ibd_scores.endpoint import BASELINE, Endpoint
from ibd_scores.study import evaluability
from ibd_scores.study.analysis import Analysis
from ibd_scores.study.labels import plainly, quantity, title
from ibd_scores.study.tables import number

__all__ = ["BOUNDS", "Verdict", "plain", "verdicts"]

BOUNDS = {"left": "<", "right": ">"}
OPEN = "left open by the rule"
# What only pairs have, in words.
DERIVED = {
    "isolated_ileal": "ileum alone diseased",
    "diseased_not_seen": "diseased segments not reached again",
    "ulcerated_not_seen": "ulcerated segments not reached again",
    "largest_subscore": "largest of the 20 subscores",
    "endoscopic_subscore_adapted": "Mayo endoscopic subscore, friability 2",
}


class Verdict(NamedTuple):
    """Met, not met or not evaluable, and why."""

    endpoint: str
    title: str
    verdict: str
    reason: str


def verdicts(analysis: Analysis, patient_id: str) -> list[Verdict]:
    """Judge one patient by every endpoint of the plan.

    Parameters
    ----------
    analysis : Analysis
        Of the patient's disease.
    patient_id : str
        A patient of the cohort.

    Returns
    -------
    list of Verdict
        In the order of the plan. The reason of a verdict is the values that it was read from and
        the rule; of one that is not evaluable, what is missing. Who is left out of the denominator
        or counts as a failure whatever was seen has that added.
    """
    pair = analysis.pairs.reindex(pd.Index([patient_id], name="patient_id"))
    beside = _beside(analysis, pair)
    return [_judged(one, analysis, pair, beside) for one in analysis.plan.endpoints]


def _judged(one: Endpoint, analysis: Analysis, pair: pd.DataFrame, beside: list[str]) -> Verdict:
    met = one(pair).iloc[0]
    if pd.isna(met):
        word, why = "not evaluable", _missing(one, analysis, pair)
    else:
        word = "met" if met else "not met"
        rule = plainly(one.definition).split(";")[0].replace("<=", "≤")
        why = f"{_values(one, pair.iloc[0])} (rule: {rule})"
    said = [] if pd.isna(met) else beside
    return Verdict(one.name, title(one.name), word, ". ".join([why, *_uncounted(one, pair), *said]))


def _missing(one: Endpoint, analysis: Analysis, pair: pd.DataFrame) -> str:
    """Say what a verdict lacks, in the words of the table of reasons."""
    who = pair.index[0]
    if who not in analysis.started:
        return "treatment not started"
    if who not in analysis.completed:
        return "stopped before week 12"
    found = evaluability.lacking(one, pair)
    why = next((reason for reason, rows in found.items() if rows.iloc[0]), OPEN)
    if why != OPEN:
        return why
    rule = plainly(one.definition).replace("<=", "≤")
    return f"{OPEN}: {_values(one, pair.iloc[0])} (rule: {rule})"


def _uncounted(one: Endpoint, pair: pd.DataFrame) -> list[str]:
    if not one.eligible(pair).iloc[0]:
        return ["Not in the denominator: met at baseline already, or out of reach from there"]
    if not evaluability.analyzed(one, pair).iloc[0]:
        return ["Not in the denominator: too little seen on endoscopy at baseline"]
    return []


def _beside(analysis: Analysis, pair: pd.DataFrame) -> list[str]:
    """Say what makes a failure of any result under non-responder imputation."""
    who = pair.index[0]
    if who not in analysis.started:
        return ["Not counted: treatment not started"]
    if who not in analysis.completed:
        return ["Counts as failure where stopping does: stopped before week 12"]
    if bool(analysis.who["intercurrent"].get(who, False)):
        return ["Counts as failure where rescue does: corticosteroid added by week 12"]
    return []


def _values(one: Endpoint, pair: "pd.Series[Any]") -> str:
    """Write the values that an endpoint read: ``CDAI: 300 → 140``."""
    read = [item.name for item in one.columns if "_censor" not in item.name]
    told = []
    for name in dict.fromkeys(name.removesuffix(BASELINE) for name in read):
        both = [f"{name}{BASELINE}", name]
        if name == "isolated_ileal":
            known = {0.0: "no", 1.0: "yes"}
            text = known.get(pair.get(both[0], float("nan")), "not known")
        else:
            text = " → ".join(plain(pair, column) for column in both if column in read)
        told.append(f"{DERIVED.get(name, quantity(name))}: {text}")
    return "; ".join(told)


def plain(row: "pd.Series[Any]", column: str) -> str:
    """Write a value, with the sign of one beyond a limit of detection; a dash where there is none.

    Examples
    --------
    >>> plain(pd.Series({"crp_mg_l": 0.5, "crp_mg_l_censor": "left"}), "crp_mg_l")
    '<0.5'
    """
    value = row.get(column)
    if pd.isna(value):
        return "–"
    if isinstance(value, str):
        return value
    name = column.removesuffix(BASELINE)
    sign = BOUNDS.get(str(row.get(column.replace(name, f"{name}_censor", 1))), "")
    return f"{sign}{float(number(value, 2)):.9g}"
