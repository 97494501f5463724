"""Walsh averages by rank, without forming all of them.

Of n differences there are n(n + 1)/2: of 14,000 patients 98 million. Whoever wants a few of them by
rank needs only to count how many lie below a value, which takes n steps in a sorted list.
"""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

__all__ = ["walsh_averages"]

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]

FEW = 200_000  # averages that are sorted outright: those of 631 differences


def walsh_averages(differences: npt.ArrayLike, ranks: Iterable[int]) -> list[float]:
    """Give Walsh averages by their rank: the averages of each difference with each and with itself.

    Row i of the triangle of sums holds d[i] + d[j] for j of i and above, in rising order. What can
    still be the sum of the wanted rank is a stretch of each row. The middles of the stretches are
    compared, weighted by the stretches' lengths; whatever lies beyond the weighted median, on the
    side that does not hold the rank, goes: at least a quarter each time.

    Parameters
    ----------
    differences : array-like
        At least one, none missing.
    ranks : iterable of int
        From 1, the smallest average, to n(n + 1)/2.

    Examples
    --------
    >>> walsh_averages([1.0, 2.0, 4.0], [1, 3, 6])  # of 1, 1.5, 2, 2.5, 3, 4
    [1.0, 2.0, 4.0]

    References
    ----------
    Johnson DB, Mizoguchi T. SIAM J Comput 1978;7:147-153. doi:10.1137/0207013
    Monahan JF. ACM Trans Math Softw 1984;10:265-270. doi:10.1145/1271.319414
    """
    d = np.sort(np.asarray(differences, dtype=np.float64))
    return [_selected(d, rank) / 2 for rank in ranks]


def _selected(d: Numbers, rank: int) -> float:
    """Give one sum of the triangle by its rank."""
    rows = np.arange(len(d))
    first, beyond = rows, np.full(len(d), len(d))
    while (left := int((beyond - first).sum())) > FEW:
        open_ = np.flatnonzero(beyond > first)
        middles = d[open_] + d[(first[open_] + beyond[open_]) // 2]
        order = np.argsort(middles)
        lengths = np.cumsum((beyond - first)[open_[order]])
        pivot = float(middles[order[np.searchsorted(lengths, left / 2)]])
        smaller = _ends(d, first, beyond, pivot, np.less)
        up_to = _ends(d, smaller, beyond, pivot, np.less_equal)
        if rank <= (smaller - rows).sum():
            beyond = smaller
        elif rank <= (up_to - rows).sum():
            return pivot
        else:
            first = up_to
    lengths = beyond - first
    places = np.arange(left) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    sums = np.repeat(d, lengths) + d[np.repeat(first, lengths) + places]
    at = rank - 1 - int((first - rows).sum())
    return float(np.partition(sums, at)[at])


def _ends(d: Numbers, first: Places, beyond: Places, pivot: float, below: np.ufunc) -> Places:
    """Give, of the stretch of each row, the first column that is not below the pivot."""
    low, high = first, beyond
    while (low < high).any():
        middle = (low + high) // 2
        # Where a stretch is empty its middle may lie outside, and is not looked at.
        under = below(d + d[np.minimum(middle, len(d) - 1)], pivot) & (low < high)
        low, high = np.where(under, middle + 1, low), np.where(under, high, middle)
    return low
