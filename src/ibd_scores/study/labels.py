"""What columns, endpoints and estimands are called for the reader, in tables and in figures."""

import inspect
import re
from collections.abc import Collection, Hashable

from ibd_scores import endpoints
from ibd_scores.endpoint import Endpoint
from ibd_scores.entries import ENTRIES
from ibd_scores.indices.endoscopy import SEGMENTS
from ibd_scores.study.intake.words import words

__all__ = ["ESTIMAND_TITLES", "LIMITS", "OTHER_TITLES", "QUANTITIES", "dagger", "plainly",
           "quantity", "raised", "recorded", "title", "within"]  # fmt: skip


def _limit(normal: Endpoint) -> float:
    return float(inspect.signature(normal.rule).parameters["limit"].default)


# Below it a marker is normal, unless another limit is asked for.
LIMITS = {
    "crp_mg_l": _limit(endpoints.crp_normal),
    "calprotectin_ug_g": _limit(endpoints.calprotectin_normal),
}
QUANTITIES = {
    "age": "Age, years",
    "bmi": "Body mass index, kg/m²",
    "disease_duration": "Disease duration, years",
    "age_at_diagnosis": "Age at diagnosis, years",
    "perianal": "Perianal fistula or abscess",
    "anal_fistula": "Anal fistula",
    "anal_abscess": "Perianal abscess",
    "draining": "Draining perianal fistula",
    "prior_surgery": "Bowel surgery before",
    "prior_anti_tnf": "Prior anti-TNF",
    "prior_anti_integrin": "Prior anti-integrin",
    "prior_anti_il12_23": "Prior anti-IL-12/23",
    "induction_dose_mg": "Induction dose, mg",
    "systemic_steroid": "Systemic corticosteroid",
    "days_to_first_dose": "From baseline visit to first dose, days",
    "endoscopy_to_first_dose": "From baseline endoscopy to first dose, days",
    "week12_day": "Week-12 visit, days after first dose",
    "week12_endoscopy_day": "Week-12 endoscopy, days after first dose",
    "treatment_days": "Treatment up to week 12, days",
    "cdai": "CDAI",
    "short_cdai": "Short CDAI",
    "hbi": "HBI",
    "pro2_cd": "PRO2",
    "ses_cd": "SES-CD",
    "ses_cd_matched": "SES-CD, matched segments",
    "ses_cd_without_narrowing": "SES-CD without narrowing",
    **{f"ses_cd_{one}": f"SES-CD, {one.replace('_', ' ')}" for one in SEGMENTS},
    "mayo_full": "Full Mayo score",
    "mayo_partial": "Partial Mayo score",
    "mayo_adapted": "Adapted Mayo score",
    "stool_frequency": "Stool frequency subscore",
    "rectal_bleeding": "Rectal bleeding subscore",
    "physician_global": "Physician global subscore",
    "endoscopic_subscore": "Mayo endoscopic subscore",
    "endoscopic_subscore_adapted": "Mayo endoscopic subscore",
    "ses_cd_band": "SES-CD band",
    "cdai_band": "CDAI band",
    "mayo_full_band": "Full Mayo score band",
    "liquid_stools_mean": "Stool diary",
    "abdominal_pain_mean": "Pain diary",
    "pro2_uc": "PRO2",
    "uceis": "UCEIS",
    "crp_mg_l": "CRP, mg/L",
    "crp_raised": f"CRP ≥ {LIMITS['crp_mg_l']:g} mg/L",
    "esr_mm_h": "ESR, mm/h",
    "esr_raised": "ESR raised for age and sex",
    "calprotectin_ug_g": "Fecal calprotectin, µg/g",
    "calprotectin_raised": f"Fecal calprotectin ≥ {LIMITS['calprotectin_ug_g']:g} µg/g",
    "hemoglobin_g_dl": "Hemoglobin, g/dL",
    "anemia": "Anemia (WHO: hemoglobin < 13 g/dL in men, < 12 in women)",
    "albumin_g_dl": "Albumin, g/dL",
    "albumin_low": "Albumin < 3.5 g/dL (convention)",
    "imaged": "Bowel wall imaged",
    "wall_mm": "Thickest wall on imaging, mm",
    "thickest_wall_mm": "Thickest wall of the diseased segments, mm",
    "highest_maria": "Highest segmental MaRIA",
    "highest_maria_simplified": "Highest segmental simplified MaRIA",
}
OTHER_TITLES = {
    "crp_normalized": "C-reactive protein normalized",
    "calprotectin_normalized": "Fecal calprotectin normalized",
    "esr_normalized": "Erythrocyte sedimentation rate normalized",
    "biochemical_remission_normalized": "Biochemical remission (CRP and calprotectin), new",
    "anal_fistula_gone": "Anal fistula no longer recorded (of those with one)",
    "anal_abscess_gone": "Perianal abscess no longer recorded (of those with one)",
    "perianal_gone": "Neither fistula nor abscess recorded (of those with either)",
    "no_new_anal_fistula": "No new anal fistula (of those without one)",
    "no_new_anal_abscess": "No new perianal abscess (of those without one)",
}
ESTIMAND_TITLES = {
    "as_observed": "as observed",
    "non_responder": "non-responder imputation, completed",
    "non_responder_started": "non-responder imputation, all started",
    "worst_case": "worst case",
    "best_case": "best case",
    "multiple_imputation": "multiple imputation, stopped = failure",
}

