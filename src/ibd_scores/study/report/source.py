"""What a run of the chain wrote, as the report takes it over; nothing is computed again."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser
from typing import Any

from ibd_scores.study import chain
from ibd_scores.study.chain import notebooks, provenance
from ibd_scores.study.cohort import Cohort, read_cohort
from ibd_scores.study.harmless import plain
from ibd_scores.study.labels import ESTIMAND_TITLES
from ibd_scores.study.report import grid
from ibd_scores.study.report.grid import Grid

DISEASES = {"cd": "Crohn's disease", "uc": "Ulcerative colitis"}
OUTCOMES = {"cd": "03_cd_outcomes", "uc": "04_uc_outcomes"}


@dataclass(frozen=True)
class Run:
    """The tables, sentences and figures that a run of the chain left, by their names."""

    plan: chain.Plan

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """Checksums, parameters and versions; see `chain.provenance`."""
        return provenance.read(self.plan.derived)

    @cached_property
    def cohort(self) -> Cohort:
        """The cohort's declaration."""
        return read_cohort(self.plan.raw)

    @property
    def diseases(self) -> list[str]:
        """Of which diseases there is a notebook of outcomes: "cd", "uc"."""
        return [name for name, stage in OUTCOMES.items() if stage in self.plan.stages]

    @property
    def declared(self) -> dict[str, set[str]]:
        """The tables of the cohort with the columns that its declaration names."""
        tables = self.cohort.tables.items()
        return {name: {one.column.name for one in table.sources} for name, table in tables}

    def parameter(self, disease: str, name: str) -> Any:
        """Return a parameter of a disease's notebook."""
        return self.provenance["parameters"][OUTCOMES[disease]][name]

    @cached_property
    def _cells(self) -> dict[str, notebooks.Cell]:
        return {
            str(cell.get("id")): cell
            for stage in self.plan.stages
            for cell in notebooks.read(self.plan.task(stage).executed)["cells"]
        }

    def _html(self, cell: str) -> str:
        for output in self._cells.get(cell, {}).get("outputs", ()):
            if found := output.get("data", {}).get("text/html"):
                return "".join(found)
        return ""

    def table(self, cell: str) -> Grid | None:
        """Return the table that a cell displayed; None where the chain has no such cell."""
        html = self._html(cell)
        return grid.read(html) if html else None

    def said(self, cell: str) -> list[str]:
        """Return the sentences that a cell displayed, without the note below them."""
        parser = _Sentences()
        parser.feed(self._html(cell))
        return [plain(one, 1000) for one in parser.found]

    def prose(self, cell: str) -> str:
        """Return the text above a cell, as its notebook has it; blank where there is none."""
        found = self._cells.get(f"{cell}-text")
        return notebooks.source(found) if found else ""

    def rows(self, table: str) -> list[dict[str, str]]:
        """Return the rows of a derived table, as text; none where there is no such table."""
        path = self.plan.derived / f"{table}.csv"
        if not path.is_file():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            return [*csv.DictReader(file)]

    def figure(self, name: str) -> bytes:
        """Return the bytes of a figure; none where the chain drew no such figure."""
        path = self.plan.derived / "figures" / f"{name}.png"
        return path.read_bytes() if path.is_file() else b""

    def settings(self) -> Iterator[tuple[str, str, str]]:
        """Yield each parameter with its value and the notebooks that read it."""
        where: dict[tuple[str, str], list[str]] = {}
        for stage, values in self.provenance["parameters"].items():
            for name, value in values.items():
                said = ESTIMAND_TITLES.get(str(value), "") if name == "estimand" else ""
                text = f"{value} ({said})" if said else str(value)
                where.setdefault((name, text), []).append(stage)
        for (name, text), stages in sorted(where.items()):
            yield name, text, ", ".join(stages)


class _Sentences(HTMLParser):
    """The paragraphs that `tables.say` displayed."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "p":
            self._open = True
            self.found.append("")
        elif tag == "em" and self.found:  # the note
            self._open = False
            self.found.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._open = False

    def handle_data(self, data: str) -> None:
        if self._open:
            self.found[-1] += data
