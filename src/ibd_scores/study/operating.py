"""How rates behave in cohorts of this size: bias, coverage and width, in simulated cohorts.

Thousands of small cohorts of Crohn's disease are drawn from the latent model of `simulation`, as
tidy tables: what a hospital's export would add, cleaning takes away again. Nobody is redrawn to fit
published figures, so the rates are the model's own. Whoever takes part follows one of the courses
of the simulation's plan, as often as the plan has it: stops, or is not scoped, or neither. The
library scores every visit twice, with and without what is missing by that; the first gives the
truth, the second what a study would report.

Each cohort has a seed of its own. The numbers are the same to the last bit on threads, on processes
and on Dask, whatever the number of workers.

References
----------
Morris TP, White IR, Crowther MJ. Stat Med 2019;38:2074-2102. doi:10.1002/sim.8086
"""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import import_module
from math import sqrt
from multiprocessing import get_context
from typing import Any, Literal

import numpy as np
import pandas as pd
from tqdm import tqdm

from ibd_scores import cdai, ses_cd, ses_cd_without_narrowing
from ibd_scores import endpoints as e
from ibd_scores.study import estimands, scoring, simulation
from ibd_scores.study.evaluability import analyzed
from ibd_scores.study.simulation.latent import BASELINE, WEEK12, Bowel, Draws, Row, draw_bowel
from ibd_scores.study.tidy import CELLS

__all__ = ["COMPLETE", "ENDPOINTS", "NOTE", "Missing", "executor", "rates", "summary"]

ENDPOINTS = (e.endoscopic_response, e.ses_cd_remission, e.cdai_remission)
COMPLETE = "complete"  # stands where an estimand does: the rate if nothing were missing
NOTE = """\
In percent, from {:,} simulated cohorts: no patient stands behind these numbers.
truth: the rate if everyone had stayed and been scoped. error: Monte-Carlo, of the coverage.
of_own: how often the interval holds what the estimand itself is, whatever its bias."""
Missing = Literal["random", "ill"]
USUAL = 0.2  # about the mean severity at week 12
CHUNK = 20  # cohorts of a task: few enough for a smooth bar, enough to score them at once

# What is read of the tables that are drawn.
COLUMNS = {
    "patients": ("cohort", "patient_id", "disease", "sex", "height_m", "start_date", "stop_date"),
    "visits": (
        "patient_id", "visit", "date", "systemic_steroid", "weight_kg", "hematocrit_percent",
        "antidiarrheal", "abdominal_mass", "fever", "arthralgia", "uveitis", "erythema_nodosum",
        "pyoderma_gangrenosum", "aphthous_ulcers", "anal_fissure", "anal_fistula", "anal_abscess",
        "other_fistula",
    ),
    "diary": (
        "patient_id", "date", "liquid_stools", "abdominal_pain", "general_wellbeing",
        "bowel_preparation", "endoscopy",
    ),
    "endoscopy": ("patient_id", "visit", "done", *CELLS),
}  # fmt: skip


@contextmanager
def executor(
    kind: Literal["threads", "processes"] = "processes",
    *,
    workers: int | None = None,
    scheduler: str = "",
) -> Iterator[Executor]:
    """Give what the cohorts are dealt out to, and close it afterwards.

    Parameters
    ----------
    kind : "threads" or "processes"
        On this machine.
    workers : int, optional
        How many; by default, as many as the machine has processors.
    scheduler : str
        Address of a Dask scheduler, such as ``tcp://host:8786``; its workers, which need this
        package, then do all the work.

    Raises
    ------
    ValueError
        If a scheduler is given and Dask is not installed.
    """
    if scheduler:
        try:
            dask: Any = import_module("distributed")
        except ImportError:
            raise ValueError(
                f"{scheduler}: Dask is not installed; pip install 'ibd-scores[dask]'"
            ) from None
        with dask.Client(scheduler) as client, client.get_executor() as pool:
            yield pool
    elif kind == "threads":
        with ThreadPoolExecutor(workers) as pool:
            yield pool
    else:
        # "spawn" is what every system has, and safe beside the threads of a notebook.
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            yield pool


