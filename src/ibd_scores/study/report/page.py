"""The parts of the page: tables, figures, sections, and what stands around them."""

import re
from base64 import b64encode
from collections.abc import Collection, Iterable
from dataclasses import replace
from html import escape
from importlib.resources import files

from ibd_scores.study.harmless import breakable, plain, running, shown
from ibd_scores.study.lettering import lettered
from ibd_scores.study.manuscript.widths import numeric
from ibd_scores.study.report.grid import Grid

MOST_ROWS = 100
LONGEST = 2500  # signs of the text that stands for a figure
# Not to be broken: 0.23 (0.16 to 0.34), and the name of a level.
WHOLE, SHORT = re.compile(r"(ratio )?[<>]?[-−]?\d.{0,20}$"), 12
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph of text; blank for blank text."""
    return f"<p{_kind(kind)}>{running(text, 4000)}</p>" if text else ""


def table(name: str, caption: str, grid: Grid, *, source: str = "") -> str:
    """Return a table with its caption, and the note below it.

    Parameters
    ----------
    name : str
        The id on the page.
    caption : str
        What it shows.
    grid : Grid
        Its cells. One without rows is told in words.
    source : str
        The file that has all rows, where the table is longer than can be read.
    """
    note = paragraph(grid.note, "note")
    rows, notes = lettered(grid.rows[:MOST_ROWS], max(grid.labels, 1))
    if not grid.rows:
        return f'<p id="{name}"><strong>{shown(caption)}:</strong> no row to show.</p>{note}'
    numbers = {place for place, cells in enumerate(zip(*grid.rows, strict=True))
               if place >= max(grid.labels, 1) and numeric(cells)}  # fmt: skip
    head = "".join(
        f'<th scope="col"{_kind("number" if place in numbers else "")}>{escape(one)}</th>'
        if one else "<td></td>" for place, one in enumerate(grid.heads)
    )  # fmt: skip
    seen = replace(grid, rows=tuple(rows))
    lines = "\n".join(
        f"<tr>{''.join(_row(seen, place, numbers))}</tr>" for place in range(len(rows))
    )
    if (left := len(grid.rows) - MOST_ROWS) > 0:
        where = f": {source} has them" if source else ""
        note = paragraph(f"{left} more rows are not shown{where}.", "note") + note
    if notes:
        items = "".join(f"<li>{shown(text, 1000)}</li>" for text in notes.values())
        note = f'<ol class="note" type="a">{items}</ol>\n{note}'
    return (
        f'<div class="wide" role="region" tabindex="0" aria-labelledby="{name}-caption">'
        f'<table id="{name}"><caption id="{name}-caption">{shown(caption)}</caption>\n'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{lines}\n</tbody></table></div>\n{note}"
    )


def _row(grid: Grid, place: int, numbers: Collection[int]) -> Iterable[str]:
    """Give the cells of a row; a label is written once, above those rows that share it."""
    row, labels = grid.rows[place], max(grid.labels, 1)
    for column, cell in enumerate(row):
        if column >= labels:
            kind = "number" if column in numbers else "whole" if WHOLE.match(cell) else ""
            yield f"<td{_kind(kind)}>{breakable(cell)}</td>"
            continue
        if column == labels - 1:
            kind = "whole" if column and len(cell) <= SHORT else ""
            yield f'<th scope="row"{_kind(kind)}>{breakable(cell)}</th>'
        elif place == 0 or not _shares(grid, place - 1, place, column):
            end = place + 1
            while end < len(grid.rows) and _shares(grid, place, end, column):
                end += 1
            span = f' rowspan="{end - place}"' if end - place > 1 else ""
            yield f'<th scope="row"{span}>{breakable(cell)}</th>'


def _shares(grid: Grid, one: int, other: int, column: int) -> bool:
    return grid.rows[one][: column + 1] == grid.rows[other][: column + 1]


def facts(name: str, caption: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table of texts, the first column naming the rows."""
    cells = tuple(tuple(plain(cell) for cell in row) for row in rows)
    return table(name, caption, Grid((*heads,), 1, cells))


def figure(number: int, name: str, caption: str, alternative: str, png: bytes) -> str:
    """Return a figure within the page, with its caption and the text that can stand for it."""
    # The chain draws at 300 dots per inch; a page has 96. Its style needs the width in millimeters.
    width, height = (int.from_bytes(png[at : at + 4]) / 300 for at in (16, 20))
    return (
        f'<figure id="figure-{name}">'
        f'<div class="wide" role="region" tabindex="0" aria-labelledby="figure-{name}-caption">'
        f'<img width="{96 * width:.0f}" height="{96 * height:.0f}" '
        f'style="--mm: {25.4 * width:.0f}" alt="{shown(alternative, LONGEST)}" '
        f'src="data:image/png;base64,{b64encode(png).decode()}"></div>'
        f'<figcaption id="figure-{name}-caption"><strong>Figure {number}.</strong> '
        f"{shown(caption)}</figcaption></figure>"
    )


def section(name: str, heading: str, *parts: str) -> str:
    """Return a section with its heading."""
    body = "\n".join(filter(None, parts))
    return f'<section id="{name}" aria-labelledby="{name}-heading">\n<h2 id="{name}-heading">' \
           f"{shown(heading)}</h2>\n{body}\n</section>"  # fmt: skip


def page(
    title: str, lead: str, contents: Iterable[tuple[str, str]], body: str, *, foot: str = ""
) -> str:
    """Return the whole page, which needs nothing else.

    Parameters
    ----------
    title : str
        Of the cohort.
    lead : str
        HTML below the title.
    contents : iterable of (str, str)
        The id and the heading of each section.
    body : str
        The sections.
    foot : str
        What stands at the foot of every printed page beside the title.
    """
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    printed = ": ".join(filter(None, [plain(title, 80), plain(foot, 80)]))
    style += f"@page {{ @bottom-left {{ content: {_quoted(printed)}; }} }}\n"
    links = "\n".join(f'<li><a href="#{name}">{shown(one)}</a></li>' for name, one in contents)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<title>{shown(title, 200)}</title>
<style>
{style}</style>
</head>
<body>
<a class="skip" href="#answer">Skip to the answer</a>
<header>
<h1>{shown(title, 200)}</h1>
{lead}
</header>
<nav aria-label="Contents">
<ul>
{links}
</ul>
</nav>
<main>
{body}
</main>
</body>
</html>
"""


def _kind(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _quoted(text: str) -> str:
    r"""Write a text as a string of a style sheet, in which no sign means anything.

    >>> print(_quoted('a"</style>'))
    "a\22 \3c \2f style\3e "
    """
    escaped = re.sub(r"[^A-Za-z0-9 ]", lambda sign: f"\\{ord(sign[0]):x} ", text)
    return f'"{escaped}"'
