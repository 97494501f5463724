"""Firth's regression against closed forms, published output of R's logistf, and its definition."""

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from scipy.optimize import minimize

from ibd_scores.study.firth import _Penalized, firth, maximum

# sex2 of the R package logistf (239 women; age, oc, vic, vicl, vis, dia): cases of all, by pattern.
SEX2 = """
000010:1/2 001000:14/16 001010:3/4 001100:10/18 001110:12/30 001111:1/1 010000:44/86 010001:3/3
010010:0/1 011000:15/16 011001:1/1 011010:2/2 011100:7/12 011110:3/9 101000:2/2 101010:1/1
101011:1/1 101100:1/3 101110:0/4 101111:1/1 110000:5/19 110010:0/1 111000:3/4 111110:0/2
"""
# What logistf prints for it: coefficient, 95 % profile limits, likelihood-ratio p.
SEX2_PRINTED = {
    "intercept": (0.12025405, -0.8185591, 1.07315122, 8.020268e-01),
    "age": (-1.10598131, -1.9737884, -0.30742514, 6.143472e-03),
    "oc": (-0.06881673, -0.9414363, 0.78920202, 8.751911e-01),
    "vic": (2.26887464, 1.2730216, 3.43543273, 1.678877e-06),
    "vicl": (-2.11140817, -3.2608611, -1.11773495, 1.237805e-05),
    "vis": (-0.78831694, -1.6080879, 0.01518468, 5.449701e-02),
    "dia": (3.09601166, 0.7745682, 8.03029352, 4.951873e-03),
}
# The same with alpha = 0.1.
SEX2_90 = {
    "intercept": (-0.6673577, 0.9177303),
    "age": (-1.8277045, -0.4328451),
    "oc": (-0.7986318, 0.6507581),
    "vic": (1.4248338, 3.2325326),
    "vicl": (-3.0613215, -1.2704704),
    "vis": (-1.4743338, -0.1137542),
    "dia": (1.0835108, 6.8752016),
}
# Endometrial cancer (Heinze and Schemper 2002): NV (separating), PI, EH, then grade HG.
ENDOMETRIAL = """
0,13,1.64,0 0,16,2.26,0 0,8,3.14,0 0,34,2.68,0 0,20,1.28,0 0,5,2.31,0 0,17,1.8,0 0,10,1.68,0
0,26,1.56,0 0,17,2.31,0 0,8,2.01,0 0,7,1.89,0 0,20,3.15,0 0,10,1.23,0 0,18,1.27,0 0,16,1.76,0
0,18,2,0 0,8,2.64,1 0,29,0.88,1 0,12,1.27,1 0,20,1.37,1 1,38,0.97,1 1,22,1.14,1 1,7,0.88,1
1,25,0.91,1 1,15,0.58,1 0,7,0.97,1 0,28,1.5,0 0,11,1.33,0 0,19,2.37,0 0,10,1.82,0 0,10,3.13,0
0,18,1.31,0 0,14,1.92,0 0,21,1.64,0 0,11,2.01,0 0,17,1.88,0 0,25,1.93,0 0,16,2.11,0 0,19,1.29,0
0,15,1.72,0 0,33,0.75,0 0,24,1.92,0 0,48,1.84,1 0,12,1.11,1 0,19,1.61,1 0,2,1.18,1 1,22,1.44,1
1,40,1.18,1 1,5,0.93,1 1,0,1.17,1 0,21,1.19,1 0,15,1.06,1 0,29,2.02,0 0,15,2.29,0 0,12,2.33,0
0,3,2.9,0 0,20,1.7,0 0,23,1.41,0 0,12,2.25,0 0,22,1.54,0 0,42,1.97,0 0,15,1.75,0 0,13,2.16,0
0,14,2.57,0 0,19,1.37,0 0,12,3.61,0 0,13,2.04,0 0,10,2.17,0 0,12,1.69,1 1,49,0.27,1 0,6,1.84,1
0,5,1.3,1 0,17,0.96,1 1,11,1.01,1 1,21,0.98,1 0,5,0.35,1 1,19,1.02,1 0,33,0.85,1
"""
ENDOMETRIAL_PRINTED = {
    "intercept": (3.77455951, 1.0825371, 7.20928050),
    "NV": (2.92927330, 0.6097244, 7.85463171),
    "PI": (-0.03475175, -0.1244587, 0.04045547),
    "EH": (-2.60416387, -4.3651832, -1.23272106),
}

Table = tuple[pd.DataFrame, "pd.Series[bool]"]


