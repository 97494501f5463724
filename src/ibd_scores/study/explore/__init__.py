"""Looking at a cohort in a live session: one patient's course, and a panel of questions.

Neither has a place in a stored notebook, whose outputs are a regression test and name no patient:
where a notebook is run for its outputs, both only say so.
"""

from ibd_scores.study.explore.drawing import course
from ibd_scores.study.explore.panel import explore

__all__ = ["course", "explore"]
