"""What the panel can be asked, and the rates that answer it: subgroup by subgroup."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ibd_scores.study import estimands, evaluability, markers
from ibd_scores.study.analysis import Analysis
from ibd_scores.study.estimands import Estimand, Rate
from ibd_scores.study.labels import LIMITS, plainly
from ibd_scores.study.markers import Reading

__all__ = ["LIMIT_NAMES", "SUBGROUPS", "Subgroup", "answer", "limits_of", "readings"]

Levels = Callable[[pd.DataFrame], "pd.Series[Any]"]
# The parameter of a limit, and the marker whose limit it is.
LIMIT_NAMES = {"crp_limit": "crp_mg_l", "calprotectin_limit": "calprotectin_ug_g"}
UNKNOWN = "not recorded"
ADULT_YEARS = 40


@dataclass(frozen=True)
class Subgroup:
    """Patients told apart by what is known at baseline.

    Parameters
    ----------
    levels : tuple of str
        In the order of the rows, with those that nobody is in.
    of : callable
        What ``description.at_baseline`` returns to the level of each patient.
    """

    levels: tuple[str, ...]
    of: Levels


def _as_recorded(column: str) -> Levels:
    return lambda table: table[column]


def _no_yes(column: str, what: str) -> Subgroup:
    levels = (f"no {what}", what)
    return Subgroup(levels, lambda table: table[column].map(dict(enumerate(levels))))


def _age(table: pd.DataFrame) -> "pd.Series[Any]":
    return pd.cut(table["age"], [-1, ADULT_YEARS, 200], right=False, labels=list(AGES))


def _before(table: pd.DataFrame) -> "pd.Series[Any]":
    tried = table["prior_advanced_therapies"].astype("str")
    return tried.where(tried.isna() | tried.eq("0"), BIOLOGIC[1]).replace("0", BIOLOGIC[0])


AGES = (f"below {ADULT_YEARS} years", f"{ADULT_YEARS} years and above")
BIOLOGIC = ("no advanced therapy before", "advanced therapy before")
SUBGROUPS: Mapping[str, Subgroup] = {
    "everyone": Subgroup(("everyone",), lambda table: pd.Series("everyone", table.index)),
    "sex": Subgroup(("female", "male"), _as_recorded("sex")),
    "age": Subgroup(AGES, _age),
    "prior biologic or other advanced therapy": Subgroup(BIOLOGIC, _before),
    "prior anti-TNF": _no_yes("prior_anti_tnf", "anti-TNF before"),
    "prior bowel surgery": _no_yes("prior_surgery", "bowel surgery before"),
    "corticosteroid at baseline": _no_yes("systemic_steroid", "corticosteroid at baseline"),
    "immunomodulator at baseline": _no_yes("immunomodulator", "immunomodulator at baseline"),
    "smoking": Subgroup(("never", "former", "current"), _as_recorded("smoking")),
}


def readings(analysis: Analysis, **limits: float) -> dict[str, Reading]:
    """The endpoints of the plan, then the markers by the limits given.

    Parameters
    ----------
    analysis : Analysis
        Of one disease.
    **limits : float
        ``crp_limit`` and ``calprotectin_limit``, in mg/L and µg/g.
    """
    planned = [Reading(one, {}, plainly(one.definition)) for one in analysis.plan.endpoints]
    usual = {name: LIMITS[marker] for name, marker in LIMIT_NAMES.items()} | limits
    marked = [
        one._replace(definition=f"{one.definition}, of those abnormal at baseline")
        for one in markers.readings(**usual)
    ]
    return {one.endpoint.name: one for one in (*planned, *marked)}


def limits_of(reading: Reading) -> tuple[str, ...]:
    """Which limits an endpoint has: names of `LIMIT_NAMES`."""
    reads = reading.endpoint.reads if reading.options else ()
    return tuple(name for name, marker in LIMIT_NAMES.items() if marker in reads)


def answer(
    analysis: Analysis, reading: Reading, estimand: Estimand, subgroup: Subgroup
) -> pd.DataFrame:
    """The rate of one endpoint under one estimand in each level of a subgroup.

    Parameters
    ----------
    analysis : Analysis
        Of one disease.
    reading : Reading
        One of `readings`.
    estimand : str
        One of `estimands.ESTIMANDS`.
    subgroup : Subgroup
        One of `SUBGROUPS`.

    Returns
    -------
    DataFrame
        Rows of `estimands.rates` with ``subgroup``, one for each level; n is 0 where nobody is in
        it. A marker is asked of those in whom it was abnormal at baseline, as in the notebooks.
    """
    one, options, *_ = reading
    pairs, among = analysis.pairs, subgroup.of(analysis.at_baseline).astype(object)
    among = among.where(among.notna(), UNKNOWN)
    eligible = (
        markers.abnormal(one, pairs, options)
        if one in [marker.endpoint for marker in markers.readings(**analysis.limits)]
        else evaluability.analyzed(one, pairs)
    )
    flags, attainable = one(pairs, **options), one.attainable(pairs, **options)
    levels = [*subgroup.levels, *([UNKNOWN] if (among == UNKNOWN).any() else [])]
    rows = []
    for level in levels:
        part = among.index[among == level]
        who = analysis.who | {
            "population": analysis.completed.intersection(part),
            "started": analysis.started.intersection(part),
        }
        rate = estimands.rate(flags, estimand, eligible=eligible, attainable=attainable, **who)
        rows.append((level, analysis.plan.disease, one.name, estimand, *rate))
    columns = ["subgroup", "disease", "endpoint", "estimand", *Rate._fields]
    return pd.DataFrame(rows, columns=columns)
