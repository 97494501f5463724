import numpy as np
import pandas as pd
import pytest

from ibd_scores.study.estimands import (
    ESTIMANDS,
    check_estimand,
    completed,
    denominators,
    intercurrent_events,
    rate,
    rates,
    started,
)


def flags(yes: int, no: int, not_evaluable: int = 0, name: str = "endpoint") -> pd.Series:
    values = [True] * yes + [False] * no + [pd.NA] * not_evaluable
    ids = [f"P{number:02d}" for number in range(len(values))]
    return pd.Series(values, index=ids, dtype="boolean", name=name)


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
def test_the_interval_is_wilsons(k: int, n: int, low: float, high: float) -> None:
    found = rate(flags(k, n - k))
    assert (found.k, found.n) == (k, n)
    assert (round(found.low, 1), round(found.high, 1)) == (low, high)


@pytest.mark.parametrize(
    ("k", "n", "everyone", "observed", "imputed", "best"),
    [
        (11, 15, 75, 73.3, 14.7, 94.7),
        (33, 45, 75, 73.3, 44.0, 84.0),
        (44, 60, 75, 73.3, 58.7, 78.7),
        (55, 75, 75, 73.3, 73.3, 73.3),
        (24, 45, 75, 53.3, 32.0, 72.0),
        (32, 60, 75, 53.3, 42.7, 62.7),
        (12, 15, 23, 80.0, 52.2, 87.0),
        (16, 20, 23, 80.0, 69.6, 82.6),
        (6, 15, 23, 40.0, 26.1, 60.9),
        (8, 20, 23, 40.0, 34.8, 47.8),
    ],
)
def test_what_missing_endoscopies_do_to_a_rate(
    k: int, n: int, everyone: int, observed: float, imputed: float, best: float
) -> None:
    response = flags(k, n - k, everyone - n)
    assert round(rate(response, "as_observed").percent, 1) == observed
    assert round(rate(response, "non_responder").percent, 1) == imputed
    assert round(rate(response, "worst_case").percent, 1) == imputed
    assert round(rate(response, "best_case").percent, 1) == best
    assert {rate(response, name).not_evaluable for name in ("as_observed", "best_case")} == {
        everyone - n
    }


def test_a_patient_without_a_row_is_not_evaluable() -> None:
    population = pd.Index(["P00", "P01", "P02", "P99"])
    found = rate(flags(2, 1), "non_responder", population=population)
    assert (found.k, found.n, found.not_evaluable) == (2, 4, 1)


def test_who_stopped_before_the_visit_is_a_failure_even_if_a_value_says_otherwise() -> None:
    response = flags(3, 1)
    population = pd.Index(["P01", "P02", "P03"])
    everyone = pd.Index(["P00", "P01", "P02", "P03", "P98"])
    found = rate(response, "non_responder_started", population=population, started=everyone)
    assert (found.k, found.n, found.not_evaluable) == (2, 5, 0)


def test_who_stopped_is_no_failure_of_the_other_estimands() -> None:
    response, population = flags(3, 1), pd.Index(["P01", "P02", "P03"])
    for estimand in ("as_observed", "non_responder", "worst_case", "best_case"):
        found = rate(response, check_estimand(estimand), population=population)
        assert (found.k, found.n) == (2, 3)


def eligible(*not_eligible: str) -> pd.Series:
    return pd.Series(False, index=list(not_eligible))


@pytest.mark.parametrize(
    ("estimand", "k", "n", "not_evaluable"),
    [
        ("as_observed", 2, 4, 1),
        ("non_responder", 2, 5, 1),
        ("worst_case", 2, 6, 2),
        ("best_case", 4, 6, 2),
        ("non_responder_started", 2, 6, 1),
    ],
)
def test_who_is_not_eligible_is_in_no_denominator(
    estimand: str, k: int, n: int, not_evaluable: int
) -> None:
    response = flags(3, 2, 3)  # P00-P02 yes, P03-P04 no, P05-P07 not evaluable
    found = rate(
        response,
        check_estimand(estimand),
        eligible=eligible("P00", "P05", "P06", "P98"),  # a success, two missing, one who stopped
        population=response.index,
        started=pd.Index([*response.index, "P98", "P99"]),
    )
    assert (found.k, found.n, found.not_evaluable) == (k, n, not_evaluable)


def test_whose_eligibility_is_not_known_is_eligible() -> None:
    unknown = pd.Series([pd.NA, True], index=["P00", "P01"], dtype="boolean")
    assert rate(flags(2, 1), eligible=unknown)[:2] == (2, 3)
    assert rate(flags(2, 1), eligible=unknown.reindex([]))[:2] == (2, 3)


