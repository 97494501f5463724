import gzip
import re
import textwrap

import numpy as np
import pandas as pd
import pytest

from ibd_scores.study import cleaning
from ibd_scores.study import cohort as cohort_module
from ibd_scores.study.cohort import CohortError, read_cohort
from ibd_scores.study.tidy import KEYS, columns, read_tidy, save

TOML = """
title = "small"
pseudonyms = false
[patients]
file = "patients.csv"
[patients.columns]
patient_id = "ID"
disease = "Disease"
[visits]
file = "visits.csv"
[visits.columns]
patient_id = "ID"
visit = "Visit"
crp_mg_l = "CRP"
"""
PATIENTS = "ID,Disease\nP1,CD\nP2,UC\n"
VISITS = "ID,Visit,CRP\nP1,baseline,12\nP2,baseline,3.5\n"


@pytest.fixture
def cohort(tmp_path):
    """Write a small cohort, with some of its files replaced, and read its declaration."""

    def write(toml=TOML, **files):
        (tmp_path / "cohort.toml").write_text(toml, encoding="utf-8")
        contents = {"patients.csv": PATIENTS, "visits.csv": VISITS, **files.pop("named", {})}
        for name, content in {**contents, **{f"{k}.csv": v for k, v in files.items()}}.items():
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name).write_bytes(data)
        return read_cohort(tmp_path)

    return write


def visits(cohort):
    return cleaning.clean(cohort).tables["visits"]


def test_the_declaration_says_what_to_read_and_nothing_is_read_yet(cohort, tmp_path):
    small = cohort(visits=b"\xff\xfe nonsense")
    assert (small.title, small.simulated, small.notebooks) == ("small", False, ())
    assert small.files == [tmp_path / n for n in ("cohort.toml", "patients.csv", "visits.csv")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("visits.tsv", VISITS.replace(",", "\t").encode()),
        ("visits.csv.gz", gzip.compress(VISITS.encode())),
        ("visits.txt.gz", gzip.compress(VISITS.replace(",", "\t").encode())),
        ("visits.csv", b"\xef\xbb\xbf" + VISITS.replace("\n", "\r\n").encode()),
    ],
)
def test_the_name_of_a_file_tells_its_delimiter_and_packing(cohort, name, content):
    small = cohort(TOML.replace("visits.csv", name), named={name: content})
    assert visits(small)["crp_mg_l"].tolist() == [12, 3.5]


def test_another_encoding_is_declared(cohort):
    toml = 'encoding = "gb18030"\n' + TOML.replace('"CRP"', '"C反应蛋白"')
    small = cohort(toml, visits=VISITS.replace("CRP", "C反应蛋白").encode("gb18030"))
    assert visits(small)["crp_mg_l"].tolist() == [12, 3.5]


def test_a_file_may_lie_in_the_folder_that_an_environment_variable_names(
    cohort, tmp_path, monkeypatch
):
    elsewhere = tmp_path / "elsewhere" / "small"
    elsewhere.mkdir(parents=True)
    (elsewhere / "far.csv").write_text(VISITS)
    monkeypatch.setenv("SOMEWHERE", str(tmp_path / "elsewhere"))
    toml = 'also_in = "${SOMEWHERE:-../nowhere}/small"\n' + TOML.replace("visits.csv", "far.csv")
    assert cohort(toml).tables["visits"].file == elsewhere / "far.csv"
    monkeypatch.delenv("SOMEWHERE")
    with pytest.raises(CohortError, match=r"far\.csv: no such file in .* or .*nowhere.*SOMEWHERE"):
        cleaning.clean(cohort(toml))


