import timeit
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from ibd_scores.study.bootstrap import bootstrap_median

Floats = np.ndarray


def of_differences(before: Floats, after: Floats, axis: int = -1) -> Floats:
    return np.median(before - after, axis=axis)


def by_scipy(before: Floats, after: Floats, seed: int, resamples: int = 10_000) -> tuple:
    found = stats.bootstrap(
        (before, after), of_differences, paired=True, vectorized=True, method="percentile",
        n_resamples=resamples, rng=np.random.default_rng(seed),
    ).confidence_interval  # fmt: skip
    return found.low, found.high


def visits(n: int, decimals: int, seed: int = 3) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    return rng.normal(300, 60, n).round(decimals), rng.normal(180, 60, n).round(decimals)


@pytest.mark.parametrize("seed", [0, 7, 12])
@pytest.mark.parametrize("decimals", [9, -1], ids=["untied", "tied"])
@pytest.mark.parametrize("n", [2, 3, 22, 23, 74, 75])
def test_the_limits_are_those_of_scipy_to_the_last_bit(n: int, decimals: int, seed: int) -> None:
    pair = visits(n, decimals)
    assert bootstrap_median(*pair, rng=seed)[1:] == by_scipy(*pair, seed)


@pytest.mark.parametrize("resamples", [2, 499, 500, 1001])
def test_the_limits_do_not_hang_on_how_the_draws_are_dealt_out(resamples: int) -> None:
    pair = visits(31, 9)
    found = bootstrap_median(*pair, resamples=resamples, rng=7)
    assert found[1:] == by_scipy(*pair, 7, resamples)


def test_a_generator_and_its_seed_give_the_same() -> None:
    pair = visits(20, 0)
    assert bootstrap_median(*pair, rng=np.random.default_rng(5)) == bootstrap_median(*pair, rng=5)


def test_the_estimate_is_the_median_of_the_differences_not_the_difference_of_medians() -> None:
    before, after = np.array([10.0, 20, 90]), np.array([0.0, 30, 10])
    assert bootstrap_median(before, after).estimate == 10
    assert np.median(before) - np.median(after) == 10  # by chance, until one patient changes
    after[0] = -50
    assert bootstrap_median(before, after).estimate == 60
    assert np.median(before) - np.median(after) == 10


def test_pairs_with_a_missing_value_are_left_out() -> None:
    before, after = visits(12, 0)
    known = bootstrap_median(before[2:], after[2:])
    before[0], after[1] = np.nan, np.nan
    assert bootstrap_median(before, after) == known


def test_both_limits_stand_on_the_lattice_whatever_the_seed() -> None:
    before, after = visits(75, 0)
    limits = {one for seed in range(20) for one in bootstrap_median(before, after, rng=seed)[1:]}
    assert limits <= set((before - after).tolist())


def test_a_single_pair_has_a_median_and_no_interval() -> None:
    found = bootstrap_median([3.0], [1.0])
    assert found.estimate == 2
    assert np.isnan(found[1:]).all()
    assert np.isnan(bootstrap_median([], [])).all()


@pytest.mark.parametrize(
    ("before", "after", "resamples"),
    [([1.0, 2.0], [1.0], 10), ([[1.0]], [[2.0]], 10), ([1.0, 2.0], [0.0, 1.0], 1)],
)
def test_what_cannot_be_paired_or_drawn_is_refused(
    before: list, after: list, resamples: int
) -> None:
    with pytest.raises(ValueError, match="one value for each patient"):
        bootstrap_median(before, after, resamples=resamples)


def test_the_bootstrap_takes_at_most_two_fifths_of_the_time_of_scipy() -> None:
    pair = visits(75, 0)

    def best(run: Callable[[], object]) -> float:
        return min(timeit.repeat(run, number=1, repeat=5))

    ratios = []
    for _ in range(3):  # a busy moment does not fail it
        ratios.append(
            best(lambda: bootstrap_median(*pair, rng=7)) / best(lambda: by_scipy(*pair, 7))
        )
        if ratios[-1] <= 0.4:
            return
    pytest.fail(f"times of SciPy's: {ratios}")
