"""What hospitals call the tidy columns, tables, visits, segments and codes: labels and synonyms.

Stated once, in `words.toml`, in English and Chinese. The entry form takes its labels from here,
the first draft of a `cohort.toml` its guesses.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ibd_scores.entries import ITEMS
from ibd_scores.indices.endoscopy import SEGMENTS
from ibd_scores.study import tidy
from ibd_scores.study.cohort.parsing import fold

FILE = Path(__file__).with_name("words.toml")
ENGLISH, CHINESE = 0, 1
IN_ALL = ("patient_id", "visit")  # the same in every table


@cache
def stated() -> Mapping[str, Any]:
    """Return `words.toml` as it is."""
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


def key(heading: str) -> str:
    """Bring a heading to the form in which headings are compared: letters and digits alone.

    >>> key("hs-CRP (mg/L)"), key("粪钙卫蛋白（μg/g）"), key("Abdominal mass (HBI)")
    ('hscrp', '粪钙卫蛋白', 'abdominalmasshbi')
    """
    bare, unit = split_unit(heading)
    folded = fold(bare if unit else heading)
    return re.sub(r"[\W_]+", "", folded)


def split_unit(heading: str) -> tuple[str, str]:
    """Part a heading from the unit behind it, in brackets or after a comma; no unit is blank.

    >>> split_unit("CRP (mg/dL)"), split_unit("ALB, g/L"), split_unit("Mass (HBI)")
    (('CRP', 'mg/dL'), ('ALB', 'g/L'), ('Mass (HBI)', ''))
    """
    from ibd_scores.study.cohort.units import UNITS

    units = {fold(unit) for known in UNITS.values() for unit in known}
    found = re.fullmatch(r"(.+?)\s*(?:[(（\[【]\s*([^()（）\[\]【】]+)\s*[)）\]】]|[,，/]\s*(\S+))",
                         heading.strip())  # fmt: skip
    unit = (found[2] or found[3]) if found else ""
    return (found[1], unit) if found and fold(unit) in units else (heading, "")


def names(table: str, column: str) -> list[str]:
    """List what a column is called: English label, Chinese label, synonyms.

    >>> names("visits", "crp_mg_l")[:3]
    ['C-reactive protein', 'C反应蛋白', 'crp']
    """
    own = stated().get(table, {})
    if column in IN_ALL:
        return list(stated()["patients" if column == "patient_id" else "visits"][column])
    if column in own or column in stated()["items"]:
        return list(own.get(column) or stated()["items"][column])
    if found := re.fullmatch(r"(s?ibdq)_(\d+)", column):
        return [f"{found[1].upper()} item {found[2]}", f"{found[1].upper()} 第{found[2]}题"]
    for segment in SEGMENTS:
        base = column.removesuffix(f"_{segment}")
        if base != column and (parts := own.get(base) or stated()["items"].get(base)):
            places = stated()["segments"][segment]
            return [f"{parts[ENGLISH]}, {places[ENGLISH].lower()}",
                    f"{places[CHINESE]}{parts[CHINESE]}",
                    *(f"{part} {place}" for part in parts for place in places),
                    *(f"{place} {part}" for part in parts for place in places)]  # fmt: skip
    if column.endswith("_recorded"):
        score = column.removesuffix("_recorded")
        plain = score.replace("_", "-").upper()
        return [f"{plain} as recorded", f"{plain}总分(已记录)", score, plain, f"{score} total",
                f"{plain}总分", f"{plain}评分", f"{score} score"]  # fmt: skip
    raise KeyError(column)


def label(table: str, column: str, language: int = ENGLISH) -> str:
    """Return the label of a column.

    >>> label("visits", "esr_mm_h", CHINESE)
    '血沉'
    """
    return names(table, column)[language]


def codes(column: tidy.Column) -> dict[str, list[str]]:
    """List the words of each code that a column permits; none for a column without codes.

    >>> codes(tidy.columns("patients")["sex"])["male"][:2]
    ['male', '男']
    """
    item = column.item
    if item is None:
        return {}
    permitted = [str(one) for one in item.values] if isinstance(item.values, range | tuple) else []
    given = stated()["codes"].get(column.name)
    if given is None and permitted == ["0", "1"]:
        given = stated()["codes"]["yes_no"]
    if given is None:
        return {}
    return {code: list(given[code]) for code in permitted if code in given}


def columns(table: str) -> list[str]:
    """List the columns of a tidy table that a hospital can fill: not those that are computed."""
    computed = {f"{name}_censor" for name in tidy.CENSORED}
    return [name for name in tidy.columns(table)
            if name not in computed and (table, name) != ("endoscopy", "endoscopy")]  # fmt: skip


def home(column: str) -> str:
    """Tell which table a further item of the catalogue belongs to.

    >>> home("urgency"), home("deep_ulceration_ileum"), home("growth_delay")
    ('visits', 'endoscopy', 'patients')
    """
    if any(column.endswith(f"_{segment}") for segment in SEGMENTS) and not column.startswith(
        "maria_"
    ):
        return "endoscopy"
    if column in ("ulcerated_stenosis", "non_ulcerated_stenosis"):
        return "endoscopy"
    return "patients" if column in _OF_PATIENT else "visits"


_OF_PATIENT = ("perianal", "upper_gi_proximal", "upper_gi_distal", "growth_delay",
               "colitis_extent_paris", "severe_ever", "ileocolonic_resection")  # fmt: skip


def meaning(column: str) -> str:
    """Return what the answers of an item mean, in our own words; blank where nothing is said."""
    item = ITEMS.get(column)
    return item.meaning if item else ""


def lookup(table: str, further: Iterable[str] = ()) -> dict[str, list[str]]:
    """Map every comparable name of a table to the columns that it can mean."""
    found: dict[str, list[str]] = {}
    for column in [*columns(table), *further]:
        for name in dict.fromkeys([key(column), *map(key, names(table, column))]):
            found.setdefault(name, []).append(column)
    return found
