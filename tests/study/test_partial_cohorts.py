"""Cohorts that lack parts: one disease only, no diary, no endoscopy, a handful of patients."""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.text import Text

mpl.use("Agg")

import matplotlib.pyplot as plt

from ibd_scores import endpoints as e
from ibd_scores import mayo_full, ses_cd
from ibd_scores.endpoint import Endpoint
from ibd_scores.study import (
    cleaning,
    description,
    estimands,
    figures,
    paths,
    safety,
    scoring,
    statistics,
    tidy,
    totals,
)
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.layouts import baseline_table, changes_table, rates_table
from ibd_scores.study.plan import PLANS
from ibd_scores.study.tables import facts
from ibd_scores.study.tidy import read_tidy, save

RAW = paths.raw("upadacitinib")
ROOT = paths.root()
OPTIONAL = ("diary", "endoscopy", "adverse_events", "imaging")
MEASURED = {
    "CD": ["cdai", "hbi", "ses_cd_matched", "crp_mg_l", "calprotectin_ug_g"],
    "UC": ["mayo_full", "stool_frequency", "endoscopic_subscore", "uceis", "crp_mg_l"],
}
FLOWS = {"CD": ("ses_cd_band", ses_cd.rungs), "UC": ("mayo_full_band", mayo_full.rungs)}
CHARACTERISTICS = {"CD": description.CD_CHARACTERISTICS, "UC": description.UC_CHARACTERISTICS}


def rows(table, folder=RAW):
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def of_disease(disease):
    return [one["Patient ID"] for one in rows("patients") if one["Diagnosis"] == disease]


CD, UC = of_disease("CD"), of_disease("UC")


def cut(folder, patients=(*CD, *UC), without=(), changed=None):
    """Write a part of the shipped cohort: some of its patients, some of its tables."""
    folder.mkdir(parents=True, exist_ok=True)
    declared = (RAW / "cohort.toml").read_text("utf-8")
    for name in without:
        declared = re.sub(rf"^\[{name}\].*?(?=^\[(?!{name})|\Z)", "", declared, flags=re.M | re.S)
        assert f"[{name}" not in declared
    (folder / "cohort.toml").write_text(declared, "utf-8")
    for name in {"patients", "visits", *OPTIONAL} - {*without}:
        kept = [row for row in rows(name) if row["Patient ID"] in patients]
        for row in kept:
            row |= (changed or {}).get((name, *list(row.values())[:2]), {})
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows(name)[0])
            writer.writeheader()
            writer.writerows(kept)
    return folder


def scored(patients, visits, diary, endoscopy):
    """What notebook 02 makes of tidy tables."""
    prepared = scoring.prepare(patients, visits, diary)
    endoscopies = scoring.score(endoscopy, scoring.ENDOSCOPIC)
    joined = scoring.with_endoscopy(prepared, endoscopies)
    scores = scoring.score(joined, scoring.CLINICAL, hematocrit_floor=0)
    return prepared, endoscopies, scores


def analysed(folder, derived):
    """What notebooks 01 and 02 write, read back as 03 to 05 do."""
    tables = cleaning.clean(read_cohort(folder)).tables
    save(derived, tables)
    patients, visits, diary, endoscopy = (
        read_tidy(derived, name) for name in ("patients", "visits", "diary", "endoscopy")
    )
    prepared, endoscopies, scores = scored(patients, visits, diary, endoscopy)
    every = scoring.CLINICAL + scoring.ENDOSCOPIC
    said = [
        scoring.diary_days(prepared), scoring.explored(endoscopies), scoring.summary(scores, every),
        scoring.bands(scores, every), scoring.missing(scores, scoring.CLINICAL),
        totals.compared(scores, endoscopies), scoring.contradictions(endoscopies, every[-2:]),
    ]  # fmt: skip
    assert all(isinstance(facts(table, "x"), dict) for table in said)
    save(derived, {"scores": scores})
    return patients, *(read_tidy(derived, one) for one in ("scores", "adverse_events", "imaging"))


def standard_columns():
    """The columns of pairs from tables that have those of every cohort and no row."""
    tables = (
        pd.DataFrame({one.name: tidy.as_kind(pd.Series([], dtype=object), one.kind)
                      for one in tidy.columns(name).values()})
        for name in ("patients", "visits", "diary", "endoscopy")
    )  # fmt: skip
    *_, scores = scored(*tables)
    return {*e.pairs(scores)}


# Not those of a score that a cohort has only where it declares the items.
STANDARD = standard_columns()
EVERY = {name: one for name, one in vars(e).items() if isinstance(one, Endpoint)}
ENDPOINTS = [
    one for one in EVERY.values() if {item.name for item in one.chosen(STANDARD)} <= STANDARD
]


