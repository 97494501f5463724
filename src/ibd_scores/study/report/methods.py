"""The methods of a report in words, written from what the run really used.

Another parameter, another package, another interval in the table of changes: another text.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ibd_scores
from ibd_scores.index import Index
from ibd_scores.study import markers
from ibd_scores.study.imputation.blocks import IMPUTATIONS
from ibd_scores.study.labels import ESTIMAND_TITLES, plainly, quantity, title
from ibd_scores.study.plan import PLANS
from ibd_scores.study.report import references as r
from ibd_scores.study.report.references import References
from ibd_scores.study.report.source import DISEASES, Run
from ibd_scores.study.report.text import listed

DESIGN = (
    "A cohort without a control arm, seen at baseline and at week 12. What is primary, what is "
    "tested in which family and what is only described was fixed in a plan beforehand. Nothing is "
    "tested at baseline."
)
ESTIMANDS = {
    "as_observed": "only patients with a result count",
    "non_responder": "of those who completed, a missing result and an intercurrent event (a new "
    "systemic corticosteroid) are failures",
    "non_responder_started": "of all who started, a missing result and an intercurrent event "
    "(having stopped, a new systemic corticosteroid) are failures",
    "worst_case": "of all who started, every missing result is a failure",
    "best_case": "of all who started, every missing result is a success where what is known "
    "allows it",
}
ANALYSIS = ("python", "ibd-scores", "numpy", "pandas", "scipy", "statsmodels", "pingouin",
            "matplotlib", "seaborn")  # fmt: skip
MANNERS = {"Holm": r.HOLM, "Benjamini-Hochberg": r.BENJAMINI}
EXACT = "exact Stuart-Maxwell test over all swaps of the two visits"
MOVES = {
    "exact McNemar": ("exact McNemar test", (r.MCNEMAR,)),
    "exact Stuart-Maxwell": (EXACT, (r.STUART, r.MAXWELL)),
    "Monte-Carlo Stuart-Maxwell": ("Stuart-Maxwell test over sampled swaps of the two visits, "
                                   "with a fixed seed", (r.STUART, r.MAXWELL)),
}  # fmt: skip


@dataclass(frozen=True)
class Used:
    """What a run used in one disease, as its tables say.

    Parameters
    ----------
    disease : str
        "cd" or "uc".
    started : int
        How many patients; with none, nothing was used.
    intervals : tuple of str
        How the intervals of the changes were found: "exact", "normal approximation".
    tested : tuple of str
        The quantities whose change has a p-value.
    families : mapping of str to (str, int)
        The families of tests, each with its adjustment and the number of tests.
    moves : tuple of str
        The tests of transitions.
    prevalence : bool
        Whether findings before and after were compared.
    imputed : str
        The number of imputations; blank where nothing was imputed.
    fewer_imputed : str
        Why these were fewer than usual; blank where they were not.
    not_imputed, not_modelled : str
        Why not, in the chain's words.
    predictors : tuple of str
        Of the model that was fitted.
    events : bool
        Whether there is a table of adverse events.
    specifications : int
        How many were run.
    audited : int
        How many published figures were audited.
    """

    disease: str
    started: int = 0
    intervals: tuple[str, ...] = ()
    tested: tuple[str, ...] = ()
    families: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    moves: tuple[str, ...] = ()
    prevalence: bool = False
    imputed: str = ""
    fewer_imputed: str = ""
    not_imputed: str = ""
    not_modelled: str = ""
    predictors: tuple[str, ...] = ()
    events: bool = False
    specifications: int = 0
    audited: int = 0


def used(run: Run, disease: str) -> Used:
    """Read from the tables of a run what it used in one disease."""
    changes, tests = run.rows(f"{disease}_changes"), run.rows(f"{disease}_tests")
    families: dict[str, tuple[str, int]] = {}
    for row in tests:
        if row["p"] and row["adjustment"]:
            _, before = families.get(row["family"], ("", 0))
            families[row["family"]] = row["adjustment"], before + 1
    imputed, model = run.table(f"{disease}-imputed"), run.table(f"{disease}-predictors")
    times = next(iter(imputed.column("imputations")), "") if imputed else ""
    moves, found = run.table(f"{disease}-moves"), run.table(f"{disease}-prevalence")
    flow = {row["step"]: row["n"] for row in run.rows(f"{disease}_flow")}
    return Used(
        disease=disease,
        started=int(flow.get("started") or 0),
        intervals=tuple(sorted({row["interval"] for row in changes if row["interval"]})),
        tested=tuple(row["quantity"] for row in changes if row["p"]),
        families=families,
        moves=tuple(dict.fromkeys(one for one in moves.column("test") if one in MOVES))
        if moves
        else (),
        prevalence=bool(found and found.rows),
        imputed=times,
        fewer_imputed=_first(imputed.note) if imputed and int(times or IMPUTATIONS) < IMPUTATIONS
        else "",
        not_imputed=_first(imputed.note) if imputed and not imputed.rows else "",
        not_modelled=_first(model.note) if model and not model.rows else "",
        predictors=tuple(row[0] for row in model.rows) if model else (),
        events=bool(run.rows(f"{disease}_events")),
        specifications=len(run.rows(f"{disease}_multiverse")),
        audited=len(run.rows(f"{disease}_audit")),
    )  # fmt: skip


def _first(note: str) -> str:
    """Return the first sentence of a note, where it says why something was not done."""
    sentence = note.split(". ")[0].rstrip(".")
    return "" if sentence in ("", "Not reported in print") or "Simulated" in sentence else sentence


Paragraph = tuple[str, str]


def methods(
    parameters: Mapping[str, Mapping[str, Any]],
    by_disease: Sequence[Used],
    versions: Mapping[str, str],
    references: References,
) -> list[Paragraph]:
    """Write the methods: paragraphs, each with its heading.

    Parameters
    ----------
    parameters : mapping of str to mapping
        Of each notebook, as `provenance.json` has them.
    by_disease : sequence of Used
        What was used; a disease of which nobody started is told in a line.
    versions : mapping of str to str
        Of the software.
    references : References
        Is added to.
    """
    present = [one for one in by_disease if one.started]
    return [
        ("Design", DESIGN),
        *([("Scores", _scores(parameters, present, references))] if present else []),
        *_endpoints(parameters, by_disease, references),
        *_rates(parameters, present, references),
        *_tests(present, references),
        ("Software", _software(versions)),
    ]


def _scores(parameters: Mapping[str, Mapping[str, Any]], present: Sequence[Used],
            references: References) -> str:  # fmt: skip
    chosen = parameters["02_scoring"]
    names = dict.fromkeys(name.removesuffix("_matched") for one in present
                          for name in PLANS[one.disease.upper()].measured)  # fmt: skip
    known = {name: getattr(ibd_scores, name, None) for name in names}
    cited = [f"{_measured(name)} {references.cite(index.citation)}" for name, index in known.items()
             if isinstance(index, Index)]  # fmt: skip
    floor = (
        "A high hematocrit subtracts nothing from the CDAI"
        if chosen["hematocrit_floored"]
        else "A high hematocrit subtracts from the CDAI, as published"
    )
    return (
        f"Scores were computed from their items: {listed(cited)}. A missing item makes a missing "
        f"score. A diary item needs at least {chosen['min_days']} of the seven days before a "
        f"visit. {floor}; the lowest weight deficit is {chosen['weight_floor']:g} %. A segment "
        "that was not reached is left out of an endoscopic sum and never counts as 0; changes of "
        "the SES-CD are those of the segments explored at both visits."
    )


def _endpoints(parameters: Mapping[str, Mapping[str, Any]], by_disease: Sequence[Used],
               references: References) -> Iterator[Paragraph]:  # fmt: skip
    for one in by_disease:
        name = DISEASES[one.disease]
        if not one.started:
            yield (
                f"Endpoints: {name}",
                "Nobody with this disease started: nothing was analyzed.",
            )
            continue
        chosen = _chosen(parameters, one.disease)
        planned = PLANS[one.disease.upper()]
        plan = planned.judged_by(chosen["primary"])
        first, estimand = plan.primary_endpoint, chosen["estimand"]
        said = (
            f"Primary endpoint: {title(first.name)}, {plainly(first.definition)} "
            f"{references.cite(first.citation)}, under the estimand {ESTIMAND_TITLES[estimand]}: "
            f"{ESTIMANDS[estimand]}."
        )
        if (plan.primary, estimand) != (planned.primary, planned.estimand):
            said += (
                f" This departs from the plan, which names {title(planned.primary)}, "
                f"{ESTIMAND_TITLES[planned.estimand]}."
            )
        others = [
            f"{title(other.name)}, {plainly(other.definition)} {references.cite(other.citation)}"
            for other in plan.endpoints
            if other is not first
        ]
        limits = {name: chosen[name] for name in ("crp_limit", "calprotectin_limit")}
        normal = [
            f"{reading.definition} {references.cite(reading.endpoint.citation)}"
            for reading in markers.readings(**limits)
        ]
        yield (
            f"Endpoints: {name}",
            (f"{said} Others: {'; '.join(others)}. Markers are normal by: {'; '.join(normal)}."),
        )


def _chosen(parameters: Mapping[str, Mapping[str, Any]], disease: str) -> Mapping[str, Any]:
    """Return the parameters of the notebook on a disease."""
    return next(values for name, values in parameters.items() if f"_{disease}_" in name)


def _measured(column: str) -> str:
    """Name a quantity with its unit in brackets, for a list that is joined by commas."""
    name, _, unit = quantity(column).partition(", ")
    return f"{name} ({unit})" if unit else name


def _rates(parameters: Mapping[str, Mapping[str, Any]], present: Sequence[Used],
           references: References) -> Iterator[Paragraph]:  # fmt: skip
    if not present:
        return
    each = "; ".join(f"{ESTIMAND_TITLES[name]}: {said}" for name, said in ESTIMANDS.items())
    wilson, clopper = references.cite(r.WILSON), references.cite(r.CLOPPER)
    text = (
        f"Each endpoint is k of n under each of these estimands. {each[0].upper()}{each[1:]}. Who "
        "met an endpoint at baseline, or could not meet it from there, is in no denominator. "
        f"Intervals are Wilson's at 95 % {wilson}, with Clopper-Pearson's beside that of the "
        f"primary endpoint {clopper}. The diseases are never pooled."
    )
    yield "Estimands and rates", text
    said = []
    for one in present:
        name = DISEASES[one.disease]
        if one.imputed:
            said.append(
                f"{name}: of those who had not stopped, missing examinations were imputed "
                f"{one.imputed} times by chained predictive mean matching "
                f"{references.cite(r.CHAINED)}, and the rates combined by Rubin's rules on the "
                f"logit scale {references.cite(r.RUBIN)}."
                + (f" {one.fewer_imputed}." if one.fewer_imputed else "")
            )
        elif one.not_imputed:
            said.append(f"{name}: {one.not_imputed[0].lower()}{one.not_imputed[1:]}.")
    if said:
        yield "Missing results", " ".join(said)


def _tests(present: Sequence[Used], references: References) -> Iterator[Paragraph]:
    cite = references.cite
    for one in present:
        name, said = DISEASES[one.disease], []
        if one.tested:
            how = listed([f"the {way} distribution" if way == "exact" else f"the {way}"
                          for way in one.intervals])  # fmt: skip
            said.append(
                f"Change from baseline, of patients with both values, in "
                f"{listed([_measured(name) for name in one.tested])}: Hodges-Lehmann "
                f"estimate {cite(r.HODGES)}"
                + (f" with a 95 % interval from {how} of the signed ranks" if how else "")
                + f", two-sided Wilcoxon signed-rank test with zeros dropped {cite(r.WILCOXON)} "
                f"and ranked {cite(r.PRATT)}, matched-pairs rank-biserial correlation "
                f"{cite(r.RANK_BISERIAL)}."
            )
            if {*one.tested} & {"crp_mg_l", "calprotectin_ug_g"}:
                said.append(
                    "CRP and calprotectin are compared as ratios; a value below a limit of "
                    f"detection enters as the limit/√2 {cite(r.DETECTION)}."
                )
        else:
            said.append("No change from baseline was tested: too few pairs are known.")
        said += [f"Transitions between bands: {MOVES[test][0]} {cite(*MOVES[test][1])}."
                 for test in one.moves]  # fmt: skip
        if one.prevalence:
            said.append(
                f"Findings at both visits: difference with Newcombe's interval "
                f"{cite(r.NEWCOMBE)}, exact McNemar test {cite(r.MCNEMAR)}."
            )
        if one.predictors:
            said.append(
                f"Predictors of the primary endpoint as observed, named beforehand "
                f"({listed([*one.predictors])}): logistic regression with Firth's penalty "
                f"{cite(r.FIRTH)} and profile intervals {cite(r.HEINZE)}; shrinkage "
                f"{cite(r.SHRINKAGE)} and bootstrapped optimism {cite(r.OPTIMISM)}."
            )
        elif one.not_modelled:
            said.append(f"Predictors: {one.not_modelled} {cite(r.EVENTS)}.")
        said.append(_multiplicity(one, references))
        if one.events:
            said.append(f"Adverse events: rates for 100 patient-years with exact Poisson intervals "
                        f"{cite(r.GARWOOD)}.")  # fmt: skip
        if one.specifications:
            said.append(f"Robustness: {one.specifications:,} specifications through the same "
                        f"functions {cite(r.MULTIVERSE)}.")  # fmt: skip
        if one.audited:
            said.append(f"{one.audited} published percentages were audited for the counts that "
                        f"print so {cite(r.GRIM)}.")  # fmt: skip
        yield f"Analysis: {name}", " ".join(filter(None, said))


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


def _software(versions: Mapping[str, str]) -> str:
    named = [f"{name} {versions[name]}" for name in ANALYSIS if name in versions]
    return f"{listed(named)}. All packages, parameters and checksums stand under Versions."
