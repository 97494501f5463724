import numpy as np
import pandas as pd
import pytest

from ibd_scores.study.audit import counts
from ibd_scores.study.description import (
    Characteristic,
    baseline,
    defined,
    flow,
    transitions,
)
from ibd_scores.study.layouts import baseline_table


@pytest.fixture
def patients() -> pd.DataFrame:
    ids = ["A", "B", "C", "D", "E", "F", "U"]
    return pd.DataFrame(
        {
            "patient_id": ids,
            "disease": ["CD"] * 6 + ["UC"],
            "start_date": pd.to_datetime(["2023-03-01"] * 5 + [None, "2023-03-01"]),
            "stop_date": pd.to_datetime([None, None, "2023-04-01", "2023-04-02", "2023-04-03"]
                                        + [None] * 2),
            "stop_reason": [None, None, "lack of efficacy", "adverse event", None, None, None],
        }
    )  # fmt: skip


def test_the_flow_counts_who_started_stopped_completed_and_was_scoped(
    patients: pd.DataFrame,
) -> None:
    scores = pd.DataFrame(
        {
            "patient_id": ["A", "A", "B", "B", "C", "D", "U"],
            "visit": ["baseline", "week12", "baseline", "week12", "baseline", "baseline", "week12"],
            "ses_cd": [9.0, 3, np.nan, 4, 12, np.nan, 5],
        }
    )
    assert flow(patients, scores, "CD")["n"].to_dict() == {
        "started": 5,
        "endoscopy at baseline": 2,
        "stopped before week 12": 3,
        "stopped: adverse event": 1,
        "stopped: lack of efficacy": 1,
        "stopped: reason not recorded": 1,
        "completed 12 weeks": 2,
        "completed, endoscopy at baseline": 1,
        "completed, endoscopy at week 12": 2,
        "completed, endoscopy at both": 1,
    }


def test_the_baseline_table_counts_what_is_missing_and_takes_percents_of_the_rest() -> None:
    table = pd.DataFrame(
        {
            "age": [20.0, 30, 40, 50, np.nan],
            "sex": ["male", "female", "male", None, "male"],
            "prior_surgery": [1.0, 0, 1, 0, np.nan],
        }
    )
    found = baseline(
        table,
        [
            Characteristic("age"),
            Characteristic("sex", "levels"),
            Characteristic("prior_surgery", "yes", label="Bowel surgery"),
        ],
    )
    assert found.index.tolist() == [
        ("Age, years", "median (IQR)"), ("Sex", "female"), ("Sex", "male"),
        ("Bowel surgery", "yes"),
    ]  # fmt: skip
    assert found.loc[("Age, years", "median (IQR)"), ["median", "q1", "q3"]].tolist() == [
        35, 27.5, 42.5,
    ]  # fmt: skip
    assert found["missing"].tolist() == [1, 1, 1, 1]
    assert found["percent"].tolist()[1:] == [25, 75, 50]
    assert baseline_table(found).iloc[:, 0].tolist() == [
        "35 (28 to 43)", "1 (25.0 %)", "3 (75.0 %)", "2 (50.0 %)",
    ]  # fmt: skip


