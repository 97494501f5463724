"""The Mayo family in ulcerative colitis.

>>> from ibd_scores import mayo_adapted, mayo_full
>>> mayo_full(stool_frequency=2, rectal_bleeding=1, endoscopic_subscore=2, physician_global=2)
7.0
>>> mayo_adapted(stool_frequency=1, rectal_bleeding=0, endoscopic_subscore=1, friability=1)
3.0
"""

from collections.abc import Mapping

import numpy as np

from ibd_scores.citations import DANESE_2022, LEWIS_2008, SCHROEDER_1987, TURNER_2021
from ibd_scores.columns import Array
from ibd_scores.derive import ENDOSCOPIC_SUBSCORE, adapted_endoscopic_subscore, stool_frequency
from ibd_scores.form import Band, Item, Mask
from ibd_scores.index import Index

STOOL_FREQUENCY = Item(
    "stool_frequency", "normal 0, 1-2 more 1, 3-4 more 2, 5 or more 3, than the patient's normal",
    range(4), derive=stool_frequency,
)  # fmt: skip
RECTAL_BLEEDING = Item("rectal_bleeding", "none 0, streaks 1, obvious 2, blood alone 3", range(4))
PHYSICIAN_GLOBAL = Item("physician_global", "normal 0 to severe 3", range(4))
ADAPTED_SUBSCORE = Item(
    "endoscopic_subscore_adapted", "endoscopic subscore, friability scored 2", range(4),
    derive=adapted_endoscopic_subscore,
)  # fmt: skip

MISSING = "Any missing item makes the score missing."


def no_subscore_above_1(points: Mapping[str, Array]) -> Mask:
    """Return True where every subscore is 0 or 1."""
    return np.asarray(np.all([subscore <= 1 for subscore in points.values()], axis=0))


mayo_full = Index(
    name="mayo_full",
    title="Mayo score",
    disease="UC",
    items=(STOOL_FREQUENCY, RECTAL_BLEEDING, ENDOSCOPIC_SUBSCORE, PHYSICIAN_GLOBAL),
    bands=(
        Band(
            "remission",
            2,
            inclusive=True,
            proviso=no_subscore_above_1,
            condition="no subscore above 1",
        ),
        Band("not in remission", 2, inclusive=True),
        Band("mild", 6),
        Band("moderate", 11),
        Band("severe"),
    ),
    notes=f"{MISSING} A total of 2 or less with a subscore above 1 is not remission.",
    citation=SCHROEDER_1987,
)

mayo_partial = Index(
    name="mayo_partial",
    title="Partial Mayo score (without endoscopy)",
    disease="UC",
    items=(STOOL_FREQUENCY, RECTAL_BLEEDING, PHYSICIAN_GLOBAL),
    notes=f"{MISSING} No agreed bands.",
    citation=LEWIS_2008,
)

mayo_adapted = Index(
    name="mayo_adapted",
    title="Adapted (modified) Mayo score (without physician's global)",
    disease="UC",
    items=(STOOL_FREQUENCY, RECTAL_BLEEDING, ADAPTED_SUBSCORE),
    notes=f"{MISSING} Friability scores 2. No agreed bands; trials enter patients at 5 to 9.",
    citation=DANESE_2022,
)

mayo_partial_adapted = Index(
    name="mayo_partial_adapted",
    title="Partial adapted Mayo score (stool frequency and rectal bleeding)",
    disease="UC",
    items=(STOOL_FREQUENCY, RECTAL_BLEEDING),
    notes=f"{MISSING} No agreed bands.",
    citation=DANESE_2022,
)

pro2_uc = Index(
    name="pro2_uc",
    title="Two-item patient-reported outcome, ulcerative colitis",
    disease="UC",
    items=(STOOL_FREQUENCY, RECTAL_BLEEDING),
    notes=f"{MISSING} The same sum as the partial adapted Mayo score. No agreed bands.",
    citation=TURNER_2021,
)
