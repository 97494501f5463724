"""Schemas of the tidy tables, made from the catalogue and held by pandera.

What cleaning makes is checked against them before it is written, and what somebody may have edited
since is checked when it is read again.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from ibd_scores.form import Interval
from ibd_scores.study import tidy

UNIQUE = {"endoscopy": ["patient_id", "visit", "endoscopy"], "patients": ["patient_id"],
          "visits": ["patient_id", "visit"], "diary": ["patient_id", "date"]}  # fmt: skip
SHOWN = 5


class SchemaError(ValueError):
    """A table that is not as a tidy table is: which one, where, what was expected."""


@cache
def column(name: str, table: str) -> pa.Column:
    """Return the schema of a column: its kind, and the values that its item permits."""
    stated = tidy.columns(table).get(name) or tidy.recorded(name)
    if stated is None:
        raise SchemaError(f"{table}: no column {name} is known")
    dtype = {"date": "datetime64[us]", "number": "float64"}.get(stated.kind)
    required = name in tidy.REQUIRED[table] and name in tidy.KEYS[table]
    item = stated.item
    checks = []
    if item is not None and item.words:
        checks = [pa.Check.isin(item.words, error=item.permitted)]
    elif item is not None and isinstance(item.values, Interval) and np.isinf(item.values.high):
        checks = [pa.Check.ge(item.values.low, error=item.permitted)]
    elif item is not None and isinstance(item.values, Interval):
        low, high = item.values.low, item.values.high
        checks = [pa.Check.in_range(low, high, error=item.permitted)]
    elif item is not None and not isinstance(item.values, Interval):
        permitted = [float(one) for one in item.values]
        checks = [pa.Check.isin(permitted, error=item.permitted)]
    return pa.Column(dtype, checks=checks, nullable=not required, name=name)


def schema(table: str, columns: list[str]) -> pa.DataFrameSchema:
    """Return the schema of a tidy table that has these columns.

    >>> schema("visits", ["patient_id", "visit", "abdominal_mass"]).columns["abdominal_mass"].checks
    [<Check isin: 0, 2 or 5>]
    """
    return pa.DataFrameSchema(
        {name: column(name, table) for name in columns}, unique=UNIQUE.get(table), name=table
    )


def validated(
    tables: Mapping[str, pd.DataFrame], where: Path | None = None
) -> Mapping[str, pd.DataFrame]:
    """Return tidy tables as they are, or say what is wrong with them.

    Raises
    ------
    SchemaError
        with the table (and its file, if `where` is the folder), column, value and what is
        permitted, the first five of all that is wrong.
    """
    problems: list[str] = []
    for name, table in tables.items():
        lacking = [one for one in tidy.columns(name) if one not in table]
        problems += [f"{name}: no column {one}" for one in lacking]
        try:
            schema(name, [str(one) for one in table]).validate(table, lazy=True)
        except SchemaErrors as errors:
            problems += _in_words(name, errors.failure_cases)
    if problems:
        more = f" and {len(problems) - SHOWN} more" if len(problems) > SHOWN else ""
        folder = f"{where}: " if where else ""
        raise SchemaError(
            f"{folder}not as tidy tables are: {'; '.join(problems[:SHOWN])}{more}. They are made "
            "by notebook 01 from the raw tables: correct those, and run it again"
        )
    return tables


def _in_words(table: str, cases: pd.DataFrame) -> list[str]:
    said = []
    for case in cases.to_dict("records"):
        value, check = case["failure_case"], str(case["check"])
        place = f"{table}.{case['column']}" if isinstance(case["column"], str) else table
        row = "" if pd.isna(case["index"]) else f", row {int(case['index']) + 2}"
        if check == "not_nullable":
            said.append(f"{place}{row}: blank, and no row can do without it")
        elif "unique" in check:
            said.append(f"{place}{row}: {value!r} stands twice")
        elif "dtype" in check:
            said.append(f"{place}: of the kind {value}, not {check}")
        else:
            said.append(f"{place}{row}: {value!r}; permitted: {check}")
    return list(dict.fromkeys(said))