def groups(*counts: tuple[int, int]) -> Table:
    """Patients of several groups, k of n with the event in each; the first is the reference."""
    names = [i for i, (_, n) in enumerate(counts) for _ in range(n)]
    events = [j < k for k, n in counts for j in range(n)]
    design = {f"g{i}": [float(name == i) for name in names] for i in range(1, len(counts))}
    return pd.DataFrame(design), pd.Series(events, name="response")


@pytest.fixture(scope="module")
def sex2() -> Table:
    rows, cases = [], []
    for word in SEX2.split():
        pattern, _, fraction = word.partition(":")
        k, n = map(int, fraction.split("/"))
        rows += [[float(digit) for digit in pattern]] * n
        cases += [True] * k + [False] * (n - k)
    names = ["age", "oc", "vic", "vicl", "vis", "dia"]
    return pd.DataFrame(rows, columns=names), pd.Series(cases, name="case")


@pytest.fixture(scope="module")
def endometrial() -> Table:
    rows = [[float(cell) for cell in word.split(",")] for word in ENDOMETRIAL.split()]
    table = pd.DataFrame(rows, columns=["NV", "PI", "EH", "HG"])
    return table[["NV", "PI", "EH"]], table["HG"].eq(1)


@pytest.mark.parametrize(
    ("b", "a", "odds_ratio"),
    [((5, 10), (18, 20), 7.4), ((5, 10), (10, 10), 21.0), ((0, 4), (6, 6), 117.0)],
)
def test_a_two_by_two_table_gets_half_a_patient_in_each_cell(
    b: tuple[int, int], a: tuple[int, int], odds_ratio: float
) -> None:
    # 18.5/2.5 over 5.5/5.5; 10.5/0.5 over 5.5/5.5; 6.5/0.5 over 0.5/4.5
    fit = firth(*groups(b, a))
    assert np.exp(fit.coefficients.loc["g1", "coefficient"]) == pytest.approx(odds_ratio, rel=1e-9)


def test_the_log_odds_ratio_of_the_specification_holds() -> None:
    fit = firth(*groups((5, 10), (18, 20)))
    assert round(fit.coefficients.loc["g1", "coefficient"], 5) == 2.00148
    assert fit[1:5] == (30, 23, 7, 0)


def test_three_groups_get_half_a_patient_in_each_cell_too() -> None:
    fit = firth(*groups((3, 12), (9, 9), (0, 7)))
    odds = np.exp(fit.coefficients["coefficient"])
    assert odds.to_list() == pytest.approx([3.5 / 9.5, 9.5 / 0.5 / (3.5 / 9.5),
                                            0.5 / 7.5 / (3.5 / 9.5)])  # fmt: skip


def test_the_test_of_a_two_by_two_table_is_the_penalized_ratio_by_hand() -> None:
    # With no difference, and n for a group of w = p(1-p), the penalty is log(w) + log(20*10)/2:
    # the maximum is at p = (23 + 1) / (30 + 2), as if each group had half a patient more of both.
    def penalized(k: int, n: int, p: float) -> float:
        w = p * (1 - p)
        return k * np.log(p) + (n - k) * np.log(1 - p) + np.log(n * w) / 2

    full = penalized(18, 20, 18.5 / 21) + penalized(5, 10, 0.5)
    none = penalized(18, 20, 24 / 32) + penalized(5, 10, 24 / 32)
    assert firth(*groups((5, 10), (18, 20))).chi2 == pytest.approx(2 * (full - none), rel=1e-9)


def test_the_printed_results_of_sex2_hold(sex2: Table) -> None:
    fit = firth(*sex2)
    assert (fit.n, fit.events, fit.non_events) == (239, 130, 109)
    printed = pd.DataFrame.from_dict(
        SEX2_PRINTED, orient="index", columns=["coefficient", "low", "high", "p"]
    )
    assert fit.coefficients.index.to_list() == printed.index.to_list()
    for column in ("coefficient", "low", "high"):
        assert fit.coefficients[column].to_numpy() == pytest.approx(printed[column], abs=5e-6)
    assert fit.coefficients["p"].to_numpy() == pytest.approx(printed["p"], rel=1e-5)
    # "Likelihood ratio test=49.09064 on 6 df, p=7.15089e-09"
    assert (round(fit.chi2, 4), fit.df) == (49.0906, 6)
    assert fit.p == pytest.approx(7.15089e-09, rel=1e-5)


