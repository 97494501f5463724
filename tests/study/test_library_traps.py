"""Where a library's default answers another question, and that ours are not caught by it.

Each test shows first what the default gives; if one fails there, the library has changed.
"""

import inspect

import numpy as np
import pandas as pd
import pingouin
import pytest
from scipy.stats import wilcoxon
from statsmodels.stats.contingency_tables import SquareTable, mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.tools.sm_exceptions import SingularMatrixWarning

from ibd_scores.study.categories import (
    bowker,
    marginal_homogeneity,
    mcnemar_exact,
    paired_binary,
)
from ibd_scores.study.multiplicity import adjust
from ibd_scores.study.proportions import wilson
from ibd_scores.study.statistics import paired_change

# Falls by 1 to 6, with ties and zeros, rises by 1 and 2: the normal approximation applies.
FALLS = [1, 2, 2, 3, 3, 3, 4, 4, 5, 6] * 4 + [0] * 8 + [-1, -2] * 6
BEFORE = pd.Series(range(20, 20 + len(FALLS)), dtype="float64")
AFTER = BEFORE - FALLS


def test_pingouin_corrects_for_continuity_and_scipy_does_not() -> None:
    default = pingouin.wilcoxon(BEFORE, AFTER)["p_val"].iloc[0]
    plain = wilcoxon(BEFORE, AFTER).pvalue
    corrected = wilcoxon(BEFORE, AFTER, correction=True).pvalue
    assert default == pytest.approx(corrected, rel=1e-9)
    assert default != pytest.approx(plain, rel=1e-3)
    assert paired_change(BEFORE, AFTER).p == pytest.approx(corrected, rel=1e-9)


def test_pingouins_columns_have_underscores_since_0_6() -> None:
    test = pingouin.wilcoxon(BEFORE, AFTER)
    assert list(test.columns) == ["W_val", "alternative", "p_val", "RBC", "CLES"]
    assert paired_change(BEFORE, AFTER).w == test["W_val"].iloc[0]


def test_the_rank_biserial_drops_zeros_so_how_many_stayed_the_same_stands_beside_it() -> None:
    before, after = pd.Series([9.0] * 10), pd.Series([8.0, 7, 6, 5, 4, 3] + [9.0] * 4)
    # 6 fell and 4 stayed: 1, as if all had fallen.
    assert pingouin.wilcoxon(before, after)["RBC"].iloc[0] == 1
    found = paired_change(before, after)
    assert (found.rank_biserial, found.improved, found.same) == (1, 60, 40)


def test_the_sign_of_the_rank_biserial_follows_x_minus_y_and_ours_the_improvement() -> None:
    forth = pingouin.wilcoxon(AFTER, BEFORE)["RBC"].iloc[0]
    assert forth < 0 < pingouin.wilcoxon(BEFORE, AFTER)["RBC"].iloc[0]
    assert paired_change(BEFORE, AFTER).rank_biserial == pytest.approx(-forth)
    assert paired_change(BEFORE, AFTER, better="higher").rank_biserial == pytest.approx(forth)


def test_the_common_language_effect_size_ignores_who_is_whose_pair() -> None:
    before = np.array([10.0, 20, 30, 40, 50, 60])
    paired, shuffled = before - 1, (before - 1)[[3, 4, 5, 0, 1, 2]]
    cles = [pingouin.wilcoxon(before, after)["CLES"].iloc[0] for after in (paired, shuffled)]
    assert cles[0] == cles[1] < 0.6  # although all six fell
    assert paired_change(pd.Series(before), pd.Series(paired)).improved == 100


def test_cohens_d_of_a_paired_t_test_is_not_the_one_of_the_differences() -> None:
    # Differences 1, 1, 2, 2: mean 1.5, standard deviation √(1/3).
    before = np.array([10.0, 15, 20, 25])
    after = before - [1, 1, 2, 2]
    d = pingouin.ttest(before, after, paired=True)["cohen_d"].iloc[0]
    average = ((before.var(ddof=1) + after.var(ddof=1)) / 2) ** 0.5
    assert d == pytest.approx(1.5 / average)
    d_z = pingouin.compute_effsize(before, after, paired=True, eftype="cohen_dz")
    assert d_z == pytest.approx(1.5 / (1 / 3) ** 0.5)


