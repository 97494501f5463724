"""Renew what README.md shows of the project: the table of instruments and a figure.

python tools/readme.py
"""

import base64
import json
from pathlib import Path

import ibd_scores
from ibd_scores.formula import Formula
from ibd_scores.index import Grading, Index

ROOT = Path(__file__).resolve().parent.parent
BEGIN, END = "<!-- instruments: made by tools/readme.py -->\n", "<!-- instruments: end -->"
NOTEBOOK, CELL = "05_figures", "figure-scores"
PICTURE = ROOT / "docs" / "cd_scores.png"


def instruments() -> str:
    """Return the table of all indices and gradings, one line each, from the catalogue."""
    entries = [getattr(ibd_scores, name) for name in ibd_scores.__all__]
    rows = [
        (entry.disease, f"| `{entry.name}` | {entry.title} | {entry.disease} "
                        f"| {len(entry.items)} | {_scale(entry)} | {entry.citation} |\n")
        for entry in entries
        if isinstance(entry, Index | Grading)
    ]  # fmt: skip
    head = (
        "| name | instrument | disease | items | range and bands | source |\n" + "|---" * 6 + "|\n"
    )
    return head + "".join(row for _, row in sorted(rows, key=lambda one: one[0]))


def _scale(entry: Formula) -> str:
    if isinstance(entry, Index):
        return entry.range + (f"; {entry.ladder}" if entry.bands else "; no agreed bands")
    assert isinstance(entry, Grading)
    return ", ".join(entry.grades)


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
