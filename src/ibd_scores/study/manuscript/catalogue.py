"""What each table of the chain is called in a manuscript, whom it counts, and how it was made.

A table is known by the cell of the notebook that shows it. What is not listed here goes into no
manuscript: every table listed is of groups of patients, none is of a patient.
"""

from dataclasses import dataclass

from ibd_scores.study.estimands import NEW_STEROID
from ibd_scores.study.evaluability import NOT_ACTIVE
from ibd_scores.study.plan import PLANS
from ibd_scores.study.sharing import TABLES

DISEASES = {"CD": "Crohn's disease", "UC": "ulcerative colitis"}
OUTCOMES = {"CD": "03_cd_outcomes", "UC": "04_uc_outcomes"}

# The files of the derived folder that hold aggregates, and nothing else.
AGGREGATES = (
    "rates",
    "audit",
    *(f"{disease.lower()}_{name}" for disease in PLANS for name in TABLES),
)


@dataclass(frozen=True)
class Entry:
    """A table of the manuscript; a main one has a number, one of the supplement S and a number.

    Braces in a title stand for the quantity that the table is about.
    """

    cell: str
    title: str
    among: str  # blank for a table that counts no patients
    method: str = ""
    main: bool = False
    codes: bool = False  # its rows are named by our names of columns
    stub: str = ""  # what its rows are, where the notebook does not say so
    among_cd: str = ""  # what is to be said of whom it counts in Crohn's disease alone


WILSON = "k/n (%, 95 % CI): k of n patients met the endpoint; Wilson score interval."
ESTIMANDS = (
    f"{WILSON} As observed: those with a result. Non-responder imputation: a missing result, or "
    f"{NEW_STEROID}, counts as failure. Worst to best case: every missing result, and every new "
    "corticosteroid, a failure; every missing result a success where what is known allows it."
)
ELIGIBLE = (
    "n of each cell: those eligible for the endpoint who had a result, completed 12 weeks, or "
    "started; who met it at baseline already, or could not meet it, is in none."
)
ANALYZED = f"Of endpoints read from an SES-CD, not eligible either: {NOT_ACTIVE}."
CHANGES = (
    "Medians (IQR). Improvement: Hodges-Lehmann estimate with its 95 % CI, of the ratio of week 12 "
    "to baseline where it says ratio. p: two-sided Wilcoxon signed-rank test with zeros dropped, "
    "beside it with zeros ranked (Pratt); effect size: matched-pairs rank-biserial correlation."
)
ADJUSTED = "Adjusted p: Holm in the confirmatory family, Benjamini-Hochberg in the exploratory one."
BETWEEN = "Patients who completed 12 weeks; missing: no value at that visit."
EVENTS = (
    "Everyone who started, and their time under treatment; events from the first dose to 30 days "
    "after the last in those who stopped."
)
HARM = (
    "Percentages with Clopper-Pearson 95 % CI. Events per 100 patient-years with exact Poisson "
    "95 % CI, too narrow where some patients have several events."
)
BOTH = "Patients with both values (pairs)."

