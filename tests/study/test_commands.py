"""Every command that README, CONTRIBUTING and docs print is run, in a copy of the project.

The copy holds thirteen patients, so that a study takes seconds. Commands run in the order of
`COMMANDS`, each on what those before it left, as a reader would type them.
"""

import contextlib
import csv
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    *sorted(page.relative_to(ROOT).as_posix() for page in ROOT.glob("docs/*.md")),
    "data/derived/README.md",
    *sorted(page.relative_to(ROOT).as_posix() for page in ROOT.glob("data/raw/*/README.md")),
)
PROGRAM = re.compile(
    r"(make|pip|npm|python|pytest|dask|conda|git|pre-commit|ibd-scores|\.|\.venv/bin/\S+) \S"
)
WORKFLOWS = "".join(page.read_text("utf-8") for page in ROOT.glob(".github/workflows/*.yml"))
WIDE = ROOT / "data/raw/second_hospital/随访登记表.csv"


class Command(NamedTuple):
    """A command as a page prints it, and how it is run here."""

    printed: str
    says: str = ""  # a regular expression of what it prints
    run: str = ""  # what is run instead: smaller, or with this machine's addresses
    elsewhere: str = ""  # why it is not run here, and where it is


COMMANDS = (
    Command("make study", r"5/5 .* 05_figures +made"),
    Command(".venv/bin/ibd-scores report --pdf", "report/report.html"),
    Command(".venv/bin/ibd-scores tables", "report/tables.docx"),
    Command("make study ARGS=--help", "hematocrit_floored"),
    Command(".venv/bin/ibd-scores audit 70.83 --n 23", r"70\.83 %(.|\n)*24"),
    Command(".venv/bin/ibd-scores start follow_up.xlsx --name ours", "data/raw/ours/cohort.toml"),
    Command('make study ARGS="--cohort ours"', r"2/2 .* 02_scoring +made"),
    Command(".venv/bin/ibd-scores batch --all", "2 unchanged"),
    Command(".venv/bin/ibd-scores form our_cohort.xlsx --instrument sccai", "our_cohort.xlsx"),
    Command(".venv/bin/ibd-scores redcap dictionary.csv", "dictionary.csv"),
    Command(".venv/bin/ibd-scores batch --cohort ours --cohort theirs --jobs 4", "theirs"),
    Command(".venv/bin/ibd-scores batch --cohort ours --parameters sets.toml", "ours@five_days"),
    Command(
        "dask scheduler",
        "Scheduler at",
        "dask scheduler --host 127.0.0.1 --port PORT --no-dashboard",
    ),
    Command(
        "dask worker tcp://10.0.0.5:8786 --nthreads 1 --nworkers 8",
        "Starting established connection",
        "dask worker tcp://127.0.0.1:PORT --nthreads 1 --nworkers 1 --no-dashboard",
    ),
    Command(
        ".venv/bin/ibd-scores batch --all --scheduler tcp://10.0.0.5:8786",
        "unchanged",
        ".venv/bin/ibd-scores batch --all --scheduler tcp://127.0.0.1:PORT",
    ),
    Command(
        ".venv/bin/ibd-scores simulate",
        "8 simulated cohorts",
        ".venv/bin/ibd-scores simulate --cohorts 8",
    ),
    Command('make study ARGS="-p min_days=5"', "with min_days = 5"),
    Command(
        'make study ARGS="-p primary=ses_cd_remission -p estimand=as_observed -p crp_limit=8"',
        "with primary = ses_cd_remission, estimand = as_observed, crp_limit = 8",
    ),
    Command(".venv/bin/python tools/readme.py"),
    Command(".venv/bin/python tools/instruments.py"),
    Command("python tools/instruments.py"),
    Command("python -m ibd_scores.study.simulation"),
    Command("python -m ibd_scores.study.simulation.wide"),
    Command("make test", "2 passed", 'make test ARGS="tests/test_readme.py -k link"'),
    Command("python -m pytest", "2 passed", "python -m pytest tests/test_readme.py -k link"),
    Command("pytest tests src", "2 passed", "pytest tests/test_readme.py -k link"),
    Command("pip install .", "ibd-scores", "PIP ."),
    Command("pip install '.[dask]'", "ibd-scores", "PIP '.[dask]'"),
    Command('pip install ".[dask]"', "ibd-scores", 'PIP ".[dask]"'),
    Command('pip install ".[fast]"', "ibd-scores", 'PIP ".[fast]"'),
    Command(". .venv/bin/activate", run="test -f .venv/bin/activate"),
    Command("pre-commit install", run="pre-commit validate-config"),
    Command("make lab", "127.0.0.1", "make -n lab"),
    Command("make lock", "uv pip compile", "make -n lock"),
    Command(
        "make lock ARGS=--upgrade", "uv pip compile .* --upgrade", "make -n lock ARGS=--upgrade"
    ),
    Command("make refresh", elsewhere="a workflow: make refresh && git diff --exit-code"),
    Command("git diff", elsewhere="a workflow: make refresh && git diff --exit-code"),
    Command(
        "make refresh && git diff --exit-code",
        elsewhere="a workflow: make refresh && git diff --exit-code",
    ),
    Command(
        ".venv/bin/python -m pip install playwright",
        elsewhere="a workflow: .venv/bin/python -m pip install",
    ),
    Command(
        ".venv/bin/python -m pytest tests/lab",
        elsewhere="a workflow: .venv/bin/python -m pytest tests/lab",
    ),
    Command(
        "npm install --no-save --ignore-scripts axe-core vnu-jar",
        elsewhere="a workflow: npm install --no-save --ignore-scripts",
    ),
    Command("make guard", elsewhere="a workflow: make guard"),
    Command('make guard ARGS="--sabotage blocks"', elsewhere="a workflow: --sabotage"),
    Command('make study ARGS="--cohort hmp2"', elsewhere="tests/study/test_hmp2.py"),
    Command(
        'make study ARGS="--cohort second_hospital"',
        elsewhere="tests/study/test_second_hospital.py",
    ),
    Command("make large", elsewhere="a workflow: make large"),
    Command("make benchmark", elsewhere="tests/benchmarks/test_rivals.py runs its parts small"),
    Command("python benchmarks/chain.py", elsewhere="minutes of measuring; it changes nothing"),
    Command("python benchmarks/intake.py", elsewhere="a minute of measuring; it changes nothing"),
    Command("python benchmarks/coverage.py", elsewhere="tests/study/test_coverage.py"),
    Command(".venv/bin/python benchmarks/coverage.py", elsewhere="tests/study/test_coverage.py"),
    Command(
        "python tools/against_r.py", elsewhere="tests/study/test_against_r.py, where there is R"
    ),
    Command("conda env create --file environment.yml", elsewhere="tests/test_environment.py"),
)


