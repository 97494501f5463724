"""What holds for every index of the catalogue alike."""

import inspect

import numpy as np
import pandas as pd
import pytest

import ibd_scores
from ibd_scores import catalogue, citations, derive, endpoints
from ibd_scores.endpoint import Endpoint
from ibd_scores.entries import ENTRIES
from ibd_scores.form import Interval, Item
from ibd_scores.index import Grading, Index, total
from ibd_scores.rule import REQUIRED, Derivation, parameters

INSTRUMENTS = list(ENTRIES.values())
INDICES = [entry for entry in INSTRUMENTS if isinstance(entry, Index)]
GRADINGS = [entry for entry in INSTRUMENTS if isinstance(entry, Grading)]
SUMS = [index for index in INDICES if index.combine is total]
DERIVATIONS = [value for value in vars(derive).values() if isinstance(value, Derivation)]
ENDPOINTS = [value for value in vars(endpoints).values() if isinstance(value, Endpoint)]
BANDED = [index for index in INDICES if index.bands]
ITEMS = [
    pytest.param(entry, item, id=f"{entry.name}-{item.name}")
    for entry in INSTRUMENTS
    for item in entry.items
]


def name_of(entry):
    return entry.name


def lowest(item):
    return item.values.low if isinstance(item.values, Interval) else min(item.values)


def highest(item):
    return item.values.high if isinstance(item.values, Interval) else max(item.values)


@pytest.mark.parametrize("index", SUMS, ids=name_of)
def test_a_weighted_sum_is_the_weighted_sum_of_its_items(index, answers):
    table = answers(index)
    expected = [
        index.constant + sum(item.weight * row[item.name] for item in index.items)
        for _, row in table.iterrows()
    ]
    np.testing.assert_allclose(index(table), expected, atol=1e-6)


@pytest.mark.parametrize("index", INDICES, ids=name_of)
def test_the_lowest_and_the_highest_answers_make_the_ends_of_the_range(index):
    ends = [{item.name: end(item) for item in index.items} for end in (lowest, highest)]
    assert [index(**one) for one in ends] == pytest.approx(list(index.ends))


@pytest.mark.parametrize("index", BANDED, ids=name_of)
def test_every_score_falls_in_one_band_and_a_missing_score_in_none(index):
    low, high = index.ends
    scores = pd.Series([*np.linspace(low, min(high, 700), 301), np.nan])
    items = pd.DataFrame({item.name: [lowest(item)] * len(scores) for item in index.items})
    bands = index.band(scores, items)
    assert bands.notna().tolist() == [True] * 301 + [False]
    assert bands.cat.ordered
    assert (bands[:-1].cat.codes.diff().dropna() >= 0).all()


@pytest.mark.parametrize(("entry", "item"), ITEMS)
def test_a_value_off_the_form_is_refused_with_its_place_and_what_is_permitted(entry, item, answers):
    wrong = [-99, 9999, np.inf, "<0.5", *([] if isinstance(item.values, Interval) else [0.5])]
    for value in wrong:
        table = answers(entry).astype(object)
        table.loc["row 7", item.name] = value
        with pytest.raises(ValueError, match="that the form does not permit") as error:
            entry(table)
        message = str(error.value)
        assert message.startswith(f"{entry.name}: 1 value ")
        assert f"{item.name} = {value!r} in row 'row 7'" in message
        assert item.permitted in message
        assert message.endswith("Correct at the source or set to missing.")
        assert entry.problems(table)[["row", "item", "value"]].to_numpy().tolist()[0] == [
            "row 7", item.name, value
        ]  # fmt: skip


@pytest.mark.parametrize("entry", INSTRUMENTS, ids=name_of)
def test_each_item_missing_in_turn(entry, answers):
    """The score of that row alone is missing; a grade is, or is the same without the finding."""
    complete = entry(answers(entry))
    for item in entry.items:
        table = answers(entry).astype(object)
        table.loc["row 3", item.name] = None
        found = entry(table)
        others = table.index != "row 3"
        assert found[others].astype(object).equals(complete[others].astype(object))
        if entry.name == "ibdq_prorated":  # one item of a domain is made up for
            assert found["row 3"] > 0
        elif isinstance(entry, Index):
            assert np.isnan(found["row 3"])
        else:
            assert pd.isna(found["row 3"]) or found["row 3"] == complete["row 3"]


