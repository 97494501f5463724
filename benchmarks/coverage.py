"""Write docs/coverage.md: how often the intervals of the study hold the truth.

.venv/bin/python benchmarks/coverage.py

Every setting has a random generator of its own, seeded by its name, so that the page is the same
however many processes share the work.
"""

import math
import time
import zlib
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import cohorts
import models
import numpy as np
from cohorts import COHORTS, SEED, Setting, binomial_coverage

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "coverage.md"
LIBRARIES = ("numpy", "scipy", "pandas", "statsmodels")
LOW, HIGH = 93.0, 98.0
# The denominators of the study: of those who were scoped, completed and started.
DENOMINATORS = (20, 23, 26, 60, 75, 80)

HEAD = f"""\
# Coverage of the intervals

This page is made by `.venv/bin/python benchmarks/coverage.py`, in two to three minutes on two
cores. The tests do not run it, but hold its exact numbers and its list of settings against the
code. Run again, it writes the same bytes: the seed is {SEED}, the versions were
{{versions}}.

A 95 % interval should hold the truth in 95 of 100 studies. Here patients are drawn from
distributions whose truth is known, {COHORTS:,} cohorts for a setting unless it says otherwise, and
each cohort is given to the function that the notebooks call. The question is whether between
{LOW:.0f} and {HIGH:.0f} % of the intervals hold the truth, in cohorts of the study's sizes: 23
patients with ulcerative colitis, 75 with Crohn's disease. Where the coverage can be summed exactly,
from the probability of each possible outcome, it stands beside the simulated one; the script stops
if they are more than four standard errors apart.

This is about sampling error alone. No interval allows for regression to the mean, nor, but for what
imputation can do, for endoscopies that are missing because of how the patient was.

## Result

The intervals of rates and of their changes, of untied changes of scores and of odds ratios hold
what they promise in every setting: those of rates at both sizes and a response of 40 and of 75 %.
Where others do not, it is said below, with what to use instead.

"""
COLUMNS = f"""\
**Exact** is the summed coverage; **simulated**, the percent of cohorts whose interval holds the
truth, ± its Monte-Carlo standard error; **interval below** and **interval above**, the percent in
which it lies altogether below or above the truth; **{LOW:.0f} to {HIGH:.0f}**, whether the
simulated coverage does.
"""


class Section(NamedTuple):
    """What the page says of one interval."""

    title: str
    used: str
    told: str
    truth: str
    instead: str = ""


