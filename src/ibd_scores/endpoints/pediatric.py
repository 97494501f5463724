"""Responses and remissions of children."""

from ibd_scores.citations import CONVENTION, HYAMS_1991, HYAMS_2005, TURNER_2007, TURNER_2012
from ibd_scores.columns import Array
from ibd_scores.criteria import at_least, below
from ibd_scores.endpoint import endpoint


@endpoint("UC", "Clinical remission (PUCAI)", "PUCAI < 10", TURNER_2007)
def pucai_remission(pucai: Array) -> Array:
    return below(pucai, 10)


@endpoint("UC", "Clinical response (PUCAI)", "PUCAI down by at least 20",
          f"{CONVENTION}; the index: {TURNER_2007}")  # fmt: skip
def pucai_response(pucai: Array, pucai_baseline: Array) -> Array:
    return at_least(pucai_baseline - pucai, 20)


@endpoint("CD", "Clinical remission (PCDAI)", "PCDAI < 10", HYAMS_2005)
def pcdai_remission(pcdai: Array) -> Array:
    return below(pcdai, 10)


@endpoint("CD", "Clinical response (PCDAI)", "PCDAI down by at least 12.5",
          f"{CONVENTION}; the index: {HYAMS_1991}")  # fmt: skip
def pcdai_response(pcdai: Array, pcdai_baseline: Array) -> Array:
    return at_least(pcdai_baseline - pcdai, 12.5)


@endpoint("CD", "Clinical remission (weighted PCDAI)", "wPCDAI < 12.5", TURNER_2012)
def wpcdai_remission(wpcdai: Array) -> Array:
    return below(wpcdai, 12.5)


@endpoint("CD", "Clinical response (weighted PCDAI)",
          "wPCDAI down by at least 17.5, a small to moderate improvement (points=37.5: moderate to "
          "large)", f"{CONVENTION}; the index: {TURNER_2012}")  # fmt: skip
def wpcdai_response(wpcdai: Array, wpcdai_baseline: Array, *, points: float = 17.5) -> Array:
    return at_least(wpcdai_baseline - wpcdai, points)
