"""The first draft of a cohort: matched by name, never by position; what is doubtful is left."""

import json
import random
import tomllib
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from ibd_scores.study import cleaning
from ibd_scores.study.__main__ import main
from ibd_scores.study.cohort import CohortError, read_cohort
from ibd_scores.study.intake.form import write_form
from ibd_scores.study.intake.guess import guess
from ibd_scores.study.intake.render import render
from ibd_scores.study.intake.start import report, start
from ibd_scores.study.simulation import wide

PATIENTS = {"Patient ID": ["A1", "A2"], "诊断": ["克罗恩病", "UC"], "性别": ["男", "女"],
            "Height": ["172", "161"], "姓名": ["甲某某", "乙某某"], "备注": ["secret one", ""],
            "用药开始日期": ["2024/1/15", "2024/2/20"]}  # fmt: skip
VISITS = {"Patient ID": ["A1", "A1", "A2"], "访视": ["基线", "W12", "基线"],
          "访视日期": ["2024/1/10", "2024/4/9", "2024/2/18"],
          "CRP (mg/dL)": ["1.2", "<0.5", "未查"], "HCT": ["0.38", "0.41", "0.40"],
          "ALB": ["35", "41", "38"], "发热": ["有", "无", "无"], "CDAI总分": ["312", "140", ""],
          "hobby": ["chess", "", "go"]}  # fmt: skip


@pytest.fixture
def project(tmp_path, monkeypatch):
    root = tmp_path / "project"
    (root / "notebooks").mkdir(parents=True)
    (root / "data" / "raw").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    monkeypatch.setenv("IBD_SCORES_ROOT", str(root))
    return root


