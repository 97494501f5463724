"""Writing the manuscript's files of a cohort whose chain is up to date."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ibd_scores.study import chain, paths, tidy
from ibd_scores.study.chain import parameters, provenance
from ibd_scores.study.labels import ESTIMAND_TITLES, title
from ibd_scores.study.manuscript.catalogue import AGGREGATES, DISEASES, OUTCOMES
from ibd_scores.study.manuscript.tables import assembled
from ibd_scores.study.manuscript.word import document
from ibd_scores.study.manuscript.workbook import workbook

FOLDER = "report"
FILES = "tables.docx", "tables.xlsx"


class NotReadyError(ValueError):
    """The chain has not run for the cohort, or something changed since."""


def write(root: Path, cohort: str = "") -> list[Path]:
    """Write Word file and workbook of a cohort, and return where they stand.

    Parameters
    ----------
    root : Path
        The project's folder.
    cohort : str
        A folder of data/raw; by default the one that the notebooks name.

    Raises
    ------
    NotReadyError
        where the chain has to run first.
    ValueError
        where there is no such cohort.
    """
    plan = last_run(root, cohort)
    return build(plan.derived, plan.name, simulated=plan.simulated, given=plan.given)


def last_run(root: Path, cohort: str = "") -> chain.Plan:
    """Plan the chain with the parameters of its last run, and make sure that all is up to date."""
    usual = chain.plan(root, {"cohort": cohort} if cohort else {})
    told = provenance.read(usual.derived).get("parameters", {})
    again = f"ibd-scores run --cohort {usual.cohort}"
    if not told:
        raise NotReadyError(f"The chain has not run for {usual.cohort} yet; do so: {again}")
    try:
        plan = chain.plan(root, _given(told) | {"cohort": usual.cohort})
        ready = chain.up_to_date(plan)
    except (ValueError, OSError) as error:
        raise NotReadyError(
            f"The last run of {usual.cohort} cannot be repeated ({error}); run it again: {again}"
        ) from None
    if not ready:
        with_ = f", with {plan.given}" if plan.given else ""
        raise NotReadyError(
            f"What stands in {plan.where} is not of the code and the raw tables as they are now; "
            f"run the chain again{with_}: {again}"
        )
    return plan


def build(derived: Path, name: str, *, simulated: bool, given: str = "") -> list[Path]:
    """Write both files from what stands in a derived folder, each whole or not at all.

    `given` are the parameters that differ from their defaults, in words.
    """
    tables = assembled(derived, simulated=simulated)
    tables = replace(tables, settings=settings(provenance.read(derived), given))
    if not tables.printed:
        raise ValueError(f"{derived}: the notebooks show no table that belongs into a manuscript")
    there = [one for one in AGGREGATES if (derived / f"{one}.csv").is_file()]
    aggregates = {one: tidy.read_tidy(derived, one) for one in there}
    contents = document(tables, name), workbook(tables, aggregates, name)
    files = [derived / FOLDER / file for file in FILES]
    for path, content in zip(files, contents, strict=True):
        with paths.replacing(path) as temporary:
            temporary.write_bytes(content)
    return files


def settings(found: Mapping[str, Any], given: str) -> str:
    """Say what is primary in each disease, and which parameters differ from their defaults.

    Parameters
    ----------
    found : mapping
        What `provenance.read` returns; nothing is said of a run that left none.
    given : str
        The parameters that differ, in words.
    """
    told = found.get("parameters", {})
    primary = [
        f"{title(share['primary'])}, {ESTIMAND_TITLES[share['estimand']]} ({DISEASES[disease]})"
        for disease, stage in OUTCOMES.items()
        if "primary" in (share := told.get(stage, {}))
    ]
    if not primary:
        return ""
    differ = f"differ from their defaults: {given}" if given else "are all at their defaults"
    return f"Primary endpoint: {'; '.join(primary)}. Parameters {differ}."


def _given(told: dict[str, parameters.Values]) -> parameters.Values:
    """Give the parameters of a run again: by name where all notebooks read the same."""
    values: parameters.Values = {}
    for name in {one: None for share in told.values() for one in share}:
        of = {stage: share[name] for stage, share in told.items() if name in share}
        alike = len({repr(value) for value in of.values()}) == 1
        values |= {name if alike else f"{stage}.{name}": value for stage, value in of.items()}
    return values
