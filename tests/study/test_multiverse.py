"""Every specification is one the analysis could have chosen, and says so in words."""

from pathlib import Path

import pandas as pd
import pytest

from ibd_scores.study import estimands, imputation, multiverse
from ibd_scores.study.multiverse import Chosen, grid, summary
from ibd_scores.study.plan import CD, UC
from ibd_scores.study.tidy import read_tidy

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def tables(scored_cohort: Path) -> Tables:
    folder = scored_cohort / "data" / "derived" / "upadacitinib"
    names = ("patients", "visits", "diary", "scores", "endoscopies")
    return {name: read_tidy(folder, name) for name in names}


@pytest.fixture(scope="module")
def crohn(tables: Tables) -> pd.DataFrame:
    return grid(CD, tables)


@pytest.fixture(scope="module")
def colitis(tables: Tables) -> pd.DataFrame:
    return grid(UC, tables)


@pytest.fixture
def as_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what takes most of a grid's time, where nobody looks: imputation, other windows."""
    monkeypatch.setattr(imputation, "completed_pairs", lambda *_: None)
    monkeypatch.setattr(multiverse, "WINDOWS", {"as recorded": None})


def one(table: pd.DataFrame, **choices: str) -> pd.Series:
    rows = table
    for name, value in choices.items():
        rows = rows[rows[name] == value]
    assert len(rows) == 1, rows[list(choices)]
    return rows.iloc[0]


def test_the_grid_is_the_product_of_the_forks_that_concern_each_question(
    crohn: pd.DataFrame, colitis: pd.DataFrame
) -> None:
    # Windows 3, estimands 4 (the worst case is non-responder imputation of all who started); ways
    # to compute a CDAI: hematocrit 2, weight 2, diary days 2.
    per, cdai, diary = 3 * 4, 2 * 2 * 2, 2
    # Of those abnormal at baseline under each estimand, of all measured as observed: 3 windows.
    crp, calprotectin, among = 3, 3, per + 3
    markers = {
        "CRP normal": crp * among,
        "calprotectin normal": calprotectin * among,
        "biochemical remission": crp * calprotectin * among,
    }
    crohn = crohn[crohn["estimand"] != "multiple_imputation"]
    assert crohn.groupby("question").size().to_dict() == markers | {
        # > 50 % with three readings of the clause, and 50 % or more; matched or not; two entries.
        "endoscopic response": (3 + 1) * 2 * 2 * per,
        # Ulcer-free; SES-CD <= 2, healing, U-EXCEL's by cell or variable: matched or not.
        "endoscopic remission": (1 + 4 * 2) * 2 * per,
        "clinical remission": (cdai + diary + 1) * per,
        "clinical response": (3 * cdai + 2 * diary + 1) * per,
        "deep remission": cdai * 2 * per,
    }
    assert colitis.groupby("question").size().to_dict() == markers | {
        "endoscopic improvement": 2 * per,
        "endoscopic remission": 2 * per,
        "clinical remission": 6 * per,
        "clinical response": 7 * per,
    }


def test_no_specification_stands_twice(crohn: pd.DataFrame, colitis: pd.DataFrame) -> None:
    for table in (crohn, colitis):
        assert not table.duplicated(["question", *multiverse.CHOICES]).any()


def test_multiple_imputation_lies_within_the_bounds_and_needs_enough_patients(
    crohn: pd.DataFrame, colitis: pd.DataFrame
) -> None:
    keys = ["question", *(name for name in multiverse.CHOICES if name != "estimand")]
    by = crohn.pivot(index=keys, columns="estimand", values="percent").astype(float)
    imputed = by["multiple_imputation"].dropna()
    bounds = by.loc[imputed.index]
    assert (imputed >= bounds["non_responder_started"]).all()
    assert (imputed <= bounds["best_case"]).all()
    endoscopic = crohn[crohn["question"].str.startswith("endoscopic")]
    assert (endoscopic["estimand"] == "multiple_imputation").sum() * 5 == len(endoscopic)
    assert "multiple_imputation" not in set(colitis["estimand"])


def test_the_primary_specification_is_one_and_is_the_plans(
    crohn: pd.DataFrame, colitis: pd.DataFrame
) -> None:
    (cd,), (uc,) = (table[table["primary"]].to_dict("records") for table in (crohn, colitis))
    assert (cd["name"], cd["k"], cd["n"]) == ("endoscopic_response", 44, 80)
    assert (cd["segments"], cd["window"]) == ("explored at both visits", "as recorded")
    assert (uc["name"], uc["k"], uc["n"]) == ("endoscopic_improvement", 16, 26)


