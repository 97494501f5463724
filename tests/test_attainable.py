"""Whose missing result could be a success: the bound of a best case, typed by hand."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores import endpoints as e
from ibd_scores.endpoint import Endpoint


def attainable(one: Endpoint, **columns: list[float | None]) -> list[bool]:
    return one.attainable(pd.DataFrame(columns, dtype="float64")).to_list()


def test_a_part_that_fails_for_certain_decides_and_one_at_the_cut_does_too() -> None:
    # CDAI < 150 and SES-CD <= 2: 150 fails, 149 does not; an SES-CD of 3 fails, of 2 does not.
    found = attainable(e.deep_remission, cdai=[150, 149, None, None, None],
                       ses_cd=[None, None, 3, 2, None])  # fmt: skip
    assert found == [False, True, False, True, True]


def test_what_the_rule_leaves_open_could_be_a_success() -> None:
    # Nothing is seen, but a segment that was diseased, or ulcerated, was not reached again.
    seen = {"ses_cd": [1, 5], "diseased_not_seen": [1, 1]}
    assert attainable(e.ses_cd_remission, **seen) == [True, False]
    ulcers = {"ulcerated_segments": [0, 1], "ulcerated_segments_baseline": [2, 2],
              "ulcerated_not_seen": [1, 1]}  # fmt: skip
    assert attainable(e.ulcer_free, **ulcers) == [True, False]
    walls = {"thickest_wall_mm": [2.5, 4], "any_doppler_flow": [0, 0],
             "diseased_segments_baseline": [2, 2], "diseased_not_imaged": [1, 1]}  # fmt: skip
    assert attainable(e.transmural_healing_ultrasound, **walls) == [True, False]


def test_whoever_has_met_it_could_and_whoever_failed_could_not() -> None:
    assert attainable(e.cdai_remission, cdai=[149, 150, None]) == [True, False, True]


def test_an_unknown_baseline_leaves_a_change_open_unless_the_rest_fails() -> None:
    # Adapted Mayo response: rectal bleeding 2 neither fell by 1 (baseline 2) nor is 0 or 1.
    found = attainable(
        e.adapted_mayo_response, mayo_adapted=[3, 3], mayo_adapted_baseline=[None, None],
        rectal_bleeding=[2, 1], rectal_bleeding_baseline=[2, 2],
    )  # fmt: skip
    assert found == [False, True]


def test_a_known_marker_is_what_it_is_with_and_without_a_mark_beside_it() -> None:
    # CRP < 5 and calprotectin < 250: 12 and >1800 rule it out, 4.9 does not, <10 leaves it open.
    markers = pd.DataFrame({
        "crp_mg_l": [12, 4.9, np.nan, 10, 5], "crp_mg_l_censor": [None, None, None, "left", None],
        "calprotectin_ug_g": [np.nan, np.nan, 1800, 100, 249],
        "calprotectin_ug_g_censor": [None, None, "right", None, None],
    })  # fmt: skip
    expected = [False, True, False, True, False]
    assert e.biochemical_remission.attainable(markers).to_list() == expected
    bare = markers.drop(columns=["crp_mg_l_censor", "calprotectin_ug_g_censor"])
    assert e.biochemical_remission.attainable(bare.iloc[[0, 1, 4]]).to_list() == [
        False, True, False,
    ]  # fmt: skip


def test_an_unknown_site_leaves_a_fall_from_4_to_2_open() -> None:
    sites = {"ses_cd_matched": [2, 3], "ses_cd_matched_baseline": [4, 4],
             "isolated_ileal_baseline": [None, None]}  # fmt: skip
    assert attainable(e.endoscopic_response, **sites) == [True, False]


def test_an_esr_of_unknown_age_is_open_and_of_known_age_is_not() -> None:
    table = pd.DataFrame({"esr_mm_h": [18.0, 18, np.nan], "age": [30.0, np.nan, 30], "sex": "male"})
    assert e.esr_normal.attainable(table).to_list() == [False, True, True]


def test_more_can_be_better() -> None:
    # IBDQ remission: at least 170.
    assert attainable(e.ibdq_remission, ibdq=[169, 170, None]) == [False, True, True]


@pytest.mark.parametrize(("steroid", "could"), [(1, False), (0, True), (None, True)])
def test_a_corticosteroid_rules_out_what_is_free_of_it(steroid: float | None, could: bool) -> None:
    free = e.ses_cd_remission.steroid_free()
    assert attainable(free, ses_cd=[None], systemic_steroid=[steroid]) == [could]


def test_what_is_free_of_corticosteroids_is_never_attainable_where_the_endpoint_is_not() -> None:
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"cdai": rng.choice([100, 200, np.nan], 60),
                          "ses_cd": rng.choice([1, 9, np.nan], 60),
                          "systemic_steroid": rng.choice([0, 1, np.nan], 60)})  # fmt: skip
    bare, free = (one.attainable(table) for one in (e.deep_remission,
                                                    e.deep_remission.steroid_free()))  # fmt: skip
    assert (free <= bare).all()
    assert free.any()
    assert (bare & ~free).any()
