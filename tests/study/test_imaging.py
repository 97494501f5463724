"""Imaging outcomes: who had disease on imaging, and what became of it. Counts are by hand."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores.study.description import imaging
from ibd_scores.study.layouts import changes_table, rates_table

COLUMNS = ["patient_id", "visit", "segment", "wall_thickness_mm", "doppler_flow"]
EVERYONE = pd.Index([f"P{k}" for k in range(1, 8)], name="patient_id")  # P7 was never imaged


@pytest.fixture
def ultrasound() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("P1", "baseline", "ileum", 6.0, 1.0), ("P1", "baseline", "rectum", 2.0, 0.0),
            ("P1", "week12", "ileum", 2.5, 0.0), ("P1", "week12", "rectum", 2.0, 0.0),
            ("P2", "baseline", "ileum", 5.0, 1.0), ("P2", "week12", "ileum", 4.0, 1.0),
            ("P3", "baseline", "ileum", 2.0, 0.0), ("P3", "week12", "ileum", 2.0, 0.0),
            ("P4", "baseline", "ileum", 5.0, 1.0),
            ("P5", "week12", "ileum", 2.0, 0.0),
            ("P6", "baseline", "ileum", 4.0, 1.0), ("P6", "baseline", "rectum", 7.0, 1.0),
            ("P6", "week12", "ileum", 2.0, 0.0),
        ],
        columns=COLUMNS,
    )  # fmt: skip


def counts(table: pd.DataFrame) -> dict:
    rows = table.set_index(["endpoint", "estimand"])[["k", "n", "not_evaluable"]]
    return {key: tuple(row) for key, row in zip(rows.index, rows.to_numpy().tolist(), strict=True)}


def test_only_who_had_disease_on_imaging_at_baseline_counts(ultrasound: pd.DataFrame) -> None:
    # P3 had none; P5 and P7 were not imaged then; of P4 nothing, of P6 a part was seen again.
    found = counts(imaging.outcomes(ultrasound, population=EVERYONE))
    assert found == {
        ("transmural_healing_ultrasound", "as_observed"): (1, 2, 2),
        ("transmural_healing_ultrasound", "non_responder"): (1, 4, 2),
        ("transmural_response_ultrasound", "as_observed"): (1, 2, 2),
        ("transmural_response_ultrasound", "non_responder"): (1, 4, 2),
    }


def test_who_stopped_with_disease_on_imaging_fails_among_all_who_started(
    ultrasound: pd.DataFrame,
) -> None:
    found = counts(
        imaging.outcomes(ultrasound, population=EVERYONE.drop("P4"), started=EVERYONE,
                         estimands=["non_responder", "non_responder_started"])
    )  # fmt: skip
    assert found["transmural_healing_ultrasound", "non_responder"][:2] == (1, 3)
    assert found["transmural_healing_ultrasound", "non_responder_started"][:2] == (1, 4)


def test_the_thickest_wall_is_compared_where_every_diseased_segment_was_seen_again(
    ultrasound: pd.DataFrame,
) -> None:
    table = imaging.changes(ultrasound, population=EVERYONE)
    assert table.index.tolist() == ["thickest_wall_mm"]
    # P1 6 to 2.5 and P2 5 to 4; P6, whose thickest segment was not seen again, is left out.
    row = table.loc["thickest_wall_mm", ["n", "before_median", "after_median", "change"]]
    assert row.tolist() == [2, 5.5, 3.25, 2.25]
    assert changes_table(table).index.tolist() == ["Thickest wall of the diseased segments, mm"]


def test_what_the_table_records_decides_which_endpoints_there_are(
    ultrasound: pd.DataFrame,
) -> None:
    strict = ultrasound.assign(stratification=1.0, inflammatory_fat=0.0)
    assert [one.name for one in imaging.answered(imaging.paired(strict))] == [
        "transmural_healing_ultrasound", "transmural_healing_ultrasound_strict",
        "transmural_response_ultrasound",
    ]  # fmt: skip
    # A column of blanks is as good as none.
    blank = imaging.outcomes(ultrasound.assign(doppler_flow=np.nan), population=EVERYONE)
    assert blank["endpoint"].unique().tolist() == ["transmural_response_ultrasound"]


def test_a_cohort_with_maria_alone_is_judged_by_maria() -> None:
    scanned = pd.DataFrame(
        [("P1", "baseline", "ileum", 12.0), ("P1", "week12", "ileum", 6.9),
         ("P2", "baseline", "ileum", 7.0), ("P2", "week12", "ileum", 7.0),
         ("P3", "baseline", "ileum", 6.9), ("P3", "week12", "ileum", 5.0),
         ("P4", "baseline", "ileum", 20.0)],
        columns=["patient_id", "visit", "segment", "maria"],
    )  # fmt: skip
    found = counts(imaging.outcomes(scanned, population=EVERYONE))
    assert found == {
        ("transmural_healing_maria", "as_observed"): (1, 2, 1),  # P3 was not active
        ("transmural_healing_maria", "non_responder"): (1, 3, 1),
    }
    table = imaging.changes(scanned, population=EVERYONE)
    assert table.index.tolist() == ["highest_maria"]
    assert table.loc["highest_maria", "n"] == 3


@pytest.mark.parametrize("columns", [COLUMNS, COLUMNS[:3]])
def test_a_cohort_without_imaging_gives_tables_without_a_row(columns: list[str]) -> None:
    nothing = pd.DataFrame(columns=columns, dtype="str")
    table = imaging.outcomes(nothing, population=EVERYONE)
    assert table.empty
    assert rates_table(table).empty
    assert imaging.changes(nothing, population=EVERYONE).empty


def test_imaging_without_a_finding_is_none(ultrasound: pd.DataFrame) -> None:
    blank = ultrasound.assign(wall_thickness_mm=np.nan, doppler_flow=np.nan)
    assert imaging.outcomes(blank, population=EVERYONE).empty
    assert imaging.changes(blank, population=EVERYONE).empty


def test_imaging_at_baseline_alone_leaves_everybody_not_evaluable(ultrasound: pd.DataFrame) -> None:
    before = ultrasound[ultrasound["visit"].eq("baseline")]
    found = counts(imaging.outcomes(before, population=EVERYONE))
    assert found["transmural_healing_ultrasound", "as_observed"] == (0, 0, 4)
    assert found["transmural_healing_ultrasound", "non_responder"] == (0, 0, 4)
    assert imaging.changes(before, population=EVERYONE)["n"].tolist() == [0]
