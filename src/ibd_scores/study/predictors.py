"""What at baseline goes with an endpoint: few predictors, named beforehand, or none at all.

How many a model may have depends on the rarer of events and non-events: at least 5 for each
predictor, and never more than two predictors. 44 events and 16 non-events admit two; 16 and 4 admit
none, and the groups are described instead, without a test. There is no selection: no stepwise
search and no screening by univariable p-values.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from ibd_scores.study import labels
from ibd_scores.study.firth import FirthFit, Vector, counted, firth, maximum
from ibd_scores.study.statistics import quartiles

__all__ = ["TooFewEventsError", "describe", "optimism", "predictors", "refusal"]

PER_PREDICTOR = 5
MOST = 2
WORDS = ("no predictor", "one predictor", "two predictors")
# The groups of `describe`.
GROUPS = ("met", "not met", "not evaluable")

# Column of the table: so many of its units for the odds ratio, and what that is called.
Candidates = Mapping[str, tuple[float, str]]


class TooFewEventsError(ValueError):
    """There are too few events, or too few non-events, for the predictors asked for."""


def predictors(
    table: pd.DataFrame,
    outcome: "pd.Series[bool]",
    candidates: Candidates,
    *,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Odds ratios of an endpoint for each predictor, adjusted for the other one, by Firth's method.

    Parameters
    ----------
    table : DataFrame
        One row per patient, such as what ``description.at_baseline`` returns.
    outcome : Series of dtype "boolean"
        What an endpoint returns, of patients of `table`; who is not evaluable is left out.
    candidates : mapping of column to (step, words)
        One or two columns of numbers or yes/no, named before the data are seen; the odds ratio is
        for a difference of ``step``, and ``words`` say what this is.
    confidence : float
        Level of the intervals.

    Returns
    -------
    DataFrame
        Index ``predictor``, the words; ``odds_ratio`` with ``low`` and ``high`` (profile penalized
        likelihood) and ``p`` (penalized likelihood ratio); ``n`` patients analyzed, ``events`` and
        ``non_events``; ``incomplete``, evaluable patients of whom a predictor is missing.

    Raises
    ------
    TooFewEventsError
        If the rarer of events and non-events is below 5 for each predictor: `refusal` gives the
        same sentence beforehand.
    TypeError, ValueError
        As of `firth.firth`; or if there are more than two candidates, a column is not there, or a
        patient of the outcome is not in the table.

    Notes
    -----
    An association in patients who were all treated, not an effect: it does not tell who profits
    from treatment more than from another. A baseline score predicts its own change by regression
    to the mean alone.

    Examples
    --------
    >>> table = pd.DataFrame({"naive": [True] * 20 + [False] * 10})
    >>> response = pd.Series([1] * 18 + [0] * 2 + [1] * 5 + [0] * 5, name="response")
    >>> found = predictors(table, response.astype("boolean"), {"naive": (1, "naive, yes or no")})
    >>> found[["odds_ratio", "n", "events", "non_events"]].round(1)
                       odds_ratio   n  events  non_events
    predictor
    naive, yes or no          7.4  30      23           7

    References
    ----------
    Vittinghoff E, McCulloch CE. Am J Epidemiol 2007;165:710-718. doi:10.1093/aje/kwk052
    Heinze G, Schemper M. Stat Med 2002;21:2409-2419. doi:10.1002/sim.1047
    """
    fit, evaluable = _fit(table, outcome, candidates, confidence)
    found = fit.coefficients.iloc[1:].set_axis([words for _, words in candidates.values()])
    return pd.DataFrame(
        {
            "odds_ratio": np.exp(found["coefficient"]),
            "low": np.exp(found["low"]),
            "high": np.exp(found["high"]),
            "p": found["p"],
            "n": fit.n,
            "events": fit.events,
            "non_events": fit.non_events,
            "incomplete": evaluable - fit.n,
        }
    ).rename_axis("predictor")


