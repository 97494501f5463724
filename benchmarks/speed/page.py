"""How fast the library is beside other ways to the same numbers: `make benchmark`.

Writes the tables of docs/benchmarks.md anew, with the versions, the machine and the date.
"""

import datetime
import os
import platform
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from ratios import many, minima
from rivals import (
    data,
    duckdb_sql,
    floor,
    narwhals_expressions,
    pandas_apply,
    pandas_idiomatic,
    polars_streaming,
)

from ibd_scores import cdai, ses_cd
from ibd_scores.derive import diary_window
from ibd_scores.endpoints import (
    adapted_mayo_remission,
    adapted_mayo_response,
    endoscopic_improvement,
)
from ibd_scores.fast import compiled

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- made by make benchmark: begin -->", "<!-- made by make benchmark: end -->"
SIZES = {10_000: 40, 1_000_000: 7, 10_000_000: 3}  # rows, and how many rounds
VISITS = {1_000_000: 5}
FEW_ROWS = 1_000  # for what takes so long that it is scaled up
NUMPY, NUMBA, NARROW = "ibd_scores, NumPy", "ibd_scores, compiled", "ibd_scores, NumPy, int8"
FLOOR, PANDAS, APPLY = "floor", "pandas, vectorised", "pandas, apply(axis=1)"
POLARS, DUCKDB = "Polars, streaming", "DuckDB, SQL"
RIVALS = {PANDAS: pandas_idiomatic, POLARS: polars_streaming, DUCKDB: duckdb_sql, FLOOR: floor}
PACKAGES = ("numpy", "pandas", "numba", "polars", "duckdb", "narwhals", "pyarrow", "scipy",
            "pingouin")  # fmt: skip
MAYO = (adapted_mayo_remission, adapted_mayo_response, endoscopic_improvement)
MAYO_COMPILED = tuple(map(compiled, MAYO))
Times = dict[int, dict[str, float]]


def _mayo(table: pd.DataFrame) -> Any:
    return [endpoint(table) for endpoint in MAYO]


def _mayo_compiled(table: pd.DataFrame) -> Any:
    return [endpoint(table) for endpoint in MAYO_COMPILED]


WORKLOADS: Mapping[str, tuple[str, Any, Any, Any, bool]] = {
    "CDAI": ("cdai", data.cdai_table, cdai, compiled(cdai), True),
    "SES-CD": ("ses_cd", data.ses_cd_table, ses_cd, compiled(ses_cd), False),
    "Adapted Mayo, three endpoints":
        ("mayo_endpoints", data.mayo_table, _mayo, _mayo_compiled, True),
}  # fmt: skip


def scores(workload: str) -> Times:
    """Seconds for a row of one workload in every implementation, by the number of rows."""
    name, make, plain, fast, has_narrow = WORKLOADS[workload]
    times: Times = {}
    for rows, rounds in SIZES.items():
        table = make(rows)
        runs: dict[str, Callable[[], object]] = {}
        for rival, module in RIVALS.items():
            prepared = module.prepare(table)
            runs[rival] = partial(getattr(module, name), prepared)
        lazy = polars_streaming.prepare(table)
        runs["narwhals on pandas"] = partial(getattr(narwhals_expressions, name), table)
        runs["narwhals on Polars"] = partial(getattr(narwhals_expressions, name), lazy)
        runs[NUMPY] = partial(plain, table)
        runs[NUMBA] = partial(fast, table)
        if has_narrow:
            runs[NARROW] = partial(plain, make(rows, small=True))
        times[rows] = {one: least / rows for one, least in minima(runs, rounds).items()}
        slow = minima({APPLY: partial(getattr(pandas_apply, name), make(FEW_ROWS))}, 2)
        times[rows][APPLY] = slow[APPLY] / FEW_ROWS
        _tell(f"{workload}, {rows:,} rows", times[rows])
    return times


def windows() -> dict[str, dict[str, float]]:
    """Seconds for a visit of the 7-day windows, in order and shuffled."""
    times = {}
    for visits, rounds in VISITS.items():
        for order in ("sorted", "shuffled"):
            tables = data.diary_tables(visits, shuffled=order == "shuffled")
            runs: dict[str, Callable[[], object]] = {NUMPY: partial(diary_window, *tables)}
            for rival, module in RIVALS.items():
                prepared = [module.prepare(table) for table in tables]
                runs[rival] = partial(module.diary_window, *prepared)
            lazy = [polars_streaming.prepare(table) for table in tables]
            runs["narwhals on Polars"] = partial(narwhals_expressions.diary_window, *lazy)
            found = minima(runs, 2 if order == "shuffled" else rounds)
            times[order] = {one: least / visits for one, least in found.items()}
            _tell(f"diary windows, {visits:,} visits, {order}", times[order])
    return times


