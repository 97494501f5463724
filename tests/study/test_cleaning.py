"""Each fault alone in a small cohort: what is found, what becomes of it, and nothing else."""

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ibd_scores.study import cleaning
from ibd_scores.study.cohort import read_cohort

TOML = """
title = "small"
pseudonyms = false
exported = 2024-09-30
dates = ["YYYY-MM-DD", "YYYY/M/D", "D/M/YYYY", "M/D/YYYY"]
missing = ["未查"]
[visit_names]
baseline = ["V0"]
week12 = ["V12", "第12周"]
[codes]
sexes = { female = ["女", "F"], male = ["男", "M"] }
yes_no = { 0 = ["no"], 1 = ["yes"] }

[patients]
file = "patients.csv"
[patients.columns]
patient_id = "id"
disease = { from = "dx", codes = { CD = ["克罗恩病"], UC = ["溃疡性结肠炎"] } }
sex = { from = "sex", codes = "sexes", repairs = { femlae = "female" } }
height_m = { from = "cm", factor = 0.01 }

[visits]
file = "visits.csv"
only_where = [{ columns = ["fever", "uveitis"], where = { asked = ["yes"] } }]
remarks = [{ where = { asked = ["partly"] }, problem = "half asked", why = "not all was asked" }]
[visits.columns]
patient_id = "id"
visit = "visit"
date = "date"
crp_mg_l = { from = "crp", unit_from = "unit", units = { "mg/L" = 1, "mg/dL" = 10 } }
hematocrit_percent = { from = "hct", rescale = { between = [0.15, 0.65], factor = 100 } }
esr_mm_h = { from = "esr", missing = [999] }
physician_global = "pga"
fever = { from = "fever", codes = "yes_no" }
uveitis = { from = "uveitis", codes = "yes_no" }

[diary]
file = "diary.csv"
[diary.columns]
patient_id = "id"
date = "date"
liquid_stools = "stools"

[endoscopy]
file = "endoscopy.csv"
not_reached = ["未到达"]
[endoscopy.segment]
from = "seg"
status = "status"
codes = { ileum = "I", right_colon = "R", transverse = "T", left_colon = "L", rectum = "Re" }
[endoscopy.columns]
patient_id = "id"
visit = "visit"
date = "date"
ulcer_size = { from = "ulcer", codes = { 0 = ["无"], 1 = ["小"], 2 = ["大"] } }
ulcerated_surface = "surface"
"""
PATIENTS = {"id": "P1", "dx": "克罗恩病", "sex": "女", "cm": "165"}
VISIT = {"id": "P1", "visit": "V0", "date": "2024-03-15", "crp": "12.5", "unit": "mg/L",
         "hct": "41", "esr": "20", "pga": "2", "asked": "yes", "fever": "no",
         "uveitis": "yes"}  # fmt: skip
DAYS = [{"id": "P1", "date": f"2024-03-{day:02}", "stools": str(day - 8)} for day in range(8, 15)]
SEGMENTS = [{"id": "P1", "visit": "V0", "date": "2024-03-10", "seg": seg, "status": "到达",
             "ulcer": "小", "surface": "1"} for seg in ("I", "R", "T", "L", "Re")]  # fmt: skip
DAY = pd.Timestamp("2024-03-15")
TYPED = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=8)
WHAT = ["table", "row", "patient_id", "visit", "column", "old", "new", "problem", "action"]


def cleaned(
    folder, toml=TOML, patients=(PATIENTS,), visits=(VISIT,), diary=DAYS, endoscopy=SEGMENTS
):
    (folder / "cohort.toml").write_text(toml, encoding="utf-8")
    tables = {"patients": patients, "visits": visits, "diary": diary, "endoscopy": endoscopy}
    for name, rows in tables.items():
        pd.DataFrame(list(rows)).to_csv(folder / f"{name}.csv", index=False)
    return cleaning.clean(read_cohort(folder))


def findings(clean):
    return [tuple(None if pd.isna(v) else v for v in line)
            for line in clean.queries[WHAT].itertuples(index=False)]  # fmt: skip


