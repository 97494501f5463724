"""How long 10,000 patients in a workbook take, and how much memory: python benchmarks/intake.py.

Writes the simulated cohort so often into the entry form, reads it back through the draft that
`ibd-scores start` makes, cleans and scores it in a process of its own.
"""

import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

PATIENTS = 10_000


def enlarge(tables: dict[str, pd.DataFrame], times: int) -> dict[str, pd.DataFrame]:
    """Repeat a cohort, each time with ids of its own."""
    return {
        name: pd.concat(
            [table.assign(patient_id=table["patient_id"] + f"-{n}") for n in range(times)],
            ignore_index=True,
        )
        for name, table in tables.items()
    }


def write(root: Path) -> None:
    """Write the workbook and its declaration into a project of its own."""
    from ibd_scores.study import cleaning
    from ibd_scores.study.intake.form import write_form
    from ibd_scores.study.intake.start import start

    tables = dict(cleaning.clean("upadacitinib").tables)
    times = -(-PATIENTS // len(tables["patients"]))
    (root / "notebooks").mkdir()
    (root / "data" / "raw").mkdir(parents=True)
    (root / "pyproject.toml").touch()
    write_form(root / "many.xlsx", tables=enlarge(tables, times), instruments=["draining_fistulas"])
    os.environ["IBD_SCORES_ROOT"] = str(root)
    start(root / "many.xlsx")


def measure() -> None:
    """Clean and score the workbook, and say what it took."""
    from ibd_scores.study import cleaning, scoring
    from ibd_scores.study.cohort import read_cohort

    begin = time.perf_counter()
    clean = cleaning.clean(read_cohort("many"))
    cleaned = time.perf_counter()
    tables = clean.tables
    endoscopies = scoring.score(tables["endoscopy"], scoring.ENDOSCOPIC)
    prepared = scoring.prepare(tables["patients"], tables["visits"], tables["diary"])
    scoring.score(scoring.with_endoscopy(prepared, endoscopies), scoring.CLINICAL)
    end = time.perf_counter()
    rows = sum(map(len, tables.values()))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{len(tables['patients']):,} patients, {rows:,} rows of six sheets: read and cleaned in "
        f"{cleaned - begin:.0f} s, scored in {end - cleaned:.1f} s, {memory:.0f} MiB at the most"
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["measure"]:
        measure()
    else:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder))
            os.spawnv(os.P_WAIT, sys.executable, [sys.executable, __file__, "measure"])
