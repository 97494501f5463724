"""Renew what README.md shows of the project: the table of instruments and a figure.

python tools/readme.py
"""

import base64
import json
from pathlib import Path

from ibd_scores import catalogue

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- instruments: made by tools/readme.py -->\n", "<!-- instruments: end -->"
NOTEBOOK, CELL = "05_figures", "figure-scores"
PICTURE = ROOT / "docs" / "cd_scores.png"


def instruments() -> str:
    """Return the table of all indices and gradings, one line each, from the catalogue."""
    heads = ("name", "instrument", "disease", "items", "range", "bands", "provisional", "source")
    lines = [heads, ("---",) * len(heads)]
    for name, one in catalogue().sort_values("disease", kind="stable").iterrows():
        mark = "provisional" if one["provisional"] else ""
        link = f"[`{name}`](docs/instruments.md#{name})"
        lines.append((link, one["title"], one["disease"], str(one["items"]), one["range"],
                      one["bands"], mark, one["source"]))  # fmt: skip
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def readme(text: str) -> str:
    """Return README.md with the table put between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return before + BEGIN + instruments() + END + rest.partition(END)[2]


def picture() -> bytes:
    """Return the figure as it is stored in its notebook."""
    notebook = json.loads((ROOT / "notebooks" / f"{NOTEBOOK}.ipynb").read_text("utf-8"))
    (cell,) = (cell for cell in notebook["cells"] if cell["id"] == CELL)
    (stored,) = (o["data"]["image/png"] for o in cell["outputs"] if "image/png" in o["data"])
    return base64.b64decode(stored)


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(readme(path.read_text("utf-8")), "utf-8", newline="\n")
    PICTURE.write_bytes(picture())
