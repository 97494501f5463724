"""The simulated cohorts of coverage.py: what is drawn, what is computed from it, what is true.

Each setting draws from a distribution whose truth is known, and gives what it drew to the function
that the notebooks call.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from ibd_scores.study.estimands import rate
from ibd_scores.study.proportions import clopper_pearson, newcombe_paired, poisson_rate
from ibd_scores.study.statistics import hodges_lehmann, substituted

__all__ = ["COHORTS", "SEED", "Floats", "Limits", "Setting", "binomial_coverage", "settings"]

SEED = 12
COHORTS = 2000
SIZES = (23, 75)
RATES = (0.40, 0.75)

Limits = tuple[float, float]
Floats = npt.NDArray[np.float64]


class Setting(NamedTuple):
    """One situation: what is drawn, the interval computed from it, the truth it should hold."""

    section: str
    name: str
    n: int
    truth: float
    draw: Callable[[np.random.Generator], Any]
    limits: Callable[[Any], Limits]
    exact: Callable[[], float] | None = None
    cohorts: int = COHORTS


# ------------------------------------------------------------------------------------- proportions


@cache
def wilson(k: int, n: int) -> Limits:
    """Limits in percent, from a column of answers as the notebooks have it."""
    found = rate(pd.Series([True] * k + [False] * (n - k), dtype="boolean"))
    return found.low, found.high


@cache
def clopper(k: int, n: int) -> Limits:
    """Limits in percent."""
    low, high = clopper_pearson(k, n)
    return low, high


BINOMIAL: dict[str, Callable[[int, int], Limits]] = {"wilson": wilson, "clopper": clopper}


def binomial_coverage(section: str, n: int, p: "float | Floats") -> Floats:
    """Exact coverage at each true rate: the probabilities of the k whose interval holds it."""
    k = np.arange(n + 1)
    low, high = np.array([BINOMIAL[section](one, n) for one in k.tolist()]).T
    p = np.atleast_1d(p)[:, None]
    holds = (low <= 100 * p) & (100 * p <= high)
    found: Floats = (stats.binom.pmf(k, n, p) * holds).sum(axis=1)
    return found


def responders(rng: np.random.Generator, *, n: int, p: float) -> int:
    """Count those of n patients who respond."""
    return int(rng.binomial(n, p))


def binomials() -> Iterable[Setting]:
    """Rates: the sizes of the study's diseases, then those scoped at both visits."""
    for section, limits in BINOMIAL.items():
        for n in (*SIZES, 20, 60):
            for p in RATES:
                yield Setting(
                    section, "response", n, 100 * p,
                    partial(responders, n=n, p=p), partial(_of_rate, limits, n),
                    partial(_one_rate, section, n, p),
                )  # fmt: skip


def _of_rate(limits: Callable[[int, int], Limits], n: int, k: int) -> Limits:
    return limits(k, n)


def _one_rate(section: str, n: int, p: float) -> float:
    return float(binomial_coverage(section, n, p)[0])


@cache
def newcombe(table: tuple[int, int, int, int]) -> Limits:
    """Limits of the difference, after minus before, in percentage points."""
    found = newcombe_paired(*table)
    return found.low, found.high


def newcombe_coverage(n: int, cells: Sequence[float], truth: float) -> float:
    """Exact coverage: the sum over every table of n pairs."""
    tables = [
        (both, before, after, n - both - before - after)
        for both in range(n + 1)
        for before in range(n + 1 - both)
        for after in range(n + 1 - both - before)
    ]
    weights = stats.multinomial.pmf(tables, n, cells)
    holds = [low <= truth <= high for low, high in (newcombe(table) for table in tables)]
    return float(weights[holds].sum())


def pairs(rng: np.random.Generator, *, n: int, cells: Sequence[float]) -> tuple[int, ...]:
    """Count who meets a criterion at both visits, only before, only after, at neither."""
    return tuple(rng.multinomial(n, cells).tolist())


def differences_of_rates() -> Iterable[Setting]:
    """Newcombe: both, before only, after only, neither."""
    for name, cells in {
        "10 to 40 %": (0.08, 0.02, 0.32, 0.58),
        "40 to 75 %": (0.36, 0.04, 0.39, 0.21),
        "40 to 40 %": (0.30, 0.10, 0.10, 0.50),
    }.items():
        truth = round(100 * (cells[2] - cells[1]), 9)
        for n in SIZES:
            yield Setting(
                "newcombe", name, n, truth,
                partial(pairs, n=n, cells=cells), newcombe,
                # 2,600 tables of 23 pairs; 76,076 of 75 would take longer than all else here.
                partial(newcombe_coverage, n, cells, truth) if n == 23 else None,
            )  # fmt: skip