def test_several_tables_may_come_from_one_file(cohort):
    toml = TOML.replace("patients.csv", "visits.csv").replace('"Disease"', '"Dx"')
    toml = toml.replace("[patients]\n", "[patients]\nrepeated = true\n")
    small = cohort(toml, visits="ID,Dx,Visit,CRP\nP1,CD,a,1\nP1,,b,2\nP1,CD,c,3\n")
    clean = cleaning.clean(small)
    assert clean.tables["patients"][["patient_id", "disease"]].values.tolist() == [["P1", "CD"]]
    assert clean.tables["visits"]["crp_mg_l"].tolist() == [1, 2, 3]
    assert clean.queries.empty


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('title = "small"', "titel = 1", r"top: unknown key 'titel'; did you mean 'title'\?"),
        ('title = "small"', "", "'title' is missing"),
        ('file = "visits.csv"', "", r"\[visits\]: 'file' is missing"),
        ('file = "visits.csv"', 'file = "visits.pdf"', r"the ending \.csv"),
        ('file = "visits.csv"', 'file = "../visits.csv"', "a file name is wanted"),
        ('file = "visits.csv"', 'file = ["a"]', "wrong kind"),
        ('crp_mg_l = "CRP"', 'crp = "CRP"', "unknown column 'crp'; did you mean 'crp_mg_l'"),
        ('crp_mg_l = "CRP"', 'crp_mg_l = { form = "CRP" }', "did you mean 'from'"),
        ('crp_mg_l = "CRP"', 'crp_mg_l = { from = "CRP", units = { x = 1 } }', "belong together"),
        ('crp_mg_l = "CRP"', 'crp_mg_l = { from = "CRP", factor = 0 }', "a factor is a number"),
        ('"Disease"', '{ from = "Disease", codes = { KD = ["x"] } }', "'KD' is no code of disease"),
        ('"Disease"', '{ from = "Disease", codes = { CD = ["x"], UC = ["X"] } }', "for CD and for"),
        ('"Disease"', '{ from = "Disease", codes = "dx" }', "no such list"),
        ('disease = "Disease"', "", "'disease' is missing"),
        ("[visits]", "[visits]\ndates = []", r"\[visits\]: unknown key 'dates'"),
        ('title = "small"', 'title = "s"\ndates = ["%Y-%m-%d"]', "write it with YYYY"),
        ('title = "small"', 'title = "s"\nencoding = "utf-9"', "'utf-9' is not known"),
        ('title = "small"', "title = small", "quotation marks"),
        ('title = "small"', 'title = "s"\ndates = []', "at least one date format"),
        ("[patients]", "[visit_names]\na = ['x']\nb = ['X']\n[patients]", "'x' stands for a and"),
        ("[patients]", "[visit_names]\na = { b = 1 }\n[patients]", "a word or a number is wanted"),
        (
            'crp_mg_l = "CRP"',
            'crp_mg_l = { from = "CRP", rescale = { between = [1], factor = 2 } }',
            "two numbers",
        ),
        ('"Disease"', '{ from = "Disease", codes = "dx" }\n[codes]\ndx = 1', "ours = "),
    ],
)
def test_a_mistake_in_the_declaration_is_named_with_its_place(cohort, old, new, message):
    with pytest.raises(CohortError, match=message) as error:
        cohort(TOML.replace(old, new))
    assert "cohort.toml" in str(error.value)


@pytest.mark.parametrize("name", ["../secrets", "a/b", "", ".", "/etc"])
def test_the_name_of_a_cohort_cannot_leave_its_folder(name):
    with pytest.raises(CohortError, match="letters, digits"):
        read_cohort(name)


def test_a_cohort_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CohortError, match=r"cohort\.toml: not there"):
        read_cohort(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"visits\.csv: empty"),
        ("ID,Visit,CRP\n", "a header but no rows"),
        ("ID,Visit,CRP,CRP\nP1,a,1,2\n", r"row 1: column 'CRP' stands more than once"),
        ("ID,Visit,ESR\nP1,a,1\n", r"row 1: no column 'CRP'.* Columns there: ID, Visit, ESR"),
        ("a,b\n", r"no column 'ID', 'Visit', 'CRP', which .* Columns there: a, b"),
        ("ID;Visit;CRP\nP1;a;1\n", "looks separated by ';'; save it with commas"),
        ("ID\tVisit\tCRP\nP1\ta\t1\n", "looks separated by tabs"),
        ("ID,Visit,CRP\nP1,a,1\n\nP2,a\n", "row 4: 2 fields where the header has 3"),
        ("ID,Visit,CRP\nP1,a,1,5\n", "row 2: 4 fields"),
        ('ID,Visit,CRP\nP1,a,1\nP2,"a,1\n', "row 3: .*quotation mark"),
        (b"ID,Visit,CRP\nP1,a,1\nP2,d\xe9but,1\n", "row 3: neither UTF-8 .*nor GB18030"),
        ("ID,Visit,CRP\nP1,a\0,1\n", "zero bytes"),
    ],
)
def test_a_damaged_file_stops_with_its_place_and_a_remedy(cohort, content, message):
    with pytest.raises(CohortError, match=message):
        cleaning.clean(cohort(visits=content))


def test_a_file_that_is_not_packed_as_its_name_says_is_refused(cohort):
    toml = TOML.replace("visits.csv", "visits.csv.gz")
    with pytest.raises(CohortError, match=r"visits\.csv\.gz: cannot be read"):
        cleaning.clean(cohort(toml, named={"visits.csv.gz": VISITS}))


