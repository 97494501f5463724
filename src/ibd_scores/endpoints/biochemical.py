"""Normal markers of inflammation, in either disease."""

import numpy as np

from ibd_scores.citations import CONVENTION, TURNER_2021
from ibd_scores.columns import Array
from ibd_scores.criteria import UNCENSORED, UNKNOWN, all_of, at_most, known_below
from ibd_scores.derive.findings import FEMALE
from ibd_scores.endpoint import endpoint


@endpoint("IBD", "C-reactive protein normal",
          "CRP < 5 mg/L (limit: another, such as the laboratory's upper limit of normal, which "
          "STRIDE-II names; inclusive=True: <=)", TURNER_2021)  # fmt: skip
def crp_normal(
    crp_mg_l: Array,
    crp_mg_l_censor: Array = UNCENSORED,
    *,
    limit: float = 5,
    inclusive: bool = False,
) -> Array:
    return known_below(crp_mg_l, crp_mg_l_censor, limit, inclusive)


@endpoint("IBD", "Fecal calprotectin below the cut",
          "fecal calprotectin < 250 ug/g (limit: 150, 100; inclusive=True: <=)",
          TURNER_2021)  # fmt: skip
def calprotectin_normal(
    calprotectin_ug_g: Array, calprotectin_ug_g_censor: Array = UNCENSORED,
    *, limit: float = 250, inclusive: bool = False,
) -> Array:  # fmt: skip
    return known_below(calprotectin_ug_g, calprotectin_ug_g_censor, limit, inclusive)


@endpoint("IBD", "Erythrocyte sedimentation rate normal",
          "ESR <= 15 mm/h in men and 20 in women, from 50 years of age 20 and 30; without age or "
          "sex not evaluable (limit=the laboratory's own: for all, whatever their age and sex)",
          CONVENTION)  # fmt: skip
def esr_normal(
    esr_mm_h: Array, age: Array = UNKNOWN, sex: Array = UNKNOWN, *, limit: float | None = None
) -> Array:
    of_age = np.where(sex == FEMALE, np.where(age < 50, 20, 30), np.where(age < 50, 15, 20))
    known = ~np.isnan(age + sex)
    return at_most(esr_mm_h, np.where(known, of_age, np.nan) if limit is None else limit)


@endpoint("IBD", "Biochemical remission", "CRP < 5 mg/L and fecal calprotectin < 250 ug/g",
          TURNER_2021)  # fmt: skip
def biochemical_remission(
    crp_mg_l: Array, calprotectin_ug_g: Array,
    crp_mg_l_censor: Array = UNCENSORED, calprotectin_ug_g_censor: Array = UNCENSORED,
    *, crp_limit: float = 5, calprotectin_limit: float = 250, inclusive: bool = False,
) -> Array:  # fmt: skip
    return all_of(
        known_below(crp_mg_l, crp_mg_l_censor, crp_limit, inclusive),
        known_below(calprotectin_ug_g, calprotectin_ug_g_censor, calprotectin_limit, inclusive),
    )
