"""The Robarts levels from Geboes grades, and how the histology and IBDQ entries hang together."""

import math

import pytest

from ibd_scores.derive import histology as derive
from ibd_scores.indices import quality_of_life
from ibd_scores.indices.histology import geboes, geboes_continuous, geboes_simplified, robarts

# Mosli 2017: level = grade, except that 5.1 and 5.2 share level 1.
LEVELS = [
    (derive.rhi_chronic_infiltrate, "1.0", 0),
    (derive.rhi_chronic_infiltrate, "1.1", 1),
    (derive.rhi_chronic_infiltrate, "1.2", 2),
    (derive.rhi_chronic_infiltrate, "1.3", 3),
    (derive.rhi_lamina_propria_neutrophils, "2B.0", 0),
    (derive.rhi_lamina_propria_neutrophils, "2B.1", 1),
    (derive.rhi_lamina_propria_neutrophils, "2B.2", 2),
    (derive.rhi_lamina_propria_neutrophils, "2B.3", 3),
    (derive.rhi_epithelial_neutrophils, "3.0", 0),
    (derive.rhi_epithelial_neutrophils, "3.1", 1),
    (derive.rhi_epithelial_neutrophils, "3.2", 2),
    (derive.rhi_epithelial_neutrophils, "3.3", 3),
    (derive.rhi_erosion_ulcer, "5.0", 0),
    (derive.rhi_erosion_ulcer, "5.1", 1),
    (derive.rhi_erosion_ulcer, "5.2", 1),
    (derive.rhi_erosion_ulcer, "5.3", 2),
    (derive.rhi_erosion_ulcer, "5.4", 3),
]
STEPS = tuple(dict.fromkeys(step for step, _, _ in LEVELS))


@pytest.mark.parametrize(("step", "grade", "level"), LEVELS)
def test_a_geboes_grade_has_a_robarts_level(step, grade, level):
    (column,) = step.columns
    assert step(**{column.name: grade}) == level


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_a_missing_grade_has_no_level(step):
    (column,) = step.columns
    assert math.isnan(step(**{column.name: None}))


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_grade_of_the_form_is_typed_above(step):
    (column,) = step.columns
    assert column.values == tuple(grade for typed, grade, _ in LEVELS if typed is step)


# Worked examples RHI-1 to RHI-3 and the maximum, from four Geboes grades.
@pytest.mark.parametrize(
    ("chronic", "neutrophils", "epithelial", "erosion", "score"),
    [
        ("1.2", "2B.1", "3.1", "5.2", 12),
        ("1.0", "2B.0", "3.1", "5.0", 3),
        ("1.3", "2B.0", "3.0", "5.0", 3),
        ("1.3", "2B.3", "3.3", "5.4", 33),
    ],
)
def test_robarts_is_made_from_a_geboes_form(chronic, neutrophils, epithelial, erosion, score):
    assert score == robarts(
        geboes_chronic_infiltrate=chronic,
        geboes_neutrophils=neutrophils,
        geboes_epithelial_neutrophils=epithelial,
        geboes_erosion_ulcer=erosion,
    )


def all_0_but(form, changed, grade):
    return {item.name: grade if item is changed else item.values[0] for item in form}


@pytest.mark.parametrize("entry", [geboes, geboes_simplified], ids=lambda entry: entry.name)
def test_a_grade_alone_is_the_overall_grade(entry):
    for item in entry.items:
        for grade in item.values[1:]:
            assert entry(all_0_but(entry.items, item, grade)) == grade


def test_the_continuous_score_is_the_place_of_the_geboes_grade():
    for item in geboes.items:
        for grade in item.values:
            form = all_0_but(geboes.items, item, grade)
            assert geboes_continuous(form) == geboes.grades.index(geboes(form))


def test_grades_read_as_numbers_are_refused_with_what_to_do():
    form = all_0_but(geboes.items, None, "") | {"geboes_erosion_ulcer": 5.4}
    with pytest.raises(ValueError, match=r"geboes_erosion_ulcer = 5\.4 .* column as strings"):
        geboes(form)


def test_the_domains_share_out_the_thirty_two_items():
    numbers = [number for domain in quality_of_life.DOMAINS.values() for number in domain]
    assert sorted(numbers) == list(range(1, 33))
    sizes = {name: len(domain) for name, domain in quality_of_life.DOMAINS.items()}
    assert sizes == {"bowel": 10, "systemic": 5, "emotional": 12, "social": 5}


def test_the_domains_add_up_to_the_questionnaire():
    answers = {f"ibdq_{number}": number % 7 + 1 for number in range(1, 33)}
    domains = [getattr(quality_of_life, f"ibdq_{name}") for name in quality_of_life.DOMAINS]
    own = [{item.name: answers[item.name] for item in domain.items} for domain in domains]
    summed = sum(domain(given) for domain, given in zip(domains, own, strict=True))
    assert summed == quality_of_life.ibdq(answers)
