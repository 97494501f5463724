"""pyproject.toml, the two locks and environment.yml describe one environment."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-lab.lock")
NINE = {
    "jupyterlab",
    "matplotlib",
    "nbval",
    "numpy",
    "pandas",
    "papermill",
    "pingouin",
    "scipy",
    "seaborn",
}


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def told(*extras: str) -> dict[str, Requirement]:
    """Return what pyproject.toml asks for: the core, the build backend and some extras."""
    pyproject = tomllib.loads(text("pyproject.toml"))
    lines = [*pyproject["project"]["dependencies"], *pyproject["build-system"]["requires"]]
    for extra in extras:
        lines += pyproject["project"]["optional-dependencies"][extra]
    return {canonicalize_name(r.name): r for r in map(Requirement, lines)}


def entries(lock: str) -> list[str]:
    """Return the entries of a lock, each a requirement and its hashes in one line."""
    lines = [line for line in text(lock).splitlines() if not line.lstrip().startswith("#")]
    return [line for line in "\n".join(lines).replace("\\\n", " ").splitlines() if line]


def pins(lock: str) -> dict[str, str]:
    """Return name: version of a lock."""
    found = [re.match(r"([\w.-]+)==(\S+)", entry) for entry in entries(lock)]
    assert all(found), f"{lock} has a line that is no pin"
    return {canonicalize_name(m[1]): m[2] for m in found if m}


def conda() -> dict[str, Requirement]:
    """Return what environment.yml asks for, by the names of PyPI."""
    lines = yaml.safe_load(text("environment.yml"))["dependencies"]
    names = {"python-duckdb": "duckdb"}
    return {names.get(r.name, canonicalize_name(r.name)): r for r in map(Requirement, lines)}


def test_environment_yml_is_what_make_lock_writes():
    source = importlib.util.spec_from_file_location("environment", ROOT / "tools/environment.py")
    module = importlib.util.module_from_spec(source)
    source.loader.exec_module(module)
    made = module.environment(text("pyproject.toml"), text("requirements-lab.lock"))
    assert made == text("environment.yml"), "run `make lock`"


def test_environment_yml_has_the_versions_of_the_lock_where_numbers_depend_on_them():
    locked = pins("requirements-lab.lock")
    in_conda = {name: str(r.specifier) for name, r in conda().items()}
    for name in told("study", "lab").keys() - {"flit-core"}:
        assert in_conda[name] == f"=={locked[name]}"


def test_environment_yml_and_pyproject_name_the_same_packages():
    in_conda = {name: str(r.specifier) for name, r in conda().items()}
    python = tomllib.loads(text("pyproject.toml"))["project"]["requires-python"]
    assert in_conda.pop("python") == python
    assert in_conda.pop("pip") == ""
    assert set(in_conda) == set(told("study", "test", "lab"))
    tools = told("test")
    assert {n: in_conda[n] for n in tools.keys() - told("study").keys()} == {
        n: str(r.specifier) for n, r in tools.items() if n not in told("study")
    }


def test_environment_yml_takes_everything_from_conda_forge():
    assert yaml.safe_load(text("environment.yml"))["channels"] == ["conda-forge", "nodefaults"]


def test_the_build_backend_of_the_lock_is_the_one_of_the_build():
    pyproject = tomllib.loads(text("pyproject.toml"))
    assert pyproject["dependency-groups"]["build"] == pyproject["build-system"]["requires"]


def test_scoring_alone_needs_numpy_and_pandas_only():
    dependencies = tomllib.loads(text("pyproject.toml"))["project"]["dependencies"]
    assert [Requirement(line).name for line in dependencies] == ["numpy", "pandas"]


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", ("study", "test")), ("requirements-lab.lock", ("study", "test", "lab"))],
)
def test_a_lock_holds_a_permitted_version_of_all_that_pyproject_asks_for(lock, extras):
    pinned = pins(lock)
    wanted = told(*extras)
    assert set(wanted) <= set(pinned)
    assert [n for n, r in wanted.items() if pinned[n] not in r.specifier] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_is_hashed_and_every_package_has_one_version(lock):
    assert [entry for entry in entries(lock) if "--hash=sha256:" not in entry] == []
    assert len(entries(lock)) == len(pins(lock))


@pytest.mark.parametrize("name", [*LOCKS, "environment.yml", "pyproject.toml"])
def test_no_registry_address_and_no_path_of_a_machine_is_written_down(name):
    assert re.findall(r"\w+://\S+|--\S*index\S*|--find-links|(?<!\S)/\w+/\S+", text(name)) == []


def test_the_lab_lock_adds_to_the_lock_and_changes_nothing():
    assert pins("requirements.lock").items() <= pins("requirements-lab.lock").items()


def test_jupyterlab_stays_out_of_the_environment_of_the_run_and_the_tests():
    assert "jupyterlab" not in pins("requirements.lock")


def test_the_nine_packages_of_the_project_are_in_the_lab_lock_and_in_environment_yml():
    assert set(pins("requirements-lab.lock")) >= NINE
    assert set(conda()) >= NINE
