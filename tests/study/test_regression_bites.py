"""A number of the study cannot move unseen: nbval finds one weight, one cut, one sign changed.

Each time in a copy of the project, which runs its own source.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ibd_scores.study import paths

COPIED = ("conftest.py", "pyproject.toml", "requirements.lock", "src", "notebooks", "tools")
RAW = Path("data/raw/upadacitinib")


def compare(root, *stages):
    """Run nbval on some notebooks of a project, up to the first cell that differs."""
    quietly = ["-q", "--color=no", "-p", "no:cacheprovider"]
    whole = ["-o", "truncation_limit_lines=0", "-o", "truncation_limit_chars=0"]
    files = [f"notebooks/{stage}.ipynb" for stage in stages]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-x", *quietly, *whole, *files],
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root / "src"), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def scored(tmp_path_factory):
    """A copy of the project, unchanged, with the tables that notebooks 01 and 02 write."""
    root = tmp_path_factory.mktemp("unchanged")
    for name in (*COPIED, RAW):
        there = paths.root() / name
        if there.is_dir():
            shutil.copytree(there, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(there, root / name)
    said = compare(root, "01_cleaning", "02_scoring")
    assert said.returncode == 0, said.stdout
    return root


@pytest.mark.parametrize(
    ("file", "now", "then", "stage", "seen"),
    [
        pytest.param(
            "indices/crohn.py",
            r'(Item\(\s*"abdominal_pain_7d"[^)]*\), weight=)5\b',
            r"\g<1>4",
            "02_scoring",
            r"'scores\.cdai\[baseline\]\.median': [\d.]+\} != ",
            id="the weight of pain in the CDAI",
        ),
        pytest.param(
            "endpoints/crohn.py",
            r"(def ses_cd_remission\(.*\n +return _unless_unseen\(at_most\(ses_cd, )2\)",
            r"\g<1>3)",
            "03_cd_outcomes",
            r"'cd\.ses_cd_remission\[as_observed\]\.k': 29\} != ",
            id="the cut of endoscopic remission",
        ),
        pytest.param(
            "criteria.py",
            r"(fell = )above\((baseline - 2 \* value), [^()]+\)",
            r"\g<1>at_least(\g<2>, 0)",
            "03_cd_outcomes",
            r"'cd\.endoscopic_response\[as_observed\]\.k': 44\} != ",
            id="more than half of the SES-CD, and half of it",
        ),
    ],
)
def test_a_changed_source_is_seen_and_the_number_is_named(
    scored, tmp_path, file, now, then, stage, seen
):
    root = tmp_path / "changed"
    shutil.copytree(scored, root)
    source = root / "src" / "ibd_scores" / file
    changed, times = re.subn(now, then, source.read_text("utf-8"))
    assert times == 1
    source.write_text(changed, "utf-8")
    said = compare(root, stage)
    assert said.returncode == 1, said.stdout
    assert re.search(seen, said.stdout), said.stdout
