import numpy as np
import pandas as pd
import pytest

from ibd_scores.study.estimands import ESTIMANDS, rates
from ibd_scores.study.plan import CD
from ibd_scores.study.sentences import censored, changed, primary_result, spread
from ibd_scores.study.statistics import changes


def flags(yes: int, no: int, missing: int) -> pd.Series:
    values = [True] * yes + [False] * no + [pd.NA] * missing
    return pd.Series(values, dtype="boolean", name="endoscopic_response")


def told(estimand: str, yes: int = 44, no: int = 16, missing: int = 15) -> tuple[str, ...]:
    response = flags(yes, no, missing)
    table = rates(
        [response], "CD", population=response.index, started=pd.RangeIndex(len(response) + 5),
        estimands=ESTIMANDS,
    )  # fmt: skip
    rows = {("endoscopic_response", "stopped before week 12"): 5,
            ("endoscopic_response", "week 12: no SES-CD"): 15}  # fmt: skip
    index = pd.MultiIndex.from_tuples(list(rows), names=["endpoint", "reason"])
    reasons = pd.DataFrame({"n": list(rows.values())}, index=index)
    return primary_result(CD, table, reasons, estimand)


def test_the_primary_result_is_told_with_what_limits_it() -> None:
    # 44/80 Wilson 44.1 to 65.4; 44/60 Wilson 61.0 to 82.9; best case 64/80.
    assert told("non_responder_started") == (
        "Primary endpoint, Endoscopic response (U-EXCEL), non-responder imputation, all started: "
        "44 of 80 (55.0 %, 95 % CI 44.1 to 65.4; Clopper-Pearson 43.5 to 66.2).",
        "As observed, of those with a result: 44 of 60 (73.3 %, 95 % CI 61.0 to 82.9).",
        "If every missing result were a failure 55.0 %; if a success, where what is known allows "
        "it, 80.0 %.",
        "Without a result: stopped before week 12 (5); week 12: no SES-CD (15).",
    )


def test_another_estimand_gives_another_sentence() -> None:
    first, *rest = told("as_observed")
    assert first.endswith(
        "as observed: 44 of 60 (73.3 %, 95 % CI 61.0 to 82.9; Clopper-Pearson 60.3 to 83.9)."
    )
    assert rest[0] == (
        "This departs from the plan, which names Endoscopic response (U-EXCEL), non-responder "
        "imputation, all started."
    )
    assert not any("As observed" in sentence for sentence in rest)


def test_only_the_primary_endpoint_is_told_and_only_its_reasons() -> None:
    other = flags(20, 50, 5).rename("ulcer_free")
    table = rates(
        [other, flags(44, 16, 15)], "CD", population=other.index, started=pd.RangeIndex(80),
        estimands=ESTIMANDS,
    )  # fmt: skip
    rows = {("ulcer_free", "week 12: not scoped"): 5,
            ("endoscopic_response", "stopped before week 12"): 6,
            ("ulcer_free", "stopped before week 12"): 7,
            ("endoscopic_response", "week 12: no SES-CD"): 14}  # fmt: skip
    index = pd.MultiIndex.from_tuples(list(rows), names=["endpoint", "reason"])
    reasons = pd.DataFrame({"n": list(rows.values())}, index=index)
    first, *_, last = primary_result(CD, table, reasons, "as_observed")
    assert first == (
        "Primary endpoint, Endoscopic response (U-EXCEL), as observed: "
        "44 of 60 (73.3 %, 95 % CI 61.0 to 82.9; Clopper-Pearson 60.3 to 83.9)."
    )
    assert last == "Without a result: stopped before week 12 (6); week 12: no SES-CD (14)."
    unexplained = primary_result(
        CD, table, reasons.query("endpoint == 'ulcer_free'"), "as_observed"
    )
    assert not any("Without a result" in sentence for sentence in unexplained)


@pytest.mark.parametrize(
    ("missing", "attainable", "sentence"),
    [
        (0, True, "No result is missing."),
        # 1320 or 1321 of 3000: 44.00 or 44.03 %.
        (1, True, "If every missing result were a failure 44.0 %; if a success, where what is "
                  "known allows it, 44.0 %."),
        (1, False, "If every missing result were a failure 44.0 %; if a success, where what is "
                   "known allows it, 44.0 %."),
    ],
)  # fmt: skip
def test_one_missing_result_among_3000_is_not_overlooked(
    missing: int, attainable: bool, sentence: str
) -> None:
    response = flags(1320, 1680 - missing, missing)
    table = rates(
        [response], "CD", population=response.index, started=response.index,
        attainable=[pd.Series(attainable, index=response.index)], estimands=ESTIMANDS,
    )  # fmt: skip
    nothing = pd.MultiIndex.from_tuples([], names=["endpoint", "reason"])
    told = primary_result(CD, table, pd.DataFrame({"n": []}, index=nothing), "as_observed")
    assert told[2:] == (sentence,)


def test_with_nobody_to_judge_it_says_so() -> None:
    assert primary_result(CD, rates([], "CD"), pd.DataFrame(), "as_observed") == (
        "No patient with CD could be judged by Endoscopic response (U-EXCEL).",
    )


def test_a_change_is_told_with_interval_pairs_and_adjusted_p() -> None:
    drop = [120, 85, -10, 150, 60, 95, 40, 30, 110, 75]
    pairs = pd.DataFrame({"cdai_baseline": [150.0 + d for d in drop], "cdai": 150.0})
    tested = changes(pairs, ["cdai"]).assign(p_adjusted=0.0078125, adjustment="Holm")
    assert changed(tested, ["cdai"]) == (
        "CDAI: improvement 75.0 (95 % CI 40.0 to 110.0) in 10 patients with both values, "
        "p = 0.008 (Holm).",
    )


