"""Categories of the same patients at two visits: exact McNemar, Stuart-Maxwell, Bowker.

The null hypothesis of all the exact versions is that in each pair the two visits could be swapped.
Swapping leaves the covariance of the Stuart-Maxwell statistic as it is, so the exact distribution
needs only, for each two categories, how many of those who changed between them went which way.
"""

from collections.abc import Callable
from math import prod
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components
from scipy.stats import binom, chi2
from statsmodels.stats.contingency_tables import SquareTable, mcnemar

from ibd_scores.study.proportions import newcombe_paired

__all__ = [
    "PairedTest",
    "bowker",
    "marginal_homogeneity",
    "mcnemar_exact",
    "paired_binary",
    "transition_tests",
]

# As many outcomes are counted one by one; beyond, they are sampled.
OUTCOMES = 200_000
RESAMPLES = 99_999
SEED = 12

Counts = npt.NDArray[np.int64]


class PairedTest(NamedTuple):
    """Test of a square table: asymptotic p, and p over the swaps of the two visits."""

    statistic: float
    df: int
    p: float
    p_permutation: float
    permutation: Literal["exact", "Monte Carlo", "none"]


def mcnemar_exact(before_only: int, after_only: int) -> float:
    """Exact two-sided McNemar test of discordant pairs.

    Parameters
    ----------
    before_only, after_only : int
        Patients who meet the criterion at one visit only.

    Returns
    -------
    float
        The p-value; 1 without discordant pairs.

    Raises
    ------
    ValueError
        If a count is negative.

    Examples
    --------
    >>> round(mcnemar_exact(2, 12), 6)
    0.012939

    References
    ----------
    McNemar Q. Psychometrika 1947;12:153-157. doi:10.1007/BF02295996
    """
    if min(before_only, after_only) < 0:
        raise ValueError(
            f"{before_only} and {after_only} discordant pairs: give counts of 0 or more"
        )
    return float(mcnemar([[0, before_only], [after_only, 0]], exact=True).pvalue)


def marginal_homogeneity(
    table: npt.ArrayLike | pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = SEED
) -> PairedTest:
    """Stuart-Maxwell test: the categories are as frequent at the one visit as at the other.

    Parameters
    ----------
    table : array-like or DataFrame
        Square table of counts, baseline in rows, without margins.
    resamples : int
        Swaps drawn where there are more than 200,000 outcomes to count one by one.
    seed : int
        Of the draws.

    Returns
    -------
    PairedTest
        For small tables ``p_permutation`` is the one to report; with two categories it is the
        exact McNemar test. All NaN in an empty table; p is 1 if nobody changed.

    Raises
    ------
    ValueError
        If the table is not a square one of counts, or its rows and columns are not the same.

    Notes
    -----
    Categories in which nobody changed cost no degree of freedom, and those empty in both margins
    are among them. Where patients changed only within separate groups of categories, statistic and
    degrees of freedom are the sums of theirs. A sampled p counts the table itself as one draw.

    Examples
    --------
    >>> found = marginal_homogeneity([[10, 2, 1], [8, 6, 2], [5, 7, 4]])
    >>> round(found.statistic, 4), found.df, round(found.p, 4), found.permutation
    (8.4118, 2, 0.0149, 'exact')

    References
    ----------
    Stuart A. Biometrika 1955;42:412-416. doi:10.1093/biomet/42.3-4.412
    Maxwell AE. Br J Psychiatry 1970;116:651-655. doi:10.1192/bjp.116.535.651
    Phipson B, Smyth GK. Stat Appl Genet Mol Biol 2010;9:39. doi:10.2202/1544-6115.1585
    """
    counts = _counts(table)
    moved = counts + counts.T - 2 * np.diag(np.diag(counts))
    groups, group = connected_components(csr_array(moved), directed=False)
    statistic, df = 0.0, 0
    for members in (np.flatnonzero(group == number) for number in range(groups)):
        # By default half a patient would be put into empty cells, which makes another table.
        square = SquareTable(counts[np.ix_(members, members)], shift_zeros=False)
        found = square.homogeneity("stuart_maxwell") if len(members) > 1 else None
        statistic += float(found.statistic) if found else 0.0
        df += int(found.df) if found else 0
    covariance = np.diag(moved.sum(axis=0)) - moved
    inverse = np.linalg.pinv(covariance, rcond=1e-9, hermitian=True)
    first, second = np.nonzero(np.triu(moved))
    sides = np.eye(len(moved))[first] - np.eye(len(moved))[second]

    def swapped(net: Counts) -> npt.NDArray[np.float64]:
        margins = net @ sides
        return np.asarray(np.einsum("si,ij,sj->s", margins, inverse, margins, optimize=True))

    return _tested(counts, statistic, df, swapped, resamples, seed)


