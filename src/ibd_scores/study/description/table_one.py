"""Table 1: who the patients were when they started, with what is missing counted.

Cut-offs: the hemoglobin below which there is anemia is that of the World Health Organization for
adults (< 13 g/dL in men, < 12 in women who are not pregnant; WHO/NMH/NHD/MNM/11.1, 2011, and
unchanged in ISBN 978-92-4-008854-2, 2024), without its adjustments for altitude and smoking;
albumin below 3.5 g/dL is low by convention; what is a raised ESR, CRP or calprotectin stands in
`ibd_scores.endpoints`.
"""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

import numpy as np
import pandas as pd

from ibd_scores import (
    endpoints,
    montreal_age,
    montreal_behavior,
    montreal_extent,
    montreal_location,
)
from ibd_scores.criteria import above, below, holds
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study.description.imaging import at_one_visit
from ibd_scores.study.description.listing import Characteristic
from ibd_scores.study.estimands import started
from ibd_scores.study.exposure import treated_until
from ibd_scores.study.labels import LIMITS
from ibd_scores.study.statistics import QUARTILES, quartiles

__all__ = ["EXTRAINTESTINAL", "at_baseline", "baseline", "level_name", "summarized"]

# Any of them is an extraintestinal manifestation.
EXTRAINTESTINAL = (
    "arthralgia", "uveitis", "erythema_nodosum", "pyoderma_gangrenosum", "aphthous_ulcers",
)  # fmt: skip
ANEMIA_BELOW = {"male": 13.0, "female": 12.0}
ADULT = 15  # years: from there the limits of anemia are those of adults
ALBUMIN_LOW_BELOW = 3.5


