"""Running one notebook, in a process of its own kernel, and saying what came of it."""

import os
import re
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ibd_scores.study import paths
from ibd_scores.study.chain import notebooks

MESSAGE_LINES, MESSAGE_WIDTH = 5, 300
STARTS = 3  # of a kernel that ends before its first cell


@dataclass(frozen=True)
class Task:
    """A notebook to run: where it is, where the executed one goes, what it is given."""

    notebook: Path
    executed: Path
    parameters: Mapping[str, Any]
    environment: Mapping[str, str]

    @property
    def unfinished(self) -> Path:
        """Where the notebook is written while it runs."""
        return self.executed.with_name(f"{paths.UNFINISHED}{self.executed.name}")

    @property
    def failed(self) -> Path:
        """Where a notebook that failed is kept."""
        return self.executed.with_suffix(".failed.ipynb")


@dataclass(frozen=True)
class Failure:
    """Why a notebook stopped: the number of the code cell, the line in it, the error."""

    cell: int
    line: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """What came of a task: how long it took, what it wrote and warned of, or why it failed."""

    seconds: float
    outputs: tuple[Path, ...] = ()
    warned: tuple[str, ...] = ()
    failure: Failure | None = None


def environment(root: Path) -> dict[str, str]:
    """What a kernel needs to give the same outputs everywhere, in variables of its environment."""
    return {
        "IBD_SCORES_ROOT": str(root),
        # This tree's code, even where another copy of the package is installed.
        "PYTHONPATH": os.pathsep.join(
            [str(root / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
        ),
        "IPYTHONDIR": str(root / "tools" / "ipython"),  # not the user's own start-up files
        "JUPYTER_PREFER_ENV_PATH": "1",  # the kernel of this environment, not the user's own
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        # Sums in another order differ in the last digits.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def execute(task: Task) -> Outcome:
    """Run one notebook through papermill, in the notebook's own folder.

    The executed notebook is stored normalized; one that failed is kept as `<name>.failed.ipynb`
    as far as it came. Never raises for what happens in the notebook: the outcome says it. Leaves
    its unfinished files to the chain, which removes them.
    Changes the working directory and the environment of the process it runs in.
    """
    start = time.perf_counter()
    manifest = task.unfinished.with_suffix(".outputs")
    os.environ.update(task.environment, **{paths.RECORD: str(manifest)})
    try:
        task.executed.parent.mkdir(parents=True, exist_ok=True)
        task.failed.unlink(missing_ok=True)
        manifest.write_text("", encoding="utf-8")
        _executed(task)
        executed = notebooks.read(task.unfinished)
        notebooks.store(task.executed, executed)
        written = manifest.read_text(encoding="utf-8").splitlines()
        outputs = sorted({task.executed, *map(Path, written)})
        return Outcome(time.perf_counter() - start, tuple(outputs), _warned(executed))
    except Exception as error:
        return Outcome(time.perf_counter() - start, failure=_failure(task, error))
    finally:
        os.environ.pop(paths.RECORD, None)


def _executed(task: Task) -> None:
    import papermill

    for attempt in range(1, STARTS + 1):
        try:
            papermill.execute_notebook(
                notebooks.literal(task.notebook),
                notebooks.literal(task.unfinished),
                parameters=dict(task.parameters),
                engine_name=_engine(),
                kernel_name=notebooks.KERNEL["name"],
                cwd=str(task.notebook.parent),
                progress_bar=False,
                start_timeout=120,
                shutdown_kernel="immediate",
            )
            return
        except RuntimeError as error:
            # Its ports are chosen before it starts: of many kernels, now and then one finds a port
            # taken by another, and ends before its first cell.
            if attempt == STARTS or "died before replying to kernel_info" not in str(error):
                raise


def _engine() -> str:
    """Make papermill's engine write the notebook when it is through, not twice for every cell."""
    from papermill.engines import NBClientEngine, papermill_engines

    class Sparing(NBClientEngine):  # type: ignore[misc]
        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
            path, nb_man.output_path = nb_man.output_path, None
            try:
                super().execute_managed_notebook(nb_man, kernel_name, **options)
            finally:
                nb_man.output_path = path

    papermill_engines.register("sparing", Sparing)
    return "sparing"


def _warned(notebook: notebooks.Notebook) -> tuple[str, ...]:
    """What the cells wrote to stderr, for who sees the terminal and not the notebook."""
    written = (
        "".join(output["text"])
        for cell in notebooks.code(notebook)
        for output in cell["outputs"]
        if output.get("name") == "stderr"
    )
    return tuple(short("\n".join(written)).splitlines())


def _failure(task: Task, error: Exception) -> Failure:
    """What to tell of a notebook that stopped: its last cell that started, and the error there."""
    cells: list[notebooks.Cell] = []
    with suppress(OSError, ValueError):  # it is not there, or half of it
        cells = notebooks.code(notebooks.read(task.unfinished))
        task.unfinished.replace(task.failed)
    started = [cell for cell in cells if cell["metadata"].get("papermill", {}).get("start_time")]
    if not started:
        return Failure(0, "", short(error))
    last = started[-1]
    lines = notebooks.source(last).splitlines()
    line = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    message = short(error)
    for output in last["outputs"]:
        if output["output_type"] == "error":
            message = short(f"{output['ename']}: {output['evalue']}")
            traceback = re.sub(r"\x1b\[[\d;]*m", "", "\n".join(output["traceback"]))
            if found := re.search(r"Cell In\[\d+\], line (\d+)", traceback):
                line = lines[int(found[1]) - 1]
    # As in the stored notebook, which has no cell of the given parameters.
    own = [cell for cell in cells if notebooks.INJECTED not in notebooks.tags(cell)]
    return Failure(own.index(last) + 1, _cut(line.strip()), message)


def short(error: Exception | str) -> str:
    """An error in a few lines of moderate width."""
    message = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
    lines = [_cut(line) for line in message.splitlines() if line.strip()]
    return "\n".join(lines[:MESSAGE_LINES]) + (" …" if len(lines) > MESSAGE_LINES else "")


def _cut(line: str) -> str:
    return line if len(line) <= MESSAGE_WIDTH else f"{line[: MESSAGE_WIDTH - 1]}…"
