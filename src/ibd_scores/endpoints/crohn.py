"""Responses and remissions of Crohn's disease."""

import numpy as np

from ibd_scores.citations import (
    CONVENTION,
    ECCO_P786,
    GETAID_CUTS,
    KHANNA_2015,
    LOFTUS_2023,
    MOSKOVITZ_2007,
    RUTGEERTS_1990,
    SANDBORN_2002,
    THIA_2008,
    TURNER_2021,
    VERMEIRE_2010,
    VUITTON_2016,
)
from ibd_scores.columns import Array
from ibd_scores.criteria import (
    NONE_UNSEEN,
    UNKNOWN,
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
    fell_by_more_than_half,
    fell_by_percent,
    holds,
)
from ibd_scores.endpoint import endpoint

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


# A component of 0 at baseline cannot fall: fmax passes over it and leaves two of them undefined.
FROM_0 = "a component of 0 at baseline is left out; both of 0 are not evaluable"


@endpoint("CD", "Clinical response (SF/APS)",
          "liquid stools or abdominal pain down by at least 30 %, neither above baseline; "
          f"{FROM_0}", LOFTUS_2023)  # fmt: skip
def sf_aps_response(
    liquid_stools_mean: Array, liquid_stools_mean_baseline: Array,
    abdominal_pain_mean: Array, abdominal_pain_mean_baseline: Array,
) -> Array:  # fmt: skip
    return all_of(
        np.fmax(
            fell_by_percent(liquid_stools_mean, liquid_stools_mean_baseline, 30),
            fell_by_percent(abdominal_pain_mean, abdominal_pain_mean_baseline, 30),
        ),
        _neither_worse(liquid_stools_mean, liquid_stools_mean_baseline,
                       abdominal_pain_mean, abdominal_pain_mean_baseline),
    )  # fmt: skip


@endpoint("CD", "Enhanced clinical response (SF/APS)",
          "liquid stools down by at least 60 % or abdominal pain by at least 35 %, neither above "
          f"baseline; or SF/APS remission; {FROM_0}", LOFTUS_2023)  # fmt: skip
def enhanced_response(
    liquid_stools_mean: Array, liquid_stools_mean_baseline: Array,
    abdominal_pain_mean: Array, abdominal_pain_mean_baseline: Array,
) -> Array:  # fmt: skip
    four = (liquid_stools_mean, liquid_stools_mean_baseline,
            abdominal_pain_mean, abdominal_pain_mean_baseline)  # fmt: skip
    fell = np.fmax(
        fell_by_percent(liquid_stools_mean, liquid_stools_mean_baseline, 60),
        fell_by_percent(abdominal_pain_mean, abdominal_pain_mean_baseline, 35),
    )
    return np.maximum(all_of(fell, _neither_worse(*four)), sf_aps_remission.rule(*four))


@endpoint("CD", "Clinical remission (PRO2)", "PRO2 <= 8 (strict=True: < 8)", KHANNA_2015)
def pro2_remission(pro2_cd: Array, *, strict: bool = False) -> Array:
    return below(pro2_cd, 8) if strict else at_most(pro2_cd, 8)


@endpoint("CD", "Clinical remission (HBI)", "HBI <= 4 (below 5 where stools are averaged)",
          VERMEIRE_2010)  # fmt: skip
def hbi_remission(hbi: Array) -> Array:
    return below(hbi, 5)


@endpoint("CD", "Clinical response (HBI)", "HBI down by at least 3", VERMEIRE_2010)
def hbi_response(hbi: Array, hbi_baseline: Array) -> Array:
    return at_least(hbi_baseline - hbi, 3)


@endpoint("CD", "Clinical remission (STRIDE-II)",
          "abdominal pain <= 1 and liquid stools <= 3 a day", TURNER_2021)  # fmt: skip
def stride2_cd_remission(abdominal_pain_mean: Array, liquid_stools_mean: Array) -> Array:
    return all_of(at_most(abdominal_pain_mean, 1), at_most(liquid_stools_mean, 3))


@endpoint("CD", "Clinical response (STRIDE-II)",
          "abdominal pain and liquid stools both down by at least 50 %; not evaluable if either "
          "was 0 at baseline", TURNER_2021)  # fmt: skip
def stride2_cd_response(
    abdominal_pain_mean: Array, abdominal_pain_mean_baseline: Array,
    liquid_stools_mean: Array, liquid_stools_mean_baseline: Array,
) -> Array:  # fmt: skip
    return all_of(
        fell_by_percent(abdominal_pain_mean, abdominal_pain_mean_baseline, 50),
        fell_by_percent(liquid_stools_mean, liquid_stools_mean_baseline, 50),
    )


# Endoscopy: SES-CD

LOWEST_BASELINE = 4  # trials enter nobody below; from 0 to 3 a response means nothing


