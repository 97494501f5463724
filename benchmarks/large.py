"""A cohort of 20,000 patients through the chain: python benchmarks/large.py [CROHN COLITIS].

Draws a simulated cohort of that size, in the raw tables' form, in a temporary copy of the project;
runs the notebooks, the report and the tables; prints the seconds of each, the memory of the largest
process and the size of the page. Ends with 1 where a limit below is passed or something is missing.
"""

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from chain import copied

from ibd_scores.study import paths, simulation
from ibd_scores.study.chain import execution
from ibd_scores.study.imputation.blocks import IMPUTATIONS, MANY, OF_MANY
from ibd_scores.study.labels import DRAWN_SINGLY
from ibd_scores.study.simulation import ORDER, Patient, Plan, export
from ibd_scores.study.simulation.latent import WEEK12, Draws, draw_bowel

CROHN, COLITIS = 14_000, 6_000
NAME = "large"
GIGABYTES = 6.0  # of the largest process
MEGABYTES = 8.0  # of the page


def enroll(plan: Plan, crohn: int, colitis: int) -> list[Patient]:
    """Draw who starts: each course as often as the plan has it, whatever the verdicts become."""
    draws = Draws(plan["seed"], ORDER)
    days = (plan["last_start"] - plan["first_start"]).days
    completed = plan["crohn"]["targets"]["completed"]
    perianal = plan["crohn"]["targets"]["perianal"] / completed
    imaged = plan["imaging"][WEEK12] / completed
    patients = []
    for disease, count in (("crohn", crohn), ("colitis", colitis)):
        courses = plan[disease]["course"]
        usual = {place: course["patients"] for place, course in enumerate(courses)}
        for _ in range(count):
            start = plan["first_start"] + timedelta(draws.whole(0, days))
            bowel = draw_bowel(draws) if disease == "crohn" else None
            patient = Patient(courses[draws.pick(usual)], start, bowel)
            if bowel:
                patient.fistula = int(draws.chance(perianal))
                patient.imaged = patient.visits if draws.chance(imaged) else ()
            patients.append(patient)
    patients.sort(key=lambda patient: patient.start)
    for number, patient in enumerate(patients, start=1):
        patient.number = number
    return patients


def write(folder: Path, crohn: int, colitis: int) -> None:
    """Write the raw tables of such a cohort, and how to read them."""
    plan = simulation.read_plan()
    tables = simulation.follow(plan, enroll(plan, crohn, colitis))
    folder.mkdir(parents=True)
    export.write(tables, frozenset(), plan, folder)
    shutil.copy(paths.raw("upadacitinib") / "cohort.toml", folder)


def command(project: Path, *arguments: str) -> str:
    """Run a command of the study in a project; what it said."""
    start = time.perf_counter()
    said = subprocess.run(
        [sys.executable, "-m", "ibd_scores.study", *arguments, "--cohort", NAME], cwd=project,
        env=os.environ | execution.environment(project), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    print(f"{time.perf_counter() - start:7.1f} s  {' '.join(arguments)}", flush=True)
    if said.returncode:
        raise SystemExit(said.stdout + said.stderr)
    return said.stdout + said.stderr


def missed(html: str, crohn: int) -> list[str]:
    """Say what a page of many patients should hold and does not."""
    text = re.sub(r"<[^>]+>", " ", html)
    wanted = [str(crohn)]
    if crohn > 2 * DRAWN_SINGLY:
        wanted.append("bars count who has which value")
    if crohn > 2 * MANY:
        wanted.append(f"{OF_MANY} imputations rather than {IMPUTATIONS}")
    return [f"the page does not say {words!r}" for words in wanted if words not in text]


def main(crohn: int = CROHN, colitis: int = COLITIS) -> int:
    """Measure, and say which limit was passed."""
    with tempfile.TemporaryDirectory() as temporary:
        project = copied(paths.root(), Path(temporary).resolve() / "project")
        start = time.perf_counter()
        write(project / "data" / "raw" / NAME, crohn, colitis)
        print(f"{time.perf_counter() - start:7.1f} s  {crohn} + {colitis} patients drawn")
        print(command(project, "run"))
        command(project, "report")
        command(project, "tables")
        # The largest of all that were waited for, kernels of notebooks among them; kB on Linux.
        gigabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e6
        page = project / "data" / "derived" / NAME / "report" / "report.html"
        megabytes = page.stat().st_size / 1e6
        print(f"{gigabytes:7.2f} GB, the largest process\n{megabytes:7.2f} MB, the page")
        wrong = missed(page.read_text(encoding="utf-8"), crohn)
    wrong += [f"{gigabytes:.1f} GB: more than {GIGABYTES:g}"] * (gigabytes > GIGABYTES)
    wrong += [f"{megabytes:.1f} MB: more than {MEGABYTES:g}"] * (megabytes > MEGABYTES)
    print("\n".join(wrong) or "as it should be")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
