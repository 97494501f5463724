"""Steps before the CDAI and the Harvey-Bradshaw Index."""

import numpy as np

from ibd_scores.citations import BEST_1976, HARVEY_1980, IG_IBD_KEYS
from ibd_scores.columns import Array
from ibd_scores.derive.findings import (
    ABSCESS,
    ANAL_ABSCESS,
    ANAL_FISSURE,
    ANAL_FISTULA,
    APHTHOUS_ULCERS,
    ARTHRALGIA,
    ERYTHEMA_NODOSUM,
    FEVER,
    HEIGHT,
    HEMATOCRIT,
    NEW_FISTULA,
    OTHER_FISTULA,
    PYODERMA_GANGRENOSUM,
    SEX,
    STANDARD_WEIGHT,
    UVEITIS,
    WEIGHT,
    any_present,
)
from ibd_scores.rule import derivation


# Female is 0, male 1: the arithmetic keeps missing missing.
def _by_sex(sex: Array, *, female: float, male: float) -> Array:
    return sex * male + (1 - sex) * female


@derivation(
    HEMATOCRIT,
    SEX,
    hematocrit_floor=(None, 0),
    title="47 (men) or 42 (women) minus the hematocrit in %; signed, as in 1976; "
    "hematocrit_floor=0 is the later trial worksheets' variant",
    citation=BEST_1976,
)
def hematocrit_deficit(
    hematocrit_percent: Array, sex: Array, *, hematocrit_floor: float | None = None
) -> Array:
    deficit = _by_sex(sex, female=42, male=47) - hematocrit_percent
    return deficit if hematocrit_floor is None else np.maximum(deficit, hematocrit_floor)


@derivation(
    WEIGHT,
    STANDARD_WEIGHT,
    weight_floor=(-10, 0, None),
    title="% below standard weight, not under -10; weight_floor=0 or None give what some "
    "calculators do, against the definition",
    citation=BEST_1976,
)
def weight_deficit(
    weight_kg: Array, standard_weight_kg: Array, *, weight_floor: float | None = -10
) -> Array:
    deficit = 100 * (1 - weight_kg / standard_weight_kg)
    return deficit if weight_floor is None else np.maximum(deficit, weight_floor)


@derivation(
    HEIGHT,
    SEX,
    name="standard_weight_kg",
    title="standard weight, kg: 22.1 (men) or 20.8 (women) x height in m squared; trials used "
    "the Metropolitan Life tables instead, whose values can be given as standard_weight_kg",
    citation=IG_IBD_KEYS,
)
def keys_standard_weight(height_m: Array, sex: Array) -> Array:
    return _by_sex(sex, female=20.8, male=22.1) * height_m**2


@derivation(
    ARTHRALGIA,
    UVEITIS,
    ERYTHEMA_NODOSUM,
    PYODERMA_GANGRENOSUM,
    APHTHOUS_ULCERS,
    ANAL_FISSURE,
    ANAL_FISTULA,
    ANAL_ABSCESS,
    OTHER_FISTULA,
    FEVER,
    name="complications",
    title="how many of the six groups are present: joints; eyes; skin or mouth; anal fissure, "
    "fistula or abscess; other fistula; fever. Two findings of one group "
    "count once, and one that is present decides for its group",
    citation=BEST_1976,
)
def cdai_complications(
    arthralgia: Array, uveitis: Array, erythema_nodosum: Array, pyoderma_gangrenosum: Array,
    aphthous_ulcers: Array, anal_fissure: Array, anal_fistula: Array, anal_abscess: Array,
    other_fistula: Array, fever: Array,
) -> Array:  # fmt: skip
    skin_or_mouth = any_present(erythema_nodosum, pyoderma_gangrenosum, aphthous_ulcers)
    anal = any_present(anal_fissure, anal_fistula, anal_abscess)
    return arthralgia + uveitis + skin_or_mouth + anal + other_fistula + fever


@derivation(
    ARTHRALGIA,
    UVEITIS,
    ERYTHEMA_NODOSUM,
    APHTHOUS_ULCERS,
    PYODERMA_GANGRENOSUM,
    ANAL_FISSURE,
    NEW_FISTULA,
    ABSCESS,
    name="complications_hbi",
    title="how many of the eight listed complications are present",
    citation=HARVEY_1980,
)
def hbi_complications(
    arthralgia: Array, uveitis: Array, erythema_nodosum: Array, aphthous_ulcers: Array,
    pyoderma_gangrenosum: Array, anal_fissure: Array, new_fistula: Array, abscess: Array,
) -> Array:  # fmt: skip
    return (
        arthralgia + uveitis + erythema_nodosum + aphthous_ulcers
        + pyoderma_gangrenosum + anal_fissure + new_fistula + abscess
    )  # fmt: skip