def test_a_printed_percentage_fits_its_count() -> None:
    for n in range(1, 121):
        table = pd.DataFrame({"sex": ["male"] * (n // 3) + ["female"] * (n - n // 3)})
        layout = baseline_table(baseline(table, [Characteristic("sex", "levels")]))
        for cell in layout["median (IQR) or n (%)"]:
            k, percent = cell.rstrip(")").split(" (")
            assert int(k) in counts(percent, n), (cell, n)


def test_a_quartile_beyond_a_limit_is_written_as_one_and_the_censored_are_counted() -> None:
    table = pd.DataFrame(
        {
            "calprotectin_ug_g": [100.0, 400, 900, 1800, 1800, np.nan],
            "calprotectin_ug_g_censor": [None, None, None, "right", "right", None],
            "crp_mg_l": [0.5, 0.5, 2, 8, 9, 12],
            "crp_mg_l_censor": ["left", "left", None, None, None, None],
            "esr_mm_h": [10.0] * 6,
        }
    )
    wanted = ["calprotectin_ug_g", "crp_mg_l", "esr_mm_h"]
    found = baseline(table, [Characteristic(name, decimals=1) for name in wanted])
    assert found["censored"].tolist() == [2, 2, pd.NA]
    assert found["q1_censor"].fillna("").tolist() == ["", "left", ""]
    assert found["q3_censor"].fillna("").tolist() == ["right", "", ""]
    assert baseline_table(found).to_numpy().tolist() == [
        ["900.0 (400.0 to >1800.0)", 1, "2 (40.0 %)"],
        ["5.0 (<0.9 to 8.8)", 0, "2 (33.3 %)"],
        ["10.0 (10.0 to 10.0)", 0, "–"],
    ]


def test_a_characteristic_without_a_column_or_a_value_is_left_out() -> None:
    table = pd.DataFrame({"age": [40.0, 50.0], "immunomodulator": np.nan, "smoking": None})
    chosen = [Characteristic("age"), Characteristic("immunomodulator", "yes"),
              Characteristic("smoking", "levels"), Characteristic("cdai")]  # fmt: skip
    assert baseline(table, chosen).index.tolist() == [("Age, years", "median (IQR)")]
    nothing = baseline(table[:0], chosen)
    assert nothing.index.names == ["characteristic", "level"]
    assert nothing.empty
    assert baseline_table(nothing).empty


def pairs_of_bands() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ses_cd_band_baseline": ["severe", "severe", "moderate", None, "moderate"],
            "ses_cd_band": ["inactive", "severe", "inactive", "mild", None],
        }
    )


BANDS = ["inactive", "mild", "moderate", "severe"]


def test_transitions_keep_the_order_the_missing_and_the_totals() -> None:
    table = transitions(pairs_of_bands(), "ses_cd_band", BANDS)
    assert list(table.index) == list(table.columns) == [*BANDS, "missing", "total"]
    assert table.loc["severe", "inactive"] == 1
    assert table.loc["moderate", "missing"] == 1
    assert table.loc["missing", "mild"] == 1
    assert table.loc["total"].tolist() == [2, 1, 0, 1, 1, 5]
    assert table["total"].tolist() == [0, 0, 2, 2, 1, 5]


def test_an_ordered_categorical_brings_its_own_order() -> None:
    bands = pairs_of_bands().astype(pd.CategoricalDtype(BANDS, ordered=True))
    given = transitions(pairs_of_bands(), "ses_cd_band", BANDS)
    pd.testing.assert_frame_equal(transitions(bands, "ses_cd_band"), given)


def test_subscores_are_written_as_whole_numbers() -> None:
    pairs = pd.DataFrame({"es_baseline": [3.0, 2.0], "es": [0.0, np.nan]})
    table = transitions(pairs, "es", order=[0, 1, 2, 3])
    assert list(table.index) == ["0", "1", "2", "3", "missing", "total"]
    assert table.loc["3", "0"] == 1


def test_categories_without_an_order_or_outside_it_are_refused() -> None:
    with pytest.raises(ValueError, match="the order of its categories is unknown"):
        transitions(pairs_of_bands(), "ses_cd_band")
    with pytest.raises(ValueError, match="at baseline: 'moderate' is not in the order"):
        transitions(pairs_of_bands(), "ses_cd_band", ["inactive", "mild", "severe"])


@pytest.mark.parametrize(
    ("column", "said"),
    [
        ("ses_cd_band", "SES-CD band: inactive < 3; mild < 7; moderate < 16; severe beyond."),
        ("cdai_band", "CDAI band: remission < 150; mild < 220; moderate ≤ 450; severe beyond."),
        ("mayo_full_band",
         "Full Mayo score band: remission ≤ 2 and no subscore above 1; remission criteria not met "
         "≤ 2; mild < 6; moderate < 11; severe beyond."),
        ("endoscopic_subscore",
         "A subscore of 1 stands here whether friable or not; endoscopic improvement asks for no "
         "friability."),
    ],
)  # fmt: skip
def test_categories_are_told_with_their_limits(column: str, said: str) -> None:
    assert defined(column) == said
