"""A small part of the shipped cohort, with hostile text in every column of every table."""

import csv
import os
import re
import shutil
import subprocess
import sys
from itertools import cycle
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SHIPPED = REPOSITORY / "data" / "raw" / "upadacitinib"
SCRIPT = "<script>alert(1)</script>"
HOSTILE = (
    SCRIPT, "=cmd|'/c calc'!A1", "+1+1", "@SUM(A1)", "-2+3|cmd", "\u202eevil\u2066 \u200frash",
    "\x01\x0b\x1b[31mred\x7f\x85", "long " * 2000, "A" * 10_000, "two\nlines\r\nand\ttabs",
    '"><img src=x onerror=alert(1)>', "</td></tr></table></main><b>", "]]></w:t>-->", "&amp;&lt;",
    r"{}{0.x}%$#_^~\input{x}", "{title}{body}", "javascript:alert(1)", " \ufeff=1+1", "\uff1d1+1",
    "\ufffe\u0300\u0301", "'=1+1", "\t=1+1",
)  # fmt: skip
HEADING = "=cmd()<script>alert(1)</script>\u202e\"'{body}" + 300 * "h"
TITLE = r"<script>alert(1)</script> \u202eevil\u2066 \"><img src=x onerror=alert(1)> {body} &amp;"
# A patient cannot be judged without these: they are hostile in rows of their own.
NEEDED = {"Patient ID", "Diagnosis", "Start date", "Visit", "Visit date", "Date", "Segment",
          "Exam date", "Status", "Scan date", "Onset"}  # fmt: skip


def rows_of(table):
    with (SHIPPED / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def spoiled(rows, texts):
    """Give rows with every column hostile in one of them, the needed ones in rows added."""
    headings, added = [*rows[0]], []
    for place, heading in enumerate(headings):
        if heading in NEEDED:
            added.append(rows[place % len(rows)] | {heading: next(texts)})
        else:
            rows[place % len(rows)] = rows[place % len(rows)] | {heading: next(texts)}
    return [*rows, *added]


def few(folder):
    """Write three patients with Crohn's disease and two with colitis, one of them spoiled."""
    patients = rows_of("patients")
    crohn, colitis = ([one["Patient ID"] for one in patients if one["Diagnosis"] == name]
                      for name in ("CD", "UC"))  # fmt: skip
    stopped = next(one["Patient ID"] for one in patients
                   if one["Stop reason"] and one["Patient ID"] in crohn)  # fmt: skip
    kept = {stopped, *crohn[:2], *colitis[:2]}
    folder.mkdir(parents=True)
    texts = cycle(HOSTILE)
    for table in ("patients", "visits", "diary", "endoscopy", "adverse_events", "imaging"):
        every = rows_of(table)
        rows = [row for row in every if row["Patient ID"] in kept - {stopped}]
        own = [row for row in every if row["Patient ID"] == stopped]
        rows += spoiled(own or [every[0] | {"Patient ID": stopped}], texts)
        if table == "patients":  # each text once as the word for why somebody stopped
            rows[0] |= {"Stop date": own[0]["Stop date"], "Stop reason": HOSTILE[0]}
        if table == "adverse_events":
            rows += [every[0] | {"Patient ID": crohn[place % 2], "Event": text, "Action": text}
                     for place, text in enumerate(HOSTILE)]  # fmt: skip
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*("Tobacco" + HEADING if one == "Smoking" else one
                               for one in every[0]), HEADING])  # fmt: skip
            writer.writerows([*row.values(), next(texts)] for row in rows)
    declared = (SHIPPED / "cohort.toml").read_text("utf-8")
    declared = re.sub("(?m)^title.*$", lambda _: f'title = "{TITLE}"', declared)
    (folder / "cohort.toml").write_text(
        declared.replace('"Smoking"', f"'''Tobacco{HEADING}'''"), encoding="utf-8"
    )


def command(root, *arguments, **variables):
    return subprocess.run(
        [sys.executable, "-m", "ibd_scores.study", *arguments], cwd=root, check=False,
        env=os.environ | {"PYTHONPATH": str(root / "src"), "IBD_SCORES_ROOT": str(root)}
        | variables, capture_output=True, text=True, timeout=300,
    )  # fmt: skip


def project(root):
    """Set up a project with the shipped cohort and the few patients."""
    for part in ("notebooks", "src", "tools"):
        ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
        shutil.copytree(REPOSITORY / part, root / part, ignore=ignored)
    for name in ("pyproject.toml", "requirements.lock"):
        shutil.copy(REPOSITORY / name, root)
    shutil.copytree(SHIPPED, root / "data" / "raw" / "upadacitinib")
    few(root / "data" / "raw" / "few")


WRITE = """import sys
from ibd_scores.study.__main__ import main
sys.exit(max(main([one, "--cohort", sys.argv[1]]) for one in ("report", "tables")))
"""


def written(root, cohort, **variables):
    """Let one process write the report and the tables of a cohort; what stands there then."""
    said = subprocess.run(
        [sys.executable, "-c", WRITE, cohort], cwd=root, check=False, capture_output=True,
        env=os.environ | {"PYTHONPATH": str(root / "src"), "IBD_SCORES_ROOT": str(root)}
        | variables, text=True, timeout=300,
    )  # fmt: skip
    assert said.returncode == 0, said.stdout + said.stderr
    folder = root / "data" / "derived" / cohort / "report"
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
