"""The chain, run for real through papermill on the toy study: what runs, what does not."""

import json
import os
import re
from concurrent.futures import Executor, Future

import pytest

from ibd_scores.study import chain
from ibd_scores.study.chain import ledger

STAGES = list(chain.STAGES)


def values(toy, name):
    return [int(line) for line in (toy.derived / name).read_text().split()]


# --------------------------------------------------------------------------- a run and what it says


def test_a_run_goes_through_all_notebooks_in_order(first_run):
    toy, said = first_run
    assert said.returncode == 0, said.stderr
    made = toy.stages("made", said)
    assert made[:2] == STAGES[:2]
    assert sorted(made[2:4]) == STAGES[2:4]
    assert made[4:] == STAGES[4:]
    assert values(toy, "clean.csv") == [3, 1, 4, 1, 5, 2, 6]
    assert values(toy, "figures/total.pdf") == [6 + 8 + 10 + 12]


def test_a_run_says_at_the_end_what_it_made_and_where(first_run):
    _, said = first_run
    where, tables, figures, executed, page = said.stdout.splitlines()[-5:]
    assert where.startswith("In data/derived/toy, after ")
    assert tables.split() == ["tables", "4", "*.csv"]
    assert figures.split() == ["figures", "1", "figures/"]
    assert executed.split() == ["executed", "notebooks", "5", "notebooks/"]
    assert re.fullmatch(r"  as one page {14}by \S*ibd-scores report", page)


def test_without_a_terminal_there_is_a_line_for_each_stage_and_no_bar(first_run):
    _, said = first_run
    assert said.stderr == ""
    assert "\r" not in said.stdout
    assert len(said.stdout.splitlines()) == 5 + 5
    assert max(map(len, said.stdout.splitlines())) < 80


def test_what_a_notebook_warns_of_is_said_below_the_lines_of_the_run(toy):
    wrong = "import sys; print('a sign is lost', file=sys.stderr)\n"
    toy.edit("05_figures", "total = sum(", f"{wrong}total = sum(")
    said = toy.do("run")
    assert said.returncode == 0
    assert said.stderr.splitlines() == ["05_figures warned:", "  a sign is lost"]


def test_an_executed_notebook_tells_nothing_of_the_machine_or_the_clock(first_run):
    toy, _ = first_run
    for stage in STAGES:
        text = (toy.derived / "notebooks" / f"{stage}.ipynb").read_text("utf-8")
        assert "papermill" not in text
        assert str(toy.root) not in text
        assert '"execution_count": 4' in text


def test_cd_and_uc_run_side_by_side(toy):
    for mine, other in (("cd", "uc"), ("uc", "cd")):
        stage = next(stage for stage in STAGES if mine in stage)
        toy.edit(
            stage,
            "scores = numbers(",
            f"import time\n(paths.root() / '{mine}.here').touch()\nend = time.time() + 60\n"
            f"while not (paths.root() / '{other}.here').exists():\n"
            "    assert time.time() < end, 'alone'\n    time.sleep(0.05)\nscores = numbers(",
        )
    said = toy.do("run")
    assert said.returncode == 0, said.stderr
    assert sorted(toy.stages("made", said)) == STAGES[2:4]


def test_the_notebooks_run_on_any_executor(toy):
    class Here(Executor):
        def submit(self, function, /, *arguments):
            future = Future()
            future.set_result(function(*arguments))
            return future

    toy.edit("05_figures", "sum(", "0 + sum(")
    folder, environment = os.getcwd(), dict(os.environ)  # noqa: PTH109
    try:
        os.environ["PYTHONPATH"] = toy.environment["PYTHONPATH"]
        result = chain.run(chain.plan(toy.root), executor=Here())
    finally:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
    assert result.made == ["05_figures"]
    assert result.unchanged == STAGES[:4]


def test_a_cohort_can_ask_for_the_first_notebooks_alone_and_force_runs_them_again(toy):
    for arguments in ([], ["--force"]):
        said = toy.do("run", "--cohort", "short", *arguments)
        assert said.returncode == 0, said.stderr
        assert toy.stages("made", said) == ["01_cleaning", "02_scoring"]
        assert (toy.derived.with_name("short") / "scores.csv").read_text() == "2\n4\n"
    assert values(toy, "scores.csv")[0] == 6


