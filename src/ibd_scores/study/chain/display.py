"""The chain on the terminal: what runs, what is done, what was made and where."""

import csv
import shutil
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath

from ibd_scores.study.chain import Plan, Result, Step
from ibd_scores.study.chain.execution import Failure

BAR = 20
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

    def __call__(self, step: Step) -> None:
        """Show one step."""
        if step.state == "running":
            self._draw(f"{self._bar()}  {', '.join(step.stages)}")
            return
        (stage,) = step.stages
        self.done += step.state != "failed"
        seconds = f"{step.outcome.seconds:.1f} s" if step.outcome else ""
        self._draw("")
        print(
            f"{self.done}/{len(self.plan.stages)} {seconds:>8}  {stage:<16}{step.state}", flush=True
        )
        if step.outcome and step.outcome.failure:
            self.failures += self._explain(stage, step.outcome.failure)

    def finish(self, result: Result) -> None:
        """Say what was made and where, or what failed."""
        self._draw("")
        if self.failures:
            if result.earlier:
                self.failures.append(f"What else stands in {self.plan.where} is of an earlier run.")
            print(*self.failures, sep="\n", file=sys.stderr)
            return
        given = f", with {self.plan.given}" if self.plan.given else ""
        if not result.made:
            print(
                f"Nothing changed, nothing was run: {self.plan.where} is up to date{given} "
                "(--force runs it)."
            )
        else:
            files = [PurePath(name) for name in result.files]
            tables = [file for file in files if file.suffix == ".csv"]
            figures = {file.with_suffix("") for file in files if file.parts[0] == "figures"}
            executed = [file for file in files if file.parts[0] == "notebooks"]
            print(
                f"In {self.plan.where}, after {self._seconds():.0f} s{given}:\n"
                f"  tables              {len(tables):3}  *.csv\n"
                f"  figures             {len(figures):3}  figures/\n"
                f"  executed notebooks  {len(executed):3}  notebooks/"
            )
        if "queries.csv" in result.files:
            print(f"  queries             {self._queries()}")
        if result.strays:
            print(f"  not from this run: {_listed(result.strays)}")

    def stopped(self) -> None:
        """Say how far it came."""
        self._draw("")
        print(
            f"Stopped after {self.done} of {len(self.plan.stages)} notebooks. "
            "The next run goes on from there."
            if self.done
            else "Stopped before any notebook was done.",
            file=sys.stderr,
        )

    def _explain(self, stage: str, failure: Failure) -> list[str]:
        where = f"{stage}, code cell {failure.cell}: {failure.line}" if failure.cell else stage
        kept = self.plan.task(stage).failed
        lines = [f"Failed: {where}", *(f"  {line}" for line in failure.message.splitlines())]
        if kept.is_file():
            lines.append(f"Kept for inspection: {self.plan.where}/notebooks/{kept.name}")
        return lines

    def _queries(self) -> str:
        """How much cleaning found, and for what reasons it set values to missing."""
        with (self.plan.derived / "queries.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        missing = Counter(row["problem"] for row in rows if row["action"] == "missing")
        reasons = ", ".join(f"{count} {problem}" for problem, count in missing.most_common())
        return f"{len(rows):3}  queries.csv" + (reasons and f"; missing: {reasons}")

    def _seconds(self) -> float:
        return time.perf_counter() - self.start

    def _bar(self) -> str:
        total = len(self.plan.stages)
        full = BAR * self.done // total
        return f"[{'#' * full}{'.' * (BAR - full)}] {self.done}/{total} {self._seconds():4.0f} s"

    def _draw(self, text: str) -> None:
        """Replace the bar; it never reaches the last column, where terminals wrap."""
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r{text[:width]:<{width}}", end="" if text else "\r", flush=True)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
