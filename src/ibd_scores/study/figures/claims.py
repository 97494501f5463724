"""Published percentages: what whole patients allow, and what the cohort gives."""

import re
from collections.abc import Hashable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from math import ceil, floor
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle

from ibd_scores.study.figures.sheet import LINE, fitted, lines, percent_axis, sheet
from ibd_scores.study.figures.style import (
    BLUE,
    DOUBLE,
    INK,
    MM,
    PALE,
    ratio,
    styled,
)
from ibd_scores.study.tables import number

__all__ = ["audit"]

END = DOUBLE / MM - 1
LABEL = 46.0
MIDDLE, PATIENT, REACH = 78.0, 16.0, 1.5  # of the counts: center, mm for one patient, patients
VERDICT = 109.0
LEFT, WIDE = 132.0, 35.0  # of the percent axis
NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*%?")


@styled
def audit(claims: pd.DataFrame, *, note: str = "") -> Figure:
    """Each printed percentage among the counts that its N allows, and beside this cohort's value.

    On the left, on a scale of patients: the counts nearest to what was printed, each with the
    percentage that it prints as, and shaded what rounds to the printed digits. A printed value
    without a count in the shade cannot be of that N. On the right the printed value and this
    cohort's with its 95 % interval.

    Parameters
    ----------
    claims : DataFrame
        What ``audit.audit`` returns: ``disease, what, reported, stated_n, fits_stated_n, k, n,
        percent, low, high, verdict``; and ``decimals``, as printed, unless ``reported`` is text.
    note : str
        A line at the foot, such as "Simulated cohort".
    """
    rows = claims.to_dict("records")
    labels = [fitted(_claim(row), LABEL) for row in rows]
    heads = [
        place == 0 or rows[place - 1]["disease"] != row["disease"] for place, row in enumerate(rows)
    ]
    heights = [
        max(3, lines(label)) * LINE + 2.5 + 5 * head
        for label, head in zip(labels, heads, strict=True)
    ]
    top = 11.0
    figure, page = sheet(DOUBLE, top + (sum(heights) + 11 if rows else 10), note)
    if not rows:
        page.text(DOUBLE / MM / 2, top, "no claims", ha="center", va="center")
        return figure
    axes = percent_axis(page, LEFT, top, WIDE, sum(heights))
    axes.set_xlabel("patients, % (95 % CI)")
    _legend(page)
    for x, words, side in (
        (1.0, "claim", "left"), (MIDDLE, "counts of the stated N", "center"),
        (VERDICT, "verdict", "left"), (END, "this cohort", "right"),
    ):  # fmt: skip
        page.text(x, 8.5, words, ha=side, va="center")
    for row, label, head, height in zip(rows, labels, heads, heights, strict=True):
        if head:
            page.plot([1, END], [top + 0.4] * 2, color=PALE, linewidth=0.4)
            page.text(1, top + 3, str(row["disease"]), fontsize=8, va="center")
        y = top + (height + 5 * head) / 2
        page.text(1, y, label, va="center")
        printed = _number(row)
        if printed is None or pd.isna(row["stated_n"]):
            without = "no percentage to test" if printed is None else "no N stated"
            page.text(MIDDLE, y, without, ha="center", va="center")
        else:
            _counts(page, y, printed, int(row["stated_n"]), str(row["fits_stated_n"]))
        page.text(VERDICT, y, fitted(_verdict(row), LEFT - VERDICT - 3), va="center")
        _values(page, axes, y, row, printed)
        top += height
    return figure


def _claim(row: Mapping[Hashable, Any]) -> str:
    number = _number(row)
    printed = f"{row['reported'] if number is None else number}\N{NO-BREAK SPACE}%"
    stated = f", {_stated(row)}" if pd.notna(row["stated_n"]) else ""
    return f"{row['what']}: {printed}{stated}"


def _verdict(row: Mapping[Hashable, Any]) -> str:
    impossible = row["verdict"] == "impossible" and pd.notna(row["stated_n"])
    return f"impossible at {_stated(row)}" if impossible else str(row["verdict"])


