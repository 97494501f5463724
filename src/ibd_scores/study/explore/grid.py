"""Small tables on a sheet: each value written in a cell that is the darker the worse it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from ibd_scores.study.figures.sheet import LINE
from ibd_scores.study.figures.style import INK, PALE, SKY
from ibd_scores.study.tables import MISSING, number

__all__ = ["ROW", "Grid", "draw"]

ROW = 4.2  # height of a row of cells


@dataclass(frozen=True)
class Grid:
    """Values in rows and columns, under a title.

    Parameters
    ----------
    title : str
        Stands above.
    values : DataFrame
        Numbers; a missing one is a dash in a white cell.
    worst : sequence of float
        Of each row the value that is darkest; NaN for a row that is not shaded.
    words : mapping of (row, column) to str
        Stands in a cell instead of its value.
    """

    title: str
    values: pd.DataFrame
    worst: Sequence[float]
    words: Mapping[tuple[Any, Any], str]

    @property
    def height(self) -> float:
        """In millimeters, with title and heads."""
        return 2 * LINE + 2 + ROW * len(self.values)


def draw(page: Axes, left: float, top: float, grid: Grid, *, label: float, cell: float) -> None:
    """Draw a grid on a sheet; `label` and `cell` are the widths of the two in mm, 0 for none."""
    page.text(left + label, top, grid.title, va="top")
    heads, first = top + LINE + 2.6, top + 2 * LINE + 1.5
    for place, column in enumerate(grid.values):
        page.text(left + label + (place + 0.5) * cell, heads, str(column), ha="center", va="center")
    for place, (name, row) in enumerate(grid.values.iterrows()):
        y = first + place * ROW
        if label:
            page.text(left + label - 1, y + ROW / 2, str(name), ha="right", va="center")
        for column, (head, value) in enumerate(row.items()):
            _cell(page, left + label + column * cell, y, cell, float(value), grid.worst[place],
                  grid.words.get((name, head), ""))  # fmt: skip


def _cell(page: Axes, x: float, y: float, width: float, value: float, worst: float,
          word: str) -> None:  # fmt: skip
    share = 0.0 if word or np.isnan(value) or not worst > 0 else float(np.clip(value / worst, 0, 1))
    face = tuple(1 - share * (1 - part) for part in to_rgb(SKY))
    page.add_patch(Rectangle((x, y), width, ROW, facecolor=face, edgecolor=PALE, linewidth=0.4))
    digits = 0 if float(value).is_integer() else 1
    text = word or (MISSING if np.isnan(value) else number(value, digits))
    page.text(x + width / 2, y + ROW / 2, text, ha="center", va="center", color=INK)
