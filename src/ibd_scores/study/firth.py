"""Firth's penalized-likelihood logistic regression, with profile intervals and likelihood-ratio p.

Ordinary logistic regression is biased away from 1 in small samples and has no finite estimate
where a predictor separates events from non-events. Firth's penalty, half the logarithm of the
determinant of the information, removes most of the bias and always has a finite maximum. Intervals
and tests are taken from the profile of the penalized likelihood: it is far from symmetric where
Wald's interval would matter most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import chi2

__all__ = ["INTERCEPT", "FirthFit", "firth", "maximum"]

INTERCEPT = "intercept"

Vector = npt.NDArray[np.float64]

# How much further the penalized log-likelihood could rise where the search ends: nothing printed
# depends on it. Most fits take fewer than ten steps.
TOLERANCE = 1e-18
STEPS = 200
# What rounding may take from the log-likelihood, relative to it, without being a step too long.
NOISE = 1e-12
# The longest step on the logit scale.
LONGEST = 5.0


class FirthFit(NamedTuple):
    """A fitted model; see `firth`."""

    coefficients: pd.DataFrame
    n: int
    events: int
    non_events: int
    left_out: int
    chi2: float
    df: int
    p: float


def firth(
    design: pd.DataFrame, outcome: "pd.Series[bool]", *, confidence: float = 0.95
) -> FirthFit:
    """Fit a logistic regression with Firth's penalty.

    Parameters
    ----------
    design : DataFrame
        One row per patient, one column of numbers or yes/no for each predictor. The intercept is
        added.
    outcome : Series of dtype "boolean" or bool
        Same index; True is the event.
    confidence : float
        Level of the intervals.

    Returns
    -------
    FirthFit
        ``coefficients``: a row for the intercept and each predictor with ``coefficient`` (log odds
        ratio per unit), ``low`` and ``high`` (profile penalized likelihood) and ``p`` (penalized
        likelihood-ratio test). ``n`` patients analyzed, ``events`` and ``non_events`` among them,
        and ``left_out``, those of whom the outcome or a predictor is missing. ``chi2, df, p``: the
        penalized likelihood-ratio test of all predictors together.

    Raises
    ------
    TypeError
        If the outcome is not yes/no, or a predictor neither a number nor yes/no.
    ValueError
        If the confidence is not between 0 and 1, the indices differ or repeat a patient, a
        predictor is constant, infinite or a combination of the others, the outcome is the same in
        everyone, or the search for the maximum does not end.

    Examples
    --------
    18 of 20 against 5 of 10: half a patient is added to each of the four cells.

    >>> group = pd.DataFrame({"a": [1] * 20 + [0] * 10})
    >>> response = pd.Series([True] * 18 + [False] * 2 + [True] * 5 + [False] * 5)
    >>> fit = firth(group, response)
    >>> round(float(np.exp(fit.coefficients.loc["a", "coefficient"])), 6)
    7.4

    References
    ----------
    Firth D. Biometrika 1993;80:27-38. doi:10.1093/biomet/80.1.27
    Heinze G, Schemper M. Stat Med 2002;21:2409-2419. doi:10.1002/sim.1047
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence = {confidence:g}; give a level between 0 and 1, such as 0.95")
    table, y = _analyzed(design, outcome)
    scale = np.concatenate([[1.0], table.std(ddof=0).to_numpy()])
    likelihood = _Penalized(_with_intercept(table) / scale, y)
    best = likelihood.maximum()
    every = range(len(best))
    limits = np.array([likelihood.interval(best, j, confidence) for j in every])
    together = likelihood.maximum(dict.fromkeys(every[1:], 0.0))
    statistic = _statistic(likelihood.at(best).value, likelihood.at(together).value)
    names = [INTERCEPT, *table.columns]
    coefficients = pd.DataFrame(
        {
            "coefficient": best / scale,
            "low": limits[:, 0] / scale,
            "high": limits[:, 1] / scale,
            "p": [likelihood.p(best, j) for j in every],
        },
        index=pd.Index(names, name="predictor"),
    )
    events = int(y.sum())
    return FirthFit(
        coefficients,
        n=len(y),
        events=events,
        non_events=len(y) - events,
        left_out=len(design) - len(y),
        chi2=statistic,
        df=len(best) - 1,
        p=float(chi2.sf(statistic, len(best) - 1)),
    )


