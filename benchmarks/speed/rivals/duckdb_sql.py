"""The workloads in DuckDB: one statement each, over Arrow tables, to an Arrow table.

A value off the form ends the statement by `error`, so that checks and scores are one pass.
"""

from collections.abc import Collection
from functools import cache

import duckdb
import pandas as pd
import pyarrow as pa

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

REFUSED = f"THEN error('{OFF_FORM}')"


def prepare(table: pd.DataFrame) -> pa.Table:
    """Convert a table to Arrow."""
    return pa.Table.from_pandas(table, preserve_index=False)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """The database in memory, opened once."""
    return duckdb.connect()


def _run(query: str, **tables: pa.Table) -> pa.Table:
    """Run a statement over tables known by name."""
    connection = _connection()
    for name, table in tables.items():
        connection.register(name, table)
    try:
        return connection.sql(query).to_arrow_table()
    except duckdb.InvalidInputException as refused:
        raise ValueError(str(refused)) from None
    finally:
        for name in tables:
            connection.unregister(name)


def _numbers(spans: dict[str, Span]) -> str:
    """Select columns as float64, NULL where they are NULL or NaN."""
    return ", ".join(f"nullif({name}::DOUBLE, 'nan') AS {name}" for name in spans)


def _off(spans: dict[str, Span], whole: Collection[str]) -> str:
    """Where a value is off the form."""
    beyond = [f"{name} NOT BETWEEN {low} AND {high}" for name, (low, high) in spans.items()]
    broken = [f"floor({name}) < {name}" for name in whole]
    return " OR ".join(beyond + broken)


def cdai(table: pa.Table) -> pa.Table:
    """Score the CDAI."""
    return _run(
        f"""
        SELECT CASE WHEN {_off(CDAI_SPANS, CDAI_WHOLE)}
            OR abdominal_mass NOT IN {MASSES} OR sex NOT IN {SEXES} {REFUSED}
        ELSE round(
            2 * liquid_stools_7d
            + 5 * abdominal_pain_7d
            + 7 * general_wellbeing_7d
            + 20 * complications
            + 30 * antidiarrheal
            + 10 * abdominal_mass
            + 6 * (CASE sex WHEN 'male' THEN 47 WHEN 'female' THEN 42 END - hematocrit_percent)
            -- greatest() would take -10 for a missing one
            + CASE WHEN underweight < -10 THEN -10 ELSE underweight END, 6
        ) END AS cdai
        FROM (
            SELECT *, 100 * (1 - weight_kg / standard_weight_kg) AS underweight
            FROM (SELECT {_numbers(CDAI_SPANS)}, sex FROM given)
        )
        """,
        given=table,
    )


def ses_cd(table: pa.Table) -> pa.Table:
    """Score the SES-CD of the segments explored."""
    explored = [f"coalesce({', '.join(names)}) IS NOT NULL" for names in SES_CD_SEGMENTS]
    score = " + ".join(
        f"CASE WHEN {seen} THEN {' + '.join(names)} ELSE 0 END"
        for seen, names in zip(explored, SES_CD_SEGMENTS, strict=True)
    )
    return _run(
        f"""
        SELECT CASE WHEN {_off(SES_CD_SPANS, SES_CD_SPANS)} {REFUSED}
            WHEN {" OR ".join(explored)} THEN {score} END AS ses_cd
        FROM (SELECT {_numbers(SES_CD_SPANS)} FROM given)
        """,
        given=table,
    )


def mayo_endpoints(table: pa.Table) -> pa.Table:
    """Decide remission, response and endoscopic improvement."""
    return _run(
        f"""
        SELECT
            -- A sum is NULL where one of its columns is.
            CASE WHEN {_off(MAYO_SPANS, MAYO_WHOLE)} {REFUSED}
                WHEN stool_frequency + stool_frequency_baseline + rectal_bleeding
                    + endoscopic_subscore_adapted IS NOT NULL
                THEN stool_frequency <= 1 AND stool_frequency <= stool_frequency_baseline
                    AND rectal_bleeding = 0 AND endoscopic_subscore_adapted <= 1
            END AS adapted_mayo_remission,
            CASE WHEN mayo_adapted_baseline <> 0
                    AND mayo_adapted + rectal_bleeding + rectal_bleeding_baseline IS NOT NULL
                THEN mayo_adapted_baseline - mayo_adapted >= {2 - LEAVE}
                    AND 100 * mayo_adapted - 70 * mayo_adapted_baseline <= {LEAVE_30_PERCENT}
                    AND (rectal_bleeding_baseline - rectal_bleeding >= 1 OR rectal_bleeding <= 1)
            END AS adapted_mayo_response,
            endoscopic_subscore_adapted <= 1 AS endoscopic_improvement
        FROM (SELECT {_numbers(MAYO_SPANS)} FROM given)
        """,
        given=table,
    )


def diary_window(visits: pa.Table, diary: pa.Table) -> pa.Table:
    """Total the diary of the seven days before each visit."""
    totals = ", ".join(
        f"CASE WHEN count({name}) >= {LEAST_DAYS} THEN 7 * avg({name}) END AS {name}_7d"
        for name in DIARY_SPANS
    )
    refused = f"""
        CASE WHEN (SELECT bool_or({_off(DIARY_SPANS, DIARY_SPANS)}) FROM days) {REFUSED}
        WHEN (SELECT count(*) > count(DISTINCT (patient_id, date)) FROM days)
            THEN error('{TWICE}') END IS NULL
    """
    return _run(
        f"""
        WITH days AS (SELECT patient_id, date, {_numbers(DIARY_SPANS)} FROM diary),
        numbered AS (SELECT row_number() OVER () AS visit, * FROM visits)
        SELECT {totals}
        FROM numbered LEFT JOIN days ON numbered.patient_id = days.patient_id
            AND days.date BETWEEN numbered.date - INTERVAL {WINDOW_DAYS} DAY
                AND numbered.date - INTERVAL 1 DAY
        WHERE {refused}
        GROUP BY visit ORDER BY visit
        """,
        visits=visits,
        diary=diary,
    )
