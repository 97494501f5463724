"""The words of a report: methods that follow the run, references, and text that is harmless."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from ibd_scores.study import harmless
from ibd_scores.study.report import assembling, grid, page, pdf, references
from ibd_scores.study.report.methods import methods
from ibd_scores.study.report.references import References
from ibd_scores.study.report.used import Used

REPOSITORY = Path(__file__).resolve().parents[2]
HOSTILE = (
    "<script>alert(1)</script>", "=cmd()", "\u202eevil\u2066 \u200frash", "long " * 2000,
    '"><img src=x onerror=alert(1)>', "A" * 10_000,
)  # fmt: skip


def test_no_pdf_is_told_in_words_and_is_no_failure(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert "neither chromium nor weasyprint" in pdf.write(tmp_path / "a.html", tmp_path / "a")
    assert [*tmp_path.iterdir()] == []


def contrast(one, other):
    def luminance(color):
        digits = color[1:] if len(color) == 7 else "".join(2 * sign for sign in color[1:])
        parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_all_colours_of_text_are_told_from_the_page():
    style = Path(page.__file__).with_name("page.css").read_text("utf-8")
    blocks = re.findall(r":root \{([^}]*)\}", style)
    assert len(blocks) == 3
    for block in blocks:
        colors = dict(re.findall(r"--(\w+): (#\w+)", block))
        for name in ("ink", "soft", "link", "mark"):
            assert contrast(colors[name], colors["page"]) >= 4.5


USED = Used("cd", 80, intervals=("exact",), tested=("cdai", "crp_mg_l"),
            families={"confirmatory": ("Holm", 2)})  # fmt: skip
CHOSEN = {"primary": "endoscopic_response", "estimand": "non_responder_started",
          "crp_limit": 5.0, "calprotectin_limit": 250.0}  # fmt: skip
SCORING = {"min_days": 4, "hematocrit_floored": False, "weight_floor": -10.0}


DECLARED = {"patients": {"height_m", "sex"}, "diary": {"liquid_stools", "endoscopy"}}


def told(used=(USED,), declared=DECLARED, score_source="items", **chosen):
    parameters = {
        "02_scoring": {name: chosen.get(name, value) for name, value in SCORING.items()},
        "03_cd_outcomes": {name: chosen.get(name, value) for name, value in CHOSEN.items()},
        "04_uc_outcomes": CHOSEN | {"primary": "endoscopic_improvement"},
    }
    found = methods(parameters, used, {"python": "3.11.7", "numpy": "2.4.6"}, References(),
                    declared=declared, score_source=score_source)  # fmt: skip
    return "\n".join(text for _, text in found)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"primary": "ses_cd_remission"}, "Primary endpoint: Endoscopic remission (SES-CD ≤ 2)"),
        ({"estimand": "as_observed"}, "under the estimand as observed"),
        ({"crp_limit": 8.0}, "CRP < 8 mg/L"),
        ({"calprotectin_limit": 100.0}, "fecal calprotectin < 100 µg/g"),
        ({"min_days": 6}, "at least 6 of the seven days"),
        ({"hematocrit_floored": True}, "A high hematocrit subtracts nothing"),
        ({"weight_floor": 0.0}, "deficit is 0 %"),
    ],
    ids=str,
)
def test_another_parameter_gives_another_text(chosen, words):
    assert words not in told()
    assert words in told(**chosen)
    departs = bool({*chosen} & {"primary", "estimand"})
    assert ("departs from the plan" in told(**chosen)) == departs


def test_the_methods_say_what_was_used_and_of_what_was_not_why():
    def written(**fields):
        return told([replace(USED, **fields)])

    assert "from the exact distribution of" in written()
    assert "from the normal approximation of" in written(intervals=("normal approximation",))
    assert "2 tests in the confirmatory family (Holm [" in written()
    assert "imputed 50 times" in written(imputed="50")
    assert "imputed" not in written()
    assert "no multiple imputation: 3 patients" in written(
        not_imputed="No multiple imputation: 3 patients"
    )
    nothing = written(tested=(), families={})
    assert "No test was possible" in nothing
    assert "Wilcoxon" not in nothing
    assert "Nobody with this disease started" in written(started=0)
    assert "python 3.11.7" in written()


def test_the_methods_say_whom_the_primary_endpoint_leaves_out():
    entry = (
        "whoever is known to have had an SES-CD without narrowing below 6 at baseline (below 4 in "
        "isolated ileal disease)"
    )
    assert entry in told()
    assert "(Endoscopic response (U-EXCEL), Endoscopic remission (SES-CD ≤ 2)," in told()
    colitis = told([Used("uc", 26, tested=("mayo_adapted",))])
    assert "SES-CD" not in colitis
    assert "hematocrit" not in colitis
    assert "diary item" not in colitis


def test_the_methods_say_what_an_intercurrent_event_is_and_for_whom_it_counts():
    text = told()
    assert "worst case: of all who started, every missing result and every intercurrent" in text
    assert (
        "a new systemic corticosteroid (taken at week 12 and recorded as not taken at baseline). "
        "Surgery, another biologic and death count only where they are recorded as a reason for "
        "stopping."
    ) in text
    assert "Markers of inflammation are told as observed only" in text
    assert "of those who had neither stopped nor begun a systemic corticosteroid" in told(
        [replace(USED, imputed="50")]
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"steroid": True}, "takes no systemic corticosteroid at week 12: Clinical remission"),
        ({"perianal": True}, "Perianal disease: of those with a fistula or an abscess at baseline"),
        ({"described": ("transmural_response_ultrasound",)},
         "Transmural response (ultrasound), thickest wall of the segments diseased"),
        ({"described": ("transmural_response_ultrasound",)}, "and each of those of the bowel wall"),
        ({"scoped": True}, "standardized differences: of proportions, and of mean ranks"),
        ({"events": True}, "in those who stopped, up to 30 days after stopping"),
        ({"events": True, "special": True},
         "herpes zoster, venous thromboembolism, major adverse cardiovascular event, creatine "
         "kinase increased and lipids increased; percentages of patients with Clopper-Pearson's"),
        ({"predictors": ("age",)}, "from 500 bootstrap samples (seed 12)"),
        ({"audited": 4}, "4 published percentages were audited"),
        ({"not_audited": 1}, "1 published figure could not be: no percentage is printed"),
    ],
    ids=str,
)  # fmt: skip
def test_what_was_used_is_told_and_nothing_else(fields, words):
    assert words not in told()
    assert words in told([replace(USED, **fields)])


def test_the_scores_are_told_as_the_cohort_recorded_them():
    assert "before a visit, days of endoscopy left out." in told()
    bare = told(declared={"visits": {"standard_weight_kg"}}, score_source="items_else_recorded")
    assert "diary item" not in bare
    assert "where an item is missing, the total that the centre recorded counts" in bare
    assert "is 22.1 (men) or 20.8 (women) × height in m squared" in told()
    assert "standard weight" not in bare
    assert (
        "Bands are the first that fits: SES-CD inactive < 3, mild < 7, moderate < 16, else severe; "
        "CDAI remission < 150, mild < 220, moderate ≤ 450, else severe."
    ) in told()
    assert (
        "Full Mayo score remission ≤ 2 and no subscore above 1, remission criteria not met ≤ 2, "
        "mild < 6, moderate < 11, else severe."
    ) in told([Used("uc", 26)])


def test_a_departure_from_the_plan_and_the_reach_of_the_readings_stand_in_the_answer():
    departs = "This departs from the plan, which names Endoscopic response (U-EXCEL), worst case."
    said = {
        "cd-primary": ["Primary endpoint, so: 1 of 2 (50 %).", departs, "If every 50 %."],
        "cd-spread": ["9 specifications were run.", "By every defensible reading: 40 to 60 %."],
        "cd-changed": ["CDAI: improvement 9."],
    }
    run = SimpleNamespace(
        said=said.__getitem__,
        table=lambda cell: None,
        rows=lambda table: [{"step": "started", "n": 2}],
    )
    answer = assembling._Assembly(run)._answer([USED]).replace("\N{NO-BREAK SPACE}", " ")
    assert f"1 of 2 (50 %). {departs}" in answer
    assert "By every defensible reading: 40 to 60 %." in answer
    assert answer.endswith(
        "Defensible readings take other rules, visit windows and ways to count, so that they may "
        "lie beyond worst and best case.</p>"
    )
    del said["cd-primary"][1]
    assert "departs" not in assembling._Assembly(run)._answer([USED])


def test_a_limit_that_was_chosen_is_not_credited_to_a_guideline():
    said = (
        "CRP < 8 mg/L (limit chosen for this analysis; STRIDE-II: the laboratory's upper limit of "
        "normal) ["
    )
    assert said in told(crp_limit=8.0)
    said = (
        "< 100 µg/g (limit chosen for this analysis; STRIDE-II: 250 µg/g, in its text 100 to 250)"
    )
    assert said in told(calprotectin_limit=100.0)
    both = [USED, Used("uc", 26)]
    assert told(both).count("Normal at week 12 is: CRP") == 1
    assert "Crohn's disease. Normal at week 12 is: CRP < 8 mg/L" in told(both, crp_limit=8.0)
    assert "the laboratory's own" not in told()


def test_zeros_are_dropped_and_beside_it_ranked_and_limits_enter_on_both_sides():
    text = told()
    assert re.search(r"zeros dropped \[\d+\], beside it with zeros ranked \(Pratt\) \[\d+\]", text)
    assert re.search(r"enters as the limit/√2 \[\d+\], one above it as the limit\.", text)


def test_the_papers_of_the_methods_are_those_of_the_documentation():
    documented = (REPOSITORY / "docs" / "statistics.md").read_text("utf-8")
    own = [
        value
        for name, value in vars(references).items()
        if name.isupper() and isinstance(value, str) and name[0] != "_" and name != "STROBE"
    ]
    assert len(own) > 20
    for citation in own:
        assert (references.doi(citation) or citation) in documented


def test_a_long_table_is_cut_and_says_so():
    rows = tuple((str(place), "1") for place in range(page.MOST_ROWS + 7))
    html = page.table("t", "Terms", grid.Grid(("term", "n"), 1, rows), source="cd_events.csv")
    assert html.count("<tr>") == page.MOST_ROWS + 1
    assert "7 more rows are not shown: cd_events.csv has them" in html


def test_labels_that_several_rows_share_are_written_once():
    rows = (("all", "a", "1"), ("all", "b", "2"), ("some", "a", "3"))
    html = page.table("t", "Rates", grid.Grid(("among", "", "n"), 2, rows))
    assert html.count('<th scope="row" rowspan="2">all</th>') == 1
    assert html.count(">all<") == 1
    assert "<td></td>" in html


def test_a_long_text_that_rows_repeat_is_a_lettered_note_below_the_table():
    told = "Randomized; all had failed or not tolerated a biologic <before> they entered."
    rows = (("drug", "45.5", told), ("placebo", "<13", told), ("ours", "–", "All started."))
    html = page.table("t", "Rates", grid.Grid(("arm", "%", "note"), 1, rows))
    assert html.count("Randomized; all") == 1
    assert '<ol class="note" type="a"><li>Randomized; all' in html
    assert html.count("<td>a</td>") == 2
    assert "<td>All started.</td>" in html
    assert '<th scope="col" class="number">%</th>' in html
    assert html.count('<td class="number">') == 3
    sums = tuple((str(place), 64 * "a") for place in range(2))
    assert "<ol" not in page.table("t", "Files", grid.Grid(("file", "SHA-256"), 1, sums))


def test_text_of_any_kind_is_one_harmless_line():
    for hostile in HOSTILE:
        found = harmless.shown(hostile)
        assert "<" not in found
        assert not found.startswith("=")
        assert len(harmless.plain(hostile)) <= harmless.LONGEST
