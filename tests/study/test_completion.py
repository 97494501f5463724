"""What JupyterLab offers after a dot, and what it shows for `?`: asked of a real kernel."""

import re
from importlib import import_module

import pytest
from jupyter_client.manager import run_kernel

from ibd_scores import mayo_full
from ibd_scores.index import Grading, Index
from ibd_scores.study.chain.notebooks import KERNEL

WAIT = 60  # seconds


@pytest.fixture(scope="module")
def kernel():
    """A kernel like those of the notebooks; its environment is that of the tests."""
    with run_kernel(kernel_name=KERNEL["name"]) as client:
        said = client.execute(
            "import ibd_scores\nfrom ibd_scores import derive, endpoints, mayo_full",
            reply=True,
            timeout=WAIT,
        )
        assert said["content"]["status"] == "ok"
        yield client


def offered(kernel, code):
    """The names offered at the end of the code, without what stands before them."""
    content = kernel.complete(code, reply=True, timeout=WAIT)["content"]
    assert content["status"] == "ok"
    return [match.rpartition(".")[2] for match in content["matches"]]


@pytest.mark.parametrize("module", ["ibd_scores", "ibd_scores.derive", "ibd_scores.endpoints"])
def test_after_the_dot_come_the_public_names_and_no_plumbing(kernel, module):
    names = offered(kernel, f"{module}.")
    assert sorted(names) == sorted(dir(import_module(module)))
    assert not {"entries", "formula", "form", "card", "columns", "np", "annotations"} & {*names}


def test_most_of_what_is_offered_are_instruments(kernel):
    package = import_module("ibd_scores")
    others = {name for name in offered(kernel, "ibd_scores.")
              if not isinstance(getattr(package, name), Index | Grading)}  # fmt: skip
    assert others == {"catalogue", "derive", "endpoints", "montreal_notation", "paris_notation"}


def test_the_beginning_of_a_name_is_completed(kernel):
    assert sorted(offered(kernel, "ibd_scores.mayo_f")) == ["mayo_full"]
    assert sorted(offered(kernel, "endpoints.cdai_r")) == [
        "cdai_remission", "cdai_response_100", "cdai_response_70",
    ]  # fmt: skip


def inspected(kernel):
    return kernel.inspect("mayo_full", reply=True, timeout=WAIT)["content"]["data"]


def asked(kernel):
    content = kernel.execute("mayo_full?", reply=True, timeout=WAIT)["content"]
    [page] = content["payload"]
    return page["data"]


@pytest.mark.parametrize("shown", [inspected, asked])
def test_help_on_an_instrument_is_its_form(kernel, shown):
    text = re.sub(r"\x1b\[[\d;]*m", "", shown(kernel)["text/plain"])
    for wanted in (mayo_full.formula, mayo_full.ladder, mayo_full.range, mayo_full.citation):
        assert wanted in text
    for item in mayo_full.items:
        assert f"{item.name}: {item.meaning} ({item.permitted})" in text