def tables(folder: Path, **given: dict[str, list[str]]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, columns in given.items():
        pd.DataFrame(columns).to_csv(folder / f"{name}.csv", index=False)
    return folder


def drafted(path: Path) -> dict:
    return tomllib.loads(render(guess(path), "2024-12-31"))


def test_headings_are_matched_in_two_languages_and_by_synonyms(tmp_path):
    found = drafted(tables(tmp_path / "t", patients=PATIENTS, visits=VISITS))
    assert found["patients"]["columns"] == {
        "patient_id": "Patient ID",
        "disease": {"from": "诊断", "codes": {"CD": ["克罗恩病"], "UC": ["UC"]}},
        "sex": {"from": "性别", "codes": {"female": ["女"], "male": ["男"]}},
        "height_m": {"from": "Height", "unit": "cm"},
        "start_date": "用药开始日期",
    }
    assert found["visits"]["columns"] == {
        "patient_id": "Patient ID",
        "visit": "访视",
        "date": "访视日期",
        "hematocrit_percent": {"from": "HCT", "unit": "fraction"},
        "albumin_g_dl": {"from": "ALB", "unit": "g/L"},
        "crp_mg_l": {"from": "CRP (mg/dL)", "unit": "mg/dL"},
        "fever": {"from": "发热", "codes": {"0": ["无"], "1": ["有"]}},
        "cdai_recorded": "CDAI总分",
    }
    assert found["visit_names"] == {"baseline": ["基线"], "week12": ["W12"]}
    assert found["dates"] == ["YYYY/M/D"]
    assert found["missing"] == ["未查"]


@pytest.mark.parametrize(
    "heading", ["Hospital No.", "MRN", "住院号", "门诊号", "patient_id", "编号"]
)
def test_the_number_of_a_patient_is_found_by_what_hospitals_call_it(tmp_path, heading):
    def renamed(given):
        return {heading if name == "Patient ID" else name: v for name, v in given.items()}

    folder = tables(tmp_path / "t", patients=renamed(PATIENTS), visits=renamed(VISITS))
    draft = guess(folder)
    assert draft.lacking == []
    assert draft.tables["patients"].lines["patient_id"]["from"] == heading


def test_the_order_of_columns_and_sheets_means_nothing(tmp_path):
    usual = drafted(tables(tmp_path / "a", patients=PATIENTS, visits=VISITS))
    order = [*VISITS]
    random.Random(1).shuffle(order)
    other = tables(tmp_path / "a2", visits={n: VISITS[n] for n in order},
                   patients={n: PATIENTS[n] for n in reversed(PATIENTS)})  # fmt: skip
    assert drafted(other) | {"title": ""} == usual | {"title": ""}


def test_the_draft_is_read_and_gives_the_values(project, tmp_path):
    folder, draft = start(tables(tmp_path / "ours", patients=PATIENTS, visits=VISITS))
    assert folder == project / "data" / "raw" / "ours"
    assert draft.lacking == []
    clean = cleaning.clean(read_cohort(folder))
    visits = clean.tables["visits"]
    assert visits.loc[visits["cdai_recorded"] == 312, "hematocrit_percent"].tolist() == [38]
    assert sorted(visits["crp_mg_l"].dropna()) == [5, 12]  # <0.5 mg/dL is a limit of 5 mg/L
    assert set(clean.tables["patients"]["height_m"]) == {1.72, 1.61}


def test_what_tells_who_somebody_is_is_named_and_not_shown(tmp_path):
    draft = guess(tables(tmp_path / "t", patients=PATIENTS, visits=VISITS))
    text = render(draft, "2024-12-31")
    assert "patients.csv: '姓名' looks like a name and is not read" in text
    assert "visits.csv: 'hobby' is unknown; it holds AAAAA, AA" in text
    for secret in ("甲某某", "secret", "chess", "A1"):
        assert secret not in text


@pytest.mark.parametrize(
    ("change", "left"),
    [
        ({"hs-CRP": ["1", "2", "3"]}, "crp_mg_l"),
        ({"访视": ["基线", "W12", "someday"]}, "[visit_names]: which visit is 'AAAAAAA'"),
        (
            {"发热": ["有", "无", "perhaps"]},
            "no code for what looks like AAAAAAA; permitted: 0 or 1",
        ),
        (
            {"访视日期": ["03/04/2024", "05/06/2024", "01/02/2024"]},
            "is it the day or the month",
        ),
        (
            {"访视日期": ["2024/1/10", "spring", "2024/2/18"]},
            "no known format for dates that look like AAAAAA",
        ),
    ],
)
def test_what_can_be_read_in_two_ways_is_left_to_decide(tmp_path, change, left):
    visits = {name: list(values) for name, values in VISITS.items()}
    visits.pop("CRP (mg/dL)") if "hs-CRP" in change else None
    visits |= change | ({"C反应蛋白": ["1", "2", "3"], "超敏CRP": ["4", "5", "6"]}
                        if "hs-CRP" in change else {})  # fmt: skip
    draft = guess(tables(tmp_path / "t", patients=PATIENTS, visits=visits))
    assert any(left in one for one in draft.left + draft.unread), (draft.left, draft.unread)
    assert "TO DECIDE" in render(draft, "2024-12-31")


@pytest.mark.parametrize(
    ("dates", "form"),
    [
        (["13/04/2024", "05/06/2024"], "D/M/YYYY"),
        (["04/13/2024", "06/05/2024"], "M/D/YYYY"),
        (["2024年3月9日", "2024年12月10日"], "YYYY年M月D日"),
        (["20240309", "20241231"], "YYYYMMDD"),
        (["2024-03-09 08:30:00", "2024-03-10 09:00:00"], "YYYY-MM-DD hh:mm:ss"),
    ],
)
def test_the_format_of_dates_is_told_by_what_they_can_be(tmp_path, dates, form):
    patients = PATIENTS | {"用药开始日期": dates}
    visits = {name: values for name, values in VISITS.items() if name != "访视日期"}
    draft = guess(tables(tmp_path / "t", patients=patients, visits=visits))
    assert draft.dates == [form]


def test_a_disease_that_no_column_tells_is_left_to_decide(project, tmp_path):
    patients = {name: values for name, values in PATIENTS.items() if name != "诊断"}
    folder, draft = start(tables(tmp_path / "cd_only", patients=patients, visits=VISITS))
    assert draft.lacking == ["[patients.columns] disease"]
    text = (folder / "cohort.toml").read_text("utf-8")
    assert 'if all have one disease, disease = { value = "CD" }' in text
    filled = text.replace(
        "[patients.columns]\n", '[patients.columns]\ndisease = { value = "CD" }\n'
    )
    (folder / "cohort.toml").write_text(filled, "utf-8")
    assert cleaning.clean(read_cohort(folder)).tables["patients"]["disease"].tolist() == ["CD"] * 2


def test_a_title_above_the_headings_is_passed_over(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["IBD center, follow-up 2024"])
    sheet.merge_cells("A1:D1")
    sheet.append([])
    sheet.append(["Patient ID", "Diagnosis", "CRP_baseline", "CRP_week12", "ESR_baseline",
                  "ESR_week12"])  # fmt: skip
    sheet.append(["A1", "CD", 12.5, 3, 40, 8])
    book.save(tmp_path / "one.xlsx")
    found = drafted(tmp_path / "one.xlsx")
    assert found["visits"]["header_row"] == 3
    assert found["visits"]["blocks"] == {"baseline": "{}_baseline", "week12": "{}_week12"}
    assert found["visits"]["columns"] == {"patient_id": "Patient ID", "crp_mg_l": "CRP",
                                          "esr_mm_h": "ESR"}  # fmt: skip
    assert found["patients"]["columns"] == {"patient_id": "Patient ID", "disease": "Diagnosis"}


def test_what_was_measured_at_one_visit_alone_is_read_there(project, tmp_path):
    rows = {"ID": ["A1"], "诊断": ["CD"], "CRP(mg/L)_基线": ["9"], "CRP(mg/L)_12周": ["2"],
            "ESR_基线": ["30"], "ALB(g/L)_12周": ["41"], "日期_基线": ["2024/1/9"],
            "日期_12周": ["2024/4/9"]}  # fmt: skip
    folder, draft = start(tables(tmp_path / "part", sheet=rows))
    assert (draft.left, draft.unread, draft.lacking) == ([], [], [])
    found = tomllib.loads((folder / "cohort.toml").read_text("utf-8"))["visits"]["columns"]
    assert found["esr_mm_h"] == {"from": {"baseline": "ESR_基线"}}
    assert found["crp_mg_l"] == "CRP(mg/L)"
    visits = cleaning.clean(read_cohort(folder)).tables["visits"].set_index("visit")
    assert visits["esr_mm_h"].dropna().to_dict() == {"baseline": 30}
    assert visits["albumin_g_dl"].dropna().to_dict() == {"week12": 4.1}


def test_one_row_for_each_visit_with_the_patient_repeated(project, tmp_path):
    rows = {"ID": ["A1", "A1"], "诊断": ["CD", "CD"], "访视": ["V0", "V12"], "CRP": ["9", "2"]}
    folder, _ = start(tables(tmp_path / "long", export=rows))
    clean = cleaning.clean(read_cohort(folder))
    assert len(clean.tables["patients"]) == 1
    assert clean.tables["visits"]["crp_mg_l"].tolist() == [9, 2]
    assert clean.queries.empty


def test_samples_without_a_visit_are_placed_by_windows_that_are_left_to_check(project, tmp_path):
    rows = {"ID": ["A1", "A1"], "CRP": ["9", "2"], "检查日期": ["2024/1/10", "2024/4/9"]}
    folder, draft = start(tables(tmp_path / "lab", patients={"ID": ["A1"], "诊断": ["CD"],
                                 "开始日期": ["2024/1/15"]}, 化验=rows))  # fmt: skip
    assert any("[visit_windows]" in one for one in draft.left)
    assert cleaning.clean(read_cohort(folder)).tables["visits"]["visit"].tolist() == [
        "baseline", "week12",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["visits", "随访", "follow_up", "patients", "x"])
def test_a_table_that_stands_alone_holds_everything_whatever_it_is_called(tmp_path, name):
    rows = {"ID": ["A1"], "诊断": ["CD"], "CRP_基线": ["9"], "CRP_12周": ["2"], "ESR_基线": ["9"],
            "ESR_12周": ["2"]}  # fmt: skip
    draft = guess(tables(tmp_path / "one", **{name: rows}) / f"{name}.csv")
    assert sorted(draft.tables) == ["patients", "visits"]
    assert (draft.lacking, draft.unread) == ([], [])
    [left] = draft.left
    assert left.endswith("('CRP'): mg/L or mg/dL? the heading has no unit; taken as mg/L")


def test_patients_may_be_told_in_the_sheet_of_the_visits(tmp_path):
    diary = {"ID": ["A1"], "日期": ["2024/1/9"], "稀便次数": ["3"]}
    visits = VISITS | {"诊断": ["CD", "CD", "UC"]}
    draft = guess(tables(tmp_path / "two", visits=visits, diary=diary))
    assert draft.lacking == []
    assert draft.tables["patients"].keys == {"repeated": True}


def test_the_entry_form_is_read_back_without_anything_left(project, tmp_path):
    before = cleaning.clean(read_cohort(Path(__file__).parents[2] / "data/raw/upadacitinib")).tables
    write_form(tmp_path / "form.xlsx", tables=before, instruments=["draining_fistulas"])
    folder, draft = start(tmp_path / "form.xlsx", "from_form")
    assert (draft.left, draft.unread, draft.lacking) == ([], [], [])
    path = folder / "cohort.toml"
    path.write_text("simulated = true\n" + path.read_text("utf-8"), "utf-8")
    after = cleaning.clean(read_cohort(folder)).tables
    for name, table in before.items():
        pd.testing.assert_frame_equal(after[name], table, check_like=True)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_one_wide_chinese_sheet_is_mapped_without_a_question(project, tmp_path, kind):
    before = cleaning.clean(read_cohort(Path(__file__).parents[2] / "data/raw/upadacitinib")).tables
    wide.write(before, tmp_path)
    path = tmp_path / wide.FILE
    if kind == "xlsx":
        rows = pd.read_csv(path, dtype=str, encoding=wide.ENCODING, keep_default_na=False)
        path.unlink()
        path = tmp_path / "随访登记表.xlsx"
        rows.to_excel(path, index=False)
    folder, draft = start(path, "second")
    assert (draft.left, draft.unread, draft.lacking) == ([], [], [])
    toml = folder / "cohort.toml"
    toml.write_text("simulated = true\n" + toml.read_text("utf-8"), "utf-8")
    after = cleaning.clean(read_cohort(folder)).tables
    for name, table in before.items():
        pd.testing.assert_frame_equal(after[name], table, check_like=True)


@pytest.mark.parametrize(
    "name", ["../out", "a/b", "", "名", "-x", ".hidden", "a b", "x" * 3 + "\n"]
)
def test_the_name_of_a_cohort_cannot_leave_its_folder(project, tmp_path, name):
    source = tables(tmp_path / "t", patients=PATIENTS, visits=VISITS)
    if name:
        with pytest.raises(ValueError, match="no name of a cohort"):
            start(source, name)
    assert [*(project / "data" / "raw").iterdir()] == []


def test_nothing_that_is_there_is_written_over(project, tmp_path):
    source = tables(tmp_path / "ours", patients=PATIENTS, visits=VISITS)
    before = {path.name: path.read_bytes() for path in source.iterdir()}
    folder, _ = start(source)
    stood = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(ValueError, match=r"cohort\.toml: is there already and is not written over"):
        start(source)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == stood
    assert {path.name: path.read_bytes() for path in source.iterdir()} == before
    (folder / "cohort.toml").unlink()
    (folder / "visits.csv").write_text("other")
    with pytest.raises(ValueError, match="another table of this name"):
        start(source)
    assert (folder / "visits.csv").read_text() == "other"
    assert not (folder / "cohort.toml").exists()


def test_tables_that_lie_in_their_place_are_drafted_there(project):
    folder = tables(project / "data" / "raw" / "here", patients=PATIENTS, visits=VISITS)
    assert start(folder)[0] == folder
    assert sorted(path.name for path in folder.iterdir()) == [
        "cohort.toml", "patients.csv", "visits.csv",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no table in it"),
        ({"a.pdf": b"x"}, "no table in it"),
        ({"a.xlsx": b"x"}, "no workbook or a damaged one"),
        ({"a.csv": b"x,y\n1,2\n"}, "no heading in it is known"),
        ({"a.csv": b""}, "no heading in it is known"),
        ({"patients.csv": "Patient ID,Diagnosis\nA1,décès\n".encode("latin-1")}, "neither UTF-8"),
    ],
)
def test_what_cannot_be_read_leaves_nothing_behind(project, tmp_path, files, message):
    folder = tmp_path / "ours"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    with pytest.raises(CohortError, match=message):
        start(folder)
    assert [*(project / "data" / "raw").iterdir()] == []


