"""The formula a clinician reads runs inside other engines and gives the same numbers."""

import duckdb
import narwhals
import numpy as np
import polars
import pytest

from ibd_scores import ses_cd
from ibd_scores.entries import ENTRIES
from ibd_scores.index import Index, total

SUMS = [entry for entry in ENTRIES.values() if isinstance(entry, Index) and entry.combine is total]


def in_polars(index, table):
    return polars.DataFrame(table).select(index.expression(polars.col)).to_series().to_list()


def in_narwhals(index, table):
    frame = narwhals.from_native(polars.DataFrame(table))
    return frame.select(score=index.expression(narwhals.col))["score"].to_list()


def in_duckdb(index, table):
    rows = duckdb.from_arrow(polars.DataFrame(table).to_arrow())
    return [score for (score,) in rows.select(index.expression(duckdb.ColumnExpression)).fetchall()]


@pytest.mark.parametrize("index", SUMS, ids=lambda index: index.name)
@pytest.mark.parametrize("engine", [in_polars, in_narwhals, in_duckdb])
def test_a_weighted_sum_is_the_same_in_another_engine(engine, index, answers):
    table = answers(index)
    holes = {name: [None if n == 3 else value for n, value in enumerate(column)]
             for name, column in table.items()}  # fmt: skip
    scores = np.array(engine(index, holes), dtype=float)
    assert np.isnan(scores).tolist() == [n == 3 for n in range(10)]
    expected = index({name: np.array(column, dtype=float) for name, column in holes.items()})
    np.testing.assert_array_equal(np.round(scores, 6), expected)


@pytest.mark.parametrize("index", SUMS, ids=lambda index: index.name)
@pytest.mark.parametrize("dtype", [polars.Int8, polars.UInt8, polars.Int64, polars.Float32])
def test_narrow_columns_do_not_overflow(dtype, index):
    highest = {item.name: [min(item.ends[1] / item.weight, 100)] for item in index.items}
    table = polars.DataFrame(highest).cast(dtype)
    (score,) = table.select(index.expression(polars.col)).to_series()
    whole = {name: float(column[0]) for name, column in table.to_dict().items()}
    expected = index.constant + sum(item.weight * whole[item.name] for item in index.items)
    assert score == pytest.approx(expected)


def test_what_is_no_weighted_sum_says_so():
    with pytest.raises(TypeError, match="ses_cd: no weighted sum but the sum of four variables"):
        ses_cd.expression(polars.col)
