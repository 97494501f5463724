import pytest

from ibd_scores import endpoints
from ibd_scores.study.plan import CD, PLANS, UC


def test_the_primary_endpoints_are_those_of_the_specification() -> None:
    assert (CD.primary, UC.primary) == ("endoscopic_response", "endoscopic_improvement")


@pytest.mark.parametrize("plan", PLANS.values(), ids=list(PLANS))
def test_a_plan_reports_endpoints_of_its_own_disease_once_each(plan) -> None:
    assert plan.primary in plan.names
    assert len(set(plan.names)) == len(plan.names)
    assert {one.disease for one in (*plan.endpoints, *plan.free_of_steroid)} == {plan.disease}
    assert all(getattr(endpoints, name).name == name for name in plan.names)


@pytest.mark.parametrize("plan", PLANS.values(), ids=list(PLANS))
def test_no_quantity_is_tested_in_two_families(plan) -> None:
    every = [*plan.confirmatory, *plan.exploratory, *plan.imaged]
    assert len(set(every)) == len(every)
    assert 1 <= len(plan.predictors) <= 2


def test_the_change_of_the_bowel_wall_is_in_the_plan() -> None:
    assert CD.imaged == ("thickest_wall_mm", "highest_maria", "highest_maria_simplified")
    assert UC.imaged == ()


def test_another_primary_endpoint_leaves_the_rest_as_it_was() -> None:
    other = CD.judged_by("ses_cd_remission")
    assert other.primary_endpoint is endpoints.ses_cd_remission
    assert (other.endpoints, other.confirmatory) == (CD.endpoints, CD.confirmatory)
    assert CD.primary == "endoscopic_response"


def test_an_endpoint_that_the_plan_has_not_is_refused_with_the_list() -> None:
    message = (
        "primary = 'mayo_remission' is no endpoint of the plan for CD; use one of .*ulcer_free"
    )
    with pytest.raises(ValueError, match=message):
        CD.judged_by("mayo_remission")
