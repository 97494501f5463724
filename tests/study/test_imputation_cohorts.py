"""The blocks of each disease, on the simulated cohort and on made-up colonoscopies."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ibd_scores import endpoints
from ibd_scores.study.estimands import completed, started
from ibd_scores.study.imputation import (
    BLOCKS,
    COVARIATES,
    impute,
    pooled,
    predictors,
    refusal,
)
from ibd_scores.study.tidy import read_tidy


def pairs_of(root: Path, disease: str) -> tuple[pd.DataFrame, pd.Index, pd.Index]:
    """The pairs of the simulated cohort, who completed, and who started."""
    derived = root / "data" / "derived" / "upadacitinib"
    scores, patients = (read_tidy(derived, name) for name in ("scores", "patients"))
    of_patient = patients.set_index("patient_id")[["prior_advanced_therapies", "colitis_extent"]]
    pairs = endpoints.pairs(scores[scores["disease"] == disease]).join(of_patient)
    return pairs, completed(patients, disease), started(patients, disease)


@pytest.fixture(scope="module")
def crohn(scored_cohort: Path) -> tuple[pd.DataFrame, pd.DataFrame, pd.Index, pd.Index]:
    pairs, population, everyone = pairs_of(scored_cohort, "CD")
    return pairs, impute(pairs.loc[population]), population, everyone


def test_the_model_reads_what_the_specification_names(crohn) -> None:
    # Baseline value, CRP, FC, location, prior biologics, steroid use.
    pairs, _, population, _ = crohn
    read = predictors(pairs.loc[population])
    assert {
        "ses_cd_baseline", "cdai_baseline", "crp_mg_l_baseline", "calprotectin_ug_g_baseline",
        "disease_ileum_baseline", "disease_colon_baseline", "prior_advanced_therapies",
        "systemic_steroid_baseline",
    } <= set(read)  # fmt: skip
    assert len(read) == len(set(read))


def test_all_75_are_imputed_and_nothing_that_was_recorded_is_altered(crohn) -> None:
    pairs, stacked, population, _ = crohn
    observed = pairs.loc[population].sort_index()
    assert len(stacked) == 50 * 75
    columns = [
        name for block in BLOCKS["CD"] for name in block.columns
        if name in observed and not name.removesuffix("_baseline").endswith("_censor")
    ]  # fmt: skip
    for _, one in stacked.groupby("imputation"):
        here = one.droplevel("imputation")
        for name in [*columns, "ses_cd_matched", "ses_cd_matched_baseline", "ulcerated_segments"]:
            known = observed[name].notna()
            assert here.loc[known, name].equals(observed.loc[known, name]), name
    assert stacked[["cdai", "ses_cd", "ses_cd_baseline", "crp_mg_l"]].notna().all(axis=None)


def test_a_censor_mark_goes_with_its_value(crohn) -> None:
    pairs, stacked, population, _ = crohn
    observed = pairs.loc[population, ["calprotectin_ug_g", "calprotectin_ug_g_censor"]]
    found = stacked[["calprotectin_ug_g", "calprotectin_ug_g_censor"]]
    seen = set(observed.dropna(subset="calprotectin_ug_g").fillna("").itertuples(index=False))
    assert set(found.fillna("").itertuples(index=False)) <= {tuple(one) for one in seen}


@pytest.mark.parametrize(
    ("name", "k"), [("endoscopic_response", 44), ("ses_cd_remission", 29), ("ulcer_free", 32)]
)
def test_the_rate_lies_between_worst_and_best_case_of_the_15_not_scoped(crohn, name, k) -> None:
    # Typed from the cohort's description: k of 60 scoped, 75 completed, 80 started.
    pairs, stacked, population, everyone = crohn
    endpoint = getattr(endpoints, name)
    assert int(endpoint(pairs.loc[population]).sum()) == k
    found = pooled(endpoint(stacked), eligible=endpoint.eligible(pairs), started=everyone)
    assert found.n == 80
    assert k < found.k < k + 15
    assert found.low < 100 * found.k / 80 < found.high
    assert 0 < found.missing_information < 0.5
    assert refusal(endpoint(pairs.loc[population])) == ""


def test_the_colitis_of_the_cohort_is_refused(scored_cohort: Path) -> None:
    # 20 of 23 were scoped.
    pairs, population, _ = pairs_of(scored_cohort, "UC")
    observed = endpoints.endoscopic_improvement(pairs.loc[population])
    assert refusal(observed).startswith("No multiple imputation: 20 patients have")
    with pytest.raises(ValueError, match="at most 23 patients"):
        impute(pairs.loc[population], BLOCKS["UC"], COVARIATES["UC"])


def test_eligible_may_be_plain_booleans_that_leave_patients_out(crohn) -> None:
    _, stacked, _, everyone = crohn
    some = pd.Series(False, index=everyone[:10])
    found = pooled(endpoints.cdai_remission(stacked), eligible=some, started=everyone)
    assert found.n == 70


def test_a_larger_cohort_with_colitis_has_its_mayo_scores_summed_from_its_blocks() -> None:
    rng = np.random.default_rng(11)
    items = ("stool_frequency", "rectal_bleeding", "physician_global", "endoscopic_subscore")
    table = pd.DataFrame({
        name + visit: rng.integers(0, 4, 50).astype(float)
        for visit in ("_baseline", "") for name in items
    }, index=pd.Index(range(50), name="patient_id"))  # fmt: skip
    table["pro2_uc"] = table["stool_frequency"] + table["rectal_bleeding"]
    table.loc[47, ["stool_frequency", "rectal_bleeding", "pro2_uc"]] = np.nan
    table.loc[48, "physician_global"] = np.nan
    table.loc[49, "endoscopic_subscore"] = np.nan
    table["mayo_full"] = table[list(items)].sum(axis=1, skipna=False)
    stacked = impute(table, BLOCKS["UC"], COVARIATES["UC"], m=10)
    assert stacked["mayo_full"].equals(stacked[list(items)].sum(axis=1, skipna=False))
    assert stacked["mayo_full"].notna().all()
