"""The shapes in which hospitals keep a table: a row for each patient, for each visit, for each
sample."""

from datetime import date

import pandas as pd
import pytest

from ibd_scores.study import cleaning
from ibd_scores.study.cohort import CohortError, read_cohort

HEAD = """
title = "small"
pseudonyms = false
exported = 2024-12-31
"""
PATIENTS = """
[patients]
file = "all.csv"
[patients.columns]
patient_id = "住院号"
disease = "诊断"
start_date = "开始"
"""
WIDE = """
[visits]
file = "all.csv"
blocks = { baseline = "{}_基线", week12 = "{}_12周" }
[visits.columns]
patient_id = "住院号"
date = "日期"
crp_mg_l = "CRP"
esr_mm_h = { from = { baseline = "血沉" } }

[diary]
file = "all.csv"
blocks = [{ heading = "{}1" }, { heading = "{}2" }]
[diary.columns]
patient_id = "住院号"
date = "日记"
liquid_stools = "稀便"

[imaging]
file = "all.csv"
blocks = [
    { heading = "{}_基线_回肠", visit = "baseline", segment = "ileum" },
    { heading = "{}_12周_回肠", visit = "week12", segment = "ileum" },
]
[imaging.columns]
patient_id = "住院号"
wall_thickness_mm = "壁厚"
"""
ROW = {
    "住院号": "A1", "诊断": "CD", "开始": "2024-01-10", "日期_基线": "2024-01-08",
    "日期_12周": "2024-04-03", "CRP_基线": "12", "CRP_12周": "3", "血沉": "40",
    "日记1": "2024-01-06", "稀便1": "5", "日记2": "2024-01-07", "稀便2": "6",
    "壁厚_基线_回肠": "6", "壁厚_12周_回肠": "",
}  # fmt: skip
SAMPLES = """
[visit_windows]
baseline = { day = 0, from = -42, to = 3 }
week12 = { day = 84, from = 70, to = 112 }
[patients]
file = "samples.csv"
repeated = true
[patients.columns]
patient_id = "id"
disease = "dx"
start_date = "start"
[visits]
file = "samples.csv"
[visits.columns]
patient_id = "id"
date = "drawn"
crp_mg_l = "crp"
esr_mm_h = "esr"
"""


def cleaned(folder, toml, **tables):
    (folder / "cohort.toml").write_text(HEAD + toml, encoding="utf-8")
    for name, rows in tables.items():
        pd.DataFrame(rows).fillna("").to_csv(folder / f"{name}.csv", index=False)
    return cleaning.clean(read_cohort(folder))


def sample(day, crp="", esr="", patient="P1"):
    return {"id": patient, "dx": "CD", "start": "2024-01-10", "drawn": day, "crp": crp, "esr": esr}


def found(clean):
    lines = clean.queries[["row", "visit", "column", "heading", "old", "problem", "action"]]
    return [tuple(line) for line in lines.itertuples(index=False)]


def test_one_row_for_each_patient_gives_a_record_for_each_visit(tmp_path):
    clean = cleaned(tmp_path, PATIENTS + WIDE, all=[ROW])
    visits = clean.tables["visits"]
    assert visits["visit"].tolist() == ["baseline", "week12"]
    assert visits["date"].dt.date.tolist() == [date(2024, 1, 8), date(2024, 4, 3)]
    assert visits["crp_mg_l"].tolist() == [12, 3]
    # Measured at baseline alone.
    assert visits["esr_mm_h"].tolist()[0] == 40
    assert visits["esr_mm_h"].isna().tolist() == [False, True]
    assert clean.queries["problem"].tolist() == ["no diary entry"] * 5


def test_a_diary_and_an_imaging_table_can_be_blocks_of_the_same_row(tmp_path):
    tables = cleaned(tmp_path, PATIENTS + WIDE, all=[ROW]).tables
    assert tables["diary"]["liquid_stools"].tolist() == [5, 6]
    assert tables["diary"]["date"].dt.day.tolist() == [6, 7]
    # The scan of week 12 was not made: a block that is blank gives no record.
    [scan] = tables["imaging"].to_dict("records")
    assert (scan["visit"], scan["segment"], scan["wall_thickness_mm"]) == ("baseline", "ileum", 6)