def test_each_endpoint_has_its_own_eligibility() -> None:
    pair = [flags(3, 1, name="ulcer_free"), flags(2, 2, name="cdai_remission")]
    able = [eligible("P00"), eligible("P02", "P03")]
    table = rates(pair, "CD", eligible=able, estimands=["non_responder"])
    assert table[["k", "n"]].to_numpy().tolist() == [[2, 3], [2, 2]]
    with pytest.raises(ValueError, match="shorter"):
        rates(pair, "CD", eligible=able[:1])


def test_denominators_add_up() -> None:
    pair = [flags(3, 2, 3, "ulcer_free"), flags(8, 0, name="cdai_remission")]
    population = pd.Index([*pair[0].index, "P97"])  # P97 was not seen again
    table = denominators(
        pair,
        "CD",
        eligible=[eligible("P00", "P05", "P98"), eligible()],
        population=population,
        started=pd.Index([*population, "P98", "P99"]),
        # One not eligible for the first, one stopped, one known, whose result stands as observed.
        intercurrent=pd.Series(True, index=["P00", "P98", "P01"]),
    )
    assert table.columns.name == "CD"
    assert table.to_dict("index") == {
        "ulcer_free": {
            "started": 11, "stopped": 2, "completed": 9,
            "not_eligible": 2, "eligible": 7, "evaluable": 4, "missing": 3, "intercurrent": 1,
        },
        "cdai_remission": {
            "started": 11, "stopped": 2, "completed": 9,
            "not_eligible": 0, "eligible": 9, "evaluable": 8, "missing": 1, "intercurrent": 2,
        },
    }  # fmt: skip
    shown = rates(pair, "CD", eligible=[eligible("P00", "P05"), eligible()], population=population)
    assert table["evaluable"].tolist() == shown["n"].iloc[::2].tolist()
    assert table["missing"].tolist() == shown["not_evaluable"].iloc[::2].tolist()


def test_nobody_in_the_denominator_gives_missing_not_an_error() -> None:
    for estimand in ("as_observed", "non_responder"):
        found = rate(flags(0, 0, 0), estimand)  # type: ignore[arg-type]
        assert (found.k, found.n) == (0, 0)
        assert np.isnan([found.percent, found.low, found.high]).all()
    assert rate(flags(0, 0, 5)).not_evaluable == 5


def test_rates_of_0_and_100_percent_have_limits_at_0_and_100() -> None:
    assert rate(flags(0, 10)).low == 0
    assert rate(flags(10, 0)).high == 100


@pytest.mark.parametrize("dtype", [bool, float, object])
def test_flags_that_cannot_say_not_evaluable_are_refused(dtype: type) -> None:
    with pytest.raises(TypeError, match=r"cannot tell 'no' from 'not evaluable'.*boolean"):
        rate(pd.Series([1, 0], name="cdai_remission").astype(dtype))


def test_a_patient_with_two_rows_is_refused() -> None:
    twice = pd.Series([True, False], index=["P1", "P1"], dtype="boolean", name="hbi_remission")
    with pytest.raises(ValueError, match="hbi_remission: patient 'P1' has two rows"):
        rate(twice)


def test_an_unknown_estimand_is_refused_with_the_list() -> None:
    with pytest.raises(ValueError, match=r"'nri' is unknown; use one of as_observed, non_resp"):
        rate(flags(1, 1), "nri")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"'nri' is unknown; use one of .*, worst_case, best_case"):
        check_estimand("nri")
    assert [check_estimand(name) for name in ESTIMANDS] == list(ESTIMANDS)


def test_started_is_needed_and_must_hold_the_population() -> None:
    response = flags(1, 1)
    for given in ({}, {"started": response.index}, {"population": response.index}):
        with pytest.raises(ValueError, match=r"needs population=.* and started="):
            rate(response, "non_responder_started", **given)
    with pytest.raises(ValueError, match="'P01' is in the population but not among those who"):
        rate(
            response,
            "non_responder_started",
            population=response.index,
            started=pd.Index(["P00"]),
        )


def test_the_tidy_table_has_its_columns_and_order() -> None:
    first, second = flags(3, 1, 1, "ulcer_free"), flags(2, 3, name="cdai_remission")
    everyone = pd.Index([*first.index, "P98"])
    table = rates([first, second], "CD", population=first.index, started=everyone)
    assert list(table) == [
        "disease", "endpoint", "estimand", "k", "n", "percent", "low", "high", "not_evaluable",
    ]  # fmt: skip
    assert list(table["endpoint"]) == ["ulcer_free"] * 3 + ["cdai_remission"] * 3
    assert list(table["estimand"]) == [
        "as_observed", "non_responder", "non_responder_started",
    ] * 2  # fmt: skip
    assert list(table["n"]) == [4, 5, 6, 5, 5, 6]
    assert table[["k", "n", "not_evaluable"]].dtypes.eq("int64").all()


