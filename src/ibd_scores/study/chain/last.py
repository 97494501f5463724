"""The last run of a cohort: its parameters, and whether what it left is of things as they are."""

from collections.abc import Mapping
from pathlib import Path

from ibd_scores.study.chain import provenance
from ibd_scores.study.chain.parameters import Values
from ibd_scores.study.chain.planning import Plan, default_cohort, plan
from ibd_scores.study.chain.running import up_to_date


class NotReadyError(ValueError):
    """The chain has to run before something is made of what it leaves."""


def last_run(root: Path, cohort: str = "") -> Plan:
    """Plan the chain with the parameters of its last run, and make sure that all is up to date.

    Parameters
    ----------
    root : Path
        The project's folder.
    cohort : str
        Its name, or ``name@set`` of a batch study; by default the one the notebooks name.

    Raises
    ------
    NotReadyError
        where the chain has not run, failed or is out of date; the message says what to do.
    ValueError
        where there is no such cohort.
    """
    name, _, variant = (cohort or default_cohort(root)).partition("@")
    usual = plan(root, {"cohort": name}, variant=variant)
    told = provenance.read(usual.derived).get("parameters", {})
    again = _again(usual)
    if failed := [stage for stage in usual.stages if usual.task(stage).failed.exists()]:
        raise NotReadyError(
            f"{usual.where}: the last run failed in {', '.join(failed)}; mend it, then {again}"
        )
    if not told:
        raise NotReadyError(f"{usual.where}: the chain has not run on this cohort; {again}")
    try:
        last = plan(root, _given(told) | {"cohort": name}, variant=variant)
        ready = up_to_date(last)
    except (ValueError, OSError) as error:
        raise NotReadyError(
            f"{usual.where}: the last run cannot be repeated ({error}); {again}"
        ) from None
    if not ready:
        raise NotReadyError(
            f"{usual.where}: out of date: the raw tables, the notebooks, the code, the environment "
            f"or a derived file changed since the last run; {_again(last)}"
        )
    return last


def _again(last: Plan) -> str:
    if last.variant:
        return f"run the batch that has the set {last.variant} again (ibd-scores batch)"
    return f"run it: ibd-scores run --cohort {last.cohort}{last.options}"


def _given(told: Mapping[str, Values]) -> Values:
    """Give the parameters of a run again: by name where all notebooks read the same."""
    values: Values = {}
    for name in {one: None for share in told.values() for one in share}:
        of = {stage: share[name] for stage, share in told.items() if name in share}
        alike = len({repr(value) for value in of.values()}) == 1
        values |= {name if alike else f"{stage}.{name}": value for stage, value in of.items()}
    return values
