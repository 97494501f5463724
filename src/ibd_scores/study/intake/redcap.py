"""The REDCap data dictionary, made from the catalogue.

The dictionary makes a project without events: one record for each patient, the form `patients`
once, and the other forms as repeating instruments, of which each visit, day, endoscopy, adverse
event or scanned segment is one instance. REDCap does not keep in a dictionary which forms repeat;
it is switched on after the import (Project Setup, "Repeating instruments and events"), for every
form but the first. `readback` says how its export is read.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from ibd_scores.study import paths, tidy
from ibd_scores.study.intake.fields import Field, fields
from ibd_scores.study.intake.words import words

COLUMNS = (
    "Variable / Field Name",
    "Form Name",
    "Section Header",
    "Field Type",
    "Field Label",
    "Choices, Calculations, OR Slider Labels",
    "Field Note",
    "Text Validation Type OR Show Slider Number",
    "Text Validation Min",
    "Text Validation Max",
    "Identifier?",
    "Branching Logic (Show field only if...)",
    "Required Field?",
    "Custom Alignment",
    "Question Number (surveys only)",
    "Matrix Group Name",
    "Matrix Ranking?",
    "Field Annotation",
)
ID = "patient_id"
REPEATING = tuple(table for table in tidy.KEYS if table != "patients")
_YES_NO = {"0": "no", "1": "yes"}
_MOST_RADIOS = 6  # more choices than these are offered as a drop-down
_LIMIT = "低于或高于检测限时写 <0.5 或 >1800 beyond the detection limit: <0.5, >1800"


def write_dictionary(path: str | Path, *, instruments: Iterable[str] = ()) -> None:
    """Write the data dictionary, a CSV that REDCap imports, whole or not at all.

    Parameters
    ----------
    path : str or Path
        The file; one that is there is replaced.
    instruments : iterable of str
        Indices and gradings whose further items are asked for (see `fields`).

    Raises
    ------
    ValueError
        an unknown instrument.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(dictionary(instruments))
    with paths.replacing(path) as temporary:
        temporary.write_bytes(text.getvalue().encode("utf-8"))


def dictionary(instruments: Iterable[str] = ()) -> list[dict[str, str]]:
    """Return the rows of the dictionary, one for each field, by the headings of `COLUMNS`.

    >>> rows = {row["Variable / Field Name"]: row for row in dictionary()}
    >>> list(rows)[0], rows["visits_date"]["Text Validation Type OR Show Slider Number"]
    ('patient_id', 'date_ymd')
    >>> rows["abdominal_mass"]["Choices, Calculations, OR Slider Labels"]
    '0, 无 none | 2, 可疑 questionable | 5, 肯定 definite'
    """
    asked = fields(instruments)
    names = field_names(asked)
    return [row for table, listed in asked.items() for row in _form(table, listed, names)]


def field_names(asked: Mapping[str, Iterable[Field]]) -> dict[tuple[str, str], str]:
    """Name each column in REDCap, where a name stands once in the whole project.

    A column that several tables have is called after its table, too: `diary_date`.
    """
    counted = Counter(field.name for listed in asked.values() for field in listed)
    return {
        (field.table, field.name): field.name
        if counted[field.name] == 1 or field.name == ID
        else f"{field.table}_{field.name}"
        for listed in asked.values()
        for field in listed
    }


def _form(
    table: str, listed: Iterable[Field], names: Mapping[tuple[str, str], str]
) -> Iterator[dict[str, str]]:
    """Return the fields of one form; the id stands in the first form alone, as REDCap wants it."""
    form = words().tables[table]
    header = f"{form.zh} {form.en}"
    if table in REPEATING:
        explained = "重复表单：每条记录一个实例。Repeating form: one instance for each record."
        yield {
            "Variable / Field Name": f"{table}_note",
            "Form Name": table,
            "Section Header": header,
            "Field Type": "descriptive",
            "Field Label": explained,
        }
        header = ""
    for field in listed:
        if field.name == ID and table != "patients":
            continue
        yield {
            "Variable / Field Name": names[table, field.name],
            "Form Name": table,
            "Section Header": header,
            "Field Label": f"{field.term.zh} {field.english}",
            "Field Note": _LIMIT if field.name in tidy.CENSORED else "",
            "Identifier?": "y" if field.name == ID else "",
            "Required Field?": "y" if field.required else "",
            **_kind(field),
        }
        header = ""


def _kind(field: Field) -> dict[str, str]:
    """Say how a field is filled in, and what REDCap lets in."""
    if field.codes:
        if {code: term.en for code, term in field.codes.items()} == _YES_NO:
            return {"Field Type": "yesno"}
        choices = [f"{code}, {term.zh} {term.en}" for code, term in field.codes.items()]
        return {
            "Field Type": "radio" if len(choices) <= _MOST_RADIOS else "dropdown",
            COLUMNS[5]: " | ".join(choices),
        }
    if field.column.kind == "date":
        return {"Field Type": "text", COLUMNS[7]: "date_ymd"}
    if field.name == "stop_reason":
        return {"Field Type": "notes"}
    if field.limits is None or field.name in tidy.CENSORED:  # `<0.5` is no number to REDCap
        return {"Field Type": "text"}
    low, high = field.limits
    return {
        "Field Type": "text",
        COLUMNS[7]: "integer" if field.whole else "number",
        COLUMNS[8]: f"{low:.10g}",
        COLUMNS[9]: "" if high == float("inf") else f"{high:.10g}",
    }