def visit(**changed):
    return VISIT | changed


def only(clean, table="visits"):
    [row] = clean.tables[table].to_dict("records")
    return row


def test_a_cohort_without_faults_has_no_findings(tmp_path):
    clean = cleaned(tmp_path)
    assert findings(clean) == []
    assert list(clean.queries) == [
        "table", "file", "row", "patient_id", "visit", "column", "heading", "old", "new",
        "problem", "action", "why", "costs",
    ]  # fmt: skip
    patient, seen = only(clean, "patients"), only(clean)
    assert (patient["disease"], patient["sex"], patient["height_m"]) == ("CD", "female", 1.65)
    assert (seen["visit"], seen["date"], seen["crp_mg_l"]) == (
        "baseline",
        DAY,
        12.5,
    )
    assert (seen["fever"], seen["uveitis"], seen["physician_global"]) == (0, 1, 2)
    assert clean.tables["diary"]["liquid_stools"].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert only(clean, "endoscopy")["ulcer_size_left_colon"] == 1


# One changed cell of the visit in row 2; what is found (old is the text); the value it leaves.
@pytest.mark.parametrize(
    ("name", "text", "column", "new", "problem", "action", "value"),
    [
        ("date", "2024/3/15", "date", "2024-03-15", "date in another format", "converted", DAY),
        ("date", "2024-02-30", "date", "", "impossible date", "missing", None),
        ("date", "03/04/2024", "date", "", "ambiguous date", "missing", None),
        ("date", "spring", "date", "", "not a date", "missing", None),
        ("crp", "<0.5", "crp_mg_l", "0.5", "detection limit", "censored", 0.5),
        ("crp", "> 900", "crp_mg_l", "900", "detection limit", "censored", 900),
        ("crp", "≤5", "crp_mg_l", "", "not readable", "missing", None),
        ("crp", ">=5", "crp_mg_l", "", "not readable", "missing", None),
        ("crp", "未查", "crp_mg_l", "", "not done", "missing", None),
        ("crp", "12,5", "crp_mg_l", "", "not a number", "missing", None),
        ("crp", "-3", "crp_mg_l", "", "not permitted", "missing", None),
        ("hct", "0.41", "hematocrit_percent", "41", "another scale", "repaired", 41),
        ("hct", "0.07", "hematocrit_percent", "", "not permitted", "missing", None),
        ("hct", "≤40", "hematocrit_percent", "", "not a number", "missing", None),
        ("hct", "<40", "hematocrit_percent", "", "not a number", "missing", None),
        ("esr", "999.0", "esr_mm_h", "", "not done", "missing", None),
        ("esr", "12/5", "esr_mm_h", "", "two values in one cell", "missing", None),
        ("esr", "12 (5)", "esr_mm_h", "", "two values in one cell", "missing", None),
        ("esr", "6-Apr", "esr_mm_h", "", "not a number", "missing", None),
        ("esr", "#N/A", "esr_mm_h", "", "formula error", "missing", None),
        ("fever", "#REF!", "fever", "", "formula error", "missing", None),
        ("date", "#VALUE!", "date", "", "formula error", "missing", None),
        ("date", "2024-10-01", "date", "", "date in the future", "missing", None),
        ("pga", "4", "physician_global", "", "not permitted", "missing", None),
        ("pga", "1.5", "physician_global", "", "not permitted", "missing", None),
        ("fever", "maybe", "fever", "", "unknown word", "missing", None),
        ("fever", "1", "fever", "", "unknown word", "missing", None),
        ("unit", "", "crp_mg_l", "", "no unit", "missing", None),
        ("unit", "mmol", "crp_mg_l", "", "unknown unit", "missing", None),
    ],
)  # fmt: skip
def test_a_fault_in_a_cell_is_found_where_it_is(
    tmp_path, name, text, column, new, problem, action, value
):
    clean = cleaned(tmp_path, visits=[visit(**{name: text})])
    diary = [one for one in findings(clean) if one[0] == "diary"]
    assert diary == []
    old = VISIT["crp"] if name == "unit" else text
    assert findings(clean) == [("visits", 2, "P1", "baseline", column, old, new, problem, action)]
    found = only(clean)[column]
    assert found == value if value is not None else pd.isna(found)


