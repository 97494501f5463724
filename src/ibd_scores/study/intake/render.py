"""A draft as the text of a `cohort.toml`: what was matched, and in comments what is to decide."""

from collections.abc import Iterator
from typing import Any

from ibd_scores.study import tidy
from ibd_scores.study.intake.guess import Draft, Drafted
from ibd_scores.study.intake.toml import inline, named, quoted
from ibd_scores.study.intake.words import words

TO_DECIDE = "# TO DECIDE: "
HEAD = (
    "# A first draft, made by name from the headings of the tables beside it. Read it through: "
    "what stands\n# after TO DECIDE could not be told. docs/your_cohort.md explains the keys.\n"
)
WINDOWS = (
    "# Days from start_date; the rows are placed by their dates.\n"
    "[visit_windows]\n"
    "baseline = { day = 0, from = -42, to = 0 }\n"
    "week12 = { day = 84, from = 70, to = 112 }\n"
)


def render(draft: Draft, exported: str) -> str:
    """Write a draft as text; `exported` is the day after which no date can be.

    What stands in comments never holds a patient's value.
    """
    head = f"{HEAD}\nexported = {exported}\n"
    if draft.whole:
        return head + draft.whole
    parts = [head + "\n".join(_top(draft))]
    parts += [_section(draft.tables[name]) for name in tidy.KEYS if name in draft.tables]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def _top(draft: Draft) -> Iterator[str]:
    yield f"title = {quoted(draft.title)}"
    yield 'score_source = "items"   # "recorded", "items_else_recorded": the centre\'s own totals'
    yield f"dates = {inline(draft.dates or ['YYYY-MM-DD'])}"
    if draft.missing:
        yield f"missing = {inline(draft.missing)}"
    yield ""
    for one in draft.lacking:
        yield f"{TO_DECIDE}{_comment(_lack(one))}"
    for one in draft.left:
        yield f"{TO_DECIDE}{_comment(one)}"
    for one in draft.unread:
        yield f"# not read: {_comment(one)}"
    if draft.visit_names:
        yield ""
        yield "[visit_names]"
        order = [*words().visits]
        for visit in sorted(draft.visit_names, key=order.index):
            yield f"{visit} = {inline(draft.visit_names[visit])}"
    if draft.windows:
        yield ""
        yield WINDOWS


def _lack(place: str) -> str:
    if place.endswith(" disease"):
        return f'{place} has no heading; if all have one disease, disease = {{ value = "CD" }}'
    return f"{place} has no heading; without it nothing can be read"


def _section(table: Drafted) -> str:
    keys: dict[str, Any] = {"file": table.sheet.file} | {
        key: value for key, value in table.keys.items() if key != "status"
    }
    lines = [f"[{table.name}]", *(f"{key} = {_value(value)}" for key, value in keys.items())]
    columns = dict(table.lines)
    if table.name == "endoscopy" and "segment" in columns:
        segment = columns.pop("segment")
        if "status" in table.keys:
            segment = {"from": segment["from"], "status": table.keys["status"], **segment}
        lines += ["", "[endoscopy.segment]"]
        lines += [f"{key} = {inline(value)}" for key, value in segment.items()]
    lines += ["", f"[{table.name}.columns]"]
    order = {name: place for place, name in enumerate(tidy.columns(table.name))}
    for column in sorted(columns, key=lambda one: order.get(one, len(order))):
        line = columns[column]
        short = len(line) == 1 and isinstance(line["from"], str)
        value = inline(line["from"] if short else line)
        comment = table.comments.get(column, "")
        lines.append(
            f"{named(column)} = {value}" + (f"   # {_comment(comment)}" if comment else "")
        )
    return "\n".join(lines)


def _value(value: Any) -> str:
    """Write a value, a list of tables with one on each line."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + "".join(f"    {inline(one)},\n" for one in value) + "]"
    return inline(value)


def _comment(text: str) -> str:
    """Keep a comment on its line: no sign in it may end it, or turn the line around."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
