"""The methods of a report in words, written from what the run really used.

Another parameter, another package, another interval in the table of changes: another text.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import ibd_scores
from ibd_scores import derive, endpoints
from ibd_scores.index import Index
from ibd_scores.study import evaluability, markers
from ibd_scores.study.labels import ESTIMAND_TITLES, plainly, quantity, title
from ibd_scores.study.plan import PLANS
from ibd_scores.study.report import inference
from ibd_scores.study.report import references as r
from ibd_scores.study.report.inference import ESTIMANDS, measured
from ibd_scores.study.report.references import References
from ibd_scores.study.report.source import DISEASES
from ibd_scores.study.report.text import Paragraph, listed
from ibd_scores.study.report.used import Used

DESIGN = (
    "A cohort without a control arm, seen at baseline and at week 12. What is primary, what is "
    "tested in which family and what is only described was fixed in a plan beforehand. Nothing is "
    "tested at baseline."
)
ANALYSIS = ("python", "ibd-scores", "numpy", "pandas", "scipy", "statsmodels", "pingouin",
            "matplotlib", "seaborn")  # fmt: skip
SOURCES = {
    "items": "Scores were computed from their items",
    "recorded": "Scores are the totals that the centre recorded, where it recorded any; others "
    "were computed from their items",
    "items_else_recorded": "Scores were computed from their items; where an item is missing, the "
    "total that the centre recorded counts",
}
DAYS_LEFT_OUT = {"bowel_preparation": "bowel preparation", "endoscopy": "endoscopy"}


def methods(
    parameters: Mapping[str, Mapping[str, Any]],
    by_disease: Sequence[Used],
    versions: Mapping[str, str],
    references: References,
    *,
    declared: Mapping[str, Collection[str]],
    score_source: str = "items",
) -> list[Paragraph]:
    """Write the methods: text with its headings.

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
    declared : mapping of str to collection of str
        The tables of the cohort with the columns that its declaration names.
    score_source : str
        Of its declaration.
    """
    present = [one for one in by_disease if one.started]
    return [
        ("Design", DESIGN),
        *_baseline(present, references),
        *_scores(parameters["02_scoring"], present, references, declared, score_source),
        *_endpoints(parameters, by_disease, references),
        *_markers(parameters, present, references),
        *inference.rates(present, references),
        *inference.tests(present, references),
        *inference.safety(present, references),
        ("Software", _software(versions)),
    ]


def _baseline(present: Sequence[Used], references: References) -> Iterator[Paragraph]:
    if any(one.scoped for one in present):
        text = (
            "Everyone who started is described by medians with quartiles or by counts. Of those "
            "who completed, patients scoped at both visits are set beside the others by "
            "standardized differences: of proportions, and of mean ranks where medians are given "
            f"{references.cite(r.BALANCE)}."
        )
        yield "Baseline", text


def _scores(chosen: Mapping[str, Any], present: Sequence[Used], references: References,
            declared: Mapping[str, Collection[str]],
            source: str) -> Iterator[Paragraph]:  # fmt: skip
    if not present:
        return
    names = dict.fromkeys(name.removesuffix("_matched") for one in present
                          for name in PLANS[one.disease.upper()].measured)  # fmt: skip
    known = {name: getattr(ibd_scores, name, None) for name in names}
    cited = [f"{measured(name)} {references.cite(index.citation)}" for name, index in known.items()
             if isinstance(index, Index)]  # fmt: skip
    crohn = any(one.disease == "cd" for one in present)
    said = [f"{SOURCES[source]}: {listed(cited)}. A missing item makes a missing score."]
    if crohn and "diary" in declared:
        left_out = [words for name, words in DAYS_LEFT_OUT.items() if name in declared["diary"]]
        days = f", days of {listed(left_out)} left out" if left_out else ""
        said.append(
            f"A diary item needs at least {chosen['min_days']} of the seven days before a "
            f"visit{days}."
        )
    if crohn:
        floor = (
            "A high hematocrit subtracts nothing from the CDAI"
            if chosen["hematocrit_floored"]
            else "A high hematocrit subtracts from the CDAI, as published"
        )
        said.append(f"{floor}; the lowest weight deficit is {chosen['weight_floor']:g} %.")
        if not any("standard_weight_kg" in columns for columns in declared.values()):
            men, women = (
                derive.keys_standard_weight(height_m=1, sex=sex) for sex in ("male", "female")
            )
            said.append(
                f"The standard weight was not recorded and is {men:g} (men) or {women:g} (women) "
                "× height in m squared, in place of the tables that trials use."
            )
        said.append(
            "A segment that was not reached is left out of an endoscopic sum and never counts as "
            "0; changes of the SES-CD are those of the segments explored at both visits."
        )
    yield "Scores", "\n\n".join(filter(None, [" ".join(said), _bands(present)]))


def _bands(present: Sequence[Used]) -> str:
    """Write the bands of the plan's transitions with their limits, as the catalogue has them."""
    said = []
    for column in (name for one in present for name in PLANS[one.disease.upper()].moves):
        index = getattr(ibd_scores, column.removesuffix("_band"), None)
        if isinstance(index, Index) and index.bands:
            *rungs, last = plainly(index.ladder).split("; ")
            said.append(f"{quantity(index.name)} {', '.join(rungs)}, else {last}")
    return f"Bands are the first that fits: {'; '.join(said)}." if said else ""


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
            f"Primary endpoint: {_defined(first.name, references)}, under the estimand "
            f"{ESTIMAND_TITLES[estimand]}: {ESTIMANDS[estimand]}."
        )
        if (plan.primary, estimand) != (planned.primary, planned.estimand):
            said += (
                f" This departs from the plan, which names {title(planned.primary)}, "
                f"{ESTIMAND_TITLES[planned.estimand]}."
            )
        others = [_defined(other, references) for other in plan.names if other != first.name]
        parts = [
            said,
            f"Others: {'; '.join(others)}.",
            _analyzed(plan.names, references),
            *_beside(one, references),
        ]
        yield f"Endpoints: {name}", "\n\n".join(filter(None, parts))


