"""What stands in which section of a report: cells of the notebooks, and figures."""

from typing import NamedTuple


class Drawn(NamedTuple):
    """A figure: its caption, its kind of drawing, the cells with its numbers and on them.

    `of_many` are caption and kind where there are more patients than single lines can show.
    """

    name: str
    caption: str
    kind: str
    numbers: tuple[str, ...]
    said: str = ""
    of_many: tuple[str, str] | None = None


BARS = "Bars and box plots of baseline and week 12"


# Of each notebook of outcomes, "{}-rates" and so on: a table with its caption, or sentences.
SAID = ("primary", "changed", "spread", "caveats")
FLOW = {"read": "From started to completed to scoped"}
BASELINE = {
    "baseline": "Table 1. Everyone who started, at baseline",
    "scoped": "Who was scoped at week 12, and who was not",
}
OUTCOMES = {
    "definitions": "Definitions of the endpoints, with their sources",
    "rates": "Endpoints under each estimand: k/n (%, 95 % CI)",
    "primary": "",
    "denominators": "Who is in the denominators",
    "reasons": "Why results are missing",
    "imputed": "Endpoints by multiple imputation",
    "changes": "Change from baseline",
    "changed": "",
    "steroid": "Endpoints without corticosteroids",
    "perianal": "Perianal disease at week 12",
    "prevalence": "Perianal findings at both visits",
    "imaging": "Bowel wall on imaging",
    "wall": "Thickest wall of the diseased segments",
    "transitions": "From endoscopic grade to grade",
    "transitions2": "From clinical band to band",
    "moves": "Tests of these transitions",
    "predictors": "Predictors of the primary endpoint",
    "optimism": "How far the model flatters itself",
    "groups": "The same quantities by outcome",
    "tests": "The tests of the plan, raw and adjusted",
}
BIOMARKERS = {
    "markers": "Markers of inflammation that are normal at week 12",
    "censoring": "Values beyond a limit of detection, handled otherwise",
}
SAFETY = {
    "events": "Adverse events",
    "special": "Adverse events of special interest",
    "observed": "Time under treatment",
    "accounting": "Which events were counted",
}
ROBUSTNESS = {"multiverse": "The range over all specifications", "spread": ""}
AUDIT = {
    "published": "",
    "audit": "Published percentages: what they allow, and what this cohort gives",
    "joint": "Denominators that print several of them at once",
    "context": "The rates beside published ones, for scale",
}
# Of the notebooks on cleaning and scoring, by their whole names.
REPAIRS = {
    "clean-read": "The raw tables",
    "clean-clean": "The tables after cleaning",
    "clean-queries": "What was found, and what was done about it",
    "clean-costs": "Scores that lack what was set to missing or left out",
    "score-read": "Diary days kept before a visit",
    "score-missing": "What each score was missing",
    "score-recorded": "Totals of the centre beside those computed from items",
    "score-problems": "Contradictions that were scored as recorded",
}

FIGURES = {
    "flow": (
        Drawn("flow", "Flow of patients in each disease, with the reasons for stopping.",
              "Flow chart", ("figure-flow-table",)),
    ),
    "outcomes": (
        Drawn("cd_rates", "Endpoints in Crohn's disease as observed and by non-responder "
              "imputation of all who started, and by the estimand of the analysis where that is "
              "another, with 95 % intervals; the pale bar reaches from the worst to the best case.",
              "Forest plot of rates", ("figure-read",)),
        Drawn("uc_rates", "Endpoints in ulcerative colitis, drawn likewise.",
              "Forest plot of rates", ("figure-read",)),
        Drawn("cd_scores", "CDAI and SES-CD at both visits; each line is a patient with both.",
              "Paired lines from baseline to week 12", ("figure-scores-table",),
              of_many=("CDAI and SES-CD at both visits, of patients with both; bars count who "
                       "has which value.", BARS)),
        Drawn("transitions", "From band to band: SES-CD in Crohn's disease, Mayo endoscopic "
              "subscore in ulcerative colitis, in patients who completed. A subscore of 1 counts "
              "whether friable or not; endoscopic improvement asks for no friability.",
              "Alluvial diagram", ("figure-bands-table", "figure-mayo-table")),
        Drawn("segments", "Ulcer size by segment, in segments explored at both visits.",
              "Stacked bars", ("figure-segments-table",)),
    ),
    "biomarkers": (
        Drawn("cd_markers", "Markers in Crohn's disease on a logarithmic scale; triangles are "
              "values beyond a limit of detection, drawn at the limit.",
              "Paired lines from baseline to week 12", ("figure-cd-markers-table",),
              of_many=("Markers in Crohn's disease on a logarithmic scale; bars count who has "
                       "which value, and values beyond a limit of detection stand at the limit.",
                       BARS)),
        Drawn("uc_markers", "Markers in ulcerative colitis, drawn likewise.",
              "Paired lines from baseline to week 12", ("figure-uc-markers-table",),
              of_many=("Markers in ulcerative colitis on a logarithmic scale; bars count who has "
                       "which value, and values beyond a limit of detection stand at the limit.",
                       BARS)),
    ),
    "robustness": (
        Drawn("cd_specifications", "The range of all specifications in Crohn's disease, question "
              "by question; diamonds are the choices of the analysis itself.",
              "Strips of rates", ("cd-multiverse",)),
        Drawn("cd_curve", "The question of the primary endpoint in Crohn's disease, specification "
              "by specification.", "Specification curve", ("cd-multiverse",), "cd-spread"),
        Drawn("uc_specifications", "The range of all specifications in ulcerative colitis.",
              "Strips of rates", ("uc-multiverse",)),
        Drawn("uc_curve", "The question of the primary endpoint in ulcerative colitis.",
              "Specification curve", ("uc-multiverse",), "uc-spread"),
    ),
    "audit": (
        Drawn("audit", "Each published percentage among the counts that its N allows, and what "
              "this cohort gives.", "Strips of possible percentages", ("figure-audit-table",)),
        Drawn("context", "The rates beside those of trials, for scale and not as a test.",
              "Forest plot of rates beside those of trials", ("figure-context-table",)),
    ),
}  # fmt: skip
