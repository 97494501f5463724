"""Totals that the centre recorded: compared with the items, and their stand-in where asked for."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores import endpoints as e
from ibd_scores import hbi, mayo_full, ses_cd
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study import cleaning, scoring
from ibd_scores.study.cohort import CohortError, read_cohort

# Wellbeing 1, pain 2, stools 4, mass 0, one complication: an HBI of 8 by hand.
ITEMS = {"general_wellbeing_previous_day": 1.0, "abdominal_pain_previous_day": 2.0,
         "liquid_stools_previous_day": 4.0, "abdominal_mass_hbi": 0.0,
         "complications_hbi": 1.0}  # fmt: skip


def visits(**columns):
    """Four visits: both, items alone, a total alone, neither."""
    table = pd.DataFrame({name: [value, value, np.nan, np.nan] for name, value in ITEMS.items()})
    table = table.assign(patient_id=list("abcd"), visit="baseline", disease="CD")
    return table.assign(hbi_recorded=[9.0, np.nan, 5.0, np.nan], **columns)


@pytest.mark.parametrize(
    ("source", "scores", "told"),
    [
        ("items", [8, 8, np.nan, np.nan], ["items", "items", None, None]),
        ("recorded", [9, np.nan, 5, np.nan], ["recorded", None, "recorded", None]),
        ("items_else_recorded", [8, 8, 5, np.nan], ["items", "items", "recorded", None]),
    ],
)
def test_the_source_of_a_score_is_what_was_asked_for_and_is_told(source, scores, told):
    found = scoring.score(visits(), [hbi], source=source)
    np.testing.assert_array_equal(found["hbi"], scores)
    assert [None if pd.isna(one) else one for one in found["hbi_source"]] == told
    np.testing.assert_array_equal(found["hbi_computed"], [8, 8, np.nan, np.nan])
    # 8 is moderate, 9 is, 5 is mild: below 5 remission, below 8 mild, to 16 moderate.
    bands = {8: "moderate", 9: "moderate", 5: "mild"}
    assert [None if pd.isna(one) else one for one in found["hbi_band"]] == [
        bands.get(score) for score in scores
    ]


def test_disagreements_are_counted_and_listed_but_for_rounding():
    table = visits().assign(hbi_recorded=[9.0, 8.4, 5.0, np.nan])
    found = scoring.score(table, [hbi])
    counts = scoring.recorded(found).loc["hbi"]
    assert counts.to_dict() == {"recorded": 3, "computed": 2, "equal": 1, "different": 1,
                                "largest": 1, "from_items": 2, "from_recorded": 0}  # fmt: skip
    [line] = scoring.differences(found).to_dict("records")
    assert line == {"patient_id": "a", "visit": "baseline", "index": "hbi", "recorded": 9,
                    "computed": 8, "difference": 1}  # fmt: skip


def test_where_nothing_was_recorded_nothing_is_added_or_said():
    table = visits().drop(columns="hbi_recorded")
    found = scoring.score(table, [hbi], source="items_else_recorded")
    assert {"hbi_source", "hbi_computed"}.isdisjoint(found)
    assert scoring.sources(found) == ""
    assert scoring.differences(found).empty


def test_a_note_says_how_many_scores_came_from_which():
    found = scoring.score(visits(), [hbi], source="items_else_recorded")
    assert scoring.sources(found) == (
        "Scores from items or as the centre recorded them: hbi 2 and 1."
    )


def test_a_total_without_any_of_its_items_can_be_the_score():
    table = pd.DataFrame({"ses_cd_recorded": [12.0, 2.0], "disease": "CD"})
    found = scoring.score(table, [ses_cd], source="recorded")
    assert found["ses_cd"].tolist() == [12, 2]
    assert found["ses_cd_band"].tolist() == ["moderate", "inactive"]


def test_a_recorded_mayo_score_has_no_band_that_hangs_on_its_subscores():
    # Remission is at most 2 and no subscore above 1: a total of 2 alone does not tell.
    table = pd.DataFrame({"mayo_full_recorded": [2.0, 7.0], "disease": "UC"})
    found = scoring.score(table, [mayo_full], source="recorded")
    assert found["mayo_full"].tolist() == [2, 7]
    assert found["mayo_full_band"].isna().all()


def endoscopies(baseline, week12):
    """Pairs of one patient: a list of five sizes of ulcers by segment, or a total.

    Another had every segment explored, so that the cohort can be scored.
    """
    rows = []
    given_of = [("a", "baseline", baseline), ("a", "week12", week12), ("b", "baseline", [1] * 5)]
    for patient, visit, given in given_of:
        cells = {f"{name}_{segment}": np.nan for name in VARIABLES for segment in SEGMENTS}
        if isinstance(given, list):
            for segment, size in zip(SEGMENTS, given, strict=True):
                if size is not None:
                    cells |= {f"{name}_{segment}": 0.0 for name in VARIABLES}
                    cells[f"ulcer_size_{segment}"] = float(size)
        total = given if isinstance(given, float) else np.nan
        rows.append({"patient_id": patient, "visit": visit, "ses_cd_recorded": total} | cells)
    scored = scoring.score(pd.DataFrame(rows), [ses_cd], source="items_else_recorded")
    return e.pairs(scored)


@pytest.mark.parametrize(
    ("baseline", "week12", "matched"),
    [
        ([3, 3, 2, 0, None], [1, 0, 0, None, 0], (8, 1)),  # ileum, right and transverse colon
        (12.0, 5.0, (12, 5)),  # totals alone: nobody can match them
        ([3, 3, 2, 0, None], 5.0, (8, 5)),
        (12.0, [1, 0, 0, None, 0], (12, 1)),
        (12.0, None, (np.nan, np.nan)),
    ],
)
def test_a_total_stands_for_the_matched_score_only_where_no_segment_is_known(
    baseline, week12, matched
):
    pairs = endoscopies(baseline, week12)
    np.testing.assert_array_equal(
        pairs.loc["a", ["ses_cd_matched_baseline", "ses_cd_matched"]].astype(float), matched
    )


def test_the_response_by_recorded_totals_falls_where_the_cut_is():
    # More than half: 12 to 5 is a response, 12 to 6 is none.
    assert e.endoscopic_response(endoscopies(12.0, 5.0))["a"]
    assert not e.endoscopic_response(endoscopies(12.0, 6.0))["a"]


TOML = """
title = "totals"
pseudonyms = false
score_source = "items_else_recorded"
[patients]
file = "p.csv"
[patients.columns]
patient_id = "id"
disease = "dx"
[visits]
file = "v.csv"
[visits.columns]
patient_id = "id"
visit = "visit"
hbi_recorded = "HBI"
uceis_recorded = "UCEIS"
"""


def test_a_total_off_the_form_is_no_score(tmp_path):
    (tmp_path / "cohort.toml").write_text(TOML)
    (tmp_path / "p.csv").write_text("id,dx\nP1,UC\n")
    (tmp_path / "v.csv").write_text("id,visit,HBI,UCEIS\nP1,baseline,-1,9\nP1,week12,4,8\n")
    cohort = read_cohort(tmp_path)
    assert cohort.score_source == "items_else_recorded"
    clean = cleaning.clean(cohort)
    found = clean.queries[["visit", "column", "old", "problem"]].values.tolist()
    assert found == [["baseline", "hbi_recorded", "-1", "not permitted"],
                     ["baseline", "uceis_recorded", "9", "not permitted"]]  # fmt: skip
    assert clean.tables["visits"]["uceis_recorded"].tolist()[1] == 8


def test_a_source_that_is_none_is_refused(tmp_path):
    (tmp_path / "cohort.toml").write_text(TOML.replace("items_else_recorded", "totals"))
    with pytest.raises(CohortError, match="score_source: 'totals': one of items, recorded, items_"):
        read_cohort(tmp_path)
