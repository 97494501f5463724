"""Small counts in the tables that are passed on: blank, and whatever gives them away.

A count of 1 to `min_count` - 1 patients can be somebody. It is left blank, and so is a rate of
which all but so few had the outcome, for it is the total less that count. Denominators of one
disease are shown only as far as no two of them differ by so few, rates of one endpoint only as far
as neither those with the outcome nor those without differ so between two ways to count. Rare
adverse events are not named. What differs between two endpoints, such as response and remission,
is not hidden.
"""

import math
from collections.abc import Mapping

import pandas as pd

from ibd_scores.study import paths, tidy
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.plan import PLANS

TABLES = ("flow", "rates", "markers", "changes", "tests", "events", "multiverse", "audit",
          "context")  # fmt: skip
FOLDER = "share"
# Tables of rates, each with the column that says which endpoint is counted.
RATES = {"rates": "endpoint", "markers": "endpoint", "audit": "endpoint", "context": "endpoint",
         "multiverse": "name"}  # fmt: skip
OF_RATE = ["k", "n", "percent", "low", "high", "not_evaluable"]
OF_CHANGE = ["improved", "same", "worse"]
REASONS = "stopped: "
OVERALL = "any "
OF_PATIENTS = ["patients", "percent", "percent_low", "percent_high"]

Tables = Mapping[str, pd.DataFrame]
Rate = tuple[float, float]  # k of n


def small(count: float, least: int) -> bool:
    """Tell whether a count is of somebody, and of too few.

    >>> [small(count, 5) for count in (0, 1, 4, 5, float("nan"))]
    [False, True, True, False, False]
    """
    return 0 < count < least


class Denominators:
    """The numbers of patients that may stand beside each other: no two differ by too few."""

    def __init__(self, least: int) -> None:
        self.least = least
        self.shown: list[float] = []

    def admit(self, count: float) -> bool:
        """Tell whether a number may be shown, and remember it."""
        fits = not small(count, self.least) and not any(
            small(abs(count - other), self.least) for other in self.shown
        )
        if fits and count not in self.shown:
            self.shown.append(count)
        return fits


class Rates:
    """The rates of each endpoint that may stand beside each other."""

    def __init__(self, denominators: Denominators) -> None:
        self.denominators = denominators
        self.shown: dict[str, list[Rate]] = {}

    def admit(self, endpoint: str, k: float, n: float) -> bool:
        """Tell whether k of n may be shown, and remember it; what has no count was published."""
        least = self.denominators.least
        if math.isnan(k) or math.isnan(n):
            return True
        others = self.shown.setdefault(endpoint, [])
        fits = not (small(k, least) or small(n - k, least)) and not any(
            small(abs(k - other), least) or small(abs((n - k) - (of - other)), least)
            for other, of in others
        )
        fits = fits and self.denominators.admit(n)
        if fits and (k, n) not in others:
            others.append((k, n))
        return fits


def suppressed(tables: Tables, min_count: int) -> dict[str, pd.DataFrame]:
    """Return the tables of one disease without their small counts.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The tables that the outcome notebooks write, by the names of `TABLES`.
    min_count : int
        The smallest count that is shown; 0 or 1 show every one.

    Returns
    -------
    dict of str to DataFrame
        The same tables with blanks; rare adverse events in one row without numbers.
    """
    if min_count <= 1:
        return dict(tables)
    denominators = Denominators(min_count)
    rates = Rates(denominators)
    found = dict(tables)
    if "flow" in tables:
        found["flow"] = _flow(tables["flow"], denominators)
    for name in [one for one in RATES if one in tables]:
        found[name] = _rates(tables[name], RATES[name], rates)
    if "changes" in tables:
        found["changes"] = _changes(tables["changes"], denominators)
    if "events" in tables:
        found["events"] = _events(tables["events"], min_count)
    # Numbers with blanks are numbers again: 44, not 44.0, where they are written.
    return {name: table.infer_objects() for name, table in found.items()}


def _flow(flow: pd.DataFrame, denominators: Denominators) -> pd.DataFrame:
    reasons = flow["step"].str.startswith(REASONS)
    shown = pd.Series(False, index=flow.index)
    for place in flow.index[~reasons]:
        shown[place] = denominators.admit(float(flow.loc[place, "n"]))
    # The reasons sum up to those who stopped: one alone that is blank could be told.
    counts = flow.loc[reasons, "n"]
    shown[reasons] = not any(small(float(one), denominators.least) for one in counts)
    return flow.assign(n=flow["n"].where(shown))


