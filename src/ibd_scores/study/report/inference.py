"""The methods of a report in words: estimands, missing results, tests and safety."""

import inspect
from collections.abc import Iterator, Sequence

from ibd_scores.study import predictors
from ibd_scores.study.estimands import INTERCURRENT
from ibd_scores.study.labels import ESTIMAND_TITLES, quantity
from ibd_scores.study.report import references as r
from ibd_scores.study.report.references import References
from ibd_scores.study.report.source import DISEASES
from ibd_scores.study.report.text import Paragraph, listed
from ibd_scores.study.report.used import Used
from ibd_scores.study.safety import DAYS_AFTER_STOPPING, OF_SPECIAL_INTEREST

ESTIMANDS = {
    "as_observed": "of those who completed, only patients with a result count",
    "non_responder": "of those who completed, a missing result and an intercurrent event (a new "
    "systemic corticosteroid) are failures",
    "non_responder_started": "of all who started, a missing result and an intercurrent event "
    "(having stopped, a new systemic corticosteroid) are failures",
    "worst_case": "of all who started, every missing result and every intercurrent event is a "
    "failure",
    "best_case": "of all who started, every missing result is a success where what is known "
    "allows it, and an intercurrent event alone is no failure",
}
MANNERS = {"Holm": r.HOLM, "Benjamini-Hochberg": r.BENJAMINI}
EXACT = "exact Stuart-Maxwell test over all swaps of the two visits"
MOVES = {
    "exact McNemar": ("exact McNemar test", (r.MCNEMAR,)),
    "exact Stuart-Maxwell": (EXACT, (r.STUART, r.MAXWELL)),
    "Monte-Carlo Stuart-Maxwell": ("Stuart-Maxwell test over sampled swaps of the two visits, "
                                   "with a fixed seed", (r.STUART, r.MAXWELL)),
}  # fmt: skip


def measured(column: str) -> str:
    """Name a quantity with its unit in brackets, for a list that is joined by commas."""
    name, _, unit = quantity(column).partition(", ")
    return f"{name} ({unit})" if unit else name


def rates(present: Sequence[Used], references: References) -> Iterator[Paragraph]:
    """Write how rates were made of results, and of missing ones."""
    if not present:
        return
    beside = {
        "without corticosteroids": any(one.steroid for one in present),
        "of perianal disease": any(one.perianal for one in present),
        "of the bowel wall": any("transmural" in name for one in present for name in one.described),
    }
    those = listed([words for words, there in beside.items() if there])
    also = f", and each of those {those}," if those else ""
    each = "; ".join(f"{ESTIMAND_TITLES[name]}: {said}" for name, said in ESTIMANDS.items())
    wilson, clopper = references.cite(r.WILSON), references.cite(r.CLOPPER)
    special = " and for events of special interest" if any(one.special for one in present) else ""
    yield "Estimands and rates", "\n\n".join([
        f"Each endpoint of the plan{also} is k of n under each of these estimands. "
        f"{each[0].upper()}{each[1:]}. {INTERCURRENT}",
        "Who met an endpoint at baseline, or could not meet it from there, is in no denominator. "
        "Markers of inflammation are told as observed only, of those abnormal at baseline and of "
        "all who were measured at week 12; who was normal at baseline is among the latter.",
        f"Intervals are Wilson's at 95 % {wilson}, with Clopper-Pearson's {clopper} beside that of "
        f"the primary endpoint{special}. The diseases are never pooled.",
    ])  # fmt: skip
    said = []
    for one in present:
        name = DISEASES[one.disease]
        if one.imputed:
            said.append(
                f"{name}: of those who had neither stopped nor begun a systemic corticosteroid, "
                f"missing examinations were imputed {one.imputed} times, each whole, by chained "
                f"predictive mean matching {references.cite(r.CHAINED)}; the others are failures. "
                f"The rates were combined by Rubin's rules on the logit scale "
                f"{references.cite(r.RUBIN)}."
                + (f" {one.fewer_imputed}." if one.fewer_imputed else "")
            )
        elif one.not_imputed:
            said.append(f"{name}: {one.not_imputed[0].lower()}{one.not_imputed[1:]}.")
    if said:
        yield "Missing results", "\n\n".join(said)


