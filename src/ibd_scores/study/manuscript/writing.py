"""Writing the manuscript's files of a cohort whose chain is up to date."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ibd_scores.study import chain, paths, tidy
from ibd_scores.study.chain import provenance
from ibd_scores.study.labels import ESTIMAND_TITLES, title
from ibd_scores.study.manuscript.catalogue import AGGREGATES, DISEASES, OUTCOMES
from ibd_scores.study.manuscript.tables import assembled
from ibd_scores.study.manuscript.word import document
from ibd_scores.study.manuscript.workbook import workbook

FOLDER = "report"
FILES = "tables.docx", "tables.xlsx"


def write(root: Path, cohort: str = "") -> list[Path]:
    """Write Word file and workbook of a cohort, and return where they stand.

    Parameters
    ----------
    root : Path
        The project's folder.
    cohort : str
        A folder of data/raw, or ``name@set``; by default the one that the notebooks name.

    Raises
    ------
    chain.NotReadyError
        where the chain has to run first.
    ValueError
        where there is no such cohort.
    """
    plan = chain.last_run(root, cohort)
    return build(plan.derived, plan.name, simulated=plan.simulated, given=plan.given)


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
