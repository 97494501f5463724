"""Each patient's change from baseline to week 12."""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from ibd_scores.study.figures.style import (
    BLUE,
    INK,
    MM,
    RUST,
    SKY,
    WIDTH,
    noted,
    nothing,
    styled,
)
from ibd_scores.study.labels import DRAWN_SINGLY, LIMITS, VISITS, quantity
from ibd_scores.study.tables import number

__all__ = ["CUTS", "cuts", "paired_changes"]

# The remission cut or upper limit drawn in a panel: value and what it says. None for the SES-CD of
# the segments explored at both visits: remission is that of all segments explored.
CUTS: Mapping[str, tuple[float, str]] = {
    "cdai": (150, "remission < 150"),
    "hbi": (4, "remission ≤ 4"),
    "ses_cd": (2, "remission ≤ 2"),
    "mayo_full": (2, "remission ≤ 2"),
    **{column: (limit, f"normal < {limit:g}") for column, limit in LIMITS.items()},
}
# What lies beyond a limit of detection: its censor mark, its sign, what the sign says.
BEYOND = {"left": ("v", "below assay range"), "right": ("^", "above assay range")}
BOXES = "box: quartiles; whiskers: 5th to 95th percentile"
BARS = "bars: how many patients have which value"
USUAL, MOST = 20, 40  # bars


def cuts(
    *,
    crp_limit: float = LIMITS["crp_mg_l"],
    calprotectin_limit: float = LIMITS["calprotectin_ug_g"],
) -> dict[str, tuple[float, str]]:
    """`CUTS` with the limits below which a run of the study calls the markers normal.

    Parameters
    ----------
    crp_limit : float
        mg/L.
    calprotectin_limit : float
        µg/g.

    Examples
    --------
    >>> cuts(crp_limit=8)["crp_mg_l"]
    (8, 'normal < 8')
    >>> cuts()["cdai"], cuts() == CUTS
    ((150, 'remission < 150'), True)
    """
    limits = {"crp_mg_l": crp_limit, "calprotectin_ug_g": calprotectin_limit}
    return {**CUTS, **{name: (limit, f"normal < {limit:g}") for name, limit in limits.items()}}


@styled
def paired_changes(
    pairs: pd.DataFrame,
    columns: Sequence[str],
    *,
    log: Sequence[str] = (),
    cuts: Mapping[str, tuple[float, str]] = CUTS,
    width: float = WIDTH,
    note: str = "",
) -> Figure:
    """Each patient's change from baseline to week 12, a panel for each column.

    Beside the lines stand box plots: median, quartiles, whiskers from the 5th to the 95th
    percentile. The foot says so. Of more than `labels.DRAWN_SINGLY` patients bars count who has
    which value, and the panel says how many improved.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns. Patients with both values are drawn; a column
        ``<column>_censor`` marks values beyond a limit, drawn at the limit as triangles.
    columns : sequence of str
        Such as ``["cdai", "ses_cd"]`` or ``["crp_mg_l", "calprotectin_ug_g"]``.
    log : sequence of str
        Columns with a logarithmic axis.
    cuts : mapping
        Column to (value, text) of the dotted line to draw: see `cuts` for other limits.
    width : float
        Inches: `WIDTH`, one column, or `DOUBLE`, two.
    note : str
        A line at the foot, such as "Simulated cohort".
    """
    figure, grid = plt.subplots(1, len(columns), figsize=(width, 68 * MM), squeeze=False)
    sides: set[str] = set()
    lines = False
    for axes, column in zip(grid[0], columns, strict=True):
        values, marks = _pair(pairs, column)
        if values.empty:
            nothing(axes, pairs)
        elif column in log:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.minorticks_off()
        else:
            top = float(values.max().max()) or 1
            axes.set_ylim(-0.02 * top, 1.04 * top)
        words = f"{quantity(column)}\nn = {len(values)}"
        if len(values) > DRAWN_SINGLY:
            _bars(axes, values.to_numpy(), log=column in log)
            words += f", {_improved(values)} improved"
        elif len(values):
            _slopes(axes, values.to_numpy(), marks)
            sides.update(*(mark.dropna() for mark in marks))
        lines |= len(values) <= DRAWN_SINGLY
        words += "\n"
        if column in cuts and len(values):
            value, text = cuts[column]
            axes.axhline(value, color=INK, linewidth=1.2, linestyle=":", zorder=4)
            words += f"dotted: {text}"
        axes.set_title(words, fontsize=7)
    if not lines:
        return noted(figure, "\n".join(filter(None, [BARS, BOXES, note])))
    handles = [
        Line2D([], [], color=SKY, label="improved"),
        Line2D([], [], color=RUST, linestyle="--", linewidth=1.1, label="not improved"),
    ]
    handles += [
        Line2D([], [], color=INK, marker=marker, markersize=3.5, linestyle="", label=words)
        for side, (marker, words) in BEYOND.items() if side in sides
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="outside upper center", ncols=2 if len(handles) > 3 else 3,
        handlelength=1.8, columnspacing=1.2,
    )  # fmt: skip
    return noted(figure, "\n".join(filter(None, [BOXES, note])))


