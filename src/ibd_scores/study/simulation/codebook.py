"""What stands in the raw tables of the simulated cohort, each column once, and their README."""

from collections.abc import Mapping
from typing import Any, NamedTuple

NOT_DONE = "未查"
WORDS = {"week12": "week 12", "right_colon": "right colon", "transverse": "transverse colon",
         "left_colon": "left colon"}  # fmt: skip


class Column(NamedTuple):
    """A column of the export: our name (blank if we have none), its heading, what it holds."""

    name: str
    heading: str
    values: str
    meaning: str
    unit: str = ""
    decimals: int = 0
    factor: float = 1  # from our unit to the hospital's


FLAG = "0 no, 1 yes"
DAY = "2024-03-09, here and there 2024/3/9"
SEGMENT_WORDS = "ileum, right colon, transverse colon, left colon, rectum"
PATIENT = Column("patient_id", "Patient ID", "P001 onwards", "the same in every table")
VISIT = Column("visit", "Visit", "baseline, week 12", "baseline precedes the first dose")
SEGMENT = Column("segment", "Segment", SEGMENT_WORDS, "the left colon includes the sigmoid")


def _flags(names: Mapping[str, str], note: str) -> tuple[Column, ...]:
    return tuple(Column(name, heading, FLAG, note) for name, heading in names.items())