def test_a_file_that_is_absent_is_named_with_its_folder(cohort, tmp_path):
    absent = cohort(TOML.replace("visits.csv", "gone.csv"))
    message = rf"gone\.csv: no such file in {tmp_path}; put it there, or correct `file` in cohort"
    with pytest.raises(CohortError, match=message):
        cleaning.clean(absent)
    (tmp_path / "README.md").write_text("where to get it")
    with pytest.raises(CohortError, match=rf"See data/raw/{tmp_path.name}/README\.md"):
        cleaning.clean(absent)


@pytest.mark.parametrize("table", KEYS)
def test_a_saved_table_is_read_back_with_its_kinds_even_if_empty(tmp_path, table):
    kinds = {"text": "str", "word": "str", "number": "float64", "date": "datetime64[us]"}
    empty = pd.DataFrame({name: [] for name in columns(table)})
    save(tmp_path, {table: empty})
    found = read_tidy(tmp_path, table)
    assert found.dtypes.astype(str).tolist() == [kinds[c.kind] for c in columns(table).values()]


def test_what_is_saved_is_read_back_unchanged(tmp_path, cohort):
    clean = cleaning.clean(cohort(visits="ID,Visit,CRP\n007,a,<0.50\nP2,NA,0.1\nP3,b,\n"))
    save(tmp_path / "derived", clean.tables)
    for name, table in clean.tables.items():
        pd.testing.assert_frame_equal(read_tidy(tmp_path / "derived", name), table)
    text = (tmp_path / "derived" / "visits.csv").read_text()
    assert text.splitlines()[1].startswith("007,a,,,,,,0.5,left,")


def test_scores_are_numbers_and_bands_are_words_when_read_back(tmp_path):
    scores = pd.DataFrame({"patient_id": ["1"], "cdai": [150.5], "cdai_band": ["mild"],
                           "hbi": [np.nan], "hbi_recorded": [np.nan]})  # fmt: skip
    save(tmp_path, {"scores": scores})
    found = read_tidy(tmp_path, "scores")
    assert found.dtypes.astype(str).tolist() == ["str", "float64", "str", "float64", "float64"]


def test_saved_bytes_are_short_and_the_same_everywhere(tmp_path):
    frame = pd.DataFrame({"a": [1.0, 0.1, np.nan], "b": pd.to_datetime(["2024-02-29", None, None]),
                          "c": ["是", None, "x,y"], "d": [44, 1, 0]})  # fmt: skip
    save(tmp_path, {"t": frame})
    expected = 'a,b,c,d\n1,2024-02-29,是,44\n0.1,,,1\n,,"x,y",0\n'
    assert (tmp_path / "t.csv").read_bytes() == expected.encode()


def test_where_one_of_several_tables_cannot_be_written_none_is_replaced(tmp_path):
    save(tmp_path, {"one": pd.DataFrame({"a": [1]})})
    with pytest.raises(AttributeError):
        save(tmp_path, {"one": pd.DataFrame({"a": [2]}), "two": "not a table"})
    assert [path.name for path in tmp_path.iterdir()] == ["one.csv"]
    assert (tmp_path / "one.csv").read_text() == "a\n1\n"


def test_a_table_that_no_notebook_wrote_yet_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"visits\.csv: not there yet"):
        read_tidy(tmp_path, "visits")


def test_the_examples_in_the_documentation_are_declarations(tmp_path):
    examples = [
        textwrap.dedent(example)
        for example in re.findall(r"::\n\n(.+?)\n(?=\S)", str(cohort_module.__doc__), re.DOTALL)
    ]
    whole, blocks, windows = examples

    def read(text):
        (tmp_path / "cohort.toml").write_text(text, encoding="utf-8")
        return read_cohort(tmp_path)

    found = read(whole)
    assert found.visits == ("baseline", "week12")
    assert list(found.tables) == ["patients", "visits", "endoscopy"]
    patients = TOML.split("[visits]")[0]
    assert [block.name for block in read(patients + blocks).tables["visits"].blocks] == [
        "baseline", "week12",
    ]  # fmt: skip
    by_date = TOML.replace('disease = "Disease"', 'disease = "Disease"\nstart_date = "Start"')
    by_date = by_date.replace('visit = "Visit"', 'date = "Date"')
    assert read(by_date + windows).tables["visits"].by_date


