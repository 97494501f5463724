"""The Montreal and the Paris classification.

>>> from ibd_scores import montreal_age, montreal_behavior, montreal_location
>>> montreal_age(age_at_diagnosis=16.8)
'A1'
>>> montreal_location(disease_ileum=1, disease_colon=0, disease_upper_gi=1)
'L1+L4'
>>> montreal_behavior(stricturing=1, penetrating=1, perianal=0)
'B3'
>>> from ibd_scores.indices.phenotype import paris_behavior
>>> paris_behavior(stricturing=1, penetrating=1, perianal=0)
'B2B3'
"""

from typing import Any

import numpy as np

from ibd_scores.citations import LEVINE_2011, SATSANGI_2006
from ibd_scores.columns import Array, is_missing, is_pandas
from ibd_scores.derive.findings import (
    BLOODY_STOOLS,
    ESR,
    HEMOGLOBIN,
    PULSE,
    STOOLS_PER_DAY,
    TEMPERATURE,
    flag,
)
from ibd_scores.derive.phenotype import EXTENT_PARIS
from ibd_scores.form import Interval, Item
from ibd_scores.index import Grading
from ibd_scores.indices.severity import BLOODY_STOOLS_AGREE, montreal_degree

AGE_AT_DIAGNOSIS = Item("age_at_diagnosis", "age at diagnosis", Interval(0, 120), unit="years")
ILEUM = flag("disease_ileum", "terminal ileum involved")
COLON = flag("disease_colon", "colon involved")
BEHAVIOR = (
    flag("stricturing", "stricture, ever"),
    flag("penetrating", "intra-abdominal fistula, abscess or perforation, ever"),
    flag("perianal", "perianal disease (skin tags alone do not count)"),
)
NO_SITE = "Any missing item makes the result missing, and so does no site involved."
CECUM = "Limited cecal disease beside the terminal ileum is L1: do not record it as colon."


def _grade_by_age(age_at_diagnosis: Array, *first_years: int) -> Array:
    years = np.floor(age_at_diagnosis)
    passed = sum(1.0 * (years >= first) for first in first_years)
    return np.where(np.isnan(years), np.nan, passed)


montreal_age = Grading(
    name="montreal_age",
    title="Montreal age at diagnosis",
    disease="CD",
    items=(AGE_AT_DIAGNOSIS,),
    grades=("A1", "A2", "A3"),
    rule=lambda age_at_diagnosis: _grade_by_age(age_at_diagnosis, 17, 41),
    pitfalls=(
        "Tables print below 16, 17 to 40 and above 40, which leaves out those aged 16 and those "
        "between 40 and 41.",
        "It is the age at diagnosis, not at the first symptom or the visit.",
    ),
    notes="Completed years: up to 16 A1, 17 to 40 A2, from 41 A3.",
    citation=SATSANGI_2006,
)


def _location(disease_ileum: Array, disease_colon: Array, disease_upper_gi: Array) -> Array:
    # 1 ileum, 2 colon, 3 both; and 4 more for each kind of upper disease, alone or beside them.
    place = disease_ileum + 2 * disease_colon + 4 * disease_upper_gi - 1
    return np.where(place < 0, np.nan, place)


montreal_location = Grading(
    name="montreal_location",
    title="Montreal location",
    disease="CD",
    items=(
        ILEUM,
        COLON,
        flag("disease_upper_gi", "involved proximal to the terminal ileum"),
    ),
    grades=("L1", "L2", "L3", "L4", "L1+L4", "L2+L4", "L3+L4"),
    ordered=False,
    rule=_location,
    missing=NO_SITE,
    pitfalls=(
        CECUM,
        "Upper gastrointestinal disease stands beside the other site (L1+L4), not in its place.",
    ),
    notes="L1 terminal ileum, L2 colon, L3 both, L4 upper tract alone. "
    "Maximal extent before the first resection.",
    citation=SATSANGI_2006,
)


