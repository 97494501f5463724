"""Figures at one column's width (89 mm), for colour-blind readers and for grey print.

Colour never stands alone: baseline is hollow and week 12 filled, who did not improve is dashed and
a cut dotted, ordered categories run from light to dark, what is missing is hatched, and every panel
says how many patients it shows; one with nothing to show says "no patients" or "no values". Each
function returns a matplotlib Figure; `save_figure` writes it as PNG and PDF.
"""

import functools
import textwrap
from collections.abc import Callable, Collection, Mapping, Sequence, Sized
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from ibd_scores.study import paths
from ibd_scores.study.alluvial import INK, alluvial
from ibd_scores.study.description import segment_counts
from ibd_scores.study.labels import ESTIMAND_TITLES, LEVELS, LIMITS, VISITS, quantity, title

__all__ = [
    "CUTS",
    "STYLE",
    "endoscopy_by_segment",
    "paired_changes",
    "rates_forest",
    "save_figure",
    "transitions",
]

MM = 1 / 25.4
WIDTH = 89 * MM
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
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
# Okabe and Ito's palette, chosen so that the pairs used together differ in grey as well.
BLUE, SKY, ORANGE = "#0072B2", "#56B4E9", "#E69F00"
RUST = "#A33B00"  # its vermillion, darkened: in grey the original is close to the sky blue
PALE = "#b8b8b8"

# The remission cut or upper limit drawn in a panel: value and what it says. None for the SES-CD of
# the segments explored at both visits: remission is that of all segments explored.
CUTS: Mapping[str, tuple[float, str]] = {
    "cdai": (150, "remission < 150"),
    "hbi": (4, "remission ≤ 4"),
    "ses_cd": (2, "remission ≤ 2"),
    "mayo_full": (2, "remission ≤ 2"),
    **{column: (limit, f"normal < {limit:g}") for column, limit in LIMITS.items()},
}
BOXES = "box: quartiles; whiskers: 5th to 95th percentile"

P = ParamSpec("P")
R = TypeVar("R")


def _styled(draw: Callable[P, R]) -> Callable[P, R]:
    @functools.wraps(draw)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        with plt.rc_context(STYLE):
            return draw(*args, **kwargs)

    return wrapper


@_styled
def paired_changes(
    pairs: pd.DataFrame,
    columns: Sequence[str],
    *,
    log: Sequence[str] = (),
    cuts: Mapping[str, tuple[float, str]] = CUTS,
    note: str = "",
) -> Figure:
    """Each patient's change from baseline to week 12, a panel for each column.

    Beside the lines stand box plots: median, quartiles, whiskers from the 5th to the 95th
    percentile. The foot says so.

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
        Column to (value, text) of the dotted line to draw: with another limit
        ``CUTS | {"crp_mg_l": (10, "normal < 10")}``.
    note : str
        A line at the foot, such as "Simulated cohort".
    """
    figure, grid = plt.subplots(1, len(columns), figsize=(WIDTH, 68 * MM), squeeze=False)
    for axes, column in zip(grid[0], columns, strict=True):
        values, marks = _pair(pairs, column)
        if values.empty:
            _nothing(axes, pairs)
        elif column in log:
            axes.set_yscale("log")
            axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.minorticks_off()
        else:
            top = float(values.max().max()) or 1
            axes.set_ylim(-0.02 * top, 1.04 * top)
        if len(values):
            _slopes(axes, values.to_numpy(), marks)
        words = f"{quantity(column)}\nn = {len(values)}\n"
        if column in cuts and len(values):
            value, text = cuts[column]
            axes.axhline(value, color=INK, linewidth=1.2, linestyle=":", zorder=4)
            words += f"dotted: {text}"
        axes.set_title(words, fontsize=7)
    handles = [
        Line2D([], [], color=SKY, label="improved"),
        Line2D([], [], color=RUST, linestyle="--", linewidth=1.1, label="not improved"),
    ]
    if any(f"{column}_censor" in pairs for column in columns):
        handles.append(
            Line2D(
                [],
                [],
                color=INK,
                marker="v",
                markersize=3.5,
                linestyle="",
                label="outside assay range",
            )
        )
    figure.legend(
        handles=handles, loc="outside upper center", ncols=3, handlelength=1.8, columnspacing=1.2
    )
    return _noted(figure, "\n".join(filter(None, [BOXES, note])))


