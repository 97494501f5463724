"""What every figure is checked for: its texts, their sizes, and that none lies on another."""

from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

mpl.use("Agg")

import matplotlib.pyplot as plt

from ibd_scores.study.figures import save_figure


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    plt.close("all")


@pytest.fixture
def words():
    """All texts of a figure."""

    def found(figure: Figure) -> list[str]:
        return [text.get_text() for text in figure.findobj(Text) if text.get_text()]

    return found


def drawn_texts(figure: Figure) -> list[Text]:
    """All texts but the tick labels that matplotlib keeps outside of an axis and does not draw."""
    outside = {
        label
        for axes in figure.axes
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim()))
        for tick in [*axis.majorTicks, *axis.minorTicks]
        if not axes.axison or not min(limits) <= tick.get_loc() <= max(limits)
        for label in (tick.label1, tick.label2)
    }
    return [
        text
        for text in figure.findobj(Text)
        if text.get_text().strip() and text.get_visible() and text not in outside
    ]


@pytest.fixture
def laid_out():
    """Check that no text reaches over an edge of the page or lies on another text."""

    def checked(figure: Figure, width: float = 89) -> None:
        assert figure.get_figwidth() * 25.4 == pytest.approx(width)
        figure.canvas.draw()
        page = figure.bbox
        texts = drawn_texts(figure)
        assert {text.get_fontsize() for text in texts} <= {7.0, 8.0}
        assert {text.get_fontfamily()[0] for text in texts} == {"DejaVu Sans"}
        boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
        for position, (text, box) in enumerate(boxes):
            assert page.x0 - 1 <= box.x0, text
            assert box.x1 <= page.x1 + 1, text
            assert page.y0 - 1 <= box.y0, text
            assert box.y1 <= page.y1 + 1, text
            for other, second in boxes[position + 1 :]:
                beside = box.x1 - 1 <= second.x0 or second.x1 - 1 <= box.x0
                above = box.y1 - 1 <= second.y0 or second.y1 - 1 <= box.y0
                assert beside or above, (text, other)

    return checked


@pytest.fixture
def same_bytes(tmp_path: Path):
    """Check that a figure drawn twice is the same PNG and the same PDF."""

    def checked(draw, *args, **kwargs) -> None:
        first, second = (
            save_figure(draw(*args, **kwargs), tmp_path / folder / "figure") for folder in "ab"
        )
        for one, other in zip(first, second, strict=True):
            assert one.read_bytes() == other.read_bytes()

    return checked
