"""Raw files as text: encodings, workbooks, and what can be wrong with either."""

import datetime
import io

import msoffcrypto.format.ooxml
import openpyxl
import pytest
import xlwt

from ibd_scores.study.cohort.files import read_table, sheet_names
from ibd_scores.study.cohort.problems import CohortError

CHINESE = "住院号,诊断,备注\nA1,克罗恩病,腹痛三天\nA2,溃疡性结肠炎,便血\n"
ROWS = [["A1", "克罗恩病", "腹痛三天"], ["A2", "溃疡性结肠炎", "便血"]]


def book(folder, *lines, name="t.xlsx", prepare=lambda sheet: None):
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for line in lines:
        sheet.append(line)
    prepare(sheet)
    workbook.save(folder / name)
    return folder / name


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"],
)
def test_the_encodings_of_chinese_hospitals_are_detected(tmp_path, encoding):
    path = tmp_path / "t.csv"
    path.write_bytes(CHINESE.encode(encoding))
    table = read_table(path)
    assert table.values.tolist() == ROWS
    assert table.attrs["header"] == ["住院号", "诊断", "备注"]


def test_a_stated_encoding_is_taken(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes("nom,début\nA,été\n".encode("latin-1"))
    assert read_table(path, encoding="latin-1").values.tolist() == [["A", "été"]]


@pytest.mark.parametrize(
    "content",
    [
        "nom,début\nA,décès à l'hôpital\n".encode("latin-1"),
        "Name,Größe\nA,übel müde\n".encode("cp1252"),
        "氏名,診断\n山田,クローン病\n".encode("shift-jis"),
        b"id,dx\nA1,\xff\xff\n",
    ],
)
def test_another_encoding_is_never_taken_for_chinese(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    with pytest.raises(CohortError, match=r"t\.csv, row \d: neither UTF-8 nor UTF-16 nor GB18030"):
        read_table(path)


def test_cells_of_a_workbook_come_as_a_person_would_type_them(tmp_path):
    day = datetime.datetime(2024, 3, 9)
    path = book(
        tmp_path,
        ["id", "n", "x", "day", "time", "flag"],
        ["00123", 12, 0.1 + 0.2, day, datetime.datetime(2024, 3, 9, 8, 30), True],
        ["A-1", 1.50, 1e-7, datetime.date(2023, 12, 31), None, False],
        [None, None, None, None, None, None],
        ["A 2", 123456789012, -0.5, "9/3/2024", " x ", None],
    )
    table = read_table(path)
    assert table.to_numpy().tolist() == [
        ["00123", "12", "0.3", "2024-03-09", "2024-03-09 08:30:00", "TRUE"],
        ["A-1", "1.5", "0.0000001", "2023-12-31", "", "FALSE"],
        ["A 2", "123456789012", "-0.5", "9/3/2024", " x ", ""],
    ]
    assert table.index.tolist() == [2, 3, 5]


def test_a_workbook_of_the_old_kind_is_read(tmp_path):
    workbook = xlwt.Workbook(encoding="gb18030")
    sheet = workbook.add_sheet("病人")
    style = xlwt.easyxf(num_format_str="yyyy/m/d")
    for place, heading in enumerate(["住院号", "CRP", "日期"]):
        sheet.write(0, place, heading)
    sheet.write(1, 0, "A1")
    sheet.write(1, 1, 12.5)
    sheet.write(1, 2, datetime.datetime(2024, 3, 9), style)
    path = tmp_path / "t.xls"
    workbook.save(str(path))
    assert sheet_names(path) == ["病人"]
    assert read_table(path).values.tolist() == [["A1", "12.5", "2024-03-09"]]


def test_a_sheet_is_named_where_there_are_several(tmp_path):
    path = book(tmp_path, ["id"], ["A1"])
    workbook = openpyxl.load_workbook(path)
    workbook.create_sheet("随访").append(["编号"])
    workbook["随访"].append(["B1"])
    workbook.create_sheet("old").sheet_state = "hidden"
    workbook.save(path)
    assert sheet_names(path) == ["Sheet", "随访"]
    assert read_table(path, sheet="随访").values.tolist() == [["B1"]]
    with pytest.raises(CohortError, match=r'has the sheets Sheet, 随访; .* sheet = "Sheet"'):
        read_table(path)
    with pytest.raises(CohortError, match="has no sheet 'old' that can be seen"):
        read_table(path, sheet="old")


def test_headings_below_a_title(tmp_path):
    path = book(tmp_path, ["Our patients 2024"], [], ["id", "CRP"], ["A1", 5])
    table = read_table(path, header_row=3)
    assert (table.index.tolist(), table.values.tolist()) == ([4], [["A1", "5"]])


def test_formulas_that_failed_are_not_blank(tmp_path):
    def fail(sheet):
        for place, said in {"B2": "#N/A", "B3": "#DIV/0!"}.items():
            sheet[place] = said
            sheet[place].data_type = "e"

    path = book(tmp_path, ["id", "CRP"], ["A1", 1], ["A2", 2], ["A3", 3], prepare=fail)
    assert read_table(path)["CRP"].tolist() == ["#N/A", "#DIV/0!", "3"]


def test_a_formula_that_was_never_computed_stops(tmp_path):
    path = book(tmp_path, ["id", "CRP"], ["A1", "=1+1"])
    with pytest.raises(CohortError, match="a formula without its result in B2; open the workbook"):
        read_table(path)


def test_text_that_looks_like_a_formula_is_text(tmp_path):
    def as_text(sheet):
        sheet["B2"].data_type = "s"

    path = book(tmp_path, ["id", "note"], ["A1", "=1+1"], prepare=as_text)
    assert read_table(path)["note"].tolist() == ["=1+1"]


def test_merged_cells_stop_with_their_place(tmp_path):
    path = book(
        tmp_path, ["id", "CRP"], ["A1", 5], [None, 6], prepare=lambda s: s.merge_cells("A2:A3")
    )
    with pytest.raises(CohortError, match=r"t\.xlsx, sheet Sheet: merged cells A2:A3; .*Unmerge"):
        read_table(path)


def test_a_merged_title_above_the_headings_does_no_harm(tmp_path):
    path = book(
        tmp_path, ["Our patients"], ["id", "CRP"], ["A1", 5],
        prepare=lambda s: s.merge_cells("A1:B1"),
    )  # fmt: skip
    assert read_table(path, header_row=2).values.tolist() == [["A1", "5"]]


def test_a_workbook_with_a_password_is_told_as_such(tmp_path):
    plain, locked = book(tmp_path, ["id"], ["A1"]), io.BytesIO()
    with plain.open("rb") as file:
        msoffcrypto.format.ooxml.OOXMLFile(file).encrypt("secret", locked)
    path = tmp_path / "locked.xlsx"
    path.write_bytes(locked.getvalue())
    with pytest.raises(CohortError, match=r"locked\.xlsx: protected by a password; open it"):
        read_table(path)


@pytest.mark.parametrize("name", ["t.xlsx", "t.xlsm", "t.xls"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"id,CRP\nA1,5\n",
        b"<html><table></table></html>",
        b"PK\x03\x04 cut off",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    ],
)
def test_what_is_no_workbook_is_told_as_such(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CohortError, match=r"is no workbook or a damaged one|cannot be read"):
        read_table(tmp_path / name)


def test_a_workbook_cut_off_anywhere_is_told_as_such(tmp_path):
    whole = book(tmp_path, ["id", "CRP"], ["A1", 5]).read_bytes()
    for share in range(0, len(whole), 97):
        (tmp_path / "cut.xlsx").write_bytes(whole[:share])
        with pytest.raises(CohortError, match=r"cut\.xlsx"):
            read_table(tmp_path / "cut.xlsx")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], r"t\.xlsx: empty; export the table again, with its header in row 1"),
        ([["id", "CRP", "CRP"], ["A1", 1, 2]], "column 'CRP' stands more than once"),
        ([["id", "ESR"], ["A1", 1]], r"row 1: no column 'CRP', which .*Columns there: id, ESR"),
    ],
)
def test_what_is_wrong_with_a_sheet_is_told(tmp_path, lines, message):
    path = book(tmp_path, *lines)
    with pytest.raises(CohortError, match=message):
        read_table(path, wanted=["id", "CRP"])


def test_a_heading_that_stands_twice_does_no_harm_where_it_is_not_read(tmp_path):
    path = book(tmp_path, ["id", "CRP", "CRP"], ["A1", 1, 2])
    assert read_table(path, wanted=["id"]).values.tolist() == [["A1"]]
