"""Write environment.yml for conda-forge from pyproject.toml: python tools/environment.py."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HEAD = """\
# Made by `make lock` from pyproject.toml; edit that instead.
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


def environment(pyproject: str) -> str:
    """Return the text of environment.yml for the text of a pyproject.toml."""
    told = tomllib.loads(pyproject)
    project = told["project"]
    extras = project["optional-dependencies"].values()
    requirements = {
        f"python{project['requires-python']}",
        "pip",
        *(name.replace("_", "-") for name in told["build-system"]["requires"]),
        *project["dependencies"],
        *(requirement for extra in extras for requirement in extra),
    }
    # Quoted: YAML reads a bare > as the start of a folded text.
    return HEAD + "".join(f'  - "{requirement}"\n' for requirement in sorted(requirements))


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(
        environment((ROOT / "pyproject.toml").read_text("utf-8")), "utf-8", newline="\n"
    )
