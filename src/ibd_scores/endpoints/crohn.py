"""Responses and remissions of Crohn's disease."""

import numpy as np

from ibd_scores.citations import (
    CONVENTION,
    ECCO_P786,
    KHANNA_2015,
    LOFTUS_2023,
    MOSKOVITZ_2007,
    SANDBORN_2002,
    THIA_2008,
    TURNER_2021,
    VERMEIRE_2010,
    VUITTON_2016,
)
from ibd_scores.columns import Array
from ibd_scores.endpoint import (
    NONE_UNSEEN,
    UNKNOWN,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
    endpoint,
    fell_by_more_than_half,
    fell_by_percent,
)

# Symptoms


@endpoint("CD", "Clinical remission (CDAI)", "CDAI < 150", SANDBORN_2002)
def cdai_remission(cdai: Array) -> Array:
    return below(cdai, 150)


@endpoint("CD", "Clinical response (CR-100)",
          "CDAI down by at least 100 (or_remission=True: or CDAI < 150)", LOFTUS_2023)  # fmt: skip
def cdai_response_100(cdai: Array, cdai_baseline: Array, *, or_remission: bool = False) -> Array:
    fell = at_least(cdai_baseline - cdai, 100)
    return any_of(fell, below(cdai, 150)) if or_remission else fell


@endpoint("CD", "Clinical response (CR-70)", "CDAI down by at least 70", THIA_2008)
def cdai_response_70(cdai: Array, cdai_baseline: Array) -> Array:
    return at_least(cdai_baseline - cdai, 70)


def _neither_worse(
    liquid_stools_mean: Array, liquid_stools_mean_baseline: Array,
    abdominal_pain_mean: Array, abdominal_pain_mean_baseline: Array,
) -> Array:  # fmt: skip
    return all_of(
        at_most(liquid_stools_mean, liquid_stools_mean_baseline),
        at_most(abdominal_pain_mean, abdominal_pain_mean_baseline),
    )


@endpoint("CD", "Clinical remission (SF/APS)",
          "liquid stools <= 2.8 a day and abdominal pain <= 1.0, neither above baseline",
          LOFTUS_2023)  # fmt: skip
def sf_aps_remission(
    liquid_stools_mean: Array, liquid_stools_mean_baseline: Array,
    abdominal_pain_mean: Array, abdominal_pain_mean_baseline: Array,
) -> Array:  # fmt: skip
    return all_of(
        at_most(liquid_stools_mean, 2.8),
        at_most(abdominal_pain_mean, 1.0),
        _neither_worse(liquid_stools_mean, liquid_stools_mean_baseline,
                       abdominal_pain_mean, abdominal_pain_mean_baseline),
    )  # fmt: skip


@endpoint("CD", "Clinical response (SF/APS)",
          "liquid stools or abdominal pain down by at least 30 %, neither above baseline",
          LOFTUS_2023)  # fmt: skip
def sf_aps_response(
    liquid_stools_mean: Array, liquid_stools_mean_baseline: Array,
    abdominal_pain_mean: Array, abdominal_pain_mean_baseline: Array,
) -> Array:  # fmt: skip
    return all_of(
        any_of(
            fell_by_percent(liquid_stools_mean, liquid_stools_mean_baseline, 30),
            fell_by_percent(abdominal_pain_mean, abdominal_pain_mean_baseline, 30),
        ),
        _neither_worse(liquid_stools_mean, liquid_stools_mean_baseline,
                       abdominal_pain_mean, abdominal_pain_mean_baseline),
    )  # fmt: skip


@endpoint("CD", "Enhanced clinical response (SF/APS)",
          "liquid stools down by at least 60 % or abdominal pain by at least 35 %, neither above "
          "baseline; or SF/APS remission", LOFTUS_2023)  # fmt: skip
