"""Two endoscopies side by side."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores import cdeis
from ibd_scores.endpoints import (
    cdeis_healing,
    cdeis_remission,
    cdeis_response,
    cdeis_response_50,
    cdeis_ulcer_free,
    endoscopic_healing,
    endoscopic_remission_uexcel,
    endoscopic_response,
    pairs,
    ses_cd_remission,
    ulcer_free,
)
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES, ses_cd

NOT_REACHED = (np.nan,) * 4


def endoscopy(visit, **segments):
    one = {"patient_id": "P1", "visit": visit}
    for segment in SEGMENTS:
        values = segments.get(segment, (0, 0, 0, 0))
        for variable, value in zip(VARIABLES, values, strict=True):
            one[f"{variable}_{segment}"] = value
    return one


def pair(before, after):
    scores = pd.DataFrame([endoscopy("baseline", **before), endoscopy("week12", **after)])
    return pairs(scores).loc["P1"]


def surfaces(*values):
    return {
        segment: (min(value, 1), value, value, 0)
        for segment, value in zip(SEGMENTS, values, strict=True)
    }


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (surfaces(2, 1, 0, 0, 0), surfaces(0, 0, 0, 0, 0), True),  # UF-1
        (surfaces(2, 1, 0, 0, 0), surfaces(0, 1, 0, 0, 0), False),  # UF-2
        (surfaces(0, 0, 0, 0, 0), surfaces(0, 0, 0, 0, 0), None),  # UF-3
        (surfaces(2, 0, 0, 0, 0), surfaces(0, 0, 0, 0, 0) | {"ileum": NOT_REACHED}, None),  # UF-4
    ],
)
def test_ulcer_free_from_the_cells(before, after, verdict):
    found = pair(before, after)
    names = [item.name for item in ulcer_free.columns]
    assert ulcer_free(**found[names]) is verdict


def test_only_segments_explored_at_both_visits_are_compared():
    found = pair({"ileum": (2, 2, 2, 1), "rectum": (1, 1, 1, 0)},
                 {"ileum": NOT_REACHED, "rectum": (1, 1, 0, 0)})  # fmt: skip
    assert found["segments_matched"] == 4
    assert found["ses_cd_matched_baseline"] == 3
    assert found["ses_cd_matched"] == 2
    assert found["ulcerated_not_seen"] == 1


def test_response_is_not_evaluable_if_the_only_diseased_segment_was_not_reached():
    found = pair({"ileum": (2, 2, 2, 1)}, {"ileum": NOT_REACHED})
    names = [item.name for item in endoscopic_response.columns]
    assert endoscopic_response(**found[names]) is None


@pytest.mark.parametrize(
    ("before", "isolated"),
    [
        ({"ileum": (1, 1, 1, 1)}, 1),
        ({"ileum": (1, 1, 1, 1), "rectum": (0, 0, 1, 0)}, 0),
        ({"rectum": (1, 1, 1, 1)}, 0),
    ],
)
def test_isolated_ileal_disease_has_nothing_outside_the_ileum(before, isolated):
    assert pair(before, {})["isolated_ileal_baseline"] == isolated


def test_the_largest_subscore_and_the_largest_variable_total():
    found = pair({}, {"ileum": (1, 1, 1, 0), "rectum": (1, 1, 2, 0)})
    assert found["largest_subscore"] == 2
    assert found["largest_variable_total"] == 3


def test_a_missing_endoscopy_leaves_all_of_it_missing():
    scores = pd.DataFrame([endoscopy("baseline", ileum=(2, 2, 2, 1)),
                           endoscopy("week12") | {"patient_id": "P2"}])  # fmt: skip
    found = pairs(scores)
    assert found.index.tolist() == ["P1", "P2"]
    assert found[["ses_cd_matched", "segments_matched", "ulcerated_not_seen"]].isna().all(axis=None)
    assert np.isnan(found.loc["P1", "ulcerated_segments"])
    assert found.loc["P1", "ulcerated_segments_baseline"] == 1


def verdict(endpoint, found):
    return endpoint(**found[[item.name for item in endpoint.columns if item.name in found]])


def test_an_ulcer_without_a_surface_is_an_ulcer():
    """A contradiction, yet aphthae that were seen: no healing, though no ulcerated surface."""
    found = pair({"ileum": (3, 3, 3, 0)}, {"ileum": (1, 0, 1, 0)})
    assert found["segments_with_any_ulcer"] == 1
    assert found["segments_with_any_ulcer_baseline"] == 1
    assert found["ulcerated_segments"] == 0
    found = pd.concat([found, pd.Series({"ses_cd": 2.0})])
    assert verdict(endoscopic_healing, found) is False
    assert verdict(ulcer_free, found) is True


def test_remission_is_not_evaluable_if_the_only_diseased_segment_was_not_reached():
    found = pair({"ileum": (3, 3, 3, 0)}, {"ileum": NOT_REACHED})
    assert (
        verdict(endoscopic_remission_uexcel, pd.concat([found, pd.Series({"ses_cd": 0.0})])) is None
    )


CDEIS_VARIABLES = (
    "deep_ulceration", "superficial_ulceration", "surface_involved_cm", "surface_ulcerated_cm",
)  # fmt: skip


def cdeis_endoscopy(visit, ulcerated_stenosis=0, **segments):
    one = {"patient_id": "P1", "visit": visit, "ulcerated_stenosis": ulcerated_stenosis,
           "non_ulcerated_stenosis": 0}  # fmt: skip
    for segment in SEGMENTS:
        values = segments.get(segment, (0, 0, 0, 0))
        one |= {f"{variable}_{segment}": value
                for variable, value in zip(CDEIS_VARIABLES, values, strict=True)}  # fmt: skip
    return one


def cdeis_pair(before, after):
    scores = pd.DataFrame([cdeis_endoscopy("baseline", **before),
                           cdeis_endoscopy("week12", **after)])  # fmt: skip
    scores["cdeis"] = cdeis(scores)
    return pairs(scores).loc["P1"]


def test_the_cdeis_of_the_segments_explored_at_both_visits():
    """Ileum 30, rectum 9: (30 + 9)/5 at baseline; without the ileum 9/4, then 1/4."""
    found = cdeis_pair({"ileum": (1, 1, 7, 5), "rectum": (0, 1, 2, 1)},
                       {"ileum": NOT_REACHED, "rectum": (0, 0, 1, 0)})  # fmt: skip
    assert found["cdeis_baseline"] == 7.8
    assert found["cdeis_matched_baseline"] == 2.25
    assert found["cdeis_matched"] == found["cdeis"] == 0.25
    assert found["cdeis_diseased_not_seen"] == 1
    assert found["cdeis_ulcerated_segments_baseline"] == 2
    assert found["cdeis_ulcerated_segments"] == 0
    for endpoint in (cdeis_remission, cdeis_response, cdeis_response_50, cdeis_ulcer_free,
                     cdeis_healing):  # fmt: skip
        assert verdict(endpoint, found) is None


@pytest.mark.parametrize(
    ("finding", "count"),
    [((1, 0, 0, 0), 1), ((0, 1, 0, 0), 1), ((0, 0, 0, 0.5), 1), ((0, 0, 5, 0), 0)],
)
def test_what_is_an_ulcer_in_the_cdeis_and_what_is_a_disease(finding, count):
    found = cdeis_pair({"ileum": finding}, {"ileum": NOT_REACHED})
    assert found["cdeis_ulcerated_segments_baseline"] == count
    assert found["cdeis_diseased_not_seen"] == 1


@pytest.mark.parametrize(
    ("findings", "count"),
    [({}, 1), ({"ileum": (0, 1, 1, 1)}, 1), ({"ileum": (0, 1, 1, 1), "rectum": (1, 0, 1, 1)}, 2)],
)
def test_an_ulcerated_stenosis_is_an_ulcer_wherever_it_is(findings, count):
    found = cdeis_pair({}, findings | {"ulcerated_stenosis": 1})
    assert found["cdeis_ulcerated_segments"] == count
    assert found["cdeis_ulcerated_segments_baseline"] == 0


def test_a_missing_endoscopy_leaves_all_of_the_cdeis_missing():
    found = pairs(pd.DataFrame([cdeis_endoscopy("baseline", ileum=(1, 0, 1, 1)),
                                cdeis_endoscopy("week12") | {"patient_id": "P2"}]))  # fmt: skip
    assert found.loc["P1", "cdeis_ulcerated_segments_baseline"] == 1
    assert found.loc["P1", ["cdeis_ulcerated_segments", "cdeis_diseased_not_seen"]].isna().all()
    assert found.loc["P2", "cdeis_ulcerated_segments"] == 0
    assert found[["cdeis_matched", "cdeis_matched_baseline"]].isna().all(axis=None)


def test_both_scores_can_stand_in_one_table():
    both = [endoscopy(visit, ileum=(1, 1, 1, 0)) | cdeis_endoscopy(visit, ileum=(0, 1, 2, 1))
            for visit in ("baseline", "week12")]  # fmt: skip
    found = pairs(pd.DataFrame(both)).loc["P1"]
    assert found["ses_cd_matched"] == 3
    assert found["cdeis_matched"] == 1.8
    assert {f"{item.name}_baseline" for item in (*ses_cd.items, *cdeis.items)} <= set(found.index)


@pytest.mark.parametrize(("ileum", "met"), [(0.0, True), (None, pd.NA)])
def test_without_a_baseline_nobody_knows_what_an_incomplete_endoscopy_missed(ileum, met):
    cells = {item.name: ileum if item.segment == "ileum" else 0.0 for item in ses_cd.items}
    week12 = {"patient_id": "P1", "visit": "week12"} | cells
    other = {"patient_id": "P2", "visit": "baseline"} | dict.fromkeys(cells, 0.0)
    visits = pd.DataFrame([week12, other])
    flags = ses_cd_remission(pairs(visits.assign(ses_cd=ses_cd(visits))))
    assert flags["P1"] is met or flags["P1"] == met
