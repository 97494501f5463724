"""Clinical activity of Crohn's disease.

>>> from ibd_scores import cdai, hbi, pro2_cd
>>> cdai(liquid_stools_7d=21, abdominal_pain_7d=7, general_wellbeing_7d=10, complications=1,
...      antidiarrheal=0, abdominal_mass=0, hematocrit_percent=40, sex="male",
...      weight_kg=62, standard_weight_kg=70)
220.428571
>>> cdai.band(220.428571)
'moderate'
>>> hbi(general_wellbeing_previous_day=0, abdominal_pain_previous_day=0,
...     liquid_stools_previous_day=4, abdominal_mass_hbi=0, complications_hbi=0)
4.0
>>> pro2_cd(liquid_stools_mean=5, abdominal_pain_mean=2)
20.0
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ibd_scores.citations import BEST_1976, HARVEY_1980, KHANNA_2015, THIA_2011
from ibd_scores.columns import Array
from ibd_scores.derive.crohn import (
    cdai_complications,
    hbi_complications,
    hematocrit_deficit,
    weight_deficit,
)
from ibd_scores.form import Band, Check, Interval, Item, Mask
from ibd_scores.index import Index

# The cuts are trial convention, not in the 1976 paper: 220 and 450 count as moderate, and
# remission is below 150 (the 1976 abstract counts 150 as quiescent).
CDAI_BANDS = (
    Band("remission", 150),
    Band("mild", 220),
    Band("moderate", 450, inclusive=True),
    Band("severe"),
)

FOUR_OF_SEVEN_DAYS = (
    "Any missing item makes the result missing. A diary of the 7 calendar days before the visit "
    "needs 4 recorded days for a mean, and the mean x 7 is the total (derive.diary_window): common "
    "in trials, not in the paper."
)

cdai = Index(
    name="cdai",
    title="Crohn's Disease Activity Index",
    disease="CD",
    items=(
        Item("liquid_stools_7d", "liquid or very soft stools, total of 7 days",
             Interval(0, 420), weight=2),
        Item("abdominal_pain_7d", "none 0 to severe 3, total of 7 days",
             Interval(0, 21), weight=5),
        Item("general_wellbeing_7d", "well 0 to terrible 4, total of 7 days",
             Interval(0, 28), weight=7),
        Item("complications", "how many of six groups: joints, eyes, skin or mouth, anal, other "
             "fistula, fever", range(7), weight=20,
             derive=cdai_complications),
        Item("antidiarrheal", "loperamide, diphenoxylate or an opiate for diarrhea: no 0, yes 1",
             range(2), weight=30),
        Item("abdominal_mass", "none 0, questionable 2, definite 5", (0, 2, 5), weight=10),
        Item("hematocrit_deficit", "47 (men) or 42 (women) minus hematocrit, %",
             Interval(-33, 37), weight=6, derive=hematocrit_deficit),
        Item("weight_deficit", "% below standard weight, not under -10",
             Interval(-10, 100), derive=weight_deficit),
    ),
    bands=CDAI_BANDS,
    published_range="about -70 upwards, seldom above 600",
    seldom_above=600,
    missing=FOUR_OF_SEVEN_DAYS,
    pitfalls=(
        "A daily mean of stools, pain or well-being must be multiplied by 7 before it is entered: "
        "as it stands it makes active disease look like remission.",
        "Findings of one group count once: erythema nodosum and pyoderma are 20 points, not 40.",
        "In rheumatology the same letters are another index (Clinical Disease Activity Index).",
        "The mass is 0, 2 or 5; a form that writes 0, 1 and 2 must be recoded.",
        "It is not valid with a stoma, says little of the mucosa, and is raised by pain of other "
        "origin; perianal disease adds at most 20.",
    ),
    notes="The bands are convention of the trials, not of the 1976 paper, which counts 150 as "
    "quiescent. The hematocrit deficit is signed and the weight deficit ends at -10; "
    "hematocrit_floor=0 is the variant of some trials' worksheets. The standard weight "
    "is given, from a table or by derive.keys_standard_weight; none is assumed.",
    citation=BEST_1976,
)  # fmt: skip

LOOKS_WEEKLY = "a higher value looks like a 7-day total"
DAILY_MEAN = f"{LOOKS_WEEKLY}; give the daily mean"
PREVIOUS_DAY = f"{LOOKS_WEEKLY}; the previous day is due"

LIQUID_STOOLS_MEAN = Item(
    "liquid_stools_mean", "liquid or very soft stools a day, mean of 7 days", Interval(0, 60),
    hint=DAILY_MEAN,
)  # fmt: skip
ABDOMINAL_PAIN_MEAN = Item(
    "abdominal_pain_mean", "none 0 to severe 3, mean of 7 days", Interval(0, 3),
    hint=DAILY_MEAN,
)  # fmt: skip
GENERAL_WELLBEING_MEAN = Item(
    "general_wellbeing_mean", "well 0 to terrible 4, mean of 7 days", Interval(0, 4),
    hint=DAILY_MEAN,
)  # fmt: skip


def _many_stools(item: str) -> Check:
    def found(answers: Mapping[str, Array]) -> Mask:
        return np.asarray(answers[item] > 25)

    return Check(item, "more than 25 in a day: a weekly total?", found)


short_cdai = Index(
    name="short_cdai",
    title="Short CDAI",
    disease="CD",
    items=(
        replace(LIQUID_STOOLS_MEAN, weight=14),
        replace(ABDOMINAL_PAIN_MEAN, weight=35),
        replace(GENERAL_WELLBEING_MEAN, weight=49),
    ),
    constant=44,
    bands=CDAI_BANDS,
    checks=(_many_stools("liquid_stools_mean"),),
    published_range="44 upwards",
    missing=FOUR_OF_SEVEN_DAYS,
    pitfalls=(
        "The items are daily means; a 7-day total of pain or well-being that is small enough to "
        "pass for a mean is not noticed.",
        "The lowest score is 44, with no symptom at all.",
    ),
    notes="The bands are those of the CDAI.",
    citation=THIA_2011,
)

hbi = Index(
    name="hbi",
    title="Harvey-Bradshaw Index",
    disease="CD",
    items=(
        Item("general_wellbeing_previous_day", "very well 0 to terrible 4", range(5),
             hint=PREVIOUS_DAY),
        Item("abdominal_pain_previous_day", "none 0 to severe 3", range(4), hint=PREVIOUS_DAY),
        Item("liquid_stools_previous_day", "liquid stools of the previous day, 1 point each",
             Interval(0, 60), hint=PREVIOUS_DAY),
        Item("abdominal_mass_hbi", "none 0, dubious 1, definite 2, definite and tender 3",
             range(4)),
        Item("complications_hbi", "how many of arthralgia, uveitis, erythema nodosum, mouth "
             "ulcers, pyoderma gangrenosum, anal fissure, new fistula, abscess", range(9),
             derive=hbi_complications),
    ),
    bands=(
        Band("remission", 5),
        Band("mild", 8),
        Band("moderate", 16, inclusive=True),
        Band("severe"),
    ),
    checks=(_many_stools("liquid_stools_previous_day"),),
    published_range="0 upwards (18 + stools)",
    pitfalls=(
        "All items are about the previous day and stand without a factor: 7-day totals, and "
        "calculators that double pain and stools, give too much.",
        "Stools are liquid ones; some forms print liquid or soft: record which form was used.",
        "The mass is 0 to 3, with a tender one 3; the CDAI's codes 0, 2 and 5 mean other things.",
        "It is not valid with a stoma, agrees poorly with endoscopy, and gives no CDAI for one "
        "patient.",
    ),
    notes="Stools are not capped. Where a chart holds an average of stools, its decimals are kept.",
    citation=HARVEY_1980,
)  # fmt: skip

pro2_cd = Index(
    name="pro2_cd",
    title="Two-item patient-reported outcome, Crohn's disease",
    disease="CD",
    items=(replace(LIQUID_STOOLS_MEAN, weight=2), replace(ABDOMINAL_PAIN_MEAN, weight=5)),
    bands=(
        Band("remission", 8, inclusive=True),
        Band("mild", 14),
        Band("moderate", 35, inclusive=True),
        Band("severe"),
    ),
    checks=(_many_stools("liquid_stools_mean"),),
    published_range="0 upwards",
    missing=FOUR_OF_SEVEN_DAYS,
    pitfalls=(
        "The items are daily means, weighted 2 and 5; weekly totals give seven times as much.",
        "Stools are liquid or very soft ones (Bristol 6 and 7), not all stools.",
        "A mean is not rounded before it meets a cut.",
    ),
    notes="The bands are a registry's convention. 8 is remission; the other reading asks for less "
    "than 8. Moderate ends at 35; the paper matches 34 to a CDAI of 450.",
    citation=KHANNA_2015,
)
