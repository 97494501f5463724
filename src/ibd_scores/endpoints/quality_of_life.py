"""Responses and remissions of health-related quality of life: higher is better."""

from ibd_scores.citations import CONVENTION, HIGGINS_2005, HLAVATY_2006
from ibd_scores.columns import Array
from ibd_scores.criteria import at_least
from ibd_scores.endpoint import endpoint

VARIANTS = f"{CONVENTION}; variants: CD {HLAVATY_2006}; UC {HIGGINS_2005}"


@endpoint("IBD", "Remission (IBDQ)",
          "IBDQ >= 170 (cut: 168 in CD, 206 in UC, derived from data)", VARIANTS)  # fmt: skip
def ibdq_remission(ibdq: Array, *, cut: float = 170) -> Array:
    return at_least(ibdq, cut)


@endpoint("IBD", "Response (IBDQ)",
          "IBDQ up by at least 16 (points: in CD 22 for a CDAI down by 70, 27 for 100; in UC 21)",
          VARIANTS)  # fmt: skip
def ibdq_response(ibdq: Array, ibdq_baseline: Array, *, points: float = 16) -> Array:
    return at_least(ibdq - ibdq_baseline, points)


@endpoint("IBD", "Remission (short IBDQ)", "short IBDQ >= 50", CONVENTION)
def sibdq_remission(sibdq: Array) -> Array:
    return at_least(sibdq, 50)


@endpoint("IBD", "Response (short IBDQ)", "short IBDQ up by at least 9", CONVENTION)
def sibdq_response(sibdq: Array, sibdq_baseline: Array) -> Array:
    return at_least(sibdq - sibdq_baseline, 9)