OF_DISEASE = (
    Entry(
        "baseline", "Baseline characteristics",
        "Everyone who started; missing and censored values are counted beside.",
        "Median (IQR) or n (%), of those with a value. No test was made. Censored: beyond a limit "
        "of detection.", main=True,
    ),
    Entry("rates", "Endpoints at week 12 under each estimand", ELIGIBLE, ESTIMANDS, main=True,
          among_cd=ANALYZED),
    Entry(
        "changes", "Change from baseline to week 12", BOTH,
        f"{CHANGES} {ADJUSTED} A value beyond a limit of detection enters as limit/√2 below and as "
        "the limit above.", main=True, stub="Measure",
    ),
    Entry("events", "Adverse events", EVENTS, HARM, main=True),
    Entry("read", "Flow of patients", "Everyone who started."),
    Entry(
        "scoped", "Baseline of patients with and without a second endoscopy",
        "Patients who completed 12 weeks; n stands in the headings.",
        "Median (IQR) or n (%); standardized differences (with less without), no test.",
    ),
    Entry("definitions", "Definitions of the endpoints", ""),
    Entry(
        "denominators", "Denominators of the endpoints",
        "Everyone who started. Not eligible: who met the endpoint at baseline already, or could "
        "not meet it.", f"Counts. Intercurrent: {NEW_STEROID}.", among_cd=ANALYZED,
    ),
    Entry(
        "reasons", "Why results are missing", "Patients without a result for the endpoint.",
        "Counts; each patient once, under the first thing that was lacking.",
    ),
    Entry(
        "imputed", "Endpoints under multiple imputation",
        "Everyone who started and was eligible (n).",
        f"Who stopped, or had {NEW_STEROID}, counts as failure and is not imputed. Missing "
        "examinations of the others were imputed whole; rates combined by Rubin's rules on the "
        "logit scale, with 95 % CI. Missing information: the share of the variance that comes from "
        "not knowing.", stub="Endpoint", among_cd=ANALYZED,
    ),
    Entry(
        "censoring", "Sensitivity to values beyond a limit of detection", BOTH,
        "Ratio of week 12 to baseline (Hodges-Lehmann on the log scale, 95 % CI); p: Wilcoxon "
        "signed-rank test, or sign test where directions are counted.",
    ),
    Entry(
        "markers", "Normalization of markers of inflammation",
        "Patients abnormal at baseline and measured twice, or all measured at week 12, as the "
        "first column says.", WILSON,
    ),
    Entry(
        "steroid", "Endpoints without corticosteroids at week 12",
        f"All, or those on a corticosteroid at baseline. {ELIGIBLE}", ESTIMANDS, among_cd=ANALYZED,
    ),
    Entry("perianal", "Perianal disease at week 12", ELIGIBLE, ESTIMANDS),
    Entry(
        "prevalence", "Perianal findings at baseline and week 12",
        "Patients who completed 12 weeks and are known at both visits (pairs).",
        "n (%); difference in percentage points with Newcombe's 95 % CI for pairs; exact McNemar "
        "test.", stub="Finding",
    ),
    Entry("imaging", "Bowel wall on imaging at week 12", ELIGIBLE, ESTIMANDS),
    Entry("wall", "Change of the bowel wall", BOTH, f"{CHANGES} {ADJUSTED}", stub="Measure"),
    Entry("transitions", "{} at baseline and week 12", BETWEEN, "Counts."),
    Entry("transitions2", "{} at baseline and week 12", BETWEEN, "Counts."),
    Entry(
        "moves", "Tests of the transitions", "Patients known at both visits (pairs).",
        "Exact test of marginal homogeneity; asymptotic Stuart-Maxwell and Bowker tests beside it.",
        stub="Category",
    ),
    Entry(
        "predictors", "Predictors of the primary endpoint", "Patients with a result as observed.",
        "Firth-penalized logistic regression; profile likelihood 95 % CI and tests.",
    ),
    Entry(
        "optimism", "Performance of the model of predictors", "Patients in the model (n).",
        "Likelihood ratio test (χ²); heuristic shrinkage; c statistic with bootstrapped "
        "optimism.", stub="Outcome",
    ),
    Entry(
        "groups", "Predictors by outcome", "Patients who completed 12 weeks, by outcome (n).",
        "Median (IQR) or n (%); no test.",
    ),
    Entry(
        "tests", "Tests of the plan", "Those of the tables from which they come.",
        "Two-sided p, raw and adjusted in its family: Holm or Benjamini-Hochberg.",
        stub="Test",
    ),
    Entry(
        "special", "Adverse events of special interest", EVENTS,
        HARM,
    ),
    Entry("observed", "Time under treatment", "Everyone who started.", "Sums; no interval."),
    Entry("accounting", "Adverse events counted and not counted", "Recorded events.", "Counts."),
    Entry(
        "multiverse", "Endpoints over all specifications",
        "Differ between specifications; each stands in the file of all specifications.",
        "Range and quartiles of the rates over specifications; these are no intervals.",
    ),
    Entry(
        "audit", "Published figures and what this cohort gives",
        "Those printed (stated N), and those counted here, as the table says.",
        "Recovered: k/n (%, 95 % Wilson CI).", stub="Figure",
    ),
    Entry(
        "joint", "Denominators that print several published figures", "Up to 80 patients.",
        "Enumeration; no test.",
    ),
    Entry(
        "context", "Rates beside those of trials", "k/n where it was printed.",
        "95 % Wilson CI where there are counts. Not compared by a test.",
    ),
)  # fmt: skip

# The notebooks before the outcomes, whose tables are of all patients.
OF_ALL = {
    "02_scoring": (
        Entry(
            "score", "Scores at each visit", "Visits with the score (scored).",
            "Range, median and quartiles.", codes=True,
        ),
        Entry("bands", "Bands of activity at each visit", "Visits with the score.", "Counts.",
              codes=True),
        Entry(
            "missing", "Items that scores were missing", "All visits of the disease (of).",
            "Counts; alone: the only item that was missing.", codes=True,
        ),
    ),
    "01_cleaning": (
        Entry("queries", "Findings in the data, and what was done", "All patients of the cohort.",
              "Counts of findings and of patients.", codes=True),
    ),
}  # fmt: skip
