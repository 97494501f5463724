"""Every worked example, typed from its source, against the catalogue."""

import csv
import math
from itertools import pairwise
from pathlib import Path

import pytest

from ibd_scores import endpoints
from ibd_scores.endpoint import Endpoint
from ibd_scores.entries import ENTRIES, ITEMS
from ibd_scores.form import Interval
from ibd_scores.index import Index

WORKED = Path(__file__).parent / "worked"
ENDPOINTS = {name: value for name, value in vars(endpoints).items() if isinstance(value, Endpoint)}
ABOUT = {"id", "expected", "band", "source"}


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def value(name, text):
    """A cell as its item reads it: a word or a number; nothing where it is empty."""
    if not text:
        return None
    item = ITEMS.get(name)
    if item and item.words:
        return text
    try:
        return float(text)
    except ValueError:
        return text


NOT_TYPED = [name for name in ENTRIES if not (WORKED / f"{name}.csv").is_file()]
assert not NOT_TYPED, f"no tests/worked/{NOT_TYPED[0]}.csv: see the README there"
ROWS = {path.stem: read(path) for path in sorted(WORKED.glob("*.csv")) if path.stem in ENTRIES}
EXAMPLES = [
    pytest.param(name, row, id=f"{name}-{row['id']}")
    for name, rows in ROWS.items()
    for row in rows
    if not row["id"].startswith("cut")
]
CUTS = [
    pytest.param(name, row, id=f"{name}-{row['id']}")
    for name, rows in ROWS.items()
    for row in rows
    if row["id"].startswith("cut")
]
VERDICTS = [
    pytest.param(row, id=f"{row['endpoint']}-{row['id']}") for row in read(WORKED / "endpoints.csv")
]


def items(row):
    return {name: value(name, text) for name, text in row.items()
            if name not in ABOUT and name in ITEMS}  # fmt: skip


def options(row):
    """Published variants; one that is left empty was not asked for, None is written out."""
    return {name: None if text == "None" else value(name, text) for name, text in row.items()
            if name not in ABOUT and name not in ITEMS and text}  # fmt: skip


@pytest.mark.parametrize(("name", "row"), EXAMPLES)
def test_an_entry_gives_the_worked_example(name, row):
    result = ENTRIES[name](**items(row), **options(row))
    if isinstance(ENTRIES[name], Index):
        assert round(result, 4) == pytest.approx(float(row["expected"]), abs=0, nan_ok=True)
    else:
        assert str(result) == row["expected"]


@pytest.mark.parametrize(("name", "row"), [one for one in EXAMPLES if one.values[1]["band"]])
def test_an_index_gives_the_band_of_the_worked_example(name, row):
    index = ENTRIES[name]
    score = index(**items(row), **options(row))
    assert index.band(score, items(row)) == row["band"]


@pytest.mark.parametrize(("name", "row"), CUTS)
def test_a_score_beside_a_cut_has_the_band_of_the_source(name, row):
    recorded = {name: value for name, value in items(row).items() if value is not None}
    assert ENTRIES[name].band(float(row["expected"]), recorded or None) == row["band"]


@pytest.mark.parametrize("index", [e for e in ENTRIES.values() if isinstance(e, Index)],
                         ids=lambda i: i.name)  # fmt: skip
def test_the_reachable_range_is_the_one_typed(index):
    typed = {row["id"]: float(row["expected"]) for row in ROWS[index.name]}
    ends = dict(zip(("lowest", "highest"), index.ends, strict=True))
    for end, reached in ends.items():
        assert typed.get(end, reached) == pytest.approx(reached, abs=1e-4), end
        assert end in typed or "upwards" in index.range, f"{index.name}: no row '{end}'"


@pytest.mark.parametrize("name", ENTRIES)
def test_a_missing_item_is_among_the_examples(name):
    """All items of a row without an answer; one of them in the loop over the catalogue."""
    missing = [row for row in ROWS[name] if row["expected"] in {"NaN", "None"}]
    assert missing, f"{name}: no row with a missing item"


@pytest.mark.parametrize("name", ENTRIES)
def test_every_row_says_where_its_number_comes_from_once_at_least(name):
    assert ROWS[name][0]["source"], f"{name}: the first row has no source"
    ids = [row["id"] for row in ROWS[name]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", ENTRIES)
def test_every_permitted_answer_but_the_middle_of_a_range_is_used(name):
    for item in ENTRIES[name].items:
        used = {value(item.name, row.get(item.name)) for row in ROWS[name]}
        if isinstance(item.values, Interval) or item.name not in ROWS[name][0]:
            continue
        wanted = set(item.words) or {*map(float, item.values)}
        if isinstance(item.values, range):  # a count may go further than any example
            if len(item.values) > 10:
                continue
            wanted = {float(item.values[0]), float(item.values[-1])}
        assert wanted <= used, f"{item.name}: no example of {wanted - used}"


def pairs(text):
    cells = (one.partition("=") for one in text.split())
    return {name: value(name, cell) for name, _, cell in cells}


@pytest.mark.parametrize("row", VERDICTS)
def test_an_endpoint_gives_the_worked_verdict(row):
    verdict = ENDPOINTS[row["endpoint"]](**pairs(row["values"]))
    assert str(verdict) == row["expected"]


def test_every_entry_and_endpoint_has_worked_examples_and_nothing_else_has():
    assert {row["endpoint"] for row in read(WORKED / "endpoints.csv")} == set(ENDPOINTS)
    assert {path.stem for path in WORKED.glob("*.csv")} == set(ENTRIES) | {"endpoints"}


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_an_endpoint_is_met_in_one_example_and_missed_in_another(endpoint):
    verdicts = {row["expected"] for row in read(WORKED / "endpoints.csv")
                if row["endpoint"] == endpoint}  # fmt: skip
    assert verdicts >= {"True", "False"}


@pytest.mark.parametrize("index", [e for e in ENTRIES.values() if e.ladder], ids=lambda i: i.name)
def test_both_sides_of_every_cut_are_typed(index):
    typed = {rung: [] for rung in index.rungs}
    for row in ROWS[index.name]:
        if row["band"] and not math.isnan(float(row["expected"])):
            typed[row["band"]].append(float(row["expected"]))
    for lower, upper in pairwise(index.rungs):
        beside = 0 <= min(typed[upper]) - max(typed[lower]) <= 1
        assert beside, f"type a score on each side of the cut between {lower} and {upper}"
