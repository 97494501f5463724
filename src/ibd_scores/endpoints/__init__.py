"""Published responses and remissions: yes, no, or not evaluable.

Each is called with a table of pairs (one row for each patient, from `pairs`) and returns a nullable
boolean Series, or with values by name and returns True, False or None. `x` is the value at
follow-up, `x_baseline` that at baseline. An endpoint is evaluable where every value it reads was
recorded, so that who counts does not depend on how they did; what to do about the others is
decided by an estimand, never here.

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
    mayo_endoscopic_0,
    mayo_endoscopic_3,
    mayo_remission,
    mayo_response,
    partial_adapted_mayo_response,
    partial_mayo_remission,
    partial_mayo_response,
    stride2_remission,
    symptomatic_remission,
    uceis_remission,
    uceis_response,
)
from ibd_scores.endpoints.crohn import (
    cdai_remission,
    cdai_response_70,
    cdai_response_100,
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
    ses_cd_moderate_severe,
    ses_cd_remission,
    sf_aps_remission,
    sf_aps_response,
    ulcer_free,
)
from ibd_scores.pairing import pairs

__all__ = [
    "adapted_mayo_remission",
    "adapted_mayo_response",
    "biochemical_remission",
    "calprotectin_normal",
    "cdai_remission",
    "cdai_response_70",
    "cdai_response_100",
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
    "hbi_remission",
    "hbi_response",
    "mayo_endoscopic_0",
    "mayo_endoscopic_3",
    "mayo_remission",
    "mayo_response",
    "pairs",
    "partial_adapted_mayo_response",
    "partial_mayo_remission",
    "partial_mayo_response",
    "pro2_remission",
    "ses_cd_moderate_severe",
    "ses_cd_remission",
    "sf_aps_remission",
    "sf_aps_response",
    "stride2_remission",
    "symptomatic_remission",
    "uceis_remission",
    "uceis_response",
    "ulcer_free",
]
