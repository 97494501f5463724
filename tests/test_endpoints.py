"""Who could meet an endpoint, and who was normalized."""

import pandas as pd
import pytest

from ibd_scores import endpoints as e


def pairs(**columns):
    rows = max(map(len, columns.values()))
    return pd.DataFrame(columns, index=[f"P{n}" for n in range(1, rows + 1)])


def test_who_is_in_remission_at_baseline_cannot_come_into_it():
    table = pairs(cdai=[100, 100, None, 100], cdai_baseline=[140, 150, 140, None])
    assert e.cdai_remission(table).tolist() == [True, True, pd.NA, True]
    assert e.cdai_remission.eligible(table).tolist() == [False, True, False, True]


def test_a_baseline_without_ulcers_is_not_eligible_to_become_free_of_them():
    table = pairs(ulcerated_segments=[0, 0, 1], ulcerated_segments_baseline=[0, 2, 1],
                  ulcerated_not_seen=[0, 0, 0])  # fmt: skip
    assert e.ulcer_free.eligible(table).tolist() == [False, True, True]


def test_an_ses_cd_below_4_is_not_eligible_to_respond_and_an_unknown_one_is():
    table = pairs(ses_cd_matched=[0, 2, 9, 3], ses_cd_matched_baseline=[3, 4, 20, None],
                  isolated_ileal_baseline=[1, 1, 0, None])  # fmt: skip
    assert e.endoscopic_response.eligible(table).tolist() == [False, True, True, True]


def test_no_stools_at_baseline_leave_pain_to_respond():
    table = pairs(liquid_stools_mean=[0, 0], liquid_stools_mean_baseline=[0, 0],
                  abdominal_pain_mean=[1, 0], abdominal_pain_mean_baseline=[2, 0])  # fmt: skip
    assert e.sf_aps_response.eligible(table).tolist() == [True, False]


def test_an_endpoint_that_compares_with_baseline_in_whole_is_open_to_all():
    table = pairs(cdai=[10, 200], cdai_baseline=[80, 300])
    assert e.cdai_response_100.eligible(table).tolist() == [True, True]


def test_a_censored_marker_at_baseline_counts_as_what_it_is():
    table = pairs(crp_mg_l=[2, 2, 2], crp_mg_l_censor=[None, None, None],
                  crp_mg_l_baseline=[0.5, 10, 20], crp_mg_l_censor_baseline=["left", "left", None],
                  )  # fmt: skip
    assert e.crp_normal.eligible(table).tolist() == [False, True, True]
    flags = e.crp_normal.normalization(table)
    assert flags.name == "crp_normalized"
    assert flags.tolist() == [pd.NA, pd.NA, True]


def test_who_was_normal_or_not_measured_at_baseline_is_not_normalized():
    table = pairs(crp_mg_l=[2, 2, 2, None, 8], crp_mg_l_baseline=[3, None, 20, 20, 20])
    assert e.crp_normal.normalization(table).tolist() == [pd.NA, pd.NA, True, pd.NA, False]


@pytest.mark.parametrize(("limit", "verdict"), [(5, False), (8, True)])
def test_a_limit_moves_both_visits(limit, verdict):
    table = pairs(crp_mg_l=[6], crp_mg_l_baseline=[20])
    assert e.crp_normal.normalization(table, limit=limit)["P1"] == verdict


def test_a_marker_beyond_its_limit_at_baseline_can_be_normalized():
    table = pairs(calprotectin_ug_g=[100.0], calprotectin_ug_g_censor=[None],
                  calprotectin_ug_g_baseline=[1800.0], calprotectin_ug_g_censor_baseline=["right"],
                  crp_mg_l=[2.0], crp_mg_l_baseline=[20.0])  # fmt: skip
    assert e.calprotectin_normal.eligible(table).tolist() == [True]
    assert e.biochemical_remission.eligible(table).tolist() == [True]
