"""Visits joined with what their scores read, and the tables that count what came of it."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores import cdai, hbi, mayo_full, ses_cd
from ibd_scores.entries import ENTRIES
from ibd_scores.study import scoring, totals
from ibd_scores.study.tidy import CELLS

PATIENTS = pd.DataFrame({
    "patient_id": ["P1", "U1"], "disease": ["CD", "UC"], "sex": ["male", "female"],
    "age": [30.0, 50.0], "height_m": [1.7, 1.6], "normal_stools_per_day": [np.nan, 1.0],
})  # fmt: skip
VISITS = pd.DataFrame({
    "patient_id": ["P1", "U1"], "visit": ["baseline", "baseline"],
    "date": pd.to_datetime(["2024-03-08", "2024-03-08"]),
    "stools_per_day": [np.nan, 6.0], "rectal_bleeding": [np.nan, 2.0],
    "physician_global": [np.nan, 2.0], "endoscopic_subscore": [np.nan, 1.0],
    "friability": [np.nan, 1.0],
}, index=[10, 20])  # fmt: skip
DIARY = pd.DataFrame({
    "patient_id": "P1", "date": pd.date_range("2024-03-02", periods=6), "liquid_stools": 3,
    "abdominal_pain": 1, "general_wellbeing": 1,
})  # fmt: skip


def endoscopy(patient="P1", visit="baseline", number=1, **cells):
    one = {"patient_id": patient, "visit": visit, "date": pd.Timestamp("2024-03-07"),
           "endoscopy": number}  # fmt: skip
    return one | dict.fromkeys(CELLS, 0.0) | cells


def test_a_visit_is_joined_with_patient_diary_and_derived_items():
    table = scoring.prepare(PATIENTS, VISITS, DIARY)
    assert table.index.tolist() == [10, 20]
    assert table.loc[10, "liquid_stools_7d"] == 21
    assert table.loc[10, "standard_weight_kg"] == pytest.approx(22.1 * 1.7**2)
    assert table.loc[20, "stool_frequency"] == 3
    assert table.loc[20, "endoscopic_subscore_adapted"] == 2


def test_a_patient_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="not a many-to-one merge"):
        scoring.prepare(pd.concat([PATIENTS, PATIENTS]), VISITS, DIARY)


def test_a_cohort_without_a_diary_is_joined_all_the_same():
    table = scoring.prepare(PATIENTS, VISITS, DIARY[:0])
    assert table["diary_days"].tolist() == [0, 0]
    assert table["liquid_stools_7d"].isna().all()
    assert scoring.diary_days(table).empty


def test_only_indices_whose_columns_are_filled_in_are_scored():
    scores = scoring.score(scoring.prepare(PATIENTS, VISITS, DIARY), scoring.CLINICAL)
    assert scores.loc[20, "mayo_full"] == 8
    assert scores.loc[20, "mayo_adapted"] == 7
    assert scores.loc[10, "short_cdai"] == 44 + 42 + 35 + 49
    assert scores[["cdai", "cdai_band", "uceis", "uceis_band"]].isna().all(axis=None)
    assert scores["cdai_band"].cat.categories.tolist() == list(cdai.rungs)
    assert {"cdai", "uceis"}.isdisjoint(scoring.summary(scores, scoring.CLINICAL).index.levels[0])
    assert scores.loc[20, "mayo_full_band"] == "moderate"


def test_a_variant_goes_to_the_indices_that_have_it():
    table = pd.DataFrame({
        "liquid_stools_7d": [7], "abdominal_pain_7d": [2], "general_wellbeing_7d": [3],
        "complications": [0], "antidiarrheal": [0], "abdominal_mass": [0],
        "hematocrit_percent": [44], "sex": ["female"], "weight_kg": [80],
        "standard_weight_kg": [60], "liquid_stools_mean": [1], "abdominal_pain_mean": [0],
        "general_wellbeing_mean": [0],
    })  # fmt: skip
    entries = scoring.CLINICAL
    assert scoring.score(table, entries)["cdai"].tolist() == [23]  # CDAI-2
    assert scoring.score(table, entries, hematocrit_floor=0)["cdai"].tolist() == [35]  # CDAI-2b


SCCAI = {"bowel_frequency_day": 2, "bowel_frequency_night": 1, "urgency": 2, "blood_in_stool": 2,
         "general_wellbeing_sccai": 1, "extracolonic": 1}  # fmt: skip


def test_a_further_index_is_scored_where_its_items_stand_and_left_out_elsewhere():
    table = scoring.prepare(PATIENTS, VISITS.assign(**SCCAI), DIARY)
    scores = scoring.score(table, scoring.CLINICAL)
    assert scores["sccai"].tolist() == [9, 9]
    assert scores["sccai_band"].astype("str").tolist() == ["active", "active"]
    assert scoring.summary(scores, scoring.CLINICAL).loc[("sccai", "baseline"), "scored"] == 2
    assert {"sibdq", "lichtiger", "mayo_6_point"}.isdisjoint(scores)
    plain = scoring.score(scoring.prepare(PATIENTS, VISITS, DIARY), scoring.CLINICAL)
    assert set(plain) - set(table) == {
        name for entry in scoring.ALWAYS[:-2]
        for name in ([entry.name, f"{entry.name}_band"] if entry.bands else [entry.name])
    }  # fmt: skip


def test_the_further_indices_are_those_of_the_catalogue_that_can_be_relied_on():
    names = {entry.name for entry in scoring.FURTHER}
    assert {"sccai", "sibdq", "lichtiger", "pucai", "ibdq", "robarts"} <= names
    assert not any(entry.provisional for entry in scoring.FURTHER)
    assert not names & {entry.name for entry in scoring.ALWAYS}


def test_an_age_that_nobody_recorded_keeps_no_index_from_being_scored():
    points = {item.name: 0.0 for item in ENTRIES["pcdai_abbreviated"].items}
    ageless = scoring.prepare(PATIENTS.assign(age=np.nan), VISITS.assign(**points), DIARY)
    scores = scoring.score(ageless, scoring.CLINICAL)
    assert scores["pcdai_abbreviated"].tolist() == [0, 0]
    missing = scoring.missing(scores, scoring.CLINICAL)
    assert "pcdai_abbreviated" not in missing.index.get_level_values("index")


def test_an_age_is_needed_where_an_item_is_derived_from_it_and_only_there():
    pcdai = ENTRIES["pcdai"]
    points = pd.DataFrame([{item.name: 0.0 for item in pcdai.items} | {"age": np.nan}])
    assert scoring.readable(points, [pcdai]) == [pcdai]
    charted = points.drop(columns="hematocrit_pcdai").assign(hematocrit_percent=40.0, sex="male")
    assert scoring.readable(charted, [pcdai]) == []
    assert scoring.readable(charted.assign(age=12.0), [pcdai]) == [pcdai]


def test_what_an_index_for_both_diseases_lacks_is_counted_in_both():
    answers = {item.name: [4.0, 4.0, np.nan] for item in ENTRIES["sibdq"].items}
    scores = pd.DataFrame({"disease": ["CD", "UC", "nonIBD"]} | answers)
    scores.loc[1, "sibdq_3"] = np.nan
    found = scoring.missing(scores, scoring.CLINICAL)
    assert found.to_dict("index") == {
        ("sibdq", "sibdq_3"): {"visits": 1, "alone": 1, "of": 2},
    }  # fmt: skip


def test_of_several_endoscopies_at_one_visit_none_is_chosen():
    twice = pd.DataFrame([endoscopy(), endoscopy(number=2)]).assign(ses_cd=[0.0, 8.0])
    assert scoring.with_endoscopy(VISITS, twice)["ses_cd"].isna().all()
    once = scoring.with_endoscopy(VISITS, twice[1:])
    assert once["ses_cd"].tolist()[0] == 8
    assert once["date"].equals(VISITS["date"])


def test_the_summary_counts_by_visit_where_the_visits_are_the_study_s():
    scores = pd.DataFrame({"visit": ["baseline", "week12", "week12"], "hbi": [8, 2, np.nan],
                           "disease": "CD"} | {item.name: 0 for item in hbi.items})  # fmt: skip
    found = scoring.summary(scores, [hbi])
    assert found["scored"].to_dict() == {("hbi", "baseline"): 1, ("hbi", "week12"): 1}
    others = scoring.summary(scores.assign(visit=["1", "2", "3"]), [hbi])
    assert others.loc[("hbi", "all"), ["scored", "median"]].tolist() == [2, 5]


def test_every_band_of_the_ladder_is_counted_and_none_left_out():
    scores = pd.DataFrame({"visit": ["baseline"], "hbi": [8.0], "hbi_band": ["moderate"]}
                          | {item.name: 0 for item in hbi.items})  # fmt: skip
    found = scoring.bands(scores, [hbi])["baseline"]
    assert found.loc["hbi"].to_dict() == {"remission": 0, "mild": 0, "moderate": 1, "severe": 0}


def test_what_a_score_lacks_is_counted_for_visits_of_its_disease():
    items = {item.name: [1.0, np.nan, np.nan] for item in mayo_full.items}
    items["rectal_bleeding"] = [1.0, 1.0, np.nan]
    items["physician_global"] = [np.nan, 1.0, np.nan]
    scores = pd.DataFrame({"disease": ["UC", "UC", "CD"]} | items)
    found = scoring.missing(scores, [mayo_full]).loc["mayo_full"]
    assert found["of"].unique().tolist() == [2]
    assert found["visits"].to_dict() == {
        "stool_frequency": 1, "endoscopic_subscore": 1, "physician_global": 1,
    }  # fmt: skip
    assert found["alone"].to_dict() == {
        "stool_frequency": 0, "endoscopic_subscore": 0, "physician_global": 1,
    }  # fmt: skip


def test_recorded_totals_are_compared_where_both_exist():
    table = pd.DataFrame({"hbi": [4, 5, np.nan, 1], "hbi_recorded": [4, 6, 2, np.nan]})
    assert totals.compared(table).loc["hbi"].to_dict() == {
        "recorded": 3, "computed": 2, "equal": 1, "different": 1, "largest": 1, "from_items": 0,
        "from_recorded": 0,
    }  # fmt: skip


def test_a_recorded_total_without_items_is_counted_as_not_computed():
    found = totals.compared(pd.DataFrame({"pcdai_recorded": [10.0]})).loc["pcdai"]
    assert found[["recorded", "computed", "equal", "different"]].tolist() == [1, 0, 0, 0]


def test_segments_not_reached_and_contradictions_are_counted():
    blank = {name: np.nan for name in CELLS if name.endswith("_ileum")}
    table = pd.DataFrame([endoscopy(**blank), endoscopy(ulcer_size_rectum=1.0)])
    assert scoring.explored(table).loc["ileum"].tolist() == [1, 1]
    assert scoring.explored(table).loc["rectum"].tolist() == [2, 0]
    assert scoring.contradictions(table, [ses_cd])["rows"].tolist() == [1]


def test_a_cohort_in_which_nothing_can_be_scored_gives_empty_tables():
    nothing = pd.DataFrame({"disease": ["UC"], "visit": ["baseline"], "patient_id": ["U1"]})
    assert scoring.summary(nothing, scoring.CLINICAL).empty
    assert scoring.bands(nothing, scoring.CLINICAL).columns.tolist() == ["baseline"]
    assert scoring.missing(nothing, scoring.CLINICAL).index.names == ["index", "column"]
    assert scoring.contradictions(nothing, scoring.ENDOSCOPIC).columns.tolist() == ["rows"]
    assert totals.compared(nothing).empty


def test_a_recorded_standard_weight_or_subscore_stands():
    told = VISITS.assign(standard_weight_kg=75.0, stool_frequency=1.0)
    table = scoring.prepare(PATIENTS, told, DIARY)
    assert table["standard_weight_kg"].tolist() == [75, 75]
    assert table["stool_frequency"].tolist() == [1, 1]


def test_recorded_diary_totals_stand():
    told = VISITS.assign(liquid_stools_7d=[30.0, np.nan])
    table = scoring.prepare(PATIENTS, told, DIARY)
    assert table["liquid_stools_7d"].tolist() == pytest.approx([30, np.nan], nan_ok=True)
    assert table["abdominal_pain_7d"].tolist() == pytest.approx([7, np.nan], nan_ok=True)


def test_what_stands_with_the_visit_is_not_overwritten_by_its_endoscopy():
    one = pd.DataFrame([endoscopy(lemann_index=9.0)])
    joined = scoring.with_endoscopy(VISITS.assign(lemann_index=[4.0, 5.0]), one)
    assert joined["lemann_index"].tolist() == [4, 5]
    assert joined["ulcer_size_rectum"].tolist() == pytest.approx([0, np.nan], nan_ok=True)
