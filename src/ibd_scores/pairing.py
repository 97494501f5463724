"""Two visits side by side: one row for each patient, baseline beside follow-up."""

from typing import TYPE_CHECKING

import numpy as np

from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES, ses_cd

if TYPE_CHECKING:
    import pandas as pd


def pairs(
    scores: "pd.DataFrame", baseline: str = "baseline", followup: str = "week12"
) -> "pd.DataFrame":
    """Put each patient's follow-up visit beside the baseline visit.

    Parameters
    ----------
    scores : DataFrame
        One row for each patient and visit, with patient_id, visit and any values.
    baseline, followup : str
        The names of the two visits.

    Returns
    -------
    DataFrame
        One row for each patient (index patient_id, sorted): the values at follow-up under their
        own names, those at baseline with the suffix `_baseline`, missing where a visit is. Where
        the 20 cells of the SES-CD are there, also what its endpoints read (`endoscopic_pair`).

    Raises
    ------
    ValueError
        If a column does not occur, or a visit stands twice for a patient; or if a visit of that
        name does not occur, though visits of other names than the two do.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"patient_id": ["P1", "P1", "P2"],
    ...                        "visit": ["baseline", "week12", "baseline"],
    ...                        "cdai": [300.0, 120.0, 280.0]})
    >>> pairs(scores)
                 cdai  cdai_baseline
    patient_id
    P1          120.0          300.0
    P2            NaN          280.0
    """
    absent = [name for name in ("patient_id", "visit") if name not in scores]
    if absent:
        raise ValueError(
            f"pairs: no column {', '.join(absent)}; columns: {', '.join(map(str, scores))}"
        )
    others = not scores["visit"].isin([baseline, followup]).all()
    for visit in (baseline, followup):
        if others and not (scores["visit"] == visit).any():
            known = ", ".join(sorted(scores["visit"].dropna().astype(str).unique())[:10])
            raise ValueError(f"pairs: no visit is named {visit!r}; visits: {known}")
    twice = scores.loc[scores.duplicated(["patient_id", "visit"]), ["patient_id", "visit"]]
    if len(twice):
        first = twice.iloc[0]
        raise ValueError(
            f"pairs: {len(twice)} visits stand twice, the first is {first['visit']} of "
            f"{first['patient_id']}; keep one of each"
        )
    by_patient = scores.set_index("patient_id").sort_index()
    before, after = (
        by_patient[by_patient["visit"] == visit].drop(columns="visit")
        for visit in (baseline, followup)
    )
    table = after.join(before.add_suffix("_baseline"), how="outer")
    if {item.name for item in ses_cd.items} <= set(scores.columns):
        return table.join(endoscopic_pair(table))
    return table


def endoscopic_pair(table: "pd.DataFrame") -> "pd.DataFrame":
    """Compare two endoscopies segment by segment.

    Parameters
    ----------
    table : DataFrame
        Pairs with the 20 cells of the SES-CD at follow-up and, with the suffix `_baseline`, at
        baseline; and, if known, disease_ileum_baseline and disease_colon_baseline (0 or 1).

    Returns
    -------
    DataFrame
        With the same index, missing where an endoscopy is:
        `segments_matched`, how many segments were explored at both visits;
        `ses_cd_matched` and `ses_cd_matched_baseline`, the SES-CD of those segments alone;
        `ulcerated_segments` and `ulcerated_segments_baseline`, how many had ulcers;
        `ulcerated_not_seen` and `diseased_not_seen`, how many segments with ulcers, or with any
        finding, at baseline were not explored at follow-up;
        `largest_subscore` and `largest_variable_total`, of the 20 cells and of the four sums over
        segments at follow-up;
        `isolated_ileal_baseline`, 1 where the ileum alone was diseased at baseline (nothing in a
        colon that was explored whole, or Montreal L1), 0 where the colon was, else missing.
    """
    import pandas as pd

    names = [item.name for item in ses_cd.items]
    after = table[names].astype(float)
    before = table[[f"{name}_baseline" for name in names]].set_axis(names, axis=1).astype(float)
    seen_after, seen_before = ses_cd.explored(after), ses_cd.explored(before)
    scoped, scoped_before = ses_cd(after).notna(), ses_cd(before).notna()
    both = seen_after & seen_before

    def of_matched(cells: pd.DataFrame) -> pd.Series:
        matched = cells.copy()
        for segment in SEGMENTS:
            matched.loc[~both[segment], [f"{name}_{segment}" for name in VARIABLES]] = np.nan
        return pd.Series(ses_cd(matched))

    def affected(cells: pd.DataFrame, *variables: str) -> pd.DataFrame:
        return pd.DataFrame({
            segment: (cells[[f"{name}_{segment}" for name in variables]] > 0).any(axis=1)
            for segment in SEGMENTS
        })  # fmt: skip

    ulcers, ulcers_before = (affected(cells, "ulcerated_surface") for cells in (after, before))
    diseased = affected(before, *VARIABLES)
    totals = pd.DataFrame(
        {name: after[[f"{name}_{segment}" for segment in SEGMENTS]].sum(axis=1)
         for name in VARIABLES}
    )  # fmt: skip
    return pd.DataFrame({
        "segments_matched": both.sum(axis=1).where(scoped & scoped_before),
        "ses_cd_matched": of_matched(after),
        "ses_cd_matched_baseline": of_matched(before),
        "ulcerated_segments": ulcers.sum(axis=1).where(scoped),
        "ulcerated_segments_baseline": ulcers_before.sum(axis=1).where(scoped_before),
        "ulcerated_not_seen":
            (ulcers_before & ~seen_after).sum(axis=1).where(scoped & scoped_before),
        "diseased_not_seen": (diseased & ~seen_after).sum(axis=1).where(scoped),
        "largest_subscore": after.max(axis=1).where(scoped),
        "largest_variable_total": totals.max(axis=1).where(scoped),
        "isolated_ileal_baseline":
            _isolated_ileal(table, diseased, seen_before).where(scoped_before),
    })  # fmt: skip


def _isolated_ileal(
    table: "pd.DataFrame", diseased: "pd.DataFrame", seen: "pd.DataFrame"
) -> "pd.Series[float]":
    import pandas as pd

    colon = list(SEGMENTS[1:])
    isolated = pd.Series(np.nan, index=table.index)
    isolated[diseased["ileum"] & seen[colon].all(axis=1)] = 1
    isolated[diseased[colon].any(axis=1)] = 0
    if {"disease_ileum_baseline", "disease_colon_baseline"} <= set(table.columns):
        l1 = (table["disease_ileum_baseline"] == 1) & (table["disease_colon_baseline"] == 0)
        isolated[l1] = 1
    return isolated
