"""What a cohort without a control arm is to be read beside: published rates, and its own limits.

The rates are context, not a comparison: patients, visits and the handling of missing data differ
(`Published.note` says where). Each was read in the source named, most often an abstract or a
summary by the sponsor. Counts stand only where the source prints them. None is worked out from a
percentage: where missing data were imputed several times, a rate is no count of whole patients
(33.5 % of 341 and 4.1 % of 174, both printed of U-ACCOMPLISH, are impossible as such).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from ibd_scores.citations import DANESE_2022, ECCO_P786, LOFTUS_2023
from ibd_scores.study.labels import ESTIMAND_TITLES
from ibd_scores.study.proportions import wilson

__all__ = ["PUBLISHED", "Published", "beside", "caveats", "placebo_sentence"]

ACG_CROHN = "American College of Gastroenterology, meeting abstract S736 (U-EXCEL)"
ACG_COLITIS = "American College of Gastroenterology, meeting abstract S771 (U-ACCOMPLISH)"
EXCEED_RELEASE = "AbbVie, press release on the first results of U-EXCEED (NCT03345836)"
COLITIS_RELEASE = (
    "AbbVie, announcement of the European approval for ulcerative colitis (2022); "
    f"the trials: {DANESE_2022}"
)

SHORT = {
    LOFTUS_2023: "Loftus 2023",
    ACG_CROHN: "abstract S736 of the American College of Gastroenterology",
    ACG_COLITIS: "abstract S771 of the American College of Gastroenterology",
    ECCO_P786: "ECCO abstract P786",
    EXCEED_RELEASE: "press release by AbbVie",
    COLITIS_RELEASE: "announcement by AbbVie, 2022",
}

UPADACITINIB = "upadacitinib 45 mg"
PLACEBO = "placebo"
RESPONDERS = f"{UPADACITINIB}, clinical responders"

EXCEL = "Randomized: 526 in both arms; 45 % had failed or used a biologic before."
EXCEED = "Randomized: 495 in both arms; all had failed or not tolerated a biologic."
ENDOSCOPIC = (
    "Entry needed an SES-CD without narrowing of at least 6 (4 if isolated ileal), read centrally; "
    "only isolated ileal disease could enter with 4, from which a fall by 2 was a response."
)
CHOSEN = (
    "Of those alone who had responded clinically and went on to maintenance on the drug, not of "
    "all who were randomized."
)
WEEK_8 = (
    "Week 8, not 12. Entry needed an adapted Mayo score of 5 to 9 with an endoscopic subscore of 2 "
    "or 3, read centrally."
)
IMPUTED = (
    "Missing = failure, but imputed several times if missing by COVID-19: no count of whole "
    "patients prints this percentage."
)

PHRASES = {
    "cdai_remission": "were in clinical remission (CDAI below 150)",
    "sf_aps_remission": "were in clinical remission (SF/APS)",
    "endoscopic_response": "had an endoscopic response",
    "adapted_mayo_remission": "were in clinical remission (adapted Mayo)",
    "adapted_mayo_response": "had a clinical response (adapted Mayo)",
}


@dataclass(frozen=True)
class Published:
    """A published rate: ``percent`` is text, as printed; ``k`` and ``n`` only where printed."""

    trial: str
    arm: str
    kind: Literal["drug", "placebo"]
    disease: str
    endpoint: str
    week: int
    k: int | None
    n: int | None
    percent: str
    source: str
    note: str


def _arms(
    trial: str, endpoint: str, drug: str, placebo: str, source: str, note: str,
    *, week: int = 12, disease: str = "CD", n: tuple[int, int] | tuple[None, None] = (None, None),
) -> Iterable[Published]:  # fmt: skip
    both: tuple[tuple[Literal["drug", "placebo"], str, str, int | None], ...] = (
        ("drug", UPADACITINIB, drug, n[0]), ("placebo", PLACEBO, placebo, n[1])
    )  # fmt: skip
    for kind, arm, percent, size in both:
        yield Published(
            trial, arm, kind, disease, endpoint, week, None, size, percent, source, note
        )


def _responders(endpoint: str, k: int, percent: str, note: str) -> Published:
    return Published(
        "U-EXCEL and U-EXCEED", RESPONDERS, "drug", "CD", endpoint, 12, k, 337, percent, ECCO_P786,
        f"{CHOSEN} {note}".strip(),
    )  # fmt: skip


PUBLISHED: tuple[Published, ...] = (
    *_arms("U-EXCEL", "endoscopic_response", "45.5", "13.1", LOFTUS_2023, f"{EXCEL} {ENDOSCOPIC}"),
    *_arms("U-EXCEED", "endoscopic_response", "34.6", "3.5", LOFTUS_2023, f"{EXCEED} {ENDOSCOPIC}"),
    _responders("endoscopic_response", 152, "45.1", ENDOSCOPIC),
    *_arms("U-EXCEL", "cdai_remission", "49.5", "29.1", LOFTUS_2023, EXCEL),
    *_arms("U-EXCEED", "cdai_remission", "38.9", "21.1", LOFTUS_2023, EXCEED),
    *_arms("U-EXCEL", "sf_aps_remission", "50.7", "22.2", ACG_CROHN, EXCEL),
    *_arms("U-EXCEED", "sf_aps_remission", "40", "14", EXCEED_RELEASE, EXCEED),
    _responders(
        "endoscopic_remission_uexcel", 87, "25.8",
        "Taken as the program's endoscopic remission; the abstract does not repeat its rule.",
    ),
    _responders(
        "ulcer_free", 75, "22.3", "All of them counted, whether or not they had ulcers at baseline."
    ),
    *_arms("U-ACHIEVE", "adapted_mayo_remission", "26", "5", COLITIS_RELEASE, WEEK_8,
           week=8, disease="UC"),
    *_arms("U-ACCOMPLISH", "adapted_mayo_remission", "33.5", "4.1", ACG_COLITIS,
           f"{WEEK_8} {IMPUTED}", week=8, disease="UC", n=(341, 174)),
    *_arms("U-ACHIEVE", "adapted_mayo_response", "73", "27", COLITIS_RELEASE, WEEK_8,
           week=8, disease="UC"),
    *_arms("U-ACCOMPLISH", "adapted_mayo_response", "74", "25", COLITIS_RELEASE, WEEK_8,
           week=8, disease="UC"),
)  # fmt: skip

LIMITS = (
    "There is no control arm: what changed cannot be ascribed to the drug.",
    "Patients start a drug when they are at their worst, so some improvement is expected without "
    "it (regression to the mean).",
    "A change contains the baseline it is measured from; that the two correlate is arithmetic "
    "(mathematical coupling) and is not interpreted.",
    "Nothing says that whoever read the endoscopies was blinded.",
    "Only those who were scoped can be judged by endoscopy; who was not is unlikely to be a random "
    "part.",
    "Rates as observed and changes count those alone who completed 12 weeks (immortal time); "
    "non-responder imputation counts everyone who started.",
)
CONCOMITANT = {
    "CD": (
        "Corticosteroids and setons given at the same time may account for a part of the change in "
        "Crohn's disease; setons are not recorded.",
    ),
    "UC": (
        "Corticosteroids given at the same time may account for a part of the change in ulcerative "
        "colitis.",
        "The trials of the drug judged induction in ulcerative colitis at week 8; week 12 is off "
        "that schedule.",
    ),
}


def beside(rates: pd.DataFrame, disease: str, estimand: str, *, simulated: bool) -> pd.DataFrame:
    """Put a cohort's week-12 rates beside the published ones of the same endpoints.

    Parameters
    ----------
    rates : DataFrame
        What ``estimands.rates`` returns; other diseases and estimands are left out.
    disease : str
        ``"CD"`` or ``"UC"``.
    estimand : str
        The estimand under which the cohort is shown.
    simulated : bool
        Whether the cohort is; its rows then say so.

    Returns
    -------
    DataFrame
        ``endpoint, disease, arm, kind, week, k, n, percent, low, high, source, note``: for each
        endpoint of `rates` of which a rate was published, in that order, the cohort's row
        (``kind`` "cohort") and below it the published ones ("drug", "placebo"). Wilson intervals;
        missing where no counts were printed. ``note`` says where patients, visit or rule differ.

    Raises
    ------
    ValueError
        If the disease is unknown, `rates` has other estimands than this one, or an endpoint stands
        twice.

    Examples
    --------
    >>> from ibd_scores.study.estimands import rates
    >>> response = pd.Series([True] * 44 + [False] * 16, dtype="boolean",
    ...                      name="endoscopic_response")
    >>> table = beside(rates([response], "CD"), "CD", "as_observed", simulated=True)
    >>> table.loc[:2, ["arm", "kind", "percent"]].round(1)
                               arm     kind  percent
    0        This cohort, simulated   cohort     73.3
    1   U-EXCEL: upadacitinib 45 mg     drug     45.5
    2              U-EXCEL: placebo  placebo     13.1
    """
    _check_disease(disease)
    given = rates["estimand"].unique().tolist()
    if given and estimand not in given:
        raise ValueError(
            f"estimand {estimand!r} is not in the rates; there: {', '.join(given) or 'none'}"
        )
    own = rates.loc[rates["disease"].eq(disease) & rates["estimand"].eq(estimand)]
    twice = own.loc[own["endpoint"].duplicated(), "endpoint"]
    if len(twice):
        raise ValueError(f"{disease} {twice.iloc[0]} stands twice in the rates; give each once")
    cohort = "This cohort, simulated" if simulated else "This cohort"
    rows = []
    for one in own.to_dict("records"):
        found = [rate for rate in _published(disease) if rate.endpoint == one["endpoint"]]
        if found:
            measured = {
                name: one[name] for name in ("endpoint", "k", "n", "percent", "low", "high")
            }
            rows.append({
                **measured, "arm": cohort, "kind": "cohort", "week": 12, "source": cohort,
                "note": ESTIMAND_TITLES.get(estimand, estimand).capitalize() + ".",
            })  # fmt: skip
            rows += map(_row, found)
    columns = ["endpoint", "disease", "arm", "kind", "week", "k", "n", "percent", "low", "high"]
    table = pd.DataFrame(rows, columns=[*columns, "source", "note"]).assign(disease=disease)
    numbers = dict.fromkeys(("percent", "low", "high"), "float64")
    return table.astype({"week": "int64", "k": "Int64", "n": "Int64"} | numbers)


def placebo_sentence(disease: str, endpoint: str) -> str:
    """Say how many reached an endpoint on placebo, for scale, or that this is not known.

    Examples
    --------
    >>> print(placebo_sentence("CD", "endoscopic_response"))
    For scale: 13.1 % of placebo patients in U-EXCEL and 3.5 % in U-EXCEED had an endoscopic
    response at week 12 (Loftus 2023); this cohort has no control arm.
    >>> placebo_sentence("UC", "endoscopic_improvement")
    'No published placebo rate of this endpoint could be confirmed; this cohort has no control arm.'
    """
    _check_disease(disease)
    arms = [
        rate for rate in _published(disease) if (rate.kind, rate.endpoint) == ("placebo", endpoint)
    ]
    if not arms:
        return (
            "No published placebo rate of this endpoint could be confirmed; this cohort has no "
            "control arm."
        )
    rates = [
        f"{rate.percent} % {'' if number else 'of placebo patients '}in {rate.trial}"
        for number, rate in enumerate(arms)
    ]
    sources = "; ".join(dict.fromkeys(SHORT[rate.source] for rate in arms))
    weeks = " and ".join(dict.fromkeys(str(rate.week) for rate in arms))
    return (
        f"For scale: {' and '.join(rates)} {PHRASES[endpoint]} at week {weeks} ({sources}); "
        "this cohort has no control arm."
    )


def caveats(disease: str) -> tuple[str, ...]:
    """What the design cannot show, one short sentence each, to stand beside the numbers.

    Examples
    --------
    >>> caveats("UC")[0]
    'There is no control arm: what changed cannot be ascribed to the drug.'
    """
    _check_disease(disease)
    return LIMITS + CONCOMITANT[disease]


def _published(disease: str) -> list[Published]:
    return [rate for rate in PUBLISHED if rate.disease == disease]


def _row(rate: Published) -> dict[str, object]:
    low, high = np.nan, np.nan
    if rate.k is not None and rate.n is not None:
        low, high = wilson(rate.k, rate.n)
    return {
        "endpoint": rate.endpoint, "arm": f"{rate.trial}: {rate.arm}", "kind": rate.kind,
        "week": rate.week, "k": rate.k, "n": rate.n, "percent": float(rate.percent),
        "low": low, "high": high, "source": rate.source, "note": rate.note,
    }  # fmt: skip


def _check_disease(disease: str) -> None:
    if disease not in CONCOMITANT:
        raise ValueError(f"disease {disease!r} is unknown; use CD or UC (the two are not pooled)")
