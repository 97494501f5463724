"""What can stand for a figure: its message in words and numbers, from the table of its numbers."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from ibd_scores.study.report import contents
from ibd_scores.study.report.grid import Grid

__all__ = ["TOLD", "alternative"]

Row = dict[str, str]
NOBODY = "It shows no patients."
INTERVAL = re.compile(r"(?<= %), [^()]+(?=\))")  # of "44/60 (73.3 %, 61.0 to 82.9)"
VISITS = ("baseline", "week 12")


def alternative(kind: str, name: str, grids: Iterable[Grid | None], said: Sequence[str]) -> str:
    """Tell what a figure shows.

    Parameters
    ----------
    kind : str
        What kind of drawing it is, of `TOLD`.
    name : str
        Its file; where it is of one disease, it begins with it.
    grids : iterable of Grid
        The tables of the numbers that it draws.
    said : sequence of str
        The sentences on those numbers, where there are any.

    Examples
    --------
    >>> rows = (("CD", "started", "80"), ("CD", "completed 12 weeks", "75"))
    >>> alternative("Flow chart", "flow", [Grid(("disease", "step", "n"), 2, rows)], [])
    'Flow chart. CD: started 80; completed 12 weeks 75.'
    """
    tables = [[] if grid is None else [*map(_row(grid), grid.rows)] for grid in grids]
    return f"{kind}. {TOLD[kind](name, tables, said) if any(tables) else NOBODY}"


def _row(grid: Grid) -> Callable[[Sequence[str]], Row]:
    return lambda cells: dict(zip(grid.heads, cells, strict=True))


def _groups(rows: Iterable[Row], head: str) -> Mapping[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[head], []).append(row)
    return groups


def _flow(name: str, tables: list[list[Row]], said: Sequence[str]) -> str:
    told = []
    for disease, rows in _groups(tables[0], "disease").items():
        steps = (f"{row['step']} {row['n']}" for row in rows)
        told.append(f"{disease}: {'; '.join(steps)}.")
    return " ".join(told)


def _rates(name: str, tables: list[list[Row]], said: Sequence[str]) -> str:
    own = [row for row in tables[0] if name.startswith(row["disease"].lower())]
    if not own:
        return NOBODY
    heads = [head for head in own[0] if head not in ("disease", "endpoint", "not evaluable")]
    told = [f"Patients who met each endpoint: {'; '.join(heads)}."]
    told += [
        f"{row['endpoint']}: {'; '.join(INTERVAL.sub('', row[head]) for head in heads)}."
        for row in own
    ]
    return " ".join(told)


def _changes(name: str, tables: list[list[Row]], said: Sequence[str]) -> str:
    told = []
    for row in tables[0]:
        label, pairs, *_ = row.values()
        middle = [f"{row[f'{visit}, median (IQR)']} at {visit}" for visit in VISITS]
        words = ["median (IQR) " + ", ".join(middle)]
        words += [f"{head} {row[head]}" for head in ("improvement (95 % CI)",
                  "improved / same / worse, %", "censored, n (%)") if row[head] != "–"]  # fmt: skip
        told.append(f"{label} in {pairs} patients: {'; '.join(words)}.")
    return " ".join(told)


def _transitions(name: str, tables: list[list[Row]], said: Sequence[str]) -> str:
    return " ".join(
        _moves(title, rows)
        for title, rows in zip(("SES-CD", "Mayo endoscopic subscore"), tables, strict=True)
        if rows
    )


def _moves(title: str, rows: list[Row]) -> str:
    (before, *levels, total), sums = rows[0], rows[-1]
    if sums[total] == "0":
        return f"{title}: no patients."
    started = [f"{row[before]} ({row[total]})" for row in rows[:-1] if row[total] != "0"]
    ended = [f"{level} ({sums[level]})" for level in levels if sums[level] != "0"]
    moved = [
        f"from {row[before]} to "
        + ", ".join(f"{level} ({row[level]})" for level in levels if row[level] != "0")
        for row in rows[:-1]
        if row[total] != "0"
    ]
    return (f"{title}, n = {sums[total]}: at baseline: {', '.join(started)}; at week 12: "
            f"{', '.join(ended)}; {'; '.join(moved)}.")  # fmt: skip


def _segments(name: str, tables: list[list[Row]], said: Sequence[str]) -> str:
    told = []
    for segment, rows in _groups(tables[0], "segment").items():
        levels = [head for head in rows[0] if head not in ("segment", "visit", "n")]
        sizes = (f"{level} {' and '.join(row[level] for row in rows)}" for level in levels)
        told.append(f"{segment.replace('_', ' ')}, n = {rows[0]['n']}: {', '.join(sizes)}")
    return f"Patients at baseline and at week 12. {'; '.join(told)}."


def _ranges(rows: Iterable[Row]) -> str:
    heads = ("lowest to highest, %", "median, %", "usual choices, %", "specifications")
    told = (f"{row['endpoint']}: {', '.join(row[head] for head in heads)}" for row in rows)
    named = ", ".join(head.removesuffix(", %") for head in heads[:-1])
    return f"Rates in %: {named}; and of how many {heads[-1]}. {'; '.join(told)}."


def _overview(name: str, tables: list[list[Row]], said: Sequence[str]) -> str:
    return _ranges(tables[0])


def _curve(name: str, tables: list[list[Row]], said: Sequence[str]) -> str:
    told = " ".join(said)
    asked = {row["question"] for row in tables[0] if f"{row['endpoint']} lies" in told}
    return " ".join([told, _ranges(row for row in tables[0] if row["question"] in asked)]).strip()


def _claims(name: str, tables: list[list[Row]], said: Sequence[str]) -> str:
    told = []
    for row in tables[0]:
        claim = next(iter(row.values()))
        told.append(f"{claim}: printed {row['reported']} of {row['stated N']}, {row['verdict']}; "
                    f"this cohort {row['recovered']}.")  # fmt: skip
    return " ".join(told)


def _trials(name: str, tables: list[list[Row]], said: Sequence[str]) -> str:
    told = ["Percent (95 % CI)."]
    for endpoint, rows in _groups(tables[0], "endpoint").items():
        arms = (f"{row['arm']} {row['% (95 % CI)']}" for row in rows)
        told.append(f"{endpoint}: {'; '.join(arms)}.")
    return " ".join(told)


TOLD: Mapping[str, Callable[[str, list[list[Row]], Sequence[str]], str]] = {
    "Flow chart": _flow,
    "Forest plot of rates": _rates,
    "Paired lines from baseline to week 12": _changes,
    contents.BARS: _changes,
    "Alluvial diagram": _transitions,
    "Stacked bars": _segments,
    "Strips of rates": _overview,
    "Specification curve": _curve,
    "Strips of possible percentages": _claims,
    "Forest plot of rates beside those of trials": _trials,
}
