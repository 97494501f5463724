"""Responses and remissions of ulcerative colitis."""

from ibd_scores.citations import (
    CONVENTION,
    DANESE_2022,
    HIGGINS_2005,
    JOWETT_2003,
    LICHTIGER_1994,
    PMC9923295,
    RUTGEERTS_2005,
    SCHROEDER_1987,
    TURNER_2021,
)
from ibd_scores.columns import Array
from ibd_scores.criteria import above, all_of, any_of, at_least, at_most, below, fell_by_percent
from ibd_scores.endpoint import endpoint


def _bleeding_criterion(rectal_bleeding: Array, rectal_bleeding_baseline: Array) -> Array:
    return any_of(
        at_least(rectal_bleeding_baseline - rectal_bleeding, 1), at_most(rectal_bleeding, 1)
    )


def _fell(now: Array, baseline: Array, points: float, percent: float) -> Array:
    return all_of(at_least(baseline - now, points), fell_by_percent(now, baseline, percent))


@endpoint("UC", "Symptomatic remission",
          "stool frequency <= 1 and not above baseline, rectal bleeding 0",
          CONVENTION)  # fmt: skip
def symptomatic_remission(
    stool_frequency: Array, stool_frequency_baseline: Array, rectal_bleeding: Array
) -> Array:
    return all_of(
        at_most(stool_frequency, 1),
        at_most(stool_frequency, stool_frequency_baseline),
        at_most(rectal_bleeding, 0),
    )


@endpoint("UC", "Clinical remission (adapted Mayo)",
          "stool frequency <= 1 and not above baseline, rectal bleeding 0, endoscopic subscore "
          "<= 1 without friability", DANESE_2022)  # fmt: skip
def adapted_mayo_remission(
    stool_frequency: Array, stool_frequency_baseline: Array, rectal_bleeding: Array,
    endoscopic_subscore_adapted: Array,
) -> Array:  # fmt: skip
    return all_of(
        symptomatic_remission.rule(stool_frequency, stool_frequency_baseline, rectal_bleeding),
        at_most(endoscopic_subscore_adapted, 1),
    )


BLEEDING = "rectal bleeding down by at least 1 or now 0 or 1"


@endpoint("UC", "Clinical response (adapted Mayo)",
          f"adapted Mayo score down by at least 2 and 30 %, {BLEEDING}", DANESE_2022)  # fmt: skip
def adapted_mayo_response(
    mayo_adapted: Array, mayo_adapted_baseline: Array,
    rectal_bleeding: Array, rectal_bleeding_baseline: Array,
) -> Array:  # fmt: skip
    return all_of(
        _fell(mayo_adapted, mayo_adapted_baseline, points=2, percent=30),
        _bleeding_criterion(rectal_bleeding, rectal_bleeding_baseline),
    )


@endpoint("UC", "Clinical response (partial adapted Mayo)",
          f"stool frequency plus rectal bleeding down by at least 1 and 30 %, {BLEEDING}",
          CONVENTION)  # fmt: skip
def partial_adapted_mayo_response(
    mayo_partial_adapted: Array, mayo_partial_adapted_baseline: Array,
    rectal_bleeding: Array, rectal_bleeding_baseline: Array,
) -> Array:  # fmt: skip
    return all_of(
        _fell(mayo_partial_adapted, mayo_partial_adapted_baseline, points=1, percent=30),
        _bleeding_criterion(rectal_bleeding, rectal_bleeding_baseline),
    )


@endpoint("UC", "Clinical remission (Mayo)", "full Mayo score <= 2 and no subscore above 1",
          RUTGEERTS_2005)  # fmt: skip
def mayo_remission(
    mayo_full: Array, stool_frequency: Array, rectal_bleeding: Array,
    endoscopic_subscore: Array, physician_global: Array,
) -> Array:  # fmt: skip
    subscores = (stool_frequency, rectal_bleeding, endoscopic_subscore, physician_global)
    return all_of(at_most(mayo_full, 2), *(at_most(subscore, 1) for subscore in subscores))


@endpoint("UC", "Clinical response (Mayo)",
          f"full Mayo score down by at least 3 and 30 %, {BLEEDING}", RUTGEERTS_2005)  # fmt: skip
def mayo_response(
    mayo_full: Array, mayo_full_baseline: Array,
    rectal_bleeding: Array, rectal_bleeding_baseline: Array,
) -> Array:  # fmt: skip
    return all_of(
        _fell(mayo_full, mayo_full_baseline, points=3, percent=30),
        _bleeding_criterion(rectal_bleeding, rectal_bleeding_baseline),
    )


@endpoint("UC", "Clinical remission (partial Mayo)",
          "partial Mayo score <= 2 and no subscore above 1",
          "ClinicalTrials.gov NCT05069259")  # fmt: skip
