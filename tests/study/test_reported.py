from pathlib import Path

import pandas as pd

from ibd_scores.study.audit import audit, read_published
from ibd_scores.study.context import beside
from ibd_scores.study.estimands import rates
from ibd_scores.study.plan import CD, UC, Plan
from ibd_scores.study.reported import (
    at_entry,
    legend,
    opening,
    read_as,
    read_claims,
    read_context,
    recovered,
)
from ibd_scores.study.tidy import save

NOTHING = pd.DataFrame(columns=["disease", "endpoint", "k", "n", "percent", "low", "high"])


def test_a_claim_is_read_back_with_the_decimals_it_was_printed_with(tmp_path: Path) -> None:
    for disease, printed in {
        "CD": ["53", "62", "73.33", "close to 50", "53"],
        "UC": ["70.83", "80", "40"],
    }.items():
        claims = audit(read_published("upadacitinib", disease), NOTHING)
        save(tmp_path, {f"{disease.lower()}_audit": claims})
        again = read_claims(tmp_path, disease)
        assert again["reported"].tolist() == printed
        pd.testing.assert_series_equal(again["stated_n"], claims["stated_n"])


def test_counts_and_verdicts_are_read_back_as_such(tmp_path: Path) -> None:
    found = pd.DataFrame({"disease": "UC", "endpoint": ["endoscopic_improvement"], "k": 16,
                          "n": 20, "percent": 80.0, "low": 58.4, "high": 91.9})  # fmt: skip
    save(tmp_path, {"uc_audit": audit(read_published("upadacitinib", "UC"), found)})
    again = read_claims(tmp_path, "UC").set_index("claim").loc["uc_endoscopic_improvement"]
    assert (str(again["k"]), str(again["n"]), again["agrees"]) == ("16", "20", True)


def test_published_rates_are_read_back_with_whole_counts(tmp_path: Path) -> None:
    flags = pd.Series([True] * 3 + [False], dtype="boolean", name="ulcer_free")
    table = beside(rates([flags], "CD"), "CD", "as_observed", simulated=True)
    save(tmp_path, {"cd_context": table})
    again = read_context(tmp_path, "CD")
    assert [str(k) for k in again["k"]] == ["3", "75"]


def test_no_claims_are_read_back_as_none(tmp_path: Path) -> None:
    nothing = read_published("upadacitinib", "CD").iloc[:0]
    save(tmp_path, {"cd_audit": audit(nothing, NOTHING)})
    assert read_claims(tmp_path, "CD").empty


def crohn() -> pd.DataFrame:
    """Six courses in the colon; the SES-CD has no narrowing in it, so it is the same without."""
    ids = pd.Index(["active", "below entry", "in remission", "unchanged", "scoped once", "stopped"])
    before, after = [12.0, 5, 2, 10, 10, 12], [2.0, 2, 0, 8, None, 2]
    return pd.DataFrame(
        {
            "ses_cd": after, "ses_cd_baseline": before, "ses_cd_without_narrowing_baseline": before,
            "ses_cd_matched": after, "ses_cd_matched_baseline": before,
            "isolated_ileal_baseline": 0.0, "segments_matched": [5.0, 5, 5, 5, None, 5],
        },
        index=ids,
    )  # fmt: skip


def recovered_in(plan: Plan, claimed: list[str], pairs: pd.DataFrame) -> pd.DataFrame:
    fistula = pd.Series([True, False, True, False, pd.NA, True], pairs.index, dtype="boolean")
    at_baseline = pd.DataFrame({"perianal": fistula.rename("perianal")})
    found = recovered(
        plan, pd.DataFrame({"endpoint": claimed}), pairs, at_baseline, pairs.index.drop("stopped")
    )
    assert set(found["disease"]) == {plan.disease}
    assert set(found["estimand"]) == {"as_observed"}
    return found.set_index("endpoint")[["k", "n", "among"]]


def test_published_figures_are_recovered_among_those_they_can_have_been_counted_among() -> None:
    claimed = ["perianal", "ses_cd_moderate_severe", "endoscopic_response", "ses_cd_remission"]
    found = recovered_in(CD, claimed, crohn())
    assert {name: tuple(row) for name, row in found.iterrows()} == {
        # Who was in remission at baseline cannot come into it; who was below the entry of trials
        # can, and nothing was reported about entry: 2 of "active", "below entry", "unchanged".
        "endoscopic_response": (2, 3, "scoped at both visits"),
        "ses_cd_remission": (2, 3, "scoped at both visits"),
        # Of the completed alone; not recorded in one of them.
        "perianal": (2, 4, "completed"),
        # An SES-CD of 7 or more: "active" and "unchanged", and "stopped", who was scoped twice.
        "ses_cd_moderate_severe": (3, 5, "scoped at both visits"),
    }


def test_the_baseline_of_colitis_is_that_of_all_who_started() -> None:
    ids = pd.Index(["healed", "better", "same", "no", "scoped once", "stopped"])
    before, after = [3.0, 3, 2, 2, 3, 3], [0.0, 1, 2, 2, None, 0]
    pairs = pd.DataFrame({
        f"{name}{visit}": values
        for name in ("endoscopic_subscore", "endoscopic_subscore_adapted")
        for visit, values in (("_baseline", before), ("", after))
    }, index=ids)  # fmt: skip
    found = recovered_in(
        UC, ["mayo_endoscopic_3", "endoscopic_improvement", "mayo_endoscopic_0"], pairs
    )
    assert {name: tuple(row) for name, row in found.iterrows()} == {
        "endoscopic_improvement": (2, 4, "scoped at both visits"),
        "mayo_endoscopic_0": (1, 4, "scoped at both visits"),
        "mayo_endoscopic_3": (4, 6, "scoped at baseline, all who started"),
    }


def test_a_cohort_of_which_nothing_was_published_is_told_of_no_abstract() -> None:
    nothing = pd.DataFrame(columns=["endpoint", "stated_n", "printed"])
    assert opening(nothing, "the congress abstract") == (
        "No figure of these patients is listed as published."
    )
    assert legend(nothing, "the congress abstract") == ""
    assert at_entry(nothing) == set()
    assert read_as(nothing, CD) == ""


def test_the_opening_counts_the_figures_and_names_their_patients() -> None:
    claims = pd.DataFrame({"stated_n": ["75"] * 5})
    assert opening(claims, "the congress abstract") == (
        "“In print” is the congress abstract: 5 figures, stated of 75 patients; † marks them "
        "elsewhere."
    )
    assert opening(claims.iloc[:1].assign(stated_n=""), "a paper") == (
        "“In print” is a paper: 1 figure; † marks them elsewhere."
    )
