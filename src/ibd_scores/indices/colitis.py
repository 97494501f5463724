"""Activity of ulcerative colitis: the Mayo family, SCCAI and Lichtiger.

>>> from ibd_scores import mayo_adapted, mayo_full, sccai
>>> mayo_full(stool_frequency=2, rectal_bleeding=1, endoscopic_subscore=2, physician_global=2)
7.0
>>> mayo_adapted(stool_frequency=1, rectal_bleeding=0, endoscopic_subscore=1, friability=1)
3.0
>>> sccai(stools_by_day=8, stools_by_night=2, urgency=2, blood_in_stool=2,
...       general_wellbeing_sccai=1, extracolonic=1)
9.0
"""

from collections.abc import Mapping

import numpy as np

from ibd_scores.citations import (
    DANESE_2022,
    LEWIS_2008,
    LICHTIGER_1994,
    SCHROEDER_1987,
    TURNER_2021,
    WALMSLEY_1998,
)
from ibd_scores.columns import Array
from ibd_scores.derive.colitis import (
    ENDOSCOPIC_SUBSCORE,
    RECTAL_BLEEDING,
    STOOL_FREQUENCY,
    adapted_endoscopic_subscore,
    bowel_frequency_day,
    bowel_frequency_night,
    extracolonic,
)
from ibd_scores.derive.findings import (
    flag,
)
from ibd_scores.form import Band, Check, Item, Mask
from ibd_scores.index import Index

PHYSICIAN_GLOBAL = Item("physician_global", "normal 0 to severe 3", range(4))
ADAPTED_SUBSCORE = Item(
    "endoscopic_subscore_adapted", "endoscopic subscore, friability scored 2", range(4),
    derive=adapted_endoscopic_subscore,
)  # fmt: skip

OWN_NORMAL = (
    "Stool frequency is counted from the patient's own normal; a plain count of stools needs "
    "normal_stools_per_day beside it."
)


def no_subscore_above_1(points: Mapping[str, Array]) -> Mask:
    """Return True where every subscore is 0 or 1."""
    return np.asarray(np.all([subscore <= 1 for subscore in points.values()], axis=0))


mayo_full = Index(
    name="mayo_full",
    title="Full Mayo score",
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
        Band("remission criteria not met", 2, inclusive=True),
        Band("mild", 6),
        Band("moderate", 11),
        Band("severe"),
    ),
    missing="Any missing item makes the result missing; without endoscopy the partial scores "
    "still stand.",
    pitfalls=(
        "A total of 2 or less with a subscore above 1 is not remission.",
        "Endoscopy not done, or mucosa not seen, is missing and not 0.",
        OWN_NORMAL,
    ),
    notes="The original endoscopic subscore, with mild friability at 1; mayo_adapted moves it to "
    "2.",
    citation=SCHROEDER_1987,
)

mayo_partial = Index(
    name="mayo_partial",
    title="Partial Mayo score (without endoscopy)",
    disease="UC",
    items=(STOOL_FREQUENCY, RECTAL_BLEEDING, PHYSICIAN_GLOBAL),
    pitfalls=(
        "The bands of the full Mayo score do not fit a score that ends at 9, though some tables "
        "print them.",
        OWN_NORMAL,
    ),
    notes="Cuts in use differ: 0-2, 3-4, 5-6, 7-9, or below 2, 2-4, 5-7, above 7. Remission is 2 "
    "or less with no subscore above 1 (partial_mayo_remission); 1 or less is a variant.",
    citation=LEWIS_2008,
)


def _normal_but_friable(findings: Mapping[str, Array]) -> Mask:
    normal = findings.get("endoscopic_subscore", np.array(np.nan)) == 0
    return np.asarray(normal & (findings["friability"] == 1))


FRIABLE = Check(
    "friability", "a normal mucosa that is friable contradicts itself: not scored",
    _normal_but_friable,
)  # fmt: skip

mayo_adapted = Index(
    name="mayo_adapted",
    title="Adapted (modified) Mayo score (without physician's global)",
    disease="UC",
    items=(STOOL_FREQUENCY, RECTAL_BLEEDING, ADAPTED_SUBSCORE),
    missing="Any missing item makes the result missing, and so does an endoscopic subscore of 1 "
    "whose friability was not recorded, unless unrecorded_friability (0 or 1) says how to read it, "
    "and a normal mucosa that was recorded as friable.",
    checks=(FRIABLE,),
    pitfalls=(
        "An endoscopic subscore of 1 with friability counts as 2 here.",
        "The physician's global assessment is not part of it.",
        "Some papers call other scores modified Mayo: one adds five segments up, weighted by "
        "extent; others mean the full score of four items.",
        OWN_NORMAL,
    ),
    notes="Trials enter patients at 5 to 9 with an endoscopic subscore of 2 or 3.",
    citation=DANESE_2022,
)