def _endoscopic_response(
    now: Array, baseline: Array, isolated_ileal: Array, require_isolated_ileal: bool, clause: bool
) -> Array:
    met = fell_by_more_than_half(now, baseline)
    if clause:
        # From 4 to 2 is exactly 50 %, which is not more than 50 %: hence the clause for a baseline
        # of 4, which trials gave to isolated ileal disease, the only one they entered with 4.
        met_from_4 = np.maximum(met, at_least(baseline - now, 2))
        if require_isolated_ileal:
            in_ileum = at_least(isolated_ileal, 1)
            met_from_4 = np.where(in_ileum < 0, met, all_of(met_from_4, in_ileum))
        met = np.where(baseline == 4, met_from_4, met)
    return np.where(baseline < LOWEST_BASELINE, np.nan, met)


RESPONSE = (
    "SES-CD down by more than 50 %, or by at least 2 from a baseline of 4 in isolated ileal "
    "disease, not evaluable where the site is not known (require_isolated_ileal=False: from any 4; "
    "clause=False: more than 50 % alone, as in STRIDE-II and IOIBD); baseline below 4 not evaluable"
)


@endpoint("CD", "Endoscopic response (U-EXCEL)",
          f"{RESPONSE}; segments explored at both visits", LOFTUS_2023)  # fmt: skip
def endoscopic_response(
    ses_cd_matched: Array, ses_cd_matched_baseline: Array,
    isolated_ileal_baseline: Array = UNKNOWN,
    *, require_isolated_ileal: bool = True, clause: bool = True,
) -> Array:  # fmt: skip
    return _endoscopic_response(
        ses_cd_matched, ses_cd_matched_baseline, isolated_ileal_baseline,
        require_isolated_ileal, clause,
    )  # fmt: skip


@endpoint("CD", "Endoscopic response (U-EXCEL), segments as explored",
          f"{RESPONSE}; all segments explored at each visit", LOFTUS_2023)  # fmt: skip
def endoscopic_response_unmatched(
    ses_cd: Array, ses_cd_baseline: Array,
    isolated_ileal_baseline: Array = UNKNOWN,
    *, require_isolated_ileal: bool = True, clause: bool = True,
) -> Array:  # fmt: skip
    return _endoscopic_response(
        ses_cd, ses_cd_baseline, isolated_ileal_baseline, require_isolated_ileal, clause
    )


@endpoint("CD", "Endoscopic response (50 % or more)",
          "SES-CD down by at least 50 %; baseline below 4 not evaluable; segments explored at "
          "both visits", "ClinicalTrials.gov NCT06227910")  # fmt: skip
def endoscopic_response_50(ses_cd_matched: Array, ses_cd_matched_baseline: Array) -> Array:
    met = fell_by_percent(ses_cd_matched, ses_cd_matched_baseline, 50)
    return np.where(ses_cd_matched_baseline < LOWEST_BASELINE, np.nan, met)


def _unless_unseen(met: Array, not_seen: Array) -> Array:
    """No verdict from what was seen alone where what was diseased was not reached again."""
    return np.where(holds(met) & ~(not_seen == 0), np.nan, met)


UNSEEN = "not evaluable if what was seen meets it but a diseased segment was not reached again"


ELIGIBLE = ("ses_cd_matched", LOWEST_BASELINE)
FROM_4 = "eligible from a baseline SES-CD of 4"


@endpoint("CD", "Endoscopic remission (SES-CD <= 2)", f"SES-CD <= 2; {FROM_4}; {UNSEEN}",
          VUITTON_2016, lowest_baseline=ELIGIBLE)  # fmt: skip
def ses_cd_remission(ses_cd: Array, diseased_not_seen: Array = NONE_UNSEEN) -> Array:
    return _unless_unseen(at_most(ses_cd, 2), diseased_not_seen)


@endpoint("CD", "Endoscopic remission (U-EXCEL)",
          f"SES-CD <= 4, down by at least 2, and none of the 20 subscores above 1; {FROM_4}; "
          f"{UNSEEN}", LOFTUS_2023, lowest_baseline=ELIGIBLE)  # fmt: skip
