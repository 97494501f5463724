"""Figures at one column's width (89 mm) or two (183 mm), for color-blind and grey-print readers.

Color never stands alone: baseline is hollow and week 12 filled, who did not improve is dashed and
a cut dotted, ordered categories run from light to dark, what is missing is hatched, and every panel
says how many patients it shows; one with nothing to show says "no patients" or "no values". Each
function returns a matplotlib Figure; `save_figure` writes it as PNG and PDF.
"""

from ibd_scores.study.figures.categories import endoscopy_by_segment, transitions
from ibd_scores.study.figures.changes import CUTS, cuts, paired_changes
from ibd_scores.study.figures.claims import audit
from ibd_scores.study.figures.flowchart import flow
from ibd_scores.study.figures.rates import rates_bounds, rates_forest
from ibd_scores.study.figures.specification import specification_curve, specification_overview
from ibd_scores.study.figures.style import DOUBLE, STYLE, WIDTH, save_figure
from ibd_scores.study.figures.trials import context

__all__ = [
    "CUTS",
    "DOUBLE",
    "STYLE",
    "WIDTH",
    "audit",
    "context",
    "cuts",
    "endoscopy_by_segment",
    "flow",
    "paired_changes",
    "rates_bounds",
    "rates_forest",
    "save_figure",
    "specification_curve",
    "specification_overview",
    "transitions",
]