PROPER = {"Mayo", "Montreal"}

# The names that `Endpoint.steroid_free` gives.
STEROID_FREE = re.compile(
    r"(?P<own>\w+)_steroid_free(_(?P<days>\d+)_days)?(?P<of_those>_of_those_on_steroid)?"
)

# Patients of a panel: of more, lines of each would cover one another, and bars count them.
DRAWN_SINGLY = 200
VISITS = ("baseline", "week 12")

# What 0, 1, 2 and 3 mean in the variables of the SES-CD.
LEVELS = {
    "ulcer_size": ("none", "aphthous", "large", "very large"),
    "ulcerated_surface": ("none", "< 10 %", "10-30 %", "> 30 %"),
    "affected_surface": ("none", "< 50 %", "50-75 %", "> 75 %"),
    "narrowing": ("none", "single", "multiple", "not passable"),
}


# What a definition says to who calls it from Python: "(clause=False: ...)".
OPTIONS = re.compile(r" \([^()]*\w=\w[^()]*\)")
NAMED = re.compile(r"\b[a-z]\w*_\w+")
SIGNS = {"<=": "≤", ">=": "≥", "ug/g": "µg/g"}


def plainly(definition: str) -> str:
    """Write an endpoint's definition for the reader.

    What concerns its callers alone is left out; another endpoint is called by its title.

    Examples
    --------
    >>> plainly("calprotectin < 250 ug/g (limit: another; inclusive=True: <=)")
    'calprotectin < 250 µg/g'
    >>> plainly("CDAI <= 150; healing is ulcer_free")
    'CDAI ≤ 150; healing is Ulcer-free endoscopy'
    """
    text = OPTIONS.sub("", definition)
    text = NAMED.sub(lambda found: title(found[0]) if _named(found[0]) else found[0], text)
    for typed, printed in SIGNS.items():
        text = text.replace(typed, printed)
    return text


def quantity(column: str) -> str:
    """Write a column's name for the reader, with its unit.

    Examples
    --------
    >>> quantity("crp_mg_l"), quantity("smoking")
    ('CRP, mg/L', 'Smoking')
    """
    return QUANTITIES.get(column, column.replace("_", " ").capitalize())


def within(column: str) -> str:
    """Write a column's name within a sentence: small, unless it is an abbreviation or a name.

    Examples
    --------
    >>> within("liquid_stools_mean"), within("mayo_full"), within("endoscopic_subscore")
    ('stool diary', 'full Mayo score', 'Mayo endoscopic subscore')
    """
    text = quantity(column)
    word = text.split(" ")[0].split(",")[0]
    small = word[1:].islower() and word not in PROPER
    return text[:1].lower() + text[1:] if small else text


def recorded(name: str) -> str:
    """Write a score, or a column of the tidy tables, whose own name stays in brackets.

    Examples
    --------
    >>> recorded("cdai"), recorded("hematocrit_percent"), recorded("not done")
    ('CDAI', 'Hematocrit [hematocrit_percent]', 'not done')
    """
    if name in ENTRIES:
        return QUANTITIES.get(name) or ENTRIES[name].title
    try:
        return f"{words().label(name, 'en')} [{name}]"
    except KeyError:
        return name


def raised(column: str, limit: float) -> str:
    """Write that a marker is at its limit or above it.

    Examples
    --------
    >>> raised("crp_mg_l", 8)
    'CRP ≥ 8 mg/L'
    """
    name, unit = quantity(column).split(", ")
    return f"{name} ≥ {limit:g} {unit}"


def _named(name: str) -> Endpoint | None:
    """Find an endpoint, or what `steroid_free` makes of one, by its name."""
    free = STEROID_FREE.fullmatch(name)
    own = getattr(endpoints, free["own"] if free else name, None)
    if not isinstance(own, Endpoint):
        return None
    if not free:
        return own
    among = "on_steroid" if free["of_those"] else "all"
    return own.steroid_free(days=int(free["days"] or 0), among=among)


def title(endpoint: Hashable, reported: Collection[str] = ()) -> str:
    r"""Write an endpoint's name for the reader, with a dagger if the study reported it.

    Examples
    --------
    >>> title("cdai_remission_steroid_free"), title("crp_normalized")
    ('Clinical remission (CDAI), corticosteroid-free', 'C-reactive protein normalized')
    >>> title("ulcer_free", reported={"ulcer_free"})
    'Ulcer-free endoscopy\xa0†'
    """
    name = str(endpoint)
    known = _named(name)
    text = known.title.replace("<=", "≤") if known else OTHER_TITLES.get(name) or quantity(name)
    return dagger(text, name in reported)


def dagger(text: str, marked: bool) -> str:
    """Mark a text with the dagger of what the study reported."""
    return f"{text}\N{NO-BREAK SPACE}†" if marked else text
