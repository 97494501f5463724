"""ibd_scores: published activity indices, gradings and endpoints of inflammatory bowel disease."""

from ibd_scores import derive, endpoints
from ibd_scores.indices.colitis import (
    mayo_adapted,
    mayo_full,
    mayo_partial,
    mayo_partial_adapted,
    pro2_uc,
)
from ibd_scores.indices.crohn import cdai, hbi, pro2_cd, short_cdai
from ibd_scores.indices.endoscopy import ses_cd, ses_cd_without_narrowing, uceis
from ibd_scores.indices.phenotype import (
    montreal_age,
    montreal_behavior,
    montreal_extent,
    montreal_location,
    montreal_notation,
    montreal_severity,
)

__version__ = "0.1.0"

__all__ = [
    "cdai",
    "derive",
    "endpoints",
    "hbi",
    "mayo_adapted",
    "mayo_full",
    "mayo_partial",
    "mayo_partial_adapted",
    "montreal_age",
    "montreal_behavior",
    "montreal_extent",
    "montreal_location",
    "montreal_notation",
    "montreal_severity",
    "pro2_cd",
    "pro2_uc",
    "ses_cd",
    "ses_cd_without_narrowing",
    "short_cdai",
    "uceis",
]