def at_baseline(
    patients: pd.DataFrame,
    scores: pd.DataFrame,
    disease: str,
    *,
    crp_limit: float = LIMITS["crp_mg_l"],
    calprotectin_limit: float = LIMITS["calprotectin_ug_g"],
    imaging: pd.DataFrame | None = None,
    endoscopies: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Everyone who started: one row per patient with what is known at baseline.

    Parameters
    ----------
    patients : DataFrame
        The tidy patients table.
    scores : DataFrame
        One row per patient and visit.
    disease : str
        ``"CD"`` or ``"UC"``.
    crp_limit, calprotectin_limit : float
        In mg/L and µg/g; a marker that is not below its limit is raised.
    imaging : DataFrame, optional
        The tidy imaging table.
    endoscopies : DataFrame, optional
        Endoscopies with dates of their own, ``patient_id, visit, date``.

    Returns
    -------
    DataFrame
        Index ``patient_id``. Beside the columns of both tables: ``bmi`` (kg/m²),
        ``disease_duration`` (years), ``prior_advanced_therapies`` as 0, 1, 2, 3 or more, the
        Montreal grades; ``days_to_first_dose`` from the baseline visit, ``week12_day``, the day of
        the week-12 visit counted from the first dose, the same of the two endoscopies
        (``endoscopy_to_first_dose``, ``week12_endoscopy_day``), and ``treatment_days``, from the
        first dose to the stop date or else the week-12 visit; ``wall_mm`` on imaging, the thickest
        of all segments, and the highest ``highest_maria`` and ``highest_maria_simplified``. As
        nullable booleans ``extraintestinal_manifestation``, ``crp_raised``,
        ``calprotectin_raised``, ``esr_raised``, ``anemia``, ``albumin_low`` and ``imaged``. In CD
        also ``perianal`` (fistula or abscess), ``draining`` (at least one fistula drains) and
        ``ses_cd_<segment>``,
        the four variables of a segment together.
    """
    table = patients.set_index("patient_id").loc[started(patients, disease)]
    visit, week12 = (
        scores.loc[scores["visit"].eq(name)].set_index("patient_id")
        for name in ("baseline", "week12")
    )
    table = table.join(visit[visit.columns.difference(table.columns, sort=False)])
    ends = treated_until(patients, scores, disease)
    known = ends["known_from"].isin(["stop date", "week-12 visit"])
    derived: dict[str, Any] = {
        "bmi": table["weight_kg"] / table["height_m"] ** 2,
        "disease_duration": table["age"] - table["age_at_diagnosis"],
        "days_to_first_dose": (table["start_date"] - table["date"]).dt.days,
        "week12_day": (week12["date"].reindex(table.index) - table["start_date"]).dt.days,
        **_scoped_on(endoscopies, table["start_date"]),
        "treatment_days": (ends["end_date"] - ends["start_date"]).dt.days.where(known),
        "prior_advanced_therapies": pd.cut(
            table["prior_advanced_therapies"],
            [-np.inf, 0, 1, 2, np.inf],
            labels=["0", "1", "2", "3 or more"],
        ),
        "extraintestinal_manifestation": _any(table, EXTRAINTESTINAL),
        "crp_raised": ~endpoints.crp_normal(table, limit=crp_limit),
        "calprotectin_raised": ~endpoints.calprotectin_normal(table, limit=calprotectin_limit),
        "esr_raised": ~endpoints.esr_normal(table),
        "anemia": _flag(below(_number(table, "hemoglobin_g_dl"), _anemia_below(table))),
        "albumin_low": _flag(below(_number(table, "albumin_g_dl"), ALBUMIN_LOW_BELOW)),
        **at_one_visit(imaging, table.index, "baseline"),
    }
    if disease == "UC":
        return table.assign(**derived, montreal_extent=montreal_extent(table))
    perianal = _any(table, ("perianal_fistula", "perianal_abscess"))
    graded = table.assign(perianal=perianal.astype("Float64").astype("float64"))
    by_segment = {
        f"ses_cd_{segment}": table.reindex(columns=[f"{one}_{segment}" for one in VARIABLES])
        .astype("float64")
        .sum(axis=1, skipna=False)
        for segment in SEGMENTS
    }
    return table.assign(
        **derived,
        **by_segment,
        perianal=perianal,
        draining=_flag(above(_number(table, "draining_fistulas"), 0)),
        montreal_age=montreal_age(graded),
        montreal_location=montreal_location(graded),
        montreal_behavior=montreal_behavior(graded),
    )


def baseline(table: pd.DataFrame, characteristics: Sequence[Characteristic]) -> pd.DataFrame:
    """Baseline table: median (IQR) or n (%), missing counted, no p-values.

    Parameters
    ----------
    table : DataFrame
        One row per patient, such as `at_baseline` or some of its rows.
    characteristics : sequence of Characteristic
        What `characteristics` returns, ``CD_CHARACTERISTICS``, ``UC_CHARACTERISTICS`` or a choice
        of your own.

    Returns
    -------
    DataFrame
        Index ``characteristic, level``; ``n`` recorded and ``missing``; ``k`` and ``percent`` of
        those recorded, or what `statistics.quartiles` gives; ``censored``, how many values of a
        column with a ``<column>_censor`` lie beyond a limit of detection; ``decimals`` to print.

    Notes
    -----
    A characteristic that the table lacks, or that is missing in everyone, has no row.

    Examples
    --------
    >>> table = pd.DataFrame({"age": [20.0, 30.0, 40.0, None]})
    >>> baseline(table, [Characteristic("age")])[["median", "missing"]]
                                 median  missing
    characteristic level
    Age, years     median (IQR)    30.0        1
    """
    known = set(table.columns[table.notna().any()])
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for one in [one for one in characteristics if one.column in known]:
        for level, row in summarized(table, one).items():
            rows[one.label, level] = row
    characteristic, level_names = zip(*rows, strict=True) if rows else ((), ())
    index = pd.MultiIndex.from_arrays(
        [characteristic, level_names], names=["characteristic", "level"]
    )
    measures = [f"{name}{mark}" for mark in ("", "_censor") for name in QUARTILES]
    columns = ["n", "missing", "k", "percent", *measures, "censored", "decimals"]
    found = pd.DataFrame(list(rows.values()), index=index, columns=columns)
    return found.astype({"censored": "Int64"})


def summarized(
    table: pd.DataFrame, one: Characteristic, levels: Sequence[str] = ()
) -> dict[str, dict[str, Any]]:
    """Summarize a characteristic: a row of `baseline` for each level that occurs, and `levels`."""
    values = table[one.column].dropna()
    n = len(values)
    common: dict[str, Any] = {"n": n, "missing": len(table) - n, "decimals": one.decimals}
    if one.kind == "median":
        marks = table.get(f"{one.column}_censor")
        if marks is not None:
            marks = marks.loc[values.index]
            common["censored"] = int(marks.notna().sum())
        return {"median (IQR)": quartiles(values, marks) | common}
    counts = dict.fromkeys(levels, 0) | _counted(values, one.kind)
    return {
        level: {"k": k, "percent": 100 * k / n if n else np.nan} | common
        for level, k in counts.items()
    }


def level_name(value: Any) -> str:
    """Write a category; a whole number without its decimal."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _scoped_on(
    endoscopies: pd.DataFrame | None, start: "pd.Series[pd.Timestamp]"
) -> dict[str, Any]:
    """Give the days between the endoscopies and the first dose; of several at a visit none."""
    if endoscopies is None:
        return {}
    one = endoscopies[~endoscopies.duplicated(["patient_id", "visit"], keep=False)]
    before, after = (
        one[one["visit"].eq(visit)].set_index("patient_id")["date"].reindex(start.index)
        for visit in ("baseline", "week12")
    )
    return {
        "endoscopy_to_first_dose": (start - before).dt.days,
        "week12_endoscopy_day": (after - start).dt.days,
    }


def _any(table: pd.DataFrame, columns: Sequence[str]) -> "pd.Series[bool]":
    """Any of them: yes wherever one is, not known where one that is missing could be."""
    return reduce(or_, (table[column].astype("boolean") for column in columns))


def _number(table: pd.DataFrame, column: str) -> Any:
    """Give a column as floats, all missing where the table has none such."""
    return table.reindex(columns=[column])[column].astype("float64").to_numpy()


def _flag(criterion: Any) -> Any:
    """Turn a criterion into yes, no and not known."""
    return pd.arrays.BooleanArray(holds(criterion), np.isnan(criterion))


def _anemia_below(table: pd.DataFrame) -> Any:
    """The hemoglobin below which an adult of this sex has anemia; missing in children."""
    limit = table["sex"].map(ANEMIA_BELOW).astype("float64")
    return limit.mask(table["age"] < ADULT).to_numpy()


def _counted(values: "pd.Series[Any]", kind: str) -> dict[str, int]:
    if kind == "yes":
        return {"yes": int(values.astype("boolean").sum())}
    if isinstance(values.dtype, pd.CategoricalDtype):
        counts = values.value_counts(sort=False)
        return {level_name(level): int(k) for level, k in counts.items() if k}
    return {level_name(level): int(k) for level, k in values.value_counts().sort_index().items()}
