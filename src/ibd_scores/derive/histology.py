"""Steps before the Robarts index: its four levels from the grades of the Geboes score.

>>> from ibd_scores.derive.histology import rhi_erosion_ulcer
>>> rhi_erosion_ulcer(geboes_erosion_ulcer="5.2")
1.0
"""

from ibd_scores.citations import MOSLI_2017
from ibd_scores.columns import Array
from ibd_scores.form import Item
from ibd_scores.rule import derivation

INCREASE = "no increase .0, mild .1, moderate .2, marked .3"


def category(name: str, meaning: str, *grades: str) -> Item:
    """Make the item of a category; its grades are words, though 3.1 looks like a number."""
    return Item(name, meaning, grades, hint="grades are text: read the column as strings")


CHRONIC_INFILTRATE = category(
    "geboes_chronic_infiltrate", f"chronic inflammatory infiltrate: {INCREASE}",
    "1.0", "1.1", "1.2", "1.3",
)  # fmt: skip
NEUTROPHILS = category(
    "geboes_neutrophils", f"neutrophils in the lamina propria: {INCREASE}",
    "2B.0", "2B.1", "2B.2", "2B.3",
)  # fmt: skip
EPITHELIAL_NEUTROPHILS = category(
    "geboes_epithelial_neutrophils",
    "crypts with neutrophils in the epithelium: none 3.0, under 5 % 3.1, under 50 % 3.2, more 3.3",
    "3.0", "3.1", "3.2", "3.3",
)  # fmt: skip
EROSION_ULCER = category(
    "geboes_erosion_ulcer",
    "none 5.0, recovering epithelium with inflammation 5.1, probable erosion 5.2, "
    "unequivocal erosion 5.3, ulcer or granulation tissue 5.4",
    "5.0", "5.1", "5.2", "5.3", "5.4",
)  # fmt: skip


@derivation(
    CHRONIC_INFILTRATE,
    name="chronic_infiltrate_rhi",
    title="Robarts level of the chronic infiltrate: that of the Geboes grade",
    citation=MOSLI_2017,
)
def rhi_chronic_infiltrate(geboes_chronic_infiltrate: Array) -> Array:
    return geboes_chronic_infiltrate


@derivation(
    NEUTROPHILS,
    name="lamina_propria_neutrophils_rhi",
    title="Robarts level of neutrophils in the lamina propria: that of Geboes grade 2B",
    citation=MOSLI_2017,
)
def rhi_lamina_propria_neutrophils(geboes_neutrophils: Array) -> Array:
    return geboes_neutrophils


@derivation(
    EPITHELIAL_NEUTROPHILS,
    name="epithelial_neutrophils_rhi",
    title="Robarts level of neutrophils in the epithelium: that of the Geboes grade",
    citation=MOSLI_2017,
)
def rhi_epithelial_neutrophils(geboes_epithelial_neutrophils: Array) -> Array:
    return geboes_epithelial_neutrophils


@derivation(
    EROSION_ULCER,
    name="erosion_ulcer_rhi",
    title="Robarts level of erosion or ulceration: Geboes 5.1 and 5.2 are both 1, 5.3 is 2 "
    "and 5.4 is 3",
    citation=MOSLI_2017,
)
def rhi_erosion_ulcer(geboes_erosion_ulcer: Array) -> Array:
    return geboes_erosion_ulcer - (geboes_erosion_ulcer > 1)
