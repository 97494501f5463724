"""Steps before the Mayo scores and the SCCAI."""

import numpy as np

from ibd_scores.citations import DANESE_2022, SCHROEDER_1987, WALMSLEY_1998
from ibd_scores.columns import Array
from ibd_scores.derive.findings import (
    ARTHRALGIA,
    ERYTHEMA_NODOSUM,
    PYODERMA_GANGRENOSUM,
    STOOLS_PER_DAY,
    UVEITIS,
    flag,
)
from ibd_scores.form import Interval, Item
from ibd_scores.formula import rounded
from ibd_scores.rule import derivation

NORMAL_STOOLS = Item(
    "normal_stools_per_day", "the patient's own normal, in remission or before", Interval(0, 20)
)


@derivation(
    STOOLS_PER_DAY,
    NORMAL_STOOLS,
    title="Mayo stool frequency from counts, relative to the patient's own normal: under 1 more "
    "0, from 1 more 1, from 3 more 2, from 5 more 3 (convention of this library: averaged counts "
    "fall in no gap)",
    citation=SCHROEDER_1987,
)
def stool_frequency(stools_per_day: Array, normal_stools_per_day: Array) -> Array:
    excess = rounded(stools_per_day - normal_stools_per_day)
    level = 1.0 * (excess >= 1) + (excess >= 3) + (excess >= 5)
    return np.where(np.isnan(excess), np.nan, level)


STOOL_FREQUENCY = Item(
    "stool_frequency", "normal 0, 1-2 more 1, 3-4 more 2, 5 or more 3, than the patient's normal",
    range(4), derive=stool_frequency,
)  # fmt: skip
RECTAL_BLEEDING = Item(
    "rectal_bleeding", "none 0, streaks in under half of the stools 1, obvious blood in half or "
    "more 2, blood alone passed 3", range(4),
)  # fmt: skip

ENDOSCOPIC_SUBSCORE = Item(
    "endoscopic_subscore", "normal 0, erythema, reduced vascular pattern or mild friability 1, "
    "marked erythema, no vascular pattern, friability or erosions 2, spontaneous bleeding or "
    "ulceration 3", range(4),
)  # fmt: skip
FRIABILITY = flag("friability", "mucosa bleeds at a touch")


@derivation(
    ENDOSCOPIC_SUBSCORE,
    FRIABILITY,
    name="endoscopic_subscore_adapted",
    unrecorded_friability=(np.nan, 0, 1),
    title="Mayo endoscopic subscore in which friability scores 2, not 1; a subscore of 1 without "
    "a friability record is missing unless unrecorded_friability says how to read it (0 or 1); "
    "a normal mucosa recorded as friable contradicts itself and is missing",
    citation=DANESE_2022,
)
def adapted_endoscopic_subscore(
    endoscopic_subscore: Array, friability: Array, *, unrecorded_friability: float = np.nan
) -> Array:
    friable = np.where(np.isnan(friability), unrecorded_friability, friability)
    # 1 + friable is 2 with friability, 1 without, missing where nobody recorded it.
    adapted = np.where(endoscopic_subscore == 1, 1 + friable, endoscopic_subscore)
    contradictory = (endoscopic_subscore == 0) & (friability == 1)
    return np.where(contradictory, np.nan, adapted)


STOOLS_BY_DAY = Item("stools_by_day", "stools from getting up to going to bed", Interval(0, 50))
STOOLS_BY_NIGHT = Item("stools_by_night", "stools of the night, none is 0", Interval(0, 30))


@derivation(
    STOOLS_BY_DAY,
    title="SCCAI bowel frequency by day from a count: 0 to 3 0, from 4 1, from 7 2, above 9 3 "
    "(convention of this library: averaged counts fall in no gap, 3.5 counts as 3)",
    citation=WALMSLEY_1998,
)
def bowel_frequency_day(stools_by_day: Array) -> Array:
    stools = rounded(stools_by_day)
    level = 1.0 * (stools >= 4) + (stools >= 7) + (stools > 9)
    return np.where(np.isnan(stools), np.nan, level)


@derivation(
    STOOLS_BY_NIGHT,
    title="SCCAI bowel frequency by night from a count: none 0, from 1 1, from 4 2 (convention of "
    "this library: averaged counts fall in no gap, an average under 1 counts as none)",
    citation=WALMSLEY_1998,
)
def bowel_frequency_night(stools_by_night: Array) -> Array:
    stools = rounded(stools_by_night)
    level = 1.0 * (stools >= 1) + (stools >= 4)
    return np.where(np.isnan(stools), np.nan, level)


@derivation(
    ARTHRALGIA,
    UVEITIS,
    ERYTHEMA_NODOSUM,
    PYODERMA_GANGRENOSUM,
    title="how many of the four extracolonic features are present",
    citation=WALMSLEY_1998,
)
def extracolonic(
    arthralgia: Array, uveitis: Array, erythema_nodosum: Array, pyoderma_gangrenosum: Array
) -> Array:
    return arthralgia + uveitis + erythema_nodosum + pyoderma_gangrenosum
