"""Batch studies: many cohorts or parameter sets, each through the whole chain, on an executor.

A member is one task: its notebooks run one after another in the process that takes it, which needs
no processes of its own (a Dask worker may have none). What each member was made from stands in its
own derived folder, so that a second run repeats only what failed or changed.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, ParamSpec, TypeVar

from ibd_scores.study import paths, permitted
from ibd_scores.study.chain import (
    STAGES,
    Plan,
    Step,
    default_cohort,
    notebooks,
    parameters,
    plan,
    pool,
    stored,
    up_to_date,
)
from ibd_scores.study.chain import run as run_chain
from ibd_scores.study.chain.execution import Failure, short
from ibd_scores.study.chain.parameters import Values
from ibd_scores.study.terminal import say

P = ParamSpec("P")
T = TypeVar("T")

TICK = 1.0  # seconds between two looks of the progress display
PATIENCE = 5  # seconds for a scheduler to answer


@dataclass(frozen=True)
class Report:
    """What became of a member; why a notebook failed, by its stage (blank: none was reached)."""

    plan: Plan
    state: Literal["made", "unchanged", "failed"]
    seconds: float = 0.0
    failures: Mapping[str, Failure] = field(default_factory=dict)


def members(root: Path, cohorts: Iterable[str] = (), file: Path | None = None) -> list[Plan]:
    """Check all members of a batch study, before anything runs.

    Parameters
    ----------
    cohorts
        folders of data/raw.
    file
        parameter sets, each a table of its name. A set is for each of `cohorts`, or for the one
        that it names itself, or for the one that the notebooks name. Its results stand in
        data/derived/<cohort>@<set>.

    Raises
    ------
    ValueError
        with every member that cannot be run, and why.
    """
    wanted: dict[str, tuple[str, Values]] = {}
    sets = {"": Values()} if file is None else parameters.sets(file)
    cohorts = tuple(dict.fromkeys(cohorts))
    if cohorts and all("cohort" in values for values in sets.values()):
        raise ValueError(f"{file}: each set names its own cohort; leave out {', '.join(cohorts)}")
    for variant, values in sets.items():
        of = (values["cohort"],) if "cohort" in values else cohorts or (default_cohort(root),)
        for cohort in of:
            wanted[paths.member(cohort, variant)] = variant, values | {"cohort": cohort}
    there = [path for path in (stored(root, stage) for stage in STAGES) if path.is_file()]
    for path in there:
        notebooks.read(path)  # raises where one is half a notebook
    known = parameters.declared(there)
    plans: list[Plan] = []
    problems: dict[str, list[str]] = {}
    for name, (variant, values) in wanted.items():
        try:
            if variant and (root / "data" / "raw" / name).is_dir():
                raise ValueError(f"data/raw/{name} is a cohort, whose results stand there")
            plans.append(plan(root, values, variant=variant, known=known))
        except (ValueError, OSError) as error:
            problems.setdefault(str(error), []).append(name)
    if problems:
        raise ValueError("\n".join(f"{', '.join(who)}: {why}" for why, who in problems.items()))
    return plans


def run(
    plans: Sequence[Plan],
    executor: Executor,
    *,
    force: bool = False,
    tell: Callable[[Report | None], None] = lambda report: None,
) -> list[Report]:
    """Run the members of which something changed; one that fails stops no other.

    Parameters
    ----------
    executor
        where the members run: processes, not threads; each has to see the project's folder at the
        same place.
    tell
        is called with what became of each member, and with None once a second.
    """
    reports: list[Report] = []
    running: dict[Future[Report], Plan] = {}
    broken: list[Plan] = []

    def note(report: Report) -> None:
        reports.append(report)
        tell(report)

    for one in plans:
        if not force and _unchanged(one):
            note(Report(one, "unchanged"))
        else:
            running[executor.submit(execute, one, force)] = one
    while running:
        tell(None)
        for future in wait(running, timeout=TICK, return_when=FIRST_COMPLETED).done:
            one = running.pop(future)
            try:
                note(_report(one, future))
            except BrokenExecutor:
                broken.append(one)
    # Whichever of them ended a process and so all others: alone, it ends none but its own.
    for one in broken:
        with pool(1) as alone:
            try:
                note(_report(one, alone.submit(execute, one, force)))
            except BrokenExecutor:
                message = (
                    "the process that ran it was ended from outside, perhaps for lack of memory"
                )
                note(_failed(one, message))
    return reports


def _unchanged(one: Plan) -> bool:
    try:
        return up_to_date(one)
    except Exception:  # its own run says what is wrong
        return False


def _report(one: Plan, future: Future[Report]) -> Report:
    try:
        return future.result()
    except BrokenExecutor:
        raise
    except CancelledError:
        return _failed(one, "the connection to the cluster was lost; run it again")
    except Exception as error:
        return _failed(one, short(error))


def _failed(one: Plan, message: str) -> Report:
    return Report(one, "failed", failures={"": Failure(0, "", message)})


# The working directory and the environment are the process's: one member at a time.
_alone = threading.Lock()


def execute(one: Plan, force: bool = False) -> Report:
    """Run a member's chain in this process, and leave its environment as it was."""
    if not (one.root / "notebooks").is_dir():
        raise FileNotFoundError(
            f"{one.root} is not there for the worker; it has to see the project's folder at the "
            "same place as the computer that started the batch"
        )
    failures: dict[str, Failure] = {}

    def note(step: Step) -> None:
        if step.outcome and step.outcome.failure:
            failures[step.stages[0]] = step.outcome.failure

    with _alone, _restored():
        start = time.perf_counter()
        try:
            result = run_chain(one, force=force, executor=_Here(), tell=note)
        except SystemExit:  # told to end; the pool would only take the next member
            os._exit(1)
    state: Literal["made", "unchanged", "failed"] = (
        "failed" if result.failed else "made" if result.made else "unchanged"
    )
    return Report(one, state, time.perf_counter() - start, failures)


class _Here(Executor):
    """Runs what it is given at once, in this thread."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


@contextmanager
def _restored() -> Iterator[None]:
    before = dict(os.environ)
    try:
        yield
    finally:
        for name in os.environ.keys() - before:
            del os.environ[name]
        os.environ.update(before)


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """Give the executor of a Dask cluster; what still waits there is withdrawn on an interrupt.

    Raises
    ------
    ValueError
        where Dask is not installed, or no scheduler answers at the address.
    """
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ImportError:
        raise ValueError(
            "--scheduler needs Dask, which is not installed: pip install 'ibd-scores[dask]'"
        ) from None
    try:
        get_address_host_port(address)  # a client that cannot read it is slow to go
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(
            f"--scheduler {address}: no Dask scheduler answers there ({short(error)}). Start one "
            "with `dask scheduler`, which says its address: tcp://<computer>:8786"
        ) from None
    with client:
        if not client.nthreads():
            say(f"{address} has no worker yet; the first one begins.", color="careful", error=True)
        executor: Executor = client.get_executor(pure=False)
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False)
            raise


def cohorts(root: Path) -> tuple[str, ...]:
    """All cohorts of a project, of which there has to be one."""
    if found := permitted.cohorts(root):
        return found
    raise ValueError(f"{root / 'data' / 'raw'}: no folder there has a cohort.toml")
