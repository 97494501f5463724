"""The exact null distribution of the signed-rank statistic, and the test by it."""

from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["DECIMALS", "SignedRank", "null_cumulative", "wilcoxon_exact"]

# Far below any unit recorded, far above the noise of floating-point subtraction, which would
# otherwise break ties and turn zeros into changes.
DECIMALS = 9
MOST = 1000  # the number of sign patterns, 2**n, must be a floating-point number


class SignedRank(NamedTuple):
    """The smaller rank sum and its two-sided p."""

    w: float
    p: float


def wilcoxon_exact(differences: npt.ArrayLike) -> SignedRank:
    """Exact two-sided Wilcoxon signed-rank test of paired differences, with or without ties.

    Zeros are dropped, tied differences share their midrank. The null distribution is that of all
    2**n signs of these ranks, added rank by rank; without ties it hangs on n alone and is kept.

    Parameters
    ----------
    differences : array-like
        Missing ones are left out.

    Returns
    -------
    SignedRank
        NaN if no difference is left.

    Raises
    ------
    ValueError
        If more than 1,000 are left.

    Examples
    --------
    >>> wilcoxon_exact([120, 85, -10, 150, 60, 95, 40, 30, 110, 75])
    SignedRank(w=1.0, p=0.00390625)
    >>> wilcoxon_exact([2, 2, -1, 0, 3, 1, 2])
    SignedRank(w=1.5, p=0.09375)

    References
    ----------
    Wilcoxon F. Biometrics Bull 1945;1:80-83. doi:10.2307/3001968
    Streitberg B, Röhmel J. Stat Softw Newsl 1986;12:10-17
    """
    d = np.asarray(differences, dtype=np.float64)
    d = d[~np.isnan(d)].round(DECIMALS)
    d = d[d != 0]
    n = len(d)
    if n == 0:
        return SignedRank(np.nan, np.nan)
    if n > MOST:
        raise ValueError(f"{n} differences: the exact test is for at most {MOST}")
    _, place, alike = np.unique(np.abs(d), return_inverse=True, return_counts=True)
    doubled = (2 * np.cumsum(alike) - alike + 1)[place]  # twice the midranks: whole numbers
    up = int(doubled[d > 0].sum())
    smaller = min(up, n * (n + 1) - up)
    if len(alike) == n:
        at_most = null_cumulative(n)[smaller // 2]
    else:
        at_most = _cumulative(doubled.tolist())[smaller]
    return SignedRank(smaller / 2, min(1.0, 2 * float(at_most)))


@cache
def null_cumulative(n: int) -> npt.NDArray[np.float64]:
    """P(W <= 0), P(W <= 1), ... of the signed-rank statistic of n differences without ties.

    Examples
    --------
    >>> null_cumulative(2)
    array([0.25, 0.5 , 0.75, 1.  ])
    """
    return _cumulative(range(1, n + 1))


def _cumulative(ranks: Iterable[int]) -> npt.NDArray[np.float64]:
    """Sum over every sign of the ranks; read-only, for whoever asks next gets the same array."""
    ranks = list(ranks)
    ways = np.zeros(sum(ranks) + 1)
    ways[0], highest = 1, 0
    for rank in ranks:
        highest += rank
        ways[rank : highest + 1] += ways[: highest - rank + 1].copy()
    found = np.cumsum(ways) / 2.0 ** len(ranks)
    found.setflags(write=False)
    return found