def test_normalization_is_not_called_what_all_measured_are(crohn: pd.DataFrame) -> None:
    asked = crohn[crohn["question"] == "CRP normal"]
    named = asked[["name", "endpoint", "among"]].drop_duplicates().to_numpy().tolist()
    assert named == [
        ["crp_normalized", "C-reactive protein normalized", "abnormal at baseline"],
        ["crp_normal", "C-reactive protein normal", "all measured"],
    ]
    usual = asked[asked["usual"]].to_dict("records")
    assert [(row["name"], row["k"], row["n"]) for row in usual] == [("crp_normalized", 40, 73)]


def test_the_reported_counts_are_among_the_specifications(
    crohn: pd.DataFrame, colitis: pd.DataFrame
) -> None:
    usual = {"estimand": "as_observed", "window": "as recorded"}
    everyone = usual | {"entry": "all"}
    primary = crohn[crohn["primary"]].iloc[0]
    choices = {"segments": primary["segments"], "variant": primary["variant"]}
    response = one(crohn, name="endoscopic_response", **choices, **everyone)
    assert (response["k"], response["n"]) == (44, 60)
    remission = one(crohn, name="ses_cd_remission", segments="explored at each visit", **everyone)
    assert (remission["k"], remission["n"]) == (29, 60)
    free = one(crohn, name="ulcer_free", **everyone)
    assert (free["k"], free["n"]) == (32, 60)
    improved = one(colitis, name="endoscopic_improvement", variant="", **usual)
    assert (improved["k"], improved["n"]) == (16, 20)
    healed = one(colitis, name="mayo_endoscopic_0", **usual)
    assert (healed["k"], healed["n"]) == (8, 20)


def test_an_endoscopy_outside_the_window_counts_as_missing(
    tables: Tables, crohn: pd.DataFrame
) -> None:
    start = tables["patients"].set_index("patient_id")["start_date"]
    scopes = tables["endoscopies"]
    after = scopes[scopes["visit"] == "week12"].set_index("patient_id")["date"]
    days = (after - start.reindex(after.index)).dt.days
    outside = int((~days.between(70, 98)).sum())
    assert outside > 0
    choices = {"name": "ses_cd_remission", "entry": "all", "estimand": "as_observed",
               "segments": "explored at each visit"}  # fmt: skip
    n = {name: one(crohn, window=name, **choices)["n"] for name in multiverse.WINDOWS}
    assert n == {"as recorded": 60, "within 4 weeks": 60, "within 2 weeks": 60 - outside}


def test_a_visit_outside_the_window_counts_as_missing_in_every_score(tables: Tables) -> None:
    scores = tables["scores"].copy()
    done = estimands.completed(tables["patients"], "UC")
    late = scores["visit"].eq("week12") & scores["patient_id"].isin(done[:2])
    scores.loc[late, "date"] += pd.Timedelta(days=60)
    table = grid(UC, tables | {"scores": scores})
    choices = {"name": "symptomatic_remission", "estimand": "non_responder"}
    usual = one(table, window="as recorded", **choices)
    outside = one(table, window="within 4 weeks", **choices)
    assert outside["not_evaluable"] == usual["not_evaluable"] + 2
    assert outside["n"] == usual["n"]


@pytest.mark.usefixtures("as_recorded")
def test_a_recorded_cdai_stays_whatever_the_cdai_is_computed_by(tables: Tables) -> None:
    visits = tables["visits"]
    total = visits["visit"].map({"baseline": 300.0, "week12": 100.0})
    own = tables | {"visits": visits.assign(cdai_recorded=total)}
    choices = {"name": "cdai_remission", "window": "as recorded", "estimand": "as_observed"}
    stays = grid(CD, own, score_source="recorded")
    moves = grid(CD, own, score_source="items")
    for name, value in choices.items():
        stays, moves = stays[stays[name] == value], moves[moves[name] == value]
    # Eight ways to compute it; 75 completed, and all of them have 100.
    assert len(stays) == len(moves) == 8
    assert stays[["k", "n"]].drop_duplicates().values.tolist() == [[75, 75]]
    assert len(moves[["k", "n"]].drop_duplicates()) > 1


def test_an_ses_cd_kept_with_a_visit_is_of_its_day(tables: Tables) -> None:
    # Day 84 is week 12; 20 days later is outside two weeks.
    start = pd.Timestamp("2024-01-01")
    scores = pd.DataFrame(
        {
            "patient_id": ["a", "b"],
            "visit": "week12",
            "ses_cd": [3.0, 4.0],
            "date": [start + pd.Timedelta(days=day) for day in (84, 104)],
        }
    )
    patients = pd.DataFrame({"patient_id": ["a", "b"], "start_date": start})
    own = {"patients": patients, "endoscopies": tables["endoscopies"]}
    found = multiverse._within(scores, own, 2)["ses_cd"]
    assert found.fillna(-1).tolist() == [3, -1]


