"""The stored notebooks keep the rules that make comparing their outputs worth anything.

nbval executes a cell without a count and compares nothing, skips what a tag or a comment tells it
to, and never looks at a PNG. So what it relies on is checked here, without running anything.
"""

import ast
import base64
import copy
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator

import pytest
from PIL import Image

from ibd_scores.study import chain, paths
from ibd_scores.study.chain import notebooks, parameters
from ibd_scores.study.tables import FACTS

SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
PARAMETER = re.compile(
    r"""(\w+): (["']?)((Optional\[)?(str|int|float|bool)\]?)\2 = [^=#]+  # \S.*"""
)
# What differs between machines and runs: absolute paths, addresses of objects.
MACHINE = re.compile(
    r"(?<![\w.<])/(home|root|tmp|work|usr|var|opt|mnt|srv|private|Users)/|\b[A-Z]:\\|\b0x[0-9a-f]{5,}"
)
DISARMING = re.compile(r"#\s*(NBVAL_|PYTEST_VALIDATE_)")
FORBIDDEN = {
    ast.FunctionDef: "def",
    ast.AsyncFunctionDef: "def",
    ast.Lambda: "lambda",
    ast.ClassDef: "class",
    ast.For: "for",
    ast.While: "while",
}
LINES = 12


def problems(notebook, patients=frozenset()) -> Iterator[str]:
    """Say what in a stored notebook breaks a rule, each time with the cell."""
    if notebooks.normalize(notebook) != notebook:
        yield "notebook: it is not normalized (ibd-scores normalize)"
    if not notebooks.source(notebook["cells"][0]).startswith("# "):
        yield "title: the first cell is a heading"
    for cell in notebook["cells"]:
        if not SLUG.fullmatch(cell["id"]):
            yield f"{cell['id']}: an identity is made of small words and hyphens"
        if MACHINE.search(notebooks.source(cell)):
            yield f"{cell['id']}: an absolute path"
    cells = notebooks.code(notebook)
    if [cell["execution_count"] for cell in cells] != [*range(1, len(cells) + 1)]:
        yield "notebook: the execution counts are not 1, 2, 3, ..."
    if [notebooks.tags(cell) for cell in cells].count(["parameters"]) != 1:
        yield "notebook: one cell is tagged parameters"
    for cell in cells:
        for problem in (*_of_source(cell), *_of_outputs(cell, patients)):
            yield f"{cell['id']}: {problem}"


def _of_source(cell) -> Iterator[str]:
    source = notebooks.source(cell)
    if notebooks.tags(cell) not in ([], ["parameters"]):
        yield f"tags {notebooks.tags(cell)}: only parameters is known"
    if DISARMING.search(source):
        yield "a comment that tells nbval not to compare"
    if len(source.splitlines()) > LINES:
        yield f"more than {LINES} lines"
    if source.rstrip().endswith(";"):
        yield "a trailing semicolon, which nbval does not honor"
    if notebooks.tags(cell) == ["parameters"]:
        for line in source.splitlines():
            if not PARAMETER.fullmatch(line):
                yield f"a parameter is name: type = value  # help, not {line}"
    try:
        tree = ast.parse(source)
    except SyntaxError:
        yield "a magic, or no Python"
        return
    for node in ast.walk(tree):
        if type(node) in FORBIDDEN:
            yield f"{FORBIDDEN[type(node)]}: it belongs in the library"
        if isinstance(node, ast.Call) and _called(node) in {"print", "input", "exit", "quit"}:
            yield f"{_called(node)}()"
    last = tree.body[-1] if tree.body else None
    shows = isinstance(last, ast.Expr) and not (
        isinstance(last.value, ast.Call)
        and _called(last.value).startswith(("save", "write", "check"))
    )
    if shows and not cell["outputs"]:
        yield "it ends in something to show, and no output is stored"


