"""The intervals hold the truth as often as docs/coverage.md says, as far as that is cheap to see.

The script itself takes minutes and is not run here: what it sums exactly is, and a few hundred of
its cohorts are drawn.
"""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from scipy.stats import binom

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "coverage.md").read_text("utf-8")


@pytest.fixture(scope="module")
def script() -> Iterator[ModuleType]:
    """The script, under a name of its own: `coverage` is what measures tests."""
    folder = ROOT / "benchmarks"
    sys.path.append(str(folder))
    try:
        spec = importlib.util.spec_from_file_location("coverage_page", folder / "coverage.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(folder))


def rows(title: str) -> list[list[str]]:
    """The cells of the table under a heading of the page."""
    part = PAGE.split(f"### {title}\n")[1].split("\n#")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# ---------------------------------------------------------------------------------- exact coverage


def by_the_formula(n: int, p: float) -> float:
    """Coverage of the Wilson interval: |k - np| at most 1.959964 standard deviations under p."""
    k = np.arange(n + 1)
    return float(binom.pmf(k, n, p)[abs(k - n * p) <= 1.959964 * np.sqrt(n * p * (1 - p))].sum())


@pytest.mark.parametrize("n", [23, 75])
@pytest.mark.parametrize("p", [0.40, 0.75])
def test_the_wilson_interval_covers_between_93_and_98_percent(
    script: ModuleType, n: int, p: float
) -> None:
    exact = script.binomial_coverage("wilson", n, p).item()
    assert 0.93 <= exact <= 0.98
    # The interval inverts the score test, so which k it holds can be said without computing it.
    assert exact == pytest.approx(by_the_formula(n, p), abs=1e-9)


def test_the_coverage_of_one_patient_can_be_counted_by_hand(script: ModuleType) -> None:
    # Clopper-Pearson: 0 of 1 is 0 to 97.5 %, 1 of 1 is 2.5 to 100 %. Wilson, with z squared 3.8415:
    # 0 of 1 is 0 to 3.8415/4.8415 = 79.35 %, 1 of 1 is 20.65 to 100 %.
    assert script.binomial_coverage("clopper", 1, np.array([0.01, 0.5, 0.98])) == pytest.approx(
        [0.99, 1.0, 0.98]
    )
    assert script.binomial_coverage("wilson", 1, np.array([0.1, 0.5, 0.8])) == pytest.approx(
        [0.9, 1.0, 0.8]
    )


@pytest.mark.parametrize("n", [20, 23, 60, 75])
def test_clopper_pearson_never_covers_less_than_95_percent(script: ModuleType, n: int) -> None:
    rates = np.arange(1, 1000) / 1000
    assert script.binomial_coverage("clopper", n, rates).min() >= 0.95


def test_the_signed_rank_interval_of_ten_covers_what_the_specification_prints(
    script: ModuleType,
) -> None:
    # Specification 16.1, of ten differences: "exact coverage 0.9512".
    assert script.cohorts.signed_rank_coverage(10) == pytest.approx(0.9512, abs=5e-5)


# --------------------------------------------------------------------------------------- simulated


@pytest.mark.parametrize("n", [23, 75])
@pytest.mark.parametrize("shape", ["normal (CDAI)", "heavy tails (t, 3 df)"])
def test_the_hodges_lehmann_interval_holds_the_center_of_symmetry(
    script: ModuleType, n: int, shape: str
) -> None:
    (setting,) = (one for one in script.settings() if (one.name, one.n) == (shape, n))
    found = script.simulated(setting._replace(cohorts=400, exact=None))
    lowest, highest = binom.ppf([0.001, 0.999], 400, 0.95) / 4
    assert lowest <= found.held <= highest
    assert found.held + found.below + found.above == pytest.approx(100)


def test_an_interval_that_always_lies_above_the_truth_is_counted_so(script: ModuleType) -> None:
    setting = script.Setting("untied", "wrong", 23, 1.0, lambda _: None, lambda _: (2.0, 3.0))
    found = script.simulated(setting)
    assert (found.held, found.below, found.above) == (0, 0, 100)
    assert found.verdict == "**below**"


def test_a_simulation_far_from_the_sum_stops_the_script(script: ModuleType) -> None:
    setting = script.Setting(
        "wilson", "wrong", 23, 1.0, lambda _: None, lambda _: (2.0, 3.0), lambda: 0.95
    )
    with pytest.raises(ArithmeticError, match=r"0\.00 % simulated, 95\.00 % exact"):
        script.simulated(setting)


# ------------------------------------------------------------------------------------ known truths


def test_the_pseudo_median_of_a_die_is_three_and_a_half(script: ModuleType) -> None:
    assert script.cohorts.pseudo_median(np.arange(1, 7), np.ones(6)) == 3.5


def test_the_pseudo_median_is_not_the_median(script: ModuleType) -> None:
    # 0 with chance 0.6, 10 with 0.4: both averages 0 has chance 0.36, at most 5 has 0.84.
    weights = np.array([0.6] + [0.0] * 9 + [0.4])
    assert script.cohorts.pseudo_median(np.arange(11), weights) == 5


def test_a_distribution_with_more_than_one_pseudo_median_is_refused(script: ModuleType) -> None:
    with pytest.raises(ValueError, match="half lies at or below one average"):
        script.cohorts.pseudo_median(np.arange(2), [np.sqrt(0.5), 1 - np.sqrt(0.5)])


# ------------------------------------------------------------------------------------- the page


def test_the_page_has_the_rows_that_matter() -> None:
    asked = {(str(n), f"{p} %") for n in (23, 75) for p in (40, 75)}
    for interval in ("Wilson", "Clopper-Pearson"):
        assert asked <= {(row[1], row[2]) for row in rows(interval)}
    for kind in ("no ties", "whole numbers", "ratio of a marker"):
        assert {row[1] for row in rows(f"Hodges-Lehmann, {kind}")} == {"23", "75"}


def test_the_page_has_the_settings_of_the_script_and_its_exact_numbers(script: ModuleType) -> None:
    of_script: dict[str, list[list[str]]] = {}
    for one in script.settings():
        exact = None if one.section == "newcombe" or one.exact is None else 100 * one.exact()
        known = script.Coverage(*one[:4], exact, 95.0, 2.5, 2.5, one.cohorts)
        of_script.setdefault(script.SECTIONS[one.section].title, []).append([*script.row(known)])
    assert [*of_script] == [section.title for section in script.SECTIONS.values()]
    for title, expected in of_script.items():
        kept = slice(3 if title.startswith("Newcombe") else 4)
        assert [row[kept] for row in rows(title)] == [row[kept] for row in expected]


def test_the_page_has_the_exact_coverage_across_the_true_rates(script: ModuleType) -> None:
    across = [[*row] for one in ("wilson", "clopper") for row in script.across_rates(one)]
    assert rows("Across the true rates") == across


WITHIN = (
    "Wilson", "Clopper-Pearson", "Newcombe, paired", "Exact Poisson", "Hodges-Lehmann, no ties",
    "Firth, profile likelihood",
)  # fmt: skip


@pytest.mark.parametrize("title", WITHIN)
def test_the_page_finds_the_intervals_within_the_band(title: str) -> None:
    assert {row[-1] for row in rows(title)} == {"yes"}
    assert all(93 <= float(row[4].split(" ")[0]) <= 98 for row in rows(title))


def test_what_the_page_says_of_censored_markers_is_so() -> None:
    ratios = {(row[0], row[1]): row for row in rows("Hodges-Lehmann, ratio of a marker")}
    censored = {key: row for key, row in ratios.items() if key[0] != "nothing censored"}
    assert len(censored) == len(ratios) - 2
    assert all(float(row[5]) < 2.5 for row in censored.values())
    assert {row[-1] for key, row in censored.items() if key[0].startswith("10 %")} == {"yes"}
    assert censored["40 % of baseline above the limit", "23"][-1] == "**below**"


@pytest.mark.parametrize("stage", ["03_cd_outcomes", "04_uc_outcomes"])
def test_what_the_notebooks_say_of_coverage_is_what_the_page_found(stage: str) -> None:
    told = json.loads((ROOT / "notebooks" / f"{stage}.ipynb").read_text(encoding="utf-8"))
    text = " ".join("".join(cell["source"]) for cell in told["cells"]).replace("\n", " ")
    assert "hold the truth in about 88 of 100 studies only" in text
    assert "| Exact Poisson, patients differ | adverse events | 87.6 to 88.0 |" in PAGE
    assert "holds the truth in 89 to 92 of 100 studies only" in text
    assert "missed by the score itself, n = 75, truth 40 %: 92.5 %" in PAGE
    assert "missed by the score itself, n = 75, truth 75 %: 88.7 %" in PAGE
