"""Transmural healing of Crohn's disease, from what `imaging_pairs` makes of two examinations."""

import numpy as np

from ibd_scores.citations import CONVENTION, ORDAS_2019, RIMOLA_2009
from ibd_scores.columns import Array
from ibd_scores.criteria import (
    NONE_UNSEEN,
    all_of,
    at_least,
    at_most,
    below,
    fell_by_percent,
    holds,
)
from ibd_scores.endpoint import endpoint
from ibd_scores.imaging_pairing import ACTIVE

SOME_DISEASED: Array = np.array(1.0)  # stands for a count that a table may lack
DISEASED = "in every segment diseased at baseline"
NOT_IMAGED = (
    "not evaluable if none was diseased at baseline, or if what was seen meets it but a diseased "
    "segment was not imaged again"
)
NOT_SCORED = (
    "not evaluable if none was active at baseline, or if what was seen meets it but an active "
    "segment was not scored again"
)


def _of_diseased(met: Array, diseased: Array, not_imaged: Array) -> Array:
    """No verdict without known disease at baseline, nor a good one from a part of it alone."""
    undecided = ~(diseased > 0) | (holds(met) & ~(not_imaged == 0))
    return np.where(undecided, np.nan, met)


@endpoint("CD", "Transmural healing (ultrasound)",
          f"wall <= 3 mm and no color Doppler signal {DISEASED}; {NOT_IMAGED}",
          CONVENTION)  # fmt: skip
def transmural_healing_ultrasound(
    thickest_wall_mm: Array, any_doppler_flow: Array,
    diseased_segments_baseline: Array = SOME_DISEASED, diseased_not_imaged: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    met = all_of(at_most(thickest_wall_mm, 3), at_most(any_doppler_flow, 0))
    return _of_diseased(met, diseased_segments_baseline, diseased_not_imaged)


@endpoint("CD", "Transmural healing (ultrasound), with normal layers and fat",
          f"wall <= 3 mm, no color Doppler signal, normal layers and no inflammatory fat "
          f"{DISEASED}; {NOT_IMAGED}", CONVENTION)  # fmt: skip
def transmural_healing_ultrasound_strict(
    thickest_wall_mm: Array, any_doppler_flow: Array,
    all_stratified: Array, any_inflammatory_fat: Array,
    diseased_segments_baseline: Array = SOME_DISEASED, diseased_not_imaged: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    met = all_of(
        at_most(thickest_wall_mm, 3), at_most(any_doppler_flow, 0),
        at_least(all_stratified, 1), at_most(any_inflammatory_fat, 0),
    )  # fmt: skip
    return _of_diseased(met, diseased_segments_baseline, diseased_not_imaged)


@endpoint("CD", "Transmural response (ultrasound)",
          f"thickest wall of the segments diseased at baseline down by at least 25 %; {NOT_IMAGED}",
          CONVENTION)  # fmt: skip
def transmural_response_ultrasound(
    thickest_wall_mm: Array, thickest_wall_mm_baseline: Array,
    diseased_segments_baseline: Array = SOME_DISEASED, diseased_not_imaged: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    met = fell_by_percent(thickest_wall_mm, thickest_wall_mm_baseline, 25)
    return _of_diseased(met, diseased_segments_baseline, diseased_not_imaged)


@endpoint("CD", "Transmural healing (MR enterography)",
          "wall <= 3 mm, no edema, no ulcer and no fat stranding in every segment examined; "
          f"{NOT_IMAGED}", CONVENTION)  # fmt: skip
def transmural_healing_mre(
    thickest_wall_mm_everywhere: Array, any_edema_everywhere: Array,
    any_mural_ulcers_everywhere: Array, any_fat_stranding_everywhere: Array,
    diseased_segments_baseline: Array = SOME_DISEASED, diseased_not_imaged: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    findings = (any_edema_everywhere, any_mural_ulcers_everywhere, any_fat_stranding_everywhere)
    met = all_of(
        at_most(thickest_wall_mm_everywhere, 3), *(at_most(finding, 0) for finding in findings)
    )
    return _of_diseased(met, diseased_segments_baseline, diseased_not_imaged)


@endpoint("CD", "Transmural healing (MaRIA)",
          f"MaRIA < 7 in every segment examined; {NOT_SCORED}",
          f"{CONVENTION}; the cut: {RIMOLA_2009}")  # fmt: skip
def transmural_healing_maria(
    highest_maria: Array, highest_maria_baseline: Array,
    maria_active_not_imaged: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    active = at_least(highest_maria_baseline, ACTIVE["maria"])
    met = below(highest_maria, ACTIVE["maria"])
    return _of_diseased(met, np.where(holds(active), 1.0, 0.0), maria_active_not_imaged)


@endpoint("CD", "Transmural healing (simplified MaRIA)",
          f"simplified MaRIA 0 in every segment examined; {NOT_SCORED}",
          f"{CONVENTION}; the score: {ORDAS_2019}")  # fmt: skip
def transmural_healing_maria_simplified(
    highest_maria_simplified: Array, highest_maria_simplified_baseline: Array,
    maria_simplified_active_not_imaged: Array = NONE_UNSEEN,
) -> Array:  # fmt: skip
    active = at_least(highest_maria_simplified_baseline, ACTIVE["maria_simplified"])
    met = at_most(highest_maria_simplified, 0)
    return _of_diseased(met, np.where(holds(active), 1.0, 0.0), maria_simplified_active_not_imaged)
