"""The commands that get a hospital's tables in: `start`, `form` and `redcap`."""

import argparse
from pathlib import Path
from typing import Any


def add_commands(commands: Any) -> None:
    """Add the commands `start`, `form` and `redcap` to a command line."""
    begin = commands.add_parser(
        "start", help="make a cohort of your tables: copies them and drafts cohort.toml"
    )
    begin.add_argument("path", type=Path, metavar="PATH", help="a workbook, or a folder of tables")
    begin.add_argument("--name", default="", help="of the cohort (default: that of the file)")
    begin.set_defaults(command=_start)
    for name, what, command, ending in (
        ("form", "an entry form", _form, "xlsx"),
        ("redcap", "a REDCap data dictionary", _redcap, "csv"),
    ):
        one = commands.add_parser(name, help=f"write {what} for the tables of a cohort")
        one.add_argument("file", type=Path, metavar=f"FILE.{ending}")
        one.add_argument(
            "--with", dest="instruments", nargs="+", default=[], metavar="INSTRUMENT",
            help="further indices or gradings to ask the items of, such as sccai",
        )  # fmt: skip
        one.set_defaults(command=command)


# What a command needs is imported by it: `ibd-scores run` does without.
def _start(options: argparse.Namespace) -> int:
    from ibd_scores.study.intake.start import report, start

    folder, draft = start(options.path, options.name)
    print(*report(folder, draft), sep="\n")
    return 0


def _form(options: argparse.Namespace) -> int:
    from ibd_scores.study.intake.form import write_form

    write_form(options.file, instruments=options.instruments)
    print(f"Written: {options.file}")
    return 0


def _redcap(options: argparse.Namespace) -> int:
    from ibd_scores.study.intake.redcap import write_dictionary

    write_dictionary(options.file, instruments=options.instruments)
    print(f"Written: {options.file}")
    return 0