def commands(page: str) -> list[str]:
    """Return the commands of a page: lines that four spaces set apart, and those in a sentence."""
    text = (ROOT / page).read_text("utf-8")
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    apart = re.findall(r"^    (\S.*)$", text, re.MULTILINE)
    within = re.findall(r"`([^`\n]+)`", text)
    printed = [re.sub(r"\s+#.*", "", line) for line in apart] + within
    return [one for one in printed if PROGRAM.match(one) and not _named_only(one)]


def _named_only(command: str) -> bool:
    """Tell `ibd-scores form`, the name of a command, from one that can be typed."""
    return bool(re.fullmatch(r"ibd-scores \w+( --\w+)?", command))


def fences(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_every_command_of_a_page_is_run_here_or_said_where():
    printed = {command for page in PAGES for command in commands(page)}
    assert printed == {command.printed for command in COMMANDS}


def test_every_command_that_is_named_is_one():
    command = [sys.executable, "-m", "ibd_scores.study", "--help"]
    help_ = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"^    (\w+) ", help_, re.MULTILINE))
    for page in PAGES:
        named = set(re.findall(r"`ibd-scores (\w+)", (ROOT / page).read_text("utf-8")))
        assert named <= known, page


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page):
    text = re.sub(r"`[^`]*`", "", (ROOT / page).read_text("utf-8"))
    for link, anchor in re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]+))?\)", text):
        target = (ROOT / page).parent / link if link else ROOT / page
        assert target.exists(), f"{page}: {link}"
        if anchor:
            assert anchor in _anchors(target.read_text("utf-8")), f"{page}: {link}#{anchor}"


