from itertools import chain

import numpy as np
import pandas as pd
import pytest

from ibd_scores.study.imputation import Pooled, pooled, refusal


def flags_of(*counts: tuple[int, int], missing: int = 0) -> pd.Series:
    """One imputation for each (yes, no), and `missing` more patients not evaluable in each."""
    size = sum(counts[0]) + missing
    ids = [f"P{number:03d}" for number in range(size)]
    index = pd.MultiIndex.from_product(
        [range(1, len(counts) + 1), ids], names=["imputation", "patient_id"]
    )
    values = [[True] * yes + [False] * no + [pd.NA] * missing for yes, no in counts]
    return pd.Series([*chain(*values)], index=index, dtype="boolean", name="endpoint")


def test_rubins_rules_on_the_logit_scale() -> None:
    # By hand: logits 0, 0.251314, 0.510826, mean 0.254047; within 0.050000, 0.050794, 0.053333,
    # mean 0.051376; between 0.065241; total 0.051376 + 4/3 * 0.065241 = 0.138364; r = 1.693183,
    # 2 * (1 + 1/r)^2 = 5.060039 df, t = 2.561435, half width 0.952785;
    # fraction of missing information (r + 2 / (df + 3)) / (r + 1) = 0.720828.
    found = pooled(flags_of((40, 40), (45, 35), (50, 30)))
    assert (found.k, found.n, found.m, found.not_evaluable) == (45.0, 80, 3, 0.0)
    assert found.percent == pytest.approx(56.31723, abs=1e-5)
    assert found.low == pytest.approx(33.20920, abs=1e-5)
    assert found.high == pytest.approx(76.97379, abs=1e-5)
    assert found.missing_information == pytest.approx(0.720828, abs=1e-6)


def test_with_nothing_missing_it_is_the_observed_proportion_with_its_logit_wald_interval() -> None:
    # By hand: logit 1.011601, standard error sqrt(1/44 + 1/16) = 0.291937, z = 1.959964.
    found = pooled(flags_of((44, 16), (44, 16)))
    assert found.percent == pytest.approx(100 * 44 / 60)
    assert (round(found.low, 3), round(found.high, 3)) == (60.812, 82.974)
    assert found.missing_information == 0


def test_who_started_and_was_not_imputed_is_a_failure_that_enlarges_n_and_never_k() -> None:
    # By hand: 44/65, standard error sqrt(1/44 + 1/21).
    flags = flags_of((44, 16), (44, 16))
    started = pd.Index([f"P{number:03d}" for number in range(65)])
    found = pooled(flags, started=started)
    assert (found.k, found.n) == (44.0, 65)
    assert found.percent == pytest.approx(67.692308)
    assert (round(found.low, 3), round(found.high, 3)) == (55.474, 77.894)


def test_who_is_not_eligible_is_in_no_denominator_whether_imputed_or_stopped() -> None:
    started = pd.Index([f"P{number:03d}" for number in range(65)])
    eligible = pd.Series(True, index=started).astype("boolean")
    eligible[["P000", "P059", "P064"]] = False  # a success, a failure, one who stopped
    found = pooled(flags_of((44, 16), (44, 16)), eligible=eligible, started=started)
    assert (found.k, found.n) == (43.0, 62)


def test_what_stays_not_evaluable_counts_as_failure_and_is_reported() -> None:
    found = pooled(flags_of((44, 12), (44, 12), missing=4))
    assert (found.k, found.n, found.not_evaluable) == (44.0, 60, 4.0)
    assert round(found.low, 3) == 60.812
    but_one = pd.Series([False], index=["P059"]).astype("boolean")
    assert pooled(flags_of((44, 12), (44, 12), missing=4), eligible=but_one).not_evaluable == 3


def test_one_half_is_added_to_both_counts_where_an_imputation_has_none() -> None:
    # By hand: (0.5, 1.5, 2.5) of 11: logits -3.044522, -1.845827, -1.223775, mean -2.038042;
    # within 1.128272, between 0.856490, total 2.270258, 7.904212 df.
    found = pooled(flags_of((0, 10), (1, 9), (2, 8)))
    assert found.k == 1
    assert found.percent == pytest.approx(11.52663, abs=1e-5)
    assert found.low == pytest.approx(0.39902, abs=1e-5)
    assert found.high == pytest.approx(80.90493, abs=1e-5)


def test_none_in_every_imputation_is_0_percent_and_all_is_100() -> None:
    # By hand: the limit of 0/10 is that of 0.5/11: logit -3.044522, variance 1/0.5 + 1/10.5.
    none, every = pooled(flags_of((0, 10), (0, 10))), pooled(flags_of((10, 0), (10, 0)))
    assert (none.percent, none.low, round(none.high, 3)) == (0, 0, 44.831)
    assert (every.percent, round(every.low, 3), every.high) == (100, 55.169, 100)


def test_nobody_eligible_is_no_rate() -> None:
    flags = flags_of((1, 1), (2, 0))
    nobody = pd.Series(False, index=["P000", "P001"]).astype("boolean")
    found = pooled(flags, eligible=nobody)
    assert found[:2] == (0.0, 0)
    assert np.isnan(found[2:5]).all()


def test_the_order_of_the_rows_of_the_flags_does_not_matter() -> None:
    flags = flags_of((40, 40), (45, 35), (50, 30))
    assert pooled(flags.sample(frac=1, random_state=1)) == pooled(flags)


@pytest.mark.parametrize(
    ("flags", "error", "said"),
    [
        (flags_of((3, 2)), ValueError, "2 imputations"),
        (flags_of((3, 2), (3, 2)).droplevel(0), ValueError, "imputation, patient_id"),
        (flags_of((3, 2), (3, 2)).iloc[1:], ValueError, "same patients"),
        (flags_of((3, 2), (3, 2)).astype(object), TypeError, "boolean"),
    ],
)
def test_what_cannot_be_pooled_is_refused(flags: pd.Series, error: type, said: str) -> None:
    with pytest.raises(error, match=said):
        pooled(flags)


def test_started_must_hold_everyone_who_was_imputed() -> None:
    with pytest.raises(ValueError, match="P001"):
        pooled(flags_of((1, 1), (1, 1)), started=pd.Index(["P000"]))


def test_fewer_than_30_evaluable_are_refused_with_a_sentence_and_30_are_not() -> None:
    known = pd.Series([True, False] * 15, dtype="boolean")
    few = known.mask(known.index == 3)
    assert refusal(known) == ""
    assert refusal(few) == (
        "No multiple imputation: 29 patients have an evaluable result, and from fewer than 30 an "
        "imputation model is not stable; best and worst case are the bounds instead."
    )
    eligible = (known.index < 20).astype(bool)
    assert "20 patients" in refusal(known, pd.Series(eligible).astype("boolean"))
    assert "1 patient has" in refusal(known.iloc[:1])
    assert "no patient has" in refusal(known.iloc[:0])


def test_a_pooled_rate_begins_like_any_other_rate() -> None:
    assert Pooled._fields[:6] == ("k", "n", "percent", "low", "high", "not_evaluable")
