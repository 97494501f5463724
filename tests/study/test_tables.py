from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ibd_scores.study import layouts, tables
from ibd_scores.study.audit import audit, counts, read_published
from ibd_scores.study.estimands import ESTIMANDS, rates
from ibd_scores.study.statistics import changes
from ibd_scores.study.tidy import read_tidy, save


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    bundles: list[dict[str, Any]] = []
    monkeypatch.setattr(tables, "display", lambda bundle, raw: bundles.append(bundle))
    return bundles


def two_endpoints() -> pd.DataFrame:
    def flags(yes: int, no: int, name: str) -> pd.Series:
        values = [True] * yes + [False] * no + [pd.NA] * (75 - yes - no)
        return pd.Series(values, dtype="boolean", name=name)

    response, healing = flags(44, 16, "endoscopic_response"), flags(32, 28, "ulcer_free")
    return rates([response, healing], "CD", estimands=["as_observed", "non_responder"])


def test_every_number_of_a_rates_table_is_named_by_endpoint_estimand_and_column() -> None:
    table = two_endpoints().set_index(["endpoint", "estimand"]).drop(columns="disease")
    named = tables.facts(table, "cd")
    assert named["cd.endoscopic_response[as_observed].k"] == 44
    assert named["cd.endoscopic_response[non_responder].n"] == 75
    assert named["cd.ulcer_free[as_observed].not_evaluable"] == 15
    assert len(named) == 4 * 6


def test_a_single_index_names_the_row_in_brackets() -> None:
    table = pd.DataFrame({"n": [60]}, index=["completed 12 weeks"])
    assert tables.facts(table, "cd.flow") == {"cd.flow[completed 12 weeks].n": 60}


def test_numbers_are_kept_to_nine_digits_and_missing_is_none() -> None:
    table = pd.DataFrame(
        {
            "float": [1 / 3, -0.0, np.nan],
            "large": [123456789012.5, 0.1 + 0.2, 1e-300],
            "integer": pd.array([1, None, 3], dtype="Int64"),
            "flag": pd.array([True, None, False], dtype="boolean"),
            "band": pd.Categorical(["mild", None, "severe"], ["mild", "severe"], ordered=True),
            "day": pd.to_datetime(["2023-02-01", None, "2024-08-31"]),
        }
    )
    named = tables.facts(table, "t")
    assert [named[f"t[{row}].float"] for row in range(3)] == [0.333333333, 0.0, None]
    assert str(named["t[1].float"]) == "0.0"
    assert [named[f"t[{row}].large"] for row in range(3)] == [123456789000.0, 0.3, 1e-300]
    assert [named[f"t[{row}].integer"] for row in range(3)] == [1, None, 3]
    assert [named[f"t[{row}].flag"] for row in range(3)] == [True, None, False]
    assert [named[f"t[{row}].band"] for row in range(3)] == ["mild", None, "severe"]
    assert [named[f"t[{row}].day"] for row in range(3)] == ["2023-02-01", None, "2024-08-31"]
    assert type(named["t[0].integer"]) is int


def test_rows_of_the_same_name_are_refused() -> None:
    table = pd.DataFrame({"n": [1, 2]}, index=["a", "a"])
    with pytest.raises(ValueError, match=r"t\[a\]\.n stands twice"):
        tables.facts(table, "t")


def test_the_reader_sees_the_layout_and_the_comparison_the_numbers(
    shown: list[dict[str, Any]],
) -> None:
    found = two_endpoints()
    table = found.set_index(["endpoint", "estimand"]).drop(columns="disease")
    tables.show(table, "cd", layout=layouts.rates_table(found), note="Simulated cohort")
    (bundle,) = shown
    assert set(bundle) == {"text/html", "text/plain", tables.FACTS}
    for kind in ("text/html", "text/plain"):
        assert "44/60 (73.3 %, 61.0 to 82.9)" in bundle[kind]
        assert "44/75 (58.7 %, " in bundle[kind]
        assert "Simulated cohort" in bundle[kind]
    assert bundle[tables.FACTS]["cd.endoscopic_response[as_observed].k"] == 44


