"""Imaging of the bowel wall, where it was recorded: ultrasound or MR enterography.

Only who was imaged at baseline and had disease there can heal: the others are in no denominator.
Without an imaging table, or without a finding in it, the tables have no row.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from ibd_scores import endpoints as e
from ibd_scores.criteria import at_least, holds
from ibd_scores.endpoint import Endpoint
from ibd_scores.imaging_pairing import ACTIVE, imaging_pairs
from ibd_scores.study import estimands, statistics
from ibd_scores.study.estimands import Estimand

__all__ = ["ENDPOINTS", "answered", "at_one_visit", "changes", "outcomes", "paired"]

ENDPOINTS = (
    e.transmural_healing_ultrasound, e.transmural_healing_ultrasound_strict,
    e.transmural_response_ultrasound, e.transmural_healing_mre, e.transmural_healing_maria,
    e.transmural_healing_maria_simplified,
)  # fmt: skip
# What is compared, and what says that a part of it was not seen again.
_MEASURED = {
    "thickest_wall_mm": "diseased_not_imaged",
    "highest_maria": "maria_active_not_imaged",
    "highest_maria_simplified": "maria_simplified_active_not_imaged",
}
_KEYS = ["patient_id", "visit", "date", "segment"]


def paired(imaging: pd.DataFrame) -> pd.DataFrame:
    """Bring the imaging table to one row for each patient: `imaging_pairs` of what was recorded.

    Parameters
    ----------
    imaging : DataFrame
        The tidy imaging table; a finding that nobody has is as good as absent.

    Returns
    -------
    DataFrame
        What `imaging_pairs` returns; no row and no column where nothing was recorded.
    """
    recorded = imaging.dropna(axis=1, how="all")
    if recorded.columns.difference(_KEYS).empty or "segment" not in recorded:
        return pd.DataFrame(index=pd.Index([], name="patient_id", dtype="str"))
    return imaging_pairs(recorded)


def answered(pairs: pd.DataFrame) -> list[Endpoint]:
    """Which of `ENDPOINTS` the findings of `paired` allow.

    Examples
    --------
    >>> walls = pd.DataFrame(columns=["thickest_wall_mm", "thickest_wall_mm_baseline"])
    >>> answered(walls)
    [<transmural_response_ultrasound: ...>]
    """
    return [
        one
        for one in ENDPOINTS
        if all(item.name in pairs for item in one.columns if item.name not in one.optional)
    ]


def outcomes(
    imaging: pd.DataFrame,
    *,
    population: pd.Index,
    started: pd.Index | None = None,
    intercurrent: "pd.Series[bool] | None" = None,
    estimands: Sequence[Estimand] = ("as_observed", "non_responder"),
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Rates of the transmural endpoints that the imaging can answer, among the diseased.

    Parameters
    ----------
    imaging : DataFrame
        The tidy imaging table.
    population : Index
        Who completed. Of these count who had, on imaging at baseline, a wall above 3 mm (for
        MaRIA and simplified MaRIA: an active segment); everybody else is not eligible.
    started, intercurrent, estimands, confidence
        See `estimands.rates`.

    Returns
    -------
    DataFrame
        What `estimands.rates` returns, in CD; no row without imaging.
    """
    pairs = paired(imaging)
    able = answered(pairs)
    asked = population if started is None else population.union(started, sort=False)
    return _rates(
        [one(pairs) for one in able],
        "CD",
        eligible=[_diseased(one, pairs).reindex(asked, fill_value=False) for one in able],
        attainable=[one.attainable(pairs) for one in able],
        population=population,
        started=started,
        intercurrent=intercurrent,
        estimands=estimands,
        confidence=confidence,
    )


def changes(
    imaging: pd.DataFrame, *, population: pd.Index, confidence: float = 0.95
) -> pd.DataFrame:
    """Change of the thickest wall, and of the highest MaRIA, where they were recorded.

    Parameters
    ----------
    imaging : DataFrame
        The tidy imaging table.
    population : Index
        Who completed.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        What `statistics.changes` returns: a row for each of ``thickest_wall_mm``,
        ``highest_maria`` and ``highest_maria_simplified`` that was recorded. The wall is that of
        the segments diseased at baseline; who has one of them that was not imaged again is left
        out, since the thickest may be the one not seen.
    """
    pairs = paired(imaging)
    measured = [one for one in _MEASURED if {one, f"{one}_baseline"} <= {*pairs}]
    # A table of the right columns even where none was measured.
    columns = measured or list(_MEASURED)
    both = pairs.reindex(columns=[*columns, *(f"{one}_baseline" for one in columns)])
    for one in measured:
        both[one] = both[one].where(pairs[_MEASURED[one]].eq(0))
    table = statistics.changes(both.reindex(population), columns, confidence=confidence)
    return table if measured else table.iloc[:0]


def at_one_visit(imaging: pd.DataFrame | None, patients: pd.Index, visit: str) -> dict[str, Any]:
    """Imaging of these patients at a single visit, whatever came before or after.

    Returns
    -------
    dict
        Series by name: ``imaged`` (nullable boolean; missing in all if none of these patients was
        ever imaged), ``wall_mm``, the thickest of all segments, ``highest_maria`` and
        ``highest_maria_simplified``; NaN where a segment of the patient lacks it.
    """
    names = {
        "wall_mm": "thickest_wall_mm_everywhere",
        "highest_maria": "highest_maria",
        "highest_maria_simplified": "highest_maria_simplified",
    }
    blank = pd.Series(pd.NA, index=patients, dtype="boolean")
    nothing = {"imaged": blank} | {
        name: blank.astype("Float64").astype("float64") for name in names
    }
    if imaging is None:
        return nothing
    own = imaging.loc[imaging["patient_id"].isin(patients) & imaging["visit"].eq(visit)]
    # What is compared with nothing is summarized over every segment: here the visit is the last.
    found = paired(own.assign(visit="week12"))
    if found.empty:
        return nothing
    imaged = pd.Series(patients.isin(found.index), index=patients, dtype="boolean")
    summary = found.reindex(index=patients, columns=list(names.values()))
    return {"imaged": imaged} | {name: summary[column] for name, column in names.items()}


_rates = estimands.rates  # `estimands` is a parameter of `outcomes`, as it is of `rates`


def _diseased(one: Endpoint, pairs: pd.DataFrame) -> "pd.Series[bool]":
    """Tell who was imaged at baseline and had what the endpoint is to heal."""
    read = {item.name for item in one.columns}
    for score, least in ACTIVE.items():
        if f"highest_{score}" in read:
            highest = pairs[f"highest_{score}_baseline"]
            return pd.Series(holds(at_least(highest.to_numpy(), least)), index=pairs.index)
    return pairs["diseased_segments_baseline"].gt(0)