def test_a_finding_in_a_block_names_the_heading_of_the_file(tmp_path):
    clean = cleaned(tmp_path, PATIENTS + WIDE, all=[ROW | {"CRP_12周": "3/4", "血沉": "fast"}])
    assert [one for one in found(clean) if one[5] != "no diary entry"] == [
        (2, "baseline", "esr_mm_h", "血沉", "fast", "not a number", "missing"),
        (2, "week12", "crp_mg_l", "CRP_12周", "3/4", "two values in one cell", "missing"),
    ]


def test_a_visit_that_nothing_was_recorded_of_is_none(tmp_path):
    gone = ROW | {"日期_12周": "", "CRP_12周": " "}
    visits = cleaned(tmp_path, PATIENTS + WIDE, all=[gone]).tables["visits"]
    assert visits["visit"].tolist() == ["baseline"]


@pytest.mark.parametrize(
    ("blocks", "row"),
    [
        # Only the baseline has a CRP of its own; a plain one stands beside it.
        ('{ baseline = "{}_a", week12 = "{}_b" }',
         {"CRP_a": "9", "CRP": "9", "血沉_a": "1", "血沉_b": "2"}),
        # The baseline's headings are plain, and week 12 has none for CRP.
        ('{ baseline = "{}", week12 = "{}_b" }', {"CRP": "9", "血沉": "1", "血沉_b": "2"}),
    ],
)  # fmt: skip
def test_what_one_visit_lacks_is_never_taken_from_the_other(tmp_path, blocks, row):
    visits = f"""
[visits]
file = "all.csv"
blocks = {blocks}
[visits.columns]
patient_id = "住院号"
esr_mm_h = "血沉"
"""
    own = {name: ROW[name] for name in ("住院号", "诊断", "开始")} | row
    both = cleaned(tmp_path, PATIENTS + visits, all=[own]).tables["visits"]
    assert both["esr_mm_h"].tolist() == [1, 2]
    with pytest.raises(CohortError, match="no column 'CRP_b'"):
        cleaned(tmp_path, PATIENTS + visits + 'crp_mg_l = "CRP"\n', all=[own])
    single = PATIENTS + visits + 'crp_mg_l = { from = { baseline = "CRP" } }\n'
    alone = cleaned(tmp_path, single, all=[own]).tables["visits"]["crp_mg_l"]
    assert alone.isna().tolist() == [False, True]


def test_two_rows_of_one_patient_are_told_as_such(tmp_path):
    clean = cleaned(tmp_path, PATIENTS + WIDE, all=[ROW, ROW | {"诊断": "UC", "CRP_基线": "13"}])
    patients = clean.queries[clean.queries["table"] == "patients"]
    assert patients["old"].tolist() == ["CD | UC"]
    assert patients["why"].tolist() == [
        "rows 2, 3 are one patient and differ here; set to missing until one is corrected"
    ]
    assert clean.tables["patients"]["disease"].isna().all()
    assert clean.tables["visits"]["crp_mg_l"].isna().tolist() == [True, False]


