"""Which characteristics a baseline table shows, in which order, and which of them are unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from ibd_scores.indices.endoscopy import SEGMENTS
from ibd_scores.study.labels import LIMITS, quantity, raised

__all__ = [
    "CD_CHARACTERISTICS",
    "UC_CHARACTERISTICS",
    "Characteristic",
    "characteristics",
    "not_recorded",
]


@dataclass(frozen=True)
class Characteristic:
    """A line of the baseline table, or a block of lines: one for each level.

    The label is by default what `labels.quantity` calls the column.
    """

    column: str
    kind: Literal["median", "levels", "yes"] = "median"
    decimals: int = 0
    label: str = ""

    def __post_init__(self) -> None:
        if not self.label:
            object.__setattr__(self, "label", quantity(self.column))


_EVERYONE = (
    Characteristic("age"),
    Characteristic("sex", "levels"),
    Characteristic("bmi", decimals=1),
    Characteristic("smoking", "levels"),
    Characteristic("disease_duration"),
    Characteristic("age_at_diagnosis"),
)
_CROHN = (
    Characteristic("montreal_age", "levels"),
    Characteristic("montreal_location", "levels"),
    Characteristic("montreal_behavior", "levels"),
    Characteristic("perianal", "yes"),
    Characteristic("perianal_fistula", "yes"),
    Characteristic("perianal_abscess", "yes"),
    Characteristic("draining", "yes"),
)
_TREATMENT = (
    Characteristic("extraintestinal_manifestation", "yes"),
    Characteristic("prior_surgery", "yes"),
    Characteristic("prior_advanced_therapies", "levels"),
    Characteristic("prior_anti_tnf", "yes"),
    Characteristic("prior_anti_integrin", "yes"),
    Characteristic("prior_anti_il12_23", "yes"),
    Characteristic("systemic_steroid", "yes"),
    Characteristic("immunomodulator", "yes"),
    Characteristic("induction_dose_mg", "levels"),
)
_CROHN_ACTIVITY = (
    Characteristic("cdai"),
    Characteristic("hbi"),
    Characteristic("ses_cd"),
    *(Characteristic(f"ses_cd_{segment}") for segment in SEGMENTS),
    Characteristic("ses_cd_without_narrowing"),
)
_COLITIS_ACTIVITY = (
    Characteristic("mayo_full"),
    Characteristic("mayo_partial"),
    Characteristic("mayo_adapted"),
    Characteristic("stool_frequency", "levels"),
    Characteristic("rectal_bleeding", "levels"),
    Characteristic("physician_global", "levels"),
    Characteristic("endoscopic_subscore", "levels"),
    Characteristic("uceis"),
)
_IMAGING = (
    Characteristic("imaged", "yes"),
    Characteristic("wall_mm", decimals=1),
    Characteristic("highest_maria", decimals=1),
    Characteristic("highest_maria_simplified"),
)
_TIMING = (
    Characteristic("days_to_first_dose"),
    Characteristic("endoscopy_to_first_dose"),
    Characteristic("week12_day"),
    Characteristic("week12_endoscopy_day"),
    Characteristic("treatment_days"),
)
_OF_DISEASE = {
    "CD": ((*_EVERYONE, *_CROHN, *_TREATMENT), _CROHN_ACTIVITY),
    "UC": ((*_EVERYONE, Characteristic("montreal_extent", "levels"), *_TREATMENT),
           _COLITIS_ACTIVITY),
}  # fmt: skip


def characteristics(
    disease: str,
    *,
    crp_limit: float = LIMITS["crp_mg_l"],
    calprotectin_limit: float = LIMITS["calprotectin_ug_g"],
) -> tuple[Characteristic, ...]:
    """Lines of the baseline table of a disease, in their order, with labels that say the limits.

    Parameters
    ----------
    disease : str
        ``"CD"`` or ``"UC"``.
    crp_limit : float
        In mg/L: the one given to `at_baseline`.
    calprotectin_limit : float
        In µg/g, likewise.

    Raises
    ------
    ValueError
        If the disease is another.

    Examples
    --------
    >>> [one.label for one in characteristics("UC", crp_limit=8) if one.column == "crp_raised"]
    ['CRP ≥ 8 mg/L']
    """
    if disease not in _OF_DISEASE:
        raise ValueError(f"disease {disease!r} has no baseline table; use CD or UC")
    history, activity = _OF_DISEASE[disease]
    laboratory = (
        Characteristic("crp_mg_l", decimals=1),
        Characteristic("crp_raised", "yes", label=raised("crp_mg_l", crp_limit)),
        Characteristic("esr_mm_h"),
        Characteristic("esr_raised", "yes"),
        Characteristic("calprotectin_ug_g"),
        Characteristic("calprotectin_raised", "yes",
                       label=raised("calprotectin_ug_g", calprotectin_limit)),
        Characteristic("hemoglobin_g_dl", decimals=1),
        Characteristic("anemia", "yes"),
        Characteristic("albumin_g_dl", decimals=1),
        Characteristic("albumin_low", "yes"),
    )  # fmt: skip
    return (*history, *activity, *laboratory, *_IMAGING, *_TIMING)


CD_CHARACTERISTICS = characteristics("CD")
UC_CHARACTERISTICS = characteristics("UC")

# What a baseline table owes its reader, in words, and the columns of which one is enough; no
# column: no table has a place for it.
OWED: dict[str, tuple[str, ...]] = {
    "age": ("age",),
    "sex": ("sex",),
    "body mass index": ("bmi",),
    "smoking": ("smoking",),
    "disease duration": ("disease_duration",),
    "age at diagnosis": ("age_at_diagnosis",),
    "Montreal age": ("montreal_age",),
    "Montreal location": ("montreal_location",),
    "Montreal behavior": ("montreal_behavior",),
    "Montreal extent": ("montreal_extent",),
    "perianal fistula or abscess": ("perianal", "perianal_fistula", "perianal_abscess"),
    "anatomical type of perianal fistulas": (),
    "draining fistulas": ("draining",),
    "extraintestinal manifestations": ("extraintestinal_manifestation",),
    "bowel surgery before": ("prior_surgery",),
    "number of prior advanced therapies": ("prior_advanced_therapies",),
    "class of prior advanced therapies": (
        "prior_anti_tnf", "prior_anti_integrin", "prior_anti_il12_23",
    ),
    "why prior advanced therapies were stopped": (),
    "systemic corticosteroids": ("systemic_steroid",),
    "immunomodulators": ("immunomodulator",),
    "dose": ("induction_dose_mg",),
    "duration of treatment": ("treatment_days",),
    "CDAI": ("cdai",),
    "HBI": ("hbi",),
    "SES-CD": ("ses_cd",),
    "SES-CD by segment": tuple(f"ses_cd_{segment}" for segment in SEGMENTS),
    "SES-CD without narrowing": ("ses_cd_without_narrowing",),
    "Mayo scores": ("mayo_full", "mayo_partial", "mayo_adapted"),
    "Mayo subscore of stool frequency": ("stool_frequency",),
    "Mayo subscore of rectal bleeding": ("rectal_bleeding",),
    "Mayo subscore of the physician": ("physician_global",),
    "Mayo endoscopic subscore": ("endoscopic_subscore",),
    "UCEIS": ("uceis",),
    "CRP": ("crp_mg_l", "crp_raised"),
    "ESR": ("esr_mm_h", "esr_raised"),
    "fecal calprotectin": ("calprotectin_ug_g", "calprotectin_raised"),
    "hemoglobin": ("hemoglobin_g_dl", "anemia"),
    "albumin": ("albumin_g_dl", "albumin_low"),
    "imaging of the bowel wall": (
        "imaged", "wall_mm", "highest_maria", "highest_maria_simplified",
    ),
    "interval from baseline to first dose": ("days_to_first_dose", "endoscopy_to_first_dose"),
    "day of the week-12 visit": ("week12_day", "week12_endoscopy_day"),
}  # fmt: skip
# Owed in Crohn's disease alone, though no column says so.
CROHN_ALONE = {"anatomical type of perianal fistulas"}


def not_recorded(table: pd.DataFrame, characteristics: Sequence[Characteristic]) -> list[str]:
    """What a baseline table should show and the cohort did not record, in words.

    Parameters
    ----------
    table : DataFrame
        What `at_baseline` returns.
    characteristics : sequence of Characteristic
        Those of the disease: ``characteristics("CD")``.

    Returns
    -------
    list of str
        In the order of the table. Among them what no table of a cohort has a place for, such as
        why a prior therapy was stopped. Empty if there is no patient.

    Examples
    --------
    >>> table = pd.DataFrame({"age": [40.0], "sex": ["male"], "prior_anti_tnf": [None]})
    >>> not_recorded(table, [Characteristic(name) for name in ("age", "sex", "prior_anti_tnf")])
    ['class of prior advanced therapies', 'why prior advanced therapies were stopped']
    """
    if table.empty:
        return []
    asked = {one.column for one in characteristics}
    known = {*table.columns[table.notna().any()]}
    crohn = "perianal" in asked
    return [
        words
        for words, columns in OWED.items()
        if (asked & {*columns} if columns else crohn or words not in CROHN_ALONE)
        and not known & {*columns}
    ]
