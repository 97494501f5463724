"""Totals that the centre recorded: chosen for a score, banded, compared with the items, told of.

A column `<index>_recorded` is what the centre wrote down. Which of it and of the score computed
from the items counts is the cohort's `score_source`:

    items                 the computed one; the recorded total is only compared with it
    recorded              the recorded total alone; where none was recorded there is no score,
                          though the items may be there
    items_else_recorded   the computed one, and where an item is missing the recorded total

An index of which the cohort has no such column is computed, whatever `score_source` says.
"""

from collections.abc import Mapping
from typing import cast

import numpy as np
import pandas as pd

from ibd_scores import ses_cd
from ibd_scores.entries import ENTRIES
from ibd_scores.form import TOLERANCE, Item
from ibd_scores.index import Index
from ibd_scores.study import tidy
from ibd_scores.study.labels import QUANTITIES

__all__ = ["banded", "compared", "differences", "sources", "stated"]

SUFFIX = "_recorded"
DECIMALS = 6  # the most that a total is taken to be written with
COUNTED = ["recorded", "computed", "equal", "different", "largest", "from_items", "from_recorded"]
LISTED = ["patient_id", "visit", "index", "recorded", "computed", "difference"]


def stated(table: pd.DataFrame, entry: Index, source: str) -> pd.DataFrame:
    """Let a recorded total stand for a computed score where the cohort says so.

    Parameters
    ----------
    table : DataFrame
        With ``<index>`` as computed from the items, missing where it could not be, and
        ``<index>_recorded``.
    entry : Index
        Which one.
    source : str
        "items", "recorded" or "items_else_recorded".

    Returns
    -------
    DataFrame
        The same with ``<index>`` as chosen, ``<index>_computed`` and ``<index>_source``, "items"
        or "recorded", missing where there is no score.

    Raises
    ------
    ValueError
        If a total that would be used is none that the index permits.

    Examples
    --------
    >>> from ibd_scores import hbi
    >>> table = pd.DataFrame({"hbi": [8.0, None], "hbi_recorded": [9.0, 5.0]})
    >>> stated(table, hbi, "items_else_recorded")[["hbi", "hbi_source"]].values.tolist()
    [[8.0, 'items'], [5.0, 'recorded']]
    """
    computed, own = table[entry.name], table[f"{entry.name}{SUFFIX}"]
    if source == "items":
        total, is_recorded = computed, pd.Series(False, index=table.index)
    elif source == "recorded":
        total, is_recorded = own, own.notna()
    elif source == "items_else_recorded":
        total, is_recorded = computed.fillna(own), computed.isna() & own.notna()
    else:
        raise ValueError(f"source={source!r}: give items, recorded or items_else_recorded")
    item = Item(f"{entry.name}{SUFFIX}", "", tidy.totals(entry))
    off = is_recorded & item.off(own.to_numpy(dtype=np.float64))
    if off.any():
        value = own[off].iloc[0]
        raise ValueError(
            f"{entry.name}: {item.name} = {value:g} in row {off.idxmax()!r}; {item.why}"
        )
    said = pd.Series("items", index=table.index).mask(is_recorded, "recorded")
    return table.assign(**{
        entry.name: total,
        f"{entry.name}_computed": computed,
        f"{entry.name}_source": said.where(total.notna()).astype("str"),
    })  # fmt: skip


def banded(table: pd.DataFrame, entry: Index) -> pd.Series:
    """Band scores of which some are recorded totals, whose items may be missing.

    Where a band asks more than the score (Mayo: no subscore above 1), a total has its band if
    every way to make it of the missing items gives the same one: 7 is moderate and 1 is remission,
    but 2 can be either; that one has no band.

    Examples
    --------
    >>> from ibd_scores import mayo_full
    >>> banded(pd.DataFrame({"mayo_full": [1.0, 2.0, 7.0]}), mayo_full).to_list()
    ['remission', nan, 'moderate']
    """
    scores = table[entry.name]
    if not any(band.proviso for band in entry.bands):
        return cast(pd.Series, entry.band(scores))
    low, high = (entry.band(scores, _made_up(table, entry, highest=end)) for end in (False, True))
    return cast(pd.Series, low.where(low.astype("str") == high.astype("str")))


def _made_up(table: pd.DataFrame, entry: Index, *, highest: bool) -> pd.DataFrame:
    """The items, each missing one as low or as high as the total and the others leave room for.

    That bounds every proviso that can only be lost as an item rises; the catalogue has no other.
    """
    names = [item.name for item in entry.items]
    points = table.reindex(columns=names).astype("float64") * [item.weight for item in entry.items]
    missing = points.isna()
    rest = table[entry.name] - entry.constant - points.sum(axis=1)
    ends = pd.DataFrame([item.ends for item in entry.items], index=names)
    of_missing = missing.astype("float64") @ ends
    made = {}
    for item in entry.items:
        least, most = item.ends
        room = rest - (of_missing[0] - least if highest else of_missing[1] - most)
        filled = points[item.name].fillna(room.clip(least, most))
        made[item.name] = (filled / item.weight).where(table[entry.name].notna())
    return pd.DataFrame(made, index=table.index)


