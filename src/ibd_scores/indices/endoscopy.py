"""Endoscopic activity: SES-CD, CDEIS and Rutgeerts in Crohn's disease, UCEIS in colitis.

>>> from ibd_scores import ses_cd, uceis
>>> cells = {f"{variable}_{segment}": 0 for variable in VARIABLES for segment in SEGMENTS}
>>> ses_cd(cells | {"ulcer_size_ileum": 2, "ulcerated_surface_ileum": 2,
...                 "affected_surface_ileum": 2, "narrowing_ileum": 1})
7.0
>>> uceis(vascular_pattern=2, bleeding=3, erosions_ulcers=3)
8.0
>>> rutgeerts_modified(aphthous_lesions=8, anastomotic_lesions=0, skip_lesions=0,
...                    diffuse_aphthous_ileitis=0, diffuse_large_ulcers=0,
...                    ileocolonic_resection=1)
'i2b'
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import reduce
from operator import add, or_

import numpy as np

from ibd_scores.citations import (
    DAPERNO_2004,
    LOFTUS_2023,
    MARY_1989,
    OLLECH_2019,
    RUTGEERTS_1990,
    TRAVIS_2012,
)
from ibd_scores.columns import Array
from ibd_scores.derive.findings import flag
from ibd_scores.form import Band, Check, Interval, Item, Mask
from ibd_scores.index import Grading, Index

SEGMENTS = ("ileum", "right_colon", "transverse", "left_colon", "rectum")
VARIABLES = {
    "ulcer_size": "ulcers: none 0, to 0.5 cm 1, to 2 cm 2, larger 3",
    "ulcerated_surface": "ulcerated: none 0, under 10 % 1, 10 to 30 % 2, more 3",
    "affected_surface": "affected: none 0, under 50 % 1, 50 to 75 % 2, more 3",
    "narrowing": "narrowing: none 0, single 1, multiple 2, impassable 3",
}


def _cells(*variables: Item) -> tuple[Item, ...]:
    """The variables' items in every segment."""
    return tuple(
        replace(variable, name=f"{variable.name}_{segment}", segment=segment,
                meaning=f"{segment.replace('_', ' ')}, {variable.meaning}")
        for segment in SEGMENTS
        for variable in variables
    )  # fmt: skip


def _explored(points: Mapping[str, Array]) -> tuple[Array, list[Mask]]:
    """The sum of the explored segments, missing where none was; and which segments were explored.

    A segment of which nothing is recorded was not explored; one that is incomplete makes the sum
    missing.
    """
    cells = [[points[name] for name in points if name.endswith(f"_{segment}")]
             for segment in SEGMENTS]  # fmt: skip
    seen = [~np.isnan(reduce(np.fmax, segment)) for segment in cells]  # missing if all are
    total = reduce(add, (np.where(one, reduce(add, segment), 0)
                         for one, segment in zip(seen, cells, strict=True)))  # fmt: skip
    return np.where(reduce(or_, seen), total, np.nan), seen


def _sum_of_segments(points: Mapping[str, Array]) -> Array:
    return _explored(points)[0]


def _two_impassable(cells: Mapping[str, Array]) -> Mask:
    impassable = [1 * (cells[f"narrowing_{segment}"] == 3) for segment in SEGMENTS]
    return np.asarray(reduce(add, impassable) > 1)


def _size_without_surface(segment: str) -> Callable[[Mapping[str, Array]], Mask]:
    def found(cells: Mapping[str, Array]) -> Mask:
        size, surface = cells[f"ulcer_size_{segment}"], cells[f"ulcerated_surface_{segment}"]
        recorded = ~np.isnan(size) & ~np.isnan(surface)
        return np.asarray(recorded & ((size > 0) != (surface > 0)))

    return found


ULCERS_AGREE = tuple(
    Check(
        f"ulcer_size_{segment}",
        "ulcer size and ulcerated surface contradict each other: both are 0 or neither",
        _size_without_surface(segment),
    )
    for segment in SEGMENTS
)

