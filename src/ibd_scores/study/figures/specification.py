"""Specification curves: the same question answered under every defensible combination of choices.

References
----------
Simonsohn U, et al. Nat Hum Behav 2020;4:1208-1214. doi:10.1038/s41562-020-0912-z
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from ibd_scores.study.figures.sheet import LINE, fitted, lines, panel, percent_axis, sheet
from ibd_scores.study.figures.style import (
    BLUE,
    DOUBLE,
    INK,
    MM,
    ORANGE,
    PALE,
    nothing,
    ratio,
    styled,
)
from ibd_scores.study.labels import ESTIMAND_TITLES
from ibd_scores.study.tables import number

__all__ = ["CHOICES", "specification_curve", "specification_overview"]

# The forks, as they are called beside the rows of dots.
CHOICES: Mapping[str, str] = {
    "endpoint": "Endpoint",
    "variant": "Variant",
    "segments": "Segments",
    "entry": "Patients",
    "hematocrit": "Hematocrit term",
    "weight": "Weight term",
    "diary": "Diary",
    "limit": "Limit",
    "among": "Denominator",
    "window": "Week-12 window",
    "estimand": "Estimand",
}
END = DOUBLE / MM - 1  # right edge
CURVE = 46.0  # height of the curve
STRIPE = "#efefef"


class Choice(NamedTuple):
    """A row of dots: which specifications chose it, and its label in lines."""

    label: str
    chosen: np.ndarray

    @property
    def height(self) -> float:
        return LINE * lines(self.label) + 0.5


@styled
def specification_curve(
    grid: pd.DataFrame,
    question: str,
    *,
    choices: Mapping[str, str] = CHOICES,
    note: str = "",
) -> Figure:
    """Every answer to one question, sorted, above the choices that led to it.

    Each column is a specification: its rate and 95 % interval, and below a tick in the row of each
    choice it made. A choice at which all specifications agree has no rows.

    Parameters
    ----------
    grid : DataFrame
        What ``multiverse.grid`` returns, of one disease: ``question``, the columns of `choices`
        (empty where a choice does not concern the endpoint), ``k, n, percent, low, high``;
        ``primary`` and, if there, ``usual``: made with the choices of the analysis itself.
    question : str
        Which of the questions to draw.
    choices : mapping
        Column to what it is called; columns that the grid does not have are left out.
    note : str
        A line at the foot, such as "Simulated cohort".

    Raises
    ------
    ValueError
        If the grid has other questions but not this one, or pools diseases.
    """
    asked = _asked(grid, question)
    own = asked.dropna(subset="percent").sort_values(["percent", "low"], kind="stable")
    if own.empty:
        figure, page = sheet(DOUBLE, 24, note)
        page.text(1, 4, _heading(question, asked, own), fontsize=8, va="center")
        nothing(panel(page, 1, 8, END - 1, 14), asked)
        return figure
    forks = _forks(asked, own, choices)
    left, head = 75.0, 8.0
    wide = END - left
    rows = sum(row.height for fork in forks.values() for row in fork) or LINE
    figure, page = sheet(DOUBLE, head + CURVE + 2 + rows + 7, note)
    page.text(1, 4, _heading(question, asked, own), fontsize=8, va="center")
    curve = panel(page, left, head, wide, CURVE)
    _legend(page, 1, head + 2, own, columns=1)
    if not forks:
        page.text(left - 2, head + CURVE + 2 + LINE / 2, "no choice differs", ha="right",
                  va="center")  # fmt: skip
    width = min(1.6, max(0.25, 0.7 * 72 * MM * wide / len(own)))
    _curve(curve, own, width)
    top = head + CURVE + 2
    dots = panel(page, left, top, wide, rows)
    dots.set(xlim=curve.get_xlim(), ylim=(top + rows, top))
    dots.set_axis_off()
    for place, (name, fork) in enumerate(forks.items()):
        _fork(page, dots, top, name, fork, own, width, striped=place % 2 == 0)
        top += sum(row.height for row in fork)
    page.text(left + wide / 2, top + 4, "specifications, sorted by their rate",
              ha="center", va="center")  # fmt: skip
    return figure


@styled
def specification_overview(grid: pd.DataFrame, *, note: str = "") -> Figure:
    """The spread of the specifications, a row for each question and endpoint.

    A thin line from the lowest to the highest rate, a bar over the middle half, a tick at the
    median, and diamonds at what the choices of the analysis itself give.

    Parameters
    ----------
    grid, note
        See `specification_curve`.

    Raises
    ------
    ValueError
        If the grid pools diseases.
    """
    _one_disease(grid)
    left, wide = 62.0, 56.0
    blocks = [
        (str(question), str(endpoint), block)
        for question, asked in grid.groupby("question", sort=False)
        for endpoint, block in asked.groupby("endpoint", sort=False)
    ]
    labels = [fitted(endpoint, left - 6) for _, endpoint, _ in blocks]
    heads = [not place or blocks[place - 1][0] != one[0] for place, one in enumerate(blocks)]
    heights = [
        LINE * lines(label) + 1.4 + 5 * head for label, head in zip(labels, heads, strict=True)
    ]
    top = 13.0
    figure, page = sheet(DOUBLE, top + (sum(heights) + 10 if blocks else 12), note)
    axes = percent_axis(page, left, top, wide, sum(heights) or 12)
    if not blocks:
        nothing(axes, grid)
        return figure
    axes.set_xlabel("patients, %")
    _legend(page, 1, 2.5, grid, columns=5, spread=True)
    columns = {130.0: "specifications", 157.0: "median (range), %", END: "usual choices"}
    for x, words in columns.items():
        page.text(x, 9.5, words, ha="right", va="center")
    for (question, _, block), label, head, height in zip(
        blocks, labels, heads, heights, strict=True
    ):
        y = top + (height + 5 * head) / 2
        if head:
            page.plot([1, END], [top + 0.4] * 2, color=PALE, linewidth=0.4)
            page.text(1, top + 3, _capital(question), va="center", fontweight="bold")
        page.text(5, y, label, va="center")
        texts = _spread(axes, y, block)
        for x, text in zip(columns, texts, strict=True):
            page.text(x, y, text, ha="right", va="center")
        top += height
    return figure


def _one_disease(grid: pd.DataFrame) -> None:
    if "disease" in grid and grid["disease"].nunique() > 1:
        raise ValueError("the grid pools diseases; give the rows of one, CD or UC")


def _asked(grid: pd.DataFrame, question: str) -> pd.DataFrame:
    _one_disease(grid)
    known = list(grid["question"].unique())
    if known and question not in known:
        raise ValueError(f"question {question!r} is not in the grid; use one of {', '.join(known)}")
    return grid.loc[grid["question"].eq(question)]


def _forks(
    asked: pd.DataFrame, own: pd.DataFrame, choices: Mapping[str, str]
) -> dict[str, list[Choice]]:
    """Give the levels of each choice that is one: in the order in which the grid has them.

    One level is a choice where others left it blank.
    """
    forks = {}
    for column, name in choices.items():
        if column not in asked:
            continue
        values = asked[column].astype(object).where(asked[column].notna(), "").unique()
        levels = [level for level in values if level != ""]
        if len(values) > 1:
            forks[name] = [
                Choice(
                    fitted(ESTIMAND_TITLES.get(level, str(level)), 46),
                    own[column].eq(level).to_numpy(dtype=bool, na_value=False),
                )
                for level in levels
            ]
    return forks


def _heading(question: str, asked: pd.DataFrame, own: pd.DataFrame) -> str:
    words = f"{_capital(question)}: {len(asked)} specification{'s' * (len(asked) != 1)}"
    if len(own):
        low, middle, high = own["percent"].astype("float64").quantile([0, 0.5, 1])
        words += f", median {number(middle, 1)} %, range {number(low, 1)} to {number(high, 1)} %"
    if len(own) < len(asked):
        words += f"; {len(asked) - len(own)} without patients not drawn"
    return words


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _interval(rate: "pd.Series[Any]") -> str:
    counts = ratio(rate["k"], rate["n"])
    percent, low, high = (number(rate[name], 1) for name in ("percent", "low", "high"))
    return f"{counts}, {percent} % ({low}–{high})"


def _flags(grid: pd.DataFrame, column: str) -> np.ndarray:
    if column not in grid:
        return np.zeros(len(grid), dtype=bool)
    return grid[column].astype("boolean").fillna(False).to_numpy(dtype=bool)


def _curve(axes: Axes, own: pd.DataFrame, width: float) -> None:
    rates = own[["percent", "low", "high"]].to_numpy(dtype="float64").T
    percent, low, high = rates
    places = np.arange(len(own))
    spans = [[(x, a), (x, b)] for x, a, b in zip(places.tolist(), low, high, strict=True)]
    axes.add_collection(LineCollection(spans, colors=PALE, linewidths=width, zorder=2))
    axes.plot(places, percent, ".", color=BLUE, markersize=max(1.5, min(4, 2 * width)), zorder=3)
    axes.set_xlim(-0.5 - 0.01 * len(own), len(own) - 0.5 + 0.01 * len(own))
    axes.set_ylim(-3, 112)
    axes.set_yticks(range(0, 101, 20))
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_ylabel("patients, % (95 % CI)")
    primary = _flags(own, "primary")
    others = _flags(own, "usual") & ~primary
    _diamonds(axes, places[others], percent[others], filled=False)
    _diamonds(axes, places[primary], percent[primary], filled=True)
    said, word = (primary, "primary") if primary.any() else (others, "usual choices")
    if said.sum() == 1:
        [x] = np.flatnonzero(said).tolist()
        axes.axvline(x, ymax=106 / 115, color=INK, linewidth=0.8, linestyle=":", zorder=4)
        side = "left" if x < len(own) / 2 else "right"
        axes.text(x, 107, f"{word}: {_interval(own.iloc[x])}", ha=side, va="center")


def _fork(
    page: Axes, dots: Axes, top: float, name: str, fork: list[Choice], own: pd.DataFrame,
    width: float, *, striped: bool,
) -> None:  # fmt: skip
    height = sum(row.height for row in fork)
    if striped:
        page.add_patch(
            Rectangle((0.5, top), END, height, facecolor=STRIPE, edgecolor="none", zorder=0)
        )
    page.text(1.5, top + 0.5, fitted(name, 24), va="top", fontweight="bold")
    for row in fork:
        y = top + row.height / 2
        page.text(73, y, row.label, ha="right", va="center")
        ticks = [[(x, y - 1.1), (x, y + 1.1)] for x in np.flatnonzero(row.chosen).tolist()]
        dots.add_collection(LineCollection(ticks, colors=INK, linewidths=width, zorder=2))
        for filled, column in ((True, "primary"), (False, "usual")):
            marked = _flags(own, column) & row.chosen
            if not filled:
                marked &= ~_flags(own, "primary")
            places = np.flatnonzero(marked)
            _diamonds(dots, places, np.full(len(places), y), filled=filled)
        top += row.height


def _diamonds(axes: Axes, x: np.ndarray, y: np.ndarray, *, filled: bool) -> None:
    axes.plot(x, y, "D", color=INK, markerfacecolor=ORANGE if filled else "white",
              markersize=4.5 if filled else 3.5, markeredgewidth=0.8, zorder=6 if filled else 5,
              clip_on=False)  # fmt: skip


def _spread(axes: Axes, y: float, block: pd.DataFrame) -> tuple[str, str, str]:
    """Draw a row of the overview; give its texts."""
    percent = block["percent"].astype("float64")
    count = f"{percent.notna().sum()} of {len(block)}" if percent.isna().any() else f"{len(block)}"
    if percent.isna().all():
        return count, "no values", ""
    low, first, middle, third, high = percent.quantile([0, 0.25, 0.5, 0.75, 1])
    axes.plot([low, high], [y, y], color=INK, linewidth=0.8, solid_capstyle="butt")
    axes.plot([first, third], [y, y], color=BLUE, linewidth=5, solid_capstyle="butt")
    axes.plot([middle, middle], [y - 1.3, y + 1.3], color=INK, linewidth=1.4)
    primary = _flags(block, "primary")
    usual = primary if primary.any() else _flags(block, "usual")
    own = block.loc[usual].dropna(subset="percent")
    _diamonds(axes, own["percent"].to_numpy(dtype="float64"), np.full(len(own), y),
              filled=bool(primary.any()))  # fmt: skip
    said = [
        f"{ratio(row['k'], row['n'])}, {number(row['percent'], 1)} %"
        for row in own.to_dict("records")[:1]
    ]
    return count, f"{number(middle, 1)} ({number(low, 1)}–{number(high, 1)})", "".join(said)


def _legend(
    page: Axes, x: float, y: float, drawn: pd.DataFrame, *, columns: int, spread: bool = False
) -> None:
    def diamond(filled: bool, label: str) -> Line2D:
        return Line2D([], [], linestyle="", marker="D", color=INK, label=label, markersize=4.5,
                      markerfacecolor=ORANGE if filled else "white")  # fmt: skip

    if spread:
        handles = [
            Line2D([], [], color=INK, linewidth=0.8, label="lowest to highest"),
            Line2D([], [], color=BLUE, linewidth=5, label="middle half"),
            Line2D([], [], color=INK, linewidth=1.4, marker="|", linestyle="", label="median"),
        ]
    else:
        handles = [Line2D([], [], color=PALE, marker=".", markerfacecolor=BLUE,
                          markeredgecolor=BLUE, label="rate, 95 % CI")]  # fmt: skip
    if _flags(drawn, "primary").any():
        handles.append(diamond(True, "primary analysis"))
    if (_flags(drawn, "usual") & ~_flags(drawn, "primary")).any():
        elsewhere = ", other endpoints" if _flags(drawn, "primary").any() else ""
        handles.append(diamond(False, f"usual choices{elsewhere}"))
    page.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(x, y), ncols=columns, borderpad=0,
        bbox_transform=page.transData, handlelength=1.6, columnspacing=1.6, borderaxespad=0,
    )  # fmt: skip
