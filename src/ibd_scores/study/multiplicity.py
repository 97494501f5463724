"""P-values adjusted within families of tests: Holm where it confirms, FDR where it explores.

=============== =================== ================================================
family          adjustment          what is held at 5 %
=============== =================== ================================================
confirmatory    Holm                the chance of even one false rejection
exploratory     Benjamini-Hochberg  the expected share of false ones among rejections
=============== =================== ================================================

The primary endpoint of a disease stands alone, in neither. CD and UC are separate families.
"""

from collections.abc import Hashable, Mapping

import pandas as pd
from statsmodels.stats.multitest import multipletests

from ibd_scores.study.labels import QUANTITIES
from ibd_scores.study.plan import Plan

__all__ = ["OUTSIDE", "adjust", "of_plan", "with_adjusted"]

# What each family's adjustment is called, and what statsmodels calls it: never its default.
ADJUSTMENTS = {
    "confirmatory": ("Holm", "holm"),
    "exploratory": ("Benjamini-Hochberg", "fdr_bh"),
}
OUTSIDE = (
    "In no family, and not adjusted: the sensitivity analyses of values beyond a limit of "
    "detection, the forms of a listed test that stand beside it (Pratt's, asymptotic ones, "
    "Bowker's), and the likelihood ratio test of a model as a whole."
)


def adjust(table: pd.DataFrame, family: str = "family", p: str = "p") -> pd.DataFrame:
    """P-values adjusted for the number of tests in their family, beside the raw ones.

    Parameters
    ----------
    table : DataFrame
        One row per test. If it has a column ``disease``, the families of each are apart.
    family : str
        The column that holds "confirmatory" or "exploratory".
    p : str
        The column of raw p-values. A missing one stays missing and does not count as a test.

    Returns
    -------
    DataFrame
        The table with ``p_adjusted``, to be compared with 0.05, and ``adjustment``, blank where
        there is no p.

    Raises
    ------
    KeyError
        If a column is not there.
    ValueError
        If a family is neither of the two, or a p-value is not between 0 and 1.

    Examples
    --------
    >>> tests = pd.DataFrame({"family": "confirmatory", "p": [0.01, 0.04, 0.03]})
    >>> adjust(tests)["p_adjusted"].round(2).to_list()
    [0.03, 0.06, 0.06]

    References
    ----------
    Holm S. Scand J Stat 1979;6:65-70.
    Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289-300. doi:10.1111/j.2517-6161.1995.tb02031.x
    """
    for column in (family, p):
        if column not in table:
            raise KeyError(
                f"{column}: not a column; there are {', '.join(map(str, table.columns))}"
            )
    unknown = table.loc[~table[family].isin(list(ADJUSTMENTS)), family]
    if len(unknown):
        raise ValueError(
            f"family {unknown.iloc[0]!r} is unknown; use one of {', '.join(ADJUSTMENTS)}"
        )
    # By position: two rows may have the same name.
    raw = table[p].astype("Float64").reset_index(drop=True)
    wrong = raw[(raw < 0) | (raw > 1)]
    if len(wrong):
        raise ValueError(f"p-value {wrong.iloc[0]} in {p}: it must be between 0 and 1")
    adjusted = pd.Series(float("nan"), index=raw.index)
    known = table.assign(**{p: raw.to_numpy(dtype="float64", na_value=float("nan"))})
    known = known.reset_index(drop=True).dropna(subset=[p])
    by = [family, *(name for name in ("disease",) if name in table)]
    for (name, *_), tests in known.groupby(by, dropna=False):
        method = ADJUSTMENTS[str(name)][1]
        adjusted.loc[tests.index] = multipletests(tests[p], method=method)[1]
    names = table[family].map({name: title for name, (title, _) in ADJUSTMENTS.items()})
    named = names.where(raw.notna().to_numpy(), "")
    return table.assign(p_adjusted=adjusted.to_numpy(), adjustment=named)


def of_plan(plan: Plan, found: Mapping[str, Mapping[Hashable, float]]) -> pd.DataFrame:
    """Every p-value of a plan, raw and adjusted in its family.

    Parameters
    ----------
    plan : Plan
        Says which changes are confirmatory; all else explores.
    found : mapping
        Kind of test, such as "change", to what was tested and its p.

    Returns
    -------
    DataFrame
        Index ``test``, such as "cdai change"; ``what`` in words, ``family``, ``p``, and what
        `adjust` adds.
    """
    rows = {
        f"{name} {kind}": {
            "what": f"{QUANTITIES.get(str(name), name)}: {kind}",
            "family": "confirmatory"
            if kind == "change" and name in plan.confirmatory
            else "exploratory",
            "p": p,
        }
        for kind, tests in found.items()
        for name, p in tests.items()
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["what", "family", "p"])
    return adjust(table).rename_axis("test")


def with_adjusted(changes: pd.DataFrame, tests: pd.DataFrame) -> pd.DataFrame:
    """The changes of `statistics.changes` with the adjusted p of `of_plan` beside the raw one."""
    own = tests.loc[[f"{name} change" for name in changes.index]].set_index(changes.index)
    return changes.assign(p_adjusted=own["p_adjusted"], adjustment=own["adjustment"])