def compared(*tables: pd.DataFrame) -> pd.DataFrame:
    """Compare the totals that the centre recorded with those computed from the items.

    Parameters
    ----------
    *tables : DataFrame
        What `scoring.score` returns. An index that several of them have counts once, as in the
        last: give visits first, endoscopies after them.

    Returns
    -------
    DataFrame
        Index: the index; ``recorded``, ``computed`` too, ``equal`` (to as many decimals as the
        total has), ``different``, the ``largest`` difference; of the scores, how many are
        ``from_items`` and ``from_recorded``.
    """
    rows = {}
    for entry, table in _with_totals(tables).items():
        own, computed = _both(table, entry)
        both, differ = own.notna() & computed.notna(), _differ(own, computed)
        told = table.get(f"{entry}_source", pd.Series(index=table.index, dtype="str"))
        rows[entry] = {
            "recorded": int(own.notna().sum()),
            "computed": int(both.sum()),
            "equal": int((both & ~differ).sum()),
            "different": int(differ.sum()),
            "largest": (own - computed).abs().max(),
            "from_items": int((told == "items").sum()),
            "from_recorded": int((told == "recorded").sum()),
        }
    return pd.DataFrame.from_dict(rows, orient="index", columns=COUNTED).rename_axis("index")


def differences(*tables: pd.DataFrame) -> pd.DataFrame:
    """List each visit whose recorded total is not the computed one: for the centre, not to show.

    Parameters
    ----------
    *tables : DataFrame
        As in `compared`.

    Returns
    -------
    DataFrame
        ``patient_id``, ``visit``, ``index``, ``recorded``, ``computed``, ``difference`` (recorded
        minus computed).
    """
    found = []
    for entry, table in _with_totals(tables).items():
        own, computed = _both(table, entry)
        # All rows first: a column assigned to a table without rows would give it some.
        every = table[["patient_id", "visit"]].assign(
            index=entry, recorded=own, computed=computed,
            difference=(own - computed).round(DECIMALS),
        )  # fmt: skip
        found.append(every[_differ(own, computed)])
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=LISTED)


def _with_totals(tables: tuple[pd.DataFrame, ...]) -> Mapping[str, pd.DataFrame]:
    """Each index that was recorded, and the last table that has it."""
    return {
        str(name).removesuffix(SUFFIX): table
        for table in tables
        for name in table
        if str(name).endswith(SUFFIX)
    }


def _both(table: pd.DataFrame, entry: str) -> "tuple[pd.Series[float], pd.Series[float]]":
    """The recorded totals and the computed scores."""
    unknown = pd.Series(np.nan, index=table.index)
    return table[f"{entry}{SUFFIX}"], table.get(f"{entry}_computed", table.get(entry, unknown))


def _differ(own: "pd.Series[float]", computed: "pd.Series[float]") -> "pd.Series[bool]":
    """Where a total is not the computed one, rounded to as many decimals as were written."""
    places = pd.Series(DECIMALS, index=own.index)
    for fewer in reversed(range(DECIMALS)):
        places = places.mask((own.round(fewer) - own).abs() < TOLERANCE, fewer)
    return (own - computed).abs() > 0.5 * 10.0**-places + TOLERANCE


def sources(*tables: pd.DataFrame) -> str:
    """Say what the scores are where the centre recorded totals; empty where it recorded none.

    How many are computed and how many recorded; how many computed ones are left out, because only
    a recorded total counts and there is none; and that an SES-CD of which nobody wrote down the
    segments is compared as one of a whole examination.

    Examples
    --------
    >>> told = pd.DataFrame({"hbi_source": ["items", "recorded", "recorded", None]})
    >>> sources(told, pd.DataFrame())
    'Scores from items or as the centre recorded them: HBI 1 and 2.'
    """
    counts, unused = {}, {}
    for table in tables:
        for name in [str(name) for name in table if str(name).endswith("_source")]:
            entry = name.removesuffix("_source")
            items, own = (int((table[name] == one).sum()) for one in ("items", "recorded"))
            left = table[name].isna() & table.get(f"{entry}_computed", table[name]).notna()
            if items or own or left.any():
                counts[_called(entry)] = f"{items} and {own}"
            if left.any():
                unused[_called(entry)] = str(int(left.sum()))
    said = []
    if counts:
        told = ", ".join(" ".join(one) for one in counts.items())
        said.append(f"Scores from items or as the centre recorded them: {told}.")
    if unused:
        told = ", ".join(" ".join(one) for one in unused.items())
        said.append(f"Computed but without a recorded total, and left out: {told}.")
    if bare := max((int(_bare(table).sum()) for table in tables), default=0):
        said.append(
            f"Recorded SES-CD of which no segment is known: {bare}, each compared as one of "
            "a whole examination, as nothing tells which segments two visits share."
        )
    return " ".join(said)


def _called(name: str) -> str:
    """What an index is called in the tables, else its title."""
    return QUANTITIES.get(name) or (ENTRIES[name].title if name in ENTRIES else name)


def _bare(endoscopies: pd.DataFrame) -> "pd.Series[bool]":
    """Which endoscopies are a recorded SES-CD that counts, without a segment."""
    cells = endoscopies.reindex(columns=[item.name for item in ses_cd.items])
    source = endoscopies.get("ses_cd_source", pd.Series("", index=endoscopies.index))
    return (source == "recorded") & cells.isna().all(axis=1)
