import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from ibd_scores.study.predictors import (
    TooFewEventsError,
    describe,
    optimism,
    predictors,
    refusal,
)

ONE = {"a": (1.0, "a, yes or no")}
TWO = {"a": (1.0, "a"), "b": (5.0, "b, per 5")}


def cohort(
    events: int, non_events: int, not_evaluable: int = 0
) -> "tuple[pd.DataFrame, pd.Series]":
    answers = [True] * events + [False] * non_events + [pd.NA] * not_evaluable
    rng = np.random.default_rng(7)
    ids = pd.Index([f"P{i:03d}" for i in range(len(answers))], name="patient_id")
    a, b = rng.integers(0, 2, len(ids)), rng.normal(12, 5, len(ids))
    outcome = pd.Series(answers, index=ids, dtype="boolean", name="endoscopic_response")
    return pd.DataFrame({"a": a, "b": b}, index=ids), outcome


@pytest.fixture
def naive() -> "tuple[pd.DataFrame, pd.Series]":
    """18 of 20 against 5 of 10."""
    table = pd.DataFrame({"a": [True] * 20 + [False] * 10})
    answers = [True] * 18 + [False] * 2 + [True] * 5 + [False] * 5
    return table, pd.Series(answers, dtype="boolean", name="endoscopic_response")


@pytest.mark.parametrize(
    ("events", "non_events", "candidates", "permitted"),
    [
        (44, 16, TWO, True),
        (55, 20, TWO, True),
        (10, 10, TWO, True),
        (10, 9, TWO, False),
        (9, 51, TWO, False),
        (9, 51, ONE, True),
        (5, 5, ONE, True),
        (4, 56, ONE, False),
        (16, 4, TWO, False),
        (16, 4, ONE, False),
        (20, 0, ONE, False),
        (0, 0, ONE, False),
    ],
)
def test_each_predictor_needs_five_of_the_rarer(
    events: int, non_events: int, candidates: dict[str, tuple[float, str]], permitted: bool
) -> None:
    table, outcome = cohort(events, non_events, not_evaluable=6)
    sentence = refusal(table, outcome, candidates)
    assert (sentence == "") == permitted
    if permitted:
        assert len(predictors(table, outcome, candidates)) == len(candidates)
    else:
        for model in (predictors, optimism):
            with pytest.raises(TooFewEventsError) as raised:
                model(table, outcome, candidates)
            assert str(raised.value) == sentence


def test_the_refusal_counts_and_says_what_is_done_instead() -> None:
    table, outcome = cohort(16, 4, not_evaluable=6)
    assert refusal(table, outcome.rename("endoscopic_improvement"), TWO) == (
        "Endoscopic improvement: 16 events and 4 non-events among 20 evaluable; two predictors "
        "need at least 10 of the rarer, so no model is fitted and the groups are described instead."
    )


def test_who_lacks_a_predictor_does_not_count_as_an_event() -> None:
    table, outcome = cohort(44, 10)
    table.loc["P050", "b"] = np.nan  # one of the ten
    assert refusal(table, outcome, TWO) == (
        "Endoscopic response (U-EXCEL): 44 events and 9 non-events among 53 "
        "evaluable with both predictors recorded; two predictors need at least 10 of the rarer, "
        "so no model is fitted and the groups are described instead."
    )
    assert refusal(table, outcome, ONE) == ""


def test_the_odds_ratio_is_that_of_the_specification(
    naive: "tuple[pd.DataFrame, pd.Series]",
) -> None:
    (row,) = predictors(*naive, ONE).to_dict("records")
    assert row["odds_ratio"] == pytest.approx(7.4)
    assert row["low"] < 7.4 < row["high"]
    assert (row["n"], row["events"], row["non_events"], row["incomplete"]) == (30, 23, 7, 0)


def test_the_odds_ratio_is_for_one_step() -> None:
    table, outcome = cohort(44, 16)
    single = predictors(table, outcome, {"a": (1, "a"), "b": (1, "b")})
    five = predictors(table, outcome, TWO)
    assert five.index.to_list() == ["a", "b, per 5"]
    for column in ("odds_ratio", "low", "high"):
        assert five.loc["b, per 5", column] == pytest.approx(single.loc["b", column] ** 5)
    assert five["p"].to_list() == pytest.approx(single["p"].to_list())


