"""Two imaging examinations of the bowel wall, brought to one row for each patient."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores.imaging_pairing import imaging_pairs

MISSING = None


def segments(visit, patient="P1", **findings):
    """Rows of one visit: for each segment its findings."""
    return [
        {"patient_id": patient, "visit": visit, "segment": segment} | found
        for segment, found in findings.items()
    ]


def walls(visit, patient="P1", **millimeters):
    found = {name: {"wall_thickness_mm": value} for name, value in millimeters.items()}
    return segments(visit, patient, **found)


def pair(*visits):
    return imaging_pairs(pd.DataFrame([row for visit in visits for row in visit])).loc["P1"]


def ultrasound(*answers, finding="doppler_flow"):
    """Diseased segments with a thin wall at follow-up and these answers to one question."""
    names = [f"segment {place}" for place in range(len(answers))]
    after = {
        name: {"wall_thickness_mm": 2, finding: answer}
        for name, answer in zip(names, answers, strict=True)
    }
    return pair(walls("baseline", **dict.fromkeys(names, 5)), segments("week12", **after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # before and after: mm by segment; expected: diseased, not imaged, thickest now and before
        ({"ileum": 6, "sigmoid": 4}, {"ileum": 3, "sigmoid": 2}, (2, 0, 3, 6)),
        ({"ileum": 6, "sigmoid": 2}, {"ileum": 3, "sigmoid": 9}, (1, 0, 3, 6)),
        ({"ileum": 6, "sigmoid": 3}, {"ileum": 3, "sigmoid": 9}, (1, 0, 3, 6)),
        ({"ileum": 6, "sigmoid": 3.1}, {"ileum": 3, "sigmoid": 9}, (2, 0, 9, 6)),
        ({"ileum": 6, "sigmoid": 4}, {"sigmoid": 2}, (2, 1, 2, 6)),
        ({"ileum": 6, "sigmoid": 4}, {"ileum": MISSING, "sigmoid": 2}, (2, 1, 2, 6)),
        ({"ileum": 6, "sigmoid": MISSING}, {"ileum": 4, "sigmoid": 8}, (1, 0, 4, 6)),
        ({"ileum": 6}, {"ileum": 4, "sigmoid": 8}, (1, 0, 4, 6)),
        ({"ileum": 6}, {"sigmoid": 2}, (1, 1, MISSING, 6)),
        ({"ileum": 3, "sigmoid": 2}, {"ileum": 3, "sigmoid": 2}, (0, 0, MISSING, MISSING)),
        ({"ileum": 6}, {"ileum": MISSING}, (1, MISSING, MISSING, 6)),
        ({"ileum": 6}, {}, (1, MISSING, MISSING, 6)),
        ({"ileum": MISSING}, {"ileum": 4}, (MISSING,) * 4),
        ({}, {"ileum": 4}, (MISSING,) * 4),
    ],
)
def test_the_wall_is_followed_over_the_segments_diseased_at_baseline(before, after, expected):
    found = pair(walls("baseline", **before), walls("week12", **after))
    names = [
        "diseased_segments_baseline",
        "diseased_not_imaged",
        "thickest_wall_mm",
        "thickest_wall_mm_baseline",
    ]
    numbers = [np.nan if number is None else number for number in expected]
    np.testing.assert_array_equal(found[names].to_numpy(float), numbers)


@pytest.mark.parametrize(
    "finding", ["doppler_flow", "inflammatory_fat", "edema", "fat_stranding", "mural_ulcers"]
)
@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((0, 0), 0),
        ((0, 1), 1),
        ((1, 1), 1),
        ((1, MISSING), 1),  # one that is there decides
        ((0, MISSING), np.nan),
        ((MISSING, MISSING), np.nan),
    ],
)
def test_a_finding_in_any_diseased_segment(finding, answers, expected):
    found = ultrasound(*answers, finding=finding)
    np.testing.assert_equal(found[f"any_{finding}"], expected)


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ((1, 1), 1),
        ((1, 0), 0),
        ((0, MISSING), 0),  # one whose layers are lost decides
        ((1, MISSING), np.nan),
        ((MISSING, MISSING), np.nan),
    ],
)
def test_all_diseased_segments_are_stratified(answers, expected):
    found = ultrasound(*answers, finding="stratification")
    np.testing.assert_equal(found["all_stratified"], expected)


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ({"wall_thickness_mm": 2, "doppler_flow": 1}, 0),  # not diseased at baseline
        ({"wall_thickness_mm": 2, "doppler_flow": MISSING}, 0),
    ],
)
def test_findings_of_segments_not_diseased_at_baseline_are_not_read(segment, expected):
    found = pair(
        walls("baseline", ileum=6, rectum=2),
        segments("week12", ileum={"wall_thickness_mm": 2, "doppler_flow": 0}, rectum=segment),
    )
    assert found["any_doppler_flow"] == expected


def test_findings_of_a_diseased_segment_not_imaged_are_counted_as_not_imaged_alone():
    found = pair(
        walls("baseline", ileum=6, rectum=5),
        segments("week12", rectum={"wall_thickness_mm": 2, "doppler_flow": 0}),
    )
    assert found["any_doppler_flow"] == 0
    assert found["diseased_not_imaged"] == 1


@pytest.mark.parametrize("score", ["maria", "maria_simplified"])
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ((2, 1, 5), 5),  # the third segment was healthy at baseline
        ((2, 1, 0), 2),
        ((2, 1, MISSING), np.nan),
        ((MISSING, MISSING, MISSING), np.nan),
    ],
)
def test_the_highest_score_of_all_segments_imaged_at_follow_up(score, after, expected):
    names = ("ileum", "sigmoid", "rectum")
    scores = {
        name: {"wall_thickness_mm": 2, score: number}
        for name, number in zip(names, after, strict=True)
    }
    found = pair(walls("baseline", ileum=6, sigmoid=4, rectum=2), segments("week12", **scores))
    np.testing.assert_equal(found[f"highest_{score}"], expected)


@pytest.mark.parametrize(("score", "active", "inactive"), [("maria", 7, 6.9),
                                                           ("maria_simplified", 1, 0)])  # fmt: skip
@pytest.mark.parametrize(
    ("again", "lost"),
    [
        (("ileum", "sigmoid", "rectum"), 0),
        (("ileum", "sigmoid"), 0),  # the rectum was not active
        (("ileum", "rectum"), 1),
        (("rectum",), 2),
        ((), np.nan),
    ],
)
def test_the_segments_active_by_a_score_are_looked_for_again(score, active, inactive, again, lost):
    before = {"ileum": {score: active}, "sigmoid": {score: active}, "rectum": {score: inactive}}
    after = {segment: {score: 0} for segment in again}
    found = pair(segments("baseline", **before), segments("week12", **after))
    assert found[f"highest_{score}_baseline"] == active
    np.testing.assert_equal(found[f"{score}_active_not_imaged"], lost)


@pytest.mark.parametrize("finding", ["edema", "fat_stranding", "mural_ulcers"])
@pytest.mark.parametrize(
    ("elsewhere", "wall", "expected"),
    [
        # what the rectum, healthy at baseline, shows at follow-up
        ({"wall_thickness_mm": 4, "finding": 1}, 4, 1),
        ({"wall_thickness_mm": 1, "finding": 0}, 2, 0),
        ({"wall_thickness_mm": 4, "finding": MISSING}, 4, np.nan),
        ({"wall_thickness_mm": MISSING, "finding": 1}, np.nan, 1),
        ({"wall_thickness_mm": MISSING, "finding": MISSING}, 2, 0),  # not imaged
    ],
)
def test_every_segment_examined_is_read_where_all_must_be_well(finding, elsewhere, wall, expected):
    rectum = {finding if name == "finding" else name: value for name, value in elsewhere.items()}
    found = pair(
        walls("baseline", ileum=6, rectum=2),
        segments("week12", ileum={"wall_thickness_mm": 2, finding: 0}, rectum=rectum),
    )
    np.testing.assert_equal(found["thickest_wall_mm_everywhere"], wall)
    np.testing.assert_equal(found[f"any_{finding}_everywhere"], expected)
    assert found["thickest_wall_mm"] == 2
    assert found[f"any_{finding}"] == 0


def test_a_segment_without_any_finding_was_not_imaged():
    nothing = {"wall_thickness_mm": MISSING, "maria": MISSING}
    found = pair(
        walls("baseline", ileum=6, rectum=2),
        segments("week12", ileum={"wall_thickness_mm": 2, "maria": 5.5}, rectum=nothing),
    )
    assert found["highest_maria"] == 5.5


def test_columns_that_are_absent_are_left_out():
    scored = segments("baseline", ileum={"maria": 12}) + segments("week12", ileum={"maria": 6})
    found = imaging_pairs(pd.DataFrame(scored))
    assert found.loc["P1"].to_dict() == {
        "highest_maria": 6, "highest_maria_baseline": 12, "maria_active_not_imaged": 0,
    }  # fmt: skip


def test_every_patient_of_the_two_visits_has_one_row():
    table = pd.DataFrame(
        walls("week12", patient="P3", ileum=2)
        + walls("baseline", patient="P1", ileum=5, rectum=4)
        + walls("week12", patient="P1", ileum=2, rectum=1)
        + walls("baseline", patient="P2", ileum=5)
        + walls("week52", patient="P4", ileum=5),
    )
    found = imaging_pairs(table)
    assert found.index.tolist() == ["P1", "P2", "P3"]
    assert found.index.name == "patient_id"
    assert (found.dtypes == "float64").all()
    pd.testing.assert_frame_equal(imaging_pairs(table[::-1]), found)
    nullable = imaging_pairs(table.convert_dtypes())
    pd.testing.assert_frame_equal(nullable, found, check_index_type=False)
    assert imaging_pairs(table[:0]).empty


def test_visits_of_other_names_can_be_compared():
    table = pd.DataFrame(walls("v0", ileum=5) + walls("v9", ileum=2) + walls("v1", ileum=4))
    found = imaging_pairs(table, baseline="v0", followup="v9")
    assert found.loc["P1", "thickest_wall_mm"] == 2


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"patient_id": "P1", "wall_thickness_mm": 5}],
         r"^imaging_pairs: no column visit, segment; columns: patient_id, wall_thickness_mm"),
        (walls("baseline", ileum=5) + walls("week 12", ileum=5),
         "^imaging_pairs: no visit is named 'week12'; visits: baseline, week 12"),
        (walls("baseline", ileum=5) + walls("week12", ileum=5) + walls("week12", ileum=4),
         "^imaging_pairs: 1 segments stand twice, the first is ileum, week12 of P1; keep one"),
        (segments("baseline", ileum={"milan": 5}),
         "^imaging_pairs: no finding of the wall; known: wall_thickness_mm, doppler_flow"),
        (segments("baseline", ileum={"doppler_flow": 2}),
         r"doppler_flow = 2 in row 0, patient_id P1, .* \(permitted: 0 or 1\)"),
        (walls("baseline", ileum=45), "wall_thickness_mm = 45 in row 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused(rows, message):
    with pytest.raises(ValueError, match=message):
        imaging_pairs(pd.DataFrame(rows))


def test_a_row_whose_visit_is_not_known_is_read_with_neither_visit():
    rows = [*walls("baseline", ileum=6), *walls("week12", ileum=2), *walls(None, sigmoid=9)]
    one = imaging_pairs(pd.DataFrame(rows), "baseline", "week12").loc["P1"]
    assert one[["diseased_segments_baseline", "thickest_wall_mm_everywhere"]].tolist() == [1, 2]
