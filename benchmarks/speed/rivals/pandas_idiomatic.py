"""The workloads in pandas, a column at a time."""

from collections.abc import Collection, Iterable

import numpy as np
import pandas as pd

from .data import (
    CDAI_SPANS,
    CDAI_WHOLE,
    DIARY_SPANS,
    LEAST_DAYS,
    LEAVE,
    LEAVE_30_PERCENT,
    MAYO_SPANS,
    MAYO_WHOLE,
    OFF_FORM,
    SES_CD_SEGMENTS,
    SES_CD_SPANS,
    SEXES,
    WINDOW_DAYS,
    Span,
)


def prepare(table: pd.DataFrame) -> pd.DataFrame:
    """Give the table as it is."""
    return table


def _checked(
    table: pd.DataFrame, spans: dict[str, Span], whole: Collection[str]
) -> dict[str, pd.Series]:
    """The columns as float64, none with a value off the form."""
    columns = {name: table[name].astype(float) for name in spans}
    for name, (low, high) in spans.items():
        column = columns[name]
        if ((column < low) | (column > high)).any():
            raise ValueError(f"{name}: {OFF_FORM}")
        if name in whole and (np.floor(column) < column).any():
            raise ValueError(f"{name}: {OFF_FORM}")
    return columns


def cdai(table: pd.DataFrame) -> pd.Series:
    """Score the CDAI."""
    columns = _checked(table, CDAI_SPANS, CDAI_WHOLE)
    mass = columns["abdominal_mass"]
    if (mass.notna() & (mass != 0) & (mass != 2) & (mass != 5)).any():
        raise ValueError(f"abdominal_mass: {OFF_FORM}")
    female, male = (table["sex"] == sex for sex in SEXES)
    if not (female | male | table["sex"].isna()).all():
        raise ValueError(f"sex: {OFF_FORM}")
    reference = np.where(male, 47, np.where(female, 42, np.nan))
    underweight = 100 * (1 - columns["weight_kg"] / columns["standard_weight_kg"])
    score: pd.Series[float] = (
        2 * columns["liquid_stools_7d"]
        + 5 * columns["abdominal_pain_7d"]
        + 7 * columns["general_wellbeing_7d"]
        + 20 * columns["complications"]
        + 30 * columns["antidiarrheal"]
        + 10 * mass
        + 6 * (reference - columns["hematocrit_percent"])
        + underweight.clip(lower=-10)
    )
    return score.round(6)


def ses_cd(table: pd.DataFrame) -> pd.Series:
    """Score the SES-CD of the segments explored."""
    columns = _checked(table, SES_CD_SPANS, SES_CD_SPANS)
    score = pd.Series(0.0, index=table.index)
    explored = pd.Series(False, index=table.index)
    for names in SES_CD_SEGMENTS:
        size, ulcerated, affected, narrowing = (columns[name] for name in names)
        seen = size.notna() | ulcerated.notna() | affected.notna() | narrowing.notna()
        score += (size + ulcerated + affected + narrowing).where(seen, 0)
        explored |= seen
    return score.where(explored)


def mayo_endpoints(table: pd.DataFrame) -> pd.DataFrame:
    """Decide remission, response and endoscopic improvement."""
    columns = _checked(table, MAYO_SPANS, MAYO_WHOLE)
    (score, score_before, bleeding, bleeding_before, frequency, frequency_before, endoscopy) = (
        columns.values()
    )
    improved = endoscopy <= 1
    remitted = (
        (frequency <= 1) & (frequency <= frequency_before) & (bleeding == 0) & improved
    )  # fmt: skip
    responded = (
        (score_before - score >= 2 - LEAVE)
        & (100 * score - 70 * score_before <= LEAVE_30_PERCENT)
        & ((bleeding_before - bleeding >= 1) | (bleeding <= 1))
    )
    scoped, bled = endoscopy.notna(), bleeding.notna()
    known_remission = scoped & bled & frequency.notna() & frequency_before.notna()
    known_response = (
        bled & bleeding_before.notna() & score.notna() & score_before.notna() & (score_before != 0)
    )
    return pd.DataFrame({
        "adapted_mayo_remission": _flags(remitted, known_remission),
        "adapted_mayo_response": _flags(responded, known_response),
        "endoscopic_improvement": _flags(improved, scoped),
    })  # fmt: skip


def _flags(met: pd.Series, known: pd.Series) -> pd.Series:
    """Yes, no, and missing where it is not known."""
    return met.astype("boolean").where(known)


def diary_window(visits: pd.DataFrame, diary: pd.DataFrame) -> pd.DataFrame:
    """Total the diary of the seven days before each visit."""
    _checked(diary, DIARY_SPANS, DIARY_SPANS)
    days = pd.concat(_days_before(visits), ignore_index=True)
    answers = days.merge(diary, how="left", on=["patient_id", "date"], validate="many_to_one")
    totals = {}
    for name in DIARY_SPANS:
        daily = answers[name].to_numpy().reshape(WINDOW_DAYS, len(visits))
        recorded = ~np.isnan(daily)
        count = recorded.sum(axis=0)
        total = daily.sum(axis=0, where=recorded)
        mean = np.divide(total, count, out=np.full(len(visits), np.nan), where=count >= LEAST_DAYS)
        totals[f"{name}_7d"] = 7 * mean
    return pd.DataFrame(totals, index=visits.index)


def _days_before(visits: pd.DataFrame) -> Iterable[pd.DataFrame]:
    """The visits, dated back by one day, two, and so on."""
    for days in range(1, WINDOW_DAYS + 1):
        yield visits.assign(date=visits["date"] - pd.Timedelta(days=days))