def described(patients, scores, events, imaging, disease):
    """Every table and figure of one disease, and the rates: no exception, no warning."""
    pairs = e.pairs(scores[scores["disease"] == disease])
    started, completed = (f(patients, disease) for f in (estimands.started, estimands.completed))
    chosen = [one for one in ENDPOINTS if one.disease == disease]
    flags = [one(pairs) for one in chosen]
    who = {
        "eligible": [one.eligible(pairs) for one in chosen],
        "population": completed, "started": started,
    }  # fmt: skip
    rates = estimands.rates(flags, disease, **who)
    changes = statistics.changes(pairs, MEASURED[disease])
    table = description.at_baseline(patients, scores, disease, imaging=imaging)
    baseline = description.baseline(table, CHARACTERISTICS[disease])
    scoped = description.scoped_or_not(table, pairs, completed, CHARACTERISTICS[disease])
    flow = description.transitions(pairs, *FLOWS[disease])
    drawn = {
        "rates": figures.rates_forest(rates),
        "changes": figures.paired_changes(pairs, MEASURED[disease][:3], log=["crp_mg_l"]),
        "transitions": figures.transitions({"flow": flow}),
        "segments": figures.endoscopy_by_segment(pairs),
    }
    words = {}
    for name, figure in drawn.items():
        figure.draw_without_rendering()
        words[name] = [text.get_text() for text in figure.findobj(Text) if text.get_text()]
    plt.close("all")
    tables = {
        "flow": description.flow(patients, scores, disease),
        "baseline": baseline, "rates": rates, "changes": changes, "flows": flow,
        "denominators": estimands.denominators(flags, disease, **who),
        "events": safety.adverse_events(
            None if events.empty else events, patients, scores, disease
        ),
        "special": safety.of_special_interest(events, patients, scores, disease),
        "accounting": safety.accounting(events, patients, scores, disease),
        "exposure": safety.exposure_ends(patients, scores, disease, events),
        "scoped": scoped, "not recorded": description.not_recorded(table, CHARACTERISTICS[disease]),
        "layouts": [rates_table(rates), baseline_table(baseline), changes_table(changes),
                    description.scoped_table(scoped)],
        "words": words,
    }  # fmt: skip
    if disease == "CD":
        tables |= {
            "perianal": description.perianal.outcomes(pairs, population=completed, started=started),
            "findings": description.perianal.prevalence(pairs, population=completed),
            "imaging": description.imaging.outcomes(imaging, population=completed),
            "walls": description.imaging.changes(imaging, population=completed),
        }
    return tables | {"pairs": pairs}


@pytest.mark.parametrize("plan", PLANS.values(), ids=list(PLANS))
def test_the_endpoints_of_the_notebooks_are_described_here_and_more(plan):
    assert set(plan.names) <= {one.name for one in ENDPOINTS}
    own = sum(one.disease == plan.disease for one in ENDPOINTS)
    assert own >= {"CD": 24, "UC": 17}[plan.disease]
    always = {one.name for one in scoring.ALWAYS}
    assert always | {f"{name}_baseline" for name in always} <= STANDARD


@pytest.mark.parametrize(("there", "absent"), [("CD", "UC"), ("UC", "CD")])
def test_a_disease_that_no_patient_has_gives_tables_without_a_row(tmp_path, there, absent):
    study = analysed(cut(tmp_path / "raw", of_disease(there)), tmp_path / "derived")
    found = described(*study, absent)
    assert found["flow"]["n"].tolist()[0] == 0
    assert all(found[name].empty for name in ("rates", "baseline", "pairs"))
    assert all(table.empty for table in found["layouts"][:2])
    assert found["changes"]["n"].eq(0).all()
    assert all("no patients" in words for words in found["words"].values())
    kept = described(*study, there)
    assert kept["rates"]["disease"].unique().tolist() == [there]
    assert kept["rates"]["k"].gt(0).any()
    assert not any("no patients" in words for words in kept["words"].values())


@pytest.mark.parametrize(
    "without",
    [("diary",), ("imaging",), ("adverse_events",), ("endoscopy",), OPTIONAL],
    ids=" ".join,
)
def test_what_needs_a_table_that_the_cohort_lacks_is_not_evaluable(tmp_path, without):
    patients, scores, *_ = study = analysed(
        cut(tmp_path / "raw", (*CD[:12], *UC[:12]), without), tmp_path / "derived"
    )
    cd, uc = described(*study, "CD"), described(*study, "UC")
    rates = cd["rates"].set_index(["endpoint", "estimand"])
    shown = {name for name, _ in cd["baseline"].index}
    for table, score, endpoint in (
        ("diary", "cdai", "cdai_remission"), ("endoscopy", "ses_cd", "ses_cd_remission"),
    ):  # fmt: skip
        lacking = table in without
        assert scores[score].isna().all() == lacking
        assert (rates.loc[(endpoint, "as_observed"), "n"] == 0) == lacking
        assert ({"cdai": "CDAI", "ses_cd": "SES-CD"}[score] not in shown) == lacking
    assert ("no values" in cd["words"]["segments"]) == ("endoscopy" in without)
    assert ("no values" in cd["words"]["transitions"]) == ("endoscopy" in without)
    assert ("no values" in cd["words"]["changes"]) == bool({"diary", "endoscopy"} & {*without})
    assert cd["events"].empty == uc["events"].empty == ("adverse_events" in without)
    assert cd["imaging"].empty == cd["walls"].empty == ("imaging" in without)
    assert ("imaging of the bowel wall" in cd["not recorded"]) == ("imaging" in without)
    assert cd["perianal"]["n"].gt(0).all()
    assert uc["rates"]["k"].gt(0).any()
    assert len(patients) == 24


