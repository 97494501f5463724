"""Renew what README.md shows: the list of instruments, a figure, a page of the report.

python tools/readme.py

The page is taken anew where there are a report of the shipped cohort and a browser.
"""

import base64
import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from instruments import contents
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from ibd_scores.study.report.pdf import BROWSERS, OFFLINE

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- instruments: made by tools/readme.py -->\n", "<!-- instruments: end -->"
NOTEBOOK, CELL = "05_figures", "figure-scores"
PICTURE = ROOT / "docs" / "cd_scores.png"
REPORT = ROOT / "data" / "derived" / "upadacitinib" / "report" / "report.html"
PAGE = ROOT / "docs" / "report.png"
WIDTH, HEIGHT = 1000, 1220


def readme(text: str) -> str:
    """Return README.md with the list put between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + contents("docs/instruments.md") + END + rest.partition(END)[2]


def picture() -> bytes:
    """Return the figure as it is stored in its notebook."""
    notebook = json.loads((ROOT / "notebooks" / f"{NOTEBOOK}.ipynb").read_text("utf-8"))
    (cell,) = (cell for cell in notebook["cells"] if cell["id"] == CELL)
    (stored,) = (o["data"]["image/png"] for o in cell["outputs"] if "image/png" in o["data"])
    return base64.b64decode(stored)


def answer(html: str) -> str:
    """Return the checksum of what the report's first page says."""
    said = html.partition('<section id="answer"')[2].partition("</section>")[0]
    return hashlib.sha256(said.encode()).hexdigest()


def take(html: Path, picture: Path) -> None:
    """Take the first page of a report, with the checksum of what it says."""
    browser = next(filter(None, map(shutil.which, BROWSERS)))
    with TemporaryDirectory() as folder:
        shot = Path(folder) / "page.png"
        subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", *OFFLINE, "--hide-scrollbars",
             f"--user-data-dir={folder}/user", f"--window-size={WIDTH},{HEIGHT}",
             f"--screenshot={shot}", html.as_uri()],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        said = PngInfo()
        said.add_text("answer", answer(html.read_text("utf-8")))
        Image.open(shot).convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(
            picture, optimize=True, pnginfo=said
        )


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(readme(path.read_text("utf-8")), "utf-8", newline="\n")
    PICTURE.write_bytes(picture())
    if not REPORT.is_file() or not any(map(shutil.which, BROWSERS)):
        print(f"{PAGE.name} stays as it was: no report of the shipped cohort, or no browser")
    elif Image.open(PAGE).info.get("answer") != answer(REPORT.read_text("utf-8")):
        take(REPORT, PAGE)
