"""Steps before the Montreal and Paris classifications."""

import numpy as np

from ibd_scores.citations import CONVENTION, LEVINE_2011, SATSANGI_2006
from ibd_scores.columns import Array
from ibd_scores.derive.findings import any_present, flag
from ibd_scores.form import Item
from ibd_scores.rule import derivation

EXTENT_PARIS = Item(
    "colitis_extent_paris",
    "rectum 1, to the splenic flexure 2, to the hepatic flexure 3, beyond 4",
    range(1, 5),
)


@derivation(
    EXTENT_PARIS,
    title="extent as Montreal counts it: Paris E3 and E4 are both Montreal E3, so that there is no "
    "way back",
    citation=LEVINE_2011,
)
def colitis_extent(colitis_extent_paris: Array) -> Array:
    return np.minimum(colitis_extent_paris, 3)


@derivation(
    flag("perianal_fistula", "perianal fistula"),
    flag("perianal_abscess", "perianal abscess"),
    flag("perianal_fissure", "perianal fissure"),
    flag("perianal_ulcer", "perianal ulcer"),
    flag("perianal_stenosis", "anal stenosis"),
    title="perianal disease, the suffix p: any of the five, which is this library's choice; skin "
    "tags do not count, by convention. One that is present decides, whatever is missing; otherwise "
    "all must be recorded",
    citation=f"{CONVENTION}; the suffix: {SATSANGI_2006}",
)
def perianal(
    perianal_fistula: Array, perianal_abscess: Array, perianal_fissure: Array,
    perianal_ulcer: Array, perianal_stenosis: Array,
) -> Array:  # fmt: skip
    return any_present(perianal_fistula, perianal_abscess, perianal_fissure, perianal_ulcer,
                       perianal_stenosis)  # fmt: skip
