"""The cohort in aggregate tables: flow, baseline, transitions between bands, adverse events.

None of them lists a patient. CD and UC are described apart, never pooled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any, Literal

import numpy as np
import pandas as pd

from ibd_scores import (
    endpoints,
    montreal_age,
    montreal_behavior,
    montreal_extent,
    montreal_location,
)
from ibd_scores.indices.endoscopy import SEGMENTS
from ibd_scores.study.estimands import completed, started
from ibd_scores.study.labels import LEVELS, VISITS, quantity
from ibd_scores.study.statistics import QUARTILES, quartiles

__all__ = [
    "CD_CHARACTERISTICS",
    "UC_CHARACTERISTICS",
    "Characteristic",
    "adverse_events",
    "at_baseline",
    "baseline",
    "flow",
    "segment_counts",
    "transitions",
]

ENDOSCOPY = {"CD": "ses_cd", "UC": "endoscopic_subscore"}


@dataclass(frozen=True)
class Characteristic:
    """A line of the baseline table, or a block of lines: one for each level.

    The label is by default what `labels.quantity` calls the column.
    """

    column: str
    kind: Literal["median", "levels", "yes"] = "median"
    decimals: int = 0
    label: str = ""

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", quantity(self.column))


# Any of them is an extraintestinal manifestation.
EXTRAINTESTINAL = (
    "arthralgia", "uveitis", "erythema_nodosum", "pyoderma_gangrenosum", "aphthous_ulcers",
)  # fmt: skip

_EVERYONE = (
    Characteristic("age"),
    Characteristic("sex", "levels"),
    Characteristic("bmi", decimals=1),
    Characteristic("smoking", "levels"),
    Characteristic("disease_duration"),
    Characteristic("age_at_diagnosis"),
)
_TREATMENT = (
    Characteristic("extraintestinal_manifestation", "yes"),
    Characteristic("prior_surgery", "yes"),
    Characteristic("prior_advanced_therapies", "levels"),
    Characteristic("systemic_steroid", "yes"),
    Characteristic("immunomodulator", "yes"),
)
_LABORATORY = (
    Characteristic("crp_mg_l", decimals=1),
    Characteristic("crp_raised", "yes"),
    Characteristic("esr_mm_h"),
    Characteristic("calprotectin_ug_g"),
    Characteristic("calprotectin_raised", "yes"),
    Characteristic("hemoglobin_g_dl", decimals=1),
    Characteristic("albumin_g_dl", decimals=1),
)
_TIMING = (
    Characteristic("days_to_first_dose"),
    Characteristic("week12_day"),
)
CD_CHARACTERISTICS = (
    *_EVERYONE,
    Characteristic("montreal_age", "levels"),
    Characteristic("montreal_location", "levels"),
    Characteristic("montreal_behavior", "levels"),
    Characteristic("perianal", "yes"),
    Characteristic("perianal_fistula", "yes"),
    Characteristic("perianal_abscess", "yes"),
    *_TREATMENT,
    Characteristic("cdai"),
    Characteristic("hbi"),
    Characteristic("ses_cd"),
    Characteristic("ses_cd_without_narrowing"),
    *_LABORATORY,
    *_TIMING,
)
UC_CHARACTERISTICS = (
    *_EVERYONE,
    Characteristic("montreal_extent", "levels"),
    *_TREATMENT,
    Characteristic("mayo_full"),
    Characteristic("mayo_partial"),
    Characteristic("mayo_adapted"),
    Characteristic("endoscopic_subscore", "levels"),
    Characteristic("uceis"),
    *_LABORATORY,
    *_TIMING,
)


def flow(patients: pd.DataFrame, scores: pd.DataFrame, disease: str) -> pd.DataFrame:
    """From started to completed to scoped, with the reasons for stopping (STROBE item 13).

    Parameters
    ----------
    patients : DataFrame
        The tidy patients table.
    scores : DataFrame
        One row per patient and visit. An endoscopy counts where its score is recorded: ``ses_cd``
        in CD, ``endoscopic_subscore`` in UC.
    disease : str
        ``"CD"`` or ``"UC"``.

    Returns
    -------
    DataFrame
        Index ``step``, column ``n``. Who stopped without a reason is counted under
        "stopped: reason not recorded".
    """
    everyone, finished = started(patients, disease), completed(patients, disease)
    scoped = scores.loc[scores[ENDOSCOPY[disease]].notna()]
    before = scoped.loc[scoped["visit"].eq("baseline"), "patient_id"]
    after = scoped.loc[scoped["visit"].eq("week12"), "patient_id"]
    stopped = patients.loc[patients["patient_id"].isin(everyone.difference(finished))]
    reasons = stopped["stop_reason"].fillna("reason not recorded").value_counts().to_dict()
    steps = {
        "started": len(everyone),
        "endoscopy at baseline": everyone.isin(before).sum(),
        "stopped before week 12": len(stopped),
        # By name within a count: the order of ties is not defined otherwise.
        **{
            f"stopped: {why}": reasons[why]
            for why in sorted(reasons, key=lambda w: (-reasons[w], w))
        },
        "completed 12 weeks": len(finished),
        "completed, endoscopy at baseline": finished.isin(before).sum(),
        "completed, endoscopy at week 12": finished.isin(after).sum(),
        "completed, endoscopy at both": (finished.isin(before) & finished.isin(after)).sum(),
    }
    return pd.DataFrame({"n": pd.Series(steps, dtype="int64")}).rename_axis("step")


def at_baseline(patients: pd.DataFrame, scores: pd.DataFrame, disease: str) -> pd.DataFrame:
    """Everyone who started: one row per patient with what is known at baseline.

    Beside the columns of both tables: ``bmi`` (kg/m²), ``disease_duration`` (years),
    ``prior_advanced_therapies`` as 0, 1, 2, 3 or more, the Montreal grades, and
    ``days_to_first_dose`` from the baseline visit; ``week12_day``, the day of the week-12 visit
    counted from the first dose; and as nullable booleans ``extraintestinal_manifestation``,
    ``crp_raised``, ``calprotectin_raised`` and, in CD, ``perianal`` (fistula or abscess). Index:
    ``patient_id``.
    """
    table = patients.set_index("patient_id").loc[started(patients, disease)]
    visit, week12 = (
        scores.loc[scores["visit"].eq(name)].set_index("patient_id")
        for name in ("baseline", "week12")
    )
    table = table.join(visit[visit.columns.difference(table.columns, sort=False)])
    table["bmi"] = table["weight_kg"] / table["height_m"] ** 2
    table["disease_duration"] = table["age"] - table["age_at_diagnosis"]
    table["days_to_first_dose"] = (table["start_date"] - table["date"]).dt.days
    table["week12_day"] = (week12["date"].reindex(table.index) - table["start_date"]).dt.days
    table["prior_advanced_therapies"] = pd.cut(
        table["prior_advanced_therapies"],
        [-np.inf, 0, 1, 2, np.inf],
        labels=["0", "1", "2", "3 or more"],
    )
    table["extraintestinal_manifestation"] = _any(table, EXTRAINTESTINAL)
    table["crp_raised"] = ~endpoints.crp_normal(table)
    table["calprotectin_raised"] = ~endpoints.calprotectin_normal(table)
    if disease == "UC":
        return table.assign(montreal_extent=montreal_extent(table))
    table["perianal"] = _any(table, ("perianal_fistula", "perianal_abscess"))
    graded = table.assign(perianal=table["perianal"].astype("Float64").astype("float64"))
    return table.assign(
        montreal_age=montreal_age(graded),
        montreal_location=montreal_location(graded),
        montreal_behavior=montreal_behavior(graded),
    )


def baseline(table: pd.DataFrame, characteristics: Sequence[Characteristic]) -> pd.DataFrame:
    """Baseline table: median (IQR) or n (%), missing counted, no p-values.

    Parameters
    ----------
    table : DataFrame
        One row per patient, such as `at_baseline` or some of its rows.
    characteristics : sequence of Characteristic
        ``CD_CHARACTERISTICS``, ``UC_CHARACTERISTICS`` or a choice of your own.

    Returns
    -------
    DataFrame
        Index ``characteristic, level``; ``n`` recorded and ``missing``; ``k`` and ``percent`` of
        those recorded, or what `statistics.quartiles` gives; ``censored``, how many values of a
        column with a ``<column>_censor`` lie beyond a limit of detection; ``decimals`` to print.

    Notes
    -----
    A characteristic that the table lacks, or that is missing in everyone, has no row.

    Examples
    --------
    >>> table = pd.DataFrame({"age": [20.0, 30.0, 40.0, None]})
    >>> baseline(table, [Characteristic("age")])[["median", "missing"]]
                                 median  missing
    characteristic level
    Age, years     median (IQR)    30.0        1
    """
    known = set(table.columns[table.notna().any()])
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for one in [one for one in characteristics if one.column in known]:
        values = table[one.column].dropna()
        n = len(values)
        common = {"n": n, "missing": len(table) - n, "decimals": one.decimals}
        if one.kind == "median":
            marks = table.get(f"{one.column}_censor")
            if marks is not None:
                marks = marks.loc[values.index]
                common["censored"] = int(marks.notna().sum())
            rows[one.label, "median (IQR)"] = quartiles(values, marks) | common
        else:
            for level, k in _counted(values, one.kind).items():
                rows[one.label, level] = {"k": k, "percent": 100 * k / n} | common
    characteristic, level_names = zip(*rows, strict=True) if rows else ((), ())
    index = pd.MultiIndex.from_arrays(
        [characteristic, level_names], names=["characteristic", "level"]
    )
    measures = [f"{name}{mark}" for mark in ("", "_censor") for name in QUARTILES]
    columns = ["n", "missing", "k", "percent", *measures, "censored", "decimals"]
    found = pd.DataFrame(list(rows.values()), index=index, columns=columns)
    return found.astype({"censored": "Int64"})


def transitions(
    pairs: pd.DataFrame, column: str, order: Sequence[Any] | None = None
) -> pd.DataFrame:
    """Patients by category at baseline (rows) and at follow-up (columns), with totals.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns.
    column : str
        Such as ``"ses_cd_band"`` or ``"endoscopic_subscore"``.
    order : sequence, optional
        The categories from best to worst; needed unless the column is an ordered categorical.

    Returns
    -------
    DataFrame
        Counts; "missing" after the categories and "total" last, both ways.

    Raises
    ------
    ValueError
        If the order is unknown, or a value is not in it.
    """
    before, after = pairs[f"{column}_baseline"], pairs[column]
    if order is None:
        if not isinstance(after.dtype, pd.CategoricalDtype):
            raise ValueError(
                f"{column}: the order of its categories is unknown; give order=, from best to worst"
            )
        order = list(after.cat.categories)
    names = [_level(one) for one in order]
    sides = {}
    for visit, values in (("baseline", before), ("follow-up", after)):
        named = values.astype(object).map(_level, na_action="ignore")
        text = named.astype(object).fillna("missing")
        unknown = set(text) - {*names, "missing"}
        if unknown:
            raise ValueError(
                f"{column} at {visit}: {min(unknown)!r} is not in the order {', '.join(names)}"
            )
        sides[visit] = pd.Categorical(text, categories=[*names, "missing"])
    table = (
        pd.crosstab(sides["baseline"], sides["follow-up"], margins=False, dropna=False)
        .set_axis([*names, "missing"], axis=0)
        .set_axis([*names, "missing"], axis=1)
    )
    table.loc["total"] = table.sum()
    table["total"] = table.sum(axis=1)
    return table.rename_axis(index="baseline", columns="follow-up")


def segment_counts(pairs: pd.DataFrame, variable: str = "ulcer_size") -> pd.DataFrame:
    """Patients in each category of an SES-CD variable, by segment and visit.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns, with the columns ``<variable>_<segment>``.
    variable : str
        One of `labels.LEVELS`.

    Returns
    -------
    DataFrame
        Index ``segment, visit``; a column for each category; ``n``, their sum: the patients in whom
        the segment was explored at both visits.
    """
    rows = {}
    for segment in SEGMENTS:
        name = f"{variable}_{segment}"
        both = pairs.reindex(columns=[f"{name}_baseline", name]).astype("float64").dropna()
        for visit, (_, values) in zip(VISITS, both.items(), strict=True):
            counts = {word: int(values.eq(k).sum()) for k, word in enumerate(LEVELS[variable])}
            rows[segment, visit] = {**counts, "n": len(both)}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(["segment", "visit"])


def adverse_events(events: pd.DataFrame, patients: pd.DataFrame, disease: str) -> pd.DataFrame:
    """Adverse events by term, in everyone of one disease who started.

    Returns
    -------
    DataFrame
        Index ``term``, "any adverse event" first, then by number of patients. ``patients`` with
        the event and their ``percent`` of those who started; ``events``; of these ``serious``,
        ``related`` (to the drug) and ``stopped`` (led to stopping). No row where the cohort has no
        event of anybody: then none was recorded, which is not to say that there was none.
    """
    if events.empty:
        measures = ["patients", "percent", "events", "serious", "related", "stopped"]
        return pd.DataFrame(columns=measures, index=pd.Index([], name="term", dtype="str"))
    exposed = started(patients, disease)
    own = events.loc[events["patient_id"].isin(exposed)]
    own = own.assign(
        serious=own["serious"].eq(1),
        related=own["related"].eq(1),
        stopped=own["action"].eq("stopped"),
    )
    blocks = [("any adverse event", own), *own.groupby("term")]
    rows = {
        str(term): {
            "patients": block["patient_id"].nunique(),
            "percent": 100 * block["patient_id"].nunique() / len(exposed)
            if len(exposed)
            else np.nan,
            "events": len(block),
            **block[["serious", "related", "stopped"]].sum().astype(int),
        }
        for term, block in blocks
    }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("term").reset_index()
    table["first"] = table["term"].ne("any adverse event")
    table = table.sort_values(
        ["first", "patients", "events", "term"], ascending=[True, False, False, True]
    )
    return table.drop(columns="first").set_index("term")


def _any(table: pd.DataFrame, columns: Sequence[str]) -> "pd.Series[bool]":
    """Any of them: yes wherever one is, not known where one that is missing could be."""
    return reduce(or_, (table[column].astype("boolean") for column in columns))


def _counted(values: "pd.Series[Any]", kind: str) -> dict[str, int]:
    if kind == "yes":
        return {"yes": int(values.astype("boolean").sum())}
    if isinstance(values.dtype, pd.CategoricalDtype):
        counts = values.value_counts(sort=False)
        return {_level(level): int(k) for level, k in counts.items() if k}
    return {_level(level): int(k) for level, k in values.value_counts().sort_index().items()}


def _level(value: Any) -> str:
    """Write a category; a whole number without its decimal."""
    return f"{value:g}" if isinstance(value, float) else str(value)
