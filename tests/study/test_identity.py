"""What tells who a patient is: found by heading and value, and hidden under a key."""

import csv
import gzip
import stat
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ibd_scores.study import cleaning, paths
from ibd_scores.study.cohort import CohortError, read_cohort
from ibd_scores.study.cohort.identity import (
    heading_kind,
    masked,
    pseudonymizer,
    text_safe,
    value_kind,
)

HMP2 = read_cohort("hmp2").tables["visits"].file
CARD = "11010519491231002X"  # the example of the Chinese standard GB 11643


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("姓名", "name"), ("患者姓名", "name"), ("联系人", "name"), ("Name", "name"),
        ("patient_name", "name"), ("PatientName", "name"), ("Surname", "name"),
        ("联系电话", "phone number"), ("手机号码", "phone number"), ("Tel.", "phone number"),
        ("Mobile", "phone number"), ("身份证号", "identity-card number"),
        ("证件号码", "identity-card number"), ("ID card", "identity-card number"),
        ("住院号", "medical-record number"), ("病历号", "medical-record number"),
        ("门诊号", "medical-record number"), ("MRN", "medical-record number"),
        ("Hospital No.", "medical-record number"), ("家庭住址", "address"),
        ("Home address", "address"), ("Address", "address"), ("出生日期", "date of birth"),
        ("DOB", "date of birth"), ("Date of birth", "date of birth"), ("备注", "free text"),
        ("现病史", "free text"), ("Remarks", "free text"), ("Comments", "free text"),
        ("E-mail", "e-mail address"), ("邮箱", "e-mail address"),
        ("Segment", ""), ("Phase", ""), ("Anal fistula", ""), ("CRP", ""), ("诊断", ""),
        ("访视", ""), ("性别", ""), ("血沉", ""), ("Event", ""), ("Number of stools", ""),
        ("Drug name", ""), ("Mass", ""), ("开始日期", ""),
    ],
)  # fmt: skip
def test_a_heading_that_tells_who_somebody_is_is_known(heading, kind):
    assert heading_kind(heading) == kind


def test_no_heading_of_the_shipped_cohort_is_mistaken():
    for table in sorted((paths.root() / "data/raw/upadacitinib").glob("*.csv")):
        with table.open(encoding="utf-8") as file:
            assert [one for one in next(csv.reader(file)) if heading_kind(one)] == []


@pytest.mark.skipif(not HMP2.is_file(), reason=f"no {HMP2.name} (see data/raw/hmp2/README.md)")
def test_no_heading_of_the_public_file_is_mistaken():
    with gzip.open(HMP2, "rt", encoding="utf-8") as file:
        header = next(csv.reader(file, delimiter="\t"))
    assert [one for one in header if heading_kind(one)] == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("13800138000", "phone number"), ("tel 138-0013-8000", "phone number"),
        ("+8613800138000", "phone number"), ("010-12345678", "phone number"),
        (CARD, "identity-card number"), (f"身份证{CARD}", "identity-card number"),
        ("110105194912310021", ""),  # the check digit is another
        ("110105491231002", "identity-card number"), ("110105491331002", ""),  # 13th month
        ("who@example.org", "e-mail address"),
        ("12.5", ""), (">1800", ""), ("2024-03-09", ""), ("2024-03-09 08:30:00", ""), ("P001", ""),
        ("0.13800138000", ""), ("12/5", ""), ("未查", ""), ("999999", ""),
    ],
)  # fmt: skip
def test_a_value_that_tells_who_somebody_is_is_known_and_not_repeated(text, kind):
    assert value_kind(text) == kind
    assert masked(text) == (f"({kind})" if kind else text)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"), ("+86 138", "'+86 138"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("-", "'-"), ("\t=1", "'\t=1"), (" =1", "' =1"), ("＝1+1", "'＝1+1"), ("\r=1", "'\r=1"),
        ("-3.5", "-3.5"), ("+2", "+2"), ("rash", "rash"), ("", ""), ("a=b", "a=b"),
    ],
)  # fmt: skip
def test_no_text_is_taken_for_a_formula(text, safe):
    assert text_safe(text) == safe


def test_a_pseudonym_hangs_on_the_key_and_the_number(tmp_path):
    first, again = pseudonymizer(tmp_path), pseudonymizer(tmp_path)
    (tmp_path / "other").mkdir()
    other = pseudonymizer(tmp_path / "other")
    assert first("A1") == again("A1") == first(" Ａ1 ")
    assert first("A1") != first("A2")
    assert first("A1") != other("A1")
    assert "A1" not in first("A1")
    assert len({first(str(patient)) for patient in range(20_000)}) == 20_000


def test_the_key_is_for_nobody_else(tmp_path):
    pseudonymizer(tmp_path)
    [key] = tmp_path.iterdir()
    assert key.name == "pseudonyms.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_two_runs_at_once_make_one_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        hidden = [*pool.map(lambda _: pseudonymizer(tmp_path)("A1"), range(40))]
    assert len({*hidden}) == 1
    assert len([*tmp_path.iterdir()]) == 1