montreal_behavior = Grading(
    name="montreal_behavior",
    title="Montreal behavior",
    disease="CD",
    items=BEHAVIOR,
    grades=("B1", "B1p", "B2", "B2p", "B3", "B3p"),
    rule=lambda stricturing, penetrating, perianal: (
        2 * np.maximum(stricturing, 2 * penetrating) + perianal
    ),
    pitfalls=(
        "A perianal fistula alone is p, not B3.",
        "Behavior is the worst ever and rises with time: compare patients ill for equally long.",
    ),
    notes="B1 neither, B2 stricturing, B3 penetrating, with a stricture or "
    "without; p perianal disease.",
    citation=SATSANGI_2006,
)

montreal_extent = Grading(
    name="montreal_extent",
    title="Montreal extent of ulcerative colitis",
    disease="UC",
    items=(Item("colitis_extent", "rectum 1, to the splenic flexure 2, beyond 3", range(1, 4)),),
    grades=("E1", "E2", "E3"),
    rule=lambda colitis_extent: colitis_extent - 1,
    pitfalls=(
        "Montreal E3 is all beyond the splenic flexure, which Paris divides into E3 and E4.",
    ),
    notes="The greatest extent, by endoscopy.",
    citation=SATSANGI_2006,
)


def _severity(
    colitis_symptoms: Array, stools_per_day: Array, bloody_stools_per_day: Array,
    pulse_bpm: Array, temperature_c: Array, hemoglobin_g_dl: Array, esr_mm_h: Array,
) -> Array:  # fmt: skip
    degree = montreal_degree(
        stools_per_day, bloody_stools_per_day, temperature_c, pulse_bpm, hemoglobin_g_dl, esr_mm_h
    )
    grade = np.where(colitis_symptoms == 0, 0, 1 + degree)
    return np.where(np.isnan(colitis_symptoms), np.nan, grade)


montreal_severity = Grading(
    name="montreal_severity",
    title="Montreal severity of ulcerative colitis",
    disease="UC",
    items=(
        flag("colitis_symptoms", "any symptom of colitis"),
        STOOLS_PER_DAY,
        BLOODY_STOOLS,
        PULSE,
        TEMPERATURE,
        HEMOGLOBIN,
        ESR,
    ),
    grades=("S0", "S1", "S2", "S3"),
    checks=(BLOODY_STOOLS_AGREE,),
    rule=_severity,
    missing="Without symptoms nothing else is needed; otherwise a missing finding makes the grade "
    "missing unless the grade is the same whatever it is.",
    pitfalls=(
        "S3 asks for every criterion at once: colitis that is severe by the modern Truelove and "
        "Witts rule can be S2 here.",
        "Montreal S0 and S1 are the state today, Paris S0 and S1 the worst ever.",
    ),
    notes="S3 asks for all of: 6 bloody stools, pulse 90, 37.5 degrees C, hemoglobin below "
    "10.5 g/dL, ESR 30. S1 has at most 4 stools and none of "
    "the four signs (an ESR under 30 is read as none; a laboratory's own limit is stricter); S2 is "
    "between.",
    citation=SATSANGI_2006,
)  # fmt: skip

paris_age = Grading(
    name="paris_age",
    title="Paris age at diagnosis",
    disease="CD",
    items=(AGE_AT_DIAGNOSIS,),
    grades=("A1a", "A1b", "A2", "A3"),
    rule=lambda age_at_diagnosis: _grade_by_age(age_at_diagnosis, 10, 17, 41),
    pitfalls=(
        "A1a ends on the tenth birthday and A1b on the seventeenth: months matter, so that an age "
        "must not be rounded to the next year.",
    ),
    notes="Under 10 A1a, under 17 A1b; in completed years 17 to 40 A2, from 41 A3.",
    citation=LEVINE_2011,
)

paris_location = Grading(
    name="paris_location",
    title="Paris location",
    disease="CD",
    items=(
        ILEUM,
        COLON,
        flag("upper_gi_proximal", "involved proximal to the ligament of Treitz"),
        flag("upper_gi_distal", "involved from Treitz to the distal third of the ileum"),
    ),
    grades=(
        "L1", "L2", "L3",
        "L4a", "L1+L4a", "L2+L4a", "L3+L4a",
        "L4b", "L1+L4b", "L2+L4b", "L3+L4b",
        "L4ab", "L1+L4ab", "L2+L4ab", "L3+L4ab",
    ),
    ordered=False,
    rule=lambda disease_ileum, disease_colon, upper_gi_proximal, upper_gi_distal: _location(
        disease_ileum, disease_colon, upper_gi_proximal + 2 * upper_gi_distal
    ),
    missing=NO_SITE,
    pitfalls=(
        CECUM,
        "The ileum of L1 and L3 is its distal third; small bowel above that is L4b.",
    ),
    notes="L1 ileum, L2 colon, L3 both. "
    "L4a is proximal to the ligament of Treitz, L4b distal to it; L4ab is this "
    "library's way to write both.",
    citation=LEVINE_2011,
)  # fmt: skip