def maximum(table: npt.ArrayLike, outcome: npt.ArrayLike) -> Vector:
    """Give the penalized estimates alone: intercept first, then one for each column.

    Parameters
    ----------
    table : array-like
        Predictors without the intercept, complete, of full rank together with it.
    outcome : array-like
        1 or True for an event, else 0 or False.
    """
    x = _with_intercept(np.asarray(table, dtype=np.float64))
    scale = x.std(axis=0)
    scale[0] = 1.0
    best: Vector = _Penalized(x / scale, np.asarray(outcome, dtype=np.float64)).maximum() / scale
    return best


class _Point(NamedTuple):
    """The penalized log-likelihood at some coefficients, with what tells where it rises."""

    value: float
    gradient: Vector
    information: Vector
    curvature: Vector


@dataclass(frozen=True)
class _Penalized:
    """The penalized log-likelihood of a design (with intercept, scaled) and 0/1 outcomes."""

    x: Vector
    y: Vector

    def at(self, b: Vector) -> _Point:
        logit = self.x @ b
        p = expit(logit)
        w = p * expit(-logit)  # not 1 - p: its digits are lost near 1
        q, r = np.linalg.qr(np.sqrt(w)[:, None] * self.x)
        leverage = (q * q).sum(axis=1)
        with np.errstate(divide="ignore"):  # no information so far out: minus infinity
            penalty = float(np.log(np.abs(np.diag(r))).sum())
        value = float(self.y @ logit - np.logaddexp(0, logit).sum()) + penalty
        gradient = self.x.T @ (self.y - p + leverage * (0.5 - p))
        # Minus the second derivatives, those of the penalty included.
        skew = 1 - 2 * p
        # They hold the squares of the hat matrix q q', of n rows and columns; what is asked of it
        # are products of two columns of q, p squared of them.
        products = (q[:, :, None] * q[:, None, :]).reshape(len(q), -1)
        mixed = self.x.T @ (skew[:, None] * products)
        second = (self.x.T * (leverage * (1 - 6 * w))) @ self.x - mixed @ mixed.T
        information = r.T @ r
        return _Point(value, gradient, information, information - second / 2)

    def maximum(
        self, fixed: Mapping[int, float] | None = None, start: Vector | None = None
    ) -> Vector:
        """Find the highest point, some coefficients being fixed: Newton's steps, halved."""
        fixed = fixed or {}
        b = np.zeros(self.x.shape[1]) if start is None else start.copy()
        b[list(fixed)] = list(fixed.values())
        free = [j for j in range(len(b)) if j not in fixed]
        here = self.at(b)
        for _ in range(STEPS):
            step = np.zeros(len(b))
            step[free] = _ascent(here, free)
            if here.gradient @ step < TOLERANCE:
                return b
            step *= min(1.0, LONGEST / float(np.abs(self.x @ step).max()))
            there = self.at(b + step)
            noise = NOISE * abs(here.value)
            while there.value < here.value + here.gradient @ step / 10 - noise:
                step /= 2
                there = self.at(b + step)
            b, here = b + step, there
        raise ValueError(
            f"Firth regression: no maximum after {STEPS} steps; the predictors are too much alike "
            "or of too different sizes: leave one out or change its unit"
        )

    def follow(self, best: Vector, j: int) -> Vector:
        """Give how all coefficients move with one, per unit, near the maximum."""
        covariance = np.linalg.inv(self.at(best).curvature)[:, j]
        return np.asarray(covariance / covariance[j])

    def interval(self, best: Vector, j: int, confidence: float) -> tuple[float, float]:
        """Find where the profile of one coefficient has fallen by half the chi-square quantile."""
        lowest = self.at(best).value - float(chi2.ppf(confidence, 1)) / 2
        error = float(np.sqrt(np.linalg.inv(self.at(best).information)[j, j]))
        along = self.follow(best, j)

        def above(away: float) -> float:
            nonlocal along
            b = self.maximum({j: best[j] + away}, best + away * along)
            if away:  # the ridge bends: the next search starts from where this one ended
                along = (b - best) / away
            return self.at(b).value - lowest

        limits = []
        for direction in (-1, 1):
            far = direction * error
            while above(far) > 0:
                far *= 2
            limits.append(float(best[j] + brentq(above, 0.0, far, xtol=1e-10)))
            along = self.follow(best, j)
        return limits[0], limits[1]

    def p(self, best: Vector, j: int) -> float:
        """Test one coefficient against 0 by the penalized likelihood ratio."""
        without = self.maximum({j: 0.0}, best - best[j] * self.follow(best, j))
        return float(chi2.sf(_statistic(self.at(best).value, self.at(without).value), 1))