def _called(call) -> str:
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def _of_outputs(cell, patients) -> Iterator[str]:
    for output in cell["outputs"]:
        if output["output_type"] in {"stream", "error"}:
            yield f"an output of the kind {output.get('name', 'error')}"
            continue
        data = output["data"]
        html = "".join(data.get("text/html", ""))
        if "<table" in html and FACTS not in data and not html.startswith("<div><h4>"):  # a card
            yield "a table without its named numbers (show it with tables.show)"
        if FACTS in data and "simulated" not in html.lower():
            yield "a table that does not say that the cohort is simulated"
        if "".join(data.get("text/plain", "")).startswith("<Figure") and "image/png" not in data:
            yield "a figure without its picture"
        if "image/png" in data and _blank("".join(data["image/png"])):
            yield "a blank picture"
        text = str({kind: value for kind, value in data.items() if kind != "image/png"})
        if found := MACHINE.search(text):
            yield f"an output that another machine would not give: {found[0]}"
        if found := patients & {*re.findall(r"[\w-]+", text)}:
            yield f"a patient is named in an output: {min(found)}"


def _blank(png) -> bool:
    with Image.open(io.BytesIO(base64.b64decode(png))) as picture:
        return all(low == high for low, high in picture.convert("RGB").getextrema())


# --------------------------------------------------------------------------- the stored notebooks


