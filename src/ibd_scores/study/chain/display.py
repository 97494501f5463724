"""The chain on the terminal: what runs, what is done, what was made and where."""

import csv
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from ibd_scores.study.chain import STAGES, Plan, Result, Step
from ibd_scores.study.chain.batch import Report
from ibd_scores.study.chain.execution import Failure
from ibd_scores.study.terminal import colored, command, say

BAR = 20
COLOR = {"made": "good", "unchanged": "pale", "failed": "bad"}
NAMED = 5  # files that are called by name


class Display:
    """A line for each stage, and below them a bar that moves; without a terminal the lines alone.

    Give it to `chain.run` as `tell`.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.start = time.perf_counter()
        self.done = 0
        self.live = sys.stdout.isatty()
        self.failures: list[str] = []
        self.warned: list[str] = []

    def __call__(self, step: Step) -> None:
        """Show one step."""
        if step.state == "running":
            bar = _bar(self.done, len(self.plan.stages), self._seconds())
            self._draw(f"{bar}  {', '.join(step.stages)}")
            return
        (stage,) = step.stages
        self.done += step.state != "failed"
        seconds = f"{step.outcome.seconds:.1f} s" if step.outcome else ""
        self._draw("")
        state = colored(step.state, COLOR[step.state], sys.stdout)
        print(f"{self.done}/{len(self.plan.stages)} {seconds:>8}  {stage:<16}{state}", flush=True)
        if step.outcome and step.outcome.failure:
            self.failures += _explained(self.plan, stage, step.outcome.failure)
        if step.outcome and step.outcome.warned:
            self.warned += [f"{stage} warned:", *(f"  {line}" for line in step.outcome.warned)]

    def finish(self, result: Result) -> None:
        """Say what was made and where, or what failed."""
        self._draw("")
        if self.warned:
            print(*self.warned, sep="\n", file=sys.stderr)
        if self.failures:
            if result.earlier:
                self.failures.append(f"What else stands in {self.plan.where} is of an earlier run.")
            say(*self.failures, color="bad", error=True)
            return
        given = f", with {self.plan.given}" if self.plan.given else ""
        if not result.made:
            say(f"Nothing changed, nothing was run: {self.plan.where} is up to date{given} "
                "(--force runs it).")  # fmt: skip
        else:
            files = [PurePath(name) for name in result.files]
            tables = [file for file in files if file.suffix == ".csv"]
            figures = {file.with_suffix("") for file in files if file.parts[0] == "figures"}
            executed = [file for file in files if file.parts[0] == "notebooks"]
            say(f"In {self.plan.where}, after {self._seconds():.0f} s{given}:", color="strong")
            say(f"  tables              {len(tables):3}  *.csv",
                f"  figures             {len(figures):3}  figures/",
                f"  executed notebooks  {len(executed):3}  notebooks/")  # fmt: skip
        if result.made and len(self.plan.stages) == len(STAGES):
            say(f"  as one page              by {command()} report")
        if "queries.csv" in result.files:
            say(f"  queries             {self._queries()}")
        if result.strays:
            say(f"  not from this run: {_listed(result.strays)}", color="careful")

    def stopped(self) -> None:
        """Say how far it came."""
        self._draw("")
        say(
            f"Stopped after {self.done} of {len(self.plan.stages)} notebooks. "
            "The next run goes on from there."
            if self.done
            else "Stopped before any notebook was done.",
            color="careful",
            error=True,
        )

    def _queries(self) -> str:
        """How much cleaning found, and for what reasons it set values to missing."""
        with (self.plan.derived / "queries.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        missing = Counter(row["problem"] for row in rows if row["action"] == "missing")
        reasons = ", ".join(f"{count} {problem}" for problem, count in missing.most_common())
        return f"{len(rows):3}  queries.csv" + (reasons and f"; missing: {reasons}")

    def _seconds(self) -> float:
        return time.perf_counter() - self.start

    def _draw(self, text: str) -> None:
        if self.live:
            _draw(text)


class BatchDisplay:
    """A bar that moves, or a line for each member where there is no terminal; then a summary.

    Give it to `batch.run` as `tell`.
    """

    def __init__(self, plans: Sequence[Plan]) -> None:
        self.total = len(plans)
        self.width = max(len(plan.name) for plan in plans)
        self.start = time.perf_counter()
        self.live = sys.stdout.isatty()
        self.reports: list[Report] = []

    def __call__(self, report: Report | None) -> None:
        """Show what became of a member, or how time goes by."""
        if report:
            self.reports.append(report)
        done = len(self.reports)
        if self.live:
            failed = self._states()["failed"]
            bar = _bar(done, self.total, time.perf_counter() - self.start)
            _draw(f"{bar}  {failed} failed" if failed else bar)
        elif report:
            seconds = f"{report.seconds:.1f} s" if report.seconds else ""
            name = f"{report.plan.name:<{self.width}}"
            print(f"{done}/{self.total} {seconds:>8}  {name}  {report.state}", flush=True)

    def finish(self) -> None:
        """Say how many were made, and why the others were not."""
        self._clear()
        states = self._states()
        seconds = time.perf_counter() - self.start
        counts = ", ".join(f"{states[state]} {state}" for state in ("made", "unchanged", "failed"))
        say(f"{self.total} members after {seconds:.0f} s: {counts}", color="strong")
        for report in sorted(self.reports, key=lambda report: report.plan.name):
            for stage, failure in report.failures.items():
                lines = _explained(report.plan, stage, failure, name=report.plan.name)
                say(*lines, color="bad", error=True)

    def stopped(self) -> None:
        """Say how far it came."""
        self._clear()
        say(
            f"Stopped after {len(self.reports)} of {self.total} members. "
            "The next run goes on from there.",
            color="careful",
            error=True,
        )

    def _states(self) -> Counter[str]:
        return Counter(report.state for report in self.reports)

    def _clear(self) -> None:
        if self.live:
            _draw("")


def _explained(plan: Plan, stage: str, failure: Failure, *, name: str = "") -> list[str]:
    """Why a stage failed (blank: none was reached), and where its notebook is kept."""
    where = f"{stage}, code cell {failure.cell}: {failure.line}" if failure.cell else stage
    lines = [f"Failed: {': '.join(filter(None, (name, where)))}"]
    lines += [f"  {line}" for line in failure.message.splitlines()]
    kept = plan.task(stage).failed if stage else None
    if kept and kept.is_file():
        lines.append(f"Kept for inspection: {plan.where}/notebooks/{kept.name}")
    return lines


def _bar(done: int, total: int, seconds: float) -> str:
    full = BAR * done // total
    return f"[{'#' * full}{'.' * (BAR - full)}] {done}/{total} {seconds:4.0f} s"


def _draw(text: str) -> None:
    """Replace the bar; it never reaches the last column, where terminals wrap."""
    width = shutil.get_terminal_size().columns - 1
    print(f"\r{text[:width]:<{width}}", end="" if text else "\r", flush=True)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
