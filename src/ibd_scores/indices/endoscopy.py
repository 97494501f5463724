"""Endoscopic activity: SES-CD in Crohn's disease, UCEIS in ulcerative colitis.

>>> from ibd_scores import ses_cd, uceis
>>> cells = {f"{variable}_{segment}": 0 for variable in VARIABLES for segment in SEGMENTS}
>>> ses_cd(cells | {"ulcer_size_ileum": 2, "ulcerated_surface_ileum": 2,
...                 "affected_surface_ileum": 2, "narrowing_ileum": 1})
7.0
>>> uceis(vascular_pattern=2, bleeding=3, erosions_ulcers=3)
8.0
"""

from collections.abc import Callable, Mapping

import numpy as np

from ibd_scores.citations import DAPERNO_2004, LOFTUS_2023, TRAVIS_2012
from ibd_scores.columns import Array
from ibd_scores.form import Band, Check, Item, Mask
from ibd_scores.index import Index

SEGMENTS = ("ileum", "right_colon", "transverse", "left_colon", "rectum")
VARIABLES = {
    "ulcer_size": "ulcers: none 0, to 0.5 cm 1, to 2 cm 2, larger 3",
    "ulcerated_surface": "ulcerated: none 0, under 10 % 1, 10 to 30 % 2, more 3",
    "affected_surface": "affected: none 0, under 50 % 1, 50 to 75 % 2, more 3",
    "narrowing": "narrowing: none 0, single 1, multiple 2, impassable 3",
}


def _cells(variables: Mapping[str, str]) -> tuple[Item, ...]:
    return tuple(
        Item(f"{variable}_{segment}", f"{segment.replace('_', ' ')}, {meaning}", range(4),
             segment=segment)
        for segment in SEGMENTS
        for variable, meaning in variables.items()
    )  # fmt: skip


def _explored_segments(points: Mapping[str, Array]) -> Array:
    """Sum the explored segments; missing where none was, or one is incomplete."""
    sums, explored = [], []
    for segment in SEGMENTS:
        cells = [points[name] for name in points if name.endswith(f"_{segment}")]
        seen = np.any([~np.isnan(cell) for cell in cells], axis=0)
        sums.append(np.where(seen, sum(cells), 0))
        explored.append(seen)
    return np.where(np.any(explored, axis=0), np.sum(sums, axis=0), np.nan)


def _two_impassable(cells: Mapping[str, Array]) -> Mask:
    impassable = [cells[f"narrowing_{segment}"] == 3 for segment in SEGMENTS]
    return np.asarray(np.sum(impassable, axis=0) > 1)


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

ses_cd = Index(
    name="ses_cd",
    title="Simple Endoscopic Score for Crohn's Disease",
    disease="CD",
    items=_cells(VARIABLES),
    combine=_explored_segments,
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
    notes="A segment with all four variables missing was not explored and is left out of the sum; "
    "a segment with some of them missing makes the score missing. The maximum is 56: only one "
    "segment can be impassable. The bands are expert-chosen, not validated, and not of the paper.",
    citation=DAPERNO_2004,
)

ses_cd_without_narrowing = Index(
    name="ses_cd_without_narrowing",
    title="SES-CD without the narrowing component",
    disease="CD",
    items=_cells({name: VARIABLES[name] for name in VARIABLES if name != "narrowing"}),
    combine=_explored_segments,
    combined="sum of three variables over the segments explored",
    checks=ULCERS_AGREE,
    notes="The score that trials ask for at entry (at least 6, or 4 in isolated ileal disease).",
    citation=LOFTUS_2023,
)

ONE_BASED = "above the form's highest level: looks 1-based; subtract 1 per item"

uceis = Index(
    name="uceis",
    title="Ulcerative Colitis Endoscopic Index of Severity",
    disease="UC",
    items=(
        Item("vascular_pattern", "normal 0, patchy loss 1, obliterated 2", range(3),
             hint=ONE_BASED),
        Item("bleeding", "none 0, mucosal 1, luminal mild 2, luminal moderate or severe 3",
             range(4), hint=ONE_BASED),
        Item("erosions_ulcers", "none 0, erosions 1, superficial ulcer 2, deep ulcer 3",
             range(4), hint=ONE_BASED),
    ),
    bands=(Band("remission", 2), Band("mild", 5), Band("moderate", 7), Band("severe")),
    notes="The worst area seen. Bands are not validated. Any missing item makes the score "
    "missing.",
    citation=TRAVIS_2012,
)  # fmt: skip
