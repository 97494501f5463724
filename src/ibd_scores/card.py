"""How an entry of the catalogue is shown: its formula, its ladder, its card in JupyterLab."""

import html
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ibd_scores.form import Band, Interval, Item

if TYPE_CHECKING:
    from ibd_scores.index import Grading, Index


def formula(index: "Index") -> str:
    """The formula as text, with the items' names."""
    terms = [
        item.name if item.weight == 1 else f"{item.weight:g} x {item.name}" for item in index.items
    ]
    if index.combined:
        return f"{index.name} = {index.combined}"
    start = [f"{index.constant:g}"] if index.constant else []
    return f"{index.name} = " + " + ".join(start + terms)


def ladder(bands: tuple[Band, ...]) -> str:
    """The bands as text."""
    return "; ".join(
        band.name
        if np.isinf(band.upper)
        else f"{band.name} {'<=' if band.inclusive else '<'} {band.upper:g}"
        for band in bands
    )


def reach(index: "Index") -> str:
    """The range that the items make possible, as text."""
    low, high = np.array([_ends(item) for item in index.items]).sum(axis=0) + index.constant
    return f"{low:g} upwards" if np.isinf(high) else f"{low:g} to {high:g}"


def _ends(item: Item) -> tuple[float, float]:
    if isinstance(item.values, Interval):
        return item.weight * item.values.low, item.weight * item.values.high
    numbers = [float(value) for value in item.values]
    return item.weight * min(numbers), item.weight * max(numbers)


def of_index(index: "Index") -> str:
    """The scoring form as a small HTML card."""
    rows = [(item.name, item.meaning, item.permitted, f"{item.weight:g}") for item in index.items]
    lines = [f"Range {index.range}.", f"Bands: {index.ladder}." if index.bands else ""]
    return _card(
        index.title,
        ("item", "meaning", "permitted", "weight"),
        rows,
        (*lines, index.notes, index.citation),
    )


def of_grading(grading: "Grading") -> str:
    """The findings and grades as a small HTML card."""
    rows = [(item.name, item.meaning, item.permitted) for item in grading.items]
    lines = (f"Grades: {', '.join(grading.grades)}.", grading.notes, grading.citation)
    return _card(grading.title, ("finding", "meaning", "permitted"), rows, lines)


def _card(
    title: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]], lines: tuple[str, ...]
) -> str:
    head = "".join(f"<th>{html.escape(text)}</th>" for text in heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(text)}</td>" for text in row) + "</tr>" for row in rows
    )
    foot = "".join(f"<p>{html.escape(line)}</p>" for line in lines if line)
    return (
        f"<div><h4>{html.escape(title)}</h4><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>{foot}</div>"
    )