mayo_partial_adapted = Index(
    name="mayo_partial_adapted",
    title="Partial adapted Mayo score (stool frequency and rectal bleeding)",
    disease="UC",
    items=(STOOL_FREQUENCY, RECTAL_BLEEDING),
    pitfalls=("The physician's global assessment is not part of it.", OWN_NORMAL),
    notes="The same sum as pro2_uc and mayo_6_point.",
    citation=DANESE_2022,
)

mayo_6_point = Index(
    name="mayo_6_point",
    title="6-point Mayo score (stool frequency and rectal bleeding)",
    disease="UC",
    items=(STOOL_FREQUENCY, RECTAL_BLEEDING),
    bands=(Band("remission", 2), Band("mild", 4), Band("moderate", 6), Band("severe")),
    pitfalls=(
        "A score of 1 may be rectal bleeding: by the trials' rules that is no remission.",
        OWN_NORMAL,
    ),
    notes="The bands are the convention of a registry (SPARC), not validated. Remission as the "
    "patients define it is best told by a score of 1 or less. The same sum as "
    "mayo_partial_adapted.",
    citation=LEWIS_2008,
)

pro2_uc = Index(
    name="pro2_uc",
    title="Two-item patient-reported outcome, ulcerative colitis",
    disease="UC",
    items=(STOOL_FREQUENCY, RECTAL_BLEEDING),
    pitfalls=(
        "Stool frequency 1 without bleeding is symptomatic remission in the trials, if it is not "
        "above baseline, but no remission in STRIDE-II, which asks for 0 and 0.",
        OWN_NORMAL,
    ),
    notes="The same sum as mayo_partial_adapted.",
    citation=TURNER_2021,
)

sccai = Index(
    name="sccai",
    title="Simple Clinical Colitis Activity Index",
    disease="UC",
    items=(
        Item("bowel_frequency_day", "stools by day: 0-3 = 0, 4-6 = 1, 7-9 = 2, more = 3",
             range(4), derive=bowel_frequency_day),
        Item("bowel_frequency_night", "stools by night: none = 0, 1-3 = 1, 4 or more = 2",
             range(3), derive=bowel_frequency_night),
        Item("urgency", "none 0, hurry 1, immediately 2, incontinence 3", range(4)),
        Item("blood_in_stool", "none 0, trace 1, occasionally frank 2, usually frank 3", range(4)),
        Item("general_wellbeing_sccai",
             "very well 0, slightly below par 1, poor 2, very poor 3, terrible 4", range(5)),
        Item("extracolonic", "how many of arthralgia or arthritis, uveitis, erythema nodosum, "
             "pyoderma gangrenosum", range(5), derive=extracolonic),
    ),
    bands=(Band("remission", 2.5), Band("intermediate", 5), Band("active")),
    pitfalls=(
        "A night without stools is an answer (0), and so is a day without stools, though the "
        "printed form begins at 1: neither is missing.",
        "Stools of the night are not added to those of the day.",
        "Only the four named extracolonic features count; totals of forms with an open list "
        "cannot be compared.",
    ),
    notes="Remission below 2.5, that is up to 2, is from Higgins 2005, active disease (relapse) "
    "from 5 from Jowett 2003; what lies between the two has no name in either. A fall of more "
    "than 1.5, that is of 2, is improvement (Higgins 2005).",
    citation=WALMSLEY_1998,
)  # fmt: skip

lichtiger = Index(
    name="lichtiger",
    title="Lichtiger score (Clinical Activity Index)",
    disease="UC",
    items=(
        Item("daily_stools_lichtiger",
             "stools a day: 0-2 = 0, 3-4 = 1, 5-6 = 2, 7-9 = 3, 10 or more = 4", range(5)),
        flag("nocturnal_diarrhea", "diarrhea at night"),
        Item("visible_blood",
             "stools with blood: none 0, under half 1, half or more 2, all 3", range(4)),
        flag("fecal_incontinence", "incontinence of stool"),
        Item("abdominal_pain_lichtiger",
             "pain or cramps: none 0, mild 1, moderate 2, severe 3", range(4)),
        Item("general_wellbeing_lichtiger",
             "perfect 0, very good 1, good 2, average 3, poor 4, terrible 5", range(6)),
        Item("abdominal_tenderness", "none 0, mild and localized 1, mild to moderate and diffuse "
             "2, severe or rebound 3", range(4)),
        flag("antidiarrheal_lichtiger", "antidiarrheal drug needed"),
    ),
    pitfalls=(
        "One day below 10 is no response: the two days must follow one another.",
        "The score is also called a modified Truelove and Witts index, but it is a sum and not "
        "that grading; and Rachmilewitz has another Clinical Activity Index.",
    ),
    notes="Response is a score below 10 on two consecutive days.",
    citation=LICHTIGER_1994,
)  # fmt: skip