def few() -> dict[str, float]:
    """Seconds for a call with one patient, and with a table of 75."""
    table = data.cdai_table(75)
    patient: dict[str, Any] = {**data.cdai_table(500).dropna().iloc[0]}
    row = table.head(1)
    return {
        name: least / 100
        for name, least in minima({
            "one patient by name": many(lambda: cdai(**patient), 100),
            "one patient, DataFrame.apply": many(lambda: pandas_apply.cdai(row), 100),
            "75 patients": many(lambda: cdai(table), 100),
            "75 patients, pandas, vectorised": many(lambda: pandas_idiomatic.cdai(table), 100),
            "75 patients, DataFrame.apply": many(lambda: pandas_apply.cdai(table), 100),
        }, 5).items()
    }  # fmt: skip


def statistics() -> dict[str, float]:
    """Seconds for the statistics of 75 paired differences."""
    import pingouin
    from scipy import stats

    from ibd_scores.study.bootstrap import bootstrap_median
    from ibd_scores.study.signed_rank import wilcoxon_exact
    from ibd_scores.study.statistics import hodges_lehmann

    random = np.random.default_rng(12)
    before, after = random.normal(220, 60, 75), random.normal(120, 60, 75)
    difference = before - after
    arguments: dict[str, Any] = {"paired": True, "method": "percentile", "n_resamples": 10_000}
    return minima({
        "bootstrap of the median": lambda: bootstrap_median(before, after, rng=7),
        "bootstrap, scipy": lambda: stats.bootstrap(
            (before, after), lambda x, y, axis: np.median(x - y, axis=axis), vectorized=True,
            rng=np.random.default_rng(7), **arguments),
        "bootstrap, pingouin": lambda: pingouin.compute_bootci(
            difference, func=np.median, n_boot=10_000, seed=7),
        "exact Wilcoxon": lambda: wilcoxon_exact(difference),
        "exact Wilcoxon, scipy": lambda: stats.wilcoxon(difference, method="exact"),
        "Wilcoxon, pingouin": lambda: pingouin.wilcoxon(difference),
        "Hodges-Lehmann with interval": lambda: hodges_lehmann(difference),
    }, 9)  # fmt: skip


def multiverse() -> dict[str, float]:
    """Seconds of the multiverse of both diseases of the simulated cohort, in one process."""
    from ibd_scores.study.multiverse import grid
    from ibd_scores.study.paths import derived
    from ibd_scores.study.plan import CD, UC
    from ibd_scores.study.tidy import read_tidy

    subprocess.run([sys.executable, "-m", "ibd_scores.study", "run"], check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    names = ("patients", "visits", "diary", "scores", "endoscopies")
    tables = {name: read_tidy(derived("upadacitinib"), name) for name in names}
    return minima({f"multiverse, {plan.disease}": partial(grid, plan, tables)
                   for plan in (CD, UC)}, 3)  # fmt: skip


def chain() -> str:
    """What benchmarks/chain.py tells of the notebooks."""
    told = subprocess.run([sys.executable, str(Path(__file__).parents[1] / "chain.py"), "4"],
                          check=True, stdout=subprocess.PIPE, text=True)  # fmt: skip
    return told.stdout.rstrip()


def memory(rows: int = 1_000_000) -> float:
    """The most bytes for a row that scoring takes beside the table, result included."""
    table = data.cdai_table(rows)
    cdai(table.head(1))
    tracemalloc.start()
    result = cdai(table)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / len(result)


def imports() -> dict[str, float]:
    """Seconds that a fresh process takes to import."""

    def fresh(module: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, "-c", f"import {module}"], check=True)

    return minima({name: fresh(name) for name in ("numpy", "ibd_scores", "pandas")}, 7)


def _tell(what: str, times: Mapping[str, float]) -> None:
    told = ", ".join(f"{name} {1e9 * seconds:.3g} ns" for name, seconds in times.items())
    print(f"{what}: {told}", file=sys.stderr, flush=True)


def _table(times: Mapping[Any, Mapping[str, float]], heads: list[str]) -> list[str]:
    """Nanoseconds, and in brackets times the floor."""
    names = sorted(next(iter(times.values())), key=[*times.values()][-1].__getitem__)
    lines = [f"| | {' | '.join(heads)} |", "|---|" + "---:|" * len(heads)]
    for name in names:
        cells = [f"{1e9 * one[name]:,.3g} ({one[name] / one[FLOOR]:,.3g})" if name in one else "-"
                 for one in times.values()]  # fmt: skip
        strong = "**" if name in (NUMPY, NUMBA, NARROW) else ""
        lines.append(f"| {strong}{name}{strong} | {' | '.join(cells)} |")
    return lines


