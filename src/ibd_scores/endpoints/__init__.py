"""Published responses and remissions: yes, no, or not evaluable.

Each is called with a table of pairs (one row for each patient, from `pairs`) and returns a nullable
boolean Series, or with values by name and returns True, False or None. `x` is the value at
follow-up, `x_baseline` that at baseline, `x_previous` that of the visit before, `x_day_before` that
of the day before. What a trial asks at entry reads the baseline alone. An endpoint is evaluable
where every value it reads was recorded, so that who counts does not depend on how they did: a part
that fails does not decide while another is missing. Only where something diseased was not examined
again, a failure that was seen is False and a success is not evaluable, so that there as-observed
rates lean low. What to do about who is not evaluable is decided by an estimand, never here.

>>> cdai_remission(cdai=149.9), cdai_remission(cdai=150), cdai_remission(cdai=None)
(True, False, None)
>>> endoscopic_response(ses_cd_matched=10, ses_cd_matched_baseline=20, isolated_ileal_baseline=0)
False
>>> endoscopic_response(ses_cd_matched=9, ses_cd_matched_baseline=20, isolated_ileal_baseline=0)
True
>>> endoscopic_improvement(endoscopic_subscore_adapted=1)
True
>>> crp_normal(crp_mg_l=5), crp_normal(crp_mg_l=5, inclusive=True)
(False, True)
>>> crp_normal(crp_mg_l=10, crp_mg_l_censor="left")  # <10: it cannot be told
>>> nancy_remission(nancy="0"), ibdq_response(ibdq=144, ibdq_baseline=128)
(True, True)
>>> free = cdai_remission.steroid_free(days=90)
>>> free(cdai=120, systemic_steroid=0, steroid_free_days=60)
False
"""

from ibd_scores.endpoints.biochemical import (
    biochemical_remission,
    calprotectin_normal,
    crp_normal,
    esr_normal,
)
from ibd_scores.endpoints.colitis import (
    adapted_mayo_remission,
    adapted_mayo_response,
    endoscopic_improvement,
    lichtiger_response,
    mayo_6_point_remission,
    mayo_endoscopic_0,
    mayo_endoscopic_3,
    mayo_remission,
    mayo_response,
    partial_adapted_mayo_response,
    partial_mayo_remission,
    partial_mayo_remission_strict,
    partial_mayo_response,
    sccai_active,
    sccai_remission,
    sccai_response,
    stride2_remission,
    stride2_uc_response,
    symptomatic_remission,
    uceis_remission,
    uceis_response,
)
from ibd_scores.endpoints.crohn import (
    cdai_remission,
    cdai_response_70,
    cdai_response_100,
    cdeis_complete_remission,
    cdeis_healing,
    cdeis_remission,
    cdeis_response,
    cdeis_response_50,
    cdeis_ulcer_free,
    deep_remission,
    endoscopic_healing,
    endoscopic_remission_uexcel,
    endoscopic_remission_uexcel_by_variable,
    endoscopic_response,
    endoscopic_response_50,
    endoscopic_response_unmatched,
    enhanced_response,
    hbi_remission,
    hbi_response,
    pro2_remission,
    rutgeerts_recurrence,
    rutgeerts_remission,
    rutgeerts_severe_recurrence,
    ses_cd_moderate_severe,
    ses_cd_remission,
    sf_aps_remission,
    sf_aps_response,
    stride2_cd_remission,
    stride2_cd_response,
    ulcer_free,
)
from ibd_scores.endpoints.histology import (
    geboes_improvement,
    geboes_remission,
    geboes_simplified_remission,
    histo_endoscopic_improvement,
    histo_endoscopic_remission,
    nancy_remission,
    nancy_response,
    robarts_remission,
    robarts_remission_strict,
    robarts_response,
)
from ibd_scores.endpoints.imaging import (
    transmural_healing_maria,
    transmural_healing_maria_simplified,
    transmural_healing_mre,
    transmural_healing_ultrasound,
    transmural_healing_ultrasound_strict,
    transmural_response_ultrasound,
)
from ibd_scores.endpoints.pediatric import (
    pcdai_remission,
    pcdai_response,
    pucai_remission,
    pucai_response,
    wpcdai_remission,
    wpcdai_response,
)
from ibd_scores.endpoints.perianal import (
    fistula_combined_remission,
    fistula_remission,
    fistula_remission_single_visit,
    fistula_response,
    fistula_response_single_visit,
)
from ibd_scores.endpoints.quality_of_life import (
    ibdq_remission,
    ibdq_response,
    sibdq_remission,
    sibdq_response,
)
from ibd_scores.endpoints.trial_entry import (
    adapted_mayo_trial_entry,
    cdai_trial_entry,
    ses_cd_trial_entry,
    sf_aps_trial_entry,
)
from ibd_scores.imaging_pairing import imaging_pairs
from ibd_scores.pairing import pairs

