"""The colors in grey and to the color-blind, and what every saved figure must be to be printed."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from ibd_scores.study.figures.rates import BAR
from ibd_scores.study.figures.style import BLUE, INK, ORANGE, PALE, RUST, SKY, shades

# How deficient eyes see linear RGB, at full severity. Machado GM, Oliveira MM, Fernandes LAF. IEEE
# Trans Vis Comput Graph 2009;15:1291-1298. doi:10.1109/TVCG.2009.113
DEFICIENT = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}  # fmt: skip
NORMAL = np.eye(3)
# Linear sRGB to CIE XYZ, D65. IEC 61966-2-1:1999.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
# What is told apart in one figure by marks of one kind: lines, faces, edges.
TOGETHER = {
    "changes: improved, not improved, the cut": (SKY, RUST, INK),
    "changes: baseline, week 12": ("white", BLUE),
    "rates: markers": (BLUE, ORANGE, INK, "white"),
    "rates: the edge of the bar": (BAR["edgecolor"], "white"),
    "curve: interval, rate, diamond": (PALE, BLUE, INK),
    "curve and overview: primary, usual, edge": (ORANGE, "white", INK),
    "overview: middle half, median, diamond": (BLUE, INK, ORANGE, "white"),
    "claims: rounds to it, count, count that prints so": (PALE, INK, BLUE, "white"),
    "trials: cohort, drug, placebo": (BLUE, ORANGE, "white"),
    "course: met, not met, not evaluable": (BLUE, RUST, "white"),
}
# Of L* in grey; in CIELAB to the color-blind, to whom 2 to 3 is just visible.
LIGHTNESS, DISTANCE = 15, 12


def lab(color, matrix=NORMAL):
    """CIELAB of a color as an eye with this matrix sees it."""
    encoded = np.array(to_rgb(color))
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    relative = XYZ @ np.clip(matrix @ linear, 0, 1) / XYZ.sum(axis=1)
    x, y, z = np.where(
        relative > (6 / 29) ** 3, np.cbrt(relative), relative * 841 / 108 + 4 / 29
    ).tolist()
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def distance(one, other, matrix=NORMAL):
    return float(np.linalg.norm(lab(one, matrix) - lab(other, matrix)))


@pytest.mark.parametrize("figure", TOGETHER)
def test_colors_used_together_differ_in_grey_and_to_the_color_blind(figure):
    for one, other in combinations(TOGETHER[figure], 2):
        assert abs(lab(one)[0] - lab(other)[0]) >= LIGHTNESS, (one, other)
        for name, matrix in DEFICIENT.items():
            assert distance(one, other, np.array(matrix)) >= DISTANCE, (name, one, other)


@pytest.mark.parametrize("count", [3, 4])
def test_ordered_shades_darken_evenly_in_grey_and_to_the_color_blind(count):
    for lighter, darker in pairwise(shades(count)):
        assert lab(lighter)[0] - lab(darker)[0] >= LIGHTNESS
        for matrix in map(np.array, DEFICIENT.values()):
            assert lab(lighter, matrix)[0] > lab(darker, matrix)[0]
            assert distance(lighter, darker, matrix) >= DISTANCE


def test_the_measure_knows_colors_that_are_confused():
    """Of red and green of one lightness, deuteranopia leaves little; of grey it takes nothing."""
    red, green = "#c0504d", "#6a8f3c"
    deuteranopia = np.array(DEFICIENT["deuteranopia"])
    assert distance(red, green) > 60
    assert distance(red, green, deuteranopia) < 25
    assert lab("white") == pytest.approx([100, 0, 0], abs=0.05)
    assert lab("#777777")[0] == pytest.approx(50, abs=0.1)
    assert lab("#777777", deuteranopia) == pytest.approx(lab("#777777"), abs=0.05)
