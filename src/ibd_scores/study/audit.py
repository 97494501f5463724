"""Audit of published percentages: what each claim allows, and whether the cohort recovers it.

For one percentage of any abstract there is `audit_percentage`; the tables here ask it about every
claim in a cohort's ``published.csv``.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from ibd_scores.study import paths
from ibd_scores.study.percentages import (
    ROUNDINGS,
    PercentageAudit,
    Rounding,
    audit_percentage,
    counts,
    decimals,
    denominators,
    is_percentage,
    joint_denominators,
)

__all__ = [
    "ROUNDINGS",
    "PercentageAudit",
    "Rounding",
    "audit",
    "audit_percentage",
    "counts",
    "denominators",
    "joint",
    "joint_denominators",
    "read_published",
]

WORDS: dict[Rounding, str] = {
    "half_even": "if halves go to the even digit",
    "truncation": "if truncated",
}

PUBLISHED = ["id", "disease", "endpoint", "visit", "what", "printed", "stated_n"]
MISTYPED = re.compile(r"[-+\d.,;%\s]*")  # nothing but digits and signs: meant as a percentage


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
        Index ``set of claims``; ``claims`` in words; ``possible_n`` under ordinary rounding, or
        "none"; ``if_truncated`` and ``if_halves_even`` likewise under the two other roundings, and
        empty where they change nothing. A set without a claim is left out.

    Examples
    --------
    >>> claims = pd.DataFrame({"what": ["improvement", "healing"], "printed": ["80", "40"]})
    >>> joint(claims, {"week 12": claims["printed"].ne("")}, up_to=20).loc["week 12"].to_list()
    ['improvement 80 %; healing 40 %', '5, 10, 15, 20', '', '']
    """
    tested = published["printed"].map(is_percentage).astype(bool)
    columns: dict[str, Rounding] = {
        "possible_n": "half_up", "if_truncated": "truncation", "if_halves_even": "half_even"
    }  # fmt: skip
    rows = {}
    for name, chosen in sets.items():
        claims = published.loc[chosen & tested]
        if claims.empty:
            continue
        possible = {
            column: _listed(joint_denominators(claims["printed"], up_to, rounding)) or "none"
            for column, rounding in columns.items()
        }
        other = {
            column: "" if ns == possible["possible_n"] else ns
            for column, ns in possible.items()
            if column != "possible_n"
        }
        in_words = "; ".join(claims["what"] + " " + claims["printed"] + " %")
        rows[name] = {"claims": in_words, **possible, **other}
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["claims", *columns])
    return table.rename_axis("set of claims")


def read_published(cohort: str, disease: str) -> pd.DataFrame:
    """Read what was published about one disease: ``data/raw/<cohort>/published.csv``, all as text.

    A row is a claim: ``id``; ``disease``; ``endpoint``, the name under which the cohort gives it;
    ``visit``; ``what`` in words; ``printed``, a percentage with the decimals that were printed, or
    words such as "close to 50"; ``stated_n``, empty if none was stated. A percent sign is dropped.
    A cohort about which nothing was published has no such file; the table is then empty.

    Raises
    ------
    ValueError
        If the file lacks a column, or a row cannot be what was meant, with its line and column.
    """
    file = paths.raw(cohort) / "published.csv"
    if not file.is_file():
        return pd.DataFrame(columns=PUBLISHED, dtype="str")
    # Excel begins the file with a mark; a blank line counts where lines are counted.
    published = pd.read_csv(
        file, dtype=str, keep_default_na=False, encoding="utf-8-sig", skip_blank_lines=False
    )
    absent = [name for name in PUBLISHED if name not in published]
    if absent:
        raise ValueError(f"{file.name}: no column {', '.join(absent)}; see audit.read_published")
    published = published[PUBLISHED].fillna("")
    for column in PUBLISHED:
        published[column] = published[column].str.strip()
    published = published.loc[(published != "").any(axis="columns")].copy()
    published["printed"] = published["printed"].str.removesuffix("%").str.rstrip()
    _check_claims(published, file)
    return published.loc[published["disease"].eq(disease)].reset_index(drop=True)


