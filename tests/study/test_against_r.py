"""The statistics against an independent implementation: R, where it is installed.

The page docs/statistics.md, which shows the comparison, is held against our own numbers anywhere.
"""

import dataclasses
import importlib.util
import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tool():
    spec = importlib.util.spec_from_file_location("against_r", ROOT / "tools" / "against_r.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows(tool):
    return tool.comparisons()


@pytest.fixture(scope="module")
def page(tool):
    return tool.DOCUMENT.read_text("utf-8")


@pytest.fixture(scope="module")
def r(tool, rows):
    """R's answers, by row, from one process."""
    if not shutil.which("Rscript"):
        pytest.skip("Rscript is not installed (Debian: r-base-core)")
    answers, _ = tool.ask_r(rows)
    return list(zip(rows, answers, strict=True))


def test_the_page_has_the_numbers_that_the_code_gives(tool, rows, page):
    answers, versions = tool.stored(rows, page)
    assert tool.document(rows, answers, versions) == page, "stale: run python tools/against_r.py"


def test_a_number_that_moves_makes_the_page_stale(tool, rows, page):
    moved = dataclasses.replace(rows[0], ours=(75.001, *rows[0].ours[1:]))
    answers, versions = tool.stored(rows, page)
    assert tool.document([moved, *rows[1:]], answers, versions) != page


def test_a_comparison_that_the_page_lacks_is_named(tool, rows, page):
    new = dataclasses.replace(rows[0], what="a new one")
    with pytest.raises(KeyError, match="a new one"):
        tool.stored([*rows, new], page)


def test_the_page_shows_no_patient_and_says_that_the_cohort_is_simulated(tool, page):
    assert not set(tool.cohort().patients["patient_id"]) & set(page.replace("`", " ").split())
    assert "imulated" in tool.cohort().note
    assert tool.cohort().note in page


def test_a_difference_is_relative_to_the_larger_number(tool, rows):
    row = dataclasses.replace(rows[0], ours=(0.0, 80.0, 2e-9))
    assert tool.distance(row, (0.0, 100.0, 2e-9)) == pytest.approx(0.2)
    assert tool.distance(row, (0.0, 80.0, 1e-9)) == pytest.approx(0.5)
    assert tool.distance(row, (0.0, 80.0)) == float("inf")


@pytest.mark.parametrize("package", ["", "brglm2", "coin", "exactRankTests"])
def test_r_gives_the_same(tool, r, package):
    compared = [(row, answer) for row, answer in r if row.package == package]
    assert compared
    if any(answer is None for _, answer in compared):
        pytest.skip(f"the R package {package} is not installed (Debian: r-cran-{package.lower()})")
    apart = {
        f"{row.what}: {row.call}": (tool.printed(row.ours), tool.printed(answer))
        for row, answer in compared
        if row.within is not None and not tool.distance(row, answer) <= row.within
    }
    assert apart == {}


def test_the_page_has_the_numbers_that_r_gives(tool, rows, page, r):
    answers, _ = tool.stored(rows, page)
    for (row, now), then in zip(r, answers, strict=True):
        if now is not None:
            printed = dataclasses.replace(row, ours=tuple(map(float, then.split(", "))))
            assert tool.distance(printed, now) < 1e-5, (
                f"stale: run python tools/against_r.py: {row}"
            )


def test_a_call_that_r_cannot_answer_is_an_error(tool, rows):
    if not shutil.which("Rscript"):
        pytest.skip("Rscript is not installed (Debian: r-base-core)")
    wrong = dataclasses.replace(rows[0], call="p.adjust(unknown)")
    with pytest.raises(RuntimeError, match="unknown"):
        tool.ask_r([wrong])
