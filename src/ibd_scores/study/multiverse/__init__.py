"""Every defensible way to analyze the same patients, and what each of them gives.

A *specification* is one choice at every fork: which rule an endpoint is, which segments are
compared, who is counted and what a missing result counts as, how the CDAI is computed, where a
marker becomes normal, which visits count as week 12. All combinations that make sense run through
the same endpoints and estimands as the analysis itself. None is better for what it gives: the range
shows how far the answer hangs on the choices.

References
----------
Steegen S et al. Perspect Psychol Sci 2016;11:702-712. doi:10.1177/1745691616658637
Simonsohn U et al. Nat Hum Behav 2020;4:1208-1214. doi:10.1038/s41562-020-0912-z
"""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pandas as pd

from ibd_scores import cdai, pro2_cd, short_cdai
from ibd_scores import endpoints as e
from ibd_scores.study import estimands, imputation, scoring
from ibd_scores.study.evaluability import active_at_entry
from ibd_scores.study.labels import title
from ibd_scores.study.multiverse.readings import MEASURED, Reading, colitis, crohn, markers
from ibd_scores.study.plan import Plan
from ibd_scores.study.tidy import read_tidy

__all__ = ["CHOICES", "Chosen", "grid", "primary_question", "read", "summary"]

# The forks, in the order of the table's columns; "" where a fork does not concern an endpoint.
CHOICES = ("endpoint", "variant", "segments", "entry", "hematocrit", "weight", "diary", "limit",
           "among", "window", "estimand")  # fmt: skip

WEEK12 = 84
IMPUTED = "multiple_imputation"
# The worst case of everyone who started is their non-responder imputation.
SAME: dict[str, str] = {"worst_case": "non_responder_started"}
DISTINCT = tuple(name for name in estimands.ESTIMANDS if name not in SAME)
OBSERVED: tuple[estimands.Estimand, ...] = ("as_observed",)
WINDOWS = {"as recorded": None, "within 4 weeks": 4, "within 2 weeks": 2}
SIGNED, FLOORED = "signed deficit", "high hematocrit subtracts nothing"
DIARY_DAYS = (4, 5)
WEIGHT_FLOORS = (-10.0, 0.0)
EVERYONE, ACTIVE = "all", "active as in trials"


class Chosen(NamedTuple):
    """What the analysis itself chose where the notebooks let the user choose."""

    estimand: estimands.Estimand = "non_responder_started"
    crp_limit: float = 5.0
    calprotectin_limit: float = 250.0
    min_days: int = 4
    hematocrit_floored: bool = False
    weight_floor: float = -10.0


# ------------------------------------------------------------------------------------- the patients

DIARY = ("liquid_stools_mean", "abdominal_pain_mean")
# What hangs on how many days of the diary are asked for, beside the CDAI.
OF_DIARY = {
    *DIARY, "general_wellbeing_mean", "liquid_stools_7d", "abdominal_pain_7d",
    "general_wellbeing_7d", "diary_days", short_cdai.name, pro2_cd.name,
}  # fmt: skip
KEPT = ["patient_id", "visit", "date", "endoscopy", *scoring.OF_PATIENT]


class Way(NamedTuple):
    """The scores by one way to compute the CDAI, and what that way is called.

    `scores` are whole for the usual way, and for the others what differs from it.
    """

    hematocrit: str
    weight: str
    diary: str
    scores: pd.DataFrame
    usual_cdai: bool
    usual: bool

    def concerns(self, reading: Reading) -> bool:
        """Tell whether the reading can give something else than by the usual way."""
        reads = reading.endpoint.reads
        return self.usual or "cdai" in reads or (self.usual_cdai and not {*DIARY}.isdisjoint(reads))

    def named(self, reading: Reading) -> dict[str, str]:
        """Give the choices that concern the reading."""
        reads = reading.endpoint.reads
        total = "cdai" in reads
        kept = total or not {*DIARY}.isdisjoint(reads)
        return {
            "hematocrit": self.hematocrit if total else "",
            "weight": self.weight if total else "",
            "diary": self.diary if kept else "",
        }


def _ways(
    plan: Plan, tables: Mapping[str, pd.DataFrame], chosen: Chosen, score_source: str
) -> Iterator[Way]:
    """Score the disease's visits in every way that concerns it, the chosen one first."""
    scores = tables["scores"]
    scores = scores[scores["disease"] == plan.disease]
    if plan.disease != "CD":
        yield Way("", "", "", scores, usual_cdai=True, usual=True)
        return
    patients = tables["patients"]
    visits = tables["visits"]
    visits = visits[visits["patient_id"].isin(scores["patient_id"])]
    keys = ["patient_id", "visit"]
    for days in dict.fromkeys([chosen.min_days, *DIARY_DAYS]):
        prepared = scoring.prepare(patients, visits, tables["diary"], min_days=days)
        for floored, weight in itertools.product(
            dict.fromkeys([chosen.hematocrit_floored, False, True]),
            dict.fromkeys([chosen.weight_floor, *WEIGHT_FLOORS]),
        ):
            variants = {"weight_floor": weight} | ({"hematocrit_floor": 0.0} if floored else {})
            scored = scoring.score(
                prepared, [cdai, short_cdai, pro2_cd], source=score_source, **variants
            )
            new = scored.set_index(keys)
            own = {name for one in (*OF_DIARY, cdai.name) for name in (one, f"{one}_source")}
            new = new[[name for name in new if name in own]]
            usual_cdai = (floored, weight) == (chosen.hematocrit_floored, chosen.weight_floor)
            usual = usual_cdai and days == chosen.min_days
            same = scores.drop(columns=new.columns, errors="ignore")
            yield Way(
                FLOORED if floored else SIGNED,
                f"at least {weight:g} %",
                f"{days} of 7 days",
                (same if usual else same[same.columns.intersection(KEPT)]).join(new, on=keys),
                usual_cdai,
                usual,
            )


