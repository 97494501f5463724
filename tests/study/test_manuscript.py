"""The tables of a manuscript: assembled from what the chain wrote, harmless, and of no patient."""

import io
import json
import re
import shutil
import zipfile
from pathlib import Path

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn
from docx.shared import Pt
from openpyxl import load_workbook

from ibd_scores.study import chain, paths, tidy
from ibd_scores.study.analysis import Analysis
from ibd_scores.study.labels import title
from ibd_scores.study.lettering import lettered
from ibd_scores.study.manuscript.abbreviations import MEANINGS, spelled_out
from ibd_scores.study.manuscript.catalogue import AGGREGATES, OF_ALL, OUTCOMES
from ibd_scores.study.manuscript.shown import parsed
from ibd_scores.study.manuscript.tables import Table, Tables, assembled
from ibd_scores.study.manuscript.widths import PADDING, length
from ibd_scores.study.manuscript.word import MARGIN, document
from ibd_scores.study.manuscript.workbook import workbook
from ibd_scores.study.manuscript.writing import FILES, build, settings, write
from ibd_scores.study.plan import PLANS

REPOSITORY = paths.root()
STAGES = (*OF_ALL, *OUTCOMES.values())
HOSTILE = (
    "<script>alert(1)</script>", "=cmd()", "+1+1", "@SUM(A1)", "-2+3|cmd", "\u202erash\u2066",
    "x" * 10_000, "</td></tr></table><b>", "{}{0.x}", "&amp;&lt;",
)  # fmt: skip
SIMULATED = "Simulated cohort"
RAW = Path("data", "raw", "upadacitinib")
RATE = re.compile(r"(\d+)/(\d+)")
# Signs of an abbreviation: two capitals in a word. Authors, journals and identifiers are none.
ABBREVIATION = re.compile(r"(?<![\w./-])[A-Za-z]*[A-Z][a-z]*[A-Z]\w*(?:[-/][A-Z0-9]\w*)*")
NO_ABBREVIATION = re.compile(
    r"doi:\S+|\b[A-Z][a-z]+ [A-Z]{1,2}\b|AbbVie|ClinicalTrials|Stuart-Maxwell|McNemar"
    r"|Benjamini-Hochberg|NCT\d+"
)


@pytest.fixture(scope="module")
def derived(scored_cohort, tmp_path_factory):
    """What the chain left of the shipped cohort: the executed notebooks, and its rates."""
    folder = tmp_path_factory.mktemp("derived")
    (folder / "notebooks").mkdir()
    for stage in STAGES:
        shutil.copy(REPOSITORY / "notebooks" / f"{stage}.ipynb", folder / "notebooks")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("IBD_SCORES_ROOT", str(scored_cohort))
        found = {
            one: Analysis(one, "upadacitinib", plan.primary, estimand="non_responder_started")
            for one, plan in PLANS.items()
        }
        rates = {f"{one.lower()}_rates": analysis.rates() for one, analysis in found.items()}
    patients = pd.read_csv(scored_cohort / RAW / "patients.csv", dtype=str)
    tidy.save(folder, {**rates, "rates": pd.concat(rates.values()), "patients": patients})
    build(folder, "upadacitinib", simulated=True)
    return folder


@pytest.fixture(scope="module")
def word(derived):
    return docx.Document(derived / "report" / FILES[0])


@pytest.fixture(scope="module")
def book(derived):
    return load_workbook(derived / "report" / FILES[1])


@pytest.fixture(scope="module")
def printed(derived):
    return assembled(derived, simulated=True).printed


def cells(book):
    return [cell for sheet in book for row in sheet.iter_rows() for cell in row]


def words(word):
    """Every text of a Word file, in tables and outside."""
    return [one.text or "" for one in word.element.body.iter(qn("w:t"))]


def test_both_files_are_the_same_bytes_when_rebuilt(derived):
    files = [derived / "report" / name for name in FILES]
    before = [file.read_bytes() for file in files]
    assert build(derived, "upadacitinib", simulated=True) == files
    assert [file.read_bytes() for file in files] == before
    for content in before:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            assert {one.date_time for one in packed.infolist()} == {(2000, 1, 1, 0, 0, 0)}
            core = packed.read("docProps/core.xml").decode()
        assert {*re.findall(r">(\d{4})-", core)} == {"2000"}
        assert not re.search(r"creator>[^<]|lastModifiedBy>[^<]", core)


