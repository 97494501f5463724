"""The command line of the study: `ibd-scores`, or `python -m ibd_scores.study`."""

import argparse
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from textwrap import indent
from typing import Never

from ibd_scores import __version__
from ibd_scores.study import chain, paths, percentages
from ibd_scores.study.chain import batch, notebooks, parameters
from ibd_scores.study.chain.display import BatchDisplay, Display
from ibd_scores.study.intake import commands as intake
from ibd_scores.study.manuscript import commands as manuscript
from ibd_scores.study.terminal import fitted, say


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; the return value is the exit code.

    0 done, 1 a notebook or a file failed, 2 refused before anything was run, 130 interrupted.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        with _flushed():
            options = _parser().parse_args(arguments)
            return options.command(options) or 0
    except BrokenPipeError:  # nobody reads on: `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except chain.BusyError as error:
        say(str(error), "Nothing was run.", color="bad", error=True)
        return 2
    except (OSError, ValueError) as error:
        say(str(error), color="bad", error=True)
        return 1
    except KeyboardInterrupt:
        return 130


@contextmanager
def _flushed() -> Iterator[None]:
    """Let what was printed reach its reader, or fail to, before the program ends."""
    try:
        yield
    finally:
        sys.stdout.flush()


@contextmanager
def _refusing(consequence: str) -> Iterator[None]:
    """Answer what was asked wrongly with a message, and what it means, in place of a traceback."""
    try:
        yield
    except (ValueError, OSError) as error:
        say(str(error), consequence, color="bad", error=True)
        sys.exit(2)


