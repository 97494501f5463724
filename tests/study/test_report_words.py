"""The words of a report: methods that follow the run, references, and text that is harmless."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from ibd_scores.study import harmless
from ibd_scores.study.report import grid, page, pdf, references
from ibd_scores.study.report.methods import Used, methods
from ibd_scores.study.report.references import References

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


USED = Used("cd", 80, ("exact",), ("cdai", "crp_mg_l"), {"confirmatory": ("Holm", 2)})
CHOSEN = {"primary": "endoscopic_response", "estimand": "non_responder_started",
          "crp_limit": 5.0, "calprotectin_limit": 250.0}  # fmt: skip
SCORING = {"min_days": 4, "hematocrit_floored": False, "weight_floor": -10.0}


def told(used=(USED,), **chosen):
    parameters = {
        "02_scoring": {name: chosen.get(name, value) for name, value in SCORING.items()},
        "03_cd_outcomes": {name: chosen.get(name, value) for name, value in CHOSEN.items()},
    }
    found = methods(parameters, used, {"python": "3.11.7", "numpy": "2.4.6"}, References())
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