@_styled
def rates_forest(rates: pd.DataFrame, *, reported: Collection[str] = (), note: str = "") -> Figure:
    """Endpoint rates with their intervals, a panel for each disease, k/n written out.

    Parameters
    ----------
    rates : DataFrame
        What ``estimands.rates`` returns; choose rows beforehand.
    reported : collection of str
        Endpoints that the study reported; they get a dagger, which the note should explain.
    note : str
        A line at the foot, such as "Simulated cohort".
    """
    looks = [("o", BLUE, BLUE), ("s", INK, "white"), ("D", ORANGE, ORANGE), ("^", INK, INK)]
    estimands = list(rates["estimand"].unique())
    blocks = list(rates.groupby("disease", sort=False))
    if not blocks:
        figure, axes = plt.subplots(figsize=(WIDTH, 24 * MM))
        _nothing(axes, rates)
        return _noted(figure, note)
    rows = [block["endpoint"].nunique() * (len(estimands) + 0.7) for _, block in blocks]
    height = 3.3 * sum(rows) + 10 * len(blocks) + 3.5 * len(estimands) + 14
    figure, grid = plt.subplots(
        len(blocks), 1, figsize=(WIDTH, height * MM),
        height_ratios=rows, sharex=True, squeeze=False,
    )  # fmt: skip
    for axes, (disease, block) in zip(grid[:, 0], blocks, strict=True):
        labels = list(block["endpoint"].unique())
        step = len(estimands) + 0.7
        for row in block.to_dict("records"):
            place = estimands.index(row["estimand"])
            y = labels.index(row["endpoint"]) * step + place
            marker, edge, face = looks[place % len(looks)]
            axes.plot([row["low"], row["high"]], [y, y], color=edge, linewidth=1)
            axes.plot(
                row["percent"], y, marker=marker, color=edge, markerfacecolor=face, markersize=4,
                clip_on=False, zorder=3,
            )  # fmt: skip
            axes.text(103, y, f"{row['k']:.0f}/{row['n']:.0f}", va="center")
        middle = [index * step + (len(estimands) - 1) / 2 for index in range(len(labels))]
        wrapped = [textwrap.fill(title(label, reported), 22) for label in labels]
        axes.set_yticks(middle, wrapped)
        axes.set_ylim(len(labels) * step - 0.5, -0.85)
        axes.set_xlim(0, 100)
        axes.tick_params(axis="y", length=0, pad=5)  # a marker at 0 % reaches out by 2 points
        axes.spines["left"].set_visible(False)
        for y in middle[1:]:
            axes.axhline(y - step / 2, color=PALE, linewidth=0.4)
        axes.set_title(str(disease))
        axes.text(103, -0.95, "k/n", va="bottom")
    grid[-1, 0].set_xlabel("patients, % (95 % CI)")
    handles = [
        Line2D([], [], marker=marker, color=edge, markerfacecolor=face, markersize=4,
               linewidth=1, label=ESTIMAND_TITLES.get(estimand, estimand))
        for estimand, (marker, edge, face) in zip(estimands, looks, strict=False)
    ]  # fmt: skip
    figure.legend(handles=handles, loc="outside upper center", ncols=1)
    return _noted(figure, note)


@_styled
def transitions(tables: Mapping[str, pd.DataFrame], *, note: str = "") -> Figure:
    """Flow of patients between categories from baseline to week 12.

    Parameters
    ----------
    tables : mapping
        Title of the panel to what ``description.transitions`` returns, categories from best to
        worst.
    note : str
        A line at the foot, such as "Simulated cohort".
    """
    figure, grid = plt.subplots(
        len(tables), 1, figsize=(WIDTH, (52 * len(tables) + 4) * MM), squeeze=False
    )
    for axes, (name, table) in zip(grid[:, 0], tables.items(), strict=True):
        counts = table.drop(index="total", columns="total")
        everyone = int(counts.to_numpy().sum())
        axes.set_title(f"{name}, n = {everyone}")
        if counts.loc["missing", "missing"] == everyone:
            _nothing(axes, range(everyone))
            continue
        alluvial(axes, counts, [*_shades(len(counts) - 1), "white"])
        axes.set_xticks([0, 1], VISITS)
    return _noted(figure, note)


