"""Histology of ulcerative colitis.

>>> from ibd_scores.indices.histology import geboes, nancy, robarts
>>> geboes(geboes_architecture="0.1", geboes_chronic_infiltrate="1.2", geboes_eosinophils="2A.1",
...        geboes_neutrophils="2B.2", geboes_epithelial_neutrophils="3.1",
...        geboes_crypt_destruction="4.0", geboes_erosion_ulcer="5.0")
'3.1'
>>> nancy(nancy_ulceration=0, nancy_neutrophils=1, nancy_chronic_infiltrate=1)
'2'
>>> robarts(chronic_infiltrate_rhi=2, lamina_propria_neutrophils_rhi=1,
...         epithelial_neutrophils_rhi=1, geboes_erosion_ulcer="5.2")
12.0
"""

from collections.abc import Iterable, Mapping
from functools import reduce

import numpy as np

from ibd_scores.citations import (
    GEBOES_2000,
    JAUREGUI_2017,
    MAGRO_2020,
    MARCHAL_2017,
    MOSLI_2017,
)
from ibd_scores.columns import Array
from ibd_scores.derive.findings import flag
from ibd_scores.derive.histology import (
    CHRONIC_INFILTRATE,
    EPITHELIAL_NEUTROPHILS,
    EROSION_ULCER,
    INCREASE,
    NEUTROPHILS,
    category,
    rhi_chronic_infiltrate,
    rhi_epithelial_neutrophils,
    rhi_erosion_ulcer,
    rhi_lamina_propria_neutrophils,
)
from ibd_scores.form import Item
from ibd_scores.index import Grading, Index

GRADES_ARE_TEXT = "The grades are text ('3.1'): a file is read with these columns as strings."


def _grades(categories: tuple[Item, ...]) -> tuple[str, ...]:
    """All grades in rising order: 0.0, then whatever is not .0."""
    return ("0.0", *(grade for item in categories for grade in item.words[1:]))


def _rank(categories: Iterable[Array], above_0: int) -> Array:
    """Rank the highest grade that is not .0 in the order of `_grades`; 0 if all are .0.

    Each category but the last has `above_0` grades above its .0.
    """
    ranks = [
        np.where(place == 0, 0, above_0 * lower + place) for lower, place in enumerate(categories)
    ]
    return reduce(np.maximum, ranks)


GEBOES = (
    category("geboes_architecture", "normal 0.0, mildly abnormal 0.1, mild or moderate and diffuse "
             "or multifocal 0.2, severe and diffuse or multifocal 0.3",
             "0.0", "0.1", "0.2", "0.3"),
    CHRONIC_INFILTRATE,
    category("geboes_eosinophils", f"eosinophils in the lamina propria: {INCREASE}",
             "2A.0", "2A.1", "2A.2", "2A.3"),
    NEUTROPHILS,
    EPITHELIAL_NEUTROPHILS,
    category("geboes_crypt_destruction", "none 4.0, probable with a local excess of neutrophils "
             "4.1, probable with marked attenuation 4.2, unequivocal 4.3",
             "4.0", "4.1", "4.2", "4.3"),
    EROSION_ULCER,
)  # fmt: skip
GEBOES_ABOVE_0 = 3


def _geboes(
    geboes_architecture: Array, geboes_chronic_infiltrate: Array, geboes_eosinophils: Array,
    geboes_neutrophils: Array, geboes_epithelial_neutrophils: Array,
    geboes_crypt_destruction: Array, geboes_erosion_ulcer: Array,
) -> Array:  # fmt: skip
    return _rank(
        (geboes_architecture, geboes_chronic_infiltrate, geboes_eosinophils, geboes_neutrophils,
         geboes_epithelial_neutrophils, geboes_crypt_destruction, geboes_erosion_ulcer),
        GEBOES_ABOVE_0,
    )  # fmt: skip


def _geboes_points(grades: Mapping[str, Array]) -> Array:
    return _rank(grades.values(), GEBOES_ABOVE_0)


geboes = Grading(
    name="geboes",
    title="Geboes score",
    disease="UC",
    items=GEBOES,
    grades=_grades(GEBOES),
    rule=_geboes,
    missing="Any missing category makes the grade missing, even beside an ulcer.",
    pitfalls=(
        GRADES_ARE_TEXT,
        "The overall grade is the highest that is not .0: 5.0 does not outrank 1.1.",
        "A grade of at most 3.1 does not exclude neutrophils: marked neutrophils in the lamina "
        "propria (2B.3) rank below 3.1.",
        "Not the simplified score, whose 3.1 is under 50 % of crypts (here under 5 %).",
    ),
    notes="At most 3.1 is called histologic improvement. Below 2B.1 is free of neutrophils; "
    "a cut written as 2.0 leaves open whether eosinophils alone (2A.1 to 2A.3) pass it.",
    citation=GEBOES_2000,
)

geboes_continuous = Index(
    name="geboes_continuous",
    title="Continuous Geboes score",
    disease="UC",
    items=GEBOES,
    combine=_geboes_points,
    combined="rank, from 0 for 0.0 to 22 for 5.4, of the highest grade that is not .0",
    pitfalls=(
        GRADES_ARE_TEXT,
        "A rank, not the sum of the seven grades, which also runs from 0 to 22.",
        "At most 13 (grade 3.1) does not exclude neutrophils in the lamina propria (10 to 12).",
    ),
    citation=MAGRO_2020,
)

