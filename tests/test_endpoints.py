"""Who could meet an endpoint, who was normalized, and who was free of corticosteroids."""

import pandas as pd
import pytest

from ibd_scores import endpoints as e
from ibd_scores.endpoint import Endpoint
from ibd_scores.entries import ENTRIES

ENDPOINTS = [value for value in vars(e).values() if isinstance(value, Endpoint)]


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


@pytest.mark.parametrize(
    ("endpoint", "score", "too_little", "enough"),
    [
        (e.cdai_response_100, "cdai", 99, 100),
        (e.cdai_response_70, "cdai", 69.9, 70),
        (e.hbi_response, "hbi", 2, 3),
        (e.uceis_response, "uceis", 1, 2),
        (e.sccai_response, "sccai", 1, 2),
        (e.pucai_response, "pucai", 15, 20),
        (e.cdeis_response, "cdeis", 5, 5.1),
        (e.ibdq_response, "ibdq", 209, 208),
        (e.stride2_uc_response, "pro2_uc", 0, 1),
    ],
    ids=lambda one: getattr(one, "name", None),
)
def test_a_baseline_from_which_it_cannot_be_met_is_not_eligible(
    endpoint, score, too_little, enough
):
    table = pairs(**{score: [None] * 3, f"{score}_baseline": [too_little, enough, None]})
    assert endpoint.eligible(table).tolist() == [False, True, True]


def test_a_mayo_score_of_2_cannot_fall_by_3():
    table = pairs(mayo_full=[0, 0], mayo_full_baseline=[2, 3],
                  rectal_bleeding=[0, 0], rectal_bleeding_baseline=[0, 0])  # fmt: skip
    assert e.mayo_response.eligible(table).tolist() == [False, True]


def test_a_variant_moves_who_is_eligible():
    table = pairs(wpcdai=[0], wpcdai_baseline=[20])
    assert e.wpcdai_response.eligible(table).tolist() == [True]
    assert e.wpcdai_response.eligible(table, points=37.5).tolist() == [False]


@pytest.mark.parametrize(
    "endpoint",
    [e.endoscopic_response, e.endoscopic_response_50, e.endoscopic_remission_uexcel,
     e.endoscopic_remission_uexcel_by_variable],
    ids=lambda one: one.name,
)  # fmt: skip
def test_a_response_is_open_to_who_had_an_ses_cd_of_4_whatever_was_explored_again(endpoint):
    """P1: EREM-4, 3 to 0; P2: 4; P3: its 9 not reached again; P4: not scoped again; P5: before."""
    table = pairs(ses_cd=[0, 0, 0, None, 0], ses_cd_baseline=[3, 4, 9, 9, None],
                  ses_cd_matched=[0, 0, 0, None, None],
                  ses_cd_matched_baseline=[3, 4, 0, None, None],
                  largest_subscore=[0, 0, 0, None, 0], largest_variable_total=[0, 0, 0, None, 0],
                  isolated_ileal_baseline=[1, 1, 0, 0, None],
                  diseased_not_seen=[0, 0, 1, None, 0])  # fmt: skip
    assert endpoint.eligible(table).tolist() == [False, True, True, True, True]


def test_where_the_whole_score_is_not_in_the_pairs_that_of_matched_segments_decides():
    table = pairs(ses_cd=[0], ses_cd_matched=[0], largest_subscore=[0])
    with pytest.raises(ValueError, match="no column ses_cd_matched_baseline"):
        e.endoscopic_remission_uexcel.eligible(table)
    table["ses_cd_matched_baseline"] = 4
    assert e.endoscopic_remission_uexcel.eligible(table).tolist() == [True]
    table["ses_cd_matched_baseline"] = 3
    assert e.endoscopic_remission_uexcel.eligible(table).tolist() == [False]


def test_a_site_that_is_not_known_leaves_a_baseline_of_4_eligible():
    table = pairs(ses_cd_matched=[1], ses_cd_matched_baseline=[4])
    assert e.endoscopic_response(table).tolist() == [pd.NA]
    assert e.endoscopic_response.eligible(table).tolist() == [True]
    table["isolated_ileal_baseline"] = None
    assert e.endoscopic_response.eligible(table).tolist() == [True]


def test_a_site_is_ileal_alone_or_not():
    with pytest.raises(ValueError, match=r"isolated_ileal_baseline = 2 \(permitted: 0 or 1"):
        e.endoscopic_response(ses_cd_matched=1, ses_cd_matched_baseline=4,
                              isolated_ileal_baseline=2)  # fmt: skip


