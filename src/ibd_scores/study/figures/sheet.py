"""Pages laid out in millimeters: where text and marks stand in rows and boxes of their own."""

import re
from functools import cache
from typing import cast

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath

from ibd_scores.study.figures.fonts import families, legible
from ibd_scores.study.figures.style import MM, STYLE, foot, noted

__all__ = ["LINE", "fitted", "lines", "panel", "percent_axis", "sheet"]

LINE = 3.0  # height of a line of text


def sheet(width: float, height: float, note: str) -> tuple[Figure, Axes]:
    """Open a figure and axes over all of it, in which a unit is a millimeter, downward from 0.

    Parameters
    ----------
    width : float
        Inches, as `style.WIDTH`.
    height : float
        Millimeters, without the note.
    note : str
        Written below.
    """
    total = height + (LINE * len(foot(note, width)) + 2 if note else 0)
    figure = plt.figure(figsize=(width, total * MM), layout="none")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, width / MM), ylim=(total, 0))
    page.set_axis_off()
    return noted(figure, note), page


def panel(page: Axes, left: float, top: float, width: float, height: float) -> Axes:
    """Axes on a sheet, without a background: the distances in millimeters."""
    (_, right), (bottom, _) = page.get_xlim(), page.get_ylim()
    figure = cast(Figure, page.get_figure())
    return figure.add_axes(
        (left / right, 1 - (top + height) / bottom, width / right, height / bottom),
        facecolor="none",
    )


def percent_axis(page: Axes, left: float, top: float, width: float, height: float) -> Axes:
    """Panel whose x runs from 0 to 100 % and whose y are the sheet's own millimeters."""
    axes = panel(page, left, top, width, height)
    axes.set(xlim=(0, 100), ylim=(top + height, top))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    return axes


def lines(text: str) -> int:
    """How many lines a text has."""
    return text.count("\n") + 1


def fitted(text: str, width: float, indent: str = "") -> str:
    """Break a text so that no line is wider than `width` mm; within a word if it must be.

    Lines after the first begin with `indent`. A no-break space breaks no line.
    """
    found, line = [], ""
    for word in re.split(r"[ \t\n]+", text.strip()):
        longer = f"{line} {word}" if line.strip() else line + word
        if line.strip() and _width(longer) > width:
            found.append(line)
            longer = indent + word
        while _width(longer) > width:
            fits = [end for end in range(1, len(longer)) if _width(longer[:end]) <= width]
            end = max([len(indent) + 1, *fits[-1:]])
            found.append(longer[:end])
            longer = indent + longer[end:]
        line = longer
    return "\n".join([*found, line])


@cache
def _width(text: str) -> float:
    if not text.strip():
        return 0.0
    family = FontProperties(family=families(text))
    path = TextPath((0, 0), legible(text), size=STYLE["font.size"], prop=family)
    # Glyphs reach no further than their control points; `get_extents` would solve every curve.
    return float(np.ptp(path.vertices[path.codes != Path.CLOSEPOLY, 0])) / 72 / MM