SECTIONS = {
    "wilson": Section(
        "Wilson",
        "rates",
        "The interval of every rate (`estimands.rate`). The smaller denominators are those of\n"
        "patients scoped at both visits.",
        "{:.0f} %",
    ),
    "clopper": Section(
        "Clopper-Pearson",
        "rates, companion; adverse events",
        "The conservative companion (`proportions.clopper_pearson`), and the interval of the\n"
        "patients with an adverse event: never below 95 %, at the price of width, and above\n"
        "98 % for many rates near 0 and 100 % (last table).",
        "{:.0f} %",
    ),
    "newcombe": Section(
        "Newcombe, paired",
        "change of a rate",
        "The difference between two visits of the same patients (`proportions.newcombe_paired`),\n"
        "in percentage points. The two visits are correlated. The tables of 23 pairs can all be\n"
        "summed; those of 75 are too many.",
        "{:.0f}",
    ),
    "poisson": Section(
        "Exact Poisson",
        "adverse events",
        "Events for 100 person-years (`proportions.poisson_rate`), in twelve weeks of n patients\n"
        "who are all alike. It is conservative where few events are expected.",
        "{:.0f}",
    ),
    "clustered": Section(
        "Exact Poisson, patients differ",
        "adverse events",
        "As before, but some patients are prone to events and have several (their rates follow a\n"
        "gamma distribution of shape 1). A Poisson interval knows nothing of this.",
        "{:.0f}",
        "Too narrow where some patients have several events and most have none. Use the number\n"
        "of patients with at least one event instead, with its Clopper-Pearson interval.",
    ),
    "untied": Section(
        "Hodges-Lehmann, no ties",
        "change of a score",
        "The pseudo-median of differences (`statistics.hodges_lehmann`): exact for 23 patients,\n"
        "normal approximation for 75. Of a symmetric distribution the coverage does not depend\n"
        "on which it is. Of the skewed one the truth is the median of the mean of two patients.",
        "{:.2f}",
    ),
    "tied": Section(
        "Hodges-Lehmann, whole numbers",
        "change of a score",
        "Differences of scores that are whole numbers: SES-CD, full Mayo score, and one subscore.\n"
        "Zeros and ties make the interval the normal approximation. The truth is the\n"
        "pseudo-median of the distribution, by enumeration. The fewer values there are, the more\n"
        "conservative the interval.",
        "{:.1f}",
        "Conservative: a truth that is a whole or half number often is the limit itself, which\n"
        "counts as inside. The interval claims too little, never too much, so it stays; of a\n"
        "subscore, the percentages improved, the same and worse say more than it does.",
    ),
    "ratio": Section(
        "Hodges-Lehmann, ratio of a marker",
        "CRP, calprotectin",
        "The ratio week 12/baseline of a lognormal marker (SD of log10 0.5, correlation 0.5, true\n"
        "ratio 0.25). Beyond a limit only the limit is known, and `statistics.substituted` puts\n"
        "the limit/√2 below it and the limit above it. CRP is mostly censored at week 12,\n"
        "calprotectin above its upper limit mostly at baseline.",
        "{:.2f}",
        "Too low: substitution makes a fall look smaller than it is, and the more patients there\n"
        "are, the surer the interval misses. With up to 10 % of one visit censored it keeps what\n"
        "it promises. With more, use its upper limit alone, as *fell to at most*: the intervals\n"
        "that lie below the truth stay under the 2.5 % that such a statement allows. The sign\n"
        "test beside it (`censoring.sensitivity`) needs no substitution.",
    ),
    "firth": Section(
        "Firth, profile likelihood",
        "predictors",
        "The odds ratio of one of two predictors (`firth.firth`), 44 responders of 60 expected;\n"
        "1,000 cohorts for a setting. The patients' predictors are the same in all cohorts.",
        "{:.2f}",
    ),
    "imputation": Section(
        "Multiple imputation",
        "rates",
        "The rate with imputed endoscopies (`imputation.impute`, `imputation.pooled`), one of\n"
        "five missing; 1,000 cohorts for a setting. Missed by nothing: by chance. By CRP: those\n"
        "with a high CRP rather miss it, and the model reads CRP. By the score itself: those\n"
        "with a high score rather miss it, more than their CRP says.",
        "{:.0f} %",
        "Too low where the missing differ by what nobody recorded: no imputation can know.\n"
        "Best and worst case are the bounds that hold whatever the reason.",
    ),
}


def settings() -> list[Setting]:
    """Everything that is simulated, in the order of the page."""
    return [*cohorts.settings(), *models.settings()]


class Coverage(NamedTuple):
    """Percent of the cohorts whose interval holds the truth, lies below it, lies above it."""

    section: str
    name: str
    n: int
    truth: float
    exact: float | None
    held: float
    below: float
    above: float
    cohorts: int

    @property
    def error(self) -> float:
        """Monte-Carlo standard error of ``held``, in percentage points."""
        p = (self.held if self.exact is None else self.exact) / 100
        return 100 * math.sqrt(p * (1 - p) / self.cohorts)

    @property
    def verdict(self) -> str:
        """Where the simulated coverage lies."""
        if self.held < LOW:
            return "**below**"
        return "yes" if self.held <= HIGH else "above"


def simulated(setting: Setting) -> Coverage:
    """Draw the cohorts of one setting and count.

    Raises
    ------
    ArithmeticError
        If an exact coverage is known and the simulated one is more than 4 standard errors off:
        the draws or the sum are wrong.
    """
    rng = np.random.default_rng([SEED, zlib.crc32(f"{setting[:3]} {setting.truth:g}".encode())])
    drawn = (setting.draw(rng) for _ in range(setting.cohorts))
    low, high = np.array([setting.limits(one) for one in drawn]).T
    if np.isnan([low, high]).any():
        raise ArithmeticError(f"{setting[:3]}: an interval without limits")
    below, above = high < setting.truth, low > setting.truth
    exact = None if setting.exact is None else 100 * setting.exact()
    held = 100 * float((~(below | above)).mean())
    found = Coverage(
        *setting[:4], exact, held, 100 * float(below.mean()), 100 * float(above.mean()),
        setting.cohorts,
    )  # fmt: skip
    if exact is not None and abs(found.held - exact) > 4 * found.error:
        raise ArithmeticError(f"{setting[:3]}: {found.held:.2f} % simulated, {exact:.2f} % exact")
    return found


