"""The Montreal classification."""

import pandas as pd
import pytest

from ibd_scores import (
    montreal_age,
    montreal_behavior,
    montreal_extent,
    montreal_location,
    montreal_notation,
    montreal_severity,
)


@pytest.mark.parametrize(
    ("age", "grade"),
    [(0, "A1"), (16, "A1"), (16.8, "A1"), (17, "A2"), (40, "A2"), (40.9, "A2"), (41, "A3"),
     (None, None)],
)  # fmt: skip
def test_age_at_diagnosis_is_in_completed_years(age, grade):
    assert montreal_age(age_at_diagnosis=age) == grade


@pytest.mark.parametrize(
    ("ileum", "colon", "upper", "grade"),
    [(1, 0, 0, "L1"), (0, 1, 0, "L2"), (1, 1, 0, "L3"), (0, 0, 1, "L4"), (1, 0, 1, "L1+L4"),
     (0, 1, 1, "L2+L4"), (1, 1, 1, "L3+L4"), (0, 0, 0, None), (1, 0, None, None)],
)  # fmt: skip
def test_location(ileum, colon, upper, grade):
    found = montreal_location(disease_ileum=ileum, disease_colon=colon, disease_upper_gi=upper)
    assert found == grade


@pytest.mark.parametrize(
    ("stricturing", "penetrating", "perianal", "grade"),
    [(0, 0, 0, "B1"), (0, 0, 1, "B1p"), (1, 0, 0, "B2"), (1, 0, 1, "B2p"), (0, 1, 0, "B3"),
     (1, 1, 0, "B3"), (0, 1, 1, "B3p"), (None, 0, 0, None), (0, 0, None, None)],
)  # fmt: skip
def test_behavior_is_the_worst_and_perianal_disease_a_suffix(
    stricturing, penetrating, perianal, grade
):
    assert montreal_behavior(stricturing=stricturing, penetrating=penetrating,
                             perianal=perianal) == grade  # fmt: skip


@pytest.mark.parametrize(
    ("age", "location", "behavior", "notation"),
    [
        (16.8, (1, 1, 0), (0, 0, 1), "A1 L3 B1p"),
        (17, (1, 0, 1), (1, 0, 0), "A2 L1+L4 B2"),
        (41, (0, 1, 0), (0, 1, 1), "A3 L2 B3p"),
    ],
)
def test_the_worked_notations(age, location, behavior, notation):
    ileum, colon, upper = location
    stricturing, penetrating, perianal = behavior
    assert montreal_notation(
        montreal_age(age_at_diagnosis=age),
        montreal_location(disease_ileum=ileum, disease_colon=colon, disease_upper_gi=upper),
        montreal_behavior(stricturing=stricturing, penetrating=penetrating, perianal=perianal),
    ) == notation  # fmt: skip


def severity(**findings):
    well = {
        "colitis_symptoms": 1,
        "stools_per_day": 3,
        "bloody_stools_per_day": 0,
        "pulse_bpm": 70,
        "temperature_c": 36.8,
        "hemoglobin_g_dl": 14,
        "esr_mm_h": 10,
    }
    return montreal_severity(**(well | findings))  # fmt: skip


SEVERE = {"stools_per_day": 6, "bloody_stools_per_day": 6, "pulse_bpm": 90, "temperature_c": 37.5,
          "hemoglobin_g_dl": 10.4, "esr_mm_h": 30}  # fmt: skip


@pytest.mark.parametrize(
    ("findings", "grade"),
    [
        ({"colitis_symptoms": 0}, "S0"),
        ({"stools_per_day": 4}, "S1"),
        ({"stools_per_day": 5}, "S2"),
        (SEVERE, "S3"),
        (SEVERE | {"pulse_bpm": 89}, "S2"),
        (SEVERE | {"hemoglobin_g_dl": 10.5}, "S2"),
        ({"esr_mm_h": None}, None),
    ],
)
def test_severity_of_colitis(findings, grade):
    assert severity(**findings) == grade


def test_colitis_to_the_sigmoid_with_five_stools_and_well_is_e2_s2():
    extent = montreal_extent(colitis_extent=2)
    assert montreal_notation(extent, severity(stools_per_day=5)) == "E2 S2"


def test_a_table_gives_ordered_categories_and_a_series_of_notations():
    table = pd.DataFrame({"age_at_diagnosis": [20, None]}, index=["P1", "P2"])
    ages = montreal_age(table)
    assert ages.cat.categories.tolist() == ["A1", "A2", "A3"]
    assert ages.cat.ordered
    notation = montreal_notation(ages, ages)
    assert notation["P1"] == "A2 A2"
    assert pd.isna(notation["P2"])
