"""What stands for a figure on the page: the message with its numbers, from tables typed here."""

import pytest

from ibd_scores.study.report import contents
from ibd_scores.study.report.alternatives import NOBODY, TOLD, alternative
from ibd_scores.study.report.grid import Grid

RATES = Grid(
    ("disease", "endpoint", "as observed", "worst to best case", "not evaluable"),
    2,
    (
        ("CD", "Remission", "3/4 (75.0 %, 30.1 to 95.4)", "3/6 (50.0 %) to 5/6 (83.3 %)", "2"),
        ("UC", "Healing", "1/2 (50.0 %, 9.5 to 90.5)", "1/2 (50.0 %) to 1/2 (50.0 %)", "0"),
    ),
)
RANGES = Grid(
    ("question", "endpoint", "specifications", "lowest to highest, %", "median, %",
     "usual choices, %"),
    2,
    (
        ("response", "Response (A)", "12", "40.0 to 60.0", "50.0", "40.0"),
        ("response", "Response (B)", "6", "30.0 to 70.0", "55.0", "–"),
        ("remission", "Remission", "6", "10.0 to 20.0", "15.0", "10.0"),
    ),
)  # fmt: skip
MOVES = Grid(
    ("baseline / follow-up", "mild", "severe", "missing", "total"),
    1,
    (
        ("mild", "2", "0", "0", "2"),
        ("severe", "3", "1", "1", "5"),
        ("missing", "0", "0", "0", "0"),
        ("total", "5", "1", "1", "7"),
    ),
)
SEGMENTS = Grid(
    ("segment", "visit", "none", "large", "n"),
    2,
    (("right_colon", "baseline", "1", "3", "4"), ("right_colon", "week 12", "4", "0", "4")),
)
CHANGES = Grid(
    ("", "pairs", "baseline, median (IQR)", "week 12, median (IQR)", "improvement (95 % CI)",
     "improved / same / worse, %", "censored, n (%)"),
    1,
    (("CDAI", "9", "280 (230 to 330)", "150 (110 to 200)", "124 (101 to 148)", "88.9 / 0.0 / 11.1",
      "–"),),
)  # fmt: skip
CLAIMS = Grid(
    ("", "reported", "stated N", "verdict", "recovered"),
    1,
    (("CD: response", "62 %", "75", "impossible at 75", "37/60 (61.67 %, 49.0 to 72.9)"),),
)
ARMS = Grid(
    ("endpoint", "arm", "week", "% (95 % CI)"),
    2,
    (("Response", "This cohort", "12", "55.0 (44.1 to 65.4)"), ("Response", "placebo", "12", "13")),
)
RANGED = "Rates in %: lowest to highest, median, usual choices; and of how many specifications."
CASES = {
    ("Forest plot of rates", "uc_rates"): (
        [RATES], "Patients who met each endpoint: as observed; worst to best case. "
        "Healing: 1/2 (50.0 %); 1/2 (50.0 %) to 1/2 (50.0 %).",
    ),
    ("Paired lines from baseline to week 12", "cd_scores"): (
        [CHANGES], "CDAI in 9 patients: median (IQR) 280 (230 to 330) at baseline, 150 (110 to "
        "200) at week 12; improvement (95 % CI) 124 (101 to 148); improved / same / worse, % "
        "88.9 / 0.0 / 11.1.",
    ),
    ("Alluvial diagram", "transitions"): (
        [MOVES, None], "SES-CD, n = 7: at baseline: mild (2), severe (5); at week 12: mild (5), "
        "severe (1), missing (1); from mild to mild (2); from severe to mild (3), severe (1), "
        "missing (1).",
    ),
    ("Stacked bars", "segments"): (
        [SEGMENTS], "Patients at baseline and at week 12. right colon, n = 4: none 1 and 4, large "
        "3 and 0.",
    ),
    ("Strips of rates", "cd_specifications"): (
        [RANGES], f"{RANGED} Response (A): 40.0 to 60.0, 50.0, 40.0, 12; Response (B): 30.0 to "
        "70.0, 55.0, –, 6; Remission: 10.0 to 20.0, 15.0, 10.0, 6.",
    ),
    ("Specification curve", "cd_curve"): (
        [RANGES], f"Response (A) lies between 40.0 and 60.0 %. {RANGED} Response (A): 40.0 to "
        "60.0, 50.0, 40.0, 12; Response (B): 30.0 to 70.0, 55.0, –, 6.",
    ),
    ("Strips of possible percentages", "audit"): (
        [CLAIMS], "CD: response: printed 62 % of 75, impossible at 75; this cohort 37/60 "
        "(61.67 %, 49.0 to 72.9).",
    ),
    ("Forest plot of rates beside those of trials", "context"): (
        [ARMS], "Percent (95 % CI). Response: This cohort 55.0 (44.1 to 65.4); placebo 13.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_a_figure_is_told_by_its_numbers(kind, name):
    grids, expected = CASES[kind, name]
    said = ["Response (A) lies between 40.0 and 60.0 %."]
    assert alternative(kind, name, grids, said) == f"{kind}. {expected}"


@pytest.mark.parametrize("kind", TOLD)
def test_a_figure_of_nobody_says_so(kind):
    assert alternative(kind, "cd", [Grid(), None], []) == f"{kind}. {NOBODY}"


def test_rates_of_a_disease_that_nobody_has_are_nobodys():
    only = Grid(RATES.heads, 2, RATES.rows[:1])
    assert alternative("Forest plot of rates", "uc_rates", [only], []).endswith(NOBODY)


def test_every_figure_of_the_report_is_of_a_kind_that_can_be_told():
    drawn = [one for part in contents.FIGURES.values() for one in part]
    many = {one.of_many[1] for one in drawn if one.of_many}
    assert {one.kind for one in drawn} | many == {*TOLD}
