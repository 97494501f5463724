"""Markers of inflammation at week 12, by the limits that the analysis chose."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from ibd_scores import endpoints as e
from ibd_scores.endpoint import Endpoint
from ibd_scores.study import estimands
from ibd_scores.study.labels import plainly

__all__ = ["Reading", "abnormal", "normalized", "readings"]


# What STRIDE-II asks for instead of the numbers that the endpoints have as defaults.
OWN_CRP = "limit chosen for this analysis; STRIDE-II: the laboratory's upper limit of normal"
OWN_CALPROTECTIN = "limit chosen for this analysis; STRIDE-II: 250 µg/g, in its text 100 to 250"


class Reading(NamedTuple):
    """A marker's endpoint, the options that carry its limit, its definition, whose its limit is."""

    endpoint: Endpoint
    options: dict[str, Any]
    definition: str
    basis: str = ""

    @property
    def source(self) -> str:
        """The source of the endpoint, and what it says of the limit."""
        return f"{self.endpoint.citation} ({self.basis})" if self.basis else self.endpoint.citation


def readings(crp_limit: float, calprotectin_limit: float) -> tuple[Reading, ...]:
    """When each marker is normal.

    Parameters
    ----------
    crp_limit, calprotectin_limit : float
        In mg/L and µg/g.

    Examples
    --------
    >>> [one.definition for one in readings(8, 250)][:2]
    ['CRP < 8 mg/L', 'fecal calprotectin < 250 µg/g']
    """
    crp, calprotectin = (
        f"CRP < {crp_limit:g} mg/L",
        f"fecal calprotectin < {calprotectin_limit:g} µg/g",
    )
    both = {"crp_limit": crp_limit, "calprotectin_limit": calprotectin_limit}
    return (
        Reading(e.crp_normal, {"limit": crp_limit}, crp, OWN_CRP),
        Reading(
            e.calprotectin_normal, {"limit": calprotectin_limit}, calprotectin, OWN_CALPROTECTIN
        ),
        Reading(e.esr_normal, {}, plainly(e.esr_normal.definition)),
        Reading(
            e.biochemical_remission,
            both,
            f"{crp} and {calprotectin}",
            "limits chosen for this analysis",
        ),
    )


def normalized(
    pairs: pd.DataFrame,
    disease: str,
    completed: pd.Index,
    crp_limit: float,
    calprotectin_limit: float,
) -> pd.DataFrame:
    """Markers normal at week 12: of those abnormal at baseline, and of all measured.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns, of one disease.
    disease : str
        "CD" or "UC".
    completed : Index
        Who completed.
    crp_limit, calprotectin_limit : float
        See `readings`.

    Returns
    -------
    DataFrame
        Rows of `estimands.rates`, as observed, with ``among``. Abnormal at baseline is whose marker
        is known not to have been normal; nobody else is eligible for being normalized.
    """
    known = readings(crp_limit, calprotectin_limit)
    new, measured, open_to = [], [], []
    for one, options, *_ in known:
        new.append(one.normalization(pairs, **options))
        measured.append(one(pairs, **options))
        open_to.append(abnormal(one, pairs, options))
    blocks = {"abnormal at baseline": (new, open_to), "all measured at week 12": (measured, None)}
    rates = {
        among: estimands.rates(
            flags, disease, eligible=eligible, population=completed, estimands=["as_observed"]
        )
        for among, (flags, eligible) in blocks.items()
    }
    return pd.concat(rates, names=["among", None]).reset_index("among").reset_index(drop=True)


def abnormal(one: Endpoint, pairs: pd.DataFrame, options: Mapping[str, Any]) -> "pd.Series[bool]":
    """Whose marker is known not to have been normal at baseline.

    Parameters
    ----------
    one : Endpoint
        Of one of `readings`, with its `options`.
    pairs : DataFrame
        What ``endpoints.pairs`` returns.
    """
    before = pairs.reindex(columns=[f"{name}_baseline" for name in _recorded(one)])
    able: pd.Series[bool] = one.eligible(pairs, **options) & before.notna().all(axis=1)
    return able


def _recorded(one: Endpoint) -> list[str]:
    """Give the laboratory values that it reads."""
    return [name for name in one.reads_at(baseline=False) if name not in {"age", "sex"}]
