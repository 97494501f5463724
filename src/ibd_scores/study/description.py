"""The cohort in aggregate tables: flow, baseline, transitions between bands, adverse events.

None of them lists a patient. CD and UC are described apart, never pooled.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from ibd_scores import montreal_age, montreal_behavior, montreal_extent, montreal_location
from ibd_scores.study.estimands import completed, started

__all__ = [
    "CD_CHARACTERISTICS",
    "UC_CHARACTERISTICS",
    "Characteristic",
    "adverse_events",
    "at_baseline",
    "baseline",
    "flow",
    "transitions",
]

ENDOSCOPY = {"CD": "ses_cd", "UC": "endoscopic_subscore"}


class Characteristic(NamedTuple):
    """A line of the baseline table, or a block of lines: one for each level."""

    column: str
    label: str
    kind: Literal["median", "levels", "yes"] = "median"
    decimals: int = 0


_EVERYONE = (
    Characteristic("age", "Age, years"),
    Characteristic("sex", "Sex", "levels"),
    Characteristic("bmi", "Body mass index, kg/m²", decimals=1),
    Characteristic("smoking", "Smoking", "levels"),
    Characteristic("disease_duration", "Disease duration, years"),
    Characteristic("age_at_diagnosis", "Age at diagnosis, years"),
)
_TREATMENT = (
    Characteristic("prior_surgery", "Prior surgery", "yes"),
    Characteristic("prior_advanced_therapies", "Prior advanced therapies", "levels"),
    Characteristic("systemic_steroid", "Systemic corticosteroid", "yes"),
    Characteristic("immunomodulator", "Immunomodulator", "yes"),
)
_LABORATORY = (
    Characteristic("crp_mg_l", "CRP, mg/L", decimals=1),
    Characteristic("esr_mm_h", "ESR, mm/h"),
    Characteristic("calprotectin_ug_g", "Fecal calprotectin, µg/g"),
    Characteristic("hemoglobin_g_dl", "Hemoglobin, g/dL", decimals=1),
    Characteristic("albumin_g_dl", "Albumin, g/dL", decimals=1),
)
CD_CHARACTERISTICS = (
    *_EVERYONE,
    Characteristic("montreal_age", "Montreal age", "levels"),
    Characteristic("montreal_location", "Montreal location", "levels"),
    Characteristic("montreal_behavior", "Montreal behavior", "levels"),
    Characteristic("perianal", "Perianal fistula or abscess", "yes"),
    *_TREATMENT,
    Characteristic("cdai", "CDAI"),
    Characteristic("hbi", "HBI"),
    Characteristic("ses_cd", "SES-CD"),
    Characteristic("ses_cd_without_narrowing", "SES-CD without narrowing"),
    *_LABORATORY,
)
UC_CHARACTERISTICS = (
    *_EVERYONE,
    Characteristic("montreal_extent", "Montreal extent", "levels"),
    *_TREATMENT,
    Characteristic("mayo_full", "Full Mayo score"),
    Characteristic("mayo_partial", "Partial Mayo score"),
    Characteristic("mayo_adapted", "Adapted Mayo score"),
    Characteristic("endoscopic_subscore", "Mayo endoscopic subscore", "levels"),
    Characteristic("uceis", "UCEIS"),
    *_LABORATORY,
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
    ``prior_advanced_therapies`` as 0, 1, 2, 3 or more, and the Montreal grades; in CD also
    ``perianal`` (fistula or abscess, nullable boolean). Index: ``patient_id``.
    """
    table = patients.set_index("patient_id").loc[started(patients, disease)]
    visit = scores.loc[scores["visit"].eq("baseline")].set_index("patient_id")
    table = table.join(visit[visit.columns.difference(table.columns, sort=False)])
    table["bmi"] = table["weight_kg"] / table["height_m"] ** 2
    table["disease_duration"] = table["age"] - table["age_at_diagnosis"]
    table["prior_advanced_therapies"] = pd.cut(
        table["prior_advanced_therapies"],
        [-np.inf, 0, 1, 2, np.inf],
        labels=["0", "1", "2", "3 or more"],
    )
    if disease == "UC":
        return table.assign(montreal_extent=montreal_extent(table))
    fistula, abscess = (
        table[column].astype("boolean") for column in ("perianal_fistula", "perianal_abscess")
    )
    table["perianal"] = fistula | abscess
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
        Index ``characteristic, level``; ``k`` and ``percent`` of those recorded, or ``median, q1,
        q3``; ``missing``; ``decimals`` to print.

    Raises
    ------
    KeyError
        If the table lacks a column.

    Examples
    --------
    >>> table = pd.DataFrame({"age": [20.0, 30.0, 40.0, None]})
    >>> baseline(table, [Characteristic("age", "Age, years")])[["median", "missing"]]
                                 median  missing
    characteristic level
    Age, years     median (IQR)    30.0        1
    """
    absent = [one.column for one in characteristics if one.column not in table]
    if absent:
        raise KeyError(f"baseline table: no column {', '.join(absent)}; add it or leave it out")
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for column, label, kind, decimals in characteristics:
        values = table[column].dropna()
        missing = len(table) - len(values)
        if kind == "median":
            q1, median, q3 = values.astype("float64").quantile([0.25, 0.5, 0.75])
            rows[label, "median (IQR)"] = {"median": median, "q1": q1, "q3": q3}
        else:
            for level, k in _counted(values, kind).items():
                percent = 100 * k / len(values) if len(values) else np.nan
                rows[label, level] = {"k": k, "percent": percent}
        for row in (row for key, row in rows.items() if key[0] == label):
            row |= {"missing": missing, "decimals": decimals}
    index = pd.MultiIndex.from_tuples(rows, names=["characteristic", "level"])
    columns = ["k", "percent", "median", "q1", "q3", "missing", "decimals"]
    return pd.DataFrame(list(rows.values()), index=index, columns=columns)


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
        text = values.astype(object).map(_level, na_action="ignore").fillna("missing")
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


def adverse_events(events: pd.DataFrame, patients: pd.DataFrame, disease: str) -> pd.DataFrame:
    """Adverse events by term, in everyone of one disease who started.

    Returns
    -------
    DataFrame
        Index ``term``, "any adverse event" first, then by number of patients. ``patients`` with
        the event and their ``percent`` of those who started; ``events``; of these ``serious``,
        ``related`` (to the drug) and ``stopped`` (led to stopping).
    """
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
