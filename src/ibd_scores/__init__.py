"""ibd_scores: published activity indices, gradings and endpoints of inflammatory bowel disease."""

from ibd_scores import derive, endpoints
from ibd_scores.entries import catalogue
from ibd_scores.indices.colitis import (
    lichtiger,
    mayo_6_point,
    mayo_adapted,
    mayo_full,
    mayo_partial,
    mayo_partial_adapted,
    pro2_uc,
    sccai,
)
from ibd_scores.indices.crohn import cdai, hbi, pro2_cd, short_cdai
from ibd_scores.indices.endoscopy import (
    cdeis,
    rutgeerts,
    rutgeerts_modified,
    ses_cd,
    ses_cd_without_narrowing,
    uceis,
)
from ibd_scores.indices.histology import (
    geboes,
    geboes_continuous,
    geboes_simplified,
    nancy,
    robarts,
)
from ibd_scores.indices.imaging import (
    buss,
    ibus_sas,
    maria,
    maria_global,
    maria_simplified,
    milan_ultrasound,
)
from ibd_scores.indices.pediatric import pcdai, pcdai_abbreviated, pucai, wpcdai
from ibd_scores.indices.perianal import pdai, pdai_four_item, van_assche, van_assche_modified
from ibd_scores.indices.phenotype import (
    montreal_age,
    montreal_behavior,
    montreal_extent,
    montreal_location,
    montreal_notation,
    montreal_severity,
    paris_age,
    paris_behavior,
    paris_extent,
    paris_growth,
    paris_location,
    paris_notation,
    paris_severity,
)
from ibd_scores.indices.quality_of_life import (
    ibdq,
    ibdq_bowel,
    ibdq_emotional,
    ibdq_prorated,
    ibdq_social,
    ibdq_systemic,
    sibdq,
)
from ibd_scores.indices.severity import (
    truelove_witts,
    truelove_witts_montreal,
    truelove_witts_original,
)

__version__ = "0.1.0"

__all__ = [
    "buss",
    "catalogue",
    "cdai",
    "cdeis",
    "derive",
    "endpoints",
    "geboes",
    "geboes_continuous",
    "geboes_simplified",
    "hbi",
    "ibdq",
    "ibdq_bowel",
    "ibdq_emotional",
    "ibdq_prorated",
    "ibdq_social",
    "ibdq_systemic",
    "ibus_sas",
    "lichtiger",
    "maria",
    "maria_global",
    "maria_simplified",
    "mayo_6_point",
    "mayo_adapted",
    "mayo_full",
    "mayo_partial",
    "mayo_partial_adapted",
    "milan_ultrasound",
    "montreal_age",
    "montreal_behavior",
    "montreal_extent",
    "montreal_location",
    "montreal_notation",
    "montreal_severity",
    "nancy",
    "paris_age",
    "paris_behavior",
    "paris_extent",
    "paris_growth",
    "paris_location",
    "paris_notation",
    "paris_severity",
    "pcdai",
    "pcdai_abbreviated",
    "pdai",
    "pdai_four_item",
    "pro2_cd",
    "pro2_uc",
    "pucai",
    "robarts",
    "rutgeerts",
    "rutgeerts_modified",
    "sccai",
    "ses_cd",
    "ses_cd_without_narrowing",
    "short_cdai",
    "sibdq",
    "truelove_witts",
    "truelove_witts_montreal",
    "truelove_witts_original",
    "uceis",
    "van_assche",
    "van_assche_modified",
    "wpcdai",
]


def __dir__() -> list[str]:
    """Names that are completed: the instruments, and where the rest is."""
    return __all__
