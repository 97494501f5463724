from pathlib import Path

import pandas as pd
import pytest

from ibd_scores.study.audit import (
    audit,
    counts,
    denominators,
    joint,
    joint_denominators,
    read_published,
)
from ibd_scores.study.layouts import audit_table


@pytest.fixture
def published() -> pd.DataFrame:
    return pd.concat([read_published("upadacitinib", disease) for disease in ("CD", "UC")])


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


def test_what_several_claims_allow_together() -> None:
    assert joint_denominators(["73.33", "53"]) == [15, 30, 45, 60, 75]
    assert joint_denominators(["73.33", "53", "62"]) == [45, 60]
    assert joint_denominators(["73.33", "53", "62"], rounding="truncation") == [45, 75]
    assert joint_denominators(["80", "40"], 30) == [5, 10, 15, 20, 25, 30]
    assert joint_denominators(["70.83", "80", "40"], 30) == []
    assert joint_denominators([]) == []


def test_sets_of_claims_and_the_denominators_that_fit_all_of_them() -> None:
    cd, uc = (read_published("upadacitinib", disease) for disease in ("CD", "UC"))
    crohn = joint(
        cd,
        {
            "week 12": cd["visit"].eq("week12"),
            "with baseline endoscopy": cd["endpoint"].ne("perianal"),
        },
    )
    assert crohn.index.name == "set of claims"
    assert crohn["possible_n"].to_dict() == {
        "week 12": "15, 30, 45, 60, 75",
        "with baseline endoscopy": "45, 60",
    }
    assert crohn.loc["week 12", "claims"] == (
        "endoscopic response 73.33 %; mucosal healing, read as free of ulcers 53 %"
    )
    colitis = joint(uc, {"week 12": uc["visit"].eq("week12"), "all": uc["visit"].ne("")}, 30)
    assert colitis["possible_n"].tolist() == ["5, 10, 15, 20, 25, 30", "none"]


def test_a_set_without_a_testable_claim_is_left_out() -> None:
    cd = read_published("upadacitinib", "CD")
    assert joint(cd, {"vague": cd["printed"].eq("close to 50")}).empty
    none = cd.iloc[:0]
    assert list(joint(none, {"week 12": none["visit"].eq("week12")})) == ["claims", "possible_n"]


@pytest.mark.parametrize("printed", ["53", "53 %", "53%", " 53 "])
def test_the_percent_sign_and_blanks_do_not_matter(printed: str) -> None:
    assert counts(printed, 75) == [40]


def test_trailing_decimals_count() -> None:
    assert counts("80", 26, "truncation") == [21]
    assert counts("80.0", 26, "truncation") == []


def test_a_number_is_refused_because_its_decimals_are_lost() -> None:
    with pytest.raises(TypeError, match=r"80\.0 is a number and has lost its decimals"):
        counts(80.0, 23)  # type: ignore[arg-type]


@pytest.mark.parametrize("printed", ["close to 50", "", "-3", "5,5"])
def test_what_is_no_percentage_is_refused(printed: str) -> None:
    with pytest.raises(ValueError, match="is no percentage"):
        counts(printed, 23)


def test_an_empty_denominator_or_unknown_rounding_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one patient"):
        counts("50", 0)
    with pytest.raises(ValueError, match="use one of half_up, half_even, truncation"):
        counts("50", 10, "floor")  # type: ignore[arg-type]


def recovered(*rows: tuple[str, str, int, int]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["disease", "endpoint", "k", "n"])
    return table.assign(percent=100 * table["k"] / table["n"], low=0.0, high=100.0)