def enhanced_response(
    liquid_stools_mean: Array, liquid_stools_mean_baseline: Array,
    abdominal_pain_mean: Array, abdominal_pain_mean_baseline: Array,
) -> Array:  # fmt: skip
    four = (liquid_stools_mean, liquid_stools_mean_baseline,
            abdominal_pain_mean, abdominal_pain_mean_baseline)  # fmt: skip
    fell = any_of(
        fell_by_percent(liquid_stools_mean, liquid_stools_mean_baseline, 60),
        fell_by_percent(abdominal_pain_mean, abdominal_pain_mean_baseline, 35),
    )
    return any_of(all_of(fell, _neither_worse(*four)), sf_aps_remission.rule(*four))


@endpoint("CD", "Clinical remission (PRO2)", "PRO2 <= 8 (strict=True: < 8)", KHANNA_2015)
def pro2_remission(pro2_cd: Array, *, strict: bool = False) -> Array:
    return below(pro2_cd, 8) if strict else at_most(pro2_cd, 8)


@endpoint("CD", "Clinical remission (HBI)", "HBI <= 4", VERMEIRE_2010)
def hbi_remission(hbi: Array) -> Array:
    return at_most(hbi, 4)


@endpoint("CD", "Clinical response (HBI)", "HBI down by at least 3", VERMEIRE_2010)
def hbi_response(hbi: Array, hbi_baseline: Array) -> Array:
    return at_least(hbi_baseline - hbi, 3)


# Endoscopy

LOWEST_BASELINE = 4  # trials enter nobody below; from 0 to 3 a response means nothing


def _endoscopic_response(
    now: Array, baseline: Array, isolated_ileal: Array, require_isolated_ileal: bool
) -> Array:
    # From 4 to 2 is exactly 50 %, which is not more than 50 %: hence the clause for a baseline
    # of 4, which trials gave to isolated ileal disease, the only one they entered with 4.
    clause = at_least(baseline - now, 2)
    if require_isolated_ileal:
        clause = all_of(clause, at_least(isolated_ileal, 1))
    met = any_of(fell_by_more_than_half(now, baseline), np.where(baseline == 4, clause, 0))
    return np.where(baseline < LOWEST_BASELINE, np.nan, met)


RESPONSE = (
    "SES-CD down by more than 50 %, or by at least 2 from a baseline of 4 in isolated ileal "
    "disease (require_isolated_ileal=False: from any 4); baseline below 4 not evaluable"
)


@endpoint("CD", "Endoscopic response (U-EXCEL)",
          f"{RESPONSE}; segments explored at both visits", LOFTUS_2023)  # fmt: skip
def endoscopic_response(
    ses_cd_matched: Array, ses_cd_matched_baseline: Array,
    isolated_ileal_baseline: Array = UNKNOWN, *, require_isolated_ileal: bool = True,
) -> Array:  # fmt: skip
    return _endoscopic_response(ses_cd_matched, ses_cd_matched_baseline,
                                isolated_ileal_baseline, require_isolated_ileal)  # fmt: skip


@endpoint("CD", "Endoscopic response (U-EXCEL), segments as explored",
          f"{RESPONSE}; all segments explored at each visit", LOFTUS_2023)  # fmt: skip
def endoscopic_response_unmatched(
    ses_cd: Array, ses_cd_baseline: Array,
    isolated_ileal_baseline: Array = UNKNOWN, *, require_isolated_ileal: bool = True,
) -> Array:  # fmt: skip
    return _endoscopic_response(ses_cd, ses_cd_baseline,
                                isolated_ileal_baseline, require_isolated_ileal)  # fmt: skip


@endpoint("CD", "Endoscopic response (50 % or more)",
          "SES-CD down by at least 50 %; baseline below 4 not evaluable; segments explored at "
          "both visits", "ClinicalTrials.gov NCT06227910")  # fmt: skip
