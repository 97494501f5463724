"""The report: what it holds, that it follows the run, and that no text in a cohort can harm it."""

import importlib
import re
import shutil
import zlib
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from ibd_scores import endpoints
from ibd_scores.entries import ENTRIES
from ibd_scores.study import chain, report
from ibd_scores.study.chain import provenance
from ibd_scores.study.hidden import HIDDEN
from ibd_scores.study.layouts import rates_table
from ibd_scores.study.plan import PLANS
from ibd_scores.study.report import assembling, contents, strobe
from ibd_scores.study.report.source import Run
from tests.study.hostile import written

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


@pytest.fixture(scope="module")
def run(finished):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IBD_SCORES_ROOT", str(finished))
        yield Run(chain.last_run(finished))


@pytest.fixture(scope="module")
def made(run):
    return report.assemble(run)


@pytest.fixture(scope="module")
def shown(made):
    return Page(made.html)


@pytest.fixture(scope="module")
def small(finished):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IBD_SCORES_ROOT", str(finished))
        yield report.assemble(Run(chain.last_run(finished, "few")))


def test_the_sections_stand_in_order_and_the_answer_first(shown):
    assert [name for name in shown.ids if name in assembling.SECTIONS] == [*assembling.SECTIONS]
    assert len(shown.all("dt")) == 5
    assert [found["href"][1:] for found in shown.all("a")][:15] == [
        "answer", *assembling.SECTIONS,
    ]  # fmt: skip


def test_the_page_that_the_readme_shows_says_what_the_report_says(made, monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "tools")
    readme = importlib.import_module("readme")
    with Image.open(readme.PAGE) as picture:
        stored = picture.info["answer"]
    stale = "stale: make study, ibd-scores report, then python tools/readme.py"
    assert stored == readme.answer(made.html), stale


def test_what_is_in_print_is_said_where_the_published_figures_begin(shown):
    part = shown.text[
        shown.text.index("“In print” is the congress abstract: 5 figures, stated of") :
    ]
    assert part.index("stated of 75 patients") < part.index("What was printed, which k")
    assert "“In print” is the congress abstract: 3 figures, stated of 23 patients" in part
    assert "Moderate to severe on endoscopy: SES-CD ≥ 7." in part


def test_every_cell_that_a_report_takes_over_is_in_a_notebook(run):
    cells = [f"cd-{name}" for part in (contents.FLOW, contents.BASELINE, contents.OUTCOMES,
             contents.BIOMARKERS, contents.SAFETY, contents.ROBUSTNESS, contents.AUDIT)
             for name in part]  # fmt: skip
    drawn = [one for part in contents.FIGURES.values() for one in part]
    for cell in [*cells, *contents.REPAIRS, *(cell for one in drawn for cell in one.numbers)]:
        assert run.table(cell) is not None, cell
    there = {path.stem for path in (run.plan.derived / "figures").glob("*.png")}
    assert there == {one.name for one in drawn}


def test_what_two_processes_write_in_two_folders_is_the_same_bytes(finished, tmp_path):
    names = ["methods.txt", "references.bib", "report.html", "tables.docx", "tables.xlsx"]
    other = tmp_path / "another place"
    ignored = shutil.ignore_patterns("few", "__pycache__")
    shutil.copytree(finished, other, ignore=ignored)
    one = written(finished, "upadacitinib", PYTHONHASHSEED="1", TZ="UTC", LANG="C.UTF-8")
    two = written(
        other, "upadacitinib", PYTHONHASHSEED="2", TZ="Asia/Shanghai", LANG="C", LC_ALL="C"
    )
    assert [*one] == names
    for name in names:
        assert one[name] == two[name], name
        assert not {str(one).encode() for one in (finished, other)} & {*one[name].split(b'"')}


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


def test_every_figure_is_as_wide_as_one_or_two_columns_at_one_scale_on_the_page(shown):
    widths = {"89": "336", "183": "692"}  # millimeters, and as many of the 96 dots of an inch
    for found in shown.all("img"):
        millimeters = re.fullmatch(r"--mm: (\d+)", found["style"])[1]
        assert found["width"] == widths[millimeters]
    css = files(report).joinpath("page.css").read_text("utf-8")
    assert css.count("width: calc(var(--mm) * ") == 2  # on a screen and in print