CODEBOOK: dict[str, tuple[Column, ...]] = {
    "patients": (
        PATIENT,
        Column("disease", "Diagnosis", "CD, UC", "Crohn's disease or ulcerative colitis"),
        Column("sex", "Sex", "男 or M male, 女 or F female", "two systems of the hospital feed it"),
        Column("age", "Age", "18 to 90", "at the start", "years"),
        Column("age_at_diagnosis", "Age at diagnosis", "17 to 90", "", "years"),
        Column("height_m", "Height", "1.40 to 2.00", "", "m", 2),
        Column("smoking", "Smoking", "never, former, current", "at the start"),
        *_flags({"disease_ileum": "Ileum", "disease_colon": "Colon",
                 "disease_upper_gi": "Upper GI"}, "CD: location (Montreal L); blank in UC"),
        *_flags({"stricturing": "Stricturing", "penetrating": "Penetrating"},
                "CD: behavior (Montreal B); blank in UC"),
        *_flags({"perianal_fistula": "Perianal fistula", "perianal_abscess": "Perianal abscess"},
                "CD: at baseline; blank in UC"),
        Column("colitis_extent", "UC extent", "1 proctitis, 2 left-sided, 3 extensive",
               "Montreal E; blank in CD"),
        Column("prior_advanced_therapies", "Prior biologics", "1 to 4",
               "how many failed or were not tolerated"),
        *_flags({"prior_anti_tnf": "Anti-TNF", "prior_anti_integrin": "Anti-integrin",
                 "prior_anti_il12_23": "Anti-IL-12/23"},
                "among the prior biologics; several can be of one class"),
        *_flags({"prior_surgery": "Prior surgery"}, "bowel resection before"),
        *_flags({"immunomodulator": "Immunomodulator"}, "taken at the start"),
        Column("normal_stools_per_day", "Normal stools", "1 or 2",
               "UC: in remission or before the disease; blank in CD", "per day"),
        Column("induction_dose_mg", "Induction dose", "30 or 45",
               "of upadacitinib, once a day; not reported, so simulated", "mg"),
        Column("start_date", "Start date", DAY, "first dose of upadacitinib"),
        Column("stop_date", "Stop date", DAY, "last dose, where it was before week 12; else blank"),
        Column("stop_reason", "Stop reason", "free text", "why the treatment was stopped"),
    ),
    "visits": (
        PATIENT,
        VISIT,
        Column("date", "Visit date", DAY, ""),
        Column("weight_kg", "Weight", "35.0 to 130.0", "", "kg", 1),
        Column("hematocrit_percent", "HCT", "20.0 to 55.0, 未查", "hematocrit", "%", 1),
        Column("hemoglobin_g_dl", "Hb", "60 to 190, 未查", "hemoglobin", "g/L", 0, 10),
        Column("albumin_g_dl", "ALB", "20.0 to 55.0, 未查", "albumin", "g/L", 1, 10),
        Column("crp_mg_l", "CRP", "number, <0.5 mg/L (<0.05 mg/dL), 未查", "C-reactive protein",
               "in the next column", 1),
        Column("", "CRP unit", "mg/L, mg/dL", "changes on {crp_change}"),
        Column("esr_mm_h", "ESR", "1 to 140, 未查", "erythrocyte sedimentation rate", "mm/h"),
        Column("calprotectin_ug_g", "FC", "5 to 1800, >1800, 未查", "fecal calprotectin", "ug/g"),
        *_flags({"systemic_steroid": "Systemic steroid"}, "taken at the visit"),
        *_flags({"antidiarrheal": "Antidiarrheal"}, "loperamide or an opiate for diarrhea"),
        Column("abdominal_mass", "Mass", "0 none, 2 questionable, 5 definite", "CD (CDAI)"),
        *_flags({"arthralgia": "Arthralgia", "uveitis": "Uveitis",
                 "erythema_nodosum": "Erythema nodosum", "aphthous_ulcers": "Mouth ulcers",
                 "pyoderma_gangrenosum": "Pyoderma", "anal_fissure": "Anal fissure",
                 "anal_fistula": "Anal fistula"}, "present at the visit"),
        Column("draining_fistulas", "Draining fistulas", "0 to 10",
               "CD: perianal, on gentle compression; 0 without an anal fistula; blank in UC"),
        *_flags({"anal_abscess": "Perianal abscess", "new_fistula": "New fistula",
                 "other_fistula": "Other fistula"}, "present at the visit"),
        *_flags({"fever": "Fever"}, "above 37.8 degrees C in the past week"),
        Column("general_wellbeing_previous_day", "Wellbeing yesterday",
               "0 very well to 4 terrible", "CD (HBI)"),
        Column("abdominal_pain_previous_day", "Pain yesterday", "0 none to 3 severe", "CD (HBI)"),
        Column("liquid_stools_previous_day", "Liquid stools yesterday", "0 to 30", "CD (HBI)",
               "per day"),
        Column("abdominal_mass_hbi", "Mass (HBI)",
               "0 none, 1 dubious, 2 definite, 3 definite and tender", "CD (HBI)"),
        Column("stools_per_day", "Stools", "0 to 20", "UC (Mayo), at the visit", "per day"),
        Column("rectal_bleeding", "Rectal bleeding", "0 none to 3 blood alone", "UC (Mayo)"),
        Column("physician_global", "Physician global", "0 normal to 3 severe", "UC (Mayo)"),
        Column("endoscopic_subscore", "Mayo endoscopic", "0 normal to 3 severe, 未查",
               "UC: one item of the Mayo form"),
        Column("friability", "Friability", FLAG + ", 未查", "UC: the mucosa bleeds at a touch"),
        Column("vascular_pattern", "Vascular pattern", "0 normal to 2 obliterated, 未查",
               "UC (UCEIS)"),
        Column("bleeding", "Bleeding", "0 none to 3 luminal, 未查", "UC (UCEIS)"),
        Column("erosions_ulcers", "Erosions and ulcers", "0 none to 3 deep ulcer, 未查",
               "UC (UCEIS)"),
    ),
    "diary": (
        PATIENT,
        Column("date", "Date", "2024-03-09", "CD: one row for each day"),
        Column("liquid_stools", "Liquid stools", "0 to 30", "liquid or very soft", "per day"),
        Column("abdominal_pain", "Pain", "0 none to 3 severe", "of the day"),
        Column("general_wellbeing", "Wellbeing", "0 well to 4 terrible", "of the day"),
        *_flags({"bowel_preparation": "Bowel preparation", "endoscopy": "Endoscopy"},
                "on this day"),
    ),
    "endoscopy": (
        PATIENT,
        VISIT,
        Column("date", "Exam date", "2024-03-09", "CD: one row for each segment"),
        SEGMENT,
        Column("", "Status", "reached, not reached", "findings are blank if not reached"),
        Column("ulcer_size", "Ulcer size",
               "0 none, 1 up to 0.5 cm, 2 up to 2 cm, 3 larger", "SES-CD cell"),
        Column("ulcerated_surface", "Ulcerated surface",
               "0 none, 1 under 10 %, 2 10 to 30 %, 3 more", "SES-CD cell"),
        Column("affected_surface", "Affected surface",
               "0 none, 1 under 50 %, 2 50 to 75 %, 3 more", "SES-CD cell"),
        Column("narrowing", "Narrowing",
               "0 none, 1 single, 2 multiple, 3 cannot be passed", "SES-CD cell"),
    ),
    "adverse_events": (
        PATIENT,
        Column("term", "Event", "free text", "as reported"),
        Column("onset_date", "Onset", DAY, "first day"),
        *_flags({"serious": "Serious"}, ""),
        *_flags({"related": "Related"}, "to upadacitinib, in the physician's view"),
        Column("action", "Action", "none, interrupted, stopped", "what was done with the drug"),
    ),
    "imaging": (
        PATIENT,
        VISIT,
        Column("date", "Scan date", "2024-03-09", "intestinal ultrasound, CD, by segment"),
        SEGMENT,
        Column("wall_thickness_mm", "Wall thickness", "1.0 to 12.0", "", "mm", 1),
        *_flags({"doppler_flow": "Doppler flow", "inflammatory_fat": "Inflammatory fat"},
                "in or around the wall"),
        Column("stratification", "Stratification", "0 lost, 1 normal", "layers of the wall"),
    ),
}  # fmt: skip


