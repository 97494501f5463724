"""Storing notebooks, and the parameters that they know."""

import copy
import json

import pytest

from ibd_scores.study.chain import notebooks, parameters
from ibd_scores.study.chain.parameters import Parameter, Text

EXECUTED = {
    "cells": [
        {
            "cell_type": "code",
            "execution_count": 1,
            "id": "cd-rates",
            "metadata": {
                "collapsed": False,
                "execution": {"iopub.execute_input": "2026-01-01T00:00:00"},
                "papermill": {"duration": 0.1, "status": "completed"},
                "tags": ["parameters"],
            },
            "outputs": [
                {"data": {"text/plain": ["44"]}, "metadata": {}, "output_type": "display_data"}
            ],
            "source": 'cohort: str = "toy"\r\nx = 1',
        },
        {
            "cell_type": "code",
            "execution_count": 2,
            "id": "3f1c2b",
            "metadata": {"tags": ["injected-parameters"]},
            "outputs": [],
            "source": ["x = 2"],
        },
    ],
    "metadata": {
        "kernelspec": {"display_name": "mine", "language": "python", "name": "mine"},
        "language_info": {"name": "python", "version": "3.11.7"},
        "papermill": {"input_path": "/somewhere/01.ipynb"},
    },
    "nbformat": 4,
    "nbformat_minor": 5,
}


def test_what_differs_from_run_to_run_is_dropped_and_the_rest_kept():
    before = copy.deepcopy(EXECUTED)
    normal = notebooks.normalize(EXECUTED)
    assert before == EXECUTED
    assert normal["metadata"] == {
        "kernelspec": {
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
            "name": "python3",
        },
        "language_info": {"name": "python"},
    }
    first, injected = normal["cells"]
    assert first["metadata"] == {"tags": ["parameters"]}
    assert first["source"] == ['cohort: str = "toy"\n', "x = 1"]
    assert first["outputs"] == EXECUTED["cells"][0]["outputs"]
    assert (first["id"], first["execution_count"]) == ("cd-rates", 1)
    assert injected["id"] == "injected-parameters"
    assert notebooks.normalize(normal) == normal


def test_a_stored_notebook_is_touched_only_where_it_changes(tmp_path):
    file = tmp_path / "01.ipynb"
    assert notebooks.store(file, EXECUTED)
    stored = file.read_bytes()
    assert stored.endswith(b'"nbformat_minor": 5\n}\n')
    assert b"\r" not in stored
    assert not notebooks.store(file, notebooks.read(file))
    assert file.read_bytes() == stored
    assert [path.name for path in tmp_path.iterdir()] == ["01.ipynb"]


def test_a_file_that_is_no_notebook_is_named(tmp_path):
    file = tmp_path / "01.ipynb"
    file.write_text('{"cells": [')
    with pytest.raises(ValueError, match=r"01\.ipynb is not a whole notebook"):
        notebooks.read(file)


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("str", Text("007"), "007"),
        ("str", Text("no"), "no"),
        ("str", Text("None"), "None"),
        ("int", Text("007"), 7),
        ("int", 7, 7),
        ("float", Text("1e3"), 1000.0),
        ("float", 7, 7.0),
        ("bool", Text("True"), True),
        ("bool", Text("false"), False),
        ("bool", False, False),
        ("Optional[str]", Text("no"), "no"),
        ("Optional[int]", Text("None"), None),
        ("Optional[int]", None, None),
    ],
)
def test_a_value_is_read_by_the_declared_type(kind, given, value):
    read = Parameter("x", kind, "0", "").value(given)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("kind", "given", "wanted"),
    [
        ("str", 7, "text is wanted"),
        ("int", True, "a whole number is wanted"),
        ("int", 4.0, "a whole number is wanted"),
        ("int", Text("1e3"), "a whole number is wanted"),
        ("int", None, "a whole number is wanted"),
        ("float", Text("inf"), "a number is wanted"),
        ("float", float("nan"), "a number is wanted"),
        ("bool", 1, "true or false is wanted"),
        ("bool", Text("yes"), "true or false is wanted"),
        ("Optional[int]", Text(""), "a whole number or None is wanted"),
        ("Optional[float]", "3", "a number or None is wanted"),
    ],
)
def test_a_value_of_another_type_is_refused(kind, given, wanted):
    with pytest.raises(ValueError, match=wanted):
        Parameter("x", kind, "0", "").value(given)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("study.toml", 'cohort = "hmp2"\nmin_days = 5'),
        ("study.yaml", "cohort: hmp2\nmin_days: 5"),
        ("study.json", '{"cohort": "hmp2", "min_days": 5}'),
    ],
)
def test_parameters_come_from_a_file_and_the_command_line_wins(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text)
    assert parameters.given([], file) == {"cohort": "hmp2", "min_days": 5}
    assert parameters.given(["min_days=6"], file) == {"cohort": "hmp2", "min_days": "6"}


def test_a_parameter_given_twice_with_different_values_is_refused():
    assert parameters.given(["x=1", "x=1"]) == {"x": "1"}
    with pytest.raises(ValueError, match="x=2: x is given twice"):
        parameters.given(["x=1", "x=2"])


@pytest.mark.parametrize(
    ("name", "text"), [("a.toml", "cohort"), ("a.yaml", "- 1"), ("b.yaml", "{")]
)
def test_a_parameter_file_that_cannot_be_read_is_named(tmp_path, name, text):
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(ValueError, match=name):
        parameters.given([], file)


def test_a_parameter_without_a_value_is_refused():
    with pytest.raises(ValueError, match="name=value is wanted"):
        parameters.given(["min_days"])


def test_all_wrong_parameters_are_told_at_once(tmp_path):
    known = {
        "01": {"x": Parameter("x", "int", "1", "a count")},
        "02": {"x": Parameter("x", "int", "1", "a count"), "y": Parameter("y", "str", '"a"', "")},
    }
    with pytest.raises(ValueError, match="z: no notebook") as refused:
        parameters.share({"x": 1.5, "z": 1}, known, tmp_path)
    assert str(refused.value).splitlines() == [
        "z: no notebook has a parameter of this name",
        "x = 1.5: a whole number is wanted, such as its default 1",
        "These exist:",
        "  x: int = 1  # a count",
        '  y: str = "a"',
    ]
    taken = parameters.share({"x": 2, "y": "a"}, known, tmp_path)
    assert taken == {"01": {"x": 2}, "02": {"x": 2}}


def test_papermill_reads_a_parameters_cell_as_we_do(tmp_path):
    cell = {
        "cell_type": "code",
        "execution_count": None,
        "id": "parameters",
        "metadata": {"tags": ["parameters"]},
        "outputs": [],
        "source": [
            'cohort: str = "toy"  # folder\n',
            "limit: 'Optional[float]' = None  # of CRP, mg/L",
        ],
    }
    file = tmp_path / "01 {a}.ipynb"
    file.write_text(json.dumps(EXECUTED | {"cells": [cell]}))
    assert parameters.declared([file]) == {
        "01 {a}": {
            "cohort": Parameter("cohort", "str", '"toy"', "folder"),
            "limit": Parameter("limit", "Optional[float]", "None", "of CRP, mg/L"),
        }
    }
