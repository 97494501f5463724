import re
from pathlib import Path

import pandas as pd
import pytest

from ibd_scores.study.audit import audit, joint, read_published
from ibd_scores.study.layouts import audit_table


@pytest.fixture
def published() -> pd.DataFrame:
    return pd.concat([read_published("upadacitinib", disease) for disease in ("CD", "UC")])


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


def test_a_set_says_which_denominators_another_rounding_would_allow() -> None:
    cd = read_published("upadacitinib", "CD")
    endoscopic = {"endoscopy": cd["endpoint"].ne("perianal"), "week 12": cd["visit"].eq("week12")}
    table = joint(cd, endoscopic)
    # Specification 17: "{45, 60} under ordinary rounding (or 75 under truncation)".
    assert table.loc["endoscopy", "possible_n"] == "45, 60"
    assert table.loc["endoscopy", "if_truncated"] == "45, 75"
    # Nothing changes: 8/15 = 53.3 and 11/15 = 73.33 are no halves, and truncate to the same.
    assert table.loc["week 12", ["if_truncated", "if_halves_even"]].tolist() == ["", ""]
    # 5/8 = 62.5: "62" only if halves go to the even digit or if truncated.
    half = pd.DataFrame({"what": ["moderate to severe"], "printed": ["62"]})
    row = joint(half, {"one": half["printed"].ne("")}, up_to=8).loc["one"]
    assert row.iloc[1:].tolist() == ["none", "8", "8"]


def test_a_set_without_a_testable_claim_is_left_out() -> None:
    cd = read_published("upadacitinib", "CD")
    assert joint(cd, {"vague": cd["printed"].eq("close to 50")}).empty
    none = cd.iloc[:0]
    assert list(joint(none, {"week 12": none["visit"].eq("week12")})) == [
        "claims", "possible_n", "if_truncated", "if_halves_even",
    ]  # fmt: skip


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
    assert table["decimals"].tolist() == [0, 0, 2, pd.NA, 0, 2, 0, 0]
    assert table["agrees"].isna().all()


def test_a_claim_without_a_stated_n_is_not_testable_but_has_possible_denominators(
    published: pd.DataFrame,
) -> None:
    claim = published.loc[published["id"].eq("uc_mayo_endoscopic_3")].assign(stated_n="")
    row = audit(claim, recovered(("UC", "mayo_endoscopic_3", 17, 24))).iloc[0]
    assert row[["fits_stated_n", "possible_n"]].tolist() == ["", "24, 48, 72"]
    assert row["verdict"] == "not testable"
    assert pd.isna(row["stated_n"])
    assert row["agrees"]


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


HEADINGS = "id,disease,endpoint,visit,what,printed,stated_n\n"


@pytest.fixture
def other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The published.csv of a cohort named other, yet to be written."""
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "notebooks").mkdir()
    file = tmp_path / "data" / "raw" / "other" / "published.csv"
    file.parent.mkdir(parents=True)
    monkeypatch.setenv("IBD_SCORES_ROOT", str(tmp_path))
    return file


def test_a_published_file_without_a_column_is_refused(other: Path) -> None:
    other.write_text("id,disease,printed\na,CD,53\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no column endpoint, visit, what, stated_n"):
        read_published("other", "CD")


def test_the_file_that_ships_says_what_the_study_printed() -> None:
    both = pd.concat([read_published("upadacitinib", disease) for disease in ("CD", "UC")])
    assert list(both[["id", "printed", "stated_n"]].itertuples(index=False, name=None)) == [
        ("cd_perianal", "53", "75"),
        ("cd_moderate_severe", "62", "75"),
        ("cd_endoscopic_response", "73.33", "75"),
        ("cd_endoscopic_remission", "close to 50", "75"),
        ("cd_mucosal_healing", "53", "75"),
        ("uc_mayo_endoscopic_3", "70.83", "23"),
        ("uc_endoscopic_improvement", "80", "23"),
        ("uc_mucosal_healing", "40", "23"),
    ]


def test_a_file_saved_by_excel_with_percent_signs_and_blank_lines_is_read(other: Path) -> None:
    row = "a,CD,ulcer_free,week12,healing, 53 %,\n"
    other.write_text("\ufeff" + HEADINGS + "\n" + row + ",,,,,,\n", encoding="utf-8")
    claims = read_published("other", "CD")
    assert claims[["id", "printed", "stated_n"]].to_numpy().tolist() == [["a", "53", ""]]
    assert read_published("other", "UC").empty


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("b,CD,x,week12,x,53,75.0", "line 4, column stated_n: '75.0'; write the number"),
        ("b,CD,x,week12,x,53,all", "line 4, column stated_n: 'all'; write the number"),
        ("b,CD,x,week12,x,53,0", "line 4, column stated_n: '0'; write the number"),
        ("b,CD,x,week12,x,733.3,75", "line 4, column printed: '733.3'; no part of the patients"),
        ('b,CD,x,week12,x,"73,33",75', "line 4, column printed: '73,33'; copy what was printed"),
        ("b,CD,x,week12,x,-3,75", "line 4, column printed: '-3'; copy what was printed"),
        ("b,CD,x,week12,x,,75", "line 4, column printed: ''; copy what was printed"),
        ("b,Crohn,x,week12,x,53,75", "line 4, column disease: 'Crohn'; write CD or UC"),
        ("a,UC,x,week12,x,53,75", "line 4, column id: 'a'; give each claim its own"),
        (",UC,x,week12,x,53,75", "line 4, column id: ''; give each claim its own"),
    ],
)
def test_a_row_that_cannot_be_meant_is_refused_with_its_place(
    other: Path, row: str, message: str
) -> None:
    text = f"{HEADINGS}\na,CD,ulcer_free,week12,healing,close to 50,75\n{row}\n"
    other.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(f"other/published.csv, {message}")):
        read_published("other", "CD")


def test_denominators_are_tried_up_to_the_stated_n_where_that_is_large() -> None:
    claim = {"id": "responders", "disease": "CD", "endpoint": "endoscopic_response",
             "visit": "week12", "what": "response", "printed": "45.1",
             "stated_n": "337"}  # fmt: skip
    nothing = pd.DataFrame(columns=["disease", "endpoint", "k", "n", "percent", "low", "high"])
    row = audit(pd.DataFrame([claim]), nothing).iloc[0]
    assert (row["fits_stated_n"], row["verdict"]) == ("152/337", "possible")
    assert row["possible_n"].split(", ")[-1] == "337"
