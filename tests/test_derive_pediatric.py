"""The steps before the pediatric indices, and the age that these are for."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores.derive.pediatric import (
    albumin_pcdai,
    albumin_wpcdai,
    esr_pcdai,
    esr_wpcdai,
    hematocrit_pcdai,
    stools_pucai,
)
from ibd_scores.indices.pediatric import pcdai, pcdai_abbreviated, pucai, wpcdai


def same(value, expected):
    return value == pytest.approx(expected, abs=0, nan_ok=True)


@pytest.mark.parametrize(
    ("stools", "points"),
    [
        (0, 0), (2, 0), (3, 5), (5, 5), (6, 10), (8, 10), (9, 15), (20, 15), (None, np.nan),
        (2.5, 0), (2.999, 0), (5.5, 5), (5.999, 5), (8.001, 15), (8.5, 15),  # averages
    ],
)  # fmt: skip
def test_stools_of_the_pucai(stools, points):
    assert same(stools_pucai(stools_per_day=stools), points)


@pytest.mark.parametrize(
    ("esr", "full", "weighted"),
    [
        (0, 0, 0), (19, 0, 0), (19.999, 0, 0), (20, 2.5, 7.5), (35, 2.5, 7.5), (50, 2.5, 7.5),
        (50.001, 5, 15), (51, 5, 15), (120, 5, 15), (None, np.nan, np.nan),
    ],
)  # fmt: skip
def test_esr_of_the_pcdai_and_the_weighted_pcdai(esr, full, weighted):
    assert same(esr_pcdai(esr_mm_h=esr), full)
    assert same(esr_wpcdai(esr_mm_h=esr), weighted)


@pytest.mark.parametrize(
    ("albumin", "full", "weighted"),
    [
        (4.2, 0, 0), (3.5, 0, 0), (3.499, 5, 10), (3.4, 5, 10), (3.1, 5, 10), (3.05, 5, 10),
        (3.001, 5, 10), (3.0, 10, 20), (2.0, 10, 20), (None, np.nan, np.nan),
        (30 * 0.1, 10, 20),  # 30 g/L, which floating point makes 3.0000000000000004 g/dL
    ],
)  # fmt: skip
def test_albumin_of_the_pcdai_and_the_weighted_pcdai(albumin, full, weighted):
    assert same(albumin_pcdai(albumin_g_dl=albumin), full)
    assert same(albumin_wpcdai(albumin_g_dl=albumin), weighted)


# Age and sex with the lowest hematocrit of 0 points; 5 percentage points less ends 2.5.
GROUPS = [
    (0, "female", 33),
    (10, "female", 33),
    (10, "male", 33),
    (10.9, "male", 33),
    (10, None, 33),
    (11, "female", 34),
    (14, "female", 34),
    (15, "female", 34),
    (17.9, "female", 34),
    (19.9, "female", 34),
    (11, "male", 35),
    (14.9, "male", 35),
    (15, "male", 37),
    (19.9, "male", 37),
]


@pytest.mark.parametrize(("age", "sex", "limit"), GROUPS)
def test_hematocrit_of_the_pcdai_by_age_and_sex(age, sex, limit):
    expected = {limit + 8: 0, limit: 0, limit - 0.001: 2.5, limit - 0.5: 2.5, limit - 1: 2.5,
                limit - 5: 2.5, limit - 5.001: 5, limit - 5.5: 5, limit - 6: 5}  # fmt: skip
    found = {h: hematocrit_pcdai(hematocrit_percent=h, age=age, sex=sex) for h in expected}
    assert found == expected


@pytest.mark.parametrize(
    ("hematocrit", "age", "sex"),
    [(None, 12, "male"), (36, None, "male"), (36, 12, None), (36, 20, "male"), (36, 20, "female")],
)
def test_hematocrit_of_the_pcdai_is_missing_without_its_limit(hematocrit, age, sex):
    assert np.isnan(hematocrit_pcdai(hematocrit_percent=hematocrit, age=age, sex=sex))


def test_a_chart_is_scored_as_its_points_are():
    # Worked example PCDAI-1: a boy of 14 with a hematocrit of 34, an ESR of 60, albumin 3.3.
    answers = {
        "abdominal_pain_pcdai": 10, "stools_pcdai": 5, "general_wellbeing_pcdai": 5,
        "weight_pcdai": 5, "height_pcdai": 0, "abdomen_pcdai": 5, "perirectal_pcdai": 0,
        "extraintestinal_pcdai": 0,
    }  # fmt: skip
    chart = {"hematocrit_percent": 34, "age": 14, "sex": "male", "esr_mm_h": 60,
             "albumin_g_dl": 3.3}  # fmt: skip
    assert pcdai(**answers, **chart) == 42.5
    with pytest.raises(
        ValueError, match=r"age = 18 \(for patients under 18: leave the form of an adult blank\)"
    ):
        pcdai(**answers, **(chart | {"age": 18}))


PEDIATRIC = pytest.mark.parametrize("index", [pucai, pcdai, wpcdai, pcdai_abbreviated],
                                    ids=lambda index: index.name)  # fmt: skip


def well(index, ages):
    """Patients without any point, with these ages."""
    points = dict.fromkeys([item.name for item in index.items], 0)
    labels = [f"P{number}" for number, _ in enumerate(ages, 1)]
    return pd.DataFrame(points | {"age": ages}, index=labels)


@PEDIATRIC
def test_an_adult_is_refused_by_row(index):
    table = well(index, [9, 18, 45])
    with pytest.raises(ValueError, match="for patients under 18") as error:
        index(table)
    message = str(error.value)
    assert message.startswith(f"{index.name}: 2 values that the form does not permit: ")
    assert "age = 18 in row 'P2' (for patients under 18: leave the form" in message
    assert index.problems(table)[["row", "item"]].to_numpy().tolist() == [
        ["P2", "age"], ["P3", "age"]
    ]  # fmt: skip


@PEDIATRIC
def test_a_child_is_scored_and_so_is_an_age_not_recorded(index):
    table = well(index, [0.5, 17.99, None])
    assert index(table).tolist() == [0, 0, 0]
    assert index.problems(table).empty


@PEDIATRIC
def test_no_column_age_is_needed(index):
    assert index(well(index, [45]).drop(columns="age")).tolist() == [0]