def audit(
    published: pd.DataFrame, recovered: pd.DataFrame, up_to: int | None = None
) -> pd.DataFrame:
    """Each published percentage beside what it allows and what the cohort gives.

    Parameters
    ----------
    published : DataFrame
        What `read_published` returns, all text: ``id, disease, endpoint, visit, what, printed,
        stated_n``.
    recovered : DataFrame
        Rows of ``estimands.rates``, one per disease and endpoint: ``disease, endpoint, k, n,
        percent, low, high``; if wanted also ``among``, a text that says who was counted.
    up_to : int, optional
        Largest denominator tried; by default 80, or the stated N where that is larger.

    Returns
    -------
    DataFrame
        One row per claim: ``claim, disease, visit, what, endpoint, reported, decimals, stated_n``;
        ``fits_stated_n`` the k/N that print so, or "none"; ``other_rounding`` what would fit by
        another rounding, where that makes a difference; ``possible_n`` the denominators that print
        so; ``k, n, percent, low, high, among`` as recovered (missing if not recovered); ``agrees``
        whether k/n prints as reported; ``verdict`` by ordinary rounding: "possible", "impossible"
        (at the stated N) or "not testable" (no percentage is printed, or no N stated).

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
    claims["decimals"] = pd.Series(
        [decimals(text) if is_percentage(text) else pd.NA for text in claims["reported"]],
        index=claims.index, dtype="Int64",
    )  # fmt: skip
    found = ["fits_stated_n", "other_rounding", "possible_n", "verdict"]
    claims[found] = pd.DataFrame(arithmetic, columns=found, index=claims.index, dtype="str")
    given = recovered.reindex(columns=key + measures)
    table = claims.merge(given, on=key, how="left", validate="many_to_one")
    table[["k", "n"]] = table[["k", "n"]].astype("Int64")
    agrees = [_agrees(claim) for _, claim in table.iterrows()]
    table["agrees"] = pd.Series(agrees, index=table.index, dtype="boolean")
    first = ["claim", "disease", "visit", "what", "endpoint", "reported", "decimals", "stated_n"]
    return table[[*first, *found[:-1], *measures, "agrees", "verdict"]]


def _arithmetic(printed: str, stated_n: Any, up_to: int | None) -> dict[str, str]:
    row = dict.fromkeys(("fits_stated_n", "other_rounding", "possible_n"), "")
    if not is_percentage(printed):
        return {**row, "verdict": "not testable"}
    stated = not pd.isna(stated_n)
    found = audit_percentage(printed, stated_n if stated else None, up_to=up_to)
    row["possible_n"] = _listed(found.possible_n["half_up"])
    if not stated:
        return {**row, "verdict": "not testable"}
    ordinary = found.fits["half_up"]
    others = (
        f"{_fractions(found.fits[name], stated_n) or 'none'} {words}"
        for name, words in WORDS.items()
        if found.fits[name] != ordinary
    )
    return {
        **row,
        "fits_stated_n": _fractions(ordinary, stated_n) or "none",
        "other_rounding": "; ".join(others),
        "verdict": "possible" if ordinary else "impossible",
    }


def _agrees(claim: "pd.Series[Any]") -> Any:
    if not is_percentage(claim["reported"]) or pd.isna(claim["k"]) or claim["n"] == 0:
        return pd.NA
    return claim["k"] in counts(claim["reported"], claim["n"])


def _check_claims(published: pd.DataFrame, file: Path) -> None:
    """Refuse what would otherwise be audited as something else, or silently not at all."""
    printed, stated = published["printed"], published["stated_n"]
    tested = printed.map(is_percentage).astype(bool)
    number = stated.str.fullmatch("0*[1-9][0-9]*")
    wrong = [
        ("id", published["id"].eq("") | published["id"].duplicated(), "give each claim its own"),
        ("disease", ~published["disease"].isin(["CD", "UC"]), "write CD or UC"),
        ("printed", ~tested & printed.str.fullmatch(MISTYPED),
         "copy what was printed: a percentage with its decimals after a point (73.33), or words"),
        ("printed", printed.where(tested, "0").astype(float) > 100,
         "no part of the patients is above 100 %; copy the figure again"),
        ("stated_n", stated.ne("") & ~number,
         "write the number of patients (75), or nothing if none was stated"),
    ]  # fmt: skip
    for column, rows, remedy in wrong:
        for row, value in published.loc[rows, column].items():
            where = f"{file.parent.name}/{file.name}, line {int(str(row)) + 2}, column {column}"
            raise ValueError(f"{where}: {value!r}; {remedy}")


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _fractions(ks: Iterable[int], n: int) -> str:
    return ", ".join(f"{k}/{n}" for k in ks)
