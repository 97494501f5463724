import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from ibd_scores.study.statistics import (
    changes,
    hodges_lehmann,
    paired_change,
    quartiles,
    substituted,
)

DIFFERENCES = [120, 85, -10, 150, 60, 95, 40, 30, 110, 75]


def before_and_after(differences: list[float], after: float = 200) -> tuple[pd.Series, pd.Series]:
    week12 = pd.Series([float(after)] * len(differences), name="cdai")
    return week12 + differences, week12


def test_the_printed_vector_holds() -> None:
    found = paired_change(*before_and_after(DIFFERENCES))
    assert (found.change, found.low, found.high, found.interval) == (75, 40, 110, "exact")
    assert (found.n, found.w, found.p) == (10, 1, 0.00390625)
    assert found.rank_biserial == pytest.approx((54 - 1) / 55)
    assert (found.improved, found.same, found.worse) == (90, 0, 10)


def test_hodges_lehmann_is_the_median_of_the_walsh_averages() -> None:
    # 1, 2, 6: averages 1, 1.5, 2, 3.5, 4, 6
    assert hodges_lehmann([1, 2, 6]).estimate == 2.75


def test_the_exact_interval_is_the_inverted_signed_rank_test() -> None:
    rng = np.random.default_rng(12)
    for n in (6, 9, 17, 23, 50):
        d = rng.normal(1, 2, n)
        found = hodges_lehmann(d)
        assert found.interval == "exact"
        step = 1e-6
        for limit, outward in ((found.low, -step), (found.high, step)):
            inside = scipy.stats.wilcoxon(d - (limit - outward), method="exact").pvalue
            outside = scipy.stats.wilcoxon(d - (limit + outward), method="exact").pvalue
            assert outside < 0.05 <= inside


def test_the_approximate_interval_is_close_to_the_exact_one() -> None:
    d = np.random.default_rng(3).normal(5, 3, 50)
    exact = hodges_lehmann(d)
    approximate = hodges_lehmann([*d, d[0]])  # 51 differences, and a tie
    assert (exact.interval, approximate.interval) == ("exact", "normal approximation")
    assert approximate[:3] == pytest.approx(exact[:3], abs=0.15)


@pytest.mark.parametrize("extra", [0.0, 75.0, -75.0])
def test_zeros_and_ties_make_the_interval_approximate(extra: float) -> None:
    assert hodges_lehmann([*DIFFERENCES, extra]).interval == "normal approximation"


def test_noise_of_floating_point_breaks_no_tie() -> None:
    before = pd.Series([0.3, 0.6, 1.3, 2.3, 3.3, 4.3, 5.3])
    after = pd.Series([0.1, 0.4, 1.1, 2.1, 3.1, 4.1, 5.1])  # each 0.2 less, in decimals
    found = paired_change(before, after)
    assert found.interval == "normal approximation"
    assert (found.change, found.low, found.high) == pytest.approx((0.2, 0.2, 0.2))


