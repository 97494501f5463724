import numpy as np
import pandas as pd
import pytest

from ibd_scores.study.imputation import (
    LEAST,
    Block,
    blocks,
    chained,
    completed_pairs,
    fewer,
    impute,
    pooled,
    predictors,
)

SCORE = Block("score", "score", ("score", "score_text", "score_day"))


def table_of(n: int, missing: int, seed: int = 1) -> pd.DataFrame:
    """A score that rises with `before`; the last ones have none. Each score has its text."""
    rng = np.random.default_rng(seed)
    before = rng.normal(10, 3, n)
    score = np.round(before + rng.normal(0, 1, n), 6)
    text = pd.Series([f"score {one}" for one in score], dtype="str")
    table = pd.DataFrame({"before": before, "score": score, "score_text": text, "score_day": score})
    table.loc[n - missing :, ["score", "score_text", "score_day"]] = None
    return table.set_axis(pd.Index([f"P{row:03d}" for row in range(n)], name="patient_id"))


def test_every_imputation_has_every_patient_in_order() -> None:
    stacked = impute(table_of(40, 6), [SCORE], ["before"], m=3)
    assert stacked.index.names == ["imputation", "patient_id"]
    ids = [f"P{row:03d}" for row in range(40)]
    assert stacked.index.to_list() == [(one, patient) for one in (1, 2, 3) for patient in ids]


def test_what_was_recorded_is_never_altered_and_nothing_is_left_missing() -> None:
    table = table_of(50, 12)
    stacked = impute(table, [SCORE], ["before"], m=4)
    for _, one in stacked.groupby("imputation"):
        here = one.droplevel("imputation")
        pd.testing.assert_frame_equal(here.iloc[:38], table.iloc[:38])
        assert here["before"].equals(table["before"])
        assert here.notna().all(axis=None)


def test_a_block_is_copied_whole_from_one_donor() -> None:
    table = table_of(50, 12)
    imputed = impute(table, [SCORE], ["before"], m=20).loc[(slice(None), table.index[38:]), :]
    assert (imputed["score_text"] == [f"score {one}" for one in imputed["score"]]).all()
    assert (imputed["score_day"] == imputed["score"]).all()
    assert set(imputed["score"]) <= set(table["score"].dropna())


def test_part_of_a_block_that_was_recorded_stays() -> None:
    table = table_of(50, 12)
    table.loc["P049", "score_day"] = 77.0
    imputed = impute(table, [SCORE], ["before"], m=5).xs("P049", level="patient_id")
    assert imputed["score_day"].eq(77.0).all()
    assert imputed["score"].notna().all()


def test_donors_are_those_with_the_nearest_prediction() -> None:
    # The score is twice `before`, exactly: nearest to P045 (45) are P044 (88), P043 (86), ...
    # Donors are resampled: the five nearest of a sample are among the ten nearest of all with a
    # probability of 99 % (the mean over j = 1 to 5 of 1 - P(Poisson(10) < j)).
    table = pd.DataFrame({"before": np.arange(46.0)}).set_index(
        pd.Index([f"P{row:03d}" for row in range(46)], name="patient_id")
    )
    table["score"] = (2 * table["before"]).where(table.index != "P045")
    imputed = impute(table, [Block("score", "score", ("score",))], ["before"], m=200)
    found = imputed.xs("P045", level="patient_id")["score"]
    assert {80.0, 82.0, 84.0, 86.0, 88.0} <= set(found)
    assert found.ge(2 * 35).mean() > 0.95
    assert found.min() > 2 * 15


def test_donors_that_are_equally_near_are_drawn_at_random() -> None:
    # One covariate of two values: all 20 donors of the same value are as near as each other.
    table = pd.DataFrame({"before": [0.0, 1000.0] * 21})
    table["score"] = table["before"] + np.arange(42)
    table.index = pd.Index([f"P{row:03d}" for row in range(42)], name="patient_id")
    table.loc["P041", "score"] = np.nan
    imputed = impute(table, [Block("score", "score", ("score",))], ["before"], m=4000)
    found = imputed.xs("P041", level="patient_id")["score"].value_counts()
    # 200 of each are expected; the standard deviation is 14.
    assert set(found.index) == set(range(1001, 1041, 2))
    assert found.between(140, 260).all()


