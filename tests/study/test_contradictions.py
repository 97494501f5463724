"""What a form permits value by value but not together: found in cleaning, kept and reported."""

import pandas as pd

from ibd_scores.entries import ITEMS
from ibd_scores.form import Check
from ibd_scores.index import Grading
from ibd_scores.study import cleaning, doubts
from ibd_scores.study.cohort import read_cohort

TOML = """
title = "small"
pseudonyms = false
dates = ["YYYY-MM-DD"]
[patients]
file = "patients.csv"
[patients.columns]
patient_id = "id"
disease = "dx"
sex = "sex"
{patients}
[visits]
file = "visits.csv"
[visits.columns]
patient_id = "id"
visit = "visit"
date = "date"
{visits}
"""
ROWS = {
    "patients": {"id": "P1", "dx": "CD", "sex": "female"},
    "visits": {"id": "P1", "visit": "baseline", "date": "2024-03-15"},
}
WHAT = ["table", "row", "patient_id", "visit", "column", "old", "new", "problem", "action"]


def findings(folder, **answers):
    """Clean one patient and visit with further answers, each under a heading of its own name."""
    lines = {name: "\n".join(f'{item} = "{item}"' for item in answers.get(name, {}))
             for name in ROWS}  # fmt: skip
    (folder / "cohort.toml").write_text(TOML.format(**lines), encoding="utf-8")
    for name, row in ROWS.items():
        pd.DataFrame([row | answers.get(name, {})]).to_csv(folder / f"{name}.csv", index=False)
    clean = cleaning.clean(read_cohort(folder))
    return [tuple(line) for line in clean.queries[WHAT].fillna("").itertuples(index=False)]


def of_visit(column, value):
    return ("visits", 2, "P1", "baseline", column, value, value, "contradiction", "kept")


def of_patient(column, value):
    return ("patients", 2, "P1", "", column, value, value, "contradiction", "kept")


def test_an_index_given_by_its_items_is_checked_though_what_they_come_from_is_elsewhere(tmp_path):
    given = {"liquid_stools_7d": "140", "abdominal_pain_7d": "21", "general_wellbeing_7d": "28",
             "abdominal_mass": "5", "antidiarrheal": "1", "complications": "2",
             "hematocrit_deficit": "3", "weight_deficit": "2"}  # fmt: skip
    # 280 + 105 + 196 + 50 + 30 + 40 + 18 + 2
    assert findings(tmp_path, visits=given) == [of_visit("cdai", "721")]


def test_an_index_whose_items_are_not_all_there_is_not_checked(tmp_path):
    given = {"liquid_stools_mean": "30"}
    assert findings(tmp_path, visits=given) == []
    given |= {"abdominal_pain_mean": "1"}
    assert findings(tmp_path, visits=given) == [of_visit("liquid_stools_mean", "30")]


def test_a_table_without_visits_is_checked_too(tmp_path):
    given = {f"{name}_vai": "0" for name in (
        "fistula_tracts", "fistula_extension", "t2_hyperintensity", "collections", "rectal_wall",
    )} | {"fistula_location_vai": "1"}  # fmt: skip
    assert findings(tmp_path, patients=given) == [of_patient("fistula_tracts_vai", "0")]


def test_a_grading_is_checked_like_an_index_and_a_word_stands_as_it_is(tmp_path, monkeypatch):
    said = Check("sex", "made up", lambda answers: answers["sex"] >= 0)
    grading = Grading(
        name="made_up", title="", citation="", disease="CD", items=(ITEMS["sex"],), checks=(said,),
        grades=("a", "b"), rule=lambda sex: sex,
    )  # fmt: skip
    monkeypatch.setattr(doubts, "ENTRIES", {grading.name: grading})
    assert findings(tmp_path) == [of_patient("sex", "female")]