@pytest.mark.parametrize("disease", PLANS)
def test_every_rate_is_that_of_the_file_of_rates(derived, word, disease):
    rates = tidy.read_tidy(derived, "rates")
    own = rates[rates["disease"] == disease].set_index(["endpoint", "estimand"])
    place = [*PLANS].index(disease) + 2
    rows = [[cell.text for cell in row.cells] for row in word.tables[place].rows]
    shown = {row[0].removesuffix("\N{NO-BREAK SPACE}†"): row for row in rows[1:]}
    assert len(shown) == own.index.get_level_values("endpoint").nunique()
    for (endpoint, estimand), rate in own.iterrows():
        column = {"as_observed": 1, "non_responder": 2, "non_responder_started": 3}.get(estimand, 4)
        found = RATE.findall(shown[title(endpoint)][column])
        which = -1 if estimand == "best_case" else 0
        assert found[which] == (f"{rate['k']:.0f}", f"{rate['n']:.0f}")


def test_every_abbreviation_is_spelled_out_below_its_table(printed):
    for table in printed:
        *notes, last = table.footnotes
        texts = [table.title, *table.head, *(text for row in table.rows for text in row), *notes]
        found = {one for text in texts
                 for one in ABBREVIATION.findall(NO_ABBREVIATION.sub("", text))}  # fmt: skip
        spelled = {one.strip().split(", ")[0] for one in re.split("[:;] ", last)}
        assert found <= spelled, table.heading
    assert sum("Abbreviations: " in table.footnotes[-1] for table in printed) > 40


def test_no_name_of_a_column_or_visit_of_ours_is_printed(printed):
    for table in printed:
        texts = [table.title, *table.head, *(text for row in table.rows for text in row)]
        assert not re.search(r"[a-z]_[a-z]|week12|Χ", " ".join(texts)), table.heading


def test_a_longer_abbreviation_is_not_taken_for_a_shorter_one():
    assert spelled_out(["SES-CD"]).startswith("SES-CD, ")
    assert "CD, Crohn's disease" not in spelled_out(["SES-CD ≤ 2", "ABCD"])
    assert spelled_out(["anti-TNF", "anti-IL-12/23"]).startswith("IL, interleukin; TNF, ")
    assert spelled_out(["nothing"]) == ""
    assert all(spelled_out([one]).startswith(f"{one}, ") for one in MEANINGS)


def test_the_tables_of_crohns_disease_say_who_was_not_active_enough_at_entry(printed):
    entry = "below 6 at baseline (below 4 in isolated ileal disease)."
    told = {table.title for table in printed if table.footnotes[0].endswith(entry)}
    assert told == {
        f"{one}, Crohn's disease"
        for one in ("Endpoints at week 12 under each estimand", "Denominators of the endpoints",
                    "Endpoints without corticosteroids at week 12",
                    "Endpoints under multiple imputation")
    }  # fmt: skip
    [imputed] = [one for one in printed if one.title.startswith("Endpoints under multiple")]
    assert "had a new systemic corticosteroid" in " ".join(imputed.footnotes)


def test_every_table_says_whom_it_counts_and_that_the_cohort_is_simulated(printed, word):
    assert len(printed) == len(word.tables) > 50
    for table in printed:
        counts = not table.title.startswith("Definitions")
        assert table.footnotes[0].startswith("Denominator: ") == counts, table.title
        assert any(SIMULATED in note for note in table.footnotes)
    assert [one.number for one in printed][:9] == [*(f"Table {n}" for n in range(1, 9)), "Table S1"]


def test_each_table_has_a_page_three_rules_and_a_head_that_is_repeated(word):
    assert len(word.sections) == len(word.tables) + 1  # the last lists those without a row
    landscape = [section.page_width > section.page_height for section in word.sections]
    assert 5 < sum(landscape) < len(landscape)
    for table in word.tables:
        kinds = [one.tag for one in table._tbl.tblPr]
        assert kinds.index(qn("w:tblBorders")) < kinds.index(qn("w:tblLayout"))
        assert [one.tag for one in table._tbl.tblPr.find(qn("w:tblBorders"))] == [
            qn("w:top"), qn("w:bottom")
        ]  # fmt: skip
        head, *rows = table.rows
        assert head._tr.trPr.find(qn("w:tblHeader")) is not None
        below = [cell._tc.tcPr.find(qn("w:tcBorders")) for cell in head.cells]
        assert all(one.find(qn("w:bottom")) is not None for one in below)
        assert rows
    fonts = word.styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "SimSun"


