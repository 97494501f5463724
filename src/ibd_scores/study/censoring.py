"""What the handling of values beyond a limit of detection does to a change.

A CRP of ``<0.5`` is some number below 0.5, a calprotectin of ``>1800`` some number above 1800. The
primary analysis puts the limit / √2 for the one and the limit for the other (`substituted`). Here
it stands beside two other choices, and beside a sign test, which needs none: it asks only in which
direction a value went, where that is known.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from ibd_scores.study.signed_rank import DECIMALS
from ibd_scores.study.statistics import SQRT2, paired_change, substituted

__all__ = ["sensitivity"]

# What the limit below is divided by; the limit above is taken as it is in all of them.
SUBSTITUTIONS = {"limit/√2 (primary)": SQRT2, "limit/2": 2.0, "limit": 1.0}
DIRECTIONS = ("fell", "rose", "tied", "undecided")


def sensitivity(
    pairs: pd.DataFrame, columns: Sequence[str], confidence: float = 0.95
) -> pd.DataFrame:
    """Change of markers as a ratio under each handling of censored values.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns: ``<column>`` and ``<column>_baseline`` with, if there are
        such values, "left" or "right" in ``<column>_censor`` and ``<column>_censor_baseline``.
    columns : sequence of str
        The markers, in the order of the rows.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        Index ``quantity, handling``; ``n`` pairs and how many of them hold a ``censored`` value;
        the ``ratio`` of follow-up to baseline with ``low``, ``high`` and ``interval``, and ``p`` of
        the signed-rank test, as `paired_change` gives them. In the row of the sign test these are
        missing but for its exact ``p``, and ``fell``, ``rose``, ``tied`` and ``undecided`` count
        the pairs.

    Notes
    -----
    The direction of a pair is known where what may be the one value lies altogether below what may
    be the other: ``>1800`` to ``300`` is a fall, of unknown size. Two values beyond the same limit
    are a tie. Any other overlap, such as ``0.3`` to ``<0.5``, is undecided. Ties and undecided
    pairs are left out of the sign test, which has no p without a known direction.

    Examples
    --------
    >>> pairs = pd.DataFrame({
    ...     "crp_mg_l_baseline": [16.0, 24, 32, 40, 8, 8, 8],
    ...     "crp_mg_l": [2.0, 3, 4, 5, 1, 1, 1],
    ...     "crp_mg_l_censor": [None] * 4 + ["left"] * 3,
    ... })
    >>> sensitivity(pairs, ["crp_mg_l"]).loc["crp_mg_l", ["censored", "ratio", "p"]].round(3)
                        censored  ratio      p
    handling
    limit/√2 (primary)         3  0.105  0.016
    limit/2                    3  0.088  0.016
    limit                      3  0.125  0.016
    sign test                  3    NaN  0.016

    References
    ----------
    Hornung RW, Reed LD. Appl Occup Environ Hyg 1990;5:46-51. doi:10.1080/1047322X.1990.10389587
    Helsel DR. Environ Sci Technol 1990;24:1766-1774. doi:10.1021/es00082a001
    """
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for column in columns:
        known = pairs.dropna(subset=[f"{column}_baseline", column])
        before, after = known[f"{column}_baseline"], known[column]
        marks = known.reindex(columns=[f"{column}_censor_baseline", f"{column}_censor"])
        before_marks, after_marks = (mark for _, mark in marks.items())
        common = {"n": len(known), "censored": int(marks.notna().any(axis=1).sum())}
        for handling, divisor in SUBSTITUTIONS.items():
            change = paired_change(
                substituted(before, before_marks, divisor),
                substituted(after, after_marks, divisor),
                ratio=True,
                confidence=confidence,
            )
            rows[column, handling] = common | {
                "ratio": change.change,
                "low": change.low,
                "high": change.high,
                "interval": change.interval,
                "p": change.p,
            }
        counts = _directions(before, before_marks, after, after_marks)
        moved = counts["fell"] + counts["rose"]
        p = float(binomtest(counts["fell"], moved).pvalue) if moved else np.nan
        rows[column, "sign test"] = common | {"interval": "none", "p": p} | counts
    index = pd.MultiIndex.from_tuples(list(rows), names=["quantity", "handling"])
    order = ["n", "censored", "ratio", "low", "high", "interval", "p", *DIRECTIONS]
    table = pd.DataFrame(list(rows.values()), index=index, columns=order)
    return table.astype(dict.fromkeys(DIRECTIONS, "Int64"))


def _directions(
    before: "pd.Series[float]",
    before_marks: "pd.Series[str]",
    after: "pd.Series[float]",
    after_marks: "pd.Series[str]",
) -> dict[str, int]:
    """Count the pairs that fell, rose, stayed, and of which it is not known."""
    before_low, before_high = _bounds(before, before_marks)
    after_low, after_high = _bounds(after, after_marks)
    tied = (before_low == after_low) & (before_high == after_high)
    # A bound that is not the value itself is never reached, so bounds that touch do not overlap.
    fell = ~tied & (after_high <= before_low)
    rose = ~tied & (before_high <= after_low)
    found = (fell, rose, tied, ~(fell | rose | tied))
    return {name: int(which.sum()) for name, which in zip(DIRECTIONS, found, strict=True)}


def _bounds(
    values: "pd.Series[float]", marks: "pd.Series[str]"
) -> "tuple[pd.Series[float], pd.Series[float]]":
    """Give the least and the greatest that each value may be."""
    known = values.astype("float64").round(DECIMALS)
    return known.mask(marks.eq("left"), 0.0), known.mask(marks.eq("right"), np.inf)