def test_the_parameters_are_drawn_not_only_estimated() -> None:
    # The score has next to nothing to do with `before`, and P040 lies ten times further out than
    # anyone: whether its prediction is at the upper or at the lower end hangs on the slope drawn.
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"before": [*np.linspace(-1, 1, 40), 10.0]})
    table["score"] = np.round(rng.normal(size=41), 6)
    end = table.set_index("score")["before"]
    table.index = pd.Index([f"P{row:03d}" for row in range(41)], name="patient_id")
    table.loc["P040", "score"] = np.nan
    imputed = impute(table, [Block("score", "score", ("score",))], ["before"], m=200)
    donors = end[imputed.xs("P040", level="patient_id")["score"]]
    assert (donors < -0.5).mean() > 0.1
    assert (donors > 0.5).mean() > 0.1


def test_blocks_that_a_patient_lacks_both_are_imputed_in_accord() -> None:
    # The second score is the first, but for a little noise; the five last have neither.
    rng = np.random.default_rng(6)
    first = rng.normal(size=60)
    table = pd.DataFrame({"first": first, "second": first + rng.normal(0, 0.05, 60)})
    table.index = pd.Index([f"P{row:03d}" for row in range(60)], name="patient_id")
    table.loc["P055":, :] = np.nan
    blocks = [Block(name, name, (name,)) for name in table]
    lacking = impute(table, blocks, [], m=40).loc[(slice(None), table.index[55:]), :]
    assert np.corrcoef(lacking["first"], lacking["second"])[0, 1] > 0.9


def test_the_same_seed_gives_the_same_table_and_another_another() -> None:
    table = table_of(60, 15)
    first = impute(table, [SCORE], ["before"], m=5, seed=7)
    pd.testing.assert_frame_equal(first, impute(table, [SCORE], ["before"], m=5, seed=7))
    assert not first.equals(impute(table, [SCORE], ["before"], m=5, seed=8))


def test_the_order_of_the_rows_changes_nothing() -> None:
    table = table_of(60, 15)
    shuffled = table.sample(frac=1, random_state=2)
    assert shuffled.index[0] != table.index[0]
    first, second = (impute(one, [SCORE], ["before"], m=5) for one in (table, shuffled))
    pd.testing.assert_frame_equal(first, second)


def test_a_table_given_is_left_as_it_is() -> None:
    table = table_of(40, 6)
    before = table.copy(deep=True)
    impute(table, [SCORE], ["before"], m=2)
    pd.testing.assert_frame_equal(table, before)


def test_a_covariate_that_is_missing_in_some_is_imputed_too() -> None:
    table = table_of(60, 10)
    table.loc[["P003", "P055"], "before"] = np.nan
    stacked = impute(table, [SCORE], ["before"], m=5)
    assert stacked[["before", "score"]].notna().all(axis=None)
    assert set(stacked["before"]) <= set(table["before"].dropna())


def test_covariates_absent_constant_or_known_in_few_are_not_read() -> None:
    table = table_of(60, 10).assign(steroid=0.0, calprotectin=np.nan, known_in_29=np.nan)
    table.iloc[:29, table.columns.get_loc("known_in_29")] = np.arange(29.0)
    asked = ["before", "steroid", "calprotectin", "known_in_29", "never_recorded"]
    assert predictors(table, [SCORE], asked) == ["before", "score"]
    stacked = impute(table, [SCORE], asked, m=2)
    assert stacked["score"].notna().all()
    assert stacked["known_in_29"].notna().sum() == 2 * 29


def test_a_block_known_in_few_stays_missing_and_a_block_not_in_the_table_is_passed_over() -> None:
    table = table_of(60, 31)
    assert table["score"].notna().sum() == 29
    stacked = impute(table, [SCORE, Block("other", "other", ("other",))], ["before"], m=2)
    assert stacked["score"].isna().sum() == 2 * 31


def test_a_marker_may_be_0_on_the_log_scale() -> None:
    table = table_of(60, 10).assign(score=lambda t: t["score"] - t["score"].min())
    stacked = impute(table, [SCORE._replace(log=True)], ["before"], m=2)
    assert stacked["score"].notna().all()


