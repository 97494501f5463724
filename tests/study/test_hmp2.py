"""The public file of the IBD Multi'omics Database, read as it is distributed."""

import shutil
import subprocess
import sys

import pytest

from ibd_scores import hbi, sccai, ses_cd, sibdq
from ibd_scores.study import cleaning, paths
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.tidy import read_tidy

COHORT = read_cohort("hmp2")
FILE = COHORT.tables["visits"].file
pytestmark = pytest.mark.skipif(
    not FILE.is_file(), reason=f"no {FILE.name} (see data/raw/hmp2/README.md)"
)


@pytest.fixture(scope="module")
def clean():
    return cleaning.clean(COHORT)


def test_one_row_for_each_sample_becomes_one_for_each_patient_and_visit(clean):
    assert len(clean.tables["patients"]) == 131
    assert not clean.tables["visits"].duplicated(["patient_id", "visit"]).any()
    assert len(clean.tables["visits"]) == 2146
    assert clean.tables["patients"]["disease"].value_counts().to_dict() == {
        "CD": 66, "UC": 38, "nonIBD": 27,
    }  # fmt: skip


def test_the_hbi_recomputed_from_the_items_is_the_recorded_one_on_all_894_visits(clean):
    visits = clean.tables["visits"]
    recorded = visits["hbi_recorded"].dropna()
    assert len(recorded) == 894
    assert (hbi(visits)[recorded.index] == recorded).sum() == 894


def test_the_ses_cd_recomputed_from_the_segments_is_the_recorded_one_on_all_78(clean):
    endoscopy = clean.tables["endoscopy"]
    assert (ses_cd(endoscopy) == endoscopy["ses_cd_recorded"]).sum() == len(endoscopy) == 78
    twice = endoscopy[endoscopy["endoscopy"] == 2]
    assert twice[["patient_id", "visit"]].values.tolist() == [["M2008", "32"]]


def test_the_sccai_recomputed_from_the_items_is_the_recorded_one_on_all_556_visits(clean):
    visits = clean.tables["visits"]
    recorded = visits["sccai_recorded"].dropna()
    assert len(recorded) == 556
    assert (sccai(visits)[recorded.index] == recorded).sum() == 556
    assert sccai(visits).notna().sum() == 556  # one more form was begun and not finished


def test_the_sibdq_recomputed_from_the_answers_is_the_recorded_one_on_all_50_visits(clean):
    visits = clean.tables["visits"]
    recorded = visits["sibdq_recorded"].dropna()
    assert len(recorded) == 50
    assert (sibdq(visits)[recorded.index] == recorded).sum() == 50
    answered = visits[[item.name for item in sibdq.items]].notna()
    assert answered.any(axis=1).sum() == 53  # three lack one, two and four answers
    assert answered.all(axis=1).sum() == 50


def test_ranges_that_a_spreadsheet_made_into_dates_are_read(clean):
    visits = clean.tables["visits"]
    asked = visits[visits["sccai_recorded"].notna()]
    assert asked["bowel_frequency_day"].value_counts().to_dict() == {
        0: 459, 1: 77, 2: 16, 3: 4,
    }  # fmt: skip
    assert asked["bowel_frequency_night"].value_counts().to_dict() == {0: 443, 1: 107, 2: 6}


def test_the_answer_none_is_an_answer(clean):
    visits = clean.tables["visits"]
    recorded = visits[visits["hbi_recorded"].notna()]
    assert (recorded["abdominal_mass_hbi"] == 0).sum() == 892
    assert recorded["abdominal_pain_previous_day"].notna().all()


def test_flags_count_only_where_a_form_that_asks_them_was_filled_in(clean):
    visits = clean.tables["visits"]
    of_hbi = visits["general_wellbeing_previous_day"].notna()
    of_sccai = visits["urgency"].notna()
    assert (of_hbi.sum(), of_sccai.sum(), (of_hbi & of_sccai).sum()) == (924, 557, 0)
    assert (visits["abscess"].notna() == of_hbi).all()
    for shared in ("arthralgia", "uveitis", "erythema_nodosum", "pyoderma_gangrenosum"):
        assert (visits[shared].notna() == (of_hbi | of_sccai)).all()


def test_999_is_missing_and_listed(clean):
    queries = clean.queries
    coded = queries[queries["problem"] == "not done"]
    assert (coded["old"] == "999.0").all()
    assert (coded["action"] == "missing").all()
    assert clean.tables["visits"][["crp_mg_l", "esr_mm_h", "weight_kg"]].max().max() < 999


def test_partial_endoscopies_are_listed_as_kept(clean):
    queries = clean.queries
    partial = queries[queries["problem"] == "partial endoscopy"]
    assert partial[["patient_id", "visit", "action"]].values.tolist() == [
        ["H4001", "1", "kept"], ["M2008", "32", "kept"],
        ["P6016", "1", "kept"], ["P6016", "32", "kept"],
    ]  # fmt: skip


def test_repeated_rows_agree_wherever_they_speak(clean):
    assert "contradictory rows" not in clean.queries["problem"].tolist()


def test_each_finding_names_a_row_of_the_file(clean):
    rows = clean.queries["row"]
    assert rows.between(2, 5534).all()
    assert not clean.queries.duplicated().any()


def test_the_two_notebooks_run_on_it_and_recover_every_recorded_total(tmp_path, monkeypatch):
    here = paths.root()
    for name in ("src", "notebooks", "tools", "data/raw/hmp2"):
        shutil.copytree(here / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy2(here / name, tmp_path / name)
    monkeypatch.setenv("IBD_SCORES_ROOT", str(tmp_path))
    monkeypatch.setenv("IBD_SCORES_REALDATA", str(FILE.parent.parent))
    command = [sys.executable, "-m", "ibd_scores.study", "run", "--cohort", "hmp2"]
    said = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert said.returncode == 0, said.stderr
    derived = tmp_path / "data" / "derived" / "hmp2"
    executed = sorted(path.stem for path in (derived / "notebooks").glob("*.ipynb"))
    assert executed == ["01_cleaning", "02_scoring"]
    scores, endoscopies = read_tidy(derived, "scores"), read_tidy(derived, "endoscopies")
    for table, name, visits in [
        (scores, "hbi", 894), (scores, "sccai", 556), (scores, "sibdq", 50),
        (endoscopies, "ses_cd", 78),
    ]:  # fmt: skip
        both = table[table[f"{name}_recorded"].notna()]
        assert len(both) == visits
        assert (both[name] == both[f"{name}_recorded"]).sum() == visits
