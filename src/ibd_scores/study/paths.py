"""Where things are: everything is found from the project's root, never from the working directory.

papermill, nbval and JupyterLab each start a notebook in another folder.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

RECORD = "IBD_SCORES_RECORD"
VARIANT = "IBD_SCORES_VARIANT"
UNFINISHED = ".chain."  # begins the name of a file that the chain is writing


def root() -> Path:
    """The project's folder: the one that holds `pyproject.toml` and `notebooks/`.

    The environment variable `IBD_SCORES_ROOT` names it outright; else it is looked for from the
    working directory upwards, then from this file upwards.

    Raises
    ------
    FileNotFoundError
        where none of the three leads to such a folder.

    Examples
    --------
    >>> (root() / "notebooks").is_dir()
    True
    """
    named = os.environ.get("IBD_SCORES_ROOT")
    here, code = Path.cwd(), Path(__file__).resolve()
    places = [Path(named)] if named else [here, *here.parents, *code.parents]
    for folder in places:
        if (folder / "pyproject.toml").is_file() and (folder / "notebooks").is_dir():
            return folder.resolve()
    where = named or f"{here} or above it"
    raise FileNotFoundError(
        f"No project (a folder with pyproject.toml and notebooks/) at {where}. "
        "Go to the project's folder, or name it in the environment variable IBD_SCORES_ROOT."
    )


def raw(cohort: str) -> Path:
    """The folder of a cohort's source tables, never written to."""
    return root() / "data" / "raw" / cohort


def derived(cohort: str) -> Path:
    """The folder of what the notebooks make of a cohort; may not exist yet.

    The environment variable `IBD_SCORES_VARIANT` names the parameter set of a batch study whose
    folder is meant.
    """
    return root() / "data" / "derived" / member(cohort, os.environ.get(VARIANT, ""))


def member(cohort: str, variant: str = "") -> str:
    """The name of a cohort under a parameter set, as its derived folder has it.

    >>> member("hmp2"), member("hmp2", "strict")
    ('hmp2', 'hmp2@strict')
    """
    return f"{cohort}@{variant}" if variant else cohort


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Give a temporary name beside `path`, and move what was written there into its place.

    So a derived file is there whole or not at all, whatever happens meanwhile. The folder is made
    where it is missing. What was written counts as an output of the running stage (see `record`).

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     with replacing(Path(folder) / "tables" / "rates.csv") as temporary:
    ...         _ = temporary.write_text("k,n", encoding="utf-8")
    ...     (Path(folder) / "tables" / "rates.csv").read_text(encoding="utf-8")
    'k,n'
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # The suffix stays last: matplotlib and papermill choose the format by it.
    start = UNFINISHED if RECORD in os.environ else "."
    temporary = path.with_name(f"{start}{path.stem}.{os.getpid()}.tmp{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    record(path)


def record(path: str | Path) -> None:
    """Tell the chain that the running notebook wrote this file.

    Does nothing where no chain is running the notebook: in JupyterLab, under nbval.
    """
    if manifest := os.environ.get(RECORD):
        with Path(manifest).open("a", encoding="utf-8") as lines:
            lines.write(f"{Path(path).resolve()}\n")
