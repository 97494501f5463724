"""Who is asked for a result, and why one is missing: what was not recorded, at which visit."""

from collections.abc import Sequence

import pandas as pd

from ibd_scores.endpoint import Endpoint
from ibd_scores.endpoints import ses_cd_trial_entry
from ibd_scores.study.labels import within

__all__ = ["NOT_ACTIVE", "active_at_entry", "analyzed", "lacking", "reasons"]

# Whom `active_at_entry` leaves out, for the reader.
NOT_ACTIVE = (
    "whoever is known to have had an SES-CD without narrowing below 6 at baseline (below 4 in "
    "isolated ileal disease)"
)


def active_at_entry(pairs: pd.DataFrame) -> "pd.Series[bool]":
    """Who was active enough on endoscopy to have entered a trial, or may have been.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns, of patients with Crohn's disease.

    Returns
    -------
    Series of bool
        False for an SES-CD (without narrowing) below 6 at baseline, below 4 in isolated ileal
        disease; True for all others, who was not scoped at baseline among them. Of a recorded
        total nobody knows the part of narrowing: False where even the whole is below.
    """
    active: pd.Series[bool] = ses_cd_trial_entry(pairs)
    if "ses_cd_source_baseline" in pairs:
        whole = pairs.assign(ses_cd_without_narrowing_baseline=pairs["ses_cd_baseline"])
        too_low = ~ses_cd_trial_entry(whole).fillna(True)
        active = active.mask(active.isna() & too_low, False)
    return active.fillna(True).astype(bool)


def analyzed(one: Endpoint, pairs: pd.DataFrame) -> "pd.Series[bool]":
    """Who is in the denominator of an endpoint: the analysis set.

    Who is eligible for it (``Endpoint.eligible``), and for what is read from an SES-CD was active
    at entry, too (`active_at_entry`). It hangs on the baseline alone; where that is not known,
    everyone is in.

    Examples
    --------
    >>> from ibd_scores.endpoints import cdai_response_100
    >>> pairs = pd.DataFrame({"cdai": 80.0, "cdai_baseline": [300.0, 90.0, None]})
    >>> analyzed(cdai_response_100, pairs).to_list()
    [True, False, True]
    """
    able: pd.Series[bool] = one.eligible(pairs).astype(bool)
    return able & active_at_entry(pairs) if "ses_cd" in one.reads else able


def reasons(
    endpoints: Sequence[Endpoint],
    pairs: pd.DataFrame,
    *,
    population: pd.Index,
    started: pd.Index,
) -> pd.DataFrame:
    """Why endpoints are not evaluable: what was not recorded, at which visit, in how many.

    Parameters
    ----------
    endpoints : sequence of Endpoint
        In the order of the rows.
    pairs : DataFrame
        What ``endpoints.pairs`` returns.
    population, started
        See `estimands.rates`.

    Returns
    -------
    DataFrame
        Index ``endpoint, reason``; column ``n``, the eligible who started and are not evaluable,
        each counted once: who stopped before week 12, then who lacks a value at baseline, at week
        12, then who has a total but not the items that the rule asks for, then whom the rule leaves
        open (such as an ulcerated segment not seen again).

    Examples
    --------
    >>> from ibd_scores.endpoints import cdai_remission
    >>> pairs = pd.DataFrame({"cdai": [100.0, None], "cdai_baseline": [300.0, 310.0]},
    ...                      index=["P1", "P2"])
    >>> reasons([cdai_remission], pairs, population=pairs.index, started=pairs.index)
                                         n
    endpoint       reason
    cdai_remission week 12: no CDAI      1
    """
    rows: dict[tuple[str, str], int] = {}
    for one in endpoints:
        known = one(pairs).reindex(started)
        asked = known.index[analyzed(one, pairs).reindex(started, fill_value=True) & known.isna()]
        stopped = asked.difference(population)
        if len(stopped):
            rows[one.name, "stopped before week 12"] = len(stopped)
        left = asked.intersection(population)
        for why, those in lacking(one, pairs.reindex(left)).items():
            if n := int(those.sum()):
                rows[one.name, why] = rows.get((one.name, why), 0) + n
    index = pd.MultiIndex.from_tuples(list(rows), names=["endpoint", "reason"])
    return pd.DataFrame({"n": list(rows.values())}, index=index, dtype="int64")


def lacking(one: Endpoint, pairs: pd.DataFrame) -> "dict[str, pd.Series[bool]]":
    """Tell apart, each patient once, what an endpoint lacks and at which visit.

    Parameters
    ----------
    one : Endpoint
        Not evaluable in these patients.
    pairs : DataFrame
        What ``endpoints.pairs`` returns.

    Returns
    -------
    dict of str to Series of bool
        Reason to who lacks that, in the order of `reasons`.
    """
    found: dict[str, pd.Series[bool]] = {}
    undecided = pd.Series(True, index=pairs.index)
    for visit, suffix in (("baseline", "_baseline"), ("week 12", "")):
        for source in one.reads_at(baseline=visit == "baseline"):
            values = pairs.get(source + suffix, undecided.mask(undecided))
            absent = undecided & values.isna()
            found[f"{visit}: no {within(source)}"] = absent
            undecided &= ~absent
    for visit, suffix in (("week 12", ""), ("baseline", "_baseline")):
        for score in one.reads:
            alone = undecided & pairs.get(f"{score}_source{suffix}", undecided).eq("recorded")
            found[f"{visit}: {within(score)} recorded as a total alone"] = alone
            undecided &= ~alone
    return {**found, "left open by the rule": undecided}
