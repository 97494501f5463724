"""The cohort's rates beside those of published trial arms."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ibd_scores.study.figures.sheet import LINE, fitted, lines, percent_axis, sheet
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
from ibd_scores.study.labels import title
from ibd_scores.study.tables import number

__all__ = ["context"]

END = DOUBLE / MM - 1
LEFT, WIDE = 72.0, 62.0
# kind: marker, its edge, its face, what it is
KINDS = {
    "cohort": ("o", BLUE, BLUE, "this cohort"),
    "drug": ("s", INK, ORANGE, "trial, drug"),
    "placebo": ("D", INK, "white", "trial, placebo"),
}


@styled
def context(table: pd.DataFrame, *, simulated: bool = False, note: str = "") -> Figure:
    """Rates of this cohort beside those of published trial arms; no test, for none is valid.

    Parameters
    ----------
    table : DataFrame
        A row for each rate, in the order to draw: ``disease, endpoint, arm``; ``kind``, "cohort",
        "drug" or "placebo"; ``week``; ``percent``; ``k, n, low, high``, missing where not
        published.
    simulated : bool
        Write it into the figure beside each arm of the cohort, and in its key.
    note : str
        A line at the foot, such as "Simulated cohort".

    Raises
    ------
    ValueError
        If a kind is unknown.
    """
    unknown = set(table["kind"]) - set(KINDS)
    if unknown:
        raise ValueError(
            f"kind {min(map(str, unknown))!r} is unknown; use one of {', '.join(KINDS)}"
        )
    rows = table.to_dict("records")
    arms = [fitted(_arm(row, simulated), LEFT - 9) for row in rows]
    groups = [(row["disease"], row["endpoint"]) for row in rows]
    diseases = [place == 0 or groups[place - 1][0] != one[0] for place, one in enumerate(groups)]
    endpoints = [place == 0 or groups[place - 1] != one for place, one in enumerate(groups)]
    names = [fitted(_endpoint(row), 0.85 * END) for row in rows]  # bold is wider
    heads = [
        5.0 * first + (LINE * lines(name) + 1.5) * new
        for first, name, new in zip(diseases, names, endpoints, strict=True)
    ]
    heights = [LINE * lines(arm) + 1.2 + head for arm, head in zip(arms, heads, strict=True)]
    top = 11.0
    figure, page = sheet(DOUBLE, top + (sum(heights) + 11 if rows else 10), note)
    if not rows:
        nothing(percent_axis(page, 1, top, END - 1, 10), rows)
        return figure
    axes = percent_axis(page, LEFT, top, WIDE, sum(heights))
    axes.set_xlabel("patients, % (95 % CI)")
    _legend(page, simulated, {str(row["kind"]) for row in rows})
    columns = {150.0: "k/n", 172.0: "% (95 % CI)", END: "week"}
    for x, words in columns.items():
        page.text(x, 8.5, words, ha="right", va="center")
    for row, arm, name, head, height, first, new in zip(
        rows, arms, names, heads, heights, diseases, endpoints, strict=True
    ):
        if first:
            page.plot([1, END], [top + 0.4] * 2, color=PALE, linewidth=0.4)
            page.text(1, top + 3, str(row["disease"]), fontsize=8, va="center")
        if new:
            page.text(3, top + head - 0.3, name, va="bottom", fontweight="bold")
        y = top + head + (height - head) / 2
        page.text(7, y, arm, va="center")
        for x, text in zip(columns, _drawn(axes, y, row), strict=True):
            page.text(x, y, text, ha="right", va="center")
        top += height
    return figure


def _arm(row: Mapping[Hashable, Any], simulated: bool) -> str:
    arm = str(row["arm"])
    untold = simulated and row["kind"] == "cohort" and "simulated" not in arm.lower()
    return f"{arm} (simulated)" if untold else arm


def _endpoint(row: Mapping[Hashable, Any]) -> str:
    """Give the title of an endpoint that is called by its name; other words as they are."""
    name = str(row["endpoint"])
    return title(name) if name.isidentifier() else name


def _drawn(axes: Axes, y: float, row: Mapping[Hashable, Any]) -> tuple[str, str, str]:
    """Draw a rate; give its texts."""
    week = "" if pd.isna(row["week"]) else f"{row['week']:g}"
    known = pd.notna(row["k"]) and pd.notna(row["n"])
    if pd.isna(row["percent"]):
        return "", "no patients" if known else "no values", week
    marker, edge, face, _ = KINDS[row["kind"]]
    text = number(row["percent"], 1) if known else f"{row['percent']:g}"
    if pd.notna(row["low"]) and pd.notna(row["high"]):
        axes.plot([row["low"], row["high"]], [y, y], color=edge, linewidth=1)
        text += f" ({number(row['low'], 1)}–{number(row['high'], 1)})"
    axes.plot(row["percent"], y, marker=marker, color=edge, markerfacecolor=face, markersize=4.5,
              markeredgewidth=0.8, clip_on=False, zorder=3)  # fmt: skip
    return ratio(row["k"], row["n"]) if known else "", text, week


def _legend(page: Axes, simulated: bool, kinds: set[str]) -> None:
    handles = [
        Line2D([], [], marker=marker, color=edge, markerfacecolor=face, markersize=4.5,
               markeredgewidth=0.8, linewidth=1,
               label=words + " (simulated)" * (simulated and kind == "cohort"))
        for kind, (marker, edge, face, words) in KINDS.items() if kind in kinds
    ]  # fmt: skip
    page.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1, 1.5), ncols=3, borderpad=0,
        bbox_transform=page.transData, columnspacing=1.6, borderaxespad=0,
    )  # fmt: skip