def test_the_not_evaluable_and_the_incomplete_are_left_out_and_told_apart(
    naive: "tuple[pd.DataFrame, pd.Series]",
) -> None:
    table, outcome = naive
    table = pd.concat([table.astype("boolean"), pd.DataFrame({"a": [pd.NA, True, False]})])
    table = table.reset_index(drop=True).astype("boolean")
    more = pd.Series([True, pd.NA], index=[30, 31], dtype="boolean")  # 32 is of another disease
    answers = pd.concat([outcome, more]).rename("endoscopic_response")
    (row,) = predictors(table, answers, ONE).to_dict("records")
    assert row["odds_ratio"] == pytest.approx(7.4)
    assert (row["n"], row["incomplete"]) == (30, 1)


@pytest.mark.parametrize("names", ["", "abc"])
def test_one_or_two_predictors_are_named(names: str) -> None:
    table, outcome = cohort(40, 40)
    candidates = {name: (1.0, name) for name in names}
    with pytest.raises(ValueError, match="name one or two, chosen before the data were seen"):
        refusal(table.assign(c=1), outcome, candidates)


def test_a_table_that_does_not_fit_is_refused() -> None:
    table, outcome = cohort(20, 20)
    with pytest.raises(ValueError, match="c: not a column of the table"):
        predictors(table, outcome, {"c": (1, "c")})
    with pytest.raises(ValueError, match="endoscopic_response: patient 'P039' is not in the table"):
        predictors(table[:-1], outcome, ONE)
    with pytest.raises(ValueError, match="table: patient 'P000' has two rows"):
        predictors(pd.concat([table, table[:1]]), outcome, ONE)
    with pytest.raises(TypeError, match="flags of dtype bool cannot tell 'no' from 'not eval"):
        predictors(table, outcome.astype(bool), ONE)
    with pytest.raises(TypeError, match="a: values of dtype str are not numbers"):
        predictors(table.assign(a="L3"), outcome, ONE)
    with pytest.raises(ValueError, match="b: a step of 0; give one above 0"):
        predictors(table, outcome, {"b": (0, "b")})


def test_a_predictor_that_everybody_has_is_refused() -> None:
    table, outcome = cohort(20, 20)
    with pytest.raises(ValueError, match="a: the same in all 40 patients"):
        predictors(table.assign(a=1), outcome, ONE)


def test_concordance_is_that_of_all_pairs_counted_by_hand(
    naive: "tuple[pd.DataFrame, pd.Series]",
) -> None:
    # 23 x 7 pairs: 18 x 5 concordant, 18 x 2 + 5 x 5 tied, 5 x 2 discordant
    (row,) = optimism(*naive, ONE, resamples=20).to_dict("records")
    assert row["c_statistic"] == pytest.approx((90 + 61 / 2) / 161)
    assert row["per_predictor"] == 7
    assert row["shrinkage"] == pytest.approx((row["chi2"] - 1) / row["chi2"])
    assert row["c_corrected"] == pytest.approx(row["c_statistic"] - row["optimism"])


def test_predictors_that_mean_nothing_are_found_out() -> None:
    table, outcome = cohort(44, 16)
    (row,) = optimism(table, outcome, TWO, resamples=200).to_dict("records")
    assert row["c_statistic"] >= 0.5
    assert row["optimism"] > 0.02
    assert row["shrinkage"] < 0.5


def test_a_strong_predictor_needs_little_shrinkage() -> None:
    table, outcome = cohort(30, 30)
    table["a"] = outcome.astype(int).where(table["b"] > 5, 1)
    (row,) = optimism(table, outcome, ONE, resamples=50).to_dict("records")
    assert row["shrinkage"] > 0.9
    assert abs(row["optimism"]) < 0.02


def test_the_bootstrap_is_the_same_each_time() -> None:
    table, outcome = cohort(44, 16, not_evaluable=5)
    one, again = (optimism(table, outcome, TWO, resamples=30) for _ in range(2))
    pd.testing.assert_frame_equal(one, again)
    other = optimism(table, outcome, TWO, resamples=30, seed=13)
    assert other["optimism"].iloc[0] != one["optimism"].iloc[0]


def three_groups(met: tuple[int, int, int]) -> "tuple[pd.DataFrame, pd.Series]":
    """20 patients with neither predictor, 20 with the one, 20 with the other."""
    table = pd.DataFrame({"a": [0] * 20 + [1] * 20 + [0] * 20, "b": [0] * 40 + [5] * 20})
    answers = [i < k for k in met for i in range(20)]
    return table, pd.Series(answers, dtype="boolean", name="endoscopic_response")


