"""Every worked example, typed from its source, against the catalogue."""

import csv
import math
from itertools import pairwise
from pathlib import Path

import pytest

import ibd_scores
from ibd_scores import endpoints
from ibd_scores.endpoint import Endpoint
from ibd_scores.index import Index

WORKED = Path(__file__).parent / "worked"
INDICES = {name: value for name, value in vars(ibd_scores).items() if isinstance(value, Index)}
ENDPOINTS = {name: value for name, value in vars(endpoints).items() if isinstance(value, Endpoint)}


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    if not text:
        return math.nan
    try:
        return float(text)
    except ValueError:
        return text


EXAMPLES = [
    pytest.param(name, row, id=f"{name}-{row['id']}")
    for name in INDICES
    for row in read(WORKED / f"{name}.csv")
]
VERDICTS = [
    pytest.param(row, id=f"{row['endpoint']}-{row['id']}") for row in read(WORKED / "endpoints.csv")
]
BANDS = [
    pytest.param(row, id=f"{row['index']}-{row['score']}-{row['band']}")
    for row in read(WORKED / "bands.csv")
]
OPTIONS = {"hematocrit_floor", "weight_floor", "unrecorded_friability"}


def inputs(row):
    """The columns of a row; an option that is left empty was not given."""
    values = {key: number(text) for key, text in row.items()
              if key not in {"id", "expected", "band", "source"}}  # fmt: skip
    return {key: value for key, value in values.items() if key not in OPTIONS or value == value}


@pytest.mark.parametrize(("name", "row"), EXAMPLES)
def test_an_index_gives_the_worked_example(name, row):
    score = INDICES[name](**inputs(row))
    assert round(score, 4) == pytest.approx(float(row["expected"]), abs=0, nan_ok=True)


@pytest.mark.parametrize(("name", "row"), [one for one in EXAMPLES if one.values[1]["band"]])
def test_an_index_gives_the_band_of_the_worked_example(name, row):
    index = INDICES[name]
    values = {k: v for k, v in inputs(row).items() if k not in OPTIONS}
    assert index.band(index(**inputs(row)), values) == row["band"]


def pairs(text):
    return {name: number(value) for name, _, value in (one.partition("=") for one in text.split())}


@pytest.mark.parametrize("row", BANDS)
def test_a_score_beside_a_cut_has_the_band_of_the_source(row):
    items = pairs(row["items"]) or None
    assert INDICES[row["index"]].band(float(row["score"]), items) == row["band"]


@pytest.mark.parametrize("row", VERDICTS)
def test_an_endpoint_gives_the_worked_verdict(row):
    verdict = ENDPOINTS[row["endpoint"]](**pairs(row["values"]))
    assert str(verdict) == row["expected"]


def test_every_index_and_endpoint_has_a_worked_example():
    assert {row["endpoint"] for row in read(WORKED / "endpoints.csv")} == set(ENDPOINTS)
    assert {path.stem for path in WORKED.glob("*.csv")} == set(INDICES) | {"bands", "endpoints"}


@pytest.mark.parametrize("index", [i for i in INDICES.values() if i.bands], ids=lambda i: i.name)
def test_both_sides_of_every_cut_are_typed(index):
    typed = {rung: [] for rung in index.rungs}
    for row in read(WORKED / "bands.csv"):
        if row["index"] == index.name:
            typed[row["band"]].append(float(row["score"]))
    for lower, upper in pairwise(index.rungs):
        assert 0 <= min(typed[upper]) - max(typed[lower]) <= 1
