"""Those who were scoped beside those who were not. Differences are computed by hand."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores.study.description import Characteristic, scoped_or_not, scoped_table
from ibd_scores.study.tables import facts

AGE, SURGERY = Characteristic("age"), Characteristic("prior_surgery", "yes")


def crohn(**columns: list) -> pd.DataFrame:
    ids = pd.Index([f"P{k}" for k in range(len(next(iter(columns.values()))))], name="patient_id")
    return pd.DataFrame({"disease": "CD", **columns}, index=ids)


def pairs_of(table: pd.DataFrame, after: list, before: float = 9.0) -> pd.DataFrame:
    return pd.DataFrame({"ses_cd_baseline": before, "ses_cd": after}, index=table.index)


def test_medians_counts_and_missing_stand_side_by_side() -> None:
    table = crohn(
        age=[20.0, 30, np.nan, 40, 50, 60, 99],
        smoking=["never", "never", "current", "former", "former", "never", "never"],
        prior_surgery=[1.0, 0, 0, 1, np.nan, 1, 1],
    )
    pairs = pairs_of(table, [1.0, 2, 3, np.nan, np.nan, np.nan, 4])
    chosen = [AGE, Characteristic("smoking", "levels"), SURGERY]
    found = scoped_or_not(table, pairs, table.index[:6], chosen)  # the last did not complete
    assert found.index.tolist() == [
        ("Age, years", "median (IQR)"), ("Smoking", "current"), ("Smoking", "former"),
        ("Smoking", "never"), ("Bowel surgery before", "yes"),
    ]  # fmt: skip
    assert found["scoped_n"].tolist() == [2, 3, 3, 3, 3]
    assert found["scoped_missing"].tolist() == [1, 0, 0, 0, 0]
    assert found["not_scoped_n"].tolist() == [3, 3, 3, 3, 2]
    assert found["not_scoped_missing"].tolist() == [0, 0, 0, 0, 1]
    assert found["scoped_k"].tolist()[1:] == [1, 0, 2, 1]
    assert found["not_scoped_k"].tolist()[1:] == [0, 2, 1, 2]
    assert found.loc[("Age, years", "median (IQR)"), ["scoped_median", "not_scoped_median"]].tolist(
    ) == [25, 50]  # fmt: skip
    layout = scoped_table(found)
    assert layout.columns.tolist() == [
        "scoped (n = 3)", "scoped (n = 3): missing", "not scoped (n = 3)",
        "not scoped (n = 3): missing", "standardized difference",
    ]  # fmt: skip
    assert layout.loc[("Smoking", "former")].tolist()[:4] == ["0 (0.0 %)", 0, "2 (66.7 %)", 0]
    assert not any("P0" in key for key in facts(found, "cd"))


def test_the_difference_of_proportions_is_divided_by_their_mean_spread() -> None:
    table = crohn(prior_surgery=[1.0] * 8 + [0] * 2 + [1] * 5 + [0] * 5)
    pairs = pairs_of(table, [1.0] * 10 + [np.nan] * 10)
    found = scoped_or_not(table, pairs, table.index, [SURGERY])
    # 0.8 against 0.5: 0.3 / sqrt((0.16 + 0.25) / 2) = 0.6626
    assert found["standardized_difference"].tolist() == pytest.approx([0.6626], abs=5e-5)


@pytest.mark.parametrize("oldest", [60.0, 6000.0])
def test_the_difference_of_a_median_is_that_of_the_ranks(oldest: float) -> None:
    table = crohn(age=[10.0, 20, 30, 40, 50, oldest])
    found = scoped_or_not(table, pairs_of(table, [1.0] * 3 + [np.nan] * 3), table.index, [AGE])
    # Ranks 1, 2, 3 against 4, 5, 6, each with variance 1: (2 - 5) / 1.
    assert found["standardized_difference"].tolist() == [-3]


def test_equal_values_share_their_rank() -> None:
    table = crohn(age=[30.0, 30, 30, 40])
    found = scoped_or_not(table, pairs_of(table, [1.0, 1, np.nan, np.nan]), table.index, [AGE])
    # Ranks 2, 2 against 2, 4: (2 - 3) / sqrt((0 + 2) / 2).
    assert found["standardized_difference"].tolist() == [-1]


def test_groups_without_any_spread_differ_infinitely_or_not_at_all() -> None:
    table = crohn(prior_surgery=[1.0, 1, 0, 0], immunomodulator=[1.0] * 4)
    chosen = [SURGERY, Characteristic("immunomodulator", "yes")]
    found = scoped_or_not(table, pairs_of(table, [1.0, 1, np.nan, np.nan]), table.index, chosen)
    assert found["standardized_difference"].tolist() == [np.inf, 0]
    assert scoped_table(found)["standardized difference"].tolist() == ["no overlap", "0.00"]


def test_where_everyone_was_scoped_there_is_no_difference() -> None:
    table = crohn(age=[30.0, 40, 50], prior_surgery=[1.0, 0, 0])
    found = scoped_or_not(table, pairs_of(table, [1.0, 2, 3]), table.index, [AGE, SURGERY])
    assert found["standardized_difference"].isna().all()
    assert found["not_scoped_n"].tolist() == [0, 0]
    assert scoped_table(found)["not scoped (n = 0)"].tolist() == ["–", "–"]
    assert scoped_table(found)["standardized difference"].tolist() == ["–", "–"]


def test_scoped_is_who_has_both_endoscopies() -> None:
    table = crohn(age=[30.0, 40, 50])
    pairs = pairs_of(table, [1.0, 2, 3]).assign(ses_cd_baseline=[9.0, np.nan, 9])
    found = scoped_or_not(table, pairs, table.index, [AGE])
    assert found[["scoped_n", "not_scoped_n"]].iloc[0].tolist() == [2, 1]
    colitis = table.assign(disease="UC")
    pairs = pairs.assign(endoscopic_subscore=np.nan, endoscopic_subscore_baseline=3.0)
    found = scoped_or_not(colitis, pairs, table.index, [AGE])
    assert found[["scoped_n", "not_scoped_n"]].iloc[0].tolist() == [0, 3]


def test_a_bound_stays_a_bound() -> None:
    table = crohn(calprotectin_ug_g=[1800.0, 1800, 300, 200],
                  calprotectin_ug_g_censor=["right", "right", None, None])  # fmt: skip
    pairs = pairs_of(table, [1.0, 1, np.nan, np.nan])
    found = scoped_or_not(table, pairs, table.index, [Characteristic("calprotectin_ug_g")])
    assert found["scoped_censored"].tolist() == [2]
    assert scoped_table(found)["scoped (n = 2)"].tolist() == [">1800 (>1800 to >1800)"]


def test_two_diseases_in_one_table_are_refused_and_nobody_is_an_empty_table() -> None:
    table = crohn(age=[30.0, 40])
    with pytest.raises(ValueError, match="patients of CD and UC in one table"):
        scoped_or_not(table.assign(disease=["CD", "UC"]), pairs_of(table, [1.0, 1]), table.index,
                      [AGE])  # fmt: skip
    nobody = scoped_or_not(table[:0], pairs_of(table, [1.0, 1]), table.index[:0], [AGE])
    assert nobody.empty
    assert scoped_table(nobody).empty