FORMS = (
    TOML
    + """
arthralgia = { from = "Joints", codes = { 0 = ["no"], 1 = ["yes"] } }
uveitis = "Eyes"
[[visits.only_where]]
columns = ["arthralgia", "uveitis"]
where = { "Form" = ["A"] }
[[visits.instead]]
columns = { arthralgia = "Joints B" }
where = { "Form" = ["B"] }
"""
)


def test_in_some_rows_a_column_is_read_under_another_heading(cohort):
    rows = ["a,A,yes,1,no", "b,B,no,1,yes", "c,B,no,,", "d,,no,1,yes"]
    clean = cleaning.clean(
        cohort(FORMS, visits="Visit,Form,Joints,Eyes,Joints B,ID,CRP\n"
               + "".join(f"{row},P1,\n" for row in rows))
    )  # fmt: skip
    found = clean.tables["visits"]
    assert found["arthralgia"].tolist() == pytest.approx([1, 1, np.nan, np.nan], nan_ok=True)
    assert found["uveitis"].tolist() == pytest.approx([1, np.nan, np.nan, np.nan], nan_ok=True)
    assert clean.queries[["row", "column", "old", "problem"]].values.tolist() == [
        [3, "uveitis", "1", "not asked"], [5, "arthralgia, uveitis", "no | 1", "not asked"],
    ]  # fmt: skip


def test_answers_of_some_rows_only_in_an_endoscopy_by_segments(cohort):
    toml = (
        TOML
        + """
[endoscopy]
file = "endoscopy.csv"
segment = { from = "Seg", codes = { ileum = ["ileum"], rectum = ["rectum"] } }
only_where = [{ columns = ["ulcer_size"], where = { "Read" = ["yes"] } }]
[endoscopy.columns]
patient_id = "ID"
visit = "Visit"
ulcer_size = "Ulcer"
"""
    )
    rows = "P1,a,ileum,2,yes\nP1,a,rectum,0,no\n"
    clean = cleaning.clean(cohort(toml, endoscopy="ID,Visit,Seg,Ulcer,Read\n" + rows))
    assert clean.tables["endoscopy"]["ulcer_size_ileum"].tolist() == [2]
    assert clean.tables["endoscopy"]["ulcer_size_rectum"].isna().all()
    assert "ulcer_size_rectum" in clean.queries["column"].tolist()


def test_an_item_of_the_catalogue_is_a_column_where_it_is_declared_and_nowhere_else(cohort):
    toml = TOML + 'sibdq_1 = "Q1"\nlemann_index = "L"\ngeboes_architecture = "G"\n'
    small = cohort(toml, visits="ID,Visit,CRP,Q1,L,G\nP1,a,1,7,4.5,0.0\nP2,a,1,8,,0.4\n")
    clean = cleaning.clean(small)
    found = clean.tables["visits"]
    assert found.columns.tolist()[-3:] == ["sibdq_1", "lemann_index", "geboes_architecture"]
    assert found["sibdq_1"].tolist() == pytest.approx([7, np.nan], nan_ok=True)
    assert found["geboes_architecture"].tolist()[0] == "0.0"
    assert clean.queries[["column", "old", "problem"]].values.tolist() == [
        ["sibdq_1", "8", "not permitted"], ["geboes_architecture", "0.4", "unknown word"],
    ]  # fmt: skip
    assert "sibdq_1" not in columns("visits")


def test_words_of_the_catalogue_that_look_like_numbers_are_read_back_as_words(tmp_path):
    save(tmp_path, {"visits": pd.DataFrame({"geboes_architecture": ["0.0", None]})})
    assert read_tidy(tmp_path, "visits")["geboes_architecture"].tolist()[0] == "0.0"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('sibdq1 = "Q"', "unknown column 'sibdq1'; did you mean 'sibdq_1'"),
        ('age = "Q"', "unknown column 'age'"),  # a column of patients
        ('sccai = "Q"', "unknown column 'sccai'"),  # computed here: sccai_recorded
        ('[[visits.instead]]\nwhere = {}\ncolumns = { esr_mm_h = "x" }', "esr_mm_h' = 'x': a col"),
        ("[[visits.instead]]\nwhere = {}\ncolumns = { crp_mg_l = 1 }", "the heading to read"),
        ('[diary]\nfile = "d.csv"\n[diary.columns]\npatient_id = "P"\ndate = "D"\nsibdq_1 = "Q"',
         r"\[diary\.columns\]: unknown column 'sibdq_1'"),
    ],
)  # fmt: skip
def test_a_column_that_a_table_cannot_have_is_refused(cohort, line, message):
    with pytest.raises(CohortError, match=message):
        cohort(f"{TOML}{line}\n")
