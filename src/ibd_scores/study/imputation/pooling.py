"""Rubin's rules for a rate, on the logit scale; and where there is too little for them."""

from typing import NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import t

from ibd_scores.study.estimands import eligible_among
from ibd_scores.study.imputation.blocks import LEAST

__all__ = ["Pooled", "pooled", "refusal", "too_few"]


class Pooled(NamedTuple):
    """A rate over imputations; ``percent``, ``low`` and ``high`` in percent.

    ``k`` and ``not_evaluable`` are means over the imputations, ``missing_information`` is a
    fraction of 1.
    """

    k: float
    n: int
    percent: float
    low: float
    high: float
    not_evaluable: float
    missing_information: float
    m: int


def pooled(
    flags: "pd.Series[bool]",
    *,
    eligible: "pd.Series[bool] | None" = None,
    started: pd.Index | None = None,
    confidence: float = 0.95,
) -> Pooled:
    """Combine the rates of an endpoint over imputations.

    Parameters
    ----------
    flags : Series of dtype "boolean"
        What an endpoint returns for the table of `impute`: index (imputation, patient_id). What is
        <NA> even so, such as a response from an imputed SES-CD of 0 at baseline, is a failure, and
        is counted in ``not_evaluable``.
    eligible : Series, optional
        What ``Endpoint.eligible`` returns for the observed pairs of everyone who started. Who is
        not (False) is in no denominator; who has no row is eligible.
    started : Index, optional
        Everyone who started: the eligible among them who were not imputed, because they stopped or
        had another intercurrent event, are failures in every imputation. By default only who was
        imputed counts.
    confidence : float
        Level of the interval.

    Returns
    -------
    Pooled
        With nobody eligible all but the counts are NaN.

    Raises
    ------
    TypeError
        If `flags` cannot tell "no" from "not evaluable".
    ValueError
        If there are fewer than two imputations, or not the same patients in each, or `started`
        leaves out one of them.

    Notes
    -----
    Logit k/n with variance 1/k + 1/(n - k), and the inverse logit of the mean; if k is 0 or n in
    any imputation, 0.5 is added to k and to n - k in all of them. Where k is 0 in every imputation
    the rate and its lower limit are 0 (where it is n the rate and its upper limit are 100). The
    degrees of freedom are Rubin's; those of Barnard and Rubin become the same where, as for a
    proportion, the complete data have the normal distribution for reference. With nothing missing
    this is the Wald interval of the logit.

    Examples
    --------
    >>> index = pd.MultiIndex.from_product([[1, 2], ["P1", "P2", "P3"]])
    >>> flags = pd.Series([True, False, True, True, False, False], index, dtype="boolean")
    >>> pooled(flags, started=pd.Index(["P1", "P2", "P3", "P4"]))[:2]
    (1.5, 4)

    References
    ----------
    Rubin DB. Multiple imputation for nonresponse in surveys. Wiley 1987. doi:10.1002/9780470316696
    Barnard J, Rubin DB. Biometrika 1999;86:948-955. doi:10.1093/biomet/86.4.948
    """
    patients, met, unknown = _by_imputation(flags)
    everyone = patients if started is None else started
    # By its hash table, which is kept: `isin` would make one of so many patients for each endpoint.
    places = everyone.get_indexer(patients)
    absent = patients[places < 0]
    if len(absent):
        raise ValueError(
            f"{flags.name}: patient {absent[0]!r} was imputed and is not in started; give everyone"
        )
    asked = eligible_among(everyone, eligible)
    here = asked[places]
    k, n = met[:, here].sum(axis=1), int(asked.sum())
    not_evaluable = float(unknown[:, here].sum(axis=1).mean())
    percent, low, high, missing = _rubin(k.astype(np.float64), n, confidence)
    return Pooled(float(k.mean()), n, percent, low, high, not_evaluable, missing, len(k))


def refusal(flags: "pd.Series[bool]", eligible: "pd.Series[bool] | None" = None) -> str:
    """Say why an endpoint's missing results are not imputed; empty if they can be.

    Parameters
    ----------
    flags : Series of dtype "boolean"
        The endpoint in the observed pairs of those who would be imputed.
    eligible : Series, optional
        See `pooled`.

    Examples
    --------
    >>> refusal(pd.Series([True, False, pd.NA], dtype="boolean"))[:60]
    'No multiple imputation: 2 patients have an evaluable result,'
    """
    n = int((flags.notna() & eligible_among(flags.index, eligible)).sum())
    return "" if n >= LEAST else f"No multiple imputation: {too_few(n)}."


def too_few(n: int) -> str:
    """The reason for a refusal."""
    who = "no patient has" if n == 0 else "1 patient has" if n == 1 else f"{n} patients have"
    return (
        f"{who} an evaluable result, and from fewer than {LEAST} an imputation model is not "
        "stable; best and worst case are the bounds instead"
    )


def _by_imputation(
    flags: "pd.Series[bool]",
) -> tuple[pd.Index, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """The patients; who met it and of whom it is not known, a row for each imputation."""
    if flags.dtype != "boolean":
        raise TypeError(
            f"{flags.name}: dtype {flags.dtype}; pass what an endpoint returns (boolean), so that "
            "<NA> stays apart from False"
        )
    if flags.index.nlevels != 2:
        raise ValueError(f"{flags.name}: the index must be (imputation, patient_id), of impute()")
    if not flags.index.is_monotonic_increasing:
        flags = flags.sort_index()
    numbers, places = (np.asarray(codes) for codes in cast(pd.MultiIndex, flags.index).codes)
    m = len(np.unique(numbers))
    if m < 2:
        raise ValueError(f"{flags.name}: {m} imputation; Rubin's rules need at least 2 imputations")
    n = len(flags) // m
    patients = flags.index[:n].get_level_values(1)
    if not np.array_equal(places, np.tile(places[:n], m)) or not patients.is_unique:
        raise ValueError(f"{flags.name}: not the same patients in every imputation, each once")
    unknown = flags.isna().to_numpy()
    met = flags.fillna(False).to_numpy(dtype=bool)
    return patients, met.reshape(m, -1), unknown.reshape(m, -1)


def _rubin(
    k: npt.NDArray[np.float64], n: int, confidence: float
) -> tuple[float, float, float, float]:
    """Percent, lower and upper limit, fraction of missing information."""
    if n == 0:
        return (np.nan,) * 4
    m = len(k)
    half = 0.5 if k.min() == 0 or k.max() == n else 0.0
    yes, no = k + half, n - k + half
    logits = logit(yes / (yes + no))
    within = float((1 / yes + 1 / no).mean())
    between = (1 + 1 / m) * float(logits.var(ddof=1))
    increase = between / within
    df = (m - 1) * (1 + 1 / increase) ** 2 if increase else np.inf
    missing = (increase + 2 / (df + 3)) / (increase + 1)
    reach = float(t.isf((1 - confidence) / 2, df)) * np.sqrt(within + between)
    center = float(logits.mean())
    percent, low, high = (100 * float(expit(center + by)) for by in (0, -reach, reach))
    if k.max() == 0:
        percent = low = 0.0
    elif k.min() == n:
        percent = high = 100.0
    return percent, low, high, missing
