"""Published figures beside a cohort: what it gives for each, and what was written about them."""

from pathlib import Path

import pandas as pd

from ibd_scores import endpoints as e
from ibd_scores.study import estimands, totals
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.plan import Plan
from ibd_scores.study.tables import number
from ibd_scores.study.tidy import read_tidy

__all__ = ["note", "read_claims", "read_context", "recovered"]


def note(cohort: str) -> str:
    """What stands under every table and figure of a cohort.

    That it is simulated, if it is, and how many scores are the centre's own totals, if any are.
    """
    told = totals.sources(read_tidy(cohort, "scores"))
    return " ".join(filter(None, [told, read_cohort(cohort).note]))


def recovered(
    plan: Plan,
    published: pd.DataFrame,
    pairs: pd.DataFrame,
    at_baseline: pd.DataFrame,
    completed: pd.Index,
) -> pd.DataFrame:
    """Rates as observed of what was published, each among those it can have been counted among.

    Parameters
    ----------
    plan : Plan
        Of the disease; endpoints of week 12 are found there by name.
    published : DataFrame
        What `audit.read_published` returns.
    pairs : DataFrame
        What ``endpoints.pairs`` returns.
    at_baseline : DataFrame
        What `description.at_baseline` returns.
    completed : Index
        Who completed.

    Returns
    -------
    DataFrame
        Rows of `estimands.rates` with ``among``, who was counted. Endpoints of week 12 are those of
        everyone eligible, whatever the activity at entry: nothing was reported about that.
    """
    own = {one.name: one for one in plan.endpoints}
    claimed = [own[name] for name in published["endpoint"] if name in own]
    rates = estimands.rates(
        [one(pairs) for one in claimed],
        plan.disease,
        eligible=[one.eligible(pairs) for one in claimed],
        population=completed,
        estimands=["as_observed"],
    )
    blocks = [rates.assign(among="scoped at both visits")]
    for among, flags in _at_entry(plan.disease, pairs, at_baseline, completed).items():
        rate = estimands.rates([flags], plan.disease, estimands=["as_observed"])
        blocks.append(rate.assign(among=among))
    return pd.concat([block for block in blocks if len(block)] or blocks[:1], ignore_index=True)


def read_claims(cohort: str | Path, disease: str) -> pd.DataFrame:
    """Read the audit of a disease that its notebook wrote, percentages again as printed."""
    claims = read_tidy(cohort, f"{disease.lower()}_audit")
    printed = (
        [
            number(value, int(decimals)) if pd.notna(decimals) else str(value)
            for value, decimals in zip(claims["reported"].tolist(), claims["decimals"], strict=True)
        ]
        if pd.api.types.is_numeric_dtype(claims["reported"])
        else claims["reported"]
    )
    counts = {name: claims[name].astype("Int64") for name in ("decimals", "stated_n", "k", "n")}
    agrees = claims["agrees"].map({"True": True, "False": False}).astype("boolean")
    return claims.assign(reported=printed, agrees=agrees, **counts)


def read_context(cohort: str | Path, disease: str) -> pd.DataFrame:
    """Read the published rates beside a disease's own that its notebook wrote."""
    table = read_tidy(cohort, f"{disease.lower()}_context")
    return table.astype({"week": "Int64", "k": "Int64", "n": "Int64"})


def _at_entry(
    disease: str, pairs: pd.DataFrame, at_baseline: pd.DataFrame, completed: pd.Index
) -> "dict[str, pd.Series[bool]]":
    """What was published about baseline, by who was counted."""
    if disease == "UC":
        scored = pairs["endoscopic_subscore_baseline"]
        severe = e.mayo_endoscopic_3(endoscopic_subscore=scored)
        return {"scoped at baseline, all who started": severe}
    twice = pairs["ses_cd_baseline"].where(pairs["ses_cd"].notna())
    return {
        "completed": at_baseline["perianal"].loc[completed],
        "scoped at both visits": e.ses_cd_moderate_severe(ses_cd=twice),
    }
