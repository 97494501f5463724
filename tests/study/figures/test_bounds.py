import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from ibd_scores.study import estimands
from ibd_scores.study.figures import rates_bounds, rates_forest

NOTE = "Simulated cohort"


def rates(disease: str = "CD", names: tuple[str, ...] = ("ulcer_free", "cdai_remission")):
    """Twelve of 16 evaluable meet each endpoint, 4 are not evaluable, 5 more stopped."""
    answers = [True] * 12 + [False] * 4 + [pd.NA] * 4
    flags = [pd.Series(answers, dtype="boolean", name=name) for name in names]
    return estimands.rates(
        flags, disease, population=pd.RangeIndex(20), started=pd.RangeIndex(25),
        estimands=estimands.ESTIMANDS,
    )  # fmt: skip


def typed() -> pd.DataFrame:
    rows = [
        ("as_observed", 12, 16, 75.0),
        ("worst_case", 12, 25, 48.0),
        ("best_case", 21, 25, 84.0),
    ]
    table = pd.DataFrame(rows, columns=["estimand", "k", "n", "percent"])
    return table.assign(disease="CD", endpoint="ulcer_free", low=table["percent"] - 9,
                        high=table["percent"] + 9)  # fmt: skip


def test_the_bar_reaches_from_the_worst_to_the_best_case_behind_the_rates(words, laid_out) -> None:
    figure = rates_bounds(typed(), note=NOTE)
    laid_out(figure)
    [axes] = figure.axes
    [bar] = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    assert (bar.get_x(), bar.get_width()) == (48, 36)
    assert bar.get_zorder() < min(line.get_zorder() for line in axes.lines)
    assert {"12/16", "12–21/25", "from worst to best case", "as observed"} <= set(words(figure))
    assert not {"worst case", "best case"} & set(words(figure))
    assert NOTE in words(figure)


def test_all_estimands_are_drawn_apart_and_each_is_in_the_key(words, laid_out) -> None:
    figure = rates_forest(rates(), note=NOTE)
    laid_out(figure)
    assert {"as observed", "worst case", "best case"} <= set(words(figure))
    looks = {
        (line.get_marker(), line.get_color(), line.get_markerfacecolor())
        for line in figure.axes[0].lines
        if line.get_marker() != "None"
    }
    assert len(looks) == len(estimands.ESTIMANDS)


def test_bounds_of_both_diseases_stand_in_panels_of_their_own(laid_out) -> None:
    both = pd.concat([rates(), rates("UC", ("mayo_remission",))])
    figure = rates_bounds(both, reported={"ulcer_free"}, note=NOTE)
    laid_out(figure)
    bars = [len(axes.patches) for axes in figure.axes]
    assert bars == [2, 1]


def test_an_endpoint_without_bounds_has_no_bar() -> None:
    first, second = rates().groupby("endpoint", sort=False)
    rest = second[1].loc[second[1]["estimand"].eq("as_observed")]
    [axes] = rates_bounds(pd.concat([first[1], rest])).axes
    assert len(axes.patches) == 1


def test_rates_without_bounds_are_refused_with_what_to_ask_for() -> None:
    observed = rates().query("estimand == 'as_observed'")
    with pytest.raises(ValueError, match="no worst_case and best_case; ask estimands"):
        rates_bounds(observed)


def test_nobody_has_no_bounds(words) -> None:
    assert "no patients" in words(rates_bounds(rates().iloc[:0], note=NOTE))


def test_two_missing_of_three_reach_from_a_third_to_all(laid_out) -> None:
    missing = pd.Series([True, pd.NA, pd.NA], dtype="boolean", name="ulcer_free")
    table = estimands.rates([missing], "CD", estimands=["as_observed", "worst_case", "best_case"])
    figure = rates_bounds(table, note=NOTE)
    laid_out(figure)
    [bar] = figure.axes[0].patches
    assert (bar.get_x(), bar.get_width()) == pytest.approx((100 / 3, 200 / 3))


def test_what_nobody_could_be_judged_by_has_no_bar(laid_out, words) -> None:
    missing = pd.Series([pd.NA] * 3, dtype="boolean", name="ulcer_free")
    table = estimands.rates([missing], "CD", estimands=["as_observed", "worst_case", "best_case"])
    figure = rates_bounds(table, note=NOTE)
    laid_out(figure)
    assert not figure.axes[0].patches
    assert "not evaluable" in words(figure)


def test_the_same_bounds_give_the_same_bytes(same_bytes) -> None:
    same_bytes(rates_bounds, rates(), note=NOTE)