def test_no_word_or_number_is_broken_and_every_text_has_its_style(printed, word):
    for table, own in zip(printed, word.tables, strict=True):
        rows, _ = lettered(table.rows, table.stubs)
        small = own.rows[0].cells[0].paragraphs[0].style.name == "Table Text Small"
        for place, (top, *texts) in enumerate(zip(table.head, *rows, strict=True)):
            room = own.columns[place].width.pt - 2 * PADDING + 0.2
            words = [one for text in texts for one in re.split("[ -]", text)]
            needed = max(length(one) for one in words)
            needed = max(needed, *(length(one, bold=True) for one in re.split("[ -]", top)))
            assert (8 if small else 9) * needed <= room, (table.heading, top)
        wide = sum(column.width for column in own.columns)
        assert wide <= max(section.page_width for section in word.sections) - 2 * MARGIN + Pt(1)
    outside = {one.style.name for one in word.paragraphs if one.text}
    assert outside == {"Caption", "Table Footnote"}
    assert [one.style.name for one in word.paragraphs].count("Caption") == len(word.sections)
    footer = word.sections[0].footer.paragraphs[0]
    assert SIMULATED in footer.text
    assert "PAGE" in [one.text for one in footer._p.iter(qn("w:instrText"))]
    assert all(one.footer.is_linked_to_previous for one in [*word.sections][1:])


def test_a_long_text_of_several_rows_is_a_lettered_note_of_the_word_file_alone(word, book):
    place = next(at for at, one in enumerate(one for one in word.paragraphs
                                             if one.style.name == "Caption")
                 if "Rates beside those of trials, Crohn" in one.text)  # fmt: skip
    table = word.tables[place]
    notes = [cell.text for cell in table.columns[5].cells]
    assert notes[:3] == ["Note", "Non-responder imputation, all started.", "a"]
    assert sum("Randomized: 526 in both arms" in one.text for one in word.paragraphs) == 1
    sheet = next(
        one for one in book if "Rates beside those of trials, Crohn" in str(one["A1"].value)
    )
    assert sum("Randomized: 526" in str(cell.value) for cell in sheet["F"]) > 1
    assert lettered([("a", "short"), ("b", "short")], 1) == ([("a", "short"), ("b", "short")], {})


def test_no_cell_is_a_formula_and_numbers_are_numbers(book, derived):
    for cell in cells(book):
        assert cell.data_type in "sn"
        if isinstance(cell.value, str) and cell.value[:1] in "=+-@":
            assert cell.data_type == "s"
            assert cell.quotePrefix
    rates = pd.DataFrame(book["cd_rates"].values)
    assert [*rates.iloc[1, [0, 1, 3, 4]]] == ["CD", "endoscopic_response", 44, 60]
    assert book["cd_rates"]["F2"].value == pytest.approx(100 * 44 / 60)
    assert [cell.value for cell in book["Table S1"][4]] == ["started", 80]
    assert book["Table S29"]["F4"].number_format == "0.00"


def test_the_contents_lead_to_every_sheet_and_every_head_is_frozen(book):
    contents, *sheets = book
    listed = [row[0] for row in contents.iter_rows(min_row=2) if row[0].hyperlink]
    assert [cell.value for cell in listed] == [sheet.title for sheet in sheets]
    assert [cell.hyperlink.location for cell in listed] == [f"'{one.title}'!A1" for one in sheets]
    assert all(sheet.freeze_panes for sheet in book)
    assert all(sheet.print_title_rows for sheet in book)
    assert all(sheet.page_setup.orientation == "landscape" for sheet in book)
    assert all(sheet.sheet_properties.pageSetUpPr.fitToPage for sheet in book)
    assert all(SIMULATED in sheet.oddFooter.left.text for sheet in book)
    numbers = {row[0].value: row[4] for row in contents.iter_rows(min_row=2) if row[4].hyperlink}
    assert numbers["Table 3"].value == "cd_rates"
    assert numbers["Table 3"].hyperlink.location == "'cd_rates'!A1"
    assert any(SIMULATED in str(cell.value) for cell in contents["A"])


def test_no_patient_is_in_any_table(book, word, derived):
    identities = {*tidy.read_tidy(derived, "patients")["Patient ID"]}
    assert (derived / "patients.csv").is_file()
    assert "patients" not in book.sheetnames
    seen = {*re.findall(r"[\w-]+", " ".join(map(str, [*(cell.value for cell in cells(book)),
                                                      *words(word)])))}  # fmt: skip
    assert not seen & {*identities, "patient_id"}


def test_what_is_aggregate_is_listed_and_holds_no_table_of_patients():
    assert not {*AGGREGATES} & {"scores", "queries", "recorded_differences", "endoscopies",
                                *tidy.KEYS}  # fmt: skip
    with pytest.raises(ValueError, match="rates: a table of patients"):
        workbook(Tables((), (), False), {"rates": pd.DataFrame({"patient_id": ["P1"]})}, "ours")