def refusal(table: pd.DataFrame, outcome: "pd.Series[bool]", candidates: Candidates) -> str:
    """Say why `predictors` would refuse: one sentence, or "" if it would not.

    Parameters
    ----------
    table, outcome, candidates
        See `predictors`.

    Raises
    ------
    TypeError, ValueError
        As of `predictors`; but a model without enough events is no error here.

    Examples
    --------
    >>> improved = pd.Series([1] * 16 + [0] * 4, name="endoscopic_improvement").astype("boolean")
    >>> print(refusal(pd.DataFrame({"age": range(20)}), improved, {"age": (10, "per 10 years")}))
    Endoscopic improvement: 16 events and 4 non-events among 20 evaluable; one predictor needs at
    least 5 of the rarer, so no model is fitted and the groups are described instead.
    """
    design, known = _design(table, outcome, candidates)
    complete = known[design.loc[known.index].notna().all(axis=1)]
    events, n = int(complete.sum()), len(complete)
    needed = PER_PREDICTOR * len(candidates)
    if min(events, n - events) >= needed:
        return ""
    among = "evaluable"
    if n < len(known):
        among += f" with {'both predictors' if len(candidates) > 1 else 'the predictor'} recorded"
    need = f"{WORDS[len(candidates)]} need{'' if len(candidates) > 1 else 's'}"
    name = labels.title(outcome.name) if outcome.name is not None else "Outcome"
    return (
        f"{name}: {counted(events, n)} among {n} {among}; {need} at least "
        f"{needed} of the rarer, so no model is fitted and the groups are described instead."
    )


def optimism(
    table: pd.DataFrame,
    outcome: "pd.Series[bool]",
    candidates: Candidates,
    *,
    resamples: int = 500,
    seed: int = 12,
) -> pd.DataFrame:
    """How much better the model of `predictors` looks in its own patients than it would in others.

    Parameters
    ----------
    table, outcome, candidates
        See `predictors`.
    resamples : int
        Bootstrap samples of the patients.
    seed : int
        Of the bootstrap.

    Returns
    -------
    DataFrame
        One row: ``n``, ``events``, ``non_events`` and ``per_predictor``, the rarer of these per
        predictor; ``chi2, df, p`` of all predictors together; ``shrinkage``, the heuristic factor
        (chi2 - df) / chi2 by which the log odds ratios should be multiplied to predict well in
        other patients (0 if the predictors explain no more than chance); ``c_statistic``, its
        ``optimism`` in the bootstrap, and ``c_corrected``, their difference (0.5 is chance).

    Raises
    ------
    TooFewEventsError, TypeError, ValueError
        As of `predictors`.

    Notes
    -----
    A sample in which nobody or everybody has the event, or that determines a predictor by the
    other, cannot be fitted and is drawn again.

    References
    ----------
    Van Houwelingen JC, Le Cessie S. Stat Med 1990;9:1303-1325. doi:10.1002/sim.4780091109
    Harrell FE, Lee KL, Mark DB. Stat Med 1996;15:361-387.
    doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4
    """
    fit, _ = _fit(table, outcome, candidates, confidence=0.95)
    design, known = _design(table, outcome, candidates)
    complete = design.loc[known.index].dropna().sort_index()
    x, y = complete.to_numpy(), known[complete.index].to_numpy(dtype=bool)
    rng = np.random.default_rng(seed)
    flattery: list[float] = []
    while len(flattery) < resamples:
        drawn = rng.integers(len(y), size=len(y))
        rank = np.linalg.matrix_rank(np.column_stack([np.ones(len(y)), x[drawn]]))
        if rank == 1 + len(candidates) and 0 < y[drawn].sum() < len(y):
            b = maximum(x[drawn], y[drawn])[1:]
            flattery.append(_concordance(x[drawn] @ b, y[drawn]) - _concordance(x @ b, y))
    slopes = fit.coefficients["coefficient"].to_numpy()[1:]
    apparent, excess = _concordance(x @ slopes, y), float(np.mean(flattery))
    row = {
        "n": fit.n,
        "events": fit.events,
        "non_events": fit.non_events,
        "per_predictor": min(fit.events, fit.non_events) / fit.df,
        "chi2": fit.chi2,
        "df": fit.df,
        "p": fit.p,
        "shrinkage": max(0.0, 1 - fit.df / fit.chi2) if fit.chi2 else 0.0,
        "c_statistic": apparent,
        "optimism": excess,
        "c_corrected": apparent - excess,
    }
    return pd.DataFrame([row], index=pd.Index([outcome.name], name="outcome"))


