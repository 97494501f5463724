"""One patient's course on one sheet."""

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ibd_scores import endpoints as e
from ibd_scores.study.explore import grid, patient
from ibd_scores.study.explore.grid import Grid
from ibd_scores.study.explore.patient import Patient
from ibd_scores.study.explore.session import live
from ibd_scores.study.explore.verdicts import Verdict, plain
from ibd_scores.study.figures.sheet import LINE, fitted, lines, panel, sheet
from ibd_scores.study.figures.style import BLUE, DOUBLE, INK, MM, PALE, RUST, nothing, styled
from ibd_scores.study.labels import LIMITS, quantity

__all__ = ["course"]

EDGE, GAP = 4.0, 5.0
WIDTH = DOUBLE / MM - 2 * EDGE
HEAD = 6.0  # from the heading of a part to the part
LABS = 30.0
MARKERS = ("crp_mg_l", "calprotectin_ug_g", "esr_mm_h")
LOOKS: dict[str, dict[str, Any]] = {
    "met": {"marker": "o", "color": BLUE, "markerfacecolor": BLUE},
    "not met": {"marker": "x", "color": RUST, "markeredgewidth": 1.6},
    "not evaluable": {"marker": "s", "color": INK, "markerfacecolor": "white"},
}
TITLES = {
    "diary": "Diary: the seven days before each visit",
    "endoscopy": "Endoscopy",
    "labs": "Markers by days after the first dose (log scale; dotted: the limit of normal)",
    "points": "Points that make up each score",
    "endpoints": "Endpoints of the plan",
}
WORD, WHY = 55.0, 75.0  # where the verdict and its reason begin


@live
@styled
def course(patient_id: str, cohort: str = "upadacitinib") -> Figure:
    """Draw one patient's course on one sheet; for a live session only.

    The week of diary before each visit; CRP, calprotectin and ESR over time on a log scale, with
    the limits below which they are normal; the endoscopy before and after; what each item adds to
    each score; every endpoint of the plan as met, not met or not evaluable, with the reason.

    Parameters
    ----------
    patient_id : str
        As in the tidy tables.
    cohort : str
        Folder in ``data/derived`` that holds what notebooks 01 and 02 wrote.

    Returns
    -------
    Figure
        Without a place in pyplot, so that a notebook shows it once. None, and a line that says so,
        where a notebook is run for its stored outputs.

    Raises
    ------
    ValueError
        If the cohort has no such patient, with those whose ids come near.
    FileNotFoundError
        If the notebooks have not been run for this cohort.
    """
    one = patient.read(patient_id, cohort)
    verdicts = [(said, fitted(said.reason, WIDTH - WHY + 2)) for said in one.verdicts]
    blocks = [one.points[first : first + 3] for first in range(0, len(one.points), 3)]
    heights = {
        "diary": max([LINE, *(week.height for week in one.diary)]),
        "endoscopy": max(found.height for found in one.endoscopy),
        "labs": LABS + 10,
        "points": sum(max(each.height for each in block) + 3 for block in blocks),
        "endpoints": sum(LINE * lines(why) + 1.6 for _, why in verdicts),
    }
    note = one.analysis.note
    if one.unexplained:
        note = (f"{', '.join(one.unexplained)}: not the sum of the points shown, but recorded as a "
                f"total or counted by a variant. {note}")  # fmt: skip
    figure, page = sheet(DOUBLE, 11 + sum(heights.values()) + len(heights) * (HEAD + GAP), note)
    plt.close(figure)
    page.text(EDGE, 4, one.heading, fontsize=8, fontweight="bold", va="center")
    top = 11.0
    for part, height in heights.items():
        page.text(EDGE, top, TITLES[part], fontsize=8, va="center")
        page.plot([EDGE, EDGE + WIDTH], [top + 2.4] * 2, color=PALE, linewidth=0.6)
        body = top + HEAD
        if part == "diary":
            _beside(page, body, one.diary, 9.0)
        elif part == "endoscopy":
            _beside(page, body, one.endoscopy, 14.5)
        elif part == "labs":
            _labs(page, body, one)
        elif part == "points":
            _points(page, body, blocks)
        else:
            _verdicts(page, body, verdicts)
        top = body + height + GAP
    return figure


