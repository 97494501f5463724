"""Long texts that stand in several rows of a table, as lettered notes below it."""

from collections.abc import Iterator, Sequence
from itertools import count
from string import ascii_lowercase

LONG = 60  # signs: a shorter text is read faster in its row than below the table

Row = tuple[str, ...]


def lettered(rows: Sequence[Row], labels: int) -> tuple[list[Row], dict[str, str]]:
    """Put letters into the columns that repeat a long text, and give the text of each letter.

    Parameters
    ----------
    rows : sequence of tuple of str
        The cells of a table.
    labels : int
        How many columns name the rows; these are left as they are.

    Examples
    --------
    >>> told = "Randomized; all had failed or not tolerated a biologic before they entered."
    >>> lettered([("drug", told), ("placebo", told), ("cohort", "started")], 1)[0]
    [('drug', 'a'), ('placebo', 'a'), ('cohort', 'started')]
    """
    columns = [*zip(*rows, strict=True)]
    repeating = {
        place
        for place, column in enumerate(columns)
        if place >= labels and any(_long(text) and column.count(text) > 1 for text in column)
    }
    letters, notes = _letters(), dict[str, str]()
    written = []
    for row in rows:
        cells = [*row]
        for place in repeating:
            if _long(row[place]):
                if row[place] not in notes:
                    notes[row[place]] = next(letters)
                cells[place] = notes[row[place]]
        written.append(tuple(cells))
    return written, {letter: text for text, letter in notes.items()}


def _long(text: str) -> bool:
    """Say whether a text is long, and words: a checksum is none."""
    return len(text) > LONG and " " in text


def _letters() -> Iterator[str]:
    """Give a to z, aa to zz and so on."""
    for times in count(1):
        yield from (letter * times for letter in ascii_lowercase)
