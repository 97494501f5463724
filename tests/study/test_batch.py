"""Batch studies: many cohorts and parameter sets, in processes and on a Dask cluster."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from ibd_scores.study import chain, paths
from ibd_scores.study.chain import batch, parameters

FIFTY = [f"c{number:02}" for number in range(50)]
FAILURE = [
    'Failed: c07: 01_cleaning, code cell 3: raw = numbers(paths.raw(cohort) / "numbers.csv")',
    "  ValueError: invalid literal for int() with base 10: 'seven'",
    "Kept for inspection: data/derived/c07/notebooks/01_cleaning.failed.ipynb",
]


def add(toy, *names):
    """Add cohorts of one number each, for the first notebook alone."""
    for name in names:
        folder = toy.raw.with_name(name)
        folder.mkdir()
        (folder / "cohort.toml").write_text('notebooks = ["01_cleaning"]\n')
        (folder / "numbers.csv").write_text(f"{len(name)}\n")


def named(*cohorts):
    return [word for cohort in cohorts for word in ("--cohort", cohort)]


def of(state, said):
    """The members of which it was said that they were made, unchanged or failed."""
    return sorted(re.findall(rf"^\d+/\d+ .*?(\S+) +{state}$", said.stdout, re.MULTILINE))


def summary(said):
    return re.sub(r"after \d+ s", "after 0 s", said.stdout.splitlines()[-1])


# ----------------------------------------------------------------------------- fifty on a cluster


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None
    ) as local:
        yield local.scheduler_address


@pytest.fixture(scope="module")
def fifty(first_run, cluster, tmp_path_factory):
    """A project of fifty cohorts, one of them broken, and what their first run said."""
    first, _ = first_run
    root = tmp_path_factory.mktemp("fifty") / "toy"
    shutil.copytree(first.root, root)
    toy = type(first)(root)
    add(toy, *FIFTY)
    toy.raw.with_name("c07").joinpath("numbers.csv").write_text("seven\n")
    return toy, toy.do("batch", *named(*FIFTY), "--scheduler", cluster)


def test_of_fifty_cohorts_on_a_cluster_one_fails_and_the_others_finish(fifty):
    toy, said = fifty
    assert said.returncode == 1
    assert of("failed", said) == ["c07"]
    assert of("made", said) == [name for name in FIFTY if name != "c07"]
    assert all((toy.derived.with_name(name) / "clean.csv").is_file() for name in of("made", said))


def test_the_failed_one_is_told_at_the_end_with_its_notebook_cell_and_message(fifty):
    toy, said = fifty
    assert summary(said) == "50 members after 0 s: 49 made, 0 unchanged, 1 failed"
    assert said.stderr.splitlines() == FAILURE
    assert (toy.root / FAILURE[-1].partition(": ")[2]).is_file()


def test_a_second_run_repeats_only_what_failed_or_changed(fifty, cluster):
    toy, _ = fifty
    toy.raw.with_name("c11").joinpath("numbers.csv").write_text("8\n")
    said = toy.do("batch", *named(*FIFTY), "--scheduler", cluster)
    assert of("failed", said) == ["c07"]
    assert of("made", said) == ["c11"]
    assert len(of("unchanged", said)) == 48
    assert (toy.derived.with_name("c11") / "clean.csv").read_text() == "8\n"

    toy.raw.with_name("c07").joinpath("numbers.csv").write_text("7\n")
    said = toy.do("batch", *named(*FIFTY), "--jobs", "1")  # of the same files, wherever it runs
    assert said.returncode == 0, said.stderr
    assert said.stderr == ""
    assert of("made", said) == ["c07"]
    assert len(of("unchanged", said)) == 49


def test_a_worker_of_a_cluster_keeps_its_environment_and_folder(fifty, cluster):
    from distributed import Client

    def state():
        names = ("IBD_SCORES_ROOT", "PYTHONPATH", paths.RECORD, paths.VARIANT)
        return Path.cwd(), {name: os.environ.get(name) for name in names}

    with Client(cluster, set_as_default=False) as client:
        assert [*client.run(state).values()] == [state(), state()]


def test_a_worker_that_does_not_see_the_project_says_so(fifty, tmp_path):
    toy, _ = fifty
    plan = chain.plan(toy.root)
    toy.root.joinpath("notebooks").rename(tmp_path / "notebooks")
    try:
        with pytest.raises(FileNotFoundError, match="is not there for the worker"):
            batch.execute(plan)
    finally:
        (tmp_path / "notebooks").rename(toy.root / "notebooks")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("localhost", "missing port number"),
        ("tcp://127.0.0.1:1", "Timed out trying to connect"),
    ],
)
def test_where_no_scheduler_answers_nothing_is_run(toy, address, why):
    pytest.importorskip("distributed")
    before = toy.files()
    said = toy.do("batch", "--cohort", "short", "--scheduler", address)
    assert said.returncode == 2
    assert said.stderr.startswith(f"--scheduler {address}: no Dask scheduler answers there")
    assert why in said.stderr
    assert said.stderr.endswith("\nNothing was run.\n")
    assert toy.files() == before


def test_without_dask_it_is_said_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(ValueError, match=r"pip install 'ibd-scores\[dask\]'"),
        batch.cluster("tcp://localhost:8786"),
    ):
        pass


# --------------------------------------------------------------------------- processes, and a stop


def test_all_cohorts_of_the_project_run_in_processes_by_default(toy):
    said = toy.do("batch", "--all")
    assert said.returncode == 0, said.stderr
    assert of("made", said) == ["short"]
    assert of("unchanged", said) == ["toy"]
    assert summary(said) == "2 members after 0 s: 1 made, 1 unchanged, 0 failed"
    assert of("made", toy.do("batch", "--cohort", "short", "--force")) == ["short"]


def test_a_process_that_is_ended_from_outside_fails_no_other_member(toy):
    add(toy, "killer", "ours", "theirs")
    toy.edit(
        "01_cleaning",
        "raw = numbers(",
        'if cohort == "killer":\n    __import__("os").kill(__import__("os").getppid(), 9)\n'
        "raw = numbers(",
    )
    said = toy.do("batch", *named("killer", "ours", "theirs"), "--jobs", "2")
    assert said.returncode == 1
    assert of("made", said) == ["ours", "theirs"]
    assert said.stderr.splitlines() == [
        "Failed: killer",
        "  the process that ran it was ended from outside, perhaps for lack of memory",
    ]


def wait_for_the_end_of(group, seconds=10):
    end = time.monotonic() + seconds
    with suppress(ProcessLookupError):
        while time.monotonic() < end:
            os.killpg(group, 0)
            time.sleep(0.05)
        pytest.fail("a process is left over")


@pytest.mark.parametrize(("deaths", "state"), [(2, "made"), (3, "failed")])
def test_a_kernel_that_ends_before_its_first_cell_is_started_again(toy, monkeypatch, deaths, state):
    import papermill

    add(toy, "ours")
    left = [RuntimeError("Kernel died before replying to kernel_info")] * deaths
    really = papermill.execute_notebook

    def execute(*arguments, **options):
        if left:
            raise left.pop()
        return really(*arguments, **options)

    monkeypatch.setattr(papermill, "execute_notebook", execute)
    report = batch.execute(chain.plan(toy.root, {"cohort": "ours"}))
    assert report.state == state


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_stops_it_and_the_next_run_goes_on_from_there(toy):
    add(toy, "a", "b", "c", "d", "e")
    toy.edit(
        "01_cleaning",
        "raw = numbers(",
        'if cohort != "a" and not (paths.root() / "go").exists():\n'
        '    (paths.root() / f"{cohort}.sleeps").touch()\n'
        '    __import__("time").sleep(60)\nraw = numbers(',
    )
    process = toy.start("batch", *named("a", "b", "c", "d", "e"), "--jobs", "2")
    while "made" not in process.stdout.readline():
        assert process.poll() is None
    while len(list(toy.root.glob("*.sleeps"))) < 2:  # both workers are in a notebook
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == "Stopped after 1 of 5 members. The next run goes on from there.\n"
    wait_for_the_end_of(process.pid)
    assert list((toy.root / "data").rglob(".*")) == []
    (toy.root / "go").touch()
    said = toy.do("batch", *named("a", "b", "c", "d", "e"))
    assert of("unchanged", said) == ["a"]
    assert of("made", said) == ["b", "c", "d", "e"]


def test_on_a_terminal_one_line_is_rewritten(toy):
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        toy.command("batch", "--cohort", "toy"), env=toy.environment, stdout=theirs
    ) as process:
        os.close(theirs)
        said = b""
        while b"members" not in said:
            said += os.read(ours, 1024)
        assert process.wait(timeout=60) == 0
    os.close(ours)
    assert b"\r[####################] 1/1    0 s" in said
    assert said.count(b"\n") <= 1


# ----------------------------------------------------------------------------------- parameter sets


def test_the_parameter_sets_of_a_cohort_keep_their_results_apart(toy):
    add(toy, "ours")
    assert toy.do("run", "--cohort", "short").returncode == 0
    before = toy.files()
    sets = toy.root / "sets.toml"
    sets.write_text(
        "[plain]\n[heavy]\nweight = 3\n[heavy.01_cleaning]\nhighest = 1\n"
        '[elsewhere]\ncohort = "ours"\nhighest = 3\n'
    )
    command = ("batch", "--cohort", "short", "--parameters", "sets.toml")
    said = toy.do(*command)
    assert said.returncode == 0, said.stderr
    assert of("made", said) == ["ours@elsewhere", "short@heavy", "short@plain"]
    derived = toy.derived.parent
    assert (derived / "ours@elsewhere" / "clean.csv").read_text() == ""
    assert (derived / "short@heavy" / "scores.csv").read_text() == "3\n"
    assert (derived / "short@plain" / "scores.csv").read_text() == "2\n4\n"
    assert {name: toy.files()[name] for name in before} == before

    sets.write_text(sets.read_text().replace("weight = 3", "weight = 4"))
    said = toy.do(*command)
    assert of("made", said) == ["short@heavy"]
    assert of("unchanged", said) == ["ours@elsewhere", "short@plain"]
    assert (derived / "short@heavy" / "scores.csv").read_text() == "4\n"


def test_a_set_is_for_each_cohort_that_is_given(toy):
    file = toy.root / "sets.toml"
    file.write_text('[a]\nweight = 3\n[b]\ncohort = "toy"\n')
    assert [plan.name for plan in batch.members(toy.root, ["short", "toy"], file)] == [
        "short@a",
        "toy@a",
        "toy@b",
    ]


def test_a_notebook_finds_the_folder_of_its_parameter_set_by_the_environment(toy, monkeypatch):
    monkeypatch.setenv("IBD_SCORES_ROOT", str(toy.root))
    monkeypatch.setenv(paths.VARIANT, "heavy")
    plan = chain.plan(toy.root, variant="heavy")
    assert paths.derived("toy") == plan.derived == toy.derived.with_name("toy@heavy")
    assert chain.plan(toy.root).task("01_cleaning").environment[paths.VARIANT] == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("weight = 3\n[a]\n", "weight: outside of a parameter set"),
        ('["a/b"]\n', r"\[a/b\]: a set's name is made of letters"),
        ("[a]\n[A]\n", r"\[a\] stands there twice, but for capitals"),
        ("", "no parameter set"),
    ],
)
def test_a_file_that_is_no_list_of_parameter_sets_is_refused(tmp_path, text, message):
    file = tmp_path / "sets.toml"
    file.write_text(text)
    with pytest.raises(ValueError, match=message):
        parameters.sets(file)


# --------------------------------------------------------------------------------- what is refused


def refused(toy, *arguments):
    before = toy.files()
    said = toy.do("batch", *arguments)
    assert said.returncode == 2
    assert said.stdout == ""
    assert toy.files() == before
    *lines, last = said.stderr.splitlines()
    assert last == "Nothing was run."
    return lines


def test_every_member_that_cannot_be_run_is_named_before_anything_runs(toy):
    (toy.root / "sets.toml").write_text(
        '[good]\n[one]\nweigth = 3\n[two]\nweigth = 3\n[three]\ncohort = "tony"\n'
    )
    lines = refused(toy, "--parameters", "sets.toml")
    assert lines[0] == (
        "toy@one, toy@two: weigth: no notebook has a parameter of this name; did you mean weight?"
    )
    assert lines[-1].startswith("tony@three: cohort = 'tony': not a folder of data/raw")


def test_results_of_a_set_never_stand_where_those_of_a_cohort_do(toy):
    add(toy, "toy@heavy")
    (toy.root / "sets.toml").write_text("[heavy]\nweight = 3\n")
    (line,) = refused(toy, "--parameters", "sets.toml")
    assert line == "toy@heavy: data/raw/toy@heavy is a cohort, whose results stand there"


def test_cohorts_for_which_there_is_no_set_are_refused(toy):
    (toy.root / "sets.toml").write_text('[one]\ncohort = "toy"\n')
    (line,) = refused(toy, "--parameters", "sets.toml", "--cohort", "short")
    assert line == "sets.toml: each set names its own cohort; leave out short"


def test_a_batch_of_nothing_is_refused(toy):
    assert refused(toy) == ["Which? --cohort NAME, --all or --parameters FILE says it."]
    with pytest.raises(ValueError, match=r"no folder there has a cohort\.toml"):
        batch.cohorts(Path(toy.root / "src"))