@pytest.mark.parametrize(
    ("endpoint", "baseline"),
    [
        (e.cdai_trial_entry, {"cdai_baseline": [300, 100, None]}),
        (e.ses_cd_trial_entry, {"ses_cd_without_narrowing_baseline": [10, 2, None],
                                "isolated_ileal_baseline": [0, 0, 0]}),
    ],
    ids=lambda one: getattr(one, "name", None),
)  # fmt: skip
def test_what_reads_the_baseline_alone_is_open_to_all(endpoint, baseline):
    eligible = endpoint.eligible(pairs(**baseline))
    assert eligible.tolist() == [True, True, True]
    assert (eligible.name, eligible.dtype) == (endpoint.name, "boolean")


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


def test_where_the_pairs_lack_the_baseline_everyone_is_eligible():
    assert e.cdai_remission.eligible(pairs(cdai=[100, 200])).tolist() == [True, True]
    table = pairs(geboes=["2B.1"], endoscopic_subscore_adapted=[1],
                  endoscopic_subscore_adapted_baseline=[1])  # fmt: skip
    assert e.histo_endoscopic_improvement.eligible(table).tolist() == [True]


@pytest.mark.parametrize("suffix", ["", "_baseline"])
def test_age_and_sex_are_those_of_either_visit(suffix):
    """P1: 20 mm/h is normal in a woman; P2: not in a man; P3: it cannot be told."""
    table = pairs(esr_mm_h=[5, 5, 5], esr_mm_h_baseline=[20, 20, 20], age=[30, 30, 30],
                  sex=["female", "male", None])  # fmt: skip
    if suffix:
        table = table.assign(age_baseline=table["age"], sex_baseline=table["sex"])
    assert e.esr_normal.normalization(table).tolist() == [pd.NA, True, pd.NA]
    assert e.esr_normal.eligible(table).tolist() == [False, True, True]
    assert e.esr_normal.normalization(table, limit=10).tolist() == [True, True, True]
    alone = table[["esr_mm_h", "esr_mm_h_baseline"]]
    assert e.esr_normal.normalization(alone, limit=10).tolist() == [True, True, True]
    assert e.esr_normal.eligible(alone).tolist() == [True, True, True]


def test_a_column_of_the_baseline_that_the_rule_needs_is_asked_for():
    with pytest.raises(ValueError, match="cdai_response_100: no column cdai_baseline"):
        e.cdai_response_100.eligible(pairs(cdai=[100]))


def test_a_grade_at_baseline_counts_as_what_it_is():
    table = pairs(geboes=["1.1"] * 3, geboes_baseline=["3.1", "3.2", None])
    assert e.geboes_improvement.eligible(table).tolist() == [False, True, True]


def test_a_questionnaire_without_a_0_is_evaluated():
    table = pairs(ibdq=[180, 180, 180], ibdq_baseline=[169, 170, None])
    assert e.ibdq_remission.eligible(table).tolist() == [True, False, True]
    free = e.ibdq_remission.steroid_free(days=90, among="on_steroid")
    of_those = table.assign(systemic_steroid=0, steroid_free_days=90,
                            systemic_steroid_baseline=[None, 1, 0])  # fmt: skip
    assert free.eligible(of_those).tolist() == [True, False, False]
    assert e.ibdq_response.eligible(table).tolist() == [True, True, True]


def test_who_had_no_draining_fistula_is_not_eligible_and_who_was_not_examined_is():
    table = pairs(draining_fistulas=[0, 0, 0], draining_fistulas_previous=[0, 0, 0],
                  weeks_since_previous=[6, 6, 6], draining_fistulas_baseline=[0, 2, None],
                  largest_collection_cm=[0, 0, 0])  # fmt: skip
    for endpoint in (e.fistula_response_single_visit, e.fistula_remission_single_visit,
                     e.fistula_response, e.fistula_remission,
                     e.fistula_combined_remission):  # fmt: skip
        assert endpoint.eligible(table).tolist() == [False, True, True]


def test_two_components_of_which_one_cannot_fall_are_not_eligible():
    table = pairs(abdominal_pain_mean=[0, 0, 0], liquid_stools_mean=[1, 1, 1],
                  abdominal_pain_mean_baseline=[0, 2, 2],
                  liquid_stools_mean_baseline=[6, 6, None])  # fmt: skip
    assert e.stride2_cd_response(table).tolist() == [pd.NA, True, pd.NA]
    assert e.stride2_cd_response.eligible(table).tolist() == [False, True, True]


