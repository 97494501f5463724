"""The cohort in aggregate tables: flow, baseline, transitions, perianal disease, imaging.

None of them lists a patient. CD and UC are described apart, never pooled. Adverse events stand in
`safety`.
"""

from ibd_scores.study.description import imaging, perianal
from ibd_scores.study.description.listing import (
    CD_CHARACTERISTICS,
    UC_CHARACTERISTICS,
    Characteristic,
    characteristics,
    not_recorded,
)
from ibd_scores.study.description.moves import (
    ORDERS,
    courses,
    defined,
    flow,
    segment_counts,
    transitions,
)
from ibd_scores.study.description.scoping import scoped_or_not, scoped_table
from ibd_scores.study.description.table_one import EXTRAINTESTINAL, at_baseline, baseline

__all__ = [
    "CD_CHARACTERISTICS",
    "EXTRAINTESTINAL",
    "ORDERS",
    "UC_CHARACTERISTICS",
    "Characteristic",
    "at_baseline",
    "baseline",
    "characteristics",
    "courses",
    "defined",
    "flow",
    "imaging",
    "not_recorded",
    "perianal",
    "scoped_or_not",
    "scoped_table",
    "segment_counts",
    "transitions",
]
