"""The report put together: sections in their order, from what the chain wrote."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import count

from ibd_scores.study.harmless import running, shown
from ibd_scores.study.labels import DRAWN_SINGLY
from ibd_scores.study.manuscript.abbreviations import spelled_out
from ibd_scores.study.report import contents, page, strobe
from ibd_scores.study.report import references as r
from ibd_scores.study.report.alternatives import alternative
from ibd_scores.study.report.methods import methods
from ibd_scores.study.report.references import References
from ibd_scores.study.report.source import DISEASES, Run
from ibd_scores.study.report.text import Paragraph, prose, words
from ibd_scores.study.report.used import Used, used

SECTIONS = {
    "answer": "The answer",
    "flow": "Flow of patients",
    "baseline": "Patients at baseline",
    "outcomes": "Outcomes",
    "biomarkers": "Biomarkers",
    "safety": "Safety",
    "robustness": "Robustness",
    "audit": "Published figures",
    "limitations": "Limitations",
    "repairs": "What was excluded and repaired",
    "methods": "Methods",
    "references": "References",
    "strobe": "STROBE checklist",
    "versions": "Versions, parameters and checksums",
}
# Sections that say once more that they are simulated; the answer stands right below the first.
NUMBERS = {*list(SECTIONS)[1:8], "repairs"}
SIMULATED = "Simulated cohort: no patient stands behind these numbers."
OVERALL = ("any adverse event", "any serious adverse event", "any related adverse event",
           "any that led to stopping")  # fmt: skip
DEPARTS = "This departs from the plan"
READINGS = (
    " Defensible readings take other rules, visit windows and ways to count, so that they may lie "
    "beyond worst and best case."
)
NOT_RUN = "The chain of this cohort has no notebook on outcomes: there is nothing to report here."


@dataclass(frozen=True)
class Report:
    """A report as text: the page, its BibTeX and its methods."""

    html: str
    bibtex: str
    methods: str


def assemble(run: Run) -> Report:
    """Put the report of a run together; the same run gives the same bytes."""
    return _Assembly(run).report()


@dataclass
class _Assembly:
    run: Run
    references: References = field(default_factory=References)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def report(self) -> Report:
        run, cohort = self.run, self.run.cohort
        by_disease = [used(run, disease) for disease in run.diseases]
        told = methods(run.provenance["parameters"], by_disease, run.provenance["versions"],
                       self.references, declared=run.declared,
                       score_source=cohort.score_source)  # fmt: skip
        plain_methods = _as_text(told, self.references)
        reported = self.references.cite(r.STROBE)
        parts: dict[str, list[str]] = {
            "answer": [self._answer(by_disease)],
            "flow": self._both(contents.FLOW),
            "baseline": self._both(contents.BASELINE),
            "outcomes": self._both(contents.OUTCOMES),
            "biomarkers": self._both(contents.BIOMARKERS),
            "safety": self._both(contents.SAFETY),
            "robustness": self._both(contents.ROBUSTNESS),
            "audit": self._both(contents.AUDIT),
            "limitations": [self._limitations()],
            "repairs": [self._cell(name, caption) for name, caption in contents.REPAIRS.items()],
            "methods": [_told(name, text) for name, text in told],
            "references": [self._references()],
            "strobe": [self._strobe(reported)],
            "versions": self._versions(),
        }  # fmt: skip
        seen = (words(text) for name in SECTIONS if name != "versions" for text in parts[name])
        if meant := spelled_out(seen):
            parts["methods"].append(_told("Abbreviations", meant))
        sections = []
        for name, heading in SECTIONS.items():
            simulated = cohort.simulated and name in NUMBERS
            mark = page.paragraph(SIMULATED, "simulated") if simulated else ""
            figures = (self._figure(one) for one in contents.FIGURES.get(name, ()))
            sections.append(page.section(name, heading, mark, *parts[name], *figures))
        html = page.page(cohort.title, self._lead(), SECTIONS.items(), "\n".join(sections),
                         foot=SIMULATED if cohort.simulated else "")  # fmt: skip
        return Report(html, self.references.bibtex(), plain_methods)

    def _lead(self) -> str:
        cohort, plan = self.run.cohort, self.run.plan
        mark = page.paragraph(SIMULATED, "simulated") if cohort.simulated else ""
        exported = f", from data exported on {cohort.exported}" if cohort.exported else ""
        given = plan.given or "all at their defaults"
        said = (
            f"Report of the cohort “{plan.name}”{exported}. Settings of the analysis: {given}; "
            f"each is listed under “{SECTIONS['versions']}”."
        )
        return "\n".join(filter(None, [mark, page.paragraph(said)]))

    def _answer(self, by_disease: list[Used]) -> str:
        """Give the five lines: who, the primary outcome, what limits it, the change, the harm."""
        lines: dict[str, list[str]] = {
            name: [] for name in ("Patients", "Primary outcome", "How sure", "Change", "Safety")
        }
        read = False
        for one in by_disease:
            disease, name = one.disease, DISEASES[one.disease]
            flow = {row["step"]: row["n"] for row in self.run.rows(f"{disease}_flow")}
            steps = {"started": "started", "completed 12 weeks": "completed 12 weeks",
                     "completed, endoscopy at both": "were scoped at both visits"}  # fmt: skip
            told = [f"{flow[step]} {words}" for step, words in steps.items() if step in flow]
            lines["Patients"].append(f"{name}: {', '.join(told)}.")
            if not one.started:
                continue
            primary, changed = (self.run.said(f"{disease}-{cell}") for cell in
                                ("primary", "changed"))  # fmt: skip
            range_ = next((said for said in primary if said.startswith(("If every", "No result")
                                                                       )), "")  # fmt: skip
            spread = self.run.said(f"{disease}-spread")[1:]
            read |= bool(spread)
            departs = [said for said in primary[1:] if said.startswith(DEPARTS)]
            lines["Primary outcome"] += [" ".join([f"{name}.", *primary[:1], *departs])]
            lines["How sure"].append(" ".join([f"{name}.", range_, *spread]))
            lines["Change"] += [f"{name}. {said}" for said in changed[:1]]
            lines["Safety"].append(f"{name}: {self._harm(disease)}")
        lines = {name: said or [NOT_RUN if not by_disease else "No patient could be judged."]
                 for name, said in lines.items()}  # fmt: skip
        items = "\n".join(
            f"<dt>{name}</dt>{''.join(f'<dd>{running(one, 1000)}</dd>' for one in said)}"
            for name, said in lines.items()
        )
        caveat = "There is no control arm: what changed cannot be ascribed to the drug."
        caveat += READINGS if read else ""
        return f'<dl class="answer">\n{items}\n</dl>\n{page.paragraph(caveat)}'

    def _harm(self, disease: str) -> str:
        table = self.run.table(f"{disease}-events")
        column = table.column("patients, n (%)") if table else []
        if table is None or not column:
            return "no adverse events are recorded in this cohort."
        counts = {row[0]: cell for row, cell in zip(table.rows, column, strict=True)}
        told = [f"{term} in {counts[term]}" for term in OVERALL if term in counts]
        return f"{'; '.join(told)}."

    def _both(self, cells: Mapping[str, str]) -> list[str]:
        parts = []
        for disease in self.run.diseases:
            parts.append(f"<h3>{DISEASES[disease]}</h3>")
            parts += [self._cell(f"{disease}-{name}", caption) for name, caption in cells.items()]
        return parts or [page.paragraph(NOT_RUN)]

    def _cell(self, cell: str, caption: str) -> str:
        """Take over what a cell of a notebook says: sentences or a table, and the text above."""
        above = prose(self.run.prose(cell))
        if not caption:
            said = [page.paragraph(one) for one in self.run.said(cell)]
            return "\n".join(filter(None, [above, *said]))
        grid = self.run.table(cell)
        if grid is None:
            return ""
        disease, _, name = cell.partition("-")
        source = f"{disease}_{name}.csv" if disease in DISEASES else f"notebooks, cell {cell}"
        whose = f" ({DISEASES[disease]})" if disease in DISEASES else ""
        return f"{above}\n{page.table(cell, caption + whose, grid, source=source)}"

    def _figure(self, one: contents.Drawn) -> str:
        png = self.run.figure(one.name)
        if not png:
            return ""
        tables, said = [*map(self.run.table, one.numbers)], self.run.said(one.said)
        caption, kind = one.caption, one.kind
        pairs = [int(n) for table in tables if table for n in table.column("pairs")]
        if one.of_many and max(pairs, default=0) > DRAWN_SINGLY:
            caption, kind = one.of_many
        told = alternative(kind, one.name, tables, said)
        return page.figure(next(self.numbers), one.name, caption, told, png)

    def _limitations(self) -> str:
        said = [one for disease in self.run.diseases for one in self.run.said(f"{disease}-caveats")]
        items = "\n".join(f"<li>{running(one, 1000)}</li>" for one in dict.fromkeys(said))
        return f"<ul>\n{items}\n</ul>" if items else page.paragraph(NOT_RUN)

    def _references(self) -> str:
        items = []
        for citation in self.references.found:
            number, text = r.doi(citation), shown(citation, 1000)
            if number:
                link = f'<a href="https://doi.org/{escape(number)}">doi:{escape(number)}</a>'
                text = text.replace(f"doi:{escape(number)}", link)
            items.append(f"<li>{text}</li>")
        return "<ol>\n" + "\n".join(items) + "\n</ol>"

    def _strobe(self, reported: str) -> str:
        rows = "\n".join(
            f'<tr><th scope="row">{one.number}</th><td>{shown(one.asks)}</td>'
            f"<td>{', '.join(map(_place, (one.where, *one.also)))}</td>"
            f"<td>{shown(one.remark)}</td></tr>"
            for one in strobe.ITEMS
        )
        heads = "".join(f'<th scope="col">{head}</th>'
                        for head in ("item", "asks for", "where", "remark"))  # fmt: skip
        return (
            page.paragraph(f"The items of STROBE for cohort studies {reported}, in short.")
            + '<div class="wide" role="region" tabindex="0" aria-labelledby="checklist-caption">'
            '<table id="checklist"><caption id="checklist-caption">Where each item is answered'
            f"</caption>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>"
        )

    def _versions(self) -> list[str]:
        found = self.run.provenance
        raw = [(name, str(one["bytes"]), one["sha256"]) for name, one in found["raw"].items()]
        made = [*found["derived"].items()]
        made += [("requirements.lock", found["lock"]), ("the code, src/", found["code"])]
        return [
            page.facts("parameters", "Parameters", ("parameter", "value", "read by"),
                       self.run.settings()),
            page.facts("software", "Software", ("package", "version"), found["versions"].items()),
            page.facts("raw-files", "Files of the cohort's folder",
                       ("file", "bytes", "SHA-256"), raw),
            page.facts("derived-files", "Files that were made", ("file", "SHA-256"), made),
        ]  # fmt: skip


def _place(where: str) -> str:
    if where in (strobe.AUTHORS, strobe.NOT_APPLICABLE):
        return where
    return f'<a href="#{where}">{shown(SECTIONS[where])}</a>'


def _told(name: str, text: str) -> str:
    return "\n".join([f"<h3>{shown(name)}</h3>", *map(page.paragraph, text.split("\n\n"))])


def _as_text(told: list[Paragraph], references: References) -> str:
    """Write the methods and what they cite so far as plain text."""
    paragraphs = [f"{name}\n{text}" for name, text in told]
    cited = [f"[{place}] {one}" for place, one in enumerate(references.found, 1)]
    return "\n\n".join([*paragraphs, "References\n" + "\n".join(cited)]) + "\n"
