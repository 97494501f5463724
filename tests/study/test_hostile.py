"""Hostile text in every column of every table harms nothing that is made of it."""

import csv
import io
import json
import re
import shutil
import zipfile
from html.parser import HTMLParser
from xml.etree import ElementTree

import docx
import pytest
from docx.oxml.ns import qn
from openpyxl import load_workbook

from ibd_scores.study import cleaning
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.cohort.problems import CohortError
from ibd_scores.study.hidden import HIDDEN
from ibd_scores.study.manuscript.writing import FILES, build
from tests.study import hostile

# What may stand in a cell of a table: no line end either.
FORMULA = re.compile(r"\s*([=@+]|-(?![\d.]))")
MISSING = {"-", "–", "—"}


class Asks(HTMLParser):
    """What a page asks a browser for."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


@pytest.fixture(scope="module")
def derived(finished):
    return finished / "data" / "derived" / "few"


@pytest.fixture(scope="module")
def files(derived):
    return build(derived, "few", simulated=True)


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return [*csv.reader(file)]


def test_every_column_of_every_table_held_hostile_text(finished):
    for path in sorted((finished / "data" / "raw" / "few").glob("*.csv")):
        head, *rows = table(path)
        assert hostile.HEADING in head
        for place, heading in enumerate(head):
            assert {row[place] for row in rows} & {*hostile.HOSTILE}, (path.name, heading)


def test_a_page_of_queries_asks_for_nothing_and_shows_the_text(derived):
    html = (derived / "queries.html").read_text("utf-8")
    asks = Asks(html)
    assert asks.tags.isdisjoint({"script", "iframe", "object", "form", "img", "link", "base", "b"})
    assert not [name for name, _ in asks.attributes if name.startswith("on")]
    assert all(value[0] == "#" for name, value in asks.attributes if name in ("href", "src"))
    assert hostile.SCRIPT in asks.text
    assert r"\u202eevil\u2066" in asks.text
    assert "{body}" in asks.text
    assert not HIDDEN.search(html.replace("\n", ""))
    assert html.count("<h1>") == html.count("<main>") == 1
    assert max(map(len, re.findall(">([^<>]*)<", html.split("</style>")[1]))) < 500


def test_no_table_holds_a_formula_or_what_nobody_sees(derived):
    found = {path.relative_to(derived).as_posix(): table(path) for path in derived.rglob("*.csv")}
    assert {"queries.csv", "share/cd_events.csv", "adverse_events.csv", "patients.csv"} <= {*found}
    for name, rows in found.items():
        for text in {text for row in rows for text in row}:
            assert not HIDDEN.search(text), (name, ascii(text[:40]))
            assert text in MISSING or not FORMULA.match(text), (name, text[:40])
            # An id is never cut, for two must not become one.
            assert len(text) <= 500 or text == "A" * 10_000, (name, text[:40])
    for name in ("queries.csv", "share/cd_events.csv"):
        assert max(len(text) for row in found[name] for text in row) <= 500
    terms = {row[0] for row in found["cd_events.csv"]}
    assert {hostile.SCRIPT, "'=cmd|'/c calc'!A1", "evil rash", "two lines and tabs"} <= terms


def test_word_file_and_workbook_are_whole_and_run_nothing(files, derived):
    word, book = docx.Document(files[0]), load_workbook(files[1])
    assert [file.name for file in files] == [*FILES]
    for file in files:
        with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as packed:
            parts = [one for one in packed.namelist() if one.endswith((".xml", ".rels"))]
            for part in parts:
                ElementTree.fromstring(packed.read(part))
            outside = [one for one in parts if b'TargetMode="External"' in packed.read(one)]
        assert outside == []
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    strings = [cell for cell in cells if isinstance(cell.value, str)]
    assert all(cell.quotePrefix for cell in strings if FORMULA.match(cell.value))
    words = [one.text or "" for one in word.element.body.iter(qn("w:t"))]
    texts = [*words, *(cell.value for cell in strings)]
    assert not [ascii(one[:40]) for one in texts if HIDDEN.search(one)]
    assert max(map(len, texts)) < 4000
    assert any(hostile.SCRIPT in one for one in words)
    assert any("A" * 499 in one for one in words)
    assert len(word.tables) > 20
    assert {"cd_rates", "uc_rates", "cd_events"} <= {*book.sheetnames}
    ids = {row[0] for row in table(derived / "patients.csv")[1:] if row[0][0] == "P"}
    assert len(ids) == 5
    assert not ids & {*re.findall(r"[\w-]+", " ".join(texts))}


LONG = "\u202e<script>\x1b[31m" + 1000 * "long " + 5000 * "A"
TOML = json.dumps(LONG)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"Smoking"', TOML),  # a heading that is not there
        ('dates = ["YYYY-MM-DD", "YYYY/M/D"]', f"dates = [{TOML}]"),
        ('file = "diary.csv"', f"file = {json.dumps(LONG[:200])}"),
        ('smoking = "Smoking"', f"{TOML} = 'Smoking'"),  # a column that is none
        ('["男", "M"], female = ["女", "F"]', f"[{TOML}], female = [{TOML}]"),  # of two meanings
    ],
    ids=["heading", "dates", "file", "column", "codes"],
)
def test_a_refusal_of_hostile_text_can_be_read_and_writes_nothing(old, new, tmp_path):
    folder = tmp_path / "data" / "raw" / "few"
    shutil.copytree(hostile.SHIPPED, folder)
    text = (folder / "cohort.toml").read_text("utf-8")
    assert text.count(old) == 1
    (folder / "cohort.toml").write_text(text.replace(old, new), "utf-8")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(CohortError) as refused:
        cleaning.clean(read_cohort(folder))
    said = str(refused.value)
    assert len(said) < 3000
    assert not HIDDEN.search(said.replace("\n", ""))
    assert "cohort.toml" in said or "patients.csv" in said
    assert sorted(tmp_path.rglob("*")) == before
