"""Write environment.yml for conda-forge from pyproject.toml and the lock.

python tools/environment.py
"""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HEAD = """\
# Made by `make lock` from pyproject.toml, with the versions of the lock; edit the former instead.
#
#     conda env create --file environment.yml
#     conda activate ibd-scores
#     python -m pip install --no-deps --no-build-isolation --editable .
#     ibd-scores run
name: ibd-scores
channels:
  - conda-forge
  - nodefaults
dependencies:
"""


ELSEWHERE = {"duckdb": "python-duckdb"}  # where conda-forge has another name for it
PINNED = "study", "lab"  # the extras that are in the lock
TOOLS = "test"  # linters and the like: no number depends on their versions


def _on_conda_forge(name: re.Match[str]) -> str:
    return ELSEWHERE.get(name[0], name[0]).replace("_", "-")


def environment(pyproject: str, lock: str) -> str:
    """Return the text of environment.yml for the texts of a pyproject.toml and a lock."""
    told = tomllib.loads(pyproject)
    locked = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE))
    project = told["project"]
    extras = project["optional-dependencies"]
    tools = [*extras[TOOLS], *told["build-system"]["requires"]]
    pinned = [*project["dependencies"], *(line for extra in PINNED for line in extras[extra])]
    names = [re.match(r"[\w.-]+", line)[0] for line in pinned]  # type: ignore[index]
    requirements = {
        f"python{project['requires-python']}",
        "pip",
        *(re.sub(r"^[\w.-]+", _on_conda_forge, line) for line in tools),
        *(f"{name}=={locked[name]}" for name in names),
    }
    # Quoted: YAML reads a bare > as the start of a folded text.
    return HEAD + "".join(f'  - "{requirement}"\n' for requirement in sorted(requirements))


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(
        environment(
            (ROOT / "pyproject.toml").read_text("utf-8"),
            (ROOT / "requirements-lab.lock").read_text("utf-8"),
        ),
        "utf-8",
        newline="\n",
    )
