"""Studies to test on: the shipped cohort scored, and a toy one of five tiny notebooks.

The toy study, over one column of numbers, is there to test the chain that runs notebooks.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ibd_scores.study import cleaning, scoring
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.tidy import read_tidy, save

REPOSITORY = Path(__file__).resolve().parents[2]

READ = """\
def numbers(file):
    return [int(line) for line in file.read_text().split()]

def write(file, numbers):
    with paths.replacing(file) as temporary:
        temporary.write_text("".join(f"{number}\\n" for number in numbers))
"""
IMPORTS = "from toy import numbers, write\n\nfrom ibd_scores.study import paths"
COHORT = 'cohort: str = "toy"  # folder of data/raw'
NOTEBOOKS = {
    "01_cleaning": (
        f"{COHORT}\nhighest: int = 9  # above it a number is a mistake",
        'raw = numbers(paths.raw(cohort) / "numbers.csv")',
        'write(paths.derived(cohort) / "clean.csv", [n for n in raw if n <= highest])',
    ),
    "02_scoring": (
        f"{COHORT}\nweight: float = 2.0  # of each number\nnote: 'Optional[str]' = None  # remark",
        'clean = numbers(paths.derived(cohort) / "clean.csv")',
        'write(paths.derived(cohort) / "scores.csv", [int(n * weight) for n in clean])',
    ),
    "03_cd_outcomes": (
        COHORT,
        'scores = numbers(paths.derived(cohort) / "scores.csv")',
        'write(paths.derived(cohort) / "cd.csv", scores[::2])',
    ),
    "04_uc_outcomes": (
        f"{COHORT}\nstrict: bool = True  # leave out zeros",
        'scores = numbers(paths.derived(cohort) / "scores.csv")',
        'write(paths.derived(cohort) / "uc.csv", [n for n in scores[1::2] if n or not strict])',
    ),
    "05_figures": (
        COHORT,
        'total = sum(numbers(paths.derived(cohort) / "cd.csv"))',
        'write(paths.derived(cohort) / "figures" / "total.pdf", [total])',
    ),
}


def scored(root: Path, cohort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do in a project of its own, which holds the raw tables, what notebooks 01 and 02 do."""
    (root / "notebooks").mkdir(exist_ok=True)
    (root / "pyproject.toml").touch()
    monkeypatch.setenv("IBD_SCORES_ROOT", str(root))
    save(cohort, cleaning.clean(read_cohort(cohort)).tables)
    tables = {name: read_tidy(cohort, name) for name in ("patients", "visits", "diary")}
    endoscopies = scoring.score(read_tidy(cohort, "endoscopy"), scoring.ENDOSCOPIC)
    prepared = scoring.prepare(**tables)
    scores = scoring.score(scoring.with_endoscopy(prepared, endoscopies), scoring.CLINICAL)
    save(cohort, {"scores": scores, "endoscopies": endoscopies})


@pytest.fixture(scope="session")
def cleaned() -> cleaning.Clean:
    """The shipped cohort, cleaned; not to be written to."""
    return cleaning.clean(read_cohort(REPOSITORY / "data" / "raw" / "upadacitinib"))


@pytest.fixture(scope="session")
def scored_cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of its own that holds the shipped cohort, raw and scored; not to be written to."""
    root = tmp_path_factory.mktemp("scored")
    raw = Path("data", "raw", "upadacitinib")
    shutil.copytree(REPOSITORY / raw, root / raw)
    with pytest.MonkeyPatch.context() as patch:
        scored(root, "upadacitinib", patch)
    return root


@pytest.fixture
def shipped(scored_cohort: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The derived tables of `scored_cohort`, which every function finds by the cohort's name."""
    monkeypatch.setenv("IBD_SCORES_ROOT", str(scored_cohort))
    return scored_cohort / "data" / "derived" / "upadacitinib"


def cell(name: str, source: str, **fields: Any) -> dict[str, Any]:
    kind = "markdown" if source.startswith("#") else "code"
    outputs = {"execution_count": None, "outputs": []} if kind == "code" else {}
    return {"cell_type": kind, "id": name, "metadata": {}, "source": source} | outputs | fields


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@dataclass
class Toy:
    """A toy project, and the command line run in it."""

    root: Path
    before: tuple[str, ...] = ()  # what to put before the command

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw" / "toy"

    @property
    def derived(self) -> Path:
        return self.root / "data" / "derived" / "toy"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {
            "PYTHONPATH": str(REPOSITORY / "src"),
            "IBD_SCORES_ROOT": str(self.root),
        }

    def command(self, *arguments: str) -> list[str]:
        return [*self.before, sys.executable, "-W", "error", "-m", "ibd_scores.study", *arguments]

    def do(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def notebook(self, stage: str) -> Path:
        return self.root / "notebooks" / f"{stage}.ipynb"

    def edit(self, stage: str, old: str, new: str) -> None:
        text = self.notebook(stage).read_text("utf-8")
        old, new = json.dumps(old)[1:-1], json.dumps(new)[1:-1]
        assert text.count(old) == 1
        self.notebook(stage).write_text(text.replace(old, new), "utf-8")

    def stages(self, state: str, said: subprocess.CompletedProcess[str]) -> list[str]:
        """The stages of which it was said that they were made, unchanged or failed, in order."""
        return re.findall(rf"(\d\d_\w+) +{state}$", said.stdout, re.MULTILINE)

    def files(self) -> dict[str, bytes]:
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and path.parts[-2] != "__pycache__"
        }


def build(root: Path) -> Toy:
    toy = Toy(root)
    for folder in ("src", "notebooks", "data/raw/toy", "data/raw/short"):
        (root / folder).mkdir(parents=True)
    shutil.copytree(REPOSITORY / "tools" / "ipython", root / "tools" / "ipython")
    (root / "pyproject.toml").write_text("")
    (root / "src" / "toy.py").write_text("from ibd_scores.study import paths\n\n\n" + READ)
    (toy.raw / "cohort.toml").write_text("")
    (toy.raw / "numbers.csv").write_text("3\n1\n4\n1\n5\n99\n2\n6\n")
    short = toy.raw.with_name("short")
    (short / "cohort.toml").write_text('notebooks = ["01_cleaning", "02_scoring"]\n')
    (short / "numbers.csv").write_text("1\n2\n")
    for stage, (parameters, *steps) in NOTEBOOKS.items():
        cells = [
            cell("title", f"# {stage}"),
            cell("parameters", parameters, metadata={"tags": ["parameters"]}),
            cell("imports", IMPORTS),
            *(cell(f"step-{number}", step) for number, step in enumerate(steps, 1)),
        ]
        toy.notebook(stage).write_text(json.dumps(notebook(*cells)))
    return toy


@pytest.fixture(scope="session")
def first_run(tmp_path_factory):
    """The toy study after its first run, and what that run said."""
    toy = build(tmp_path_factory.mktemp("study") / "toy")
    return toy, toy.do("run")


@pytest.fixture
def toy(first_run, tmp_path):
    """A copy of the toy study as the first run left it, to change and run again."""
    shutil.copytree(first_run[0].root, tmp_path / "toy")
    return Toy(tmp_path / "toy")