def measured(place: int) -> tuple[Coverage, float]:
    """Count one of `settings`, by its place, and say how many seconds it took."""
    start = time.perf_counter()
    return simulated(settings()[place]), time.perf_counter() - start


def table(heads: str, rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    dashes = "|".join(["---"] * (heads.count("|") + 1))
    return "".join([
        f"| {heads} |\n|{dashes}|\n", *(f"| {' | '.join(row)} |\n" for row in rows), "\n",
    ])  # fmt: skip


def row(one: Coverage) -> tuple[str, ...]:
    """Return one setting's row of its section."""
    return (
        one.name,
        str(one.n),
        SECTIONS[one.section].truth.format(one.truth),
        "" if one.exact is None else f"{one.exact:.2f}",
        f"{one.held:.1f} ± {one.error:.1f}",
        f"{one.below:.1f}",
        f"{one.above:.1f}",
        one.verdict,
    )


def across_rates(section: str) -> Iterable[tuple[str, ...]]:
    """Return the exact coverage over the true rates of 5 to 95 %, for each denominator."""
    rates = np.arange(50, 951) / 1000
    for n in DENOMINATORS:
        exact = 100 * binomial_coverage(section, n, rates)
        least = int(exact.argmin())
        yield (
            SECTIONS[section].title,
            str(n),
            f"{exact.mean():.1f}",
            f"{exact[least]:.1f} at {100 * rates[least]:.1f} %",
            f"{100 * np.mean((exact >= LOW) & (exact <= HIGH)):.0f} %",
        )


def page(found: Sequence[Coverage]) -> str:
    """Return the whole page."""
    heads = "setting | n | truth | exact | simulated | interval below | interval above | "
    result, parts, outside = [], [], []
    for key, section in SECTIONS.items():
        of = [one for one in found if one.section == key]
        beyond = [one for one in of if one.verdict != "yes"]
        least, most = min(one.held for one in of), max(one.held for one in of)
        within = f"{len(of) - len(beyond)} of {len(of)} settings"
        result.append((section.title, section.used, f"{least:.1f} to {most:.1f}", within))
        parts += [f"### {section.title}\n\n{section.told}\n\n"]
        parts += [table(f"{heads}{LOW:.0f} to {HIGH:.0f}", map(row, of))]
        if beyond:
            listed = [
                f"- {one.name}, n = {one.n}, truth {section.truth.format(one.truth)}: "
                f"{one.held:.1f} %\n"
                for one in beyond
            ]
            outside += [f"**{section.title}.**\n{section.instead}\n\n", *listed, "\n"]
    summary = table(
        f"interval | of | simulated coverage, % | within {LOW:.0f} to {HIGH:.0f} %", result
    )
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    sweep = table(
        f"interval | n | mean, % | least, % | rates within {LOW:.0f} to {HIGH:.0f} %",
        (line for key in ("wilson", "clopper") for line in across_rates(key)),
    )
    return "".join([
        HEAD.format(versions=versions), summary,
        "## What falls outside, and what to use instead\n\n", *outside,
        "## The tables\n\n", COLUMNS, "\n", *parts,
        "### Across the true rates\n\nExact coverage at every true rate from 5 to 95 %, in steps "
        "of 0.1.\n\n", sweep,
    ]).rstrip("\n") + "\n"  # fmt: skip


def main() -> None:
    """Simulate everything, say how it goes, and write the page."""
    found = []
    with ProcessPoolExecutor(2) as workers:
        places = range(len(settings()))
        for one, seconds in workers.map(measured, places):
            found.append(one)
            said = f"{SECTIONS[one.section].title}, {one.name}, n = {one.n}"
            print(f"{len(found):3}/{len(places)}  {one.held:5.1f} %  {seconds:5.1f} s  {said}")
    DOCUMENT.write_text(page(found), "utf-8", newline="\n")
    print(f"Written: {DOCUMENT}")


if __name__ == "__main__":
    main()
