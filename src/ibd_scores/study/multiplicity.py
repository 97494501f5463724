"""P-values adjusted within families of tests: Holm where it confirms, FDR where it explores.

=============== =================== ================================================
family          adjustment          what is held at 5 %
=============== =================== ================================================
confirmatory    Holm                the chance of even one false rejection
exploratory     Benjamini-Hochberg  the expected share of false ones among rejections
=============== =================== ================================================

The primary endpoint of a disease stands alone, in neither. CD and UC are separate families.
"""

import pandas as pd
from statsmodels.stats.multitest import multipletests

__all__ = ["adjust"]

# What each family's adjustment is called, and what statsmodels calls it: never its default.
ADJUSTMENTS = {
    "confirmatory": ("Holm", "holm"),
    "exploratory": ("Benjamini-Hochberg", "fdr_bh"),
}


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
        The table with ``p_adjusted``, to be compared with 0.05, and ``adjustment``.

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
    return table.assign(p_adjusted=adjusted.to_numpy(), adjustment=names)
