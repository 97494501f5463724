"""Exploring in a live session: a patient's course, and the panel; never in stored outputs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

mpl.use("Agg")

import matplotlib.pyplot as plt

from ibd_scores import endpoints
from ibd_scores.endpoint import Endpoint
from ibd_scores.entries import ENTRIES
from ibd_scores.study import chain, evaluability, paths
from ibd_scores.study.analysis import Analysis
from ibd_scores.study.chain import notebooks
from ibd_scores.study.estimands import ESTIMANDS
from ibd_scores.study.explore import course, explore
from ibd_scores.study.explore.panel import NOBODY, forest
from ibd_scores.study.explore.question import SUBGROUPS, Subgroup, answer, readings
from ibd_scores.study.explore.verdicts import verdicts
from ibd_scores.study.plan import PLANS
from ibd_scores.study.tidy import read_tidy, save

PNG = b"\x89PNG"


@pytest.fixture(scope="module")
def analyses(scored_cohort: Path) -> dict[str, Analysis]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IBD_SCORES_ROOT", str(scored_cohort))
        return {one: Analysis(one, "upadacitinib", plan.primary) for one, plan in PLANS.items()}


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


# ----------------------------------------------------------------------------- the course


@pytest.mark.parametrize(
    ("patient_id", "parts"),
    [
        ("P001", ["Diary", "-7", "liquid stools", "transverse", "ulcer size", "CDAI: mild → mild",
                  "HBI", "PRO2", "hematocrit deficit"]),
        ("P004", ["No diary was kept.", "endoscopic subscore", "vascular pattern",
                  "Full Mayo score", "UCEIS", "physician global"]),
    ],
)  # fmt: skip
def test_a_course_draws_every_part_on_one_sheet(patient_id, parts, shipped):
    figure = course(patient_id)
    said = words(figure)
    for part in [*parts, "CRP, mg/L; normal < 5", "ESR, mm/h", "Points that make", "Simulated"]:
        assert any(part in text for text in said), part
    disease = "CD" if patient_id == "P001" else "UC"
    verdict = {"met", "not met", "not evaluable"}
    assert sum(text in verdict for text in said) == len(PLANS[disease].endpoints)
    assert [axes.get_yscale() for axes in figure.axes[1:]] == ["log"] * 3


@pytest.mark.parametrize("patient_id", ["P002", "P004"])
def test_nothing_of_a_course_lies_outside_of_the_sheet(patient_id, shipped):
    figure = course(patient_id)
    figure.canvas.draw()
    for text in (one for axes in figure.axes[:1] for one in axes.texts):
        box = text.get_window_extent()
        assert figure.bbox.x0 <= box.x0, text
        assert box.x1 <= figure.bbox.x1, text
        assert figure.bbox.y0 <= box.y0, text
        assert box.y1 <= figure.bbox.y1, text
        assert text.get_fontsize() >= 7


def test_a_course_is_shown_once_by_a_notebook(shipped):
    course("P001")
    assert plt.get_fignums() == []


@pytest.mark.parametrize("asked", ["p001", "P1", "P0001"])
def test_an_unknown_patient_is_told_those_near_to_it(asked, shipped):
    with pytest.raises(ValueError, match=rf"'{asked}' is not in upadacitinib; near to it: P001"):
        course(asked)


def test_a_patient_unlike_any_is_told_how_they_are_called(shipped):
    with pytest.raises(ValueError, match="it has 106, the first is P001"):
        course("zzz")


def test_a_cohort_that_was_not_run_is_named(shipped):
    with pytest.raises(FileNotFoundError, match="run the notebooks before"):
        course("P001", cohort="nowhere")


# ----------------------------------------------------------------------------- the verdicts


def of(analysis: Analysis, patient_id: str):
    return {one.endpoint: one for one in verdicts(analysis, patient_id)}


def test_a_verdict_says_the_values_and_the_rule(analyses):
    found = of(analyses["CD"], "P001")["cdai_response_100"]
    assert found.verdict == "not met"
    assert found.reason == "CDAI: 188 → 193 (rule: CDAI down by at least 100)"


def test_who_stopped_is_not_evaluable_for_that_reason(analyses):
    found = of(analyses["CD"], "P029")
    assert {one.verdict for one in found.values()} == {"not evaluable"}
    assert {one.reason for one in found.values()} == {"stopped before week 12"}


def test_what_is_missing_is_named_with_its_visit(analyses):
    found = of(analyses["UC"], "P004")
    assert found["mayo_remission"].reason == "week 12: no full Mayo score"
    assert found["partial_mayo_remission"].verdict == "met"


@pytest.mark.parametrize("disease", PLANS)
def test_verdicts_and_reasons_are_those_of_the_tables(disease, analyses):
    analysis = analyses[disease]
    some = analysis.started[::4]
    told = {who: of(analysis, who) for who in some}
    for one in analysis.plan.endpoints:
        flags = one(analysis.pairs).reindex(some)
        expected = flags.map({True: "met", False: "not met"}).fillna("not evaluable")
        assert [told[who][one.name].verdict for who in flags.index] == expected.to_list()
    reasons = evaluability.reasons(
        analysis.plan.endpoints, analysis.pairs,
        population=analysis.completed.intersection(some), started=some,
    )  # fmt: skip
    assert len(reasons)
    for (name, why), n in reasons["n"].items():
        own = [each[name] for each in told.values() if each[name].verdict == "not evaluable"]
        assert sum(one.reason.startswith(str(why)) for one in own) >= n, (name, why)


def test_who_could_not_meet_an_endpoint_is_told_to_be_in_no_denominator(analyses):
    analysis = analyses["CD"]
    able = endpoints.hbi_remission.eligible(analysis.pairs)
    who = able.index[~able & able.index.isin(analysis.completed)][0]
    found = of(analysis, who)["hbi_remission"]
    assert "Not in the denominator: met at baseline already, or out of reach" in found.reason


# ----------------------------------------------------------------------------- the panel


@pytest.fixture
def panel(shipped):
    pytest.importorskip("ipywidgets", reason="ipywidgets is not installed")
    return explore()


def controls(panel):
    endpoint, estimand, crp, calprotectin, subgroup, table, picture = panel.children
    return endpoint, estimand, crp, calprotectin, subgroup, table, picture


def test_table_and_figure_follow_every_control(panel):
    endpoint, estimand, crp, _, subgroup, table, picture = controls(panel)
    assert "44/60 (73.3 %, 61.0 to 82.9)" in table.value
    changes = [
        (estimand, "non_responder"),
        (subgroup, "sex"),
        (endpoint, ("UC", "endoscopic_improvement")),
        (endpoint, ("CD", "crp_normal")),
        (crp, 8),
    ]
    for control, value in changes:
        before = table.value, bytes(picture.value)
        control.value = value
        assert table.value != before[0], value
        assert bytes(picture.value) != before[1], value
        assert bytes(picture.value).startswith(PNG)
    assert "CRP &lt; 8 mg/L, of those abnormal at baseline" in table.value
    assert "female" in table.value


def test_a_limit_can_be_set_only_where_the_endpoint_has_one(panel):
    endpoint, _, crp, calprotectin, *_ = controls(panel)
    shown = {}
    for name in ("cdai_remission", "crp_normal", "calprotectin_normal", "biochemical_remission"):
        endpoint.value = ("CD", name)
        shown[name] = [box.layout.display != "none" for box in (crp, calprotectin)]
    assert shown == {
        "cdai_remission": [False, False],
        "crp_normal": [True, False],
        "calprotectin_normal": [False, True],
        "biochemical_remission": [True, True],
    }


def test_a_subgroup_that_nobody_is_in_is_said_in_words(shipped, tmp_path, monkeypatch):
    pytest.importorskip("ipywidgets", reason="ipywidgets is not installed")
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "pyproject.toml").touch()
    raw = paths.raw("upadacitinib")
    tables = {path.stem: read_tidy("upadacitinib", path.stem) for path in shipped.glob("*.csv")}
    monkeypatch.setenv("IBD_SCORES_ROOT", str(tmp_path))
    paths.raw("men").parent.mkdir(parents=True)
    paths.raw("men").symlink_to(raw)
    patients = tables["patients"]
    save("men", tables | {"patients": patients[patients["sex"] == "male"]})
    _, _, _, _, subgroup, table, picture = controls(explore("men"))
    subgroup.value = "sex"
    assert re.search(rf"female</th>\s*<td[^>]*>{NOBODY}</td>", table.value)
    assert bytes(picture.value).startswith(PNG)


@pytest.mark.parametrize("disease", PLANS)
@pytest.mark.parametrize("estimand", ESTIMANDS)
def test_everyone_gives_the_rates_of_the_notebooks(disease, estimand, analyses):
    analysis = analyses[disease]
    rates = analysis.rates().set_index(["endpoint", "estimand"])
    for name in analysis.plan.names:
        reading = readings(analysis)[name]
        found = answer(analysis, reading, estimand, SUBGROUPS["everyone"]).iloc[0]
        expected = rates.loc[(name, estimand)]
        assert (found["k"], found["n"]) == (expected["k"], expected["n"])


def test_a_marker_is_asked_of_those_in_whom_it_was_abnormal(analyses):
    markers = analyses["CD"].normalized()
    expected = markers[markers["among"] == "abnormal at baseline"].set_index("endpoint")
    reading = readings(analyses["CD"])["crp_normal"]
    found = answer(analyses["CD"], reading, "as_observed", SUBGROUPS["everyone"]).iloc[0]
    assert found["k"] == expected["k"]["crp_normalized"]
    assert found["n"] == expected["n"]["crp_normalized"]


@pytest.mark.parametrize("name", SUBGROUPS)
def test_the_levels_of_a_subgroup_are_everyone(name, analyses):
    reading = readings(analyses["CD"])["cdai_remission"]
    of_all, parts = (
        answer(analyses["CD"], reading, "non_responder_started", SUBGROUPS[one])[["k", "n"]].sum()
        for one in ("everyone", name)
    )
    assert parts.equals(of_all)


def test_whose_subgroup_is_not_known_has_a_row_of_its_own(analyses):
    unknown = Subgroup(("yes",), lambda table: pd.Series(None, table.index, dtype="str"))
    rates = answer(
        analyses["CD"], readings(analyses["CD"])["cdai_remission"], "as_observed", unknown
    )
    assert rates["subgroup"].to_list() == ["yes", "not recorded"]
    assert rates["n"].to_list()[0] == 0
    assert NOBODY in words(forest(rates))


def test_without_ipywidgets_it_says_how_to_install_it(shipped, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match=re.escape('pip install "ibd-scores[lab]"')):
        explore()


# ----------------------------------------------------------------------------- where outputs stay


@pytest.mark.parametrize("show", [lambda: course("P001"), explore], ids=["course", "explore"])
def test_the_chain_is_refused(show, shipped, monkeypatch, capsys):
    monkeypatch.setenv(paths.RECORD, "somewhere")
    assert show() is None
    assert "for a live session only, and this notebook is run by the chain" in (
        capsys.readouterr().out
    )


def test_a_kernel_that_nbval_started_is_refused():
    """Such a kernel inherits what pytest says in the environment, and has not loaded pytest."""
    assert "PYTEST_VERSION" in os.environ
    code = "from ibd_scores.study.explore import course; print(course('P001'))"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert "run by the comparison of the notebooks" in said
    assert said.endswith("None\n")


@pytest.mark.parametrize("stage", chain.STAGES)
def test_no_stored_notebook_calls_them(stage):
    notebook = notebooks.read(chain.stored(paths.root(), stage))
    for cell in notebooks.code(notebook):
        assert not re.search(r"\b(explore|course)\b", notebooks.source(cell))
        assert "application/vnd.jupyter.widget" not in json.dumps(cell["outputs"])
    assert "widgets" not in notebook["metadata"]


# ----------------------------------------------------------------------------- cards


ENDPOINTS = [one for one in vars(endpoints).values() if isinstance(one, Endpoint)]


def test_cards_take_every_color_from_the_theme():
    for entry in [*ENTRIES.values(), *ENDPOINTS]:
        html = entry._repr_html_()
        assert set(re.findall(r'style="([^"]*)"', html)) <= {"text-align: left"}, entry
        assert set(re.findall(r"<(\w+)", html)) <= {
            "div", "h4", "p", "strong", "table", "thead", "tbody", "tr", "th", "td"
        }, entry  # fmt: skip
        assert not re.search(r"<[^>]*(bgcolor|color|class)=", html), entry