def test_a_table_without_a_known_heading_is_named(tmp_path):
    folder = tables(
        tmp_path / "t", patients=PATIENTS, visits=VISITS, rota={"ward": ["7"], "x": ["y"]}
    )
    assert "rota.csv: no row of it has headings that are known" in guess(folder).unread


def test_hostile_headings_stay_text(project, tmp_path):
    hostile = ['"]\n[evil]', "=cmd()", "<script>", "\u202egnp", "a'b\\", "{}", "x" * 500]
    visits = VISITS | {heading: ["1", "2", "3"] for heading in hostile}
    folder, draft = start(tables(tmp_path / "hostile", patients=PATIENTS, visits=visits))
    text = (folder / "cohort.toml").read_text("utf-8")
    assert set(tomllib.loads(text)) >= {"patients", "visits"}
    assert "evil" not in tomllib.loads(text)
    assert "\u202e" not in text
    assert read_cohort(folder).title == "hostile"
    assert json.dumps(report(folder, draft))


def test_the_command_says_what_was_matched_and_what_is_next(project, tmp_path, capsys):
    source = tables(tmp_path / "ours", patients=PATIENTS, visits=VISITS)
    assert main(["start", str(source), "--name", "ward_7"]) == 0
    said = capsys.readouterr().out
    assert "Written: data/raw/ward_7/cohort.toml" in said
    assert "visits            8 columns from visits.csv" in said
    assert 'make study ARGS="--cohort ward_7"' in said
    assert main(["start", str(tmp_path / "nowhere")]) == 1
    assert "nowhere: no such file or folder" in capsys.readouterr().err