def test_more_predictors_than_half_the_donors_are_refused() -> None:
    rng = np.random.default_rng(3)
    table = table_of(40, 8)
    names = [f"covariate_{number}" for number in range(16)]
    table[names] = rng.normal(size=(40, 16))
    with pytest.raises(ValueError, match=r"16 predictors.* 32 "):
        impute(table, [SCORE], names, m=2)


def test_fewer_predictors_than_half_the_donors_are_read() -> None:
    rng = np.random.default_rng(3)
    table = table_of(40, 8)
    names = [f"covariate_{number}" for number in range(15)]
    table[names] = rng.normal(size=(40, 15))
    assert impute(table, [SCORE], names, m=2)["score"].notna().all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"m": 1}, "m="),
        ({"m": 50.0}, "m="),
        ({"m": True}, "m="),
        ({"cycles": 0}, "cycles="),
        ({"donors": 0}, "donors="),
        ({"donors": LEAST + 1}, "donors="),
    ],
)
def test_numbers_that_make_no_sense_are_refused(options: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        impute(table_of(40, 5), [SCORE], ["before"], **options)


def test_words_as_a_covariate_are_refused() -> None:
    with pytest.raises(TypeError, match="score_text"):
        impute(table_of(40, 5), [SCORE], ["score_text"], m=2)


def test_a_patient_with_two_rows_is_refused() -> None:
    table = table_of(40, 5)
    with pytest.raises(ValueError, match="P000"):
        impute(pd.concat([table, table.iloc[:1]]), [SCORE], ["before"], m=2)


def test_too_few_patients_are_refused_with_the_reason() -> None:
    with pytest.raises(ValueError, match=r"23 .* 30 .*best and worst case"):
        impute(table_of(23, 3), [SCORE], ["before"])


def indexed(n: int) -> pd.DataFrame:
    """The HBI of n patients, another in each, and of how many therapies they tried before."""
    ids = pd.Index([f"P{row:03d}" for row in range(n)], name="patient_id")
    return pd.DataFrame({"hbi": np.arange(n, dtype=float)}, index=ids)


def of_cohort(pairs: pd.DataFrame, intercurrent: tuple[str, ...] = ()) -> pd.DataFrame | None:
    tried = np.arange(len(pairs)) % 3
    patients = pd.DataFrame({"patient_id": pairs.index, "prior_advanced_therapies": tried})
    events = pd.Series(pairs.index.isin(intercurrent), index=pairs.index)
    return completed_pairs(pairs, patients, "CD", pairs.index, events)


def test_30_patients_who_completed_are_imputed_and_29_are_not() -> None:
    assert of_cohort(indexed(29)) is None
    assert of_cohort(indexed(30), ("P000",)) is None
    stacked = of_cohort(indexed(30))
    assert stacked is not None
    assert len(stacked) == 50 * 30
    assert set(stacked["prior_advanced_therapies"]) == {0, 1, 2}


def test_who_had_an_intercurrent_event_is_not_imputed_and_gives_to_nobody() -> None:
    # P000, P039 and P040 had one; P040 and P041 lack an HBI.
    table = indexed(42)
    table.loc[["P040", "P041"], "hbi"] = np.nan
    stacked = of_cohort(table, ("P000", "P039", "P040"))
    assert stacked is not None
    patients = stacked.index.get_level_values("patient_id")
    assert set(patients) == {*table.index} - {"P000", "P039", "P040"}
    given = stacked.xs("P041", level="patient_id")["hbi"]
    assert len(given) == 50
    assert len(set(given)) > 1
    assert set(given) <= set(range(1, 39))


def test_who_is_not_among_the_completed_is_not_imputed() -> None:
    table = indexed(40)
    patients = pd.DataFrame({"patient_id": table.index, "prior_advanced_therapies": 1})
    nobody = pd.Series(False, index=table.index)
    stacked = completed_pairs(table, patients, "CD", table.index[:35], nobody)
    assert stacked is not None
    assert set(stacked.index.get_level_values("patient_id")) == set(table.index[:35])
    assert completed_pairs(table, patients, "CD", table.index[:29], nobody) is None


def test_missing_at_random_biases_the_complete_cases_and_not_the_imputed() -> None:
    # The score is met by half of all. Who was ill at baseline is seldom seen again, and the score
    # hangs on the baseline: those seen do better.
    truth, n, repeats = 50.0, 120, 150
    rng = np.random.default_rng(20230201)
    seen_only, found = [], []
    ids = pd.Index(range(n), name="patient_id")
    block = Block("score", "score", ("score",))
    for seed in range(repeats):
        before = rng.normal(size=n)
        score = before + rng.normal(0, 0.75, n)
        missing = rng.random(n) < 1 / (1 + np.exp(-before))
        table = pd.DataFrame({"before": before, "score": score}, index=ids)
        table["score"] = table["score"].mask(missing)
        seen_only.append(100 * (score[~missing] < 0).mean())
        stacked = impute(table, [block], ["before"], m=20, cycles=1, seed=seed)
        found.append(pooled(stacked["score"].lt(0).astype("boolean")))
    assert np.mean(seen_only) > truth + 12
    assert abs(np.mean([one.percent for one in found]) - truth) < 2.5
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert 0.90 <= covered <= 0.99
    assert 0.2 < np.mean([one.missing_information for one in found]) < 0.6


def test_missing_completely_at_random_widens_the_interval() -> None:
    table = table_of(200, 0)
    full = impute(table, [SCORE], ["before"], m=20)
    table.loc[table.index[::2], list(SCORE.columns)] = None
    half = impute(table, [SCORE], ["before"], m=20)
    widths = [
        one.high - one.low
        for one in (pooled((stack["score"] < 10).astype("boolean")) for stack in (full, half))
    ]
    assert widths[1] > 1.05 * widths[0]


def test_donors_looked_up_in_order_are_as_near_as_those_of_all_distances() -> None:
    rng = np.random.default_rng(4)
    for offered in (rng.normal(size=400), rng.integers(0, 9, 400).astype(float), np.ones(30)):
        aim = np.concatenate([rng.normal(0, 3, size=60), [-99.0, 99.0], offered[:5]])
        for k in (1, 5, 30):
            near = chained._in_order(offered, aim, k)
            away = np.sort(np.abs(offered[near] - aim[:, None]), axis=1)
            every = np.sort(np.abs(offered - aim[:, None]), axis=1)[:, :k]
            assert near.shape == (len(aim), k)
            assert all(len({*row}) == k for row in near.tolist())
            np.testing.assert_array_equal(away, every)


def test_a_large_cohort_is_imputed_by_the_same_rule(monkeypatch) -> None:
    """Of donors as near as each other another may be drawn: the means agree, not each value."""
    table = table_of(400, 100)
    usual = impute(table, [SCORE], ["before"], m=50)
    monkeypatch.setattr(chained, "DISTANCES", 0)
    large = impute(table, [SCORE], ["before"], m=50)
    late = (slice(None), table.index[300:])
    assert (large.loc[late, "score_day"] == large.loc[late, "score"]).all()
    assert large.loc[late, "score"].mean() == pytest.approx(
        usual.loc[late, "score"].mean(), abs=0.1
    )
    assert large.loc[late, "score"].std() == pytest.approx(usual.loc[late, "score"].std(), abs=0.1)
    pd.testing.assert_frame_equal(large, impute(table, [SCORE], ["before"], m=50))


def test_more_patients_than_many_are_imputed_fewer_times_and_it_is_said(monkeypatch) -> None:
    pairs = pd.DataFrame({"cdai": [*range(100, 160), None]})
    pairs.index = pd.Index([f"P{row:02d}" for row in range(61)], name="patient_id")
    patients = pd.DataFrame({"patient_id": pairs.index})
    none = pd.Series(dtype="boolean")
    for many, m, said in (
        (61, 50, ""),
        (60, 20, "20 imputations rather than 50, as there are more than 60 patients."),
    ):
        monkeypatch.setattr(blocks, "MANY", many)
        stacked = completed_pairs(pairs, patients, "CD", pairs.index, none)
        assert stacked.index.get_level_values(0).max() == m
        assert fewer(61) == said
