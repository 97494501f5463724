import itertools
import timeit

import numpy as np
import pytest
from scipy import stats

from ibd_scores.study.signed_rank import null_cumulative, wilcoxon_exact
from ibd_scores.study.statistics import hodges_lehmann


def milliseconds(name: str, *differences: np.ndarray) -> float:
    """The best of several runs: what else the machine does only adds to one."""
    function = {"wilcoxon": wilcoxon_exact, "hodges_lehmann": hodges_lehmann}[name]
    return 1000 * min(timeit.repeat(lambda: function(*differences), number=1, repeat=30))


def test_the_null_distribution_counts_every_sign_pattern() -> None:
    sums = [
        sum(rank for rank, sign in zip(range(1, 7), signs, strict=True) if sign)
        for signs in itertools.product([0, 1], repeat=6)
    ]
    expected = [np.mean(np.array(sums) <= w) for w in range(22)]
    assert null_cumulative(6) == pytest.approx(expected)


def test_the_null_distribution_is_kept_and_nobody_can_write_into_it() -> None:
    known = null_cumulative(30)
    assert null_cumulative(30) is known
    with pytest.raises(ValueError, match="read-only"):
        known[0] = 1


@pytest.mark.parametrize("n", [1, 2, 5, 10, 23, 50, 51, 75, 200, 400])
def test_without_ties_the_test_is_that_of_scipy(n: int) -> None:
    rng = np.random.default_rng(n)
    for shift in (0.0, 0.2, -0.5):
        d = rng.normal(shift, 2, n)
        expected = stats.wilcoxon(d, method="exact")
        found = wilcoxon_exact(d)
        assert found.w == expected.statistic
        assert found.p == pytest.approx(expected.pvalue, abs=1e-12, rel=1e-9)


def test_with_ties_and_zeros_the_test_is_the_permutation_of_every_sign() -> None:
    rng = np.random.default_rng(12)
    for _ in range(10):
        d = rng.integers(-2, 5, 12).astype(float)
        d[0] = 3
        kept = d[d != 0]
        every = stats.PermutationMethod(n_resamples=2**12)
        found = wilcoxon_exact(d)
        expected = stats.wilcoxon(kept, method=every)
        assert found.w == expected.statistic
        assert found.p == pytest.approx(expected.pvalue, abs=1e-12)


def test_noise_of_floating_point_breaks_no_tie_of_the_test() -> None:
    d = np.array([0.3, 0.6, 1.3, -2.3]) - np.array([0.1, 0.4, 1.1, -2.1])
    assert wilcoxon_exact(d) == wilcoxon_exact([2, 2, 2, -2])


def test_missing_differences_are_left_out_of_the_test() -> None:
    assert wilcoxon_exact([1, np.nan, 2, 0, 3]) == wilcoxon_exact([1, 2, 3]) == (0, 0.25)


def test_without_a_change_there_is_no_exact_test() -> None:
    assert np.isnan(wilcoxon_exact([0, 0, np.nan])).all()


def test_more_differences_than_can_be_counted_are_refused() -> None:
    with pytest.raises(ValueError, match="1001 differences"):
        wilcoxon_exact(np.arange(1, 1002))


@pytest.mark.parametrize("name", ["wilcoxon", "hodges_lehmann"])
@pytest.mark.parametrize("decimals", [9, 0], ids=["untied", "tied"])
def test_75_patients_take_less_than_a_millisecond(name: str, decimals: int) -> None:
    d = np.random.default_rng(75).normal(3, 4, 75).round(decimals)
    assert milliseconds(name, d) < 1