def test_two_baselines_that_differ_are_told_as_two_of_one_visit(tmp_path):
    long = """
[visits]
file = "visits.csv"
[visits.columns]
patient_id = "id"
visit = "visit"
date = "date"
crp_mg_l = "crp"
"""
    rows = [
        {"id": "A1", "visit": "baseline", "date": day, "crp": "9"}
        for day in ("2024-01-05", "2024-01-08")
    ]
    clean = cleaned(tmp_path, PATIENTS + long, all=[ROW], visits=rows)
    [query] = clean.queries.to_dict("records")
    assert (query["problem"], query["old"]) == ("contradictory rows", "2024-01-05 | 2024-01-08")
    assert "rows 2, 3 are one visit of one patient" in query["why"]
    [visit] = clean.tables["visits"].to_dict("records")
    assert pd.isna(visit["date"])
    assert visit["crp_mg_l"] == 9


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("{}_基线", "基线", r"\[visits\] blocks: '基线': \{\} stands once"),
        ("baseline = \"{}_基线\"", 'V0 = "{}_基线"', r"there is no block 'baseline'"),
        ('date = "日期"', 'date = "日期"\nvisit = "访视"', "told by the block and by a heading"),
        ('"CRP"', '"hsCRP"', r"row 1: no column 'hsCRP_基线', 'hsCRP_12周'"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_blocks_is_told(tmp_path, old, new, message):
    assert old in WIDE
    with pytest.raises(CohortError, match=message):
        cleaned(tmp_path, PATIENTS + WIDE.replace(old, new), all=[ROW])


def test_blocks_are_not_for_patients(tmp_path):
    toml = PATIENTS.replace("[patients.columns]", 'blocks = { a = "{}_a" }\n[patients.columns]')
    with pytest.raises(CohortError, match="a row holds one patient"):
        cleaned(tmp_path, toml + WIDE, all=[ROW])


def test_samples_fall_into_the_visits_by_their_dates(tmp_path):
    rows = [
        sample("2024-01-02", crp="20"),  # 8 days before the start
        sample("2024-01-09", esr="33"),  # 1 day before
        sample("2024-04-01", crp="4"),  # day 82
        sample("2024-04-20", esr="9"),  # day 101
    ]
    clean = cleaned(tmp_path, SAMPLES, samples=rows)
    visits = clean.tables["visits"]
    assert visits["visit"].tolist() == ["baseline", "week12"]
    assert visits["crp_mg_l"].tolist() == [20, 4]
    assert visits["esr_mm_h"].tolist() == [33, 9]
    # The day nearest to the one that is meant.
    assert visits["date"].dt.date.tolist() == [date(2024, 1, 9), date(2024, 4, 1)]
    assert clean.queries.empty


def test_of_several_samples_in_a_window_the_nearest_stands_and_it_is_listed(tmp_path):
    rows = [sample("2024-04-20", crp="9"), sample("2024-04-04", crp="4")]  # days 101 and 85
    clean = cleaned(tmp_path, SAMPLES, samples=rows)
    assert clean.tables["visits"]["crp_mg_l"].tolist() == [4]
    [query] = clean.queries.to_dict("records")
    assert (query["problem"], query["action"], query["old"]) == (
        "several in the window", "kept", "4 | 9",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "visit"),
    [
        ("2023-11-28", None),  # 43 days before the start
        ("2023-11-29", "baseline"),  # 42 days
        ("2024-01-13", "baseline"),  # 3 days after
        ("2024-01-14", None),
        ("2024-03-19", None),  # day 69
        ("2024-03-20", "week12"),  # day 70
        ("2024-05-01", "week12"),  # day 112
        ("2024-05-02", None),
    ],
)
def test_a_window_holds_its_first_and_last_day_and_no_other(tmp_path, day, visit):
    clean = cleaned(tmp_path, SAMPLES, samples=[sample(day, crp="5")])
    assert clean.tables["visits"]["visit"].tolist() == ([visit] if visit else [])
    if visit is None:
        [query] = clean.queries.to_dict("records")
        assert (query["problem"], query["action"]) == ("outside the windows", "left out")
        assert "windows in days: baseline -42 to 3; week12 70 to 112" in query["why"]


def test_a_named_visit_outside_its_window_is_kept_and_listed(tmp_path):
    toml = SAMPLES.replace('date = "drawn"', 'date = "drawn"\nvisit = "visit"')
    rows = [sample("2024-01-20", crp="5") | {"visit": "baseline"}]
    clean = cleaned(tmp_path, toml, samples=rows)
    assert clean.tables["visits"]["crp_mg_l"].tolist() == [5]
    [query] = clean.queries.to_dict("records")
    assert (query["problem"], query["action"]) == ("outside the window", "kept")
    assert query["why"].startswith("10 days after start_date")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("day = 84, from = 70", "day = 84, from = 3", "overlaps baseline"),
        ("day = 84, from = 70", "day = 60, from = 70", "day lies between from and to"),
        ('start_date = "start"', "", "they count from start_date"),
        ('date = "drawn"', "", "'date' is missing"),
        ("day = 84", "week = 12", "unknown key 'week'"),
    ],
)
def test_what_is_wrong_with_windows_is_told(tmp_path, old, new, message):
    assert old in SAMPLES
    with pytest.raises(CohortError, match=message):
        cleaned(tmp_path, SAMPLES.replace(old, new), samples=[sample("2024-01-09")])


def test_headings_may_stand_below_a_title(tmp_path):
    (tmp_path / "p.csv").write_text("Our patients,,\n,,\nid,dx,start\nP1,CD,2024-01-10\n")
    (tmp_path / "v.csv").write_text("id,visit,crp\nP1,baseline,5\nP1,week12,5/6\n")
    toml = """
[patients]
file = "p.csv"
header_row = 3
[patients.columns]
patient_id = "id"
disease = "dx"
[visits]
file = "v.csv"
[visits.columns]
patient_id = "id"
visit = "visit"
crp_mg_l = "crp"
"""
    clean = cleaned(tmp_path, toml)
    assert clean.tables["patients"]["patient_id"].tolist() == ["P1"]
    assert clean.queries["row"].tolist() == [3]
