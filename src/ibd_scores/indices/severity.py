"""Severity of an attack of ulcerative colitis: Truelove and Witts.

>>> from ibd_scores import truelove_witts
>>> truelove_witts(stools_per_day=7, bloody_stools_per_day=7, temperature_c=36.8, pulse_bpm=90,
...                hemoglobin_g_dl=12, esr_mm_h=20)
'moderate'
"""

from collections.abc import Callable, Mapping
from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np

from ibd_scores.citations import GUIDELINES, SATSANGI_2006, TRUELOVE_1955
from ibd_scores.columns import Array
from ibd_scores.derive.findings import (
    BLOODY_STOOLS,
    CRP,
    ESR,
    HEMOGLOBIN,
    PULSE,
    STOOLS_PER_DAY,
    TEMPERATURE,
)
from ibd_scores.form import Check, Interval, Item, Mask
from ibd_scores.formula import rounded
from ibd_scores.index import Grading


def _criterion(finding: Array, compare: Callable[..., Any], cut: float) -> Array:
    """1 met, 0 not met, missing where the finding is."""
    met = compare(rounded(finding), cut)
    return np.where(np.isnan(finding), np.nan, met)


def _stools(
    stools: Array, bloody_stools: Array, compare: Callable[..., Any]
) -> tuple[Array, Array]:
    """Too many stools (compared with 4), and six bloody ones; each count bounds the other."""
    many = _criterion(stools, compare, 4)
    bloody = _criterion(bloody_stools, np.greater_equal, 6)
    surely_many = np.isnan(stools) & (_criterion(bloody_stools, compare, 4) == 1)
    surely_fewer = np.isnan(bloody_stools) & (stools < 6)
    return np.where(surely_many, 1.0, many), np.where(surely_fewer, 0.0, bloody)


def _severity(stools: Array, bloody_stools: Array, signs: list[Array], enough: Any) -> Array:
    """Mild 0, moderate 1, severe 2, from criteria that are met (1), not met (0) or missing.

    Severe: bloody stools with any (`or_`) or all (`and_`) of the signs. Mild: neither too many
    stools nor any sign. A criterion that is met never makes the grade milder. So a grade that is
    the same with all missing criteria met as with none of them is certain.
    """

    def grade(missing: float) -> Array:
        many, bloody, *present = (
            np.where(np.isnan(criterion), missing, criterion) == 1
            for criterion in (stools, bloody_stools, *signs)
        )
        severe = bloody & reduce(enough, present)
        mild = ~(many | reduce(or_, present))
        place: Array = 1.0 + severe - mild
        return place

    least = grade(missing=0)
    return np.where(least == grade(missing=1), least, np.nan)


SEVERITY = ("mild", "moderate", "severe")


def _more_bloody_than_all(values: Mapping[str, Array]) -> Mask:
    return np.asarray(values["bloody_stools_per_day"] > values["stools_per_day"])


BLOODY_STOOLS_AGREE = Check(
    "bloody_stools_per_day", "more bloody stools than stools", _more_bloody_than_all
)
UNDECIDED = "A missing finding makes the grade missing unless the grade is the same whatever it is"

NOT_MEASURED: Array = np.array(np.nan)


def _modern(
    stools_per_day: Array, bloody_stools_per_day: Array, temperature_c: Array, pulse_bpm: Array,
    hemoglobin_g_dl: Array, esr_mm_h: Array = NOT_MEASURED, crp_mg_l: Array = NOT_MEASURED,
) -> Array:  # fmt: skip
    signs = [
        _criterion(temperature_c, np.greater, 37.8),
        _criterion(pulse_bpm, np.greater, 90),
        _criterion(hemoglobin_g_dl, np.less, 10.5),
        # Either stands for the other where one of them was not measured.
        np.fmax(_criterion(esr_mm_h, np.greater, 30), _criterion(crp_mg_l, np.greater, 30)),
    ]
    stools = _stools(stools_per_day, bloody_stools_per_day, np.greater_equal)
    return _severity(*stools, signs, enough=or_)


truelove_witts = Grading(
    name="truelove_witts",
    title="Truelove and Witts severity, as in the guidelines",
    disease="UC",
    items=(STOOLS_PER_DAY, BLOODY_STOOLS, TEMPERATURE, PULSE, HEMOGLOBIN, ESR, CRP),
    grades=SEVERITY,
    checks=(BLOODY_STOOLS_AGREE,),
    rule=_modern,
    missing=f"{UNDECIDED}: with 6 bloody stools one sign that is present decides for severe, with "
    "fewer bloody stools and 4 stools or more the grade is moderate. ESR and CRP stand for each "
    "other, by convention of this library: one of them is enough, and a table may lack either. "
    "Bloody stools are stools: their number bounds the other where one was not counted.",
    pitfalls=(
        "A temperature of 37.8, a pulse of 90, hemoglobin 10.5 and an ESR of 30 are no signs yet.",
        "Four stools a day are moderate here, mild in the original.",
        "Six bloody stools without a sign are not severe.",
    ),
    notes="Severe: at least 6 bloody stools a day and one or more of temperature above 37.8 "
    "degrees C, pulse above 90, hemoglobin below 10.5 g/dL, ESR above 30 mm/h, CRP above 30 mg/L. "
    "Mild: fewer than 4 stools and none of these signs (an ESR up to 30 is read as normal). "
    "Moderate: all else. Some tables print hemoglobin below 10.",
    citation=f"{GUIDELINES}, after {TRUELOVE_1955}",
)