SIMPLIFIED_INCREASE = "no increase .0, mild .1, marked .2"
SIMPLIFIED = (
    category("sgs_architecture", "normal 0.0, architectural changes 0.1, these with a chronic "
             "infiltrate 0.2", "0.0", "0.1", "0.2"),
    category("sgs_basal_plasma_cells", f"basal plasma cells: {SIMPLIFIED_INCREASE}",
             "1.0", "1.1", "1.2"),
    category("sgs_eosinophils", f"eosinophils in the lamina propria: {SIMPLIFIED_INCREASE}",
             "2A.0", "2A.1", "2A.2"),
    category("sgs_neutrophils", f"neutrophils in the lamina propria: {SIMPLIFIED_INCREASE}",
             "2B.0", "2B.1", "2B.2"),
    category("sgs_epithelial_neutrophils", "crypts with neutrophils in the epithelium: none 3.0, "
             "under 50 % 3.1, more 3.2", "3.0", "3.1", "3.2"),
    category("sgs_epithelial_injury", "none 4.0, marked attenuation 4.1, probable crypt "
             "destruction or erosion 4.2, unequivocal 4.3, ulcer or granulation tissue 4.4",
             "4.0", "4.1", "4.2", "4.3", "4.4"),
)  # fmt: skip
SIMPLIFIED_ABOVE_0 = 2


def _simplified(
    sgs_architecture: Array, sgs_basal_plasma_cells: Array, sgs_eosinophils: Array,
    sgs_neutrophils: Array, sgs_epithelial_neutrophils: Array, sgs_epithelial_injury: Array,
) -> Array:  # fmt: skip
    return _rank(
        (sgs_architecture, sgs_basal_plasma_cells, sgs_eosinophils, sgs_neutrophils,
         sgs_epithelial_neutrophils, sgs_epithelial_injury),
        SIMPLIFIED_ABOVE_0,
    )  # fmt: skip


geboes_simplified = Grading(
    name="geboes_simplified",
    title="Simplified Geboes score",
    disease="UC",
    items=SIMPLIFIED,
    grades=_grades(SIMPLIFIED),
    rule=_simplified,
    missing="Any missing category makes the grade missing, even beside an ulcer.",
    pitfalls=(
        GRADES_ARE_TEXT,
        "The overall grade is the highest that is not .0: 4.0 does not outrank 1.1.",
        "Not the Geboes score: 3.1 here is under 50 % of crypts, there under 5 %.",
    ),
    notes="From 2B.1 the disease counts as active; the abstract of the paper counts from 3.1.",
    citation=JAUREGUI_2017,
)


def _nancy(
    nancy_ulceration: Array, nancy_neutrophils: Array, nancy_chronic_infiltrate: Array
) -> Array:
    unulcerated = np.where(nancy_neutrophils == 0, nancy_chronic_infiltrate, nancy_neutrophils + 1)
    known = np.where(np.isnan(nancy_ulceration), np.nan, unulcerated)
    return np.where(nancy_ulceration == 1, 4, known)


nancy = Grading(
    name="nancy",
    title="Nancy histological index",
    disease="UC",
    items=(
        flag("nancy_ulceration", "ulceration in the biopsy"),
        Item("nancy_neutrophils", "acute infiltrate: none 0, mild 1, moderate or severe 2",
             range(3)),
        Item("nancy_chronic_infiltrate", "chronic infiltrate: none or mild 0, moderate or "
             "severe 1", range(2)),
    ),
    grades=("0", "1", "2", "3", "4"),
    rule=_nancy,
    missing="A missing finding makes the grade missing unless the others decide it: ulceration "
    "alone makes 4, and beside neutrophils the chronic infiltrate is not asked for.",
    pitfalls=(
        "A decision tree, not a sum: what comes first in the list decides.",
        "The worst biopsy of the visit counts.",
        "Many papers call a grade of at most 1 remission; here 0 is remission and at most 1 a "
        "response.",
    ),
    notes="Ulceration 4; otherwise neutrophils, moderate or severe 3, mild 2; otherwise chronic "
    "infiltrate, moderate or severe 1, none or mild 0.",
    citation=MARCHAL_2017,
)  # fmt: skip

robarts = Index(
    name="robarts",
    title="Robarts histopathology index",
    disease="UC",
    items=(
        Item("chronic_infiltrate_rhi", "none 0, mild 1, moderate 2, marked 3", range(4),
             derive=rhi_chronic_infiltrate),
        Item("lamina_propria_neutrophils_rhi", "none 0, mild 1, moderate 2, marked 3",
             range(4), weight=2, derive=rhi_lamina_propria_neutrophils),
        Item("epithelial_neutrophils_rhi", "crypts involved: none 0, under 5 % 1, under 50 % 2, "
             "more 3", range(4), weight=3, derive=rhi_epithelial_neutrophils),
        Item("erosion_ulcer_rhi", "none 0, recovering epithelium or probable erosion 1, "
             "unequivocal erosion 2, ulcer or granulation tissue 3", range(4), weight=5,
             derive=rhi_erosion_ulcer),
    ),
    pitfalls=(
        "Geboes 5.1 and 5.2 are both level 1: a form with five levels of erosion (0 to 4) reaches "
        "38, not 33.",
        "A score of 3 can be neutrophils in the epithelium alone, so that at most 3 is not the "
        "same as free of neutrophils.",
        "Remission is at most 3; the VARSITY trial took below 3.",
    ),
    notes="Remission (at most 3) and response (at most 9) are endpoints.",
    citation=MOSLI_2017,
)  # fmt: skip
