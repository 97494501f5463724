"""How an entry of the catalogue is shown: its formula, its ladder, its card in JupyterLab."""

import html
from collections.abc import Sequence

import numpy as np

from ibd_scores.form import Band, Item


def weighted_sum(items: tuple[Item, ...], constant: float) -> str:
    """The weighted sum as text, with the items' names."""
    terms = [item.name if item.weight == 1 else f"{item.weight:g} x {item.name}" for item in items]
    return " + ".join([f"{constant:g}", *terms] if constant else terms)


def ladder(bands: tuple[Band, ...]) -> str:
    """The bands as text."""
    return "; ".join(map(_rung, bands))


def _rung(band: Band) -> str:
    if np.isinf(band.upper):
        return band.name
    condition = f" and {band.condition}" if band.condition else ""
    return f"{band.name} {'<=' if band.inclusive else '<'} {band.upper:g}{condition}"


def lay_out(
    title: str,
    warning: str,
    heads: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    lines: tuple[str, ...],
) -> str:
    """Lay out an entry as a small HTML card: a title, a warning, a table, some lines below it."""
    left = ' style="text-align: left"'  # JupyterLab would align to the right
    head = "".join(f"<th{left}>{html.escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>" + "".join(f"<td{left}>{html.escape(text)}</td>" for text in row) + "</tr>"
        for row in rows
    )
    foot = "".join(f"<p>{html.escape(line)}</p>" for line in lines if line)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
    mark = f"<p><strong>{html.escape(warning)}</strong></p>" if warning else ""
    return f"<div><h4>{html.escape(title)}</h4>{mark}{table}{foot}</div>"