def _interrupt(*_: object) -> Never:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ibd-scores", description="Run the notebooks of an IBD cohort study in order."
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.set_defaults(command=lambda options: parser.print_help())
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    run = commands.add_parser(
        "run", help="run the notebooks of which something changed, from raw tables to figures",
        add_help=False, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    run.add_argument("-h", "--help", action=_Help, nargs=0, help="show this and the parameters")
    run.add_argument(
        "--cohort", dest="pairs", metavar="NAME", action="append", default=[],
        type="cohort={}".format, help="a folder of data/raw with a cohort.toml",
    )  # fmt: skip
    run.add_argument(
        "-p", dest="pairs", metavar="name=value", action="append", default=[],
        help="a parameter, as often as needed; notebook.name=value for one notebook alone",
    )  # fmt: skip
    run.add_argument(
        "--parameters", metavar="FILE", type=Path,
        help="parameters from a TOML or YAML file; in a table of its name, those of one notebook",
    )  # fmt: skip
    run.add_argument("--force", action="store_true", help="run all, changed or not")
    run.set_defaults(command=_run)

    refresh = commands.add_parser(
        "refresh", help="run all as they are stored, and store what comes out in notebooks/"
    )
    refresh.set_defaults(command=_refresh)
    for command in (run, refresh):
        command.add_argument(
            "--jobs", type=_count, default=2, metavar="N",
            help="notebooks side by side (default: 2)",
        )  # fmt: skip

    _add_batch(commands)

    listing = commands.add_parser("parameters", help="list the parameters that can be given")
    listing.set_defaults(command=_parameters)

    report = commands.add_parser(
        "report", help="write what the last run found as one page, with its methods and references"
    )
    report.add_argument("--cohort", metavar="NAME", default="", help="or NAME@SET of a batch study")
    report.add_argument("--pdf", action="store_true", help="as PDF too, if chromium is installed")
    report.set_defaults(command=_report)

    audit = commands.add_parser(
        "audit", help="check a printed percentage: which k/n print so, and which denominators do"
    )
    audit.add_argument("printed", metavar="PERCENTAGE", help="as printed, with its decimals: 70.83")
    audit.add_argument("--n", type=_count, metavar="N", help="the stated denominator")
    audit.add_argument(
        "--up-to", type=_count, metavar="N", help="largest denominator tried (default: 80, or n)"
    )
    audit.set_defaults(command=_audit)

    intake.add_commands(commands)
    manuscript.add_commands(commands)

    simulate = commands.add_parser(
        "simulate", help="draw many small cohorts: are the rates biased, do the intervals hold?"
    )
    simulate.add_argument("--cohorts", type=_count, default=2000, metavar="N", help="default: 2000")
    simulate.add_argument(
        "--patients", type=_count, default=80, metavar="N", help="who start in each (default: 80)"
    )
    simulate.add_argument(
        "--missing", choices=["random", "ill"], default="random",
        help="whose week 12 is missing: anybody's, or rather of those who are ill",
    )  # fmt: skip
    simulate.add_argument("--seed", type=_count, default=12, metavar="N", help="default: 12")
    where = simulate.add_mutually_exclusive_group()
    where.add_argument(
        "--executor", dest="kind", choices=["threads", "processes"], default="processes",
        metavar="KIND", help="threads or processes of this machine (default: processes)",
    )  # fmt: skip
    where.add_argument(
        "--scheduler", metavar="ADDRESS", default="",
        help="a Dask scheduler whose workers do it instead: tcp://host:8786",
    )  # fmt: skip
    simulate.add_argument(
        "--workers", type=_count, metavar="N", help="default: one for each processor"
    )
    simulate.add_argument(
        "--output", metavar="FILE", type=Path,
        help="the rates of each cohort (default: data/derived/simulated_cohorts.csv)",
    )  # fmt: skip
    simulate.set_defaults(command=_simulate)

    normalize = commands.add_parser(
        "normalize", help="drop from notebooks what differs from run to run; outputs stay"
    )
    normalize.add_argument("files", nargs="+", type=Path, metavar="FILE")
    normalize.set_defaults(command=_normalize)
    return parser


def _add_batch(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "batch", help="run many cohorts or parameter sets, here or on a Dask cluster",
        description="Run many cohorts or parameter sets, each through all notebooks. One that "
        "fails stops no other; the next run repeats only what failed or changed.",
        epilog="A worker of the cluster runs one cohort or set at a time, for the working "
        "directory and the environment belong to its process: start it with `dask worker "
        "--nthreads 1 --nworkers N`. It needs this environment, and the project's folder at the "
        "same place.",
    )  # fmt: skip
    command.add_argument(
        "--cohort", dest="cohorts", metavar="NAME", action="append", default=[],
        help="a folder of data/raw with a cohort.toml; as often as needed",
    )  # fmt: skip
    command.add_argument("--all", action="store_true", help="all folders of data/raw with one")
    command.add_argument(
        "--parameters", metavar="FILE", type=Path,
        help="parameter sets from a TOML or YAML file, each a table of its name, which may say its "
        "cohort; the results stand in data/derived/<cohort>@<set>",
    )  # fmt: skip
    command.add_argument("--force", action="store_true", help="run all, changed or not")
    where = command.add_mutually_exclusive_group()
    where.add_argument(
        "--jobs", type=_count, metavar="N",
        help="cohorts or sets side by side on this computer (default: one for each core)",
    )  # fmt: skip
    where.add_argument(
        "--scheduler", metavar="ADDRESS",
        help="a Dask cluster to run them on instead, such as tcp://localhost:8786",
    )  # fmt: skip
    command.set_defaults(command=_batch)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text}: a whole number from 1 upwards is wanted")
    return int(text)


