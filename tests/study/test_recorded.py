"""Totals that the centre recorded: compared with the items, and their stand-in where asked for."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores import endpoints as e
from ibd_scores import hbi, mayo_full, ses_cd, ses_cd_without_narrowing
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study import cleaning, scoring, tidy, totals
from ibd_scores.study.cohort import CohortError, read_cohort
from ibd_scores.study.evaluability import active_at_entry, reasons

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


def test_disagreements_are_counted_and_listed():
    table = visits().assign(hbi_recorded=[9.0, 8.0, 5.0, np.nan])
    found = scoring.score(table, [hbi])
    counts = totals.compared(found).loc["hbi"]
    assert counts.to_dict() == {"recorded": 3, "computed": 2, "equal": 1, "different": 1,
                                "largest": 1, "from_items": 2, "from_recorded": 0}  # fmt: skip
    [line] = totals.differences(found).to_dict("records")
    assert line == {"patient_id": "a", "visit": "baseline", "index": "hbi", "recorded": 9,
                    "computed": 8, "difference": 1}  # fmt: skip


def test_where_nothing_was_recorded_nothing_is_added_or_said():
    table = visits().drop(columns="hbi_recorded")
    found = scoring.score(table, [hbi], source="items_else_recorded")
    assert {"hbi_source", "hbi_computed"}.isdisjoint(found)
    assert totals.sources(found) == ""
    assert totals.differences(found).empty


def test_a_note_says_how_many_scores_came_from_which():
    found = scoring.score(visits(), [hbi], source="items_else_recorded")
    assert totals.sources(found) == (
        "Scores from items or as the centre recorded them: HBI 2 and 1."
    )


def test_a_total_without_any_of_its_items_can_be_the_score():
    table = pd.DataFrame({"ses_cd_recorded": [12.0, 2.0], "disease": "CD"})
    found = scoring.score(table, [ses_cd], source="recorded")
    assert found["ses_cd"].tolist() == [12, 2]
    assert found["ses_cd_band"].tolist() == ["moderate", "inactive"]


@pytest.mark.parametrize(
    ("total", "subscores", "band"),
    [
        # Remission is at most 2 and no subscore above 1: a total of 2 alone does not tell.
        (2.0, {}, None),
        (2.0, {"endoscopic_subscore": 2.0}, "remission criteria not met"),
        (2.0, {"endoscopic_subscore": 1.0}, "remission"),  # what is left is 1: 1 at most in each
        (1.0, {}, "remission"),
        (0.0, {}, "remission"),
        (3.0, {}, "mild"),
        (7.0, {}, "moderate"),
        (12.0, {}, "severe"),
        (np.nan, {"endoscopic_subscore": 1.0}, None),
    ],
)
def test_a_recorded_mayo_score_has_its_band_where_its_subscores_cannot_change_it(
    total, subscores, band
):
    whole = {"stool_frequency": 1.0, "rectal_bleeding": 1.0, "endoscopic_subscore": 1.0,
             "physician_global": 1.0}  # fmt: skip
    rows = [whole | {"mayo_full_recorded": 4.0}, dict.fromkeys(whole) | subscores]
    rows[1]["mayo_full_recorded"] = total
    found = scoring.score(pd.DataFrame(rows, dtype=float), [mayo_full], source="recorded")
    bands = [None if pd.isna(one) else one for one in found["mayo_full_band"]]
    assert bands == ["mild", band]


def endoscopy(patient, visit, sizes=None, total=np.nan):
    """One endoscopy: the size of ulcers in five segments (None was not reached), or a total."""
    cells = {f"{name}_{segment}": np.nan for name in VARIABLES for segment in SEGMENTS}
    for segment, size in zip(SEGMENTS, sizes or [], strict=bool(sizes)):
        if size is not None:
            cells |= {f"{name}_{segment}": 0.0 for name in VARIABLES}
            cells[f"ulcer_size_{segment}"] = float(size)
    return {"patient_id": patient, "visit": visit, "disease": "CD",
            "ses_cd_recorded": total} | cells  # fmt: skip


def scoped(*rows, source="items_else_recorded"):
    """Scores of these endoscopies, and of one that was whole, so that the cohort can be scored."""
    table = pd.DataFrame([*rows, endoscopy("whole", "baseline", [1] * 5)])
    return scoring.score(table, [ses_cd, ses_cd_without_narrowing], source=source)


def endoscopies(baseline, week12, **chosen):
    """Pairs of one patient, each visit a list of sizes or a total."""
    rows = [
        endoscopy("a", visit, given if isinstance(given, list) else None,
                  given if isinstance(given, float) else np.nan)
        for visit, given in (("baseline", baseline), ("week12", week12))
    ]  # fmt: skip
    return e.pairs(scoped(*rows, **chosen))


WHOLE = [3, 3, 2, 0, 0]


@pytest.mark.parametrize(
    ("baseline", "week12", "matched"),
    [
        ([3, 3, 2, 0, None], [1, 0, 0, None, 0], (8, 1)),  # ileum, right and transverse colon
        (12.0, 5.0, (12, 5)),  # totals alone: each read as one of a whole examination
        (WHOLE, 5.0, (8, 5)),
        (12.0, [1, 0, 0, 0, 0], (12, 1)),
        # What part of 5 lies in the rectum, or of 12 in the left colon, nobody knows: a segment
        # that was not reached again would be a response that nobody saw.
        ([3, 3, 2, 0, None], 5.0, (8, np.nan)),
        (12.0, [1, 0, 0, None, 0], (np.nan, 1)),
        (12.0, None, (np.nan, np.nan)),
    ],
)
def test_a_total_is_the_matched_score_where_each_of_its_segments_was_seen_at_the_other_visit(
    baseline, week12, matched
):
    pairs = endoscopies(baseline, week12)
    np.testing.assert_array_equal(
        pairs.loc["a", ["ses_cd_matched_baseline", "ses_cd_matched"]].astype(float), matched
    )


def test_where_recorded_totals_are_the_score_the_response_is_theirs_and_not_the_items():
    # By the items 12 to 4, by the totals 20 to 15.
    rows = [endoscopy("a", "baseline", [3, 3, 3, 3, 0], 20.0),
            endoscopy("a", "week12", [1, 1, 1, 1, 0], 15.0)]  # fmt: skip
    pairs = e.pairs(scoped(*rows, source="recorded"))
    assert pairs.loc["a", ["ses_cd_matched_baseline", "ses_cd_matched"]].tolist() == [20, 15]
    assert not e.endoscopic_response(pairs)["a"]
    assert e.endoscopic_response(e.pairs(scoped(*rows, source="items")))["a"]


@pytest.mark.parametrize(("total", "matched"), [(8.0, 7), (9.0, np.nan)])
def test_a_total_that_its_items_make_is_matched_by_them(total, matched):
    # The rectum, with 1, was not reached again: 8 is 7 without it. What 9 is, nobody knows.
    rows = [endoscopy("a", "baseline", [3, 2, 2, 0, 1], total),
            endoscopy("a", "week12", [1, 0, 0, 0, None], 1.0)]  # fmt: skip
    pairs = e.pairs(scoped(*rows, source="recorded"))
    np.testing.assert_array_equal(pairs.loc["a", "ses_cd_matched_baseline"], matched)


def test_remission_by_recorded_totals_can_be_met_as_well_as_missed():
    # SES-CD of at most 2; deep with a CDAI below 150.
    found = {week12: endoscopies(12.0, week12).assign(cdai=100.0) for week12 in (2.0, 3.0)}
    assert [e.ses_cd_remission(one)["a"] for one in found.values()] == [True, False]
    assert [e.deep_remission(one)["a"] for one in found.values()] == [True, False]


def test_a_total_that_says_nothing_of_a_segment_not_reached_again_leaves_remission_open():
    assert pd.isna(e.ses_cd_remission(endoscopies(12.0, [0, 0, 0, None, 0]))["a"])
    assert e.ses_cd_remission(endoscopies(WHOLE, 2.0))["a"]


@pytest.mark.parametrize("week12", [0.0, 1.0, 12.0])
def test_what_asks_for_subscores_or_ulcers_is_not_evaluable_from_a_total_however_it_went(week12):
    pairs = endoscopies(WHOLE, week12)
    for one in (e.endoscopic_remission_uexcel, e.ulcer_free, e.endoscopic_healing):
        assert pd.isna(one(pairs)["a"]), one.name
    found = reasons([e.endoscopic_remission_uexcel], pairs.loc[["a"]], population=pd.Index(["a"]),
                    started=pd.Index(["a"]))  # fmt: skip
    assert found["n"].to_dict() == {
        ("endoscopic_remission_uexcel", "week 12: SES-CD recorded as a total alone"): 1
    }


@pytest.mark.parametrize(
    ("total", "ileal", "active"),
    # 6, or 4 in isolated ileal disease, without narrowing; of a total that part is not known.
    [(3.0, 1, False), (5.0, 0, False), (5.0, 1, True), (5.0, np.nan, True), (6.0, 0, True)],
)
def test_who_has_too_low_a_total_was_not_active_at_entry(total, ileal, active):
    pairs = endoscopies(total, 1.0).assign(isolated_ileal_baseline=ileal)
    assert active_at_entry(pairs)["a"] == active


def test_totals_of_0_are_counted_as_scores():
    table = scoped(endoscopy("a", "baseline", total=0.0))[:1]
    assert scoring.summary(table, [ses_cd]).loc[("ses_cd", "baseline"), "scored"] == 1


def test_a_total_without_segments_says_of_none_that_it_was_not_reached():
    table = scoped(endoscopy("a", "baseline", total=4.0))
    assert scoring.explored(table).loc["ileum"].tolist() == [1, 0]
    assert totals.sources(table) == (
        "Scores from items or as the centre recorded them: SES-CD 1 and 1. Recorded SES-CD of "
        "which no segment is known: 1, each compared as one of a whole examination, as nothing "
        "tells which segments two visits share."
    )


def test_a_computed_score_that_is_left_out_is_said():
    found = scoring.score(visits(), [hbi], source="recorded")
    assert totals.sources(found) == (
        "Scores from items or as the centre recorded them: HBI 0 and 2. Computed but without a "
        "recorded total, and left out: HBI 1."
    )
    assert totals.sources(scoring.score(visits(), [hbi])) == (
        "Scores from items or as the centre recorded them: HBI 2 and 0."
    )


@pytest.mark.parametrize(
    ("recorded", "computed", "equal"),
    [(220.0, 220.4286, 1), (220.43, 220.4286, 1), (220.4, 220.4286, 1), (220.5, 220.4286, 0),
     (221.0, 220.4286, 0), (220.0, 220.5, 1), (3.0, 2.9, 1), (3.2, 2.9, 0)],
)  # fmt: skip
def test_a_total_is_equal_to_as_many_decimals_as_it_was_written_with(recorded, computed, equal):
    table = pd.DataFrame({"patient_id": ["a"], "visit": ["baseline"], "cdai": [computed],
                          "cdai_recorded": [recorded]})  # fmt: skip
    assert totals.compared(table).loc["cdai", ["equal", "different"]].tolist() == [equal, 1 - equal]
    assert len(totals.differences(table)) == 1 - equal


def test_an_index_without_a_short_name_is_called_by_its_title():
    assert totals.sources(pd.DataFrame({"sccai_source": ["recorded"]})) == (
        "Scores from items or as the centre recorded them: Simple Clinical Colitis Activity Index "
        "0 and 1."
    )


VISIT = pd.DataFrame({"patient_id": ["a"], "visit": ["baseline"], "disease": ["CD"]})


def test_a_disagreement_that_stands_in_two_tables_is_listed_once():
    found = scoped(endoscopy("a", "baseline", [1] * 5, 9.0), source="items")
    joined = scoring.with_endoscopy(VISIT, found.drop(columns="disease"))
    assert totals.differences(joined, found)["difference"].tolist() == [4]


@pytest.mark.parametrize(
    ("source", "score"), [("items", 5), ("recorded", 9), ("items_else_recorded", 5)]
)
def test_a_total_kept_with_the_visit_stands_for_that_of_the_endoscopy(source, score):
    found = scoped(endoscopy("a", "baseline", [1] * 5)).drop(
        columns=["disease", "ses_cd_recorded", "ses_cd_source", "ses_cd_computed"]
    )
    joined = scoring.with_endoscopy(VISIT.assign(ses_cd_recorded=9.0), found, source=source)
    assert joined["ses_cd"].tolist() == [score]
    assert joined["ses_cd_computed"].tolist() == [5]
    # 5 is mild, below 7; 9 is moderate.
    assert joined["ses_cd_band"].tolist() == ["moderate" if score == 9 else "mild"]


def test_a_total_kept_in_two_places_is_refused():
    found = scoped(endoscopy("a", "baseline", [1] * 5, 9.0)).drop(columns="disease")
    with pytest.raises(ValueError, match=r"ses_cd_recorded stands in \[visits\] and in \[endosc"):
        scoring.with_endoscopy(VISIT.assign(ses_cd_recorded=9.0), found)


def test_a_total_that_the_index_does_not_have_is_never_a_score():
    table = pd.DataFrame({"ses_cd_recorded": [12.5], "disease": "CD"})
    with pytest.raises(ValueError, match=r"ses_cd_recorded = 12\.5 in row 0; permitted: 0 to 60"):
        scoring.score(table, [ses_cd], source="recorded")


@pytest.mark.parametrize(
    ("name", "permitted"),
    [("mayo_full", range(13)), ("uceis", range(9)), ("sccai", range(20)), ("ses_cd", range(61))],
)
def test_a_total_of_whole_numbers_is_one(name, permitted):
    assert tidy.recorded(f"{name}_recorded").item.values == permitted


@pytest.mark.parametrize("name", ["cdai", "pro2_cd", "cdeis", "wpcdai", "van_assche_modified"])
def test_a_total_of_decimals_may_have_some(name):
    assert not tidy.recorded(f"{name}_recorded").item.off(np.array([12.5])).any()


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


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("hbi_recorded", "hib_recorded", "unknown column 'hib_recorded'"),
        ("hbi_recorded", "rutgeerts_recorded", "unknown column 'rutgeerts_recorded'"),
        ('disease = "dx"', 'disease = "dx"\nhbi_recorded = "HBI"', "hbi_recorded stands in two"),
    ],
)
def test_a_total_is_one_of_an_index_and_stands_once(tmp_path, old, new, message):
    assert old in TOML
    (tmp_path / "cohort.toml").write_text(TOML.replace(old, new, 1))
    with pytest.raises(CohortError, match=message):
        read_cohort(tmp_path)


def test_a_source_that_is_none_is_refused(tmp_path):
    (tmp_path / "cohort.toml").write_text(TOML.replace("items_else_recorded", "totals"))
    with pytest.raises(CohortError, match="score_source: 'totals': one of items, recorded, items_"):
        read_cohort(tmp_path)