def _within(scores: pd.DataFrame, tables: Mapping[str, pd.DataFrame], weeks: int) -> pd.DataFrame:
    """Blank what was recorded further than so many weeks from week 12 after the first dose.

    An endoscopy in a table of its own has its own date; an SES-CD that was recorded with a visit
    that has none there is of the visit's date.
    """
    start = scores["patient_id"].map(tables["patients"].set_index("patient_id")["start_date"])
    keys = ["patient_id", "visit"]
    scopes = tables["endoscopies"].drop_duplicates(keys).set_index(keys)
    endoscopic = scores.columns.intersection(scopes.columns).difference(KEPT)
    clinical = scores.columns.difference([*KEPT, *endoscopic])
    listed = pd.MultiIndex.from_frame(scores[keys]).isin(scopes.index)
    scoped = scores[keys].join(scopes["date"], on=keys)["date"].where(listed, scores["date"])
    table = scores.copy()
    for dates, columns in ((scores["date"], clinical), (scoped, endoscopic)):
        days = (dates - start).dt.days - WEEK12
        outside = scores["visit"].eq("week12") & ~(days.abs() <= 7 * weeks)
        table[list(columns)] = table[list(columns)].mask(outside)
    return table


# ----------------------------------------------------------------------------------------- the grid


def grid(
    plan: Plan,
    tables: Mapping[str, pd.DataFrame],
    chosen: Chosen | None = None,
    *,
    score_source: str = "items",
) -> pd.DataFrame:
    """Rates under every combination of choices, one row for each specification.

    Parameters
    ----------
    plan : Plan
        Of one disease; its primary endpoint marks the primary specification.
    tables : mapping
        The tidy ``patients``, ``visits`` and ``diary``, and what notebook 02 wrote: ``scores`` and
        ``endoscopies``.
    chosen : Chosen, optional
        What the analysis itself chose; by default the defaults of the notebooks.
    score_source : str
        What stands for a score that the centre recorded, as in `scoring.score`; in every
        specification.

    Returns
    -------
    DataFrame
        ``disease, question``, the columns `CHOICES` (empty text where a fork does not concern the
        endpoint), ``name`` of the endpoint, ``k, n, percent, low, high, not_evaluable`` as
        `estimands.rate` gives them, ``usual`` where every choice is the one that the analysis
        itself made, and ``primary``, one row: the usual one of the primary endpoint. By multiple
        imputation, where there are enough patients, `k` is a mean and no whole number. No row
        without patients of the disease.
    """
    chosen = chosen or Chosen()
    readings = [
        *(crohn() if plan.disease == "CD" else colitis()),
        *markers(chosen.crp_limit, chosen.calprotectin_limit),
    ]
    started = estimands.started(tables["patients"], plan.disease)
    if not len(started):
        return pd.DataFrame(columns=COLUMNS)
    completed = estimands.completed(tables["patients"], plan.disease)
    rows: list[dict[str, Any]] = []
    usual_pairs: dict[str, pd.DataFrame] = {}
    for way in _ways(plan, tables, chosen, score_source):
        concerned = [one for one in readings if way.concerns(one)]
        paired = {
            window: e.pairs(_within(way.scores, tables, weeks) if weeks else way.scores)
            for window, weeks in WINDOWS.items()
        }
        if usual_pairs:
            paired = {window: usual_pairs[window].assign(**own) for window, own in paired.items()}
        usual_pairs = usual_pairs or paired
        # Who is asked hangs on the baseline, which no window changes.
        recorded = next(iter(paired.values()))
        asked = [one.open_to(recorded) for one in concerned]
        events = estimands.intercurrent_events(tables["patients"], recorded)
        for window, pairs in paired.items():
            patients = _Patients(plan, tables["patients"], pairs, (started, completed), events)
            for one, able in zip(concerned, asked, strict=True):
                named = way.named(one) | {"window": window}
                usual = one.usual and way.usual and WINDOWS[window] is None
                rows += _specifications(plan, one, able, patients, named, usual, chosen)
    table = pd.DataFrame(rows)[COLUMNS]
    order = {question: place for place, question in enumerate(dict.fromkeys(table["question"]))}
    return table.sort_values("question", key=lambda names: names.map(order), kind="stable",
                             ignore_index=True)  # fmt: skip


