"""A REDCap project for the same tables: its data dictionary, and how its export is read back.

Fields have our names and codes, so that a raw export needs no mapping of words. Patients are a form
of their own; visits, endoscopies and imaging are forms of every event, the last repeated for each
segment; diary days and adverse events are repeating forms.
"""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from ibd_scores.form import Interval
from ibd_scores.indices.endoscopy import SEGMENTS
from ibd_scores.study import paths, tidy
from ibd_scores.study.intake import form, words

HEADINGS = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note",
    "Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max",
    "Identifier?", "Branching Logic (Show field only if...)", "Required Field?",
    "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
RECORD = "patient_id"
EVENTS = {"baseline": "baseline_arm_1", "week12": "week_12_arm_1"}
REPEATED = ("diary", "adverse_events", "imaging")
MOST_CHOICES = 12


def field(table: str, column: str) -> str:
    """Name a field: our name, with the table before it where another table has the same.

    >>> field("visits", "crp_mg_l"), field("diary", "date"), field("visits", "patient_id")
    ('crp_mg_l', 'diary_date', 'patient_id')
    """
    shared = sum(column in tidy.columns(other) for other in tidy.KEYS) > 1
    return column if column == RECORD or not shared else f"{table}_{column}"


def fields(instruments: Sequence[str] = ()) -> list[dict[str, str]]:
    """List the fields of the project, each with the 18 columns of a data dictionary."""
    found = []
    for table in tidy.KEYS:
        for name, column in form.columns(table, instruments).items():
            if name == "visit" or (name == RECORD and table != "patients"):
                continue  # the event tells the visit, the record the patient
            label = f"{words.label(table, name)} / {words.label(table, name, words.CHINESE)}"
            line = dict.fromkeys(HEADINGS, "") | {
                HEADINGS[0]: field(table, name),
                HEADINGS[1]: table,
                HEADINGS[3]: "text",
                HEADINGS[4]: label,
                HEADINGS[6]: words.meaning(name),
                HEADINGS[10]: "y" if name == RECORD else "",
            }
            found.append(line | _answers(name, column))
    return found


def _answers(name: str, column: tidy.Column) -> dict[str, str]:
    """What a field takes: a choice of codes, a day, or a number between limits."""
    item = column.item
    kind, choices, validation, low, high = (HEADINGS[place] for place in (3, 5, 7, 8, 9))
    if column.kind == "date":
        return {validation: "date_ymd"}
    if name == "segment":
        names = words.stated()["segments"]
        said = " | ".join(f"{one}, {names[one][0]} {names[one][1]}" for one in SEGMENTS)
        return {kind: "dropdown", choices: said}
    if item is None:
        return {kind: "notes"} if name in ("term", "stop_reason") else {}
    if name in tidy.CENSORED:
        return {}  # a text, for <0.5 and >1800
    if not isinstance(item.values, Interval) and len(item.values) <= MOST_CHOICES:
        codes = words.codes(column)
        values = [f"{one:g}" if not isinstance(one, str) else one for one in item.values]
        said = " | ".join(f"{one}, {' '.join(codes.get(one, [one])[:2])}" for one in values)
        return {kind: "radio", choices: said.replace("'", "")}
    if isinstance(item.values, Interval):
        ends = {low: f"{item.values.low:g}", high: f"{item.values.high:g}"}
        return {validation: "number"} | {k: v for k, v in ends.items() if v != "inf"}
    return {validation: "integer", low: str(item.values[0]), high: str(item.values[-1])}


def write_dictionary(path: Path, *, instruments: Sequence[str] = ()) -> None:
    """Write the data dictionary, to be uploaded in REDCap under Project Setup.

    Raises
    ------
    ValueError
        another ending than .csv, or no instrument of this name.
    FileExistsError
        the file is there.
    """
    if path.suffix.lower() != ".csv":
        raise ValueError(f"{path}: a name ending in .csv is wanted")
    if path.exists():
        raise FileExistsError(f"{path}: is there already; give another name")
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, HEADINGS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(fields(instruments))
    with paths.replacing(path) as temporary:
        temporary.write_bytes(lines.getvalue().encode("utf-8-sig"))


def cohort_toml(title: str, file: str, instruments: Sequence[str] = ()) -> str:
    """Write the declaration that reads a raw export of such a project (CSV, raw data)."""
    from ibd_scores.study.intake.toml import inline, quoted

    events = {name: [event] for name, event in EVENTS.items()}
    lines = [f"title = {quoted(title)}", 'dates = ["YYYY-MM-DD"]', "", "[visit_names]"]
    lines += [f"{name} = {inline(words)}" for name, words in events.items()]
    for table in tidy.KEYS:
        lines += [
            "",
            f"[{table}]",
            f"file = {quoted(file)}",
            f"rows_where = {inline(_rows(table))}",
        ]
        lines += ["repeated = true"] if table == "patients" else []
        lines += ["", f"[{table}.columns]", f"{RECORD} = {quoted(RECORD)}"]
        if "visit" in tidy.columns(table):
            lines.append('visit = "redcap_event_name"')
        lines += [
            f"{name} = {quoted(field(table, name))}"
            for name in form.columns(table, instruments)
            if name not in (RECORD, "visit")
        ]
    return "\n".join(lines) + "\n"


def _rows(table: str) -> dict[str, list[str]]:
    """The rows of an export that belong to a table: those in which its form was begun."""
    if table in REPEATED:
        return {"redcap_repeat_instrument": [table]}
    first = {"patients": "disease", "visits": "visits_date", "endoscopy": "endoscopy_date"}[table]
    return {first: ["*"]}
