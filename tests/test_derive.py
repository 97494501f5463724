"""The named steps before scoring."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores import cdai, derive, pro2_cd
from ibd_scores.derive.diary import DAYS_LEFT_OUT
from ibd_scores.endpoints import pairs

DAYS = pd.date_range("2024-03-01", "2024-03-10")


def visit(date="2024-03-08"):
    return pd.DataFrame({"patient_id": ["P1"], "date": pd.to_datetime([date])}, index=["v"])


def diary(days, stools, pain=1, wellbeing=1, **flags):
    answers = {"liquid_stools": stools, "abdominal_pain": pain, "general_wellbeing": wellbeing}
    return pd.DataFrame({"patient_id": "P1", "date": days} | answers | flags)


def window(*args, **options):
    return derive.diary_window(*args, **options).loc["v"]


def test_seven_days_before_the_visit_are_summed_and_the_visit_s_own_day_is_not():
    found = window(visit(), diary(DAYS, range(1, 11)))
    assert found["liquid_stools_7d"] == 1 + 2 + 3 + 4 + 5 + 6 + 7
    assert found["diary_days"] == 7


def test_five_of_seven_days_are_enough_and_the_mean_counts_for_the_others():
    # Worked example CDAI-5: stools 3 4 3 5 5, pain 1 1 2 1 0, well-being 1 each day.
    found = window(visit(), diary(DAYS[2:7], [3, 4, 3, 5, 5], [1, 1, 2, 1, 0]))
    assert found[["liquid_stools_7d", "abdominal_pain_7d", "general_wellbeing_7d"]].tolist() == [
        28, 7, 7
    ]  # fmt: skip
    score = cdai(
        **found.filter(like="_7d"),
        complications=0,
        antidiarrheal=0,
        abdominal_mass=2,
        hematocrit_percent=36,
        sex="female",
        weight_kg=60,
        standard_weight_kg=60,
    )
    assert score == 196


@pytest.mark.parametrize("ids", [(1, 2**62), (-5, 7), ("P1", "P2")])
def test_patients_are_told_apart_whatever_their_ids(ids):
    two = pd.concat([visit().assign(patient_id=one) for one in ids])
    days = pd.concat([
        diary(DAYS, stools).assign(patient_id=one) for one, stools in zip(ids, (1, 9), strict=True)
    ])  # fmt: skip
    assert derive.diary_window(two, days)["liquid_stools_7d"].tolist() == [7, 63]


def test_rows_without_a_patient_or_a_date_belong_to_no_visit():
    days = diary(DAYS, 1)
    nobody = days.assign(patient_id=None, liquid_stools=50)
    never = days.assign(date=pd.NaT, liquid_stools=50)
    lost = visit().assign(date=pd.NaT)
    found = derive.diary_window(pd.concat([visit(), lost]), pd.concat([days, nobody, never]))
    assert found["liquid_stools_7d"].tolist() == pytest.approx([7, np.nan], nan_ok=True)
    assert found["diary_days"].tolist() == [7, 0]


def test_three_days_are_not_enough_by_default():
    # Worked example CDAI-7.
    three = diary(DAYS[2:5], [3, 4, 3])
    assert np.isnan(window(visit(), three)["liquid_stools_7d"])
    assert window(visit(), three)["diary_days"] == 3
    assert window(visit(), three, min_days=3)["liquid_stools_mean"] == pytest.approx(10 / 3)


def test_daily_means_feed_pro2():
    # Worked example PRO2CD-2.
    found = window(visit(), diary(DAYS[:7], [6, 5, 5, 4, 6, 5, 4], [2, 2, 1, 2, 2, 2, 3]))
    assert pro2_cd(**found[["liquid_stools_mean", "abdominal_pain_mean"]]) == 20


@pytest.mark.parametrize("flag", DAYS_LEFT_OUT)
def test_days_of_bowel_preparation_and_endoscopy_are_left_out(flag):
    found = window(visit(), diary(DAYS[:7], [3] * 6 + [20], **{flag: [0] * 6 + [1]}))
    assert found["liquid_stools_7d"] == 21
    assert found["diary_days"] == 6


def test_an_answer_missing_on_one_day_counts_for_that_answer_alone():
    found = window(visit(), diary(DAYS[:7], [np.nan, 2, 2, 2, 2, 2, 2]))
    assert found["liquid_stools_mean"] == 2
    assert found["abdominal_pain_mean"] == 1
    assert found["diary_days"] == 6


def test_a_visit_without_a_diary_has_missing_totals():
    found = window(visit("2025-01-01"), diary(DAYS, 1))
    assert found.drop("diary_days").isna().all()
    assert found["diary_days"] == 0


def test_the_order_of_the_days_does_not_matter():
    entries = diary(DAYS, range(1, 11))
    shuffled = entries.sample(frac=1, random_state=3)
    assert window(visit(), shuffled).equals(window(visit(), entries))


def test_a_day_that_stands_twice_is_refused_by_patient_and_date():
    entries = pd.concat([diary(DAYS, 1), diary(DAYS[:1], 2)], ignore_index=True)
    with pytest.raises(ValueError, match=r"1 days stand twice.*P1 on 2024-03-01 \(row 10\)"):
        derive.diary_window(visit(), entries)


def test_an_answer_off_the_form_is_refused():
    with pytest.raises(ValueError, match="abdominal_pain = 4"):
        derive.diary_window(visit(), diary(DAYS, 1, pain=4))


@pytest.mark.parametrize("days", [0, 8])
def test_min_days_is_one_to_seven(days):
    with pytest.raises(ValueError, match="min_days is 1 to 7"):
        derive.diary_window(visit(), diary(DAYS, 1), min_days=days)


@pytest.mark.parametrize(
    ("stools", "level"),
    [(0, 0), (2, 0), (2.9, 0), (3, 1), (4.9, 1), (5, 2), (6.9, 2), (7, 3), (12, 3), (None, None)],
)
def test_stool_frequency_is_relative_to_the_patient_s_own_normal(stools, level):
    found = derive.stool_frequency(stools_per_day=stools, normal_stools_per_day=2)
    assert found == level or (level is None and np.isnan(found))


def test_averaged_counts_on_an_edge_are_not_pushed_off_by_rounding():
    assert derive.stool_frequency(stools_per_day=4.3, normal_stools_per_day=1.3) == 2


def test_without_a_normal_there_is_no_stool_frequency():
    assert np.isnan(derive.stool_frequency(stools_per_day=6, normal_stools_per_day=None))


def flags(derivation, *present):
    return derivation(**{item.name: int(item.name in present) for item in derivation.columns})


@pytest.mark.parametrize(
    ("present", "count"),
    [
        ((), 0),
        (("erythema_nodosum", "pyoderma_gangrenosum"), 1),
        (("anal_fissure", "anal_fistula", "anal_abscess"), 1),
        (("arthralgia", "uveitis", "aphthous_ulcers", "anal_abscess", "other_fistula", "fever"), 6),
    ],
)
def test_two_complications_of_one_cdai_group_count_once(present, count):
    assert flags(derive.cdai_complications, *present) == count


def test_hbi_complications_count_each():
    present = ("erythema_nodosum", "pyoderma_gangrenosum", "anal_fissure")
    assert flags(derive.hbi_complications, *present) == 3


def test_an_unknown_complication_makes_the_count_missing():
    known = {item.name: 1 for item in derive.cdai_complications.columns}
    assert np.isnan(derive.cdai_complications(**(known | {"uveitis": None})))


@pytest.mark.parametrize(("sex", "height", "weight"), [("male", 1.0, 22.1), ("female", 1.0, 20.8)])
def test_keys_standard_weight(sex, height, weight):
    assert derive.keys_standard_weight(height_m=height, sex=sex) == pytest.approx(weight)


def test_a_height_in_centimetres_is_refused_with_a_hint():
    with pytest.raises(ValueError, match="give meters"):
        derive.keys_standard_weight(height_m=175, sex="male")


def test_weight_floors():
    heavy = {"weight_kg": 80, "standard_weight_kg": 60}
    assert derive.weight_deficit(**heavy) == -10
    assert derive.weight_deficit(**heavy, weight_floor=0) == 0
    assert derive.weight_deficit(**heavy, weight_floor=None) == pytest.approx(-100 / 3)


def test_pairs_refuse_a_visit_that_does_not_occur():
    scores = pd.DataFrame({"patient_id": "P1", "visit": ["baseline", "week8"], "cdai": 1.0})
    with pytest.raises(ValueError, match="no visit is named 'week12'; visits: baseline, week8"):
        pairs(scores)
    assert pairs(scores[:1])["cdai"].isna().tolist() == [True]  # nobody has come back yet


def test_pairs_refuse_a_visit_that_stands_twice():
    scores = pd.DataFrame({"patient_id": "P1", "visit": ["baseline", "baseline", "week12"]})
    with pytest.raises(ValueError, match="1 visits stand twice, the first is baseline of P1"):
        pairs(scores)
