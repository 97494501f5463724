"""From the first dose to the end of treatment, as far as it is known. Day counts are by hand."""

import pandas as pd
import pytest

from ibd_scores.study.exposure import exposure, exposure_ends, treated_until

START = pd.Timestamp("2023-03-01")


def day(days: float | None) -> pd.Timestamp:
    return pd.NaT if days is None else START + pd.Timedelta(days=days)


def cohort(stops: dict, week12: dict, onsets: dict) -> tuple[pd.DataFrame, ...]:
    """Patients who started on one day; the days, counted from it, of stop, visit and event."""
    dates = [{name: day(days) for name, days in one.items()} for one in (stops, week12, onsets)]
    patients = pd.DataFrame({"patient_id": [*stops], "disease": "CD", "start_date": START})
    patients["stop_date"] = pd.to_datetime([*dates[0].values()])
    before = pd.DataFrame({"patient_id": [*stops], "visit": "baseline", "date": day(-5)})
    after = pd.DataFrame({"patient_id": [*week12], "visit": "week12"})
    after["date"] = pd.to_datetime([*dates[1].values()])
    events = pd.DataFrame({"patient_id": [*onsets]})
    events["onset_date"] = pd.to_datetime([*dates[2].values()])
    return patients, pd.concat([before, after], ignore_index=True), events


@pytest.fixture
def known() -> tuple[pd.DataFrame, ...]:
    stops = {"came": None, "stopped": 30, "both": 30, "later": 150, "neither": None,
             "nothing": None, "wrong": -7, "at once": 0}  # fmt: skip
    return cohort(stops, {"came": 84, "both": 84, "later": 84}, {"neither": 40, "stopped": 99})


def test_exposure_ends_with_the_stop_date_or_the_visit_the_earlier_of_both(known) -> None:
    patients, scores, events = known
    until = treated_until(patients, scores, "CD", events)
    days = (until["end_date"] - until["start_date"]).dt.days
    assert days.where(days.notna(), -1).to_dict() == {
        "came": 84, "stopped": 30, "both": 30, "later": 84, "neither": 40, "nothing": -1,
        "wrong": -1, "at once": 0,
    }  # fmt: skip
    nothing = "no record after the first dose"
    assert until["known_from"].to_dict() == {
        "came": "week-12 visit", "stopped": "stop date", "both": "stop date",
        "later": "week-12 visit", "neither": "last record", "nothing": nothing, "wrong": nothing,
        "at once": "stop date",
    }  # fmt: skip


def test_exposure_is_in_years_and_never_assumed(known) -> None:
    patients, scores, events = known
    years = exposure(patients, scores, "CD", events)
    assert years.name == "patient_years"
    assert years["came"] == pytest.approx(84 / 365.25)
    assert years[["nothing", "wrong"]].isna().all()
    assert years["at once"] == 0
    assert years.sum() == pytest.approx((84 + 30 + 30 + 84 + 40) / 365.25)
    assert exposure(patients, scores, "CD").isna().sum() == 3  # without the events


def test_how_the_end_is_known_is_counted(known) -> None:
    patients, scores, events = known
    table = exposure_ends(patients, scores, "CD", events)
    assert table["patients"].to_dict() == {
        "stop date": 3, "week-12 visit": 2, "last record": 1, "no record after the first dose": 2,
        "everyone who started": 8,
    }  # fmt: skip
    assert (365.25 * table["patient_years"]).round(6).tolist() == [60, 168, 40, 0, 268]


def test_who_stopped_on_the_day_of_the_visit_is_counted_once_as_stopped() -> None:
    patients, scores, events = cohort({"P": 84}, {"P": 84}, {"P": 2})
    assert treated_until(patients, scores, "CD", events)["known_from"].to_list() == ["stop date"]


def test_who_did_not_start_or_has_another_disease_has_no_exposure(known) -> None:
    patients, scores, _ = known
    assert exposure(patients, scores, "UC").empty
    assert exposure(patients.assign(start_date=pd.NaT), scores, "CD").empty
    assert exposure_ends(patients, scores, "UC")["patients"].eq(0).all()
