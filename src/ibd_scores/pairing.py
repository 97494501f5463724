"""Two visits side by side: one row for each patient, baseline beside follow-up."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ibd_scores.index import Index
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES, cdeis, ses_cd

if TYPE_CHECKING:
    import pandas as pd


def check_visits(
    who: str, table: "pd.DataFrame", keys: list[str], baseline: str, followup: str
) -> None:
    """Refuse a table without these columns, without these visits, or with rows of the same keys."""
    absent = [name for name in keys if name not in table]
    if absent:
        raise ValueError(
            f"{who}: no column {', '.join(absent)}; columns: {', '.join(map(str, table))}"
        )
    nobody = table["patient_id"].isna()
    if nobody.any():
        raise ValueError(
            f"{who}: {int(nobody.sum())} rows have no patient_id, the first is row "
            f"{nobody.idxmax()!r}; fill it in or leave the row out"
        )
    others = not table["visit"].isin([baseline, followup]).all()
    for visit in (baseline, followup):
        if others and not (table["visit"] == visit).any():
            known = ", ".join(sorted(table["visit"].dropna().astype(str).unique())[:10])
            raise ValueError(f"{who}: no visit is named {visit!r}; visits: {known}")
    twice = table.loc[table.duplicated(keys), keys]
    if len(twice):
        patient, *place = twice.iloc[0]
        raise ValueError(
            f"{who}: {len(twice)} {keys[-1]}s stand twice, the first is "
            f"{', '.join(map(str, reversed(place)))} of {patient}; keep one of each"
        )


def pairs(
    scores: "pd.DataFrame", baseline: str = "baseline", followup: str = "week12"
) -> "pd.DataFrame":
    """Put each patient's follow-up visit beside the baseline visit.

    Parameters
    ----------
    scores : DataFrame
        One row for each patient and visit, with patient_id, visit and any values.
    baseline, followup : str
        The names of the two visits.

    Returns
    -------
    DataFrame
        One row for each patient (index patient_id, sorted): the values at follow-up under their
        own names, those at baseline with the suffix `_baseline`, missing where a visit is. Where
        the items of the SES-CD or of the CDEIS are there, also what their endpoints read
        (`endoscopic_pair`, `cdeis_pair`). Where `ses_cd_source` (or `cdeis_source`) says
        "recorded", the score is a total that the centre recorded, and that is compared.

    Raises
    ------
    ValueError
        If a column does not occur, or a visit stands twice for a patient; or if a visit of that
        name does not occur, though visits of other names than the two do.

    Examples
    --------
    >>> import pandas as pd
    >>> scores = pd.DataFrame({"patient_id": ["P1", "P1", "P2"],
    ...                        "visit": ["baseline", "week12", "baseline"],
    ...                        "cdai": [300.0, 120.0, 280.0]})
    >>> pairs(scores)
                 cdai  cdai_baseline
    patient_id
    P1          120.0          300.0
    P2            NaN          280.0
    """
    check_visits("pairs", scores, ["patient_id", "visit"], baseline, followup)
    by_patient = scores.set_index("patient_id").sort_index()
    before, after = (
        by_patient[by_patient["visit"] == visit].drop(columns="visit")
        for visit in (baseline, followup)
    )
    table = after.join(before.add_suffix("_baseline"), how="outer")
    for index, compare in ((ses_cd, endoscopic_pair), (cdeis, cdeis_pair)):
        if {item.name for item in index.items} <= set(scores.columns):
            table = table.join(compare(table))
    return table


class _Endoscopies(NamedTuple):
    """What was found, which segments were explored, and who was scored, at two visits.

    Of a recorded total without any segment all segments count as explored: a total is read as one
    of a whole examination unless something says otherwise. `given_after` is where there is a
    score at follow-up, from its items or recorded.
    """

    after: "pd.DataFrame"
    before: "pd.DataFrame"
    seen_after: "pd.DataFrame"
    seen_before: "pd.DataFrame"
    scored_after: "pd.Series[bool]"
    scored_before: "pd.Series[bool]"
    given_after: "pd.Series[bool]"
    matched_after: "pd.Series[float]"
    matched_before: "pd.Series[float]"

    def not_seen(self, diseased: "pd.DataFrame") -> "pd.Series[float]":
        """How many of these segments were not explored at follow-up.

        Missing where there was no baseline to tell and not all segments were explored.
        """
        count: pd.Series[float] = (diseased & ~self.seen_after).sum(axis=1)
        told = self.scored_before | self.seen_after.all(axis=1)
        return count.where(told & self.given_after)


def _endoscopies(index: Index, table: "pd.DataFrame") -> _Endoscopies:
    names = [item.name for item in index.items]
    after = table[names].astype(float)
    before = table[[f"{name}_baseline" for name in names]].set_axis(names, axis=1).astype(float)
    now, earlier = (_recorded_total(index, table, visit) for visit in ("", "_baseline"))
    seen_after, seen_before = _covered(index, after, now), _covered(index, before, earlier)
    both = seen_after & seen_before
    scored_after, scored_before = index(after), index(before)

    def of_matched(findings: "pd.DataFrame") -> "pd.Series[float]":
        unmatched = {
            item.name: findings[item.name].where(both[item.segment])
            for item in index.items
            if item.segment
        }
        matched: pd.Series[float] = index(findings.assign(**unmatched))
        return matched

    return _Endoscopies(
        after, before, seen_after, seen_before, scored_after.notna(), scored_before.notna(),
        scored_after.notna() | now.notna(),
        _matched(of_matched(after), scored_after, now, seen_after, seen_before),
        _matched(of_matched(before), scored_before, earlier, seen_before, seen_after),
    )  # fmt: skip


def _recorded_total(index: Index, table: "pd.DataFrame", visit: str) -> "pd.Series[float]":
    """The scores that are totals which the centre recorded; missing where they are not."""
    import pandas as pd

    unknown = pd.Series(np.nan, index=table.index)
    source = table.get(f"{index.name}_source{visit}", unknown)
    total: pd.Series[float] = table.get(f"{index.name}{visit}", unknown).where(source == "recorded")
    return total.astype(float)


def _covered(index: Index, findings: "pd.DataFrame", total: "pd.Series[float]") -> "pd.DataFrame":
    """Segment by segment, what was explored; all of them where a total is all that is known."""
    seen: pd.DataFrame = index.explored(findings)
    bare = total.notna() & ~seen.any(axis=1)
    return seen | bare.to_numpy()[:, None]


def _matched(
    of_items: "pd.Series[float]", scored: "pd.Series[float]", total: "pd.Series[float]",
    seen: "pd.DataFrame", seen_otherwise: "pd.DataFrame",
) -> "pd.Series[float]":  # fmt: skip
    """The score of the segments explored at both visits.

    A recorded total is that where each of its segments was explored at the other visit. What part
    of it lies in the others only its items can tell, if they make the same total.
    """
    fits = (seen_otherwise | ~seen).all(axis=1)
    of_total = total.where(fits, of_items.where(scored == total))
    return of_items.where(total.isna(), of_total)


def _affected(findings: "pd.DataFrame", *variables: str) -> "pd.DataFrame":
    """Segment by segment, whether any of these variables was found there."""
    import pandas as pd

    return pd.DataFrame({
        segment: (findings[[f"{name}_{segment}" for name in variables]] > 0).any(axis=1)
        for segment in SEGMENTS
    })  # fmt: skip


def endoscopic_pair(table: "pd.DataFrame") -> "pd.DataFrame":
    """Compare two endoscopies segment by segment.

    Parameters
    ----------
    table : DataFrame
        Pairs with the 20 cells of the SES-CD at follow-up and, with the suffix `_baseline`, at
        baseline; and, if known, disease_ileum_baseline and disease_colon_baseline (0 or 1).

    Returns
    -------
    DataFrame
        With the same index, missing where an endoscopy is:
        `segments_matched`, how many segments were explored at both visits;
        `ses_cd_matched` and `ses_cd_matched_baseline`, the SES-CD of those segments alone;
        `ulcerated_segments` and `ulcerated_segments_baseline`, how many had an ulcerated surface;
        `segments_with_any_ulcer` and `segments_with_any_ulcer_baseline`, how many had an ulcer of
        any size, too;
        `ulcerated_not_seen` and `diseased_not_seen`, how many segments with ulcers, or with any
        finding, at baseline were not explored at follow-up (the latter missing, too, where there
        was no baseline endoscopy and the one at follow-up did not reach every segment);
        `largest_subscore` and `largest_variable_total`, of the 20 cells and of the four sums over
        segments at follow-up;
        `isolated_ileal_baseline`, 1 where the ileum alone was diseased at baseline (nothing in a
        colon that was explored whole, or Montreal L1), 0 where the colon was, else missing.
        Where `ses_cd_source` (at baseline `ses_cd_source_baseline`) is "recorded", `ses_cd` is a
        total that the centre recorded. Without any cell it counts as that of a whole examination:
        it is the matched one where the other visit was whole, too, and nothing was not seen. What
        asks for cells is missing.
    """
    import pandas as pd

    two = _endoscopies(ses_cd, table)
    scored = two.scored_after & two.scored_before
    surfaces, surfaces_before, ulcers, ulcers_before = (
        _affected(findings, *variables)
        for variables in (("ulcerated_surface",), ("ulcer_size", "ulcerated_surface"))
        for findings in (two.after, two.before)
    )
    diseased = _affected(two.before, *VARIABLES)
    totals = pd.DataFrame({
        name: two.after[[f"{name}_{segment}" for segment in SEGMENTS]].sum(axis=1)
        for name in VARIABLES
    })  # fmt: skip
    after = {
        "ulcerated_segments": surfaces.sum(axis=1),
        "segments_with_any_ulcer": ulcers.sum(axis=1),
        "largest_subscore": two.after.max(axis=1),
        "largest_variable_total": totals.max(axis=1),
    }
    before = {
        "ulcerated_segments_baseline": surfaces_before.sum(axis=1),
        "segments_with_any_ulcer_baseline": ulcers_before.sum(axis=1),
        "isolated_ileal_baseline": _isolated_ileal(table, diseased, two.seen_before),
    }
    at_both = {
        "segments_matched": (two.seen_after & two.seen_before).sum(axis=1),
        "ulcerated_not_seen": (surfaces_before & ~two.seen_after).sum(axis=1),
    }
    return pd.DataFrame({
        "ses_cd_matched": two.matched_after,
        "ses_cd_matched_baseline": two.matched_before,
        "diseased_not_seen": two.not_seen(diseased),
        **{name: found.where(two.scored_after) for name, found in after.items()},
        **{name: found.where(two.scored_before) for name, found in before.items()},
        **{name: found.where(scored) for name, found in at_both.items()},
    })  # fmt: skip


CDEIS_ULCERS = ("deep_ulceration", "superficial_ulceration", "surface_ulcerated_cm")


def cdeis_pair(table: "pd.DataFrame") -> "pd.DataFrame":
    """Compare two endoscopies segment by segment, by the items of the CDEIS.

    Parameters
    ----------
    table : DataFrame
        Pairs with the items of the CDEIS at follow-up and, with the suffix `_baseline`, at
        baseline.

    Returns
    -------
    DataFrame
        With the same index, missing where an endoscopy is:
        `cdeis_matched` and `cdeis_matched_baseline`, the CDEIS of the segments explored at both
        visits;
        `cdeis_ulcerated_segments` and `cdeis_ulcerated_segments_baseline`, how many had ulcers, at
        least one where a stenosis was ulcerated;
        `cdeis_diseased_not_seen`, how many segments with any finding at baseline were not
        explored at follow-up.
    """
    import pandas as pd

    two = _endoscopies(cdeis, table)

    def ulcerated(findings: pd.DataFrame) -> "pd.Series[float]":
        segments = _affected(findings, *CDEIS_ULCERS).sum(axis=1)
        return segments.clip(lower=findings["ulcerated_stenosis"])

    diseased = _affected(two.before, *CDEIS_ULCERS, "surface_involved_cm")
    return pd.DataFrame({
        "cdeis_matched": two.matched_after,
        "cdeis_matched_baseline": two.matched_before,
        "cdeis_ulcerated_segments": ulcerated(two.after).where(two.scored_after),
        "cdeis_ulcerated_segments_baseline": ulcerated(two.before).where(two.scored_before),
        "cdeis_diseased_not_seen": two.not_seen(diseased),
    })  # fmt: skip


def _isolated_ileal(
    table: "pd.DataFrame", diseased: "pd.DataFrame", seen: "pd.DataFrame"
) -> "pd.Series[float]":
    import pandas as pd

    colon = list(SEGMENTS[1:])
    isolated = pd.Series(np.nan, index=table.index)
    isolated[diseased["ileum"] & seen[colon].all(axis=1)] = 1
    isolated[diseased[colon].any(axis=1)] = 0
    if {"disease_ileum_baseline", "disease_colon_baseline"} <= set(table.columns):
        l1 = (table["disease_ileum_baseline"] == 1) & (table["disease_colon_baseline"] == 0)
        isolated[l1] = 1
        isolated[isolated.isna() & (table["disease_colon_baseline"] == 1)] = 0
    return isolated