# Cut-offs are expert-chosen; no validated optimum exists (Koutroumpakis 2016).
SES_CD_BANDS = (Band("inactive", 3), Band("mild", 7), Band("moderate", 16), Band("severe"))

SES_CD_CELLS = _cells(*(
    Item(name, meaning, range(4), hint="give the category, not the size or the percentage")
    for name, meaning in VARIABLES.items()
))  # fmt: skip
EXPLORED_SEGMENTS = (
    "A segment with all its variables missing was not explored and is left out; a segment with "
    "some of them missing makes the score missing, and so does an examination of no segment."
)
NOT_REACHED = (
    "A segment that was not reached is left empty: a 0 there is a response that nobody saw."
)

ses_cd = Index(
    name="ses_cd",
    title="Simple Endoscopic Score for Crohn's Disease",
    disease="CD",
    items=SES_CD_CELLS,
    combine=_sum_of_segments,
    combined="sum of four variables over the segments explored",
    bands=SES_CD_BANDS,
    checks=(
        Check(
            "narrowing_ileum",
            "more than one segment is impassable (narrowing 3), though the first ends the "
            "examination: scored as recorded; see all five narrowing columns",
            _two_impassable,
        ),
        *ULCERS_AGREE,
    ),
    published_range="0 to 56",
    missing=EXPLORED_SEGMENTS,
    pitfalls=(
        f"{NOT_REACHED} Two visits are compared on the segments explored at both "
        "(endpoints.pairs).",
        "The total of an incomplete examination understates: with the diseased ileum not reached "
        "it can be 0 (ses_cd.explored says what was seen). A resected segment is left empty, too.",
        "The left colon is descending and sigmoid colon together.",
        "Trials enter patients by the score without narrowing (ses_cd_without_narrowing), not by "
        "this one.",
        "After an ileocolonic resection the neoterminal ileum is graded by rutgeerts.",
    ),
    notes="The maximum is 56, not 60: only one segment can be impassable, as that ends the "
    "examination. The bands are expert-chosen, not validated, and not of the paper. An ulcer of "
    "exactly 0.5 cm is 1, of 2 cm 2; an ulcerated surface of exactly 10 % is 2.",
    citation=DAPERNO_2004,
)

ses_cd_without_narrowing = Index(
    name="ses_cd_without_narrowing",
    title="SES-CD without the narrowing component",
    disease="CD",
    items=tuple(cell for cell in SES_CD_CELLS if not cell.name.startswith("narrowing")),
    combine=_sum_of_segments,
    combined="sum of three variables over the segments explored",
    checks=ULCERS_AGREE,
    missing=EXPLORED_SEGMENTS,
    pitfalls=(
        NOT_REACHED,
        "Entry by this score (at least 6, or 4 in isolated ileal disease) is not the same as "
        "moderate to severe disease, a total SES-CD of at least 7.",
    ),
    notes="The score that trials ask for at entry.",
    citation=LOFTUS_2023,
)


def _mean_of_segments(points: Mapping[str, Array]) -> Array:
    total, seen = _explored(points)
    explored = reduce(add, (np.where(one, 1.0, 0.0) for one in seen))
    explored = np.maximum(explored, 1)  # of none the sum is missing
    return total / explored + points["ulcerated_stenosis"] + points["non_ulcerated_stenosis"]


NOT_IN_CM = "a higher value looks like mm or %: divide by 10"