@_styled
def endoscopy_by_segment(
    pairs: pd.DataFrame, variable: str = "ulcer_size", *, note: str = ""
) -> Figure:
    """Draw `segment_counts` as percent of patients, a bar for each segment and visit.

    Parameters
    ----------
    pairs, variable
        See `segment_counts`.
    note : str
        A line at the foot, such as "Simulated cohort".
    """
    levels = list(LEVELS[variable])
    shades = _shades(len(levels))
    counted = segment_counts(pairs, variable)
    if not counted["n"].any():
        figure, axes = plt.subplots(figsize=(WIDTH, 24 * MM))
        _nothing(axes, pairs)
        return _noted(figure, note)
    figure, axes = plt.subplots(figsize=(WIDTH, 72 * MM))
    places = {}
    for row, (segment, both) in enumerate(counted.groupby("segment", sort=False)):
        top = 2.7 * row
        places[str(segment).replace("_", " ").capitalize()] = top + 0.5
        axes.text(102, top + 0.5, f"n = {both['n'].iloc[0]}", va="center")
        shares = 100 * both[levels].div(both["n"], axis=0).droplevel("segment")
        for y, (visit, percents) in enumerate(shares.iterrows()):
            axes.text(-1.5, top + y, str(visit), ha="right", va="center", color="#404040")
            axes.barh([top + y] * len(levels), percents, left=percents.cumsum() - percents,
                      height=0.86, color=shades, edgecolor=INK, linewidth=0.5)  # fmt: skip
    axes.set_yticks(list(places.values()), list(places))
    axes.tick_params(axis="y", length=0, pad=37)
    axes.set_xlim(0, 100)
    axes.invert_yaxis()
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("patients with the segment explored at both visits, %", x=0.3)
    handles = [
        Patch(facecolor=shade, edgecolor=INK, linewidth=0.5, label=level)
        for shade, level in zip(shades, levels, strict=True)
    ]
    figure.legend(
        handles=handles, loc="outside upper center", ncols=len(levels), handlelength=1.2,
        columnspacing=1.2, title=quantity(variable),
    )  # fmt: skip
    return _noted(figure, note)


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
        with plt.rc_context(STYLE), paths.replacing(path) as temporary:
            figure.savefig(temporary, metadata=metadata)
        written.append(path)
    return written


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
        for side, marker in (("left", "v"), ("right", "^")):
            beyond = marks[visit].eq(side).to_numpy(dtype=bool, na_value=False)
            axes.plot([visit] * int(beyond.sum()), column[beyond], marker, color=INK,
                      markersize=3.5, zorder=6)  # fmt: skip
        axes.plot([visit] * int(plain.sum()), column[plain], "o", markersize=2.6, color=BLUE,
                  markerfacecolor=face, markeredgewidth=0.6, zorder=5)  # fmt: skip
        if len(column):
            axes.boxplot(
                column, positions=[visit * 1.5 - 0.25], widths=0.18, whis=(5, 95),
                zorder=5, showfliers=False, patch_artist=True, manage_ticks=False,
                boxprops={"facecolor": face, "linewidth": 0.7},
                whiskerprops={"linewidth": 0.7}, capprops={"linewidth": 0.7},
                medianprops={"color": INK if visit == 0 else "white", "linewidth": 1.6},
            )  # fmt: skip
    axes.set_xlim(-0.45, 1.45)
    axes.set_xticks([0, 1], VISITS)
    axes.set(xlabel="", ylabel="")


def _nothing(axes: Axes, patients: Sized) -> None:
    """Write into a panel without anything to draw why it is empty."""
    axes.text(0.5, 0.5, "no values" if len(patients) else "no patients", ha="center", va="center",
              transform=axes.transAxes)  # fmt: skip
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)


def _shades(count: int) -> list[tuple[float, float, float]]:
    """Ordered colours from light (best) to dark (worst), the same order in grey."""
    return list(seaborn.color_palette("YlGnBu", count + 1)[:count])


def _noted(figure: Figure, note: str) -> Figure:
    if note:
        wrapped = "\n".join(textwrap.fill(line, 60) for line in note.splitlines())
        figure.supxlabel(wrapped, x=0.99, ha="right", fontsize=7, fontstyle="italic")
    return figure
