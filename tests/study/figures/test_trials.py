import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from ibd_scores.study.figures import context

NOTE = "Simulated cohort"


def row(arm: str, kind: str, percent: float, **others) -> dict:
    return {
        "endpoint": "endoscopic_response", "disease": "CD", "arm": arm, "kind": kind, "week": 12,
        "k": np.nan, "n": np.nan, "percent": percent, "low": np.nan, "high": np.nan, "source": "",
    } | others  # fmt: skip


OWN = row("This cohort", "cohort", 73.33, k=44, n=60, low=60.99, high=82.87)
# U-EXCEL: 45.5 % and 13.1 %
TABLE = [
    OWN,
    row("U-EXCEL: upadacitinib 45 mg", "drug", 45.5),
    row("U-EXCEL: placebo", "placebo", 13.1),
    row("U-ACHIEVE: placebo", "placebo", 5, disease="UC", endpoint="adapted_mayo_remission",
        week=8, k=7, n=154, low=2.2, high=9.1),
]  # fmt: skip


def drawn(*rows: dict, simulated: bool = True) -> Figure:
    return context(pd.DataFrame(rows), simulated=simulated, note=NOTE)


def test_rates_stand_below_their_endpoint_with_what_is_known(words, laid_out) -> None:
    figure = drawn(*TABLE)
    laid_out(figure, 183)
    found = words(figure)
    assert {
        "CD",
        "UC",
        "Endoscopic response (U-EXCEL)",
        "Clinical remission (adapted Mayo)",
    } <= set(found)
    assert {"44/60", "73.3 (61.0–82.9)"} <= set(found)
    assert {"45.5", "13.1"} <= set(found)  # no counts are known
    assert {"7/154", "5.0 (2.2–9.1)"} <= set(found)
    assert (found.count("12"), found.count("8")) == (3, 1)
    assert NOTE in found


def test_the_cohort_is_called_simulated_in_the_figure_itself(words) -> None:
    assert {"This cohort (simulated)", "this cohort (simulated)"} <= set(words(drawn(*TABLE)))
    told = words(drawn(OWN | {"arm": "This cohort, simulated"}))
    assert "This cohort, simulated" in told
    real = words(drawn(*TABLE, simulated=False))
    assert not any("simulated" in text for text in real)


def test_kinds_differ_in_shape_and_a_rate_without_interval_has_no_line() -> None:
    axes = drawn(*TABLE).axes[1]
    marks = [(line.get_marker(), line.get_xdata()[0]) for line in axes.lines
             if line.get_marker() != "None"]  # fmt: skip
    assert marks == [("o", 73.33), ("s", 45.5), ("D", 13.1), ("D", 5)]
    assert len(axes.lines) - len(marks) == 2


def test_a_printed_whole_percentage_gains_no_decimal_and_no_mark_is_cut(words) -> None:
    figure = drawn(row("U-EXCEED: placebo", "placebo", 14.0), row("x", "drug", 0.0))
    assert {"14", "0"} <= set(words(figure))
    assert not any(line.get_clip_on() for line in figure.axes[1].lines)


def test_a_rate_of_nobody_says_so(words, laid_out) -> None:
    nobody = OWN | {"k": 0, "n": 0, "percent": np.nan, "low": np.nan, "high": np.nan}
    figure = drawn(nobody, row("U-EXCEL: placebo", "placebo", np.nan, week=np.nan))
    laid_out(figure, 183)
    assert {"no patients", "no values"} <= set(words(figure))
    assert "no patients" in words(context(pd.DataFrame(TABLE).iloc[:0]))


def test_long_names_are_wrapped(laid_out) -> None:
    long = [
        one | {"arm": one["arm"] * 9, "endpoint": "An endpoint in words. " * 9} for one in TABLE
    ]
    laid_out(drawn(*long), 183)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="kind 'sham' is unknown; use one of cohort, drug, plac"):
        drawn(row("x", "sham", 1.0))


def test_the_same_context_gives_the_same_bytes(same_bytes) -> None:
    same_bytes(context, pd.DataFrame(TABLE), simulated=True, note=NOTE)
