"""The commands `ibd-scores start`, `ibd-scores form` and `ibd-scores redcap`."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ibd_scores.study.terminal import say


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the three commands to those of a parser."""
    start = commands.add_parser(
        "start", help="make a cohort of your tables: copies them and drafts cohort.toml"
    )
    start.add_argument("path", type=Path, metavar="PATH", help="a workbook, or a folder of tables")
    start.add_argument(
        "--name", default="", help="of the cohort, a folder of data/raw (default: that of the file)"
    )
    start.set_defaults(command=_start)
    form = commands.add_parser(
        "form", help="write an Excel form to enter a cohort in: a sheet for each table"
    )
    form.add_argument(
        "path", metavar="FILE.xlsx", type=Path, help="a workbook that is not there yet"
    )
    form.set_defaults(command=_form)
    redcap = commands.add_parser(
        "redcap", help="write a REDCap data dictionary of the same columns"
    )
    redcap.add_argument("path", metavar="FILE.csv", type=Path, help="a file that is not there yet")
    redcap.set_defaults(command=_redcap)
    for command in (form, redcap):
        command.add_argument(
            "--instrument", dest="instruments", metavar="NAME", action="append", default=[],
            help="a further index or grading whose items are asked for, such as sccai; repeatable",
        )  # fmt: skip


# What a command needs is imported by it: `ibd-scores run` does without.
def _start(options: argparse.Namespace) -> int:
    from ibd_scores.study.intake.start import report, start

    folder, draft = start(options.path, options.name)
    say(*report(folder, draft))
    return 0


def _form(options: argparse.Namespace) -> int:
    from ibd_scores.study.intake.form import write_form

    _write(write_form, options, ".xlsx")
    say(
        f"Wrote {options.path}: fill in one sheet for each table.\n"
        f"Then: ibd-scores start {options.path} --name COHORT"
    )
    return 0


def _redcap(options: argparse.Namespace) -> int:
    from ibd_scores.study.intake.redcap import write_dictionary

    _write(write_dictionary, options, ".csv")
    say(
        f"Wrote {options.path}: import it in REDCap (Project Setup, Data Dictionary), then switch "
        "on\nrepeating instruments for every form but patients. Export as CSV / raw data, then:\n"
        "ibd-scores start EXPORT.csv --name COHORT"
    )
    return 0


def _write(write: Callable[..., Any], options: argparse.Namespace, ending: str) -> None:
    """Write a new file; what is there may hold patients, so it is never overwritten."""
    path: Path = options.path
    if path.suffix.lower() != ending:
        raise ValueError(f"{path}: name a file that ends in {ending}; nothing was written")
    if path.exists():
        raise ValueError(f"{path}: is there already and was left as it is; choose another name")
    if not path.parent.is_dir():
        raise ValueError(f"{path.parent}: no such folder; make it, or choose another")
    write(path, instruments=options.instruments)
