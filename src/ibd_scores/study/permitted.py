"""What a parameter of the notebooks can be, by its name: the values that make sense.

The chain asks before anything runs, a notebook before it computes (`check`). A name without a rule
here, such as one of a notebook of your own, is judged by its type alone.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ibd_scores import derive
from ibd_scores.derive.diary import WINDOW_DAYS
from ibd_scores.study import paths, plan

__all__ = ["Between", "OneOf", "Rule", "check", "closest", "cohort", "cohorts", "rule"]

REPORTED = {"03_cd_outcomes": plan.CD.names, "04_uc_outcomes": plan.UC.names}


@dataclass(frozen=True)
class OneOf:
    """One of these words or numbers; `what` they are, with its article.

    Examples
    --------
    >>> OneOf("a season", ("spring", "autumn")).problem("start", "fall")
    "start = 'fall': not a season; possible: spring, autumn"
    """

    what: str
    choices: tuple[str | float, ...]

    @property
    def possible(self) -> str:
        """What can be given, in words."""
        return ", ".join(map(str, self.choices)) or "none"

    def problem(self, name: str, value: object) -> str:
        """What is wrong with a value, with all that is possible; blank if nothing is."""
        if not isinstance(value, bool) and value in self.choices:
            return ""
        words = [choice for choice in self.choices if isinstance(choice, str)]
        return _problem(name, value, self) + (closest(value, words) if words else "")


@dataclass(frozen=True)
class Between:
    """A number above `low` and up to `high`, this one included; `what` it is, with its article.

    Examples
    --------
    >>> limit = Between("a limit of albumin", 0, 6, "g/dL")
    >>> limit.problem("albumin_limit", 6), limit.problem("albumin_limit", 0)
    ('', 'albumin_limit = 0: not a limit of albumin; possible: above 0 and up to 6 g/dL')
    """

    what: str
    low: float
    high: float
    unit: str

    @property
    def possible(self) -> str:
        """What can be given, in words."""
        return f"above {self.low:g} and up to {self.high:g} {self.unit}"

    def problem(self, name: str, value: object) -> str:
        """What is wrong with a value, with all that is possible; blank if nothing is."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return _problem(name, value, self)
        return "" if self.low < value <= self.high else _problem(name, value, self)


Rule = OneOf | Between


def _problem(name: str, value: object, rule: Rule) -> str:
    return f"{name} = {value!r}: not {rule.what}; possible: {rule.possible}"


def closest(word: object, among: Iterable[str]) -> str:
    """Suggest the name that was meant, by its spelling or as its part; blank if there is none.

    Examples
    --------
    >>> closest("min_day", ["crp_limit", "min_days"])
    '; did you mean min_days?'
    """
    names = [*among]
    near = difflib.get_close_matches(str(word), names, n=1)
    near += [name for name in names if word and str(word) in name]
    return f"; did you mean {near[0]}?" if near else ""


def cohorts(root: Path) -> tuple[str, ...]:
    """The cohorts of a project: the folders of data/raw with a cohort.toml."""
    return tuple(sorted(path.parent.name for path in (root / "data" / "raw").glob("*/cohort.toml")))


# As `derive.weight_deficit` has them; no floor at all is not a number.
WEIGHT_FLOORS = tuple(floor for floor in derive.weight_deficit.choices["weight_floor"]
                      if floor is not None)  # fmt: skip
RULES: dict[str, Rule] = {
    "min_days": OneOf("a number of diary days", tuple(range(1, WINDOW_DAYS + 1))),
    "weight_floor": OneOf("a published variant", WEIGHT_FLOORS),
    "crp_limit": Between("a limit of C-reactive protein", 0, 100, "mg/L"),
    "calprotectin_limit": Between("a limit of fecal calprotectin", 0, 1000, "ug/g"),
}


def cohort(root: Path) -> OneOf:
    """What the cohort can be."""
    return OneOf("a folder of data/raw with a cohort.toml", cohorts(root))


def rule(name: str, notebook: str, root: Path) -> Rule | None:
    """Return what a parameter of a notebook can be; None if its type alone says it.

    Parameters
    ----------
    name : str
        The parameter.
    notebook : str
        The notebook that has it, such as "03_cd_outcomes".
    root : Path
        The project's folder, which holds the cohorts.

    Examples
    --------
    >>> rule("min_days", "02_scoring", paths.root()).possible
    '1, 2, 3, 4, 5, 6, 7'
    >>> rule("hematocrit_floored", "02_scoring", paths.root()) is None
    True
    """
    if name == "cohort":
        return cohort(root)
    if name == "primary":
        both = tuple(name for names in REPORTED.values() for name in names)
        return OneOf(f"an endpoint that {notebook} reports", REPORTED.get(notebook, both))
    if name == "estimand":
        from ibd_scores.study.estimands import ESTIMANDS  # imports pandas and scipy

        return OneOf("an estimand", ESTIMANDS)
    return RULES.get(name)


def check(notebook: str, **values: Any) -> None:
    """Refuse parameters that make no sense, before anything is computed from them.

    A notebook calls it in the cell after its parameters, with all of them, for not every notebook
    is run by the chain, which asks the same.

    Raises
    ------
    ValueError
        with every parameter that makes no sense, and what is possible.

    Examples
    --------
    >>> check("02_scoring", min_days=4, weight_floor=-10.0)
    >>> check("02_scoring", min_days=4, weight_floor=-5.0)
    Traceback (most recent call last):
    ValueError: weight_floor = -5.0: not a published variant; possible: -10, 0
    """
    root = paths.root()
    problems = []
    for name, value in values.items():
        known = rule(name, notebook, root)
        if known and (problem := known.problem(name, value)):
            problems.append(problem)
    if problems:
        raise ValueError("\n".join(problems))
