import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from ibd_scores.study import multiverse
from ibd_scores.study.figures import specification_curve, specification_overview
from ibd_scores.study.figures.specification import CHOICES

NOTE = "Simulated cohort"
U_EXCEL, HALF = "Endoscopic response (U-EXCEL)", "Endoscopic response (50 % or more)"


def grid() -> pd.DataFrame:
    """Two questions; the first has two endpoints, of which one knows a variant."""
    rows = [
        # endpoint, variant, window, estimand, k, n, percent, usual, primary
        (U_EXCEL, "from 4 by 2 points", "as recorded", "as_observed", 45, 60, 75.0, False, False),
        (U_EXCEL, "from 4 by 2 points", "as recorded", "best_case", 60, 75, 80.0, False, False),
        (U_EXCEL, "from 4 by 2 points", "as recorded", "worst_case", 44, 80, 55.0, True, True),
        (U_EXCEL, "more than 50 % alone", "as recorded", "worst_case", 40, 80, 50.0, False, False),
        (HALF, "", "as recorded", "worst_case", 48, 80, 60.0, True, False),
        (HALF, "", "as recorded", "as_observed", 0, 0, np.nan, False, False),
    ]
    columns = ["endpoint", "variant", "window", "estimand", "k", "n", "percent", "usual", "primary"]
    table = pd.DataFrame(rows, columns=columns).assign(disease="CD", question="endoscopic response")
    table["low"], table["high"] = table["percent"] - 10, table["percent"] + 10
    crp = table.iloc[:2].assign(
        question="CRP normal", endpoint="CRP normal", usual=[True, False], variant=np.nan
    )
    return pd.concat([table, crp], ignore_index=True)


def rows_of_ticks(figure: Figure) -> list[int]:
    dots = figure.axes[2]
    found = [one for one in dots.collections if isinstance(one, LineCollection)]
    return [len(one.get_segments()) for one in found]


def test_the_forks_are_those_of_the_multiverse() -> None:
    assert tuple(CHOICES) == multiverse.CHOICES


def test_a_curve_rises_and_has_an_interval_for_each_specification(words, laid_out) -> None:
    figure = specification_curve(grid(), "endoscopic response", note=NOTE)
    laid_out(figure, 183)
    curve = figure.axes[1]
    assert curve.lines[0].get_ydata().tolist() == [50, 55, 60, 75, 80]
    spans = curve.collections[0].get_segments()
    assert [span[:, 1].tolist() for span in spans][:2] == [[40, 60], [45, 65]]
    assert NOTE in words(figure)
    # the median of 50, 55, 60, 75 and 80
    assert (
        "Endoscopic response: 6 specifications, median 60.0 %, range 50.0 to 80.0 %; "
        "1 without patients not drawn"
    ) in words(figure)


def test_each_level_of_a_choice_is_a_row_and_a_choice_that_none_is_has_none(words) -> None:
    figure = specification_curve(grid(), "endoscopic response")
    found = words(figure)
    assert {"Endpoint", "Variant", "Estimand"} <= set(found)
    assert "Week-12 window" not in found  # all as recorded
    assert {"as observed", "worst case", "best case"} <= set(found)
    # U-EXCEL 4, half 1; from 4 by 2 points 3, alone 1; as observed 1, best 1, worst 3
    assert rows_of_ticks(figure) == [4, 1, 3, 1, 1, 1, 3]


def test_one_named_level_beside_blanks_is_a_choice() -> None:
    table = grid().query("question == 'endoscopic response'").iloc[[2, 4]]
    figure = specification_curve(table, "endoscopic response", choices={"variant": "Variant"})
    assert rows_of_ticks(figure) == [1]


def test_the_primary_is_a_filled_diamond_with_its_value_in_words(words) -> None:
    figure = specification_curve(grid(), "endoscopic response", note=NOTE)
    assert "primary: 44/80, 55.0 % (45.0–65.0)" in words(figure)
    marks = {
        line.get_markerfacecolor(): (list(line.get_xdata()), list(line.get_ydata()))
        for line in figure.axes[1].lines
        if line.get_marker() == "D"
    }
    assert marks == {"white": ([2], [60]), "#E69F00": ([1], [55])}
    assert {"primary analysis", "usual choices, other endpoints"} <= set(words(figure))


def test_a_question_without_the_primary_writes_its_usual_choice(words) -> None:
    found = words(specification_curve(grid().assign(primary=False), "CRP normal"))
    assert "usual choices: 45/60, 75.0 % (65.0–85.0)" in found
    assert "usual choices" in found


