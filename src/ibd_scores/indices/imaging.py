"""The bowel wall on MRI and ultrasound: scores of one segment, a row for each.

>>> from ibd_scores.indices.imaging import maria, milan_ultrasound
>>> maria(wall_thickness_mm=6, relative_contrast_enhancement=120, edema=1, mural_ulcers=1)
26.4
>>> maria.band(26.4)
'severe'
>>> milan_ultrasound.band(milan_ultrasound(wall_thickness_mm=3, doppler_flow=1))
'inactive'
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from ibd_scores.citations import (
    ALLOCCA_2018,
    ALLOCCA_2022,
    ALLOCCA_2022_CUT,
    NOVAK_2021,
    ORDAS_2019,
    RIMOLA_2009,
    RIMOLA_2011,
)
from ibd_scores.columns import Array
from ibd_scores.derive.findings import (
    DOPPLER_FLOW,
    EDEMA,
    FAT_STRANDING,
    MURAL_ULCERS,
    WALL_THICKNESS,
    flag,
)
from ibd_scores.derive.imaging import relative_contrast_enhancement, wall_thickened
from ibd_scores.form import Band, Check, Interval, Item, Mask
from ibd_scores.index import Index


def _thin(values: Mapping[str, Array]) -> Mask:
    thickness = values["wall_thickness_mm"]
    return np.asarray((thickness > 0) & (thickness < 1))


def _small(values: Mapping[str, Array]) -> Mask:
    enhancement = values["relative_contrast_enhancement"]
    return np.asarray((enhancement > 0) & (enhancement < 5))


IN_MM = Check("wall_thickness_mm", "under 1 mm: looks like centimeters; give millimeters", _thin)

RELATIVE_CONTRAST_ENHANCEMENT = Item(
    "relative_contrast_enhancement", "rise of the wall's signal after contrast, noise-corrected",
    Interval(-50, 2000), unit="%", derive=relative_contrast_enhancement,
)  # fmt: skip


def _enhancement_off_form(signals: Mapping[str, Array]) -> Mask:
    return RELATIVE_CONTRAST_ENHANCEMENT.off(relative_contrast_enhancement.compute(signals))


def _signal_falls(signals: Mapping[str, Array]) -> Mask:
    return np.asarray(signals["wsi_after"] < signals["wsi_before"])


maria = Index(
    name="maria",
    title="Magnetic Resonance Index of Activity (MaRIA) of a segment",
    disease="CD",
    items=(
        replace(WALL_THICKNESS, weight=1.5),
        replace(RELATIVE_CONTRAST_ENHANCEMENT, weight=0.02),
        replace(EDEMA, weight=5),
        replace(MURAL_ULCERS, weight=10),
    ),
    bands=(Band("inactive", 7), Band("active", 11), Band("severe")),
    checks=(
        Check("wsi_after", "with the other signal and the noise it makes a relative contrast "
              "enhancement outside -50 to 2000 %", _enhancement_off_form, refused=True),
        Check("wsi_after", "lower than before contrast: exchanged?", _signal_falls),
        Check("relative_contrast_enhancement", "looks like a fraction: give percent", _small),
        IN_MM,
    ),
    published_range="about 0 upwards",
    pitfalls=(
        "The cuts 7 and 11 are those of one segment, not of the sum of segments (maria_global).",
        "Contrast enhancement is in percent: 1.2 for 120 % takes away more than 2 points.",
        "Without the correction for noise, enhancement is not comparable between scans.",
    ),
    notes="A wall of 3 mm alone makes 4.5 points: 0 is not what a normal segment scores.",
    citation=f"{RIMOLA_2009}; {RIMOLA_2011}",
)  # fmt: skip

MARIA_SEGMENTS = {
    "ileum": "distal ileum",
    "ascending": "ascending colon",
    "transverse": "transverse colon",
    "descending": "descending colon",
    "sigmoid": "sigmoid colon",
    "rectum": "rectum",
}

maria_global = Index(
    name="maria_global",
    title="Global MaRIA: sum of six segments",
    disease="CD",
    items=tuple(
        Item(f"maria_{segment}", f"MaRIA of the {place}", maria.score.values)
        for segment, place in MARIA_SEGMENTS.items()
    ),
    published_range="about 0 upwards",
    pitfalls=(
        "An unmeasured segment does not count as 0: a sum over fewer than six is no global MaRIA.",
        "The cuts of a segment (7 and 11) do not apply to the sum.",
        "Where segments are often not measured, the simplified score suffers less from it.",
    ),
    citation=f"{RIMOLA_2009}; {RIMOLA_2011}",
)

maria_simplified = Index(
    name="maria_simplified",
    title="Simplified MaRIA of a segment",
    disease="CD",
    items=(
        replace(flag("wall_thickened", "wall thicker than 3 mm"), derive=wall_thickened),
        EDEMA,
        FAT_STRANDING,
        replace(MURAL_ULCERS, weight=2),
    ),
    bands=(Band("inactive", 1), Band("active", 2), Band("severe")),
    checks=(IN_MM,),
    pitfalls=(
        'The abstract prints "above 1" for active and "2 or more" for severe, which are the same '
        "scores: active begins at 1, as later validation has it.",
        'A reference text on the web prints "above 2" for severe; the paper has 2 or more.',
        "A wall of exactly 3 mm is not thickened.",
    ),
    citation=ORDAS_2019,
)

milan_ultrasound = Index(
    name="milan_ultrasound",
    title="Milan Ultrasound Criteria",
    disease="UC",
    items=(replace(WALL_THICKNESS, weight=1.4), replace(DOPPLER_FLOW, weight=2)),
    bands=(Band("inactive", 6.2, inclusive=True), Band("active")),
    published_range="0 upwards",
    checks=(IN_MM,),
    pitfalls=(
        "Flow is any color Doppler signal, yes or no: not the Limberg grade.",
        "Exactly 6.2 (3.0 mm with flow) is not active.",
        "Public code exists that takes 1.5 x thickness + 3.5 x Doppler grade + 6 x lost layers: "
        "that is not this score.",
        "The rectum is not assessed through the abdomen.",
    ),
    notes="The score of a patient is that of the worst segment of the colon. The cut restates the "
    "two rules it came from: flow and more than 3 mm, or no flow and more than about 4.43 mm.",
    citation=f"{ALLOCCA_2018}; the cut: {ALLOCCA_2022_CUT}",
)

buss = Index(
    name="buss",
    title="Bowel Ultrasound Score",
    disease="CD",
    items=(replace(WALL_THICKNESS, weight=0.75), replace(DOPPLER_FLOW, weight=1.65)),
    bands=(Band("inactive", 3.52, inclusive=True), Band("active")),
    published_range="0 upwards",
    checks=(IN_MM,),
    pitfalls=(
        "Flow is any color Doppler signal, yes or no: not the Limberg grade.",
        "Another study found 3.9 to be the cut for endoscopic remission (Yuksel 2025).",
    ),
    provisional="the coefficients and the cut were not verified from a readable source",
    citation=ALLOCCA_2022,
)

ibus_sas = Index(
    name="ibus_sas",
    title="International Bowel Ultrasound Segmental Activity Score",
    disease="CD",
    items=(
        replace(WALL_THICKNESS, weight=4),
        Item("inflammatory_fat_ibus", "absent 0, uncertain 1, present 2", range(3), weight=15),
        Item("doppler_signal_ibus",
             "modified Limberg: none 0, short signals 1, long signals in the wall 2, also outside "
             "it 3", range(4), weight=7),
        Item("wall_stratification_ibus",
             "layers normal 0, uncertain 1, lost over up to 3 cm 2, over more 3",
             range(4), weight=4),
    ),
    published_range="0 to 100 (nominal, not capped)",
    seldom_above=100,
    checks=(IN_MM,),
    pitfalls=(
        "Cut-offs differ from study to study: name the study with the cut.",
        "The score is not capped: 10 mm with the highest grades makes 103, which is kept.",
        "Fat and Doppler are graded here; the yes or no of other scores cannot be carried over.",
    ),
    notes="Cut-offs in use: endoscopic remission 24.4 (Yuksel 2025); 25.2 in public code, "
    "its purpose not stated; active 48.7 (doi:10.1080/00365521.2023.2181038); in ulcerative "
    "colitis above 19 for a Mayo endoscopic subscore of 2 or more and above 23 for a UCEIS of 5 "
    "or more (Innocenti 2025).",
    citation=NOVAK_2021,
)  # fmt: skip
