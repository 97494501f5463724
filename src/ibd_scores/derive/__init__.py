"""Named steps before scoring: from what a chart holds to what a form asks.

Each is called with a table (a Series comes out) or with values by name (a number comes out);
a missing value gives a missing result, a value off the form raises ValueError.

>>> hematocrit_deficit(hematocrit_percent=40, sex="male")
7.0
>>> hematocrit_deficit(hematocrit_percent=44, sex="female")
-2.0
>>> hematocrit_deficit(hematocrit_percent=44, sex="female", hematocrit_floor=0)
0.0
>>> round(weight_deficit(weight_kg=62, standard_weight_kg=70), 4)
11.4286
>>> round(keys_standard_weight(height_m=1.75, sex="male"), 2)
67.68
>>> stool_frequency(stools_per_day=6, normal_stools_per_day=2)
2.0
"""

from ibd_scores.derive.colitis import (
    adapted_endoscopic_subscore,
    bowel_frequency_day,
    bowel_frequency_night,
    extracolonic,
    stool_frequency,
)
from ibd_scores.derive.crohn import (
    cdai_complications,
    hbi_complications,
    hematocrit_deficit,
    keys_standard_weight,
    weight_deficit,
)
from ibd_scores.derive.diary import diary_window, last_value_carried_forward, mayo_diary_window
from ibd_scores.derive.histology import (
    rhi_chronic_infiltrate,
    rhi_epithelial_neutrophils,
    rhi_erosion_ulcer,
    rhi_lamina_propria_neutrophils,
)
from ibd_scores.derive.imaging import relative_contrast_enhancement, wall_thickened
from ibd_scores.derive.pediatric import (
    albumin_pcdai,
    albumin_wpcdai,
    esr_pcdai,
    esr_wpcdai,
    hematocrit_pcdai,
    stools_pucai,
)
from ibd_scores.derive.phenotype import colitis_extent, perianal

__all__ = [
    "adapted_endoscopic_subscore",
    "albumin_pcdai",
    "albumin_wpcdai",
    "bowel_frequency_day",
    "bowel_frequency_night",
    "cdai_complications",
    "colitis_extent",
    "diary_window",
    "esr_pcdai",
    "esr_wpcdai",
    "extracolonic",
    "hbi_complications",
    "hematocrit_deficit",
    "hematocrit_pcdai",
    "keys_standard_weight",
    "last_value_carried_forward",
    "mayo_diary_window",
    "perianal",
    "relative_contrast_enhancement",
    "rhi_chronic_infiltrate",
    "rhi_epithelial_neutrophils",
    "rhi_erosion_ulcer",
    "rhi_lamina_propria_neutrophils",
    "stool_frequency",
    "stools_pucai",
    "wall_thickened",
    "weight_deficit",
]


def __dir__() -> list[str]:
    """Names that are completed: the steps."""
    return __all__
