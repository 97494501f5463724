"""Write docs/instruments.md from the catalogue and the worked examples.

python tools/instruments.py
"""

import csv
import inspect
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ibd_scores import catalogue, derive, endpoints
from ibd_scores.derive import findings
from ibd_scores.endpoint import Endpoint
from ibd_scores.entries import AREAS, ITEMS
from ibd_scores.form import Item
from ibd_scores.index import Grading, Index, total
from ibd_scores.instrument import Instrument
from ibd_scores.rule import Derivation

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "instruments.md"
WORKED = ROOT / "tests" / "worked"
ABOUT = ("id", "expected", "band", "source")
MANY = 8  # equal answers are told together from here on
# Of the chart, not of one form: an endpoint that reads nothing else belongs to no instrument.
FINDINGS = {one.name for one in vars(findings).values() if isinstance(one, Item)}

HEAD = """\
# Instruments and endpoints

Every index, grading and endpoint of `ibd_scores`, to be read with the paper in hand. This page is
made from the catalogue (`python tools/instruments.py`); a test fails when it is stale.

A table or one patient's values go in by the names of the items: `cdai(visits)`,
`uceis(vascular_pattern=1, bleeding=0, erosions_ulcers=2)`. A missing answer is never read as 0, and
a value that is not permitted raises an error that names its row. A band such as `mild < 220` takes
what is not below the band before it and is below 220, and `0 to 3` means whole numbers unless
decimals are allowed. What is permitted but unlikely, or contradicts itself, is scored as recorded:
`problems` lists it. What is marked **provisional** has to be
checked against its paper before it is relied on; no other entry reads it. Items are described in
short words of our own: the forms and their translations belong to their owners.

"""
STEPS = """\
## Steps before scoring

From what a chart holds to what a form asks, in `ibd_scores.derive`. An instrument that names
columns under *derived from* takes the step by itself where a table has those columns and not the
item. The Lemann index is not computed: `lemann_index` is accepted as a value computed elsewhere.

"""
ENDPOINTS = """\
## Endpoints

Yes, no or not evaluable, from a follow-up and, where the definition compares, a baseline; in
`ibd_scores.endpoints`. From a table with a row for each patient and visit (`patient_id`, `visit`,
the scores and items), `pairs = endpoints.pairs(scores, baseline="baseline", followup="week12")`
makes a row for each patient, with what was so at baseline as `<name>_baseline`; then
`endpoints.cdai_response_100(pairs)`. What is made of segments (`ses_cd_matched`,
`diseased_not_seen`, ...) `pairs` makes from the items of the SES-CD and the CDEIS, not from a
total: without them it is not checked what was reached. The transmural endpoints read
`pairs.join(endpoints.imaging_pairs(segments))`, of a table with a row for each patient, visit and
segment (`wall_thickness_mm`, `doppler_flow`, `inflammatory_fat`, `stratification`, `edema`,
`fat_stranding`, `mural_ulcers`, `maria`, `maria_simplified`).

Each has corticosteroid-free variants: `steroid_free()`, for a length of time
`steroid_free(days=90)`, of those on corticosteroids at baseline
`steroid_free(among="on_steroid")`; they also read `systemic_steroid`, `steroid_free_days` and
`systemic_steroid_baseline`. Not evaluable where a value it reads was not recorded; what
becomes of those is for the estimand. Whom a rate is about: `endpoint.eligible(pairs)` leaves
out who met it at baseline or cannot meet it from there, and `endpoint.normalization(pairs)` of
a marker counts only those who were abnormal at baseline, so that nobody who was normal at both
visits counts as normalized.

"""


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |\n" for row in lines)


def instrument(entry: Index | Grading) -> str:
    """Return the section of one instrument."""
    parts = [f"### `{entry.name}`\n\n{entry.title}. Disease: {entry.disease}."]
    if entry.provisional:
        parts.append(f"**Provisional:** {entry.provisional}.")
    if isinstance(entry, Index):
        parts.append(f"**Formula.** `{entry.formula}`")
    parts.append(_items(entry))
    if isinstance(entry, Index):
        parts.append(f"**Range.** {entry.range}.")
        parts.append(f"**Bands.** {entry.ladder or 'None agreed'}.")
    else:
        parts.append(f"**Grades{', in order' if entry.ordered else ''}.** {entry.range}.")
    refused = [check for check in entry.checks if check.refused]
    parts += [f"**Refused.** `{check.item}`: {check.why}." for check in refused]
    parts.append(f"**Missing data.** {entry.missing}")
    if entry.notes:
        parts.append(f"**Notes.** {entry.notes}")
    parts.append("**Pitfalls.**\n\n" + "\n".join(f"- {pitfall}" for pitfall in entry.pitfalls))
    parts.append(f"**Worked example.** {example(entry)}")
    of_score = [one for one in _endpoints() if entry.name in one.reads]
    of_items = [one for one in _endpoints() if one not in of_score and _reads_items(one, entry)]
    parts.append(f"**[Endpoints](#endpoints) of the score.** {_named(of_score)}.")
    if of_items:
        parts.append(f"**Endpoints from its items alone.** {_named(of_items)}.")
    parts.append(f"**Source.** {entry.citation}.")
    return "\n\n".join(part.strip() for part in parts) + "\n\n"


