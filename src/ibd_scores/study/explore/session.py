"""Whether anybody is looking: what is for a live session does nothing where outputs are stored."""

import functools
import os
import sys
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from ibd_scores.study import paths

__all__ = ["live", "recorded"]

P = ParamSpec("P")
R = TypeVar("R")


def recorded() -> str:
    """Who runs this notebook for its outputs; empty in a live session.

    The chain names a record in the environment of its kernels. pytest sets ``PYTEST_VERSION``,
    which the kernels of nbval inherit; unlike a test, they have not loaded pytest themselves.

    Examples
    --------
    >>> recorded()
    ''
    """
    if paths.RECORD in os.environ:
        return "the chain"
    if "PYTEST_VERSION" in os.environ and "pytest" not in sys.modules:
        return "the comparison of the notebooks"
    return ""


def live(show: Callable[P, R]) -> Callable[P, R | None]:
    """Let a function do nothing but say so where outputs are stored."""

    @functools.wraps(show)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R | None:
        if who := recorded():
            print(
                f"{show.__name__}: for a live session only, and this notebook is run by {who}; "
                "nothing was shown. Take the cell out of the notebook."
            )
            return None
        return show(*args, **kwargs)

    return wrapper
