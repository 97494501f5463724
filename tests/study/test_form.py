import re
import tomllib
import zipfile
from datetime import datetime

import openpyxl
import pandas as pd
import pytest

from ibd_scores.entries import ENTRIES
from ibd_scores.study import cleaning, tidy
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.intake.fields import fields
from ibd_scores.study.intake.form import HEADER_ROW, write_form
from ibd_scores.study.intake.readback import form_cohort_toml

HOSTILE = ("=1+1", "+86", "-5", "@SUM(A1)", '=HYPERLINK("x")', "\tx", "'=1")


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    path = tmp_path_factory.mktemp("form") / "form.xlsx"
    write_form(path)
    return openpyxl.load_workbook(path)


def written(path, **how):
    write_form(path, **how)
    return openpyxl.load_workbook(path)


def patients(**columns):
    """Two patients of whom only what is given is known."""
    count = len(next(iter(columns.values()), [1, 2]))
    known = {"patient_id": [f"P{n}" for n in range(count)], "disease": ["CD"] * count, **columns}
    return pd.DataFrame({
        name: tidy.as_kind(pd.Series(known.get(name, [None] * count), dtype=object), column.kind)
        for name, column in tidy.columns("patients").items()
    })  # fmt: skip


def names(sheet):
    return [cell.value for cell in sheet[HEADER_ROW]]


def rule(book, table, name):
    """The validation of a column: one for all of its rows."""
    sheet = book[table]
    letter = openpyxl.utils.get_column_letter(names(sheet).index(name) + 1)
    (found,) = [one for one in sheet.data_validations.dataValidation
                if str(one.sqref) == f"{letter}4:{letter}1048576"]  # fmt: skip
    return found


def offered(book, found):
    """What a drop-down offers."""
    sheet, cells = found.formula1.split("!")
    return [cell.value for (cell,) in book[sheet][cells.replace("$", "")]]


def as_text(value):
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    return str(value)


def test_the_form_has_a_sheet_for_each_table_and_a_codebook(empty):
    assert empty.sheetnames == ["instructions", *tidy.KEYS, "codebook", "choices"]
    assert empty["choices"].sheet_state == "hidden"


@pytest.mark.parametrize("table", tidy.KEYS)
def test_the_columns_are_those_of_the_tidy_table_but_what_cleaning_makes_itself(empty, table):
    made = {"crp_mg_l_censor", "calprotectin_ug_g_censor"}
    made |= {"endoscopy"} if table == "endoscopy" else set()
    assert names(empty[table]) == [name for name in tidy.columns(table) if name not in made]


def test_three_rows_say_what_a_column_is(empty):
    place = names(empty["visits"]).index("crp_mg_l") + 1
    rows = [empty["visits"].cell(row, place).value for row in (1, 2, 3)]
    assert rows == ["C反应蛋白", "C-reactive protein (mg/L)", "crp_mg_l"]
    assert empty["visits"].freeze_panes == "C4"
    assert empty["diary"].freeze_panes == "B4"


def test_an_empty_form_has_no_row_of_a_patient(empty):
    assert {empty[table].max_row for table in tidy.KEYS} == {HEADER_ROW}


@pytest.mark.parametrize(
    ("table", "name", "codes"),
    [("patients", "disease", ["CD", "UC", "nonIBD"]), ("visits", "abdominal_mass", [0, 2, 5]),
     ("visits", "fever", [0, 1]), ("visits", "general_wellbeing_previous_day", [0, 1, 2, 3, 4]),
     ("adverse_events", "action", ["none", "interrupted", "stopped"]),
     ("imaging", "segment", ["ileum", "right_colon", "transverse", "left_colon", "rectum"])],
)  # fmt: skip
def test_a_coded_column_offers_its_permitted_codes(empty, table, name, codes):
    found = rule(empty, table, name)
    assert (found.type, found.errorStyle, offered(empty, found)) == ("list", "stop", codes)
    assert found.showErrorMessage
    assert not found.showDropDown  # Excel's name for hiding the arrow


def test_a_visit_of_another_name_is_asked_about_not_refused(empty):
    found = rule(empty, "visits", "visit")
    assert found.errorStyle == "warning"
    assert offered(empty, found)[0] == "baseline"
    assert "week12" in offered(empty, found)


@pytest.mark.parametrize(
    ("table", "name", "kind", "low", "high"),
    [("patients", "age", "decimal", "0", "120"), ("patients", "height_m", "decimal", "0.5", "2.5"),
     ("patients", "prior_advanced_therapies", "whole", "0", "20"),
     ("diary", "liquid_stools", "whole", "0", "60"), ("visits", "weight_kg", "decimal", "2", "300"),
     ("visits", "date", "date", "14611", "73050")],
)  # fmt: skip
def test_a_number_or_a_day_has_the_limits_of_its_item(empty, table, name, kind, low, high):
    found = rule(empty, table, name)
    assert (found.type, found.operator) == (kind, "between")
    assert (found.formula1, found.formula2) == (low, high)