def test_an_imputed_count_keeps_its_decimal(words) -> None:
    imputed = grid().assign(k=lambda table: table["k"] + 0.25)
    found = words(specification_curve(imputed, "endoscopic response"))
    assert "primary: 44.3/80, 55.0 % (45.0–65.0)" in found


def test_a_question_that_the_grid_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(ValueError, match="'pain' is not in the grid; use one of endoscopic resp"):
        specification_curve(grid(), "pain")


@pytest.mark.parametrize("draw", [specification_overview, specification_curve])
def test_diseases_are_never_pooled(draw) -> None:
    pooled = pd.concat([grid(), grid().assign(disease="UC")])
    question = ["CRP normal"] if draw is specification_curve else []
    with pytest.raises(ValueError, match="pools diseases"):
        draw(pooled, *question)


def test_an_empty_curve_says_why(words, laid_out) -> None:
    nobody = specification_curve(grid().iloc[:0], "CRP normal", note=NOTE)
    assert {"no patients", "CRP normal: 0 specifications", NOTE} <= set(words(nobody))
    missing = specification_curve(grid().assign(percent=np.nan), "CRP normal", note=NOTE)
    assert "no values" in words(missing)
    for figure in (nobody, missing):
        laid_out(figure, 183)


def test_a_single_specification_is_drawn(words, laid_out) -> None:
    figure = specification_curve(grid().iloc[[2]], "endoscopic response", note=NOTE)
    laid_out(figure, 183)
    assert "no choice differs" in words(figure)
    assert any(text.startswith("Endoscopic response: 1 specification,") for text in words(figure))


def test_long_labels_are_wrapped(laid_out) -> None:
    long = grid().assign(
        variant=lambda table: table["variant"] + " as printed by the laboratory" * 5
    )
    laid_out(specification_curve(long, "endoscopic response", note=NOTE), 183)
    laid_out(specification_overview(long.assign(endpoint=long["endpoint"] * 5), note=NOTE), 183)


def test_a_thousand_specifications_are_drawn_in_a_small_file(tmp_path, laid_out) -> None:
    many = pd.concat([grid().iloc[:5]] * 300, ignore_index=True)
    figure = specification_curve(many, "endoscopic response", note=NOTE)
    laid_out(figure, 183)
    figure.savefig(tmp_path / "many.pdf")
    assert (tmp_path / "many.pdf").stat().st_size < 300_000


def test_the_overview_has_a_row_for_each_endpoint_with_its_spread(words, laid_out) -> None:
    figure = specification_overview(grid(), note=NOTE)
    laid_out(figure, 183)
    found = words(figure)
    assert {"Endoscopic response", "CRP normal", U_EXCEL, HALF, NOTE} <= set(found)
    # U-EXCEL: 50, 55, 75, 80; CRP: 75, 80
    assert {"4", "65.0 (50.0–80.0)", "44/80, 55.0 %"} <= set(found)
    assert {"1 of 2", "60.0 (60.0–60.0)", "48/80, 60.0 %"} <= set(found)
    assert {"2", "77.5 (75.0–80.0)", "45/60, 75.0 %"} <= set(found)
    axes = figure.axes[1]
    thin, thick = axes.lines[0], axes.lines[1]
    assert list(thin.get_xdata()) == [50, 80]
    assert list(thick.get_xdata()) == [53.75, 76.25]  # quartiles by linear interpolation


def test_an_overview_without_values_says_so(words, laid_out) -> None:
    empty = specification_overview(grid().iloc[:0], note=NOTE)
    assert "no patients" in words(empty)
    missing = specification_overview(grid().assign(percent=np.nan), note=NOTE)
    assert words(missing).count("no values") == 3
    for figure in (empty, missing):
        laid_out(figure, 183)


def test_the_same_grid_gives_the_same_bytes(same_bytes) -> None:
    same_bytes(specification_curve, grid(), "endoscopic response", note=NOTE)
    same_bytes(specification_overview, grid(), note=NOTE)


def test_a_half_is_rounded_up_as_in_the_tables(words) -> None:
    # 29/80 is 36.25 %: a table says 36.3.
    row = {"question": "remission", "endpoint": "Ulcer-free endoscopy", "k": 29, "n": 80,
           "percent": 36.25, "low": 26.65, "high": 47.25, "usual": True,
           "primary": True}  # fmt: skip
    found = words(specification_overview(pd.DataFrame([row])))
    assert "29/80, 36.3 %" in found
    assert "36.3 (36.3–36.3)" in found
    curve = words(specification_curve(pd.DataFrame([row]), "remission"))
    assert any("36.3 % (26.7–47.3)" in text for text in curve)
