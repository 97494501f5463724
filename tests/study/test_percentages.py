"""Expected values: specification, section 17, unless a test says otherwise."""

from collections.abc import Callable
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext

import numpy as np
import pytest

from ibd_scores.study.__main__ import main
from ibd_scores.study.audit import audit_percentage, counts, denominators, joint_denominators
from ibd_scores.study.percentages import ROUNDINGS, Rounding, decimals


@pytest.mark.parametrize(
    ("printed", "n", "half_up", "truncation"),
    [
        ("53", 75, [40], [40]),
        ("62", 75, [], [47]),
        ("73.33", 75, [55], [55]),
        ("70.83", 23, [], []),
        ("70.83", 24, [17], [17]),
        ("80", 23, [], []),
        ("40", 23, [], []),
        ("80", 20, [16], [16]),
        ("40", 22, [], [9]),
        ("40", 27, [], [11]),
        ("80", 21, [], [17]),
        ("80", 26, [], [21]),
        ("62", 74, [46], [46]),
        ("62", 73, [45], []),
        ("62", 60, [37], []),
        ("62", 45, [28], [28]),
    ],
)
def test_the_counts_that_print_so(
    printed: str, n: int, half_up: list[int], truncation: list[int]
) -> None:
    assert counts(printed, n) == half_up
    assert counts(printed, n, "truncation") == truncation


@pytest.mark.parametrize(("k", "n"), [(45, 72), (40, 64), (30, 48)])
def test_an_exact_half_goes_up_or_to_the_even_number(k: int, n: int) -> None:
    assert k not in counts("62", n)
    assert k in counts("62", n, "half_even")
    assert k in counts("63", n)


def test_the_denominators_of_62_percent() -> None:
    assert denominators("62", 79) == [
        13, 21, 26, 29, 34, 37, 39, 42, 45, 47, 50, 52, 53, 55, 58, 60, 61, 63, 65, 66, 68, 69, 71,
        73, 74, 76, 77, 78, 79,
    ]  # fmt: skip


def test_the_denominators_of_the_other_claims() -> None:
    assert denominators("73.33") == [15, 30, 45, 60, 75]
    assert denominators("70.83", 96) == [24, 48, 72, 96]
    assert denominators("80", 30) == [5, 10, 15, 20, 25, 30]
    assert denominators("40", 30) == [5, 10, 15, 20, 25, 30]
    assert {15, 30, 45, 60, 73, 74, 75} <= set(denominators("53"))


@pytest.mark.parametrize(
    ("printed", "added"), [("80", {21: [17], 26: [21]}), ("40", {22: [9], 27: [11]})]
)
def test_what_truncation_adds_up_to_30(printed: str, added: dict[int, list[int]]) -> None:
    found = set(denominators(printed, 30, "truncation")) - set(denominators(printed, 30))
    assert {n: counts(printed, n, "truncation") for n in found} == added


def test_what_several_claims_allow_together() -> None:
    assert joint_denominators(["73.33", "53"]) == [15, 30, 45, 60, 75]
    assert joint_denominators(["73.33", "53", "62"]) == [45, 60]
    assert joint_denominators(["73.33", "53", "62"], rounding="truncation") == [45, 75]
    assert joint_denominators(["80", "40"], 30) == [5, 10, 15, 20, 25, 30]
    assert joint_denominators(["70.83", "80", "40"], 30) == []
    assert 15 in joint_denominators(["73.33", "53", "80", "40"])  # finding 3
    assert joint_denominators([]) == []


@pytest.mark.parametrize(
    ("rounding", "mode"),
    [("half_up", ROUND_HALF_UP), ("half_even", ROUND_HALF_EVEN), ("truncation", ROUND_DOWN)],
)
def test_every_count_is_found_under_what_decimal_arithmetic_prints(
    rounding: Rounding, mode: str
) -> None:
    """Python's decimal module is the independent implementation, at 60 digits."""
    with localcontext(prec=60):
        for n in [1, 2, 3, 7, 8, 16, 23, 40, 75, 200, 400]:
            for step in ["1", "0.1", "0.01"]:
                printed = [
                    str((Decimal(100 * k) / n).quantize(Decimal(step), mode)) for k in range(n + 1)
                ]
                for text in set(printed):
                    expected = [k for k, other in enumerate(printed) if other == text]
                    assert counts(text, n, rounding) == expected