def test_a_detection_limit_may_be_typed_where_there_is_one(empty):
    found = rule(empty, "visits", "crp_mg_l")
    assert found.type == "custom"
    assert 'LEFT(H4,1)="<"' in found.formula1
    assert "<0.5" in found.prompt


def test_the_note_beside_a_cell_says_what_each_code_means(empty):
    note = rule(empty, "visits", "abdominal_mass_hbi").prompt
    assert "3 = 明确伴压痛 definite and tender" in note.splitlines()


def test_no_message_is_longer_than_excel_lets_it_be(tmp_path):
    book = written(tmp_path / "all.xlsx", instruments=ENTRIES)
    rules = [one for table in tidy.KEYS for one in book[table].data_validations.dataValidation]
    assert max(len(one.prompt) for one in rules) <= 255
    assert max(len(one.error) for one in rules) <= 225
    assert max(len(one.promptTitle) for one in rules) <= 32


def test_the_codebook_lists_every_column_with_codes_and_readers(empty):
    head, *rows = empty["codebook"].iter_rows(values_only=True)
    assert head[1] == "列名 column"
    assert len(rows) == sum(len(listed) for listed in fields().values())
    (sex,) = [row for row in rows if row[1] == "sex"]
    assert sex[0] == "patients"
    assert sex[7] == "female = 女 female\nmale = 男 male"
    assert "cdai" in sex[8].split(", ")


def test_ids_are_text_so_that_no_leading_zero_is_lost(tmp_path, empty):
    assert empty["patients"].column_dimensions["A"].number_format == "@"
    book = written(tmp_path / "a.xlsx", tables={"patients": patients(patient_id=["007", "1e5"])})
    cells = [book["patients"]["A4"], book["patients"]["A5"]]
    assert [(cell.value, cell.data_type) for cell in cells] == [("007", "s"), ("1e5", "s")]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_never_becomes_a_formula(tmp_path, text):
    path = tmp_path / "a.xlsx"
    book = written(path, tables={"patients": patients(stop_reason=[text])})
    cell = book["patients"].cell(4, names(book["patients"]).index("stop_reason") + 1)
    assert (cell.value, cell.data_type) == (text, "s")
    with zipfile.ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if "worksheets/" in name]
        assert not any(re.search(rb"<f[ >]", parts.read(name)) for name in sheets)


def test_signs_that_a_workbook_cannot_hold_become_blanks(tmp_path):
    book = written(tmp_path / "a.xlsx", tables={"patients": patients(stop_reason=["a\x0bb"])})
    place = names(book["patients"]).index("stop_reason") + 1
    assert book["patients"].cell(4, place).value == "a b"


def test_a_text_longer_than_a_cell_is_refused_not_cut(tmp_path):
    with pytest.raises(ValueError, match="40000 characters; a cell holds 32767"):
        write_form(tmp_path / "a.xlsx", tables={"patients": patients(stop_reason=["x" * 40_000])})
    assert not list(tmp_path.iterdir())


def test_a_year_before_those_of_excel_is_kept_as_written(tmp_path):
    book = written(tmp_path / "a.xlsx", tables={"patients": patients(start_date=["0203-02-03"])})
    cell = book["patients"].cell(4, names(book["patients"]).index("start_date") + 1)
    assert (cell.value, cell.data_type) == ("0203-02-03", "s")


def test_the_words_of_a_grade_stay_text(tmp_path):
    book = written(tmp_path / "a.xlsx", instruments=["geboes"])
    assert offered(book, rule(book, "visits", "geboes_architecture")) == [
        "0.0",
        "0.1",
        "0.2",
        "0.3",
    ]
    letter = openpyxl.utils.get_column_letter(
        names(book["visits"]).index("geboes_architecture") + 1
    )
    assert book["visits"].column_dimensions[letter].number_format == "@"


def test_halves_of_points_are_offered_as_numbers(tmp_path):
    book = written(tmp_path / "a.xlsx", instruments=["wpcdai"])
    assert offered(book, rule(book, "visits", "stools_wpcdai")) == [0, 7.5, 15]