def test_a_ratio_is_told_with_two_decimals_and_as_a_ratio() -> None:
    row = {"n": 37, "scale": "ratio", "change": 0.254, "low": 0.187, "high": 0.349, "p": 0.0021,
           "p_pratt": 0.0034, "p_adjusted": 0.0004, "adjustment": "Benjamini-Hochberg"}  # fmt: skip
    assert changed(pd.DataFrame(row, index=["crp_mg_l"]), ["crp_mg_l"]) == (
        "CRP, mg/L: ratio of week 12 to baseline 0.25 (95 % CI 0.19 to 0.35) in 37 patients with "
        "both values, p < 0.001 (Benjamini-Hochberg).",
    )


def test_a_quantity_without_pairs_is_left_out_and_too_few_have_no_test() -> None:
    pairs = pd.DataFrame({"cdai_baseline": [None], "cdai": [150.0], "hbi_baseline": 9.0, "hbi": 4})
    tested = changes(pairs.astype(float), ["cdai", "hbi"]).assign(
        p_adjusted=None, adjustment="Holm"
    )
    assert changed(tested.astype({"p_adjusted": float}), ["cdai", "hbi"]) == (
        "HBI: improvement 5.0 in 1 patient with both values, no test of so few.",
    )


def test_where_nobody_changed_it_says_why_there_is_no_test() -> None:
    pairs = pd.DataFrame({"hbi_baseline": [4.0] * 8, "hbi": [4.0] * 8})
    tested = changes(pairs, ["hbi"]).assign(p_adjusted=np.nan, adjustment="Holm")
    assert changed(tested, ["hbi"]) == (
        "HBI: improvement 0.0 (95 % CI 0.0 to 0.0) in 8 patients with both values, no test: "
        "nobody changed.",
    )


def test_the_spread_of_the_specifications_is_told_for_the_primary_endpoint() -> None:
    rows = {
        ("response", "endoscopic_response"): [180, 18, 52.5, 80.0],
        ("response", "endoscopic_response_50"): [60, 9, 57.5, 83.8],
        ("deep remission", "deep_remission"): [1000, 40, 10.0, 30.0],
    }
    columns = ["specifications", "distinct", "lowest", "highest"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["question", "endpoint"])
    assert spread(table, "endoscopic_response") == (
        "1,240 specifications were run; many choices make no difference in a cohort. Endoscopic "
        "response (U-EXCEL) lies between 52.5 and 80.0 % over 180 of them, which give 18 different "
        "results.",
        "By every defensible reading of response: 52.5 to 83.8 %.",
    )
    assert spread(table, "ulcer_free") == ()


def test_many_censored_values_are_a_warning_and_few_are_none() -> None:
    n = 36
    pairs = pd.DataFrame({
        "calprotectin_ug_g_baseline": 1800.0, "calprotectin_ug_g": 300.0,
        "calprotectin_ug_g_censor_baseline": ["right"] * 8 + [None] * (n - 8),
        "calprotectin_ug_g_censor": [None] * (n - 2) + ["right"] * 2,
        "crp_mg_l_baseline": 20.0, "crp_mg_l": 0.5, "crp_mg_l_censor_baseline": None,
        "crp_mg_l_censor": ["left"] + [None] * (n - 1),
        "esr_mm_h_baseline": 20.0, "esr_mm_h": 5.0,
    })  # fmt: skip
    assert censored(pairs, ["calprotectin_ug_g", "crp_mg_l", "esr_mm_h"]) == (
        "Fecal calprotectin, µg/g: 10 of 36 pairs (27.8 %) hold a value beyond a limit of "
        "detection; in 8 it hides a part of a fall, in 2 a part of a rise. From about 10 % the "
        "ratio and its interval are shifted: toward no change where falls are hidden, away from "
        "it where rises are; rely on the sign test.",
        "CRP, mg/L: 1 of 36 pairs (2.8 %) hold a value beyond a limit of detection; in 1 it hides "
        "a part of a fall, in 0 a part of a rise. So few hardly move the ratio.",
    )


@pytest.mark.parametrize(
    ("n", "share", "warned"), [(1000, "10.0", True), (1001, "10.0", False), (1100, "9.1", False)]
)
def test_the_warning_about_censored_values_begins_at_10_percent_exactly(
    n: int, share: str, warned: bool
) -> None:
    pairs = pd.DataFrame({
        "crp_mg_l_baseline": 20.0, "crp_mg_l_censor_baseline": [None] * (n - 60) + ["left"] * 60,
        "crp_mg_l": 0.5, "crp_mg_l_censor": ["left"] * 40 + [None] * (n - 40),
    })  # fmt: skip
    (sentence,) = censored(pairs, ["crp_mg_l"])
    first, rest = sentence.split(". ", 1)
    assert first == (
        f"CRP, mg/L: 100 of {n} pairs ({share} %) hold a value beyond a limit of detection; in 40 "
        "it hides a part of a fall, in 60 a part of a rise"
    )
    assert rest == (
        "From about 10 % the ratio and its interval are shifted: toward no change where falls are "
        "hidden, away from it where rises are; rely on the sign test."
        if warned
        else "So few hardly move the ratio."
    )