def _rates(table: pd.DataFrame, endpoint: str, rates: Rates) -> pd.DataFrame:
    shown = [
        rates.admit(str(name), k, n)
        for name, k, n in zip(
            table[endpoint], table["k"].astype(float), table["n"].astype(float), strict=True
        )
    ]
    hidden = ~pd.Series(shown, index=table.index, dtype=bool)
    blank = table.copy()
    for name in [one for one in OF_RATE if one in table]:
        blank[name] = table[name].astype(object).mask(hidden)
    if "not_evaluable" in blank:
        few = table["not_evaluable"].map(lambda one: small(one, rates.denominators.least))
        blank["not_evaluable"] = blank["not_evaluable"].mask(few)
    if "agrees" in blank:
        blank["agrees"] = table["agrees"].astype(object).mask(hidden)
    return blank


def _changes(changes: pd.DataFrame, denominators: Denominators) -> pd.DataFrame:
    least = denominators.least
    blank = changes.astype(object)
    for place, line in changes.iterrows():
        n = float(line["n"])
        if small(n, least):
            blank.loc[place, blank.columns.difference(["quantity"])] = None
            continue
        if not denominators.admit(n):
            blank.loc[place, ["n", "w"]] = None
        counts = [round(float(line[name]) * n / 100) for name in OF_CHANGE if pd.notna(line[name])]
        if any(small(count, least) for count in counts):
            blank.loc[place, OF_CHANGE] = None
        if small(float(line.get("censored", 0) or 0), least):
            blank.loc[place, "censored"] = None
    return blank


def _events(events: pd.DataFrame, least: int) -> pd.DataFrame:
    overall = events["term"].str.startswith(OVERALL)
    rare = ~overall & events["patients"].map(lambda one: small(one, least))
    blank = events.astype(object)
    numbers = blank.columns.difference(["term"])
    whole = events.loc[overall].head(1)
    patients = Denominators(least)
    for place in [*whole.index, *events.index[overall].difference(whole.index)]:
        if not patients.admit(float(events.loc[place, "patients"])):
            blank.loc[place, numbers] = None
    for place, line in events.iterrows():
        for name in ("serious", "related", "stopped"):
            rest = float(line["events"]) - float(line[name])
            if small(float(line[name]), least) or small(rest, least):
                blank.loc[place, name] = None
    left = float(events.loc[rare, "events"].sum())
    if small(left, least) and len(whole):
        # All less those that are named would be these few.
        blank.loc[whole.index, numbers.difference(OF_PATIENTS)] = None
    kept = blank[~rare]
    if not rare.any():
        return kept
    row = dict.fromkeys(numbers) | {"term": f"other terms, each of fewer than {least}"}
    return pd.concat([kept, pd.DataFrame([row], columns=blank.columns)], ignore_index=True)


def share(cohort: str) -> pd.DataFrame:
    """Write the aggregates of a cohort for passing on, without its small counts.

    They stand in `share/` of its derived folder, each table whole or not at all. The smallest count
    is `min_count` of `cohort.toml`.

    Returns
    -------
    DataFrame
        Index (disease, table): ``rows``, ``cells`` with a value, and how many are ``hidden``.
    """
    source = read_cohort(cohort)
    folder = paths.derived(cohort)
    summary = {}
    for disease in PLANS:
        own = disease.lower()
        there = [name for name in TABLES if (folder / f"{own}_{name}.csv").is_file()]
        tables = {name: tidy.read_tidy(cohort, f"{own}_{name}") for name in there}
        shared = suppressed(tables, source.min_count)
        tidy.save(folder / FOLDER, {f"{own}_{name}": table for name, table in shared.items()})
        for name, table in tables.items():
            filled = int(table.notna().sum().sum())
            left = int(shared[name].notna().sum().sum())
            summary[disease, name] = {
                "rows": len(table), "cells": filled, "hidden": max(filled - left, 0),
            }  # fmt: skip
    index = pd.MultiIndex.from_tuples(summary, names=["disease", "table"])
    return pd.DataFrame([*summary.values()], index=index, columns=["rows", "cells", "hidden"])
