import itertools
from math import comb

import numpy as np
import pandas as pd
import pytest

from ibd_scores.study import categories
from ibd_scores.study.categories import (
    bowker,
    marginal_homogeneity,
    mcnemar_exact,
    paired_binary,
    transition_tests,
)
from ibd_scores.study.description import transitions

# The table of the specification. R agrees: mh_test of coin, 8.4118, df 2, p 0.01491.
PRINTED = [[10, 2, 1], [8, 6, 2], [5, 7, 4]]


def test_the_printed_exact_mcnemar_holds() -> None:
    assert mcnemar_exact(2, 12) == pytest.approx(2 * (1 + 14 + 91) / 2**14)
    assert round(mcnemar_exact(12, 2), 6) == 0.012939


def test_a_published_exact_mcnemar_holds() -> None:
    # Cavo 2012, 6 and 16 discordant pairs: P = 0.052479 in the R package contingencytables.
    assert round(mcnemar_exact(6, 16), 6) == 0.052479


def test_a_table_without_discordant_pairs_has_p_1() -> None:
    assert mcnemar_exact(0, 0) == 1
    assert mcnemar_exact(3, 3) == 1


def test_negative_discordant_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match="counts of 0 or more"):
        mcnemar_exact(-1, 3)


def test_the_printed_stuart_maxwell_and_bowker_hold() -> None:
    stuart_maxwell, symmetry = marginal_homogeneity(PRINTED), bowker(PRINTED)
    assert (round(stuart_maxwell.statistic, 4), stuart_maxwell.df) == (8.4118, 2)
    assert round(stuart_maxwell.p, 4) == 0.0149
    assert (round(symmetry.statistic, 4), symmetry.df) == (9.0444, 3)
    assert round(symmetry.p, 4) == 0.0287


def test_a_published_table_of_four_categories_holds() -> None:
    # Susceptibility of pathogens (Peterson 2007); both statistics are 26.250 with 3 and 6 degrees
    # of freedom, P 0.000008 and 0.000200, in the R package contingencytables, chapter 9.
    table = [[596, 18, 6, 5], [0, 2, 0, 0], [0, 0, 42, 0], [11, 0, 0, 0]]
    stuart_maxwell, symmetry = marginal_homogeneity(table), bowker(table)
    assert (stuart_maxwell.statistic, stuart_maxwell.df) == (pytest.approx(26.25), 3)
    assert round(stuart_maxwell.p, 6) == 0.000008
    assert (symmetry.statistic, symmetry.df) == (pytest.approx(26.25), 6)
    assert round(symmetry.p, 6) == 0.0002


def test_the_exact_p_agrees_with_a_published_permutation_test() -> None:
    # mh_test of the R package coin: chi-squared 12.1387, p 0.0015 from 9999 permutations
    # (Wollschläger, R examples repository), so within 3 standard errors of 0.0004.
    found = marginal_homogeneity([[14, 7, 9], [5, 26, 19], [1, 7, 12]])
    assert round(found.statistic, 4) == 12.1387
    assert found.permutation == "exact"
    assert found.p_permutation == pytest.approx(0.0015, abs=0.0012)


def test_in_a_table_of_two_categories_the_exact_version_is_mcnemars() -> None:
    found = marginal_homogeneity([[3, 2], [12, 5]])
    assert found.statistic == pytest.approx((12 - 2) ** 2 / 14)
    assert (found.df, found.permutation) == (1, "exact")
    assert found.p_permutation == pytest.approx(0.012939453125)
    assert bowker([[3, 2], [12, 5]]).p_permutation == pytest.approx(0.012939453125)


def test_three_changes_round_a_triangle_by_hand() -> None:
    # One change on each side of the triangle, all improvements. Of the 8 ways to turn them, 6 give
    # margins that differ by 2, 0 and -2 and the same statistic, 8/3; 2 go round and give 0.
    # Bowker's statistic is 3 in all 8.
    table = [[0, 0, 0], [1, 0, 0], [1, 1, 0]]
    found = marginal_homogeneity(table)
    assert (found.statistic, found.df) == (pytest.approx(8 / 3), 2)
    assert found.p == pytest.approx(np.exp(-4 / 3))
    assert found.p_permutation == pytest.approx(6 / 8)
    assert bowker(table).p_permutation == pytest.approx(1)


def test_the_exact_p_is_the_one_of_every_swap_counted_one_by_one() -> None:
    table = np.array([[1, 2, 0], [3, 2, 1], [2, 4, 0]])
    changes = [(i, j) for i in range(3) for j in range(3) if i != j for _ in range(table[i, j])]
    # Without the last category: of (0, 1) and (1, 0) there are 5, of (0, 2) 2, of (1, 2) 5.
    sums = np.array([[5 + 2, -5], [-5, 5 + 5]])

    def statistic(pairs: list[tuple[int, int]]) -> float:
        d = np.zeros(3)
        for before, after in pairs:
            d[before] -= 1
            d[after] += 1
        return float(d[:2] @ np.linalg.solve(sums, d[:2]))

    observed = statistic(changes)
    swapped = [
        statistic([(j, i) if swap else (i, j) for (i, j), swap in zip(changes, swaps, strict=True)])
        for swaps in itertools.product([False, True], repeat=len(changes))
    ]
    found = marginal_homogeneity(table)
    assert found.statistic == pytest.approx(observed)
    assert found.p_permutation == pytest.approx(np.mean(np.array(swapped) >= observed - 1e-9))


