"""Endoscopies are imputed cell by cell from one donor, recorded totals as totals."""

import numpy as np
import pandas as pd

from ibd_scores.indices.endoscopy import ses_cd
from ibd_scores.pairing import endoscopic_pair
from ibd_scores.study.imputation import impute

SEGMENTS = ("ileum", "right_colon", "transverse", "left_colon", "rectum")
VARIABLES = ("ulcer_size", "ulcerated_surface", "affected_surface", "narrowing")


def examined(n: int, seed: int = 5) -> pd.DataFrame:
    """Endoscopies at two visits in which everyone's every segment was explored."""
    rng = np.random.default_rng(seed)
    cells = {
        f"{variable}_{segment}{visit}": rng.integers(0, 3, n).astype(float)
        for visit in ("_baseline", "")
        for variable in VARIABLES
        for segment in SEGMENTS
    }
    table = pd.DataFrame(cells)
    return table.set_axis(pd.Index([f"P{row:03d}" for row in range(n)], name="patient_id"))


def with_scores(table: pd.DataFrame) -> pd.DataFrame:
    before = table[[name for name in table if name.endswith("_baseline")]]
    before = before.rename(columns=lambda name: name.removesuffix("_baseline"))
    scores = {"ses_cd": ses_cd(table), "ses_cd_baseline": ses_cd(before)}
    return table.assign(**scores).join(endoscopic_pair(table))


def cells_of(segments: tuple[str, ...], visit: str = "") -> list[str]:
    return [f"{variable}_{segment}{visit}" for variable in VARIABLES for segment in segments]


def test_a_donors_endoscopy_is_compared_with_the_recipients_own_baseline() -> None:
    table = examined(45)
    table.loc["P044", cells_of(SEGMENTS)] = np.nan
    table.loc["P044", cells_of(("ileum",), "_baseline")] = np.nan
    table.loc["P044", cells_of(("rectum",), "_baseline")] = 0.0
    mine = impute(with_scores(table), m=30).xs("P044", level="patient_id")
    colon = SEGMENTS[1:]
    assert mine["ses_cd"].equals(mine[cells_of(SEGMENTS)].sum(axis=1))
    assert mine["ses_cd_matched"].equals(mine[cells_of(colon)].sum(axis=1))
    own = table.loc["P044", cells_of(colon, "_baseline")].sum()
    assert mine["ses_cd_matched_baseline"].eq(own).all()
    assert mine["segments_matched"].eq(4).all()
    surfaces = mine[[f"ulcerated_surface_{segment}" for segment in SEGMENTS]]
    assert mine["ulcerated_segments"].equals((surfaces > 0).sum(axis=1).astype(float))
    assert mine["largest_subscore"].equals(mine[cells_of(SEGMENTS)].max(axis=1))
    assert mine["diseased_not_seen"].eq(0).all()


def test_an_endoscopy_that_did_not_reach_every_segment_gives_to_nobody() -> None:
    table = examined(60)
    table.loc["P059", cells_of(SEGMENTS)] = np.nan
    table.loc[table.index[:20], cells_of(("ileum",))] = np.nan
    stacked = impute(with_scores(table), m=40)
    assert stacked.xs("P059", level="patient_id")[cells_of(SEGMENTS)].notna().all(axis=None)
    assert stacked.xs("P000", level="patient_id")[cells_of(("ileum",))].isna().all(axis=None)


def test_who_has_neither_endoscopy_is_given_both() -> None:
    table = examined(45)
    table.loc["P044", [*cells_of(SEGMENTS), *cells_of(SEGMENTS, "_baseline")]] = np.nan
    mine = impute(with_scores(table), m=10).xs("P044", level="patient_id")
    assert mine["ses_cd_baseline"].equals(mine[cells_of(SEGMENTS, "_baseline")].sum(axis=1))
    assert mine["ses_cd_matched_baseline"].equals(mine["ses_cd_baseline"])
    assert mine["ses_cd_matched"].equals(mine["ses_cd"])


def with_totals(table: pd.DataFrame, totals: dict[tuple[str, str], float]) -> pd.DataFrame:
    """Pairs of these cells; of some patients a visit is a recorded total, by (patient, visit)."""
    table = table.copy()
    for visit in ("", "_baseline"):
        cells = table[cells_of(SEGMENTS, visit)].set_axis(cells_of(SEGMENTS), axis=1)
        scores = ses_cd(cells)
        table[f"ses_cd{visit}"] = scores
        table[f"ses_cd_source{visit}"] = pd.Series("items", table.index).where(scores.notna())
    for (patient, visit), total in totals.items():
        table.loc[patient, [f"ses_cd{visit}", f"ses_cd_source{visit}"]] = [total, "recorded"]
    return table.join(endoscopic_pair(table))


def test_a_recorded_ses_cd_without_its_cells_stays_beside_an_imputed_one() -> None:
    # P044 lacks week 12 and has at baseline no more than a total of 14.
    table = examined(45)
    table.loc["P044", [*cells_of(SEGMENTS), *cells_of(SEGMENTS, "_baseline")]] = np.nan
    mine = impute(with_totals(table, {("P044", "_baseline"): 14.0}), m=20).xs(
        "P044", level="patient_id"
    )
    assert mine["ses_cd_baseline"].eq(14).all()
    assert mine["ses_cd_matched_baseline"].eq(14).all()
    assert mine["ses_cd_source_baseline"].eq("recorded").all()
    assert mine["ses_cd"].equals(mine[cells_of(SEGMENTS)].sum(axis=1))
    assert mine["ses_cd_matched"].equals(mine["ses_cd"])


def test_totals_alone_are_imputed_as_totals() -> None:
    table = examined(45)
    table[[*cells_of(SEGMENTS), *cells_of(SEGMENTS, "_baseline")]] = np.nan
    known = {(patient, visit): float(10 + place % 7) for place, patient in enumerate(table.index)
             for visit in ("", "_baseline") if (patient, visit) != ("P044", "")}  # fmt: skip
    stacked = impute(with_totals(table, known), m=20)
    assert stacked[["ses_cd", "ses_cd_baseline"]].notna().all(axis=None)
    mine = stacked.xs("P044", level="patient_id")
    assert set(mine["ses_cd"]) <= set(known.values())
    assert mine["ses_cd_matched"].equals(mine["ses_cd"])