def _goals(
    scored: Mapping[str, Times], diary: Mapping[str, Mapping[str, float]],
    small: Mapping[str, float], tested: Mapping[str, float], peak: float,
) -> list[tuple[str, float, float]]:  # fmt: skip
    """What is to be reached: in words, as measured, and the limit that it may not exceed."""
    million, ten = 1_000_000, 10_000_000
    goals: list[tuple[str, float, float]] = []
    limits = {"CDAI": (5, 2.3), "SES-CD": (5, None), "Adapted Mayo, three endpoints": (6, 2)}
    for name, (limit, narrow) in limits.items():
        for rows in (million, ten):
            one = scored[name][rows]
            size = f"{rows // million} million rows"
            goals.append((f"{name}, NumPy / floor, {size}", one[NUMPY] / one[FLOOR], limit))
            if narrow:
                goals.append((f"{name}, int8 / floor, {size}", one[NARROW] / one[FLOOR], narrow))
            goals.append((f"{name}, NumPy / pandas, {size}", one[NUMPY] / one[PANDAS], 1 / 4))
            goals.append((f"{name}, NumPy / DuckDB, {size}", one[NUMPY] / one[DUCKDB], 1 / 1.4))
            goals.append((f"{name}, NumPy / Polars, {size}", one[NUMPY] / one[POLARS], 1))
        one = scored[name][ten]
        rival = min(least for which, least in one.items()
                    if which not in (FLOOR, NUMPY, NUMBA, NARROW))  # fmt: skip
        goals.append((f"{name}, compiled / floor, 10 million rows", one[NUMBA] / one[FLOOR], 1.8))
        goals.append((f"{name}, compiled / best rival, 10 million", one[NUMBA] / rival, 1 / 2))
        linear = one[NUMPY] / scored[name][million][NUMPY]
        goals.append((f"{name}, a row at 10 million / at 1 million", linear, 1.3))
    ordered, shuffled = diary["sorted"], diary["shuffled"]
    rivals = [PANDAS, POLARS, DUCKDB, "narwhals on Polars"]
    goals.append(("diary windows / floor, sorted", ordered[NUMPY] / ordered[FLOOR], 12))
    for order, found in (("sorted", ordered), ("shuffled", shuffled)):
        best = min(found[rival] for rival in rivals)
        goals.append((f"diary windows / best rival, {order}", found[NUMPY] / best, 1))
    goals += [
        ("one patient by name, microseconds", 1e6 * small["one patient by name"], 10),
        ("75 patients / pandas",
         small["75 patients"] / small["75 patients, pandas, vectorised"], 1 / 5),
        ("bootstrap / scipy", tested["bootstrap of the median"] / tested["bootstrap, scipy"], 0.4),
        ("exact Wilcoxon, milliseconds", 1e3 * tested["exact Wilcoxon"], 1),
        ("Hodges-Lehmann, milliseconds", 1e3 * tested["Hodges-Lehmann with interval"], 1),
        ("most memory while scoring, bytes a row", peak, 12),
    ]  # fmt: skip
    return goals


def page() -> str:
    """All measurements as Markdown."""
    scored = {name: scores(name) for name in WORKLOADS}
    diary, small, tested, peak = windows(), few(), statistics(), memory()
    lines = [
        f"Measured on {datetime.datetime.now(datetime.UTC).date()}, {_machine()}; "
        + ", ".join(f"{name} {version(name)}" for name in PACKAGES)
        + f", Python {platform.python_version()}.",
        "",
        "### What was to be reached",
        "",
        "| | measured | at most | reached |",
        "|---|---:|---:|---|",
    ]
    for what, measured, limit in _goals(scored, diary, small, tested, peak):
        reached = "yes" if measured <= limit else "**no**"
        lines.append(f"| {what} | {measured:.3g} | {limit:.3g} | {reached} |")
    for name, times in scored.items():
        heads = [f"{rows:,} rows" for rows in times]
        lines += ["", f"### {name}: ns a row (x floor)", "", *_table(times, heads)]
    lines += ["", "### Diary windows, 1,000,000 visits, 6.65 million diary rows: ns a visit "
              "(x floor)", "", *_table(diary, list(diary))]  # fmt: skip
    lines += ["", "### Few patients, statistics, multiverse, imports", "", "| | ms |", "|---|---:|"]
    for group in (small, tested, multiverse(),
                  {f"import {name}": one for name, one in imports().items()}):  # fmt: skip
        lines += [f"| {what} | {1e3 * seconds:,.3g} |" for what, seconds in group.items()]
    lines += ["", "### The chain of notebooks", "", "```", chain(), "```"]
    return "\n".join(lines)


def _machine() -> str:
    model = platform.processor() or platform.machine()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if os.name == "posix" else ():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
    return f"{os.cpu_count()} cores ({model})"


if __name__ == "__main__":
    measured = page()
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{measured}\n\n{END}{after}", encoding="utf-8")
