"""The steps before the Mayo scores and the SCCAI."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores.derive.colitis import bowel_frequency_day, bowel_frequency_night, extracolonic
from ibd_scores.derive.diary import DAYS_LEFT_OUT, mayo_diary_window
from ibd_scores.indices.colitis import mayo_partial_adapted, sccai

DAYS = pd.date_range("2024-03-01", "2024-03-07")  # the week before the visit
VISIT = pd.DataFrame(
    {"patient_id": ["P1"], "date": pd.to_datetime(["2024-03-08"])}, index=["v"]
)  # fmt: skip


def same(found, expected):
    return found == expected or (expected is None and np.isnan(found))


# Walmsley 1998: 0-3, 4-6, 7-9, more than 9; an average between two steps belongs to the lower one.
@pytest.mark.parametrize(
    ("stools", "level"),
    [(0, 0), (3, 0), (3.999, 0), (4, 1), (6, 1), (6.999, 1), (7, 2), (9, 2), (9.001, 3), (10, 3),
     (None, None)],
)  # fmt: skip
def test_stools_by_day(stools, level):
    assert same(bowel_frequency_day(stools_by_day=stools), level)


# Walmsley 1998: none, 1-3, 4 or more.
@pytest.mark.parametrize(
    ("stools", "level"),
    [(0, 0), (0.999, 0), (1, 1), (3, 1), (3.999, 1), (4, 2), (6, 2), (None, None)],
)
def test_stools_by_night_of_which_none_is_an_answer(stools, level):
    assert same(bowel_frequency_night(stools_by_night=stools), level)


@pytest.mark.parametrize(
    ("features", "count"),
    [((0, 0, 0, 0), 0), ((1, 0, 0, 0), 1), ((0, 1, 1, 0), 2), ((1, 1, 1, 1), 4),
     ((1, None, 1, 1), None)],
)  # fmt: skip
def test_each_extracolonic_feature_counts_once(features, count):
    names = [item.name for item in extracolonic.columns]
    assert same(extracolonic(**dict(zip(names, features, strict=True))), count)


def test_counts_and_features_make_an_sccai():
    # Worked example SCCAI-1: 2+1+2+2+1+1.
    assert sccai(stools_by_day=8, stools_by_night=2, urgency=2, blood_in_stool=2,
                 general_wellbeing_sccai=1, arthralgia=1, uveitis=0, erythema_nodosum=0,
                 pyoderma_gangrenosum=0) == 9  # fmt: skip


def diary(stools, bleeding=0, days=DAYS, **flags):
    answers = {"stool_frequency": stools, "rectal_bleeding": bleeding}
    return pd.DataFrame({"patient_id": "P1", "date": days} | answers | flags)


def window(entries, **options):
    return mayo_diary_window(VISIT, entries, **options).loc["v"]


def test_the_three_most_recent_days_are_averaged():
    found = window(diary([3, 3, 3, 3, 2, 1, 2], [2, 2, 2, 2, 1, 1, 0]))
    assert found["stool_frequency_mean"] == pytest.approx((2 + 1 + 2) / 3)
    assert found["rectal_bleeding_mean"] == pytest.approx((1 + 1 + 0) / 3)
    assert found.index.tolist() == ["stool_frequency_mean", "rectal_bleeding_mean"]


@pytest.mark.parametrize("flag", DAYS_LEFT_OUT)
def test_days_of_bowel_preparation_and_endoscopy_give_way_to_earlier_ones(flag):
    found = window(diary([0, 0, 0, 2, 2, 2, 3], **{flag: [0] * 6 + [1]}))
    assert found["stool_frequency_mean"] == 2


def test_a_day_counts_where_both_answers_were_recorded():
    found = window(diary([0, 0, 0, 1, 2, 3, 3], [0, 0, 0, 1, 1, 1, np.nan]))
    assert found.tolist() == [2, 1]


@pytest.mark.parametrize(
    ("recorded", "mean"),
    [(DAYS[:3], 1), (DAYS[:2], None), (DAYS - pd.Timedelta(days=1), 1), (DAYS[:0], None),
     (DAYS + pd.Timedelta(days=7), None)],
)  # fmt: skip
def test_three_days_of_the_seven_before_the_visit_are_needed(recorded, mean):
    assert same(window(diary(1, days=recorded))["stool_frequency_mean"], mean)


def test_how_many_days_are_averaged_can_be_chosen():
    entries = diary([3, 3, 3, 3, 3, 1, 0])
    assert window(entries, days=1)["stool_frequency_mean"] == 0
    assert window(entries, days=2)["stool_frequency_mean"] == 0.5
    assert window(entries, days=7)["stool_frequency_mean"] == pytest.approx(16 / 7)


# Half up: 0.5 is 1, 1.5 is 2; bleeding on any of the averaged days is not 0.
@pytest.mark.parametrize(
    ("stools", "bleeding", "rounded"),
    [((0, 0), (0, 0), [0, 0]), ((0, 1), (0, 1), [1, 1]), ((1, 2), (2, 3), [2, 3]),
     ((0, 0, 1), (0, 0, 1), [0, 1]), ((1, 1, 2), (1, 1, 2), [1, 1]),
     ((2, 3, 3), (3, 3, 3), [3, 3])],
)  # fmt: skip
def test_rounded_means_fit_the_form(stools, bleeding, rounded):
    days = len(stools)
    found = window(diary(stools, bleeding, DAYS[-days:]), days=days, round_item_means=True)
    assert found[["stool_frequency", "rectal_bleeding"]].tolist() == rounded
    assert mayo_partial_adapted(**found[["stool_frequency", "rectal_bleeding"]]) == sum(rounded)


def test_a_missing_mean_is_not_rounded_to_an_answer():
    assert window(diary(1, days=DAYS[:2]), days=3, round_item_means=True).isna().all()


def test_each_visit_has_its_own_week():
    visits = pd.DataFrame({
        "patient_id": ["P2", "P1", "P1"],
        "date": pd.to_datetime(["2024-03-08", "2024-03-08", "2024-04-08"]),
    }, index=["other", "first", "later"])  # fmt: skip
    entries = diary([3, 3, 3, 3, 1, 1, 1]).sample(frac=1, random_state=3)
    found = mayo_diary_window(visits, entries)
    assert found.index.tolist() == ["other", "first", "later"]
    assert found["stool_frequency_mean"].isna().tolist() == [True, False, True]
    assert found.loc["first"].tolist() == [1, 0]


@pytest.mark.parametrize("days", [0, 8, 2.5])
def test_one_to_seven_days_are_averaged(days):
    with pytest.raises(ValueError, match=r"mayo_diary_window: days is 1 to 7, not"):
        window(diary(1), days=days)


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        (diary(4), "stool_frequency = 4 in row 0"),
        (diary(1).drop(columns="rectal_bleeding"), "no column rectal_bleeding"),
        (diary(1).drop(columns="date"), "mayo_diary_window: diary has no column date"),
        (diary(1).astype({"date": str}), "mayo_diary_window: date in diary holds no dates"),
        (pd.concat([diary(1), diary(2)]), "mayo_diary_window: 7 days stand twice"),
    ],
)
def test_a_diary_that_cannot_be_read_is_refused(entries, message):
    with pytest.raises(ValueError, match=message):
        window(entries)
