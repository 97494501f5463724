"""How long each patient was treated and observed, from the first dose on."""

import pandas as pd

from ibd_scores.study.estimands import started

__all__ = ["exposure", "exposure_ends", "treated_until"]

DAYS_PER_YEAR = 365.25
ENDS = ("stop date", "week-12 visit", "last record", "no record after the first dose")


def treated_until(
    patients: pd.DataFrame,
    scores: pd.DataFrame,
    disease: str,
    events: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Until when each patient who started was treated and observed, and how that is known.

    Parameters
    ----------
    patients : DataFrame
        The tidy patients table.
    scores : DataFrame
        One row per patient and visit with ``date``: the scores or the visits.
    disease : str
        ``"CD"`` or ``"UC"``.
    events : DataFrame, optional
        The tidy table of adverse events: a record, too, where nothing else tells the end.

    Returns
    -------
    DataFrame
        Index ``patient_id``; ``start_date``; ``end_date``: the stop date or the week-12 visit,
        whichever is known, of both the earlier; where neither is, the last date on which anything
        was recorded; never an assumed duration. ``known_from`` says which. A date before the first
        dose is none.
    """
    begin = patients.set_index("patient_id").loc[started(patients, disease)]
    first = begin["start_date"]
    week12 = scores.loc[scores["visit"].eq("week12")].set_index("patient_id")["date"]
    records = [scores[["patient_id", "date"]].set_axis(["patient_id", "date"], axis=1)]
    if events is not None:
        records.append(events[["patient_id", "onset_date"]].set_axis(records[0].columns, axis=1))
    last = pd.concat(records).groupby("patient_id")["date"].max()
    known = pd.DataFrame(
        {
            "stop date": begin["stop_date"],
            "week-12 visit": week12.reindex(first.index),
            "last record": last.reindex(first.index),
        }
    ).astype("datetime64[us]")
    known = known.where(known.ge(first, axis=0))
    end = known[["stop date", "week-12 visit"]].min(axis=1)
    source = pd.Series(ENDS[3], index=first.index, dtype="str")
    for name in reversed(ENDS[:3]):
        source = source.mask(known[name].eq(end.fillna(known["last record"])), name)
    return pd.DataFrame(
        {"start_date": first, "end_date": end.fillna(known["last record"]), "known_from": source}
    )


def exposure(
    patients: pd.DataFrame,
    scores: pd.DataFrame,
    disease: str,
    events: pd.DataFrame | None = None,
) -> "pd.Series[float]":
    """Patient-years of treatment: from the first dose to where `treated_until` ends.

    Parameters
    ----------
    patients, scores, disease, events
        See `treated_until`.

    Returns
    -------
    Series
        ``patient_years``, index ``patient_id``: everyone who started. NaN of whom nothing was
        recorded after the first dose; they add no time.

    Examples
    --------
    >>> day = pd.Timestamp("2023-03-01")
    >>> patients = pd.DataFrame({"patient_id": ["P1"], "disease": "CD", "start_date": day,
    ...                          "stop_date": pd.NaT})
    >>> visits = pd.DataFrame({"patient_id": ["P1"], "visit": "week12",
    ...                        "date": day + pd.Timedelta(days=84)})
    >>> exposure(patients, visits, "CD").round(4).to_dict()
    {'P1': 0.23}
    """
    until = treated_until(patients, scores, disease, events)
    days = (until["end_date"] - until["start_date"]).dt.days
    return (days.astype("float64") / DAYS_PER_YEAR).rename("patient_years")


def exposure_ends(
    patients: pd.DataFrame,
    scores: pd.DataFrame,
    disease: str,
    events: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """How the end of exposure is known: patients and patient-years, and of everyone together.

    Returns
    -------
    DataFrame
        Index ``known_from``: the four of `treated_until`, then "everyone who started".
    """
    source = treated_until(patients, scores, disease, events)["known_from"]
    years = exposure(patients, scores, disease, events)
    groups = {name: years[source.eq(name)] for name in ENDS} | {"everyone who started": years}
    rows = {
        name: {"patients": len(group), "patient_years": float(group.sum())}
        for name, group in groups.items()
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("known_from")
