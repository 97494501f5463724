"""Audit of published percentages: can each be a count of whole patients, and is it recovered.

The GRIM idea for percentages: with N patients only N + 1 percentages exist, so a printed one fits
some N and rules out others. All arithmetic is in whole numbers; nothing is left to floating point.

References
----------
Brown NJL, Heathers JAJ. Soc Psychol Personal Sci 2017;8:363-369. doi:10.1177/1948550616673876
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import floor
from typing import Any, Literal, get_args

import pandas as pd

from ibd_scores.study import paths

__all__ = [
    "ROUNDINGS",
    "Rounding",
    "audit",
    "counts",
    "denominators",
    "joint",
    "joint_denominators",
    "read_published",
]

Rounding = Literal["half_up", "half_even", "truncation"]
ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)

WORDS = {"half_even": "if halves go to the even digit", "truncation": "if truncated"}

PUBLISHED = ["id", "disease", "endpoint", "visit", "what", "printed", "stated_n"]
PERCENTAGE = re.compile(r"(\d{1,3})(?:\.(\d+))?\s*%?")


def counts(printed: str, n: int, rounding: Rounding = "half_up") -> list[int]:
    """All k for which k/n, in percent, prints as `printed`.

    Parameters
    ----------
    printed : str
        The percentage as text, for its decimals count: "80", "70.83", "53 %".
    n : int
        Denominator.
    rounding : str
        "half_up" (5 away from zero), "half_even" or "truncation".

    Raises
    ------
    TypeError
        If `printed` is a number: 80.0 no longer says whether "80" or "80.0" was printed.
    ValueError
        If it is no percentage, or `n` is below 1.

    Examples
    --------
    >>> counts("73.33", 75)
    [55]
    >>> counts("62", 75)
    []
    >>> counts("62", 75, "truncation")
    [47]
    """
    if rounding not in ROUNDINGS:
        raise ValueError(f"rounding {rounding!r} is unknown; use one of {', '.join(ROUNDINGS)}")
    if n < 1:
        raise ValueError(f"n = {n}; a percentage needs at least one patient")
    target, decimals = _parsed(printed)
    scale = 100 * 10**decimals
    return [k for k in range(n + 1) if _rounded(Fraction(k * scale, n), rounding) == target]


def denominators(printed: str, up_to: int = 80, rounding: Rounding = "half_up") -> list[int]:
    """All denominators from 1 to `up_to` with a count that prints as `printed`.

    Examples
    --------
    >>> denominators("73.33")
    [15, 30, 45, 60, 75]
    """
    return [n for n in range(1, up_to + 1) if counts(printed, n, rounding)]


def joint_denominators(
    printed: Iterable[str], up_to: int = 80, rounding: Rounding = "half_up"
) -> list[int]:
    """Denominators that fit all of several percentages, as claims on the same patients need.

    Examples
    --------
    >>> joint_denominators(["73.33", "53", "62"])
    [45, 60]
    """
    fitting = [set(denominators(text, up_to, rounding)) for text in printed]
    return sorted(set.intersection(*fitting)) if fitting else []


def joint(
    published: pd.DataFrame, sets: Mapping[str, "pd.Series[bool]"], up_to: int = 80
) -> pd.DataFrame:
    """Denominators that fit all claims of a set, such as those on the same endoscopies.

    Parameters
    ----------
    published : DataFrame
        What `read_published` returns.
    sets : mapping
        Name of the set to which rows of `published` belong to it. What is printed without a
        percentage takes no part.
    up_to : int
        Largest denominator tried.

    Returns
    -------
    DataFrame
        Index ``set of claims``; ``claims`` in words, ``possible_n`` or "none". A set without a
        claim is left out.

    Examples
    --------
    >>> claims = pd.DataFrame({"what": ["improvement", "healing"], "printed": ["80", "40"]})
    >>> joint(claims, {"week 12": claims["printed"].ne("")}, up_to=20).loc["week 12"].to_list()
    ['improvement 80 %; healing 40 %', '5, 10, 15, 20']
    """
    tested = published["printed"].map(_is_percentage).astype(bool)
    rows = {
        name: {
            "claims": "; ".join(claims["what"] + " " + claims["printed"] + " %"),
            "possible_n": _listed(joint_denominators(claims["printed"], up_to)) or "none",
        }
        for name, chosen in sets.items()
        if len(claims := published.loc[chosen & tested])
    }
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["claims", "possible_n"])
    return table.rename_axis("set of claims")


def read_published(cohort: str, disease: str) -> pd.DataFrame:
    """Read what was published about one disease: ``data/raw/<cohort>/published.csv``, all as text.

    A cohort about which nothing was published has no such file; the table is then empty.

    Raises
    ------
    ValueError
        If the file lacks a column.
    """
    file = paths.raw(cohort) / "published.csv"
    if not file.is_file():
        return pd.DataFrame(columns=PUBLISHED, dtype="str")
    published = pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8")
    absent = [name for name in PUBLISHED if name not in published]
    if absent:
        raise ValueError(f"{file.name}: no column {', '.join(absent)}; see audit.audit")
    return published.loc[published["disease"].eq(disease), PUBLISHED].reset_index(drop=True)


def audit(published: pd.DataFrame, recovered: pd.DataFrame, up_to: int = 80) -> pd.DataFrame:
    """Each published percentage beside what it allows and what the cohort gives.

    Parameters
    ----------
    published : DataFrame
        What `read_published` returns, all text: ``id, disease, endpoint, visit, what, printed,
        stated_n``.
    recovered : DataFrame
        Rows of ``estimands.rates``, one per disease and endpoint: ``disease, endpoint, k, n,
        percent, low, high``; if wanted also ``among``, a text that says who was counted.
    up_to : int
        Largest denominator tried.

    Returns
    -------
    DataFrame
        One row per claim: ``claim, disease, visit, what, endpoint, reported, stated_n``;
        ``fits_stated_n`` the k/N that print so, or "none"; ``other_rounding`` what would fit by
        another rounding, where that makes a difference; ``possible_n`` the denominators that print
        so; ``k, n, percent, low, high, among`` as recovered (missing if not recovered); ``agrees``
        whether k/n prints as reported; ``verdict`` "possible", "impossible" (at the stated N) or
        "not testable" (what is printed is no percentage).

    Raises
    ------
    ValueError
        If an endpoint of one disease is recovered twice.

    Examples
    --------
    >>> claim = dict(id="uc_3", disease="UC", endpoint="mayo_endoscopic_3", visit="baseline",
    ...              what="Mayo endoscopic subscore 3", printed="70.83", stated_n="23")
    >>> found = dict(disease="UC", endpoint="mayo_endoscopic_3", k=17, n=24, percent=70.8333,
    ...              low=50.8, high=85.1)
    >>> row = audit(pd.DataFrame([claim]), pd.DataFrame([found])).iloc[0]
    >>> row.fits_stated_n, row.possible_n, bool(row.agrees), row.verdict
    ('none', '24, 48, 72', True, 'impossible')
    """
    measures = ["k", "n", "percent", "low", "high", "among"]
    key = ["disease", "endpoint"]
    twice = recovered.loc[recovered.duplicated(key)]
    if len(twice):
        disease, endpoint = twice.iloc[0][key]
        raise ValueError(
            f"recovered: {disease} {endpoint} stands there twice; "
            "give one estimand (as_observed) and each endpoint once"
        )
    claims = published.rename(columns={"id": "claim", "printed": "reported"})
    claims["stated_n"] = pd.to_numeric(claims["stated_n"]).astype("Int64")
    arithmetic = [
        _arithmetic(printed, stated_n, up_to)
        for printed, stated_n in zip(
            claims["reported"].tolist(), claims["stated_n"].tolist(), strict=True
        )
    ]
    found = ["fits_stated_n", "other_rounding", "possible_n", "verdict"]
    claims[found] = pd.DataFrame(arithmetic, columns=found, index=claims.index, dtype="str")
    given = recovered.reindex(columns=key + measures)
    table = claims.merge(given, on=key, how="left", validate="many_to_one")
    table[["k", "n"]] = table[["k", "n"]].astype("Int64")
    agrees = [_agrees(claim) for _, claim in table.iterrows()]
    table["agrees"] = pd.Series(agrees, index=table.index, dtype="boolean")
    first = ["claim", "disease", "visit", "what", "endpoint", "reported", "stated_n"]
    return table[[*first, *found[:-1], *measures, "agrees", "verdict"]]


def _arithmetic(printed: str, stated_n: int, up_to: int) -> dict[str, str]:
    if not _is_percentage(printed):
        return {
            "fits_stated_n": "",
            "other_rounding": "",
            "possible_n": "",
            "verdict": "not testable",
        }
    ordinary = counts(printed, stated_n)
    others = {name: counts(printed, stated_n, name) for name in ROUNDINGS[1:]}
    return {
        "fits_stated_n": _fractions(ordinary, stated_n) or "none",
        "other_rounding": "; ".join(
            f"{_fractions(ks, stated_n) or 'none'} {WORDS[name]}"
            for name, ks in others.items()
            if ks != ordinary
        ),
        "possible_n": _listed(denominators(printed, up_to)),
        "verdict": "possible" if ordinary else "impossible",
    }


def _agrees(claim: "pd.Series[Any]") -> Any:
    if claim["verdict"] == "not testable" or pd.isna(claim["k"]) or claim["n"] == 0:
        return pd.NA
    return claim["k"] in counts(claim["reported"], claim["n"])


def _is_percentage(printed: str) -> bool:
    return PERCENTAGE.fullmatch(printed.strip()) is not None


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _fractions(ks: Sequence[int], n: int) -> str:
    return ", ".join(f"{k}/{n}" for k in ks)


def _parsed(printed: str) -> tuple[int, int]:
    """Give the printed digits as a whole number, and how many of them are decimals."""
    if not isinstance(printed, str):
        raise TypeError(
            f"printed = {printed!r} is a number and has lost its decimals; "
            'give the text that was printed, such as "73.33" (pd.read_csv(..., dtype=str))'
        )
    match = PERCENTAGE.fullmatch(printed.strip())
    if not match:
        raise ValueError(f"printed = {printed!r} is no percentage; give digits such as '73.33'")
    whole, decimals = match.group(1), match.group(2) or ""
    return int(whole + decimals), len(decimals)


def _rounded(value: Fraction, rounding: Rounding) -> int:
    if rounding == "half_up":
        return floor(value + Fraction(1, 2))
    return round(value) if rounding == "half_even" else floor(value)
