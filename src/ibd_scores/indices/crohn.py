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

import numpy as np

from ibd_scores.citations import BEST_1976, HARVEY_1980, KHANNA_2015, THIA_2011
from ibd_scores.columns import Array
from ibd_scores.derive import (
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
        Item("complications", "how many of the six groups", range(7), weight=20,
             derive=cdai_complications),
        Item("antidiarrheal", "drug taken for diarrhea: no 0, yes 1", range(2), weight=30),
        Item("abdominal_mass", "none 0, questionable 2, definite 5", (0, 2, 5), weight=10),
        Item("hematocrit_deficit", "47 (men) or 42 (women) minus hematocrit, %",
             Interval(-33, 37), weight=6, derive=hematocrit_deficit),
        Item("weight_deficit", "% below standard weight, not under -10",
             Interval(-10, 100), derive=weight_deficit),
    ),
    bands=CDAI_BANDS,
    published_range="about -70 upwards, seldom above 600",
    seldom_above=600,
    notes="Any missing item makes the score missing. A 7-day total is the mean of the recorded "
    "days x 7 where days are missing (derive.diary_window). Not valid with a stoma. The bands are "
    "convention of the trials, not of the 1976 paper, which counts 150 as quiescent.",
    citation=BEST_1976,
)  # fmt: skip

LIQUID_STOOLS_MEAN = Item(
    "liquid_stools_mean", "liquid or very soft stools a day, mean of 7 days", Interval(0, 60)
)
ABDOMINAL_PAIN_MEAN = Item(
    "abdominal_pain_mean", "none 0 to severe 3, mean of 7 days", Interval(0, 3)
)
GENERAL_WELLBEING_MEAN = Item(
    "general_wellbeing_mean", "well 0 to terrible 4, mean of 7 days", Interval(0, 4)
)


def _weighted(item: Item, weight: float) -> Item:
    return Item(item.name, item.meaning, item.values, weight=weight)


short_cdai = Index(
    name="short_cdai",
    title="Short CDAI",
    disease="CD",
    items=(
        _weighted(LIQUID_STOOLS_MEAN, 14),
        _weighted(ABDOMINAL_PAIN_MEAN, 35),
        _weighted(GENERAL_WELLBEING_MEAN, 49),
    ),
    constant=44,
    bands=CDAI_BANDS,
    published_range="44 upwards",
    notes="Daily means, not weekly totals. Any missing item makes the score missing.",
    citation=THIA_2011,
)


def _many_stools(answers: Mapping[str, Array]) -> Mask:
    return np.asarray(answers["liquid_stools_previous_day"] > 25)


hbi = Index(
    name="hbi",
    title="Harvey-Bradshaw Index",
    disease="CD",
    items=(
        Item("general_wellbeing_previous_day", "very well 0 to terrible 4", range(5)),
        Item("abdominal_pain_previous_day", "none 0 to severe 3", range(4)),
        Item("liquid_stools_previous_day", "liquid stools of the previous day, 1 point each",
             Interval(0, 60)),
        Item("abdominal_mass_hbi", "none 0, dubious 1, definite 2, definite and tender 3",
             range(4)),
        Item("complications_hbi", "how many of the eight listed", range(9),
             derive=hbi_complications),
    ),
    bands=(
        Band("remission", 5),
        Band("mild", 8),
        Band("moderate", 16, inclusive=True),
        Band("severe"),
    ),
    checks=(
        Check("liquid_stools_previous_day", "more than 25 in a day: a weekly total?", _many_stools),
    ),
    published_range="0 upwards (18 + stools)",
    notes="All items are about the previous day. Where a chart holds an average of stools, its "
    "decimals are kept. Any missing item makes the score missing. "
    "Not valid with a stoma.",
    citation=HARVEY_1980,
)  # fmt: skip

pro2_cd = Index(
    name="pro2_cd",
    title="Two-item patient-reported outcome, Crohn's disease",
    disease="CD",
    items=(_weighted(LIQUID_STOOLS_MEAN, 2), _weighted(ABDOMINAL_PAIN_MEAN, 5)),
    bands=(
        Band("remission", 8, inclusive=True),
        Band("mild", 14),
        Band("moderate", 35, inclusive=True),
        Band("severe"),
    ),
    published_range="0 upwards",
    notes="Daily means, not weekly totals. Remission at 8 is one of two readings (below 8 the "
    "other). Any missing item makes the score missing.",
    citation=KHANNA_2015,
)