def bowker(
    table: npt.ArrayLike | pd.DataFrame, *, resamples: int = RESAMPLES, seed: int = SEED
) -> PairedTest:
    """Bowker test of symmetry: as many went from each category to another as came back.

    Parameters
    ----------
    table, resamples, seed
        See `marginal_homogeneity`.

    Returns
    -------
    PairedTest
        As of `marginal_homogeneity`. There are k (k - 1) / 2 degrees of freedom, k categories not
        empty in both margins, also where nobody changed between two of them: many such cells make
        the asymptotic p too large, but not ``p_permutation``.

    Raises
    ------
    ValueError
        As of `marginal_homogeneity`.

    Examples
    --------
    >>> found = bowker([[10, 2, 1], [8, 6, 2], [5, 7, 4]])
    >>> round(found.statistic, 4), found.df, round(found.p, 4)
    (9.0444, 3, 0.0287)

    References
    ----------
    Bowker AH. J Am Stat Assoc 1948;43:572-574. doi:10.1080/01621459.1948.10483284
    """
    counts = _counts(table)
    moved = (counts + counts.T)[np.triu_indices(len(counts), 1)]
    changed = moved[moved > 0]
    statistic, df = 0.0, 0
    if len(counts):
        found = SquareTable(counts, shift_zeros=False).symmetry("bowker")
        statistic, df = float(found.statistic), int(found.df)

    def swapped(net: Counts) -> npt.NDArray[np.float64]:
        return np.asarray((net**2 / changed).sum(axis=1))

    return _tested(counts, statistic, df, swapped, resamples, seed)


def transition_tests(transitions: pd.DataFrame) -> pd.DataFrame:
    """Who improved and who got worse, with the paired test that fits the size of the table.

    Parameters
    ----------
    transitions : DataFrame
        What ``description.transitions`` returns, from best to worst; its margins "missing" and
        "total" are left out.

    Returns
    -------
    DataFrame
        One row: ``n`` patients known at both visits, of these ``improved``, ``same``, ``worse``;
        ``test``, the exact McNemar test between two categories, otherwise the Stuart-Maxwell test
        over all swaps of the two visits ("exact", or "Monte-Carlo" where they are too many), and
        its ``p``; then, for comparison, ``stuart_maxwell``, ``df`` and ``p_asymptotic``; and
        ``bowker``, ``bowker_df``, ``p_bowker`` (over the swaps) and ``p_bowker_asymptotic``.

    Raises
    ------
    ValueError
        As of `marginal_homogeneity`.

    Notes
    -----
    Where patients entered because they were in the worse categories, as trials and cohorts of
    active disease have it, the margins can only differ in one direction: the test then describes
    the shift, and a small p is no evidence of an effect (regression to the mean alone gives one).

    Examples
    --------
    >>> from ibd_scores.study.description import transitions
    >>> pairs = pd.DataFrame({"mes_baseline": [3.0, 3, 3, 1, 2], "mes": [1.0, 0, 0, 1, None]})
    >>> found = transition_tests(transitions(pairs, "mes", range(4)))
    >>> found[["n", "improved", "same", "worse", "test", "p"]]
       n  improved  same  worse                  test    p
    0  4         3     1      0  exact Stuart-Maxwell  0.5
    """
    margins = ["missing", "total"]
    square = transitions.drop(index=margins, columns=margins, errors="ignore")
    counts = _counts(square)
    homogeneity, symmetry = marginal_homogeneity(square), bowker(square)
    names = {"exact": "exact Stuart-Maxwell", "Monte Carlo": "Monte-Carlo Stuart-Maxwell"}
    name = names.get(homogeneity.permutation, "none")
    row: dict[str, Any] = {
        "n": int(counts.sum()),
        "improved": int(np.tril(counts, -1).sum()),
        "same": int(np.trace(counts)),
        "worse": int(np.triu(counts, 1).sum()),
        "test": "exact McNemar" if len(counts) == 2 and name != "none" else name,
        "p": homogeneity.p_permutation,
        "stuart_maxwell": homogeneity.statistic,
        "df": homogeneity.df,
        "p_asymptotic": homogeneity.p,
        "bowker": symmetry.statistic,
        "bowker_df": symmetry.df,
        "p_bowker": symmetry.p_permutation,
        "p_bowker_asymptotic": symmetry.p,
    }
    if len(counts) == 2:
        row["p"] = mcnemar_exact(*(int(counts[cell]) for cell in ((0, 1), (1, 0))))
    return pd.DataFrame([row])


