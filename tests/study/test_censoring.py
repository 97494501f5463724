import numpy as np
import pandas as pd
import pytest

from ibd_scores.study.censoring import sensitivity
from ibd_scores.study.statistics import paired_change, substituted

HANDLINGS = ["limit/√2 (primary)", "limit/2", "limit", "sign test"]


def crp(*written: tuple[str, str]) -> pd.DataFrame:
    """Pairs of CRP as they are written, before and after: "12", "<0.5", ">1800" or ""."""
    columns = {}
    for suffix, texts in zip(("_baseline", ""), zip(*written, strict=True), strict=True):
        columns[f"crp_mg_l{suffix}"] = [float(text.strip("<>") or "nan") for text in texts]
        columns[f"crp_mg_l_censor{suffix}"] = pd.Series(
            [{"<": "left", ">": "right"}.get(text[:1]) for text in texts], dtype="str"
        )
    return pd.DataFrame(columns)


# Seven pairs that fall eightfold, the last ones to below the limit.
FALLING = crp(
    ("16", "2"), ("24", "3"), ("32", "4"), ("40", "5"), ("8", "<1"), ("8", "<1"), ("8", "<1")
)  # fmt: skip


def test_each_marker_has_a_row_for_each_handling() -> None:
    found = sensitivity(FALLING, ["crp_mg_l"])
    assert found.index.names == ["quantity", "handling"]
    assert found.index.to_list() == [("crp_mg_l", handling) for handling in HANDLINGS]
    assert found["n"].tolist() == [7] * 4
    assert found["censored"].tolist() == [3] * 4


def test_the_limit_itself_and_half_of_it_bound_the_primary_ratio() -> None:
    # All seven at 1/8 if the limit itself is taken; if half of it, four at 1/8 and three at 1/16,
    # whose Walsh averages on the log scale are 10 at log 1/8, 12 halfway, 6 at log 1/16: the
    # 14th of 28, and the 15th, lie halfway, at 1/(8 √2). With limit/√2 halfway is 1/(8 √√2).
    ratio = sensitivity(FALLING, ["crp_mg_l"]).loc["crp_mg_l", "ratio"]
    assert ratio["limit"] == pytest.approx(1 / 8)
    assert ratio["limit/2"] == pytest.approx(1 / (8 * 2**0.5))
    assert ratio["limit/√2 (primary)"] == pytest.approx(1 / (8 * 2**0.25))
    assert np.isnan(ratio["sign test"])


def test_the_primary_row_is_the_change_that_is_reported() -> None:
    rng = np.random.default_rng(5)
    before, after = rng.lognormal(3, 1, 23).round(1), rng.lognormal(1, 1, 23).round(1)
    pairs = crp(*((f"{b}", f"{a}" if a > 2 else "<2") for b, a in zip(before, after, strict=True)))
    row = sensitivity(pairs, ["crp_mg_l"]).loc[("crp_mg_l", HANDLINGS[0])]
    expected = paired_change(
        pairs["crp_mg_l_baseline"],
        substituted(pairs["crp_mg_l"], pairs["crp_mg_l_censor"]),
        ratio=True,
    )
    assert row["ratio":"p"].to_list() == [
        expected.change, expected.low, expected.high, expected.interval, expected.p
    ]  # fmt: skip


def test_the_upper_limit_is_taken_as_it_is_in_every_handling() -> None:
    falls = [(">1800", f"{after}") for after in (900, 450, 225, 300, 600, 100)]
    found = sensitivity(crp(*falls), ["crp_mg_l"]).loc["crp_mg_l"]
    assert found["ratio"].iloc[:3].nunique() == 1
    assert found["censored"].tolist() == [6] * 4


def test_the_divisor_applies_to_the_limit_below_alone() -> None:
    values = pd.Series([0.5, 4.0, 1800.0])
    censor = pd.Series(["left", None, "right"], dtype="str")
    assert substituted(values, censor, 2).tolist() == [0.25, 4, 1800]
    assert substituted(values, censor, 1).tolist() == [0.5, 4, 1800]