def partial_mayo_remission(
    mayo_partial: Array, stool_frequency: Array, rectal_bleeding: Array, physician_global: Array
) -> Array:
    subscores = (stool_frequency, rectal_bleeding, physician_global)
    return all_of(at_most(mayo_partial, 2), *(at_most(subscore, 1) for subscore in subscores))


@endpoint("UC", "Clinical remission (partial Mayo 0 or 1)", "partial Mayo score <= 1", CONVENTION)
def partial_mayo_remission_strict(mayo_partial: Array) -> Array:
    return at_most(mayo_partial, 1)


@endpoint("UC", "Clinical response (partial Mayo)",
          "partial Mayo score down by at least 2 and 30 % (points, percent: variants; percent=0: "
          f"points alone), {BLEEDING}",
          "ECCO congress 2019, abstract P435")  # fmt: skip
def partial_mayo_response(
    mayo_partial: Array, mayo_partial_baseline: Array,
    rectal_bleeding: Array, rectal_bleeding_baseline: Array,
    *, points: float = 2, percent: float = 30,
) -> Array:  # fmt: skip
    return all_of(
        _fell(mayo_partial, mayo_partial_baseline, points=points, percent=percent),
        _bleeding_criterion(rectal_bleeding, rectal_bleeding_baseline),
    )


@endpoint("UC", "Endoscopic improvement", "endoscopic subscore <= 1 without friability",
          DANESE_2022)  # fmt: skip
def endoscopic_improvement(endoscopic_subscore_adapted: Array) -> Array:
    return at_most(endoscopic_subscore_adapted, 1)


@endpoint("UC", "Endoscopic remission (subscore 0)", "endoscopic subscore 0", DANESE_2022)
def mayo_endoscopic_0(endoscopic_subscore: Array) -> Array:
    return at_most(endoscopic_subscore, 0)


@endpoint("UC", "Clinical remission (STRIDE-II)",
          "rectal bleeding 0 and stool frequency 0; its other wording is partial_mayo_remission; "
          "healing in STRIDE-II is mayo_endoscopic_0 or uceis_remission", TURNER_2021)  # fmt: skip
def stride2_remission(stool_frequency: Array, rectal_bleeding: Array) -> Array:
    return all_of(at_most(stool_frequency, 0), at_most(rectal_bleeding, 0))


@endpoint("UC", "Clinical response (STRIDE-II)",
          "stool frequency and rectal bleeding together (PRO2) down by at least 50 %; not "
          "evaluable if 0 at baseline", TURNER_2021)  # fmt: skip
def stride2_uc_response(pro2_uc: Array, pro2_uc_baseline: Array) -> Array:
    return fell_by_percent(pro2_uc, pro2_uc_baseline, 50)


@endpoint("UC", "Clinical remission (6-point Mayo)",
          "6-point Mayo score <= 1.5: remission as patients define it",
          "PubMed 24810138")  # fmt: skip
def mayo_6_point_remission(mayo_6_point: Array) -> Array:
    return at_most(mayo_6_point, 1.5)


@endpoint("UC", "Clinical remission (SCCAI)", "SCCAI < 2.5", HIGGINS_2005)
def sccai_remission(sccai: Array) -> Array:
    return below(sccai, 2.5)


@endpoint("UC", "Clinical response (SCCAI)", "SCCAI down by more than 1.5", HIGGINS_2005)
def sccai_response(sccai: Array, sccai_baseline: Array) -> Array:
    return above(sccai_baseline - sccai, 1.5)


@endpoint("UC", "Active disease (SCCAI)", "SCCAI >= 5", JOWETT_2003)
def sccai_active(sccai: Array) -> Array:
    return at_least(sccai, 5)


@endpoint("UC", "Clinical response (Lichtiger)",
          "Lichtiger index below 10 on two consecutive days", LICHTIGER_1994)  # fmt: skip
def lichtiger_response(lichtiger: Array, lichtiger_day_before: Array) -> Array:
    return all_of(below(lichtiger, 10), below(lichtiger_day_before, 10))


@endpoint("UC", "Endoscopic remission (UCEIS)", "UCEIS <= 1", TURNER_2021)
def uceis_remission(uceis: Array) -> Array:
    return at_most(uceis, 1)


@endpoint("UC", "Endoscopic response (UCEIS)", "UCEIS down by at least 2", PMC9923295)
def uceis_response(uceis: Array, uceis_baseline: Array) -> Array:
    return at_least(uceis_baseline - uceis, 2)


@endpoint("UC", "Endoscopic subscore 3", "endoscopic subscore 3", SCHROEDER_1987)
def mayo_endoscopic_3(endoscopic_subscore: Array) -> Array:
    return at_least(endoscopic_subscore, 3)
