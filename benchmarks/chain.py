"""What the chain takes beyond what it cannot avoid: python benchmarks/chain.py [ROUNDS].

The floor is the same chain, of which each notebook only imports what it imports now. Both are
copies in a temporary folder and run by turns; of each the shortest run counts.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from ibd_scores.study import chain, paths
from ibd_scores.study.chain import execution, notebooks

ROUNDS = 5
RUN = ("-m", "ibd_scores.study", "run")
COPIED = ("pyproject.toml", "requirements.lock", "notebooks", "src", "data/raw", "tools/ipython")
PARTS = {
    "Python starts": ("-c", "pass"),
    "the command line is imported": ("-c", "import ibd_scores.study.__main__"),
    "papermill is imported": ("-c", "import papermill"),
}
SHOWN = 6  # cells of a stage


def copied(root: Path, folder: Path) -> Path:
    """Copy what a run reads into a project of its own."""
    for name in COPIED:
        source, target = root / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
    return folder


def emptied(folder: Path) -> Path:
    """Leave in the notebooks of a project their parameters, their imports and an empty cell."""
    for path in (folder / "notebooks").glob("*.ipynb"):
        notebook = notebooks.read(path)
        cells = notebooks.code(notebook)
        given = [cell for cell in cells if "parameters" in notebooks.tags(cell)]
        source = "\n".join(filter(None, map(imports, cells)))
        rest = [cells[-1] | {"id": name, "source": text, "metadata": {}, "outputs": []}
                for name, text in (("imports", source), ("empty", ""))]  # fmt: skip
        path.write_text(notebooks.text(notebook | {"cells": [*given, *rest]}), encoding="utf-8")
    return folder


def imports(cell: notebooks.Cell) -> str:
    """Give the import statements of a cell."""
    found = ast.parse(notebooks.source(cell)).body
    return "\n".join(
        ast.unparse(one) for one in found if isinstance(one, ast.Import | ast.ImportFrom)
    )


def seconds(folder: Path, *arguments: str) -> float:
    """Time a process of Python in a project."""
    environment = os.environ | execution.environment(folder)
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=folder, env=environment, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return time.perf_counter() - start


def cold(folder: Path) -> float:
    """Time a run that finds nothing derived."""
    shutil.rmtree(folder / "data" / "derived", ignore_errors=True)
    return seconds(folder, *RUN)


def shortest(tried: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Time each by turns, and keep the shortest."""
    times = [{name: one() for name, one in tried.items()} for _ in range(rounds)]
    return {name: min(of[name] for of in times) for name in tried}


class Stage(NamedTuple):
    """How long a notebook took alone: all of it, and each cell that does not import."""

    whole: float
    importing: float
    cells: dict[str, float]

    @property
    def computing(self) -> float:
        """What is not the kernel's start and the imports."""
        return sum(self.cells.values())

    @property
    def kernel(self) -> float:
        """Its start and its end, and what lies between the cells."""
        return self.whole - self.importing - self.computing


def measure(folder: Path) -> None:
    """Run each notebook of a project alone, and print the seconds of its cells."""
    import papermill

    plan = chain.plan(folder)
    os.environ.update(execution.environment(folder))
    found = {}
    for stage in plan.stages:
        start = time.perf_counter()
        done = papermill.execute_notebook(
            notebooks.literal(plan.task(stage).notebook), None, progress_bar=False,
            kernel_name=notebooks.KERNEL["name"], cwd=str(folder / "notebooks"),
            shutdown_kernel="immediate",
        )  # fmt: skip
        whole = time.perf_counter() - start
        importing, cells = 0.0, {}
        for place, cell in enumerate(done["cells"]):
            took = cell["metadata"]["papermill"]["duration"] or 0.0
            if cell["cell_type"] == "code" and imports(cell):
                importing += took
            elif cell["cell_type"] == "code":
                cells[f"[{place}] {notebooks.source(cell).partition(chr(10))[0]}"] = took
        found[stage] = Stage(whole, importing, cells)
    print(json.dumps(found))


def stages(folder: Path, rounds: int) -> dict[str, Stage]:
    """Of each notebook the shortest run; in a process of its own, for papermill changes this."""
    runs: list[dict[str, Any]] = [
        json.loads(
            subprocess.run([sys.executable, __file__, "measure", str(folder)], check=True,
                           env=os.environ | execution.environment(folder),
                           stdout=subprocess.PIPE).stdout
        )
        for _ in range(rounds)
    ]  # fmt: skip
    return {name: min(Stage(*run[name]) for run in runs) for name in runs[0]}


def main(rounds: int = ROUNDS) -> None:
    """Measure, and print the ratio and its parts."""
    with tempfile.TemporaryDirectory() as temporary:
        whole = copied(paths.root(), Path(temporary).resolve() / "whole")
        floor = emptied(copied(paths.root(), Path(temporary).resolve() / "floor"))
        found = shortest(
            {
                "nothing derived": partial(cold, whole),
                "--force": partial(seconds, whole, *RUN, "--force"),
                "nothing changed": partial(seconds, whole, *RUN),
                "the floor": partial(seconds, floor, *RUN, "--force"),
                **{name: partial(seconds, whole, *part) for name, part in PARTS.items()},
            },
            rounds,
        )
        for name, took in found.items():
            print(f"{took:6.2f} s  {name}")
        least = found["the floor"]
        for name in ("nothing derived", "--force"):
            print(f"{found[name] / least:6.2f} x the floor, {name}")
        print("\nEach notebook alone, in seconds: kernel, imports, computing")
        for name, one in stages(whole, rounds).items():
            print(f"{name:<16}{one.kernel:6.2f}{one.importing:6.2f}{one.computing:6.2f}")
            for cell, took in sorted(one.cells.items(), key=lambda pair: -pair[1])[:SHOWN]:
                print(f"    {took:6.2f}  {cell[:80]}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["measure"]:
        measure(Path(sys.argv[2]))
    else:
        main(*map(int, sys.argv[1:2]))