# ---------------------------------------------------------------------------------- what runs again


def test_nothing_is_run_where_nothing_changed_and_it_says_so(toy):
    before = toy.files()
    said = toy.do("run")
    assert said.returncode == 0
    assert toy.stages("unchanged", said) == STAGES
    assert "Nothing changed, nothing was run: data/derived/toy is up to date" in said.stdout
    assert toy.files() == before


def test_prose_and_stored_outputs_set_off_nothing(toy):
    toy.edit("02_scoring", "# 02_scoring", "# Scores, and what they miss")
    assert toy.stages("unchanged", toy.do("run")) == STAGES


def test_a_stage_that_writes_the_same_bytes_again_sets_off_nothing(toy):
    toy.edit("01_cleaning", "n <= highest", "n < highest + 1")
    said = toy.do("run")
    assert toy.stages("made", said) == ["01_cleaning"]
    assert toy.stages("unchanged", said) == STAGES[1:]


def test_a_stage_that_writes_other_bytes_sets_off_those_that_read_them(toy):
    toy.edit("04_uc_outcomes", "scores[1::2]", "scores[3::2]")
    said = toy.do("run")
    assert toy.stages("made", said) == STAGES[3:]
    assert toy.stages("unchanged", said) == STAGES[:3]


@pytest.mark.parametrize(
    "file", ["data/raw/toy/numbers.csv", "src/toy.py", "requirements.lock", "src/targets.toml"]
)
def test_raw_tables_library_and_lock_count_for_every_stage(toy, file):
    before = ledger.surroundings(toy.root, chain.plan(toy.root).sources)
    with (toy.root / file).open("a") as text:
        text.write("\n")
    assert ledger.surroundings(toy.root, chain.plan(toy.root).sources) != before


def test_a_raw_file_that_lies_elsewhere_counts_too(toy, monkeypatch):
    monkeypatch.setenv("IBD_SCORES_ROOT", str(toy.root))
    (toy.raw / "cohort.toml").write_text(
        'title = "Elsewhere"\nsimulated = true\nalso_in = "elsewhere"\n'
        '[patients]\nfile = "patients.csv"\n'
        'columns = { patient_id = "ID", disease = { from = "Disease", codes = { CD = ["CD"] } } }\n'
        '[visits]\nfile = "patients.csv"\n'
        'columns = { patient_id = "ID", visit = "Visit", date = "Date" }\n'
    )
    (toy.root / "elsewhere").mkdir()
    elsewhere = toy.root / "elsewhere" / "patients.csv"
    elsewhere.write_text("ID\nP1\n")
    assert elsewhere in chain.plan(toy.root).sources


def test_a_parameter_counts_for_the_notebooks_that_know_it(toy):
    said = toy.do("run", "-p", "strict=false")
    assert said.returncode == 0, said.stderr
    assert toy.stages("made", said) == ["04_uc_outcomes"]  # no zeros here: the same bytes
    executed = (toy.derived / "notebooks" / "04_uc_outcomes.ipynb").read_text("utf-8")
    assert "strict = False" in executed
    assert re.search(r"^In data/derived/toy, after \d+ s, with strict = False:$", said.stdout, re.M)
    said = toy.do("run", "-p", "strict=false")
    assert "toy is up to date, with strict = False (--force runs it)." in said.stdout


def test_a_run_says_what_cleaning_found_and_what_it_set_to_missing(toy):
    write = (
        'with paths.replacing(paths.derived(cohort) / "queries.csv") as file:\n'
        '    file.write_text("problem,action\\nnot done,missing\\nnot done,missing\\n"\n'
        '        "not permitted,missing\\nmisspelled,repaired\\n")\n'
    )
    toy.edit("01_cleaning", "raw = numbers(", f"{write}raw = numbers(")
    for _ in ("made", "unchanged"):
        assert toy.do("run").stdout.splitlines()[-1] == (
            "  queries               4  queries.csv; missing: 2 not done, 1 not permitted"
        )


