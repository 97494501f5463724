"""What a run used in one disease, read from the tables that it wrote."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ibd_scores.study.description import imaging, perianal
from ibd_scores.study.imputation.blocks import IMPUTATIONS
from ibd_scores.study.labels import title
from ibd_scores.study.report.source import Run

UNTESTABLE = "not testable"  # of a published figure


@dataclass(frozen=True)
class Used:
    """What a run used in one disease, as its tables say.

    Parameters
    ----------
    disease : str
        "cd" or "uc".
    started : int
        How many patients; with none, nothing was used.
    scoped : bool
        Whether those scoped at both visits were set beside the others.
    steroid, perianal : bool
        Whether there are endpoints without corticosteroids, and of perianal findings.
    described : tuple of str
        The names of the endpoints of drainage and of imaging.
    intervals : tuple of str
        How the intervals of the changes were found: "exact", "normal approximation".
    tested : tuple of str
        The quantities whose change has a p-value.
    families : mapping of str to (str, int)
        The families of tests, each with its adjustment and the number of tests.
    moves : tuple of str
        The tests of transitions.
    prevalence : bool
        Whether findings before and after were compared.
    imputed : str
        The number of imputations; blank where nothing was imputed.
    fewer_imputed : str
        Why these were fewer than usual; blank where they were not.
    not_imputed, not_modelled : str
        Why not, in the chain's words.
    predictors : tuple of str
        Of the model that was fitted.
    events, special : bool
        Whether there is a table of adverse events, and one of those of special interest.
    specifications : int
        How many were run.
    audited, not_audited : int
        How many published figures were audited, and how many could not be.
    """

    disease: str
    started: int = 0
    scoped: bool = False
    steroid: bool = False
    perianal: bool = False
    described: tuple[str, ...] = ()
    intervals: tuple[str, ...] = ()
    tested: tuple[str, ...] = ()
    families: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    moves: tuple[str, ...] = ()
    prevalence: bool = False
    imputed: str = ""
    fewer_imputed: str = ""
    not_imputed: str = ""
    not_modelled: str = ""
    predictors: tuple[str, ...] = ()
    events: bool = False
    special: bool = False
    specifications: int = 0
    audited: int = 0
    not_audited: int = 0


def used(run: Run, disease: str) -> Used:
    """Read from the tables of a run what it used in one disease."""
    changes, tests = run.rows(f"{disease}_changes"), run.rows(f"{disease}_tests")
    families: dict[str, tuple[str, int]] = {}
    for row in tests:
        if row["p"] and row["adjustment"]:
            _, before = families.get(row["family"], ("", 0))
            families[row["family"]] = row["adjustment"], before + 1
    imputed, model = run.table(f"{disease}-imputed"), run.table(f"{disease}-predictors")
    times = next(iter(imputed.column("imputations")), "") if imputed else ""
    moves = run.table(f"{disease}-moves")
    flow = {row["step"]: row["n"] for row in run.rows(f"{disease}_flow")}
    shown = {cell: {row[0] for row in table.rows} if table else set() for cell, table in
             ((cell, run.table(f"{disease}-{cell}")) for cell in
              ("scoped", "steroid", "perianal", "imaging", "prevalence", "special"))}  # fmt: skip
    figures = [row["verdict"] for row in run.rows(f"{disease}_audit")]
    return Used(
        disease=disease,
        started=int(flow.get("started") or 0),
        scoped=bool(shown["scoped"]),
        steroid=bool(shown["steroid"]),
        perianal=bool(shown["perianal"]),
        described=tuple(one.name for one in (*perianal.DRAINAGE, *imaging.ENDPOINTS)
                        if title(one.name) in shown["perianal"] | shown["imaging"]),
        intervals=tuple(sorted({row["interval"] for row in changes if row["interval"]})),
        tested=tuple(row["quantity"] for row in changes if row["p"]),
        families=families,
        moves=tuple(dict.fromkeys(moves.column("test"))) if moves else (),
        prevalence=bool(shown["prevalence"]),
        imputed=times,
        fewer_imputed=_first(imputed.note) if imputed and int(times or IMPUTATIONS) < IMPUTATIONS
        else "",
        not_imputed=_first(imputed.note) if imputed and not imputed.rows else "",
        not_modelled=_first(model.note) if model and not model.rows else "",
        predictors=tuple(row[0] for row in model.rows) if model else (),
        events=bool(run.rows(f"{disease}_events")),
        special=bool(shown["special"]),
        specifications=len(run.rows(f"{disease}_multiverse")),
        audited=len(figures) - figures.count(UNTESTABLE),
        not_audited=figures.count(UNTESTABLE),
    )  # fmt: skip


def _first(note: str) -> str:
    """Return the first sentence of a note, where it says why something was not done."""
    sentence = note.split(". ")[0].rstrip(".")
    return "" if sentence in ("", "Not reported in print") or "Simulated" in sentence else sentence
