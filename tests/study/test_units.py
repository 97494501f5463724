"""Units as hospitals report them, each typed from section 0.6 of the specification."""

import pytest

from ibd_scores.study import cleaning
from ibd_scores.study.cohort import CohortError, read_cohort

TOML = """
title = "small"
pseudonyms = false
[patients]
file = "patients.csv"
[patients.columns]
patient_id = "id"
disease = "dx"
height_m = {height}
[visits]
file = "visits.csv"
[visits.columns]
patient_id = "id"
visit = "visit"
{column} = {line}
"""


def cleaned(folder, text, line, column="crp_mg_l", height='"h"', tall="1.7", unit=""):
    toml = TOML.format(column=column, line=line, height=height)
    (folder / "cohort.toml").write_text(toml, encoding="utf-8")
    (folder / "patients.csv").write_text(f"id,dx,h\nP1,CD,{tall}\n", encoding="utf-8")
    (folder / "visits.csv").write_text(f"id,visit,x,u\nP1,baseline,{text},{unit}\n", "utf-8")
    return cleaning.clean(read_cohort(folder))


@pytest.mark.parametrize(
    ("column", "unit", "text", "ours"),
    [
        ("crp_mg_l", "mg/L", "12", 12),
        ("crp_mg_l", "mg/dL", "1.2", 12),
        ("calprotectin_ug_g", "mg/kg", "250", 250),
        ("calprotectin_ug_g", "µg/g", "250", 250),
        ("hematocrit_percent", "fraction", "0.41", 41),
        ("hematocrit_percent", "L/L", "0.405", 40.5),
        ("hematocrit_percent", "%", "41", 41),
        ("hemoglobin_g_dl", "g/L", "105", 10.5),
        ("albumin_g_dl", "g/L", "35", 3.5),
        ("albumin_g_dl", "G/DL", "3.5", 3.5),
        ("esr_mm_h", "mm/h", "30", 30),
    ],
)
def test_a_known_unit_is_declared_by_its_name(tmp_path, column, unit, text, ours):
    clean = cleaned(tmp_path, text, f'{{ from = "x", unit = "{unit}" }}', column)
    assert clean.tables["visits"][column].tolist() == [ours]
    assert clean.queries.empty


@pytest.mark.parametrize(("unit", "tall"), [("m", "1.7"), ("cm", "170")])
def test_height_is_in_meters(tmp_path, unit, tall):
    height = f'{{ from = "h", unit = "{unit}" }}'
    clean = cleaned(tmp_path, "1", '"x"', height=height, tall=tall)
    assert clean.tables["patients"]["height_m"].tolist() == [1.7]


@pytest.mark.parametrize(("unit", "ours"), [("mg/L", 1.2), ("mg/dl", 12)])
def test_a_unit_beside_each_value_needs_no_list_of_units(tmp_path, unit, ours):
    clean = cleaned(tmp_path, "1.2", '{ from = "x", unit_from = "u" }', unit=unit)
    assert clean.tables["visits"]["crp_mg_l"].tolist() == [ours]


def test_a_fraction_without_its_unit_is_refused_and_never_taken_for_percent(tmp_path):
    clean = cleaned(tmp_path, "0.41", '"x"', "hematocrit_percent")
    assert clean.tables["visits"]["hematocrit_percent"].isna().all()
    assert clean.queries["problem"].tolist() == ["not permitted"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{ from = "x", unit = "mg" }', r"unit = 'mg' is not known of crp_mg_l: mg/L, mg/dL"),
        ('{ from = "x", unit = "mg/L", factor = 2 }', "three ways to say one thing"),
        ('{ from = "x", unit = "mg/L", unit_from = "u" }', "three ways to say one thing"),
        ('{ from = "x", units = { a = 1 } }', "belong together"),
    ],
)
def test_a_unit_that_makes_no_sense_is_refused(tmp_path, line, message):
    with pytest.raises(CohortError, match=message):
        cleaned(tmp_path, "1", line)


def test_a_column_without_known_units_needs_a_list_of_them(tmp_path):
    with pytest.raises(CohortError, match="no unit of stools_per_day is known"):
        cleaned(tmp_path, "1", '{ from = "x", unit_from = "u" }', "stools_per_day")
