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

    Args:
        scores: one row for each patient and visit, with patient_id, visit and any values.
        baseline: the name of the baseline visit.
        followup: the name of the follow-up visit.

    Returns
    -------
        One row for each patient (index patient_id, sorted): the values at follow-up under their
        own names, those at baseline with the suffix `_baseline`, missing where a visit is. Where
        the 20 cells of the SES-CD are there, also what its endpoints read (`endoscopic_pair`).

    Raises
    ------
        ValueError: a visit of that name does not occur, or stands twice for one patient.

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
    for visit in (baseline, followup):
        if not (scores["visit"] == visit).any():
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

    Args:
        table: pairs with the 20 cells of the SES-CD at follow-up and, with the suffix
            `_baseline`, at baseline.

    Returns
    -------
        A table with the same index:
        `segments_matched`, how many segments were explored at both visits;
        `ses_cd_matched` and `ses_cd_matched_baseline`, the SES-CD of those segments alone;
        `ulcerated_segments` and `ulcerated_segments_baseline`, how many had ulcers;
        `ulcerated_not_seen`, how many of the ulcerated were not explored at follow-up;
        `largest_subscore` and `largest_variable_total`, of the 20 cells and of the four sums over
        segments at follow-up;
        `isolated_ileal_baseline`, 1 where the ileum alone was affected at baseline, else 0.
        All are missing where an endoscopy is.
    """
    import pandas as pd

    names = [item.name for item in ses_cd.items]
    after = table[names].astype(float)
    before = table[[f"{name}_baseline" for name in names]].set_axis(names, axis=1).astype(float)
    seen_after, seen_before = ses_cd.explored(after), ses_cd.explored(before)
    both = seen_after & seen_before

    def of_matched(cells: pd.DataFrame) -> pd.Series:
        matched = cells.copy()
        for segment in SEGMENTS:
            matched.loc[~both[segment], [f"{name}_{segment}" for name in VARIABLES]] = np.nan
        return pd.Series(ses_cd(matched))

    def ulcerated(cells: pd.DataFrame) -> pd.DataFrame:
        surface = cells[[f"ulcerated_surface_{segment}" for segment in SEGMENTS]]
        return (surface > 0).set_axis(SEGMENTS, axis="columns")

    ulcers, ulcers_before = ulcerated(after), ulcerated(before)
    totals = pd.DataFrame(
        {name: after[[f"{name}_{segment}" for segment in SEGMENTS]].sum(axis=1)
         for name in VARIABLES}
    )  # fmt: skip
    outside = before[[name for name in names if not name.endswith("_ileum")]].sum(axis=1)
    ileum = before[[name for name in names if name.endswith("_ileum")]].sum(axis=1)
    scoped, scoped_before = ses_cd(after).notna(), ses_cd(before).notna()
    return pd.DataFrame({
        "segments_matched": both.sum(axis=1).where(scoped & scoped_before),
        "ses_cd_matched": of_matched(after),
        "ses_cd_matched_baseline": of_matched(before),
        "ulcerated_segments": ulcers.sum(axis=1).where(scoped),
        "ulcerated_segments_baseline": ulcers_before.sum(axis=1).where(scoped_before),
        "ulcerated_not_seen":
            (ulcers_before & ~seen_after).sum(axis=1).where(scoped & scoped_before),
        "largest_subscore": after.max(axis=1).where(scoped),
        "largest_variable_total": totals.max(axis=1).where(scoped),
        "isolated_ileal_baseline":
            ((outside == 0) & (ileum > 0)).astype(float).where(scoped_before),
    })  # fmt: skip
