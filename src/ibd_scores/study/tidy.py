"""The tidy tables: which columns they have, which values those may hold, how they are stored.

A column that an instrument reads is stated in the catalogue and looked up there by name; only
what no instrument reads is stated here. What the catalogue knows beyond these columns, such as the
items of a further instrument, a table has where its cohort declares it. Files are CSV: UTF-8, ISO
dates, a blank for missing.
"""

import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from ibd_scores.derive.diary import DIARY_PAIN, DIARY_WELLBEING, LIQUID_STOOLS
from ibd_scores.endpoint import STEROID
from ibd_scores.entries import ENTRIES, ITEMS
from ibd_scores.form import CENSORS, Interval, Item
from ibd_scores.index import Index
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study import paths

CELLS = tuple(f"{variable}_{segment}" for variable in VARIABLES for segment in SEGMENTS)
CENSORED = ("crp_mg_l", "calprotectin_ug_g")

# What tells one record from the next, and which of it no record can do without.
KEYS = {
    "patients": ("patient_id",),
    "visits": ("patient_id", "visit"),
    "diary": ("patient_id", "date"),
    "endoscopy": ("patient_id", "visit", "date"),
    "adverse_events": ("patient_id", "term", "onset_date"),
    "imaging": ("patient_id", "visit", "segment"),
}
REQUIRED = {
    "patients": ("patient_id", "disease"),
    "visits": ("patient_id", "visit"),
    "diary": ("patient_id", "date"),
    "endoscopy": ("patient_id", "visit"),
    "adverse_events": ("patient_id",),
    "imaging": ("patient_id", "visit"),
}
# Tables that may have further items of the catalogue.
OPEN = ("patients", "visits", "endoscopy", "imaging")


@dataclass(frozen=True)
class Column:
    """A column of a tidy table; `item` states the permitted values of a word or a number."""

    name: str
    kind: Literal["text", "date", "word", "number"]
    item: Item | None = None


def _text(name: str) -> Column:
    return Column(name, "text")


def _date(name: str) -> Column:
    return Column(name, "date")


def _item(name: str, meaning: str, values: range | tuple[str, ...] | Interval) -> Column:
    return _holding(Item(name, meaning, values))


def _no_yes(name: str, meaning: str) -> Column:
    return _item(name, f"{meaning}: no 0, yes 1", range(2))


def _holding(item: Item) -> Column:
    return Column(item.name, "word" if item.words else "number", item)