@pytest.mark.parametrize("entry", INSTRUMENTS, ids=name_of)
def test_answers_that_a_form_permits_are_never_off_it(entry, answers):
    whys = entry.problems(answers(entry))["why"]
    assert not whys.str.startswith("permitted").any()


@pytest.mark.parametrize("entry", INSTRUMENTS, ids=name_of)
def test_more_rows_than_a_block_are_scored_alike(entry, answers):
    table = answers(entry)
    many = entry(pd.concat([table] * 2_000, ignore_index=True))
    for n, expected in enumerate(entry(table)):
        assert (many[n::10].isna() if pd.isna(expected) else many[n::10] == expected).all()


@pytest.mark.parametrize("entry", INSTRUMENTS, ids=name_of)
def test_the_input_is_not_changed(entry, answers):
    table = answers(entry)
    before = table.copy()
    entry(table)
    entry.problems(table)
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
    return {
        item.name: item.words[-1] if item.words else min(highest(item), 5000.0) for item in needed
    }


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
        ), item.name


def test_the_catalogue_holds_every_entry_that_the_library_offers():
    offered = {
        name for name, entry in vars(ibd_scores).items() if isinstance(entry, Index | Grading)
    }
    assert offered == set(ENTRIES), "import it in src/ibd_scores/__init__.py"


def test_nothing_reads_a_provisional_entry():
    provisional = {entry.name for entry in INSTRUMENTS if entry.provisional}
    assert provisional == {"pdai", "pdai_four_item", "buss", "ibdq_prorated"}
    read = {name for one in ENDPOINTS for name in one.reads}
    read |= {item.name for entry in INSTRUMENTS for item in (*entry.items, *entry.columns)}
    assert not provisional & read


@pytest.mark.parametrize("entry", [*INSTRUMENTS, *ENDPOINTS], ids=name_of)
def test_a_provisional_entry_says_so_with_its_reason_wherever_it_is_shown(entry):
    for shown in (entry.__doc__, repr(entry), entry._repr_html_()):
        assert ("provisional" in shown.lower()) == bool(entry.provisional)
    assert entry.provisional in entry.__doc__


@pytest.mark.parametrize("entry", INSTRUMENTS, ids=name_of)
def test_every_instrument_warns_of_a_pitfall_and_cites_its_source(entry):
    assert entry.pitfalls, "no pitfall"
    papers = [text for name, text in vars(citations).items() if name.isupper()]
    assert any(paper in entry.citation for paper in papers)
    for sentence in (entry.missing, *entry.pitfalls):
        assert sentence.endswith(".")


def test_the_catalogue_is_a_table_that_filters():
    table = catalogue()
    assert table.index.tolist() == list(catalogue) == list(ENTRIES)
    assert len(catalogue) == len(table)
    assert table.loc["ses_cd", ["kind", "disease", "items"]].tolist() == ["index", "CD", 20]
    assert table.loc["nancy", "range"] == "0, 1, 2, 3, 4"
    assert set(catalogue(disease="UC")["disease"]) == {"UC", "IBD"}
    assert set(catalogue(kind="grading", disease="CD")["kind"]) == {"grading"}
    assert catalogue(provisional=True).index.tolist() == [
        entry.name for entry in INSTRUMENTS if entry.provisional
    ]
    assert catalogue["hbi"] is ibd_scores.hbi
    assert repr(catalogue) == f"<catalogue: {len(ENTRIES)} instruments; catalogue() is the table>"
    assert "Harvey-Bradshaw" in catalogue._repr_html_()


def test_the_catalogue_says_what_it_can_be_asked_for():
    with pytest.raises(TypeError, match="no filter 'colour'; filters: kind, disease, provisional"):
        catalogue(colour="red")
    with pytest.raises(ValueError, match="no disease 'Crohn'; known: 'CD', 'UC', 'IBD'"):
        catalogue(disease="Crohn")
    with pytest.raises(ValueError, match="no provisional 'yes'; known: False, True"):
        catalogue(kind="grading", provisional="yes")
    assert catalogue(kind="grading", provisional=True).empty


def test_completion_lists_instruments_and_not_plumbing():
    instruments = {*ENTRIES, "montreal_notation", "paris_notation"}
    assert set(dir(ibd_scores)) == instruments | {"catalogue", "derive", "endpoints"}
    assert set(dir(endpoints)) == set(endpoints.__all__)
    assert set(dir(derive)) == set(derive.__all__)