def rates(
    pool: Executor,
    *,
    cohorts: int = 2000,
    patients: int = 80,
    missing: Missing = "random",
    seed: int = 12,
) -> pd.DataFrame:
    """Simulate cohorts and give the rates of each.

    On a terminal a bar shows how far it is.

    Parameters
    ----------
    pool : Executor
        Such as `executor` gives: anything with the ``map`` of `concurrent.futures`.
    cohorts, patients : int
        How many cohorts, and how many patients start in each.
    missing : "random" or "ill"
        Whose examinations at week 12 are missing: anybody's, or rather of those who are ill then.
    seed : int
        Of all cohorts; each draws from its own child of it.

    Returns
    -------
    DataFrame
        ``cohort``, then the columns of `estimands.rates`. Beside the estimands stands `COMPLETE`,
        as observed if everyone had stayed and been scoped.

    Raises
    ------
    ValueError
        If there is to be no cohort or no patient.

    Examples
    --------
    >>> with executor("threads", workers=2) as pool:
    ...     found = rates(pool, cohorts=2, patients=40)
    >>> found.loc[found["endpoint"] == "cdai_remission", ["cohort", "estimand", "k", "n"]]
        cohort               estimand   k   n
    2        0               complete  21  35
    9        0            as_observed  21  34
    10       0          non_responder  21  36
    11       0  non_responder_started  21  38
    14       1               complete  21  40
    21       1            as_observed  19  37
    22       1          non_responder  19  37
    23       1  non_responder_started  19  40
    """
    if cohorts < 1 or patients < 1:
        raise ValueError(f"{cohorts} cohorts of {patients} patients: give at least one of each")
    children = np.random.SeedSequence(seed).spawn(cohorts)
    chunks = [children[first : first + CHUNK] for first in range(0, cohorts, CHUNK)]
    tables = []
    with tqdm(total=cohorts, unit=" cohorts", file=sys.stderr, disable=None) as bar:
        of_chunk = partial(_rates, patients=patients, missing=missing)
        for chunk, table in zip(chunks, pool.map(of_chunk, chunks), strict=True):
            tables.append(table)
            bar.update(len(chunk))
    return pd.concat(tables, ignore_index=True)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Summarize what `rates` gives.

    Returns
    -------
    DataFrame
        Index ``endpoint, estimand``; ``cohorts`` with anybody in the denominator, and in percent or
        percentage points: the ``truth``, which is the complete rate of all cohorts taken as one;
        the ``mean`` of the rates, their ``bias``; the ``coverage`` of the truth by the interval,
        its Monte-Carlo standard ``error``, the mean ``width``; and the coverage (``of_own``) of
        what the estimand itself is in all cohorts taken as one, where bias plays no part.

    Examples
    --------
    >>> table = pd.DataFrame({
    ...     "endpoint": "cdai_remission", "estimand": ["complete", "as_observed"],
    ...     "k": [5, 4], "n": 10, "percent": [50.0, 40.0], "low": 15.0, "high": 75.0,
    ... })
    >>> summary(table)[["truth", "mean", "bias", "coverage", "width"]]
                                truth  mean  bias  coverage  width
    endpoint       estimand
    cdai_remission as_observed   50.0  40.0 -10.0     100.0   60.0
    """
    rows: dict[Any, dict[str, float]] = {}
    truths: dict[Any, float] = {}
    for (endpoint, estimand), own in table.dropna(subset=["percent"]).groupby(
        ["endpoint", "estimand"], sort=False
    ):
        itself = 100 * own["k"].sum() / own["n"].sum()
        if estimand == COMPLETE:  # the first of each endpoint
            truths[endpoint] = itself
        elif endpoint in truths:
            truth, mean = truths[endpoint], own["percent"].mean()
            held = _held(own, truth)
            rows[endpoint, estimand] = {
                "cohorts": len(own),
                "truth": truth,
                "mean": mean,
                "bias": mean - truth,
                "coverage": 100 * held,
                "error": 100 * sqrt(held * (1 - held) / len(own)),
                "width": (own["high"] - own["low"]).mean(),
                "of_own": 100 * _held(own, itself),
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["endpoint", "estimand"])


def _held(table: pd.DataFrame, percent: float) -> float:
    """Give the share of the intervals that hold this."""
    return float((table["low"].le(percent) & table["high"].ge(percent)).mean())


# -------------------------------------------------------------------------------- one task of many

START = date(2024, 1, 1)  # of everybody: no endpoint asks for the day
FOLLOWED = {"scoped": [BASELINE, WEEK12]}  # nothing is missing


def _rates(
    children: Sequence[np.random.SeedSequence], *, patients: int, missing: Missing
) -> pd.DataFrame:
    """Draw cohorts, score them at one go, and give the rates of each."""
    tables = _tables(children, patients, missing)
    who = tables["patients"]
    visits = scoring.score(scoring.prepare(who, tables["visits"], tables["diary"]), [cdai])
    scopes = scoring.score(tables["endoscopy"], [ses_cd, ses_cd_without_narrowing])
    done = scopes.pop("done").eq(1)
    stopped = visits["patient_id"].isin(who.loc[who["stop_date"].notna(), "patient_id"])
    seen = visits[~stopped | visits["visit"].eq(BASELINE)]
    complete = _answers(scoring.with_endoscopy(visits, scopes))
    observed = _answers(scoring.with_endoscopy(seen, scopes[done]))
    blocks = {}
    for cohort, own in who.groupby("cohort"):
        started = estimands.started(own, "CD")
        told = estimands.rates(
            complete["flags"], "CD", eligible=complete["eligible"], population=started,
            estimands=["as_observed"],
        )  # fmt: skip
        found = estimands.rates(
            observed["flags"], "CD", eligible=observed["eligible"],
            population=estimands.completed(own, "CD"), started=started,
            intercurrent=estimands.intercurrent_events(own, observed["pairs"].loc[started]),
        )  # fmt: skip
        blocks[cohort] = pd.concat([told.assign(estimand=COMPLETE), found], ignore_index=True)
    return pd.concat(blocks, names=["cohort", None]).reset_index("cohort").reset_index(drop=True)


def _answers(scores: pd.DataFrame) -> dict[str, Any]:
    """Ask every endpoint of these visits: what it says, and of whom it asks."""
    pairs = e.pairs(scores)
    return {
        "pairs": pairs,
        "flags": [one(pairs) for one in ENDPOINTS],
        "eligible": [analyzed(one, pairs) for one in ENDPOINTS],
    }


def _tables(
    children: Sequence[np.random.SeedSequence], patients: int, missing: Missing
) -> dict[str, pd.DataFrame]:
    """Draw the tidy tables of several cohorts."""
    crohn = simulation.read_plan()["crohn"]
    rows: dict[str, list[Row]] = {name: [] for name in COLUMNS}
    for child in children:
        (cohort,), key = child.spawn_key, child.generate_state(4).tolist()
        for number in range(1, patients + 1):
            _draw(Draws(*key, number), crohn, (cohort, number), missing, rows)
    return {name: _frame(rows[name], columns) for name, columns in COLUMNS.items()}


def _draw(
    draws: Draws, crohn: simulation.Plan, place: tuple[int, int], missing: Missing,
    rows: dict[str, list[Row]],
) -> None:  # fmt: skip
    """Draw one patient: everything that happened, and which examinations were done."""
    bowel = draw_bowel(draws)
    course = _course(draws, crohn["course"], bowel, missing)
    patient = simulation.Patient(course, START, bowel)
    targets = crohn["targets"]
    patient.fistula = int(draws.chance(targets["perianal"] / targets["completed"]))
    person = simulation.draw_person(draws, patient)
    who = {"patient_id": "{:05d}-{:04d}".format(*place)}
    rows["patients"].append({**person, **who, "cohort": place[0]})
    for visit in simulation.draw_visits(draws, replace(patient, course=FOLLOWED), person):
        rows["diary"] += [day | who for day in visit.pop("diary")]
        rows["visits"].append(visit | who)
        done = {"visit": visit["visit"], "done": int(visit["visit"] in course["scoped"])}
        rows["endoscopy"].append({**bowel.cells[visit["visit"]], **who, **done})


def _course(
    draws: Draws, courses: Sequence[simulation.Plan], bowel: Bowel, missing: Missing
) -> simulation.Plan:
    """Pick a course as often as the plan has it; or, without week 12, the more often the iller."""
    often = bowel.severity[WEEK12] / USUAL if missing == "ill" else 1.0
    return courses[draws.pick({
        number: course["patients"] * (1 if WEEK12 in course["scoped"] else often)
        for number, course in enumerate(courses)
    })]  # fmt: skip


def _frame(rows: list[Row], columns: Sequence[str]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=list(columns))
    for name in table:
        if str(name).endswith("date"):
            table[name] = pd.to_datetime(table[name])
        elif table[name].dtype == object:  # whole numbers, and None where there is none
            table[name] = table[name].astype("float64")
    return table
