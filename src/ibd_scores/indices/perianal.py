"""Perianal Crohn's disease: clinical activity, and activity on MRI.

>>> from ibd_scores.indices.perianal import pdai, van_assche_modified
>>> pdai(discharge=2, pain_restriction=2, sexual_restriction=1, perianal_type=2, induration=1)
8.0
>>> pdai.band(8)
'active'
>>> van_assche_modified(fistula_extension_mvai=2, t2_hyperintensity_mvai=2, rectal_wall_mvai=1,
...                     inflammatory_mass_mvai=3, dominant_feature_mvai=2)
14.6
"""

from collections.abc import Mapping

import numpy as np

from ibd_scores.citations import IRVINE_1995, SAMAAN_2017, VAN_ASSCHE_2003
from ibd_scores.columns import Array
from ibd_scores.form import Band, Check, Item, Mask
from ibd_scores.index import Index

DISCHARGE = Item(
    "discharge",
    "none 0, minimal mucous 1, moderate mucous or purulent 2, substantial 3, fecal soiling 4",
    range(5),
)
PAIN_RESTRICTION = Item(
    "pain_restriction",
    "no pain 0, mild without restriction 1, some restriction 2, marked 3, severe 4",
    range(5),
)
SEXUAL_RESTRICTION = Item(
    "sexual_restriction", "none 0, slight 1, moderate 2, marked 3, unable 4", range(5)
)
PERIANAL_TYPE = Item(
    "perianal_type",
    "none or skin tags 0, fissure or mucosal tear 1, one or two fistulas 2, three or more 3, "
    "ulcerated sphincter or undermining fistulas 4",
    range(5),
)
INDURATION = Item(
    "induration", "none 0, minimal 1, moderate 2, substantial 3, fluctuance or abscess 4", range(5)
)
LABELS = "the option labels were not checked against the paper"

pdai = Index(
    name="pdai",
    title="Perianal Disease Activity Index",
    disease="CD",
    items=(DISCHARGE, PAIN_RESTRICTION, SEXUAL_RESTRICTION, PERIANAL_TYPE, INDURATION),
    bands=(Band("inactive", 4, inclusive=True), Band("active")),
    pitfalls=(
        "The sexual item is often not answered: the four-item sum is an index of its own "
        "(pdai_four_item), not a PDAI.",
        "PDAI also stands for the Pouchitis Disease Activity Index, which is another form.",
    ),
    notes="The cut is from a later study (Losco 2009), in which it was 87 % accurate. A fall of "
    "about 3 points went with improvement; that is no established minimal difference.",
    provisional=LABELS,
    citation=f"{IRVINE_1995}; the cut: Losco 2009",
)

pdai_four_item = Index(
    name="pdai_four_item",
    title="Perianal Disease Activity Index without the sexual item",
    disease="CD",
    items=(DISCHARGE, PAIN_RESTRICTION, PERIANAL_TYPE, INDURATION),
    pitfalls=(
        "It is a sensitivity analysis where the sexual item is missing, not a published index: "
        "do not compare it with a PDAI.",
        "The cut above 4 belongs to the sum of all five items.",
    ),
    provisional=LABELS,
    citation=IRVINE_1995,
)


def _place_without_tract(points: Mapping[str, Array]) -> Mask:
    placed = (points["fistula_location_vai"] > 0) | (points["fistula_extension_vai"] > 0)
    return np.asarray((points["fistula_tracts_vai"] == 0) & placed)


def _tract_without_place(points: Mapping[str, Array]) -> Mask:
    unplaced = (points["fistula_location_vai"] == 0) | (points["fistula_extension_vai"] == 0)
    return np.asarray((points["fistula_tracts_vai"] > 0) & unplaced)


van_assche = Index(
    name="van_assche",
    title="Van Assche index of perianal fistulas on MRI",
    disease="CD",
    items=(
        Item("fistula_tracts_vai",
             "none 0, single unbranched 1, single branched 2, multiple 3", range(4)),
        Item("fistula_location_vai",
             "no tract 0, extra- or intersphincteric 1, transsphincteric 2, suprasphincteric 3",
             range(4)),
        Item("fistula_extension_vai", "no tract 0, infralevator 1, supralevator 2", range(3)),
        Item("t2_hyperintensity_vai", "absent 0, mild 4, pronounced 8", (0, 4, 8)),
        Item("collections_vai", "cavities above 3 mm: none 0, any 4", (0, 4)),
        Item("rectal_wall_vai", "normal 0, thickened 2", (0, 2)),
    ),
    checks=(
        Check("fistula_tracts_vai",
              "no tract, but a location or an extension: without a tract both are 0",
              _place_without_tract),
        Check("fistula_tracts_vai",
              "a tract without a location or an extension: with a tract both are at least 1",
              _tract_without_place),
    ),
    pitfalls=(
        "A healed, fibrotic tract still scores at least 3 points (tract, location, extension): "
        "0 means that there is no tract at all.",
        "The items hold points: mild hyperintensity is 4 here and 1 in the modified index.",
    ),
    citation=VAN_ASSCHE_2003,
)  # fmt: skip

van_assche_modified = Index(
    name="van_assche_modified",
    title="Modified Van Assche index of perianal fistulas on MRI",
    disease="CD",
    items=(
        Item("fistula_extension_mvai",
             "absent 0, infralevator 1, horseshoe 2, supralevator 3", range(4), weight=1.5),
        Item("t2_hyperintensity_mvai", "absent 0, mild 1, pronounced 2", range(3), weight=2.3),
        Item("rectal_wall_mvai", "normal 0, thickened 1, increased signal 2", range(3)),
        Item("inflammatory_mass_mvai",
             "absent 0, diffuse 1, focal 2, collection: small 3, medium 4, large 5",
             range(6), weight=1.2),
        Item("dominant_feature_mvai", "fibrous 0, granulation tissue 1, fluid or pus 2",
             range(3), weight=1.2),
    ),
    pitfalls=(
        "One published text gives 22 as the maximum, which is that of the original index: the "
        "weights make 19.5.",
        "Items of the original index cannot be carried over: the levels differ.",
    ),
    citation=SAMAAN_2017,
)  # fmt: skip
