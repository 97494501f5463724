"""One disease of one cohort, analyzed by its plan: what the outcome notebooks show, table by table.

The notebooks of Crohn's disease and of ulcerative colitis ask the same questions; each question is
a method here, and each method a few calls of the functions that answer it.
"""

from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import Any

import pandas as pd

from ibd_scores import endpoints as e
from ibd_scores.endpoint import Endpoint
from ibd_scores.study import (
    audit,
    categories,
    censoring,
    context,
    description,
    estimands,
    evaluability,
    imputation,
    markers,
    multiplicity,
    multiverse,
    predictors,
    reported,
    safety,
    statistics,
    totals,
)
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.labels import plainly
from ibd_scores.study.multiverse import Chosen
from ibd_scores.study.plan import PLANS
from ibd_scores.study.tidy import read_tidy

__all__ = ["Analysis"]

TABLES = ("patients", "visits", "diary", "scores", "endoscopies", "imaging", "adverse_events")


class Analysis:
    """The patients of one disease, who is counted, and every table of their notebook.

    Parameters
    ----------
    disease : str
        "CD" or "UC".
    cohort : str
        Folder in ``data/derived`` that holds what notebooks 01 and 02 wrote.
    primary : str
        The name of an endpoint of the plan.
    **chosen
        What the user may choose: the fields of `multiverse.Chosen`.

    Attributes
    ----------
    plan : Plan
        Of the disease, with the primary endpoint asked for.
    chosen : Chosen
        As given.
    note : str
        What stands under every table, such as that the cohort is simulated.
    unreported : str
        The same for what was not published, where something was.
    pairs : DataFrame
        Baseline beside week 12, one row for each patient of the disease.
    who : dict
        ``population`` (completed 12 weeks), ``started`` and ``intercurrent`` events: what
        `estimands.rates` asks for.

    Raises
    ------
    ValueError
        If the plan has no such endpoint, or the estimand is unknown.
    """

    def __init__(self, disease: str, cohort: str, primary: str, **chosen: Any) -> None:
        self.plan = PLANS[disease].judged_by(primary)
        self.chosen = Chosen(**chosen)
        estimands.check_estimand(self.chosen.estimand)
        self.cohort = cohort
        source = read_cohort(cohort)
        self.simulated, self.score_source = source.simulated, source.score_source
        self.events_asked_for = "adverse_events" in source.tables
        self.tables = {name: read_tidy(cohort, name) for name in TABLES}
        self.patients, self.scores = self.tables["patients"], self.tables["scores"]
        own = self.scores[self.scores["disease"] == disease]
        self.note = " ".join(filter(None, [totals.sources(own), source.note]))
        self.pairs = e.pairs(own)
        self.started = estimands.started(self.patients, disease)
        self.completed = estimands.completed(self.patients, disease)
        self.who: dict[str, Any] = {
            "population": self.completed,
            "started": self.started,
            "intercurrent": estimands.intercurrent_events(self.patients, self.pairs),
        }
        self.limits = {
            "crp_limit": self.chosen.crp_limit,
            "calprotectin_limit": self.chosen.calprotectin_limit,
        }
        self.published = audit.read_published(cohort, disease)
        self.published_in = source.published_in
        unprinted = "Not reported in print. " if len(self.published) else ""
        self.unreported = unprinted + self.note

    @cached_property
    def done(self) -> pd.DataFrame:
        """The pairs of those who completed."""
        return description.courses(self.patients, self.scores, self.plan.disease)

    def flow(self) -> pd.DataFrame:
        """From started to completed to scoped; see `description.flow`."""
        return description.flow(self.patients, self.scores, self.plan.disease)

    @cached_property
    def at_baseline(self) -> pd.DataFrame:
        """Everyone who started, as known at baseline; see `description.at_baseline`."""
        return description.at_baseline(
            self.patients, self.scores, self.plan.disease, imaging=self.tables["imaging"],
            endoscopies=self.tables["endoscopies"], **self.limits,
        )  # fmt: skip

    @property
    def characteristics(self) -> tuple[description.Characteristic, ...]:
        """The lines of Table 1."""
        return description.characteristics(self.plan.disease, **self.limits)

    def table_one(self) -> pd.DataFrame:
        """Table 1; see `description.baseline`."""
        return description.baseline(self.at_baseline, self.characteristics)

    def marked(self, among: str = "") -> str:
        """What stands under a table with daggers; see `reported.legend`."""
        legend = reported.legend(self.published, self.published_in, among)
        return f"{legend} {self.note}".strip()

    def not_recorded(self) -> str:
        """What Table 1 should hold and this cohort does not record, as a sentence."""
        absent = description.not_recorded(self.at_baseline, self.characteristics)
        return f"Not recorded in this cohort: {', '.join(absent)}." if absent else ""

    def scoped_or_not(self) -> pd.DataFrame:
        """Who was scoped beside who was not; see `description.scoped_or_not`."""
        return description.scoped_or_not(
            self.at_baseline, self.pairs, self.completed, self.characteristics
        )

    def changes(self) -> pd.DataFrame:
        """Change of every quantity of the plan; see `statistics.changes`."""
        return statistics.changes(self.done, self.plan.measured)

    def censoring(self) -> pd.DataFrame:
        """Other handlings of values beyond a limit of detection; see `censoring.sensitivity`."""
        markers = [name for name in self.plan.measured if f"{name}_censor" in self.pairs]
        return censoring.sensitivity(self.done, markers)

    def definitions(self) -> pd.DataFrame:
        """What each endpoint means that is reported, and where it comes from."""
        rows = {
            one.name: {"definition": plainly(one.definition), "source": one.citation}
            for one in (*self.plan.endpoints, *self._described)
        }
        for one in markers.readings(**self.limits):
            rows[one.endpoint.name] = {"definition": one.definition, "source": one.source}
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("endpoint")

    @property
    def _described(self) -> list[Endpoint]:
        """Give the endpoints that are reported beside the plan's: perianal and transmural ones."""
        if self.plan.disease != "CD":
            return []
        imaged = description.imaging.paired(self.tables["imaging"])
        return [*description.perianal.DRAINAGE, *description.imaging.answered(imaged)]

    def rates(self) -> pd.DataFrame:
        """Every endpoint of the plan under every estimand; see `estimands.rates`."""
        return estimands.rates(
            [one(self.pairs) for one in self.plan.endpoints],
            self.plan.disease,
            eligible=self._analyzed,
            attainable=[one.attainable(self.pairs) for one in self.plan.endpoints],
            estimands=estimands.ESTIMANDS,
            **self.who,
        )

    def denominators(self) -> pd.DataFrame:
        """Who is in the denominators; see `estimands.denominators`."""
        return estimands.denominators(
            [one(self.pairs) for one in self.plan.endpoints], self.plan.disease,
            eligible=self._analyzed, **self.who,
        )  # fmt: skip

    def reasons(self) -> pd.DataFrame:
        """Why a result is missing; see `evaluability.reasons`."""
        return evaluability.reasons(
            self.plan.endpoints, self.pairs, population=self.completed, started=self.started
        )

    def imputed(self) -> pd.DataFrame:
        """Every endpoint of the plan by multiple imputation; no row where patients are too few."""
        table = self._imputed
        rows = {}
        for one in self.plan.endpoints:
            able = evaluability.analyzed(one, self.pairs)
            if table is None or self._too_few(one):
                continue
            rows[one.name] = imputation.pooled(
                one(table), eligible=able, started=self.started
            )._asdict()
        columns = list(imputation.Pooled._fields)
        found = pd.DataFrame.from_dict(rows, orient="index", columns=columns)
        return found.rename_axis("endpoint")

    def not_imputed(self) -> str:
        """Why the primary endpoint is not imputed, or fewer times than usual; empty if neither."""
        return self._too_few(self.plan.primary_endpoint) or imputation.fewer(len(self._kept))

    def normalized(self) -> pd.DataFrame:
        """Markers normal at week 12: of those abnormal at baseline, and of all measured."""
        return markers.normalized(self.pairs, self.plan.disease, self.completed, **self.limits)

    def steroid_free(self) -> pd.DataFrame:
        """The plan's corticosteroid-free endpoints: of all, and of those on it at baseline."""
        on_steroid = self.pairs.index[self.pairs["systemic_steroid_baseline"].eq(1)]
        free = [one.steroid_free() for one in self.plan.free_of_steroid]
        able = [evaluability.analyzed(one, self.pairs) for one in self.plan.free_of_steroid]
        blocks = {}
        for among, part in {"all": None, "on corticosteroid at baseline": on_steroid}.items():
            who = self.who if part is None else self.who | {
                "population": self.completed.intersection(part),
                "started": self.started.intersection(part),
            }  # fmt: skip
            blocks[among] = estimands.rates(
                [one(self.pairs) for one in free], self.plan.disease, eligible=able,
                attainable=[one.attainable(self.pairs) for one in free],
                estimands=estimands.ESTIMANDS, **who,
            )  # fmt: skip
        return _stacked(blocks)

    def perianal(self) -> pd.DataFrame:
        """Perianal outcomes; see `description.perianal.outcomes`."""
        return description.perianal.outcomes(self.pairs, estimands=estimands.ESTIMANDS, **self.who)

    def perianal_prevalence(self) -> pd.DataFrame:
        """Perianal findings before and after; see `description.perianal.prevalence`."""
        return description.perianal.prevalence(self.pairs, population=self.completed)

    def transmural(self) -> pd.DataFrame:
        """Transmural outcomes; see `description.imaging.outcomes`."""
        return description.imaging.outcomes(
            self.tables["imaging"], estimands=estimands.ESTIMANDS, **self.who
        )

    def wall(self) -> pd.DataFrame:
        """Change of the bowel wall; see `description.imaging.changes`."""
        return self._wall

    @cached_property
    def _wall(self) -> pd.DataFrame:
        return description.imaging.changes(self.tables["imaging"], population=self.completed)

    def moved(self, column: str) -> pd.DataFrame:
        """Transitions of those who completed; see `description.transitions`."""
        return description.transitions(self.done, column, description.ORDERS[column])

    def moves(self) -> pd.DataFrame:
        """Tests of all transitions of the plan; see `categories.transition_tests`."""
        return self._moves

    @cached_property
    def _moves(self) -> pd.DataFrame:
        tests = {column: categories.transition_tests(self.moved(column)) for column in
                 self.plan.moves}  # fmt: skip
        return pd.concat(tests).droplevel(1).rename_axis("category")

    @cached_property
    def _outcome(self) -> "pd.Series[bool]":
        one = self.plan.primary_endpoint
        flags: pd.Series[bool] = one(self.pairs).reindex(self.completed)
        return flags.mask(~evaluability.analyzed(one, self.pairs).reindex(self.completed))

    def refusal(self) -> str:
        """Why there is no model of the primary endpoint, as a sentence; empty where there is."""
        return predictors.refusal(self.at_baseline, self._outcome, self.plan.predictors)

    def predictors(self) -> pd.DataFrame:
        """Odds ratios of the plan's predictors, no row where refused; see `predictors`."""
        if self.refusal():
            columns = ["odds_ratio", "low", "high", "p", "n", "events", "non_events", "incomplete"]
            return pd.DataFrame(columns=columns, index=pd.Index([], name="predictor"))
        return predictors.predictors(self.at_baseline, self._outcome, self.plan.predictors)

    def optimism(self) -> pd.DataFrame:
        """How far the model flatters itself, no row where refused; see `predictors.optimism`."""
        if self.refusal():
            return pd.DataFrame(index=pd.Index([], name="outcome"))
        return predictors.optimism(self.at_baseline, self._outcome, self.plan.predictors)

    def groups(self) -> pd.DataFrame:
        """The predictors by outcome, without a test; see `predictors.describe`."""
        return predictors.describe(self.at_baseline, self._outcome, self.plan.predictors)

    def tests(self, changes: pd.DataFrame) -> pd.DataFrame:
        """Every p-value of the plan; see `multiplicity.of_plan`.

        Parameters
        ----------
        changes : DataFrame
            What `changes` returned.
        """
        found: dict[str, Mapping[Hashable, float]] = {
            "change": dict(changes["p"]),
            "transitions": dict(self.moves()["p"]),
            "predictor": dict(self.predictors()["p"]),
        }
        if self.plan.disease == "CD":
            found["change"] = {**found["change"], **dict(self.wall()["p"])}
            found["at both visits"] = dict(self.perianal_prevalence()["p"])
        return multiplicity.of_plan(self.plan, found)

    def events(self) -> pd.DataFrame:
        """Adverse events; see `safety.adverse_events`."""
        return safety.adverse_events(*self._safety)

    def of_special_interest(self) -> pd.DataFrame:
        """Adverse events of special interest; see `safety.of_special_interest`."""
        return safety.of_special_interest(*self._safety)

    def observed(self) -> pd.DataFrame:
        """How long patients were observed; see `safety.exposure_ends`."""
        return safety.exposure_ends(self.patients, self.scores, self.plan.disease)

    def accounting(self) -> pd.DataFrame:
        """Which events were counted, and over how long; see `safety.accounting`."""
        events = self.tables["adverse_events"]
        return safety.accounting(events, self.patients, self.scores, self.plan.disease)

    def multiverse(self) -> pd.DataFrame:
        """Every specification; see `multiverse.grid`."""
        return multiverse.grid(self.plan, self.tables, self.chosen, score_source=self.score_source)

    def claims(self) -> pd.DataFrame:
        """The published figures beside what this cohort gives; see `audit.audit`."""
        recovered = reported.recovered(
            self.plan, self.published, self.pairs, self.at_baseline, self.completed
        )
        return audit.audit(self.published, recovered)

    def opening(self) -> str:
        """Which figures were published; see `reported.opening`."""
        return reported.opening(self.published, self.published_in)

    def joint(self) -> pd.DataFrame:
        """Denominators that fit several published figures at once; see `audit.joint`."""
        sets = {
            "week 12": self.published["visit"].eq("week12"),
            "week 12 and endoscopy at baseline": self.published["endpoint"].ne("perianal"),
        }
        return audit.joint(self.published, sets)

    def context(self, rates: pd.DataFrame) -> pd.DataFrame:
        """The rates beside published ones; see `context.beside`."""
        return context.beside(
            rates, self.plan.disease, self.chosen.estimand, simulated=self.simulated
        )

    @property
    def _analyzed(self) -> "list[pd.Series[bool]]":
        return [evaluability.analyzed(one, self.pairs) for one in self.plan.endpoints]

    @property
    def _safety(self) -> tuple[pd.DataFrame | None, pd.DataFrame, pd.DataFrame, str]:
        events = self.tables["adverse_events"] if self.events_asked_for else None
        return events, self.patients, self.scores, self.plan.disease

    @cached_property
    def _imputed(self) -> pd.DataFrame | None:
        return imputation.completed_pairs(
            self.pairs, self.patients, self.plan.disease, self.completed, self.who["intercurrent"]
        )

    def _too_few(self, one: Endpoint) -> str:
        able = evaluability.analyzed(one, self.pairs)
        return imputation.refusal(one(self.pairs).reindex(self._kept), able)

    @property
    def _kept(self) -> pd.Index:
        kept = imputation.kept(self.completed, self.who["intercurrent"])
        return kept.intersection(self.pairs.index)


def _stacked(blocks: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Stack blocks of rates, with who was counted in the column ``among``."""
    table: pd.DataFrame = pd.concat(blocks, names=["among", None])
    return table.reset_index("among").reset_index(drop=True)