def _fever(evening_temperature_c: Array, fever_days_of_4: Array) -> Array:
    evenings = _criterion(evening_temperature_c, np.greater, 37.5)
    days = _criterion(fever_days_of_4, np.greater_equal, 2)
    return np.where((evenings == 1) | (days == 1), 1.0, evenings + days)


def _original(
    stools_per_day: Array, bloody_stools_per_day: Array, evening_temperature_c: Array,
    fever_days_of_4: Array, pulse_bpm: Array, hemoglobin_percent_of_normal: Array, esr_mm_h: Array,
) -> Array:  # fmt: skip
    signs = [
        _fever(evening_temperature_c, fever_days_of_4),
        _criterion(pulse_bpm, np.greater, 90),
        _criterion(hemoglobin_percent_of_normal, np.less_equal, 75),
        _criterion(esr_mm_h, np.greater, 30),
    ]
    stools = _stools(stools_per_day, bloody_stools_per_day, np.greater)
    return _severity(*stools, signs, enough=and_)


truelove_witts_original = Grading(
    name="truelove_witts_original",
    title="Truelove and Witts severity, as in 1955",
    disease="UC",
    items=(
        STOOLS_PER_DAY,
        BLOODY_STOOLS,
        Item("evening_temperature_c", "mean evening temperature", Interval(30, 45),
             unit="degrees C"),
        Item("fever_days_of_4", "days of the last four with 37.8 degrees C or more", range(5)),
        PULSE,
        Item("hemoglobin_percent_of_normal", "hemoglobin as a share of normal", Interval(20, 200),
             unit="%", hint="a value below 20 looks like g/dL or a fraction: give percent"),
        ESR,
    ),
    grades=SEVERITY,
    checks=(BLOODY_STOOLS_AGREE,),
    rule=_original,
    missing=f"{UNDECIDED}: fever is known where one of its two forms is present.",
    pitfalls=(
        "Severe takes all features together; with one of them absent it is moderate.",
        "The mean evening temperature counts above 37.5 degrees C, single days from 37.8.",
        "Hemoglobin is a percentage of normal here, not g/dL.",
    ),
    notes="Severe: at least 6 bloody stools a day with fever (mean evening temperature above 37.5 "
    "degrees C, or 37.8 or more on at least 2 days of 4), pulse above 90, hemoglobin 75 % of "
    "normal or less and ESR above 30 mm/h. Mild: at most 4 stools and none of these signs. How "
    "much blood a mild attack may show is not read.",
    citation=TRUELOVE_1955,
)  # fmt: skip


def montreal_degree(
    stools_per_day: Array, bloody_stools_per_day: Array, temperature_c: Array, pulse_bpm: Array,
    hemoglobin_g_dl: Array, esr_mm_h: Array,
) -> Array:  # fmt: skip
    """Mild 0, moderate 1, severe 2 by the criteria of the Montreal classification."""
    signs = [
        _criterion(temperature_c, np.greater_equal, 37.5),
        _criterion(pulse_bpm, np.greater_equal, 90),
        _criterion(hemoglobin_g_dl, np.less, 10.5),
        _criterion(esr_mm_h, np.greater_equal, 30),
    ]
    stools = _stools(stools_per_day, bloody_stools_per_day, np.greater)
    return _severity(*stools, signs, enough=and_)


truelove_witts_montreal = Grading(
    name="truelove_witts_montreal",
    title="Truelove and Witts severity, as in the Montreal classification",
    disease="UC",
    items=(STOOLS_PER_DAY, BLOODY_STOOLS, TEMPERATURE, PULSE, HEMOGLOBIN, ESR),
    grades=SEVERITY,
    checks=(BLOODY_STOOLS_AGREE,),
    rule=montreal_degree,
    missing=f"{UNDECIDED}: with one sign known to be absent it is not severe.",
    pitfalls=(
        "Severe takes all features together; with one of them absent it is moderate.",
        "A temperature of 37.5, a pulse of 90 and an ESR of 30 are signs here, not in the "
        "guidelines' rule.",
    ),
    notes="Severe: at least 6 bloody stools a day, temperature from 37.5 degrees C, pulse from "
    "90, hemoglobin below 10.5 g/dL and ESR from 30 mm/h. Mild: at most 4 stools and none of these "
    "signs (an ESR under 30 is read as normal; a laboratory's own limit is stricter). These are "
    "S3, S2 and S1 of montreal_severity, which adds S0 for no symptoms.",
    citation=SATSANGI_2006,
)
