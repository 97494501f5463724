"""One page for each cohort and run, assembled from what the chain wrote: `ibd-scores report`.

Nothing is computed here: tables, sentences and figures are those of the executed notebooks and the
derived files. The methods are written from the parameters and from what was really used.
"""

from pathlib import Path

from ibd_scores.study import chain, paths
from ibd_scores.study.report import pdf
from ibd_scores.study.report.assembling import Report, assemble
from ibd_scores.study.report.source import Run

__all__ = ["FOLDER", "Report", "Run", "assemble", "pdf", "write"]

FOLDER = "report"


def write(plan: chain.Plan) -> list[Path]:
    """Write the report of a plan that was run: the page, its BibTeX and its methods as text."""
    made = assemble(Run(plan))
    folder = plan.derived / FOLDER
    texts = {"report.html": made.html, "references.bib": made.bibtex, "methods.txt": made.methods}
    for name, text in texts.items():
        with paths.replacing(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in texts]
