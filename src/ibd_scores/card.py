"""How an entry of the catalogue is shown: its formula, its ladder, its card in JupyterLab."""

import html
from collections.abc import Sequence

import numpy as np

from ibd_scores.form import Band, Interval, Item


def weighted_sum(items: tuple[Item, ...], constant: float) -> str:
    """The weighted sum as text, with the items' names."""
    terms = [item.name if item.weight == 1 else f"{item.weight:g} x {item.name}" for item in items]
    return " + ".join([f"{constant:g}", *terms] if constant else terms)


def ladder(bands: tuple[Band, ...]) -> str:
    """The bands as text."""
    return "; ".join(
        band.name
        if np.isinf(band.upper)
        else f"{band.name} {'<=' if band.inclusive else '<'} {band.upper:g}"
        for band in bands
    )


def reach(items: tuple[Item, ...], constant: float) -> str:
    """The range that the items make possible, as text."""
    low, high = np.array([_ends(item) for item in items]).sum(axis=0) + constant
    return f"{low:g} upwards" if np.isinf(high) else f"{low:g} to {high:g}"


def _ends(item: Item) -> tuple[float, float]:
    if isinstance(item.values, Interval):
        return item.weight * item.values.low, item.weight * item.values.high
    numbers = [float(value) for value in item.values]
    return item.weight * min(numbers), item.weight * max(numbers)


def lay_out(
    title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], lines: tuple[str, ...]
) -> str:
    """Lay out an entry as a small HTML card: a title, a table, some lines below it."""
    head = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>" for row in rows
    )
    foot = "".join(f"<p>{html.escape(line)}</p>" for line in lines if line)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>" if rows else ""
    return f"<div><h4>{html.escape(title)}</h4>{table}{foot}</div>"
