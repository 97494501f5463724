"""Ordered categories at baseline and at week 12: flows between them, and shares by segment."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ibd_scores.study.description import segment_counts
from ibd_scores.study.figures.alluvial import alluvial
from ibd_scores.study.figures.style import INK, MM, WIDTH, noted, nothing, shades, styled
from ibd_scores.study.labels import LEVELS, VISITS, quantity

__all__ = ["endoscopy_by_segment", "transitions"]


@styled
def transitions(
    tables: Mapping[str, pd.DataFrame], *, width: float = WIDTH, note: str = ""
) -> Figure:
    """Flow of patients between categories from baseline to week 12.

    Parameters
    ----------
    tables : mapping
        Title of the panel to what ``description.transitions`` returns, categories from best to
        worst.
    width : float
        Inches: `WIDTH`, one column, or `DOUBLE`, two.
    note : str
        A line at the foot, such as "Simulated cohort".
    """
    figure, grid = plt.subplots(
        len(tables), 1, figsize=(width, (52 * len(tables) + 4) * MM), squeeze=False
    )
    for axes, (name, table) in zip(grid[:, 0], tables.items(), strict=True):
        counts = table.drop(index="total", columns="total")
        everyone = int(counts.to_numpy().sum())
        axes.set_title(f"{name}, n = {everyone}")
        if counts.loc["missing", "missing"] == everyone:
            nothing(axes, range(everyone))
            continue
        alluvial(axes, counts, [*shades(len(counts) - 1), "white"])
        axes.set_xticks([0, 1], VISITS)
    return noted(figure, note)


@styled
def endoscopy_by_segment(
    pairs: pd.DataFrame, variable: str = "ulcer_size", *, width: float = WIDTH, note: str = ""
) -> Figure:
    """Draw `segment_counts` as percent of patients, a bar for each segment and visit.

    Parameters
    ----------
    pairs, variable
        See `segment_counts`.
    width : float
        Inches: `WIDTH`, one column, or `DOUBLE`, two.
    note : str
        A line at the foot, such as "Simulated cohort".
    """
    levels = list(LEVELS[variable])
    colors = shades(len(levels))
    counted = segment_counts(pairs, variable)
    if not counted["n"].any():
        figure, axes = plt.subplots(figsize=(width, 24 * MM))
        nothing(axes, pairs)
        return noted(figure, note)
    figure, axes = plt.subplots(figsize=(width, 72 * MM))
    places = {}
    for row, (segment, both) in enumerate(counted.groupby("segment", sort=False)):
        top = 2.7 * row
        places[str(segment).replace("_", " ").capitalize()] = top + 0.5
        axes.text(102, top + 0.5, f"n = {both['n'].iloc[0]}", va="center")
        shares = 100 * both[levels].div(both["n"], axis=0).droplevel("segment")
        for y, (visit, percents) in enumerate(shares.iterrows()):
            axes.text(-1.5, top + y, str(visit), ha="right", va="center", color="#404040")
            axes.barh([top + y] * len(levels), percents, left=percents.cumsum() - percents,
                      height=0.86, color=colors, edgecolor=INK, linewidth=0.5)  # fmt: skip
    axes.set_yticks(list(places.values()), list(places))
    axes.tick_params(axis="y", length=0, pad=37)
    axes.set_xlim(0, 100)
    axes.invert_yaxis()
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("patients with the segment explored at both visits, %", x=0.3)
    handles = [
        Patch(facecolor=shade, edgecolor=INK, linewidth=0.5, label=level)
        for shade, level in zip(colors, levels, strict=True)
    ]
    figure.legend(
        handles=handles, loc="outside upper center", ncols=len(levels), handlelength=1.2,
        columnspacing=1.2, title=quantity(variable),
    )  # fmt: skip
    return noted(figure, note)
