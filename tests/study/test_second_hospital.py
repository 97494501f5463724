"""One wide Chinese sheet in GB18030 gives the outcomes of the same patients in standard layout."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

from ibd_scores.study import cleaning, paths
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.intake.guess import guess
from ibd_scores.study.intake.render import render
from ibd_scores.study.simulation import wide

RAW = paths.root() / "data" / "raw"
FIRST, SECOND = "upadacitinib", "second_hospital"


@pytest.fixture(scope="module")
def tables(cleaned):
    return cleaned.tables


def test_the_sheet_is_what_the_simulation_writes(tables, tmp_path):
    wide.write(tables, tmp_path)
    assert (tmp_path / wide.FILE).read_bytes() == (RAW / SECOND / wide.FILE).read_bytes()


def test_the_sheet_is_no_utf8_and_is_read_all_the_same():
    content = (RAW / SECOND / wide.FILE).read_bytes()
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")
    assert read_cohort(SECOND).encoding == ""
    assert content.decode("gb18030").splitlines()[0].startswith("患者编号,诊断,性别")


def test_every_tidy_table_is_the_same_value_for_value(tables):
    clean = cleaning.clean(SECOND)
    for name, table in tables.items():
        pd.testing.assert_frame_equal(clean.tables[name], table)
    said = set(clean.queries["problem"])
    assert said == {"not done", "detection limit", "no diary entry", "segment not reached"}


def test_the_declaration_is_what_start_writes_but_for_what_it_says_of_itself():
    def body(text):
        return text[text.index("[visit_names]" if "[visit_names]" in text else "[patients]") :]

    drafted = render(guess(RAW / SECOND / wide.FILE), "2025-01-31")
    plain = "\n".join(line.split("   # identifying")[0] for line in body(drafted).splitlines())
    assert body((RAW / SECOND / "cohort.toml").read_text("utf-8")).strip() == plain.strip()


def study(cohort):
    command = [sys.executable, "-m", "ibd_scores.study", "run", "--cohort", cohort]
    return subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)


def test_the_outcome_tables_are_the_same_byte_for_byte(tmp_path, monkeypatch):
    here = paths.root()
    for name in ("src", "notebooks", "tools", f"data/raw/{FIRST}", f"data/raw/{SECOND}"):
        shutil.copytree(here / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy2(here / name, tmp_path / name)
    # What was published of the patients is not repeated beside the sheet.
    shutil.copy2(RAW / FIRST / "published.csv", tmp_path / "data" / "raw" / SECOND)
    monkeypatch.setenv("IBD_SCORES_ROOT", str(tmp_path))
    with ThreadPoolExecutor() as both:
        for said in both.map(study, (FIRST, SECOND)):
            assert said.returncode == 0, said.stderr
    first, second = (tmp_path / "data" / "derived" / cohort for cohort in (FIRST, SECOND))
    written = sorted(path.relative_to(first) for path in first.rglob("*.csv"))
    assert len(written) > 40
    differing = [
        name.as_posix()
        for name in written
        if (first / name).read_bytes() != (second / name).read_bytes()
    ]
    assert differing == ["queries.csv"]