def test_without_those_who_started_there_are_two_estimands() -> None:
    table = rates([flags(3, 1, 1)], "UC")
    assert list(table["estimand"]) == ["as_observed", "non_responder"]


def test_an_endpoint_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="'endpoint' is given twice"):
        rates([flags(1, 1), flags(2, 0)], "CD", estimands=["as_observed"])


def test_the_five_estimands_are_ordered_as_they_must_be() -> None:
    response = flags(5, 3, 2)
    everyone = pd.Index([*response.index, "stopped"])
    found = {
        name: rate(response, name, population=response.index, started=everyone).percent
        for name in ESTIMANDS
    }
    assert found["worst_case"] == found["non_responder_started"] < found["non_responder"]
    assert found["non_responder"] < found["as_observed"] < found["best_case"]


def test_worst_and_best_case_count_everyone_who_started_where_that_is_known() -> None:
    # 44 of 60 scoped, 15 completed without, 5 stopped: 44/80 to 64/80; of the completed 59/75.
    response = flags(44, 16, 15)
    everyone = pd.Index([*response.index, *(f"S{number}" for number in range(5))])
    both = {"population": response.index, "started": everyone}
    assert rate(response, "worst_case", **both)[:2] == (44, 80)
    assert rate(response, "best_case", **both)[:2] == (64, 80)
    assert rate(response, "best_case", population=response.index)[:2] == (59, 75)
    assert rate(response, "best_case", started=everyone).not_evaluable == 20


def test_an_intercurrent_event_is_a_failure_but_as_observed_and_in_the_best_case() -> None:
    response = flags(3, 1, 1)
    event = pd.Series(True, index=["P00", "P04", "P99"])
    everyone = pd.Index([*response.index, "P98"])
    found = {
        name: rate(response, name, population=response.index, started=everyone, intercurrent=event)[
            :2
        ]
        for name in ESTIMANDS
    }
    assert found == {
        "as_observed": (3, 4),
        "non_responder": (2, 5),
        "non_responder_started": (2, 6),
        "worst_case": (2, 6),
        "best_case": (5, 6),
    }


def test_a_missing_result_that_could_not_have_been_a_success_is_none_in_the_best_case() -> None:
    response = flags(2, 1, 3)
    attainable = pd.Series({"P03": True, "P04": False, "P00": True}, dtype="boolean")
    everyone = pd.Index([*response.index, "P98"])
    found = rate(response, "best_case", started=everyone, attainable=attainable)
    assert (found.k, found.n) == (2 + 1 + 1 + 1, 7)  # P03, P05 and P98 could, P04 could not


def test_an_endpoint_that_nobody_could_be_judged_by_has_no_rate_under_any_estimand() -> None:
    never = flags(0, 0, 5)
    who = {"population": never.index[:4], "started": never.index}
    table = rates([never, flags(0, 1, 4, "other")], "CD", estimands=ESTIMANDS, **who)
    own, other = (table[table["endpoint"] == name] for name in ("endpoint", "other"))
    assert own["n"].tolist() == own["k"].tolist() == [0] * 5
    assert own["percent"].isna().all()
    assert own["not_evaluable"].tolist() == [4, 4, 4, 5, 5]
    assert other["n"].tolist() == [1, 4, 5, 5, 5]
    # Who stopped is a failure all the same where nobody is left to be judged.
    stopped = rates([never], "CD", population=never.index[:0], started=never.index)
    assert stopped["n"].tolist() == [0, 0, 5]


def test_stopping_and_a_new_corticosteroid_are_intercurrent_events() -> None:
    ids = pd.Index(["stopped", "rescued", "tapered", "kept", "unknown"], name="patient_id")
    steroid = {"systemic_steroid_baseline": [0, 0, 1, 1, None], "systemic_steroid": [0, 1, 0, 1, 1]}
    pairs = pd.DataFrame(steroid, index=ids)
    stop = pd.to_datetime(["2023-05-01", None, None, None, None])
    patients = pd.DataFrame({"patient_id": ids, "stop_date": stop})
    found = intercurrent_events(patients, pairs)
    assert found.to_list() == [True, True, False, False, False]
    bare = intercurrent_events(patients, pairs[[]])
    assert bare.to_list() == [True, False, False, False, False]


def test_started_and_completed_are_read_from_the_patients_table() -> None:
    patients = pd.DataFrame(
        {
            "patient_id": ["A", "B", "C", "D"],
            "disease": ["CD", "CD", "UC", "CD"],
            "start_date": pd.to_datetime(["2023-03-01", "2023-03-02", "2023-03-03", None]),
            "stop_date": pd.to_datetime([None, "2023-04-01", None, None]),
        }
    )
    assert list(started(patients, "CD")) == ["A", "B"]
    assert list(completed(patients, "CD")) == ["A"]
    assert list(completed(patients, "UC")) == ["C"]