# A bare name stands in the catalogue, with its permitted values.
_TABLES: dict[str, tuple[Column | str, ...]] = {
    "patients": (
        _text("patient_id"),
        _item("disease", "Crohn's, ulcerative colitis or neither", ("CD", "UC", "nonIBD")),
        "sex",
        "age",
        "age_at_diagnosis",
        "height_m",
        _item("smoking", "tobacco", ("never", "former", "current")),
        "disease_ileum",
        "disease_colon",
        "disease_upper_gi",
        "stricturing",
        "penetrating",
        _no_yes("perianal_fistula", "at baseline"),
        _no_yes("perianal_abscess", "at baseline"),
        "colitis_extent",
        _item("prior_advanced_therapies", "how many were tried before", range(21)),
        _no_yes("prior_anti_tnf", "an anti-TNF was tried before"),
        _no_yes("prior_anti_integrin", "an anti-integrin was tried before"),
        _no_yes("prior_anti_il12_23", "an anti-IL-12/23 was tried before"),
        _no_yes("prior_surgery", "bowel surgery before"),
        _no_yes("immunomodulator", "taken at baseline"),
        "normal_stools_per_day",
        _item("induction_dose_mg", "of the induction, each time", Interval(0, 2000)),
        _date("start_date"),
        _date("stop_date"),
        _text("stop_reason"),
    ),
    "visits": (
        _text("patient_id"),
        _text("visit"),
        _date("date"),
        "weight_kg",
        "hematocrit_percent",
        "hemoglobin_g_dl",
        "albumin_g_dl",
        "crp_mg_l",
        _item("crp_mg_l_censor", "of the detection limit", CENSORS),
        "esr_mm_h",
        "calprotectin_ug_g",
        _item("calprotectin_ug_g_censor", "of the detection limit", CENSORS),
        _holding(STEROID),
        "antidiarrheal",
        "abdominal_mass",
        "arthralgia",
        "uveitis",
        "erythema_nodosum",
        "aphthous_ulcers",
        "pyoderma_gangrenosum",
        "anal_fissure",
        "anal_fistula",
        "anal_abscess",
        "abscess",
        "new_fistula",
        "other_fistula",
        "fever",
        "general_wellbeing_previous_day",
        "abdominal_pain_previous_day",
        "liquid_stools_previous_day",
        "abdominal_mass_hbi",
        "stools_per_day",
        "rectal_bleeding",
        "physician_global",
        "endoscopic_subscore",
        "friability",
        "vascular_pattern",
        "bleeding",
        "erosions_ulcers",
    ),
    "diary": (
        _text("patient_id"),
        _date("date"),
        *map(_holding, (LIQUID_STOOLS, DIARY_PAIN, DIARY_WELLBEING)),
        _no_yes("bowel_preparation", "on this day"),
        _no_yes("endoscopy", "on this day"),
    ),
    "endoscopy": (
        _text("patient_id"),
        _text("visit"),
        _item("endoscopy", "number within the visit", range(1, 100)),
        _date("date"),
        *CELLS,
    ),
    "adverse_events": (
        _text("patient_id"),
        _text("term"),
        _date("onset_date"),
        _no_yes("serious", "serious"),
        _no_yes("related", "related to the drug"),
        _item("action", "what was done with the drug", ("none", "interrupted", "stopped")),
    ),
    "imaging": (
        _text("patient_id"),
        _text("visit"),
        _date("date"),
        _text("segment"),
        "wall_thickness_mm",
        "doppler_flow",
        "inflammatory_fat",
        "stratification",
    ),
    "queries": (
        _text("table"),
        _text("file"),
        _item("row", "in the source file, the header is 1", range(1, 10_000_000)),
        *map(
            _text,
            (
                "patient_id",
                "visit",
                "column",
                "heading",
                "old",
                "new",
                "problem",
                "action",
                "why",
                "costs",
            ),
        ),
    ),
}


@cache
def columns(table: str) -> dict[str, Column]:
    """Return the columns of a tidy table in their order.

    >>> columns("visits")["abdominal_mass"].item.permitted
    '0, 2 or 5'
    >>> columns("adverse_events")["onset_date"].kind
    'date'
    """
    stated = (_holding(ITEMS[one]) if isinstance(one, str) else one for one in _TABLES[table])
    return {column.name: column for column in stated}


@cache
def further() -> dict[str, Column]:
    """Return the items of the catalogue that no tidy table has of itself; scores are none."""
    taken = {*_known(), *ENTRIES}
    return {name: _holding(item) for name, item in ITEMS.items() if name not in taken}


def recorded(name: str) -> Column | None:
    """Return a column that a table has only where it was recorded: None if there is none such.

    That is an item of the catalogue that no tidy table has of itself, or a total that the centre
    computed, `<index>_recorded`.

    >>> recorded("hbi_recorded").kind
    'number'
    >>> recorded("urgency").item.permitted
    '0 to 3'
    >>> recorded("hbi") is None
    True
    """
    if re.fullmatch(r"[a-z]\w*_recorded", name):
        entry = ENTRIES.get(name.removesuffix("_recorded"))
        if not isinstance(entry, Index):
            return None
        return Column(name, "number", Item(name, "the centre's own total", totals(entry)))
    return further().get(name)


