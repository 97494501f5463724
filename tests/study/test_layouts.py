"""Each column of a layout shows its own number: whole rows, no two of their numbers alike."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ibd_scores.study import tables
from ibd_scores.study.layouts import (
    censoring_table,
    changes_table,
    context_table,
    groups_table,
    imputed_table,
    moves_table,
    multiverse_table,
    p_values_table,
    predictors_table,
    prevalence_table,
    show_rates,
    titled,
)

CHANGES = pd.DataFrame(
    {
        "n": 37, "before_median": 24.3, "before_q1": 11.2, "before_q3": 48.7,
        "after_median": 3.1, "after_q1": 1.4, "after_q3": 7.9, "scale": "ratio",
        "change": 0.254, "low": 0.187, "high": 0.349, "interval": "exact", "w": 99.0,
        "p": 0.0213, "p_pratt": 0.0324, "rank_biserial": 0.678,
        "improved": 81.1, "same": 5.4, "worse": 13.5, "censored": 6,
        "before_median_censor": None, "before_q1_censor": None, "before_q3_censor": "right",
        "after_median_censor": None, "after_q1_censor": "left", "after_q3_censor": None,
        "p_adjusted": 0.0437, "adjustment": "Holm",
    },
    index=["crp_mg_l"],
)  # fmt: skip

TESTS = pd.DataFrame(
    {
        "what": ["CDAI: change", "SES-CD band: transitions", "ESR, mm/h: change"],
        "family": ["confirmatory", "exploratory", "exploratory"],
        "p": [0.0123, 0.0004, np.nan],
        "p_adjusted": [0.0456, 0.0078, np.nan],
        "adjustment": ["Holm", "Benjamini-Hochberg", ""],
    },
    index=["cdai change", "ses_cd_band transitions", "esr_mm_h change"],
)

MOVES = pd.DataFrame(
    {
        "n": [58, 0], "improved": [41, 0], "same": [12, 0], "worse": [5, 0],
        "test": ["exact Stuart-Maxwell", "none"], "p": [0.0123, np.nan],
        "stuart_maxwell": [24.567, np.nan], "df": [3, 0], "p_asymptotic": [0.0234, np.nan],
        "bowker": [26.789, np.nan], "bowker_df": [6, 0],
        "p_bowker": [0.0456, np.nan], "p_bowker_asymptotic": [0.0347, np.nan],
    },
    index=["ses_cd_band", "cdai_band"],
)  # fmt: skip

PREVALENCE = pd.DataFrame(
    {
        "n": 40, "missing": 13, "before": 22, "before_percent": 55.0, "after": 9,
        "after_percent": 22.5, "both": 7, "before_only": 15, "after_only": 2, "neither": 16,
        "difference": -32.5, "low": -46.3, "high": -14.8, "p": 0.0047,
    },
    index=["anal_fistula"],
)  # fmt: skip

IMPUTED = pd.DataFrame(
    {
        "k": 47.26, "n": 80, "percent": 59.08, "low": 47.62, "high": 69.67,
        "not_evaluable": 1.5, "missing_information": 0.173, "m": 20,
    },
    index=["endoscopic_response"],
)  # fmt: skip

PREDICTORS = pd.DataFrame(
    {
        "odds_ratio": 3.456, "low": 1.234, "high": 9.876, "p": 0.0189,
        "n": 60, "events": 44, "non_events": 16, "incomplete": 3,
    },
    index=pd.Index(["biologic-naive, yes or no"], name="predictor"),
)  # fmt: skip

GROUPS = pd.DataFrame(
    {
        "n": [44, 16, 17], "missing": [2, 3, 1], "k": pd.array([None, 12, None], "Int64"),
        "percent": [np.nan, 75.0, np.nan], "median": [13.0, np.nan, 1800.0],
        "q1": [9.0, np.nan, 640.0], "q3": [18.5, np.nan, 1800.0],
        "median_censor": [None, None, "right"], "q1_censor": None,
        "q3_censor": [None, None, "right"],
    },
    index=pd.MultiIndex.from_tuples(
        [("ses_cd", "met"), ("prior_anti_tnf", "not met"), ("calprotectin_ug_g", "not evaluable")],
        names=["candidate", "group"],
    ),
)  # fmt: skip

CENSORING = pd.DataFrame(
    {
        "n": 55, "censored": 14, "ratio": [0.2346, np.nan], "low": [0.1567, np.nan],
        "high": [0.3789, np.nan], "interval": ["exact", "none"], "p": [0.0021, 0.0078],
        "fell": pd.array([None, 41], "Int64"), "rose": pd.array([None, 6], "Int64"),
        "tied": pd.array([None, 5], "Int64"), "undecided": pd.array([None, 3], "Int64"),
    },
    index=pd.MultiIndex.from_tuples(
        [("crp_mg_l", "limit/2"), ("crp_mg_l", "sign test")], names=["quantity", "handling"]
    ),
)  # fmt: skip

SUMMARY = pd.DataFrame(
    {
        "specifications": [180, 60], "distinct": [18, 9], "lowest": [52.5, 40.1],
        "q1": [57.4, 42.2], "median": [61.3, 43.3], "q3": [66.8, 44.4], "highest": [80.1, 45.6],
        "usual": [55.2, np.nan], "k_sum": [7000, 2000], "n_sum": [12000, 5000],
    },
    index=pd.MultiIndex.from_tuples(
        [("endoscopy", "endoscopic_response"), ("endoscopy", "ulcer_free")],
        names=["question", "endpoint"],
    ),
)  # fmt: skip

CONTEXT = pd.DataFrame(
    {
        "endpoint": "ulcer_free", "disease": "CD", "arm": ["This cohort", "Drug", "Placebo"],
        "kind": ["cohort", "drug", "placebo"], "week": [12, 11, 8],
        "k": pd.array([44, 75, None], "Int64"), "n": pd.array([60, 337, 174], "Int64"),
        "percent": [73.3333, 22.2552, 14.0], "low": [61.04, 18.13, np.nan],
        "high": [82.92, 27.01, np.nan], "source": ["Here", "Loftus 2023", "A release"],
        "note": ["As observed.", "Of those who responded.", "All failed a biologic."],
    }
)  # fmt: skip

REASONS = pd.DataFrame(
    {"n_missing": [15], "of_them": [4]},
    index=pd.MultiIndex.from_tuples(
        [("ulcer_free", "week 12: no SES-CD")], names=["endpoint", "reason"]
    ),
)

RATES = pd.DataFrame(
    {
        "disease": "CD", "endpoint": ["endoscopic_response", "ulcer_free"],
        "estimand": "as_observed", "k": [44, 32], "n": [60, 59], "percent": [73.3333, 54.2373],
        "low": [61.04, 41.64], "high": [82.92, 66.31], "not_evaluable": [15, 16],
    }
)  # fmt: skip


def test_a_change_shows_each_p_each_median_and_each_direction_in_its_own_column() -> None:
    assert changes_table(CHANGES).to_dict("index") == {
        "CRP, mg/L": {
            "pairs": 37,
            "baseline, median (IQR)": "24.3 (11.2 to >48.7)",
            "week 12, median (IQR)": "3.1 (<1.4 to 7.9)",
            "improvement (95 % CI)": "ratio 0.25 (0.19 to 0.35)",
            "interval": "exact",
            "improved / same / worse, %": "81.1 / 5.4 / 13.5",
            "rank-biserial": "0.68",
            "p": "0.021",
            "p (Pratt)": "0.032",
            "p adjusted": "0.044 Holm",
            "censored, n (%)": "6 (16.2 %)",
        }
    }


def test_p_values_are_shown_raw_and_adjusted() -> None:
    columns = ["family", "p", "p adjusted", "adjustment"]
    rows = {
        "CDAI: change": ["confirmatory", "0.012", "0.046", "Holm"],
        "SES-CD band: transitions": ["exploratory", "<0.001", "0.008", "Benjamini-Hochberg"],
        "ESR, mm/h: change": ["exploratory", "–", "–", ""],
    }
    laid = p_values_table(TESTS)
    assert list(laid) == columns
    assert laid.T.to_dict("list") == rows


def test_moves_show_the_asymptotic_tests_beside_the_one_that_fits() -> None:
    moved, nobody = moves_table(MOVES).to_dict("index").items()
    assert moved == (
        "SES-CD band",
        {
            "pairs": 58,
            "improved / same / worse": "41 / 12 / 5",
            "test": "exact Stuart-Maxwell",
            "p": "0.012",
            "Stuart-Maxwell (df), asymptotic p": "24.57 (3), 0.023",
            "Bowker (df), asymptotic p": "26.79 (6), 0.035",
        },
    )
    assert nobody == (
        "CDAI band",
        {
            "pairs": 0,
            "improved / same / worse": "0 / 0 / 0",
            "test": "none",
            "p": "–",
            "Stuart-Maxwell (df), asymptotic p": "–",
            "Bowker (df), asymptotic p": "–",
        },
    )


def test_a_prevalence_shows_baseline_before_week_12() -> None:
    assert prevalence_table(PREVALENCE).to_dict("index") == {
        "Anal fistula": {
            "baseline": "22 (55.0 %)",
            "week 12": "9 (22.5 %)",
            "difference, points (95 % CI)": "-32.5 (-46.3 to -14.8)",
            "p (exact McNemar)": "0.005",
            "pairs": 40,
            "missing": 13,
        }
    }


def test_the_missing_information_of_an_imputed_rate_is_in_percent() -> None:
    assert imputed_table(IMPUTED).to_dict("index") == {
        "Endoscopic response (U-EXCEL)": {
            "mean k": "47.3",
            "n": 80,
            "% (95 % CI)": "59.1 (47.6 to 69.7)",
            "missing information, %": "17",
            "imputations": 20,
        }
    }


def test_an_odds_ratio_has_two_decimals_and_events_come_before_non_events() -> None:
    assert predictors_table(PREDICTORS).to_dict("index") == {
        "biologic-naive, yes or no": {
            "odds ratio (95 % CI)": "3.46 (1.23 to 9.88)",
            "p": "0.019",
            "events / non-events": "44 / 16",
            "incomplete": 3,
        }
    }


def test_a_group_shows_a_median_of_numbers_and_a_count_of_yes_or_no() -> None:
    laid = groups_table(GROUPS)
    assert list(laid) == ["median (IQR) or n (%)", "n", "missing"]
    assert laid.T.to_dict("list") == {
        ("SES-CD", "met"): ["13.0 (9.0 to 18.5)", 44, 2],
        ("Prior anti-TNF", "not met"): ["12 (75.0 %)", 16, 3],
        ("Fecal calprotectin, µg/g", "not evaluable"): [">1800 (640 to >1800)", 17, 1],
    }


def test_a_handling_of_censored_values_shows_its_ratio_and_the_sign_test_its_directions() -> None:
    assert censoring_table(CENSORING).to_dict("index") == {
        ("CRP, mg/L", "limit/2"): {
            "ratio (95 % CI)": "0.235 (0.157 to 0.379)",
            "fell / rose / tied / undecided": "–",
            "p": "0.002",
            "pairs": 55,
            "censored": 14,
        },
        ("CRP, mg/L", "sign test"): {
            "ratio (95 % CI)": "–",
            "fell / rose / tied / undecided": "41 / 6 / 5 / 3",
            "p": "0.008",
            "pairs": 55,
            "censored": 14,
        },
    }


def test_a_multiverse_shows_its_range_its_middle_half_and_the_usual_rate() -> None:
    laid = multiverse_table(SUMMARY)
    assert list(laid) == [
        "specifications", "distinct results", "lowest to highest, %", "middle half, %",
        "median, %", "usual choices, %",
    ]  # fmt: skip
    assert laid.T.to_dict("list") == {
        ("endoscopy", "Endoscopic response (U-EXCEL)"): [
            180, 18, "52.5 to 80.1", "57.4 to 66.8", "61.3", "55.2",
        ],
        ("endoscopy", "Ulcer-free endoscopy"): [
            60, 9, "40.1 to 45.6", "42.2 to 44.4", "43.3", "–",
        ],
    }  # fmt: skip


def test_a_published_rate_without_counts_is_shown_as_it_was_printed() -> None:
    laid = context_table(CONTEXT)
    assert list(laid) == ["week", "k/n", "% (95 % CI)", "note", "source"]
    assert laid.T.to_dict("list") == {
        ("Ulcer-free endoscopy", "This cohort"): [
            12, "44/60", "73.3 (61.0 to 82.9)", "As observed.", "Here",
        ],
        ("Ulcer-free endoscopy", "Drug"): [
            11, "75/337", "22.3 (18.1 to 27.0)", "Of those who responded.", "Loftus 2023",
        ],
        ("Ulcer-free endoscopy", "Placebo"): [
            8, "–", "14", "All failed a biologic.", "A release",
        ],
    }  # fmt: skip


def test_a_titled_table_has_words_for_its_columns_and_leaves_other_levels_alone() -> None:
    assert titled(REASONS).to_dict("index") == {
        ("Ulcer-free endoscopy", "week 12: no SES-CD"): {"n missing": 15, "of them": 4}
    }


def test_rates_are_shown_laid_out_with_dagger_and_note_over_their_named_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(tables, "display", lambda bundle, raw: shown.append(bundle))
    show_rates(RATES, "cd", reported={"ulcer_free"}, note="The cohort is simulated.")
    (bundle,) = shown
    response, healing = "cd.endoscopic_response[as_observed].", "cd.ulcer_free[as_observed]."
    assert bundle[tables.FACTS] == {
        f"{response}k": 44, f"{response}n": 60, f"{response}percent": 73.3333,
        f"{response}low": 61.04, f"{response}high": 82.92, f"{response}not_evaluable": 15,
        f"{healing}k": 32, f"{healing}n": 59, f"{healing}percent": 54.2373,
        f"{healing}low": 41.64, f"{healing}high": 66.31, f"{healing}not_evaluable": 16,
    }  # fmt: skip
    assert [" ".join(line.split()) for line in bundle["text/plain"].splitlines()] == [
        "as observed not evaluable",
        "endpoint",
        "Endoscopic response (U-EXCEL) 44/60 (73.3 %, 61.0 to 82.9) 15",
        "Ulcer-free endoscopy † 32/59 (54.2 %, 41.6 to 66.3) 16",
        "The cohort is simulated.",
    ]


@pytest.mark.parametrize(
    ("layout", "table"),
    [
        (p_values_table, TESTS), (moves_table, MOVES), (prevalence_table, PREVALENCE),
        (imputed_table, IMPUTED), (predictors_table, PREDICTORS), (groups_table, GROUPS),
        (censoring_table, CENSORING), (multiverse_table, SUMMARY), (context_table, CONTEXT),
        (titled, REASONS),
    ],
)  # fmt: skip
def test_without_rows_a_layout_keeps_its_columns(
    layout: Callable[[pd.DataFrame], pd.DataFrame], table: pd.DataFrame
) -> None:
    empty = layout(table.iloc[:0])
    assert len(empty) == 0
    assert list(empty) == list(layout(table))
    assert empty.index.names == layout(table).index.names


def test_no_change_at_all_is_an_empty_layout() -> None:
    assert changes_table(CHANGES.iloc[:0]).empty