def test_the_printed_90_percent_limits_of_sex2_hold(sex2: Table) -> None:
    found = firth(*sex2, confidence=0.9).coefficients[["low", "high"]].to_numpy()
    assert found == pytest.approx(np.array(list(SEX2_90.values())), abs=5e-6)


def test_the_printed_results_of_the_endometrial_cancers_hold(endometrial: Table) -> None:
    # NV separates: the ordinary estimate is infinite.
    found = firth(*endometrial).coefficients[["coefficient", "low", "high"]]
    printed = np.array(list(ENDOMETRIAL_PRINTED.values()))
    assert found.to_numpy() == pytest.approx(printed, abs=5e-7)


def penalized(x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], b: object) -> float:
    logit = x @ np.asarray(b)
    p = 1 / (1 + np.exp(-logit))
    information = (x * (p * (1 - p))[:, None]).T @ x
    return float(np.log(np.where(y == 1, p, 1 - p)).sum() + np.linalg.slogdet(information)[1] / 2)


@pytest.mark.parametrize("name", ["intercept", "NV", "EH"])
def test_at_each_limit_the_likelihood_has_fallen_by_half_of_3_84(
    endometrial: Table, name: str
) -> None:
    design, outcome = endometrial
    x = np.column_stack([np.ones(len(design)), design.to_numpy() / [1, 10, 1]])
    y = outcome.to_numpy(dtype=float)
    fit = firth(design.assign(PI=design["PI"] / 10), outcome).coefficients
    j = fit.index.get_loc(name)
    best = fit["coefficient"].to_numpy()
    for limit in fit.loc[name, ["low", "high"]]:
        found = minimize(
            lambda rest, limit=limit: -penalized(x, y, np.insert(rest, j, limit)),
            np.delete(best, j),
            method="Nelder-Mead",
            options={"xatol": 1e-9, "fatol": 1e-12, "maxiter": 10_000, "maxfev": 10_000},
        )
        assert found.success
        drop = 2 * (penalized(x, y, best) + found.fun)
        assert drop == pytest.approx(3.841458820694124, abs=1e-6)


def test_the_unit_of_a_predictor_changes_its_coefficient_and_nothing_else() -> None:
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"years": rng.normal(2023, 0.5, 60), "score": rng.integers(0, 30, 60)})
    outcome = pd.Series(rng.random(60) < 0.7)
    one = firth(table, outcome).coefficients
    other = firth(table.assign(score=table["score"] / 5), outcome).coefficients
    for column in ("coefficient", "low", "high"):
        assert other.loc["score", column] == pytest.approx(5 * one.loc["score", column], rel=1e-6)
        assert other.loc["years", column] == pytest.approx(one.loc["years", column], rel=1e-6)
    assert other["p"].to_list() == pytest.approx(one["p"].to_list(), rel=1e-6)


def test_no_event_for_event_turns_the_signs(endometrial: Table) -> None:
    design, outcome = endometrial
    one, other = firth(design, outcome).coefficients, firth(design, ~outcome).coefficients
    assert other["coefficient"].to_list() == pytest.approx((-one["coefficient"]).to_list())
    assert other["low"].to_list() == pytest.approx((-one["high"]).to_list())


@pytest.mark.parametrize("seed", range(12))
def test_separated_patients_give_finite_limits_around_the_estimate(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(int(rng.integers(12, 60)), 2))
    outcome = pd.Series(x[:, 0] + 0.3 * x[:, 1] > np.median(x[:, 0] + 0.3 * x[:, 1]))
    found = firth(pd.DataFrame(x, columns=["a", "b"]), outcome).coefficients
    assert np.isfinite(found).all(axis=None)
    assert (found["low"] < found["coefficient"]).all()
    assert (found["coefficient"] < found["high"]).all()


def test_the_estimates_alone_are_the_same(endometrial: Table) -> None:
    design, outcome = endometrial
    found = firth(design, outcome).coefficients["coefficient"].to_numpy()
    assert maximum(design, outcome) == pytest.approx(found)


def test_who_lacks_a_predictor_or_the_outcome_is_left_out_and_counted() -> None:
    design, outcome = groups((5, 10), (18, 20))
    more = pd.DataFrame({"g1": [None, 1.0, None]}, index=[30, 31, 32])
    answers = pd.Series([True, pd.NA, pd.NA], index=[30, 31, 32], dtype="boolean")
    fit = firth(pd.concat([design, more]), pd.concat([outcome.astype("boolean"), answers]))
    assert fit[1:5] == (30, 23, 7, 3)
    assert np.exp(fit.coefficients.loc["g1", "coefficient"]) == pytest.approx(7.4)


