"""A small panel: endpoint, estimand, limits and subgroup; its table and figure follow at once."""

import io
from collections.abc import Mapping
from html import escape
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from ibd_scores.study.analysis import Analysis
from ibd_scores.study.estimands import ESTIMANDS
from ibd_scores.study.explore.question import (
    LIMIT_NAMES,
    SUBGROUPS,
    answer,
    limits_of,
    readings,
)
from ibd_scores.study.explore.session import live
from ibd_scores.study.figures.sheet import percent_axis, sheet
from ibd_scores.study.figures.style import BLUE, MM, PALE, SAVED, WIDTH, ratio, styled
from ibd_scores.study.labels import ESTIMAND_TITLES, LIMITS, quantity, title
from ibd_scores.study.layouts import EXTREMES, rates_table
from ibd_scores.study.plan import PLANS
from ibd_scores.study.tidy import read_tidy

__all__ = ["NOBODY", "explore", "forest"]

NOBODY = "no patient"
LABEL, COUNT, STEP = 36.0, 18.0, 5.0  # mm: the names, the counts, and from row to row
APART = "padding-right: 1.5em"  # column from column
SCREEN = 150  # dots per inch


@live
def explore(cohort: str = "upadacitinib") -> Any:
    """Ask a cohort: endpoint, estimand, limit of a marker, subgroup; for a live session only.

    Under the controls stand a table, k/n (%, 95 % CI), and a forest figure, which follow at once.
    What is seen here was not planned: it is for looking, not for reporting.

    Parameters
    ----------
    cohort : str
        Folder in ``data/derived`` that holds what notebooks 01 and 02 wrote.

    Returns
    -------
    ipywidgets.VBox
        The panel. None, and a line that says so, where a notebook is run for its stored outputs.

    Raises
    ------
    ImportError
        If ipywidgets is lacking, with how to install it.
    ValueError
        If nobody with Crohn's disease or ulcerative colitis started.
    """
    try:
        import ipywidgets as widgets
    except ImportError as error:
        raise ImportError(
            'explore needs ipywidgets: pip install "ibd-scores[lab]", then restart the kernel'
        ) from error
    analyses = _analyses(cohort)
    wide = {"layout": widgets.Layout(width="32em"), "style": {"description_width": "7em"}}
    endpoint = widgets.Dropdown(description="endpoint", options=_endpoints(analyses), **wide)
    estimand = widgets.Dropdown(
        description="estimand", options=[(ESTIMAND_TITLES[one], one) for one in ESTIMANDS], **wide
    )
    subgroup = widgets.Dropdown(description="subgroup", options=list(SUBGROUPS), **wide)
    limits = {
        name: widgets.BoundedFloatText(
            description=quantity(marker).split(",")[0].removeprefix("Fecal ") + " <",
            value=LIMITS[marker], min=0.1, max=10_000, step=1,
            layout=widgets.Layout(width="14em"), style={"description_width": "7em"},
        )
        for name, marker in LIMIT_NAMES.items()
    }  # fmt: skip
    table, picture = widgets.HTML(), widgets.Image(format="png", layout={"max_width": "44em"})

    def follow(*_: object) -> None:
        disease, name = endpoint.value
        analysis = analyses[disease]
        reading = readings(analysis, **{one: box.value for one, box in limits.items()})[name]
        for one, box in limits.items():
            box.layout.display = None if one in limits_of(reading) else "none"
        rates = answer(analysis, reading, estimand.value, SUBGROUPS[subgroup.value])
        table.value = _table(rates, reading.definition, analysis.note)
        picture.value = _png(forest(rates))

    controls = (endpoint, estimand, *limits.values(), subgroup)
    for control in controls:
        control.observe(follow, names="value")
    follow()
    return widgets.VBox([*controls, table, picture])


def _analyses(cohort: str) -> dict[str, Analysis]:
    """Read the diseases of which somebody started."""
    known = set(read_tidy(cohort, "patients")["disease"])
    found = {one: Analysis(one, cohort, plan.primary) for one, plan in PLANS.items()
             if one in known}  # fmt: skip
    if started := {one: analysis for one, analysis in found.items() if len(analysis.started)}:
        return started
    raise ValueError(f"{cohort}: {NOBODY} with {' or '.join(PLANS)} started; nothing to explore")


def _endpoints(analyses: Mapping[str, Analysis]) -> list[tuple[str, tuple[str, str]]]:
    """List what can be chosen, in the order of the plans."""
    return [
        (f"{disease}: {title(name)}", (disease, name))
        for disease, analysis in analyses.items()
        for name in readings(analysis)
    ]


def _table(rates: pd.DataFrame, definition: str, note: str) -> str:
    """Lay the rates out as HTML that takes its colors from the theme."""
    layout = rates_table(rates).droplevel("endpoint").replace("0/0", NOBODY)
    shown = layout.rename_axis(index=None).to_html(border=0, justify="left")
    for cell in ("th", "td"):
        shown = shown.replace(f"<{cell}>", f'<{cell} style="text-align: left; {APART}">')
    said = "".join(f"<p>{escape(line)}</p>" for line in (definition, note) if line)
    return f"{shown}{said}"


@styled
def forest(rates: pd.DataFrame) -> Figure:
    """Draw what `question.answer` returns: a row for each level, with its interval and k/n."""
    height = STEP * len(rates)
    figure, page = sheet(WIDTH, height + 13, "")
    plt.close(figure)
    axes = percent_axis(page, LABEL, 2, WIDTH / MM - LABEL - COUNT, height)
    for place, row in enumerate(rates.to_dict("records")):
        y = 2 + STEP * (place + 0.5)
        page.text(LABEL - 2, y, row["subgroup"], ha="right", va="center")
        if not row["n"]:
            axes.text(50, y, NOBODY, ha="center", va="center")
            continue
        axes.plot([0, 100], [y, y], color=PALE, linewidth=0.4, zorder=0)
        if row["estimand"] not in EXTREMES:  # a bound has no interval
            axes.plot([row["low"], row["high"]], [y, y], color=BLUE, linewidth=1)
        axes.plot(row["percent"], y, marker="o", color=BLUE, markersize=4, clip_on=False)
        page.text(WIDTH / MM - COUNT + 3, y, ratio(row["k"], row["n"]), va="center")
    axes.set_xlabel("patients, % (95 % CI)")
    return figure


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    with plt.rc_context(SAVED):
        figure.savefig(file, format="png", dpi=SCREEN)
    return file.getvalue()
