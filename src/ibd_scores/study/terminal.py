"""What a command says: fitted to a terminal and colored there, as it is where it is piped."""

import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TextIO

__all__ = ["colored", "command", "fitted", "say"]

COLORS = {"good": 32, "bad": 31, "careful": 33, "pale": 2, "strong": 1}


def say(*lines: str, color: str = "", error: bool = False) -> None:
    """Print lines; in a terminal broken where it ends, and in color.

    Parameters
    ----------
    *lines : str
        Each may hold several.
    color : {"", "good", "bad", "careful", "pale", "strong"}
        What it is.
    error : bool
        To standard error.
    """
    stream = sys.stderr if error else sys.stdout
    text = "\n".join(lines)
    if stream.isatty():
        text = fitted(text, shutil.get_terminal_size().columns)
    for line in text.split("\n"):
        print(colored(line, color, stream), file=stream)
    stream.flush()


def colored(text: str, color: str, stream: TextIO) -> str:
    """Color a text for a terminal that wants it (https://no-color.org); elsewhere leave it."""
    wanted = "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
    known = os.name != "nt" or "WT_SESSION" in os.environ
    if not (color and text and wanted and known and stream.isatty()):
        return text
    return f"\x1b[{COLORS[color]}m{text}\x1b[0m"


def fitted(text: str, width: int = 80) -> str:
    """Break the lines of a text that are too wide, between words; the rest stands further in.

    A word as long as a path stays whole.

    Examples
    --------
    >>> print(fitted("  possible: endoscopic_response, ses_cd_remission, ulcer_free", 40))
      possible: endoscopic_response,
          ses_cd_remission, ulcer_free
    """
    broken = []
    for line in text.split("\n"):
        within = line[: len(line) - len(line.lstrip(" "))]
        broken += [line] if len(line) < width else textwrap.wrap(
            line, max(width - 1, 20), subsequent_indent=within + " " * 4,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    return "\n".join(broken)


def command() -> str:
    """Return how `ibd-scores` is typed here: by its name, or by its place in the environment.

    >>> command().endswith("ibd-scores")
    True
    """
    script = Path(sys.executable).with_name("ibd-scores")
    if shutil.which("ibd-scores") or not script.is_file():
        return "ibd-scores"
    inside = os.path.relpath(script)
    return str(script) if inside.startswith("..") else inside
