"""From yes, no and not evaluable to a rate: who is counted, and what a missing answer counts as.

An endpoint never decides about missing data; it answers True, False or <NA> (not evaluable). What
<NA> means for the rate is decided here, by name:

===================== ============================ ================================================
estimand              denominator                  not evaluable counts as
===================== ============================ ================================================
as_observed           evaluable in the population  left out
non_responder         the whole population         failure, and so does an intercurrent event
non_responder_started everyone who started         the same, and so does having started without
                                                   being in the population: having stopped
worst_case            everyone who started         failure, and so does an intercurrent event
best_case             everyone who started         success, where that is attainable
===================== ============================ ================================================

The population is, as a rule, who completed; where `started` is not given, worst and best case are
those of the population. Where it is, the worst case is the same as non_responder_started. An
intercurrent event (`intercurrent_events`) is what ends the question before week 12: it is a
failure whatever was seen afterwards. Who is not eligible for an endpoint, such as one who met it at
baseline already, is in none of the denominators (``eligible=``, from ``Endpoint.eligible``).
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from ibd_scores.study.proportions import wilson

__all__ = [
    "ESTIMANDS",
    "INTERCURRENT",
    "NEW_STEROID",
    "Estimand",
    "Rate",
    "check_estimand",
    "completed",
    "denominators",
    "eligible_among",
    "intercurrent_events",
    "rate",
    "rates",
    "started",
]

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Estimand = Literal[
    "as_observed", "non_responder", "non_responder_started", "worst_case", "best_case"
]
ESTIMANDS: tuple[Estimand, ...] = get_args(Estimand)
NEW_STEROID = (
    "a new systemic corticosteroid (taken at week 12 and recorded as not taken at baseline)"
)
INTERCURRENT = (
    "An intercurrent event is having stopped before week 12 for whatever reason, or "
    f"{NEW_STEROID}. Surgery, another biologic and death count only where they are recorded as a "
    "reason for stopping."
)


class Rate(NamedTuple):
    """``k`` of ``n`` with the Wilson interval; ``percent``, ``low`` and ``high`` in percent."""

    k: int
    n: int
    percent: float
    low: float
    high: float
    not_evaluable: int


def check_estimand(name: str) -> Estimand:
    """Give the name back if it is an estimand's.

    Raises
    ------
    ValueError
        If it is none, with the list of those there are.

    Examples
    --------
    >>> check_estimand("best_case")
    'best_case'
    """
    if name not in ESTIMANDS:
        raise ValueError(f"estimand {name!r} is unknown; use one of {', '.join(ESTIMANDS)}")
    return name


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


def intercurrent_events(patients: pd.DataFrame, pairs: pd.DataFrame) -> "pd.Series[bool]":
    """Who stopped, or took a systemic corticosteroid at week 12 without one at baseline.

    Parameters
    ----------
    patients : DataFrame
        The tidy patients table.
    pairs : DataFrame
        What ``endpoints.pairs`` returns.

    Returns
    -------
    Series of bool
        One row for each patient of `pairs`, in its order; False where nothing says so.

    Notes
    -----
    Surgery, another biologic and death are known only where they are a reason for stopping.

    Examples
    --------
    >>> ids = pd.Index(["P1", "P2"], name="patient_id")
    >>> steroid = {"systemic_steroid_baseline": [0, 1], "systemic_steroid": [1, 1]}
    >>> pairs = pd.DataFrame(steroid, index=ids)
    >>> patients = pd.DataFrame({"patient_id": ids, "stop_date": pd.NaT})
    >>> intercurrent_events(patients, pairs).to_list()
    [True, False]
    """
    stopped = pairs.index.isin(patients.loc[patients["stop_date"].notna(), "patient_id"])
    steroid = pairs.reindex(columns=["systemic_steroid_baseline", "systemic_steroid"])
    rescued = steroid.iloc[:, 0].eq(0) & steroid.iloc[:, 1].eq(1)
    return pd.Series(stopped, index=pairs.index) | rescued


def eligible_among(patients: pd.Index, eligible: "pd.Series[bool] | None") -> Flags:
    """Which of these patients are eligible: who has no row, or no answer, is.

    Examples
    --------
    >>> eligible_among(pd.Index(["P1", "P2"]), pd.Series({"P2": False})).tolist()
    [True, False]
    """
    if eligible is None:
        return np.ones(len(patients), dtype=bool)
    return np.asarray(_of(eligible, patients, 1) != 0)


def rate(
    flags: "pd.Series[bool]",
    estimand: Estimand = "as_observed",
    *,
    eligible: "pd.Series[bool] | None" = None,
    population: pd.Index | None = None,
    started: pd.Index | None = None,
    intercurrent: "pd.Series[bool] | None" = None,
    attainable: "pd.Series[bool] | None" = None,
    confidence: float = 0.95,
) -> Rate:
    """Rate of an endpoint under one estimand, with the Wilson interval.

    Parameters
    ----------
    flags : Series of dtype "boolean"
        What an endpoint returns, one row per patient; <NA> is not evaluable.
    estimand : str
        One of the five of this module's table.
    eligible : Series, optional
        What ``Endpoint.eligible`` returns. Who is not (False) is left out of every denominator and
        not counted as not evaluable; who has no row is eligible.
    population : Index, optional
        The patients of the analysis, by default all rows of `flags`. One who has no row in
        `flags` is not evaluable.
    started : Index, optional
        Everyone who started: ``"non_responder_started"`` needs it and a population of those who
        completed; worst and best case count them where it is given.
    intercurrent : Series, optional
        What `intercurrent_events` returns; who has no row had none.
    attainable : Series, optional
        What ``Endpoint.attainable`` returns: whose missing result could be a success. Who has no
        row could have had any.
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
        If a patient has two rows, the estimand is unknown, or it needs `started` and this is
        missing or leaves out patients of the population.

    Examples
    --------
    >>> response = pd.Series([True, True, False, pd.NA], dtype="boolean")
    >>> rate(response).percent
    66.66666666666667
    >>> rate(response, "non_responder").percent
    50.0
    >>> met_at_baseline = pd.Series([True, False, False, False])
    >>> rate(response, "non_responder", eligible=~met_at_baseline)[:2]
    (1, 3)

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953
    """
    check_estimand(estimand)
    _check_flags(flags)
    who = flags.index if population is None else population
    if estimand == "non_responder_started":
        if population is None or started is None:
            raise ValueError(
                f"{flags.name}: non_responder_started needs population=, those who completed, "
                "and started=, everyone who started"
            )
        who = _all_started(started, population, flags.name)
    elif estimand in ("worst_case", "best_case") and started is not None:
        who = started if population is None else _all_started(started, population, flags.name)
    observed = _of(flags, who, np.nan)
    if estimand == "non_responder_started" and population is not None:
        observed[~who.isin(population)] = 0
    if intercurrent is not None and estimand not in ("as_observed", "best_case"):
        observed[_of(intercurrent, who, 0) == 1] = 0
    asked = eligible_among(who, eligible)
    observed = observed[asked]
    unknown = np.isnan(observed)
    not_evaluable = int(unknown.sum())
    if estimand == "best_case":
        observed[unknown] = eligible_among(who, attainable)[asked][unknown]
    n = len(observed) - (not_evaluable if estimand == "as_observed" else 0)
    if n == 0:
        return Rate(0, 0, np.nan, np.nan, np.nan, not_evaluable)
    k = int(np.nansum(observed))
    return Rate(k, n, 100 * k / n, *wilson(k, n, confidence), not_evaluable)


def rates(
    flags: Iterable["pd.Series[bool]"],
    disease: str,
    *,
    eligible: Iterable["pd.Series[bool]"] | None = None,
    population: pd.Index | None = None,
    started: pd.Index | None = None,
    intercurrent: "pd.Series[bool] | None" = None,
    attainable: Iterable["pd.Series[bool]"] | None = None,
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
    eligible, attainable : iterable of Series, optional
        One for each of `flags`, in the same order.
    population, started, intercurrent, confidence
        See `rate`.
    estimands : sequence of str, optional
        In the order of the rows; by default as observed, non_responder and, where `started` is
        given, non_responder_started.

    Returns
    -------
    DataFrame
        ``disease, endpoint, estimand, k, n, percent, low, high, not_evaluable``; one row per
        endpoint and estimand, in the order given. No row of a disease that the cohort has no
        patient of: none in `flags`, `population` and `started`. Of an endpoint that nobody of the
        population could be judged by, such as one of an examination that was never done, no
        estimand has a rate: ``n`` is 0, as it is as observed.

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
    flags = list(flags)
    patients = [*(flag.index for flag in flags), population, started]
    nobody = not any(some is not None and len(some) for some in patients)
    rows = []
    who: dict[str, Any] = {"population": population, "confidence": confidence}
    both = zip(_paired(flags, eligible), _paired(flags, attainable), strict=True)
    for (flag, able), (_, possible) in () if nobody else both:
        seen = rate(flag, eligible=able, **who)
        for estimand in estimands:
            one = rate(flag, estimand, eligible=able, attainable=possible, started=started,
                       intercurrent=intercurrent, **who)  # fmt: skip
            if not seen.n and seen.not_evaluable:
                one = seen._replace(not_evaluable=one.not_evaluable)
            rows.append((disease, flag.name, estimand, *one))
    table = pd.DataFrame(rows, columns=["disease", "endpoint", "estimand", *Rate._fields])
    twice = table.loc[table.duplicated(["endpoint", "estimand"]), "endpoint"]
    if len(twice):
        raise ValueError(f"endpoint {twice.iloc[0]!r} is given twice; give each once")
    return table


def denominators(
    flags: Iterable["pd.Series[bool]"],
    disease: str,
    *,
    eligible: Iterable["pd.Series[bool]"] | None = None,
    population: pd.Index,
    started: pd.Index,
    intercurrent: "pd.Series[bool] | None" = None,
) -> pd.DataFrame:
    """Who is in the denominators of `rates`, and who is not: endpoint by endpoint.

    Parameters
    ----------
    flags, disease, eligible, population, started, intercurrent
        See `rates`.

    Returns
    -------
    DataFrame
        Index ``endpoint``; the columns are under the name of the disease. ``started`` and, of
        these, ``stopped`` (not in the population) and ``completed``; of the completed,
        ``not_eligible`` and ``eligible``; of the eligible, ``evaluable`` and ``missing``, and how
        many of either had an ``intercurrent`` event.

    Examples
    --------
    >>> response = pd.Series([True, False, pd.NA], dtype="boolean", name="cdai_remission")
    >>> able = pd.Series([False, True, True])
    >>> denominators([response], "CD", eligible=[able], population=pd.RangeIndex(3),
    ...              started=pd.RangeIndex(4)).loc["cdai_remission"].to_list()
    [4, 1, 3, 1, 2, 1, 1, 0]
    """
    rows = {}
    for flag, able in _paired(flags, eligible):
        everyone = _all_started(started, population, flag.name)
        _check_flags(flag)
        asked = population[eligible_among(population, able)]
        known = int((~np.isnan(_of(flag, asked, np.nan))).sum())
        rows[flag.name] = {
            "started": len(everyone),
            "stopped": len(everyone) - len(population),
            "completed": len(population),
            "not_eligible": len(population) - len(asked),
            "eligible": len(asked),
            "evaluable": known,
            "missing": len(asked) - known,
            "intercurrent": 0 if intercurrent is None else int(_of(intercurrent, asked, 0).sum()),
        }
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.rename_axis(index="endpoint", columns=disease)


def _check_flags(flags: "pd.Series[bool]") -> None:
    if flags.dtype != "boolean":
        raise TypeError(
            f"{flags.name}: flags of dtype {flags.dtype} cannot tell 'no' from 'not evaluable'; "
            'give what the endpoint returned, or flags.astype("boolean") if none is missing'
        )
    if not flags.index.is_unique:
        patient = flags.index[flags.index.duplicated()][0]
        raise ValueError(f"{flags.name}: patient {patient!r} has two rows; give one per patient")


def _of(answers: "pd.Series[bool]", patients: pd.Index, otherwise: float) -> Floats:
    """Give the answers of these patients as 1, 0 and NaN; `otherwise` for who has no row."""
    found = answers.astype("boolean").to_numpy(dtype=np.float64, na_value=np.nan)
    if not answers.index.equals(patients):
        # Who has no row has the place -1: the last.
        found = np.append(found, otherwise)[answers.index.get_indexer(patients)]
    return np.array(found, dtype=np.float64)


def _paired(
    flags: Iterable["pd.Series[bool]"], eligible: Iterable["pd.Series[bool]"] | None
) -> "list[tuple[pd.Series[bool], pd.Series[bool] | None]]":
    flags = list(flags)
    return list(zip(flags, [None] * len(flags) if eligible is None else eligible, strict=True))


def _all_started(started: pd.Index, population: pd.Index, name: object) -> pd.Index:
    unknown = population.difference(started)
    if len(unknown):
        raise ValueError(
            f"{name}: patient {unknown[0]!r} is in the population but not among those who "
            "started; take the population from those who started"
        )
    return started