def test_shrinkage_counts_both_predictors() -> None:
    # Two predictors for three groups: Firth's penalty adds half a patient to each cell, so chi2 is
    # the likelihood-ratio statistic of 3.5, 12.5, 6.5 met against 17.5, 8.5, 14.5 not met, with
    # 7.5 and 13.5 expected: 2 * (3.5 ln(3.5/7.5) + ... + 14.5 ln(14.5/13.5)) = 8.86595.
    cells = [[3.5, 12.5, 6.5], [17.5, 8.5, 14.5]]
    by_hand = chi2_contingency(cells, correction=False, lambda_="log-likelihood").statistic
    (row,) = optimism(*three_groups((3, 12, 6)), TWO, resamples=2).to_dict("records")
    assert row["df"] == 2
    assert row["chi2"] == pytest.approx(by_hand) == pytest.approx(8.86595, abs=1e-5)
    assert row["shrinkage"] == pytest.approx(1 - 2 / row["chi2"], abs=1e-12)
    assert row["shrinkage"] == pytest.approx(0.774418, abs=1e-6)
    assert row["per_predictor"] == 10.5  # 21 met, 39 did not


def test_predictors_that_explain_less_than_chance_shrink_to_nothing() -> None:
    # 7.5, 8.5 and 6.5 met of 21 each: chi2 is 0.42, less than its 2 degrees of freedom.
    (row,) = optimism(*three_groups((7, 8, 6)), TWO, resamples=2).to_dict("records")
    assert 0 < row["chi2"] < 2
    assert row["shrinkage"] == 0
    (row,) = optimism(*three_groups((7, 7, 7)), TWO, resamples=2).to_dict("records")
    assert row["chi2"] == pytest.approx(0, abs=1e-9)
    assert row["shrinkage"] == 0


def test_the_order_of_the_rows_does_not_move_the_bootstrap() -> None:
    table, outcome = cohort(44, 16, not_evaluable=5)
    order = np.random.default_rng(3).permutation(len(table))
    one = optimism(table, outcome, TWO, resamples=30)
    for patients, answers in [
        (table.iloc[order], outcome.iloc[order]),
        (table, outcome[::-1]),
        (table[::-1], outcome),
    ]:
        other = optimism(patients, answers, TWO, resamples=30)
        pd.testing.assert_frame_equal(other, one, rtol=1e-9)


def test_samples_that_cannot_be_fitted_are_drawn_again() -> None:
    # One patient in ten has it: a third of the samples have none.
    table = pd.DataFrame({"a": [1] + [0] * 9})
    outcome = pd.Series([True] * 5 + [False] * 5, dtype="boolean", name="endoscopic_response")
    found = optimism(table, outcome, ONE, resamples=40)
    assert np.isfinite(found["c_corrected"]).all()


def test_groups_are_described_by_what_was_seen() -> None:
    table = pd.DataFrame(
        {
            "score": [4.0, 8, 6, 20, None, 9],
            "surgery": [1.0, 0, 1, None, 0, 1],
            "crp": [10.0, 20, 0.5, 0.5, 4, 8],
            "crp_censor": [None, None, "left", "left", None, None],
        }
    )
    answers = [True, True, False, False, False, pd.NA]
    met = pd.Series(answers, dtype="boolean", name="endoscopic_improvement")
    found = describe(table, met, ["score", "surgery", "crp"])
    assert found.index.get_level_values("group").to_list() == [
        "met", "not met", "not evaluable",
    ] * 3  # fmt: skip
    assert found.loc[("score", "met"), ["n", "missing", "median"]].to_list() == [2, 0, 6]
    assert found.loc[("score", "not met"), ["n", "missing", "median"]].to_list() == [2, 1, 13]
    assert found.loc[("score", "not evaluable"), ["n", "missing", "median"]].to_list() == [1, 0, 9]
    assert found.loc[("surgery", "met"), ["n", "k", "percent"]].to_list() == [2, 1, 50]
    assert found.loc[("surgery", "not met"), ["n", "missing", "k"]].to_list() == [2, 1, 1]
    assert found.loc[("crp", "not met"), "median_censor"] == "left"
    assert found["k"].isna().to_list() == [True] * 3 + [False] * 3 + [True] * 3


def test_nobody_and_nothing_can_be_described() -> None:
    table, outcome = cohort(2, 0)
    found = describe(table.assign(b=np.nan), outcome, ["b"])
    assert found["n"].to_list() == [0, 0, 0]
    assert found["missing"].to_list() == [2, 0, 0]
    assert describe(table[:0], outcome[:0], ["a"])["n"].to_list() == [0, 0, 0]
    assert describe(table, outcome, []).empty
