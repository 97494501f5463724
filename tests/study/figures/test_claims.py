import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from ibd_scores.study.figures import audit

NOTE = "Simulated cohort"


def claim(reported: object, stated_n: float, fits: str, verdict: str, **others) -> dict:
    return {
        "claim": "c", "disease": "CD", "what": "endoscopic response", "reported": reported,
        "stated_n": stated_n, "fits_stated_n": fits, "possible_n": "", "k": 44, "n": 60,
        "percent": 73.33, "low": 61.0, "high": 82.9, "agrees": True, "verdict": verdict,
    } | others  # fmt: skip


POSSIBLE = claim("73.33", 75, "55/75", "possible")
IMPOSSIBLE = claim("62", 75, "none", "impossible", what="moderate to severe")
COLITIS = claim("70.83", 23, "none", "impossible", disease="UC", what="subscore 3")
WORDS = claim("close to 50", 75, "", "not testable", what="endoscopic remission")


def drawn(*claims: dict) -> Figure:
    return audit(pd.DataFrame(claims), note=NOTE)


def heavy(figure: Figure) -> int:
    """Count the ticks of counts that print as printed."""
    page = figure.axes[0]
    return sum(line.get_linewidth() == 2.2 for line in page.lines)


def test_an_impossible_percentage_stands_between_the_counts_nearest_to_it(words, laid_out) -> None:
    figure = drawn(IMPOSSIBLE)
    laid_out(figure, 183)
    # 46/75 = 61.33 and 47/75 = 62.67
    assert {"46/75", "61 %", "47/75", "63 %", "impossible at\nN\xa0=\xa075"} <= set(words(figure))
    assert "moderate to severe: 62\xa0%, N\xa0=\xa075" in words(figure)
    assert heavy(figure) == 0


def test_decimals_are_those_printed(words) -> None:
    # 16/23 = 69.565 and 17/23 = 73.913
    assert {"16/23", "69.57 %", "17/23", "73.91 %"} <= set(words(drawn(COLITIS)))


def test_the_count_that_prints_so_is_a_heavy_tick(words) -> None:
    figure = drawn(POSSIBLE)
    assert heavy(figure) == 1
    # 54/75 = 72.00, 55/75 = 73.33, 56/75 = 74.67
    assert {"72.00 %", "55/75", "73.33 %", "74.67 %", "possible"} <= set(words(figure))


def test_words_without_a_percentage_are_not_tested(words) -> None:
    figure = drawn(WORDS)
    assert {"no percentage to test", "not testable"} <= set(words(figure))
    assert not [line for line in figure.axes[1].lines if line.get_marker() == "D"]


def test_the_value_of_the_cohort_stands_beside_with_its_interval(words) -> None:
    figure = drawn(POSSIBLE)
    assert "44/60\n73.3 %" in words(figure)
    axes = figure.axes[1]
    assert [61.0, 82.9] in [list(line.get_xdata()) for line in axes.lines]
    printed = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "D"]
    assert printed == [73.33]


def test_no_mark_of_0_or_100_percent_is_cut() -> None:
    figure = drawn(claim("0", 75, "0/75", "possible", percent=100.0, low=90.0, high=100.0))
    marks = [line for line in figure.axes[1].lines if line.get_marker() != "None"]
    assert {line.get_xdata()[0] for line in marks} == {0, 100}
    assert not any(line.get_clip_on() for line in marks)


def test_what_was_not_recovered_says_so(words, laid_out) -> None:
    absent = dict.fromkeys(("k", "n", "percent", "low", "high"), np.nan)
    figure = drawn(POSSIBLE | absent, POSSIBLE | absent | {"k": 0, "n": 0})
    laid_out(figure, 183)
    assert {"not\nrecovered", "no\npatients"} <= set(words(figure))


def test_a_claim_without_n_is_not_tested(words) -> None:
    figure = drawn(POSSIBLE | {"stated_n": pd.NA, "fits_stated_n": "", "verdict": "not testable"})
    assert {"no N stated", "not testable", "endoscopic response: 73.33\xa0%"} <= set(words(figure))


@pytest.mark.parametrize("reported", [80.0, "80.0", "80", "80 %"])
def test_a_column_of_decimals_says_what_a_number_has_lost(reported, words) -> None:
    # 18/23 = 78.26 and 19/23 = 82.61
    figure = drawn(claim(reported, 23, "none", "impossible", decimals=0))
    assert "endoscopic response: 80\xa0%, N\xa0=\xa023" in words(figure)
    assert {"78 %", "83 %"} <= set(words(figure))


def test_both_diseases_stand_apart(words, laid_out) -> None:
    figure = drawn(POSSIBLE, IMPOSSIBLE, WORDS, COLITIS)
    laid_out(figure, 183)
    assert words(figure).count("CD") == words(figure).count("UC") == 1
    assert NOTE in words(figure)


@pytest.mark.parametrize(
    ("reported", "n", "labels"),
    [
        ("0", 1, {"0/1", "1/1"}),
        ("100", 3, {"2/3", "3/3"}),
        ("53", 1000, {"529/1000", "530/1000", "531/1000"}),
        ("120", 23, set()),
    ],
)
def test_counts_run_from_0_to_n(reported, n, labels, words, laid_out) -> None:
    figure = drawn(claim(reported, n, "none", "impossible"))
    laid_out(figure, 183)
    own = {"44/60\n73.3 %"}
    assert {text for text in words(figure) if "/" in text} - own == labels


def test_long_claims_are_wrapped(laid_out) -> None:
    long = [claim("62", 75, "none", "impossible", what=what) for what in ("claim " * 30, "x" * 99)]
    laid_out(drawn(*long), 183)


def test_nothing_published_says_so(words) -> None:
    assert "no claims" in words(audit(pd.DataFrame([POSSIBLE]).iloc[:0], note=NOTE))


def test_the_same_claims_give_the_same_bytes(same_bytes) -> None:
    same_bytes(audit, pd.DataFrame([POSSIBLE, WORDS]), note=NOTE)
