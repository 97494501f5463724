"""What each stage of the chain was made from, and what it wrote: the memory between two runs."""

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ibd_scores.study import paths
from ibd_scores.study.chain import notebooks
from ibd_scores.study.chain.execution import Task

STATE, LOCK = "chain.json", "chain.lock"
REPORT = "report/"  # made from all that, by a command of its own
OWN = {STATE, LOCK, "provenance.json"}  # what the chain itself keeps in a derived folder


class Ledger:
    """The `chain.json` of a cohort's derived folder.

    For each stage, as of its last success: its key (a digest of everything it depends on) and the
    digest of each file that it wrote.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries: dict[str, dict[str, Any]] = {}
        with suppress(FileNotFoundError, ValueError):  # then nothing is known to be up to date
            self.entries = json.loads((folder / STATE).read_text(encoding="utf-8"))

    def holds(self, stage: str, key: str) -> bool:
        """Whether a stage was made from the same, and all that it wrote is still there."""
        entry = self.entries.get(stage)
        return (
            entry is not None
            and entry["key"] == key
            and all(
                file_digest(self.folder / name) == was for name, was in entry["outputs"].items()
            )
        )

    def forget(self, stages: Iterable[str]) -> None:
        """Take these stages as changed; it is stored with the next success, so a stop keeps it."""
        for stage in self.entries.keys() & {*stages}:
            self.entries[stage]["key"] = None

    def enter(self, stage: str, key: str, outputs: Iterable[Path]) -> None:
        """Note a success, and remove what the stage wrote before and writes no longer."""
        now = {
            path.relative_to(self.folder).as_posix(): file_digest(path)
            for path in outputs
            if path.is_relative_to(self.folder)
        }
        before = set(self.entries.get(stage, {}).get("outputs", {}))
        self.entries[stage] = {"key": key, "outputs": now}
        for name in before - {name for entry in self.entries.values() for name in entry["outputs"]}:
            (self.folder / name).unlink(missing_ok=True)
        self.save()

    def save(self) -> None:
        """Store what is known."""
        with paths.replacing(self.folder / STATE) as temporary:
            temporary.write_text(json.dumps(self.entries, indent=1) + "\n", encoding="utf-8")

    def tables(self, stages: Iterable[str]) -> dict[str, str]:
        """Those of the files that other notebooks read; an executed notebook is for people."""
        written = self.outputs(stages)
        return {name: was for name, was in written.items() if not name.startswith("notebooks/")}

    def outputs(self, stages: Iterable[str]) -> dict[str, str]:
        """The files that these stages wrote, relative to the folder, with their digests."""
        return {
            name: was
            for stage in stages
            for name, was in self.entries.get(stage, {}).get("outputs", {}).items()
        }

    def strays(self, stages: Iterable[str]) -> list[str]:
        """The other files in the folder, but for the chain's own, the report's and hidden ones."""
        there = [path.relative_to(self.folder).as_posix() for path in files(self.folder)]
        known = {*OWN, *self.outputs(stages)}
        ours = (name for name in there if not name.startswith(REPORT))
        return [name for name in ours if name not in known and "/." not in f"/{name}"]


def surroundings(root: Path, sources: Iterable[Path]) -> str:
    """A digest of what all stages of a cohort depend on.

    The library's code, the source tables, the lock, Python and the packages installed.
    """
    packages = {
        path.name
        for folder in sys.path
        for path in Path(folder).glob("*.*-info")
        if path.suffix in {".dist-info", ".egg-info"}
    }
    words = [sys.version, *sorted(packages)]
    return digest([*files(root / "src"), *sources, root / "requirements.lock"], words)


def key(common: str, task: Task, upstream: Mapping[str, str]) -> str:
    """A digest of everything a stage depends on.

    Of its notebook the code cells and their tags count: prose and stored outputs change nothing.
    """
    cells = [
        [notebooks.source(cell), notebooks.tags(cell)]
        for cell in notebooks.code(notebooks.read(task.notebook))
    ]
    return digest([], [common, cells, dict(task.parameters), dict(upstream)])


def digest(files: Iterable[Path], words: object = None) -> str:
    """One SHA-256 of the bytes of files (with their names; a missing one counts) and of words."""
    total = hashlib.sha256(json.dumps(words, sort_keys=True).encode())
    for path in files:
        total.update(f"\n{path.name} {file_digest(path)}".encode())
    return total.hexdigest()


def file_digest(path: Path) -> str | None:
    """The SHA-256 of a file's bytes; None where there is no such file."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (FileNotFoundError, IsADirectoryError):
        return None


def files(folder: Path) -> Iterator[Path]:
    """The files of a folder and those below it, in order, without what Python compiled."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path
