"""Running a plan: each notebook only where something it depends on has changed."""

import ast
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from contextlib import ExitStack, closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from ibd_scores.study import paths
from ibd_scores.study.chain import execution, ledger, notebooks, parameters, provenance
from ibd_scores.study.chain.execution import Failure, Outcome
from ibd_scores.study.chain.planning import KEY_FILE, Plan, stored
from ibd_scores.study.chain.processes import pool

TICK = 0.25  # seconds between two looks of the progress display


class BusyError(Exception):
    """Another run is at work on the cohort."""


class ChangedError(OSError):
    """A raw table was written to while it was being read."""


@dataclass(frozen=True)
class Step:
    """News from the chain: what became of one stage, or which ones are running."""

    state: Literal["running", "made", "unchanged", "failed"]
    stages: tuple[str, ...]
    outcome: Outcome | None = None


@dataclass
class Result:
    """What became of each stage, and of the files; these are named from the derived folder."""

    made: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)  # that the stages wrote
    earlier: list[str] = field(default_factory=list)  # of an earlier run, for this one failed
    strays: list[str] = field(default_factory=list)  # that stand beside them
    stored: list[str] = field(default_factory=list)  # the notebooks that `store` changed

    def has(self, stages: Iterable[str]) -> bool:
        """Whether the files of these stages are up to date."""
        return {*stages} <= {*self.made, *self.unchanged}


def up_to_date(plan: Plan) -> bool:
    """Whether a run would find every stage unchanged."""
    book = ledger.Ledger(plan.derived)
    if not book.entries or not (plan.derived / provenance.FILE).is_file():
        return False
    key = [plan.raw / KEY_FILE] if plan.pseudonyms else []
    common = ledger.surroundings(plan.root, [*plan.sources, *key])
    return all(book.holds(stage, _stage_key(plan, stage, common, book)) for stage in plan.stages)


def _stage_key(plan: Plan, stage: str, common: str, book: ledger.Ledger) -> str:
    return ledger.key(common, plan.task(stage), book.tables(plan.upstream(stage)))


def run(
    plan: Plan,
    *,
    force: bool = False,
    store: bool = False,
    jobs: int = 2,
    executor: Executor | None = None,
    tell: Callable[[Step], None] = lambda step: None,
) -> Result:
    """Run the stages of which something changed, side by side where they do not need one another.

    A stage is left alone if all that it depends on is as at its last success, and each file that
    it wrote then still holds the same bytes. So a stage that runs again and writes the same bytes
    sets off nothing. Each success is noted at once: a run that was killed is taken up where it
    stopped. A stage that fails stops the chain; one that runs beside it is waited for.

    Parameters
    ----------
    store
        keep the executed notebooks in notebooks/ too, if none failed.
    executor
        where the notebooks run, instead of in `jobs` processes here; it has to see the project's
        folder at the same place.
    tell
        is called with each step, and with those running four times a second.

    Raises
    ------
    BusyError
        where another run is at work on this cohort.
    ChangedError
        where a raw table was written to meanwhile; the next run makes everything anew.
    OSError
        where what it depends on cannot be read, or the derived folder not be written.
    """
    result = Result()
    waiting = list(plan.stages)
    running: dict[Future[Outcome], tuple[str, str]] = {}
    with _alone(plan), pool(jobs) if executor is None else nullcontext(executor) as workers:
        book = ledger.Ledger(plan.derived)
        raw = provenance.checksums(plan.sources)
        common = ledger.surroundings(plan.root, [*plan.sources, *_key(plan)])
        if force:
            book.forget(plan.stages)
        while waiting or running:
            for stage in [name for name in waiting if result.has(plan.upstream(name))]:
                waiting.remove(stage)
                task = plan.task(stage)
                key = _stage_key(plan, stage, common, book)
                if not book.holds(stage, key):
                    running[workers.submit(execution.execute, task)] = stage, key
                else:
                    task.failed.unlink(missing_ok=True)
                    result.unchanged.append(stage)
                    tell(Step("unchanged", (stage,)))
            tell(Step("running", tuple(stage for stage, _ in running.values())))
            for future in wait(running, timeout=TICK, return_when=FIRST_COMPLETED).done:
                stage, key = running.pop(future)
                outcome = _outcome(future, partial(book.enter, stage, key))
                if outcome.failure:
                    result.failed.append(stage)
                    waiting.clear()
                else:
                    result.made.append(stage)
                tell(Step("failed" if outcome.failure else "made", (stage,), outcome))
        _check_unchanged(plan, book, raw)
        if not result.failed and (result.made or not (plan.derived / provenance.FILE).is_file()):
            _keep_provenance(plan, book, raw)
        if store and not result.failed:
            result.stored = [stage for stage in plan.stages if _store(plan, stage)]
        result.files = [*book.outputs(plan.stages)]
        result.earlier = [*book.outputs(name for name in plan.stages if not result.has([name]))]
        result.strays = book.strays(plan.stages)
    return result


