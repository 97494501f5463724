"""Adverse events: patients and events, and events per 100 patient-years of treatment.

Counted as treatment-emergent is what began on the day of the first dose or later, up to the last
day of exposure (`treated_until`); in those who stopped, up to 30 days after the stop date, as in
the trials of the drug (Fleischmann 2024, doi:10.1136/rmdopen-2023-004007). An event without a date
counts, too, lest one be lost. What is not counted is named by `accounting`, never left out
silently. Patients are counted among everyone who started, of one disease.

Those 30 days lend events but no time to the rates, which are of time under treatment: from the
first dose to the last, the last day not counted.

The intervals are exact Poisson ones. They hold for events that come independently of each other;
where one patient has several, they are too narrow.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from ibd_scores.study.exposure import exposure, exposure_ends, treated_until
from ibd_scores.study.proportions import RateInterval, clopper_pearson, poisson_rate
from ibd_scores.study.tables import MISSING, number

__all__ = [
    "OF_SPECIAL_INTEREST",
    "accounting",
    "adverse_events",
    "adverse_events_table",
    "exposure",
    "exposure_ends",
    "of_special_interest",
    "treated_until",
]

DAYS_AFTER_STOPPING = 30
SUMMARIES = {
    "any adverse event": "any",
    "any serious adverse event": "serious",
    "any related adverse event": "related",
    "any that led to stopping": "stopped",
}
MEASURES = ["patients", "percent", "percent_low", "percent_high", "events", "rate", "low", "high"]

UNNAMED = "no term recorded or kept"
# MedDRA preferred terms in lower case, for what must be named even where there was none; American
# and British spelling are taken for the same. Not adjudicated: what counts is the term.
OF_SPECIAL_INTEREST: dict[str, tuple[str, ...]] = {
    "herpes zoster": (
        "genital herpes zoster", "herpes zoster", "herpes zoster cutaneous disseminated",
        "herpes zoster disseminated", "herpes zoster meningitis",
        "herpes zoster meningoencephalitis", "herpes zoster oticus", "ophthalmic herpes zoster",
        "varicella zoster virus infection",
    ),
    "venous thromboembolism": (
        "axillary vein thrombosis", "cerebral venous sinus thrombosis", "deep vein thrombosis",
        "embolism venous", "jugular vein thrombosis", "mesenteric vein thrombosis",
        "pelvic venous thrombosis", "portal vein thrombosis", "pulmonary embolism",
        "pulmonary thrombosis", "subclavian vein thrombosis", "vena cava thrombosis",
        "venous thrombosis", "venous thrombosis limb",
    ),
    "major adverse cardiovascular event": (
        "acute myocardial infarction", "cardiac death", "cerebellar infarction",
        "cerebral haemorrhage", "cerebral infarction", "cerebrovascular accident",
        "embolic stroke", "haemorrhagic stroke", "ischaemic stroke", "lacunar stroke",
        "myocardial infarction", "subarachnoid haemorrhage", "sudden cardiac death",
        "thrombotic stroke",
    ),
    "creatine kinase increased": (
        "blood creatine phosphokinase abnormal", "blood creatine phosphokinase increased",
    ),
    "lipids increased": (
        "blood cholesterol increased", "blood triglycerides increased", "dyslipidaemia",
        "hypercholesterolaemia", "hyperlipidaemia", "hypertriglyceridaemia", "lipids increased",
        "low density lipoprotein increased",
    ),
}  # fmt: skip


def adverse_events(
    events: pd.DataFrame | None,
    patients: pd.DataFrame,
    scores: pd.DataFrame,
    disease: str,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Treatment-emergent adverse events: in all, by gravity and by term.

    Parameters
    ----------
    events : DataFrame or None
        The tidy table of adverse events; None where none were asked for.
    patients, scores, disease
        See `treated_until`.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        Index ``term``: any adverse event, any serious, any related (to the drug) and any that led
        to stopping, then the terms by number of patients (`UNNAMED` where there is none).
        ``patients`` with the event and their ``percent`` of those who started, with its
        Clopper-Pearson limits ``percent_low`` and ``percent_high``; ``events``, with
        their ``rate`` per 100 patient-years and its exact Poisson limits ``low`` and ``high``; of
        the events ``serious``, ``related`` and ``stopped`` (led to stopping), where that was
        recorded. A table without events gives
        zeros with upper limits; no row where events were not asked for, which is not to say that
        there was none.

    References
    ----------
    Garwood F. Biometrika 1936;28:437-442. doi:10.1093/biomet/28.3-4.437
    """
    columns = [*MEASURES, "serious", "related", "stopped"]
    if events is None:
        return pd.DataFrame(columns=columns, index=pd.Index([], name="term", dtype="str"))
    own = _classified(events, patients, scores, disease)
    own = own.loc[own["emergent"]]
    years = exposure(patients, scores, disease, events)
    blocks = [(label, own if which == "any" else own[own[which]])
              for label, which in SUMMARIES.items()]  # fmt: skip
    by_term = sorted(
        own.groupby(own["term"].fillna(UNNAMED)),
        key=lambda named: (-named[1]["patient_id"].nunique(), -len(named[1]), str(named[0])),
    )
    rows = {
        str(term): _counted(block, years, confidence)
        | {name: int(block[name].sum()) for name in columns[len(MEASURES) :]}
        for term, block in [*blocks, *by_term]
    }
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("term")