@pytest.mark.parametrize(
    ("instrument", "table", "added"),
    [("sccai", "visits", ["stools_by_day", "stools_by_night", "urgency", "blood_in_stool",
                          "general_wellbeing_sccai"]),
     ("rutgeerts", "endoscopy", ["aphthous_lesions", "anastomotic_lesions", "skip_lesions",
                                 "diffuse_aphthous_ileitis", "diffuse_large_ulcers",
                                 "ileocolonic_resection"]),
     ("maria_simplified", "imaging", ["edema", "fat_stranding", "mural_ulcers"]),
     ("maria_global", "visits", ["maria_ileum", "maria_ascending", "maria_transverse",
                                 "maria_descending", "maria_sigmoid", "maria_rectum"]),
     ("montreal_behavior", "patients", ["perianal"]),
     ("draining_fistulas", "visits", ["draining_fistulas"]),
     ("cdai_recorded", "visits", ["cdai_recorded"]),
     ("ses_cd_recorded", "endoscopy", ["ses_cd_recorded"])],
)  # fmt: skip
def test_an_instrument_adds_its_items_where_they_belong(instrument, table, added):
    usual, asked = fields(), fields([instrument])
    more = {name: [field.name for field in asked[name][len(usual[name]) :]] for name in asked}
    assert {name: columns for name, columns in more.items() if columns} == {table: added}


def test_what_the_study_works_out_itself_is_not_asked_for():
    # Diary totals and means, the standard weight, the Mayo stool frequency.
    assert fields(["cdai", "short_cdai", "pro2_cd", "mayo_full", "mayo_adapted"]) == fields()


def test_every_item_of_every_instrument_can_be_asked_for():
    asked = {field.name for listed in fields(ENTRIES).values() for field in listed}
    asked |= {"liquid_stools_7d", "abdominal_pain_7d", "general_wellbeing_7d",
              "liquid_stools_mean", "abdominal_pain_mean", "general_wellbeing_mean",
              "standard_weight_kg"}  # fmt: skip
    needed = {item.name for entry in ENTRIES.values() for item in entry.columns}
    assert needed <= asked


def test_an_unknown_instrument_is_refused_with_what_was_meant(tmp_path):
    with pytest.raises(ValueError, match=r"'scai': no instrument.*did you mean 'sccai'"):
        write_form(tmp_path / "a.xlsx", instruments=["scai"])
    with pytest.raises(ValueError, match="nancy_recorded"):  # a grade is no total
        write_form(tmp_path / "a.xlsx", instruments=["nancy_recorded"])
    assert not list(tmp_path.iterdir())


def test_a_column_that_no_tidy_table_has_is_refused_not_dropped(tmp_path):
    with pytest.raises(ValueError, match="patients: a tidy table has no column 'shoe_size'"):
        write_form(tmp_path / "a.xlsx", tables={"patients": patients().assign(shoe_size=42)})
    with pytest.raises(ValueError, match="scores: no tidy table"):
        write_form(tmp_path / "a.xlsx", tables={"scores": patients()})


def test_the_same_form_has_the_same_bytes_whatever_the_time(tmp_path, monkeypatch):
    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return cls(2031, 5, 6, 7, 8, 9, tzinfo=tz)

    write_form(tmp_path / "a.xlsx", instruments=["hbi"])
    monkeypatch.setattr("openpyxl.writer.excel.datetime.datetime", Later)
    monkeypatch.setattr("time.time", lambda: 2e9)
    write_form(tmp_path / "b.xlsx", instruments=["hbi"])
    first, second = (tmp_path / name for name in ("a.xlsx", "b.xlsx"))
    assert first.read_bytes() == second.read_bytes()


def test_a_form_that_cannot_be_saved_leaves_the_old_one(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")
    with pytest.raises(ValueError, match="no instrument"):
        write_form(path, instruments=["scai"])
    assert path.read_bytes() == b"old"


def test_the_shipped_cohort_goes_through_the_form_and_comes_back_the_same(cleaned, tmp_path):
    before = cleaned.tables
    wanted = ["draining_fistulas"]
    write_form(tmp_path / "form.xlsx", tables=before, instruments=wanted)
    declared = form_cohort_toml("form.xlsx", title="from the form", instruments=wanted)
    (tmp_path / "cohort.toml").write_text(f"simulated = true\n{declared}", encoding="utf-8")
    after = cleaning.clean(read_cohort(tmp_path))
    for table in tidy.KEYS:
        pd.testing.assert_frame_equal(after.tables[table], before[table])
        assert len(after.tables[table]) > 50
    # What was repaired before is clean now; the limits are written and read as limits.
    assert "detection limit" in set(after.queries["problem"])
    assert set(after.queries["action"]) == {"censored", "missing"}
    assert set(after.queries.loc[after.queries["action"] == "missing", "problem"]) == {
        "no diary entry"
    }


def test_a_declaration_reads_every_column_of_the_form(tmp_path):
    book = written(tmp_path / "form.xlsx", instruments=["sccai"])
    declared = tomllib.loads(
        form_cohort_toml("form.xlsx", title="ours", instruments=["sccai"])
    )  # fmt: skip
    for table in tidy.KEYS:
        assert declared[table]["sheet"] in book.sheetnames
        assert declared[table]["header_row"] == 3
        assert declared[table]["columns"] == {name: name for name in names(book[table])}
