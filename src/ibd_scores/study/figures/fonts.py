"""Letters that DejaVu Sans does not have, such as Chinese ones, are drawn in another font."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from matplotlib import font_manager as fm
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

__all__ = ["OTHERS", "SANS", "families", "legible", "relettered"]

SANS = "DejaVu Sans"
# Of Linux, Windows and macOS. Where a collection is known by its first font, Noto is the JP one.
OTHERS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans SC", "Source Han Sans SC",
    "Source Han Sans CN", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei",
    "PingFang SC", "Hiragino Sans GB", "Arial Unicode MS",
)  # fmt: skip
UNKNOWN = "\N{REPLACEMENT CHARACTER}"


def families(text: str) -> list[str]:
    """Name the fonts to draw a text in: DejaVu Sans, and another only where that lacks a letter."""
    return [SANS] if _letters(text) <= _has(SANS) else [SANS, *_others()]


def legible(text: str) -> str:
    """Put a � for each letter that no font has, and say once what to install."""
    lacking = _letters(text).difference(*map(_has, families(text)))
    if lacking:
        _say()
    return "".join(UNKNOWN if sign in lacking else sign for sign in text)


def relettered(figure: Figure) -> Figure:
    """Draw every text of a figure in fonts that have its letters."""
    for text in figure.findobj(Text):
        words = text.get_text()
        if not words.isascii():
            text.set_fontfamily(families(words))
            text.set_text(legible(words))
    return figure


def _letters(text: str) -> set[str]:
    return {sign for sign in text if not sign.isspace()}


@cache
def _has(family: str) -> frozenset[str]:
    font = fm.get_font(fm.findfont(FontProperties(family=[family]), fallback_to_default=False))
    return frozenset(map(chr, font.get_charmap()))


@cache
def _others() -> tuple[str, ...]:
    """Name those of the fonts that are installed; matplotlib's list may be older than they are."""
    for path in _unlisted():
        with suppress(OSError, RuntimeError, ValueError):  # a font that cannot be read
            fm.fontManager.addfont(path)
    listed = {font.name for font in fm.fontManager.ttflist}
    return tuple(name for name in OTHERS if name in listed)


def _unlisted() -> Iterator[str]:
    listed = {Path(font.fname) for font in fm.fontManager.ttflist}
    if not {font.name for font in fm.fontManager.ttflist}.intersection(OTHERS):
        yield from (path for path in sorted(fm.findSystemFonts()) if Path(path) not in listed)


@cache
def _say() -> None:
    # Not as a warning, which would carry the number of a process into a stored notebook.
    print(
        f"In the figures, {UNKNOWN} is a letter that no font here has. Install one that has it "
        f"and run again; for Chinese, one of these:\n{', '.join(OTHERS)}.",
        file=sys.stderr,
    )