def test_the_bootstrap_of_pingouin_is_unpaired_and_rounds() -> None:
    defaults = inspect.signature(pingouin.compute_bootci).parameters
    assert defaults["paired"].default is False
    assert defaults["decimals"].default == 2
    x = np.array([0.001, 0.002, 0.003, 0.004, 0.0015, 0.0025])
    assert pingouin.compute_bootci(x, func="mean", seed=1).tolist() == [0, 0]


def test_pingouins_mcnemar_takes_neither_missing_values_nor_tables_without_change() -> None:
    missing = pd.DataFrame({"x": [1, 0, None], "y": [1, 1, 0]})
    with pytest.raises(ValueError, match="Null values"):
        pingouin.chi2_mcnemar(missing, "x", "y")
    unchanged = pd.DataFrame({"x": [1, 0, 1], "y": [1, 0, 1]})
    with pytest.raises(ValueError, match="secondary diagonal"):
        pingouin.chi2_mcnemar(unchanged, "x", "y")
    x, y = (missing[name].astype("boolean") for name in "xy")
    assert paired_binary(x, y)[["n", "missing", "p"]].iloc[0].to_list() == [2, 1, 1]
    assert mcnemar_exact(0, 0) == 1


def test_mcnemar_without_exact_is_another_test() -> None:
    table = [[0, 2], [12, 0]]
    # continuity correction: (10 - 1)²/14 = 5.786, p 0.016
    assert round(mcnemar(table, exact=False).pvalue, 3) == 0.016
    assert round(mcnemar_exact(2, 12), 6) == 0.012939


def test_a_square_table_with_an_empty_cell_gets_half_a_patient_there() -> None:
    table = np.array([[10, 0, 1], [8, 6, 2], [5, 7, 4]])
    shifted, plain = SquareTable(table), SquareTable(table, shift_zeros=False)
    assert (shifted.table[0, 1], plain.table[0, 1]) == (0.5, 0)
    # By hand: 8²/8 + 4²/6 + 5²/9
    assert bowker(table).statistic == pytest.approx(8 + 16 / 6 + 25 / 9)
    assert bowker(table).statistic != pytest.approx(shifted.symmetry().statistic, rel=1e-2)
    found = marginal_homogeneity(table).statistic
    assert found == pytest.approx(plain.homogeneity().statistic)
    assert found != pytest.approx(shifted.homogeneity().statistic, rel=1e-2)


def test_stuart_maxwell_of_statsmodels_has_no_answer_where_a_category_never_changes() -> None:
    table = np.array([[5, 0, 0], [0, 3, 2], [0, 12, 2]])
    with pytest.warns(SingularMatrixWarning):
        assert np.isnan(SquareTable(table, shift_zeros=False).homogeneity().statistic)
    assert marginal_homogeneity(table).statistic == pytest.approx(100 / 14)


def test_stuart_maxwell_of_statsmodels_loses_small_p_values() -> None:
    table = np.array([[0, 0], [100, 0]])
    assert SquareTable(table, shift_zeros=False).homogeneity().pvalue == 0
    # chi-squared 100 with 1 degree of freedom: 2 x the normal tail beyond 10, 1.5e-23
    assert marginal_homogeneity(table).p == pytest.approx(1.52e-23, rel=5e-3)


def test_the_default_interval_of_a_proportion_is_the_normal_one() -> None:
    default = [round(100 * limit, 1) for limit in proportion_confint(17, 24)]
    assert default == [52.6, 89.0]  # 70.83 ± 1.96 √(70.83 x 29.17 / 24)
    assert [round(limit, 1) for limit in wilson(17, 24)] == [50.8, 85.1]


def test_the_default_adjustment_is_sidaks_step_down() -> None:
    p = [0.01, 0.04, 0.03]
    # Holm-Šidák: 1 - 0.99³ and 1 - 0.97²; Holm: 3 x 0.01 and 2 x 0.03.
    assert multipletests(p)[1].tolist() == pytest.approx([0.029701, 0.0591, 0.0591])
    found = adjust(pd.DataFrame({"family": "confirmatory", "p": p}))
    assert found["p_adjusted"].tolist() == pytest.approx([0.03, 0.06, 0.06])