paris_behavior = Grading(
    name="paris_behavior",
    title="Paris behavior",
    disease="CD",
    items=BEHAVIOR,
    grades=("B1", "B1p", "B2", "B2p", "B3", "B3p", "B2B3", "B2B3p"),
    rule=lambda stricturing, penetrating, perianal: 2 * (stricturing + 2 * penetrating) + perianal,
    pitfalls=(
        "Stricturing and penetrating disease, at the same time or not, is B2B3 and not B3.",
        "A perianal fistula alone is p, not B3.",
    ),
    notes="B1 neither, B2 stricturing, B3 penetrating, B2B3 both; p perianal disease.",
    citation=LEVINE_2011,
)

paris_growth = Grading(
    name="paris_growth",
    title="Paris growth",
    disease="CD",
    items=(flag("growth_delay", "growth delay, at any time"),),
    grades=("G0", "G1"),
    rule=lambda growth_delay: growth_delay,
    pitfalls=(
        "What counts as growth delay is judged on the growth chart: state the criterion.",
        "G1 stays G1 after growth has caught up.",
    ),
    notes="G1 growth delay at any time, G0 never.",
    citation=LEVINE_2011,
)

paris_extent = Grading(
    name="paris_extent",
    title="Paris extent of ulcerative colitis",
    disease="UC",
    items=(EXTENT_PARIS,),
    grades=("E1", "E2", "E3", "E4"),
    rule=lambda colitis_extent_paris: colitis_extent_paris - 1,
    pitfalls=(
        "Paris E3 ends at the hepatic flexure and is not Montreal E3, which is Paris E3 and E4 "
        "together (derive.colitis_extent).",
    ),
    citation=LEVINE_2011,
)

paris_severity = Grading(
    name="paris_severity",
    title="Paris severity of ulcerative colitis",
    disease="UC",
    items=(flag("severe_ever", "PUCAI of 65 or more, ever"),),
    grades=("S0", "S1"),
    rule=lambda severe_ever: severe_ever,
    pitfalls=(
        "Paris S0 and S1 are the worst ever, Montreal S0 and S1 the state today: the same words, "
        "another meaning.",
    ),
    citation=LEVINE_2011,
)


def _notation(grades: tuple[Any, ...]) -> Any:
    if all(is_missing(grade) or isinstance(grade, str) for grade in grades) and grades:
        return None if any(map(is_missing, grades)) else " ".join(grades)
    if not grades or not all(map(is_pandas, grades)):
        raise TypeError(f"a notation is of words, or of Series of grades alone, not of {grades!r}")
    first, *others = (one.astype("str") for one in grades)
    return first.str.cat(others, sep=" ")


def montreal_notation(*grades: Any) -> Any:
    """Write Montreal grades in the usual notation, missing where one of them is.

    Args:
        grades: in order (age, location, behavior; or extent, severity), each a word or a
            categorical Series with a common index.

    Returns
    -------
        Text like `A2 L3+L4 B2p`, or a Series of it.

    >>> montreal_notation("A2", "L3+L4", "B2p")
    'A2 L3+L4 B2p'
    """
    return _notation(grades)


def paris_notation(*grades: Any) -> Any:
    """Write Paris grades in the usual notation, missing where one of them is.

    Args:
        grades: in order (age, location, behavior, growth; or extent, severity), each a word or a
            categorical Series with a common index.

    Returns
    -------
        Text like `A1b L3+L4a B2B3p G1`, or a Series of it.

    >>> paris_notation("A1b", "L3+L4a", "B2B3p", "G1")
    'A1b L3+L4a B2B3p G1'
    """
    return _notation(grades)
