"""What turns a hospital's tables into a cohort: they are copied, and `cohort.toml` is drafted."""

import re
import shutil
from contextlib import ExitStack
from datetime import date, datetime
from pathlib import Path

from ibd_scores.study import paths
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.cohort.files import SUFFIXES
from ibd_scores.study.cohort.problems import CohortError
from ibd_scores.study.intake.guess import Draft, guess
from ibd_scores.study.intake.render import render

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
SHOWN = 12  # of what is left to decide, on the terminal; the file has all


def start(path: Path, name: str = "") -> tuple[Path, Draft]:
    """Make a cohort of a workbook, a table, or a folder of such: its folder, and the draft.

    The tables are copied to `data/raw/<name>`, unless they are there already, and `cohort.toml` is
    written beside them: all of it or nothing. Nothing that is there is ever written over.

    Raises
    ------
    ValueError
        the name leaves its folder or is none; a cohort of this name has a `cohort.toml`; a table
        cannot be read.
    FileNotFoundError
        there is nothing at `path`.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: no such file or folder")
    raw = paths.root() / "data" / "raw"
    inside = path.resolve().is_relative_to(raw.resolve()) and path.resolve() != raw.resolve()
    name = name or (path.resolve().relative_to(raw.resolve()).parts[0] if inside else _named(path))
    if not NAME.fullmatch(name):
        raise ValueError(
            f"{name!r} is no name of a cohort: letters a to z, digits, _ and - only; give one, "
            "--name our_cohort"
        )
    folder = raw / name
    if (folder / "cohort.toml").exists():
        raise ValueError(
            f"{folder / 'cohort.toml'}: is there already and is not written over; correct it by "
            "hand, or give another name with --name"
        )
    draft = guess(path)
    text = render(draft, _exported(path).isoformat())
    with ExitStack() as together:
        made = not folder.exists()
        folder.mkdir(parents=True, exist_ok=True)
        if made:
            together.callback(lambda: folder.rmdir() if not any(folder.iterdir()) else None)
        for file in _tables(path):
            target = folder / file.name
            if target.exists() and target.resolve() != file.resolve():
                if target.read_bytes() != file.read_bytes():
                    raise ValueError(f"{target}: another table of this name is there already")
            elif not target.exists():
                shutil.copyfile(file, together.enter_context(paths.replacing(target)))
        together.enter_context(paths.replacing(folder / "cohort.toml")).write_text(text, "utf-8")
    return folder, draft


def _named(path: Path) -> str:
    return re.sub(r"[^A-Za-z0-9_-]+", "_", path.stem).strip("_-") or "our_cohort"


def _tables(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return [
        file
        for file in sorted(path.iterdir())
        if Path(file.name.lower().removesuffix(".gz")).suffix in SUFFIXES
        and not file.name.startswith((".", "~$"))
    ]


def _exported(path: Path) -> date:
    """The day of the export, as far as the files tell: when the last of them was written."""
    times = [file.stat().st_mtime for file in _tables(path)]
    return datetime.fromtimestamp(max(times, default=0)).date() if times else date.today()


def report(folder: Path, draft: Draft) -> list[str]:
    """Say what was matched, what was not, and what to do next."""
    where = folder.relative_to(paths.root())
    lines = [f"Written: {where / 'cohort.toml'}"]
    if draft.whole:
        lines.append("  a REDCap export with this project's own fields: nothing to match")
    for name, table in draft.tables.items():
        shape = "; a row holds several" if "blocks" in table.keys else ""
        lines.append(f"  {name:<15} {len(table.lines):3} columns from {table.sheet.where}{shape}")
    left = [f"{one} has no heading" for one in draft.lacking] + draft.left
    for title, listed in (("Left to decide", left), ("Not read", draft.unread)):
        if listed:
            lines.append(f"{title}: {len(listed)}")
            lines += [f"  - {one}" for one in listed[:SHOWN]]
            lines += [f"  and {len(listed) - SHOWN} more in the file"] * (len(listed) > SHOWN)
    run = f'make study ARGS="--cohort {folder.name}"'
    if draft.lacking:
        lines.append(f"Next: fill in what has no heading in {where / 'cohort.toml'}, then  {run}")
        return lines
    try:
        read_cohort(folder)
        lines.append(f"Next: read {where / 'cohort.toml'} through, then  {run}")
    except CohortError as error:
        lines += ["It cannot be read yet:", f"  {error}"]
    return lines