def paired_binary(before: "pd.Series[bool]", after: "pd.Series[bool]") -> pd.DataFrame:
    """A criterion at two visits of the same patients: change in percentage points and exact test.

    Parameters
    ----------
    before, after : Series of dtype "boolean"
        Same index, one row per patient; <NA> is not evaluable.

    Returns
    -------
    DataFrame
        One row, named like `after`: ``n`` pairs evaluable at both visits and how many are
        ``missing``; ``before`` and ``after``, who met it, with ``before_percent`` and
        ``after_percent``; the cells ``both``, ``before_only``, ``after_only``, ``neither``; the
        ``difference`` (after minus before, percentage points) with Newcombe's 95 % ``low`` and
        ``high``; and ``p`` of the exact McNemar test.

    Raises
    ------
    TypeError
        If flags cannot tell "no" from "not evaluable".
    ValueError
        If the indices differ or repeat a patient.

    Notes
    -----
    Not for a criterion that nobody could meet at baseline, such as remission where active disease
    was required to enter: give its rate instead.

    Examples
    --------
    >>> before = pd.Series([True, False, False, pd.NA], dtype="boolean", name="crp_normal")
    >>> after = pd.Series([True, True, True, True], dtype="boolean", name="crp_normal")
    >>> paired_binary(before, after)[["n", "before", "after", "p"]]
                n  before  after    p
    crp_normal  3       1      3  0.5
    """
    for flags in (before, after):
        if flags.dtype != "boolean":
            raise TypeError(
                f"{flags.name}: flags of dtype {flags.dtype} cannot tell 'no' from 'not evaluable';"
                ' give what the endpoint returned, or flags.astype("boolean") if none is missing'
            )
    if not (before.index.equals(after.index) and before.index.is_unique):
        raise ValueError(
            f"{after.name}: before and after must have the same index, one row per patient; "
            "take both from endpoints.pairs(scores)"
        )
    known = (before.notna() & after.notna()).to_numpy()
    one, other = (flags[known].to_numpy(dtype=bool) for flags in (before, after))
    n = len(one)
    cells = {
        "both": int((one & other).sum()),
        "before_only": int((one & ~other).sum()),
        "after_only": int((~one & other).sum()),
        "neither": int((~one & ~other).sum()),
    }
    difference = newcombe_paired(**cells)
    row = {
        "n": n,
        "missing": len(before) - n,
        "before": int(one.sum()),
        "before_percent": 100 * float(one.mean()) if n else np.nan,
        "after": int(other.sum()),
        "after_percent": 100 * float(other.mean()) if n else np.nan,
        **cells,
        "difference": difference.estimate,
        "low": difference.low,
        "high": difference.high,
        "p": mcnemar_exact(cells["before_only"], cells["after_only"]) if n else np.nan,
    }
    return pd.DataFrame([row], index=[after.name])


def _counts(table: npt.ArrayLike | pd.DataFrame) -> Counts:
    """Give the counts of a square table without the categories empty in both margins."""
    if isinstance(table, pd.DataFrame) and list(table.index) != list(table.columns):
        raise ValueError(
            "rows and columns must be the same categories in the same order; they are "
            f"{', '.join(map(str, table.index))} and {', '.join(map(str, table.columns))}"
        )
    given = np.asarray(table, dtype="float64")
    square = given.ndim == 2 and given.shape[0] == given.shape[1]
    counts = given.astype("int64") if square and np.isfinite(given).all() else np.array(-1)
    if (counts < 0).any() or (counts != given).any():
        raise ValueError("give a square table of counts, baseline in rows, follow-up in columns")
    seen = counts.sum(axis=0) + counts.sum(axis=1) > 0
    return counts[np.ix_(seen, seen)]


def _tested(
    counts: Counts,
    statistic: float,
    df: int,
    swapped: Callable[[Counts], npt.NDArray[np.float64]],
    resamples: int,
    seed: int,
) -> PairedTest:
    """Compare the statistic with what it is, as `swapped` gives it, when visits are swapped.

    `swapped` takes one row for each outcome: for each two categories between which patients
    changed, in the order of the upper triangle, how many more of them went up than down.
    """
    if counts.sum() == 0:
        return PairedTest(np.nan, 0, np.nan, np.nan, "none")
    upper = (counts + counts.T)[np.triu_indices(len(counts), 1)]
    moved = upper[upper > 0]
    if len(moved) == 0:
        return PairedTest(0.0, df, 1.0, 1.0, "exact")
    p = float(chi2.sf(statistic, df))
    # Statistics that are equal may differ in the last digits.
    least = statistic * (1 - 1e-9)
    if prod((moved + 1).tolist()) <= OUTCOMES:
        ups = np.indices(tuple(moved + 1)).reshape(len(moved), -1).T
        chances = [
            binom.pmf(np.arange(n + 1), n, 0.5)[up] for n, up in zip(moved, ups.T, strict=True)
        ]
        weights = np.column_stack(chances).prod(axis=1)
        tail = float(weights[swapped(2 * ups - moved) >= least].sum())
        return PairedTest(statistic, df, p, min(1.0, tail), "exact")
    ups = np.random.default_rng(seed).binomial(moved, 0.5, size=(resamples, len(moved)))
    extreme = int((swapped(2 * ups - moved) >= least).sum())
    return PairedTest(statistic, df, p, (1 + extreme) / (1 + resamples), "Monte Carlo")
