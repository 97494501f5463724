"""Adverse events: who counts, when, and with which limits."""

import pandas as pd
import pytest

from ibd_scores.study.proportions import poisson_rate
from ibd_scores.study.safety import (
    OF_SPECIAL_INTEREST,
    accounting,
    adverse_events,
    adverse_events_table,
    of_special_interest,
)
from ibd_scores.study.tables import facts

START = pd.Timestamp("2023-03-01")
COLUMNS = ["patient_id", "term", "onset_date", "serious", "related", "action"]


@pytest.fixture
def patients() -> pd.DataFrame:
    """Four of CD with four patient-years between them, one who never started, one of UC."""
    return pd.DataFrame(
        {
            "patient_id": ["A", "B", "C", "D", "never", "U"],
            "disease": ["CD"] * 5 + ["UC"],
            "start_date": [START] * 4 + [pd.NaT, START],
            "stop_date": [pd.NaT] * 3 + [START + pd.Timedelta(days=366), pd.NaT, pd.NaT],
        }
    )


@pytest.fixture
def scores() -> pd.DataFrame:
    """A visit a year after the start, as late as no week 12 is: 3 times 365 days and 366."""
    visit = START + pd.Timedelta(days=365)
    return pd.DataFrame({"patient_id": ["A", "B", "C", "U"], "visit": "week12", "date": visit})


def events_of(*rows: tuple) -> pd.DataFrame:
    """Events: patient, term and the day after the first dose, then what differs from the usual."""
    table = [
        (patient, term, pd.NaT if days is None else START + pd.Timedelta(days=days),
         *{"serious": 0.0, "related": 0.0, "action": "none", **dict(further)}.values())
        for patient, term, days, *further in rows
    ]  # fmt: skip
    return pd.DataFrame(table, columns=COLUMNS)


def test_events_are_counted_in_patients_and_in_events_of_those_who_started(
    patients: pd.DataFrame, scores: pd.DataFrame
) -> None:
    events = events_of(
        ("A", "acne", 10, ("related", 1.0)), ("A", "acne", 40),
        ("B", "acne", 12, ("related", 1.0), ("action", "interrupted")),
        ("C", "herpes zoster", 9, ("serious", 1.0), ("related", 1.0), ("action", "stopped")),
        ("U", "acne", 3, ("related", 1.0)), ("never", "acne", 4),
    )  # fmt: skip
    table = adverse_events(events, patients, scores, "CD")
    assert table.index.tolist() == [
        "any adverse event", "any serious adverse event", "any related adverse event",
        "any that led to stopping", "acne", "herpes zoster",
    ]  # fmt: skip
    counted = table[["patients", "percent", "events", "rate", "serious", "related", "stopped"]]
    # Four patients, four years: an event is 25 per 100 patient-years.
    assert counted.loc["any adverse event"].tolist() == [3, 75, 4, 100, 1, 3, 1]
    assert counted.loc["any serious adverse event"].tolist() == [1, 25, 1, 25, 1, 1, 1]
    assert counted.loc["any related adverse event"].tolist() == [3, 75, 3, 75, 1, 3, 1]
    assert counted.loc["any that led to stopping"].tolist() == [1, 25, 1, 25, 1, 1, 1]
    assert counted.loc["acne"].tolist() == [2, 50, 3, 75, 0, 2, 0]
    assert counted.loc["herpes zoster"].tolist() == [1, 25, 1, 25, 1, 1, 1]
    of_colitis = adverse_events(events, patients, scores, "UC")
    assert of_colitis.loc["any adverse event", ["patients", "events"]].tolist() == [1, 1]


def test_the_limits_of_a_rate_are_the_exact_ones_of_poisson(
    patients: pd.DataFrame, scores: pd.DataFrame
) -> None:
    # Garwood's limits of a count: 0 gives 0 to 3.689, 10 gives 4.795 to 18.390; here in 4 years.
    events = events_of(*[("A", "acne", days) for days in range(10)])
    table = adverse_events(events, patients, scores, "CD")
    ten, none = table.loc["acne"], table.loc["any serious adverse event"]
    assert ten[["rate", "low", "high"]].tolist() == pytest.approx([250, 119.885, 459.759], abs=1e-3)
    assert none[["rate", "low", "high"]].tolist() == pytest.approx([0, 0, 92.222], abs=1e-3)
    assert ten["patients"] == 1