@pytest.mark.parametrize("printed", ["53", "53 %", "53%", " 53 "])
def test_the_percent_sign_and_blanks_do_not_matter(printed: str) -> None:
    assert counts(printed, 75) == [40]
    assert audit_percentage(printed, 75) == audit_percentage("53", 75)


def test_trailing_decimals_count() -> None:
    assert counts("80", 26, "truncation") == [21]
    assert counts("80.0", 26, "truncation") == []
    assert (decimals("80"), decimals("80.0 %"), audit_percentage("80.00").decimals) == (0, 1, 2)


@pytest.mark.parametrize(
    ("printed", "n", "verdict"),
    [
        ("53", 75, "possible"),
        ("62", 75, "impossible unless truncated"),
        ("62", 72, "impossible unless truncated or halves go to the even digit"),
        ("73.33", 75, "possible"),
        ("70.83", 23, "impossible"),
        ("80", 23, "impossible"),
        ("40", 23, "impossible"),
        ("70.83", 24, "possible"),
        ("67", 3, "possible"),
        ("64", 200, "possible"),
        ("62", 8, "impossible unless truncated or halves go to the even digit"),
        # By hand: 1/8 = 12.5 and 3/8 = 37.5; to the even digit 12 and 38, up 13 and 38.
        ("38", 8, "possible"),
        ("0", 1, "possible"),
        ("100", 1, "possible"),
        ("50", 1, "impossible"),
    ],
)
def test_the_verdict_names_the_rounding_that_would_be_needed(
    printed: str, n: int, verdict: str
) -> None:
    assert audit_percentage(printed, n).verdict == verdict


def test_an_impossible_figure_is_called_so_and_shows_what_was_near_and_what_is_possible() -> None:
    found = audit_percentage("70.83", n=23)
    assert found.fits == {"half_up": (), "half_even": (), "truncation": ()}
    assert found.possible_n["half_up"] == (24, 48, 72)
    assert str(found).splitlines() == [
        "70.83 % of 23: impossible: 16/23 = 69.57, 17/23 = 73.91.",
        "Denominators up to 80 that print so: 24 (17/24), 48 (34/48), 72 (51/72).",
    ]


def test_a_possible_figure_shows_its_count() -> None:
    assert str(audit_percentage("73.33", 75)).splitlines() == [
        "73.33 % of 75: possible: 55/75 = 73.33.",
        "Denominators up to 80 that print so: 15 (11/15), 30 (22/30), 45 (33/45), 60 (44/60), "
        "75 (55/75).",
    ]


def test_where_a_line_breaks_a_denominator_stays_with_its_counts() -> None:
    assert str(audit_percentage("80", 20, up_to=30)).splitlines()[1:3] == [
        "Denominators up to 30 that print so: 5 (4/5), 10 (8/10), 15 (12/15), 20 (16/20), "
        "25 (20/25),",
        "  30 (24/30).",
    ]


def test_what_another_rounding_would_fit_stands_on_lines_of_its_own() -> None:
    lines = str(audit_percentage("80", 23, up_to=30)).splitlines()
    assert lines[0] == "80 % of 23: impossible: 18/23 = 78.26, 19/23 = 82.61."
    assert lines[-1] == "Only if truncated: 21 (17/21), 26 (21/26)."
    lines = str(audit_percentage("62", 75)).splitlines()
    assert lines[0] == "62 % of 75: impossible unless truncated: 46/75 = 61.33, 47/75 = 62.67."
    assert lines[1] == "If truncated: 47/75."
    # 2/3 = 66.67: fits if rounded, not if truncated.
    assert "If truncated: none." in str(audit_percentage("67", 3)).splitlines()


def test_many_denominators_are_written_as_runs() -> None:
    assert str(audit_percentage("100", 5)).splitlines()[1] == (
        "Denominators up to 80 that print so: 1 to 80."
    )
    assert "76 to 79" in str(audit_percentage("62", 75))


def test_without_a_stated_n_the_possible_denominators_are_given() -> None:
    found = audit_percentage("70.83")
    assert (found.n, found.verdict, found.fits["half_up"]) == (None, "possible", ())
    assert str(found).startswith("70.83 %, no n stated: possible.\nDenominators up to 80 that")
    nothing = audit_percentage("0.01")
    assert nothing.verdict == "impossible up to 80"
    assert str(nothing).endswith("that print so: none.")


