"""What holds for every index of the catalogue alike."""

import inspect

import numpy as np
import pandas as pd
import pytest

import ibd_scores
from ibd_scores import derive, endpoints
from ibd_scores.endpoint import Endpoint
from ibd_scores.form import Interval
from ibd_scores.index import Derivation, Grading, Index

INDICES = [value for value in vars(ibd_scores).values() if isinstance(value, Index)]
GRADINGS = [value for value in vars(ibd_scores).values() if isinstance(value, Grading)]
DERIVATIONS = [value for value in vars(derive).values() if isinstance(value, Derivation)]
ENDPOINTS = [value for value in vars(endpoints).values() if isinstance(value, Endpoint)]
BANDED = [index for index in INDICES if index.bands]
CUTS = [
    pytest.param(index, lower, upper, id=f"{index.name}-{lower.upper:g}")
    for index in BANDED
    for lower, upper in zip(index.bands, index.bands[1:], strict=False)
    if lower.upper != upper.upper
]
ITEMS = [
    pytest.param(index, item, id=f"{index.name}-{item.name}")
    for index in INDICES
    for item in index.items
]
OFF_FORM = [
    pytest.param(*one.values, value, id=f"{one.id}-{value}")
    for one in ITEMS
    for value in [-99, 999, np.inf, "<0.5", 0.5]
    if value != 0.5 or not isinstance(one.values[1].values, Interval)
]


def name_of(entry):
    return entry.name


def lowest(item):
    return item.values.low if isinstance(item.values, Interval) else min(item.values)


def highest(item):
    return item.values.high if isinstance(item.values, Interval) else max(item.values)


def answers(index, seed=1):
    """Ten rows of random permitted answers."""
    rng = np.random.default_rng(seed)
    columns = {}
    for item in index.items:
        if isinstance(item.values, Interval):
            columns[item.name] = np.round(rng.uniform(item.values.low, item.values.high, 10), 1)
        else:
            columns[item.name] = rng.choice(list(item.values), 10).astype(float)
    return pd.DataFrame(columns, index=[f"row {n}" for n in range(10)])


def by_hand(index, row):
    return index.constant + sum(item.weight * row[item.name] for item in index.items)


@pytest.mark.parametrize("index", INDICES, ids=name_of)
def test_the_score_is_the_weighted_sum_of_its_items(index):
    table = answers(index)
    expected = [by_hand(index, row) for _, row in table.iterrows()]
    np.testing.assert_allclose(index(table), expected, atol=1e-6)


@pytest.mark.parametrize("index", INDICES, ids=name_of)
@pytest.mark.parametrize("end", [lowest, highest])
def test_the_lowest_and_the_highest_answers_are_scored(index, end):
    one = {item.name: end(item) for item in index.items}
    assert index(**one) == pytest.approx(by_hand(index, one))


@pytest.mark.parametrize(("index", "lower", "upper"), CUTS)
def test_a_score_on_a_cut_point_falls_where_the_source_puts_it(index, lower, upper):
    scores = pd.Series([lower.upper - 1e-5, lower.upper, lower.upper + 1e-5])
    items = pd.DataFrame({item.name: [0] * 3 for item in index.items})
    on_the_cut = lower.name if lower.inclusive else upper.name
    expected = [on_the_cut if score == lower.upper else lower.name if score < lower.upper
                else upper.name for score in scores]  # fmt: skip
    # Of two rungs with one upper end the first is meant; its proviso holds with all items 0.
    first = {band.upper: band.name for band in reversed(index.bands)}
    expected = [first[lower.upper] if name == lower.name else name for name in expected]
    assert index.band(scores, items).tolist() == expected


@pytest.mark.parametrize("index", BANDED, ids=name_of)
def test_every_score_falls_in_one_band_and_a_missing_score_in_none(index):
    scores = pd.Series([*np.linspace(-50, 700, 301), np.nan])
    items = pd.DataFrame({item.name: [0] * len(scores) for item in index.items})
    bands = index.band(scores, items)
    assert bands.notna().tolist() == [True] * 301 + [False]
    assert bands.cat.ordered
    assert (bands[:-1].cat.codes.diff().dropna() >= 0).all()


@pytest.mark.parametrize(("index", "item"), ITEMS)
def test_a_missing_item_makes_a_missing_score(index, item):
    table = answers(index)
    table.loc["row 3", item.name] = np.nan
    assert index(table).isna().tolist() == [n == 3 for n in range(10)]


