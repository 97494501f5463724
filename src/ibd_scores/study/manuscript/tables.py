"""The tables of a manuscript, numbered and with their footnotes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ibd_scores.entries import ENTRIES
from ibd_scores.study.chain import notebooks
from ibd_scores.study.labels import QUANTITIES, quantity, title
from ibd_scores.study.manuscript.abbreviations import MEANINGS, spelled_out
from ibd_scores.study.manuscript.catalogue import DISEASES, OF_ALL, OF_DISEASE, OUTCOMES, Entry
from ibd_scores.study.manuscript.shown import Row, Shown, shown

SIMULATED = "Simulated cohort: no patient stands behind it."
UNREPORTED = "Not reported in print."
NO_ROW = "nothing to show."
_IN_BRACKETS = re.compile(r" \[\w+\]$")  # of `labels.recorded`
_CODE = re.compile(r"[a-z]+\d*(_[a-z0-9]+)+")


@dataclass(frozen=True)
class Table:
    """A table as it is printed; the first `stubs` columns name the rows."""

    number: str
    title: str
    head: Row
    rows: tuple[Row, ...]
    stubs: int
    footnotes: tuple[str, ...]
    source: str

    @property
    def heading(self) -> str:
        """Number and title in one line."""
        return f"{self.number}. {self.title}"


@dataclass(frozen=True)
class Left:
    """A table that is left out, and why."""

    title: str
    why: str


@dataclass(frozen=True)
class Tables:
    """Those of a cohort: the printed ones in their order, and those that have no row.

    `settings` say what is primary, and which parameters differ from their defaults.
    """

    printed: tuple[Table, ...]
    left: tuple[Left, ...]
    simulated: bool
    settings: str = ""


def assembled(derived: Path, *, simulated: bool) -> Tables:
    """Assemble the tables from the executed notebooks of a derived folder.

    Parameters
    ----------
    derived : Path
        The folder of the cohort; a notebook that it lacks gives no table.
    simulated : bool
        Whether every table has to say so.
    """
    printed: list[Table] = []
    left: list[Left] = []
    counts = {True: 0, False: 0}
    for entry, name, one, source in _found(derived):
        called = entry.title.format(_about(one))
        called = f"{called}, {name}" if name else called
        if not one.rows:
            left.append(Left(called, _reason(one.note)))
            continue
        counts[entry.main] += 1
        number = f"Table {'' if entry.main else 'S'}{counts[entry.main]}"
        printed.append(_table(entry, number, called, one, source, simulated))
    return Tables(tuple(printed), tuple(left), simulated)


def _found(derived: Path) -> Iterator[tuple[Entry, str, Shown, str]]:
    """Give the tables that are there: the main ones first, those of all patients last."""
    there = {stage: _read(derived, stage) for stage in (*OUTCOMES.values(), *OF_ALL)}
    for main in (True, False):
        for entry in (one for one in OF_DISEASE if one.main == main):
            for disease, stage in OUTCOMES.items():
                known = there[stage]
                started = f"{disease.lower()}.flow[started].n"
                if entry.cell in known and known["read"].facts.get(started):
                    whom = f"{entry.among} {entry.among_cd}" if disease == "CD" else entry.among
                    own = replace(entry, among=whom.strip())
                    yield own, DISEASES[disease], known[entry.cell], f"{stage}, {entry.cell}"
    for disease, stage in OUTCOMES.items():
        if "read" in there[stage] and not there[stage]["read"].facts.get(
            f"{disease.lower()}.flow[started].n"
        ):
            nobody = Entry("", f"All tables of {DISEASES[disease]}", "")
            yield nobody, "", Shown(note="No patient of this disease started."), stage
    for stage, entries in OF_ALL.items():
        for entry in entries:
            if entry.cell in there[stage]:
                yield entry, "", there[stage][entry.cell], f"{stage}, {entry.cell}"


def _read(derived: Path, stage: str) -> dict[str, Shown]:
    file = derived / "notebooks" / f"{stage}.ipynb"
    return shown(notebooks.read(file)) if file.is_file() else {}


def _table(
    entry: Entry, number: str, called: str, one: Shown, source: str, simulated: bool
) -> Table:
    one = _without_count(one)
    head = [_heading(text) for text in one.head]
    head[0] = head[0] or entry.stub
    if one.across and one.across not in DISEASES:
        head[one.stubs - 1] += f" (rows), {one.across} (columns)"
    rows = one.rows
    if entry.codes:
        rows = tuple((*map(_named, row[: one.stubs]), *row[one.stubs :]) for row in rows)
    note = " ".join(one.note.replace(UNREPORTED, "").split())
    if simulated and "simulated" not in note.lower():
        note = f"{note} {SIMULATED}".strip()
    among = f"Denominator: {_lower(entry.among)}" if entry.among else ""
    notes = [one for one in (among, entry.method, note) if one]
    texts = [called, *head, *(text for row in rows for text in row), *notes]
    if meant := spelled_out(texts):
        notes.append(f"Abbreviations: {meant}")
    return Table(number, called, tuple(head), rows, one.stubs, tuple(notes), source)


def _reason(note: str) -> str:
    """Say why a table has no row: what its note says beyond what stands under every table."""
    for common in (SIMULATED, UNREPORTED):
        note = note.replace(common, "").strip()
    return note or NO_ROW


def _about(one: Shown) -> str:
    """Name the quantity that the facts of a table are of: CDAI band of ``cd.cdai_band[mild].n``."""
    found = re.match(r"\w+\.(\w+)", next(iter(one.facts), ""))
    return quantity(found[1]) if found else "Category"


def _without_count(one: Shown) -> Shown:
    """Leave out a first column that only counts the rows from 0."""
    if one.stubs != 1 or any(row[0] != str(place) for place, row in enumerate(one.rows)):
        return one
    rows = tuple(row[1:] for row in one.rows)
    return Shown(one.head[1:], rows, 1, one.note, one.across, one.facts)


def _heading(text: str) -> str:
    text = text.replace("week12", "week 12").replace("_", " ")
    plain = text in MEANINGS or text.split(" ")[0] in {"p", "n", "k", "k/n", "χ²"}
    return text if plain else text[:1].upper() + text[1:]


def _named(text: str) -> str:
    """Write a name of ours for the reader: a score's, a column's; others as they are."""
    text = _IN_BRACKETS.sub("", text)
    if text in ENTRIES:
        return ENTRIES[text].title
    if text in QUANTITIES:
        return quantity(text)
    return title(text) if _CODE.fullmatch(text) else text.replace("week12", "week 12")


def _lower(text: str) -> str:
    first = text.split(" ")[0]
    return text if first in {"N"} or "/" in first else text[:1].lower() + text[1:]