def _beside(page: Axes, top: float, grids: Sequence[Grid], cell: float) -> None:
    """Draw baseline beside week 12, the rows labeled once."""
    if not grids:
        page.text(EDGE, top, "No diary was kept.", va="center")
    left, label = EDGE, 26.0
    for one in grids:
        grid.draw(page, left, top, one, label=label, cell=cell)
        left += label + max(cell * one.values.shape[1] + 3, 69)
        label = 0.0


def _points(page: Axes, top: float, blocks: Sequence[Sequence[Grid]]) -> None:
    for block in blocks:
        for place, one in enumerate(block):
            grid.draw(page, EDGE + place * WIDTH / 3, top, one, label=27, cell=12)
        top += max(one.height for one in block) + 3


def _labs(page: Axes, top: float, one: Patient) -> None:
    visits = one.records("scores").dropna(subset=["date"]).sort_values("date")
    start = one.person["start_date"]
    zero = visits["date"].min() if pd.isna(start) else start
    days = (visits["date"] - zero).dt.days
    for place, marker in enumerate(MARKERS):
        axes = panel(page, EDGE + 9 + place * WIDTH / 3, top + 6, WIDTH / 3 - 14, LABS - 3)
        limit, words = _limit(marker, one)
        axes.set_title(f"{quantity(marker)}; {words}", fontsize=7)
        _marker(axes, days, visits, marker, limit)


def _limit(marker: str, one: Patient) -> tuple[float, str]:
    """Give the value from which a marker is not normal, and what its line says."""
    if marker in LIMITS:
        return LIMITS[marker], f"normal < {LIMITS[marker]:g}"
    age, sex = one.person[["age", "sex"]]
    if pd.isna(age) or pd.isna(sex):
        return np.nan, "limit not known without age and sex"
    highest = max(mm for mm in range(100) if e.esr_normal(esr_mm_h=mm, age=age, sex=sex))
    return highest, f"normal ≤ {highest:g}"


def _marker(
    axes: Axes, days: "pd.Series[int]", visits: pd.DataFrame, marker: str, limit: float
) -> None:
    known = visits[marker].notna()
    if not known.any():
        nothing(axes, [*visits.index, marker])
        return
    values = visits.loc[known, marker].clip(lower=0.1)  # a log scale has no 0
    reach = [*values, *([] if np.isnan(limit) else [limit])]
    axes.set(yscale="log", ylim=(min(reach) / 2.5, max(reach) * 3),
             xlim=(min(0, *days) - 12, max(90, *days) + 14))  # fmt: skip
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.axvline(0, color=PALE, linewidth=0.6, zorder=0)
    axes.axhline(limit, color=INK, linewidth=1, linestyle=":", zorder=1)
    axes.plot(days[known], values, color=BLUE, marker="o", markersize=3.5)
    for day, value, (_, row) in zip(days[known], values, visits[known].iterrows(), strict=True):
        axes.annotate(plain(row, marker), (day, value), (0, 4), textcoords="offset points",
                      ha="center", va="bottom")  # fmt: skip


def _verdicts(page: Axes, top: float, verdicts: Sequence[tuple[Verdict, str]]) -> None:
    for said, why in verdicts:
        page.plot(EDGE + 1.2, top, markersize=4.5, linestyle="", **LOOKS[said.verdict])
        page.text(EDGE + 4, top, said.title, va="center")
        page.text(WORD, top, said.verdict, va="center")
        page.text(WHY, top - LINE / 2, why, va="top", linespacing=1.15)
        top += LINE * lines(why) + 1.6
