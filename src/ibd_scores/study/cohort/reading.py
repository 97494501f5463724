"""One cell: what a text means where it stands, and what there is to say about it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import numpy as np

from ibd_scores.study.cohort.parsing import (
    FORMULA_ERRORS,
    DateFormat,
    censored,
    either,
    fold,
    looks_like_date,
    plain,
    several_numbers,
)
from ibd_scores.study.cohort.sources import Source
from ibd_scores.study.hidden import HIDDEN, cut, without_hidden
from ibd_scores.study.tidy import CENSORED

LONGEST_TEXT = 500
ISO = (DateFormat("YYYY-MM-DD"), DateFormat("YYYY-MM-DD hh:mm:ss"))


@dataclass(frozen=True)
class Note:
    """What was found in a cell and what was done with it."""

    problem: str
    action: str
    new: str
    why: str


@dataclass(frozen=True)
class Limit:
    """A number beyond a detection limit, `left` below it or `right` above it."""

    number: float
    side: str


Value: TypeAlias = str | float | date | Limit | None


@dataclass(frozen=True)
class Cell:
    """The value of a cell and the notes on it; no value where it is missing."""

    value: Value = None
    notes: tuple[Note, ...] = ()


def read_cell(text: str, source: Source, unit: str = "") -> Cell:
    """Read a text as the value of a column; `unit` is the text beside it, where units vary.

    Repairs are looked up first, then codes, then the words for missing, then the kind of the
    column decides. What has no reading is missing, with a note; a blank is missing without one.
    """
    word = fold(text)
    if not word:
        return Cell()
    if word in source.repairs:
        code = source.repairs[word]
        note = Note("misspelled", "repaired", code, "a repair declared in cohort.toml")
        return Cell(_typed(code, source), (note,))
    if word in source.codes:
        return Cell(_typed(source.codes[word], source))
    if word in source.missing:
        return _missing("not done", "a word for missing, declared in cohort.toml")
    if word in FORMULA_ERRORS:
        return _missing("formula error", "a formula of the spreadsheet failed; type the value")
    kind = source.column.kind
    if source.codes or kind == "word":
        known = list(source.codes) or [fold(code) for code in _item_words(source)]
        if not source.codes and word in known:
            return Cell(_item_words(source)[known.index(word)])
        return _missing("unknown word", f"known here: {', '.join(known)}")
    if kind == "date":
        return _read_date(text, source)
    if kind == "number":
        return _read_number(text, source, unit)
    return _read_text(plain(text), source.column.name)


def _read_text(text: str, column: str) -> Cell:
    clean = without_hidden(text).strip()
    notes = []
    if HIDDEN.search("".join(text.split())):
        notes.append(Note("hidden signs", "converted", "", "what nobody sees was left out"))
    if len(clean) > LONGEST_TEXT and column != "patient_id":  # two ids must not become one
        clean = cut(clean, LONGEST_TEXT)
        why = f"cut after {LONGEST_TEXT} signs; a few words are wanted here"
        notes.append(Note("text too long", "converted", "", why))
    return Cell(clean or None, tuple(notes))


def _missing(problem: str, why: str) -> Cell:
    return Cell(None, (Note(problem, "missing", "", why),))


def _item_words(source: Source) -> tuple[str, ...]:
    return source.column.item.words if source.column.item else ()


def _typed(code: str, source: Source) -> str | float:
    return float(code) if source.column.kind == "number" else code


def _read_date(text: str, source: Source) -> Cell:
    fitting = [form for form in source.dates if form.fits(text)]
    # A date cell of a workbook comes so, whatever the format that it is shown in.
    fitting = fitting or [form for form in ISO if form.fits(text)]
    if not fitting:
        formats = ", ".join(form.text for form in source.dates)
        return _missing("not a date", f"formats declared: {formats}")
    days = list(dict.fromkeys(day for form in fitting if (day := form.read(text))))
    if not days:
        return _missing("impossible date", "there is no such day in the calendar")
    if len(days) > 1:
        return _missing("ambiguous date", " or ".join(map(str, days)))
    if days[0] > (source.latest or date.today()):
        exported = f"the export is of {source.latest}" if source.latest else "it is not over yet"
        return _missing("date in the future", f"{exported}; correct it at the source")
    if source.dates[0].read(text) or fitting[0] in ISO:
        return Cell(days[0])
    form = next(form for form in fitting if form.read(text))
    why = f"written {form.text}, usual is {source.dates[0].text}"
    return Cell(days[0], (Note("date in another format", "converted", str(days[0]), why),))


def _read_number(text: str, source: Source, unit: str) -> Cell:
    column, item = source.column, source.column.item
    has_limits = column.name in CENSORED
    if has_limits and (readings := either(text)):
        return _missing("not readable", f"write {readings}; correct it at the source")
    reading = censored(text)
    if not reading and several_numbers(text):
        why = "two numbers in one cell; give each a column of its own"
        return _missing("two values in one cell", why)
    if not reading and looks_like_date(text):
        why = "a date where a number is wanted; spreadsheets turn 4-6 or 1/2 into one"
        return _missing("not a number", why)
    if not reading or (reading[1] and not has_limits):
        return _missing("not a number", "a number is wanted here; correct it at the source")
    value, side = reading
    value *= source.factor
    notes = []
    if source.units:
        factor = source.units.get(fold(unit))
        if factor is None:
            problem = "unknown unit" if unit.strip() else "no unit"
            return _missing(problem, f"units declared: {', '.join(source.units)}")
        value *= factor
        if fold(unit) != next(iter(source.units)):
            why = f"in {plain(unit)}, so x {factor}"
            notes.append(Note("another unit", "converted", shown(value), why))
    rescale = source.rescale
    if rescale and rescale.low <= value <= rescale.high:
        value *= rescale.factor
        why = f"between {rescale.low} and {rescale.high}, so x {rescale.factor}"
        notes.append(Note("another scale", "repaired", shown(value), why))
    if item and item.off(np.array([float(value)])).any():
        hint = f"; {item.hint}" if item.hint else ""
        return _missing("not permitted", f"permitted: {item.permitted}{hint}")
    if not side:
        return Cell(float(value), tuple(notes))
    why = f"{column.name}_censor is {side}: the value is {'below' if side == 'left' else 'above'}"
    notes.append(Note("detection limit", "censored", shown(value), why))
    return Cell(Limit(float(value), side), tuple(notes))


def shown(value: Decimal) -> str:
    """Show a number as short text.

    >>> shown(Decimal("41.0")), shown(Decimal("1E+3"))
    ('41', '1000')
    """
    return f"{value.normalize():f}"