def _items(entry: Index | Grading) -> str:
    weighed = isinstance(entry, Index) and entry.combine is total
    derived = any(item.derive for item in entry.items)
    heads = ("item", "meaning", "permitted", *["weight"] * weighed, *["derived from"] * derived)
    rows = []
    for item in entry.items:
        columns = item.columns if item.derive else ()
        from_columns = ", ".join(f"`{column.name}`" for column in columns)
        row = (f"`{item.name}`", item.meaning, item.permitted)
        rows.append((*row, *[f"{item.weight:g}"] * weighed, *[from_columns] * derived))
    own = {item.name for item in entry.items}
    sources = [(f"`{column.name}`", column.meaning, column.permitted)
               for column in entry.columns if column.name not in own]  # fmt: skip
    beside = "\n" + table(("derived from", "meaning", "permitted"), sources) if sources else ""
    return table(heads, rows) + beside


def example(entry: Instrument) -> str:
    """Return the first worked example of an instrument in one sentence."""
    with (WORKED / f"{entry.name}.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    # An empty cell is a missing answer, or a variant that was not asked for.
    answers = {name: answer or "missing" for name, answer in row.items()
               if name not in ABOUT and (answer or name in ITEMS)}  # fmt: skip
    usual, times = Counter(answers.values()).most_common(1)[0]
    if times == len(answers) > 1:
        told = f"every item {usual}"
    elif times > MANY:
        told = ", ".join(f"`{name}` {one}" for name, one in answers.items() if one != usual)
        told += f"; every other item {usual}"
    else:
        told = ", ".join(f"`{name}` {one}" for name, one in answers.items())
    source = row["source"].replace("*", r"\*")
    result = f"**{row['expected']}**" + (f", {row['band']}" if row["band"] else "")
    return f"{told}: {result} ({row['id']}: {source})."


def _endpoints() -> list[Endpoint]:
    every = (getattr(endpoints, name) for name in endpoints.__all__)
    return [one for one in every if isinstance(one, Endpoint)]


def _named(some: list[Endpoint]) -> str:
    return ", ".join(f"`{one.name}`" for one in some) or "None"


def _reads_items(endpoint: Endpoint, entry: Index | Grading) -> bool:
    """Tell whether an endpoint reads items of the form and nothing beside them."""
    items = {item.name for item in (*entry.items, *entry.columns)}
    read = set(endpoint.reads)
    return read <= items and not read <= FINDINGS


def _step(name: str) -> tuple[str, ...]:
    step = getattr(derive, name)
    if isinstance(step, Derivation):
        reads = ", ".join(f"`{column.name}`" for column in step.columns)
        return f"`{name}`", reads, f"`{step.name}`: {step.title}", step.citation
    told = inspect.getdoc(step) or ""
    unsourced = " **Provisional**: the rule stands in no primary source."
    mark = unsourced if "PROVISIONAL" in told else ""
    tables = inspect.signature(step).parameters.values()
    reads = ", ".join(f"`{one.name}`" for one in tables if one.default is one.empty)
    return f"`{name}`", reads, " ".join(told.partition("\n\n")[0].split()) + mark, ""


def _row(one: Endpoint) -> tuple[str, ...]:
    mark = f" **Provisional:** {one.provisional}." if one.provisional else ""
    defined = f"{one.title}: {one.definition}. {one.told}{mark}"
    return f"`{one.name}`", one.disease, defined, one.citation


def areas() -> dict[str, list[Index | Grading]]:
    """Return the instruments of each area of the catalogue, by its heading."""
    return {
        (inspect.getdoc(area) or "").partition("\n")[0].rstrip("."): [
            one for one in vars(area).values() if isinstance(one, Index | Grading)
        ]
        for area in AREAS
    }


def contents(page: str = "") -> str:
    """Return a line for each area, with links to the sections of its instruments on a page."""
    lines = []
    for heading, entries in areas().items():
        links = [f"[`{one.name}`]({page}#{one.name})" + " (provisional)" * bool(one.provisional)
                 for one in entries]  # fmt: skip
        lines.append(f"- {heading}: {', '.join(links)}\n")
    return "".join(lines)


def overview() -> str:
    """Return the table of all indices and gradings, one line each."""
    heads = ("name", "instrument", "disease", "items", "range", "bands", "source")
    every = catalogue().sort_values("disease", kind="stable").astype(str)
    return table(heads, [
        (f"[`{name}`](#{name})", *(one[column] for column in ("title", *heads[2:])))
        for name, one in every.iterrows()
    ])  # fmt: skip


def document() -> str:
    """Return the whole page."""
    return "".join([
        HEAD,
        contents(),
        "- [Steps before scoring](#steps-before-scoring), [endpoints](#endpoints)\n\n",
        "## All at a glance\n\n",
        overview(),
        "\n",
        *(f"## {heading}\n\n{''.join(map(instrument, entries))}"
          for heading, entries in areas().items()),
        STEPS,
        table(("step", "reads", "makes", "source"), [*map(_step, derive.__all__)]),
        "\n",
        ENDPOINTS,
        table(("endpoint", "disease", "definition", "source"), [*map(_row, _endpoints())]),
    ])  # fmt: skip


if __name__ == "__main__":
    DOCUMENT.write_text(document(), "utf-8", newline="\n")