@pytest.mark.parametrize(
    ("events", "printed"),
    [(749, (242.7, 225.6, 260.7)), (19, (6.2, 3.7, 9.6)), (17, (5.5, 3.2, 8.8)),
     (5, (1.6, 0.5, 3.8)), (1, (0.3, 0.0, 1.8))],
)  # fmt: skip
def test_rates_are_those_that_a_trial_of_the_drug_prints(events: int, printed: tuple) -> None:
    """Table 2 of van der Heijde 2022, doi:10.1136/rmdopen-2022-002280: 308.6 patient-years."""
    assert [round(one, 1) for one in poisson_rate(events, 308.6)] == list(printed)


def test_an_event_counts_from_the_first_dose_until_observation_ends(
    patients: pd.DataFrame, scores: pd.DataFrame
) -> None:
    # D stopped on day 366, so that 30 days more count; A was still treated at the last visit.
    events = events_of(
        ("A", "day before", -1), ("A", "first day", 0), ("A", "last day", 365),
        ("A", "after the visit", 366), ("A", "no date", None),
        ("D", "while treated", 366), ("D", "day 30 after", 396), ("D", "day 31 after", 397),
    )  # fmt: skip
    table = adverse_events(events, patients, scores, "CD")
    assert {*table.index[4:]} == {
        "first day",
        "last day",
        "no date",
        "while treated",
        "day 30 after",
    }
    assert table.loc["any adverse event", "events"] == 5
    named = accounting(events, patients, scores, "CD")["n"].to_dict()
    assert named == {
        "recorded": 8,
        "not counted: in patients without a first dose": 0,
        "not counted: before the first dose": 1,
        "not counted: after the end of observation": 2,
        "counted: treatment-emergent": 5,
        "of these within 30 days after stopping": 1,
        "of these without a date": 1,
        "of these not known whether serious": 0,
        "of these not known whether related": 0,
        "of these not known whether they led to stopping": 0,
    }


def test_what_is_not_known_of_an_event_is_counted_as_not_known(
    patients: pd.DataFrame, scores: pd.DataFrame
) -> None:
    events = events_of(
        ("A", "acne", 3, ("serious", None)), ("B", "acne", 3, ("related", None)),
        ("C", "acne", 3, ("action", None)), ("never", "acne", 3), ("U", "acne", 3),
    )  # fmt: skip
    named = accounting(events, patients, scores, "CD")["n"]
    assert named.tolist()[:2] == [4, 1]
    assert named.tolist()[-3:] == [1, 1, 1]
    acne = adverse_events(events, patients, scores, "CD").loc["acne"]
    assert acne[["serious", "related", "stopped"]].tolist() == [0, 0, 0]


def test_no_event_of_this_disease_is_a_table_of_zeros_but_none_at_all_is_no_table(
    patients: pd.DataFrame, scores: pd.DataFrame
) -> None:
    events = events_of(("U", "acne", 3))
    table = adverse_events(events, patients, scores, "CD")
    assert len(table) == 4
    assert table[["patients", "percent", "events", "rate", "low"]].eq(0).all(axis=None)
    assert table["high"].tolist() == pytest.approx([92.222] * 4, abs=1e-3)
    for nothing in (adverse_events, of_special_interest):
        unasked = nothing(None, patients, scores, "CD")
        assert unasked.empty
        assert adverse_events_table(unasked).empty
        none = nothing(events[:0], patients, scores, "CD")
        assert none[["patients", "events", "rate"]].eq(0).all(axis=None)
        assert none["high"].tolist() == pytest.approx([92.222] * len(none), abs=1e-3)
    assert accounting(events[:0], patients, scores, "CD")["n"].eq(0).all()


