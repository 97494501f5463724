"""What the abbreviations of the tables, and of the report, stand for."""

import re
from collections.abc import Iterable

MEANINGS = {
    "BMI": "body mass index",
    "BUSS": "Bowel Ultrasound Score",
    "CD": "Crohn's disease",
    "CDAI": "Crohn's Disease Activity Index",
    "CI": "confidence interval",
    "COVID-19": "coronavirus disease 2019",
    "CR-70": "clinical response by a fall of the index by 70 points",
    "CR-100": "clinical response by a fall of the index by 100 points",
    "CRP": "C-reactive protein",
    "CT": "computed tomography",
    "ECCO": "European Crohn's and Colitis Organisation",
    "ESR": "erythrocyte sedimentation rate",
    "HBI": "Harvey-Bradshaw Index",
    "IBD": "inflammatory bowel disease",
    "IBUS-SAS": "International Bowel Ultrasound Segmental Activity Score",
    "IL": "interleukin",
    "IOIBD": "International Organization for the Study of Inflammatory Bowel Diseases",
    "IQR": "interquartile range",
    "MRI": "magnetic resonance imaging",
    "MaRIA": "Magnetic Resonance Index of Activity",
    "NCT": "National Clinical Trial number",
    "PRO2": "two-item patient-reported outcome",
    "PRO2-CD": "two-item patient-reported outcome in Crohn's disease",
    "PRO2-UC": "two-item patient-reported outcome in ulcerative colitis",
    "SCCAI": "Simple Clinical Colitis Activity Index",
    "SES-CD": "Simple Endoscopic Score for Crohn's Disease",
    "SF/APS": "stool frequency and abdominal pain score",
    "SIBDQ": "Short Inflammatory Bowel Disease Questionnaire",
    "STRIDE-II": "Selecting Therapeutic Targets in Inflammatory Bowel Disease, second edition",
    "STROBE": "Strengthening the Reporting of Observational Studies in Epidemiology",
    "TNF": "tumor necrosis factor",
    "U-ACCOMPLISH": "a trial of upadacitinib induction in ulcerative colitis",
    "U-ACHIEVE": "a trial of upadacitinib induction in ulcerative colitis",
    "U-EXCEED": "a trial of upadacitinib induction in Crohn's disease after failure of biologics",
    "U-EXCEL": "a trial of upadacitinib induction in Crohn's disease",
    "UC": "ulcerative colitis",
    "UCEIS": "Ulcerative Colitis Endoscopic Index of Severity",
    "WHO": "World Health Organization",
    "df": "degrees of freedom",
}
# A longer one wins: SES-CD is no CD. NCT stands before digits, IL before "-12/23".
_KNOWN = re.compile(
    r"(?<![\w-])("
    + "|".join(map(re.escape, sorted(MEANINGS, key=lambda name: (-len(name), name))))
    + r")(?=NCT|\d{8}|-12|(?![\w]|-[A-Za-z]))"
)


def spelled_out(texts: Iterable[str]) -> str:
    """Spell out the abbreviations that stand in texts, in their order; blank where there is none.

    Examples
    --------
    >>> spelled_out(["SES-CD, median (IQR)"])
    "IQR, interquartile range; SES-CD, Simple Endoscopic Score for Crohn's Disease."
    """
    found = {name for text in texts for name in _KNOWN.findall(text.replace("anti-", "anti "))}
    meanings = [f"{name}, {MEANINGS[name]}" for name in sorted(found, key=str.casefold)]
    return "; ".join(meanings) + "." if meanings else ""