def test_too_many_outcomes_are_sampled_with_the_seed_given(monkeypatch) -> None:
    exact = marginal_homogeneity(PRINTED)
    monkeypatch.setattr(categories, "OUTCOMES", 10)
    sampled = marginal_homogeneity(PRINTED, resamples=20_000, seed=1)
    assert (sampled.permutation, sampled.statistic) == ("Monte Carlo", exact.statistic)
    error = (exact.p_permutation * (1 - exact.p_permutation) / 20_000) ** 0.5
    assert sampled.p_permutation == pytest.approx(exact.p_permutation, abs=4 * error)
    assert sampled == marginal_homogeneity(PRINTED, resamples=20_000, seed=1)
    assert sampled != marginal_homogeneity(PRINTED, resamples=20_000, seed=2)


def test_a_sampled_p_is_never_0(monkeypatch) -> None:
    monkeypatch.setattr(categories, "OUTCOMES", 10)
    table = [[0, 0, 0], [50, 0, 0], [50, 50, 0]]
    # (1 + 0 as extreme) / (1 + 99)
    assert marginal_homogeneity(table, resamples=99).p_permutation == 0.01


def test_a_large_table_is_sampled_by_itself() -> None:
    table = np.full((6, 6), 5)
    assert marginal_homogeneity(table, resamples=99).permutation == "Monte Carlo"
    assert marginal_homogeneity(table, resamples=99).p_permutation == 1


def test_categories_empty_in_both_margins_are_dropped() -> None:
    padded = np.zeros((5, 5), dtype=int)
    padded[np.ix_([0, 2, 3], [0, 2, 3])] = PRINTED
    assert marginal_homogeneity(padded) == marginal_homogeneity(PRINTED)
    assert bowker(padded) == bowker(PRINTED)


def test_a_category_in_which_nobody_changed_costs_no_degree_of_freedom() -> None:
    # The first category has 5 patients who stay and no other: its margins cannot differ.
    found = marginal_homogeneity([[5, 0, 0], [0, 3, 2], [0, 12, 2]])
    assert (found.statistic, found.df) == (pytest.approx(100 / 14), 1)
    assert found.p_permutation == pytest.approx(0.012939453125)


def test_changes_within_two_separate_groups_add_up() -> None:
    # 0 <-> 1 and 2 <-> 3 alone: (4 - 1)²/5 + (6 - 0)²/6, each with 1 degree of freedom.
    table = [[2, 1, 0, 0], [4, 1, 0, 0], [0, 0, 1, 0], [0, 0, 6, 1]]
    found = marginal_homogeneity(table)
    assert (found.statistic, found.df) == (pytest.approx(9 / 5 + 6), 2)
    assert found.p == pytest.approx(np.exp(-(9 / 5 + 6) / 2))
    # At least 7.8: all 6 one way (2/64) with 4 or 5 of the 5 one way (2 x 6/32), nothing else.
    assert found.p_permutation == pytest.approx(2 / 64 * 12 / 32)


def test_when_nobody_changed_the_margins_are_the_same() -> None:
    for table in ([[3, 0], [0, 4]], [[7]]):
        assert marginal_homogeneity(table) == (0, 0, 1, 1, "exact")
        assert bowker(table)[2:] == (1, 1, "exact")


@pytest.mark.parametrize("table", [[[0, 0], [0, 0]], np.zeros((0, 0))])
def test_an_empty_table_has_no_test(table) -> None:
    for found in (marginal_homogeneity(table), bowker(table)):
        assert np.isnan(found[:4]).tolist() == [True, False, True, True]
        assert (found.df, found.permutation) == (0, "none")


@pytest.mark.parametrize("table", [[[1, 2, 3], [1, 2, 3]], [1, 2], [[1, -1], [0, 2]], [[1.5]]])
def test_what_is_no_square_table_of_counts_is_refused(table) -> None:
    with pytest.raises(ValueError, match="square table of counts"):
        marginal_homogeneity(table)


def test_a_table_whose_rows_and_columns_differ_is_refused() -> None:
    table = pd.DataFrame([[1, 2], [3, 4]], index=["mild", "severe"], columns=["severe", "mild"])
    with pytest.raises(ValueError, match="the same categories in the same order"):
        marginal_homogeneity(table)


def subscores(*changes: tuple[float, float]) -> pd.DataFrame:
    before, after = zip(*changes, strict=True)
    pairs = pd.DataFrame({"mes_baseline": before, "mes": after}, dtype="float64")
    return transitions(pairs, "mes", range(4))


def test_the_margins_of_the_transitions_are_left_out() -> None:
    table = subscores(*[(3, 0)] * 3, (2, 2), (1, 2), (3, np.nan), (np.nan, 1), (np.nan, np.nan))
    row = transition_tests(table).iloc[0]
    assert row[["n", "improved", "same", "worse"]].to_list() == [5, 3, 1, 1]


