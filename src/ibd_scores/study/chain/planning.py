"""What is to run: a cohort's notebooks and their parameters, checked before anything runs."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from ibd_scores.study import paths, permitted
from ibd_scores.study.chain import execution, ledger, notebooks, parameters, provenance
from ibd_scores.study.chain.execution import Task
from ibd_scores.study.chain.parameters import Known, Values

# Each notebook, and those whose files it reads. CD and UC run side by side.
STAGES: dict[str, tuple[str, ...]] = {
    "01_cleaning": (),
    "02_scoring": ("01_cleaning",),
    "03_cd_outcomes": ("01_cleaning", "02_scoring"),
    "04_uc_outcomes": ("01_cleaning", "02_scoring"),
    "05_figures": ("01_cleaning", "02_scoring", "03_cd_outcomes", "04_uc_outcomes"),
}
KEY_FILE = "pseudonyms.key"  # as `identity` has it, which takes too long to import for every run


@dataclass(frozen=True)
class Plan:
    """A cohort's chain, checked before anything runs: see `plan`."""

    root: Path
    cohort: str
    stages: tuple[str, ...]
    values: Mapping[str, Values]
    sources: tuple[Path, ...]
    simulated: bool = False
    pseudonyms: bool = False
    variant: str = ""

    @property
    def name(self) -> str:
        """The cohort, and the parameter set of a batch study."""
        return paths.member(self.cohort, self.variant)

    @property
    def raw(self) -> Path:
        """The folder of the source tables."""
        return self.root / "data" / "raw" / self.cohort

    @property
    def changed(self) -> list[str]:
        """Which raw tables are other than in the last run, in words; none before the first."""
        before = provenance.read(self.derived).get("raw")
        return provenance.changed(before, provenance.checksums(self.sources)) if before else []

    @property
    def derived(self) -> Path:
        """The folder of what the notebooks make of the sources."""
        return self.root / "data" / "derived" / self.name

    @property
    def where(self) -> str:
        """The same in words, from the project's folder."""
        return self.derived.relative_to(self.root).as_posix()

    @property
    def given(self) -> str:
        """The parameters that differ from their defaults, in words."""
        return ", ".join(f"{name} = {one}" for name, one in self._chosen())

    @property
    def options(self) -> str:
        """The same as options of `ibd-scores run`, each after a blank."""
        return "".join(f" -p {quote(f'{name}={one}')}" for name, one in self._chosen())

    def _chosen(self) -> list[tuple[str, object]]:
        values: dict[str, Values] = {}
        for stage, share in self.values.items():
            for name, one in share.items():
                values.setdefault(name, {})[stage] = one
        values.pop("cohort", None)
        named = {
            (name if len({*of.values()}) == 1 else f"{stage}.{name}"): one
            for name, of in values.items()
            for stage, one in of.items()
        }
        return [*named.items()]

    def upstream(self, stage: str) -> tuple[str, ...]:
        """The stages of this chain whose files a stage reads."""
        return tuple(name for name in STAGES[stage] if name in self.stages)

    def task(self, stage: str) -> Task:
        """What to run for a stage."""
        return Task(
            notebook=stored(self.root, stage),
            executed=self.derived / "notebooks" / f"{stage}.ipynb",
            parameters=self.values[stage],
            environment=execution.environment(self.root) | {paths.VARIANT: self.variant},
        )


def stored(root: Path, stage: str) -> Path:
    """The notebook of a stage, as the repository stores it."""
    return root / "notebooks" / f"{stage}.ipynb"


def plan(
    root: Path, values: Values | None = None, *, variant: str = "", known: Known | None = None
) -> Plan:
    """Check the cohort and the parameters against the notebooks, before anything runs.

    Parameters
    ----------
    variant
        names a parameter set of a batch study, whose results stand in a folder of their own.
    known
        the parameters of the notebooks, where they were read already, for many plans.

    Raises
    ------
    ValueError
        with what is possible, where a cohort, a parameter or a notebook does not exist, or where a
        value is of another type or makes no sense.
    """
    values = values or {}
    cohort = str(values["cohort"] if "cohort" in values else default_cohort(root))
    if problem := permitted.cohort(root).problem("cohort", cohort):
        raise ValueError(problem)
    file = root / "data" / "raw" / cohort / "cohort.toml"
    stated = _stated(file)
    stages = tuple(stage for stage in STAGES if stage in stated.get("notebooks", STAGES))
    if unknown := [name for name in stated.get("notebooks", ()) if name not in STAGES]:
        raise ValueError(
            f"{file}: there is no notebook {', '.join(unknown)}; these exist: {', '.join(STAGES)}"
        )
    if missing := [stage for stage in stages if not stored(root, stage).is_file()]:
        raise FileNotFoundError(f"There is no {', no '.join(missing)} in notebooks/")
    for stage in stages if known is None else ():
        notebooks.read(stored(root, stage))  # raises where one is half a notebook
    shares: dict[str, Values] = {stage: {} for stage in stages}
    if values:  # papermill takes half a second to import, and a run without them does not need it
        known = known or parameters.declared(stored(root, stage) for stage in stages)
        shares = parameters.share(values, {stage: known[stage] for stage in stages}, root)
    sources = [path for path in ledger.files(file.parent) if path.name != KEY_FILE]
    if "also_in" in stated:  # some of its files lie elsewhere
        from ibd_scores.study.cohort import read_cohort  # imports pandas

        sources += read_cohort(file.parent).files
    simulated = stated.get("simulated", False)
    pseudonyms = stated.get("pseudonyms", not simulated)
    return Plan(
        root, cohort, stages, shares, tuple(dict.fromkeys(sources)), simulated, pseudonyms, variant
    )


def default_cohort(root: Path) -> str:
    """The cohort that the first notebook names."""
    first = stored(root, next(iter(STAGES)))
    for cell in notebooks.code(notebooks.read(first)):
        found = re.search(r'^cohort: str = "([^"]*)"', notebooks.source(cell), re.MULTILINE)
        if found and "parameters" in notebooks.tags(cell):
            return found[1]
    raise ValueError(
        f'{first}: no cell tagged "parameters" has the line cohort: str = "<name>"; add it'
    )


def _stated(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{file}: {error}") from None
