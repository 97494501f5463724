"""How nbval compares the notebooks: numbers everywhere, text too where the environment is ours."""

import os
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ibd_scores.study.chain import execution

ROOT = Path(__file__).resolve().parent

# The kernels that nbval starts are like those of the chain; they choose the inline backend
# themselves, and the tests' own process is better off without it.
os.environ.update(execution.environment(ROOT))
del os.environ["MPLBACKEND"]


def differing(lock: str) -> list[str]:
    """Return the installed packages whose version is not the one of a requirements.lock."""

    def installed(name: str) -> str | None:
        try:
            return version(name)
        except PackageNotFoundError:  # of another platform, or of an extra
            return None

    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE)
    return [name for name, pinned in pins if installed(name) not in (None, pinned)]


PINNED = not differing((ROOT / "requirements.lock").read_text("utf-8"))


def pytest_report_header() -> str:
    """Say in the first lines how the notebooks are compared."""
    compared = "text and numbers" if PINNED else "numbers (versions differ from requirements.lock)"
    return f"notebooks: comparing {compared}"


def pytest_collectstart(collector):
    """Leave the text of outputs uncompared where another version may lay it out otherwise.

    nbval never compares PNG: `make refresh` and an empty `git diff` do.
    """
    if hasattr(collector, "skip_compare") and not PINNED:
        collector.skip_compare += ("text/html", "text/plain", "stderr")