def _defined(name: str, references: References) -> str:
    one = getattr(endpoints, name)
    return f"{title(name)}, {plainly(one.definition)} {references.cite(one.citation)}"


def _analyzed(names: Sequence[str], references: References) -> str:
    """Write who is not in the analysis set of what is read from an SES-CD."""
    read = [title(name) for name in names if "ses_cd" in getattr(endpoints, name).reads]
    if not read:
        return ""
    trials = references.cite(endpoints.ses_cd_trial_entry.citation)
    return (
        f"The analysis set of what is read from an SES-CD ({listed(read)}) is narrower than the "
        f"definitions say: {evaluability.NOT_ACTIVE} was not active enough to have entered the "
        f"trials of the drug {trials} and is in no denominator. Who was not scoped at baseline, or "
        "has a score of 4 or 5 without a known site, stays in."
    )


def _markers(parameters: Mapping[str, Mapping[str, Any]], present: Sequence[Used],
             references: References) -> Iterator[Paragraph]:  # fmt: skip
    found: dict[str, list[str]] = {}
    for disease in (one.disease for one in present):
        chosen = _chosen(parameters, disease)
        limits = {name: chosen[name] for name in ("crp_limit", "calprotectin_limit")}
        said = []
        for one in markers.readings(**limits):
            basis = f" ({one.basis})" if one.basis else ""
            said.append(f"{one.definition}{basis} {references.cite(one.endpoint.citation)}")
        found.setdefault(f"Normal at week 12 is: {'; '.join(said)}.", []).append(DISEASES[disease])
    if found:
        apart = len(found) > 1
        yield (
            "Markers of inflammation",
            "\n\n".join(
                f"{listed(whose)}. {text}" if apart else text for text, whose in found.items()
            ),
        )


def _beside(one: Used, references: References) -> Iterator[str]:
    """Write which endpoints were described beside those of the plan."""
    if one.steroid:
        free = [title(other.name) for other in PLANS[one.disease.upper()].free_of_steroid]
        yield (
            f"Corticosteroid-free is who meets the endpoint and takes no systemic corticosteroid "
            f"at week 12: {listed(free)}, of all and of those who took one at baseline."
        )
    if one.perianal:
        yield (
            "Perianal disease: of those with a fistula or an abscess at baseline, that it is no "
            "longer recorded at week 12; of those without, that none is new."
        )
    if one.described:
        found = [_defined(name, references) for name in one.described]
        yield f"Described, too: {'; '.join(found)}."


def _chosen(parameters: Mapping[str, Mapping[str, Any]], disease: str) -> Mapping[str, Any]:
    """Return the parameters of the notebook on a disease."""
    return next(values for name, values in parameters.items() if f"_{disease}_" in name)


def _software(versions: Mapping[str, str]) -> str:
    named = [f"{name} {versions[name]}" for name in ANALYSIS if name in versions]
    return f"{listed(named)}. The report lists all versions, parameters and checksums."
