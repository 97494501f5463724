"""One disease of a cohort, by its plan: every table, whatever the cohort lacks."""

import csv
from pathlib import Path

import pandas as pd
import pytest

from ibd_scores.study import layouts, multiverse, paths, safety, sentences
from ibd_scores.study.analysis import Analysis
from ibd_scores.study.description import scoped_table
from ibd_scores.study.multiplicity import with_adjusted
from ibd_scores.study.plan import PLANS
from ibd_scores.study.reported import at_entry
from ibd_scores.study.tables import facts
from tests.study.conftest import scored
from tests.study.test_partial_cohorts import CD, UC, cut

SHIPPED = paths.raw("upadacitinib")
PRIMARY = {disease: plan.primary for disease, plan in PLANS.items()}


def every_table(one: Analysis) -> dict[str, pd.DataFrame]:
    """All that the notebook of a disease shows, laid out as there."""
    rates, changes = one.rates(), one.changes()
    tests = one.tests(changes)
    changes = with_adjusted(changes, tests)
    grid = one.multiverse()
    tables = {
        "flow": one.flow(), "baseline": layouts.baseline_table(one.table_one()),
        "scoped": scoped_table(one.scoped_or_not()), "definitions": one.definitions(),
        "rates": layouts.rates_table(rates), "denominators": layouts.titled(one.denominators()),
        "reasons": layouts.titled(one.reasons()), "imputed": layouts.imputed_table(one.imputed()),
        "changes": layouts.changes_table(changes),
        "censoring": layouts.censoring_table(one.censoring()),
        "markers": layouts.rates_table(one.normalized()),
        "steroid": layouts.rates_table(one.steroid_free()),
        "moves": layouts.moves_table(one.moves()),
        "predictors": layouts.predictors_table(one.predictors()), "optimism": one.optimism(),
        "groups": layouts.groups_table(one.groups()), "tests": layouts.p_values_table(tests),
        "events": safety.adverse_events_table(one.events()),
        "special": safety.adverse_events_table(one.of_special_interest()),
        "accounting": one.accounting(), "observed": one.observed(), "multiverse": grid,
        "ranges": layouts.multiverse_table(multiverse.summary(grid)),
        "audit": layouts.audit_table(one.claims()), "joint": one.joint(),
        "context": layouts.context_table(one.context(rates)),
    }  # fmt: skip
    if one.plan.disease == "CD":
        tables |= {
            "perianal": layouts.rates_table(one.perianal()),
            "prevalence": layouts.prevalence_table(one.perianal_prevalence()),
            "transmural": layouts.rates_table(one.transmural()),
            "wall": layouts.changes_table(with_adjusted(one.wall(), tests)),
        }
    said = sentences.primary_result(one.plan, rates, one.reasons(), one.chosen.estimand)
    assert all(sentence.endswith(".") for sentence in said)
    assert all(isinstance(facts(table, "x"), dict) for table in tables.values())
    return tables


