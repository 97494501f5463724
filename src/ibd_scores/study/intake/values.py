"""What the values of a column say about how it is to be read: codes, dates, units, missing words.

Values are looked at, not kept: where one has to be shown, its shape is, 9 for a digit.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from ibd_scores.study import tidy
from ibd_scores.study.cohort import units
from ibd_scores.study.cohort.parsing import FORMULA_ERRORS, DateFormat, censored, fold
from ibd_scores.study.intake.headings import NOT_REACHED, key, split_unit
from ibd_scores.study.intake.words import Term, words

DATES = ("YYYY-MM-DD", "YYYY-M-D", "YYYY/M/D", "YYYY.M.D", "YYYY年M月D日", "YYYYMMDD")
DAY_FIRST = ("D/M/YYYY", "D.M.YYYY", "D-M-YYYY")
MONTH_FIRST = ("M/D/YYYY", "M.D.YYYY", "M-D-YYYY")
TIMES = (" hh:mm:ss", " hh:mm", "Thh:mm:ss")
MOSTLY = 0.9  # of the values that are there, for a unit to fit


@dataclass
class Reading:
    """What a line of `cohort.toml` is to say of a column, and what is left to decide."""

    keys: dict[str, Any] = field(default_factory=dict)
    dates: list[str] = field(default_factory=list)
    comment: str = ""
    left: list[str] = field(default_factory=list)


def shape(text: str) -> str:
    """Show what a value looks like without telling it.

    >>> shape("ZY-00123"), shape("王小明"), shape("12.5")
    ('AA-99999', '字字字', '99.9')
    """

    def sign(one: str) -> str:
        known = {"Nd": "9", "Lu": "A", "Ll": "A", "Lo": "字"}.get(unicodedata.category(one))
        return known or (one if one.isascii() and one.isprintable() else "?")

    short = "".join(map(sign, text.strip()))
    return short if len(short) <= 20 else f"{short[:17]}..."


def shapes(texts: Iterable[str]) -> str:
    """Show the commonest shapes of a column, three at the most."""
    counted = Counter(shape(text) for text in texts if text.strip())
    return ", ".join(one for one, _ in counted.most_common(3)) or "blank throughout"


def missing_words(texts: Iterable[str]) -> list[str]:
    """List the words for missing that occur, as they are written."""
    known = {fold(word) for word in words().missing}
    return list(dict.fromkeys(text.strip() for text in texts if fold(text) in known))


def read(table: str, column: tidy.Column, heading: str, texts: Sequence[str]) -> Reading:
    """Say how a column of these texts is to be read."""
    gone = {fold(word) for word in words().missing}
    gone |= {fold(word) for word in NOT_REACHED} | FORMULA_ERRORS
    said = [text for text in texts if text.strip()]
    if column.kind == "date":
        return _dates(column, heading, [text for text in said if fold(text) not in gone])
    coded = words().codes(column.name, table) if column.item else {}
    if coded or (column.item and column.item.words):
        return _codes(column, said, coded, gone)
    if column.kind == "number":
        return _unit(column, heading, [text for text in said if fold(text) not in gone])
    return Reading()


def _codes(
    column: tidy.Column, said: Sequence[str], coded: Mapping[str, Term], gone: set[str]
) -> Reading:
    item = column.item
    assert item is not None
    own = [str(one) for one in item.values] if isinstance(item.values, range | tuple) else []
    permitted = {fold(one): one for one in own}
    by_word = {fold(word): code for code, term in coded.items() for word in [code, *term.words]}
    found: dict[str, list[str]] = {}
    unknown: list[str] = []
    for text in dict.fromkeys(text.strip() for text in said):
        word = fold(text)
        code = permitted.get(word) or by_word.get(word)
        if code:
            found.setdefault(code, []).append(text)
        elif word not in gone:
            unknown.append(text)
    plain = all(fold(text) in permitted for listed in found.values() for text in listed)
    reading = Reading(
        {} if plain or not found else {"codes": {c: found[c] for c in own if c in found}}
    )
    if unknown:
        reading.left.append(
            f"no code for what looks like {shapes(unknown)}; permitted: {item.permitted}"
        )
    return reading


def _dates(column: tidy.Column, heading: str, said: Sequence[str]) -> Reading:
    reading = Reading()
    rest = {text.strip() for text in said}
    for form in (*DATES, *(day + time for day in DATES for time in TIMES)):
        fitting = {text for text in rest if DateFormat(form).read(text)}
        if fitting:
            reading.dates.append(form)
            rest -= fitting
    day, month = (
        {form: {text for text in rest if DateFormat(form).fits(text)} for form in forms}
        for forms in (DAY_FIRST, MONTH_FIRST)
    )
    for first, second in zip(DAY_FIRST, MONTH_FIRST, strict=True):
        texts = day[first] | month[second]
        if not texts:
            continue
        rest -= texts
        fits = [form for form in (first, second) if all(map(DateFormat(form).read, texts))]
        if len(fits) == 1:
            reading.dates.append(fits[0])
        else:
            why = (
                "is it the day or the month that comes first" if fits else "day and month are mixed"
            )
            reading.left.append(f'{why}? say dates = ["{first}"] or ["{second}"]')
    if rest:
        reading.left.append(f"no known format for dates that look like {shapes(rest)}")
    return reading


def _unit(column: tidy.Column, heading: str, said: Sequence[str]) -> Reading:
    known = units.UNITS.get(column.name)
    if not known or column.item is None:
        return Reading()
    if key(heading) == key(column.name):
        return Reading()  # our name, which says the unit
    stated = split_unit(heading)[1]
    if fold(stated) in units.known(column.name):
        return Reading({"unit": stated} if units.known(column.name)[fold(stated)] != 1 else {})
    read = [censored(text) for text in said]
    numbers = np.array([float(one[0]) for one in read if one])
    ours = next(iter(known))
    if not len(numbers):
        return Reading()

    def fits(factor: float) -> bool:
        assert column.item is not None
        return bool(np.mean(~column.item.off(np.round(numbers * factor, 9))) >= MOSTLY)

    fitting: dict[Decimal, str] = {}
    for unit, factor in known.items():
        if fits(float(factor)):
            fitting.setdefault(factor, unit)
    if known[ours] in fitting and len(fitting) == 1:
        return Reading()
    if len(fitting) == 1:
        [unit] = fitting.values()
        return Reading({"unit": unit}, comment=f"no unit in the heading; only {unit} fits")
    apart = [factor for factor in fitting if not 0.1 < factor / known[ours] < 10]
    if known[ours] in fitting and not apart:
        return Reading()
    if fitting:
        said_units = " or ".join(fitting.values())
        return Reading(left=[f"{said_units}? the heading has no unit; taken as {ours}"])
    return Reading(left=[f"its numbers fit none of the units {', '.join(known)}"])
