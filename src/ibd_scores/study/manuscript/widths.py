"""How wide the columns of a printed table have to be, in points of a serif font."""

import re
from collections.abc import Sequence

WIDEST, LONGEST_WORD = 20, 12  # em: what a column asks for at most, and what it cannot do without
PADDING = 4.0  # points at either side of a cell
SLACK = 1.06  # fonts differ
BOLD = 1.08
_EMS = {
    **dict.fromkeys("iljtfI.,:;'|!()[]/- †", 0.32),
    **dict.fromkeys("mwMW%@—", 0.84),
    **dict.fromkeys("ABCDEGHKNOQRUVXYZ", 0.71),
    **dict.fromkeys("0123456789", 0.5),
    **dict.fromkeys("<>=≤≥+±", 0.57),
}
_WORDS = re.compile(r"[^ -]+-?|-")  # as Word breaks a line: at a blank, and after a hyphen
_NUMBER = re.compile(r"[<>]?[-−]?\d[\d,.]*|[-–]?")
_COUNTED = re.compile(r"(ratio )?[<>]?[-−]?\d|[-–]?$")


def length(text: str, *, bold: bool = False) -> float:
    """Estimate how long a text is, in em.

    >>> round(length("Patients"), 1), round(length("80"), 1)
    (3.6, 1.1)
    """
    ems = sum(_EMS.get(sign, 1.0 if ord(sign) > 0x2E80 else 0.48) for sign in text)
    return SLACK * ems * (BOLD if bold else 1)


def numeric(texts: Sequence[str]) -> bool:
    """Say whether a column holds numbers alone, or marks that there is none."""
    return all(map(_NUMBER.fullmatch, texts)) and any(texts)


def counted(texts: Sequence[str]) -> bool:
    """Say whether every cell of a column is short and begins as a number: 29 (36.3 %), <0.001."""
    return all(map(_COUNTED.match, texts)) and 0 < max(map(len, texts)) <= 36


def asked(head: Sequence[str], rows: Sequence[Sequence[str]], size: float) -> list[float]:
    """Say what each column would like; a heading may stand in two lines."""
    return [
        2 * PADDING + size * max(
            _word(texts, top),
            min(WIDEST, max(0.55 * length(top, bold=True), *map(length, texts))),
        )
        for top, *texts in zip(head, *rows, strict=True)
    ]  # fmt: skip


def shared(
    head: Sequence[str], rows: Sequence[Sequence[str]], size: float, room: float
) -> list[float]:
    """Give each column what its longest word needs, and share out the rest by what is asked."""
    least = [2 * PADDING + size * _word(texts, top)
             for top, *texts in zip(head, *rows, strict=True)]  # fmt: skip
    wished = asked(head, rows, size)
    more = sum(wished) - sum(least)
    share = max(0.0, min(1.0, (room - sum(least)) / more)) if more else 0.0
    given = [low + share * (high - low) for low, high in zip(least, wished, strict=True)]
    # A small table is not torn apart: it takes a half of the page, or a little more than it asks.
    whole = min(room, max(room / 2, 1.15 * sum(given)))
    return [width * whole / sum(given) for width in given]


def _word(texts: Sequence[str], top: str) -> float:
    """Give the longest word of a column; a rate or a number with its interval is one."""
    words = [length(word) for text in texts for word in _pieces(text)]
    heads = [length(word, bold=True) for word in _WORDS.findall(top)]
    return min(LONGEST_WORD, max([*words, *heads], default=1.0))


def _pieces(text: str) -> list[str]:
    return [text] if len(text) <= 24 and _COUNTED.match(text) else _WORDS.findall(text)
