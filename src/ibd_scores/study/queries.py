"""The query list as it goes back to whoever keeps the data: what each finding costs, and the page.

Which score reads what is asked of the catalogue; nothing is listed here.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from html import escape

import pandas as pd

from ibd_scores import derive
from ibd_scores.derive.diary import DIARY_PAIN, DIARY_WELLBEING, LIQUID_STOOLS
from ibd_scores.index import Index
from ibd_scores.indices.endoscopy import SEGMENTS
from ibd_scores.study import scoring, tidy
from ibd_scores.study.harmless import breakable, plain, shown, visible

LOST = ("missing", "left out")  # what these actions leave is no longer there
NO_LOSS = ("segment not reached", "identifying column", "outside the windows", "not asked")
PLACED_BY = ("patient_id", "visit", "disease")  # without them a row counts for nothing
SHOWN = ["file", "row", "patient_id", "visit", "column", "heading", "old", "new", "action", "why",
         "costs"]  # fmt: skip
HEADS = {"patient_id": "patient", "column": "our column", "old": "as written", "why": "why",
         "action": "what was done", "costs": "scores it costs"}  # fmt: skip

# What the week before a visit makes of the days of a diary.
WINDOWED = {
    f"{item.name}{ending}": item.name
    for item in (LIQUID_STOOLS, DIARY_PAIN, DIARY_WELLBEING)
    for ending in ("_7d", "_mean")
}

Tables = Mapping[str, pd.DataFrame]


@cache
def reads(entry: Index) -> frozenset[str]:
    """Name every column that an index hangs on, through all steps before it.

    >>> from ibd_scores import cdai
    >>> sorted(reads(cdai) & {"sex", "date", "liquid_stools", "crp_mg_l"})
    ['date', 'liquid_stools', 'sex']
    """
    made = {step.name: {column.name for column in step.columns} for step in scoring.STEPS}
    made |= {name: {source, "date"} for name, source in WINDOWED.items()}
    names = {column.name for column in (*entry.columns, *entry.items)}
    while more := {one for name in names & made.keys() for one in made[name]} - names:
        names |= more
    return frozenset(names)


def scored(tables: Tables) -> list[Index]:
    """List the indices that a cohort has at least one value of every part of."""
    prepared = scoring.prepare(
        tables["patients"].drop_duplicates("patient_id"), tables["visits"], tables["diary"]
    )
    found = [
        *scoring.readable(prepared, scoring.CLINICAL),
        *scoring.readable(tables["endoscopy"], scoring.ENDOSCOPIC),
    ]
    return list(dict.fromkeys(found))


def with_costs(queries: pd.DataFrame, tables: Tables, *, min_days: int = 4) -> pd.DataFrame:
    """Fill in which scores each finding costs: those that read what was lost, of that disease.

    A diary day costs nothing where the days that are left, `min_days` or more, still give the total
    of the week. What was converted, repaired or kept costs nothing either.
    """
    entries = scored(tables)
    patients = tables["patients"].drop_duplicates("patient_id").set_index("patient_id")["disease"]
    short = _short_weeks(tables, min_days)
    known: dict[tuple[str, str, str], list[str]] = {}
    costs = []
    for one in queries.itertuples():
        if one.action not in LOST or one.problem in NO_LOSS:
            costs.append("")
            continue
        if one.table == "diary" and one.patient_id and one.patient_id not in short:
            costs.append("")
            continue
        disease = str(patients.get(one.patient_id, ""))
        place = (str(one.table), str(one.column), disease)
        if place not in known:
            known[place] = [*_cost(*place, entries)]
        costs.append(", ".join(known[place]))
    return queries.assign(costs=costs)


def _cost(table: str, columns: str, disease: str, entries: Iterable[Index]) -> Iterator[str]:
    lost = set(columns.split(", "))
    all_of_it = bool(lost & {*PLACED_BY, "", "segment"}) or (table == "diary" and "date" in lost)
    if table == "endoscopy":
        lost = {f"{name}_{segment}" for name in lost for segment in SEGMENTS} | lost - {"date"}
    own = {*tidy.columns(table)} - {"patient_id", "visit", "date", "endoscopy"}
    for entry in entries:
        if disease in ("CD", "UC") and entry.disease not in ("IBD", disease):
            continue
        if reads(entry) & (own if all_of_it else lost):
            yield entry.name


def _short_weeks(tables: Tables, min_days: int) -> set[str]:
    """Find the patients of whom a visit with some diary lacks the total of the week before it."""
    visits = tables["visits"]
    window = derive.diary_window(visits, tables["diary"], min_days=min_days)
    kept = window["diary_days"] > 0
    lacking = window[[*WINDOWED]].isna().any(axis=1)
    keeps = set(tables["diary"]["patient_id"])
    return set(visits.loc[(kept & lacking) | (~kept & visits["patient_id"].isin(keeps)),
                          "patient_id"])  # fmt: skip


def safe(queries: pd.DataFrame) -> pd.DataFrame:
    """Return the list with every text short, its hidden signs spelled out, and no formula."""
    texts = queries.select_dtypes(exclude="number").columns
    return queries.assign(**{str(name): queries[name].map(_text) for name in texts})


def _text(value: object) -> object:
    return visible(value) if isinstance(value, str) else value


def html(queries: pd.DataFrame, title: str, note: str = "") -> str:
    """Write the list as one page that needs nothing else: counts first, then every finding.

    Parameters
    ----------
    queries : DataFrame
        The query list.
    title : str
        Of the cohort.
    note : str
        A line below the title, such as that the cohort is simulated.

    Returns
    -------
    str
        HTML, the same for the same list. Whatever stands in a cell is text on it.
    """
    queries = safe(queries)
    groups = [*queries.groupby(["table", "problem"], sort=False)]
    # What costs scores comes first, then what is most frequent.
    groups.sort(key=lambda group: (not group[1]["costs"].any(), -len(group[1]), group[0]))
    toc = _table(
        "Overview",
        ["table", "what is wrong", "what was done", "findings", "patients", "scores it costs"],
        [
            [breakable(str(table)), f'<a href="#q{place}">{breakable(str(problem))}</a>',
             breakable(", ".join(sorted(rows["action"].unique()))), str(len(rows)),
             str(rows.loc[rows["patient_id"] != "", "patient_id"].nunique()),
             breakable(", ".join(_all_costs(rows)))]
            for place, ((table, problem), rows) in enumerate(groups, 1)
        ],
    )  # fmt: skip
    parts = [
        f'<h2 id="q{place}">{escape(str(table))}: {escape(str(problem))} ({len(rows)})</h2>'
        + _table(f"{table}: {problem}", [HEADS.get(name, name) for name in SHOWN], _rows(rows))
        for place, ((table, problem), rows) in enumerate(groups, 1)
    ]
    patients = queries.loc[queries["patient_id"] != "", "patient_id"].nunique()
    lead = f"{len(queries)} findings in {patients} patients." if len(queries) else "No findings."
    body = "\n".join([f"<p>{lead} {shown(note)}</p>", toc if groups else "", *parts])
    heading = escape(plain(f"Queries: {title}", 200))
    return f"{_HEAD}<title>{heading}</title>\n{_STYLE}<h1>{heading}</h1>\n{body}\n{_END}"


def _all_costs(rows: pd.DataFrame) -> list[str]:
    named = {name for text in rows["costs"].unique() for name in str(text).split(", ") if name}
    return sorted(named)


def _rows(rows: pd.DataFrame) -> Iterator[list[str]]:
    for line in rows[SHOWN].itertuples(index=False):
        yield ["" if pd.isna(value) else breakable(str(value)) for value in line]


def _table(name: str, heads: Iterable[str], rows: Iterable[list[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
    lines = "\n".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(name)}">'
        f"<table><thead><tr>{top}</tr></thead><tbody>\n{lines}\n</tbody></table></div>"
    )


_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
"""
_STYLE = """<style>
:root { color-scheme: light dark; --ink: #1a1a1a; --line: #bbb; --page: #fff; --link: #0b4f9e; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #eaeaea; --line: #555; --page: #161616; --link: #8fc1ff; }
}
body { background: var(--page); color: var(--ink); margin: 2rem auto; max-width: 82rem;
       font: 15px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; padding: 0 1rem; }
h1, h2, p { overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; break-after: avoid; }
a { color: var(--link); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem; text-align: left;
         vertical-align: top; max-width: 22rem; }
th { border-bottom: 2px solid var(--line); white-space: nowrap; }
td { unicode-bidi: isolate; }
tr { break-inside: avoid; }
@media print {
  :root { --ink: #000; --line: #999; --page: #fff; --link: #000; }
  body { font-size: 9pt; margin: 0; max-width: none; } a { text-decoration: none; }
  .wide { overflow: visible; } table { font-size: 7.5pt; }
  th, td { overflow-wrap: anywhere; padding: .5mm 1mm; }
  th { white-space: normal; } thead { display: table-header-group; }
  @page { size: A4 landscape; margin: 1cm; }
}
</style>
</head>
<body>
<main>
"""
_END = """</main>
</body>
</html>
"""