def test_absence_of_a_special_event_is_given_an_upper_limit(
    patients: pd.DataFrame, scores: pd.DataFrame
) -> None:
    events = events_of(
        ("A", "Herpes  Zoster", 4), ("B", "HERPES ZOSTER", 5), ("B", "hyperlipidemia", 6),
        ("C", "hyperlipidaemia", 7), ("C", "zoster-like rash", 8), ("D", "herpes zoster", 500),
    )  # fmt: skip
    table = of_special_interest(events, patients, scores, "CD")
    assert table.index.tolist() == [
        "herpes zoster", "venous thromboembolism", "major adverse cardiovascular event",
        "creatine kinase increased", "lipids increased",
    ]  # fmt: skip
    assert table["patients"].tolist() == [2, 0, 0, 0, 2]
    assert table["events"].tolist() == [2, 0, 0, 0, 2]
    clots = table.loc["venous thromboembolism"]
    # None of 4: the upper Clopper-Pearson limit is 1 - 0.025^(1/4); 3.689 / 4 years.
    assert clots[["percent_low", "percent_high"]].tolist() == pytest.approx([0, 60.236], abs=1e-3)
    assert clots[["rate", "low", "high"]].tolist() == pytest.approx([0, 0, 92.222], abs=1e-3)
    assert clots["terms"] == "–"
    assert table.loc["lipids increased", "terms"] == "hyperlipidaemia, hyperlipidemia"
    assert facts(table, "cd.special")["cd.special[venous thromboembolism].events"] == 0


def test_a_term_belongs_to_one_group_and_is_written_in_lower_case() -> None:
    terms = [term for group in OF_SPECIAL_INTEREST.values() for term in group]
    assert len(terms) == len({*terms})
    assert all(term == term.lower() for term in terms)
    assert all([*group] == sorted(group) for group in OF_SPECIAL_INTEREST.values())


def test_without_any_time_at_risk_there_is_no_rate(patients: pd.DataFrame) -> None:
    nowhere = pd.DataFrame({"patient_id": ["A"], "visit": "baseline", "date": START})
    events = events_of(("A", "acne", None))
    one = patients.iloc[:1]
    acne = adverse_events(events, one, nowhere, "CD").loc["acne"]
    assert acne[["patients", "percent", "events"]].tolist() == [1, 100, 1]
    assert acne[["rate", "low", "high"]].isna().all()
    nobody = adverse_events(events, one, nowhere, "UC")
    assert nobody["percent"].isna().all()
    assert adverse_events_table(nobody).iloc[0].tolist() == ["–", "–", 0, "–", 0, 0, 0]


def test_the_reader_sees_counts_rates_and_limits(
    patients: pd.DataFrame, scores: pd.DataFrame
) -> None:
    events = events_of(("A", "herpes zoster", 4, ("related", 1.0)))
    layout = adverse_events_table(adverse_events(events, patients, scores, "CD"))
    assert layout.columns.tolist() == [
        "patients, n (%)", "% of patients, 95 % CI", "events", "per 100 patient-years (95 % CI)",
        "serious", "related", "led to stopping",
    ]  # fmt: skip
    # One event in 4 years: Garwood's 0.0253 to 5.5716, times 25. One patient of four: the quantile
    # 0.025 of Beta(1, 4) is 0.6 %, and 0.975 of Beta(2, 3) 80.6 %.
    assert layout.loc["herpes zoster"].tolist() == [
        "1 (25.0 %)", "0.6 to 80.6", 1, "25.0 (0.6 to 139.3)", 0, 1, 0,
    ]  # fmt: skip
    special = adverse_events_table(of_special_interest(events, patients, scores, "CD"))
    assert special.loc["venous thromboembolism"].tolist() == [
        "0 (0.0 %)", "0.0 to 60.2", 0, "0.0 (0.0 to 92.2)", "–",
    ]  # fmt: skip


def test_events_without_a_term_are_counted_and_none_of_special_interest_is_not_said(
    patients: pd.DataFrame, scores: pd.DataFrame
) -> None:
    events = events_of(("A", None, 10), ("B", None, 20, ("serious", 1.0)), ("C", "acne", 30))
    counted = adverse_events(events, patients, scores, "CD")
    assert counted.loc["any adverse event", ["patients", "events"]].tolist() == [3, 3]
    assert counted.loc["no term recorded or kept", ["patients", "serious"]].tolist() == [2, 1]
    special = of_special_interest(events, patients, scores, "CD")
    assert special[["patients", "percent", "events", "rate", "high"]].isna().all(axis=None)
    assert set(special["terms"]) == {"not known: 2 of 3 events have no term"}
    assert adverse_events_table(special)["patients, n (%)"].unique().tolist() == ["–"]
