import numpy as np
import pytest

from ibd_scores.study.proportions import (
    clopper_pearson,
    newcombe_paired,
    poisson_rate,
    wilson,
)


# The limits that the specification prints.
@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        (17, 24, 50.8, 85.1),
        (55, 75, 62.4, 82.0),
        (11, 15, 48.0, 89.1),
        (16, 20, 58.4, 91.9),
        (8, 20, 21.9, 61.3),
        (40, 75, 42.2, 64.2),
    ],
)
def test_the_printed_wilson_limits_hold(k: int, n: int, low: float, high: float) -> None:
    assert tuple(round(limit, 1) for limit in wilson(k, n)) == (low, high)


@pytest.mark.parametrize(("k", "n", "low", "high"), [(17, 24, 48.9, 87.4), (55, 75, 61.9, 82.9)])
def test_the_printed_clopper_pearson_limits_hold(k: int, n: int, low: float, high: float) -> None:
    assert tuple(round(limit, 1) for limit in clopper_pearson(k, n)) == (low, high)


def test_nobody_and_everybody_reach_the_ends_of_the_scale() -> None:
    # Wilson, 0 of n: high = z²/(n + z²), here 3.841459/13.841459.
    # Clopper-Pearson, 0 of n: (1 - high)^n = 0.025, here 1 - 0.025^(1/10).
    assert wilson(0, 10) == pytest.approx((0, 27.7533), abs=5e-5)
    assert wilson(10, 10) == pytest.approx((72.2467, 100), abs=5e-5)
    assert clopper_pearson(0, 10) == pytest.approx((0, 100 * (1 - 0.025**0.1)))
    assert clopper_pearson(10, 10) == pytest.approx((100 * 0.025**0.1, 100))


def test_another_confidence_gives_another_interval() -> None:
    # 0 of 10 at 90 %: z² = 2.705543.
    assert wilson(0, 10, confidence=0.9).high == pytest.approx(100 * 2.705543 / 12.705543, abs=1e-4)
    assert clopper_pearson(0, 10, confidence=0.9).high == pytest.approx(100 * (1 - 0.05**0.1))


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_an_empty_denominator_has_no_interval(interval) -> None:
    assert np.isnan(interval(0, 0)).all()


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
@pytest.mark.parametrize(("k", "n"), [(4, 3), (-1, 3), (1.5, 3)])
def test_impossible_counts_are_refused(interval, k: int, n: int) -> None:
    with pytest.raises(ValueError, match="whole numbers, 0 <= k <= n"):
        interval(k, n)


def test_newcombe_gives_the_published_interval() -> None:
    # Complete response before and after consolidation therapy (Cavo 2012): both 59, before only 6,
    # after only 16, neither 80. Before minus after is -0.0621 (-0.1186 to -0.0046) in the tests of
    # the R package contingencytables (Fagerland, Lydersen, Laake: Statistical Analysis of
    # Contingency Tables, 2017, chapter 8); ours is after minus before, in percentage points.
    found = newcombe_paired(both=59, before_only=6, after_only=16, neither=80)
    assert tuple(round(one, 2) for one in found) == (6.21, 0.46, 11.86)


# With p1 = p2 = 1/2 both Wilson intervals are 1/2 ± z/(2 √(n + z²)), and the limits of the
# difference are ± that, times √(2 - 2 φ). By hand, with z² = 3.841459:
@pytest.mark.parametrize(
    ("cells", "limit"),
    [
        # eh - fg = 0, φ = 0: 1.959964 / (2 √7.841459) x √2 = 0.349961 x 1.414214
        ((1, 1, 1, 1), 49.492),
        # eh - fg = 64 > n/2 = 8: φ = (64 - 8) / 64 = 7/8: 1.959964 / (2 √19.841459) x 1/2
        ((8, 0, 0, 8), 11.000),
        # eh - fg = 1 = n/2, not above it: φ = 0: 1.959964 / (2 √5.841459) x √2
        ((1, 0, 0, 1), 57.342),
        # eh - fg = -64, left as it is: φ = -1: 1.959964 / (2 √19.841459) x 2
        ((0, 8, 8, 0), 44.001),
    ],
)
def test_the_correlation_is_corrected_towards_zero_where_positive(
    cells: tuple[int, int, int, int], limit: float
) -> None:
    assert newcombe_paired(*cells) == pytest.approx((0, -limit, limit), abs=1e-3)


def test_a_weak_positive_association_counts_as_none() -> None:
    # eh - fg = 2 - 1 = 1, between 0 and n/2 = 2.5: φ = 0. Wilson of 2/5 is 0.117620 to 0.769276,
    # so the limits are ± √(0.282380² + 0.369276²).
    assert newcombe_paired(1, 1, 1, 2) == pytest.approx((0, -46.487, 46.487), abs=1e-3)


def test_newcombe_turns_round_with_the_visits() -> None:
    gained, lost = newcombe_paired(5, 2, 12, 4), newcombe_paired(5, 12, 2, 4)
    assert gained.estimate == pytest.approx(100 * 10 / 23)
    assert lost == pytest.approx((-gained.estimate, -gained.high, -gained.low))


def test_an_empty_margin_leaves_the_correlation_at_zero() -> None:
    # Nobody before, everybody after, n = 10. Wilson 0 to 0.277533 and 0.722467 to 1, so the
    # limits are 1 - 0.277533 √2 and 1.
    found = newcombe_paired(0, 0, 10, 0)
    assert found == pytest.approx((100, 100 - 27.7533 * 2**0.5, 100), abs=1e-3)
    # All the same at both visits: nothing changed, within the width of the Wilson intervals.
    assert newcombe_paired(10, 0, 0, 0) == pytest.approx((0, -27.7533, 27.7533), abs=1e-3)


def test_without_pairs_there_is_no_difference() -> None:
    assert np.isnan(newcombe_paired(0, 0, 0, 0)).all()


def test_negative_cells_are_refused() -> None:
    with pytest.raises(ValueError, match="before_only is -1"):
        newcombe_paired(3, -1, 2, 4)


def test_the_rate_has_the_published_exact_interval() -> None:
    # 137 events in 24.19893 person-years (thousands), the example of R's ?poisson.test.
    found = poisson_rate(137, 24.19893, per=1)
    assert found == pytest.approx((137 / 24.19893, 4.753125, 6.692709), abs=5e-7)
    # Garwood's limits of 10 events and of none: 4.795 to 18.390; 3.689 = -log 0.025.
    assert poisson_rate(10, 100) == pytest.approx((10, 4.795, 18.390), abs=5e-4)
    assert poisson_rate(0, 100) == pytest.approx((0, 0, -np.log(0.025)))


def test_the_rate_is_for_100_person_years_unless_asked_otherwise() -> None:
    assert poisson_rate(3, 17.5).rate == pytest.approx(300 / 17.5)
    assert poisson_rate(3, 17.5, per=1000).low == pytest.approx(10 * poisson_rate(3, 17.5).low)
    # -log 0.05 at 90 %
    assert poisson_rate(0, 100, confidence=0.9).high == pytest.approx(-np.log(0.05))


def test_without_person_years_there_is_no_rate() -> None:
    assert np.isnan(poisson_rate(0, 0)).all()


@pytest.mark.parametrize(("events", "years"), [(1, 0), (-1, 10), (1, -10), (1.5, 10), (1, np.nan)])
def test_impossible_events_and_person_years_are_refused(events: int, years: float) -> None:
    with pytest.raises(ValueError, match=r"events in .* person-years"):
        poisson_rate(events, years)