@cache
def poisson(events: int, person_years: float) -> Limits:
    """Limits of the rate for 100 person-years."""
    found = poisson_rate(events, person_years)
    return found.low, found.high


def poisson_coverage(per_100: float, person_years: float) -> float:
    """Exact coverage: the sum over the counts that can be expected to occur at all."""
    expected = per_100 * person_years / 100
    k = np.arange(int(stats.poisson.isf(1e-12, expected)) + 1)
    holds = [low <= per_100 <= high for low, high in (poisson(int(one), person_years) for one in k)]
    return float(stats.poisson.pmf(k, expected)[holds].sum())


def events(rng: np.random.Generator, *, each: float, n: int, alike: bool) -> int:
    """Count the events of n patients, each expecting so many; not alike: gamma of shape 1."""
    expected = np.full(n, each) if alike else rng.gamma(1, each, n)
    return int(rng.poisson(expected).sum())


def rates_of_events() -> Iterable[Setting]:
    """Poisson: adverse events in twelve weeks of everyone."""
    for section, kind, per_100 in (
        ("poisson", "any", 300.0), ("poisson", "serious", 30.0), ("clustered", "any", 300.0),
    ):  # fmt: skip
        for n in SIZES:
            years = n * 12 / 52
            expected = per_100 * years / 100
            alike = section == "poisson"
            yield Setting(
                section, f"{kind}, {expected:.1f} expected", n, per_100,
                partial(events, each=expected / n, n=n, alike=alike),
                partial(poisson, person_years=years),
                partial(poisson_coverage, per_100, years) if alike else None,
            )  # fmt: skip


# --------------------------------------------------------------------------------- Hodges-Lehmann


def hl(differences: Floats) -> Limits:
    """Limits of the pseudo-median."""
    found = hodges_lehmann(differences)
    return found.low, found.high


def pseudo_median(values: npt.ArrayLike, weights: npt.ArrayLike) -> float:
    """Median of (X + X')/2 of a distribution on whole numbers, by enumeration."""
    value, weight = np.asarray(values), np.asarray(weights, dtype=np.float64)
    sums = (value[:, None] + value).ravel()
    of_sum = np.bincount(sums - sums.min(), np.outer(weight, weight).ravel() / weight.sum() ** 2)
    at_most = np.cumsum(of_sum)
    if np.isclose(at_most, 0.5).any():
        raise ValueError("half lies at or below one average: every value up to the next is a truth")
    return float(sums.min() + np.searchsorted(at_most, 0.5)) / 2


def signed_rank_coverage(n: int) -> float:
    """Exact coverage without ties, from the place of the limit and SciPy's signed-rank test.

    The interval from the k-th smallest to the k-th largest Walsh average misses a center of
    symmetry on either side with probability P(W <= k - 1), whatever the distribution.
    """
    d = np.random.default_rng(SEED).normal(size=n)
    walsh = np.sort(((d[:, None] + d) / 2)[np.triu_indices(n)])
    left = int(np.argmin(abs(walsh - hodges_lehmann(d).low)))  # W = k - 1, written as ranks
    signed = -np.arange(1.0, n + 1)
    for rank in range(n, 0, -1):
        if rank <= left:
            signed[rank - 1], left = rank, left - rank
    return 1 - 2 * float(stats.wilcoxon(signed, alternative="less", method="exact").pvalue)


