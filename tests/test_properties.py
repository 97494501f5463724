"""What must hold of every entry for whatever answers a form permits."""

from unittest import mock

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ibd_scores import columns
from ibd_scores.entries import ENTRIES
from ibd_scores.form import Interval
from ibd_scores.index import Grading, Index, total
from ibd_scores.instrument import Instrument

INDICES = {name: entry for name, entry in ENTRIES.items() if isinstance(entry, Index)}
GRADINGS = {name: entry for name, entry in ENTRIES.items() if isinstance(entry, Grading)}
BANDED = {name: index for name, index in INDICES.items() if index.bands}
A_MISSING_ITEM_MAKES_IT_MISSING = Instrument.__dataclass_fields__["missing"].default

every_entry = pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
every_index = pytest.mark.parametrize("index", INDICES.values(), ids=INDICES)


def answer(item):
    """A permitted answer to an item."""
    if isinstance(item.values, Interval):
        high = min(item.values.high, 1000)
        return st.decimals(item.values.low, high, places=2).map(float)
    return st.sampled_from(item.words or [float(value) for value in item.values])


def rows(entry, **kwargs):
    """Filled-in forms, one or more."""
    one = st.tuples(*map(answer, entry.items))
    names = [item.name for item in entry.items]
    return st.lists(one, min_size=1, max_size=5, **kwargs).map(
        lambda answers: pd.DataFrame(answers, columns=names)
    )


def same(one, other):
    """Two results are the same, missing ones included."""
    return all(a == b or (pd.isna(a) and pd.isna(b)) for a, b in zip(one, other, strict=True))


def place(item, value):
    return item.words.index(value) if item.words else value


@every_index
@settings(max_examples=20)
@given(data=st.data())
def test_a_score_lies_in_the_reachable_range(index, data):
    low, high = index.ends
    assert index(data.draw(rows(index))).between(low, high).all()


@pytest.mark.parametrize("grading", GRADINGS.values(), ids=GRADINGS)
@settings(max_examples=20)
@given(data=st.data())
def test_a_grade_is_one_of_the_grades_or_missing(grading, data):
    grades = grading(data.draw(rows(grading)))
    assert grades.cat.categories.tolist() == list(grading.grades)
    assert grades.cat.ordered == grading.ordered


@every_index
@settings(max_examples=20)
@given(data=st.data())
def test_raising_one_item_never_lowers_the_score(index, data):
    table = data.draw(rows(index))
    item = data.draw(st.sampled_from(index.items))
    assert item.weight > 0
    raised = table.copy()
    more = [data.draw(answer(item)) for _ in range(len(table))]
    raised[item.name] = [max(a, b, key=lambda v: place(item, v))
                         for a, b in zip(table[item.name], more, strict=True)]  # fmt: skip
    assert (index(raised) >= index(table)).all()


@every_entry
@settings(max_examples=10)
@given(data=st.data())
def test_neither_the_order_of_rows_nor_chunks_matter(entry, data):
    table = data.draw(rows(entry))
    whole = entry(table)
    order = data.draw(st.permutations(range(len(table))))
    assert same(entry(table.iloc[order]), whole.iloc[order])
    with mock.patch.object(columns, "BLOCK_ROWS", 2):
        assert same(entry(table), whole)
    assert same(pd.concat([entry(table.iloc[:1]), entry(table.iloc[1:])]), whole)


@every_entry
@settings(max_examples=10)
@given(data=st.data())
def test_a_value_an_array_and_every_kind_of_column_give_the_same(entry, data):
    table = data.draw(rows(entry))
    hole = data.draw(st.sampled_from([item.name for item in entry.items]))
    table.loc[table.index[-1], hole] = None
    expected = list(entry(table))
    arrays = {name: column.to_numpy(dtype=object if column.dtype == "str" else None)
              for name, column in table.items()}  # fmt: skip
    assert same([entry(**row) for row in table.to_dict("records")], expected)
    assert same(np.asarray(entry(arrays), dtype=object), expected)
    assert same(entry(table.convert_dtypes()), expected)
    assert same(entry(table.convert_dtypes(dtype_backend="pyarrow")), expected)
    assert same(entry(table.astype(object)), expected)
    assert same(entry(**{name: table[name] for name in table}), expected)


@every_entry
@settings(max_examples=10)
@given(data=st.data())
def test_missing_in_missing_out(entry, data):
    table = data.draw(rows(entry)).head(1)
    optional = entry.optional if isinstance(entry, Grading) else {}
    item = data.draw(st.sampled_from([i for i in entry.items if i.name not in optional]))
    blank = table.astype(object)
    blank[item.name] = None
    assume(isinstance(entry, Index) or entry.problems(table).empty)
    (result,) = entry(blank)
    if isinstance(entry, Index) and entry.missing == A_MISSING_ITEM_MAKES_IT_MISSING:
        assert np.isnan(result)
    elif isinstance(entry, Grading) and not pd.isna(result):
        # Harmless only where the grade is the same whatever the answer would have been.
        (filled,) = entry(table)
        assert result == filled


@every_entry
def test_a_blank_form_gives_nothing(entry):
    assert entry(pd.DataFrame({item.name: [None] for item in entry.items})).isna().all()


@pytest.mark.parametrize("index", BANDED.values(), ids=BANDED)
@settings(max_examples=50)
@given(data=st.data())
def test_every_score_falls_in_exactly_one_band(index, data):
    table = data.draw(rows(index))
    scores = index(table)
    bands = index.band(scores, table)
    points = index.points(table)
    for row, score in scores.items():
        items = {name: np.array([value]) for name, value in points.loc[row].items()}
        holding = [
            band.name
            for band in index.bands
            if (score <= band.upper if band.inclusive else score < band.upper)
            and (not band.proviso or band.proviso(items).all())
        ]
        assert bands[row] == holding[0]
    ordered = bands.cat.codes[scores.sort_values().index]
    assert any(band.proviso for band in index.bands) or ordered.is_monotonic_increasing


@every_index
@settings(max_examples=10)
@given(data=st.data())
def test_the_points_add_up_to_the_score_of_a_weighted_sum(index, data):
    table = data.draw(rows(index))
    if index.combine is total:
        np.testing.assert_allclose(
            index.points(table).sum(axis=1) + index.constant, index(table), atol=1e-6
        )