def totals(entry: Index) -> range | Interval:
    """Return the totals that an index permits: whole numbers where its items make no others.

    >>> from ibd_scores import cdai, mayo_full
    >>> totals(mayo_full), isinstance(totals(cdai), Interval)
    (range(0, 13), True)
    """
    low, high = entry.ends
    lowest = {item.name: np.array(item.ends[0]) for item in entry.items}
    weighed = [
        entry.constant + float(entry.combine(lowest | {item.name: np.array(points)}))
        for item in entry.items
        for points in _points(item)
    ]
    if entry.provisional or not all(total.is_integer() for total in [low, high, *weighed]):
        return Interval(low, high)
    return range(int(low), int(high) + 1)


def _points(item: Item) -> list[float]:
    """What each answer adds; of a span of numbers also what lies between two whole ones."""
    if isinstance(item.values, Interval):
        return [item.weight * (item.values.low + 0.1), item.ends[1]]
    codes = range(len(item.words)) if item.words else map(float, item.values)
    return [item.weight * float(code) for code in codes]


def as_kind(values: pd.Series, kind: str) -> pd.Series:
    """Give a column its dtype: float64, datetime64 or str; an empty one keeps its kind too."""
    blank = values.isna() | (values == "")
    if kind == "number":
        return pd.to_numeric(values.mask(blank, np.nan)).astype("float64")
    if kind == "date":
        return pd.to_datetime(values.mask(blank, None).astype("str")).astype("datetime64[us]")
    return values.mask(blank, None).astype("str")


@cache
def _known() -> dict[str, Column]:
    return {name: column for table in _TABLES for name, column in columns(table).items()}


def _kind(name: str, values: pd.Series) -> str:
    column = _known().get(name) or recorded(name)
    if column:
        return column.kind
    numbers = pd.to_numeric(values.replace("", np.nan), errors="coerce")
    return "number" if (numbers.notna() | (values == "")).all() else "text"


def folder(cohort: str | Path) -> Path:
    """Find the derived tables of a cohort: a name is looked up, a path taken as it is."""
    return cohort if isinstance(cohort, Path) else paths.derived(cohort)


def read_tidy(cohort: str | Path, table: str) -> pd.DataFrame:
    """Read a derived table with the right dtypes: ids and words str, numbers float64, dates.

    `cohort` is a name, or the folder itself as a Path. Columns that no tidy table states, such as
    scores, are numbers where all of their values are.

    Raises
    ------
    FileNotFoundError
        notebook 01 (or 02, for scores) has not been run for this cohort.
    """
    path = folder(cohort) / f"{table}.csv"
    if not path.is_file():
        raise FileNotFoundError(f"{path}: not there yet; run the notebooks before this one")
    raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    return pd.DataFrame({name: as_kind(raw[name], _kind(str(name), raw[name])) for name in raw})


def _shortest(value: object) -> object:
    """Bring a number to its shortest text: 3, not 3.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    return value


def save(cohort: str | Path, tables: Mapping[str, pd.DataFrame]) -> None:
    r"""Write derived tables, `{"patients": frame, ...}`: each whole or not at all.

    Where one cannot be written, none is replaced. The same tables give the same bytes on every
    machine. `cohort` is a name, or the folder itself as a Path. The index is not written.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as there:
    ...     save(Path(there), {"rates": pd.DataFrame({"k": [44.0], "percent": [73.25]})})
    ...     (Path(there) / "rates.csv").read_text(encoding="utf-8")
    'k,percent\n44,73.25\n'
    """
    with ExitStack() as together:
        for name, frame in tables.items():
            target = together.enter_context(paths.replacing(folder(cohort) / f"{name}.csv"))
            short = {
                str(column): pd.Series([*map(_shortest, values)], frame.index, dtype=object)
                for column, values in frame.select_dtypes("float").items()
            }
            frame.assign(**short).to_csv(
                target, index=False, encoding="utf-8", lineterminator="\n", date_format="%Y-%m-%d"
            )