def of_special_interest(
    events: pd.DataFrame | None,
    patients: pd.DataFrame,
    scores: pd.DataFrame,
    disease: str,
    groups: Mapping[str, tuple[str, ...]] = OF_SPECIAL_INTEREST,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Events that the drug's class is known for, each with a row even where there was none.

    Parameters
    ----------
    events, patients, scores, disease, confidence
        See `adverse_events`.
    groups : mapping
        Name of a group to the terms that belong to it; a term counts where it is one of them,
        whatever its capitals and its spelling of ae.

    Returns
    -------
    DataFrame
        Index ``group``; ``patients`` to ``high`` as in `adverse_events`; ``terms`` found. Of no
        event the upper limits say how much can be excluded (two-sided, so of n patients about
        3.7/n; the one-sided rule of three is 3/n). Missing where an event has no term, for it may
        be one of them. No row where events were not asked for.

    References
    ----------
    Hanley JA, Lippman-Hand A. JAMA 1983;249:1743-1745. doi:10.1001/jama.1983.03330370053031
    """
    columns = [*MEASURES, "terms"]
    if events is None:
        return pd.DataFrame(columns=columns, index=pd.Index([], name="group", dtype="str"))
    own = _classified(events, patients, scores, disease)
    own = own.loc[own["emergent"]]
    years = exposure(patients, scores, disease, events)
    unnamed = int(own["term"].isna().sum())
    spelled = own["term"].fillna("").map(_spelling)
    rows: dict[str, dict[str, Any]] = {}
    for group, terms in groups.items():
        if unnamed:  # which of them belong here, nobody can tell, and none is not the answer
            unknown = f"not known: {unnamed} of {len(own)} events have no term"
            rows[group] = dict.fromkeys(columns, np.nan) | {"terms": unknown}
            continue
        block = own[spelled.isin([_spelling(term) for term in terms])]
        found = ", ".join(sorted({*block["term"]})) or MISSING
        rows[group] = _counted(block, years, confidence) | {"terms": found}
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).rename_axis("group")


def accounting(
    events: pd.DataFrame, patients: pd.DataFrame, scores: pd.DataFrame, disease: str
) -> pd.DataFrame:
    """Which of the recorded events are counted, which are not and why, and what is unknown of them.

    Returns
    -------
    DataFrame
        Index ``events``, column ``n``: those of patients of the disease, apart by when they began.
    """
    named = patients.loc[patients["disease"].eq(disease), "patient_id"]
    recorded = events["patient_id"].isin(named)
    own = _classified(events, patients, scores, disease)
    counted = own.loc[own["emergent"]]
    steps = {
        "recorded": int(recorded.sum()),
        "not counted: in patients without a first dose": int(recorded.sum()) - len(own),
        "not counted: before the first dose": int(own["before"].sum()),
        "not counted: after the end of observation": int(own["after"].sum()),
        "counted: treatment-emergent": len(counted),
        f"of these within {DAYS_AFTER_STOPPING} days after stopping": int(counted["late"].sum()),
        "of these without a date": int(counted["onset_date"].isna().sum()),
        "of these not known whether serious": int(counted["serious_unknown"].sum()),
        "of these not known whether related": int(counted["related_unknown"].sum()),
        "of these not known whether they led to stopping": int(counted["stopped_unknown"].sum()),
    }
    return pd.DataFrame({"n": pd.Series(steps, dtype="int64")}).rename_axis("events")


def adverse_events_table(table: pd.DataFrame) -> pd.DataFrame:
    """Lay out `adverse_events` or `of_special_interest` for the reader.

    Examples
    --------
    >>> counted = {"patients": 3, "percent": 3.75, "percent_low": 0.8, "percent_high": 10.6}
    >>> row = counted | {"events": 4} | {"rate": 22.2, "low": 6.05, "high": 56.8}
    >>> laid = adverse_events_table(pd.DataFrame([row], index=["herpes zoster"]))
    >>> laid.loc["herpes zoster", "per 100 patient-years (95 % CI)"]
    '22.2 (6.1 to 56.8)'
    """
    layout = pd.DataFrame(index=table.index)
    layout["patients, n (%)"] = [
        MISSING if pd.isna(percent) else f"{k:.0f} ({number(percent, 1)} %)"
        for k, percent in zip(table["patients"], table["percent"], strict=True)
    ]
    layout["% of patients, 95 % CI"] = _interval(table, "percent_low", "percent_high")
    layout["events"] = table["events"]
    layout["per 100 patient-years (95 % CI)"] = [
        MISSING if pd.isna(rate) else f"{number(rate, 1)} ({limits})"
        for rate, limits in zip(table["rate"], _interval(table, "low", "high"), strict=True)
    ]
    further = {"serious": "serious", "related": "related", "stopped": "led to stopping",
               "terms": "terms"}  # fmt: skip
    for name in table.columns.intersection(list(further), sort=False):
        layout[further[name]] = table[name]
    return layout


def _classified(
    events: pd.DataFrame, patients: pd.DataFrame, scores: pd.DataFrame, disease: str
) -> pd.DataFrame:
    """Events of those who started, with when they began and what is known of their gravity."""
    until = treated_until(patients, scores, disease, events)
    own = events.loc[events["patient_id"].isin(until.index)].reset_index(drop=True)
    of_patient = until.loc[own["patient_id"]].set_index(own.index)
    onset, end = own["onset_date"], of_patient["end_date"]
    stopped = of_patient["known_from"].eq("stop date")
    last = end.mask(stopped, end + pd.Timedelta(days=DAYS_AFTER_STOPPING))
    own["before"], own["after"] = onset < of_patient["start_date"], onset > last
    own["late"] = (onset > end) & ~own["after"]
    own["emergent"] = ~(own["before"] | own["after"])
    for name, source, yes in (
        ("serious", "serious", 1), ("related", "related", 1), ("stopped", "action", "stopped"),
    ):  # fmt: skip
        own[f"{name}_unknown"] = own[source].isna()
        own[name] = own[source].eq(yes).fillna(False).astype(bool)
    return own


def _counted(block: pd.DataFrame, years: "pd.Series[float]", confidence: float) -> dict[str, Any]:
    patients, time = block["patient_id"].nunique(), float(years.sum())
    rate = (
        poisson_rate(len(block), time, confidence=confidence)
        if time > 0
        else RateInterval(np.nan, np.nan, np.nan)
    )
    percent = 100 * patients / len(years) if len(years) else np.nan
    limits = clopper_pearson(patients, len(years), confidence)
    return {
        "patients": patients, "percent": percent, "percent_low": limits.low,
        "percent_high": limits.high, "events": len(block), **rate._asdict(),
    }  # fmt: skip


def _spelling(term: str) -> str:
    """Bring the spellings of a term together: capitals, spaces, ae for e."""
    return " ".join(term.casefold().split()).replace("ae", "e")


def _interval(table: pd.DataFrame, low: str, high: str) -> list[str]:
    return [
        MISSING if pd.isna(a) else f"{number(a, 1)} to {number(b, 1)}"
        for a, b in zip(table[low], table[high], strict=True)
    ]
