"""The chain: the notebooks in order, each run only where something it depends on has changed."""

from ibd_scores.study.chain.last import NotReadyError, last_run
from ibd_scores.study.chain.planning import (
    KEY_FILE,
    STAGES,
    Plan,
    default_cohort,
    plan,
    stored,
)
from ibd_scores.study.chain.processes import pool
from ibd_scores.study.chain.running import (
    BusyError,
    ChangedError,
    Result,
    Step,
    run,
    up_to_date,
)

__all__ = [
    "KEY_FILE",
    "STAGES",
    "BusyError",
    "ChangedError",
    "NotReadyError",
    "Plan",
    "Result",
    "Step",
    "default_cohort",
    "last_run",
    "plan",
    "pool",
    "run",
    "stored",
    "up_to_date",
]
