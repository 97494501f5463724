"""What trials ask at baseline: states of the baseline visit, not changes."""

import numpy as np

from ibd_scores.citations import CONVENTION, LOFTUS_2023
from ibd_scores.columns import Array
from ibd_scores.criteria import UNKNOWN, all_of, any_of, at_least, at_most, holds
from ibd_scores.endpoint import endpoint


@endpoint("CD", "Trial entry (CDAI)", "CDAI 220 to 450 at baseline, both included", CONVENTION)
def cdai_trial_entry(cdai_baseline: Array) -> Array:
    return all_of(at_least(cdai_baseline, 220), at_most(cdai_baseline, 450))


@endpoint("CD", "Trial entry (SF/APS)",
          "liquid stools >= 4 a day or abdominal pain >= 2 at baseline, or both",
          LOFTUS_2023)  # fmt: skip
def sf_aps_trial_entry(
    liquid_stools_mean_baseline: Array, abdominal_pain_mean_baseline: Array
) -> Array:
    return any_of(at_least(liquid_stools_mean_baseline, 4),
                  at_least(abdominal_pain_mean_baseline, 2))  # fmt: skip


@endpoint("CD", "Trial entry (SES-CD)",
          "SES-CD without narrowing >= 6 at baseline, or >= 4 in isolated ileal disease; 4 and 5 "
          "not evaluable where the site is not known", LOFTUS_2023)  # fmt: skip
def ses_cd_trial_entry(
    ses_cd_without_narrowing_baseline: Array, isolated_ileal_baseline: Array = UNKNOWN
) -> Array:
    anywhere = at_least(ses_cd_without_narrowing_baseline, 6)
    in_ileum = at_least(ses_cd_without_narrowing_baseline, 4)
    return np.where(
        holds(anywhere) == holds(in_ileum), anywhere, at_least(isolated_ileal_baseline, 1)
    )


@endpoint("UC", "Trial entry (adapted Mayo)",
          "adapted Mayo score 5 to 9 and endoscopic subscore 2 or 3 at baseline",
          CONVENTION)  # fmt: skip
def adapted_mayo_trial_entry(
    mayo_adapted_baseline: Array, endoscopic_subscore_adapted_baseline: Array
) -> Array:
    return all_of(at_least(mayo_adapted_baseline, 5),
                  at_least(endoscopic_subscore_adapted_baseline, 2))  # fmt: skip
