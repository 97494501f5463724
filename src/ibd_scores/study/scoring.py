"""From tidy tables to scores: visits joined with what their scores read, and what came of it."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from ibd_scores import (
    cdai,
    derive,
    hbi,
    mayo_adapted,
    mayo_full,
    mayo_partial,
    mayo_partial_adapted,
    pro2_cd,
    pro2_uc,
    ses_cd,
    ses_cd_without_narrowing,
    short_cdai,
    uceis,
)
from ibd_scores.entries import ENTRIES
from ibd_scores.index import Index
from ibd_scores.study import tidy, totals

# What the outcomes read: scored in every cohort, blank where it cannot be.
ALWAYS = (cdai, short_cdai, hbi, pro2_cd, mayo_full, mayo_partial, mayo_adapted,
          mayo_partial_adapted, pro2_uc, uceis, ses_cd, ses_cd_without_narrowing)  # fmt: skip
# What reads an item that a table has only where its cohort declares it: scored where it stands.
FURTHER = tuple(
    entry
    for entry in ENTRIES.values()
    if isinstance(entry, Index) and not entry.provisional and entry not in ALWAYS
    and any(column.name in tidy.further() for column in entry.columns)
)  # fmt: skip
CLINICAL = ALWAYS[:-2] + FURTHER
ENDOSCOPIC = ALWAYS[-2:] + FURTHER
STEPS = (derive.keys_standard_weight, derive.stool_frequency, derive.adapted_endoscopic_subscore)
OF_PATIENT = ("disease", "sex", "age", "height_m", "normal_stools_per_day",
              "disease_ileum", "disease_colon")  # fmt: skip
SUMMARY = ("scored", "lowest", "lower_quartile", "median", "upper_quartile", "highest")
STUDY_VISITS = ("baseline", "week12")


def readable(table: pd.DataFrame, entries: Sequence[Index]) -> list[Index]:
    """Choose the indices whose columns the table has and filled in at least once."""
    filled = {str(name) for name in table.columns[table.notna().any()]}
    return [entry for entry in entries if {c.name for c in entry.needed(table)} <= filled]


def _scored(scores: pd.DataFrame, entries: Sequence[Index]) -> list[Index]:
    """Choose the indices that were scored: from their items, or as the centre recorded them."""
    computed = readable(scores, entries)
    own = [one for one in entries if f"{one.name}_source" in scores]
    return [one for one in entries
            if one in computed or (one in own and scores[one.name].notna().any())]  # fmt: skip


def prepare(
    patients: pd.DataFrame, visits: pd.DataFrame, diary: pd.DataFrame, *, min_days: int = 4
) -> pd.DataFrame:
    """Join each visit with what its scores read: patient, diary window, derived items.

    Parameters
    ----------
    patients, visits, diary : DataFrame
        Tidy tables.
    min_days : int
        Days of the seven before a visit that a diary item needs.

    Returns
    -------
    DataFrame
        One row for each visit, with the visits' index; what a visit lacks is missing.

    Raises
    ------
    ValueError
        If a visit's patient stands twice in `patients`, or a value is off the form.
    """
    of_patient = patients[["patient_id", *patients.columns.intersection(list(OF_PATIENT))]]
    table = visits.merge(of_patient, on="patient_id", how="left", validate="many_to_one")
    table.index = visits.index
    # What the centre recorded itself stands.
    window = derive.diary_window(visits, diary, min_days=min_days)
    table = table.join(window.drop(columns=table.columns, errors="ignore"))
    for step in STEPS:
        if step.name not in table and {column.name for column in step.columns} <= set(table):
            table[step.name] = step(table)
    return table


def score(
    table: pd.DataFrame, entries: Sequence[Index], *, source: str = "items", **variants: float
) -> pd.DataFrame:
    """Add every index, and its band where it has bands.

    An index whose columns are absent, or blank in every row, is missing in every row if the
    outcomes read it: so they find it, and are not evaluable. Another is left out. Where the centre
    recorded a total of its own, ``<index>_computed`` is that of the items and ``<index>_source``
    says which of the two the score is.

    Parameters
    ----------
    table : DataFrame
        One row for each visit, or for each endoscopy.
    entries : sequence of Index
        Such as `CLINICAL` or `ENDOSCOPIC`.
    source : str
        Of an index that the centre recorded: "items" (recorded totals are only compared),
        "recorded" (they alone are the score), "items_else_recorded"; see `totals`.
    **variants
        Published variants, such as ``hematocrit_floor=0``; each goes to the indices that have it.

    Raises
    ------
    ValueError
        If a value is off the form, or a total that counts is none of the index's, with its index,
        item, row and value.
    """
    scored = table.copy()
    can_be_scored = readable(table, entries)
    for entry in entries:
        known = entry.options(entry.chosen(table))
        chosen = {name: value for name, value in variants.items() if name in known}
        recorded = f"{entry.name}_recorded" in table
        if entry not in can_be_scored and entry not in ALWAYS and not recorded:
            continue
        scored[entry.name] = entry(table, **chosen) if entry in can_be_scored else np.nan
        if recorded:
            scored = totals.stated(scored, entry, source)
        if entry.bands:
            plain = entry in can_be_scored and not recorded
            scored[f"{entry.name}_band"] = (
                entry.band(scored[entry.name], table) if plain else totals.banded(scored, entry)
            )
    return scored


def with_endoscopy(
    visits: pd.DataFrame, endoscopies: pd.DataFrame, *, source: str = "items"
) -> pd.DataFrame:
    """Join to each visit its endoscopy; where a visit has several, none is chosen for it.

    An SES-CD that the centre recorded with the visit stands beside the endoscopy's or for it, as
    `source` says (see `score`).

    Raises
    ------
    ValueError
        If a total was recorded both with the visits and with the endoscopies.
    """
    with_visit = [entry for entry in ALWAYS[-2:] if f"{entry.name}_recorded" in visits]
    for entry in with_visit:
        if f"{entry.name}_recorded" in endoscopies:
            raise ValueError(
                f"{entry.name}_recorded stands in [visits] and in [endoscopy] of cohort.toml: "
                "nobody can tell which of the two counts; keep one of them"
            )
    several = endoscopies.duplicated(["patient_id", "visit"], keep=False)
    known = visits.columns.difference(["patient_id", "visit"])
    one = endoscopies[~several].drop(columns=["date", "endoscopy", *known], errors="ignore")
    joined = visits.merge(one, on=["patient_id", "visit"], how="left", validate="one_to_one")
    joined = joined.set_axis(visits.index)
    for entry in with_visit:
        joined = totals.stated(joined, entry, source)
        joined[f"{entry.name}_band"] = totals.banded(joined, entry)
    return joined


def _stacked(
    blocks: Mapping[str, pd.DataFrame], level: str, columns: Sequence[str]
) -> pd.DataFrame:
    """Stack a block for each index; where there is none, an empty table with its columns."""
    if blocks:
        return pd.concat(blocks, names=["index", level])
    rows = pd.MultiIndex.from_arrays([[], []], names=["index", level])
    return pd.DataFrame(columns=list(columns), index=rows)


def _by_visit(scores: pd.DataFrame) -> "pd.Series[str]":
    """The study's visits by name; the visits of a cohort that has others count together."""
    visits = scores["visit"]
    return visits if visits.isin(STUDY_VISITS).all() else visits.mask(visits.notna(), "all")


