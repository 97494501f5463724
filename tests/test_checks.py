"""What contradicts itself though each value is permitted: reported, and scored as recorded."""

import pandas as pd
import pytest

from ibd_scores import (
    derive,
    hbi,
    maria,
    mayo_adapted,
    milan_ultrasound,
    pro2_cd,
    rutgeerts_modified,
    ses_cd,
    short_cdai,
    truelove_witts,
    van_assche,
)
from ibd_scores.endpoints import imaging_pairs, pairs, transmural_healing_ultrasound

TRACT = {"fistula_tracts_vai": 1, "fistula_location_vai": 1, "fistula_extension_vai": 1,
         "t2_hyperintensity_vai": 0, "collections_vai": 0, "rectal_wall_vai": 0}  # fmt: skip


@pytest.mark.parametrize(
    "contradiction",
    [
        {"fistula_tracts_vai": 0, "fistula_extension_vai": 0},
        {"fistula_tracts_vai": 0, "fistula_location_vai": 0},
        {"fistula_location_vai": 0},
        {"fistula_extension_vai": 0},
    ],
)
def test_a_tract_has_a_place_and_a_place_has_a_tract(contradiction):
    assert van_assche.problems(TRACT).empty
    found = van_assche.problems(TRACT | contradiction)
    assert found["item"].tolist() == ["fistula_tracts_vai"]
    assert van_assche(TRACT | contradiction) == sum((TRACT | contradiction).values())


def test_no_tract_has_no_place():
    assert van_assche.problems(dict.fromkeys(TRACT, 0)).empty


@pytest.mark.parametrize("index", [hbi, short_cdai, pro2_cd])
@pytest.mark.parametrize(("stools", "reported"), [(25, False), (25.1, True)])
def test_more_than_25_stools_a_day_are_reported(index, stools, reported):
    (name,) = (item.name for item in index.items if "stools" in item.name)
    one = {item.name: 0 for item in index.items} | {name: stools}
    assert index.problems(one).empty != reported


def test_a_normal_but_friable_mucosa_is_reported():
    one = {"stool_frequency": 0, "rectal_bleeding": 0, "endoscopic_subscore": 0, "friability": 1}
    assert mayo_adapted.problems(one)["item"].tolist() == ["friability"]


def test_findings_that_contradict_each_other_are_reported():
    findings = {"stools_per_day": 4, "bloody_stools_per_day": 6, "temperature_c": 36.8,
                "pulse_bpm": 80, "hemoglobin_g_dl": 12, "esr_mm_h": 10}  # fmt: skip
    assert truelove_witts.problems(findings)["why"].tolist() == ["more bloody stools than stools"]
    without = {item.name: 0 for item in rutgeerts_modified.items}
    assert "does not apply" in rutgeerts_modified.problems(without)["why"][0]


def test_a_wall_in_centimeters_is_reported():
    (why,) = milan_ultrasound.problems(wall_thickness_mm=0.6, doppler_flow=0)["why"]
    assert why == "under 1 mm: looks like centimeters; give millimeters"
    found = maria.problems(wall_thickness_mm=6, relative_contrast_enhancement=1.2, edema=0,
                           mural_ulcers=0)  # fmt: skip
    assert found["why"].tolist() == ["looks like a fraction: give percent"]


def test_a_blank_flag_leaves_no_day_of_the_diary_out():
    visits = pd.DataFrame({"patient_id": ["P1"], "date": pd.to_datetime(["2024-03-08"])})
    diary = pd.DataFrame({
        "patient_id": "P1", "date": pd.date_range("2024-03-04", periods=4), "liquid_stools": 2,
        "abdominal_pain": 1, "general_wellbeing": 1, "endoscopy": [None, 0, 0, 0],
    })  # fmt: skip
    assert derive.diary_window(visits, diary)["liquid_stools_7d"].tolist() == [14]
    with pytest.raises(ValueError, match=r"endoscopy: 1 value .* endoscopy = 2 in row 1"):
        derive.diary_window(visits, diary.assign(endoscopy=[0, 2, 0, 0]))


def test_a_diary_may_have_rows_of_one_label_and_no_flags():
    visits = pd.DataFrame({"patient_id": ["P1"], "date": pd.to_datetime(["2024-03-08"])})
    diary = pd.DataFrame({
        "patient_id": "P1", "date": pd.date_range("2024-03-04", periods=4), "liquid_stools": 2,
        "abdominal_pain": 1, "general_wellbeing": 1,
    }, index=[7, 7, 7, 7])  # fmt: skip
    assert derive.diary_window(visits, diary)["liquid_stools_7d"].tolist() == [14]


def test_the_time_of_day_does_not_matter_to_a_diary():
    visits = pd.DataFrame({"patient_id": ["P1"], "date": pd.to_datetime(["2024-03-08 10:30"])})
    diary = pd.DataFrame({
        "patient_id": "P1", "date": pd.date_range("2024-03-04 08:00", periods=4),
        "liquid_stools": 2, "abdominal_pain": 1, "general_wellbeing": 1,
    })  # fmt: skip
    assert derive.diary_window(visits, diary)["liquid_stools_7d"].tolist() == [14]
    zoned = diary.assign(date=diary["date"].dt.tz_localize("Asia/Shanghai"))
    with pytest.raises(ValueError, match="date in diary has a time zone"):
        derive.diary_window(visits, zoned)


