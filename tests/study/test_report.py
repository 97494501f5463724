"""The report: what it holds, that it follows the run, and that no text in a cohort can harm it."""

import csv
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest

from ibd_scores import endpoints
from ibd_scores.entries import ENTRIES
from ibd_scores.study import report
from ibd_scores.study.chain import provenance
from ibd_scores.study.layouts import rates_table
from ibd_scores.study.plan import PLANS
from ibd_scores.study.report import assembling, contents, strobe
from ibd_scores.study.report.source import Run, planned

REPOSITORY = Path(__file__).resolve().parents[2]
SHIPPED = REPOSITORY / "data" / "raw" / "upadacitinib"
HOSTILE = (
    "<script>alert(1)</script>", "=cmd()", "\u202eevil\u2066 \u200frash", "long " * 2000,
    '"><img src=x onerror=alert(1)>',
)  # fmt: skip
# Of one patient these are whatever somebody typed; dates and names of visits are left.
TYPED = {
    "patients": ("Sex", "Smoking", "UC extent", "Stop reason"),
    "visits": ("CRP unit", "Fever"),
    "imaging": ("Stratification",),
}
VOID = {"meta", "img", "link", "br", "wbr"}


class Page(HTMLParser):
    """A page taken apart: elements must close, and what is asked of them is counted."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.ids, self.headings, self.words, self.open = [], [], [], [], []
        self.cells = {}
        self._table = ""
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.append((tag, found))
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "table":
            self._table = found["id"]
            self.cells[self._table] = []
        if tag == "tr" and self._table:
            self.cells[self._table].append([])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag
        if tag == "table":
            self._table = ""

    def handle_data(self, data):
        self.words.append(data)
        if self.open and self.open[-1] in ("td", "th"):
            self.cells[self._table][-1].append(data)

    def all(self, tag):
        return [found for name, found in self.tags if name == tag]

    @property
    def text(self):
        return " ".join(self.words)


def few(folder):
    """Write three patients with Crohn's disease and two with colitis, with hostile text."""
    tables = {}
    for path in SHIPPED.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.stem] = [*csv.DictReader(file)]
    crohn, colitis = ([one for one in tables["patients"] if one["Diagnosis"] == name]
                      for name in ("CD", "UC"))  # fmt: skip
    stopped = next(one for one in crohn if one["Stop reason"])["Patient ID"]
    kept = {stopped, *(one["Patient ID"] for one in (*crohn[:2], *colitis[:2]))}
    folder.mkdir(parents=True)
    for name in ("patients", "visits", "diary", "endoscopy", "adverse_events", "imaging"):
        rows = [row for row in tables[name] if row["Patient ID"] in kept]
        for place, row in enumerate(rows):
            typed = TYPED.get(name, ()) if row["Patient ID"] == stopped else ()
            row |= {heading: HOSTILE[at % len(HOSTILE)] for at, heading in enumerate(typed)}
            if name == "adverse_events":
                row |= {"Event": HOSTILE[place % len(HOSTILE)], "Action": HOSTILE[0]}
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, [*tables[name][0]])
            writer.writeheader()
            writer.writerows(rows)
    declared = (SHIPPED / "cohort.toml").read_text("utf-8")
    hostile = f"title = '''{HOSTILE[0]} {HOSTILE[2]} {HOSTILE[4]}'''"
    (folder / "cohort.toml").write_text(re.sub("(?m)^title.*$", lambda _: hostile, declared))


