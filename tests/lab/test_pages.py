"""The pages in a real browser: axe-core, the Nu HTML checker, widths, and the PDF's bytes.

Needs Chromium or Chrome and playwright, as the notebooks here do, and what `WANTED` installs, with
Java for the checker; what lacks its tool is skipped.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import ibd_scores
from ibd_scores.study.report import pdf
from tests.study import hostile

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="neither Chromium nor Chrome is on the path"),
]
MODULES = hostile.REPOSITORY / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
CHECKER = next(iter(sorted(MODULES.glob("vnu-jar/**/vnu.jar"))), None)
WANTED = "npm install --no-save --ignore-scripts axe-core vnu-jar"
has_axe = pytest.mark.skipif(not AXE.is_file(), reason=f"no axe-core: {WANTED}")
has_checker = pytest.mark.skipif(
    CHECKER is None or shutil.which("java") is None, reason=f"no vnu-jar, or no Java: {WANTED}"
)
PAGES = ("upadacitinib/report/report.html", "few/report/report.html",
         "upadacitinib/queries.html", "few/queries.html")  # fmt: skip
# The checker blocks the images of "img-src data:", which browsers show; the rest are words of a
# hospital that are not composed as Unicode would have them.
NOT_OURS = ("blocked by “img-src” directive", "composing character", "Normalization Form C")
BROKEN = """<!DOCTYPE html><html><head><title>x</title></head><body>
<p><b>bold <i>both</b> italic</i></p><img src="data:image/png;base64,"><p id="a">a<p id="a">b
<p style="color: #aaa; background: #fff">pale</p></body></html>"""
ENTRIES = ("cdai", "truelove_witts", "ses_cd")


@pytest.fixture(scope="module")
def pages(finished, tmp_path_factory):
    """The folder of the pages: of both cohorts, the cards of entries, and a broken one."""
    folder = finished / "data" / "derived"
    for cohort in ("upadacitinib", "few"):
        said = hostile.command(finished, "report", "--cohort", cohort)
        assert said.returncode == 0, said.stderr
    cards = "".join(getattr(ibd_scores, name)._repr_html_() for name in ENTRIES)
    head = '<!DOCTYPE html><html lang="en"><head><title>Cards</title></head>'
    text = f"{head}<body><main><h1>Cards</h1><h2>x</h2><h3>y</h3>{cards}</main></body></html>"
    (folder / "cards.html").write_text(text, "utf-8")
    (folder / "broken.html").write_text(BROKEN, "utf-8")
    return folder


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield running
        finally:
            running.close()


def opened(browser: Any, file: Path, *, scheme="light", media="screen", width=1000) -> Any:
    # What is injected for the tests is no part of what the page's own policy allows.
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 900}, bypass_csp=True
    )
    page = context.new_page()
    page.emulate_media(media=media, color_scheme=scheme)
    page.goto(file.as_uri())
    return page


def found(browser: Any, file: Path, **how: str) -> list[tuple[str, str, str]]:
    page = opened(browser, file, **how)
    page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    page.context.close()
    return [(one["impact"], one["id"], one["nodes"][0]["html"][:200])
            for one in result["violations"]]  # fmt: skip


@has_axe
@pytest.mark.parametrize("name", [*PAGES, "cards.html"])
@pytest.mark.parametrize(
    "how", [{}, {"scheme": "dark"}, {"media": "print"}], ids=["light", "dark", "print"]
)
def test_no_page_has_a_barrier(name, how, browser, pages):
    assert found(browser, pages / name, **how) == []


@has_axe
def test_axe_finds_what_is_wrong(browser, pages):
    names = {rule for _, rule, _ in found(browser, pages / "broken.html")}
    assert {"image-alt", "color-contrast", "html-has-lang"} <= names


@has_checker
def test_every_page_is_valid_html(pages):
    files = [str(pages / name) for name in (*PAGES, "cards.html", "broken.html")]
    said = subprocess.run(
        ["java", "-jar", str(CHECKER), "--format", "json", "--stdout", "--exit-zero-always",
         *files], capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    messages = [one for one in json.loads(said.stdout)["messages"]
                if not any(words in one["message"] for words in NOT_OURS)]  # fmt: skip
    ours = [one for one in messages if "broken.html" not in one["url"]]
    assert [(one["url"], one["message"]) for one in ours] == []
    told = " ".join(one["message"] for one in messages)
    for words in ("violates nesting rules", "“alt” attribute", "Duplicate ID"):
        assert words in told


@pytest.mark.parametrize("width", [1000, 400])
@pytest.mark.parametrize("name", PAGES)
def test_no_text_makes_a_page_wider_than_its_window(name, width, browser, pages, tmp_path):
    page = opened(browser, pages / name, width=width)
    page.screenshot(path=tmp_path / f"{width}.png")
    wide = "[document.documentElement.scrollWidth, Math.max(...[...document.querySelectorAll("
    wide += "'td, th')].map(cell => cell.scrollWidth))]"
    whole, cell = page.evaluate(wide)
    page.context.close()
    assert whole == width
    assert cell < 600


def test_a_pdf_printed_twice_is_the_same_bytes(pages, tmp_path):
    printed = []
    for name in ("one", "other"):
        folder = tmp_path / name
        folder.mkdir()
        shutil.copy(pages / PAGES[1], folder / "report.html")
        assert pdf.write(folder / "report.html", folder / "report.pdf") == ""
        printed.append((folder / "report.pdf").read_bytes())
    assert printed[0][:5] == b"%PDF-"
    assert printed[0] == printed[1]