def test_denominators_are_tried_up_to_80_or_the_stated_n_or_as_far_as_asked() -> None:
    assert audit_percentage("70.83", 23).up_to == 80
    assert audit_percentage("70.83", 96).possible_n["half_up"] == (24, 48, 72, 96)
    assert audit_percentage("70.83", 23, up_to=30).possible_n["half_up"] == (24,)
    assert audit_percentage("70.83", 23, up_to=23).possible_n["half_up"] == ()


def test_whole_numbers_of_numpy_are_denominators() -> None:
    assert audit_percentage("40", np.int64(20)).fits["half_up"] == (8,)


def test_the_same_lines_are_shown_in_a_notebook() -> None:
    html = audit_percentage("70.83", 23)._repr_html_()
    assert html.startswith("<p>70.83 % of 23: impossible: 16/23 = 69.57, 17/23 = 73.91.<br>")
    assert "24 (17/24)" in html


def test_every_rounding_is_tried() -> None:
    found = audit_percentage("62", 72)
    assert tuple(found.fits) == tuple(found.possible_n) == ROUNDINGS
    # 45/72 = 62.5
    assert found.fits == {"half_up": (), "half_even": (45,), "truncation": (45,)}


def test_a_number_is_refused_because_its_decimals_are_lost() -> None:
    with pytest.raises(TypeError, match=r"80\.0 is a number and has lost its decimals"):
        counts(80.0, 23)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="80 is a number and has lost its decimals"):
        audit_percentage(80, 23)  # type: ignore[arg-type]


@pytest.mark.parametrize("printed", ["close to 50", "", "-3", "5,5", "53.", ".5", "1e1", "٥٣"])
def test_what_is_no_percentage_is_refused(printed: str) -> None:
    with pytest.raises(ValueError, match="is no percentage from 0 to 100; give its digits"):
        audit_percentage(printed, 23)


@pytest.mark.parametrize("printed", ["101", "100.01", "733.3 %"])
def test_more_than_all_patients_is_refused(printed: str) -> None:
    with pytest.raises(ValueError, match="is above 100 %"):
        audit_percentage(printed, 23)


def test_a_denominator_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="n = 0; a percentage needs at least one patient"):
        audit_percentage("50", 0)
    with pytest.raises(ValueError, match="n = -5; a percentage needs at least one patient"):
        audit_percentage("50", -5)
    with pytest.raises(ValueError, match="up_to = 0; a percentage needs"):
        audit_percentage("50", up_to=0)
    for wrong in ["23", 23.0, True]:
        with pytest.raises(TypeError, match="is no whole number; give a number of patients"):
            audit_percentage("50", wrong)  # type: ignore[arg-type]


def test_an_unknown_rounding_is_refused() -> None:
    with pytest.raises(ValueError, match="use one of half_up, half_even, truncation"):
        counts("50", 10, "floor")  # type: ignore[arg-type]


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setattr("signal.signal", lambda *_: None)

    def run(*arguments: str) -> str:
        assert main(["audit", *arguments]) == 0
        return capsys.readouterr().out

    return run


def test_the_command_line_prints_the_same(said: Callable[..., str]) -> None:
    assert said("70.83", "--n", "23") == f"{audit_percentage('70.83', 23)}\n"
    assert said("80 %", "--n", "23", "--up-to", "30") == (
        f"{audit_percentage('80', 23, up_to=30)}\n"
    )


def test_the_command_line_refuses_with_a_sentence(
    said: Callable[..., str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        said("close to 50")
    assert capsys.readouterr().err == (
        "printed = 'close to 50' is no percentage from 0 to 100; give its digits, decimals after a "
        "point, such as '73.33'\nNothing was checked.\n"
    )
    with pytest.raises(SystemExit, match="2"):
        said("50", "--n", "0")
    assert "a whole number from 1 upwards is wanted" in capsys.readouterr().err


def test_a_long_list_of_denominators_is_cut_and_a_crowd_refused() -> None:
    said = str(audit_percentage("50", n=1000))
    assert "in all)" in said
    assert len(said.splitlines()) < 20
    with pytest.raises(ValueError, match="of more than 10000 almost every percentage is possible"):
        audit_percentage("50", n=10_001)