def test_the_published_figures_get_the_verdicts_of_the_study(published: pd.DataFrame) -> None:
    table = audit(published, recovered()).set_index("claim")
    assert table["verdict"].to_dict() == {
        "cd_perianal": "possible",
        "cd_moderate_severe": "impossible",
        "cd_endoscopic_response": "possible",
        "cd_endoscopic_remission": "not testable",
        "cd_mucosal_healing": "possible",
        "uc_mayo_endoscopic_3": "impossible",
        "uc_endoscopic_improvement": "impossible",
        "uc_mucosal_healing": "impossible",
    }
    assert table["fits_stated_n"].to_dict() == {
        "cd_perianal": "40/75",
        "cd_moderate_severe": "none",
        "cd_endoscopic_response": "55/75",
        "cd_endoscopic_remission": "",
        "cd_mucosal_healing": "40/75",
        "uc_mayo_endoscopic_3": "none",
        "uc_endoscopic_improvement": "none",
        "uc_mucosal_healing": "none",
    }
    assert table.loc["cd_moderate_severe", "other_rounding"] == "47/75 if truncated"
    assert table.loc["cd_endoscopic_response", "possible_n"] == "15, 30, 45, 60, 75"
    assert table["agrees"].isna().all()


def test_a_recovered_count_agrees_if_it_prints_the_same(published: pd.DataFrame) -> None:
    table = audit(
        published,
        recovered(
            ("CD", "endoscopic_response", 44, 60),
            ("CD", "ses_cd_remission", 29, 60),
            ("CD", "ulcer_free", 31, 60),
            ("UC", "endoscopic_improvement", 16, 20),
        ),
    ).set_index("claim")
    agrees = table["agrees"]
    assert agrees["cd_endoscopic_response"]
    assert not agrees["cd_mucosal_healing"]  # 51.67 %
    assert agrees["uc_endoscopic_improvement"]
    assert pd.isna(agrees["cd_endoscopic_remission"])  # nothing to compare with
    assert pd.isna(agrees["uc_mucosal_healing"])  # not recovered
    assert (table.loc["uc_endoscopic_improvement", ["k", "n"]] == [16, 20]).all()
    assert len(table) == len(published)


def test_who_was_counted_stands_beside_what_was_recovered(published: pd.DataFrame) -> None:
    found = recovered(("CD", "ulcer_free", 32, 60)).assign(among="ulcers at baseline, scoped twice")
    table = audit(published, found).set_index("claim")
    assert table.loc["cd_mucosal_healing", "among"] == "ulcers at baseline, scoped twice"
    assert table["among"].notna().sum() == 1
    assert audit(published, recovered(("CD", "ulcer_free", 32, 60)))["among"].isna().all()


def test_a_claim_stays_with_its_disease(published: pd.DataFrame) -> None:
    table = audit(published, recovered(("UC", "endoscopic_response", 44, 60)))
    assert table["k"].isna().all()


def test_two_estimands_of_one_endpoint_are_refused(published: pd.DataFrame) -> None:
    twice = recovered(("CD", "ulcer_free", 32, 60), ("CD", "ulcer_free", 32, 75))
    with pytest.raises(ValueError, match="CD ulcer_free stands there twice; give one estimand"):
        audit(published, twice)


def test_nobody_in_the_denominator_is_no_agreement(published: pd.DataFrame) -> None:
    row = recovered(("CD", "ulcer_free", 1, 1)).assign(k=0, n=0, percent=float("nan"))
    assert audit(published, row)["agrees"].isna().all()


def test_a_cohort_without_published_figures_has_an_empty_audit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "notebooks").mkdir()
    monkeypatch.setenv("IBD_SCORES_ROOT", str(tmp_path))
    table = audit(read_published("other", "CD"), recovered(("CD", "ulcer_free", 1, 2)))
    assert len(table) == 0
    assert {"claim", "reported", "k", "n", "percent", "agrees", "verdict"} <= set(table)
    assert len(audit_table(table)) == 0


def test_a_published_file_without_a_column_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "notebooks").mkdir()
    file = tmp_path / "data" / "raw" / "other" / "published.csv"
    file.parent.mkdir(parents=True)
    file.write_text("id,disease,printed\na,CD,53\n", encoding="utf-8")
    monkeypatch.setenv("IBD_SCORES_ROOT", str(tmp_path))
    with pytest.raises(ValueError, match="no column endpoint, visit, what, stated_n"):
        read_published("other", "CD")