# Each fault: what it is, and what cleaning does with it.
TREATMENT = {
    "date in another format": ("a day typed as 2024/3/9", "converted"),
    "misspelled": (
        "a sex in no spelling that the export knows",
        "repaired, as `cohort.toml` declares",
    ),
    "not done": (f"{NOT_DONE}, a test or an endoscopy that was not done", "missing"),
    "detection limit": ("`<0.5`, `<0.05` or `>1800`", "the limit, marked as censored"),
    "another unit": ("CRP in mg/dL", "converted to mg/L"),
    "another scale": ("a hematocrit typed as a fraction", "times 100, as `cohort.toml` declares"),
    "not permitted": ("a physician's global assessment of 4", "missing; the form ends at 3"),
    "duplicated row": ("a visit that stands twice, word for word", "the later row is dropped"),
    "segment not reached": ("an endoscopy that did not reach a segment", "left out of every score"),
    "no diary entry": (
        "a day missing in the week before a visit",
        "missing; totals are the mean of the other days times 7, given at least 4",
    ),
}

README = """\
# The upadacitinib cohort: simulated

**No patient stands behind these tables.** A program draws them, with a fixed seed. Any likeness
to a person is chance, and nothing about a drug can be learned from them.

## Why they exist

A congress abstract reports upadacitinib induction at one centre, in percentages and without the
patients. Some of its figures cannot be true of the patients it states: no count out of 75 prints
as 62 %, none out of 23 as 70.83 %. This cohort is one in which all of them are true, once each has
its own denominator (`published.csv` lists them as printed). Recovering them from the items below
tests the arithmetic of the project, and shows nothing about medicine. Since the program accepts
patients by the library's own scores, a test also recounts the figures without the library.

## What was drawn from what

| | Crohn's disease | ulcerative colitis |
|---|---|---|
| started | {crohn[started]} | {colitis[started]} |
| completed 12 weeks | {crohn[completed]} | {colitis[completed]} |
| fistula or abscess at baseline, of the completed | {crohn[perianal]} | |
| endoscopy at baseline, of those who started | | {colitis[scoped_at_baseline]} |
| endoscopy at both visits, of the completed | {crohn[scoped]} | {colitis[scoped]} |

* **From the abstract**: these counts, and how many had which endoscopic result. The program draws
  bowels until the library's own endpoints give the published verdicts; it edits none into shape.
* **From a latent severity**, because nothing was reported: everything else. One severity for each
  patient and visit drives diary, symptoms, laboratory, colonoscopy and ultrasound, so that they go
  together; the medians are of the order published for the trials of the drug
  (doi:10.1056/NEJMoa2212728, doi:10.1016/S0140-6736(22)00581-5).
* **On purpose**: some patients stand exactly on a cut (SES-CD halved, CDAI 150 or 220, a fall by
  100 or 70, CRP 5 mg/L, calprotectin 250 ug/g), so that a shifted cut changes a result.

The tables hold items only, never a total, a severity or an endpoint. `cohort.toml` says how they
are read. `python -m ibd_scores.study.simulation` writes all files of this folder but `cohort.toml`
and `published.csv`; the same seed ({seed}) gives the same bytes.

## The tables

UTF-8, comma-separated, one header row. A blank means that the question does not apply or that
nothing was recorded; {not_done} (not done) that a test was due and was not made.
{tables}
## The faults

The export is as untidy as exports are. `faults.csv` lists each place: table, row (the header is row
1; blank for a day that is not there), patient, visit, column, problem, and what is written. The
names are those of the query list of the cleaning notebook, which must find all of them and nothing
else.

| problem | what it is | how many | what cleaning does |
|---|---|---|---|
{faults}
"""


def readme(plan: Mapping[str, Any], rows: Mapping[str, int], problems: list[str]) -> str:
    """The README beside the raw tables: what they are, every column, every kind of fault."""
    tables = ""
    for table, columns in CODEBOOK.items():
        tables += f"\n### {table}.csv, {rows[table]} rows\n\n"
        tables += "| heading | values | unit | meaning | tidy name |\n|---|---|---|---|---|\n"
        for column in columns:
            meaning = column.meaning.format(crp_change=plan["faults"]["crp_in_mg_dl_from"])
            name = f"`{column.name}`" if column.name else ""
            tables += (
                f"| {column.heading} | {column.values} | {column.unit} | {meaning} | {name} |\n"
            )
    faults = "\n".join(
        f"| {problem} | {what} | {problems.count(problem)} | {treatment} |"
        for problem, (what, treatment) in TREATMENT.items()
    )
    return README.format(
        crohn=plan["crohn"]["targets"], colitis=plan["colitis"]["targets"], seed=plan["seed"],
        not_done=NOT_DONE, tables=tables, faults=faults,
    )  # fmt: skip