def summary(scores: pd.DataFrame, entries: Sequence[Index]) -> pd.DataFrame:
    """How many visits were scored, and what the scores were like: no row of a patient.

    Returns
    -------
    DataFrame
        Index (index, visit); ``scored``, ``lowest``, ``lower_quartile``, ``median``,
        ``upper_quartile``, ``highest``.
    """
    blocks = {}
    visits = _by_visit(scores)
    for entry in _scored(scores, entries):
        grouped = scores[entry.name].groupby(visits, sort=True)
        numbers = (grouped.count(), grouped.min(), grouped.quantile(0.25), grouped.median(),
                   grouped.quantile(0.75), grouped.max())  # fmt: skip
        blocks[entry.name] = pd.DataFrame(dict(zip(SUMMARY, numbers, strict=True)))
    return _stacked(blocks, "visit", SUMMARY)


def bands(scores: pd.DataFrame, entries: Sequence[Index]) -> pd.DataFrame:
    """Count the bands of each index by visit; every band of the ladder stands, none left out."""
    visits = _by_visit(scores)
    blocks = {}
    for entry in _scored(scores, entries):
        if entry.bands:
            rungs = list(entry.rungs)
            counted = pd.crosstab(scores[f"{entry.name}_band"].astype("str"), visits)
            blocks[entry.name] = counted.reindex(rungs, fill_value=0)
    return _stacked(blocks, "band", tuple(dict.fromkeys(visits.dropna()))).rename_axis(columns=None)


def missing(scores: pd.DataFrame, entries: Sequence[Index]) -> pd.DataFrame:
    """What each score was missing: of the visits of its disease, how many lack a column.

    An endoscopic index misses what an endoscopy lacks; where nothing was recorded there was none.

    Returns
    -------
    DataFrame
        Index (index, column), only columns that are missing somewhere; ``visits`` that lack it,
        ``alone`` where it is all that the score lacks, ``of`` visits in all.
    """
    blocks = {}
    for entry in readable(scores, entries):
        concerned = ("CD", "UC") if entry.disease == "IBD" else (entry.disease,)
        names = [column.name for column in entry.needed(scores)]
        blank = scores.loc[scores["disease"].isin(concerned), names].isna()
        alone = blank[blank.sum(axis=1) == 1].sum()
        lacking = pd.DataFrame({"visits": blank.sum(), "alone": alone, "of": len(blank)})
        blocks[entry.name] = lacking[lacking["visits"] > 0]
    return _stacked(blocks, "column", ("visits", "alone", "of"))


def contradictions(table: pd.DataFrame, entries: Sequence[Index]) -> pd.DataFrame:
    """Count what `problems` finds in permitted values that contradict each other."""
    found = {entry.name: entry.problems(table).groupby("why").size().to_frame("rows")
             for entry in readable(table, entries)}  # fmt: skip
    return _stacked(found, "why", ("rows",))


def diary_days(table: pd.DataFrame) -> pd.DataFrame:
    """Count the visits by the days of diary that could be used, of the seven before them.

    Visits of diseases in which nobody keeps this diary are left out.
    """
    kept = table.groupby("disease")["diary_days"].transform("max") > 0
    days = table.loc[kept, "diary_days"].astype(int)
    return days.value_counts().sort_index().to_frame("visits").rename_axis("days")


def explored(endoscopies: pd.DataFrame) -> pd.DataFrame:
    """Count the endoscopies in which each segment was explored or not reached.

    A recorded SES-CD without any segment says neither: it is not counted.
    """
    seen = ses_cd.explored(endoscopies)
    if "ses_cd_recorded" in endoscopies:
        seen = seen[seen.any(axis=1) | endoscopies["ses_cd_recorded"].isna()]
    return pd.DataFrame({"explored": seen.sum(), "not_reached": (~seen).sum()}).rename_axis(
        "segment"
    )
