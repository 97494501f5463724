"""Who was not scoped: their baseline beside that of those whose endoscopy could be judged.

What the endoscopic endpoints say, they say of those who were scoped again. Whether these are like
the others is shown by standardized differences, which unlike p-values do not grow with the number
of patients; beyond 0.1 to 0.2 in size a difference is usually called an imbalance, but by chance
alone as few patients as here differ by more.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from ibd_scores.study.description.listing import Characteristic
from ibd_scores.study.description.moves import ENDOSCOPY
from ibd_scores.study.description.table_one import baseline, summarized
from ibd_scores.study.layouts import baseline_table
from ibd_scores.study.statistics import QUARTILES
from ibd_scores.study.tables import number

__all__ = ["scoped_or_not", "scoped_table"]

GROUPS = ("scoped", "not_scoped")
MEASURES = (
    "n", "missing", "k", "percent", *QUARTILES, *(f"{one}_censor" for one in QUARTILES), "censored",
)  # fmt: skip


def scoped_or_not(
    table: pd.DataFrame,
    pairs: pd.DataFrame,
    population: pd.Index,
    characteristics: Sequence[Characteristic],
) -> pd.DataFrame:
    """Baseline of those with an endoscopy at both visits beside those without, of the completed.

    Parameters
    ----------
    table : DataFrame
        What `at_baseline` returns: of one disease.
    pairs : DataFrame
        What ``endpoints.pairs`` returns: scoped is who has the score, ``ses_cd`` in CD and
        ``endoscopic_subscore`` in UC, at baseline and at follow-up.
    population : Index
        Who completed.
    characteristics : sequence of Characteristic
        The lines of the table.

    Returns
    -------
    DataFrame
        Index ``characteristic, level``, as in `baseline`; its columns under ``scoped_`` and
        ``not_scoped_``; ``standardized_difference``, scoped minus not; and ``decimals``.

    Raises
    ------
    ValueError
        If the table holds patients of two diseases.

    Notes
    -----
    The standardized difference of a level is that of its proportions, (p1 - p2) divided by the
    root of the mean of p1 (1 - p1) and p2 (1 - p2); of what is given as a median that of the mean
    ranks, divided by the root of the mean of the two variances of the ranks, since the quantities
    are skewed and some are known only as a bound. Missing values are left out. Infinite where the
    groups differ and neither has any spread; NaN where one has too few values.

    References
    ----------
    Austin PC. Stat Med 2009;28:3083-3107. doi:10.1002/sim.3697
    Yang D, Dalton JE. A unified approach to measuring the effect size between two groups using
    SAS. SAS Global Forum 2012, paper 335-2012.
    """
    own = table.loc[table.index.intersection(population, sort=False)]
    scoped = _scoped(own, pairs)
    groups = {"scoped": own[scoped], "not_scoped": own[~scoped]}
    everyone = baseline(own, characteristics)
    rows = []
    by_label = {one.label: one for one in characteristics}
    for label, block in everyone.groupby(level="characteristic", sort=False):
        one = by_label[str(label)]
        levels = [] if one.kind == "median" else list(block.index.get_level_values("level"))
        sides = {name: summarized(group, one, levels) for name, group in groups.items()}
        for level in block.index.get_level_values("level"):
            row: dict[str, Any] = {
                f"{name}_{measure}": sides[name][level].get(measure)
                for name in GROUPS
                for measure in MEASURES
            }
            if one.kind == "median":
                row["standardized_difference"] = _of_ranks(own[one.column], scoped)
            else:
                row["standardized_difference"] = _of_proportions(
                    *(sides[name][level] for name in GROUPS)
                )
            rows.append(row | {"decimals": one.decimals})
    columns = [f"{name}_{measure}" for name in GROUPS for measure in MEASURES]
    found = pd.DataFrame(
        rows, index=everyone.index, columns=[*columns, "standardized_difference", "decimals"]
    )
    return found.astype({f"{name}_censored": "Int64" for name in GROUPS})


def scoped_table(found: pd.DataFrame) -> pd.DataFrame:
    """Lay out `scoped_or_not`: each group as `layouts.baseline_table` does, and the difference."""
    layout = pd.DataFrame(index=found.index)
    for name in GROUPS:
        own = found[[f"{name}_{measure}" for measure in MEASURES]].set_axis(list(MEASURES), axis=1)
        laid = baseline_table(own.assign(decimals=found["decimals"]))
        everyone = found[f"{name}_n"] + found[f"{name}_missing"]
        words = f"{name.replace('_', ' ')} (n = {int(everyone.max()) if len(everyone) else 0})"
        layout[words] = laid["median (IQR) or n (%)"]
        layout[f"{words}: missing"] = laid["missing"]
    layout["standardized difference"] = [
        "no overlap" if np.isinf(one) else number(one, 2)
        for one in found["standardized_difference"].astype("float64")
    ]
    return layout


def _scoped(table: pd.DataFrame, pairs: pd.DataFrame) -> "pd.Series[bool]":
    diseases = table["disease"].unique()
    if len(diseases) > 1:
        raise ValueError(
            f"patients of {' and '.join(map(str, diseases))} in one table; give what at_baseline "
            "returns for one disease"
        )
    if not len(diseases):
        return pd.Series(False, index=table.index)
    score = ENDOSCOPY[diseases[0]]
    both = pairs[[f"{score}_baseline", score]].notna().all(axis=1)
    return both.reindex(table.index, fill_value=False)


def _of_proportions(scoped: dict[str, Any], other: dict[str, Any]) -> float:
    p1, p2 = (row["percent"] / 100 for row in (scoped, other))
    return _standardized(p1 - p2, (p1 * (1 - p1) + p2 * (1 - p2)) / 2)


def _of_ranks(values: "pd.Series[float]", scoped: "pd.Series[bool]") -> float:
    ranks = values.dropna().astype("float64").rank()
    one, other = ranks[scoped], ranks[~scoped]
    return _standardized(one.mean() - other.mean(), (one.var() + other.var()) / 2)


def _standardized(difference: float, variance: float) -> float:
    if np.isnan(difference) or np.isnan(variance):
        return np.nan
    if variance > 0:
        return float(difference / np.sqrt(variance))
    return 0.0 if difference == 0 else float(np.copysign(np.inf, difference))
