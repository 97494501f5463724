"""The statistical analysis plan: what is primary, what is tested in which family, what is listed.

One `Plan` for each disease, fixed before the numbers are seen and read by the notebooks. What a
user may change stands in the notebooks' parameters: another `primary`, another estimand, another
limit of a marker. A plan computes nothing.
"""

from dataclasses import dataclass, replace

from ibd_scores import endpoints as e
from ibd_scores.endpoint import Endpoint

__all__ = ["CD", "PLANS", "UC", "Plan"]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is analyzed in one disease.

    Parameters
    ----------
    disease : str
        "CD" or "UC"; nothing is ever pooled over both.
    endpoints : tuple of Endpoint
        Reported as rates, in the order of the tables.
    primary : str
        The name of one of them: the one that the study is to be judged by.
    estimand : str
        Under which it is: one of `estimands.ESTIMANDS`.
    confirmatory : tuple of str
        Quantities whose change from baseline is tested in the confirmatory family (Holm).
    exploratory : tuple of str
        Quantities whose change is tested among the exploratory ones (Benjamini-Hochberg).
    imaged : tuple of str
        Likewise, of imaging of the bowel wall, each where it was recorded.
    free_of_steroid : tuple of Endpoint
        Those also reported without corticosteroids.
    moves : tuple of str
        Ordered categories whose transitions are tested, exploratory.
    predictors : dict
        Pre-specified predictors of the primary endpoint at baseline, at most two, and the unit of
        their odds ratio: a column of `description.at_baseline` to (step, words). None is a score
        that the endpoint is a change of: the two would go together by arithmetic alone.

    Examples
    --------
    >>> CD.primary, CD.judged_by("ses_cd_remission").primary
    ('endoscopic_response', 'ses_cd_remission')
    """

    disease: str
    endpoints: tuple[Endpoint, ...]
    primary: str
    confirmatory: tuple[str, ...]
    exploratory: tuple[str, ...]
    free_of_steroid: tuple[Endpoint, ...]
    moves: tuple[str, ...]
    predictors: dict[str, tuple[float, str]]
    estimand: str = "non_responder_started"
    imaged: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its endpoints: what can be primary."""
        return tuple(one.name for one in self.endpoints)

    @property
    def measured(self) -> tuple[str, ...]:
        """Every quantity whose change is reported."""
        return self.confirmatory + self.exploratory

    @property
    def primary_endpoint(self) -> Endpoint:
        """The endpoint that `primary` names."""
        return self.endpoints[self.names.index(self.primary)]

    def judged_by(self, primary: str) -> "Plan":
        """The same plan with another primary endpoint.

        Raises
        ------
        ValueError
            If the plan has no endpoint of this name, with the list of those it has.
        """
        if primary not in self.names:
            raise ValueError(
                f"primary = {primary!r} is no endpoint of the plan for {self.disease}; "
                f"use one of {', '.join(self.names)}"
            )
        return replace(self, primary=primary)


CD = Plan(
    disease="CD",
    endpoints=(
        e.endoscopic_response, e.ses_cd_remission, e.endoscopic_remission_uexcel, e.ulcer_free,
        e.endoscopic_healing, e.cdai_remission, e.cdai_response_100, e.sf_aps_remission,
        e.sf_aps_response, e.enhanced_response, e.hbi_remission, e.hbi_response, e.deep_remission,
    ),
    primary="endoscopic_response",
    confirmatory=("cdai", "ses_cd_matched"),
    exploratory=("hbi", "pro2_cd", "crp_mg_l", "esr_mm_h", "calprotectin_ug_g"),
    free_of_steroid=(e.cdai_remission, e.endoscopic_response, e.ses_cd_remission, e.deep_remission),
    imaged=("thickest_wall_mm", "highest_maria", "highest_maria_simplified"),
    moves=("ses_cd_band", "cdai_band"),
    predictors={
        "disease_duration": (5, "disease duration, per 5 years"),
        "prior_surgery": (1, "bowel surgery before, yes or no"),
    },
)  # fmt: skip
UC = Plan(
    disease="UC",
    endpoints=(
        e.endoscopic_improvement, e.mayo_endoscopic_0, e.uceis_remission, e.adapted_mayo_remission,
        e.adapted_mayo_response, e.mayo_remission, e.mayo_response, e.partial_mayo_remission,
        e.partial_mayo_response, e.symptomatic_remission, e.stride2_remission,
    ),
    primary="endoscopic_improvement",
    confirmatory=("mayo_adapted", "endoscopic_subscore"),
    exploratory=(
        "mayo_full", "mayo_partial", "stool_frequency", "rectal_bleeding", "physician_global",
        "uceis", "crp_mg_l", "esr_mm_h", "calprotectin_ug_g",
    ),
    free_of_steroid=(e.adapted_mayo_remission, e.endoscopic_improvement, e.mayo_endoscopic_0),
    moves=("endoscopic_subscore", "mayo_full_band"),
    predictors={
        "disease_duration": (5, "disease duration, per 5 years"),
        "age": (10, "age, per 10 years"),
    },
)  # fmt: skip
PLANS = {plan.disease: plan for plan in (CD, UC)}
