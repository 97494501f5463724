"""A chain that fails, is stopped or is killed, for real, on the toy study."""

import os
import signal
import time

import pytest

from ibd_scores.study import chain

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
    toy.edit("02_scoring", "clean = numbers(", "# reads\nclean = 1 / 0 * numbers(")
    before = toy.files()
    said = toy.do("run")
    assert said.returncode == 1
    assert said.stderr.splitlines() == [
        "Failed: 02_scoring, code cell 3: clean = 1 / 0 * numbers(paths.derived(cohort) / "
        '"clean.csv")',
        "  ZeroDivisionError: division by zero",
        "Kept for inspection: data/derived/toy/notebooks/02_scoring.failed.ipynb",
    ]
    assert toy.stages("unchanged", said) == ["01_cleaning"]
    failed = toy.derived / "notebooks" / "02_scoring.failed.ipynb"
    assert "ZeroDivisionError" in failed.read_text("utf-8")
    assert toy.files().keys() - before.keys() == {failed.relative_to(toy.root).as_posix()}
    assert toy.files().items() >= before.items()

    toy.edit("02_scoring", "1 / 0 * numbers(", "numbers(")
    assert toy.do("run").returncode == 0
    assert not failed.exists()


def test_a_long_message_is_cut_to_ten_lines(toy):
    toy.edit("01_cleaning", "raw = numbers(", 'raise ValueError("line\\n" * 50)\nraw = numbers(')
    said = toy.do("run")
    assert said.returncode == 1
    assert len(said.stderr.splitlines()) <= 10
    assert "ValueError: line" in said.stderr


def test_a_kernel_that_dies_is_a_failure_like_any_other(toy):
    toy.edit("01_cleaning", "raw = numbers(", "import os\nos.kill(os.getpid(), 9)\nraw = numbers(")
    said = toy.do("run")
    assert said.returncode == 1
    assert "Failed: 01_cleaning, code cell 3: import os" in said.stderr
    assert "Kernel died" in said.stderr


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
    return list(toy.derived.rglob("*.tmp*"))


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
    assert errors == "Interrupted after 1 of 5 notebooks. The next run goes on from there.\n"
    wait_until(lambda: not alive(process.pid), seconds=5)
    assert half_written(toy) == []
    assert toy.files() == before


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
def test_the_children_of_a_killed_chain_end_by_themselves(toy):
    slow(toy)
    process = toy.start("run")
    wait_until(lambda: any(path.suffix == ".csv" for path in half_written(toy)))
    process.kill()
    process.communicate(timeout=60)
    wait_until(lambda: not alive(process.pid), seconds=10)