def _stated(row: Mapping[Hashable, Any]) -> str:
    return f"N\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{row['stated_n']:.0f}"


def _number(row: Mapping[Hashable, Any]) -> Decimal | None:
    """Read what was printed; a table read from a file says 80.0 where 80 was."""
    match = NUMBER.fullmatch(str(row["reported"]).strip())
    if not match:
        return None
    printed = Decimal(match.group(1))
    decimals = row.get("decimals")
    return printed if pd.isna(decimals) else round(printed, int(decimals))


def _counts(page: Axes, y: float, printed: Decimal, n: int, fits: str) -> None:
    """Draw the counts about the printed percentage, on a scale of patients around it."""
    digit = Decimal(1).scaleb(int(printed.as_tuple().exponent))
    place = float(printed * n / 100)
    rounds = min(REACH, max(0.02, float(digit / 2 * n / 100))) * PATIENT
    page.plot([MIDDLE - REACH * PATIENT, MIDDLE + REACH * PATIENT], [y, y], color=INK,
              linewidth=0.5)  # fmt: skip
    page.add_patch(
        Rectangle((MIDDLE - rounds, y - 1.5), 2 * rounds, 3, facecolor=PALE, edgecolor="none")
    )
    page.plot(MIDDLE, y, "D", color=INK, markerfacecolor="white", markersize=4.5, zorder=3,
              markeredgewidth=0.8)  # fmt: skip
    for k in range(max(0, ceil(place - REACH)), min(n, floor(place + REACH)) + 1):
        x = MIDDLE + (k - place) * PATIENT
        fitting = f"{k}/{n}" in fits.split(", ")
        page.plot([x, x], [y - 1.7, y + 1.7], color=BLUE if fitting else INK,
                  linewidth=2.2 if fitting else 0.8, solid_capstyle="butt", zorder=4)  # fmt: skip
        prints = (Decimal(100 * k) / n).quantize(digit, ROUND_HALF_UP)
        page.text(x, y - 2.1, f"{k}/{n}", ha="center", va="bottom")
        page.text(x, y + 2.1, f"{prints} %", ha="center", va="top")


def _values(
    page: Axes, axes: Axes, y: float, row: Mapping[Hashable, Any], printed: Decimal | None
) -> None:
    if printed is not None and printed <= 100:
        axes.plot(float(printed), y - 1.4, "D", color=INK, markerfacecolor="white",
                  markersize=4.5, markeredgewidth=0.8, clip_on=False)  # fmt: skip
    if pd.isna(row["k"]) or pd.isna(row["percent"]):
        text = "not\nrecovered" if pd.isna(row["k"]) else "no\npatients"
    else:
        axes.plot([row["low"], row["high"]], [y + 1.4] * 2, color=BLUE, linewidth=1)
        axes.plot(row["percent"], y + 1.4, "o", color=BLUE, markersize=4, clip_on=False)
        text = f"{ratio(row['k'], row['n'])}\n{number(row['percent'], 1)} %"
    page.text(END, y, text, ha="right", va="center")


def _legend(page: Axes) -> None:
    handles = [
        Line2D([], [], linestyle="", marker="D", color=INK, markerfacecolor="white",
               markersize=4.5, markeredgewidth=0.8, label="printed"),
        Patch(facecolor=PALE, label="rounds to it"),
        Line2D([], [], linestyle="", marker="|", color=INK, markersize=7, label="count of N"),
        Line2D([], [], linestyle="", marker="|", color=BLUE, markersize=7, markeredgewidth=2.2,
               label="count that prints so"),
        Line2D([], [], marker="o", color=BLUE, linewidth=1, markersize=4, label="this cohort"),
    ]  # fmt: skip
    page.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(1, 1.5), ncols=5, borderpad=0,
        bbox_transform=page.transData, handlelength=1.6, columnspacing=1.6, borderaxespad=0,
    )  # fmt: skip