@pytest.mark.parametrize(
    ("ileum", "colon", "isolated"), [(1, 0, [1]), (1, 1, [0]), (1, None, [None])]
)
def test_montreal_tells_of_a_colon_that_was_not_seen_whole(ileum, colon, isolated):
    cells = dict.fromkeys([item.name for item in ses_cd.items], 0.0) | {"ulcer_size_ileum": 2}
    cells |= {item.name: None for item in ses_cd.items if item.segment == "rectum"}
    visits = pd.DataFrame([
        {"patient_id": "P1", "visit": visit, "disease_ileum": ileum, "disease_colon": colon}
        | cells
        for visit in ("baseline", "week12")
    ])  # fmt: skip
    found = pairs(visits)["isolated_ileal_baseline"].astype(object)
    assert found.where(found.notna(), None).tolist() == isolated


def test_rows_without_a_patient_are_refused():
    visits = pd.DataFrame({"patient_id": ["P1", None], "visit": ["baseline", "week12"]})
    with pytest.raises(ValueError, match="pairs: 1 rows have no patient_id, the first is row 1"):
        pairs(visits)


@pytest.mark.parametrize(("flow", "verdict"), [(0, pd.NA), (1, False)])
def test_a_wall_not_measured_at_baseline_may_have_been_diseased(flow, verdict):
    rows = [("baseline", "ileum", 6, 1), ("baseline", "sigmoid", None, 1),
            ("week12", "ileum", 2, flow), ("week12", "sigmoid", 9, 1)]  # fmt: skip
    imaging = pd.DataFrame(rows, columns=["visit", "segment", "wall_thickness_mm", "doppler_flow"])
    healed = transmural_healing_ultrasound(imaging_pairs(imaging.assign(patient_id="P1")))
    assert healed["P1"] is verdict or healed["P1"] == verdict


@pytest.mark.parametrize(("look_back", "stools"), [(7, None), (14, 14)])
def test_a_diary_may_look_further_back_for_days_that_were_recorded(look_back, stools):
    visits = pd.DataFrame({"patient_id": ["P1"], "date": pd.to_datetime(["2024-03-15"])})
    diary = pd.DataFrame({
        "patient_id": "P1", "date": pd.date_range("2024-03-01", periods=10), "liquid_stools": 2,
        "abdominal_pain": 1, "general_wellbeing": 1,
    })  # fmt: skip
    diary.loc[:2, "liquid_stools"] = 9  # older than the seven most recent days
    found = derive.diary_window(visits, diary, look_back=look_back)
    assert found["liquid_stools_7d"].astype(object).where(found["diary_days"] >= 4, None)[0] == (
        stools
    )
    with pytest.raises(ValueError, match="look_back is 7 to 28, not 6"):
        derive.diary_window(visits, diary, look_back=6)


def test_a_recorded_value_stands_though_its_date_is_missing():
    visits = days(41.0, 38.0, None)
    visits.loc["b", "date"] = pd.NaT
    found = derive.last_value_carried_forward(visits, "hematocrit_percent", days=20)
    assert found.tolist() == [41, 38, 41]
    same_day = days(None, 39.0, None).assign(date=pd.Timestamp("2024-03-01"))
    assert derive.last_value_carried_forward(same_day, "hematocrit_percent").tolist() == [39] * 3


def days(*values):
    dates = pd.to_datetime(["2024-03-01", "2024-03-15", "2024-03-16"])
    return pd.DataFrame({"patient_id": "P1", "date": dates, "hematocrit_percent": values},
                        index=["a", "b", "c"])  # fmt: skip


def test_a_value_is_carried_forward_for_as_many_days_as_asked():
    carry = derive.last_value_carried_forward
    visits = days(41.0, None, None)
    assert carry(visits, "hematocrit_percent").fillna(0).to_dict() == {"a": 41, "b": 41, "c": 0}
    assert carry(visits, "hematocrit_percent", days=15).tolist() == [41, 41, 41]
    assert carry(visits, "hematocrit_percent", days=0).isna().tolist() == [False, True, True]
    assert carry(visits[::-1], "hematocrit_percent").index.tolist() == ["c", "b", "a"]
    assert carry(visits[::-1], "hematocrit_percent")["b"] == 41


def test_a_value_is_not_carried_to_another_patient_nor_back():
    visits = days(None, 41.0, None).assign(patient_id=["P1", "P1", "P2"])
    found = derive.last_value_carried_forward(visits, "hematocrit_percent")
    assert found.isna().tolist() == [True, False, True]
    with pytest.raises(ValueError, match="no column 'hemoglobin'"):
        derive.last_value_carried_forward(visits, "hemoglobin")