@pytest.mark.parametrize(
    ("disease", "expected"),
    [
        ("CD", {
            ("endoscopic_response", "as_observed"): (44, 60),
            ("endoscopic_response", "non_responder"): (44, 75),
            ("endoscopic_response", "non_responder_started"): (44, 80),
            ("endoscopic_response", "best_case"): (64, 80),
            ("ses_cd_remission", "as_observed"): (29, 60),
            ("ulcer_free", "as_observed"): (32, 60),
        }),
        ("UC", {
            ("endoscopic_improvement", "as_observed"): (16, 20),
            ("endoscopic_improvement", "non_responder"): (16, 23),
            ("endoscopic_improvement", "non_responder_started"): (16, 26),
            ("endoscopic_improvement", "best_case"): (22, 26),
            ("mayo_endoscopic_0", "as_observed"): (8, 20),
        }),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("shipped")
def test_the_reported_counts_come_out(
    disease: str, expected: dict[tuple[str, str], tuple[int, int]]
) -> None:
    rates = Analysis(disease, "upadacitinib", PRIMARY[disease]).rates()
    rates = rates.set_index(["endpoint", "estimand"])
    assert {key: tuple(rates.loc[key, ["k", "n"]]) for key in expected} == expected


@pytest.mark.parametrize("disease", ["CD", "UC"])
@pytest.mark.usefixtures("shipped")
def test_every_published_percentage_is_recovered(disease: str) -> None:
    claims = Analysis(disease, "upadacitinib", PRIMARY[disease]).claims()
    assert claims["k"].notna().all()
    assert claims["agrees"].dropna().all()
    assert claims["agrees"].notna().sum() == {"CD": 4, "UC": 3}[disease]


@pytest.mark.usefixtures("shipped")
def test_another_limit_of_crp_moves_counts_labels_and_specifications() -> None:
    usual, other = (
        Analysis("CD", "upadacitinib", "ulcer_free", crp_limit=limit) for limit in (5.0, 8.0)
    )
    with (SHIPPED / "visits.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["Visit"] == "baseline"]
    started = set(other.started)
    raised = set()
    for row in rows:
        text = row["CRP"].removeprefix("<")
        if row["Patient ID"] in started and text[:1].isdigit():
            mg_l = float(text) * (10 if row["CRP unit"] == "mg/dL" else 1)
            if mg_l >= 8 and not row["CRP"].startswith("<"):
                raised.add(row["Patient ID"])
    table = other.table_one()
    assert table.loc[("CRP ≥ 8 mg/L", "yes"), "k"] == len(raised)
    before, after = (
        one.normalized().query("endpoint == 'crp_normalized'").iloc[0] for one in (usual, other)
    )
    assert before["n"] != after["n"]
    marked = other.multiverse().query("usual and question == 'CRP normal'")
    assert marked["limit"].tolist() == ["CRP < 8"]


@pytest.mark.usefixtures("shipped")
def test_another_primary_endpoint_and_estimand_are_followed_everywhere() -> None:
    one = Analysis("CD", "upadacitinib", "ses_cd_remission", estimand="as_observed")
    rates = one.rates()
    first = sentences.primary_result(one.plan, rates, one.reasons(), "as_observed")[0]
    assert first == (
        "Primary endpoint, Endoscopic remission (SES-CD ≤ 2), as observed: "
        "29 of 60 (48.3 %, 95 % CI 36.2 to 60.7; Clopper-Pearson 35.2 to 61.6)."
    )
    (primary,) = one.multiverse().query("primary").to_dict("records")
    assert (primary["name"], primary["k"], primary["n"]) == ("ses_cd_remission", 29, 60)
    # 29 events and 31 others: the model is of this endpoint now.
    assert one.predictors()[["events", "non_events"]].iloc[0].tolist() == [29, 31]
    context = one.context(rates)
    own = context[(context["kind"] == "cohort") & (context["endpoint"] == "cdai_remission")]
    assert own[["k", "n"]].iloc[0].tolist() == [32, 71]


def test_32_of_71_are_in_cdai_remission_by_plain_comparisons(shipped: Path) -> None:
    with (SHIPPED / "patients.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["Diagnosis"] == "CD"]
    completed = [
        row["Patient ID"] for row in rows if row["Start date"] and not row["Stop date"]
    ]  # fmt: skip
    assert len(completed) == 75
    with (shipped / "scores.csv").open(encoding="utf-8") as file:
        cdai = {(row["patient_id"], row["visit"]): row["cdai"] for row in csv.DictReader(file)}
    courses = [(cdai[one, "baseline"], cdai[one, "week12"]) for one in completed]
    # A CDAI that was not known at baseline may have been 150 or more.
    asked = [after for before, after in courses if not (before and float(before) < 150) and after]
    assert (sum(float(after) < 150 for after in asked), len(asked)) == (32, 71)


@pytest.mark.parametrize(("disease", "n"), [("CD", 19), ("UC", 9)])
@pytest.mark.usefixtures("shipped")
def test_who_took_a_corticosteroid_at_baseline_is_as_in_the_raw_tables(
    disease: str, n: int
) -> None:
    with (SHIPPED / "patients.csv").open(encoding="utf-8") as file:
        started = {row["Patient ID"]: row for row in csv.DictReader(file)
                   if row["Diagnosis"] == disease and row["Start date"]}  # fmt: skip
    with (SHIPPED / "visits.csv").open(encoding="utf-8") as file:
        taking = {row["Patient ID"] for row in csv.DictReader(file)
                  if row["Visit"] == "baseline" and row["Systemic steroid"] == "1"}  # fmt: skip
    taking &= {*started}
    stayed = [patient for patient in taking if not started[patient]["Stop date"]]
    assert len(taking) == n
    table = Analysis(disease, "upadacitinib", PRIMARY[disease]).steroid_free()
    table = table[table["among"] == "on corticosteroid at baseline"]
    assert len(table) == 5 * len(PLANS[disease].free_of_steroid)
    of = table.groupby("estimand")["n"].agg(set)
    assert of["non_responder_started"] == of["worst_case"] == of["best_case"] == {n}
    # Of the remissions not everyone is asked: who was in remission at baseline is not.
    assert max(of["non_responder"]) == len(stayed)


@pytest.mark.parametrize(
    ("disease", "expected"),
    [
        # 73.33 % is 11/15, and 53 % 8/15, 16/30, ...; of these, 28/45 and 37/60 print as 62 %.
        ("CD", ["15, 30, 45, 60, 75", "45, 60"]),
        # 80 and 40 % of the same: 4/5 and 2/5. 70.83 % is 17/24, 34/48 or 51/72, and 80 % none of
        # 24, 48 and 72 (19/24 is 79.2 %, 39/48 81.3 %, 58/72 80.6 %).
        ("UC", [", ".join(map(str, range(5, 81, 5))), "none"]),
    ],
)
@pytest.mark.usefixtures("shipped")
def test_the_denominators_of_all_claims_at_once(disease: str, expected: list[str]) -> None:
    found = Analysis(disease, "upadacitinib", PRIMARY[disease]).joint()
    assert found.index.tolist() == ["week 12", "week 12 and endoscopy at baseline"]
    assert found["possible_n"].tolist() == expected


@pytest.mark.usefixtures("shipped")
def test_who_is_not_eligible_is_in_no_imputed_rate() -> None:
    # Two of the 80 had a CDAI below 150 at baseline.
    imputed = Analysis("CD", "upadacitinib", "endoscopic_response").imputed()
    assert imputed.loc[["cdai_remission", "cdai_response_100"], "n"].tolist() == [78, 80]


@pytest.mark.usefixtures("shipped")
def test_the_families_are_the_plans_and_every_p_has_its_adjustment() -> None:
    for disease in ("CD", "UC"):
        one = Analysis(disease, "upadacitinib", PRIMARY[disease])
        tests = one.tests(one.changes())
        confirmatory = tests[tests["family"] == "confirmatory"]
        assert confirmatory.index.tolist() == [f"{name} change" for name in one.plan.confirmatory]
        assert set(confirmatory["adjustment"]) == {"Holm"}
        rest = tests[tests["family"] == "exploratory"]
        assert set(rest["adjustment"]) == {"Benjamini-Hochberg"}
        assert (tests["p_adjusted"] >= tests["p"]).all()
        assert f"{one.plan.moves[0]} transitions" in rest.index


@pytest.mark.usefixtures("shipped")
def test_every_p_of_the_tables_of_crohns_disease_is_in_a_family() -> None:
    one = Analysis("CD", "upadacitinib", "endoscopic_response")
    tests = one.tests(one.changes())
    assert tests.index.tolist() == [
        "cdai change", "ses_cd_matched change", "hbi change", "pro2_cd change", "crp_mg_l change",
        "esr_mm_h change", "calprotectin_ug_g change", "thickest_wall_mm change",
        "ses_cd_band transitions", "cdai_band transitions",
        "disease duration, per 5 years predictor", "bowel surgery before, yes or no predictor",
        "anal_fistula at both visits", "anal_abscess at both visits", "perianal at both visits",
        "draining at both visits",
    ]  # fmt: skip
    wall = with_adjusted(one.wall(), tests)
    assert wall["adjustment"].tolist() == ["Benjamini-Hochberg"]
    # All 29 fell: the normal approximation gives z = 4.7, and 14 tests explore.
    assert (wall["p"] < wall["p_adjusted"]).all()
    assert (wall["p_adjusted"] < 0.001).all()


@pytest.mark.usefixtures("shipped")
def test_any_adverse_event_has_the_interval_of_its_patients() -> None:
    events = Analysis("CD", "upadacitinib", "endoscopic_response").events()
    any_ = safety.adverse_events_table(events).loc["any adverse event"]
    # 34 of 80: quantiles 0.025 of Beta(34, 47) and 0.975 of Beta(35, 46).
    assert any_["patients, n (%)"] == "34 (42.5 %)"
    assert any_["% of patients, 95 % CI"] == "31.5 to 54.1"
    assert any_["events"] == 45


@pytest.mark.parametrize(
    ("disease", "row", "note"),
    [
        ("CD", ("Perianal fistula or abscess", "yes\N{NO-BREAK SPACE}†"), "44 (55.0 %)"),
        ("UC", ("Mayo endoscopic subscore", "3\N{NO-BREAK SPACE}†"), "17 (70.8 %)"),
    ],
)
@pytest.mark.usefixtures("shipped")
def test_what_was_printed_has_a_dagger_in_table_1(
    disease: str, row: tuple[str, str], note: str
) -> None:
    one = Analysis(disease, "upadacitinib", PRIMARY[disease])
    laid = layouts.baseline_table(one.table_one(), at_entry(one.published))
    assert laid.loc[row, "median (IQR) or n (%)"] == note
    marked = [level for _, level in laid.index if "†" in level]
    assert marked == [row[1]]
    assert one.marked().startswith("† printed in the congress abstract; nothing else here was.")


@pytest.mark.usefixtures("shipped")
def test_too_few_events_and_too_few_patients_are_refused_in_words() -> None:
    one = Analysis("UC", "upadacitinib", "endoscopic_improvement")
    assert one.refusal().startswith(
        "Endoscopic improvement: 16 events and 4 non-events among 20 evaluable"
    )
    assert one.predictors().empty
    assert one.optimism().empty
    assert one.groups().loc[("disease_duration", "met"), "n"] == 16
    assert one.imputed().empty
    assert one.not_imputed().startswith("No multiple imputation: 20 patients")
    crohn = Analysis("CD", "upadacitinib", "endoscopic_response")
    assert (crohn.refusal(), crohn.not_imputed()) == ("", "")
    assert len(crohn.predictors()) == 2
    imputed = crohn.imputed().loc["endoscopic_response"]
    assert imputed["n"] == 80
    assert 44 < imputed["k"] < 64


@pytest.mark.usefixtures("shipped")
def test_an_endpoint_that_the_plan_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no endpoint of the plan for UC"):
        Analysis("UC", "upadacitinib", "endoscopic_response")


@pytest.mark.parametrize(
    ("patients", "without"),
    [
        ((*CD[:12], *UC[:12]), ("diary",)),
        ((*CD[:12], *UC[:12]), ("endoscopy",)),
        ((*CD[:12], *UC[:12]), ("diary", "endoscopy", "imaging", "adverse_events")),
        (CD[:30], ()),
        (UC, ()),
        (CD[:1], ()),
        (UC[:1], ()),
    ],
    ids=["no diary", "no endoscopy", "patients and visits", "30 CD", "UC", "1 CD", "1 UC"],
)
def test_whatever_a_cohort_lacks_every_table_can_be_shown(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    patients: tuple[str, ...],
    without: tuple[str, ...],
) -> None:
    cut(tmp_path / "data" / "raw" / "part", patients, without)
    scored(tmp_path, "part", monkeypatch)
    for disease in ("CD", "UC"):
        one = Analysis(disease, "part", PRIMARY[disease])
        tables = every_table(one)
        there = {*patients} & {*(CD if disease == "CD" else UC)}
        assert tables["flow"].loc["started", "n"] == len(there)
        assert tables["multiverse"].empty == (not there)
        assert tables["audit"].empty


@pytest.mark.parametrize("disease", ["CD", "UC"])
@pytest.mark.usefixtures("shipped")
def test_nothing_is_likelier_free_of_corticosteroids_than_at_all(disease: str) -> None:
    one = Analysis(disease, "upadacitinib", PRIMARY[disease])
    free = one.steroid_free().query("among == 'all'").set_index(["endpoint", "estimand"])
    bare = one.rates().set_index(["endpoint", "estimand"])
    for endpoint in one.plan.free_of_steroid:
        own = free.loc[f"{endpoint.name}_steroid_free"]
        assert (own["k"] <= bare.loc[endpoint.name, "k"]).all()