COLUMNS = ["disease", "question", *CHOICES, "name", *estimands.Rate._fields, "usual", "primary"]


class _Patients:
    """The pairs of one way and window: observed, and imputed where there are enough of them."""

    def __init__(
        self,
        plan: Plan,
        patients: pd.DataFrame,
        pairs: pd.DataFrame,
        who: tuple[pd.Index, pd.Index],
        events: "pd.Series[bool]",
    ) -> None:
        self.started, self.completed = who
        self.pairs = pairs
        self.intercurrent = events
        self.imputed = imputation.completed_pairs(
            pairs, patients, plan.disease, self.completed, self.intercurrent
        )
        self.kept = imputation.kept(self.completed, self.intercurrent)

    def rates(
        self, one: Reading, able: "pd.Series[bool]", flags: "pd.Series[bool]",
        could: "pd.Series[bool] | None", imputed: "pd.Series[bool] | None",
    ) -> Iterator[tuple[str, dict[str, Any]]]:  # fmt: skip
        """Give the rate under each estimand, by multiple imputation where that is possible."""
        for estimand in OBSERVED if one.among == MEASURED else DISTINCT:
            yield estimand, estimands.rate(
                flags, estimand, eligible=able, population=self.completed, started=self.started,
                intercurrent=self.intercurrent, attainable=could,
            )._asdict()  # fmt: skip
        if one.among == MEASURED:
            return
        if imputed is not None and not imputation.refusal(flags.reindex(self.kept), able):
            pooled = imputation.pooled(imputed, eligible=able, started=self.started)._asdict()
            yield IMPUTED, {name: pooled[name] for name in estimands.Rate._fields}


def _specifications(
    plan: Plan, one: Reading, able: "pd.Series[bool]", patients: _Patients,
    named: Mapping[str, str], usual: bool, chosen: Chosen,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    flags = one.judged(patients.pairs)
    could = one.attainable(patients.pairs)
    imputed = None if patients.imputed is None else one.judged(patients.imputed)
    entries = {"": able}
    if "ses_cd" in one.endpoint.reads:
        entries = {ACTIVE: able & active_at_entry(patients.pairs), EVERYONE: able}
    for entry, eligible in entries.items():
        for estimand, rate in patients.rates(one, eligible, flags, could, imputed):
            as_usual = (
                usual
                and one.among != MEASURED
                and entry != EVERYONE
                and estimand == SAME.get(chosen.estimand, chosen.estimand)
            )
            yield {
                "disease": plan.disease,
                "question": one.question,
                "endpoint": title(one.name),
                "variant": one.variant,
                "segments": one.segments,
                "entry": entry,
                "limit": one.limit,
                "among": one.among,
                **named,
                "estimand": estimand,
                "name": one.name,
                **rate,
                "usual": as_usual,
                "primary": as_usual and one.endpoint.name == plan.primary,
            }


def read(cohort: str, disease: str) -> pd.DataFrame:
    """Read the grid of a disease that its notebook wrote, as `grid` gave it."""
    table = read_tidy(cohort, f"{disease.lower()}_multiverse")
    flags = {name: table[name].eq("True") for name in ("usual", "primary")}
    return table.assign(**flags, **{name: table[name].fillna("") for name in CHOICES})


def primary_question(grid: pd.DataFrame) -> str:
    """The question that the primary endpoint answers; empty where the grid has no row."""
    asked = grid.loc[grid["primary"].astype(bool), "question"]
    return str(asked.iloc[0]) if len(asked) else ""


def summary(grid: pd.DataFrame) -> pd.DataFrame:
    """The range of what the specifications give, for each question and endpoint.

    Parameters
    ----------
    grid : DataFrame
        What `grid` returns.

    Returns
    -------
    DataFrame
        Index ``question, endpoint``; ``specifications``, how many, and how many ``distinct``
        results, k of n, they give; ``lowest, q1, median, q3, highest`` of their rates in percent;
        ``usual``, the rate by the choices of the analysis itself, of an endpoint that the plan has
        or not; ``k_sum`` and ``n_sum`` over all of them, which move when any one of them does.
    """
    rows = {}
    for key, block in grid.groupby(["question", "name"], sort=False):
        rates = block["percent"].astype("float64")
        spread = rates.quantile([0, 0.25, 0.5, 0.75, 1]).to_list()
        own = block.loc[block["usual"], "percent"]
        rows[key] = {
            "specifications": len(block),
            "distinct": len(block.drop_duplicates(["k", "n"])),
            **dict(zip(("lowest", "q1", "median", "q3", "highest"), spread, strict=True)),
            "usual": own.iloc[0] if len(own) else float("nan"),
            "k_sum": block["k"].sum(),
            "n_sum": block["n"].sum(),
        }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=SUMMARY)
    table.index = pd.MultiIndex.from_tuples(list(rows), names=["question", "endpoint"])
    return table


SUMMARY = [
    "specifications",
    "distinct",
    "lowest",
    "q1",
    "median",
    "q3",
    "highest",
    "usual",
    "k_sum",
    "n_sum",
]
