"""Endpoint rates with their intervals."""

import textwrap
from collections.abc import Collection
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ibd_scores.study.figures.style import (
    BLUE,
    INK,
    MM,
    ORANGE,
    PALE,
    WIDTH,
    noted,
    nothing,
    ratio,
    styled,
)
from ibd_scores.study.labels import ESTIMAND_TITLES, title
from ibd_scores.study.layouts import NOBODY

__all__ = ["rates_bounds", "rates_forest"]

# marker, its edge and its face; as many as there are estimands
LOOKS = [
    ("o", BLUE, BLUE),
    ("s", INK, "white"),
    ("D", ORANGE, ORANGE),
    ("^", INK, INK),
    ("v", INK, "white"),
    ("X", BLUE, BLUE),
]
BOUNDS = ("worst_case", "best_case")
BAR: dict[str, Any] = {"facecolor": "#e6e6e6", "edgecolor": "#808080", "linewidth": 0.5}


@styled
def rates_forest(
    rates: pd.DataFrame, *, reported: Collection[str] = (), width: float = WIDTH, note: str = ""
) -> Figure:
    """Endpoint rates with their intervals, a panel for each disease, k/n written out.

    Parameters
    ----------
    rates : DataFrame
        What ``estimands.rates`` returns; choose rows beforehand.
    reported : collection of str
        Endpoints that the study reported; they get a dagger, which the note should explain.
    width : float
        Inches: `WIDTH`, one column, or `DOUBLE`, two.
    note : str
        A line at the foot, such as "Simulated cohort".
    """
    return _forest(rates, rates.iloc[:0], reported, width, note)


@styled
def rates_bounds(
    rates: pd.DataFrame, *, reported: Collection[str] = (), width: float = WIDTH, note: str = ""
) -> Figure:
    """Endpoint rates in front of a pale bar from the worst to the best case of what is missing.

    The bar reaches from all patients not evaluable having failed to all having succeeded; its
    counts stand below those of the rates.

    Parameters
    ----------
    rates : DataFrame
        What ``estimands.rates`` returns, with the estimands "worst_case" and "best_case"; the
        others are drawn as points with their intervals. Choose rows beforehand.
    reported, width, note
        See `rates_forest`.

    Raises
    ------
    ValueError
        If no endpoint has both bounds.
    """
    bound = rates["estimand"].isin(BOUNDS)
    if len(rates) and not set(BOUNDS) <= set(rates["estimand"]):
        raise ValueError(
            "rates: no worst_case and best_case; ask estimands.rates for "
            "estimands=estimands.ESTIMANDS"
        )
    return _forest(rates.loc[~bound], rates.loc[bound], reported, width, note)


def _forest(
    rates: pd.DataFrame, bounds: pd.DataFrame, reported: Collection[str], width: float, note: str
) -> Figure:
    estimands = list(rates["estimand"].unique())
    blocks = list(rates.groupby("disease", sort=False))
    if not blocks:
        figure, axes = plt.subplots(figsize=(width, 24 * MM))
        nothing(axes, rates)
        return noted(figure, note)
    step = len(estimands) + bool(len(bounds)) + 0.7
    rows = [block["endpoint"].nunique() * step for _, block in blocks]
    height = 3.3 * sum(rows) + 10 * len(blocks) + 3.5 * (step - 0.7) + 14
    figure, grid = plt.subplots(
        len(blocks), 1, figsize=(width, height * MM),
        height_ratios=rows, sharex=True, squeeze=False,
    )  # fmt: skip
    for axes, (disease, block) in zip(grid[:, 0], blocks, strict=True):
        labels = list(block["endpoint"].unique())
        for row in block.to_dict("records"):
            place = estimands.index(row["estimand"])
            y = labels.index(row["endpoint"]) * step + place
            marker, edge, face = LOOKS[place % len(LOOKS)]
            axes.plot([row["low"], row["high"]], [y, y], color=edge, linewidth=1)
            axes.plot(
                row["percent"], y, marker=marker, color=edge, markerfacecolor=face, markersize=4,
                clip_on=False, zorder=3,
            )  # fmt: skip
            unknown = not row["n"] and row["not_evaluable"]
            axes.text(103, y, NOBODY if unknown else ratio(row["k"], row["n"]), va="center")
        for label, both in bounds.loc[bounds["disease"].eq(disease)].groupby("endpoint"):
            if label in labels:
                _range(axes, labels.index(label) * step, len(estimands), both)
        middle = [index * step + (step - 1.7) / 2 for index in range(len(labels))]
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
    handles: list[Artist] = [
        Line2D([], [], marker=marker, color=edge, markerfacecolor=face, markersize=4,
               linewidth=1, label=ESTIMAND_TITLES.get(estimand, estimand))
        for estimand, (marker, edge, face) in zip(estimands, LOOKS, strict=False)
    ]  # fmt: skip
    if len(bounds):
        handles.append(Patch(**BAR, label="from worst to best case"))
    figure.legend(handles=handles, loc="outside upper center", ncols=1)
    return noted(figure, note)


def _range(axes: Axes, top: float, rows: int, bounds: pd.DataFrame) -> None:
    """Draw the bar behind the rates of an endpoint, and its counts below theirs."""
    found = {row["estimand"]: row for row in bounds.to_dict("records")}
    if not {*BOUNDS} <= {*found}:
        return
    worst, best = (found[name] for name in BOUNDS)
    if not best["n"]:
        return
    axes.text(103, top + rows, f"{worst['k']:.0f}–{ratio(best['k'], best['n'])}", va="center")
    axes.barh(top + (rows - 0.2) / 2, best["percent"] - worst["percent"], left=worst["percent"],
              height=rows + 0.7, zorder=0, **BAR)  # fmt: skip
