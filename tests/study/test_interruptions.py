"""A chain that fails, is stopped or is killed, for real, on the toy study."""

import os
import shutil
import signal
import time

import pytest

from ibd_scores.study import chain, paths
from ibd_scores.study.chain import execution

STAGES = list(chain.STAGES)
POSIX = pytest.mark.skipif(os.name == "nt", reason="signals of this kind are POSIX")


def wait_until(there, seconds=60):
    end = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < end
        time.sleep(0.02)


def alive(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_failing_cell_stops_the_chain_and_is_told_in_a_few_lines(toy):
    toy.edit("02_scoring", "clean = numbers(", "# reads\nnone = 0\nclean = 1 / none * numbers(")
    before = toy.files()
    said = toy.do("run", "-p", "weight=2.5")  # the cell of what is given is not counted
    assert said.returncode == 1
    assert said.stderr.splitlines() == [
        "Failed: 02_scoring, code cell 3: clean = 1 / none * numbers(paths.derived(cohort) / "
        '"clean.csv")',
        "  ZeroDivisionError: division by zero",
        "Kept for inspection: data/derived/toy/notebooks/02_scoring.failed.ipynb",
        "What else stands in data/derived/toy is of an earlier run.",
    ]
    assert toy.stages("unchanged", said) == ["01_cleaning"]
    failed = toy.derived / "notebooks" / "02_scoring.failed.ipynb"
    assert "ZeroDivisionError" in failed.read_text("utf-8")
    assert toy.files().keys() - before.keys() == {failed.relative_to(toy.root).as_posix()}
    assert toy.files().items() >= before.items()

    toy.edit("02_scoring", "1 / none * numbers(", "numbers(")
    assert toy.do("run").returncode == 0
    assert not failed.exists()


def test_where_two_notebooks_fail_side_by_side_both_are_told(toy):
    for stage in STAGES[2:4]:
        toy.edit(stage, "scores = numbers(", "import time\ntime.sleep(1)\nscores = numbers[")
    shutil.rmtree(toy.derived)
    said = toy.do("run")
    assert said.returncode == 1
    for stage in STAGES[2:4]:
        assert f"Failed: {stage}, code cell 3: scores = numbers[" in said.stderr
    assert said.stderr.count("SyntaxError") == 2
    assert "earlier run" not in said.stderr


def test_a_long_message_is_cut_to_ten_lines(toy):
    toy.edit("01_cleaning", "raw = numbers(", 'raise ValueError("line\\n" * 50)\nraw = numbers(')
    said = toy.do("run")
    assert said.returncode == 1
    assert len(said.stderr.splitlines()) <= 10
    assert "ValueError: line" in said.stderr
    assert "  line …" in said.stderr.splitlines()


def test_a_line_that_is_cut_says_so():
    assert execution.short("x" * 300) == "x" * 300
    assert execution.short("x" * 301) == "x" * 299 + "…"


def test_a_kernel_that_dies_is_a_failure_like_any_other(toy):
    toy.edit("01_cleaning", "raw = numbers(", "import os\nos.kill(os.getpid(), 9)\nraw = numbers(")
    said = toy.do("run")
    assert said.returncode == 1
    assert "Failed: 01_cleaning, code cell 3: import os" in said.stderr
    assert "Kernel died" in said.stderr


def test_where_the_folder_of_the_executed_notebooks_cannot_be_made_it_is_told(toy):
    shutil.rmtree(toy.derived / "notebooks")
    (toy.derived / "notebooks").write_text("in the way")
    said = toy.do("run", "--force")
    assert said.returncode == 1
    assert said.stderr.splitlines() == [
        "Failed: 01_cleaning",
        f"  FileExistsError: [Errno 17] File exists: '{toy.derived / 'notebooks'}'",
        "What else stands in data/derived/toy is of an earlier run.",
    ]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit to the size of files")
@pytest.mark.parametrize("blocks", [1, 4])
def test_a_disk_that_is_full_is_a_failure_like_any_other(toy, blocks):
    before = toy.files()
    toy.before = ("sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh")
    said = toy.do("run", "--force")
    assert said.returncode == 1
    assert said.stderr.startswith("Failed: 01_cleaning")
    assert "OSError: [Errno 27] File too large" in said.stderr
    assert len(said.stderr.splitlines()) <= 5
    toy.before = ()
    assert toy.do("run").returncode == 0
    assert toy.files() == before


def test_a_derived_folder_that_is_a_file_is_told_and_nothing_is_run(toy):
    shutil.rmtree(toy.derived)
    toy.derived.write_text("in the way")
    said = toy.do("run")
    assert said.returncode == 1
    assert said.stderr.splitlines() == [
        "Stopped before any notebook was done.",
        f"[Errno 17] File exists: '{toy.derived}'",
    ]


def slow(toy):
    """Make 02 stop in its writing, with a half-written file, until a minute has gone."""
    toy.edit(
        "02_scoring",
        'write(paths.derived(cohort) / "scores.csv", ',
        "import time\n"
        'with paths.replacing(paths.derived(cohort) / "scores.csv") as half:\n'
        '    half.write_text("1\\n")\n    time.sleep(60)\n'
        'write(paths.derived(cohort) / "scores.csv", ',
    )


def half_written(toy):
    return list(toy.derived.rglob(".*"))


@POSIX
@pytest.mark.parametrize("how", ["Ctrl-C", "SIGINT", "SIGTERM"])
def test_an_interrupted_chain_leaves_no_process_and_no_half_written_file(toy, how):
    slow(toy)
    before = toy.files()
    process = toy.start("run")
    wait_until(lambda: any(path.suffix == ".csv" for path in half_written(toy)))
    if how == "Ctrl-C":  # a terminal sends it to all processes of the group
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.send_signal(signal.SIGINT if how == "SIGINT" else signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert errors == "Stopped after 1 of 5 notebooks. The next run goes on from there.\n"
    wait_until(lambda: not alive(process.pid), seconds=5)
    assert half_written(toy) == []
    assert toy.files() == before


@POSIX
@pytest.mark.parametrize("pause", [0.02, 0.1, 0.3])
def test_whoever_presses_ctrl_c_again_and_again_ends_the_run_all_the_same(toy, pause):
    slow(toy)
    before = toy.files()
    process = toy.start("run")
    wait_until(lambda: any(path.suffix == ".csv" for path in half_written(toy)))
    for _ in range(3):
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            time.sleep(pause)
    process.communicate(timeout=60)
    assert process.returncode != 0
    wait_until(lambda: not alive(process.pid), seconds=5)
    assert half_written(toy) == []
    assert toy.files() == before


@POSIX
def test_after_a_forced_run_that_was_stopped_the_next_one_goes_on_from_there(toy):
    process = toy.start("run", "--force")
    wait_until(lambda: "01_cleaning" in process.stdout.readline())
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert errors.endswith("Stopped after 1 of 5 notebooks. The next run goes on from there.\n")
    said = toy.do("run")
    assert toy.stages("unchanged", said) == STAGES[:1]
    assert sorted(toy.stages("made", said)) == STAGES[1:]


@POSIX
def test_where_nobody_reads_the_output_on_it_ends_without_a_traceback(toy):
    for arguments in (["run"], ["parameters"], ["run", "--help"]):
        process = toy.start(*arguments)
        process.stdout.close()
        process.stdout = None
        _, errors = process.communicate(timeout=60)
        assert "Traceback" not in errors
        assert "Exception" not in errors
        if "--help" not in arguments:  # argparse itself may overlook that nobody reads
            assert process.returncode == 1


@POSIX
def test_a_chain_that_was_killed_is_repaired_by_the_next_run(toy):
    before = toy.files()
    stored = toy.notebook("02_scoring").read_bytes()
    slow(toy)
    process = toy.start("run")
    wait_until(lambda: any(path.suffix == ".csv" for path in half_written(toy)))
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    assert half_written(toy) != []

    toy.notebook("02_scoring").write_bytes(stored)
    said = toy.do("run")
    assert said.returncode == 0, said.stderr
    assert toy.stages("unchanged", said) == STAGES
    assert half_written(toy) == []
    assert toy.files() == before


@POSIX
def test_a_second_run_on_a_cohort_is_refused_while_the_first_is_at_work(toy):
    slow(toy)
    process = toy.start("run")
    wait_until(lambda: any(path.suffix == ".csv" for path in half_written(toy)))
    before = toy.files()
    for command in ("run", "refresh"):
        said = toy.do(command)
        assert said.returncode == 2
        assert said.stdout == ""
        assert said.stderr.splitlines() == [
            "another run is at work in data/derived/toy; wait for it",
            "Nothing was run.",
        ]
    assert toy.files() == before
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


def test_what_another_program_is_writing_is_left_alone(toy):
    with paths.replacing(toy.derived / "figures" / "mine.csv") as temporary:
        temporary.write_text("half")
        said = toy.do("run", "--force")
        assert said.returncode == 0, said.stderr
        assert temporary.read_text() == "half"
    assert (toy.derived / "figures" / "mine.csv").read_text() == "half"


@POSIX
def test_the_children_of_a_killed_chain_end_by_themselves(toy):
    slow(toy)
    process = toy.start("run")
    wait_until(lambda: any(path.suffix == ".csv" for path in half_written(toy)))
    process.kill()
    process.communicate(timeout=60)
    wait_until(lambda: not alive(process.pid), seconds=10)