def test_a_nullable_yes_or_no_is_a_predictor() -> None:
    design, outcome = groups((5, 10), (18, 20))
    fit = firth(design.astype("boolean"), outcome)
    assert np.exp(fit.coefficients.loc["g1", "coefficient"]) == pytest.approx(7.4)


def changed(**columns: object) -> Table:
    design, outcome = groups((5, 10), (18, 20))
    return design.assign(**columns), outcome


@pytest.mark.parametrize(
    ("design", "outcome", "message"),
    [
        (*changed(center=3.0), "center: the same in all 30 patients"),
        (*changed(g2=lambda t: 2 - 3 * t["g1"]), "g2: a combination of g1 in the 30 patients"),
        (*changed(g1=np.inf), "g1: a value is infinite"),
        (*changed(intercept=range(30)), "none 'intercept'"),
        (changed()[0][[]], changed()[1], r"predictors \(none\)"),
        (changed()[0], pd.Series([True] * 30, name="met"), "met: 30 events and 0 non-events"),
        (changed()[0].iloc[::-1], changed()[1], "response: design and outcome must have the same"),
        (changed()[0][:0], changed()[1][:0], "response: 0 events and 0 non-events in the 0"),
        (changed()[0][:1], changed()[1][:1], "response: 1 event and 0 non-events in the 1"),
    ],
)
def test_what_cannot_be_fitted_is_refused(
    design: pd.DataFrame, outcome: "pd.Series[bool]", message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        firth(design, outcome)


def test_three_columns_that_add_up_are_refused() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"age": rng.normal(40, 12, 40), "duration": rng.normal(6, 3, 40)})
    table["age_at_diagnosis"] = table["age"] - table["duration"]
    with pytest.raises(ValueError, match="age_at_diagnosis: a combination of age, duration"):
        firth(table, pd.Series(rng.random(40) < 0.5))


def test_words_and_outcomes_without_a_type_are_refused() -> None:
    design, outcome = changed(g1="L3")
    with pytest.raises(TypeError, match="g1: values of dtype str are not numbers"):
        firth(design, outcome)
    with pytest.raises(TypeError, match="response: an outcome of dtype float64 is not yes/no"):
        firth(changed()[0], outcome.astype("float64"))


@pytest.mark.parametrize("confidence", [0, 1, 95])
def test_a_level_is_between_0_and_1(confidence: float) -> None:
    with pytest.raises(ValueError, match="give a level between 0 and 1"):
        firth(*changed(), confidence=confidence)


def test_a_search_that_does_not_end_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ibd_scores.study.firth.STEPS", 1)
    with pytest.raises(ValueError, match="no maximum after 1 steps; the predictors are too much"):
        firth(*changed())


def test_the_curvature_is_that_of_the_whole_hat_matrix() -> None:
    """What is never formed, of as many rows and columns as patients, is formed here."""
    rng = np.random.default_rng(6)
    x = np.column_stack([np.ones(40), rng.normal(size=(40, 2))])
    y = (rng.random(40) < 0.4).astype(float)
    b = np.array([0.3, -0.8, 0.5])
    p = 1 / (1 + np.exp(-x @ b))
    w = p * (1 - p)
    information = x.T @ (w[:, None] * x)
    root = np.sqrt(w)[:, None] * x
    hat = root @ np.linalg.inv(information) @ root.T
    skew = 1 - 2 * p
    second = np.diag(np.diag(hat) * (1 - 6 * w)) - np.outer(skew, skew) * hat**2
    point = _Penalized(x, y).at(b)
    np.testing.assert_allclose(point.information, information, rtol=1e-12)
    np.testing.assert_allclose(point.curvature, information - x.T @ second @ x / 2, rtol=1e-10)


def test_a_large_cohort_is_fitted_patient_by_patient() -> None:
    """2 x 2 counts have a closed form: half a patient in each cell, however many there are."""
    met, of = np.array([9_000, 4_000]), np.array([12_000, 8_000])
    design = pd.DataFrame({"a": np.repeat([1, 0], of)})
    outcome = pd.Series(np.concatenate([np.arange(n) < k for k, n in zip(met, of, strict=True)]))
    yes, no = met + 0.5, of - met + 0.5
    fit = firth(design, outcome)
    wanted = np.log(yes[0] * no[1] / (no[0] * yes[1]))
    assert fit.n == 20_000
    assert fit.coefficients.loc["a", "coefficient"] == pytest.approx(wanted, abs=1e-9)