def tests(present: Sequence[Used], references: References) -> Iterator[Paragraph]:
    """Write which tests and models were made of each disease."""
    cite = references.cite
    for one in present:
        changed, said = [], []
        if one.tested:
            how = listed([f"the {'exact distribution' if way == 'exact' else way}"
                          for way in one.intervals])  # fmt: skip
            changed.append(
                f"Change from baseline, of patients with both values, in "
                f"{listed([measured(name) for name in one.tested])}: Hodges-Lehmann "
                f"estimate {cite(r.HODGES)}"
                + (f" with a 95 % interval from {how} of the signed ranks" if how else "")
                + f", two-sided Wilcoxon signed-rank test with zeros dropped {cite(r.WILCOXON)}, "
                f"beside it with zeros ranked (Pratt) {cite(r.PRATT)}, matched-pairs "
                f"rank-biserial correlation {cite(r.RANK_BISERIAL)}."
            )
            if {*one.tested} & {"crp_mg_l", "calprotectin_ug_g"}:
                changed.append(
                    "CRP and calprotectin are compared as ratios; a value below a limit of "
                    f"detection enters as the limit/√2 {cite(r.DETECTION)}, one above it as the "
                    "limit."
                )
        else:
            changed.append("No change from baseline was tested: too few pairs are known.")
        said += [f"Transitions between bands: {MOVES[test][0]} {cite(*MOVES[test][1])}."
                 for test in one.moves if test in MOVES]  # fmt: skip
        if one.prevalence:
            said.append(
                f"Findings at both visits: difference with Newcombe's interval "
                f"{cite(r.NEWCOMBE)}, exact McNemar test {cite(r.MCNEMAR)}."
            )
        if one.predictors:
            drawn = inspect.signature(predictors.optimism).parameters
            said.append(
                f"Predictors of the primary endpoint as observed, named beforehand "
                f"({listed([*one.predictors])}): logistic regression with Firth's penalty "
                f"{cite(r.FIRTH)} and profile intervals {cite(r.HEINZE)}; shrinkage "
                f"{cite(r.SHRINKAGE)} and optimism {cite(r.OPTIMISM)} from "
                f"{drawn['resamples'].default} bootstrap samples (seed {drawn['seed'].default})."
            )
        elif one.not_modelled:
            said.append(f"Predictors: {one.not_modelled} {cite(r.EVENTS)}.")
        said.append(_multiplicity(one, references))
        checked = []
        if one.specifications:
            checked.append(f"Robustness: {one.specifications:,} specifications through the same "
                           f"functions {cite(r.MULTIVERSE)}.")  # fmt: skip
        if one.audited or one.not_audited:
            checked.append(_audit(one, references))
        parts = (changed, said, checked)
        yield (f"Analysis: {DISEASES[one.disease]}",
               "\n\n".join(" ".join(filter(None, part)) for part in parts if part))  # fmt: skip


def _audit(one: Used, references: References) -> str:
    said = ""
    if one.audited:
        many = "s were" if one.audited > 1 else " was"
        said = (f"{one.audited} published percentage{many} audited for the counts that print so "
                f"{references.cite(r.GRIM)}. ")  # fmt: skip
    if one.not_audited:
        said += (f"{one.not_audited} published figure{'s' if one.not_audited > 1 else ''} could "
                 "not be: no percentage is printed, or no number of patients.")  # fmt: skip
    return said.strip()


def _multiplicity(one: Used, references: References) -> str:
    """Write how p-values were adjusted; of a family in which none could be computed, nothing."""
    said = [
        f"{count} test{'s' if count > 1 else ''} in the {family} family "
        f"({manner} {references.cite(MANNERS[manner])})"
        for family, (manner, count) in one.families.items()
    ]
    if not said:
        return "No test was possible, so nothing was adjusted for multiplicity."
    return f"Multiplicity: {listed(said)}. The primary endpoint is estimated, not tested."


def safety(present: Sequence[Used], references: References) -> Iterator[Paragraph]:
    """Write which adverse events were counted, and over which time."""
    if not any(one.events for one in present):
        return
    said = (
        "Adverse events are treatment-emergent: begun on the day of the first dose or later, up to "
        "the week-12 visit or, without one, the last record; in those who stopped, up to "
        f"{DAYS_AFTER_STOPPING} days after stopping. An event without a date counts. Rates are "
        "events for 100 patient-years under treatment, to which these days add no time, with exact "
        f"Poisson intervals {references.cite(r.GARWOOD)}."
    )
    if any(one.special for one in present):
        said += (
            f" Of special interest, by preferred term and not adjudicated: "
            f"{listed([*OF_SPECIAL_INTEREST])}; percentages of patients with Clopper-Pearson's "
            f"intervals {references.cite(r.CLOPPER)}."
        )
    yield "Safety", said
