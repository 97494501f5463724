"""Intervals of proportions, of the difference of two paired ones, and of rates of events.

Everything is in percent or percentage points. Wilson's interval is the default; Clopper-Pearson's,
which is never too narrow, its conservative companion.
"""

from functools import cache
from math import sqrt
from typing import Literal, NamedTuple

import numpy as np
from scipy.stats import binomtest
from statsmodels.stats.rates import confint_poisson

__all__ = [
    "Difference",
    "Interval",
    "RateInterval",
    "clopper_pearson",
    "newcombe_paired",
    "poisson_rate",
    "wilson",
]


class Interval(NamedTuple):
    """Limits in percent."""

    low: float
    high: float


class Difference(NamedTuple):
    """Difference of two proportions with its limits, in percentage points."""

    estimate: float
    low: float
    high: float


class RateInterval(NamedTuple):
    """Events for so many person-years, with limits."""

    rate: float
    low: float
    high: float


def wilson(k: int, n: int, confidence: float = 0.95) -> Interval:
    """Wilson score interval of k of n.

    Parameters
    ----------
    k, n : int
        Successes, and how many could have had one.
    confidence : float
        Level of the interval.

    Returns
    -------
    Interval
        In percent; NaN if n is 0.

    Raises
    ------
    ValueError
        If k is not between 0 and n.

    Examples
    --------
    >>> low, high = wilson(17, 24)
    >>> round(low, 1), round(high, 1)
    (50.8, 85.1)

    References
    ----------
    Wilson EB. J Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953
    """
    return _binomial(k, n, confidence, "wilson")


def clopper_pearson(k: int, n: int, confidence: float = 0.95) -> Interval:
    """Clopper-Pearson ("exact") interval of k of n.

    Parameters
    ----------
    k, n, confidence
        See `wilson`.

    Returns
    -------
    Interval
        In percent; NaN if n is 0.

    Raises
    ------
    ValueError
        If k is not between 0 and n.

    Examples
    --------
    >>> low, high = clopper_pearson(17, 24)
    >>> round(low, 1), round(high, 1)
    (48.9, 87.4)

    References
    ----------
    Clopper CJ, Pearson ES. Biometrika 1934;26:404-413. doi:10.1093/biomet/26.4.404
    """
    return _binomial(k, n, confidence, "exact")


def newcombe_paired(
    both: int, before_only: int, after_only: int, neither: int, confidence: float = 0.95
) -> Difference:
    """Change of a proportion between two visits of the same patients, by Newcombe's method 10.

    The Wilson limits of the two proportions are combined, allowing for the correlation phi of the
    pairs. Where phi would be positive, half the number of pairs is taken off its numerator, and
    what would turn negative by that becomes 0.

    Parameters
    ----------
    both, before_only, after_only, neither : int
        Patients who meet the criterion at both visits, at one of them, and at neither.
    confidence : float
        Level of the interval.

    Returns
    -------
    Difference
        After minus before, in percentage points; NaN without patients.

    Raises
    ------
    ValueError
        If a count is negative.

    Examples
    --------
    >>> change = newcombe_paired(both=59, before_only=6, after_only=16, neither=80)
    >>> [round(one, 2) for one in change]
    [6.21, 0.46, 11.86]

    References
    ----------
    Newcombe RG. Stat Med 1998;17:2635-2650.
    doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C
    """
    cells = {"both": both, "before_only": before_only, "after_only": after_only, "neither": neither}
    for name, cell in cells.items():
        if cell < 0:
            raise ValueError(f"{name} is {cell}; give counts of patients, 0 or more")
    n = sum(cells.values())
    if n == 0:
        return Difference(np.nan, np.nan, np.nan)
    before, after = both + before_only, both + after_only
    p1, p2 = before / n, after / n
    (l1, u1), (l2, u2) = (
        (interval.low / 100, interval.high / 100)
        for interval in (wilson(before, n, confidence), wilson(after, n, confidence))
    )
    margins = before * (n - before) * after * (n - after)
    association = float(both * neither - before_only * after_only)
    if association > 0:
        association = max(association - n / 2, 0)
    phi = association / sqrt(margins) if margins else 0.0
    fall = _combined(p2 - l2, u1 - p1, phi)
    rise = _combined(u2 - p2, p1 - l1, phi)
    estimate = p2 - p1
    return Difference(100 * estimate, 100 * (estimate - fall), 100 * (estimate + rise))


def poisson_rate(
    events: int, person_years: float, per: float = 100.0, confidence: float = 0.95
) -> RateInterval:
    """Rate of events with the exact Poisson interval (Garwood).

    Parameters
    ----------
    events : int
        How many there were.
    person_years : float
        Time at risk of everyone together.
    per : float
        Person-years that the rate is given for.
    confidence : float
        Level of the interval.

    Returns
    -------
    RateInterval
        NaN if nobody was at risk.

    Raises
    ------
    ValueError
        If the events are not a count, the person-years negative or missing, or there were events
        in no time at all.

    Notes
    -----
    The interval holds for events that come independently of each other; where one patient has
    several, it is too narrow.

    Examples
    --------
    >>> rate = poisson_rate(137, 24.19893, per=1)
    >>> [round(one, 3) for one in rate]
    [5.661, 4.753, 6.693]

    References
    ----------
    Garwood F. Biometrika 1936;28:437-442. doi:10.1093/biomet/28.3-4.437
    """
    possible = events >= 0 and int(events) == events and person_years >= 0
    if not possible or (person_years == 0 and events):
        raise ValueError(
            f"{events} events in {person_years} person-years: give a count of 0 or more, and a "
            "time at risk of more than 0"
        )
    if person_years == 0:
        return RateInterval(np.nan, np.nan, np.nan)
    low, high = confint_poisson(events, person_years, method="exact-c", alpha=1 - confidence)
    return RateInterval(per * events / person_years, per * float(low), per * float(high))


@cache  # the specifications of one study ask again and again for the same few counts
def _binomial(k: int, n: int, confidence: float, method: Literal["wilson", "exact"]) -> Interval:
    if not (int(k) == k and int(n) == n and 0 <= k <= n):
        raise ValueError(f"{k} of {n}: k and n must be whole numbers, 0 <= k <= n")
    if n == 0:
        return Interval(np.nan, np.nan)
    interval = binomtest(int(k), int(n)).proportion_ci(confidence, method=method)
    return Interval(100 * float(interval.low), 100 * float(interval.high))


def _combined(one: float, other: float, phi: float) -> float:
    """Add two distances as those of correlated estimates; rounding must not make it negative."""
    return sqrt(max(0.0, one**2 - 2 * phi * one * other + other**2))
