"""The STROBE checklist of cohort studies, in short, and where a report answers each item."""

from typing import NamedTuple

NOT_APPLICABLE, AUTHORS = "not applicable", "for the authors"


class Item(NamedTuple):
    """An item: its number, what it asks for in few words, and where it is answered.

    `where` is the id of a section of the report, `NOT_APPLICABLE` or `AUTHORS`; `remark` says why,
    or what is left to the authors beside it; `also` are the ids of further sections.
    """

    number: str
    asks: str
    where: str
    remark: str = ""
    also: tuple[str, ...] = ()


ITEMS = (
    Item("1a", "design named in title or abstract", AUTHORS),
    Item("1b", "balanced summary of what was done and found", "answer"),
    Item("2", "background and rationale", AUTHORS),
    Item("3", "objectives and hypotheses", "methods", "the primary endpoint; the rest: authors"),
    Item("4", "key elements of the design", "methods"),
    Item("5", "setting, places and dates", AUTHORS),
    Item("6a", "eligibility, sources, selection and follow-up of patients", AUTHORS,
         "who was counted: flow of patients"),
    Item("6b", "matching and number of exposed and unexposed", NOT_APPLICABLE, "one group"),
    Item("7", "outcomes, exposures, predictors and confounders defined", "methods",
         "endpoints, intercurrent and adverse events, predictors; nothing is adjusted for",
         ("outcomes",)),
    Item("8", "sources of data and how each was measured", "repairs",
         "the raw tables; devices and assays: authors"),
    Item("9", "efforts against bias", "methods",
         "plan, estimands and bounds; who was scoped and who was not; what remains",
         ("baseline", "limitations")),
    Item("10", "how the study size was arrived at", AUTHORS),
    Item("11", "how quantitative variables were handled", "methods"),
    Item("12a", "statistical methods", "methods"),
    Item("12b", "subgroups and interactions", "outcomes",
         "patients on corticosteroid at baseline; no interaction is tested"),
    Item("12c", "how missing data were addressed", "methods"),
    Item("12d", "how loss to follow-up was addressed", "methods", "the estimands"),
    Item("12e", "sensitivity analyses", "robustness"),
    Item("13a", "numbers at each stage", "flow"),
    Item("13b", "reasons for not going on at each stage", "flow"),
    Item("13c", "flow diagram", "flow"),
    Item("14a", "characteristics of the patients", "baseline"),
    Item("14b", "number with missing data for each variable", "baseline"),
    Item("14c", "follow-up time", "safety", "time under treatment"),
    Item("15", "numbers of outcome events", "outcomes"),
    Item("16a", "estimates with their precision; confounders adjusted for", "outcomes",
         "unadjusted: there is no comparison to adjust"),
    Item("16b", "boundaries of categories", "methods",
         "definitions of endpoints, limits of markers, bands of scores"),
    Item("16c", "relative into absolute risk", NOT_APPLICABLE, "no relative risk is reported"),
    Item("17", "other analyses", "robustness"),
    Item("18", "key results", "answer"),
    Item("19", "limitations", "limitations"),
    Item("20", "cautious interpretation", AUTHORS, "published rates for scale: published figures"),
    Item("21", "generalisability", AUTHORS),
    Item("22", "funding and the role of the funders", AUTHORS),
)  # fmt: skip