def test_hostile_text_is_text_in_both_files():
    texts = (*HOSTILE, "\x00\x0bnull", "\ud800lone", "\uffff", "y" * 40_000)
    rows = tuple((text, text) for text in texts)
    table = Table("Table 1", HOSTILE[0], ("=a", "\x01b"), rows, 1, (*texts,), "x")
    tables = Tables((table,), (), False)
    frame = pd.DataFrame({"term": pd.Series(texts, dtype=object), "n": [*range(len(texts))]})
    frame["n"] = frame["n"].astype(float).replace(2, float("inf"))
    book = load_workbook(io.BytesIO(workbook(tables, {"events": frame}, texts[-2])))
    word = docx.Document(io.BytesIO(document(tables, texts[-2])))
    assert all(cell.data_type in "sn" for cell in cells(book))
    assert [cell.value for cell in book["events"]["A"]][1:5] == [*HOSTILE[:4]]
    assert book["events"]["A3"].quotePrefix
    found = [*words(word), *(str(cell.value) for cell in cells(book))]
    assert max(map(len, found)) == 32_767
    assert not any(re.search("[\x00-\x08\u202a-\u202e\u2066-\u2069\ud800-\udfff]", one)
                   for one in found)  # fmt: skip
    assert "<script>alert(1)</script>" in words(word)
    assert max(map(len, words(word))) < 10_000


def test_a_label_that_spans_rows_stands_in_each():
    frame = pd.DataFrame({"n": [1, 2, 3]}, index=pd.MultiIndex.from_tuples(
        [("a", "x", "1"), ("a", "x", "2"), ("b <i>", "x", "1")], names=["g", "h", "i"]
    ))  # fmt: skip
    found = parsed(frame.to_html() + "<p><em>A &amp; B</em></p>")
    assert found.head == ("g", "h", "i", "n")
    assert found.rows == (("a", "x", "1", "1"), ("a", "x", "2", "2"), ("b <i>", "x", "1", "3"))
    assert (found.stubs, found.note) == (3, "A & B")


# ------------------------------------------------------------------------------- the command


def test_the_command_refuses_what_the_chain_did_not_make(toy):
    found = toy.do("tables")  # all is up to date, but nothing in it is a table
    assert (found.returncode, found.stdout) == (2, "")
    assert "show no table" in found.stderr
    assert found.stderr.endswith("Nothing was written.\n")
    told = json.loads((toy.derived / "provenance.json").read_text("utf-8"))
    told["parameters"]["01_cleaning"]["highest"] = 5  # as if the last run had asked for it
    (toy.derived / "provenance.json").write_text(json.dumps(told), "utf-8")
    with pytest.raises(chain.NotReadyError, match=r"ibd-scores run --cohort toy -p highest=5$"):
        write(toy.root, "toy")
    shutil.rmtree(toy.derived)
    with pytest.raises(
        chain.NotReadyError,
        match=r"has not run .*ibd-scores run --cohort toy$",
    ):
        write(toy.root)
    with pytest.raises(ValueError, match="nobody"):
        write(toy.root, "nobody")
    assert not toy.derived.exists()


SETTINGS = (
    "Primary endpoint: Endoscopic response (U-EXCEL), non-responder imputation, all started "
    "(Crohn's disease); Endoscopic improvement, as observed (ulcerative colitis)."
)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", f"{SETTINGS} Parameters are all at their defaults."),
        ("crp_limit = 8.0", f"{SETTINGS} Parameters differ from their defaults: crp_limit = 8.0."),
    ],
)
def test_the_primary_endpoint_and_the_settings_head_both_files(given, said):
    told = {
        "03_cd_outcomes": {"primary": "endoscopic_response", "estimand": "non_responder_started"},
        "04_uc_outcomes": {"primary": "endoscopic_improvement", "estimand": "as_observed"},
    }
    assert settings({"parameters": told}, given) == said
    assert settings({}, given) == ""
    one = Table("Table 1", "Rates", ("Endpoint", "k/n"), (("Remission", "1/2"),), 1, (), "x, rates")
    tables = Tables((one,), (), False, said)
    word = docx.Document(io.BytesIO(document(tables, "ours")))
    assert word.paragraphs[0].text == said
    book = load_workbook(io.BytesIO(workbook(tables, {}, "ours")))
    assert said in [cell.value for row in book["contents"].iter_rows() for cell in row]