def test_what_is_shown_does_not_depend_on_the_users_display_settings(
    shown: list[dict[str, Any]],
) -> None:
    table = pd.DataFrame({"what": ["a long text " * 20], "x": [1.23456]})
    tables.show(table, "t")
    with pd.option_context(
        "display.max_colwidth", 10, "display.precision", 2, "display.max_columns", 1,
        "display.html.border", 3, "display.width", 40, "display.html.use_mathjax", True,
    ):  # fmt: skip
        tables.show(table, "t")
    assert shown[0] == shown[1]


def test_decimals_can_be_given_for_all_columns_or_for_each(shown: list[dict[str, Any]]) -> None:
    table = pd.DataFrame({"a": [1.25], "b": [2.0], "n": [3]})
    tables.show(table, "t", decimals=2)
    tables.show(table, "t", decimals={"b": 0})
    assert shown[0]["text/plain"].split() == ["a", "b", "n", "0", "1.25", "2.00", "3"]
    assert shown[1]["text/plain"].split() == ["a", "b", "n", "0", "1.3", "2", "3"]


def test_a_note_is_text_not_markup(shown: list[dict[str, Any]]) -> None:
    tables.show(pd.DataFrame({"n": [1]}), "t", note="CRP < 5 & simulated")
    assert "CRP &lt; 5 &amp; simulated" in shown[0]["text/html"]


def test_the_table_itself_is_left_alone(shown: list[dict[str, Any]]) -> None:
    table = pd.DataFrame({"x": [1.5, np.nan]})
    tables.show(table, "t")
    assert table["x"].dtype == "float64"
    assert "–" in shown[0]["text/plain"]


def test_the_layout_of_rates_has_a_row_for_each_endpoint_with_its_title() -> None:
    layout = layouts.rates_table(two_endpoints())
    assert list(layout.columns) == [
        "as observed", "non-responder imputation, completed", "not evaluable",
    ]  # fmt: skip
    assert list(layout["not evaluable"]) == [15, 15]
    assert layout.index.tolist() == ["Endoscopic response (U-EXCEL)", "Ulcer-free endoscopy"]


def test_what_the_study_reported_gets_a_dagger() -> None:
    layout = layouts.rates_table(two_endpoints(), reported={"ulcer_free"})
    assert layout.index.tolist() == [
        "Endoscopic response (U-EXCEL)",
        "Ulcer-free endoscopy\N{NO-BREAK SPACE}†",
    ]


def test_several_definitions_of_one_endpoint_stand_below_each_other() -> None:
    usual = two_endpoints().assign(definition="> 50 %")
    imputed = usual[usual["estimand"] == "non_responder"].assign(definition="≥ 50 %", k=50)
    layout = layouts.rates_table(pd.concat([usual, imputed], ignore_index=True))
    assert layout.index.names == ["definition", "endpoint"]
    assert layout.index.get_level_values("definition").tolist() == ["> 50 %"] * 2 + ["≥ 50 %"] * 2
    assert layout["as observed"].isna().tolist() == [False, False, True, True]
    assert layout["non-responder imputation, completed"].str.slice(0, 5).tolist() == [
        "44/75", "32/75", "50/75", "50/75",
    ]  # fmt: skip
    assert layout["not evaluable"].tolist() == [15] * 4


@pytest.mark.parametrize(("k", "n"), [(1, 16), (26, 80), (7, 80), (1, 3), (0, 5), (3, 3), (9, 16)])
def test_a_half_is_rounded_up_wherever_a_rate_is_written(
    shown: list[dict[str, Any]], k: int, n: int
) -> None:
    flags = pd.Series([True] * k + [False] * (n - k), dtype="boolean", name="ulcer_free")
    found = rates([flags], "CD", estimands=["as_observed"])
    cell = layouts.rates_table(found)["as observed"].iloc[0]
    assert k in counts(cell[cell.index("(") + 1 : cell.index(" %")], n)
    tables.show(found[["percent"]], "cd")
    assert k in counts(shown[0]["text/plain"].split()[-1], n, "half_up")


