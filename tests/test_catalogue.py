"""What holds for every index of the catalogue alike."""

import inspect

import numpy as np
import pandas as pd
import pytest

import ibd_scores
from ibd_scores import derive, endpoints
from ibd_scores.catalogue import ENTRIES
from ibd_scores.endpoint import Endpoint
from ibd_scores.form import Interval, Item
from ibd_scores.formula import REQUIRED, Derivation, parameters
from ibd_scores.index import Grading, Index

INDICES = [entry for entry in ENTRIES.values() if isinstance(entry, Index)]
GRADINGS = [entry for entry in ENTRIES.values() if isinstance(entry, Grading)]
DERIVATIONS = [value for value in vars(derive).values() if isinstance(value, Derivation)]
ENDPOINTS = [value for value in vars(endpoints).values() if isinstance(value, Endpoint)]
BANDED = [index for index in INDICES if index.bands]
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


@pytest.mark.parametrize("index", BANDED, ids=name_of)
def test_every_score_falls_in_one_band_and_a_missing_score_in_none(index):
    low, high = index.ends
    scores = pd.Series([*np.linspace(low, min(high, 700), 301), np.nan])
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


def highest_of(endpoint):
    """The highest permitted value of each column that the endpoint needs."""
    needed = [item for item in endpoint.columns if item.name not in optional_of(endpoint)]
    return {item.name: "male" if item.words else min(highest(item), 5000.0) for item in needed}


def optional_of(endpoint):
    return {
        name for name, default in parameters(endpoint.rule)[0].items() if default is not REQUIRED
    }


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
def test_an_endpoint_with_a_value_not_recorded_is_not_evaluable(endpoint):
    recorded = highest_of(endpoint)
    for absent in recorded:
        assert endpoint(**(recorded | {absent: None})) is None


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
def test_an_endpoint_refuses_what_its_columns_cannot_hold(endpoint):
    recorded = highest_of(endpoint)
    for name in recorded:
        with pytest.raises(ValueError, match=f"{name} = -999"):
            endpoint(**(recorded | {name: -999}))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
def test_an_endpoint_gives_a_nullable_boolean_with_the_index_kept(endpoint):
    table = pd.DataFrame(
        {name: [value, None] for name, value in highest_of(endpoint).items()}, index=["P1", "P2"]
    )
    flags = endpoint(table)
    assert flags.dtype == "boolean"
    assert flags.name == endpoint.name
    assert flags.index.tolist() == ["P1", "P2"]
    assert flags["P2"] is pd.NA


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=name_of)
def test_steroid_free_asks_for_both(endpoint):
    free = endpoint.steroid_free()
    recorded = highest_of(endpoint)
    met = endpoint(**recorded)
    assert free(**recorded, systemic_steroid=0) is met
    assert free(**recorded, systemic_steroid=1) is (None if met is None else False)
    assert free(**recorded, systemic_steroid=None) is None


def test_an_item_name_means_one_thing():
    seen = {}
    stated = [item for item in vars(derive).values() if isinstance(item, Item)]
    read = [item for entry in ENTRIES.values() for item in (*entry.columns, *entry.items)]
    for item in [*stated, *read]:
        assert seen.setdefault(item.name, (item.meaning, item.values)) == (
            item.meaning,
            item.values,
        )


def test_the_catalogue_holds_every_entry_that_the_library_offers():
    offered = {
        name for name, entry in vars(ibd_scores).items() if isinstance(entry, Index | Grading)
    }
    assert offered == set(ENTRIES)
