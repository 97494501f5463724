"""The workloads in polars: lazy expressions, collected by the streaming engine."""

from collections.abc import Collection

import pandas as pd
import polars as pl

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


def prepare(table: pd.DataFrame) -> pl.LazyFrame:
    """Convert a table to a lazy frame."""
    return pl.from_pandas(table).lazy()


def _number(name: str) -> pl.Expr:
    """A column as float64, null where it is null or NaN."""
    return pl.col(name).cast(pl.Float64).fill_nan(None)


def _numbers(spans: dict[str, Span]) -> dict[str, pl.Expr]:
    return {name: _number(name) for name in spans}


def _off(spans: dict[str, Span], whole: Collection[str]) -> pl.Expr:
    """True where a value is off the form."""
    columns = _numbers(spans)
    beyond = [(columns[name] < low) | (columns[name] > high) for name, (low, high) in spans.items()]
    broken = [columns[name].floor() < columns[name] for name in whole]
    return pl.any_horizontal(*beyond, *broken)


def _collect(table: pl.LazyFrame, off: pl.Expr, **results: pl.Expr) -> pl.DataFrame:
    """The results, unless a value is off the form: in one pass over the table."""
    found = table.select(**results, off=off).collect(engine="streaming")
    if found["off"].any():
        raise ValueError(OFF_FORM)
    return found.drop("off")


def cdai(table: pl.LazyFrame) -> pl.Series:
    """Score the CDAI."""
    columns = _numbers(CDAI_SPANS)
    mass, sex = columns["abdominal_mass"], pl.col("sex")
    off = (
        _off(CDAI_SPANS, CDAI_WHOLE)
        | pl.all_horizontal(mass != value for value in MASSES)
        | pl.all_horizontal(sex != value for value in SEXES)
    )
    reference = pl.when(sex == "male").then(47.0).when(sex == "female").then(42.0)
    underweight = 100 * (1 - columns["weight_kg"] / columns["standard_weight_kg"])
    score = (
        2 * columns["liquid_stools_7d"]
        + 5 * columns["abdominal_pain_7d"]
        + 7 * columns["general_wellbeing_7d"]
        + 20 * columns["complications"]
        + 30 * columns["antidiarrheal"]
        + 10 * mass
        + 6 * (reference - columns["hematocrit_percent"])
        + underweight.clip(lower_bound=-10)  # max_horizontal would take -10 for a missing one
    )
    return _collect(table, off, cdai=score.round(6))["cdai"]


def ses_cd(table: pl.LazyFrame) -> pl.Series:
    """Score the SES-CD of the segments explored."""
    columns = _numbers(SES_CD_SPANS)
    score, explored = pl.lit(0.0), pl.lit(False)
    for names in SES_CD_SEGMENTS:
        size, ulcerated, affected, narrowing = (columns[name] for name in names)
        seen = pl.any_horizontal(columns[name].is_not_null() for name in names)
        score += pl.when(seen).then(size + ulcerated + affected + narrowing).otherwise(0.0)
        explored |= seen
    off = _off(SES_CD_SPANS, SES_CD_SPANS)
    return _collect(table, off, ses_cd=pl.when(explored).then(score))["ses_cd"]


def mayo_endpoints(table: pl.LazyFrame) -> pl.DataFrame:
    """Decide remission, response and endoscopic improvement."""
    score, score_before, bleeding, bleeding_before, frequency, frequency_before, endoscopy = (
        _number(name) for name in MAYO_SPANS
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
    known_remission = _known(frequency, frequency_before, bleeding, endoscopy)
    known_response = _known(score, score_before, bleeding, bleeding_before) & (score_before != 0)
    return _collect(
        table,
        _off(MAYO_SPANS, MAYO_WHOLE),
        adapted_mayo_remission=pl.when(known_remission).then(remitted),
        adapted_mayo_response=pl.when(known_response).then(responded),
        endoscopic_improvement=improved,
    )


def _known(*columns: pl.Expr) -> pl.Expr:
    """True where all are recorded; `&` alone would let one false decide beside a missing one."""
    return pl.all_horizontal(column.is_not_null() for column in columns)


def diary_window(visits: pl.LazyFrame, diary: pl.LazyFrame) -> pl.DataFrame:
    """Total the diary of the seven days before each visit."""
    names = list(DIARY_SPANS)
    _collect(diary, _off(DIARY_SPANS, DIARY_SPANS).any())
    entries = diary.group_by("patient_id", "date").len().select(pl.col("len").max())
    if entries.collect(engine="streaming").item() > 1:
        raise ValueError(TWICE)
    numbered = visits.with_row_index("visit")
    before = pl.col("date") - pl.col("date_right")
    answers = (_number(name) for name in names)
    week = numbered.join(diary, on="patient_id", how="inner").filter(
        before.is_between(pl.duration(days=1), pl.duration(days=WINDOW_DAYS))
    )
    totals = week.group_by("visit").agg(
        pl.when(answer.count() >= LEAST_DAYS).then(7 * answer.mean()).alias(f"{name}_7d")
        for name, answer in zip(names, answers, strict=True)
    )
    return (
        numbered.select("visit")
        .join(totals, on="visit", how="left", maintain_order="left")
        .drop("visit")
        .collect(engine="streaming")
    )
