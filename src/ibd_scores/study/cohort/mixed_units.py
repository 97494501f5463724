"""Whether one column of laboratory values looks like two units.

A value a tenth of what it should be is within what a body can have, so that no range finds it. But
a column in which part of the values are a tenth shows it: by the day from which they are, by their
decimals, or by two heaps that lie just so far apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

LEAST = 10  # values on either side; fewer say nothing
CERTAIN = 6.0  # standard errors between the two parts
NEAR = 0.25  # of log10: how far the shift may be from the ratio of the units
APART = 4.5  # standard deviations between two heaps that stand for themselves
ALIKE = 1.0  # Kolmogorov's distance; three in four pairs of samples of one kind stay below it
OVERLAP = 0.2  # of the values of one power of ten, so many are of either part


@dataclass(frozen=True)
class Mixture:
    """What looks like another unit: how many times smaller, which values, how it is seen."""

    ratio: float
    small: Mask
    seen_by: str


def mixed_units(
    values: ArrayLike,
    ratios: Sequence[float],
    *,
    visits: ArrayLike | None = None,
    days: ArrayLike | None = None,
    decimals: ArrayLike | None = None,
) -> Mixture | None:
    """Say whether part of the values look to be in a unit `ratio` times smaller.

    Parameters
    ----------
    values : array of float
        In one unit as declared; missing and values of 0 are left out.
    ratios : sequence of float
        How many times the known units differ, such as (10,).
    visits, days, decimals : arrays of the same length, optional
        The visit of each value, which is compared with its own kind alone; the day it was taken, as
        a number; how many decimals it was written with.

    Returns
    -------
    Mixture or None
        Where one of three signs is beyond doubt: all values from a day on are smaller by the ratio;
        those with more decimals are, though they reach among the others; or the values lie in two
        narrow heaps at that distance.

    Notes
    -----
    Of 40,000 simulated columns of one unit (lognormal, SD 0.3 to 0.8 of log10; 10 to 3,000 values;
    whole numbers, one or two decimals, or two significant digits; two visits that differ by up to
    tenfold), 29 were taken for two. Of columns of 150 values, SD 0.5, 98 % were seen where the unit
    changed on a day, 65 % where half of the values, at random, were a tenth and written with all
    their digits, and none where these were rounded to one decimal again; with an SD of 0.15 all
    were. Widely scattered values that bear no such sign cannot be told from one unit.
    `benchmarks/mixed_units.py` draws them.

    Examples
    --------
    >>> days = np.arange(60)
    >>> values = np.where(days < 30, 30.0, 3.0) * np.tile([0.5, 1, 2], 20)
    >>> found = mixed_units(values, (10,), days=days)
    >>> found.ratio, int(found.small.sum()), found.seen_by
    (10, 30, 'from a day on')
    """
    numbers = np.asarray(values, dtype=float)
    known = np.isfinite(numbers) & (numbers > 0)
    if known.sum() < 2 * LEAST:
        return None
    plain = np.log10(numbers[known])
    heights = plain - _of_visits(plain, None if visits is None else np.asarray(visits)[known])
    written = None if decimals is None else np.asarray(decimals, dtype=float)[known]
    when = None if days is None else np.asarray(days, dtype=float)[known]
    for ratio in ratios:
        for part, seen_by in _parts(heights, plain, when, written, np.log10(ratio)):
            small = np.zeros(len(numbers), dtype=bool)
            small[np.flatnonzero(known)[part]] = True
            return Mixture(ratio, small, seen_by)
    return None


def _of_visits(heights: Array, visits: NDArray[np.generic] | None) -> Array:
    """The usual height of each value's visit; that of all where a visit has few."""
    usual = np.full(len(heights), np.mean(heights))
    for visit in () if visits is None else np.unique(visits.astype(str)):
        own = visits.astype(str) == visit  # type: ignore[union-attr]
        if own.sum() >= LEAST:
            usual[own] = np.mean(heights[own])
    return usual


