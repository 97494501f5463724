"""The patients of a cohort who are imputed."""

import pandas as pd

from ibd_scores.study.imputation import blocks
from ibd_scores.study.imputation.blocks import BLOCKS, COVARIATES, IMPUTATIONS, LEAST
from ibd_scores.study.imputation.chained import impute

__all__ = ["completed_pairs", "fewer", "imputations", "kept"]


def kept(completed: pd.Index, intercurrent: "pd.Series[bool]") -> pd.Index:
    """Who is imputed where a result is missing: completed without an intercurrent event.

    Examples
    --------
    >>> kept(pd.Index(["P1", "P2", "P3"]), pd.Series({"P1": True, "P2": False})).to_list()
    ['P2', 'P3']
    """
    return completed[~intercurrent.reindex(completed, fill_value=False).astype(bool)]


def completed_pairs(
    pairs: pd.DataFrame,
    patients: pd.DataFrame,
    disease: str,
    completed: pd.Index,
    intercurrent: "pd.Series[bool]",
) -> pd.DataFrame | None:
    """Impute who completed without an intercurrent event; nothing where they are too few.

    As many times as `imputations` says.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns.
    patients : DataFrame
        The tidy patients table: covariates that the pairs do not hold.
    disease : str
        "CD" or "UC".
    completed : Index
        Who completed.
    intercurrent : Series of bool
        What `estimands.intercurrent_events` returns.

    Returns
    -------
    DataFrame or None
        What `impute` returns; None for fewer than `LEAST` patients.
    """
    own = pairs.loc[pairs.index.intersection(kept(completed, intercurrent))]
    if len(own) < LEAST:
        return None
    more = patients.set_index("patient_id")
    joined = own.join(more[more.columns.difference(own.columns)])
    return impute(joined, BLOCKS[disease], COVARIATES[disease], m=imputations(len(own)))


def imputations(patients: int) -> int:
    """How often so many patients are imputed."""
    return IMPUTATIONS if patients <= blocks.MANY else blocks.OF_MANY


def fewer(patients: int) -> str:
    """Say why so many patients are imputed fewer times than usual; empty where they are not.

    Examples
    --------
    >>> fewer(5000), fewer(13000)
    ('', '20 imputations rather than 50, as there are more than 5,000 patients.')
    """
    m = imputations(patients)
    if m == IMPUTATIONS:
        return ""
    return (
        f"{m} imputations rather than {IMPUTATIONS}, as there are more than {blocks.MANY:,} "
        "patients."
    )
