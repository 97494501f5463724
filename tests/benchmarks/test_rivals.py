"""Every rival gives what the library gives, and refuses what the library refuses."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.speed.rivals import data
from ibd_scores import cdai, ses_cd
from ibd_scores.derive import diary_window
from ibd_scores.endpoints import (
    adapted_mayo_remission,
    adapted_mayo_response,
    endoscopic_improvement,
)

ROWS = 2000
NEEDS = {
    "pandas_idiomatic": (),
    "pandas_apply": (),
    "polars_streaming": ("polars", "pyarrow"),
    "duckdb_sql": ("duckdb", "pyarrow"),
    "narwhals_expressions": ("narwhals",),
    "narwhals_on_polars": ("narwhals", "polars", "pyarrow"),
}
MAYO_ENDPOINTS = (adapted_mayo_remission, adapted_mayo_response, endoscopic_improvement)


@pytest.fixture(params=NEEDS)
def call(request: pytest.FixtureRequest) -> Callable[..., Any]:
    for package in NEEDS[request.param]:
        pytest.importorskip(package)
    on_polars = request.param == "narwhals_on_polars"
    name = "narwhals_expressions" if on_polars else request.param
    rival = import_module(f"benchmarks.speed.rivals.{name}")
    prepare = import_module(
        "benchmarks.speed.rivals.polars_streaming" if on_polars else rival.__name__
    )

    def called(workload: str, *tables: pd.DataFrame) -> np.ndarray:
        return floats(getattr(rival, workload)(*map(prepare.prepare, tables)))

    return called


def floats(result: Any) -> np.ndarray:
    """Whatever table came out, as float64 columns."""
    result = result.to_pandas() if hasattr(result, "to_pandas") else result
    return np.column_stack([
        pd.to_numeric(column.astype(object)).to_numpy(float, na_value=np.nan)
        for _, column in pd.DataFrame(result).items()
    ])  # fmt: skip


def mayo_endpoints(table: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([endpoint(table) for endpoint in MAYO_ENDPOINTS], axis="columns")


def assert_equal(found: np.ndarray, expected: Any) -> None:
    expected = floats(expected)
    assert found.shape == expected.shape
    assert np.isfinite(expected).any()
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-6, equal_nan=True)


@pytest.mark.parametrize("small", [False, True])
def test_cdai(call: Callable[..., Any], small: bool) -> None:
    table = data.cdai_table(ROWS, small)
    assert_equal(call("cdai", table), cdai(table))


def test_ses_cd(call: Callable[..., Any]) -> None:
    table = data.ses_cd_table(ROWS)
    table.iloc[0] = np.nan
    table.iloc[1, 0] = np.nan
    assert_equal(call("ses_cd", table), ses_cd(table))


@pytest.mark.parametrize("small", [False, True])
def test_mayo_endpoints(call: Callable[..., Any], small: bool) -> None:
    table = data.mayo_table(ROWS, small)
    assert_equal(call("mayo_endpoints", table), mayo_endpoints(table))


@pytest.mark.parametrize("shuffled", [False, True])
def test_diary_window(call: Callable[..., Any], shuffled: bool) -> None:
    visits, diary = data.diary_tables(ROWS, shuffled)
    diary = diary.sample(frac=0.6, random_state=1).sort_index()  # so that some weeks are too short
    expected = diary_window(visits, diary)[[f"{name}_7d" for name in data.DIARY_SPANS]]
    assert_equal(call("diary_window", visits, diary), expected)


@pytest.mark.parametrize("name", ["polars_streaming", "duckdb_sql", "narwhals_expressions"])
@pytest.mark.parametrize(
    ("workload", "make", "expected"),
    [
        ("cdai", data.cdai_table, cdai),
        ("ses_cd", data.ses_cd_table, ses_cd),
        ("mayo_endpoints", data.mayo_table, mayo_endpoints),
    ],
)
def test_nan_is_missing_where_an_engine_has_null_beside_it(
    name: str, workload: str, make: Callable[..., Any], expected: Callable[..., Any]
) -> None:
    for package in ("pyarrow", *NEEDS[name]):
        pytest.importorskip(package)
    polars = pytest.importorskip("polars")
    rival = import_module(f"benchmarks.speed.rivals.{name}")
    table = make(ROWS)
    given = polars.from_pandas(table, nan_to_null=False)
    assert given.to_series().is_nan().any()
    native = given.to_arrow() if name == "duckdb_sql" else given.lazy()
    assert_equal(floats(getattr(rival, workload)(native)), expected(table))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("liquid_stools_7d", 421),
        ("hematocrit_percent", 0.4),
        ("weight_kg", np.inf),
        ("complications", 0.5),
        ("abdominal_mass", 1),
        ("sex", "Male"),
    ],
)
def test_cdai_refuses(call: Callable[..., Any], column: str, value: Any) -> None:
    table = data.cdai_table(20)
    table.loc[7, column] = value
    with pytest.raises(ValueError, match="permit"):
        cdai(table)
    with pytest.raises(ValueError, match="permit"):
        call("cdai", table)


@pytest.mark.parametrize("value", [-1, 4, 1.5, np.inf, -np.inf])
def test_the_others_refuse(call: Callable[..., Any], value: float) -> None:
    table = data.ses_cd_table(20)
    table.loc[7, "narrowing_rectum"] = value
    with pytest.raises(ValueError, match="permit"):
        call("ses_cd", table)
    table = data.mayo_table(20)
    table.loc[7, "rectal_bleeding_baseline"] = value
    with pytest.raises(ValueError, match="permit"):
        call("mayo_endpoints", table)
    visits, diary = data.diary_tables(20)
    diary.loc[7, "abdominal_pain"] = value
    with pytest.raises(ValueError, match="permit"):
        call("diary_window", visits, diary)


def test_a_day_that_stands_twice_is_refused(call: Callable[..., Any]) -> None:
    visits, diary = data.diary_tables(20)
    with pytest.raises(ValueError, match=r"two entries|not many-to-one|not a many-to-one"):
        call("diary_window", visits, pd.concat([diary, diary.tail(1)], ignore_index=True))


@pytest.mark.parametrize(("small", "kinds"), [(False, "f"), (True, "fi")])
def test_the_tables_are_as_they_say(small: bool, kinds: str) -> None:
    table = data.cdai_table(ROWS, small)
    numbers = table[list(data.CDAI_SPANS)]
    assert {dtype.kind for dtype in numbers.dtypes} <= set(kinds)
    assert table.isna().mean().between(*((0, 0) if small else (0.01, 0.03))).all()
    assert table.equals(data.cdai_table(ROWS, small))


def test_visits_are_28_days_apart() -> None:
    visits, diary = data.diary_tables(ROWS)
    gaps = visits.groupby("patient_id")["date"].diff().dropna()
    assert gaps.min() >= pd.Timedelta(days=28)
    assert len(diary) / len(visits) == pytest.approx(6.65, abs=0.05)


def test_the_floor_reads_every_column_and_writes_every_result() -> None:
    pytest.importorskip("numba")
    pytest.importorskip("pyarrow")
    from benchmarks.speed.rivals import floor

    table = data.cdai_table(ROWS, small=True)
    read = floor.prepare(table)
    *numbers, characters = sorted(read, key=len)
    expected = sum(number.astype(float) for number in numbers) + float(characters.sum())
    np.testing.assert_allclose(floor.cdai(read), expected)

    cells = data.ses_cd_table(ROWS).fillna(0)
    np.testing.assert_allclose(floor.ses_cd(floor.prepare(cells)), cells.sum(axis="columns"))

    flags = floor.mayo_endpoints(floor.prepare(data.mayo_table(ROWS, small=True)))
    assert [(flag.dtype, len(flag)) for flag in flags] == [(np.dtype(bool), ROWS)] * 6

    tables = map(floor.prepare, data.diary_tables(ROWS))
    totals = floor.diary_window(*tables)
    assert [(total.dtype, len(total)) for total in totals] == [(np.dtype(float), ROWS)] * 3