def _anchors(text: str) -> set[str]:
    """Return what a heading of a page can be linked to by, as the forges make it."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def test_every_piece_of_toml_can_be_read():
    pieces = [piece for page in PAGES for piece in fences(page, "toml")]
    assert len(pieces) > 1
    for piece in pieces:
        tomllib.loads(piece)


# --------------------------------------------------------------------------------------- in a copy


class Copy(NamedTuple):
    """A copy of the project, and a free port for its scheduler."""

    root: Path
    port: int

    def run(self, command: str, patience: int = 300) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.typed(command), shell=True, cwd=self.root, env=self.environment, text=True,
            capture_output=True, timeout=patience, check=False,
        )  # fmt: skip

    def typed(self, command: str) -> str:
        pip = "python -m pip install --no-deps --no-index --no-build-isolation --target wheels"
        return re.sub("^PIP", pip, command).replace("PORT", str(self.port))

    @property
    def environment(self) -> dict[str, str]:
        path = os.pathsep.join([str(self.root / ".venv" / "bin"), os.environ["PATH"]])
        return os.environ | {
            "PATH": path, "PYTHONPATH": str(self.root / "src"), "IBD_SCORES_ROOT": str(self.root),
            "PRE_COMMIT_HOME": str(self.root / "pre-commit"), "COLUMNS": "80",
        }  # fmt: skip


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    root = tmp_path_factory.mktemp("commands") / "project"
    unneeded = (".git", ".venv", "derived", "__pycache__", ".hypothesis", ".pytest_cache", "wheels")
    shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(*unneeded))
    (root / "data" / "derived").mkdir()
    raw = root / "data" / "raw"
    for cohort in ("hmp2", "second_hospital"):
        shutil.rmtree(raw / cohort)
    _few(raw / "upadacitinib")
    pd.read_csv(WIDE, encoding="gb18030", dtype=str).head(20).to_excel(
        root / "follow_up.xlsx", index=False
    )
    _environment(root / ".venv")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return Copy(root, free.getsockname()[1])


def _few(folder: Path) -> None:
    """Keep eight patients with Crohn's disease and five with colitis."""
    tables = {
        file: list(csv.reader(file.read_text("utf-8").splitlines(keepends=True)))
        for file in folder.glob("*.csv")
    }
    rows = tables[folder / "patients.csv"][1:]
    kept = {
        row[0]
        for disease, count in (("CD", 8), ("UC", 5))
        for row in [row for row in rows if row[1] == disease][:count]
    }
    assert len(kept) == 13
    for file, (heads, *lines) in tables.items():
        if heads[0] == "Patient ID":
            with file.open("w", encoding="utf-8", newline="") as out:
                csv.writer(out, lineterminator="\n").writerows(
                    [heads, *(line for line in lines if line[0] in kept)]
                )


def _environment(venv: Path) -> None:
    """Make .venv what `make` would have made, of the environment that runs this test."""
    venv.mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name not in ("installed", "installed-lab"):
            (venv / part.name).symlink_to(part)
    for stamp in ("installed", "installed-lab"):
        (venv / stamp).touch()


@pytest.mark.parametrize("command", COMMANDS, ids=[command.printed for command in COMMANDS])
def test_a_command_does_what_its_page_says(command, copy, background):
    if command.elsewhere:
        _stands_elsewhere(command.elsewhere)
        return
    _prepared(command.printed, copy)
    if command.printed.startswith("dask "):
        said = background(copy.typed(command.run), command.says)
    else:
        done = copy.run(command.run or command.printed)
        said = done.stdout + done.stderr
        assert done.returncode == 0, said[-3000:]
    assert re.search(command.says, said), said[-3000:]


def _stands_elsewhere(where: str) -> None:
    kind, _, what = where.partition(": ")
    if kind == "a workflow":
        assert what in WORKFLOWS
    elif where.startswith("tests/"):
        assert (ROOT / re.match(r"[\w/.]+", where)[0]).is_file()
    else:
        pytest.skip(where)


def _prepared(printed: str, copy: Copy) -> None:
    """Do what a page tells between two of its commands."""
    raw = copy.root / "data" / "raw"
    if printed == 'make study ARGS="--cohort ours"':  # the first two notebooks are enough here
        declared = (raw / "ours" / "cohort.toml").read_text("utf-8")
        short = 'notebooks = ["01_cleaning", "02_scoring"]\n' + declared
        (raw / "ours" / "cohort.toml").write_text(short, "utf-8")
    elif "theirs" in printed:
        shutil.copytree(raw / "ours", raw / "theirs")
    elif "sets.toml" in printed:
        (sets,) = fences("docs/batch.md", "toml")
        ours = sets.partition("[endoscopic")[0]  # the rest is for notebooks and cohorts not here
        (copy.root / "sets.toml").write_text(ours, "utf-8")


@pytest.fixture(scope="module")
def background(copy):
    """Start a command that stays, and wait until it says that it is ready."""
    with contextlib.ExitStack() as stack:

        def start(command: str, ready: str) -> str:
            process = subprocess.Popen(
                command, shell=True, cwd=copy.root, env=copy.environment, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            stack.callback(_end, process)
            said = ""
            for line in process.stdout:
                said += line
                if re.search(ready, line):
                    break
            return said

        yield start


def _end(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    process.communicate(timeout=60)
