"""Compare the study's statistics with R's, and write docs/statistics.md.

python tools/against_r.py

R's own functions where it has them, the packages brglm2, coin and exactRankTests, and for the rest
the few lines of R in against_r.R. One R process answers everything. statistics_head.md is how the
page begins.
"""

import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from ibd_scores import endpoints
from ibd_scores.study import cleaning, description, scoring
from ibd_scores.study.categories import bowker, marginal_homogeneity, mcnemar_exact
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.multiplicity import adjust
from ibd_scores.study.plan import CD, UC
from ibd_scores.study.predictors import predictors
from ibd_scores.study.proportions import clopper_pearson, poisson_rate, wilson
from ibd_scores.study.statistics import changes, paired_change, substituted

TOOLS = Path(__file__).resolve().parent
DOCUMENT = TOOLS.parent / "docs" / "statistics.md"
HEAD, HELPERS = TOOLS / "statistics_head.md", TOOLS / "against_r.R"
PACKAGES = ("brglm2", "coin", "exactRankTests")
COMPUTED = "R's numbers were computed with "
SAME = ("what", "here", "R", "difference", "in R")
OTHER = ("what", "here", "R", "in R", "why")
DIGITS = 7

# Why a number differs where another method was chosen.
WALSH = ("R drops zeros, and solves for a limit, to about four digits, between two Walsh averages; "
         "here zeros stay and a limit is one of the averages")  # fmt: skip
TIES = ("exact also with ties; here the normal approximation where there are ties or zeros and "
        "more than 13 pairs, or more than 50")  # fmt: skip
# What the examples are computed from: of the specification, but for `tied` and `p`.
EXAMPLES: dict[str, Sequence[float] | Sequence[Sequence[int]]] = {
    "d": [120, 85, -10, 150, 60, 95, 40, 30, 110, 75],
    "tied": [2, 0, 1, 1, -1, 3, 2, 0, 1, 2, -1, 1],
    "moves": [[10, 2, 1], [8, 6, 2], [5, 7, 4]],
    "p": [0.001, 0.012, 0.013, 0.04, 0.04, 0.3, 0.9],
}
PROPORTIONS = ((17, 24), (55, 75), (11, 15), (16, 20), (8, 20), (40, 75), (0, 23), (23, 23))
# The first is the example of R's own help; none is of the cohort.
EVENTS = ((137, 24.19893), (1, 17.5), (0, 17.5))
# Events of patients, with and without the predictor.
FIRTH = {"a": ((18, 20), (5, 10)), "separated": ((10, 10), (5, 10))}
# Of the study: changes, by disease and column; ratios among them; transitions and their order.
CHANGES = (("CD", "cdai"), ("CD", "ses_cd_matched"), ("CD", "crp_mg_l"),
           ("UC", "mayo_adapted"), ("UC", "crp_mg_l"))  # fmt: skip
RATIOS = ("crp_mg_l",)
MOVES = {"CD": ("ses_cd_band", None), "UC": ("endoscopic_subscore", range(4))}


@dataclass(frozen=True)
class Comparison:
    """Numbers of ours, the call that gives them in R, and how far apart they may be.

    The distance is relative. It is more than rounding only where `why` says what R does otherwise,
    and where the two answer different questions there is none.
    """

    what: str
    ours: tuple[float, ...]
    call: str
    within: float | None = 1e-6
    why: str = ""

    @property
    def package(self) -> str:
        """The R package that the call needs, "" if none."""
        return next((name for name in PACKAGES if f"{name}::" in self.call), "")


@dataclass(frozen=True)
class Cohort:
    """What the study's own numbers are computed from."""

    patients: pd.DataFrame
    scores: pd.DataFrame
    note: str

    def pairs(self, disease: str) -> pd.DataFrame:
        """Week 12 beside baseline."""
        return endpoints.pairs(self.scores[self.scores["disease"].eq(disease)])


@cache
def cohort() -> Cohort:
    """Read, clean and score the simulated cohort."""
    source = read_cohort("upadacitinib")
    tables = cleaning.clean(source).tables
    prepared = scoring.prepare(*(tables[name] for name in ("patients", "visits", "diary")))
    endoscopies = scoring.score(tables["endoscopy"], scoring.ENDOSCOPIC)
    scores = scoring.score(scoring.with_endoscopy(prepared, endoscopies), scoring.CLINICAL)
    return Cohort(tables["patients"], scores, source.note)


