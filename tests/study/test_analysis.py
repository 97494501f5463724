"""One disease of a cohort, by its plan: every table, whatever the cohort lacks."""

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from ibd_scores.study import cleaning, layouts, multiverse, paths, safety, scoring, sentences
from ibd_scores.study.analysis import Analysis
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.description import scoped_table
from ibd_scores.study.plan import PLANS
from ibd_scores.study.tables import facts
from ibd_scores.study.tidy import read_tidy, save
from tests.study.test_partial_cohorts import CD, UC, cut

SHIPPED = paths.raw("upadacitinib")
PRIMARY = {disease: plan.primary for disease, plan in PLANS.items()}


def scored(root: Path, cohort: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do in a project of its own what notebooks 01 and 02 do."""
    (root / "notebooks").mkdir(exist_ok=True)
    (root / "pyproject.toml").touch()
    monkeypatch.setenv("IBD_SCORES_ROOT", str(root))
    save(cohort, cleaning.clean(read_cohort(cohort)).tables)
    tables = {name: read_tidy(cohort, name) for name in ("patients", "visits", "diary")}
    endoscopies = scoring.score(read_tidy(cohort, "endoscopy"), scoring.ENDOSCOPIC)
    prepared = scoring.prepare(**tables)
    scores = scoring.score(scoring.with_endoscopy(prepared, endoscopies), scoring.CLINICAL)
    save(cohort, {"scores": scores, "endoscopies": endoscopies})


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(SHIPPED, root / "data" / "raw" / "upadacitinib")
    with pytest.MonkeyPatch.context() as patch:
        scored(root, "upadacitinib", patch)
    return root


@pytest.fixture
def shipped(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IBD_SCORES_ROOT", str(project))


def every_table(one: Analysis) -> dict[str, pd.DataFrame]:
    """All that the notebook of a disease shows, laid out as there."""
    rates, changes = one.rates(), one.changes()
    tests = one.tests(changes)
    changes = one.with_adjusted(changes, tests)
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
        "groups": layouts.groups_table(one.groups()), "tests": layouts.tests_table(tests),
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
            "wall": layouts.changes_table(one.wall()),
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
        "29 of 60 (48.3 %, 95 % CI 36.2 to 60.7)."
    )
    (primary,) = one.multiverse().query("primary").to_dict("records")
    assert (primary["name"], primary["k"], primary["n"]) == ("ses_cd_remission", 29, 60)
    # 29 events and 31 others: the model is of this endpoint now.
    assert one.predictors()[["events", "non_events"]].iloc[0].tolist() == [29, 31]
    context = one.context(rates)
    own = context[(context["kind"] == "cohort") & (context["endpoint"] == "cdai_remission")]
    assert own[["k", "n"]].iloc[0].tolist() == [32, 71]


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
