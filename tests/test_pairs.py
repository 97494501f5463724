"""Two endoscopies side by side."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores.endpoints import endoscopic_response, pairs, ulcer_free
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES

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