@cache
def data() -> dict[str, npt.NDArray[np.float64]]:
    """Give what R computes from, by the names that the calls use."""
    found = {name: np.asarray(values, dtype=np.float64) for name, values in EXAMPLES.items()}
    for name, groups in FIRTH.items():
        found[name] = np.repeat([1.0, 0.0], [n for _, n in groups])
        found[f"{name}_met"] = np.hstack([np.arange(n) < k for k, n in groups]).astype(np.float64)
    for disease, column in CHANGES:
        pairs = cohort().pairs(disease).dropna(subset=[column, f"{column}_baseline"])
        before, after = pairs[f"{column}_baseline"], pairs[column]
        if column in RATIOS:
            before = substituted(before, pairs[f"{column}_censor_baseline"]).map(np.log10)
            after = substituted(after, pairs[f"{column}_censor"]).map(np.log10)
        found[f"{disease}_{column}"] = (before - after).round(9).to_numpy()
    for disease, (column, order) in MOVES.items():
        counts = description.transitions(cohort().pairs(disease), column, order)
        margins = ["missing", "total"]
        found[f"{disease}_{column}"] = counts.drop(index=margins, columns=margins).to_numpy()
    table, outcome = _predicted()
    outcome = outcome.dropna()
    design = table.loc[outcome.index, list(CD.predictors)].astype("float64").dropna()
    for column, (step, _) in CD.predictors.items():
        found[f"CD_{column}"] = (design[column] / step).to_numpy()
    found["CD_met"] = np.asarray(outcome[design.index], dtype=np.float64)
    return found


def examples() -> list[Comparison]:
    """Compare numeric examples."""
    d, tied = (pd.Series(data()[name]) for name in ("d", "tied"))
    change, ties = paired_change(d, 0 * d), paired_change(tied, 0 * tied)
    categories = bowker([[9, 2], [12, 8]])[:3], bowker(data()["moves"].astype(int))[:3]
    families = (("confirmatory", "Holm", "holm"), ("exploratory", "Benjamini-Hochberg", "BH"))
    return [
        Comparison("ten differences: Hodges-Lehmann, 95 % interval, signed-rank p",
                   (change.change, change.low, change.high, change.p),
                   _wilcoxon("d", "TRUE", "c(estimate, conf.int, p.value)")),
        Comparison("12 differences with ties and zeros: signed-rank p", (ties.p,),
                   "exactRankTests::wilcox.exact(tied)$p.value"),
        Comparison("the same", (ties.p,), _coin("tied", "Wilcoxon")),
        Comparison("the same: Pratt's p", (ties.p_pratt,), _coin("tied", "Pratt")),
        *(one for k, n in PROPORTIONS for one in _proportion(f"{k}/{n}", k, n)),
        Comparison("2 against 12: exact McNemar p", (mcnemar_exact(2, 12),),
                   "binom.test(2, 14)$p.value"),
        Comparison("two categories, 2 against 12: Bowker statistic, df, p", categories[0],
                   _test("mcnemar.test(matrix(c(9, 12, 2, 8), 2), correct = FALSE)")),
        Comparison("three categories: Bowker statistic, df, p", categories[1],
                   _test("mcnemar.test(moves)")),
        *_homogeneity("three categories", "moves"),
        *(Comparison(f"adjusted p, {title}", _adjusted(data()["p"], family),
                     f'p.adjust(p, "{method}")') for family, title, method in families),
        *(Comparison(f"example, {k} events in {years} patient-years: rate per 100, 95 % interval",
                     poisson_rate(k, years),
                     f"100 * with(poisson.test({k}, {years}), c(estimate, conf.int))")
          for k, years in EVENTS),
        *(one for name in FIRTH for one in _firth(name)),
    ]  # fmt: skip


def study() -> list[Comparison]:
    """Compare numbers of the simulated cohort."""
    rows = [one for disease, column in CHANGES for one in _change(disease, column)]
    for disease, (column, _) in MOVES.items():
        rows += _homogeneity(f"{disease}, {column}", f"{disease}_{column}")
    tests = changes(cohort().pairs("CD"), CD.exploratory)["p"].to_numpy()
    listed = f"c({', '.join(f'{p:.9g}' for p in tests)})"
    what = "CD, exploratory changes: adjusted p, Benjamini-Hochberg"
    rows.append(Comparison(what, _adjusted(tests, "exploratory"), f'p.adjust({listed}, "BH")'))
    for plan in (CD, UC):
        flags = plan.primary_endpoint(cohort().pairs(plan.disease)).dropna()
        k, n = int(flags.sum()), len(flags)
        rows += _proportion(f"{plan.disease}, {plan.primary}, {k}/{n}", k, n)
    table, outcome = _predicted()
    ratios = predictors(table, outcome, CD.predictors)
    columns = [f"CD_{column}" for column in CD.predictors]
    return rows + _model(f"CD, {CD.primary}", ratios, "CD_met", columns)


def _predicted() -> "tuple[pd.DataFrame, pd.Series[bool]]":
    table = description.at_baseline(cohort().patients, cohort().scores, "CD")
    return table, CD.primary_endpoint(cohort().pairs("CD"))