def test_a_rate_of_nobody_is_written_as_such() -> None:
    nobody = pd.Series([pd.NA] * 3, dtype="boolean", name="ulcer_free")
    layout = layouts.rates_table(rates([nobody], "CD", estimands=["as_observed"]))
    assert layout.iloc[0].tolist() == ["not evaluable", 3]
    who = {"population": nobody.index, "started": pd.RangeIndex(4)}
    every = layouts.rates_table(rates([nobody], "CD", estimands=ESTIMANDS, **who))
    assert every.iloc[0].tolist() == ["not evaluable"] * 4 + [3]
    none = pd.Series([False] * 3)
    layout = layouts.rates_table(rates([nobody], "CD", eligible=[none], estimands=["as_observed"]))
    assert layout.iloc[0].tolist() == ["0/0", 0]


def test_the_layout_of_changes_gives_medians_interval_and_p() -> None:
    after = pd.Series([200.0] * 10)
    drop = [120, 85, -10, 150, 60, 95, 40, 30, 110, 75]
    pairs = pd.DataFrame(
        {
            "cdai_baseline": after + drop, "cdai": after,
            "crp_mg_l_baseline": [8.0] * 10, "crp_mg_l": [2.0] * 10,
            "esr_mm_h_baseline": [8.0] * 10, "esr_mm_h": [np.nan] * 10,
        }
    )  # fmt: skip
    layout = layouts.changes_table(changes(pairs, ["cdai", "crp_mg_l", "esr_mm_h"]))
    assert list(layout.index) == ["CDAI", "CRP, mg/L", "ESR, mm/h"]
    assert layout.loc["CDAI", "improvement (95 % CI)"] == "75 (40 to 110)"
    assert layout.loc["CDAI", ["rank-biserial", "p"]].tolist() == ["0.96", "0.004"]
    assert layout.loc["CDAI", "improved / same / worse, %"] == "90.0 / 0.0 / 10.0"
    assert layout["interval"].tolist() == ["exact", "normal approximation", "none"]
    assert layout.loc["CRP, mg/L", "improvement (95 % CI)"] == "ratio 0.25 (0.25 to 0.25)"
    assert layout.loc["ESR, mm/h", "improvement (95 % CI)"] == "–"


def test_the_layout_of_changes_shows_an_adjusted_p_beside_the_raw_one_with_its_method() -> None:
    drop = [120, 85, -10, 150, 60, 95, 40, 30, 110, 75]
    pairs = pd.DataFrame({"cdai_baseline": [300.0] * 10, "cdai": [300.0 - d for d in drop]})
    adjusted = changes(pairs, ["cdai"]).assign(p_adjusted=0.0078125, adjustment="Holm")
    layout = layouts.changes_table(adjusted)
    assert layout.loc["CDAI", ["p", "p adjusted"]].tolist() == ["0.004", "0.008 Holm"]
    assert "p adjusted" not in layouts.changes_table(changes(pairs, ["cdai"]))


def test_worst_and_best_case_share_a_column_and_have_no_interval() -> None:
    flags = pd.Series([True] * 44 + [False] * 16 + [pd.NA] * 15, dtype="boolean", name="ulcer_free")
    bounds = rates(
        [flags], "CD", population=flags.index, started=pd.RangeIndex(80),
        estimands=["as_observed", "worst_case", "best_case"],
    )  # fmt: skip
    layout = layouts.rates_table(bounds)
    assert list(layout) == ["as observed", "worst to best case", "not evaluable"]
    assert layout["worst to best case"].iloc[0] == "44/80 (55.0 %) to 64/80 (80.0 %)"


