"""What is said where a cohort cannot be read."""

from collections.abc import Sequence


class CohortError(ValueError):
    """A cohort that cannot be read as declared: which file, where in it, what to do."""


def listed(names: Sequence[str], most: int = 30) -> str:
    """Name some of many.

    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
