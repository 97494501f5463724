"""From started to scoped, and from category to category: patients counted, none listed."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ibd_scores import cdai, endpoints, mayo_full, ses_cd
from ibd_scores.index import Index
from ibd_scores.indices.endoscopy import SEGMENTS
from ibd_scores.study.description.table_one import level_name
from ibd_scores.study.estimands import completed, started
from ibd_scores.study.labels import LEVELS, VISITS, plainly, quantity

__all__ = ["ENDOSCOPY", "ORDERS", "courses", "defined", "flow", "segment_counts", "transitions"]

# The score that says that an endoscopy was done.
ENDOSCOPY = {"CD": "ses_cd", "UC": "endoscopic_subscore"}
BANDS: Mapping[str, Index] = {f"{one.name}_band": one for one in (ses_cd, cdai, mayo_full)}
SUBSCORE = "endoscopic_subscore"
# The categories of what moves between two visits, from best to worst.
ORDERS: Mapping[str, Sequence[Any]] = {
    **{name: one.rungs for name, one in BANDS.items()},
    SUBSCORE: range(4),
}


def defined(column: str) -> str:
    """Say what the categories of a column are, one of `ORDERS`, as a sentence.

    Examples
    --------
    >>> defined("ses_cd_band")
    'SES-CD band: inactive < 3; mild < 7; moderate < 16; severe beyond.'
    """
    if column == SUBSCORE:
        return (
            "A subscore of 1 stands here whether friable or not; endoscopic improvement asks for "
            "no friability."
        )
    return f"{quantity(column)}: {plainly(BANDS[column].ladder)} beyond."


def flow(patients: pd.DataFrame, scores: pd.DataFrame, disease: str) -> pd.DataFrame:
    """From started to completed to scoped, with the reasons for stopping (STROBE item 13).

    Parameters
    ----------
    patients : DataFrame
        The tidy patients table.
    scores : DataFrame
        One row per patient and visit. An endoscopy counts where its score is recorded: ``ses_cd``
        in CD, ``endoscopic_subscore`` in UC.
    disease : str
        ``"CD"`` or ``"UC"``.

    Returns
    -------
    DataFrame
        Index ``step``, column ``n``. Who stopped without a reason is counted under
        "stopped: reason not recorded".
    """
    everyone, finished = started(patients, disease), completed(patients, disease)
    scoped = scores.loc[scores[ENDOSCOPY[disease]].notna()]
    before = scoped.loc[scoped["visit"].eq("baseline"), "patient_id"]
    after = scoped.loc[scoped["visit"].eq("week12"), "patient_id"]
    stopped = patients.loc[patients["patient_id"].isin(everyone.difference(finished))]
    reasons = stopped["stop_reason"].fillna("reason not recorded").value_counts().to_dict()
    steps = {
        "started": len(everyone),
        "endoscopy at baseline": everyone.isin(before).sum(),
        "stopped before week 12": len(stopped),
        # By name within a count: the order of ties is not defined otherwise.
        **{
            f"stopped: {why}": reasons[why]
            for why in sorted(reasons, key=lambda w: (-reasons[w], w))
        },
        "completed 12 weeks": len(finished),
        "completed, endoscopy at baseline": finished.isin(before).sum(),
        "completed, endoscopy at week 12": finished.isin(after).sum(),
        "completed, endoscopy at both": (finished.isin(before) & finished.isin(after)).sum(),
    }
    return pd.DataFrame({"n": pd.Series(steps, dtype="int64")}).rename_axis("step")


def courses(patients: pd.DataFrame, scores: pd.DataFrame, disease: str) -> pd.DataFrame:
    """Baseline beside week 12 (``endpoints.pairs``) of those of one disease who completed."""
    return endpoints.pairs(scores[scores["patient_id"].isin(completed(patients, disease))])


def transitions(
    pairs: pd.DataFrame, column: str, order: Sequence[Any] | None = None
) -> pd.DataFrame:
    """Patients by category at baseline (rows) and at follow-up (columns), with totals.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns.
    column : str
        Such as ``"ses_cd_band"`` or ``"endoscopic_subscore"``.
    order : sequence, optional
        The categories from best to worst; needed unless the column is an ordered categorical.

    Returns
    -------
    DataFrame
        Counts; "missing" after the categories and "total" last, both ways.

    Raises
    ------
    ValueError
        If the order is unknown, or a value is not in it.
    """
    before, after = pairs[f"{column}_baseline"], pairs[column]
    if order is None:
        if not isinstance(after.dtype, pd.CategoricalDtype):
            raise ValueError(
                f"{column}: the order of its categories is unknown; give order=, from best to worst"
            )
        order = list(after.cat.categories)
    names = [level_name(one) for one in order]
    sides = {}
    for visit, values in (("baseline", before), ("follow-up", after)):
        named = values.astype(object).map(level_name, na_action="ignore")
        text = named.astype(object).fillna("missing")
        unknown = set(text) - {*names, "missing"}
        if unknown:
            raise ValueError(
                f"{column} at {visit}: {min(unknown)!r} is not in the order {', '.join(names)}"
            )
        sides[visit] = pd.Categorical(text, categories=[*names, "missing"])
    table = (
        pd.crosstab(sides["baseline"], sides["follow-up"], margins=False, dropna=False)
        .set_axis([*names, "missing"], axis=0)
        .set_axis([*names, "missing"], axis=1)
    )
    table.loc["total"] = table.sum()
    table["total"] = table.sum(axis=1)
    return table.rename_axis(index="baseline", columns="follow-up")


def segment_counts(pairs: pd.DataFrame, variable: str = "ulcer_size") -> pd.DataFrame:
    """Patients in each category of an SES-CD variable, by segment and visit.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns, with the columns ``<variable>_<segment>``.
    variable : str
        One of `labels.LEVELS`.

    Returns
    -------
    DataFrame
        Index ``segment, visit``; a column for each category; ``n``, their sum: the patients in whom
        the segment was explored at both visits.
    """
    rows = {}
    for segment in SEGMENTS:
        name = f"{variable}_{segment}"
        both = pairs.reindex(columns=[f"{name}_baseline", name]).astype("float64").dropna()
        for visit, (_, values) in zip(VISITS, both.items(), strict=True):
            counts = {word: int(values.eq(k).sum()) for k, word in enumerate(LEVELS[variable])}
            rows[segment, visit] = {**counts, "n": len(both)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["segment", "visit"])