def test_a_parameter_given_its_default_is_as_good_as_not_given(toy):
    said = toy.do("run", "--cohort", "toy", "-p", "weight=2", "-p", "note=None")
    assert toy.stages("unchanged", said) == STAGES


@pytest.mark.parametrize("damage", ["deleted", "edited"])
def test_a_derived_file_that_was_touched_is_made_again(toy, damage):
    before = toy.files()
    if damage == "deleted":
        (toy.derived / "uc.csv").unlink()
    else:
        (toy.derived / "uc.csv").write_text("0\n")
    said = toy.do("run")
    assert toy.stages("made", said) == ["04_uc_outcomes"]
    assert toy.files() == before


def test_a_file_that_a_notebook_no_longer_writes_is_removed(toy):
    toy.edit("05_figures", "total.pdf", "sum.pdf")
    assert toy.do("run").returncode == 0
    assert [path.name for path in (toy.derived / "figures").iterdir()] == ["sum.pdf"]


def test_files_that_no_stage_wrote_are_named_and_left_alone(toy):
    for name in ("endpoint_rates.png", ".DS_Store"):
        (toy.derived / "figures" / name).write_text("mine")
    for arguments in ([], ["--force"]):
        said = toy.do("run", *arguments)
        assert said.stdout.splitlines()[-1] == "  not from this run: figures/endpoint_rates.png"
    for number in range(1, 8):
        (toy.derived / f"{number}.csv").write_text("mine")
    named = ", ".join(f"{number}.csv" for number in range(1, 6))
    assert toy.do("run").stdout.endswith(f"  not from this run: {named} and 3 more\n")
    assert (toy.derived / "figures" / "endpoint_rates.png").read_text() == "mine"


def test_after_a_damaged_state_file_nothing_counts_as_up_to_date(toy):
    state = toy.derived / "chain.json"
    assert ledger.Ledger(toy.derived).entries.keys() == {*STAGES}
    state.write_bytes(state.read_bytes()[:100])
    assert ledger.Ledger(toy.derived).entries == {}


# ---------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["-p", "weigth=3"],
            "weigth: no notebook has a parameter of this name; did you mean weight?",
        ),
        (["-p", "highest=4.5"], "highest = '4.5': a whole number is wanted, such as its default 9"),
        (["-p", "strict=no"], "strict = 'no': true or false is wanted, such as its default True"),
        (["-p", "weight=heavy"], "weight = 'heavy': a number is wanted, such as its default 2.0"),
        (["-p", "weight=nan"], "weight = 'nan': a number is wanted, such as its default 2.0"),
    ],
)
def test_a_wrong_parameter_stops_the_chain_before_anything_runs(toy, arguments, message):
    before = toy.files()
    said = toy.do("run", "--force", *arguments)
    assert said.returncode == 2
    assert said.stdout == ""
    assert said.stderr.splitlines() == [
        message,
        "These exist:",
        '  cohort: str = "toy"  # folder of data/raw',
        "  highest: int = 9  # above it a number is a mistake",
        "  weight: float = 2.0  # of each number",
        "  note: Optional[str] = None  # remark",
        "  strict: bool = True  # leave out zeros",
        "Nothing was run.",
    ]
    assert toy.files() == before


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--jobs", "0"], "argument --jobs: 0: a whole number from 1 upwards is wanted"),
        (["--parameters", "data"], "Is a directory: 'data'"),
        (["--cohort", "toy", "-p", "cohort=short"], "cohort=short: cohort is given twice"),
    ],
)
def test_what_cannot_be_meant_is_refused_without_a_traceback(toy, arguments, message):
    said = toy.do("run", *arguments)
    assert said.returncode == 2
    assert said.stdout == ""
    assert message in said.stderr
    assert "Traceback" not in said.stderr