@pytest.mark.parametrize("patients", [(*CD[:3], *UC[:2]), CD[:1], UC[:1]], ids=len)
def test_a_handful_of_patients_is_enough(tmp_path, patients):
    study = analysed(cut(tmp_path / "raw", patients), tmp_path / "derived")
    for disease, those in (("CD", CD), ("UC", UC)):
        found = described(*study, disease)
        assert found["flow"].loc["started", "n"] == len({*patients} & {*those})
        assert found["changes"]["low"].isna().all()


def test_a_patient_who_never_came_back_is_described(tmp_path):
    stopped = next(one["Patient ID"] for one in rows("patients") if one["Stop date"])
    folder = cut(tmp_path / "raw", (stopped, (UC if stopped in CD else CD)[0]))
    came = [row for row in rows("visits", folder) if row["Patient ID"] == stopped]
    assert [row["Visit"] for row in came] == ["baseline"]
    found = described(*analysed(folder, tmp_path / "derived"), "CD" if stopped in CD else "UC")
    assert found["pairs"].index.tolist() == [stopped]
    assert found["rates"]["k"].eq(0).all()


def test_dates_that_cannot_be_true_together_are_found_and_kept(tmp_path):
    first, second, third = CD[:3]
    changed = {
        ("patients", first, "CD"): {"Stop date": "2023-01-01", "Start date": "2023-02-03"},
        ("visits", first, "baseline"): {"Visit date": "2022-12-01"},
        ("visits", third, "week 12"): {"Visit date": "2023-01-02"},
        ("adverse_events", second, "acne"): {"Onset": "2022-02-23"},
        ("diary", second, rows_of("diary", second)[0]["Date"]): {"Date": "2022-01-21"},
    }
    queries = cleaning.clean(read_cohort(cut(tmp_path, CD[:3], changed=changed))).queries
    found = queries[queries["problem"] == "date out of order"]
    assert found["action"].unique().tolist() == ["kept"]
    assert found["old"].equals(found["new"])
    assert found[["table", "patient_id", "visit", "column", "old", "why"]].values.tolist()[:4] == [
        ["patients", first, "", "stop_date", "2023-01-01", "before start_date"],
        ["visits", first, "baseline", "date", "2022-12-01", "more than 60 days before start_date"],
        ["visits", third, "week12", "date", "2023-01-02", "before the baseline visit"],
        ["diary", second, "", "date", "2022-01-21", "more than 60 days from every visit"],
    ]
    assert found.iloc[-1][["table", "patient_id", "column", "old"]].tolist() == [
        "adverse_events", second, "onset_date", "2022-02-23",
    ]  # fmt: skip
    assert set(found[4:-1]["table"]) == {"diary"}  # of the third, whose visit has moved away


def rows_of(table, patient):
    return [row for row in rows(table) if row["Patient ID"] == patient]


def test_no_mark_of_a_rate_of_0_or_100_percent_is_cut():
    flags = [pd.Series([met] * 9, dtype="boolean", name=f"all_{met}") for met in (True, False)]
    [axes] = figures.rates_forest(estimands.rates(flags, "CD")).axes
    marks = [line for line in axes.lines if line.get_marker() not in ("None", "")]
    assert {line.get_xdata()[0] for line in marks} == {0, 100}
    assert not any(line.get_clip_on() for line in marks)
    plt.close("all")


def test_the_whole_chain_runs_on_a_cohort_of_one_disease(tmp_path):
    for part in ("notebooks", "src", "tools"):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(ROOT / part, tmp_path / part, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    cut(tmp_path / "data" / "raw" / "crohn", CD)
    said = subprocess.run(
        [sys.executable, "-m", "ibd_scores.study", "run", "--cohort", "crohn"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path / "src"), "IBD_SCORES_ROOT": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    derived = tmp_path / "data" / "derived" / "crohn"
    assert read_tidy(derived, "rates")["disease"].unique().tolist() == ["CD"]
    assert len([*(derived / "figures").glob("*.pdf")]) == 14
    assert Path(derived, "notebooks", "04_uc_outcomes.ipynb").is_file()