def _ascent(point: _Point, free: Sequence[int]) -> Vector:
    """Give Newton's step, or Fisher's where the likelihood is not concave."""
    curvature, information = (m[np.ix_(free, free)] for m in (point.curvature, point.information))
    concave = bool((np.linalg.eigvalsh(curvature) > 0).all())
    matrix = curvature if concave else information
    return np.asarray(np.linalg.solve(matrix, point.gradient[list(free)]), dtype=np.float64)


def _statistic(highest: float, restricted: float) -> float:
    return max(0.0, 2 * (highest - restricted))


def _with_intercept(table: npt.ArrayLike) -> Vector:
    columns = np.asarray(table, dtype=np.float64)
    return np.column_stack([np.ones(len(columns)), columns])


def _analyzed(design: pd.DataFrame, outcome: "pd.Series[bool]") -> tuple[pd.DataFrame, Vector]:
    """Give the complete rows as numbers, after looking at whether they can be analyzed."""
    name = "outcome" if outcome.name is None else outcome.name
    if not pd.api.types.is_bool_dtype(outcome.dtype):
        raise TypeError(
            f"{name}: an outcome of dtype {outcome.dtype} is not yes/no; give what the endpoint "
            'returned, or outcome.astype("boolean")'
        )
    if not (design.index.equals(outcome.index) and design.index.is_unique):
        raise ValueError(
            f"{name}: design and outcome must have the same index, one row per patient; "
            "take design.loc[outcome.index]"
        )
    names = list(design.columns)
    if not names or len(set(names)) < len(names) or INTERCEPT in names:
        raise ValueError(
            f"predictors {', '.join(map(str, names)) or '(none)'}: name each once and none "
            f"{INTERCEPT!r}, which is added"
        )
    for column, values in design.items():
        if not pd.api.types.is_numeric_dtype(values.dtype):
            raise TypeError(
                f"{column}: values of dtype {values.dtype} are not numbers; give numbers or yes/no"
            )
    table = design.astype("float64")
    complete = table.notna().all(axis=1) & outcome.notna()
    table = table.loc[complete]
    y: Vector = outcome[complete].to_numpy(dtype=np.float64).astype(np.float64)
    for column in names:
        if np.isinf(table[column]).any():
            raise ValueError(f"{column}: a value is infinite; make it missing or a number")
    if len(np.unique(y)) < 2:
        raise ValueError(
            f"{name}: {counted(int(y.sum()), len(y))} in the {len(y)} "
            "patients with a known outcome and all predictors; a model needs both"
        )
    _check_rank(table)
    return table, y


def _check_rank(table: pd.DataFrame) -> None:
    for column in table:
        if table[column].nunique() == 1:
            raise ValueError(
                f"{column}: the same in all {len(table)} patients analyzed, so it predicts "
                "nothing; leave it out"
            )
    standard = ((table - table.mean()) / table.std(ddof=0)).to_numpy()
    for count in range(2, table.shape[1] + 1):
        if np.linalg.matrix_rank(standard[:, :count], tol=1e-8 * np.sqrt(len(table))) < count:
            *others, last = map(str, table.columns[:count])
            raise ValueError(
                f"{last}: a combination of {', '.join(others)} in the {len(table)} patients "
                "analyzed; leave one of them out"
            )


def counted(events: int, n: int) -> str:
    """Write events and non-events among n patients.

    >>> counted(1, 10)
    '1 event and 9 non-events'
    """
    one, other = (f"{k} {what}{'' if k == 1 else 's'}" for k, what in
                  ((events, "event"), (n - events, "non-event")))  # fmt: skip
    return f"{one} and {other}"
