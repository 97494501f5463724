"""The workloads in narwhals: one text for pandas and for lazy polars frames.

Written for what the engines do alike: NaN is made null first, for `NaN > 2` holds in some of
them, and steps that others read are columns of their own, for not every engine computes a common
part once.
"""

from collections.abc import Collection, Iterable
from functools import reduce
from operator import and_, or_
from typing import Any

import narwhals as nw

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


def prepare(table: Any) -> Any:
    """Give the table as it is: a pandas frame, or a lazy frame of polars."""
    return table


def _lazy(table: Any, spans: dict[str, Span]) -> nw.LazyFrame[Any]:
    """The table as one to be collected, its numbers float64 and null where missing."""
    numbers = (nw.col(name).cast(nw.Float64).fill_nan(None) for name in spans)
    frame: nw.LazyFrame[Any] = nw.from_native(table).lazy()
    return frame.with_columns(*numbers)


def _collect(frame: nw.LazyFrame[Any]) -> nw.DataFrame[Any]:
    """The rows, by the streaming engine where there is one."""
    if frame.implementation.is_polars():
        return frame.collect(engine="streaming")
    return frame.collect()


def _any(conditions: Iterable[nw.Expr]) -> nw.Expr:
    return reduce(or_, conditions)


def _all(conditions: Iterable[nw.Expr]) -> nw.Expr:
    return reduce(and_, conditions)


def _off(spans: dict[str, Span], whole: Collection[str]) -> nw.Expr:
    """True where a value is off the form."""
    beyond = ((nw.col(name) < low) | (nw.col(name) > high) for name, (low, high) in spans.items())
    broken = (nw.col(name).floor() < nw.col(name) for name in whole)
    return _any((*beyond, *broken))


def _checked(frame: nw.LazyFrame[Any], off: nw.Expr, **results: nw.Expr) -> Any:
    """The results as a frame of the engine, unless a value is off the form."""
    found = _collect(frame.select(**results, off=off))
    if found["off"].any():
        raise ValueError(OFF_FORM)
    return found.drop("off").to_native()


def cdai(table: Any) -> Any:
    """Score the CDAI."""
    mass, sex = nw.col("abdominal_mass"), nw.col("sex")
    off = (
        _off(CDAI_SPANS, CDAI_WHOLE)
        | (~mass.is_null() & _all(mass != value for value in MASSES))
        | (~sex.is_null() & _all(sex != value for value in SEXES))
    )
    reference = nw.when(sex == "male").then(47.0).otherwise(nw.when(sex == "female").then(42.0))
    underweight = 100 * (1 - nw.col("weight_kg") / nw.col("standard_weight_kg"))
    score = (
        2 * nw.col("liquid_stools_7d")
        + 5 * nw.col("abdominal_pain_7d")
        + 7 * nw.col("general_wellbeing_7d")
        + 20 * nw.col("complications")
        + 30 * nw.col("antidiarrheal")
        + 10 * mass
        + 6 * (reference - nw.col("hematocrit_percent"))
        + underweight.clip(lower_bound=-10)
    )
    return _checked(_lazy(table, CDAI_SPANS), off, cdai=score.round(6))


def ses_cd(table: Any) -> Any:
    """Score the SES-CD of the segments explored."""
    frame = _lazy(table, SES_CD_SPANS)
    segments = range(len(SES_CD_SEGMENTS))
    seen = {
        f"seen_{segment}": _any(~nw.col(name).is_null() for name in names)
        for segment, names in enumerate(SES_CD_SEGMENTS)
    }
    points = {
        f"points_{segment}": nw.when(nw.col(f"seen_{segment}"))
        .then(reduce(nw.Expr.__add__, map(nw.col, names)))
        .otherwise(nw.lit(0.0))
        for segment, names in enumerate(SES_CD_SEGMENTS)
    }
    off = _off(SES_CD_SPANS, SES_CD_SPANS)
    score = reduce(nw.Expr.__add__, (nw.col(f"points_{segment}") for segment in segments))
    explored = _any(nw.col(f"seen_{segment}") for segment in segments)
    staged = frame.with_columns(**seen).with_columns(**points)
    return _checked(staged, off, ses_cd=nw.when(explored).then(score))


def mayo_endpoints(table: Any) -> Any:
    """Decide remission, response and endoscopic improvement: 1 yes, 0 no."""
    score, score_before, bleeding, bleeding_before, frequency, frequency_before, endoscopy = map(
        nw.col, MAYO_SPANS
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
    known_response = _known(score, score_before, bleeding, bleeding_before) & (score_before != 0)
    return _checked(
        _lazy(table, MAYO_SPANS),
        _off(MAYO_SPANS, MAYO_WHOLE),
        adapted_mayo_remission=_flag(
            remitted, _known(frequency, frequency_before, bleeding, endoscopy)
        ),
        adapted_mayo_response=_flag(responded, known_response),
        endoscopic_improvement=_flag(improved, _known(endoscopy)),
    )


def _known(*columns: nw.Expr) -> nw.Expr:
    return _all(~column.is_null() for column in columns)


def _flag(met: nw.Expr, known: nw.Expr) -> nw.Expr:
    """Yes, no, and missing where it is not known; as a number, for pandas has no missing bool."""
    return nw.when(known).then(met.cast(nw.Float64))


def diary_window(visits: Any, diary: Any) -> Any:
    """Total the diary of the seven days before each visit."""
    names = list(DIARY_SPANS)
    days = _lazy(diary, DIARY_SPANS)
    _checked(days, _off(DIARY_SPANS, DIARY_SPANS))
    entries = days.group_by("patient_id", "date").agg(entries=nw.len())
    if _collect(entries.select(nw.col("entries").max()))["entries"].item() > 1:
        raise ValueError(TWICE)
    numbered = _collect(nw.from_native(visits).lazy()).with_row_index("visit").lazy()
    week = nw.concat([
        numbered.with_columns(nw.col("date").dt.offset_by(f"-{day}d"))
        for day in range(1, WINDOW_DAYS + 1)
    ])  # fmt: skip
    answers = week.join(days, on=["patient_id", "date"], how="left")
    counts = {f"{name}_count": nw.col(name).count() for name in names}
    means = {f"{name}_mean": nw.col(name).mean() for name in names}
    totals = {
        f"{name}_7d": nw.when(nw.col(f"{name}_count") >= LEAST_DAYS).then(
            7 * nw.col(f"{name}_mean")
        )
        for name in names
    }
    by_visit = answers.group_by("visit").agg(**counts, **means).sort("visit")
    return _collect(by_visit.select(**totals)).to_native()
