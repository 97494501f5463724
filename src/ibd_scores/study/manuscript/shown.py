"""The tables that an executed notebook shows, read back from their HTML."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from ibd_scores.study.chain import notebooks
from ibd_scores.study.chain.notebooks import Notebook
from ibd_scores.study.tables import FACTS

Row = tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """A table as its reader sees it; the first `stubs` columns name the rows."""

    head: Row = ()
    rows: tuple[Row, ...] = ()
    stubs: int = 0
    note: str = ""
    across: str = ""  # what the columns are categories of, such as "follow-up"
    facts: Mapping[str, Any] = field(default_factory=dict)


def shown(notebook: Notebook) -> dict[str, Shown]:
    """Return the tables that `tables.show` put under the cells of a notebook, by the cell's name.

    The names are those of the cells without the disease: ``baseline`` of the cell ``cd-baseline``.
    """
    found = {}
    for cell in notebooks.code(notebook):
        for output in cell["outputs"]:
            data = output.get("data", {})
            if FACTS in data:
                _, _, name = cell["id"].partition("-")
                found[name] = parsed("".join(data["text/html"]), data[FACTS])
    return found


def parsed(html: str, facts: Mapping[str, Any] | None = None) -> Shown:
    """Read a table that pandas wrote; a label that spans rows stands in each of them.

    Examples
    --------
    >>> parsed("<table><thead><tr><th></th><th>n</th></tr></thead>"
    ...        "<tbody><tr><th>a &lt; b</th><td>3</td></tr></tbody></table><em>All.</em>")
    Shown(head=('', 'n'), rows=(('a < b', '3'),), stubs=1, note='All.', across='', facts={})
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    note = _spaced("".join(reader.note))
    if not reader.body:
        return Shown(note=note, facts=facts or {})
    stubs = sum(cell.named for cell in reader.body[0])
    columns, *names = reader.head
    head = [_spaced(cell.text) for cell in columns]
    across = head[stubs - 1] if names else ""
    for place, cell in enumerate(names[0][:stubs] if names else ()):
        head[place] = _spaced(cell.text)
    rows = tuple(tuple(_spaced(cell.text) for cell in row) for row in _filled(reader.body))
    return Shown(tuple(head), rows, stubs, note, across, facts or {})


@dataclass
class _Cell:
    named: bool
    spans: int
    text: str = ""


class _Reader(HTMLParser):
    """Collects the rows of the one table, and the emphasized note below it."""

    def __init__(self) -> None:
        super().__init__()
        self.head: list[list[_Cell]] = []
        self.body: list[list[_Cell]] = []
        self.note: list[str] = []
        self._rows, self._within = self.head, ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("thead", "tbody"):
            self._rows = self.head if tag == "thead" else self.body
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("th", "td"):
            spans = int(dict(attrs).get("rowspan") or 1)
            self._rows[-1].append(_Cell(tag == "th", spans))
        if tag in ("th", "td", "em"):
            self._within = tag

    def handle_endtag(self, tag: str) -> None:
        if tag == self._within:
            self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "em":
            self.note.append(data)
        elif self._within:
            self._rows[-1][-1].text += data


def _filled(rows: list[list[_Cell]]) -> list[list[_Cell]]:
    """Repeat the labels that span rows in every row that they span."""
    spanning: dict[int, tuple[_Cell, int]] = {}
    filled = []
    for row in rows:
        cells, place, left = iter(row), 0, len(row)
        line: list[_Cell] = []
        while left or place in spanning:
            if place in spanning:
                cell, more = spanning.pop(place)
            else:
                cell, left = next(cells), left - 1
                more = cell.spans
            if more > 1:
                spanning[place] = cell, more - 1
            line.append(cell)
            place += 1
        filled.append(line)
    return filled


def _spaced(text: str) -> str:
    """Bring blanks and line ends to one blank; one that does not break stays."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip(" ")
