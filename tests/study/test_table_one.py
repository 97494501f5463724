"""What Table 1 derives from the tidy tables, and what it says is not there."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores.study.description import (
    CD_CHARACTERISTICS,
    EXTRAINTESTINAL,
    UC_CHARACTERISTICS,
    at_baseline,
    baseline,
    characteristics,
    not_recorded,
)
from ibd_scores.study.description.listing import OWED
from ibd_scores.study.layouts import baseline_table

NEVER_ASKED = ["anatomical type of perianal fistulas", "why prior advanced therapies were stopped"]


@pytest.fixture
def patients() -> pd.DataFrame:
    ids = ["A", "B", "C", "D", "E", "F", "U"]
    return pd.DataFrame(
        {
            "patient_id": ids,
            "disease": ["CD"] * 6 + ["UC"],
            "start_date": pd.to_datetime(["2023-03-01"] * 5 + [None, "2023-03-01"]),
            "stop_date": pd.to_datetime([None, None, "2023-04-01", "2023-04-02", "2023-04-03"]
                                        + [None] * 2),
            "stop_reason": [None, None, "lack of efficacy", "adverse event", None, None, None],
            "height_m": 1.6, "smoking": "never", "prior_surgery": 0.0, "immunomodulator": 0.0,
            "prior_advanced_therapies": [1.0, 2, 3, 5, 0, 1, 1],
            "age": 40.0, "age_at_diagnosis": 30.0, "sex": "male", "colitis_extent": 3.0,
            "disease_ileum": 1.0, "disease_colon": 1.0, "disease_upper_gi": 0.0,
            "stricturing": 0.0, "penetrating": 0.0,
            "perianal_fistula": [1.0, 0, 0, np.nan, np.nan, 0, np.nan],
            "perianal_abscess": [0.0, 0, 1, 1, 0, 0, np.nan],
            "prior_anti_tnf": [1.0, 0, 1, np.nan, 0, 1, 1],
            "induction_dose_mg": [45.0, 45, 30, 45, np.nan, 45, 45],
        }
    )  # fmt: skip


DERIVED = {
    "bmi", "disease_duration", "extraintestinal_manifestation", "crp_raised", "calprotectin_raised",
    "days_to_first_dose", "week12_day", "endoscopy_to_first_dose", "week12_endoscopy_day",
    "perianal", "montreal_age", "montreal_location",
    "montreal_behavior", "montreal_extent", "draining", "esr_raised", "anemia", "albumin_low",
    "treatment_days", "imaged", "wall_mm", "highest_maria", "highest_maria_simplified",
    *(f"ses_cd_{one}" for one in ("ileum", "right_colon", "transverse", "left_colon", "rectum")),
}  # fmt: skip


def visits(patients: pd.DataFrame, disease: str) -> pd.DataFrame:
    """The baseline visit of everyone, with 1 for whatever is measured."""
    asked = [one.column for one in characteristics(disease)]
    measured = [name for name in asked if name not in {*patients, *DERIVED}]
    own = patients.loc[patients["disease"].eq(disease) & patients["start_date"].notna()]
    scores = pd.DataFrame({"patient_id": own["patient_id"].tolist(), "visit": "baseline"})
    scores = scores.assign(**dict.fromkeys([*measured, *EXTRAINTESTINAL], 1.0), weight_kg=64.0)
    return scores.assign(date=pd.Timestamp("2023-02-24"))


def plain(values: "pd.Series") -> list:
    return values.astype(object).where(values.notna(), None).tolist()


def test_baseline_columns_are_derived_for_crohns_disease(patients: pd.DataFrame) -> None:
    scores = visits(patients, "CD").assign(
        crp_mg_l=[4.9, 5, 5, np.nan, 20], crp_mg_l_censor=[None, "left", None, None, None],
        calprotectin_ug_g=[249.0, 250, 1800, 30, 600], arthralgia=[1.0, 0, 0, 0, np.nan],
        uveitis=[0.0, 1, 0, 0, 0], erythema_nodosum=0.0, pyoderma_gangrenosum=0.0,
        aphthous_ulcers=0.0, calprotectin_ug_g_censor=[None, None, "right", "left", None],
    )  # fmt: skip
    week12 = pd.DataFrame({"patient_id": ["B"], "visit": "week12", "date": ["2023-05-24"]})
    week12["date"] = pd.to_datetime(week12["date"])
    table = at_baseline(patients, pd.concat([scores, week12], ignore_index=True), "CD")
    assert table["days_to_first_dose"].tolist() == [5] * 5
    assert plain(table["week12_day"]) == [None, 84, None, None, None]
    # A has neither date; B came at week 12; C, D and E stopped on April 1, 2 and 3.
    assert plain(table["treatment_days"]) == [None, 84, 31, 32, 33]
    assert plain(table["crp_raised"]) == [False, False, True, None, True]
    assert table["calprotectin_raised"].tolist() == [False, True, True, False, True]
    assert plain(table["extraintestinal_manifestation"]) == [True, True, False, False, None]
    assert table.index.tolist() == list("ABCDE")
    assert table["bmi"].tolist() == pytest.approx([25.0] * 5)
    assert table["disease_duration"].tolist() == [10.0] * 5
    assert table["prior_advanced_therapies"].astype(str).tolist() == [
        "1", "2", "3 or more", "3 or more", "0",
    ]  # fmt: skip
    assert plain(table["perianal"]) == [True, False, True, True, None]
    assert table["montreal_age"].astype(str).tolist() == ["A2"] * 5
    assert table["montreal_location"].astype(str).tolist() == ["L3"] * 5
    assert table["montreal_behavior"].astype(object).tolist()[:2] == ["B1p", "B1"]
    found = baseline(table, CD_CHARACTERISTICS)
    assert found.loc[("Perianal fistula or abscess", "yes"), ["k", "missing"]].tolist() == [3, 1]
    assert found.loc[("Perianal fistula", "yes"), ["k", "missing"]].tolist() == [1, 2]
    assert found.loc[("Perianal abscess", "yes"), ["k", "missing"]].tolist() == [2, 0]
    assert found.loc[("CRP ≥ 5 mg/L", "yes"), ["k", "n"]].tolist() == [2, 4]
    assert found.loc[("Fecal calprotectin ≥ 250 µg/g", "yes"), ["k", "n"]].tolist() == [3, 5]
    assert found.loc[("Prior anti-TNF", "yes"), ["k", "n"]].tolist() == [2, 4]
    assert found.loc["Induction dose, mg", "k"].to_dict() == {"30": 1, "45": 3}


def test_baseline_columns_are_derived_for_ulcerative_colitis(patients: pd.DataFrame) -> None:
    table = at_baseline(patients, visits(patients, "UC").assign(physician_global=3.0), "UC")
    found = baseline(table, UC_CHARACTERISTICS)
    assert found.loc[("Montreal extent", "E3"), "k"] == 1
    assert found.loc[("Prior advanced therapies", "1"), "k"] == 1
    for subscore, level in (("Stool frequency", "1"), ("Rectal bleeding", "1"),
                            ("Physician global", "3")):  # fmt: skip
        assert found.loc[(f"{subscore} subscore", level), "k"] == 1
    assert "ses_cd_ileum" not in table


def test_another_limit_changes_the_count_and_the_label(patients: pd.DataFrame) -> None:
    scores = visits(patients, "CD").assign(
        crp_mg_l=[5.0, 7.9, 8, 20, np.nan], calprotectin_ug_g=[100.0, 149, 150, 250, 600]
    )
    usual = baseline(at_baseline(patients, scores, "CD"), characteristics("CD"))
    limits = {"crp_limit": 8, "calprotectin_limit": 150}
    found = baseline(at_baseline(patients, scores, "CD", **limits), characteristics("CD", **limits))
    assert usual.loc[("CRP ≥ 5 mg/L", "yes"), "k"] == 4
    assert found.loc[("CRP ≥ 8 mg/L", "yes"), ["k", "n", "missing"]].tolist() == [2, 4, 1]
    assert usual.loc[("Fecal calprotectin ≥ 250 µg/g", "yes"), "k"] == 2
    assert found.loc[("Fecal calprotectin ≥ 150 µg/g", "yes"), "k"] == 3
    assert "CRP ≥ 5 mg/L" not in found.index.get_level_values(0)


def test_a_limit_with_decimals_is_written_with_them() -> None:
    labels = [one.label for one in characteristics("UC", crp_limit=3.5)]
    assert "CRP ≥ 3.5 mg/L" in labels


def test_a_disease_without_a_baseline_table_is_refused() -> None:
    with pytest.raises(ValueError, match="'IBD-U' has no baseline table; use CD or UC"):
        characteristics("IBD-U")


def test_anemia_is_below_13_in_men_and_12_in_women_who_are_grown_up(
    patients: pd.DataFrame,
) -> None:
    patients = patients.iloc[[0] * 8].assign(
        patient_id=list("ABCDEFGH"),
        sex=["male", "male", "female", "female", None, "male", "female", "male"],
        age=[40.0, 40, 40, 40, 40, 14, 15, 40],
    )
    scores = visits(patients, "CD").assign(
        hemoglobin_g_dl=[12.9, 13.0, 11.9, 12.0, 9.0, 9.0, 9.0, np.nan]
    )
    table = at_baseline(patients, scores, "CD")
    assert plain(table["anemia"]) == [True, False, True, False, None, None, True, None]


def test_albumin_is_low_below_3_5_and_the_esr_raised_for_age_and_sex(
    patients: pd.DataFrame,
) -> None:
    patients = patients.assign(sex=["male", "male", "female", "female", None, "male", "male"],
                               age=[40.0, 40, 60, 60, 40, 40, 40])  # fmt: skip
    scores = visits(patients, "CD").assign(
        albumin_g_dl=[3.4, 3.5, 4.2, np.nan, 2.0], esr_mm_h=[15.0, 16, 30, 31, 80]
    )
    table = at_baseline(patients, scores, "CD")
    assert plain(table["albumin_low"]) == [True, False, False, None, True]
    # Men under 50 up to 15 mm/h, women from 50 up to 30 (specification, section 14).
    assert plain(table["esr_raised"]) == [False, True, False, True, None]


def test_a_segment_of_the_ses_cd_is_the_sum_of_its_four_variables(patients: pd.DataFrame) -> None:
    scores = visits(patients, "CD").assign(
        ulcer_size_ileum=[2.0, 0, 3, np.nan, 1], ulcerated_surface_ileum=[1.0, 0, 3, np.nan, 1],
        affected_surface_ileum=[2.0, 0, 3, np.nan, 1], narrowing_ileum=[1.0, 0, 3, np.nan, np.nan],
    )  # fmt: skip
    table = at_baseline(patients, scores, "CD")
    assert plain(table["ses_cd_ileum"]) == [6, 0, 12, None, None]
    found = baseline(table, CD_CHARACTERISTICS)
    row = found.loc[("SES-CD, ileum", "median (IQR)")]
    assert row[["median", "n", "missing"]].tolist() == [6, 3, 2]
    assert "SES-CD, rectum" not in found.index.get_level_values(0)


def test_a_fistula_drains_where_at_least_one_does(patients: pd.DataFrame) -> None:
    scores = visits(patients, "CD").assign(draining_fistulas=[2.0, 0, 1, np.nan, 0])
    table = at_baseline(patients, scores, "CD")
    assert plain(table["draining"]) == [True, False, True, None, False]
    row = baseline(table, CD_CHARACTERISTICS).loc[("Draining perianal fistula", "yes")]
    assert row[["k", "n", "missing"]].tolist() == [2, 4, 1]


def test_imaging_counts_who_was_imaged_and_takes_the_thickest_wall(patients: pd.DataFrame) -> None:
    imaging = pd.DataFrame(
        [("A", "baseline", "ileum", 6.0), ("A", "baseline", "rectum", 2.0),
         ("B", "baseline", "ileum", 2.5), ("B", "week12", "ileum", 9.0),
         ("C", "baseline", "ileum", 4.0), ("C", "baseline", "rectum", np.nan),
         ("D", "week12", "ileum", 7.0)],
        columns=["patient_id", "visit", "segment", "wall_thickness_mm"],
    ).assign(doppler_flow=0.0)  # fmt: skip
    table = at_baseline(patients, visits(patients, "CD"), "CD", imaging=imaging)
    assert plain(table["imaged"]) == [True, True, True, False, False]
    assert plain(table["wall_mm"]) == [6, 2.5, None, None, None]  # of C a segment is not measured
    found = baseline(table, CD_CHARACTERISTICS)
    assert found.loc[("Bowel wall imaged", "yes"), ["k", "n"]].tolist() == [3, 5]
    wall = found.loc[("Thickest wall on imaging, mm", "median (IQR)")]
    assert wall[["median", "n", "missing"]].tolist() == [4.25, 2, 3]


@pytest.mark.parametrize("rows", [0, 1])
def test_without_imaging_of_the_disease_there_is_no_row_of_it(
    patients: pd.DataFrame, rows: int
) -> None:
    of_another = pd.DataFrame({"patient_id": ["U"], "visit": "baseline", "segment": "rectum",
                               "wall_thickness_mm": 5.0})  # fmt: skip
    for imaging in (None, of_another.iloc[:rows]):
        table = at_baseline(patients, visits(patients, "CD"), "CD", imaging=imaging)
        shown = baseline(table, CD_CHARACTERISTICS).index.get_level_values(0)
        assert not {"Bowel wall imaged", "Thickest wall on imaging, mm"} & {*shown}
        assert "imaging of the bowel wall" in not_recorded(table, CD_CHARACTERISTICS)


def test_what_was_not_recorded_is_said_in_words_and_in_order(patients: pd.DataFrame) -> None:
    without = patients.assign(smoking=None, induction_dose_mg=np.nan)
    scores = visits(patients, "CD").assign(esr_mm_h=np.nan, hbi=np.nan)
    table = at_baseline(without, scores, "CD")
    assert not_recorded(table, CD_CHARACTERISTICS) == [
        "smoking", "anatomical type of perianal fistulas", "draining fistulas",
        "why prior advanced therapies were stopped", "dose", "HBI", "SES-CD by segment", "ESR",
        "imaging of the bowel wall", "day of the week-12 visit",
    ]  # fmt: skip
    assert not_recorded(table[:0], CD_CHARACTERISTICS) == []


def test_a_colitis_owes_nothing_of_fistulas(patients: pd.DataFrame) -> None:
    table = at_baseline(patients, visits(patients, "UC"), "UC")
    words = not_recorded(table, UC_CHARACTERISTICS)
    assert words[0] == "why prior advanced therapies were stopped"
    assert not [word for word in words if "fistula" in word or "CDAI" in word]


def test_every_characteristic_belongs_to_what_a_baseline_table_owes() -> None:
    owed = {column for columns in OWED.values() for column in columns}
    shown = {one.column for one in (*CD_CHARACTERISTICS, *UC_CHARACTERISTICS)}
    assert owed == shown
    assert [words for words, columns in OWED.items() if not columns] == NEVER_ASKED


def test_no_two_lines_of_a_baseline_table_have_one_label() -> None:
    for listed in (CD_CHARACTERISTICS, UC_CHARACTERISTICS):
        labels = [one.label for one in listed]
        assert len(labels) == len({*labels})


def test_the_baseline_table_of_a_disease_without_patients_is_empty(patients: pd.DataFrame) -> None:
    crohn = patients.loc[patients["disease"].eq("CD")]
    table = at_baseline(crohn, visits(patients, "CD"), "UC")
    assert baseline_table(baseline(table, UC_CHARACTERISTICS)).empty


def test_endoscopies_have_days_of_their_own(patients: pd.DataFrame) -> None:
    endoscopies = pd.DataFrame(
        {
            "patient_id": ["A", "A", "B", "C", "C"],
            "visit": ["baseline", "week12", "baseline", "baseline", "baseline"],
            # The first dose was on the 1st of March 2023; C was scoped twice, neither is chosen.
            "date": pd.to_datetime(
                ["2023-02-19", "2023-05-20", "2023-03-01", "2023-02-01", "2023-02-10"]
            ),
        }
    )
    table = at_baseline(patients, visits(patients, "CD"), "CD", endoscopies=endoscopies)
    assert table["endoscopy_to_first_dose"].loc[["A", "B"]].tolist() == [10, 0]
    assert table["week12_endoscopy_day"].loc["A"] == 80
    rest = table.loc[["C", "D", "E"], ["endoscopy_to_first_dose", "week12_endoscopy_day"]]
    assert rest.isna().all(axis=None)