@pytest.mark.parametrize("content", [b"", b"abc", b"\xff\xfe", b"0" * 63, b"# only a head\n"])
def test_a_damaged_key_is_told_and_never_replaced(tmp_path, content):
    (tmp_path / "pseudonyms.key").write_bytes(content)
    with pytest.raises(CohortError, match=r"pseudonyms\.key: (damaged|cannot be read)"):
        pseudonymizer(tmp_path)
    assert (tmp_path / "pseudonyms.key").read_bytes() == content


TOML = """
title = "people"
exported = 2024-12-31
[patients]
file = "p.csv"
[patients.columns]
patient_id = "住院号"
disease = "dx"
start_date = "start"
stop_reason = "reason"
[visits]
file = "v.csv"
[visits.columns]
patient_id = "住院号"
visit = "visit"
crp_mg_l = "crp"
[adverse_events]
file = "e.csv"
[adverse_events.columns]
patient_id = "住院号"
term = "event"
onset_date = "onset"
serious = "serious"
"""


def people(folder: Path, toml: str = TOML) -> cleaning.Clean:
    (folder / "cohort.toml").write_text(toml, encoding="utf-8")
    (folder / "p.csv").write_text(
        "住院号,姓名,电话,dx,start,reason\n"
        "ZY0012345,王小明,13800138000,CD,2024-01-01,=moved to 上海\n"
        "ZY0099999,李雷,13900139000,UC,2024-01-01,\n",
        encoding="utf-8",
    )
    (folder / "v.csv").write_text(
        "住院号,visit,crp\nZY0012345,baseline,13800138000\nZY0012345,week12,3\n"
        "zy0012345,baseline,5\nZY77,baseline,4\n",
        encoding="utf-8",
    )
    (folder / "e.csv").write_text(
        "住院号,event,onset,serious\nZY0012345,herpes (王小明),2024-02-01,0\n", encoding="utf-8"
    )
    return cleaning.clean(read_cohort(folder))


def written(clean: cleaning.Clean) -> str:
    tables = [*clean.tables.values(), clean.queries]
    return "\n".join(table.to_csv() for table in tables)


def test_nothing_that_tells_who_somebody_is_gets_into_what_is_derived(tmp_path):
    text = written(people(tmp_path))
    for secret in ("ZY0012345", "zy0012345", "ZY77", "王小明", "13800138000", "moved"):
        assert secret not in text


def test_what_tells_who_somebody_is_is_named(tmp_path):
    queries = people(tmp_path).queries
    named = queries[queries["problem"] == "identifying column"]
    assert named[["file", "heading", "why"]].values.tolist() == [
        ["p.csv", "姓名", "looks like a name; it is not read"],
        ["p.csv", "电话", "looks like a phone number; it is not read"],
        ["p.csv", "reason",
         "free text may tell who it is; identifying = false in cohort.toml keeps it"],
        ["e.csv", "event",
         "free text may tell who it is; identifying = false in cohort.toml keeps it"],
    ]  # fmt: skip
    assert named["row"].isna().all()


def test_patients_are_the_same_in_every_table(tmp_path):
    clean = people(tmp_path)
    patient = clean.tables["patients"].set_index("disease").loc["CD", "patient_id"]
    assert clean.tables["adverse_events"]["patient_id"].tolist() == [patient]
    assert (clean.tables["visits"]["patient_id"] == patient).sum() == 2
    why = clean.queries.loc[clean.queries["problem"] == "patient not listed", "why"].tolist()
    assert any("the id in row 2 of patients is the same but for its spelling" in one for one in why)


def test_free_text_is_kept_where_cohort_toml_says_that_it_names_nobody(tmp_path):
    kept = TOML.replace('"reason"', '{ from = "reason", identifying = false }')
    clean = people(tmp_path, kept)
    [reason] = clean.tables["patients"]["stop_reason"].dropna()
    assert reason == "'=moved to 上海"  # and is no formula
    formula = clean.queries[clean.queries["problem"] == "looks like a formula"]
    assert formula["old"].tolist() == ["=moved to 上海"]


def test_pseudonyms_can_be_declined(tmp_path):
    clean = people(tmp_path, TOML.replace("exported", "pseudonyms = false\nexported"))
    assert clean.tables["patients"]["patient_id"].tolist() == ["ZY0012345", "ZY0099999"]
    assert not (tmp_path / "pseudonyms.key").exists()


def test_only_text_can_be_called_identifying(tmp_path):
    wrong = TOML.replace('"crp"', '{ from = "crp", identifying = false }')
    with pytest.raises(CohortError, match="identifying is said of free text"):
        people(tmp_path, wrong)


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("data/raw/ours/patients.xlsx", True),
        ("data/raw/ours/cohort.toml", True),
        ("data/raw/ours/pseudonyms.key", True),
        ("data/derived/ours/patients.csv", True),
        ("data/raw/hmp2/hmp2_metadata.tsv.gz", True),
        ("data/raw/upadacitinib/pseudonyms.key", True),
        ("data/raw/upadacitinib/patients.csv", False),
        ("data/raw/hmp2/cohort.toml", False),
    ],
)
def test_git_ignores_patients_unless_they_ship(path, ignored):
    root = paths.root()
    if not (root / ".git").exists():
        pytest.skip("no git checkout, so nothing that git could ignore")
    said = subprocess.run(
        ["git", "check-ignore", "-q", "--no-index", path], cwd=root, check=False
    )  # fmt: skip
    assert (said.returncode == 0) == ignored
