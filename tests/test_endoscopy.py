"""What no row of a worked example can say of the endoscopic scores."""

import pytest

from ibd_scores.indices.endoscopy import SEGMENTS, cdeis, rutgeerts, rutgeerts_modified, ses_cd

ILEUM_ALONE = {item.name: None for item in cdeis.items} | {
    "deep_ulceration_ileum": 1, "superficial_ulceration_ileum": 1, "surface_involved_cm_ileum": 8,
    "surface_ulcerated_cm_ileum": 5, "ulcerated_stenosis": 1, "non_ulcerated_stenosis": 0,
}  # fmt: skip


def test_the_segments_of_a_cdeis_are_those_in_which_something_is_recorded():
    assert cdeis.explored(ILEUM_ALONE) == {name: name == "ileum" for name in SEGMENTS}


@pytest.mark.parametrize("reading", [15, 80])
def test_a_surface_in_mm_or_percent_is_refused_with_a_hint(reading):
    with pytest.raises(ValueError, match="looks like mm or %: divide by 10"):
        cdeis(ILEUM_ALONE | {"surface_involved_cm_ileum": reading})


def test_a_size_in_place_of_a_category_is_refused_with_a_hint():
    cells = {item.name: 0 for item in ses_cd.items}
    with pytest.raises(ValueError, match=r"affected_surface_rectum = 40 .*give the category"):
        ses_cd(cells | {"affected_surface_rectum": 40})


def test_the_original_rutgeerts_score_does_not_divide_i2():
    with pytest.raises(TypeError, match="unknown fewest_for_i2b"):
        rutgeerts({item.name: 0 for item in rutgeerts.items}, fewest_for_i2b=5)


@pytest.mark.parametrize("modified", rutgeerts_modified.grades)
def test_the_original_grade_is_the_modified_one_without_its_letter(modified):
    findings = {item.name: 0 for item in rutgeerts.items} | {"ileocolonic_resection": 1}
    seen = {"i1": {"aphthous_lesions": 3}, "i2a": {"anastomotic_lesions": 1},
            "i2b": {"skip_lesions": 1}, "i3": {"diffuse_aphthous_ileitis": 1},
            "i4": {"diffuse_large_ulcers": 1}}  # fmt: skip
    one = findings | seen.get(modified, {})
    assert rutgeerts_modified(one) == modified
    assert rutgeerts(one) == modified[:2]