@pytest.mark.parametrize(
    ("text", "side"),
    [("<0.5", "left"), (">300", "right"), ("≥300", None), ("0.5", None), ("", None)],
)
def test_the_side_of_a_limit_stands_in_its_own_column(tmp_path, text, side):
    found = only(cleaned(tmp_path, visits=[visit(crp=text)]))["crp_mg_l_censor"]
    assert found == side if side else pd.isna(found)


def test_a_limit_or_equal_is_told_what_to_write(tmp_path):
    [why] = cleaned(tmp_path, visits=[visit(crp="≤5")]).queries["why"]
    assert why == "write <5 or 5; correct it at the source"


def test_a_second_unit_is_converted_with_its_limit(tmp_path):
    clean = cleaned(tmp_path, visits=[visit(crp="<0.05", unit="mg/dL")])
    place = ("visits", 2, "P1", "baseline", "crp_mg_l", "<0.05", "0.5")
    assert findings(clean) == [(*place, "another unit", "converted"),
                               (*place, "detection limit", "censored")]  # fmt: skip
    assert only(clean)["crp_mg_l"] == 0.5


def test_a_misspelled_word_with_a_rule_is_repaired(tmp_path):
    clean = cleaned(tmp_path, patients=[PATIENTS | {"sex": "Femlae"}])
    assert findings(clean) == [
        ("patients", 2, "P1", "", "sex", "Femlae", "female", "misspelled", "repaired")
    ]
    assert only(clean, "patients")["sex"] == "female"


def test_a_blank_is_missing_and_no_finding(tmp_path):
    clean = cleaned(tmp_path, visits=[visit(crp="", unit="", hct=" ", fever="")])
    assert findings(clean) == []
    assert only(clean)["crp_mg_l"] != only(clean)["crp_mg_l"]


def test_words_are_read_without_regard_to_case_blanks_and_full_width_forms(tmp_path):
    clean = cleaned(tmp_path, visits=[visit(fever=" YES ", hct="４１", visit="v0")])
    assert findings(clean) == []
    assert (only(clean)["fever"], only(clean)["hematocrit_percent"]) == (1, 41)


def test_answers_to_what_was_not_asked_are_missing(tmp_path):
    clean = cleaned(tmp_path, visits=[visit(asked="")])
    assert findings(clean) == [("visits", 2, "P1", "baseline", "fever, uveitis", "no | yes", "",
                                "not asked", "missing")]  # fmt: skip
    assert pd.isna(only(clean)["fever"])


def test_a_declared_remark_is_listed_and_changes_nothing(tmp_path):
    clean = cleaned(tmp_path, visits=[visit(asked="partly", fever="", uveitis="")])
    assert findings(clean) == [("visits", 2, "P1", "baseline", "", "", "", "half asked", "kept")]


def test_a_duplicated_visit_is_dropped_and_logged(tmp_path):
    clean = cleaned(tmp_path, visits=[visit(crp="<0.5"), visit(crp="<0.5")])
    place = ("P1", "baseline")
    assert findings(clean) == [
        ("visits", 2, *place, "crp_mg_l", "<0.5", "0.5", "detection limit", "censored"),
        ("visits", 3, *place, "", "", "", "duplicated row", "dropped"),
    ]
    assert len(clean.tables["visits"]) == 1


def test_where_duplicated_visits_contradict_each_other_nothing_is_guessed(tmp_path):
    clean = cleaned(tmp_path, visits=[visit(pga="1", hct=""), visit(pga="3", esr="")])
    assert findings(clean) == [("visits", 3, "P1", "baseline", "physician_global", "1 | 3", "",
                                "contradictory rows", "missing")]  # fmt: skip
    seen = only(clean)
    assert pd.isna(seen["physician_global"])
    assert (seen["hematocrit_percent"], seen["esr_mm_h"], seen["crp_mg_l"]) == (41, 20, 12.5)