SEGMENTS = pd.DataFrame({
    "patient_id": ["P1", "P1", "P2", "P3", "P1", "P1", "P2", "P3"],
    "visit": ["baseline"] * 4 + ["week12"] * 4,
    "segment": ["ileum", "sigmoid", "ileum", "ileum"] * 2,
    "wall_thickness_mm": [6.0, 2.0, 2.5, None, 3.0, 4.0, 2.0, 2.0],
    "doppler_flow": [1, 0, 0, None, 0, 0, 0, 0],
    "stratification": [0, 1, 1, None, 1, 0, 1, 1],
    "inflammatory_fat": [1, 0, 0, None, 0, 0, 0, 0],
    "maria_simplified": [4, 0, 0, None, 0, 1, 0, 0],
})  # fmt: skip


def test_transmural_healing_is_of_what_was_diseased():
    """P1: the sigmoid was not diseased; P2: nothing was; P3: not examined at baseline."""
    table = e.imaging_pairs(SEGMENTS)
    for healing in (e.transmural_healing_ultrasound, e.transmural_healing_ultrasound_strict):
        assert healing(table).tolist() == [True, pd.NA, pd.NA]
        assert healing.eligible(table).tolist() == [True, False, True]
    assert e.transmural_response_ultrasound(table).tolist() == [True, pd.NA, pd.NA]
    assert e.transmural_response_ultrasound.eligible(table).tolist() == [True, False, True]


def test_the_simplified_maria_is_of_every_segment_examined():
    table = e.imaging_pairs(SEGMENTS)
    flags = e.transmural_healing_maria_simplified(table)
    assert flags.tolist() == [False, pd.NA, pd.NA]
    assert e.transmural_healing_maria_simplified.eligible(table).tolist() == [True, False, True]


def test_healing_on_magnetic_resonance_is_of_every_segment_examined():
    """P1: the ileum has healed, but the sigmoid is thick now."""
    table = e.imaging_pairs(SEGMENTS.assign(edema=0, fat_stranding=0, mural_ulcers=0))
    assert e.transmural_healing_mre(table).tolist() == [False, pd.NA, pd.NA]
    assert e.transmural_healing_mre.eligible(table).tolist() == [True, False, True]


@pytest.mark.parametrize(
    ("before", "after", "verdict", "eligible"),
    [
        # segments with wall in mm and simplified MaRIA
        ({"ileum": (2.9, 3)}, {"ileum": (2, 0)}, True, True),  # active, though thin
        ({"ileum": (6, 4), "rectum": (6, 4)}, {"ileum": (2, 0), "rectum": (None, None)},
         pd.NA, True),
        ({"ileum": (6, 4), "rectum": (2, 0)}, {"ileum": (2, 0)}, True, True),  # rectum was not
        ({"ileum": (6, 4), "rectum": (6, 4)}, {"ileum": (5, 1)}, False, True),
        ({"ileum": (6, 0)}, {"ileum": (2, 0)}, pd.NA, False),  # thick, but none active
        ({"ileum": (6, None)}, {"ileum": (2, 0)}, pd.NA, True),
        ({"ileum": (6, 4)}, {"ileum": (None, None)}, pd.NA, True),
    ],
)  # fmt: skip
def test_disease_is_defined_by_the_score_that_is_to_heal(before, after, verdict, eligible):
    rows = [
        {"patient_id": "P1", "visit": visit, "segment": segment, "wall_thickness_mm": wall,
         "maria_simplified": score}
        for visit, found in (("baseline", before), ("week12", after))
        for segment, (wall, score) in found.items()
    ]  # fmt: skip
    table = e.imaging_pairs(pd.DataFrame(rows))
    assert e.transmural_healing_maria_simplified(table).tolist() == [verdict]
    assert e.transmural_healing_maria_simplified.eligible(table).tolist() == [eligible]


