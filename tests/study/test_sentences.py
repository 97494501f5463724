import pandas as pd

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
        "44 of 80 (55.0 %, 95 % CI 44.1 to 65.4).",
        "As observed, of those with a result: 44 of 60 (73.3 %, 95 % CI 61.0 to 82.9).",
        "If every missing result were a failure 55.0 %, if a success 80.0 %.",
        "Without a result: stopped before week 12 (5); week 12: no SES-CD (15).",
    )


def test_another_estimand_gives_another_sentence() -> None:
    first, *rest = told("as_observed")
    assert first.endswith("as observed: 44 of 60 (73.3 %, 95 % CI 61.0 to 82.9).")
    assert not any("As observed" in sentence for sentence in rest)


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


def test_a_quantity_without_pairs_is_left_out_and_too_few_have_no_test() -> None:
    pairs = pd.DataFrame({"cdai_baseline": [None], "cdai": [150.0], "hbi_baseline": 9.0, "hbi": 4})
    tested = changes(pairs.astype(float), ["cdai", "hbi"]).assign(
        p_adjusted=None, adjustment="Holm"
    )
    assert changed(tested.astype({"p_adjusted": float}), ["cdai", "hbi"]) == (
        "HBI: improvement 5.0 in 1 patient with both values, no test.",
    )


def test_the_spread_of_the_specifications_is_told_for_the_primary_endpoint() -> None:
    rows = {
        ("response", "endoscopic_response"): [180, 52.5, 60.0, 80.0],
        ("response", "endoscopic_response_50"): [60, 57.5, 62.7, 83.8],
        ("deep remission", "deep_remission"): [1000, 10.0, 20.0, 30.0],
    }
    columns = ["specifications", "lowest", "median", "highest"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["question", "endpoint"])
    assert spread(table, "endoscopic_response") == (
        "1,240 specifications were run. Endoscopic response (U-EXCEL) lies between 52.5 and "
        "80.0 % (median 60.0 %) over 180 of them.",
        "All readings of response: 52.5 to 83.8 %.",
    )
    assert spread(table, "ulcer_free") == ()


def test_many_censored_values_are_a_warning_and_few_are_none() -> None:
    table = pd.DataFrame(
        {"n": [36, 20, 60], "censored": pd.array([10, 1, 0], dtype="Int64")},
        index=["calprotectin_ug_g", "crp_mg_l", "esr_mm_h"],
    )
    assert censored(table) == (
        "Fecal calprotectin, µg/g: 10 of 36 pairs (27.8 %) hold a value beyond a limit of "
        "detection; from about 10 % the ratio is biased toward no change and its interval too "
        "narrow: only its upper limit can be relied on, and the sign test.",
        "CRP, mg/L: 1 of 20 pairs (5.0 %) hold a value beyond a limit of detection; so few hardly "
        "move the ratio.",
    )