Sample = Callable[[np.random.Generator, int], Floats]
CONTINUOUS: dict[str, tuple[float, Sample]] = {
    "normal (CDAI)": (120.0, lambda rng, n: rng.normal(120, 90, n)),
    "heavy tails (t, 3 df)": (1.0, lambda rng, n: 1 + rng.standard_t(3, n)),
    # The sum of two is gamma of shape 4.
    "skewed (gamma, shape 2)": (
        float(stats.gamma.median(4)) / 2, lambda rng, n: rng.gamma(2, size=n)),
}  # fmt: skip
SUBSCORE = np.arange(-3, 4)
WHOLE: dict[str, tuple[npt.NDArray[np.int64], Floats]] = {
    "SES-CD, symmetric": (
        np.arange(-18, 33), np.diff(stats.norm.cdf(np.arange(-18.5, 33), 7, 5))),
    "SES-CD, skewed": (np.arange(-2, 55), stats.nbinom.pmf(np.arange(57), 3, 0.25)),
    "full Mayo": (np.arange(-6, 13), np.diff(stats.norm.cdf(np.arange(-6.5, 13), 6, 3))),
    "Mayo subscore, most improve": (SUBSCORE, np.array([0, 0, 0.05, 0.15, 0.35, 0.30, 0.15])),
    "Mayo subscore, half the same": (SUBSCORE, np.array([0, 0, 0.05, 0.50, 0.30, 0.10, 0.05])),
}  # fmt: skip


def changes_of_scores() -> Iterable[Setting]:
    """Differences without ties, then whole numbers with many."""
    for name, (truth, sample) in CONTINUOUS.items():
        for n in SIZES:
            yield Setting(
                "untied", name, n, truth, partial(untied, n=n, sample=sample), hl,
                None if "skewed" in name else partial(signed_rank_coverage, n),
            )  # fmt: skip
    for name, (values, weights) in WHOLE.items():
        chances = weights / weights.sum()
        truth = pseudo_median(values, chances)
        for n in SIZES:
            draw = partial(tied, n=n, values=values, chances=chances)
            yield Setting("tied", name, n, truth, draw, hl)


def untied(rng: np.random.Generator, *, n: int, sample: Sample) -> Floats:
    """Draw the differences of n patients."""
    return sample(rng, n)


def tied(
    rng: np.random.Generator, *, n: int, values: npt.NDArray[np.int64], chances: Floats
) -> Floats:
    """Draw the differences of n patients from a distribution on whole numbers."""
    return rng.choice(values, n, p=chances).astype(np.float64)


# ------------------------------------------------------------------------- ratios, some censored

# Geometric mean 12.6 mg/l before and 3.2 after, log10 SD 0.5, correlation 0.5: a ratio of 0.25.
BEFORE, AFTER, SD, CORRELATION = 1.1, 0.5, 0.5, 0.5


Visit = tuple["pd.Series[float]", "pd.Series[str]"]


def marker(rng: np.random.Generator, *, n: int, side: str, limit: float) -> tuple[Visit, Visit]:
    """Draw a lognormal marker before and after: what was printed, and which are beyond a limit."""
    z = rng.normal(size=(2, n))
    before = BEFORE + SD * z[0]
    after = AFTER + SD * (CORRELATION * z[0] + math.sqrt(1 - CORRELATION**2) * z[1])
    return _printed(10**before, side, limit), _printed(10**after, side, limit)


def _printed(values: Floats, side: str, limit: float) -> Visit:
    beyond = values < limit if side == "left" else values > limit
    marks = pd.Series(side, range(len(values)), dtype="str")
    return pd.Series(np.where(beyond, limit, values)), marks.where(beyond)


def ratio(cohort: tuple[Visit, Visit]) -> Limits:
    """Limits of the ratio after/before, made as `statistics.changes` makes them."""
    before, after = (np.log10(substituted(*visit).to_numpy()) for visit in cohort)
    low, high = hl(after - before)
    return 10**low, 10**high


def ratios() -> Iterable[Setting]:
    """CRP below its limit, mostly at week 12; calprotectin above its own, mostly at baseline."""
    for side, share in (
        ("left", 0.0), ("left", 0.1), ("left", 0.2), ("left", 0.3),
        ("right", 0.1), ("right", 0.2), ("right", 0.4),
    ):  # fmt: skip
        if side == "left":
            limit = 10 ** (AFTER + SD * float(stats.norm.ppf(share)))
            name = f"{100 * share:.0f} % of week 12 below the limit"
        else:
            limit = 10 ** (BEFORE + SD * float(stats.norm.isf(share)))
            name = f"{100 * share:.0f} % of baseline above the limit"
        for n in SIZES:
            yield Setting(
                "ratio", name if share else "nothing censored", n, 10 ** (AFTER - BEFORE),
                partial(marker, n=n, side=side, limit=limit), ratio,
            )  # fmt: skip


def settings() -> list[Setting]:
    """Every setting of this module, in the order of the page."""
    parts = (binomials, differences_of_rates, rates_of_events, changes_of_scores, ratios)
    return [one for part in parts for one in part()]