def _wilcoxon(name: str, exact: str, wanted: str) -> str:
    return f"with(wilcox.test({name}, conf.int = TRUE, exact = {exact}), {wanted})"


def _coin(name: str, zeros: str) -> str:
    settings = f'zero.method = "{zeros}", distribution = "exact"'
    return f"coin::pvalue(coin::wilcoxsign_test({name} ~ rep(0, length({name})), {settings}))"


def _test(call: str) -> str:
    return f"with({call}, c(statistic, parameter, p.value))"


def _adjusted(tests: Iterable[float], family: str) -> tuple[float, ...]:
    return tuple(adjust(pd.DataFrame({"family": family, "p": list(tests)}))["p_adjusted"])


def _proportion(what: str, k: int, n: int) -> list[Comparison]:
    return [
        Comparison(f"{what}: Wilson 95 % interval, %", wilson(k, n),
                   f"100 * prop.test({k}, {n}, correct = FALSE)$conf.int"),
        Comparison(f"{what}: Clopper-Pearson 95 % interval, %", clopper_pearson(k, n),
                   f"100 * binom.test({k}, {n})$conf.int"),
    ]  # fmt: skip


def _homogeneity(what: str, name: str) -> list[Comparison]:
    found = marginal_homogeneity(data()[name].astype(int))
    coin = f"coin::mh_test(as.table({name}))"
    return [
        Comparison(f"{what}: Stuart-Maxwell statistic, df, p", found[:3],
                   _test(f"mantelhaen.test(strata({name}))")),
        Comparison("the same", found[:3],
                   f"c(coin::statistic({coin}), {found.df}, coin::pvalue({coin}))"),
        Comparison("the same: exact p", (found.p_permutation,), f"stuart_maxwell_exact({name})"),
    ]  # fmt: skip


def _firth(name: str) -> list[Comparison]:
    table = pd.DataFrame({"a": data()[name]})
    outcome = pd.Series(data()[f"{name}_met"], name="outcome").astype("boolean")
    what = " against ".join(f"{k}/{n}" for k, n in FIRTH[name])
    return _model(what, predictors(table, outcome, {"a": (1, what)}), f"{name}_met", [name])


def _model(
    what: str, ratios: pd.DataFrame, outcome: str, columns: Sequence[str]
) -> list[Comparison]:
    settings = 'method = brglm2::brglmFit, type = "AS_mean", epsilon = 1e-12, maxit = 1000'
    model = f"glm({outcome} ~ {' + '.join(columns)}, binomial, {settings})"
    numbers = ratios[["odds_ratio", "low", "high", "p"]].to_numpy()
    profiles = [
        Comparison(f"{words}: odds ratio, 95 % profile interval, p", tuple(row),
                   f"firth({j}, {outcome}, cbind({', '.join(columns)}))")
        for j, (words, row) in enumerate(zip(ratios.index, numbers, strict=True), start=1)
    ]  # fmt: skip
    title = f"{what}: odds ratios by Firth's method"
    return [Comparison(title, tuple(numbers[:, 0]), f"exp(coef({model}))[-1]"), *profiles]


def _change(disease: str, column: str) -> list[Comparison]:
    found = changes(cohort().pairs(disease), [column]).iloc[0]
    name, exact = f"{disease}_{column}", str(found["interval"] == "exact").upper()
    what = f"{disease}, {column}, {found['n']} pairs"
    interval = f"{what}: Hodges-Lehmann, 95 % interval"
    ours = (found["change"], found["low"], found["high"])
    # The differences are of logarithms, baseline minus follow-up; the ratio is the other way round.
    turned, back = ("10^-", "[c(1, 3, 2)]") if column in RATIOS else ("", "")
    own = f"{turned}{_wilcoxon(name, exact, 'c(estimate, conf.int)')}{back}"
    p = Comparison(f"{what}: signed-rank p", (found["p"],),
                   f"wilcox.test({name}, exact = {exact})$p.value")  # fmt: skip
    if exact == "TRUE":
        return [p, Comparison(interval, ours, own)]
    return [
        p,
        Comparison(interval, ours, f"{turned}walsh_interval({name}){back}"),
        Comparison(interval, ours, own, 1e-3 if (data()[name] != 0).all() else 0.1, WALSH),
        Comparison(f"{what}: p", (found["p"],), f"exactRankTests::wilcox.exact({name})$p.value",
                   None, TIES),
    ]  # fmt: skip


def comparisons() -> list[Comparison]:
    """Give all rows of the page, in order."""
    return [*examples(), *study()]


