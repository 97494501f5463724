"""A notebook as a file: reading it, and storing it so that two runs give the same bytes."""

import json
from pathlib import Path
from typing import Any

from ibd_scores.study import paths

Notebook = dict[str, Any]
Cell = dict[str, Any]

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
INJECTED = "injected-parameters"


def read(path: str | Path) -> Notebook:
    """The notebook in this file."""
    try:
        notebook: Notebook = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not a whole notebook: {error}") from None
    return notebook


def literal(path: Path) -> str:
    """A path as papermill takes it: braces would be read as the place of a parameter."""
    return str(path).replace("{", "{{").replace("}", "}}")


def source(cell: Cell) -> str:
    """What a cell says, whichever of the two ways the file holds it, with one kind of line end."""
    return "".join(cell["source"]).replace("\r\n", "\n").replace("\r", "\n")


def tags(cell: Cell) -> list[str]:
    """The tags of a cell."""
    return list(cell["metadata"].get("tags", []))


def code(notebook: Notebook) -> list[Cell]:
    """The code cells, in order."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def normalize(notebook: Notebook) -> Notebook:
    r"""Leave out of a notebook what differs from run to run; keep identities, outputs and counts.

    Examples
    --------
    >>> cell = {"cell_type": "markdown", "id": "title", "source": "# A\r\nb",
    ...         "metadata": {"tags": [], "papermill": {"duration": 0.1}}}
    >>> normalize({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})["cells"]
    [{'cell_type': 'markdown', 'id': 'title', 'source': ['# A\n', 'b'], 'metadata': {}}]
    """
    language = dict(notebook["metadata"].get("language_info", {"name": "python"}))
    language.pop("version", None)
    cells = []
    for cell in notebook["cells"]:
        kept = cell | {
            "source": source(cell).splitlines(keepends=True),
            "metadata": {"tags": tags(cell)} if tags(cell) else {},
        }
        if INJECTED in tags(cell):
            kept["id"] = INJECTED
        cells.append(kept)
    return notebook | {
        "cells": cells,
        "metadata": {"kernelspec": KERNEL, "language_info": language},
    }


def text(notebook: Notebook) -> str:
    """A notebook as JupyterLab stores it."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def store(path: str | Path, notebook: Notebook) -> bool:
    """Write a normalized notebook, whole or not at all; False where the file says it already."""
    path, new = Path(path), text(normalize(notebook)).encode()
    if path.is_file() and path.read_bytes() == new:
        return False
    with paths.replacing(path) as temporary:
        temporary.write_bytes(new)
    return True