__all__ = [
    "adapted_mayo_remission",
    "adapted_mayo_response",
    "adapted_mayo_trial_entry",
    "biochemical_remission",
    "calprotectin_normal",
    "cdai_remission",
    "cdai_response_70",
    "cdai_response_100",
    "cdai_trial_entry",
    "cdeis_complete_remission",
    "cdeis_healing",
    "cdeis_remission",
    "cdeis_response",
    "cdeis_response_50",
    "cdeis_ulcer_free",
    "crp_normal",
    "deep_remission",
    "endoscopic_healing",
    "endoscopic_improvement",
    "endoscopic_remission_uexcel",
    "endoscopic_remission_uexcel_by_variable",
    "endoscopic_response",
    "endoscopic_response_50",
    "endoscopic_response_unmatched",
    "enhanced_response",
    "esr_normal",
    "fistula_combined_remission",
    "fistula_remission",
    "fistula_remission_single_visit",
    "fistula_response",
    "fistula_response_single_visit",
    "geboes_improvement",
    "geboes_remission",
    "geboes_simplified_remission",
    "hbi_remission",
    "hbi_response",
    "histo_endoscopic_improvement",
    "histo_endoscopic_remission",
    "ibdq_remission",
    "ibdq_response",
    "imaging_pairs",
    "lichtiger_response",
    "mayo_6_point_remission",
    "mayo_endoscopic_0",
    "mayo_endoscopic_3",
    "mayo_remission",
    "mayo_response",
    "nancy_remission",
    "nancy_response",
    "pairs",
    "partial_adapted_mayo_response",
    "partial_mayo_remission",
    "partial_mayo_remission_strict",
    "partial_mayo_response",
    "pcdai_remission",
    "pcdai_response",
    "pro2_remission",
    "pucai_remission",
    "pucai_response",
    "robarts_remission",
    "robarts_remission_strict",
    "robarts_response",
    "rutgeerts_recurrence",
    "rutgeerts_remission",
    "rutgeerts_severe_recurrence",
    "sccai_active",
    "sccai_remission",
    "sccai_response",
    "ses_cd_moderate_severe",
    "ses_cd_remission",
    "ses_cd_trial_entry",
    "sf_aps_remission",
    "sf_aps_response",
    "sf_aps_trial_entry",
    "sibdq_remission",
    "sibdq_response",
    "stride2_cd_remission",
    "stride2_cd_response",
    "stride2_remission",
    "stride2_uc_response",
    "symptomatic_remission",
    "transmural_healing_maria",
    "transmural_healing_maria_simplified",
    "transmural_healing_mre",
    "transmural_healing_ultrasound",
    "transmural_healing_ultrasound_strict",
    "transmural_response_ultrasound",
    "uceis_remission",
    "uceis_response",
    "ulcer_free",
    "wpcdai_remission",
    "wpcdai_response",
]


def __dir__() -> list[str]:
    """Names that are completed: the endpoints, and what makes pairs."""
    return __all__
