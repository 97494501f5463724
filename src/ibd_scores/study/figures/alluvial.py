"""A diagram of flows between ordered categories, which neither matplotlib nor seaborn has."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from ibd_scores.study.figures.style import INK

__all__ = ["alluvial"]


def alluvial(axes: Axes, counts: pd.DataFrame, colors: Sequence[Any]) -> None:
    """Draw the categories of two visits as stacks at x = 0 and 1, and the flows between them.

    Parameters
    ----------
    axes : Axes
        Where to draw.
    counts : DataFrame
        Patients by category before (rows) and after (columns): from best to worst, which comes to
        lie on top; last what is missing, which lies at the foot and is hatched.
    colors : sequence
        One for each category. A flow has the color of the category that it leaves.
    """
    names = [counts.index[-1], *counts.index[:-1]]  # from the foot up
    shades = dict(zip([*names[1:], names[0]], colors, strict=True))
    total = counts.to_numpy().sum()
    gap, width = 0.06 * total, 0.07
    next_flow: list[dict[Any, float]] = []
    for x, sums, outward in ((0, counts.sum(axis=1), -1), (1, counts.sum(axis=0), 1)):
        height, starts = 0.0, {}
        for name in names:
            starts[name] = height
            if sums[name]:
                axes.add_patch(
                    Rectangle((x - width / 2, height), width, sums[name], facecolor=shades[name],
                              edgecolor=INK, linewidth=0.6, zorder=3,
                              hatch="////" if name == names[0] else None)
                )  # fmt: skip
                axes.text(x + outward * (width / 2 + 0.03), height + sums[name] / 2,
                          f"{name} ({sums[name]})", va="center",
                          ha="right" if outward < 0 else "left")  # fmt: skip
                height += sums[name] + gap
        next_flow.append(starts)
    left, right = next_flow
    for source in names:
        for target in names:
            flow = counts.loc[source, target]
            if flow:
                _ribbon(axes, width / 2, left[source], right[target], flow, shades[source])
                left[source] += flow
                right[target] += flow
    axes.set_xlim(-0.42, 1.42)
    axes.set_ylim(-gap / 2, total + gap * len(names))
    axes.set_yticks([])
    axes.tick_params(axis="x", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _ribbon(axes: Axes, x: float, left: float, right: float, height: float, color: Any) -> None:
    corners = [
        (x, left), (0.5, left), (0.5, right), (1 - x, right),
        (1 - x, right + height), (0.5, right + height), (0.5, left + height), (x, left + height),
        (x, left),
    ]  # fmt: skip
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
    axes.add_patch(
        PathPatch(Path(corners, codes), facecolor=color, edgecolor=INK, linewidth=0.3, alpha=0.6)
    )