def _parts(
    heights: Array, plain: Array, when: Array | None, written: Array | None, shift: float
) -> Iterator[tuple[Mask, str]]:
    if when is not None:
        later = _from_a_day_on(heights, when, shift)
        if later is not None:
            yield later, "from a day on"
    if written is not None:
        for least in np.unique(written)[1:]:
            part = written >= least
            if (
                _shifted(heights, part, shift)
                and _same_shape(heights, part, shift)
                and _among(plain, part)
            ):
                yield part, "by more decimals"
    heaps = _two_heaps(heights, shift)
    if heaps is not None:
        yield heaps, "in two heaps"


def _from_a_day_on(heights: Array, when: Array, shift: float) -> Mask | None:
    """Find the day that parts the values best, if one does; the values of no day stay out."""
    dated = np.isfinite(when)
    order = np.argsort(when[dated], kind="stable")
    sorted_days, y = when[dated][order], heights[dated][order]
    n = len(y)
    if n < 2 * LEAST:
        return None
    before = np.arange(1, n)
    sums = np.cumsum(y)[:-1]
    apart = sums / before - (y.sum() - sums) / (n - before)
    # Weighted as a t statistic is, so that a split near an end does not win by chance.
    weight = np.abs(apart) * np.sqrt(before * (n - before) / n)
    possible = (before >= LEAST) & (n - before >= LEAST) & (np.diff(sorted_days) > 0)
    if not possible.any():
        return None
    cut = int(np.flatnonzero(possible)[np.argmax(weight[possible])])
    later = np.zeros(len(heights), dtype=bool)
    later[dated] = when[dated] > sorted_days[cut]
    for part in (later, dated & ~later):
        if _shifted(heights, part, shift):
            return part
    return None


def _shifted(heights: Array, part: Mask, shift: float) -> bool:
    """Tell whether a part lies lower than the rest by just this much, with the same spread."""
    low, high = heights[part], heights[~part]
    if min(len(low), len(high)) < LEAST:
        return False
    apart = np.median(high) - np.median(low)
    spread = [max(float(np.subtract(*np.percentile(one, [75, 25]))) / 1.349, 0.02)
              for one in (low, high)]  # fmt: skip
    error = 1.2533 * np.hypot(spread[0] / np.sqrt(len(low)), spread[1] / np.sqrt(len(high)))
    alike = 0.5 < spread[0] / spread[1] < 2
    return bool(apart > CERTAIN * error and abs(apart - shift) < NEAR and alike)


def _same_shape(heights: Array, part: Mask, shift: float) -> bool:
    """Tell whether a part is the rest but for the shift, all along.

    Two laboratories give other decimals, but not one curve just ten times below the other.
    """
    low, high = np.sort(heights[part] + shift), np.sort(heights[~part])
    both = np.concatenate([low, high])
    apart = np.abs(
        np.searchsorted(low, both, "right") / len(low)
        - np.searchsorted(high, both, "right") / len(high)
    ).max()
    return bool(apart < ALIKE * np.sqrt(1 / len(low) + 1 / len(high)))


def _among(plain: Array, part: Mask) -> bool:
    """Tell whether values of both parts lie side by side within one power of ten.

    Where numbers are written with two significant digits, small ones have more decimals, too, but
    all of them: but for one in ten, whose last digit is 0 and may be left away.
    """
    powers = np.floor(plain)
    return any(
        own.sum() >= LEAST and OVERLAP < np.mean(part[own]) < 1 - OVERLAP
        for own in (powers == power for power in np.unique(powers))
    )


def _two_heaps(heights: Array, shift: float) -> Mask | None:
    """Part the values where the gap is, if they lie in two narrow heaps at this distance."""
    middle = (np.percentile(heights, 10) + np.percentile(heights, 90)) / 2
    for _ in range(20):
        low = heights < middle
        if min(low.sum(), (~low).sum()) < LEAST:
            return None
        new = (heights[low].mean() + heights[~low].mean()) / 2
        if new == middle:
            break
        middle = new
    apart = heights[~low].mean() - heights[low].mean()
    spread = np.sqrt((heights[low].var() + heights[~low].var()) / 2)
    near = abs(apart - shift) < NEAR and apart > APART * spread
    return low if near else None