cdeis = Index(
    name="cdeis",
    title="Crohn's Disease Endoscopic Index of Severity",
    disease="CD",
    items=(
        *_cells(
            Item("deep_ulceration", "deep ulceration: no 0, yes 1", range(2), weight=12),
            Item("superficial_ulceration", "superficial ulceration: no 0, yes 1", range(2),
                 weight=6),
            Item("surface_involved_cm", "surface involved, on a 10-cm line", Interval(0, 10),
                 unit="cm", hint=NOT_IN_CM),
            Item("surface_ulcerated_cm", "surface ulcerated, on a 10-cm line", Interval(0, 10),
                 unit="cm", hint=NOT_IN_CM),
        ),
        Item("ulcerated_stenosis", "ulcerated stenosis anywhere: no 0, yes 1", range(2), weight=3),
        Item("non_ulcerated_stenosis", "non-ulcerated stenosis anywhere: no 0, yes 1", range(2),
             weight=3),
    ),
    combine=_mean_of_segments,
    combined="mean of 12 x deep_ulceration + 6 x superficial_ulceration + surface_involved_cm + "
    "surface_ulcerated_cm over the segments explored, plus 3 x ulcerated_stenosis + "
    "3 x non_ulcerated_stenosis",
    bands=(
        Band("remission", 3),
        Band("mild", 9),
        Band("moderate", 12, inclusive=True),
        Band("severe"),
    ),
    missing=f"{EXPLORED_SEGMENTS} A stenosis item that is missing makes it missing, too.",
    pitfalls=(
        "The two surfaces are read off a 10-cm line in cm; a reading in mm or % is divided by 10.",
        "A stenosis counts once for the whole examination and is not divided by the segments.",
        "Deep and superficial ulceration are independent: a segment with both has 18 points.",
        "A segment that was not reached is left empty: zeros there would dilute the mean.",
    ),
    notes="A segment seen in part is explored. The published bands are 3 to 8 mild and 9 to 12 "
    "moderate: that scores between 8 and 9 are mild is a convention. GETAID calls a score below 6 "
    "endoscopic remission and below 3 complete remission.",
    citation=MARY_1989,
)  # fmt: skip

POSTOPERATIVE = (
    Item("aphthous_lesions", "aphthous lesions in the neoterminal ileum, how many", range(101)),
    flag("anastomotic_lesions",
         "lesions (under 1 cm) or stenosis confined to the ileocolonic anastomosis"),
    flag("skip_lesions", "skip areas of larger lesions in the neoterminal ileum"),
    flag("diffuse_aphthous_ileitis", "diffuse aphthous ileitis, mucosa diffusely inflamed"),
    flag("diffuse_large_ulcers",
         "diffuse inflammation with larger ulcers, nodules or stenosis"),
    flag("ileocolonic_resection", "ileocolonic resection before"),
)  # fmt: skip


def _severest(
    places: tuple[int, ...], fewest_for_i2b: float, ileocolonic_resection: Array, *findings: Array
) -> Array:
    """The place of the severest finding; missing where it hangs on one that was not recorded."""

    def place(unrecorded: float) -> Array:
        aphthous, anastomotic, skip, ileitis, ulcers = (
            np.where(np.isnan(finding), unrecorded, finding) for finding in findings
        )
        many = (aphthous >= fewest_for_i2b) | (skip > 0)
        grade = np.where(aphthous > 0, places[4], 0)
        grade = np.where(anastomotic > 0, places[3], grade)
        grade = np.where(many, places[2], grade)
        grade = np.where(ileitis > 0, places[1], grade)
        return np.where(ulcers > 0, places[0], grade)

    # No finding lowers the grade, so it is known where the best case and the worst agree.
    best, worst = place(0), place(np.inf)
    return np.where((best == worst) & (ileocolonic_resection == 1), best, np.nan)


def _rutgeerts(
    aphthous_lesions: Array, anastomotic_lesions: Array, skip_lesions: Array,
    diffuse_aphthous_ileitis: Array, diffuse_large_ulcers: Array, ileocolonic_resection: Array,
) -> Array:  # fmt: skip
    return _severest(
        (4, 3, 2, 2, 1), 6, ileocolonic_resection, aphthous_lesions, anastomotic_lesions,
        skip_lesions, diffuse_aphthous_ileitis, diffuse_large_ulcers,
    )  # fmt: skip


