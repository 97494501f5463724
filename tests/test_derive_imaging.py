"""The steps before the MaRIA scores."""

import numpy as np
import pytest

from ibd_scores.derive.imaging import relative_contrast_enhancement, wall_thickened
from ibd_scores.indices.imaging import maria, maria_simplified


@pytest.mark.parametrize(
    ("before", "after", "noise_before", "noise_after", "expected"),
    [
        (100, 220, 5, 6, 100.0),  # Rimola 2009: 100 x 120/100 x 5/6
        (100, 220, 5, 5, 120.0),  # equal noise changes nothing
        (200, 200, 5, 6, 0.0),  # no enhancement
        (200, 150, 4, 2, -50.0),  # less signal after contrast: 100 x -50/200 x 2
        (None, 220, 5, 6, None),
        (100, None, 5, 6, None),
        (100, 220, None, 6, None),
        (100, 220, 5, None, None),
    ],
)
def test_relative_contrast_enhancement(before, after, noise_before, noise_after, expected):
    found = relative_contrast_enhancement(
        wsi_before=before,
        wsi_after=after,
        noise_sd_before=noise_before,
        noise_sd_after=noise_after,
    )
    assert found == pytest.approx(np.nan if expected is None else expected, nan_ok=True)


@pytest.mark.parametrize(
    ("millimeters", "expected"),
    [(0, 0), (2.9, 0), (3.0, 0), (3.001, 1), (8, 1), (None, None), (3 + 1e-12, 0)],
)
def test_a_wall_is_thickened_above_3_mm(millimeters, expected):
    found = wall_thickened(wall_thickness_mm=millimeters)
    assert found == pytest.approx(np.nan if expected is None else expected, nan_ok=True)


def test_maria_from_signal_intensities_and_noise():
    # 1.5 x 6 + 0.02 x 100 + 5 + 10
    signals = {"wsi_before": 100, "wsi_after": 220, "noise_sd_before": 5, "noise_sd_after": 6}
    assert maria(wall_thickness_mm=6, edema=1, mural_ulcers=1, **signals) == 26.0


def test_the_simplified_maria_from_a_wall_said_to_be_thickened():
    assert maria_simplified(wall_thickened=1, edema=0, fat_stranding=0, mural_ulcers=1) == 3


def test_a_derived_enhancement_off_the_form_is_refused():
    signals = {"wsi_before": 1, "wsi_after": 220, "noise_sd_before": 5, "noise_sd_after": 6}
    with pytest.raises(ValueError, match=r"maria: 1 value .*wsi_after = 220 .*-50 to 2000 %"):
        maria(wall_thickness_mm=6, edema=1, mural_ulcers=1, **signals)


def test_a_signal_lower_after_contrast_is_reported_and_scored():
    signals = {"wsi_before": 220, "wsi_after": 165, "noise_sd_before": 5, "noise_sd_after": 5}
    segment = {"wall_thickness_mm": 6, "edema": 0, "mural_ulcers": 0} | signals
    assert maria(**segment) == 8.5  # 9 + 0.02 x -25
    assert maria.problems(**segment)["item"].tolist() == ["wsi_after"]
    assert maria.problems(**(segment | {"wsi_after": 330})).empty
