"""How the figures look: sizes, colors, the foot, and how a figure becomes a file."""

import functools
import gc
import textwrap
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ParamSpec

import matplotlib.pyplot as plt
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ibd_scores.study import paths
from ibd_scores.study.figures.fonts import SANS, relettered
from ibd_scores.study.tables import number

__all__ = [
    "BLUE",
    "DOUBLE",
    "INK",
    "MM",
    "ORANGE",
    "PALE",
    "RUST",
    "SKY",
    "STYLE",
    "WIDTH",
    "foot",
    "noted",
    "nothing",
    "ratio",
    "save_figure",
    "shades",
    "styled",
]

MM = 1 / 25.4
WIDTH = 89 * MM
DOUBLE = 183 * MM
STYLE: dict[Any, Any] = {
    "font.family": SANS,
    "font.size": 7,
    "axes.titlesize": 8,
    "axes.titlelocation": "left",
    "axes.labelsize": 7,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "ytick.minor.size": 0,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 0.8,
    "hatch.linewidth": 0.5,
    "figure.dpi": 200,
    "figure.constrained_layout.use": True,
    "savefig.dpi": 300,
    "pdf.fonttype": 42,
}
# Saving gives a figure without a layout engine, as a sheet is, the one of the settings.
SAVED = STYLE | {"figure.constrained_layout.use": False}
# Okabe and Ito's palette, chosen so that the pairs used together differ in grey as well.
BLUE, SKY, ORANGE = "#0072B2", "#56B4E9", "#E69F00"
RUST = "#7A2C00"  # its vermillion, darkened: in grey the original is close to both blues
PALE = "#b8b8b8"
INK = "#1a1a1a"

P = ParamSpec("P")


def styled(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Draw in this style, whatever the user's own settings, and leave those as they are."""

    @functools.wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with plt.rc_context(STYLE):
            return relettered(draw(*args, **kwargs))

    return wrapper


def save_figure(figure: Figure, stem: str | Path) -> list[Path]:
    """Write a figure as ``<stem>.png`` (300 dpi) and ``<stem>.pdf`` (vector, fonts embedded).

    The same figure gives the same bytes: no date and no software version is written. Each file is
    there whole or not at all.

    Returns
    -------
    list of Path
        The two files.
    """
    written = []
    for suffix, metadata in (
        (".png", {"Software": None}),
        (".pdf", {"CreationDate": None, "Producer": None, "Creator": None}),
    ):
        path = Path(stem).with_name(Path(stem).name + suffix)
        with plt.rc_context(SAVED), _uncollected(), paths.replacing(path) as temporary:
            figure.savefig(temporary, metadata=metadata)
        written.append(path)
    return written


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let nobody look for garbage among the many objects of a font that is read to be embedded."""
    on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if on:
            gc.enable()


def nothing(axes: Axes, patients: Sized) -> None:
    """Write into a panel without anything to draw why it is empty."""
    axes.text(0.5, 0.5, "no values" if len(patients) else "no patients", ha="center", va="center",
              transform=axes.transAxes)  # fmt: skip
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def shades(count: int) -> list[tuple[float, float, float]]:
    """Ordered colors from light (best) to dark (worst), the same order in grey."""
    return list(seaborn.color_palette("YlGnBu", count))


def noted(figure: Figure, note: str) -> Figure:
    """Write the note at the foot, wrapped to the figure's width."""
    if note:
        wrapped = "\n".join(foot(note, figure.get_figwidth()))
        figure.supxlabel(wrapped, x=0.99, ha="right", fontsize=7, fontstyle="italic")
    return figure


def foot(note: str, width: float) -> list[str]:
    """Lines of a note at the foot of a figure of this width, in inches."""
    letters = round(60 * width / WIDTH)
    return [part for line in note.splitlines() for part in textwrap.wrap(line, letters) or [""]]


def ratio(k: float, n: float) -> str:
    """Write k/n; by multiple imputation k is a mean, with its decimal.

    Examples
    --------
    >>> ratio(44, 60), ratio(44.25, 60)
    ('44/60', '44.3/60')
    """
    return f"{k:.0f}/{n:.0f}" if float(k).is_integer() else f"{number(k, 1)}/{n:.0f}"