def test_a_cohort_that_does_not_exist_is_answered_with_those_that_do(toy):
    said = toy.do("run", "--cohort", "tony")
    assert said.returncode == 2
    assert said.stderr.splitlines() == [
        "cohort = 'tony': not a folder of data/raw with a cohort.toml; possible: short, toy; "
        "did you mean toy?",
        "Nothing was run.",
    ]


def test_a_parameter_of_a_notebook_outside_the_cohort_is_unknown_to_it(toy):
    said = toy.do("run", "--cohort", "short", "-p", "strict=false")
    assert said.returncode == 2
    assert "strict: no notebook has a parameter of this name" in said.stderr


def test_a_cohort_toml_that_names_an_unknown_notebook_is_refused(toy):
    (toy.raw / "cohort.toml").write_text('notebooks = ["01_cleaning", "06_summary"]\n')
    with pytest.raises(
        ValueError, match="there is no notebook 06_summary; these exist: 01_cleaning"
    ):
        chain.plan(toy.root)


# -------------------------------------------------------------------------------- storing notebooks


def test_refresh_stores_outputs_and_the_second_time_changes_nothing(toy):
    said = toy.do("refresh")
    assert said.returncode == 0, said.stderr
    assert f"Stored in notebooks/: {', '.join(STAGES)}" in said.stdout
    stored = {stage: toy.notebook(stage).read_bytes() for stage in STAGES}
    cells = [cell for cell in json.loads(stored["01_cleaning"])["cells"] if "outputs" in cell]
    assert [cell["execution_count"] for cell in cells] == [1, 2, 3, 4]
    said = toy.do("refresh")
    assert "Stored in notebooks/: nothing" in said.stdout
    assert {stage: toy.notebook(stage).read_bytes() for stage in STAGES} == stored


def test_refresh_stores_nothing_where_one_notebook_fails(toy):
    toy.edit("02_scoring", "clean = numbers(", "clean = 1 / 0 * numbers(")
    stored = {stage: toy.notebook(stage).read_bytes() for stage in STAGES}
    said = toy.do("refresh")
    assert said.returncode == 1
    assert said.stderr.endswith("notebooks/ was left as it is.\n")
    assert {stage: toy.notebook(stage).read_bytes() for stage in STAGES} == stored


def test_without_a_command_the_help_is_shown(toy):
    said = toy.do()
    assert said.returncode == 0
    assert said.stdout.startswith("usage: ibd-scores")


def test_the_parameters_that_can_be_given_are_listed(toy):
    said = toy.do("parameters")
    assert said.stdout.splitlines()[:7] == [
        'cohort: str = "toy"',
        "    folder of data/raw",
        f"    in {', '.join(STAGES)}",
        "    possible: short, toy",
        "highest: int = 9",
        "    above it a number is a mistake",
        "    in 01_cleaning",
    ]
    help_ = toy.do("run", "--help").stdout
    assert "  highest: int = 9\n      above it a number is a mistake\n" in help_
    assert max(map(len, help_.splitlines())) <= 80


def test_the_order_in_which_parameters_are_given_changes_nothing(toy):
    one, two = (
        chain.plan(toy.root, values).task("02_scoring")
        for values in ({"weight": 3.0, "note": "x"}, {"note": "x", "weight": 3.0})
    )
    other = chain.plan(toy.root, {"weight": 4.0, "note": "x"}).task("02_scoring")
    assert [*one.parameters] != [*two.parameters]
    assert ledger.key("", one, {}) == ledger.key("", two, {}) != ledger.key("", other, {})


def test_a_notebook_that_is_not_whole_is_refused_before_anything_runs(toy):
    toy.notebook("05_figures").write_bytes(toy.notebook("05_figures").read_bytes()[:-5])
    said = toy.do("run", "--force")
    assert said.returncode == 2
    assert said.stdout == ""
    assert "05_figures.ipynb is not a whole notebook" in said.stderr


def test_normalize_names_what_it_changed(toy):
    names = [f"notebooks/{stage}.ipynb" for stage in STAGES[:2]]
    assert toy.do("normalize", *names).stdout == "".join(f"normalized {name}\n" for name in names)
    assert toy.do("normalize", *names).stdout == ""
