import io
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from ibd_scores.study import operating, simulation
from ibd_scores.study.__main__ import main
from ibd_scores.study.operating import COMPLETE, executor, rates, summary

SMALL: dict[str, Any] = {"cohorts": 40, "patients": 20}


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def small() -> pd.DataFrame:
    with executor("threads", workers=2) as pool:
        return rates(pool, **SMALL)


@pytest.fixture(scope="module")
def many() -> pd.DataFrame:
    with executor("processes", workers=2) as pool:
        return rates(pool, cohorts=120, patients=40, seed=3)


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    distributed = pytest.importorskip("distributed", reason="Dask is not installed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        yield cluster.scheduler_address


# ------------------------------------------------------------------------------- the same numbers


@pytest.mark.parametrize("workers", [1, 3])
def test_processes_give_the_numbers_of_threads(
    small: pd.DataFrame, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operating, "CHUNK", 7)
    with executor("processes", workers=workers) as pool:
        pd.testing.assert_frame_equal(rates(pool, **SMALL), small, check_exact=True)


def test_dask_gives_the_numbers_of_threads(
    small: pd.DataFrame, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operating, "CHUNK", 9)
    with executor(scheduler=scheduler) as pool:
        pd.testing.assert_frame_equal(rates(pool, **SMALL), small, check_exact=True)


def test_more_cohorts_leave_the_first_as_they_are(small: pd.DataFrame) -> None:
    with executor("threads", workers=1) as pool:
        few = rates(pool, cohorts=3, patients=20)
    pd.testing.assert_frame_equal(few, small.iloc[: len(few)], check_exact=True)


def test_another_seed_gives_other_cohorts(small: pd.DataFrame) -> None:
    with executor("threads", workers=1) as pool:
        other = rates(pool, cohorts=3, patients=20, seed=13)
    assert not other["k"].equals(small["k"].iloc[: len(other)])


# ------------------------------------------------------------------------------------ what they say


def test_each_cohort_has_each_endpoint_under_each_estimand_in_order(small: pd.DataFrame) -> None:
    assert small["cohort"].unique().tolist() == list(range(40))
    assert set(small.groupby("cohort").size()) == {12}
    assert small["estimand"].unique().tolist() == [
        COMPLETE, "as_observed", "non_responder", "non_responder_started",
    ]  # fmt: skip
    assert small["n"].max() <= 20


def test_the_interval_holds_what_the_estimand_is_in_about_95_of_100(many: pd.DataFrame) -> None:
    found = summary(many)
    lowest = 100 * stats.binom.ppf(0.0001, 120, 0.93) / 120
    assert found["of_own"].between(lowest, 100).all()
    assert found.xs("as_observed", level="estimand")["coverage"].ge(lowest).all()


def test_leaving_out_what_is_missing_at_random_is_not_biased(many: pd.DataFrame) -> None:
    observed = many[many["estimand"] == "as_observed"]
    error = observed.groupby("endpoint")["percent"].std() / np.sqrt(120)
    bias = summary(many)["bias"].xs("as_observed", level="estimand")
    assert (bias.abs() < 4 * error[bias.index]).all()


def test_counting_the_missing_as_failures_is_biased_downwards(many: pd.DataFrame) -> None:
    bias = summary(many)["bias"].unstack()
    assert (bias["non_responder_started"] < bias["non_responder"]).all()
    assert (bias["non_responder"] < 0).all()
    assert bias.loc["endoscopic_response", "non_responder"] < -8  # a fifth is not scoped


def test_where_the_ill_are_missing_the_observed_rate_is_too_high() -> None:
    with executor("processes", workers=2) as pool:
        found = summary(rates(pool, cohorts=40, patients=30, missing="ill"))
    assert found.loc[("endoscopic_response", "as_observed"), "bias"] > 4


def test_where_nothing_is_missing_everybody_is_counted_as_he_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan = simulation.read_plan()
    scoped = [one for one in plan["crohn"]["course"] if len(one["scoped"]) == 2]
    plan["crohn"]["course"] = scoped
    monkeypatch.setattr(simulation, "read_plan", lambda: plan)
    with executor("threads", workers=1) as pool:
        found = rates(pool, cohorts=4, patients=25)
    counts = found.pivot(index=["cohort", "endpoint"], columns="estimand", values=["k", "n"])
    for one in ("k", "n"):
        assert counts[one, "as_observed"].equals(counts[one, COMPLETE])
    assert counts["k", "non_responder_started"].equals(counts["k", COMPLETE])


def test_the_summary_is_that_of_numbers_worked_by_hand() -> None:
    rows = [
        ("complete", 5, 10, 50.0, 20.0, 80.0), ("complete", 7, 10, 70.0, 40.0, 90.0),
        ("as_observed", 4, 8, 50.0, 30.0, 70.0), ("as_observed", 1, 8, 12.5, 5.0, 45.0),
        ("as_observed", 0, 0, np.nan, np.nan, np.nan),
    ]  # fmt: skip
    columns = ["estimand", "k", "n", "percent", "low", "high"]
    table = pd.DataFrame(rows, columns=columns).assign(endpoint="cdai_remission")
    (found,) = summary(table).itertuples(index=False)
    assert found.cohorts == 2  # nobody was in the third
    assert (found.truth, found.mean, found.bias) == (60, 31.25, -28.75)
    assert (found.coverage, found.width) == (50, 40)
    assert found.error == pytest.approx(100 * np.sqrt(0.25 / 2))
    assert found.of_own == 100  # 5 of 16: 31.25


@pytest.mark.parametrize("wrong", [{"cohorts": 0}, {"patients": 0}])
def test_no_cohort_or_no_patient_is_refused(wrong: dict[str, int]) -> None:
    with (
        executor("threads", workers=1) as pool,
        pytest.raises(ValueError, match="at least one of each"),
    ):
        rates(pool, **wrong)


# ------------------------------------------------------------------------------------- the command


def test_a_bar_is_shown_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (Terminal(), io.StringIO()):
        monkeypatch.setattr(sys, "stderr", stream)
        with executor("threads", workers=1) as pool:
            rates(pool, cohorts=2, patients=5)
        assert ("2/2" in stream.getvalue()) == stream.isatty()


def test_the_command_writes_every_cohort_and_prints_the_summary(tmp_path: Path) -> None:
    file = tmp_path / "cohorts.csv"
    command = [
        sys.executable, "-m", "ibd_scores.study", "simulate", "--cohorts", "6", "--patients", "20",
        "--workers", "2", "--output", str(file),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "6 simulated cohorts: no patient stands behind" in done.stdout
    with executor("threads", workers=1) as pool:
        expected = rates(pool, cohorts=6, patients=20)
    pd.testing.assert_frame_equal(pd.read_csv(file), expected, check_dtype=False)
    assert summary(expected).to_string(float_format="{:.1f}".format) in done.stdout


def test_without_dask_a_scheduler_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(["simulate", "--scheduler", "tcp://127.0.0.1:1", "--output", "nowhere.csv"]) == 1
    assert capsys.readouterr().err == (
        "tcp://127.0.0.1:1: Dask is not installed; pip install 'ibd-scores[dask]'\n"
    )