def test_every_saved_figure_can_be_printed(run):
    """In the PDF: its width, no letter below 6 points or begun off the page, fonts embedded."""
    paths = sorted((run.plan.derived / "figures").glob("*.pdf"))
    assert len(paths) == 14
    for path in paths:
        content = path.read_bytes()
        [box] = re.findall(rb"/MediaBox \[ 0 0 (\S+) (\S+) \]", content)
        width, height = map(float, box)
        assert min(abs(width - mm / 25.4 * 72) for mm in (89, 183)) < 1e-9, path.stem
        assert content.count(b"/FontFile2 ") == content.count(b"/Subtype /CIDFontType2") > 0
        assert b"/Type3" not in content
        [page] = [
            drawn
            for packed in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL)
            if b" Tf" in (drawn := _unpacked(packed))
        ]
        assert {float(size) for size in re.findall(rb" (\S+) Tf", page)} <= {7, 8}
        for x, y in re.findall(rb"(\S+) (\S+) cm\s+BT", page):
            assert 0 <= float(x) < width, path.stem
            assert 0 <= float(y) < height, path.stem


def _unpacked(packed):
    try:
        return zlib.decompress(packed)
    except zlib.error:
        return b""


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
    assert all({*one.also} <= {*shown.ids} for one in strobe.ITEMS)
    assert len(shown.cells["checklist"]) == 1 + len(strobe.ITEMS)
    [bias] = [one for one in strobe.ITEMS if one.number == "9"]
    assert (bias.where, *bias.also) == ("methods", "baseline", "limitations")


def test_what_is_cited_is_listed_and_in_bibtex(made):
    text, references = made.methods.split("\nReferences\n")
    listed = re.findall(r"(?m)^\[(\d+)\] ", references)
    assert listed == [*map(str, range(1, len(listed) + 1))]
    keys = re.findall(r"(?m)^@\w+\{(\w+),$", made.bibtex)
    assert len(keys) == len({*keys}) == len(listed) + 1  # STROBE is cited on the page alone
    assert made.bibtex.count("{") == made.bibtex.count("}")
    cited = {int(one) for group in re.findall(r"\[([\d, ]+)\]", text)
             for one in group.split(", ")}  # fmt: skip
    assert cited == {*map(int, listed)}
    on_the_page = made.html.split('<section id="references"')[1].split("</section>")[0]
    assert on_the_page.count("<li>") == len(keys)
    assert "[1] Best WR" not in on_the_page
    assert "Vermeire S et al. Clin Gastroenterol Hepatol 2010;8:357-363" in references
    assert made.html.count("abstract P786 (U-EXCEL and U-EXCEED)") > 1
    assert "Versions" not in text


def test_the_abbreviations_of_the_page_are_spelled_out_after_the_methods(made, small):
    for page in (made.html, small.html):
        part = page.split("<h3>Abbreviations</h3>")[1].split("</section>")[0]
        assert "CDAI, Crohn&#x27;s Disease Activity Index" in part
        seen = Page(f"<section {page.split('<section', 1)[1].rsplit('</section>', 1)[0]}</section>")
        spelled = set(re.findall(r"(?:^|; |>)([\w/-]+), ", part))
        assert set(re.findall(r"\b(?:SES-CD|PRO2|UCEIS|STRIDE-II|IQR|CI|CR-100)\b", seen.text)) <= (
            spelled
        )


def test_hostile_text_is_text_on_the_page(small):
    shown = Page(small.html)
    assert "<script>alert(1)</script>" in shown.text
    assert "'=cmd|'/c calc'!A1" in shown.text
    assert not HIDDEN.search(small.html.replace("\n", ""))
    assert max(map(len, re.findall(r">([^<>]+)<", small.html.split("</style>")[1]))) < 5000
    assert not re.search(r"(?m)[>\s]=cmd", small.html)
    assert "rash" in shown.text


def test_a_cohort_of_five_patients_is_told_in_words_where_no_test_is_possible(small):
    shown = Page(small.html)
    assert "4 started" in shown.text
    assert "No multiple imputation" in shown.text
    assert "no model is fitted" in shown.text
    assert "imputed 50 times" not in small.methods
    assert "Firth" not in small.methods.split("References")[0]
    assert "nan" not in re.findall(r"[\w']+", shown.text)
    # Nothing was published of these patients, and no abstract is spoken of.
    assert "No figure of these patients is listed as published." in shown.text
    assert not re.search("“In print”|†|reported in print|published.csv", shown.text)


def test_a_run_that_is_out_of_date_or_failed_is_refused(finished, monkeypatch):
    monkeypatch.setenv("IBD_SCORES_ROOT", str(finished))
    plan = chain.last_run(finished, "few")
    table = plan.derived / "cd_rates.csv"
    before = table.read_bytes()
    table.write_bytes(before + b"\n")
    with pytest.raises(ValueError, match="out of date"):
        chain.last_run(finished, "few")
    table.write_bytes(before)
    failed = plan.task("03_cd_outcomes").failed
    failed.write_text("")
    with pytest.raises(ValueError, match="failed in 03_cd_outcomes"):
        chain.last_run(finished, "few")
    failed.unlink()
    with pytest.raises(ValueError, match="not a folder of data/raw"):
        chain.last_run(finished, "fwe")