@pytest.mark.parametrize(("index", "item", "value"), OFF_FORM)
def test_a_value_off_the_form_is_refused_with_index_item_row_and_value(index, item, value):
    table = answers(index).astype(object)
    table.loc["row 7", item.name] = value
    with pytest.raises(ValueError, match="that the form does not permit") as error:
        index(table)
    message = str(error.value)
    assert message.startswith(f"{index.name}: 1 value ")
    assert f"{item.name} = {value!r} in row 'row 7'" in message
    assert item.permitted in message
    assert index.problems(table)[["row", "item", "value"]].to_numpy().tolist()[0] == [
        "row 7", item.name, value
    ]  # fmt: skip


@pytest.mark.parametrize("index", INDICES, ids=name_of)
@pytest.mark.parametrize("dtype", ["float64", "Float64", "object"])
def test_every_kind_of_column_gives_the_same_scores(index, dtype):
    table = answers(index)
    table.iloc[4, 0] = np.nan
    expected = index(table)
    pd.testing.assert_series_equal(index(table.astype(dtype)), expected)
    arrays = {name: column.to_numpy() for name, column in table.items()}
    np.testing.assert_array_equal(index(arrays), expected.to_numpy())
    one_by_one = [index(**dict(row)) for _, row in table.iterrows()]
    np.testing.assert_array_equal(one_by_one, expected.to_numpy())


@pytest.mark.parametrize("index", INDICES, ids=name_of)
def test_neither_row_order_nor_length_matters(index):
    table = answers(index)
    assert index(table[::-1])[::-1].equals(index(table))
    many = pd.concat([table] * 2_000, ignore_index=True)
    assert index(many).to_numpy().reshape(-1, 10).tolist() == [index(table).tolist()] * 2_000


@pytest.mark.parametrize("index", INDICES, ids=name_of)
def test_the_points_add_up_to_the_score(index):
    table = answers(index)
    np.testing.assert_allclose(index.points(table).sum(axis=1) + index.constant, index(table))


@pytest.mark.parametrize("index", INDICES, ids=name_of)
def test_the_input_is_not_changed(index):
    table = answers(index)
    before = table.copy()
    index(table)
    index.problems(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize("entry", INDICES + GRADINGS, ids=name_of)
def test_every_card_shows_the_items_and_the_citation(entry):
    card = entry._repr_html_()
    assert all(item.name in card for item in entry.items)
    assert "at 0x" not in card
    assert entry.citation.split(" ", maxsplit=1)[0] in card


@pytest.mark.parametrize("entry", DERIVATIONS + GRADINGS, ids=name_of)
def test_a_rule_reads_the_columns_that_its_parameters_name(entry):
    parameters = inspect.signature(entry.rule).parameters.values()
    names = [one.name for one in parameters if one.kind is not one.KEYWORD_ONLY]
    assert names == [item.name for item in entry.columns]


@pytest.mark.parametrize("entry", INDICES + GRADINGS + ENDPOINTS, ids=name_of)
def test_an_entry_goes_by_one_name(entry):
    home = endpoints if isinstance(entry, Endpoint) else ibd_scores
    assert getattr(home, entry.name) is entry
    assert entry.name in home.__all__


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
def test_an_endpoint_with_a_value_not_recorded_is_not_evaluable(endpoint):
    recorded = {item.name: "male" if item.name == "sex" else 5.0
                for item in endpoint.columns if "_censor" not in item.name}  # fmt: skip
    for absent in recorded:
        assert endpoint(**(recorded | {absent: None})) is None


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
def test_an_endpoint_gives_a_nullable_boolean_with_the_index_kept(endpoint):
    table = pd.DataFrame(
        {item.name: [item.words[0]] * 2 if item.words else [5.0, np.nan]
         for item in endpoint.columns},
        index=["P1", "P2"],
    )  # fmt: skip
    flags = endpoint(table)
    assert flags.dtype == "boolean"
    assert flags.name == endpoint.name
    assert flags.index.tolist() == ["P1", "P2"]
    assert flags["P2"] is pd.NA


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
def test_steroid_free_asks_for_both(endpoint):
    free = endpoint.steroid_free()
    numbers = {item.name: 0.0 for item in endpoint.columns if not item.words}
    sex = {item.name: "male" for item in endpoint.columns if item.name == "sex"}
    met = endpoint(**numbers, **sex)
    assert free(**numbers, **sex, systemic_steroid=0) is met
    assert free(**numbers, **sex, systemic_steroid=1) is (None if met is None else False)
    assert free(**numbers, **sex, systemic_steroid=None) is None