def test_a_measured_value_and_a_limit_contradict_each_other(tmp_path):
    clean = cleaned(tmp_path, visits=[visit(crp="0.5"), visit(crp="<0.5")])
    assert "contradictory rows" in clean.queries["problem"].tolist()
    assert pd.isna(only(clean)["crp_mg_l"])
    assert pd.isna(only(clean)["crp_mg_l_censor"])


@pytest.mark.parametrize(
    ("changed", "column", "old", "problem"),
    [
        ({"id": ""}, "patient_id", "", "no patient_id"),
        ({"visit": ""}, "visit", "", "no visit"),
        ({"visit": "V7"}, "visit", "V7", "unknown word"),
        ({"visit": "未查"}, "visit", "未查", "not done"),
    ],
)
def test_a_row_that_cannot_be_placed_is_left_out_and_logged(
    tmp_path, changed, column, old, problem
):
    clean = cleaned(tmp_path, visits=[VISIT, visit(crp="many", **changed)])
    assert len(clean.tables["visits"]) == 1
    [finding] = findings(clean)
    assert finding[:2] == ("visits", 3)
    assert finding[4:] == (column, old, "", problem, "left out")


def test_a_visit_of_somebody_who_is_not_among_the_patients_is_reported(tmp_path):
    clean = cleaned(tmp_path, visits=[VISIT, visit(id="P9"), visit(id="P9", visit="V12")])
    assert findings(clean) == [
        ("visits", 3, "P9", "baseline", "patient_id", "P9", "P9", "patient not listed", "kept")
    ]


def test_each_missing_day_of_a_diary_before_a_visit_is_found(tmp_path):
    days = [day for day in DAYS if day["date"] not in ("2024-03-08", "2024-03-11")]
    clean = cleaned(tmp_path, visits=[VISIT, visit(visit="V12", date="2024-06-07")], diary=days)
    assert findings(clean) == [
        ("diary", None, "P1", "baseline", "date", day, "", "no diary entry", "missing")
        for day in ("2024-03-08", "2024-03-11")
    ]


def test_a_diary_day_written_twice_is_dropped(tmp_path):
    clean = cleaned(tmp_path, diary=[*DAYS, DAYS[0]])
    assert findings(clean) == [("diary", 9, "P1", "", "", "", "", "duplicated row", "dropped")]


def test_a_segment_not_reached_is_left_out(tmp_path):
    rows = [{**SEGMENTS[0], "status": "未到达", "ulcer": "", "surface": "0"}, *SEGMENTS[1:]]
    clean = cleaned(tmp_path, endoscopy=rows)
    place = ("endoscopy", 2, "P1", "baseline")
    assert findings(clean) == [
        (*place, "segment", "未到达", "", "segment not reached", "left out"),
        (*place, "ulcerated_surface_ileum", "0", "", "recorded though not reached", "missing"),
    ]
    found = only(clean, "endoscopy")
    assert pd.isna(found["ulcerated_surface_ileum"])
    assert found["ulcerated_surface_rectum"] == 1


def test_in_a_wide_endoscopy_a_segment_not_reached_is_said_once(tmp_path):
    start, end = TOML.index("[endoscopy.segment]"), TOML.index("[endoscopy.columns]")
    lines = TOML[end:].splitlines()[:4] + [
        f"{cell} = '{cell}'" for cell in ("ulcer_size_ileum", "narrowing_ileum", "narrowing_rectum")
    ]
    wide = {"id": "P1", "visit": "V0", "date": "2024-03-10", "ulcer_size_ileum": "未到达",
            "narrowing_ileum": "未到达", "narrowing_rectum": "2"}  # fmt: skip
    clean = cleaned(tmp_path, toml=TOML[:start] + "\n".join(lines), endoscopy=[wide])
    assert findings(clean) == [("endoscopy", 2, "P1", "baseline", "segment", "未到达", "",
                                "segment not reached", "left out")]  # fmt: skip
    found = only(clean, "endoscopy")
    assert pd.isna(found["narrowing_ileum"])
    assert found["narrowing_rectum"] == 2


