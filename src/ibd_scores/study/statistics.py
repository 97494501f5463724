"""Change between two visits of the same patients: medians, Hodges-Lehmann, signed-rank test.

The difference is always baseline minus follow-up, turned round for quantities where more is
better, so that a positive number is an improvement.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pingouin
from scipy.special import ndtri
from scipy.stats import wilcoxon

from ibd_scores.study.signed_rank import DECIMALS, null_cumulative
from ibd_scores.study.walsh import walsh_averages

__all__ = [
    "Change",
    "HodgesLehmann",
    "changes",
    "hodges_lehmann",
    "paired_change",
    "quartiles",
    "substituted",
]

SQRT2 = float(np.sqrt(2))
QUARTILES = {"median": 0.5, "q1": 0.25, "q3": 0.75}


class HodgesLehmann(NamedTuple):
    """Pseudo-median of paired differences, its interval, and how the interval was made."""

    estimate: float
    low: float
    high: float
    interval: str


class Change(NamedTuple):
    """Change of one quantity between two visits; see `paired_change`."""

    n: int
    before_median: float
    before_q1: float
    before_q3: float
    after_median: float
    after_q1: float
    after_q3: float
    scale: str
    change: float
    low: float
    high: float
    interval: str
    w: float
    p: float
    p_pratt: float
    rank_biserial: float
    improved: float
    same: float
    worse: float


def hodges_lehmann(differences: npt.ArrayLike, confidence: float = 0.95) -> HodgesLehmann:
    """Hodges-Lehmann estimate of paired differences with a confidence interval.

    The estimate is the median of the n(n+1)/2 Walsh averages. The interval runs from the k-th
    smallest to the k-th largest of them, k being the smallest count with P(W <= k) >= alpha/2
    under the exact signed-rank distribution for at most 50 differences without zeros and ties
    (``interval`` is "exact"), and its normal approximation with continuity correction otherwise.

    Parameters
    ----------
    differences : array-like
        Missing ones are left out; zeros stay in.
    confidence : float
        Level of the interval.

    Returns
    -------
    HodgesLehmann
        All NaN without differences; limits NaN where so few differences cannot give an interval
        of this level (fewer than 6 for 95 %).

    Examples
    --------
    >>> hodges_lehmann([120, 85, -10, 150, 60, 95, 40, 30, 110, 75])
    HodgesLehmann(estimate=75.0, low=40.0, high=110.0, interval='exact')

    References
    ----------
    Hodges JL, Lehmann EL. Ann Math Stat 1963;34:598-611. doi:10.1214/aoms/1177704172
    """
    d = np.asarray(differences, dtype=np.float64)
    d = d[~np.isnan(d)].round(DECIMALS)
    n = len(d)
    if n == 0:
        return HodgesLehmann(np.nan, np.nan, np.nan, "none")
    averages = n * (n + 1) // 2
    middle = walsh_averages(d, sorted({(averages + 1) // 2, averages // 2 + 1}))
    estimate = sum(middle) / len(middle)
    alpha = 1 - confidence
    if 2 * 0.5**n > alpha:
        return HodgesLehmann(estimate, np.nan, np.nan, "none")
    exact = n <= 50 and bool(np.all(d != 0)) and len(np.unique(np.abs(d))) == n
    if exact:
        k = int(np.searchsorted(null_cumulative(n), alpha / 2))
    else:
        sd = np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        k = int(n * (n + 1) / 4 + float(ndtri(alpha / 2)) * sd + 0.5)
    k = max(1, k)
    low, high = walsh_averages(d, [k, averages + 1 - k])
    return HodgesLehmann(estimate, low, high, "exact" if exact else "normal approximation")


def paired_change(
    before: "pd.Series[float]",
    after: "pd.Series[float]",
    *,
    better: Literal["lower", "higher"] = "lower",
    ratio: bool = False,
    confidence: float = 0.95,
) -> Change:
    """Change from `before` to `after` in the same patients.

    Pairs with a missing value on either side are left out, from the medians as well. The test is
    pingouin's two-sided Wilcoxon signed-rank test: zeros dropped, exact where SciPy can, otherwise
    the normal approximation with continuity correction, as in R. Where many patients stay the same,
    Pratt's version, in which zeros are ranked as well, says what dropping them does.

    Parameters
    ----------
    before, after : Series
        Same index, one row per patient.
    better : "lower" or "higher"
        Which direction is an improvement: "lower" for scores and inflammation markers, "higher"
        for hemoglobin and albumin.
    ratio : bool
        Take differences of log10; ``change``, ``low`` and ``high`` are then the ratio after/before.
        The test is on the log scale too: the signed-rank test is not invariant to the logarithm.
    confidence : float
        Level of the Hodges-Lehmann interval.

    Returns
    -------
    Change
        Number of pairs; medians and quartiles at both visits; the Hodges-Lehmann change with its
        interval (positive = improvement; or the ratio); the smaller rank sum ``w``; ``p``, and
        ``p_pratt`` with the zeros ranked; the matched-pairs rank-biserial correlation (positive =
        improvement); percent of pairs improved, the same and worse. With too few pairs for an
        interval (fewer than 6 for 95 %) the interval and the test are NaN; so is the test if
        nothing changed.

    Raises
    ------
    ValueError
        If the indices differ or repeat a patient, or a ratio meets a value of 0 or less.

    Examples
    --------
    >>> drop = [120, 85, -10, 150, 60, 95, 40, 30, 110, 75]
    >>> after = pd.Series([150.0] * 10)
    >>> cdai = paired_change(after + drop, after)
    >>> cdai.change, cdai.w, cdai.p, round(cdai.rank_biserial, 4)
    (75.0, 1.0, 0.00390625, 0.9636)

    References
    ----------
    Wilcoxon F. Biometrics Bull 1945;1:80-83. doi:10.2307/3001968
    Pratt JW. J Am Stat Assoc 1959;54:655-667. doi:10.1080/01621459.1959.10501526
    Kerby DS. Compr Psychol 2014;3:1. doi:10.2466/11.IT.3.1
    """
    if not (before.index.equals(after.index) and before.index.is_unique):
        raise ValueError(
            f"{after.name}: before and after must have the same index, one row per patient; "
            "take both from endpoints.pairs(scores)"
        )
    pairs = pd.DataFrame({"before": before, "after": after}).astype("float64").dropna()
    if ratio:
        wrong = pairs.index[(pairs <= 0).any(axis=1)]
        if len(wrong):
            raise ValueError(
                f"{after.name}, patient {wrong[0]!r}: a value of 0 or less has no logarithm; "
                "record it as below the limit of detection (number = limit, censor = left)"
            )
    scaled = np.log10(pairs) if ratio else pairs
    d = (scaled["before"] - scaled["after"]).to_numpy().round(DECIMALS)
    gain = d if better == "lower" else -d
    change, low, high, interval = hodges_lehmann(d if ratio else gain, confidence)
    if ratio:
        change, low, high = 10**-change, 10**-high, 10**-low
    w, p, p_pratt, rank_biserial = (np.nan,) * 4 if interval == "none" else _signed_rank(gain)
    return Change(
        len(pairs),
        *_quartiles(pairs["before"]),
        *_quartiles(pairs["after"]),
        "ratio" if ratio else "difference",
        change,
        low,
        high,
        interval,
        w,
        p,
        p_pratt,
        rank_biserial,
        improved=_percent(gain > 0),
        same=_percent(gain == 0),
        worse=_percent(gain < 0),
    )


def substituted(
    values: "pd.Series[float]", censor: "pd.Series[str]", divisor: float = SQRT2
) -> "pd.Series[float]":
    """Censored values as numbers: the limit / sqrt 2 below it ("left"), the limit above ("right").

    Parameters
    ----------
    values : Series
        A censored one stands at its limit.
    censor : Series
        "left" below the limit, "right" above it, else missing; same index.
    divisor : float
        What the limit below is divided by; `censoring.sensitivity` compares others.

    Returns
    -------
    Series

    Raises
    ------
    ValueError
        If a censor mark is neither "left" nor "right" nor missing.

    Examples
    --------
    >>> crp = pd.Series([0.5, 12.0, 1800.0])
    >>> substituted(crp, pd.Series(["left", None, "right"])).round(3).tolist()
    [0.354, 12.0, 1800.0]

    References
    ----------
    Hornung RW, Reed LD. Appl Occup Environ Hyg 1990;5:46-51.
    """
    unknown = set(censor.dropna()) - {"left", "right"}
    if unknown:
        raise ValueError(
            f"{censor.name}: censor mark {min(unknown)!r}; use left for <x, right for >x, or empty"
        )
    return values.where(censor.ne("left").fillna(True).astype(bool), values / divisor)


def quartiles(values: "pd.Series[float]", censor: "pd.Series[str] | None" = None) -> dict[str, Any]:
    """Median and quartiles (linear interpolation), each with what is known if it is censored.

    Parameters
    ----------
    values : Series
        Missing ones are left out; a censored one stands at its limit.
    censor : Series, optional
        "left" below the limit, "right" above it, else missing; same index.

    Returns
    -------
    dict
        ``median, q1, q3``, and with ``_censor`` after the name: "left" if what is given is only an
        upper bound, "right" if a lower one, None if it is the number itself.

    Examples
    --------
    >>> calprotectin = pd.Series([90.0, 400, 900, 1800, 1800])
    >>> found = quartiles(calprotectin, pd.Series([None, None, None, "right", "right"]))
    >>> found["median"], found["median_censor"], found["q3"], found["q3_censor"]
    (900.0, None, 1800.0, 'right')
    """
    marks = pd.Series(None, index=values.index, dtype="str") if censor is None else censor
    known = values.astype("float64")
    at = list(QUARTILES.values())
    lowest = known.mask(marks.eq("left"), -np.inf).quantile(at, interpolation="lower")
    highest = known.mask(marks.eq("right"), np.inf).quantile(at, interpolation="higher")
    beyond = [
        "left" if low == -np.inf else "right" if high == np.inf else None
        for low, high in zip(lowest, highest, strict=True)
    ]
    names = (*QUARTILES, *(f"{name}_censor" for name in QUARTILES))
    return dict(zip(names, [*_quartiles(known), *beyond], strict=True))


def changes(
    pairs: pd.DataFrame,
    columns: Sequence[str],
    *,
    ratio: Iterable[str] = ("crp_mg_l", "calprotectin_ug_g"),
    better_higher: Iterable[str] = ("hemoglobin_g_dl", "albumin_g_dl", "hematocrit_percent"),
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Change from baseline of several columns: one row of `paired_change` for each.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns: ``<column>`` at follow-up, ``<column>_baseline`` before.
    columns : sequence of str
        In the order of the rows.
    ratio : iterable of str
        Columns compared as a ratio on the log scale. If there is a ``<column>_censor``, censored
        values enter the comparison as in `substituted`, the medians and quartiles as in
        `quartiles`, and ``censored`` counts the pairs that hold one (otherwise it is missing).
    better_higher : iterable of str
        Columns in which more is better.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        Index: the column; then the fields of `Change`, ``censored``, and ``before_median_censor``
        and the like of `quartiles`.
    """
    rows = []
    for column in columns:
        known = pairs.dropna(subset=[f"{column}_baseline", column])
        before, after = known[f"{column}_baseline"], known[column]
        marks = known.reindex(columns=[f"{column}_censor_baseline", f"{column}_censor"])
        before_marks, after_marks = (mark for _, mark in marks.items())
        change = paired_change(
            substituted(before, before_marks),
            substituted(after, after_marks),
            better="higher" if column in set(better_higher) else "lower",
            ratio=column in set(ratio),
            confidence=confidence,
        )
        censored = int(marks.notna().any(axis=1).sum()) if f"{column}_censor" in pairs else pd.NA
        row = {**change._asdict(), "censored": censored}
        row |= {f"before_{name}": one for name, one in quartiles(before, before_marks).items()}
        row |= {f"after_{name}": one for name, one in quartiles(after, after_marks).items()}
        rows.append(row)
    table = pd.DataFrame(rows, index=pd.Index(columns, name="quantity"))
    return table.astype({"censored": "Int64"})


def _quartiles(values: "pd.Series[float]") -> tuple[float, float, float]:
    median, q1, q3 = values.quantile(list(QUARTILES.values()))
    return median, q1, q3


def _percent(mask: npt.NDArray[np.bool_]) -> float:
    return 100 * float(mask.mean()) if len(mask) else np.nan


def _signed_rank(d: npt.NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Give the smaller rank sum, both p-values and the rank-biserial correlation of differences."""
    if not d.any():
        return (np.nan,) * 4
    # pingouin would apply the correction unasked; here it is asked for, whatever its default.
    test = pingouin.wilcoxon(d, correction=True).iloc[0]
    pratt = wilcoxon(d, zero_method="pratt", correction=True).pvalue
    return float(test["W_val"]), float(test["p_val"]), float(pratt), float(test["RBC"])