class _Help(argparse.Action):
    """Show the help with the parameters below it; reading them takes too long for every run."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> Never:
        with suppress(OSError, ValueError):  # no project here, or half a notebook
            listing = indent(_listing(paths.root()), "  ")
            parser.epilog = f"parameters:\n{fitted(listing, shutil.get_terminal_size().columns)}"
        parser.print_help()
        sys.exit(0)


def _run(options: argparse.Namespace) -> int:
    with _refusing("Nothing was run."):
        values = parameters.given(options.pairs, options.parameters)
        plan = chain.plan(paths.root(), values)
    return 1 if _shown(plan, options.jobs, force=options.force).failed else 0


def _batch(options: argparse.Namespace) -> int:
    with ExitStack() as held:
        with _refusing("Nothing was run."):
            root, cohorts = paths.root(), options.cohorts
            if options.all:
                cohorts = [*cohorts, *batch.cohorts(root)]
            elif not cohorts and not options.parameters:
                raise ValueError("Which? --cohort NAME, --all or --parameters FILE says it.")
            plans = batch.members(root, cohorts, options.parameters)
            jobs = min(options.jobs or os.cpu_count() or 1, len(plans))
            where = batch.cluster(options.scheduler) if options.scheduler else chain.pool(jobs)
            executor = held.enter_context(where)
        display = BatchDisplay(plans)
        try:
            reports = batch.run(plans, executor, force=options.force, tell=display)
        except KeyboardInterrupt:
            display.stopped()
            raise
        display.finish()
    return 1 if any(report.state == "failed" for report in reports) else 0


def _refresh(options: argparse.Namespace) -> int:
    with _refusing("Nothing was run."):
        plan = chain.plan(paths.root())
    result = _shown(plan, options.jobs, force=True, store=True)
    if result.failed:
        say("notebooks/ was left as it is.", error=True)
        return 1
    say(f"Stored in notebooks/: {', '.join(result.stored) or 'nothing, for nothing changed'}")
    return 0


def _shown(plan: chain.Plan, jobs: int, *, force: bool, store: bool = False) -> chain.Result:
    """Run a chain and show it."""
    if changed := plan.changed:
        say(f"Raw tables since the last run: {', '.join(changed)}", color="careful")
    display = Display(plan)
    try:
        result = chain.run(plan, force=force, store=store, jobs=jobs, tell=display)
    except (KeyboardInterrupt, OSError, ValueError):
        display.stopped()
        raise
    display.finish(result)
    return result


def _parameters(options: argparse.Namespace) -> int:
    say(fitted(_listing(paths.root())))
    return 0


def _listing(root: Path) -> str:
    known = parameters.declared(chain.stored(root, stage) for stage in chain.STAGES)
    lines = []
    for one, possible, stages in parameters.distinct(known, root):
        name, *meaning = str(one).split("  # ")
        told = [*meaning, f"in {', '.join(stages)}", f"possible: {possible}" if possible else ""]
        lines += [name, *(f"    {line}" for line in filter(None, told))]
    return "\n".join(lines)


def _report(options: argparse.Namespace) -> int:
    from ibd_scores.study import report  # imports pandas

    with _refusing("No report was written."):
        plan = chain.last_run(paths.root(), options.cohort)
    made = report.write(plan)
    if options.pdf:
        printed = made[0].with_suffix(".pdf")
        if refusal := report.pdf.write(made[0], printed):
            say(refusal, color="careful")
        else:
            made.append(printed)
    say("Wrote:", *(f"  {path.relative_to(plan.root).as_posix()}" for path in made))
    return 0


def _audit(options: argparse.Namespace) -> int:
    with _refusing("Nothing was checked."):
        say(str(percentages.audit_percentage(options.printed, options.n, up_to=options.up_to)))
    return 0


def _simulate(options: argparse.Namespace) -> int:
    from ibd_scores.study import operating  # takes a second, which no other command should

    output = options.output or paths.root() / "data" / "derived" / "simulated_cohorts.csv"
    with operating.executor(
        options.kind, workers=options.workers, scheduler=options.scheduler
    ) as pool:
        rates = operating.rates(
            pool, cohorts=options.cohorts, patients=options.patients,
            missing=options.missing, seed=options.seed,
        )  # fmt: skip
    with paths.replacing(output) as temporary:
        rates.to_csv(temporary, index=False, lineterminator="\n")
    print(operating.summary(rates).to_string(float_format="{:.1f}".format))
    say(operating.NOTE.format(options.cohorts), f"The rates of each: {output}")
    return 0


def _normalize(options: argparse.Namespace) -> int:
    for file in options.files:
        with _refusing("It was left as it is."):
            if notebooks.store(file, notebooks.read(file)):
                say(f"normalized {file}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