def test_the_layout_of_changes_writes_a_censored_quartile_as_a_bound(tmp_path: Path) -> None:
    pairs = pd.DataFrame(
        {
            "calprotectin_ug_g_baseline": [300.0, 900, 1800, 1800],
            "calprotectin_ug_g_censor_baseline": [None, None, "right", "right"],
            "calprotectin_ug_g": [30.0, 30, 90, 200],
            "calprotectin_ug_g_censor": ["left", "left", None, None],
            "cdai_baseline": [300.0] * 4, "cdai": [200.0] * 4,
        }
    )  # fmt: skip
    found = changes(pairs, ["calprotectin_ug_g", "cdai"])
    layout = layouts.changes_table(found)
    assert layout.loc["Fecal calprotectin, µg/g", "baseline, median (IQR)"] == (
        ">1350 (750 to >1800)"
    )
    assert layout.loc["Fecal calprotectin, µg/g", "week 12, median (IQR)"] == "<60 (<30 to 118)"
    assert layout["censored, n (%)"].tolist() == ["4 (100.0 %)", "–"]
    save(tmp_path, {"changes": found.reset_index()})
    again = read_tidy(tmp_path, "changes").set_index("quantity")
    pd.testing.assert_frame_equal(layouts.changes_table(again), layout)


def test_the_layout_of_an_audit_says_impossible_at_which_n() -> None:
    published = pd.DataFrame(
        {
            "id": ["a", "b"], "disease": ["UC", "CD"], "endpoint": ["mayo_endoscopic_3", "vague"],
            "visit": ["baseline", "week12"], "what": ["subscore 3", "remission"],
            "printed": ["70.83", "close to 50"], "stated_n": ["23", "75"],
        }
    )  # fmt: skip
    found = pd.DataFrame(
        {
            "disease": ["UC"], "endpoint": ["mayo_endoscopic_3"], "k": [17], "n": [24],
            "percent": [100 * 17 / 24], "low": [50.8], "high": [85.1],
            "among": ["scoped at baseline"],
        }
    )  # fmt: skip
    layout = layouts.audit_table(audit(published, found))
    assert layout.index.tolist() == ["UC: subscore 3", "CD: remission"]
    assert layout.iloc[0].tolist() == [
        "70.83 %", 2, 23, "none", "24, 48, 72", "Endoscopic subscore 3", "impossible at 23",
        "17/24 (70.83 %, 50.8 to 85.1)", "scoped at baseline", True,
    ]  # fmt: skip
    assert layout.iloc[1]["verdict"] == "not testable"
    assert layout.iloc[1]["recovered"] == "–"
    assert pd.isna(layout.iloc[1]["decimals"])


def test_the_layout_of_an_audit_says_what_another_rounding_would_fit() -> None:
    published = read_published("upadacitinib", "CD")
    nothing = pd.DataFrame(columns=["disease", "endpoint", "k", "n", "percent", "low", "high"])
    layout = layouts.audit_table(audit(published, nothing))
    assert layout["fits at stated N"].tolist() == [
        "40/75", "none (47/75 if truncated)", "55/75", "–", "40/75",
    ]  # fmt: skip


def test_diseases_and_subgroups_stay_apart_in_the_layout_of_rates() -> None:
    both = pd.concat([two_endpoints(), two_endpoints().assign(disease="UC")], ignore_index=True)
    layout = layouts.rates_table(both)
    assert layout.index.names == ["disease", "endpoint"]
    assert layout.index.get_level_values("disease").tolist() == ["CD", "CD", "UC", "UC"]
    steroid = two_endpoints().assign(among="on corticosteroid at baseline")
    steroid = steroid[steroid["estimand"] == "as_observed"]
    grouped = layouts.rates_table(
        pd.concat([two_endpoints().assign(among="all"), steroid], ignore_index=True)
    )
    assert (
        grouped.index.get_level_values("among").tolist()
        == ["all"] * 2 + ["on corticosteroid at baseline"] * 2
    )
    assert grouped.iloc[2].isna().tolist() == [False, True, False]


def test_whole_numbers_read_from_a_file_are_written_without_decimals(
    shown: list[dict[str, Any]],
) -> None:
    tables.show(pd.DataFrame({"k": [44.0, np.nan], "percent": [73.25, 50]}), "t")
    assert shown[0]["text/plain"].split() == ["k", "percent", "0", "44", "73.3", "1", "–", "50.0"]


def test_a_table_without_rows_says_so(shown: list[dict[str, Any]]) -> None:
    tables.show(pd.DataFrame({"k": []}), "cd", note="Simulated cohort.")
    assert shown[0]["text/plain"] == "None: the table has no row.\nSimulated cohort."
    assert "<p>None: the table has no row.</p>" in shown[0]["text/html"]
