"""From yes, no and not evaluable to a rate: who is counted, and what a missing answer counts as.

An endpoint never decides about missing data; it answers True, False or <NA> (not evaluable). What
<NA> means for the rate is decided here, by name:

===================== ============================ ==============================================
estimand              denominator                  not evaluable counts as
===================== ============================ ==============================================
as_observed           evaluable in the population  left out
non_responder         the whole population         failure
non_responder_started everyone who started         failure; so does stopping before the visit
worst_case            the whole population         failure (the same number as non_responder)
best_case             the whole population         success
===================== ============================ ==============================================
"""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple, get_args

import numpy as np
import pandas as pd
from scipy.stats import binomtest

__all__ = ["ESTIMANDS", "Estimand", "Rate", "completed", "rate", "rates", "started"]

Estimand = Literal[
    "as_observed", "non_responder", "non_responder_started", "worst_case", "best_case"
]
ESTIMANDS: tuple[str, ...] = get_args(Estimand)


class Rate(NamedTuple):
    """``k`` of ``n`` with the Wilson interval; ``percent``, ``low`` and ``high`` in percent."""

    k: int
    n: int
    percent: float
    low: float
    high: float
    not_evaluable: int


def started(patients: pd.DataFrame, disease: str) -> pd.Index:
    """Patients of one disease with a start date: the id of each, in table order.

    Parameters
    ----------
    patients : DataFrame
        The tidy patients table: ``patient_id``, ``disease``, ``start_date``.
    disease : str
        ``"CD"`` or ``"UC"``.
    """
    rows = patients["disease"].eq(disease) & patients["start_date"].notna()
    ids: pd.Index = pd.Index(patients.loc[rows, "patient_id"], name="patient_id")
    return ids


def completed(patients: pd.DataFrame, disease: str) -> pd.Index:
    """Those of `started` who did not stop before week 12 (no ``stop_date``)."""
    return started(patients.loc[patients["stop_date"].isna()], disease)


def rate(
    flags: "pd.Series[bool]",
    estimand: Estimand = "as_observed",
    *,
    population: pd.Index | None = None,
    started: pd.Index | None = None,
    confidence: float = 0.95,
) -> Rate:
    """Rate of an endpoint under one estimand, with the Wilson interval.

    Parameters
    ----------
    flags : Series of dtype "boolean"
        What an endpoint returns, one row per patient; <NA> is not evaluable.
    estimand : str
        One of the five of this module's table.
    population : Index, optional
        The patients of the analysis, by default all rows of `flags`. One who has no row in
        `flags` is not evaluable.
    started : Index, optional
        Everyone who started; only for ``"non_responder_started"``, which needs it.
    confidence : float
        Level of the interval.

    Returns
    -------
    Rate
        With nobody in the denominator ``percent``, ``low`` and ``high`` are NaN.

    Raises
    ------
    TypeError
        If `flags` cannot tell "no" from "not evaluable".
    ValueError
        If a patient has two rows, the estimand is unknown, or `started` is missing or leaves out
        patients of the population.

    Examples
    --------
    >>> response = pd.Series([True, True, False, pd.NA], dtype="boolean")
    >>> rate(response).percent
    66.66666666666667
    >>> rate(response, "non_responder").percent
    50.0

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953
    """
    if estimand not in ESTIMANDS:
        raise ValueError(f"estimand {estimand!r} is unknown; use one of {', '.join(ESTIMANDS)}")
    observed = _nullable(flags)
    if population is not None:
        observed = observed.reindex(population)
    if estimand == "non_responder_started":
        observed = observed.reindex(_all_started(started, observed.index, flags.name))
    not_evaluable = int(observed.isna().sum())
    if estimand == "as_observed":
        counted = observed.dropna()
    else:
        counted = observed.fillna(estimand == "best_case")
    k, n = int(counted.sum()), len(counted)
    if n == 0:
        return Rate(0, 0, np.nan, np.nan, np.nan, not_evaluable)
    interval = binomtest(k, n).proportion_ci(confidence, method="wilson")
    low, high = 100 * float(interval.low), 100 * float(interval.high)
    return Rate(k, n, 100 * k / n, low, high, not_evaluable)


def rates(
    flags: Iterable["pd.Series[bool]"],
    disease: str,
    *,
    population: pd.Index | None = None,
    started: pd.Index | None = None,
    estimands: Sequence[Estimand] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Rates of several endpoints of one disease under several estimands, as a tidy table.

    Parameters
    ----------
    flags : iterable of Series
        One per endpoint, named like it; see `rate`.
    disease : str
        ``"CD"`` or ``"UC"``: the two are never pooled.
    population, started, confidence
        See `rate`.
    estimands : sequence of str, optional
        In the order of the rows; by default as observed, non_responder and, where `started` is
        given, non_responder_started.

    Returns
    -------
    DataFrame
        ``disease, endpoint, estimand, k, n, percent, low, high, not_evaluable``; one row per
        endpoint and estimand, in the order given.

    Examples
    --------
    >>> response = pd.Series([True, True, False, pd.NA], dtype="boolean", name="cdai_response_100")
    >>> rates([response], "CD", estimands=["as_observed", "best_case"])[["estimand", "k", "n"]]
          estimand  k  n
    0  as_observed  2  3
    1    best_case  3  4
    """
    if estimands is None:
        imputed: tuple[Estimand, ...] = ("non_responder", "non_responder_started")
        estimands = ("as_observed", *imputed[: 1 if started is None else 2])
    rows = []
    for flag in flags:
        for estimand in estimands:
            measured = rate(
                flag, estimand, population=population, started=started, confidence=confidence
            )
            rows.append((disease, flag.name, estimand, *measured))
    table = pd.DataFrame(rows, columns=["disease", "endpoint", "estimand", *Rate._fields])
    twice = table.loc[table.duplicated(["endpoint", "estimand"]), "endpoint"]
    if len(twice):
        raise ValueError(f"endpoint {twice.iloc[0]!r} is given twice; give each once")
    return table


def _nullable(flags: "pd.Series[bool]") -> "pd.Series[bool]":
    if flags.dtype != "boolean":
        raise TypeError(
            f"{flags.name}: flags of dtype {flags.dtype} cannot tell 'no' from 'not evaluable'; "
            'give what the endpoint returned, or flags.astype("boolean") if none is missing'
        )
    if not flags.index.is_unique:
        patient = flags.index[flags.index.duplicated()][0]
        raise ValueError(f"{flags.name}: patient {patient!r} has two rows; give one per patient")
    return flags


def _all_started(started: pd.Index | None, population: pd.Index, name: object) -> pd.Index:
    if started is None:
        raise ValueError(f"{name}: non_responder_started needs started=, everyone who started")
    unknown = population.difference(started)
    if len(unknown):
        raise ValueError(
            f"{name}: patient {unknown[0]!r} is in the population but not among those who "
            "started; take the population from those who started"
        )
    return started
