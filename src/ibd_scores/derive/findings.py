"""What a chart holds: findings that more than one form or step reads, each stated once."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

import numpy as np

from ibd_scores.columns import Array
from ibd_scores.form import Interval, Item, Mask

NO_YES = range(2)
FEMALE, MALE = 0, 1  # the places of the words in SEX.values

SEX = Item("sex", "for the reference values", ("female", "male"))
HEMATOCRIT = Item(
    "hematocrit_percent",
    "hematocrit",
    Interval(10, 75),
    unit="%",
    hint="a value below 1 looks like a fraction: give percent",
)
WEIGHT = Item("weight_kg", "body weight", Interval(2, 300), unit="kg")
STANDARD_WEIGHT = Item(
    "standard_weight_kg", "standard weight for height and sex", Interval(2, 300), unit="kg"
)
HEIGHT = Item(
    "height_m", "height", Interval(0.5, 2.5), unit="m",
    hint="a value above 50 looks like centimeters: give meters",
)  # fmt: skip
AGE = Item("age", "age", Interval(0, 120), unit="years")
HEMOGLOBIN = Item(
    "hemoglobin_g_dl", "hemoglobin", Interval(2, 25), unit="g/dL",
    hint="a value above 25 looks like g/L: divide by 10",
)  # fmt: skip
ALBUMIN = Item(
    "albumin_g_dl", "albumin", Interval(0.5, 7), unit="g/dL",
    hint="a value above 7 looks like g/L: divide by 10",
)  # fmt: skip
ESR = Item("esr_mm_h", "erythrocyte sedimentation rate", Interval(0, 200), unit="mm/h")
CRP = Item("crp_mg_l", "C-reactive protein", Interval(0, 1000), unit="mg/L")
CALPROTECTIN = Item("calprotectin_ug_g", "fecal calprotectin", Interval(0, 100_000), unit="ug/g")
PULSE = Item("pulse_bpm", "pulse", Interval(20, 250), unit="beats/min")
TEMPERATURE = Item(
    "temperature_c", "temperature", Interval(30, 45), unit="degrees C",
    hint="a value above 90 looks like Fahrenheit: give degrees C",
)  # fmt: skip
STOOLS_PER_DAY = Item("stools_per_day", "stools in 24 hours", Interval(0, 50))
BLOODY_STOOLS = Item("bloody_stools_per_day", "bloody stools in 24 hours", Interval(0, 50))
# Computed elsewhere, from MRI, endoscopy and surgery of four organs; it does not change in weeks.
LEMANN = Item("lemann_index", "Lemann index, computed elsewhere", Interval(0, 150))


def flag(name: str, meaning: str) -> Item:
    """Make the item of a question answered with no (0) or yes (1)."""
    return Item(name, f"{meaning}: no 0, yes 1", NO_YES)


def one_of(findings: Iterable[Array]) -> Mask:
    """Return True where at least one finding is 1."""
    return reduce(or_, (finding == 1 for finding in findings))


def any_present(*findings: Array) -> Array:
    """One that is present decides, whatever is missing; otherwise all must be recorded."""
    # The maximum is missing if one is.
    return np.where(one_of(findings), 1.0, reduce(np.maximum, findings))


ARTHRALGIA = flag("arthralgia", "arthritis or arthralgia")
UVEITIS = flag("uveitis", "iritis or uveitis")
ERYTHEMA_NODOSUM = flag("erythema_nodosum", "erythema nodosum")
PYODERMA_GANGRENOSUM = flag("pyoderma_gangrenosum", "pyoderma gangrenosum")
APHTHOUS_ULCERS = flag("aphthous_ulcers", "aphthous ulcers of the mouth")
ANAL_FISSURE = flag("anal_fissure", "anal fissure")
ANAL_FISTULA = flag("anal_fistula", "anal fistula")
ANAL_ABSCESS = flag("anal_abscess", "perianal abscess")
ABSCESS = flag("abscess", "abscess, of the anus or elsewhere")
NEW_FISTULA = flag("new_fistula", "new fistula")
OTHER_FISTULA = flag("other_fistula", "fistula elsewhere than the anus")
FEVER = flag("fever", "above 37.8 degrees C in the past week")

DRAINING_FISTULAS = Item(
    "draining_fistulas", "fistulas that drain on gentle finger compression", range(51)
)
LARGEST_COLLECTION = Item(
    "largest_collection_cm", "largest perianal collection on MRI", Interval(0, 30), unit="cm"
)

WALL_THICKNESS = Item(
    "wall_thickness_mm", "thickness of the bowel wall", Interval(0, 30), unit="mm"
)
DOPPLER_FLOW = flag("doppler_flow", "any color Doppler signal in the wall")
INFLAMMATORY_FAT = flag("inflammatory_fat", "inflammatory fat around the bowel")
STRATIFICATION = Item("stratification", "wall layers lost 0, normal 1", range(2))
EDEMA = flag("edema", "edema of the wall")
FAT_STRANDING = flag("fat_stranding", "fat stranding")
MURAL_ULCERS = flag("mural_ulcers", "ulcers on imaging")
