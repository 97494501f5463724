"""A first draft of a `cohort.toml`: what the tables of a hospital seem to be, told by their names.

Nothing is guessed by position, and nothing is decided that can be read in two ways: it is left, and
said. `guess` reads tables and writes nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study import tidy
from ibd_scores.study.cohort.files import SUFFIXES
from ibd_scores.study.cohort.identity import described, heading_kind
from ibd_scores.study.cohort.problems import CohortError
from ibd_scores.study.intake import redcap, values
from ibd_scores.study.intake.fields import fields
from ibd_scores.study.intake.headings import NOT_REACHED, Matched, Part, apart, key, known, match
from ibd_scores.study.intake.readback import redcap_cohort_toml
from ibd_scores.study.intake.sheets import FEW, HEADER_ROWS, Sheet, sheets, table_of
from ibd_scores.study.intake.words import words

UNIT_WORDS = ("unit", "units", "单位")


@dataclass
class Drafted:
    """The section of one tidy table."""

    name: str
    sheet: Sheet
    lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)


@dataclass
class Draft:
    """A draft of a declaration, and what is left to decide; `toml.written` writes it."""

    title: str
    tables: dict[str, Drafted] = field(default_factory=dict)
    dates: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    visit_names: dict[str, list[str]] = field(default_factory=dict)
    windows: bool = False
    of_patient: str = ""  # the heading of the patient's number in a wide sheet
    whole: str = ""  # the text, where it is known without guessing
    left: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)  # headings that are not read, and why

    @property
    def lacking(self) -> list[str]:
        """What no cohort can do without, and was not found."""
        found = [name for name in ("patients", "visits") if name not in self.tables]
        return [f"[{name}]" for name in found] + [
            f"[{name}.columns] {column}"
            for name, table in self.tables.items()
            for column in tidy.REQUIRED[name]
            if column not in table.lines and not self._told(table, column)
        ]

    def _told(self, table: Drafted, column: str) -> bool:
        return column == "visit" and ("blocks" in table.keys or (self.windows and "date" in
                                                                 table.lines))  # fmt: skip


def guess(path: Path) -> Draft:
    """Draft the declaration of a workbook, a table of text, or a folder of such.

    Raises
    ------
    CohortError
        nothing there can be read, or a file is damaged or protected.
    """
    draft = Draft(title=path.stem)
    everything = [*sheets(path)]
    found = [sheet for sheet in everything if sheet.header_row]
    draft.unread += [f"{sheet.where}: no row of it has headings that are known"
                     for sheet in everything if not sheet.header_row]  # fmt: skip
    if everything and not found:
        raise CohortError(
            f"{path}: no heading in it is known, of a patient, a diagnosis or a result; they have "
            f"to stand in one of the first {HEADER_ROWS} rows"
        )
    if not found:
        raise CohortError(f"{path}: no table in it; tables end in {', '.join(SUFFIXES)}")
    for sheet in found:
        if _is_our_redcap(sheet):
            draft.whole = redcap_cohort_toml(sheet.file, title=path.stem)
            return draft
    for sheet in found:
        # A table that stands alone holds everything, whatever it is called.
        home = table_of(sheet) if len(found) > 1 else ""
        if home:
            _one_table(draft, sheet, home)
        else:
            _several_tables(draft, sheet)
    if "patients" not in draft.tables:
        _patients_elsewhere(draft, found)
    for sheet in found:
        _say_unread(draft, sheet)
    _settle(draft)
    return draft


def _is_our_redcap(sheet: Sheet) -> bool:
    names = {*redcap.field_names(fields()).values()}
    return "redcap_repeat_instrument" in sheet.table and names <= {*sheet.table}


def _one_table(draft: Draft, sheet: Sheet, name: str) -> None:
    """Draft the table that a sheet is named after; the patients can stand in it, too."""
    headings = [str(heading) for heading in sheet.table]
    blocks = _blocks(name, headings)
    if blocks and "visit" in tidy.REQUIRED[name]:
        _add(draft, sheet, name, blocks)
    else:
        _add(draft, sheet, name, [[Part(heading, heading) for heading in headings]])


def _patients_elsewhere(draft: Draft, found: Sequence[Sheet]) -> None:
    """Draft the patients from a table of another kind that tells their disease, too."""
    for sheet in found:
        whole = [Part(str(heading), str(heading)) for heading in sheet.table]
        if "disease" in match("patients", [part.base for part in whole]).headings:
            _add(draft, sheet, "patients", [whole])
            return


def _several_tables(draft: Draft, sheet: Sheet) -> None:
    """Draft every table that a sheet of no telling name feeds."""
    headings = [str(heading) for heading in sheet.table]
    whole = [Part(heading, heading) for heading in headings]
    scores = {name: len({*match(name, headings).headings} - {"patient_id", "date", "visit"})
              for name in tidy.KEYS}  # fmt: skip
    blocks = {name: _blocks(name, headings) for name in tidy.KEYS if name != "patients"}
    wide = {name: found for name, found in blocks.items() if found}
    long = "visit" in match("visits", headings).headings
    if wide:
        taken: set[str] = set()
        for name, found in wide.items():
            free = [[part for part in block if part.heading not in taken] for block in found]
            _add(draft, sheet, name, free)
            taken |= _used(draft, name, sheet) - {draft.of_patient}
        _add(draft, sheet, "patients", [[part for part in whole if part.heading not in taken]])
    elif not long and max(scores, key=scores.__getitem__) == "patients":
        _add(draft, sheet, "patients", [whole])
    else:
        order = sorted((name for name in scores if name != "patients"), key=lambda n: -scores[n])
        best = "visits" if long and scores["visits"] >= scores[order[0]] else order[0]
        if scores[best]:
            _add(draft, sheet, best, [whole])
        if scores["patients"] and "disease" in match("patients", headings).headings:
            _add(draft, sheet, "patients", [whole])


def _used(draft: Draft, name: str, sheet: Sheet) -> set[str]:
    table = draft.tables.get(name)
    if table is None or table.sheet is not sheet:
        return set()
    written = [block["heading"] for block in _as_list(table.keys.get("blocks", []))]
    used: set[str] = set()
    for line in table.lines.values():
        if isinstance(line["from"], Mapping):
            used |= {*line["from"].values()}
        else:
            used |= {pattern.replace("{}", line["from"]) for pattern in written}
    return used


def _as_list(blocks: Any) -> list[dict[str, str]]:
    if isinstance(blocks, Mapping):
        return [{"heading": pattern} for pattern in blocks.values()]
    return list(blocks)


def _blocks(name: str, headings: Sequence[str]) -> list[list[Part]]:
    """Find the blocks of a wide sheet: parts of the same pattern, with two known columns or more.

    Visits are told by words, diary days and events by numbers, scans by visit and segment.
    """
    found: dict[tuple[str, str, str, str], list[Part]] = {}
    long_imaging = name == "imaging"
    for heading in headings:
        for part in apart(heading, segments=long_imaging):
            by_visit = part.visit and not part.number and bool(part.segment) == long_imaging
            by_number = part.number and not part.visit
            told = by_visit if "visit" in tidy.REQUIRED[name] else by_number
            if told and key(part.base) in known(name):
                written = (part.visit, part.segment, part.number, part.pattern)
                found.setdefault(written, []).append(part)
    best: dict[tuple[str, str, str], list[Part]] = {}
    for (visit, segment, number, _), parts in found.items():
        place = (visit, segment, number)
        if len(parts) > len(best.get(place, [])):
            best[place] = parts
    least = 1 if long_imaging else FEW
    blocks = [parts for parts in best.values() if len({part.base for part in parts}) >= least]
    if "visit" in tidy.REQUIRED[name] and len({part[0].visit for part in blocks}) < FEW:
        return []
    return blocks


def _add(draft: Draft, sheet: Sheet, name: str, blocks: list[list[Part]]) -> None:
    """Draft a table from the parts of its blocks; from whole headings if there is one alone."""
    bases = list(dict.fromkeys(part.base for block in blocks for part in block))
    plain = [str(heading) for heading in sheet.table]
    matched = match(name, bases)
    if blocks and blocks[0] and blocks[0][0].pattern != "{}":
        draft.of_patient = match("patients", plain).headings.get("patient_id", "")
        matched.headings |= {"patient_id": draft.of_patient} if draft.of_patient else {}
    columns = matched.headings
    if not {*columns} - {"patient_id", "visit"}:
        return
    other = draft.tables.get(name)
    if other is not None:
        more = len(columns) > len(other.lines)
        kept, gone = (sheet, other.sheet) if more else (other.sheet, sheet)
        if kept is not gone:
            draft.left.append(f"[{name}] is taken from {kept.where}; {gone.where} could be it, too")
        if not more:
            return
    table = Drafted(name, sheet)
    draft.tables[name] = table
    _shape(draft, table, blocks)
    for column, heading in columns.items():
        texts = _texts(sheet, heading, blocks)
        _line(draft, table, column, heading, texts)
        own = _own_headings(heading, blocks)
        if "blocks" in table.keys and own and len(own) < len(blocks):
            table.lines[column]["from"] = own  # not every block has it
    for column, named in matched.doubtful.items():
        draft.left.append(f"[{name}.columns] {column}: {' or '.join(map(repr, named))}?")
    ids = sheet.table.get(columns.get("patient_id", ""))
    if name == "patients" and ids is not None and ids[ids != ""].duplicated().any():
        table.keys["repeated"] = True


def _shape(draft: Draft, table: Drafted, blocks: list[list[Part]]) -> None:
    if table.sheet.sheet:
        table.keys["sheet"] = table.sheet.sheet
    if table.sheet.header_row > 1:
        table.keys["header_row"] = table.sheet.header_row
    patterns = [block[0] for block in blocks if block]
    if not patterns or patterns[0].pattern == "{}":
        return
    if all(one.visit and not one.segment for one in patterns):
        table.keys["blocks"] = {one.visit: one.pattern for one in patterns}
    else:
        table.keys["blocks"] = [
            {"heading": one.pattern}
            | ({"visit": one.visit} if one.visit else {})
            | ({"segment": one.segment} if one.segment else {})
            for one in patterns
        ]


def _own_headings(base: str, blocks: list[list[Part]]) -> dict[str, str]:
    """Give the headings of a column in the blocks that have it, by the names of these blocks."""
    return {
        part.visit if part.visit and not part.segment else str(number): part.heading
        for number, block in enumerate(blocks, 1)
        for part in block
        if part.base == base
    }


def _texts(sheet: Sheet, base: str, blocks: list[list[Part]]) -> list[str]:
    """All texts of a column, in every block."""
    headings = [part.heading for block in blocks for part in block if part.base == base] or [base]
    return [text for heading in headings for text in sheet.table[heading].tolist()]


def _line(draft: Draft, table: Drafted, column: str, heading: str, texts: Sequence[str]) -> None:
    name = table.name
    stated = tidy.columns(name).get(column) or tidy.recorded(column)
    line: dict[str, Any] = {"from": heading}
    if column == "visit":
        _visits(draft, name, texts)
    elif column == "segment":
        line |= _segments(draft, name, texts)
    elif column == "status" and name == "endoscopy":
        table.keys["status"] = heading
        return
    elif name == "endoscopy" and column in VARIABLES:
        stated = replace(tidy.columns(name)[f"{column}_{SEGMENTS[0]}"], name=column)
    if stated is not None and column not in ("visit", "segment", "patient_id"):
        reading = values.read(name, stated, heading, texts)
        unit = _unit_heading(table.sheet, heading)
        if unit and stated.kind == "number" and "unit" not in reading.keys:
            reading = values.Reading({"unit_from": unit})
        line |= reading.keys
        table.comments[column] = reading.comment
        draft.dates += [form for form in reading.dates if form not in draft.dates]
        where = f"[{name}.columns] {column} ({heading!r})"
        draft.left += [f"{where}: {one}" for one in reading.left]
        if stated.kind != "text":
            known_words = {*draft.missing}
            draft.missing += [w for w in values.missing_words(texts) if w not in known_words]
        else:
            table.comments[column] = "identifying = false keeps this free text, if it names nobody"
    if name == "endoscopy" and (stated is not None or column == "status"):
        _not_reached(table, texts)
    table.lines[column] = line


def _unit_heading(sheet: Sheet, heading: str) -> str:
    """Find the heading that holds the unit of another, such as `CRP unit` of `CRP`."""
    said = {key(f"{heading}{word}") for word in UNIT_WORDS}
    return next((str(one) for one in sheet.table if key(str(one)) in said), "")


def _visits(draft: Draft, name: str, texts: Sequence[str]) -> None:
    by_word = {key(word): visit for visit, term in words().visits.items()
               for word in (visit, *term.words)}  # fmt: skip
    for text in dict.fromkeys(text.strip() for text in texts if text.strip()):
        # An event of REDCap has its arm behind it.
        visit = by_word.get(key(re.sub(r"_arm_\d+$", "", text)))
        if visit:
            listed = draft.visit_names.setdefault(visit, [])
            listed += [text] if text not in listed else []
        else:
            draft.left.append(
                f"[visit_names]: which visit is {values.shape(text)!r} of [{name}]? its rows are "
                "not read until it stands there"
            )


def _segments(draft: Draft, name: str, texts: Sequence[str]) -> dict[str, Any]:
    by_word = {key(word): segment for segment, term in words().segments.items()
               for word in (segment, *term.words)}  # fmt: skip
    codes: dict[str, list[str]] = {}
    for text in dict.fromkeys(text.strip() for text in texts if text.strip()):
        if segment := by_word.get(key(text)):
            codes.setdefault(segment, []).append(text)
        else:
            draft.left.append(f"[{name}] segment: which one is {text[:20]!r}?")
    return {"codes": {segment: codes[segment] for segment in SEGMENTS if segment in codes}}


def _not_reached(table: Drafted, texts: Sequence[str]) -> None:
    known_words = {key(word) for word in NOT_REACHED}
    said = table.keys.setdefault("not_reached", [])
    said += [text.strip() for text in dict.fromkeys(texts)
             if key(text) in known_words and text.strip() not in said]  # fmt: skip


def _say_unread(draft: Draft, sheet: Sheet) -> None:
    """Name the headings that are not read; of what may tell who somebody is, nothing is shown."""
    used: set[str] = set()
    for table in draft.tables.values():
        if table.sheet is sheet:
            used |= _used(draft, table.name, sheet) | {str(table.keys.get("status", ""))}
            used |= {line[one] for line in table.lines.values() for one in ("from", "unit_from")
                     if isinstance(line.get(one), str)}  # fmt: skip
    for heading in sheet.table.attrs["header"]:
        if heading in used:
            continue
        if heading not in sheet.table:
            draft.unread.append(f"{sheet.where}: {heading!r} stands more than once")
        elif kind := heading_kind(heading):
            looks = f"looks like {described(kind)} and is not read"
            draft.unread.append(f"{sheet.where}: {heading!r} {looks}")
        else:
            looks = values.shapes(sheet.table[heading])
            draft.unread.append(f"{sheet.where}: {heading!r} is unknown; it holds {looks}")


def _settle(draft: Draft) -> None:
    """Decide what hangs on all tables together."""
    visits = draft.tables.get("visits")
    patients = draft.tables.get("patients")
    told = visits is None or "visit" in visits.lines or "blocks" in visits.keys
    dated = visits and "date" in visits.lines and patients and "start_date" in patients.lines
    if not told and dated:
        draft.windows = True
        draft.left.append("[visit_windows]: the days from the start that belong to each visit")
    for table in draft.tables.values():
        if not table.keys.get("not_reached", True):
            del table.keys["not_reached"]


__all__ = ["Draft", "Drafted", "Matched", "Sheet", "guess"]
