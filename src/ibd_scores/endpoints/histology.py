"""Responses and remissions of ulcerative colitis under the microscope."""

from ibd_scores.citations import (
    CONVENTION,
    DANESE_2022,
    ECCO_P112,
    LI_2019,
    MAGRO_2020_ECCO,
    MARCHAL_2017,
    MOSLI_2017,
)
from ibd_scores.columns import Array
from ibd_scores.criteria import all_of, at_most, below
from ibd_scores.endpoint import endpoint
from ibd_scores.indices.histology import geboes as geboes_grading
from ibd_scores.indices.histology import geboes_simplified as simplified_grading

# A grade is read as its place among the grades.
PLACE = {grade: place for place, grade in enumerate(geboes_grading.grades)}
SIMPLIFIED_PLACE = {grade: place for place, grade in enumerate(simplified_grading.grades)}
UNCHECKED = "the Geboes cut has not been checked against the paper"


@endpoint("UC", "Histologic improvement (Geboes)",
          "Geboes score <= 3.1; neutrophils in the lamina propria (2B.1 to 2B.3) do not prevent it",
          LI_2019)  # fmt: skip
def geboes_improvement(geboes: Array) -> Array:
    return at_most(geboes, PLACE["3.1"])


@endpoint("UC", "Histologic remission (Geboes)", "Geboes score < 2B.1: no neutrophils", CONVENTION)
def geboes_remission(geboes: Array) -> Array:
    return below(geboes, PLACE["2B.1"])


@endpoint("UC", "Histologic remission (simplified Geboes)",
          "simplified Geboes score < 2B.1: not active", ECCO_P112)  # fmt: skip
def geboes_simplified_remission(geboes_simplified: Array) -> Array:
    return below(geboes_simplified, SIMPLIFIED_PLACE["2B.1"])


NANCY = f"{CONVENTION}; the index: {MARCHAL_2017}"
ROBARTS = f"{CONVENTION}; the index: {MOSLI_2017}"


@endpoint("UC", "Histologic remission (Nancy)", "Nancy index 0", NANCY)
def nancy_remission(nancy: Array) -> Array:
    return at_most(nancy, 0)


@endpoint("UC", "Histologic response (Nancy)",
          "Nancy index <= 1, which many papers call remission", NANCY)  # fmt: skip
def nancy_response(nancy: Array) -> Array:
    return at_most(nancy, 1)


@endpoint("UC", "Histologic remission (Robarts)",
          "Robarts index <= 3 (strict=True: < 3, the reading of VARSITY)", ROBARTS)  # fmt: skip
def robarts_remission(robarts: Array, *, strict: bool = False) -> Array:
    return below(robarts, 3) if strict else at_most(robarts, 3)


@endpoint("UC", "Histologic remission (Robarts, no neutrophils)",
          "Robarts index <= 3, no neutrophils in lamina propria and epithelium, no erosion or "
          "ulcer", MAGRO_2020_ECCO)  # fmt: skip
def robarts_remission_strict(
    robarts: Array, lamina_propria_neutrophils_rhi: Array, epithelial_neutrophils_rhi: Array,
    erosion_ulcer_rhi: Array,
) -> Array:  # fmt: skip
    findings = (lamina_propria_neutrophils_rhi, epithelial_neutrophils_rhi, erosion_ulcer_rhi)
    return all_of(at_most(robarts, 3), *(at_most(finding, 0) for finding in findings))


@endpoint("UC", "Histologic response (Robarts)", "Robarts index <= 9", ROBARTS)
def robarts_response(robarts: Array) -> Array:
    return at_most(robarts, 9)


@endpoint("UC", "Histologic-endoscopic improvement",
          "endoscopic subscore <= 1 without friability and Geboes score <= 3.1",
          DANESE_2022, provisional=UNCHECKED)  # fmt: skip
def histo_endoscopic_improvement(endoscopic_subscore_adapted: Array, geboes: Array) -> Array:
    return all_of(at_most(endoscopic_subscore_adapted, 1), at_most(geboes, PLACE["3.1"]))


@endpoint("UC", "Histologic-endoscopic remission",
          "endoscopic subscore 0 and Geboes score < 2.0: nothing beyond 1.3",
          DANESE_2022, provisional=UNCHECKED)  # fmt: skip
def histo_endoscopic_remission(endoscopic_subscore: Array, geboes: Array) -> Array:
    return all_of(at_most(endoscopic_subscore, 0), at_most(geboes, PLACE["1.3"]))
