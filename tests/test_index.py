"""The engine: calls, shapes, messages."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from ibd_scores import (
    cdai,
    hbi,
    mayo_adapted,
    mayo_full,
    mayo_partial,
    pro2_cd,
    pucai,
    rutgeerts_modified,
    ses_cd,
    short_cdai,
    uceis,
)
from ibd_scores.derive import hematocrit_deficit
from ibd_scores.endpoints import cdai_remission, crp_normal
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES

PATIENT = {
    "liquid_stools_7d": 21, "abdominal_pain_7d": 7, "general_wellbeing_7d": 10,
    "complications": 1, "antidiarrheal": 0, "abdominal_mass": 0, "hematocrit_percent": 40,
    "sex": "male", "weight_kg": 62, "standard_weight_kg": 70,
}  # fmt: skip


def cells(**known):
    blank = {f"{variable}_{segment}": 0.0 for segment in SEGMENTS for variable in VARIABLES}
    return blank | known


def segment(name, *values):
    return {f"{variable}_{name}": value for variable, value in zip(VARIABLES, values, strict=True)}


def test_a_table_gives_a_series_of_the_index_s_name_with_its_rows():
    table = pd.DataFrame([PATIENT, PATIENT], index=["P1", "P2"]).assign(other="kept out")
    scores = cdai(table)
    assert scores.name == "cdai"
    assert scores.index.tolist() == ["P1", "P2"]
    assert scores.tolist() == [220.428571, 220.428571]


def test_series_by_name_give_a_series():
    stools = pd.Series([1.5, 0.0], index=["a", "b"])
    assert pro2_cd(liquid_stools_mean=stools, abdominal_pain_mean=1).to_dict() == {"a": 8, "b": 5}


def test_series_with_different_indexes_are_refused():
    with pytest.raises(ValueError, match="different indexes"):
        pro2_cd(liquid_stools_mean=pd.Series([1], index=["a"]),
                abdominal_pain_mean=pd.Series([1], index=["b"]))  # fmt: skip


def test_arrays_of_different_length_are_refused():
    with pytest.raises(ValueError, match="different length"):
        pro2_cd(liquid_stools_mean=np.ones(3), abdominal_pain_mean=np.ones(2))


def test_a_second_patient_is_checked_like_the_first():
    assert cdai(PATIENT) == cdai(**PATIENT) == cdai(**PATIENT) == 220.428571
    with pytest.raises(ValueError, match="no value for liquid_stools_7d"):
        cdai()
    with pytest.raises(ValueError, match="abdominal_mass = 1 "):
        cdai(**PATIENT | {"abdominal_mass": 1})
    for no_word in ("Male", 1.0, 1, True):
        with pytest.raises(ValueError, match=f"sex = {no_word!r} "):
            cdai(**PATIENT | {"sex": no_word})
    assert np.isnan(cdai(**PATIENT | {"sex": np.nan}))
    assert np.isnan(cdai(**PATIENT | {"complications": None}))
    assert cdai(**PATIENT | {"complications": np.array([1, 2])}).tolist() == [
        220.428571,
        240.428571,
    ]


def test_a_missing_column_is_named_with_those_given():
    with pytest.raises(ValueError, match=r"cdai: no column abdominal_mass; columns given: .*sex"):
        cdai({name: value for name, value in PATIENT.items() if name != "abdominal_mass"})


def test_of_many_columns_the_first_are_listed():
    with pytest.raises(ValueError, match=r"no column sex; columns given: .*d8 and 9 more$"):
        hematocrit_deficit({f"c{n}": 1 for n in range(10)} | {"hematocrit_percent": 40}
                           | {f"d{n}": 1 for n in range(18)})  # fmt: skip


def test_an_unknown_name_is_refused_with_those_known():
    with pytest.raises(TypeError, match=r"unknown abdominal_mas; known: .*abdominal_mass"):
        cdai(**PATIENT, abdominal_mas=2)


def test_a_table_and_values_together_are_refused():
    with pytest.raises(TypeError, match="not both"):
        pro2_cd({"liquid_stools_mean": 1}, abdominal_pain_mean=1)


def test_a_list_is_no_table():
    with pytest.raises(TypeError, match="not list"):
        pro2_cd([1, 2])


def test_a_column_that_stands_twice_is_refused():
    table = pd.DataFrame([[1, 2, 3]], columns=["liquid_stools_mean"] * 2 + ["abdominal_pain_mean"])
    with pytest.raises(ValueError, match="liquid_stools_mean stands more than once"):
        pro2_cd(table)


def test_the_item_s_own_column_is_read_where_the_table_has_it():
    assert cdai(PATIENT | {"hematocrit_deficit": 0}) == cdai(PATIENT) - 42


def test_a_variant_is_refused_where_it_would_have_no_effect():
    assert cdai(**PATIENT, hematocrit_floor=0) == cdai(**PATIENT)
    given = {k: v for k, v in PATIENT.items() if k not in {"hematocrit_percent", "sex"}}
    with pytest.raises(TypeError, match="unknown hematocrit_floor"):
        cdai(**given, hematocrit_deficit=0, hematocrit_floor=0)


def test_the_points_of_a_patient_follow_the_variant_asked_for():
    low = PATIENT | {"hematocrit_percent": 50}
    assert cdai.points(low)["hematocrit_deficit"] == -18
    assert cdai.points(**low, hematocrit_floor=0)["hematocrit_deficit"] == 0


@pytest.mark.parametrize("sex", ["M", "Male", 1, True])
def test_a_sex_in_other_words_is_refused(sex):
    with pytest.raises(ValueError, match=r"sex = .*permitted: female or male"):
        cdai(PATIENT | {"sex": sex})


def test_a_hematocrit_given_as_a_fraction_is_refused_with_a_hint():
    with pytest.raises(ValueError, match=r"hematocrit_percent = 0.41 .*give percent"):
        cdai(PATIENT | {"hematocrit_percent": 0.41})


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_every_word_for_missing_makes_the_score_missing(missing):
    assert np.isnan(cdai(PATIENT | {"weight_kg": missing}))
    assert np.isnan(cdai(PATIENT | {"sex": missing}))


def test_1_based_uceis_levels_are_refused_with_a_hint():
    with pytest.raises(ValueError, match="looks 1-based; subtract 1 per item"):
        uceis(vascular_pattern=3, bleeding=4, erosions_ulcers=4)


def test_many_wrong_values_are_counted_and_the_first_named():
    with pytest.raises(ValueError, match=r"hbi: 8 values .*; and 3 more") as error:
        hbi({item.name: [99, 99] for item in hbi.items[:4]} | {"complications_hbi": [0, 0]})
    assert "Correct at the source or set to missing." in str(error.value)


def test_a_score_is_rounded_before_it_meets_a_cut():
    # What is 150 but for the last binary digit is 150, in the ladder and in the endpoint alike.
    assert cdai.band(149.9999999999) == "mild"
    assert cdai_remission(cdai=149.9999999999) is False
    assert cdai.band(150 - 1e-6) == "remission"


def test_an_index_without_agreed_bands_says_so():
    with pytest.raises(ValueError, match="mayo_partial: no agreed bands"):
        mayo_partial.band(3)


def test_mayo_bands_need_the_subscores():
    with pytest.raises(ValueError, match="'remission' needs the items"):
        mayo_full.band(2)


def test_a_segment_not_reached_is_left_out_and_not_counted_as_explored():
    one = cells(**segment("ileum", *[np.nan] * 4), **segment("right_colon", 3, 2, 3, 3))
    assert ses_cd(one) == 11
    assert ses_cd.explored(one) == {name: name != "ileum" for name in SEGMENTS}


def test_a_segment_with_items_missing_makes_the_score_missing():
    assert np.isnan(ses_cd(cells(narrowing_rectum=np.nan)))


def test_two_impassable_segments_are_reported_and_scored_as_recorded():
    table = pd.DataFrame([cells(narrowing_right_colon=3, narrowing_left_colon=3)], index=["P9"])
    assert ses_cd(table).tolist() == [6]
    problems = ses_cd.problems(table)
    assert problems["row"].tolist() == ["P9"]
    assert "more than one segment is impassable" in problems["why"][0]


def test_an_ulcer_size_without_an_ulcerated_surface_is_reported():
    table = pd.DataFrame([cells(ulcer_size_rectum=2), cells(ulcerated_surface_rectum=1), cells()])
    assert ses_cd.problems(table)["row"].tolist() == [0, 1]
    assert ses_cd.problems(table)["item"].unique().tolist() == ["ulcer_size_rectum"]


def test_a_normal_but_friable_mucosa_contradicts_itself_and_has_no_adapted_score():
    assert np.isnan(mayo_adapted(stool_frequency=0, rectal_bleeding=0,
                                 endoscopic_subscore=0, friability=1))  # fmt: skip


def test_stool_counts_stand_in_for_the_stool_frequency_subscore():
    score = mayo_partial(stools_per_day=6, normal_stools_per_day=2, rectal_bleeding=1,
                         physician_global=1)  # fmt: skip
    assert score == 4


def test_importing_the_library_imports_numpy_and_nothing_heavier():
    code = (
        "import sys, ibd_scores; print(sorted({'pandas', 'scipy', 'pingouin'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_help_shows_the_form():
    assert cdai.__doc__.startswith("Crohn's Disease Activity Index.")
    assert "2 x liquid_stools_7d" in cdai.__doc__
    assert "abdominal_mass: none 0, questionable 2, definite 5 (0, 2 or 5)" in cdai.__doc__
    assert cdai_remission.__doc__.startswith("Clinical remission (CDAI).\n\nCDAI < 150.")
    assert "CDAI &lt; 150" in cdai_remission._repr_html_()
    assert repr(hematocrit_deficit) == "<hematocrit_deficit: from hematocrit_percent, sex>"
    assert repr(cdai) == (
        "<cdai: Crohn's Disease Activity Index, 8 items, about -70 upwards, seldom above 600>"
    )
    assert ses_cd.formula == "ses_cd = sum of four variables over the segments explored"
    assert hbi.ladder == "remission < 5; mild < 8; moderate <= 16; severe"


@pytest.mark.parametrize("score", ["20", -5, np.inf, 999])
def test_what_is_no_score_has_no_band(score):
    with pytest.raises(ValueError, match=r"hbi = .*permitted: 0 to"):
        hbi.band(score)


def test_bands_refuse_items_in_another_order():
    items = pd.DataFrame({item.name: [0, 2] for item in mayo_full.items}, index=["A", "B"])
    scores = mayo_full(items)
    assert mayo_full.band(scores, items).tolist() == ["remission", "moderate"]
    with pytest.raises(ValueError, match="different rows; align them"):
        mayo_full.band(scores[::-1], items)


def test_a_number_written_as_text_is_called_text():
    with pytest.raises(
        ValueError, match=r"liquid_stools_mean = '5' \(str, not a number; permitted"
    ):
        pro2_cd(liquid_stools_mean="5", abdominal_pain_mean=1)


def test_values_without_names_are_refused_with_the_names():
    with pytest.raises(TypeError, match="by name: liquid_stools_mean=, abdominal_pain_mean="):
        pro2_cd(5, 2)


def test_a_row_is_named_as_a_plain_number():
    table = pd.DataFrame({"liquid_stools_mean": [1, 99], "abdominal_pain_mean": 1}, index=[7, 20])
    with pytest.raises(ValueError, match="in row 20 "):
        pro2_cd(table)


def test_a_score_seldom_seen_is_scored_and_reported():
    extreme = PATIENT | {"liquid_stools_7d": 70, "abdominal_pain_7d": 21, "abdominal_mass": 5,
                         "general_wellbeing_7d": 28, "complications": 3, "antidiarrheal": 1,
                         "hematocrit_percent": 30, "weight_kg": 50}  # fmt: skip
    problems = cdai.problems(pd.DataFrame([extreme, PATIENT], index=["P1", "P2"]))
    assert problems[["row", "item", "value"]].values.tolist() == [["P1", "cdai", 711.571429]]


def test_more_than_25_liquid_stools_a_day_are_scored_and_reported():
    one = {item.name: 0 for item in hbi.items} | {"liquid_stools_previous_day": 26}
    assert hbi(one) == 26
    assert "weekly total" in hbi.problems(one)["why"][0]


@pytest.mark.parametrize(
    ("index", "item", "hint"),
    [
        (hbi, "general_wellbeing_previous_day", "the previous day is due"),
        (hbi, "abdominal_pain_previous_day", "the previous day is due"),
        (hbi, "liquid_stools_previous_day", "the previous day is due"),
        (short_cdai, "general_wellbeing_mean", "give the daily mean"),
        (pro2_cd, "abdominal_pain_mean", "give the daily mean"),
        (pro2_cd, "liquid_stools_mean", "give the daily mean"),
    ],
)
def test_a_7_day_total_where_one_day_is_due_is_refused_with_a_hint(index, item, hint):
    with pytest.raises(ValueError, match=f"{item} = 70 .*looks like a 7-day total; {hint}"):
        index({one.name: 0 for one in index.items} | {item: 70})


@pytest.mark.parametrize("index", [short_cdai, pro2_cd])
def test_a_mean_of_more_than_25_stools_is_scored_and_reported(index):
    one = {item.name: 0 for item in index.items} | {"liquid_stools_mean": 26}
    assert index(one) > 26
    assert "weekly total" in index.problems(one)["why"][0]


def test_a_band_asks_for_items_that_the_form_permits():
    with pytest.raises(ValueError, match=r"mayo_full: 1 value .* rectal_bleeding = -5"):
        mayo_full.band(2, {item.name: 1 for item in mayo_full.items} | {"rectal_bleeding": -5})


def test_a_band_that_needs_an_item_that_is_missing_is_missing():
    items = {item.name: 0 for item in mayo_full.items}
    assert mayo_full.band(2, items | {"physician_global": None}) is None


def test_a_band_takes_scores_and_the_items_it_needs():
    table = pd.DataFrame([{item.name: 0 for item in uceis.items}])
    with pytest.raises(TypeError, match=r"takes scores, not a table: band\(uceis\(table\)\)"):
        uceis.band(table)
    with pytest.raises(ValueError, match="mayo_full: no column rectal_bleeding"):
        mayo_full.band(2, {"stool_frequency": 0})


def test_an_item_is_not_given_beside_what_it_is_derived_from():
    with pytest.raises(TypeError, match="stools_per_day is not read beside what is derived"):
        mayo_partial(stool_frequency=1, stools_per_day=9, rectal_bleeding=0, physician_global=0)


def test_an_absent_item_is_named_with_what_it_can_be_derived_from():
    one = {name: value for name, value in PATIENT.items() if name != "complications"}
    with pytest.raises(ValueError, match=r"no column complications \(or arthralgia, uveitis"):
        cdai(one)
    with pytest.raises(ValueError, match=r"no value for physician_global; give None for what"):
        mayo_partial(stool_frequency=1, rectal_bleeding=0)


def test_a_patient_s_points_are_refused_off_the_form():
    with pytest.raises(ValueError, match=r"abdominal_mass = 3 \(permitted: 0, 2 or 5\)"):
        cdai.points(PATIENT | {"abdominal_mass": 3})


def test_a_number_is_no_table():
    with pytest.raises(TypeError, match=r"cdai: a table is a pandas, Polars, .*, not int"):
        cdai(21)


def test_a_wrong_value_is_told_once_though_a_check_refuses_it_too():
    table = pd.DataFrame([{item.name: 0 for item in pucai.items}] * 2).assign(age=["10 y", 40])
    with pytest.raises(ValueError, match="pucai: 2 values ") as error:
        pucai(table)
    assert str(error.value).count("'10 y'") == 1
    assert pucai.problems(table)["value"].tolist() == ["10 y", 40]


def test_a_seldom_score_is_told_beside_a_wrong_value_elsewhere():
    extreme = PATIENT | {"liquid_stools_7d": 300}
    table = pd.DataFrame([extreme, PATIENT | {"abdominal_mass": 3}])
    assert cdai.problems(table)["item"].tolist() == ["abdominal_mass", "cdai"]


@pytest.mark.parametrize(
    ("entry", "variant", "permitted"),
    [
        (mayo_adapted, {"unrecorded_friability": 7}, "nan or 0 or 1, not 7"),
        (cdai, {"hematocrit_floor": 40}, "None or 0, not 40"),
        (cdai, {"weight_floor": "x"}, "-10 or 0 or None, not 'x'"),
        (rutgeerts_modified, {"fewest_for_i2b": 0}, "6 or 5, not 0"),
        (crp_normal, {"limit": "5"}, "a number from 0 upwards, not '5'"),
        (crp_normal, {"limit": np.nan}, "a number from 0 upwards, not nan"),
    ],
)
def test_a_variant_that_nobody_published_is_refused(entry, variant, permitted):
    blank = {column.name: None for column in entry.columns}
    with pytest.raises(ValueError, match=f"{entry.name}: {next(iter(variant))} is {permitted}"):
        entry(**blank, **variant)


def test_an_index_without_segments_says_so():
    with pytest.raises(TypeError, match="cdai: has no segments"):
        cdai.explored(PATIENT)
