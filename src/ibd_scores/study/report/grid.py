"""A table as the chain displayed it, read back from the HTML of its notebook."""

from dataclasses import dataclass
from html.parser import HTMLParser

from ibd_scores.study.harmless import plain


@dataclass(frozen=True)
class Grid:
    """The cells of a table: text, cut and harmless.

    Parameters
    ----------
    heads : tuple of str
        Of every column, those that name the rows first; blank where there is none.
    labels : int
        How many columns name the rows.
    rows : tuple of tuple of str
        As long as `heads`; a label that holds for several rows stands in each.
    note : str
        What the notebook says below the table.
    """

    heads: tuple[str, ...] = ()
    labels: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""

    def column(self, head: str) -> list[str]:
        """Return the cells below a heading; none where there is no such heading."""
        place = self.heads.index(head) if head in self.heads else None
        return [] if place is None else [row[place] for row in self.rows]


def read(html: str) -> Grid:
    """Read a table that `tables.show` displayed.

    Parameters
    ----------
    html : str
        One table as pandas writes it, and perhaps a note below.

    Returns
    -------
    Grid
        Without columns and rows where the notebook showed none.

    Examples
    --------
    >>> read("<table><thead><tr><th></th><th>n</th></tr><tr><th>step</th><th></th></tr></thead>"
    ...      "<tbody><tr><th>started</th><td>80</td></tr></tbody></table><p><em>Note.</em></p>")
    Grid(heads=('step', 'n'), labels=1, rows=(('started', '80'),), note='Note.')
    """
    parser = _Parser()
    parser.feed(html)
    head, body = _filled(parser.head), _filled(parser.body)
    note = plain("".join(parser.note), 2000)
    if not head or not body:
        return Grid(note=note)
    labels = parser.labels
    heads = [
        _heading([row[place] for row in head], place < labels) for place in range(len(head[0]))
    ]
    rows = [
        tuple(plain(cell, 200) if place < labels else plain(cell) for place, cell in enumerate(row))
        for row in body
    ]
    if labels == 1 and not heads[0] and [row[0] for row in rows] == [*map(str, range(len(rows)))]:
        heads, rows = heads[1:], [row[1:] for row in rows]  # a running number says nothing
    return Grid(tuple(heads), labels, tuple(rows), note)


def _heading(cells: list[str], label: bool) -> str:
    """Make one heading of those above each other: pandas writes what names the rows below."""
    named = dict.fromkeys(plain(cell.replace("_", " ")) for cell in cells if cell.strip())
    return " / ".join([*named][::-1] if label else named)


def _filled(rows: list[list[tuple[str, int, int]]]) -> list[list[str]]:
    """Write out the cells that span several rows or columns."""
    grid: dict[tuple[int, int], str] = {}
    for y, row in enumerate(rows):
        x = 0
        for text, down, right in row:
            while (y, x) in grid:
                x += 1
            grid |= {(y + dy, x + dx): text for dy in range(down) for dx in range(right)}
    width = 1 + max((x for _, x in grid), default=-1)
    return [[grid.get((y, x), "") for x in range(width)] for y in range(len(rows))]


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.head: list[list[tuple[str, int, int]]] = []
        self.body: list[list[tuple[str, int, int]]] = []
        self.note: list[str] = []
        self.labels = 0
        self._into: list[list[tuple[str, int, int]]] | None = None
        self._span: tuple[int, int] | None = None
        self._text: list[str] = []
        self._noted = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("thead", "tbody"):
            self._into = self.head if tag == "thead" else self.body
        elif tag == "tr" and self._into is not None:
            self._into.append([])
        elif tag in ("th", "td") and self._into:
            found = dict(attrs)
            self._span = int(found.get("rowspan") or 1), int(found.get("colspan") or 1)
            self._text = []
            if tag == "th" and self._into is self.body and len(self.body) == 1:
                self.labels += 1
        elif tag == "em":
            self._noted = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("th", "td") and self._into and self._span:
            self._into[-1].append(("".join(self._text), *self._span))
            self._span = None
        elif tag in ("thead", "tbody"):
            self._into = None
        elif tag == "em":
            self._noted = False

    def handle_data(self, data: str) -> None:
        if self._span:
            self._text.append(data)
        elif self._noted:
            self.note.append(data)