@pytest.mark.parametrize("n", range(6))
def test_too_few_pairs_give_missing_without_a_warning(n: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = paired_change(*before_and_after(DIFFERENCES[:n]))
    assert found.n == n
    assert np.isnan([found.low, found.high, found.p, found.p_pratt, found.w]).all()
    assert np.isnan(found.rank_biserial)
    assert np.isnan(found.after_median) == (n == 0)


def test_nothing_changed_gives_no_test_and_a_change_of_zero() -> None:
    found = paired_change(*before_and_after([0.0] * 8))
    assert (found.change, found.low, found.high, found.same) == (0, 0, 0, 100)
    assert np.isnan([found.p, found.p_pratt, found.rank_biserial]).all()


def test_medians_are_of_the_pairs_alone() -> None:
    before = pd.Series([10.0, 20, 30, 40, 50, 60, 1000])
    after = pd.Series([1.0, 2, 3, 4, 5, 6, np.nan])
    found = paired_change(before, after)
    assert (found.n, found.before_median, found.after_median) == (6, 35, 3.5)
    assert (found.before_q1, found.before_q3) == (22.5, 47.5)


def test_an_improvement_is_positive_whichever_direction_is_better() -> None:
    before, after = before_and_after(DIFFERENCES)
    lower, higher = paired_change(before, after), paired_change(after, before, better="higher")
    assert lower[7:] == higher[7:]
    assert paired_change(after, before).rank_biserial == pytest.approx(-53 / 55)
    assert paired_change(after, before)[8:11] == (-75, -110, -40)


def test_zeros_count_as_same_and_are_dropped_from_the_test() -> None:
    found = paired_change(*before_and_after([*map(float, DIFFERENCES), 0.0, 0.0]))
    assert found.same == pytest.approx(100 * 2 / 12)
    assert found.w == 1
    assert found.rank_biserial == pytest.approx(53 / 55)


def test_the_continuity_correction_is_asked_for_whatever_the_default() -> None:
    d = np.random.default_rng(8).integers(-3, 9, 60).astype(float)
    found = paired_change(*before_and_after(d.tolist()))
    expected = scipy.stats.wilcoxon(d, correction=True, zero_method="wilcox").pvalue
    assert found.p == pytest.approx(expected, rel=1e-12)
    assert found.p != pytest.approx(scipy.stats.wilcoxon(d, correction=False).pvalue, rel=1e-6)


def test_pratts_test_ranks_the_zeros_and_corrects_alike() -> None:
    # |d|: 0 0 0 1 2 ... 20, so the zeros take ranks 1 to 3 and push the others up by 3.
    d = [0.0, 0.0, 0.0, *(float(n if n > 4 else -n) for n in range(1, 21))]
    rank_sum = 4 + 5 + 6 + 7
    mean = (23 * 24 - 3 * 4) / 4
    variance = (23 * 24 * 47 - 3 * 4 * 7) / 24
    z = (rank_sum - mean + 0.5) / variance**0.5
    found = paired_change(*before_and_after(d))
    assert found.p_pratt == pytest.approx(2 * scipy.stats.norm.cdf(z), rel=1e-9)
    assert found.p != pytest.approx(found.p_pratt, rel=1e-3)


def test_without_zeros_both_tests_agree() -> None:
    found = paired_change(*before_and_after(DIFFERENCES))
    assert found.p_pratt == found.p == 0.00390625


def test_a_ratio_is_taken_on_the_log_scale_and_given_back_as_one() -> None:
    before = pd.Series([8.0, 16, 40, 80, 120, 200, 320])
    found = paired_change(before, before / 4, ratio=True)
    assert (found.scale, found.improved) == ("ratio", 100)
    assert (found.change, found.low, found.high) == pytest.approx((0.25, 0.25, 0.25))
    assert found.before_median == 80


def test_the_limits_of_a_ratio_are_in_order() -> None:
    rng = np.random.default_rng(4)
    before = pd.Series(rng.lognormal(3, 1, 20))
    after = pd.Series(rng.lognormal(2, 1, 20))
    found = paired_change(before, after, ratio=True)
    assert found.low < found.change < found.high < 1
    logs = hodges_lehmann(np.log10(before) - np.log10(after))
    assert found.low == pytest.approx(10**-logs.high)


def test_zero_has_no_logarithm_and_the_message_says_what_to_do() -> None:
    before = pd.Series([1.0, 2, 3], index=["A", "B", "C"])
    after = pd.Series([1.0, 0, 3], index=["A", "B", "C"], name="crp_mg_l")
    with pytest.raises(ValueError, match=r"crp_mg_l, patient 'B'.*censor = left"):
        paired_change(before, after, ratio=True)


def test_visits_of_different_patients_are_refused() -> None:
    before, after = before_and_after(DIFFERENCES)
    with pytest.raises(ValueError, match="same index"):
        paired_change(before, after.iloc[::-1])


def test_censored_values_become_the_limit_over_root_two_or_the_limit() -> None:
    values = pd.Series([0.5, 4.0, 1800.0, np.nan])
    censor = pd.Series(["left", None, "right", None], dtype="str")
    assert substituted(values, censor).tolist()[:3] == pytest.approx([0.5 / 2**0.5, 4, 1800])
    assert substituted(values, pd.Series([np.nan] * 4)).tolist()[:3] == [0.5, 4, 1800]


def test_an_unknown_censor_mark_is_refused() -> None:
    with pytest.raises(ValueError, match="crp_mg_l_censor: censor mark '<'"):
        substituted(pd.Series([0.5]), pd.Series(["<"], name="crp_mg_l_censor"))


def test_changes_has_a_row_for_each_column_and_counts_the_censored_pairs() -> None:
    pairs = pd.DataFrame(
        {
            "cdai_baseline": [300.0, 310, 250, 260, 280, 290],
            "cdai": [150.0, 300, 200, 110, 90, np.nan],
            "crp_mg_l_baseline": [20.0, 30, 0.5, 8, 40, 60],
            "crp_mg_l_censor_baseline": [None, None, "left", None, None, None],
            "crp_mg_l": [0.5, 10, 0.5, 2, 3, 6],
            "crp_mg_l_censor": ["left", None, "left", None, None, None],
        }
    )
    table = changes(pairs, ["cdai", "crp_mg_l"])
    assert list(table.index) == ["cdai", "crp_mg_l"]
    assert table["n"].tolist() == [5, 6]
    assert table["censored"].tolist() == [pd.NA, 2]  # a CDAI has no limit of detection
    assert table["scale"].tolist() == ["difference", "ratio"]
    # below the limit at both visits: no change
    assert table.loc["crp_mg_l", "same"] == pytest.approx(100 / 6)


def test_a_censored_value_without_its_pair_is_not_counted() -> None:
    pairs = pd.DataFrame(
        {
            "crp_mg_l_baseline": [20.0, 0.5],
            "crp_mg_l_censor_baseline": [None, "left"],
            "crp_mg_l": [10.0, np.nan],
            "crp_mg_l_censor": [None, None],
        }
    )
    assert changes(pairs, ["crp_mg_l"])["censored"].tolist() == [0]


@pytest.mark.parametrize(
    ("values", "censor", "median", "q3"),
    [
        ([100, 200, 300, 1800, 1800], ["", "", "", "right", "right"], (300, None), (1800, "right")),
        # The third quartile lies between 300 and more than 1800: it is more than 675.
        ([100, 200, 300, 1800], ["", "", "", "right"], (250, None), (675, "right")),
        ([0.5, 0.5, 0.5, 2, 8], ["left"] * 3 + ["", ""], (0.5, "left"), (2, None)),
        ([0.5, 2, 4, 8, 9], ["left"] + [""] * 4, (4, None), (8, None)),
        ([], [], (None, None), (None, None)),
    ],
)
def test_a_quartile_among_censored_values_is_a_bound(
    values: list[float], censor: list[str], median: tuple, q3: tuple
) -> None:
    marks = pd.Series(censor, dtype="str").replace("", np.nan)
    found = quartiles(pd.Series(values, dtype="float64"), marks)
    for name, (number, mark) in {"median": median, "q3": q3}.items():
        assert found[f"{name}_censor"] == mark
        assert found[name] == number or (number is None and np.isnan(found[name]))


def test_medians_of_changes_stand_at_the_limit_not_at_what_is_substituted() -> None:
    pairs = pd.DataFrame(
        {
            "crp_mg_l_baseline": [20.0, 30, 40, 8, 40, 60],
            "crp_mg_l_censor_baseline": None,
            "crp_mg_l": [0.5, 0.5, 0.5, 0.5, 3, 6],
            "crp_mg_l_censor": ["left"] * 4 + [None] * 2,
        }
    )
    row = changes(pairs, ["crp_mg_l"]).loc["crp_mg_l"]
    assert (row["after_median"], row["after_median_censor"]) == (0.5, "left")
    assert (row["after_q3"], row["after_q3_censor"]) == (2.375, "left")
    assert (row["before_median"], row["before_median_censor"]) == (35, None)
    assert (
        row["change"]
        == paired_change(
            pairs["crp_mg_l_baseline"],
            substituted(pairs["crp_mg_l"], pairs["crp_mg_l_censor"]),
            ratio=True,
        ).change
    )


def test_more_hemoglobin_is_an_improvement() -> None:
    pairs = pd.DataFrame({"hemoglobin_g_dl_baseline": [10.0] * 6, "hemoglobin_g_dl": [12.0] * 6})
    table = changes(pairs, ["hemoglobin_g_dl"])
    assert table.loc["hemoglobin_g_dl", ["change", "improved"]].tolist() == [2, 100]
