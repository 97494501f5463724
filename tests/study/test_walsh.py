"""Walsh averages by rank: the same numbers as forming and sorting all of them."""

import numpy as np
import pytest

from ibd_scores.study import walsh
from ibd_scores.study.statistics import hodges_lehmann

SAMPLES = {
    "without ties": lambda rng, n: rng.normal(size=n),
    "whole numbers": lambda rng, n: rng.integers(-4, 5, size=n).astype(float),
    "one decimal": lambda rng, n: rng.normal(size=n).round(1),
    "all the same": lambda rng, n: np.full(n, 2.0),
    "of all sizes": lambda rng, n: rng.standard_cauchy(size=n),
}


def sorted_averages(d):
    return np.sort((d[:, None] + d)[np.tri(len(d), dtype=bool)] / 2)


@pytest.mark.parametrize("few", [3, 40, walsh.FEW])
@pytest.mark.parametrize("kind", SAMPLES)
def test_any_rank_is_that_of_all_averages_sorted(monkeypatch, few, kind) -> None:
    monkeypatch.setattr(walsh, "FEW", few)
    rng = np.random.default_rng(8)
    for n in (1, 2, 3, 7, 30, 121):
        d = SAMPLES[kind](rng, n)
        wanted = sorted_averages(d)
        ranks = sorted({1, 2, len(wanted) // 3, len(wanted) // 2 + 1, len(wanted)} & {
            *range(1, len(wanted) + 1)
        })  # fmt: skip
        assert walsh.walsh_averages(d, ranks) == [wanted[rank - 1] for rank in ranks]


def test_more_patients_than_fit_as_averages_have_the_same_estimate_and_limits(monkeypatch) -> None:
    d = np.random.default_rng(9).normal(0.3, size=900).round(2)
    wanted = sorted_averages(d)
    assert len(wanted) > walsh.FEW
    found = hodges_lehmann(d)
    assert found.estimate == np.median(wanted)
    below = np.searchsorted(wanted, found.low)
    assert wanted[below] == found.low
    assert 0.3 - 0.2 < found.low < found.estimate < found.high < 0.3 + 0.2
    monkeypatch.setattr(walsh, "FEW", len(wanted))
    assert hodges_lehmann(d) == found


def test_twenty_thousand_patients_take_no_table_of_their_pairs() -> None:
    """All averages of 20,000 differences would be 1.6 GB."""
    d = np.arange(-8_000, 12_001, dtype=float)
    assert hodges_lehmann(d)[::3] == (2000.0, "normal approximation")