def command(root, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "ibd_scores.study", *arguments], cwd=root, check=False,
        env=os.environ | {"PYTHONPATH": str(root / "src"), "IBD_SCORES_ROOT": str(root)},
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with the shipped cohort and one of five patients, both run."""
    root = tmp_path_factory.mktemp("report")
    for part in ("notebooks", "src", "tools"):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(REPOSITORY / part, root / part, ignore=ignored)
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(REPOSITORY / name, root)
    shutil.copytree(SHIPPED, root / "data" / "raw" / "upadacitinib")
    few(root / "data" / "raw" / "few")
    refused = command(root, "report", "--cohort", "few")
    assert refused.returncode == 2
    assert "has not run" in refused.stderr
    said = command(root, "batch", "--cohort", "upadacitinib", "--cohort", "few", "--jobs", "2")
    assert said.returncode == 0, said.stdout + said.stderr
    return root


@pytest.fixture(scope="module")
def run(project):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IBD_SCORES_ROOT", str(project))
        yield Run(planned(project))


@pytest.fixture(scope="module")
def made(run):
    return report.assemble(run)


@pytest.fixture(scope="module")
def shown(made):
    return Page(made.html)


@pytest.fixture(scope="module")
def small(project):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IBD_SCORES_ROOT", str(project))
        yield report.assemble(Run(planned(project, "few")))


def test_the_sections_stand_in_order_and_the_answer_first(shown):
    assert [name for name in shown.ids if name in assembling.SECTIONS] == [*assembling.SECTIONS]
    assert len(shown.all("dt")) == 5
    assert [found["href"][1:] for found in shown.all("a")][:15] == [
        "answer", *assembling.SECTIONS,
    ]  # fmt: skip


def test_every_cell_that_a_report_takes_over_is_in_a_notebook(run):
    cells = [f"cd-{name}" for part in (contents.FLOW, contents.BASELINE, contents.OUTCOMES,
             contents.BIOMARKERS, contents.SAFETY, contents.ROBUSTNESS, contents.AUDIT)
             for name in part]  # fmt: skip
    drawn = [one for part in contents.FIGURES.values() for one in part]
    for cell in [*cells, *contents.REPAIRS, *(one.numbers for one in drawn)]:
        assert run.table(cell) is not None, cell
    there = {path.stem for path in (run.plan.derived / "figures").glob("*.png")}
    assert there == {one.name for one in drawn}


def test_a_report_written_twice_by_the_command_is_the_same_bytes(project):
    folder = project / "data" / "derived" / "upadacitinib" / "report"
    before = []
    for _ in range(2):
        said = command(project, "report")
        assert said.returncode == 0, said.stderr
        assert said.stdout.splitlines() == [
            f"data/derived/upadacitinib/report/{name}"
            for name in ("report.html", "references.bib", "methods.txt")
        ]
        before.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert before[0] == before[1]


@pytest.mark.parametrize("which", ["made", "small"])
def test_the_page_needs_nothing_else_and_can_be_read_by_all(which, request):
    html = request.getfixturevalue(which).html
    shown = Page(html)
    assert {tag for tag, _ in shown.tags}.isdisjoint({"script", "link", "iframe", "object", "form"})
    assert all(found["src"].startswith("data:image/png;base64,") for found in shown.all("img"))
    linked = [found["href"] for found in shown.all("a")]
    assert all(re.match("#|https://doi.org/10[.]", one) for one in linked)
    assert {one[1:] for one in linked if one[0] == "#"} <= {*shown.ids}
    assert not re.search(r"url\(|@import| on\w+=\"", html)
    assert len(shown.ids) == len({*shown.ids})
    assert shown.all("html") == [{"lang": "en"}]
    assert shown.headings[0] == 1
    assert shown.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(shown.headings, shown.headings[1:], strict=False))
    assert all(found.get("scope") in ("row", "col") for found in shown.all("th"))
    assert len(shown.all("caption")) == len(shown.all("table"))
    assert all(len(found["alt"]) > 40 for found in shown.all("img"))
    assert len(shown.all("figcaption")) == len(shown.all("figure")) == len(shown.all("img")) > 10
    said = html.count(assembling.SIMULATED)
    assert said == 1 + len(assembling.NUMBERS)


def test_no_code_name_is_read_outside_the_lists_of_files_columns_and_parameters(made):
    names = {one for one in (*ENTRIES, *vars(endpoints)) if "_" in one}
    assert {"partial_mayo_remission", "mayo_full"} <= names
    sections = dict(re.findall(r'(?s)<section id="(\w+)"(.*?)</section>', made.html))
    assert [*sections] == [*assembling.SECTIONS]
    for section, html in sections.items():
        seen = Page(f"<section {html}</section>")
        words = {*re.findall(r"\w+", f"{seen.text} {[one['alt'] for one in seen.all('img')]}")}
        if section not in ("repairs", "versions"):
            assert not names & words, section
    assert not names & {*re.findall(r"\w+", made.methods)}
    assert "healing in STRIDE-II is Endoscopic remission (subscore 0)" in made.methods


def test_every_printed_page_has_a_number_and_says_that_the_cohort_is_simulated(made, small):
    style = made.html.split("</style>")[0]
    assert "counter(page)" in style
    foot = re.search(r'@bottom-left { content: "([^"]*)"; }', style)[1]
    text = re.sub(r"\\([0-9a-f]+) ", lambda sign: chr(int(sign[1], 16)), foot)
    assert text == f"Upadacitinib induction, one centre (simulated): {assembling.SIMULATED}"
    assert small.html.count("<style>") == small.html.count("</style>") == 1
    foot = re.search(r"@bottom-left { content: (.*?); }", small.html)[1]
    assert re.fullmatch(r'"[\w \\]*"', foot)


@pytest.mark.parametrize("disease", PLANS)
def test_the_rates_on_the_page_are_those_of_the_table(run, shown, disease):
    rates = pd.read_csv(run.plan.derived / "rates.csv")
    laid_out = rates_table(rates[rates["disease"] == disease])
    heads, *rows = shown.cells[f"{disease.lower()}-rates"]
    assert heads[1:] == [*laid_out.columns]
    assert [row[0].removesuffix(" †") for row in rows] == [*laid_out.index]
    assert [row[1:] for row in rows] == laid_out.astype(str).to_numpy().tolist()
    assert len(rows) == len(PLANS[disease].endpoints)


def test_the_methods_and_versions_of_a_report_are_those_of_its_run(run, made):
    found = provenance.read(run.plan.derived)
    assert f"numpy {found['versions']['numpy']}" in made.methods
    assert "1,620 specifications" in made.methods
    for name, one in found["raw"].items():
        assert name in made.html
        assert one["sha256"] in made.html.replace("<wbr>", "")
    assert made.methods.count("[1]") > 1


def test_every_item_of_strobe_has_a_place(shown):
    numbers = [one.number for one in strobe.ITEMS]
    assert len(numbers) == len({*numbers})
    assert {re.match(r"\d+", one)[0] for one in numbers} == {*map(str, range(1, 23))}
    words = {strobe.AUTHORS, strobe.NOT_APPLICABLE}
    assert all(one.where in words or one.where in shown.ids for one in strobe.ITEMS)
    assert len(shown.cells["checklist"]) == 1 + len(strobe.ITEMS)


def test_what_is_cited_is_listed_and_in_bibtex(made):
    listed = re.findall(r"(?m)^\[(\d+)\] ", made.methods)
    assert listed == [*map(str, range(1, len(listed) + 1))]
    keys = re.findall(r"(?m)^@\w+\{(\w+),$", made.bibtex)
    assert len(keys) == len({*keys}) == len(listed)
    assert made.bibtex.count("{") == made.bibtex.count("}")
    cited = {int(one) for group in re.findall(r"\[([\d, ]+)\]", made.methods)
             for one in group.split(", ")}  # fmt: skip
    assert cited == {*map(int, listed)}


def test_hostile_text_is_text_on_the_page(small):
    shown = Page(small.html)
    assert "<script>alert(1)</script>" in shown.text
    assert "'=cmd()" in shown.text
    assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069\x00-\x08]", small.html)
    assert max(map(len, re.findall(r">([^<>]+)<", small.html.split("</style>")[1]))) < 5000
    assert not re.search(r"(?m)[>\s]=cmd", small.html)
    assert "rash" in shown.text


def test_a_cohort_of_five_patients_is_told_in_words_where_no_test_is_possible(small):
    shown = Page(small.html)
    assert "3 started" in shown.text
    assert "No multiple imputation" in shown.text
    assert "no model is fitted" in shown.text
    assert "imputed 50 times" not in small.methods
    assert "Firth" not in small.methods.split("References")[0]
    assert "nan" not in re.findall(r"[\w']+", shown.text)


def test_a_run_that_is_out_of_date_or_failed_is_refused(project, monkeypatch):
    monkeypatch.setenv("IBD_SCORES_ROOT", str(project))
    plan = planned(project, "few")
    table = plan.derived / "cd_rates.csv"
    before = table.read_bytes()
    table.write_bytes(before + b"\n")
    with pytest.raises(ValueError, match="out of date"):
        planned(project, "few")
    table.write_bytes(before)
    failed = plan.task("03_cd_outcomes").failed
    failed.write_text("")
    with pytest.raises(ValueError, match="failed in 03_cd_outcomes"):
        planned(project, "few")
    failed.unlink()
    with pytest.raises(ValueError, match="not a folder of data/raw"):
        planned(project, "fwe")
