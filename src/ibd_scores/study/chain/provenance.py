"""What a run was made from: `provenance.json` beside what it made.

Checksums of the raw tables and of what was derived, the parameters and the versions; no clock, no
name of a machine. The next run holds the raw tables against it.
"""

import importlib.metadata
import json
import platform
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from ibd_scores.study import paths
from ibd_scores.study.chain import ledger

FILE = "provenance.json"


def checksums(files: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """Give the SHA-256 and the size in bytes of each file that is there, by its name."""
    return {
        path.name: {"sha256": ledger.file_digest(path), "bytes": path.stat().st_size}
        for path in sorted(files)
        if path.is_file()
    }


def read(derived: Path) -> dict[str, Any]:
    """Read what the last run left; nothing where it left nothing that can be read."""
    with suppress(OSError, ValueError):
        found = json.loads((derived / FILE).read_text(encoding="utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say which files are new, gone or other than before, in words.

    >>> changed({"a.csv": 1, "b.csv": 2}, {"b.csv": 3, "c.csv": 4})
    ['a.csv is gone', 'b.csv changed', 'c.csv is new']
    """
    said = []
    for name in sorted({*before, *now}):
        if name not in now:
            said.append(f"{name} is gone")
        elif name not in before:
            said.append(f"{name} is new")
        elif before[name] != now[name]:
            said.append(f"{name} changed")
    return said


def versions(root: Path) -> dict[str, str]:
    """Give the versions of Python and of what the study needs, as far as it is installed."""
    with (root / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file).get("project", {})
    asked = [*project.get("dependencies", ()),
             *project.get("optional-dependencies", {}).get("study", ())]  # fmt: skip
    found = {"python": platform.python_version()}
    for name in ["ibd-scores", *(re.split(r"[^\w.-]", line)[0] for line in asked)]:
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return dict(sorted(found.items()))


def write(
    derived: Path,
    root: Path,
    *,
    cohort: str,
    simulated: bool,
    raw: Mapping[str, Any],
    outputs: Mapping[str, str],
    parameters: Mapping[str, Mapping[str, Any]],
) -> None:
    """Write what a run was made from and what it made, whole or not at all."""
    found = {
        "cohort": cohort,
        "simulated": simulated,
        "raw": dict(raw),
        "derived": dict(outputs),
        "parameters": {stage: dict(values) for stage, values in parameters.items()},
        "versions": versions(root),
        "lock": ledger.file_digest(root / "requirements.lock"),
        "code": ledger.digest(ledger.files(root / "src")),
        "platform": f"{sys.platform} {platform.machine()}",
    }
    with paths.replacing(derived / FILE) as temporary:
        text = json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False)
        temporary.write_text(text + "\n", encoding="utf-8")