def test_a_segment_without_a_row_is_found(tmp_path):
    clean = cleaned(tmp_path, endoscopy=SEGMENTS[:4])
    assert findings(clean) == [("endoscopy", 2, "P1", "baseline", "segment", "", "",
                                "segment not recorded", "missing")]  # fmt: skip


def test_a_segment_written_twice_is_dropped_or_contradicts_itself(tmp_path):
    clean = cleaned(tmp_path, endoscopy=[*SEGMENTS, SEGMENTS[1], SEGMENTS[2] | {"ulcer": "大"}])
    assert findings(clean) == [
        ("endoscopy", 7, "P1", "baseline", "", "", "", "duplicated row", "dropped"),
        ("endoscopy", 8, "P1", "baseline", "ulcer_size_transverse", "小 | 大", "",
         "contradictory rows", "missing"),
    ]  # fmt: skip


def test_a_segment_with_an_unknown_name_is_left_out(tmp_path):
    clean = cleaned(tmp_path, endoscopy=[*SEGMENTS, SEGMENTS[0] | {"seg": "jejunum"}])
    assert findings(clean) == [("endoscopy", 7, "P1", "baseline", "segment", "jejunum", "",
                                "unknown word", "left out")]  # fmt: skip


def test_two_endoscopies_at_one_visit_are_kept_and_numbered_by_date(tmp_path):
    earlier = [row | {"date": "2024-03-01", "ulcer": "大"} for row in SEGMENTS]
    clean = cleaned(tmp_path, endoscopy=[*SEGMENTS, *earlier])
    assert findings(clean) == []
    found = clean.tables["endoscopy"][["endoscopy", "ulcer_size_ileum"]]
    assert found.values.tolist() == [[1, 2], [2, 1]]


def test_what_the_form_permits_one_by_one_but_not_together_is_kept_and_reported(tmp_path):
    clean = cleaned(tmp_path, endoscopy=[SEGMENTS[0] | {"surface": "0"}, *SEGMENTS[1:]])
    assert findings(clean) == [("endoscopy", 2, "P1", "baseline", "ulcer_size_ileum", "1", "1",
                                "contradiction", "kept")]  # fmt: skip


def test_tables_come_in_the_order_of_patient_visit_and_date(tmp_path):
    visits = [visit(visit="V12", date="2024-06-07"), VISIT, visit(id="P10"), visit(id="P9")]
    patients = [PATIENTS | {"id": name} for name in ("P10", "P9", "P1")]
    clean = cleaned(tmp_path, patients=patients, visits=visits)
    assert clean.tables["patients"]["patient_id"].tolist() == ["P1", "P9", "P10"]
    assert clean.tables["visits"][["patient_id", "visit"]].values.tolist() == [
        ["P1", "baseline"], ["P1", "week12"], ["P9", "baseline"], ["P10", "baseline"],
    ]  # fmt: skip


def test_the_summary_counts_findings_and_patients_and_names_nobody(tmp_path):
    clean = cleaned(tmp_path, visits=[visit(pga="4"), visit(visit="V12", date="", pga="5")])
    assert clean.summary().to_dict("records") == [
        {"table": "visits", "problem": "not permitted", "action": "missing", "findings": 2,
         "patients": 1},
    ]  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.dictionaries(st.sampled_from(list(VISIT)), TYPED, max_size=4))
def test_whatever_is_typed_no_value_is_off_the_form(tmp_path, changed):
    clean = cleaned(tmp_path, visits=[VISIT, visit(visit="V12") | changed])
    seen = clean.tables["visits"]
    assert seen["physician_global"].dropna().isin([0, 1, 2, 3]).all()
    assert seen["hematocrit_percent"].dropna().between(10, 75).all()
    assert seen["crp_mg_l_censor"].dropna().isin(["left", "right"]).all()


def test_raw_files_are_never_written_to(tmp_path):
    cleaned(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    cleaning.clean(read_cohort(tmp_path))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