def script(rows: Iterable[Comparison]) -> str:
    """Write the R program: a line of numbers, or why there are none, for each row; versions."""
    lines = ["options(warn = -1)", HELPERS.read_text("utf-8")]
    for name, array in data().items():
        numbers = ", ".join(map(repr, array.ravel().tolist()))
        rectangle = f"matrix(c({numbers}), {len(array)}, byrow = TRUE)"
        lines.append(f"{name} <- {rectangle if array.ndim > 1 else f'c({numbers})'}")
    lines += [
        "answer <- function(package, value) {",
        '  if (nzchar(package) && !requireNamespace(package, quietly = TRUE)) return("absent")',
        '  tryCatch(paste(sprintf("%.17g", as.numeric(value)), collapse = " "),',
        '           error = function(e) paste("error:", conditionMessage(e)))',
        "}",
        *(f'cat(answer("{row.package}", {row.call}), "\\n", sep = "")' for row in rows),
        'cat(R.version.string, "\\n", sep = "")',
        f"for (p in c({', '.join(map(repr, PACKAGES))})) if (requireNamespace(p, quietly = TRUE))",
        '  cat(p, " ", as.character(packageVersion(p)), "\\n", sep = "")',
    ]
    return "\n".join(lines) + "\n"


def ask_r(rows: Sequence[Comparison]) -> tuple[list[tuple[float, ...] | None], str]:
    """Run R once: its numbers, row by row (None where a package is absent), and the versions.

    Raises
    ------
    RuntimeError
        If R stops or a call fails.
    """
    ran = subprocess.run(
        ["Rscript", "--vanilla", "-"], input=script(rows), capture_output=True, text=True,
        encoding="utf-8", check=False,
    )  # fmt: skip
    lines = ran.stdout.splitlines()
    failed = [line for line in lines if line.startswith("error")]
    if ran.returncode or failed or len(lines) <= len(rows):
        raise RuntimeError(f"R failed: {'; '.join(failed)}\n{ran.stderr[-2000:]}")
    answers = lines[: len(rows)]
    numbers = [None if one == "absent" else tuple(map(float, one.split())) for one in answers]
    return numbers, ", ".join(lines[len(rows) :])


def distance(row: Comparison, answer: Sequence[float]) -> float:
    """Give the largest difference of a row, relative to the larger of the two numbers."""
    ours, theirs = np.asarray(row.ours, dtype=np.float64), np.asarray(answer, dtype=np.float64)
    if ours.shape != theirs.shape:
        return np.inf
    size = np.maximum(np.abs(ours), np.abs(theirs))
    return float(np.max(np.abs(ours - theirs) / np.where(size > 0, size, 1)))


def printed(numbers: Iterable[float]) -> str:
    """Write numbers with the digits of the page."""
    return ", ".join(f"{float(number):.{DIGITS}g}" for number in numbers)


def document(rows: Sequence[Comparison], answers: Sequence[str], versions: str) -> str:
    """Return the page, given R's numbers as they are printed."""
    same, other = [], []
    for row, answer in zip(rows, answers, strict=True):
        ours, call = printed(row.ours), f"`{row.call}`"
        if row.why:
            other.append((row.what, ours, answer, call, row.why))
            continue
        pairs = zip(ours.split(", "), answer.split(", "), strict=True)
        apart = max(abs(float(one) - float(two)) for one, two in pairs)
        same.append((row.what, ours, answer, f"{apart:.0e}" if apart else "0", call))
    return "".join([
        HEAD.read_text("utf-8"), f"\n{COMPUTED}{versions}. {cohort().note}\n",
        "\n### The same method\n\n", table(SAME, same),
        "\n### Another method on purpose\n\n", table(OTHER, other),
    ])  # fmt: skip


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ("---",) * len(heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def stored(rows: Sequence[Comparison], page: str) -> tuple[list[str], str]:
    """Read R's numbers and versions back from a page.

    Raises
    ------
    KeyError
        If a comparison is not on the page.
    """
    versions, _, rest = page.partition(COMPUTED)[2].partition(f". {cohort().note}")
    of_r = {}
    for line in rest.splitlines():
        what, _, answer, *others = [*line.strip("| ").split(" | "), "", ""]
        of_r[what, next((one for one in others if one.startswith("`")), "")] = answer
    return [of_r[row.what, f"`{row.call}`"] for row in rows], versions


if __name__ == "__main__":
    if not shutil.which("Rscript"):
        raise SystemExit("Rscript is not installed; docs/statistics.md stays as it was")
    every = comparisons()
    found_by_r, r_versions = ask_r(every)
    if None in found_by_r:
        raise SystemExit(f"the page needs the R packages {', '.join(PACKAGES)}; install them")
    text = document(every, [printed(one or ()) for one in found_by_r], r_versions)
    DOCUMENT.write_text(text, "utf-8", newline="\n")
