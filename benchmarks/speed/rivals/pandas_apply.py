"""The workloads in pandas, a row at a time: how they are often written first."""

import math
from collections.abc import Collection

import pandas as pd

from .data import (
    CDAI_SPANS,
    CDAI_WHOLE,
    DIARY_SPANS,
    LEAST_DAYS,
    LEAVE,
    LEAVE_30_PERCENT,
    MASSES,
    MAYO_SPANS,
    MAYO_WHOLE,
    OFF_FORM,
    SES_CD_SEGMENTS,
    SES_CD_SPANS,
    SEXES,
    TWICE,
    WINDOW_DAYS,
    Span,
)


def prepare(table: pd.DataFrame) -> pd.DataFrame:
    """Give the table as it is."""
    return table


def _check(row: pd.Series, spans: dict[str, Span], whole: Collection[str]) -> bool:
    """True for a row on the form; another is refused."""
    for name, (low, high) in spans.items():
        value = row[name]
        if value < low or value > high or (name in whole and value % 1 > 0):
            raise ValueError(f"{name}: {OFF_FORM}")
    return True


def _cdai(row: pd.Series) -> float:
    _check(row, CDAI_SPANS, CDAI_WHOLE)
    mass, sex = float(row["abdominal_mass"]), row["sex"]
    if not (mass in MASSES or math.isnan(mass)) or not (sex in SEXES or pd.isna(sex)):
        raise ValueError(f"abdominal_mass or sex: {OFF_FORM}")
    reference = {"female": 42, "male": 47}.get(sex, math.nan)
    underweight = 100 * (1 - float(row["weight_kg"]) / float(row["standard_weight_kg"]))
    return round(
        2 * float(row["liquid_stools_7d"])
        + 5 * float(row["abdominal_pain_7d"])
        + 7 * float(row["general_wellbeing_7d"])
        + 20 * float(row["complications"])
        + 30 * float(row["antidiarrheal"])
        + 10 * mass
        + 6 * (reference - float(row["hematocrit_percent"]))
        + max(underweight, -10),  # in this order a missing one stays missing
        6,
    )


def cdai(table: pd.DataFrame) -> pd.Series:
    """Score the CDAI."""
    return table.apply(_cdai, axis=1)


def _ses_cd(row: pd.Series) -> float:
    _check(row, SES_CD_SPANS, SES_CD_SPANS)
    segments = [[row[name] for name in names] for names in SES_CD_SEGMENTS]
    explored = [cells for cells in segments if not all(map(math.isnan, cells))]
    return float(sum(map(sum, explored))) if explored else math.nan


def ses_cd(table: pd.DataFrame) -> pd.Series:
    """Score the SES-CD of the segments explored."""
    return table.apply(_ses_cd, axis=1)


def _mayo_endpoints(row: pd.Series) -> dict[str, bool | None]:
    _check(row, MAYO_SPANS, MAYO_WHOLE)
    score, score_before, bleeding, bleeding_before, frequency, frequency_before, endoscopy = (
        float(row[name]) for name in MAYO_SPANS
    )

    def flag(met: bool, *read: float) -> bool | None:
        return None if any(map(math.isnan, read)) else met

    remitted = (
        frequency <= 1 and frequency <= frequency_before and bleeding == 0 and endoscopy <= 1
    )  # fmt: skip
    responded = (
        score_before - score >= 2 - LEAVE
        and 100 * score - 70 * score_before <= LEAVE_30_PERCENT
        and (bleeding_before - bleeding >= 1 or bleeding <= 1)
    )
    response = flag(responded, score, score_before, bleeding, bleeding_before)
    return {
        "adapted_mayo_remission": flag(remitted, frequency, frequency_before, bleeding, endoscopy),
        "adapted_mayo_response": None if score_before == 0 else response,
        "endoscopic_improvement": flag(endoscopy <= 1, endoscopy),
    }


def mayo_endpoints(table: pd.DataFrame) -> pd.DataFrame:
    """Decide remission, response and endoscopic improvement."""
    return table.apply(_mayo_endpoints, axis=1, result_type="expand").astype("boolean")


def diary_window(visits: pd.DataFrame, diary: pd.DataFrame) -> pd.DataFrame:
    """Total the diary of the seven days before each visit."""
    if diary.duplicated(["patient_id", "date"]).any():
        raise ValueError(TWICE)
    diary.apply(_check, axis=1, args=(DIARY_SPANS, DIARY_SPANS))
    answers = list(DIARY_SPANS)
    diaries = {
        patient: days.set_index("date")[answers].sort_index()
        for patient, days in diary.groupby("patient_id")
    }
    nothing = pd.DataFrame(columns=answers, index=pd.DatetimeIndex([]), dtype=float)

    def totals(visit: pd.Series) -> pd.Series:
        first, last = (visit["date"] - pd.Timedelta(days=days) for days in (WINDOW_DAYS, 1))
        week = diaries.get(visit["patient_id"], nothing).loc[first:last]
        return 7 * week.mean().where(week.count() >= LEAST_DAYS)

    return visits.apply(totals, axis=1).add_suffix("_7d")
