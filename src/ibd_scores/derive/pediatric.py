"""Steps before the PUCAI and the PCDAI family."""

import numpy as np

from ibd_scores.citations import HYAMS_1991, TURNER_2007, TURNER_2012
from ibd_scores.columns import Array
from ibd_scores.derive.findings import AGE, ALBUMIN, ESR, HEMATOCRIT, MALE, SEX, STOOLS_PER_DAY
from ibd_scores.form import Mask
from ibd_scores.formula import rounded
from ibd_scores.rule import derivation


def _cuts_passed(value: Array, *passed: Mask) -> Array:
    return np.where(np.isnan(value), np.nan, sum(1.0 * cut for cut in passed))


@derivation(
    STOOLS_PER_DAY,
    title="PUCAI points of stools in 24 hours: 0-2 0, 3-5 5, 6-8 10, above 8 15; averaged counts "
    "fall in no gap, a rung begins at its lower number (2.5 is 0, 5.5 is 5, 8.5 is 15)",
    citation=TURNER_2007,
)
def stools_pucai(stools_per_day: Array) -> Array:
    count = rounded(stools_per_day)
    return 5 * _cuts_passed(count, count >= 3, count >= 6, count > 8)


def _esr_rung(esr_mm_h: Array) -> Array:
    esr = rounded(esr_mm_h)
    return _cuts_passed(esr, esr >= 20, esr > 50)


def _albumin_rung(albumin_g_dl: Array) -> Array:
    albumin = rounded(albumin_g_dl)
    return _cuts_passed(albumin, albumin < 3.5, albumin <= 3.0)


@derivation(
    ESR,
    title="PCDAI points of the ESR: under 20 mm/h 0, 20 to 50 2.5, above 50 5",
    citation=HYAMS_1991,
)
def esr_pcdai(esr_mm_h: Array) -> Array:
    return 2.5 * _esr_rung(esr_mm_h)


@derivation(
    ESR,
    title="wPCDAI points of the ESR: under 20 mm/h 0, 20 to 50 7.5, above 50 15",
    citation=TURNER_2012,
)
def esr_wpcdai(esr_mm_h: Array) -> Array:
    return 7.5 * _esr_rung(esr_mm_h)


@derivation(
    ALBUMIN,
    title="PCDAI points of albumin: from 3.5 g/dL 0, above 3.0 and under 3.5 5 (printed 3.1-3.4), "
    "to 3.0 10",
    citation=HYAMS_1991,
)
def albumin_pcdai(albumin_g_dl: Array) -> Array:
    return 5 * _albumin_rung(albumin_g_dl)


@derivation(
    ALBUMIN,
    title="wPCDAI points of albumin: from 3.5 g/dL 0, above 3.0 and under 3.5 10 (printed "
    "3.1-3.4), to 3.0 20",
    citation=TURNER_2012,
)
def albumin_wpcdai(albumin_g_dl: Array) -> Array:
    return 10 * _albumin_rung(albumin_g_dl)


@derivation(
    HEMATOCRIT,
    AGE,
    SEX,
    title="PCDAI points of the hematocrit: from the lower limit 0, at most 5 percentage points "
    "under it 2.5, lower 5. The limit is 33 % to the age of 10, then 34 in girls, in boys 35 to "
    "14 and 37 to 19 (completed years). Sex is not needed to the age of 10; missing above 19",
    citation=HYAMS_1991,
)
def hematocrit_pcdai(hematocrit_percent: Array, age: Array, sex: Array) -> Array:
    years = np.floor(age)
    boys = np.where(years <= 14, 35, 37)
    by_sex = np.where(np.isnan(sex), np.nan, np.where(sex == MALE, boys, 34))
    limit = np.where(years <= 10, 33, np.where(years <= 19, by_sex, np.nan))
    lacking = rounded(limit - hematocrit_percent)
    return 2.5 * _cuts_passed(lacking, lacking > 0, lacking > 5)
