"""Two imaging examinations of the bowel wall side by side: one row for each patient."""

from typing import TYPE_CHECKING

import numpy as np

from ibd_scores.derive.findings import (
    DOPPLER_FLOW,
    EDEMA,
    FAT_STRANDING,
    INFLAMMATORY_FAT,
    MURAL_ULCERS,
    STRATIFICATION,
    WALL_THICKNESS,
)
from ibd_scores.derive.imaging import wall_thickened
from ibd_scores.form import TOLERANCE
from ibd_scores.indices.imaging import maria, maria_simplified
from ibd_scores.pairing import check_visits
from ibd_scores.rule import as_recorded

if TYPE_CHECKING:
    import pandas as pd

ACTIVE = {"maria": 7, "maria_simplified": 1}  # the least of an active segment
MR_FINDINGS = ("edema", "fat_stranding", "mural_ulcers")
ANY = ("doppler_flow", "inflammatory_fat", *MR_FINDINGS)
FINDINGS = tuple(
    as_recorded(item, citation="")
    for item in (WALL_THICKNESS, DOPPLER_FLOW, INFLAMMATORY_FAT, STRATIFICATION, EDEMA,
                 FAT_STRANDING, MURAL_ULCERS, maria.score, maria_simplified.score)
)  # fmt: skip


def imaging_pairs(
    imaging: "pd.DataFrame", baseline: str = "baseline", followup: str = "week12"
) -> "pd.DataFrame":
    """Bring two imaging examinations of the bowel wall to one row for each patient.

    Parameters
    ----------
    imaging : DataFrame
        One row for each patient, visit and segment, with patient_id, visit, segment and any of
        wall_thickness_mm, doppler_flow, inflammatory_fat, stratification, edema, fat_stranding,
        mural_ulcers, maria and maria_simplified.
    baseline, followup : str
        The names of the two visits.

    Returns
    -------
    DataFrame
        One row for each patient (index patient_id, sorted), to be joined to `pairs`; what needs a
        column that is absent is left out.
        `diseased_segments_baseline`, how many segments had a wall above 3 mm at baseline;
        `diseased_not_imaged`, how many of them have no wall thickness at follow-up, or have
        findings at baseline and no wall thickness, so that they may have been diseased;
        `thickest_wall_mm_baseline`, the largest of the diseased segments at baseline.
        At follow-up, over those diseased segments that were imaged again:
        `thickest_wall_mm`, the largest;
        `any_doppler_flow`, `any_inflammatory_fat`, `any_edema`, `any_fat_stranding` and
        `any_mural_ulcers`, 1 where at least one segment has it;
        `all_stratified`, 1 where all have normal layers.
        At follow-up, over all segments with any finding recorded:
        `thickest_wall_mm_everywhere`, `any_edema_everywhere`, `any_fat_stranding_everywhere` and
        `any_mural_ulcers_everywhere`; `highest_maria` and `highest_maria_simplified`.
        Of these two scores also `highest_<score>_baseline`, the highest at baseline, and
        `<score>_active_not_imaged`, how many segments active then (MaRIA from 7, simplified MaRIA
        from 1) have no score at follow-up.

    Raises
    ------
    ValueError
        If a column does not occur, or a segment stands twice for a patient and visit; if a visit
        of that name does not occur, though visits of other names than the two do; or if a value
        is off its form.

    Notes
    -----
    A finding not recorded in one segment leaves the patient's missing, unless another segment
    decides: one with flow is enough for `any_doppler_flow`. Where a diseased segment was not
    imaged again, the findings of the others are no proof of healing: read `diseased_not_imaged`
    beside them.

    Examples
    --------
    >>> import pandas as pd
    >>> imaging = pd.DataFrame({"patient_id": "P1",
    ...                         "visit": ["baseline", "baseline", "week12", "week12"],
    ...                         "segment": ["ileum", "sigmoid", "ileum", "sigmoid"],
    ...                         "wall_thickness_mm": [6.0, 2.0, 2.5, 2.0],
    ...                         "doppler_flow": [1, 0, 0, 0]})
    >>> imaging_pairs(imaging).T
    patient_id                    P1
    diseased_segments_baseline   1.0
    diseased_not_imaged          0.0
    thickest_wall_mm             2.5
    thickest_wall_mm_baseline    6.0
    any_doppler_flow             0.0
    thickest_wall_mm_everywhere  2.5
    """
    import pandas as pd

    check_visits("imaging_pairs", imaging, ["patient_id", "visit", "segment"], baseline, followup)
    recorded = pd.DataFrame({one.name: one(imaging) for one in FINDINGS if one.name in imaging})
    if recorded.columns.empty:
        known = ", ".join(one.name for one in FINDINGS)
        raise ValueError(f"imaging_pairs: no finding of the wall; known: {known}")
    recorded.index = pd.MultiIndex.from_frame(imaging[["patient_id", "segment"]])
    before, after = (
        recorded[(imaging["visit"] == visit).to_numpy(dtype=bool, na_value=False)]
        for visit in (baseline, followup)
    )
    both = after.join(before.add_suffix("_baseline"), how="outer")
    examined = after[after.notna().any(axis=1)]
    summary = {}
    if "wall_thickness_mm" in both:
        wall, wall_before = both["wall_thickness_mm"], both["wall_thickness_mm_baseline"]
        diseased = wall_thickened(wall_thickness_mm=wall_before)
        examined_before = both.filter(like="_baseline").notna().any(axis=1)
        uncertain = wall_before.isna() & examined_before  # it may have been diseased
        lost = (diseased * wall.isna()).mask(uncertain, 1)
        not_imaged = lost.groupby("patient_id").sum(min_count=1)
        examined_again = wall.groupby("patient_id").count() > 0
        again = both[(diseased == 1) & wall.notna()]
        summary = {
            "diseased_segments_baseline": diseased.groupby("patient_id").sum(min_count=1),
            "diseased_not_imaged": not_imaged.where(examined_again),
            "thickest_wall_mm": _extreme(again["wall_thickness_mm"], "max"),
            "thickest_wall_mm_baseline": _extreme(wall_before[diseased == 1], "max"),
        }
        for finding in filter(again.__contains__, ANY):
            summary[f"any_{finding}"] = _extreme(again[finding], "max", decisive=1)
        if "stratification" in again:
            summary["all_stratified"] = _extreme(again["stratification"], "min", decisive=0)
        summary["thickest_wall_mm_everywhere"] = _extreme(examined["wall_thickness_mm"], "max")
    for finding in filter(examined.__contains__, MR_FINDINGS):
        summary[f"any_{finding}_everywhere"] = _extreme(examined[finding], "max", decisive=1)
    for score in filter(examined.__contains__, ACTIVE):
        scored, scored_before = both[score], both[f"{score}_baseline"]
        lost = (scored_before >= ACTIVE[score] - TOLERANCE) & scored.isna()
        scored_again = scored.groupby("patient_id").count() > 0
        summary[f"highest_{score}"] = _extreme(examined[score], "max")
        summary[f"highest_{score}_baseline"] = scored_before.groupby("patient_id").max()
        summary[f"{score}_active_not_imaged"] = lost.groupby("patient_id").sum().where(scored_again)
    patients = both.index.unique("patient_id").sort_values()
    return pd.DataFrame(summary, index=patients)


def _extreme(found: "pd.Series[float]", which: str, decisive: float = np.nan) -> "pd.Series[float]":
    """The highest or lowest of a patient's segments; missing where one is, unless it decides."""
    by_patient = found.groupby("patient_id")
    extreme = by_patient.agg(which)
    return extreme.where((by_patient.count() == by_patient.size()) | (extreme == decisive))
