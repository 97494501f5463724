"""What is said where a cohort cannot be read."""

import re
from collections.abc import Sequence

from ibd_scores.study.hidden import cut, spelled

_LONGEST = 300  # signs of a word or of what stands in quotation marks, such as a heading
_PIECES = re.compile(r"(['\"])(?:(?!\1)[^\n]){300,}\1|\S{300,}")


class CohortError(ValueError):
    """A cohort that cannot be read as declared: which file, where in it, what to do."""

    def __init__(self, message: str) -> None:
        shorter = _PIECES.sub(lambda piece: cut(piece[0], _LONGEST), message)
        super().__init__("\n".join(map(spelled, shorter.split("\n"))))


def listed(names: Sequence[str], most: int = 30) -> str:
    """Name some of many.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