def _pair(pairs: pd.DataFrame, column: str) -> tuple[pd.DataFrame, list["pd.Series[str]"]]:
    """Take the patients with both values: the values and the censor marks of each visit."""
    values = pairs.reindex(columns=[f"{column}_baseline", column]).astype("float64").dropna()
    names = [f"{column}_censor_baseline", f"{column}_censor"]
    return values, [values.join(pairs.reindex(columns=names))[name] for name in names]


def _slopes(axes: Axes, values: np.ndarray, marks: Sequence["pd.Series[str]"]) -> None:
    """Draw a line for each patient and, outside of the lines, a box plot for each visit."""
    for before, after in values:
        better = after < before
        axes.plot(
            [0, 1], [before, after], color=SKY if better else RUST,
            zorder=2 if better else 3, linewidth=0.5 if better else 1,
            linestyle="-" if better else (0, (3, 1)),
        )  # fmt: skip
    for visit, face in ((0, "white"), (1, BLUE)):
        column = values[:, visit]
        plain = marks[visit].isna().to_numpy()
        for side, (marker, _) in BEYOND.items():
            beyond = marks[visit].eq(side).to_numpy(dtype=bool, na_value=False)
            axes.plot([visit] * int(beyond.sum()), column[beyond], marker, color=INK,
                      markersize=3.5, zorder=6)  # fmt: skip
        axes.plot([visit] * int(plain.sum()), column[plain], "o", markersize=2.6, color=BLUE,
                  markerfacecolor=face, markeredgewidth=0.6, zorder=5)  # fmt: skip
        _box(axes, column, visit, face)
    _between(axes)


def _improved(values: pd.DataFrame) -> str:
    """Give the percentage of patients whose value fell."""
    before, after = values.to_numpy().T
    return f"{number(100 * float((after < before).mean()), 0)} %"


def _bars(axes: Axes, values: np.ndarray, *, log: bool) -> None:
    """Draw how many patients have which value, from each visit inwards, beside its box plot."""
    scaled = np.log10(values) if log else values
    low, high = float(scaled.min()), float(scaled.max())
    if not log and (scaled == scaled.round()).all():  # bars of equally many whole numbers
        wide = np.ceil((high - low + 1) / MOST)
        edges = np.arange(low - 0.5, high + wide, wide)
    else:
        edges = np.linspace(low, high if high > low else low + 1, USUAL + 1)
    counts = [np.histogram(column, edges)[0] for column in scaled.T]
    longest = max(count.max() for count in counts)
    places = 10**edges if log else edges
    for visit, face, count in zip((0, 1), ("white", BLUE), counts, strict=True):
        reach = 0.46 * count / longest
        axes.stairs(
            visit + (reach if visit == 0 else -reach), places, baseline=visit,
            orientation="horizontal", fill=True, facecolor=face, edgecolor=BLUE, linewidth=0.6,
        )  # fmt: skip
        _box(axes, values[:, visit], visit, face)
    if not log:
        axes.set_ylim(min(axes.get_ylim()[0], places[0]), max(axes.get_ylim()[1], places[-1]))
    _between(axes)


def _box(axes: Axes, column: np.ndarray, visit: int, face: str) -> None:
    axes.boxplot(
        column, positions=[visit * 1.5 - 0.25], widths=0.18, whis=(5, 95),
        zorder=5, showfliers=False, patch_artist=True, manage_ticks=False,
        boxprops={"facecolor": face, "linewidth": 0.7},
        whiskerprops={"linewidth": 0.7}, capprops={"linewidth": 0.7},
        medianprops={"color": INK if visit == 0 else "white", "linewidth": 1.6},
    )  # fmt: skip


def _between(axes: Axes) -> None:
    """Place the visits, with room for the box plots outside of them."""
    axes.set_xlim(-0.45, 1.45)
    axes.set_xticks([0, 1], VISITS)
    axes.set(xlabel="", ylabel="")
