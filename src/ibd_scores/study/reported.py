"""Published figures beside a cohort: what it gives for each, and what was written about them."""

from pathlib import Path

import pandas as pd

from ibd_scores import endpoints as e
from ibd_scores.endpoint import Endpoint
from ibd_scores.study import estimands, totals
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.labels import plainly, quantity
from ibd_scores.study.plan import Plan
from ibd_scores.study.tables import number
from ibd_scores.study.tidy import read_tidy

__all__ = [
    "at_entry",
    "legend",
    "note",
    "opening",
    "read_as",
    "read_claims",
    "read_context",
    "recovered",
]

# Published figures of baseline that are rows of Table 1: the column and its level.
_OF_TABLE_1 = {"perianal": ("perianal", "yes"), "mayo_endoscopic_3": ("endoscopic_subscore", "3")}


def note(cohort: str) -> str:
    """What stands under every table and figure of a cohort.

    That it is simulated, if it is, and how many scores are the centre's own totals, if any are.
    """
    told = totals.sources(read_tidy(cohort, "scores"))
    return " ".join(filter(None, [told, read_cohort(cohort).note]))


def opening(published: pd.DataFrame, where: str) -> str:
    """Say which figures of one disease were published, where, and of how many patients.

    Parameters
    ----------
    published : DataFrame
        What `audit.read_published` returns.
    where : str
        `Cohort.published_in`.

    Examples
    --------
    >>> claims = pd.DataFrame({"stated_n": ["23", "23", ""]})
    >>> opening(claims, "the congress abstract")
    '“In print” is the congress abstract: 3 figures, stated of 23 patients; † marks them elsewhere.'
    """
    if published.empty:
        return "No figure of these patients is listed as published."
    stated = dict.fromkeys(published.loc[published["stated_n"].ne(""), "stated_n"])
    of = f", stated of {' or '.join(stated)} patients" if stated else ""
    figures = "1 figure" if len(published) == 1 else f"{len(published)} figures"
    return f"“In print” is {where}: {figures}{of}; † marks them elsewhere."


def legend(published: pd.DataFrame, where: str, among: str = "") -> str:
    """Say what the dagger means, `among` whom; empty where nothing was published.

    Examples
    --------
    >>> legend(pd.DataFrame({"printed": ["80"]}), "the congress abstract")
    '† printed in the congress abstract; nothing else here was.'
    """
    return f"† printed in {where}{among}; nothing else here was." if len(published) else ""


def at_entry(published: pd.DataFrame) -> set[tuple[str, str]]:
    """Give the rows of Table 1 that were published: characteristic and level."""
    found = (_OF_TABLE_1[name] for name in published["endpoint"] if name in _OF_TABLE_1)
    return {(quantity(column), level) for column, level in found}


def read_as(published: pd.DataFrame, plan: Plan) -> str:
    """Define what figures are read as that are no endpoints of the plan, as sentences.

    Examples
    --------
    >>> from ibd_scores.study.plan import CD
    >>> read_as(pd.DataFrame({"endpoint": ["perianal", "ses_cd_moderate_severe"]}), CD)
    'Moderate to severe on endoscopy: SES-CD ≥ 7.'
    """
    other = (getattr(e, name, None) for name in published["endpoint"] if name not in plan.names)
    return " ".join(
        f"{one.title}: {plainly(one.definition)}." for one in other if isinstance(one, Endpoint)
    )


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