def test_transitions_get_the_exact_stuart_maxwell_test_and_the_asymptotic_one_beside_it() -> None:
    table = subscores(*[(i, j) for i in range(3) for j in range(3) for _ in range(PRINTED[i][j])])
    row = transition_tests(table).iloc[0]
    expected = marginal_homogeneity(PRINTED)
    assert row["test"] == "exact Stuart-Maxwell"
    assert row["p"] == expected.p_permutation
    assert round(row["p_asymptotic"], 4) == 0.0149
    assert (round(row["stuart_maxwell"], 4), row["df"]) == (8.4118, 2)
    assert (round(row["bowker"], 4), row["bowker_df"]) == (9.0444, 3)
    assert round(row["p_bowker_asymptotic"], 4) == 0.0287
    assert row["p_bowker"] == bowker(PRINTED).p_permutation
    assert row[["n", "improved", "same", "worse"]].to_list() == [45, 20, 20, 5]


def test_transitions_between_two_categories_get_the_exact_mcnemar_test() -> None:
    # Subscores 1 and 3 are all there is: 12 from 3 to 1, 2 from 1 to 3.
    row = transition_tests(subscores(*[(3, 1)] * 12, *[(1, 3)] * 2, (1, 1))).iloc[0]
    assert (row["test"], round(row["p"], 6)) == ("exact McNemar", 0.012939)
    assert row["p"] == mcnemar_exact(2, 12)


def test_a_sampled_test_is_called_so(monkeypatch) -> None:
    monkeypatch.setattr(categories, "OUTCOMES", 1)
    row = transition_tests(subscores((3, 0), (2, 1), (1, 0), (3, 3))).iloc[0]
    assert row["test"] == "Monte-Carlo Stuart-Maxwell"


def test_transitions_of_nobody_have_no_test() -> None:
    row = transition_tests(subscores((3, np.nan))).iloc[0]
    assert (row["n"], row["test"]) == (0, "none")
    assert np.isnan(row["p"])


def test_patients_who_all_stay_have_p_1() -> None:
    for table in (subscores((3, 3), (2, 2), (2, 2)), subscores((3, 3))):
        row = transition_tests(table).iloc[0]
        assert (row["p"], row["p_asymptotic"], row["p_bowker"]) == (1, 1, 1)
        assert row["same"] == row["n"]


def flags(*values: bool | None) -> pd.Series:
    return pd.Series(values, dtype="boolean", name="crp_normal")


def test_before_and_after_are_compared_in_the_pairs_known_at_both() -> None:
    before = flags(*[True] * 65, *[False] * 96, None, True)
    after = flags(*[True] * 59, *[False] * 6, *[True] * 16, *[False] * 80, True, None)
    row = paired_binary(before, after).loc["crp_normal"]
    counts = ["n", "missing", "both", "before_only", "after_only", "neither", "before", "after"]
    assert row[counts].to_list() == [161, 2, 59, 6, 16, 80, 65, 75]
    assert row["before_percent"] == pytest.approx(100 * 65 / 161)
    assert row["after_percent"] == pytest.approx(100 * 75 / 161)
    # Cavo 2012, published; see the tests of `newcombe_paired`.
    assert row[["difference", "low", "high"]].astype(float).round(2).to_list() == [
        6.21, 0.46, 11.86
    ]  # fmt: skip
    assert round(row["p"], 6) == 0.052479


def test_one_pair_that_stays_has_p_1() -> None:
    row = paired_binary(flags(True), flags(True)).loc["crp_normal"]
    assert (row["n"], row["difference"], row["p"]) == (1, 0, 1)


@pytest.mark.parametrize("values", [(), (None, None)])
def test_without_known_pairs_nothing_is_compared(values: tuple) -> None:
    row = paired_binary(flags(*values), flags(*values)).loc["crp_normal"]
    assert (row["n"], row["missing"]) == (0, len(values))
    assert row[["before_percent", "difference", "low", "high", "p"]].isna().all()


def test_flags_of_another_dtype_are_refused() -> None:
    with pytest.raises(TypeError, match="crp_normal: flags of dtype object"):
        paired_binary(flags(True, None).astype(object), flags(True, None))


def test_flags_of_other_patients_are_refused() -> None:
    with pytest.raises(ValueError, match="crp_normal: before and after must have the same index"):
        paired_binary(flags(True, False), flags(True, False).iloc[::-1])


def test_the_exact_p_of_many_small_tables_is_a_p() -> None:
    rng = np.random.default_rng(7)
    for _ in range(30):
        found = marginal_homogeneity(rng.integers(0, 4, (3, 3)))
        assert 0 < found.p_permutation <= 1


def test_binomial_weights_add_up_to_the_known_tail() -> None:
    # 9 of 10 one way: 2 (1 + 10) / 2^10, whatever stays on the diagonal.
    assert marginal_homogeneity([[4, 1], [9, 0]]).p_permutation == pytest.approx(
        2 * sum(comb(10, k) for k in (0, 1)) / 2**10
    )