@pytest.fixture(scope="module")
def patients():
    with (paths.raw("upadacitinib") / "patients.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row[0] for row in csv.reader(file))


@pytest.mark.parametrize("stage", chain.STAGES)
def test_a_stored_notebook_breaks_no_rule(stage, patients):
    file = chain.stored(paths.root(), stage)
    notebook = notebooks.read(file)
    assert list(problems(notebook, patients)) == []
    assert file.read_bytes().decode() == notebooks.text(notebook)


def test_no_two_cells_of_the_notebooks_have_one_identity():
    ids = Counter(
        cell["id"]
        for stage in chain.STAGES
        for cell in notebooks.read(chain.stored(paths.root(), stage))["cells"]
    )
    assert [name for name, times in ids.items() if times > 1] == []


def test_papermill_documents_every_parameter_and_one_name_means_one_thing():
    known = parameters.declared(chain.stored(paths.root(), stage) for stage in chain.STAGES)
    stated = {}
    for stage, ones in known.items():
        (cell,) = (
            cell
            for cell in notebooks.code(notebooks.read(chain.stored(paths.root(), stage)))
            if notebooks.tags(cell)
        )
        declared = [line.partition(":")[0] for line in notebooks.source(cell).splitlines()]
        assert list(ones) == declared
        for name, one in ones.items():
            assert one.help
            assert one.is_default(one.value(ast.literal_eval(one.default)))
            # The two diseases have each a primary endpoint of their own.
            place = (name, stage) if name == "primary" else name
            assert (one.type, one.default) == stated.setdefault(place, (one.type, one.default))


def test_there_is_no_notebook_outside_the_chain():
    there = {path.stem for path in (paths.root() / "notebooks").glob("*.ipynb")}
    assert there == {*chain.STAGES}


# ------------------------------------------------------------------------------- each rule bites


def png(*shades):
    picture = Image.new("L", (2, 2), shades[0])
    picture.putpixel((0, 0), shades[-1])
    file = io.BytesIO()
    picture.save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


def code(name, count, source, *data, **metadata):
    return {
        "cell_type": "code",
        "execution_count": count,
        "id": name,
        "metadata": metadata,
        "outputs": [{"output_type": "display_data", "metadata": {}, "data": one} for one in data],
        "source": source.splitlines(keepends=True),
    }


GOOD = {
    "cells": [
        {
            "cell_type": "markdown",
            "id": "cd-title",
            "metadata": {},
            "source": ["# 3. Crohn's disease"],
        },
        code("cd-parameters", 1, 'cohort: str = "toy"  # folder of data/raw', tags=["parameters"]),
        code(
            "cd-rates",
            2,
            'show(rates, "cd")',
            {
                "text/html": ["<table><td>44</td></table>Simulated."],
                "text/plain": ["44/60"],
                FACTS: {},
            },
        ),
        code(
            "cd-figure",
            3,
            "figures.draw(rates)\nplt.show()",
            {"image/png": png(255, 0), "text/plain": ["<Figure size 2x2 with 1 Axes>"]},
        ),
        code("cd-card", 4, "cdai", {"text/html": ["<div><h4>CDAI</h4><table></table></div>"]}),
        code("cd-save", 5, 'tidy.save(cohort, {"cd_rates": rates})'),
    ],
    "metadata": {"kernelspec": notebooks.KERNEL, "language_info": {"name": "python"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def test_a_good_notebook_breaks_no_rule():
    assert list(problems(GOOD, {"P001"})) == []


def source(name, text):
    def doctor(cells):
        cells[name]["source"] = text.splitlines(keepends=True)

    return doctor


def output(name, kind, value):
    def doctor(cells):
        cells[name]["outputs"][0]["data"][kind] = value

    return doctor


def field(name, key, value):
    return lambda cells: cells[name].update({key: value})


def without(name, kind):
    return lambda cells: cells[name]["outputs"][0]["data"].pop(kind)


def stream(kind):
    said = {"output_type": "stream", "name": kind, "text": ["careful\n"]}
    return lambda cells: cells["cd-rates"]["outputs"].append(said)


DOCTORED = {
    "not normalized": field("cd-rates", "metadata", {"collapsed": True}),
    "the first cell is a heading": source("cd-title", "Crohn's disease"),
    "identity is made of small words": field("cd-rates", "id", "3f1c2b9a"),
    "counts are not 1, 2, 3": field("cd-rates", "execution_count", None),
    "counts are not 1, 2": field("cd-rates", "execution_count", 7),
    "one cell is tagged parameters": field("cd-parameters", "metadata", {}),
    "only parameters is known": field("cd-rates", "metadata", {"tags": ["raises-exception"]}),
    "only parameters is": field("cd-rates", "metadata", {"tags": ["nbval-skip"]}),
    "not to compare": source("cd-rates", '# NBVAL_IGNORE_OUTPUT\nshow(rates, "cd")'),
    "cd-rates: an absolute path": source("cd-rates", 'show(read("/home/me/rates.csv"), "cd")'),
    "cd-title: an absolute path": source("cd-title", "# In /home/me/study"),
    "more than 12 lines": source("cd-rates", "x = 1\n" * 12 + 'show(rates, "cd")'),
    "trailing semicolon": source("cd-figure", "figures.draw(rates);"),
    "a parameter is name": source("cd-parameters", 'cohort: str = "toy"'),
    "a parameter is": source("cd-parameters", "limits: list = [1]  # two limits"),
    "a parameter": source("cd-parameters", "limit: int = 2 if x == 3 else 4  # a limit"),
    "a magic": source("cd-rates", "%matplotlib inline"),
    "def: it belongs": source("cd-rates", "def rate(k, n):\n    return k / n\nshow(rates)"),
    "class: it belongs": source("cd-rates", "class Rate:\n    pass\nshow(rates)"),
    "for: it belongs": source("cd-rates", "for row in rows:\n    pass\nshow(rates)"),
    "lambda: it belongs": source("cd-rates", "show(rates.map(lambda k: k + 1))"),
    "print()": source("cd-rates", "print(rates)"),
    "no output is stored": field("cd-rates", "outputs", []),
    "of the kind stderr": stream("stderr"),
    "of the kind stdout": stream("stdout"),
    "of the kind error": field("cd-rates", "outputs", [{"output_type": "error", "ename": "E"}]),
    "a table without its named numbers": without("cd-rates", FACTS),
    "does not say that the cohort is": output("cd-rates", "text/html", ["<table></table>"]),
    "a figure without its picture": without("cd-figure", "image/png"),
    "a blank picture": output("cd-figure", "image/png", png(255)),
    "another machine would not give: /tmp/": output("cd-rates", "text/plain", ["in /tmp/x.csv"]),
    "another machine would not give: C:": output("cd-rates", "text/plain", ["in C:\\Users\\me"]),
    "another machine would not give: 0x": output("cd-card", "text/plain", ["<A at 0x7f3a10>"]),
    "a patient is named in an output: P001": output("cd-rates", FACTS, {"cd[P001].cdai": 150}),
}


@pytest.mark.parametrize("problem", DOCTORED)
def test_a_broken_rule_is_found(problem):
    notebook = copy.deepcopy(GOOD)
    DOCTORED[problem]({cell["id"]: cell for cell in notebook["cells"]})
    assert [one for one in problems(notebook, {"P001"}) if problem in one]
