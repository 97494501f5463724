"""The Montreal classification.

>>> from ibd_scores import montreal_age, montreal_behavior, montreal_location
>>> montreal_age(age_at_diagnosis=16.8)
'A1'
>>> montreal_location(disease_ileum=1, disease_colon=0, disease_upper_gi=1)
'L1+L4'
>>> montreal_behavior(stricturing=1, penetrating=1, perianal=0)
'B3'
"""

from typing import Any

import numpy as np

from ibd_scores.citations import SATSANGI_2006
from ibd_scores.columns import Array
from ibd_scores.derive import STOOLS_PER_DAY, flag
from ibd_scores.form import Interval, Item
from ibd_scores.index import Grading


def _age(age_at_diagnosis: Array) -> Array:
    years = np.floor(age_at_diagnosis)
    return np.where(np.isnan(years), np.nan, 1.0 * (years >= 17) + (years >= 41))


montreal_age = Grading(
    name="montreal_age",
    title="Montreal age at diagnosis",
    disease="CD",
    items=(Item("age_at_diagnosis", "age at diagnosis", Interval(0, 120), unit="years"),),
    grades=("A1", "A2", "A3"),
    rule=_age,
    notes="Completed years: to 16 A1, 17 to 40 A2, from 41 A3.",
    citation=SATSANGI_2006,
)


def _location(disease_ileum: Array, disease_colon: Array, disease_upper_gi: Array) -> Array:
    lower = disease_ileum + 2 * disease_colon  # 1 ileum, 2 colon, 3 both
    place = np.where(disease_upper_gi == 1, lower + 3, lower - 1)
    return np.where((place < 0) | np.isnan(disease_upper_gi), np.nan, place)


montreal_location = Grading(
    name="montreal_location",
    title="Montreal location",
    disease="CD",
    items=(
        flag("disease_ileum", "terminal ileum involved"),
        flag("disease_colon", "colon involved"),
        flag("disease_upper_gi", "upper gastrointestinal tract involved"),
    ),
    grades=("L1", "L2", "L3", "L4", "L1+L4", "L2+L4", "L3+L4"),
    rule=_location,
    notes="Maximal extent before the first resection. No site recorded as involved is missing.",
    citation=SATSANGI_2006,
)


def _behavior(stricturing: Array, penetrating: Array, perianal: Array) -> Array:
    worst = np.where(penetrating == 1, 2, stricturing)
    unknown = np.isnan(penetrating) | np.isnan(stricturing)
    return np.where(unknown, np.nan, 2 * worst + perianal)


montreal_behavior = Grading(
    name="montreal_behavior",
    title="Montreal behavior",
    disease="CD",
    items=(
        flag("stricturing", "stricture, ever"),
        flag("penetrating", "intra-abdominal fistula, abscess or perforation, ever"),
        flag("perianal", "perianal disease (skin tags alone do not count)"),
    ),
    grades=("B1", "B1p", "B2", "B2p", "B3", "B3p"),
    rule=_behavior,
    notes="The worst behavior ever. An isolated perianal fistula is p, not B3.",
    citation=SATSANGI_2006,
)


def _extent(colitis_extent: Array) -> Array:
    return colitis_extent - 1


montreal_extent = Grading(
    name="montreal_extent",
    title="Montreal extent of ulcerative colitis",
    disease="UC",
    items=(Item("colitis_extent", "rectum 1, to the splenic flexure 2, beyond 3", range(1, 4)),),
    grades=("E1", "E2", "E3"),
    rule=_extent,
    citation=SATSANGI_2006,
)


def _severity(
    colitis_symptoms: Array, stools_per_day: Array, bloody_stools_per_day: Array,
    pulse_bpm: Array, temperature_c: Array, hemoglobin_g_dl: Array, esr_mm_h: Array,
) -> Array:  # fmt: skip
    signs = [pulse_bpm >= 90, temperature_c >= 37.5, hemoglobin_g_dl < 10.5, esr_mm_h >= 30]
    severe = (bloody_stools_per_day >= 6) & np.all(signs, axis=0)
    mild = (stools_per_day <= 4) & ~np.any(signs, axis=0)
    grade = np.where(severe, 3, np.where(mild, 1, 2))
    read = (stools_per_day, bloody_stools_per_day, pulse_bpm, temperature_c,
            hemoglobin_g_dl, esr_mm_h)  # fmt: skip
    graded = np.where(np.any([np.isnan(column) for column in read], axis=0), np.nan, grade)
    return np.where(np.isnan(colitis_symptoms), np.nan,
                    np.where(colitis_symptoms == 0, 0, graded))  # fmt: skip


montreal_severity = Grading(
    name="montreal_severity",
    title="Montreal severity of ulcerative colitis",
    disease="UC",
    items=(
        flag("colitis_symptoms", "any symptom of colitis"),
        STOOLS_PER_DAY,
        Item("bloody_stools_per_day", "bloody stools in 24 hours", Interval(0, 50)),
        Item("pulse_bpm", "pulse", Interval(20, 250), unit="beats/min"),
        Item("temperature_c", "temperature", Interval(30, 45), unit="degrees C"),
        Item("hemoglobin_g_dl", "hemoglobin", Interval(2, 25), unit="g/dL",
             hint="a value above 25 looks like g/L: divide by 10"),
        Item("esr_mm_h", "erythrocyte sedimentation rate", Interval(0, 200), unit="mm/h"),
    ),
    grades=("S0", "S1", "S2", "S3"),
    rule=_severity,
    notes="S3 asks for all of: 6 bloody stools, pulse 90, 37.5 degrees C, hemoglobin below "
    "10.5 g/dL, ESR 30. S1 has at most 4 stools and none of "
    "the four signs (an ESR under 30 is read as none; a laboratory's own limit is stricter); S2 is "
    "between.",
    citation=SATSANGI_2006,
)  # fmt: skip


def montreal_notation(*parts: Any) -> Any:
    """Write Montreal grades in the usual notation, missing where a part is.

    Args:
        parts: grades in order (age, location, behavior; or extent, severity), each a word or a
            categorical Series with a common index.

    Returns
    -------
        Text like `A2 L3+L4 B2p`, or a Series of it.

    >>> montreal_notation("A2", "L3+L4", "B2p")
    'A2 L3+L4 B2p'
    """
    if all(part is None or isinstance(part, str) for part in parts):
        return None if None in parts else " ".join(parts)
    first, *others = (part.astype("str") if hasattr(part, "cat") else part for part in parts)
    return first.str.cat(others, sep=" ")