def describe(
    table: pd.DataFrame, outcome: "pd.Series[bool]", candidates: Iterable[str]
) -> pd.DataFrame:
    """Each candidate in those who met the endpoint, did not, and were not evaluable; no test.

    Parameters
    ----------
    table, outcome
        See `predictors`.
    candidates : iterable of str
        Columns of numbers or yes/no, any number of them; the mapping that the others read will do.

    Returns
    -------
    DataFrame
        Index ``candidate`` (the column) and ``group`` ("met", "not met", "not evaluable"); ``n``
        recorded and ``missing``; of numbers what `statistics.quartiles` gives (with the marks of
        a ``<column>_censor``, if there is one), of yes/no ``k`` and ``percent`` of n.

    Examples
    --------
    >>> table = pd.DataFrame({"age": [30.0, 40, 50, 60], "surgery": [1.0, 0, 0, None]})
    >>> met = pd.Series([True, True, False, False], dtype="boolean")
    >>> describe(table, met, ["age", "surgery"])[["n", "missing", "median", "k"]]
                             n  missing  median     k
    candidate group
    age       met            2        0    35.0  <NA>
              not met        2        0    55.0  <NA>
              not evaluable  0        0     NaN  <NA>
    surgery   met            2        0     NaN     1
              not met        1        1     NaN     0
              not evaluable  0        0     NaN     0
    """
    design = _numbers(table, outcome, list(candidates))
    words = {True: "met", False: "not met"}
    answers = outcome.astype(object).map(words, na_action="ignore").fillna("not evaluable")
    rows = []
    for column, values in design.items():
        marks = table.get(f"{column}_censor")
        yes_no = values.dropna().isin([0, 1]).all() and values.notna().any()
        for group in GROUPS:
            chosen = values[answers.eq(group)]
            own = chosen.dropna()
            row: dict[str, Any] = {"n": len(own), "missing": len(chosen) - len(own)}
            if yes_no:
                row |= {"k": int(own.sum()), "percent": 100 * own.mean() if len(own) else np.nan}
            else:
                row |= quartiles(own, None if marks is None else marks.loc[own.index])
            rows.append(row)
    index = pd.MultiIndex.from_product([design.columns, GROUPS], names=["candidate", "group"])
    found = pd.DataFrame(rows, index=index)
    measures = [f"{name}{mark}" for mark in ("", "_censor") for name in ("median", "q1", "q3")]
    columns = ["n", "missing", "k", "percent", *measures]
    return found.reindex(columns=columns).astype({"k": "Int64"})


def _fit(
    table: pd.DataFrame, outcome: "pd.Series[bool]", candidates: Candidates, confidence: float
) -> tuple[FirthFit, int]:
    """Fit the model if it is permitted, with the number of evaluable patients."""
    sentence = refusal(table, outcome, candidates)
    if sentence:
        raise TooFewEventsError(sentence)
    design, known = _design(table, outcome, candidates)
    return firth(design.loc[known.index], known, confidence=confidence), len(known)


def _design(
    table: pd.DataFrame, outcome: "pd.Series[bool]", candidates: Candidates
) -> "tuple[pd.DataFrame, pd.Series[bool]]":
    """Give the predictors in their steps, and the outcome of those who are evaluable."""
    if not 0 < len(candidates) <= MOST:
        raise ValueError(
            f"{len(candidates)} predictors ({', '.join(candidates)}): name one or two, chosen "
            "before the data were seen"
        )
    if outcome.dtype != "boolean":
        raise TypeError(
            f"{outcome.name}: flags of dtype {outcome.dtype} cannot tell 'no' from 'not "
            'evaluable\'; give what the endpoint returned, or flags.astype("boolean")'
        )
    for column, (step, _) in candidates.items():
        if not step > 0:
            raise ValueError(f"{column}: a step of {step:g}; give one above 0, such as 5 points")
    steps = {column: step for column, (step, _) in candidates.items()}
    return _numbers(table, outcome, list(candidates)) / pd.Series(steps), outcome.dropna()


def _numbers(table: pd.DataFrame, outcome: "pd.Series[bool]", columns: list[str]) -> pd.DataFrame:
    """Give columns of the table as numbers, for the patients of the outcome."""
    absent = [column for column in columns if column not in table]
    if absent:
        raise ValueError(f"{absent[0]}: not a column of the table; choose among its columns")
    for index, what in ((table.index, "table"), (outcome.index, "outcome")):
        if not index.is_unique:
            patient = index[index.duplicated()][0]
            raise ValueError(f"{what}: patient {patient!r} has two rows; give one per patient")
    unknown = outcome.index.difference(table.index)
    if len(unknown):
        raise ValueError(
            f"{outcome.name}: patient {unknown[0]!r} is not in the table of predictors; give a "
            "table with a row for each patient of the outcome"
        )
    chosen = table.loc[outcome.index, columns]
    for column, values in chosen.items():
        if not pd.api.types.is_numeric_dtype(values.dtype):
            raise TypeError(
                f"{column}: values of dtype {values.dtype} are not numbers; give numbers or yes/no"
            )
    return chosen.astype("float64")


def _concordance(score: Vector, event: "np.ndarray[Any, np.dtype[np.bool_]]") -> float:
    """Give how often one with the event scores higher than one without; ties count half."""
    ranks = rankdata(score)
    events = int(event.sum())
    above = float(ranks[event].sum()) - events * (events + 1) / 2
    return above / (events * (len(event) - events))