# What is known of the direction, by hand: a value below a limit lies between 0 and it.
@pytest.mark.parametrize(
    ("before", "after", "known"),
    [
        ("12", "3", "fell"),
        ("3", "12", "rose"),
        ("12", "12", "tied"),
        ("12", "<0.5", "fell"),
        ("0.5", "<0.5", "fell"),  # strictly below it
        ("<0.5", "0.5", "rose"),
        (">1800", "300", "fell"),  # direction known, magnitude not
        (">1800", "1800", "fell"),
        ("300", ">1800", "rose"),
        ("<0.5", "<0.5", "tied"),
        (">1800", ">1800", "tied"),
        (">1800", "<0.5", "fell"),
        ("0.3", "<0.5", "undecided"),
        ("<0.5", "0.3", "undecided"),
        (">1800", "2000", "undecided"),
        ("<0.5", "<3", "undecided"),  # another method with another limit
        ("<3", ">0.5", "undecided"),
        ("<0.5", ">0.5", "rose"),
    ],
)
def test_the_direction_is_known_where_the_bounds_do_not_overlap(
    before: str, after: str, known: str
) -> None:
    row = sensitivity(crp((before, after)), ["crp_mg_l"]).loc[("crp_mg_l", "sign test")]
    expected = {name: int(name == known) for name in ("fell", "rose", "tied", "undecided")}
    assert row[list(expected)].to_dict() == expected


def test_the_sign_test_is_the_exact_binomial_of_the_known_directions() -> None:
    # 7 fell, 1 rose, 1 tied and 1 undecided left out: 2 (1 + 8) / 2^8.
    pairs = pd.concat(
        [FALLING, crp(("3", "12"), ("<0.5", "<0.5"), ("0.3", "<0.5"))], ignore_index=True
    )
    row = sensitivity(pairs, ["crp_mg_l"]).loc[("crp_mg_l", "sign test")]
    assert row[["n", "fell", "rose", "tied", "undecided"]].to_list() == [10, 7, 1, 1, 1]
    assert row["p"] == pytest.approx(2 * (1 + 8) / 2**8)


def test_noise_of_floating_point_makes_no_direction() -> None:
    pairs = crp(("0.3", "0.3"))
    pairs["crp_mg_l_baseline"] = 0.1 + 0.2
    assert sensitivity(pairs, ["crp_mg_l"]).loc[("crp_mg_l", "sign test"), "tied"] == 1


def test_a_pair_with_one_value_missing_is_in_no_row() -> None:
    pairs = pd.concat([FALLING, crp(("12", ""), ("", "<0.5"))], ignore_index=True)
    pd.testing.assert_frame_equal(
        sensitivity(pairs, ["crp_mg_l"]), sensitivity(FALLING, ["crp_mg_l"])
    )


def test_without_a_known_direction_there_is_no_p() -> None:
    found = sensitivity(crp(("<0.5", "<0.5"), ("0.3", "<0.5")), ["crp_mg_l"])
    assert np.isnan(found.loc[("crp_mg_l", "sign test"), "p"])


def test_without_pairs_everything_is_missing() -> None:
    found = sensitivity(crp(("12", ""), ("", "<0.5")), ["crp_mg_l"])
    assert found["n"].tolist() == [0] * 4
    assert found["p"].isna().all()
    assert found["ratio"].isna().all()


def test_without_censored_values_the_handling_makes_no_difference() -> None:
    pairs = FALLING.iloc[:4].drop(columns=["crp_mg_l_censor", "crp_mg_l_censor_baseline"])
    pairs = pd.concat([pairs] * 2, ignore_index=True)
    found = sensitivity(pairs, ["crp_mg_l"]).loc["crp_mg_l"]
    assert found["censored"].tolist() == [0] * 4
    assert found["ratio"].iloc[:3].tolist() == pytest.approx([1 / 8] * 3)
    assert found.loc["sign test", "p"] == pytest.approx(2 / 2**8)


def test_the_markers_come_in_the_order_asked_for() -> None:
    pairs = FALLING.rename(columns=lambda name: name.replace("crp_mg_l", "calprotectin_ug_g"))
    both = pd.concat([FALLING, pairs], axis=1)
    names = ["calprotectin_ug_g", "crp_mg_l"]
    assert sensitivity(both, names).index.get_level_values(0).unique().to_list() == names


def test_the_counts_of_directions_belong_to_the_sign_test_alone() -> None:
    found = sensitivity(FALLING, ["crp_mg_l"]).loc["crp_mg_l"]
    counts = found[["fell", "rose", "tied", "undecided"]]
    assert counts.iloc[:3].isna().all(axis=None)
    assert counts.loc["sign test"].tolist() == [7, 0, 0, 0]
