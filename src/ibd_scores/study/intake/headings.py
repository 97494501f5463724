"""Which column a heading stands for: by its name, never by its position."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study import tidy
from ibd_scores.study.cohort.identity import heading_kind
from ibd_scores.study.cohort.parsing import fold
from ibd_scores.study.cohort.units import UNITS
from ibd_scores.study.intake.fields import home
from ibd_scores.study.intake.words import RECORDED, words

# The signs between a heading and the word of a visit, on its side and on the other.
_JOIN, _OPEN, _CLOSE = r"\s_\-–—·.:：", "(（", ")）"


# Of a long endoscopy: whether the segment was reached.
STATUS = ("status", "reached", "状态", "到达情况", "是否到达")
NOT_REACHED = ("not reached", "未到达", "未达", "未进镜", "未观察", "not explored")


@dataclass(frozen=True)
class Part:
    """A heading taken apart: what it says without the block that it stands in, and that block."""

    heading: str
    base: str
    pattern: str = "{}"  # how the block writes its headings
    visit: str = ""
    segment: str = ""
    number: str = ""


@dataclass
class Matched:
    """The headings of a table by our column, and what could not be decided."""

    headings: dict[str, str] = field(default_factory=dict)  # column: base heading
    doubtful: dict[str, list[str]] = field(default_factory=dict)  # column: headings that could be


def key(heading: str) -> str:
    """Bring a heading to the form in which headings are compared: letters and digits alone.

    >>> key("hs-CRP (mg/L)"), key("粪钙卫蛋白（μg/g）"), key("Abdominal mass (HBI)")
    ('hscrp', '粪钙卫蛋白', 'abdominalmasshbi')
    """
    bare, unit = split_unit(heading)
    return re.sub(r"[\W_]+", "", fold(bare if unit else heading))


def split_unit(heading: str) -> tuple[str, str]:
    """Part a heading from the unit behind it, in brackets or after a sign; no unit is blank.

    >>> split_unit("CRP (mg/dL)"), split_unit("ALB, g/L"), split_unit("Mass (HBI)")
    (('CRP', 'mg/dL'), ('ALB', 'g/L'), ('Mass (HBI)', ''))
    """
    known_units = {fold(unit) for listed in UNITS.values() for unit in listed}
    found = re.fullmatch(
        r"(.+?)\s*(?:[(（\[【]\s*([^()（）\[\]【】]+)\s*[)）\]】]|[,，/]\s*(\S+))", heading.strip()
    )
    unit = (found[2] or found[3]) if found else ""
    return (found[1], unit) if found and fold(unit) in known_units else (heading, "")


def fillable(table: str) -> list[str]:
    """List what can stand in a table: its columns, further items of the catalogue, totals."""
    computed = {f"{name}_censor" for name in tidy.CENSORED} | (
        {"endoscopy"} if table == "endoscopy" else set())  # fmt: skip
    found = [name for name in tidy.columns(table) if name not in computed]
    found += [name for name in tidy.further() if home(name) == table]
    if table == "endoscopy":
        found += ["segment", "status", *VARIABLES]
    totals = {"visits": words().totals, "endoscopy": ("ses_cd", "cdeis")}.get(table, ())
    return [*found, *(f"{name}{RECORDED}" for name in totals)]


@cache
def known(table: str) -> Mapping[str, Sequence[tuple[int, str]]]:
    """Map each comparable name to the columns it can mean, with how sure it is: 0 is our name."""
    found: dict[str, list[tuple[int, str]]] = {}
    for column in fillable(table):
        names = STATUS if column == "status" else words().synonyms(column, table)
        for place, name in enumerate(names):
            rank = 0 if place == 0 else 1 if place <= 2 else 2
            listed = found.setdefault(key(name), [])
            if column not in [one for _, one in listed]:
                listed.append((rank, column))
    return found


def match(table: str, headings: Iterable[str]) -> Matched:
    """Find the column of each heading: exact names first, then labels, then synonyms.

    A heading that can mean two columns, or two that can mean one, are left to decide.

    >>> match("visits", ["住院号", "CRP (mg/L)", "血沉", "hobby"]).headings
    {'patient_id': '住院号', 'crp_mg_l': 'CRP (mg/L)', 'esr_mm_h': '血沉'}
    """
    headings = list(dict.fromkeys(headings))
    candidates: dict[str, list[tuple[int, str]]] = {}
    for heading in headings:
        possible = known(table).get(key(heading), ())
        best = min((rank for rank, _ in possible), default=0)
        for rank, column in possible:
            if rank == best:
                candidates.setdefault(column, []).append((rank, heading))
    taken = Counter(heading for named in candidates.values() for _, heading in named)
    matched = Matched()
    for column, named in candidates.items():
        best = min(rank for rank, _ in named)
        first = [heading for rank, heading in named if rank == best]
        if len(first) == 1 and taken[first[0]] == 1:
            matched.headings[column] = first[0]
        else:
            matched.doubtful[column] = first
    if "patient_id" not in {**matched.headings, **matched.doubtful}:
        numbers = [one for one in candidates_of_a_number(headings) if one not in taken]
        if len(numbers) == 1:
            matched.headings["patient_id"] = numbers[0]
    return matched


def candidates_of_a_number(headings: Iterable[str]) -> list[str]:
    """Find the headings that look like a hospital's number of a patient.

    >>> candidates_of_a_number(["Hospital No.", "Name", "CRP"])
    ['Hospital No.']
    """
    return [one for one in headings if heading_kind(one) == "medical-record number"]


def apart(heading: str, *, segments: bool = False) -> list[Part]:
    """Take a heading apart in every way it can be read: as it is, or as that of a visit or number.

    >>> [(one.base, one.pattern, one.visit) for one in apart("CRP_基线")]
    [('CRP_基线', '{}', ''), ('CRP', '{}_基线', 'baseline')]
    """
    found = [Part(heading, heading)]
    for visit, term in words().visits.items():
        for word in sorted({visit, *term.words}, key=lambda one: (-len(one), one)):
            if len(key(word)) < 2:
                continue
            for base, pattern in _without(heading, word):
                found.append(Part(heading, base, pattern, visit))
            if found[-1].visit == visit:
                break  # the longest word that fits
    for base, pattern, number in _without_number(heading):
        found.append(Part(heading, base, pattern, number=number))
    if segments:
        found += [
            Part(heading, base, one.pattern.replace("{}", pattern), one.visit, segment)
            for one in found
            for segment in SEGMENTS
            for word in words().segments[segment].words
            for base, pattern in _without(one.base, word)
        ]
    return found


def _without(heading: str, word: str) -> Iterable[tuple[str, str]]:
    """Take a word off the end or the start of a heading, with the signs between."""
    said = re.escape(word)
    latin = word[-1:].isascii() and word[-1:].isalnum()
    behind = rf"(.+?)([{_JOIN}{_OPEN}]*{said}[\s{_CLOSE}]*)"
    before = rf"([\s{_OPEN}]*{said}[{_JOIN}{_CLOSE}]*)(.+?)"
    found = re.fullmatch(behind, heading, re.IGNORECASE)
    if found and (not latin or re.match(rf"[{_JOIN}{_OPEN}]", found[2])):
        yield found[1], "{}" + found[2]
    found = None if found else re.fullmatch(before, heading, re.IGNORECASE)
    if found and (not latin or re.search(rf"[{_JOIN}{_CLOSE}]$", found[1])):
        yield found[2], found[1] + "{}"


def _without_number(heading: str) -> Iterable[tuple[str, str, str]]:
    if found := re.fullmatch(r"(.*?[^\d\s_#-])([\s_#-]*(\d{1,3}))", heading):
        yield found[1], "{}" + found[2], found[3]
    if found := re.fullmatch(r"(.*?\D(\d{1,3})[\s_-]*)([^\d\s_-]\D*)", heading):
        yield found[3], found[1] + "{}", found[2]
