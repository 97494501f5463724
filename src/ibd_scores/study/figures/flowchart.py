"""From started to completed to scoped, as boxes and arrows."""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ibd_scores.study.figures.sheet import LINE, fitted, lines, sheet
from ibd_scores.study.figures.style import INK, MM, WIDTH, styled

__all__ = ["flow"]

LEFT, MAIN = 1.0, 38.0  # where the boxes of the column begin, and their width
ASIDE, SIDE = 46.0, 42.0
PAD, GAP = 1.6, 2.5
LONGEST = 120  # signs of a reason: somebody's free text does not become the figure
ARROW = {
    "arrowstyle": "-|>,head_width=0.15,head_length=0.3",
    "linewidth": 0.8,
    "color": INK,
    "shrinkA": 0,
    "shrinkB": 0,
}
STEPS = (
    "started",
    "endoscopy at baseline",
    "stopped before week 12",
    "completed 12 weeks",
    "completed, endoscopy at baseline",
    "completed, endoscopy at week 12",
    "completed, endoscopy at both",
)


class Stage(NamedTuple):
    """The text of a box of the column, and of the box beside the arrow that leaves it."""

    text: str
    left: str = ""

    @property
    def height(self) -> float:
        return LINE * lines(self.text) + 2 * PAD

    @property
    def beside(self) -> float:
        return LINE * lines(self.left) + 2 * PAD if self.left else 0.0


@styled
def flow(tables: Mapping[str, pd.DataFrame], *, note: str = "") -> Figure:
    """Flow of patients from started to completed to scoped, and why others left (STROBE item 13).

    Parameters
    ----------
    tables : mapping
        Title of the panel, such as "CD", to what ``description.flow`` returns.
    note : str
        A line at the foot, such as "Simulated cohort".

    Raises
    ------
    ValueError
        If a table lacks a step, with its name.

    References
    ----------
    von Elm E, et al. Lancet 2007;370:1453-1457. doi:10.1016/S0140-6736(07)61602-X
    """
    panels = {name: _stages(name, table["n"]) for name, table in tables.items()}
    heights = [
        12 + sum(stage.height + stage.beside + 2 * GAP * bool(stage.left) for stage in stages)
        for stages in panels.values()
    ]
    figure, page = sheet(WIDTH, sum(heights) or 12, note)
    if not panels:
        page.text(WIDTH / MM / 2, 6, "no patients", ha="center", va="center")
    top = 0.0
    for (name, stages), height in zip(panels.items(), heights, strict=True):
        page.text(LEFT, top + 4, name, fontsize=8, va="center")
        if not stages:
            page.text(WIDTH / MM / 2, top + 8, "no patients", ha="center", va="center")
        _draw(page, stages, top + 8)
        top += height
    return figure


def _stages(name: str, n: "pd.Series[int]") -> list[Stage]:
    absent = [step for step in STEPS if step not in n]
    if absent:
        raise ValueError(
            f"{name}: the table has no step {absent[0]!r}; give what description.flow returns"
        )
    started, scoped, stopped, done, first, second, both = (int(n[step]) for step in STEPS)
    if not started:
        return []
    reasons = {
        str(step).removeprefix("stopped: "): int(k)
        for step, k in n.items()
        if str(step).startswith("stopped: ")
    }
    unscoped = {
        "no endoscopy at week 12": first - both,
        "no endoscopy at baseline": second - both,
        "no endoscopy at either": done - first - second + both,
    }
    return [
        Stage(
            _text(f"Started\nn = {started}\nendoscopy at baseline: {scoped}", MAIN),
            _aside("Stopped before week 12", stopped, reasons),
        ),
        Stage(
            _text(f"Completed 12 weeks\nn = {done}", MAIN),
            _aside("Not scoped at both visits", done - both, unscoped),
        ),
        Stage(_text(f"Endoscopy at baseline and at week 12\nn = {both}", MAIN)),
    ]


def _text(text: str, width: float) -> str:
    return "\n".join(fitted(line, width - 2 * PAD) for line in text.split("\n"))


def _aside(heading: str, n: int, reasons: Mapping[str, int]) -> str:
    listed = [
        fitted(f"{_cut(why)}: {k}", SIDE - 2 * PAD - 2, "  ") for why, k in reasons.items() if k
    ]
    return "\n".join([_text(f"{heading}\nn = {n}", SIDE), *listed])


def _cut(why: str) -> str:
    return why if len(why) <= LONGEST else f"{why[: LONGEST - 1]}…"


def _draw(page: Axes, stages: list[Stage], top: float) -> None:
    middle = LEFT + MAIN / 2
    for stage in stages:
        _box(page, LEFT, top, MAIN, stage.height)
        page.text(middle, top + stage.height / 2, stage.text, ha="center", va="center")
        top += stage.height
        if stage.left:
            turn, end = top + GAP + stage.beside / 2, top + 2 * GAP + stage.beside
            _box(page, ASIDE, top + GAP, SIDE, stage.beside)
            page.text(ASIDE + PAD, turn, stage.left, va="center")
            for start, stop in (((middle, top), (middle, end)), ((middle, turn), (ASIDE, turn))):
                page.annotate("", stop, start, arrowprops=ARROW)
            top = end


def _box(page: Axes, left: float, top: float, width: float, height: float) -> None:
    page.add_patch(
        Rectangle((left, top), width, height, facecolor="white", edgecolor=INK, linewidth=0.8)
    )
