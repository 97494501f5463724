"""Perianal fistulas that no longer drain on gentle finger compression."""

import numpy as np

from ibd_scores.citations import PANES_2016, PRESENT_1999
from ibd_scores.columns import Array
from ibd_scores.criteria import all_of, at_most, below, fell_by_percent, holds
from ibd_scores.endpoint import endpoint

NONE_DRAINED = "not evaluable if none drained at baseline"
TWICE = f"at this visit and the one before, at least 4 weeks apart; {NONE_DRAINED}"
UNCHECKED = "the rule of two consecutive visits has not been checked against the paper"


@endpoint("CD", "Fistula response at a single visit",
          f"draining fistulas down by at least 50 %; {NONE_DRAINED}",
          PRESENT_1999)  # fmt: skip
def fistula_response_single_visit(
    draining_fistulas: Array, draining_fistulas_baseline: Array
) -> Array:
    return fell_by_percent(draining_fistulas, draining_fistulas_baseline, 50)


@endpoint("CD", "Fistula remission at a single visit", f"no draining fistula; {NONE_DRAINED}",
          PRESENT_1999)  # fmt: skip
def fistula_remission_single_visit(
    draining_fistulas: Array, draining_fistulas_baseline: Array
) -> Array:
    return np.where(draining_fistulas_baseline == 0, np.nan, at_most(draining_fistulas, 0))


def _twice(now: Array, before: Array, weeks_between: Array) -> Array:
    too_soon = holds(below(weeks_between, 4))
    return np.where(too_soon, np.nan, all_of(now, before))


@endpoint("CD", "Fistula response", f"draining fistulas down by at least 50 % {TWICE}",
          PRESENT_1999, provisional=UNCHECKED)  # fmt: skip
def fistula_response(
    draining_fistulas: Array, draining_fistulas_previous: Array,
    weeks_since_previous: Array, draining_fistulas_baseline: Array,
) -> Array:  # fmt: skip
    return _twice(
        fistula_response_single_visit.rule(draining_fistulas, draining_fistulas_baseline),
        fistula_response_single_visit.rule(draining_fistulas_previous, draining_fistulas_baseline),
        weeks_since_previous,
    )


@endpoint("CD", "Fistula remission", f"no draining fistula {TWICE}",
          PRESENT_1999, provisional=UNCHECKED)  # fmt: skip
def fistula_remission(
    draining_fistulas: Array, draining_fistulas_previous: Array,
    weeks_since_previous: Array, draining_fistulas_baseline: Array,
) -> Array:  # fmt: skip
    return _twice(
        fistula_remission_single_visit.rule(draining_fistulas, draining_fistulas_baseline),
        fistula_remission_single_visit.rule(draining_fistulas_previous, draining_fistulas_baseline),
        weeks_since_previous,
    )


@endpoint("CD", "Combined remission of fistulas",
          f"no draining fistula and no collection above 2 cm on MRI; {NONE_DRAINED}",
          PANES_2016)  # fmt: skip
def fistula_combined_remission(
    draining_fistulas: Array, draining_fistulas_baseline: Array, largest_collection_cm: Array
) -> Array:
    return all_of(
        fistula_remission_single_visit.rule(draining_fistulas, draining_fistulas_baseline),
        at_most(largest_collection_cm, 2),
    )
