"""From tidy tables to scores: visits joined with what their scores read, and what came of it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

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
from ibd_scores.study import tidy

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
ROUNDED = 0.5  # a recorded total that is nearer to the computed one was rounded


def readable(table: pd.DataFrame, entries: Sequence[Index]) -> list[Index]:
    """Choose the indices whose columns the table has and filled in at least once."""
    filled = {str(name) for name in table.columns[table.notna().any()]}
    return [entry for entry in entries if {c.name for c in entry.needed(table)} <= filled]


def _scored(scores: pd.DataFrame, entries: Sequence[Index]) -> list[Index]:
    """Choose the indices that were scored: from their items, or as the centre recorded them."""
    computed = readable(scores, entries)
    own = [one for one in entries if f"{one.name}_source" in scores]
    return [one for one in entries if one in computed or (one in own and scores[one.name].any())]


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
        "recorded" (they alone are the score), "items_else_recorded".
    **variants
        Published variants, such as ``hematocrit_floor=0``; each goes to the indices that have it.

    Raises
    ------
    ValueError
        If a value is off the form, with its index, item, row and value.
    """
    scored = table.copy()
    can_be_scored = readable(table, entries)
    for entry in entries:
        known = entry.options(entry.chosen(table))
        chosen = {name: value for name, value in variants.items() if name in known}
        own = table.get(f"{entry.name}_recorded")
        if entry not in can_be_scored and entry not in ALWAYS and own is None:
            continue
        computed = pd.Series(np.nan, index=table.index)
        if entry in can_be_scored:
            computed = entry(table, **chosen)
        scored[entry.name] = computed
        if own is not None:
            scored[f"{entry.name}_computed"] = computed
            scored[entry.name], scored[f"{entry.name}_source"] = _chosen(computed, own, source)
        if entry.bands:
            scored[f"{entry.name}_band"] = _band(entry, scored, readable=entry in can_be_scored)
    return scored


def _chosen(
    computed: "pd.Series[float]", own: "pd.Series[float]", source: str
) -> "tuple[pd.Series[float], pd.Series[str]]":
    """Choose between the score of the items and the recorded total, and say which it is."""
    if source == "items":
        total, is_recorded = computed, pd.Series(False, index=computed.index)
    elif source == "recorded":
        total, is_recorded = own, own.notna()
    else:
        total, is_recorded = computed.fillna(own), computed.isna() & own.notna()
    said = pd.Series("items", index=computed.index).mask(is_recorded, "recorded")
    return total, said.where(total.notna()).astype("str")


def _band(entry: Index, scored: pd.DataFrame, *, readable: bool) -> pd.Series:
    """Band a score; one that asks more than the total, such as Mayo's, bands what has the items."""
    if readable or not any(band.proviso for band in entry.bands):
        return cast(pd.Series, entry.band(scored[entry.name], scored if readable else None))
    return pd.Series(pd.Categorical([None] * len(scored), categories=entry.rungs, ordered=True),
                     index=scored.index)  # fmt: skip


def with_endoscopy(visits: pd.DataFrame, endoscopies: pd.DataFrame) -> pd.DataFrame:
    """Join to each visit its endoscopy; where a visit has several, none is chosen for it."""
    several = endoscopies.duplicated(["patient_id", "visit"], keep=False)
    known = visits.columns.difference(["patient_id", "visit"])
    one = endoscopies[~several].drop(columns=["date", "endoscopy", *known], errors="ignore")
    joined = visits.merge(one, on=["patient_id", "visit"], how="left", validate="one_to_one")
    return joined.set_axis(visits.index)


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


def recorded(*tables: pd.DataFrame) -> pd.DataFrame:
    """Compare the totals that the centre recorded with those computed from the items.

    Parameters
    ----------
    *tables : DataFrame
        What `score` returns.

    Returns
    -------
    DataFrame
        Index: the index; ``recorded``, ``computed`` too, ``equal`` (but for rounding),
        ``different``, the ``largest`` difference; of the scores, how many are ``from_items`` and
        ``from_recorded``.
    """
    rows = {}
    for table in tables:
        for entry, own, computed in _both(table):
            apart = (own - computed).abs()
            told = table.get(f"{entry}_source", pd.Series(index=table.index, dtype="str"))
            rows[entry] = {
                "recorded": int(own.notna().sum()),
                "computed": int((own.notna() & computed.notna()).sum()),
                "equal": int((apart < ROUNDED).sum()),
                "different": int((apart >= ROUNDED).sum()),
                "largest": apart.max(),
                "from_items": int((told == "items").sum()),
                "from_recorded": int((told == "recorded").sum()),
            }
    columns = ["recorded", "computed", "equal", "different", "largest", "from_items",
               "from_recorded"]  # fmt: skip
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("index")


def differences(*tables: pd.DataFrame) -> pd.DataFrame:
    """List each visit whose recorded total is not the computed one: for the centre, not to show.

    Returns
    -------
    DataFrame
        ``patient_id``, ``visit``, ``index``, ``recorded``, ``computed``, ``difference``.
    """
    found = []
    for table in tables:
        for entry, own, computed in _both(table):
            apart = (own - computed).round(6)
            found.append(
                table.loc[apart.abs() >= ROUNDED, ["patient_id", "visit"]].assign(
                    index=entry, recorded=own, computed=computed, difference=apart
                )
            )
    columns = ["patient_id", "visit", "index", "recorded", "computed", "difference"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns)


def _both(table: pd.DataFrame) -> "Iterator[tuple[str, pd.Series[float], pd.Series[float]]]":
    """Give each index that was recorded: its name, the recorded totals, the computed ones."""
    unknown = pd.Series(np.nan, index=table.index)
    for name in [str(column) for column in table if str(column).endswith("_recorded")]:
        entry = name.removesuffix("_recorded")
        yield entry, table[name], table.get(f"{entry}_computed", table.get(entry, unknown))


def sources(*tables: pd.DataFrame) -> str:
    """Say of how many scores the items or the recorded total stand, where any was recorded.

    >>> told = pd.DataFrame({"hbi_source": ["items", "recorded", "recorded", None]})
    >>> sources(told, pd.DataFrame())
    'Scores from items or as the centre recorded them: hbi 1 and 2.'
    """
    counts = {
        str(name).removesuffix("_source"): table[name].value_counts()
        for table in tables
        for name in table
        if str(name).endswith("_source") and (table[name] == "recorded").any()
    }
    said = ", ".join(
        f"{name} {int(count.get('items', 0))} and {int(count.get('recorded', 0))}"
        for name, count in counts.items()
    )
    return f"Scores from items or as the centre recorded them: {said}." if said else ""


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
    """Count the endoscopies in which each segment was explored or not reached."""
    seen = ses_cd.explored(endoscopies)
    return pd.DataFrame({"explored": seen.sum(), "not_reached": (~seen).sum()}).rename_axis(
        "segment"
    )
