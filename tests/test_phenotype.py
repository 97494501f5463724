"""The notations of the phenotype, and the steps before the gradings."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores.derive.phenotype import colitis_extent, perianal
from ibd_scores.indices.phenotype import (
    montreal_age,
    montreal_behavior,
    montreal_extent,
    montreal_location,
    montreal_notation,
    montreal_severity,
    paris_age,
    paris_behavior,
    paris_extent,
    paris_growth,
    paris_location,
    paris_notation,
    paris_severity,
)


@pytest.mark.parametrize(
    ("age", "location", "behavior", "notation"),
    [
        (16.8, (1, 1, 0), (0, 0, 1), "A1 L3 B1p"),
        (17, (1, 0, 1), (1, 0, 0), "A2 L1+L4 B2"),
        (41, (0, 1, 0), (0, 1, 1), "A3 L2 B3p"),
        (41, (0, 0, 0), (0, 1, 1), None),
    ],
)
def test_the_worked_montreal_notations(age, location, behavior, notation):
    ileum, colon, upper = location
    stricturing, penetrating, anal = behavior
    assert montreal_notation(
        montreal_age(age_at_diagnosis=age),
        montreal_location(disease_ileum=ileum, disease_colon=colon, disease_upper_gi=upper),
        montreal_behavior(stricturing=stricturing, penetrating=penetrating, perianal=anal),
    ) == notation  # fmt: skip


def test_colitis_to_the_sigmoid_with_five_stools_and_well_is_e2_s2():
    severity = montreal_severity(
        colitis_symptoms=1, stools_per_day=5, bloody_stools_per_day=0, pulse_bpm=70,
        temperature_c=36.8, hemoglobin_g_dl=14, esr_mm_h=10,
    )  # fmt: skip
    assert montreal_notation(montreal_extent(colitis_extent=2), severity) == "E2 S2"


def test_the_paris_notation_of_crohn_s_disease():
    assert paris_notation(
        paris_age(age_at_diagnosis=16.99),
        paris_location(disease_ileum=1, disease_colon=1, upper_gi_proximal=1, upper_gi_distal=0),
        paris_behavior(stricturing=1, penetrating=1, perianal=1),
        paris_growth(growth_delay=1),
    ) == "A1b L3+L4a B2B3p G1"  # fmt: skip


@pytest.mark.parametrize(("severe", "notation"), [(1, "E4 S1"), (0, "E4 S0"), (None, None)])
def test_the_paris_notation_of_ulcerative_colitis(severe, notation):
    extent, severity = paris_extent(colitis_extent_paris=4), paris_severity(severe_ever=severe)
    assert paris_notation(extent, severity) == notation


@pytest.mark.parametrize(
    ("grading", "notation", "grades"),
    [(montreal_age, montreal_notation, ["A1", "A2", "A3"]),
     (paris_age, paris_notation, ["A1a", "A1b", "A2", "A3"])],
)  # fmt: skip
def test_a_table_gives_ordered_categories_and_a_series_of_notations(grading, notation, grades):
    table = pd.DataFrame({"age_at_diagnosis": [20, None]}, index=["P1", "P2"])
    ages = grading(table)
    assert ages.cat.categories.tolist() == grades
    assert ages.cat.ordered
    written = notation(ages, ages)
    assert written["P1"] == "A2 A2"
    assert pd.isna(written["P2"])


@pytest.mark.parametrize(
    ("paris", "montreal", "grade"),
    [(1, 1, "E1"), (2, 2, "E2"), (3, 3, "E3"), (4, 3, "E3"), (None, np.nan, None)],
)
def test_paris_e3_and_e4_are_both_montreal_e3(paris, montreal, grade):
    extent = colitis_extent(colitis_extent_paris=paris)
    assert extent == pytest.approx(montreal, nan_ok=True)
    assert montreal_extent(colitis_extent=extent) == grade


@pytest.mark.parametrize(
    ("fistula", "abscess", "fissure", "ulcer", "stenosis", "expected"),
    [
        (0, 0, 0, 0, 0, 0),
        (1, 0, 0, 0, 0, 1),
        (0, 1, 0, 0, 0, 1),
        (0, 0, 1, 0, 0, 1),
        (0, 0, 0, 1, 0, 1),
        (0, 0, 0, 0, 1, 1),
        (1, 1, 1, 1, 1, 1),
        (1, None, None, None, None, 1),  # one that is present decides
        (None, 0, 0, 0, 1, 1),
        (0, None, 0, 0, 0, np.nan),  # the one not recorded may be present
        (None, None, None, None, None, np.nan),
    ],
)
def test_perianal_disease_is_any_of_its_five_kinds(
    fistula, abscess, fissure, ulcer, stenosis, expected
):
    found = perianal(
        perianal_fistula=fistula, perianal_abscess=abscess, perianal_fissure=fissure,
        perianal_ulcer=ulcer, perianal_stenosis=stenosis,
    )  # fmt: skip
    assert found == pytest.approx(expected, nan_ok=True)


def test_a_skin_tag_alone_is_no_perianal_disease():
    table = pd.DataFrame({item.name: [0] for item in perianal.columns} | {"perianal_tag": [1]})
    assert perianal(table).tolist() == [0]


def test_a_notation_of_a_missing_grade_is_missing():
    assert montreal_notation("A2", None, "B1") is None
    assert montreal_notation("A2", float("nan")) is None


@pytest.mark.parametrize("grades", [(), ("A2", 3), ("A2", pd.Series(["B1"]))])
def test_what_is_no_grade_has_no_notation(grades):
    with pytest.raises(TypeError, match="a notation is of words"):
        montreal_notation(*grades)
