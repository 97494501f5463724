"""What a run was made from is kept beside what it made; what changed since is said."""

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest

from ibd_scores.study import chain
from ibd_scores.study.chain import provenance
from ibd_scores.study.cohort import identity


def kept(toy):
    return json.loads((toy.derived / "provenance.json").read_text("utf-8"))


def test_a_run_keeps_the_checksums_of_what_it_read_and_wrote(first_run):
    toy, said = first_run
    found = kept(toy)
    raw = toy.raw / "numbers.csv"
    assert found["cohort"] == "toy"
    assert found["raw"]["numbers.csv"] == {
        "sha256": hashlib.sha256(raw.read_bytes()).hexdigest(), "bytes": raw.stat().st_size,
    }  # fmt: skip
    assert set(found["raw"]) == {"cohort.toml", "numbers.csv"}
    total = toy.derived / "figures" / "total.pdf"
    assert found["derived"]["figures/total.pdf"] == hashlib.sha256(total.read_bytes()).hexdigest()
    assert "not from this run" not in said.stdout


def test_a_run_keeps_its_parameters_and_versions(toy):
    assert toy.do("run", "-p", "weight=3").returncode == 0
    found = kept(toy)
    assert found["parameters"]["02_scoring"] == {"cohort": "toy", "weight": 3, "note": None}
    assert found["parameters"]["01_cleaning"] == {"cohort": "toy", "highest": 9}
    assert re.fullmatch(r"3\.\d+\.\d+", found["versions"]["python"])


def test_versions_are_those_of_what_the_study_needs():
    found = provenance.versions(Path(__file__).parents[2])
    assert {"ibd-scores", "numpy", "pandas", "scipy", "pingouin", "papermill"} <= set(found)
    assert "pytest" not in found


def test_the_same_run_keeps_the_same_bytes_and_tells_nothing_of_the_machine(toy):
    before = (toy.derived / "provenance.json").read_bytes()
    toy.do("run", "--force")
    assert (toy.derived / "provenance.json").read_bytes() == before
    text = before.decode()
    assert str(toy.root) not in text
    assert not re.search(r"20\d\d-\d\d-\d\d", text)


def test_a_changed_raw_file_is_said_and_what_hangs_on_it_runs_again(toy):
    (toy.raw / "numbers.csv").write_text("3\n1\n4\n")
    (toy.raw / "further.csv").write_text("1\n")
    said = toy.do("run")
    assert "Raw tables since the last run: further.csv is new, numbers.csv changed" in said.stdout
    assert toy.stages("made", said)[0] == "01_cleaning"
    assert "Raw tables" not in toy.do("run").stdout


def test_a_raw_file_written_to_meanwhile_makes_the_run_fail(toy):
    meddling = "(paths.raw(cohort) / 'numbers.csv').write_text('9')\n"
    toy.edit("01_cleaning", "write(paths.derived(cohort)", f"{meddling}write(paths.derived(cohort)")
    said = toy.do("run")
    assert said.returncode == 1
    assert "numbers.csv changed while the study ran" in said.stderr
    assert "Traceback" not in said.stderr
    toy.edit("01_cleaning", meddling, "")
    assert toy.stages("made", toy.do("run"))[0] == "01_cleaning"


@pytest.mark.parametrize("content", ["", "{", "[]", "\udcff"])
def test_what_cannot_be_read_any_more_is_made_anew(toy, content):
    path = toy.derived / "provenance.json"
    path.write_text(content, encoding="utf-8", errors="surrogateescape")
    assert toy.do("run").returncode == 0
    path.unlink()
    assert toy.do("run").returncode == 0
    assert kept(toy)["cohort"] == "toy"


def test_the_key_of_the_pseudonyms_sets_off_nothing_until_it_is_another(toy):
    key = toy.raw / "pseudonyms.key"
    assert key.is_file()  # made by the first run
    assert toy.stages("made", toy.do("run")) == []
    assert "pseudonyms.key" not in kept(toy)["raw"]
    key.unlink()
    assert toy.stages("made", toy.do("run"))[0] == "01_cleaning"


def test_a_simulated_cohort_gets_no_key(toy):
    (toy.raw / "cohort.toml").write_text("simulated = true\n")
    (toy.raw / "pseudonyms.key").unlink()
    assert toy.do("run").returncode == 0
    assert not (toy.raw / "pseudonyms.key").exists()


def test_the_name_of_the_key_is_stated_twice_alike():
    assert chain.KEY_FILE == identity.KEY_FILE


def test_raw_files_are_never_written_to(toy):
    before = {path.name: path.read_bytes() for path in toy.raw.iterdir()}
    assert isinstance(toy.do("run", "--force"), subprocess.CompletedProcess)
    assert {path.name: path.read_bytes() for path in toy.raw.iterdir()} == before
