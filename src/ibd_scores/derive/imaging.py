"""Steps before the MaRIA scores."""

import numpy as np

from ibd_scores.citations import ORDAS_2019, RIMOLA_2009
from ibd_scores.columns import Array
from ibd_scores.derive.findings import WALL_THICKNESS
from ibd_scores.form import TOLERANCE, Interval, Item
from ibd_scores.rule import derivation

# In the scanner's own units; not 0, as the formula divides by two of the four.
SIGNAL = Interval(0.01, 100_000)
NOISE = Interval(0.001, 10_000)
SIGNAL_BEFORE = Item("wsi_before", "signal intensity of the wall before contrast medium", SIGNAL)
SIGNAL_AFTER = Item("wsi_after", "signal intensity of the wall after contrast medium", SIGNAL)
NOISE_BEFORE = Item("noise_sd_before", "SD of the noise outside the body before contrast", NOISE)
NOISE_AFTER = Item("noise_sd_after", "SD of the noise outside the body after contrast", NOISE)


@derivation(
    SIGNAL_BEFORE,
    SIGNAL_AFTER,
    NOISE_BEFORE,
    NOISE_AFTER,
    title="relative contrast enhancement of the wall, %: the rise of the signal after contrast, "
    "in % of the signal before, x the noise before over the noise after",
    citation=RIMOLA_2009,
)
def relative_contrast_enhancement(
    wsi_before: Array, wsi_after: Array, noise_sd_before: Array, noise_sd_after: Array
) -> Array:
    return 100 * (wsi_after - wsi_before) / wsi_before * (noise_sd_before / noise_sd_after)


@derivation(
    WALL_THICKNESS,
    title="wall thicker than 3 mm: no 0, yes 1; exactly 3 mm is not thickened",
    citation=ORDAS_2019,
)
def wall_thickened(wall_thickness_mm: Array) -> Array:
    thickened = wall_thickness_mm > 3 + TOLERANCE
    return np.where(np.isnan(wall_thickness_mm), np.nan, thickened)