def _rutgeerts_modified(
    aphthous_lesions: Array, anastomotic_lesions: Array, skip_lesions: Array,
    diffuse_aphthous_ileitis: Array, diffuse_large_ulcers: Array, ileocolonic_resection: Array,
    *, fewest_for_i2b: float = 6,
) -> Array:  # fmt: skip
    return _severest(
        (5, 4, 3, 2, 1), fewest_for_i2b, ileocolonic_resection, aphthous_lesions,
        anastomotic_lesions, skip_lesions, diffuse_aphthous_ileitis, diffuse_large_ulcers,
    )  # fmt: skip


POSTOPERATIVE_MISSING = (
    "A missing finding makes the grade missing, unless the grade is the same whatever it were. "
    "Without an ileocolonic resection, or where that is not known, there is no grade."
)


def _graded_without_resection(findings: Mapping[str, Array]) -> Mask:
    return np.asarray(findings["ileocolonic_resection"] == 0)


NO_RESECTION = Check(
    "ileocolonic_resection", "without a resection the score does not apply: no grade",
    _graded_without_resection,
)  # fmt: skip
POSTOPERATIVE_PITFALLS = (
    "The grades are ranks: they are counted, never averaged.",
    "Hyperemia or edema alone is i0.",
)

rutgeerts = Grading(
    name="rutgeerts",
    title="Rutgeerts score of postoperative recurrence",
    disease="CD",
    items=POSTOPERATIVE,
    checks=(NO_RESECTION,),
    grades=("i0", "i1", "i2", "i3", "i4"),
    rule=_rutgeerts,
    missing=POSTOPERATIVE_MISSING,
    pitfalls=POSTOPERATIVE_PITFALLS,
    notes="The severest finding decides: 1 to 5 aphthous lesions i1; more, skip areas or lesions "
    "of the anastomosis i2; diffuse aphthous ileitis i3; diffuse larger ulcers i4. Remission is "
    "i0 to i1, recurrence from i2, severe recurrence from i3.",
    citation=RUTGEERTS_1990,
)

rutgeerts_modified = Grading(
    name="rutgeerts_modified",
    title="Modified Rutgeerts score of postoperative recurrence",
    disease="CD",
    items=POSTOPERATIVE,
    checks=(NO_RESECTION,),
    grades=("i0", "i1", "i2a", "i2b", "i3", "i4"),
    rule=_rutgeerts_modified,
    choices={"fewest_for_i2b": (6, 5)},
    missing=POSTOPERATIVE_MISSING,
    pitfalls=(
        *POSTOPERATIVE_PITFALLS,
        "One abstract (ECCO 2017, P229) begins i2b at 5 aphthous lesions, not above 5: "
        "fewest_for_i2b=5.",
    ),
    notes="As rutgeerts, but i2 is divided: lesions of the anastomosis with at most 5 ileal "
    "aphthous lesions are i2a; more than 5, or skip areas, are i2b with or without them.",
    citation=f"{OLLECH_2019}; after {RUTGEERTS_1990}",
)

ONE_BASED = "one above the highest level looks 1-based; subtract 1 per item"

uceis = Index(
    name="uceis",
    title="Ulcerative Colitis Endoscopic Index of Severity",
    disease="UC",
    items=(
        Item("vascular_pattern", "normal 0, patchy loss 1, obliterated 2", range(3),
             hint=ONE_BASED),
        Item("bleeding", "none 0, mucosal 1, luminal mild 2, luminal moderate or severe 3",
             range(4), hint=ONE_BASED),
        Item("erosions_ulcers", "none 0, erosions to 5 mm 1, larger superficial ulcer 2, deep "
             "ulcer 3", range(4), hint=ONE_BASED),
    ),
    bands=(Band("remission", 2), Band("mild", 5), Band("moderate", 7), Band("severe")),
    pitfalls=(
        "Levels of the first publication began at 1 (sum 3 to 11), and a guideline of 2019 still "
        "prints them: subtract 1 per item; only levels above the form's highest are recognized.",
        "The extent of the disease is ignored.",
    ),
    notes="The worst area seen. The bands are not validated.",
    citation=TRAVIS_2012,
)  # fmt: skip