@pytest.mark.usefixtures("as_recorded")
def test_who_was_not_active_as_in_trials_is_in_no_denominator_of_that_entry(
    tables: Tables,
) -> None:
    scores = tables["scores"].copy()
    # Two of the colon diseased alone: from 5 points nobody enters a trial, from 6 everybody.
    known = scores["visit"].eq("baseline") & scores["ses_cd_without_narrowing"].gt(6)
    known &= scores["patient_id"].isin(estimands.completed(tables["patients"], "CD"))
    first, second = scores.index[known & scores["disease_colon"].eq(1)][:2]
    scores.loc[first, "ses_cd_without_narrowing"] = 5
    scores.loc[second, "ses_cd_without_narrowing"] = 6
    table = grid(CD, tables | {"scores": scores})
    choices = {"name": "endoscopic_response_50", "window": "as recorded",
               "segments": "explored at both visits", "estimand": "non_responder"}  # fmt: skip
    n = {entry: one(table, entry=entry, **choices)["n"] for entry in ("all", "active as in trials")}
    assert n == {"all": 75, "active as in trials": 74}
    assert set(table.loc[table["question"] == "clinical remission", "entry"]) == {""}


def test_what_the_user_chose_is_marked_and_added_to_the_forks(tables: Tables) -> None:
    chosen = Chosen(estimand="as_observed", crp_limit=8, calprotectin_limit=200)
    table = grid(UC.judged_by("mayo_endoscopic_0"), tables, chosen)
    (primary,) = table[table["primary"]].to_dict("records")
    assert (primary["name"], primary["k"], primary["n"]) == ("mayo_endoscopic_0", 8, 20)
    (crp,) = table[table["usual"] & (table["question"] == "CRP normal")].to_dict("records")
    assert crp["limit"] == "CRP < 8"
    assert {"CRP < 5", "CRP ≤ 5", "CRP < 10"} < set(table["limit"])
    assert "calprotectin < 200" in set(table["limit"])


def test_the_worst_case_as_headline_marks_the_imputation_that_it_is(tables: Tables) -> None:
    (primary,) = grid(UC, tables, Chosen(estimand="worst_case")).query("primary").to_dict("records")
    assert (primary["estimand"], primary["k"], primary["n"]) == ("non_responder_started", 16, 26)


def test_an_intercurrent_event_counts_whatever_the_window(tables: Tables) -> None:
    scores = tables["scores"].copy()
    done = estimands.completed(tables["patients"], "UC")
    rescued = scores["visit"].eq("week12") & scores["patient_id"].isin(done)
    before = scores["visit"].eq("baseline") & scores["patient_id"].isin(done)
    scores.loc[rescued, "systemic_steroid"] = 1
    scores.loc[before, "systemic_steroid"] = 0
    scores.loc[rescued, "date"] += pd.Timedelta(days=200)
    table = grid(UC, tables | {"scores": scores})
    imputed = table[table["estimand"].str.startswith("non_responder")]
    assert (imputed["k"] == 0).all()
    assert (table.loc[table["window"] == "as recorded", "k"] > 0).any()


@pytest.mark.usefixtures("as_recorded")
def test_the_cdai_chosen_in_scoring_is_the_marked_one(tables: Tables) -> None:
    chosen = Chosen(hematocrit_floored=True, weight_floor=0.0, min_days=5)
    table = grid(CD, tables, chosen)
    (usual,) = table[table["usual"] & (table["name"] == "cdai_remission")].to_dict("records")
    assert (usual["hematocrit"], usual["weight"], usual["diary"]) == (
        "high hematocrit subtracts nothing", "at least 0 %", "5 of 7 days",
    )  # fmt: skip


def test_the_tables_given_are_left_as_they_are(tables: Tables) -> None:
    before = {name: table.copy() for name, table in tables.items()}
    grid(UC, tables)
    for name, table in before.items():
        pd.testing.assert_frame_equal(tables[name], table)


def test_a_disease_without_patients_gives_an_empty_grid(tables: Tables) -> None:
    patients = tables["patients"]
    crohn_only = tables | {"patients": patients[patients["disease"] == "CD"]}
    empty = grid(UC, crohn_only)
    assert empty.empty
    assert summary(empty).empty


def test_the_summary_gives_range_median_and_the_usual_rate() -> None:
    rates = [10.0, 20.0, 30.0, 40.0, 50.0]
    table = pd.DataFrame(
        {
            "question": "remission", "name": "ulcer_free", "percent": rates, "k": [1, 2, 3, 4, 4],
            "n": 10, "usual": [False, False, False, True, False],
        }
    )  # fmt: skip
    row = summary(table).loc[("remission", "ulcer_free")]
    assert row.tolist() == [5, 4, 10, 20, 30, 40, 50, 40, 14, 50]