def _key(plan: Plan) -> list[Path]:
    """The key of the pseudonyms, made now if there is none: all that is derived hangs on it."""
    path = plan.raw / KEY_FILE
    if plan.pseudonyms and "01_cleaning" in plan.stages and not path.is_file():
        from ibd_scores.study.cohort.identity import pseudonymizer  # imports numpy

        pseudonymizer(plan.raw)
    return [path] if plan.pseudonyms else []


def _check_unchanged(plan: Plan, book: ledger.Ledger, raw: Mapping[str, Any]) -> None:
    """Take nothing that was made from raw tables that were written to meanwhile as up to date."""
    if changed := provenance.changed(raw, provenance.checksums(plan.sources)):
        book.forget(plan.stages)
        book.save()
        raise ChangedError(
            f"{plan.raw}: {', '.join(changed)} while the study ran. What stands in {plan.where} is "
            "of both: run it again"
        )


def _keep_provenance(plan: Plan, book: ledger.Ledger, raw: Mapping[str, Any]) -> None:
    known = parameters.declared(stored(plan.root, stage) for stage in plan.stages)
    values = {
        stage: {name: one.value(ast.literal_eval(one.default)) for name, one in of.items()}
        | dict(plan.values[stage])
        for stage, of in known.items()
    }
    provenance.write(
        plan.derived, plan.root, cohort=plan.cohort, simulated=plan.simulated, raw=raw,
        outputs=book.tables(plan.stages), parameters=values,
    )  # fmt: skip


def _store(plan: Plan, stage: str) -> bool:
    executed = notebooks.read(plan.task(stage).executed)
    return notebooks.store(stored(plan.root, stage), executed)


def _outcome(future: Future[Outcome], enter: Callable[[tuple[Path, ...]], None]) -> Outcome:
    """What came of a stage, its success entered; whatever went wrong on the way is a failure."""
    try:
        outcome = future.result()
        if not outcome.failure:
            enter(outcome.outputs)
    except BrokenExecutor:
        message = "the process that ran it was ended from outside, perhaps for lack of memory"
        return Outcome(0.0, failure=Failure(0, "", message))
    except Exception as error:
        return Outcome(0.0, failure=Failure(0, "", execution.short(error)))
    return outcome


@contextmanager
def _alone(plan: Plan) -> Iterator[None]:
    """Keep other runs out of the folder, and half-written files: a killed run's, and our own.

    The lock is SQLite's: the system lifts it when the process ends, in whatever way.
    """
    plan.derived.mkdir(parents=True, exist_ok=True)
    file = plan.derived / ledger.LOCK
    with ExitStack() as held:
        try:
            lock = held.enter_context(closing(sqlite3.connect(file, timeout=0)))
            lock.execute("PRAGMA journal_mode = MEMORY")  # no second file beside it
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise OSError(f"{file}: {error}") from None
            raise BusyError(f"another run is at work in {plan.where}; wait for it") from None
        _clear(plan.derived)
        held.callback(_clear, plan.derived)
        yield


def _clear(derived: Path) -> None:
    for leftover in derived.rglob(f"{paths.UNFINISHED}*"):
        leftover.unlink(missing_ok=True)