def endoscopic_remission_uexcel(
    ses_cd: Array, ses_cd_matched: Array, ses_cd_matched_baseline: Array, largest_subscore: Array,
    diseased_not_seen: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    seen = all_of(at_most(ses_cd, 4), at_most(largest_subscore, 1))
    # The fall is of the segments explored again: where a diseased one is not, no failure either.
    return all_of(
        _unless_unseen(seen, diseased_not_seen),
        at_least(ses_cd_matched_baseline - ses_cd_matched, 2),
    )


@endpoint("CD", "Endoscopic remission (U-EXCEL, subscore read as a variable's total)",
          f"SES-CD <= 4, down by at least 2, and none of the four variables' totals above 1; "
          f"{FROM_4}; {UNSEEN}", LOFTUS_2023, lowest_baseline=ELIGIBLE)  # fmt: skip
def endoscopic_remission_uexcel_by_variable(
    ses_cd: Array, ses_cd_matched: Array, ses_cd_matched_baseline: Array,
    largest_variable_total: Array, diseased_not_seen: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    return endoscopic_remission_uexcel.rule(
        ses_cd, ses_cd_matched, ses_cd_matched_baseline, largest_variable_total, diseased_not_seen
    )


@endpoint("CD", "Endoscopic healing (STRIDE-II)",
          f"SES-CD <= 2 and no ulcer, aphthae included; {FROM_4}; {UNSEEN}", TURNER_2021,
          lowest_baseline=ELIGIBLE)  # fmt: skip
def endoscopic_healing(
    ses_cd: Array, segments_with_any_ulcer: Array, diseased_not_seen: Array = NONE_UNSEEN
) -> Array:
    met = all_of(at_most(ses_cd, 2), at_most(segments_with_any_ulcer, 0))
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


# Endoscopy: CDEIS


@endpoint("CD", "Endoscopic remission (CDEIS < 6)", f"CDEIS < 6; {UNSEEN}", GETAID_CUTS)
def cdeis_remission(cdeis: Array, cdeis_diseased_not_seen: Array = NONE_UNSEEN) -> Array:
    return _unless_unseen(below(cdeis, 6), cdeis_diseased_not_seen)


@endpoint("CD", "Complete endoscopic remission (CDEIS < 3)", f"CDEIS < 3; {UNSEEN}",
          GETAID_CUTS)  # fmt: skip
def cdeis_complete_remission(cdeis: Array, cdeis_diseased_not_seen: Array = NONE_UNSEEN) -> Array:
    return _unless_unseen(below(cdeis, 3), cdeis_diseased_not_seen)


MATCHED = (
    "segments explored at both visits; not evaluable if a diseased segment was not reached again"
)


@endpoint("CD", "Endoscopic response (CDEIS)", f"CDEIS down by more than 5; {MATCHED}",
          GETAID_CUTS)  # fmt: skip
def cdeis_response(
    cdeis_matched: Array, cdeis_matched_baseline: Array,
    cdeis_diseased_not_seen: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    # The index is a mean: without a diseased segment it is another quantity, met or not.
    met = above(cdeis_matched_baseline - cdeis_matched, 5)
    return np.where(cdeis_diseased_not_seen == 0, met, np.nan)


@endpoint("CD", "Endoscopic response (CDEIS, STRIDE-II)",
          f"CDEIS down by more than 50 %; {MATCHED}", TURNER_2021)  # fmt: skip
def cdeis_response_50(
    cdeis_matched: Array, cdeis_matched_baseline: Array,
    cdeis_diseased_not_seen: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    met = fell_by_more_than_half(cdeis_matched, cdeis_matched_baseline)
    return np.where(cdeis_diseased_not_seen == 0, met, np.nan)


@endpoint("CD", "Ulcer-free endoscopy (CDEIS)", f"no ulcer in any explored segment; {UNSEEN}",
          GETAID_CUTS)  # fmt: skip
def cdeis_ulcer_free(
    cdeis_ulcerated_segments: Array, cdeis_diseased_not_seen: Array = NONE_UNSEEN
) -> Array:
    return _unless_unseen(at_most(cdeis_ulcerated_segments, 0), cdeis_diseased_not_seen)


@endpoint("CD", "Endoscopic healing (CDEIS, STRIDE-II)",
          "CDEIS < 3 and no ulcer, aphthae included (the CDEIS has no item for aphthae: a reading "
          f"of 0.0 cannot show them); {UNSEEN}", TURNER_2021)  # fmt: skip
def cdeis_healing(
    cdeis: Array, cdeis_ulcerated_segments: Array, cdeis_diseased_not_seen: Array = NONE_UNSEEN
) -> Array:
    met = all_of(below(cdeis, 3), at_most(cdeis_ulcerated_segments, 0))
    return _unless_unseen(met, cdeis_diseased_not_seen)


# Endoscopy after resection

I2, I3 = 2, 3  # the places of these grades


@endpoint("CD", "Endoscopic remission after resection", "Rutgeerts i0 or i1", RUTGEERTS_1990)
def rutgeerts_remission(rutgeerts: Array) -> Array:
    return below(rutgeerts, I2)


@endpoint("CD", "Endoscopic recurrence after resection", "Rutgeerts i2 or more", RUTGEERTS_1990)
def rutgeerts_recurrence(rutgeerts: Array) -> Array:
    return at_least(rutgeerts, I2)


@endpoint("CD", "Severe endoscopic recurrence after resection", "Rutgeerts i3 or i4",
          RUTGEERTS_1990)  # fmt: skip
def rutgeerts_severe_recurrence(rutgeerts: Array) -> Array:
    return at_least(rutgeerts, I3)