def endoscopic_response_50(ses_cd_matched: Array, ses_cd_matched_baseline: Array) -> Array:
    met = fell_by_percent(ses_cd_matched, ses_cd_matched_baseline, 50)
    return np.where(ses_cd_matched_baseline < LOWEST_BASELINE, np.nan, met)


def _unless_unseen(met: Array, not_seen: Array) -> Array:
    """No verdict from what was seen alone where what was diseased was not reached again."""
    return np.where((met == 1) & (not_seen > 0), np.nan, met)


UNSEEN = "not evaluable if met but for a diseased segment that was not reached again"


@endpoint("CD", "Endoscopic remission (SES-CD <= 2)", f"SES-CD <= 2; {UNSEEN}", VUITTON_2016)
def ses_cd_remission(ses_cd: Array, diseased_not_seen: Array = NONE_UNSEEN) -> Array:
    return _unless_unseen(at_most(ses_cd, 2), diseased_not_seen)


@endpoint("CD", "Endoscopic remission (U-EXCEL)",
          f"SES-CD <= 4, down by at least 2, and none of the 20 subscores above 1; {UNSEEN}",
          LOFTUS_2023)  # fmt: skip
def endoscopic_remission_uexcel(
    ses_cd: Array, ses_cd_matched: Array, ses_cd_matched_baseline: Array, largest_subscore: Array,
    diseased_not_seen: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    met = all_of(
        at_most(ses_cd, 4),
        at_least(ses_cd_matched_baseline - ses_cd_matched, 2),
        at_most(largest_subscore, 1),
    )
    return _unless_unseen(met, diseased_not_seen)


@endpoint("CD", "Endoscopic remission (U-EXCEL, subscore read as a variable's total)",
          f"SES-CD <= 4, down by at least 2, and none of the four variables' totals above 1; "
          f"{UNSEEN}", LOFTUS_2023)  # fmt: skip
def endoscopic_remission_uexcel_by_variable(
    ses_cd: Array, ses_cd_matched: Array, ses_cd_matched_baseline: Array,
    largest_variable_total: Array, diseased_not_seen: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    return endoscopic_remission_uexcel.rule(
        ses_cd, ses_cd_matched, ses_cd_matched_baseline, largest_variable_total, diseased_not_seen
    )


@endpoint("CD", "Endoscopic healing (STRIDE-II)",
          f"SES-CD <= 2 and no ulcer, aphthae included; {UNSEEN}", TURNER_2021)  # fmt: skip
def endoscopic_healing(
    ses_cd: Array, ulcerated_segments: Array, diseased_not_seen: Array = NONE_UNSEEN
) -> Array:
    met = all_of(at_most(ses_cd, 2), at_most(ulcerated_segments, 0))
    return _unless_unseen(met, diseased_not_seen)


@endpoint("CD", "Ulcer-free endoscopy",
          "no ulcerated surface in any explored segment, among those with ulcers at baseline; not "
          "evaluable if no ulcer is seen but an ulcerated segment was not reached again",
          ECCO_P786)  # fmt: skip
def ulcer_free(
    ulcerated_segments: Array, ulcerated_segments_baseline: Array, ulcerated_not_seen: Array
) -> Array:
    free = _unless_unseen(at_most(ulcerated_segments, 0), ulcerated_not_seen)
    return np.where(ulcerated_segments_baseline == 0, np.nan, free)


@endpoint("CD", "Deep remission", f"CDAI < 150 and SES-CD <= 2; {UNSEEN}", CONVENTION)
def deep_remission(cdai: Array, ses_cd: Array, diseased_not_seen: Array = NONE_UNSEEN) -> Array:
    met = all_of(below(cdai, 150), at_most(ses_cd, 2))
    return _unless_unseen(met, diseased_not_seen)


@endpoint("CD", "Moderate to severe on endoscopy", "SES-CD >= 7", MOSKOVITZ_2007)
def ses_cd_moderate_severe(ses_cd: Array) -> Array:
    return at_least(ses_cd, 7)
