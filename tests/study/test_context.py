"""Published rates are typed from the sources named in `context.PUBLISHED`, not from a run."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores import endpoints
from ibd_scores.endpoint import Endpoint
from ibd_scores.study.context import PHRASES, PUBLISHED, beside, caveats, placebo_sentence
from ibd_scores.study.estimands import rates
from ibd_scores.study.percentages import audit_percentage
from ibd_scores.study.tidy import KEYS, columns

COLUMNS = [
    "endpoint", "disease", "arm", "kind", "week", "k", "n", "percent", "low", "high", "source",
    "note",
]  # fmt: skip


def flags(name: str, yes: int, no: int, missing: int = 0) -> "pd.Series[bool]":
    values = [True] * yes + [False] * no + [pd.NA] * missing
    return pd.Series(values, dtype="boolean", name=name)


@pytest.fixture
def crohn() -> pd.DataFrame:
    return rates(
        [
            flags("endoscopic_response", 44, 16, 15),
            flags("cdai_response_70", 50, 10, 15),
            flags("ulcer_free", 32, 28, 15),
        ],
        "CD",
    )


def printed(endpoint: str, disease: str, kind: str) -> dict[str, str]:
    return {
        rate.trial: rate.percent
        for rate in PUBLISHED
        if (rate.endpoint, rate.disease, rate.kind) == (endpoint, disease, kind)
        and "responders" not in rate.arm
    }


@pytest.mark.parametrize(
    ("endpoint", "drug", "placebo"),
    [
        # Loftus 2023, abstract; the U-EXCEL figures also in the specification, section 12.
        ("cdai_remission", {"U-EXCEL": "49.5", "U-EXCEED": "38.9"},
         {"U-EXCEL": "29.1", "U-EXCEED": "21.1"}),
        ("endoscopic_response", {"U-EXCEL": "45.5", "U-EXCEED": "34.6"},
         {"U-EXCEL": "13.1", "U-EXCEED": "3.5"}),
        # Meeting abstract S736; press release on U-EXCEED, which prints no decimals.
        ("sf_aps_remission", {"U-EXCEL": "50.7", "U-EXCEED": "40"},
         {"U-EXCEL": "22.2", "U-EXCEED": "14"}),
    ],
)  # fmt: skip
def test_the_rates_of_the_crohn_trials(
    endpoint: str, drug: dict[str, str], placebo: dict[str, str]
) -> None:
    assert printed(endpoint, "CD", "drug") == drug
    assert printed(endpoint, "CD", "placebo") == placebo


def test_the_rates_of_the_colitis_trials() -> None:
    # Meeting abstract S771; announcement of the European approval.
    remission, response = "adapted_mayo_remission", "adapted_mayo_response"
    assert printed(remission, "UC", "drug") == {"U-ACHIEVE": "26", "U-ACCOMPLISH": "33.5"}
    assert printed(remission, "UC", "placebo") == {"U-ACHIEVE": "5", "U-ACCOMPLISH": "4.1"}
    assert printed(response, "UC", "drug") == {"U-ACHIEVE": "73", "U-ACCOMPLISH": "74"}
    assert printed(response, "UC", "placebo") == {"U-ACHIEVE": "27", "U-ACCOMPLISH": "25"}


def test_the_clinical_responders_of_the_crohn_program() -> None:
    # ECCO abstract P786; specification, section 12: 45.1, 25.8 and 22.3 % of 337.
    found = {
        rate.endpoint: (rate.k, rate.n, rate.percent)
        for rate in PUBLISHED
        if "responders" in rate.arm
    }
    assert found == {
        "endoscopic_response": (152, 337, "45.1"),
        "endoscopic_remission_uexcel": (87, 337, "25.8"),
        "ulcer_free": (75, 337, "22.3"),
    }


def test_each_percentage_agrees_with_its_count_where_both_are_printed() -> None:
    counted = [rate for rate in PUBLISHED if rate.k is not None]
    assert len(counted) == 3
    for rate in counted:
        assert rate.k in audit_percentage(rate.percent, rate.n).fits["half_up"]


def test_a_rate_over_imputed_data_is_no_count_of_whole_patients_and_says_so() -> None:
    # By hand: 114/341 = 33.43 and 115/341 = 33.72; 7/174 = 4.02 and 8/174 = 4.60.
    imputed = [rate for rate in PUBLISHED if rate.n is not None and rate.k is None]
    assert {(rate.percent, rate.n) for rate in imputed} == {("33.5", 341), ("4.1", 174)}
    for rate in imputed:
        assert audit_percentage(rate.percent, rate.n).verdict == "impossible"
        assert "no count of whole patients prints this percentage" in rate.note


def test_each_endpoint_is_in_the_catalogue_and_each_source_can_be_looked_up() -> None:
    for rate in PUBLISHED:
        assert isinstance(getattr(endpoints, rate.endpoint), Endpoint)
        assert any(mark in rate.source for mark in ("doi:10.", "abstract ", "NCT"))
        assert rate.week == (12 if rate.disease == "CD" else 8)
        assert rate.note.endswith(".")
        assert ("Week 8, not 12" in rate.note) == (rate.disease == "UC")


def test_no_rate_stands_twice() -> None:
    keys = [(rate.trial, rate.arm, rate.endpoint) for rate in PUBLISHED]
    assert len(set(keys)) == len(keys)


def test_the_rules_are_those_of_the_trials() -> None:
    # The abstracts' own words: CDAI < 150; SES-CD down by more than 50 %, or by at least 2 from 4.
    pairs = pd.DataFrame({"cdai_baseline": 300.0, "cdai": [149.9, 150.0]})
    assert endpoints.cdai_remission(pairs).tolist() == [True, False]
    pairs = pd.DataFrame(
        {
            "ses_cd_matched_baseline": [20.0, 20, 4], "ses_cd_matched": [9.0, 10, 2],
            "isolated_ileal_baseline": [0, 0, 1],
        }
    )  # fmt: skip
    assert endpoints.endoscopic_response(pairs).tolist() == [True, False, True]


def test_the_cohort_stands_above_the_published_rates_of_its_endpoints(crohn: pd.DataFrame) -> None:
    table = beside(crohn, "CD", "as_observed", simulated=True)
    assert list(table) == COLUMNS
    assert table[["endpoint", "arm", "kind"]].to_numpy().tolist() == [
        ["endoscopic_response", "This cohort, simulated", "cohort"],
        ["endoscopic_response", "U-EXCEL: upadacitinib 45 mg", "drug"],
        ["endoscopic_response", "U-EXCEL: placebo", "placebo"],
        ["endoscopic_response", "U-EXCEED: upadacitinib 45 mg", "drug"],
        ["endoscopic_response", "U-EXCEED: placebo", "placebo"],
        ["endoscopic_response",
         "U-EXCEL and U-EXCEED: upadacitinib 45 mg, clinical responders", "drug"],
        ["ulcer_free", "This cohort, simulated", "cohort"],
        ["ulcer_free", "U-EXCEL and U-EXCEED: upadacitinib 45 mg, clinical responders", "drug"],
    ]  # fmt: skip
    assert table["disease"].eq("CD").all()
    assert table["week"].eq(12).all()
    assert table["source"].ne("").all()


def test_the_estimand_of_the_cohort_is_the_one_asked_for_and_named(crohn: pd.DataFrame) -> None:
    observed = beside(crohn, "CD", "as_observed", simulated=True).iloc[0]
    imputed = beside(crohn, "CD", "non_responder", simulated=True).iloc[0]
    assert (observed["k"], observed["n"]) == (44, 60)
    # Specification 15: 44 of 75 is 58.7 %.
    assert (imputed["k"], imputed["n"], round(imputed["percent"], 1)) == (44, 75, 58.7)
    assert observed["note"] == "As observed."


def test_a_real_cohort_is_not_called_simulated(crohn: pd.DataFrame) -> None:
    table = beside(crohn, "CD", "as_observed", simulated=False)
    assert table.loc[0, ["arm", "source"]].tolist() == ["This cohort", "This cohort"]


def test_an_interval_stands_only_where_a_count_was_printed(crohn: pd.DataFrame) -> None:
    published = beside(crohn, "CD", "as_observed", simulated=True).query("kind != 'cohort'")
    bounded = published["low"].notna()
    assert published.loc[bounded, "n"].tolist() == [337, 337]
    assert published.loc[~bounded, ["k", "high"]].isna().all(axis=None)
    # Wilson by hand for 75 of 337, z = 1.959964: centre 0.22567, half-width 0.04427.
    ulcer_free = published.iloc[-1]
    assert ulcer_free[["low", "high"]].tolist() == pytest.approx([18.14, 26.99], abs=0.01)


def test_colitis_stands_beside_week_8_and_says_so() -> None:
    table = beside(
        rates([flags("adapted_mayo_remission", 8, 12)], "UC"), "UC", "as_observed", simulated=True
    )
    assert table["week"].tolist() == [12, 8, 8, 8, 8]
    assert table.loc[1:, "note"].str.startswith("Week 8, not 12.").all()
    assert table["n"].tolist() == [20, pd.NA, pd.NA, 341, 174]


def test_diseases_are_not_mixed(crohn: pd.DataFrame) -> None:
    both = pd.concat([crohn, rates([flags("adapted_mayo_remission", 8, 12)], "UC")])
    assert beside(both, "UC", "as_observed", simulated=True)["endpoint"].nunique() == 1
    assert beside(crohn, "UC", "as_observed", simulated=True).empty


def test_without_a_published_rate_the_table_is_empty_and_keeps_its_columns() -> None:
    nothing = beside(
        rates([flags("cdai_response_70", 1, 1)], "CD"), "CD", "as_observed", simulated=True
    )
    assert list(nothing) == COLUMNS
    assert nothing.empty


def test_a_rate_of_nobody_keeps_its_place() -> None:
    table = beside(rates([flags("ulcer_free", 0, 0, 5)], "CD"), "CD", "as_observed", simulated=True)
    assert table.loc[0, ["k", "n"]].tolist() == [0, 0]
    assert np.isnan(table.loc[0, "percent"])


def test_what_cannot_be_set_beside_is_refused(crohn: pd.DataFrame) -> None:
    with pytest.raises(ValueError, match="there: as_observed, non_responder"):
        beside(crohn, "CD", "best_case", simulated=True)
    with pytest.raises(ValueError, match="disease 'IBD' is unknown; use CD or UC"):
        beside(crohn, "IBD", "as_observed", simulated=True)
    with pytest.raises(ValueError, match="CD endoscopic_response stands twice"):
        beside(pd.concat([crohn, crohn]), "CD", "as_observed", simulated=True)


def test_the_placebo_rates_stand_in_a_sentence_with_trial_week_and_source() -> None:
    assert placebo_sentence("CD", "cdai_remission") == (
        "For scale: 29.1 % of placebo patients in U-EXCEL and 21.1 % in U-EXCEED were in clinical "
        "remission (CDAI below 150) at week 12 (Loftus 2023); this cohort has no control arm."
    )
    assert placebo_sentence("UC", "adapted_mayo_remission") == (
        "For scale: 5 % of placebo patients in U-ACHIEVE and 4.1 % in U-ACCOMPLISH were in "
        "clinical remission (adapted Mayo) at week 8 (announcement by AbbVie, 2022; abstract S771 "
        "of the American College of Gastroenterology); this cohort has no control arm."
    )


def test_without_a_known_placebo_rate_the_sentence_says_so() -> None:
    unknown = (
        "No published placebo rate of this endpoint could be confirmed; this cohort has no control "
        "arm."
    )
    for disease, endpoint in (("CD", "ulcer_free"), ("UC", "endoscopic_response")):
        assert placebo_sentence(disease, endpoint) == unknown
    with pytest.raises(ValueError, match="use CD or UC"):
        placebo_sentence("both", "cdai_remission")


def test_every_endpoint_with_a_placebo_rate_has_its_words() -> None:
    assert {rate.endpoint for rate in PUBLISHED if rate.kind == "placebo"} == set(PHRASES)


@pytest.mark.parametrize("disease", ["CD", "UC"])
def test_the_caveats_are_those_of_the_specification(disease: str) -> None:
    said = " ".join(caveats(disease))
    for what in [
        "no control arm", "regression to the mean", "mathematical coupling", "blinded",
        "scoped", "immortal time", "Corticosteroids",
    ]:  # fmt: skip
        assert what in said
    assert ("setons" in said) == (disease == "CD")
    assert ("week 8" in said) == (disease == "UC")
    assert all(sentence.endswith(".") for sentence in caveats(disease))


def test_caveats_are_refused_for_both_diseases_together() -> None:
    with pytest.raises(ValueError, match="the two are not pooled"):
        caveats("IBD")


def test_without_rates_there_is_nothing_beside_them() -> None:
    assert beside(rates([], "UC"), "UC", "non_responder_started", simulated=True).empty


@pytest.mark.parametrize(
    ("disease", "said"),
    [
        ("CD", "Corticosteroids and setons given at the same time may account for a part of the "
               "change in Crohn's disease; setons are not recorded."),
        ("UC", "Corticosteroids given at the same time may account for a part of the change in "
               "ulcerative colitis."),
    ],
)  # fmt: skip
def test_what_else_was_given_is_told_by_disease(disease: str, said: str) -> None:
    assert said in caveats(disease)
    assert "Nothing says that whoever read the endoscopies was blinded." in caveats(disease)
    # Where a table has a column for setons one day, this sentence is no longer true.
    assert not [name for table in KEYS for name in columns(table) if "seton" in name]