@pytest.mark.parametrize(
    ("asked", "name", "verdicts"),
    [
        ({}, "cdai_remission_steroid_free", [True, False, True, True, None, False]),
        ({"days": 90}, "cdai_remission_steroid_free_90_days",
         [True, False, False, None, None, False]),
        ({"among": "on_steroid"}, "cdai_remission_steroid_free_of_those_on_steroid",
         [True, False, None, None, None, False]),
        ({"days": 90, "among": "on_steroid"},
         "cdai_remission_steroid_free_90_days_of_those_on_steroid",
         [True, False, None, None, None, False]),
    ],
)  # fmt: skip
def test_free_of_corticosteroids_in_each_reading(asked, name, verdicts):
    """P3: 89 days and not on it before; P4: neither known; P6: free of it but not in remission."""
    table = pairs(cdai=[100, 100, 100, 100, 100, 200], systemic_steroid=[0, 1, 0, 0, None, 0],
                  steroid_free_days=[90, 0, 89, None, 90, 90],
                  systemic_steroid_baseline=[1, 1, 0, None, 1, 1])  # fmt: skip
    free = e.cdai_remission.steroid_free(**asked)
    flags = free(table)
    assert flags.name == free.name == name
    assert flags.astype(object).where(flags.notna(), None).tolist() == verdicts


def test_each_reading_of_free_of_corticosteroids_says_what_it_asks():
    plain = e.cdai_remission.steroid_free()
    assert plain.title == "Clinical remission (CDAI), corticosteroid-free"
    assert plain.definition == "CDAI < 150; no systemic corticosteroid at that visit"
    free = e.fistula_response.steroid_free(days=90, among="on_steroid")
    assert "for 90 days (of those on it at baseline)" in free.title
    assert "in the 90 days before; without it at baseline not evaluable" in free.definition
    assert "PROVISIONAL" in free.__doc__
    assert {item.name for item in free.columns} >= {
        "systemic_steroid", "steroid_free_days", "systemic_steroid_baseline"
    }  # fmt: skip


@pytest.mark.parametrize("asked", [{"among": "some"}, {"days": -1}, {"days": 90.5}])
def test_a_reading_that_there_is_not_is_refused(asked):
    must = "days must be a whole number from 0, among 'all' or 'on_steroid'"
    with pytest.raises(ValueError, match=must):
        e.cdai_remission.steroid_free(**asked)


def test_free_of_corticosteroids_is_asked_for_once():
    with pytest.raises(ValueError, match="cdai_remission_steroid_free: is corticosteroid-free"):
        e.cdai_remission.steroid_free().steroid_free(days=90)


@pytest.mark.parametrize("known", [{}, {"systemic_steroid_baseline": [None, None]}])
def test_who_was_in_remission_at_baseline_is_not_eligible_on_corticosteroids_or_off(known):
    table = pairs(cdai=[100, 100], cdai_baseline=[140, 300], systemic_steroid=[0, 0],
                  steroid_free_days=[90, 90], **known)  # fmt: skip
    assert e.cdai_remission.steroid_free().eligible(table).tolist() == [False, True]
    assert e.cdai_remission.steroid_free(days=90).eligible(table).tolist() == [False, True]


def test_who_was_not_on_corticosteroids_is_not_eligible_to_come_off_them():
    table = pairs(cdai=[100] * 3, cdai_baseline=[300] * 3, systemic_steroid=[0] * 3,
                  systemic_steroid_baseline=[1, 0, None])  # fmt: skip
    free = e.cdai_remission.steroid_free(among="on_steroid")
    assert free.eligible(table).tolist() == [True, False, True]


def test_a_provisional_endpoint_says_so_wherever_it_is_shown():
    marked = [one for one in ENDPOINTS if one.provisional]
    assert {one.name for one in marked} == {
        "fistula_response", "fistula_remission",
        "histo_endoscopic_improvement", "histo_endoscopic_remission",
    }  # fmt: skip
    for one in marked:
        assert repr(one).endswith("; provisional>")
        assert all(f"PROVISIONAL: {one.provisional}." in text
                   for text in (one.__doc__, one._repr_html_()))  # fmt: skip


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda one: one.name)
def test_no_endpoint_reads_a_provisional_entry(endpoint):
    assert endpoint.reads
    assert not [name for name in endpoint.reads
                if name in ENTRIES and ENTRIES[name].provisional]  # fmt: skip


@pytest.mark.parametrize(
    ("endpoint", "names"),
    [
        (e.endoscopic_response, ("ses_cd",)),
        (e.ulcer_free, ("ses_cd",)),
        (e.cdeis_healing, ("cdeis",)),
        (e.crp_normal, ("crp_mg_l",)),
        (e.lichtiger_response, ("lichtiger",)),
        (e.fistula_response, ("draining_fistulas",)),
        (e.transmural_healing_maria, ("maria",)),
        (e.histo_endoscopic_remission, ("endoscopic_subscore", "geboes")),
        (e.cdai_remission.steroid_free(), ("cdai",)),
    ],
)
def test_an_endpoint_says_which_entries_it_reads(endpoint, names):
    assert endpoint.reads == names
