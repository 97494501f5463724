"""Perianal Crohn's disease at week 12: of those with a fistula or an abscess, who has it still.

Every flag is worded as a success, so that a missing answer can count as a failure: "no longer
recorded", "none new". That no fistula is recorded is what the visit says, not the closure of a
tract on MRI. Perianal disease is a fistula or an abscess; a fissure is none.
"""

from collections.abc import Sequence
from typing import NamedTuple

import pandas as pd

from ibd_scores import endpoints as e
from ibd_scores.study import categories, estimands
from ibd_scores.study.estimands import Estimand

__all__ = ["Flags", "flags", "outcomes", "prevalence"]

FINDINGS = ("anal_fistula", "anal_abscess")
DRAINAGE = (e.fistula_response_single_visit, e.fistula_remission_single_visit)


class Flags(NamedTuple):
    """Nullable booleans, one per endpoint, and for each who is in its denominator."""

    met: "list[pd.Series[bool]]"
    eligible: "list[pd.Series[bool]]"


def flags(pairs: pd.DataFrame) -> Flags:
    """Perianal endpoints at week 12, and who could meet them.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns: ``anal_fistula``, ``anal_abscess`` and, where recorded,
        ``draining_fistulas``, each with its ``_baseline``.

    Returns
    -------
    Flags
        ``anal_fistula_gone``, ``anal_abscess_gone`` and ``perianal_gone`` among those with the
        finding at baseline; ``no_new_anal_fistula`` and ``no_new_anal_abscess`` among those
        without; where drainage was recorded, `fistula_response_single_visit` and
        `fistula_remission_single_visit` among those with a fistula that drained. Whose baseline
        is not known is in none of the denominators.

    Examples
    --------
    >>> pairs = pd.DataFrame({"anal_fistula_baseline": [1.0, 1, 0], "anal_fistula": [0.0, 1, 0],
    ...                       "anal_abscess_baseline": 0.0, "anal_abscess": 0.0})
    >>> met, eligible = flags(pairs)
    >>> met[0].name, met[0].to_list(), eligible[0].to_list()
    ('anal_fistula_gone', [True, False, True], [True, True, False])
    """
    before, after = (_findings(pairs, suffix) for suffix in ("_baseline", ""))
    met, eligible = [], []
    for name in after:
        met.append((~after[name]).rename(f"{name}_gone"))
        eligible.append(before[name].eq(True).fillna(False))
    for name in FINDINGS:
        met.append((~after[name]).rename(f"no_new_{name}"))
        eligible.append(before[name].eq(False).fillna(False))
    if _drainage_recorded(pairs):
        drained = pairs["draining_fistulas_baseline"].gt(0).astype("boolean")
        for one in DRAINAGE:
            met.append(one(pairs))
            eligible.append(drained)
    return Flags(met, eligible)


def outcomes(
    pairs: pd.DataFrame,
    *,
    population: pd.Index,
    started: pd.Index | None = None,
    intercurrent: "pd.Series[bool] | None" = None,
    estimands: Sequence[Estimand] | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Rates of the perianal endpoints of `flags` in CD, with how many are not evaluable.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns, of CD alone.
    population, started, intercurrent, estimands, confidence
        See `estimands.rates`.

    Returns
    -------
    DataFrame
        What `estimands.rates` returns; no row where neither fistula nor abscess was recorded.
    """
    met, eligible = flags(pairs)
    asked = population if started is None else population.union(started, sort=False)
    known = [pair for pair in zip(met, eligible, strict=True) if pair[1].any()]
    return _rates(
        [flag for flag, _ in known],
        "CD",
        eligible=[able.reindex(asked, fill_value=False) for _, able in known],
        population=population,
        started=started,
        intercurrent=intercurrent,
        estimands=estimands,
        confidence=confidence,
    )


def prevalence(pairs: pd.DataFrame, *, population: pd.Index) -> pd.DataFrame:
    """How many have a perianal finding before and after, tested on the same patients.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns, of CD alone.
    population : Index
        Whose pairs count, such as those who completed.

    Returns
    -------
    DataFrame
        Index ``finding``: ``anal_fistula``, ``anal_abscess``, ``perianal`` (either) and, where
        recorded, ``draining``; the columns are those of `categories.paired_binary`.
    """
    own = pairs.reindex(population)
    before, after = (_findings(own, suffix) for suffix in ("_baseline", ""))
    if _drainage_recorded(own):
        before["draining"], after["draining"] = (
            own[f"draining_fistulas{suffix}"].gt(0).astype("boolean")
            .mask(own[f"draining_fistulas{suffix}"].isna())
            for suffix in ("_baseline", "")
        )  # fmt: skip
    rows = [
        categories.paired_binary(before[name].rename(name), after[name].rename(name))
        for name in after
    ]
    return pd.concat(rows).rename_axis("finding")


_rates = estimands.rates  # `estimands` is a parameter of `outcomes`, as it is of `rates`


def _findings(pairs: pd.DataFrame, suffix: str) -> "dict[str, pd.Series[bool]]":
    """Fistula, abscess and either of them at one visit."""
    recorded = pairs.reindex(columns=[f"{name}{suffix}" for name in FINDINGS])
    found = {
        name: recorded[f"{name}{suffix}"].astype("Float64").astype("boolean") for name in FINDINGS
    }
    return found | {"perianal": found["anal_fistula"] | found["anal_abscess"]}


def _drainage_recorded(pairs: pd.DataFrame) -> bool:
    columns = ["draining_fistulas_baseline", "draining_fistulas"]
    return bool(pairs.reindex(columns=columns).notna().any().all())
