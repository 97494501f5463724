import numpy as np
import pandas as pd
import pytest

from ibd_scores.study.multiplicity import adjust


def table(family: str | list[str], *p: float) -> pd.DataFrame:
    return pd.DataFrame({"family": family, "p": p})


def test_holm_multiplies_stepwise_and_never_goes_down() -> None:
    # Sorted .01 .03 .04: 3 x .01 = .03; 2 x .03 = .06; 1 x .04 = .04, raised to .06.
    found = adjust(table("confirmatory", 0.01, 0.04, 0.03))
    assert found["p_adjusted"].tolist() == pytest.approx([0.03, 0.06, 0.06])
    assert found["adjustment"].tolist() == ["Holm"] * 3


def test_benjamini_hochberg_divides_by_the_rank_and_never_goes_up() -> None:
    # 4/1 x .01 = 4/2 x .02 = 4/3 x .03 = 4/4 x .04 = .04.
    found = adjust(table("exploratory", 0.01, 0.02, 0.03, 0.04))
    assert found["p_adjusted"].tolist() == pytest.approx([0.04] * 4)
    # Sorted .01 .5 .04: 3 x .01 = .03; 3/2 x .04 = .06; .5.
    found = adjust(table("exploratory", 0.5, 0.01, 0.04))
    assert found["p_adjusted"].tolist() == pytest.approx([0.5, 0.03, 0.06])
    assert found["adjustment"].tolist() == ["Benjamini-Hochberg"] * 3


def test_families_are_adjusted_apart() -> None:
    families = ["confirmatory", "exploratory", "confirmatory", "exploratory"]
    found = adjust(table(families, 0.02, 0.02, 0.03, 0.03))
    # Holm: 2 x .02 = .04, .03 raised to .04. BH: 2 x .02 = .04, lowered to 2/2 x .03 = .03.
    assert found["p_adjusted"].tolist() == pytest.approx([0.04, 0.03, 0.04, 0.03])


def test_the_two_diseases_are_never_one_family() -> None:
    both = table("confirmatory", 0.02, 0.03, 0.02, 0.03)
    both["disease"] = ["CD", "CD", "UC", "UC"]
    assert adjust(both)["p_adjusted"].tolist() == pytest.approx([0.04] * 4)
    # as one family of four it would be 4 x .02
    assert adjust(both.drop(columns="disease"))["p_adjusted"].tolist()[0] == pytest.approx(0.08)


def test_a_missing_p_stays_missing_and_is_no_test() -> None:
    found = adjust(table("confirmatory", 0.01, np.nan, 0.04, 0.03))
    assert found["p_adjusted"].tolist() == pytest.approx([0.03, np.nan, 0.06, 0.06], nan_ok=True)


def test_where_there_is_no_p_no_method_is_named() -> None:
    found = adjust(table("exploratory", 0.02, np.nan))
    assert found["adjustment"].tolist() == ["Benjamini-Hochberg", ""]


def test_a_family_of_missing_p_alone_stays_missing() -> None:
    assert adjust(table("exploratory", np.nan, np.nan))["p_adjusted"].isna().all()


def test_one_test_alone_is_not_adjusted() -> None:
    assert adjust(table("confirmatory", 0.04))["p_adjusted"].tolist() == [0.04]


def test_an_adjusted_p_is_at_most_1() -> None:
    assert adjust(table("confirmatory", 0.6, 0.9))["p_adjusted"].tolist() == [1, 1]


def test_the_rest_of_the_table_and_its_order_stay() -> None:
    given = table(["exploratory", "confirmatory"], 0.2, 0.1)
    given.index = pd.Index(["crp", "cdai"], name="quantity")
    found = adjust(given)
    pd.testing.assert_frame_equal(found[["family", "p"]], given)
    assert list(found.columns) == ["family", "p", "p_adjusted", "adjustment"]
    assert list(given.columns) == ["family", "p"]


def test_two_rows_of_one_name_keep_their_own_p() -> None:
    given = table("confirmatory", 0.01, 0.5)
    given.index = ["cdai", "cdai"]
    assert adjust(given)["p_adjusted"].tolist() == pytest.approx([0.02, 0.5])


def test_other_column_names_can_be_given() -> None:
    given = pd.DataFrame({"part": ["confirmatory"] * 2, "p_exact": [0.01, 0.02]})
    assert adjust(given, "part", "p_exact")["p_adjusted"].tolist() == pytest.approx([0.02, 0.02])


def test_nullable_p_values_are_taken() -> None:
    given = table("confirmatory", 0.01, 0.02).astype({"p": "Float64"})
    given.loc[1, "p"] = pd.NA
    assert adjust(given)["p_adjusted"].tolist() == pytest.approx([0.01, np.nan], nan_ok=True)


def test_an_empty_table_gets_its_columns() -> None:
    found = adjust(pd.DataFrame({"family": [], "p": []}))
    assert list(found.columns) == ["family", "p", "p_adjusted", "adjustment"]
    assert found.empty


@pytest.mark.parametrize("family", ["primary", None])
def test_an_unknown_family_is_refused_with_the_choices(family: str | None) -> None:
    with pytest.raises(
        ValueError, match=r"family .* is unknown; use one of confirmatory, exploratory"
    ):
        adjust(table(["confirmatory", family], 0.1, 0.2))


@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_a_p_that_is_none_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        adjust(table("confirmatory", 0.1, p))


def test_a_column_that_is_not_there_is_named() -> None:
    with pytest.raises(KeyError, match="p_value"):
        adjust(table("confirmatory", 0.1), p="p_value")
