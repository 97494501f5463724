"""The command `ibd-scores tables`."""

import argparse

from ibd_scores.study import paths
from ibd_scores.study.terminal import say


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to those of a parser."""
    tables = commands.add_parser(
        "tables", help="write the tables of the last run as a Word file and an Excel workbook"
    )
    tables.add_argument("--cohort", metavar="NAME", default="", help="or NAME@SET of a batch study")
    tables.set_defaults(command=_tables)


def _tables(options: argparse.Namespace) -> int:
    # Imported here: `ibd-scores run` does without.
    from ibd_scores.study.manuscript.writing import write

    root = paths.root()
    try:
        files = write(root, options.cohort)
    except ValueError as error:
        say(str(error), "Nothing was written.", color="bad", error=True)
        return 2
    say("Wrote:", *(f"  {file.relative_to(root).as_posix()}" for file in files))
    return 0
