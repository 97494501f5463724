"""Can a printed percentage be a count of whole patients? The arithmetic of the audit.

The GRIM idea for percentages: with n patients only n + 1 percentages exist, so a printed one fits
some n and rules out others. All arithmetic is in whole numbers; nothing is left to floating point.

References
----------
Brown NJL, Heathers JAJ. Soc Psychol Personal Sci 2017;8:363-369. doi:10.1177/1948550616673876
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from math import floor
from textwrap import fill
from typing import Literal, get_args

__all__ = [
    "ROUNDINGS",
    "PercentageAudit",
    "Rounding",
    "audit_percentage",
    "counts",
    "decimals",
    "denominators",
    "is_percentage",
    "joint_denominators",
]

Rounding = Literal["half_up", "half_even", "truncation"]
ROUNDINGS: tuple[Rounding, ...] = get_args(Rounding)
OTHERS: dict[Rounding, str] = {
    "truncation": "truncated",
    "half_even": "halves go to the even digit",
}

USUAL = 80  # largest denominator tried, unless told otherwise
LISTED = 12  # denominators that are listed with their counts; more are listed alone
MOST = 100  # denominators written out
LARGEST = 10_000
PERCENTAGE = re.compile(r"([0-9]{1,3})(?:\.([0-9]+))?\s*%?")


@dataclass(frozen=True, repr=False)
class PercentageAudit:
    """What `audit_percentage` found; printed, it says so in a few lines.

    Attributes
    ----------
    printed : str
        The percentage without its sign.
    decimals : int
        How many were printed.
    n : int or None
        The stated denominator.
    fits : mapping
        For each rounding, all k for which k/n prints so; none if no n was stated.
    possible_n : mapping
        For each rounding, the denominators up to `up_to` that print so.
    up_to : int
        Largest denominator tried.
    """

    printed: str
    decimals: int
    n: int | None
    fits: Mapping[Rounding, tuple[int, ...]]
    possible_n: Mapping[Rounding, tuple[int, ...]]
    up_to: int

    @property
    def verdict(self) -> str:
        """Say "possible", "impossible unless truncated" (or the like), or "impossible".

        It holds for the stated n; where none was stated, for all denominators tried.
        """
        found = self.possible_n if self.n is None else self.fits
        if found["half_up"]:
            return "possible"
        unless = " or ".join(words for name, words in OTHERS.items() if found[name])
        impossible = "impossible" if self.n is not None else f"impossible up to {self.up_to}"
        return f"{impossible} unless {unless}" if unless else impossible

    def __repr__(self) -> str:
        # A denominator and its counts stay on one line.
        lines = (line.replace(" (", "\N{NO-BREAK SPACE}(") for line in self._lines())
        text = "\n".join(fill(line, 100, subsequent_indent="  ") for line in lines)
        return text.replace("\N{NO-BREAK SPACE}", " ")

    def _repr_html_(self) -> str:
        return f"<p>{'<br>'.join(escape(line) for line in self._lines())}</p>"

    def _lines(self) -> list[str]:
        if self.n is None:
            lines = [f"{self.printed} %, no n stated: {self.verdict}."]
        else:
            ordinary = self.fits["half_up"]
            shown = ", ".join(self._quotient(k, self.n) for k in ordinary or self._nearest(self.n))
            lines = [f"{self.printed} % of {self.n}: {self.verdict}: {shown}."]
            lines += [
                f"If {words}: {_fractions(self.fits[name], self.n) or 'none'}."
                for name, words in OTHERS.items()
                if self.fits[name] != ordinary
            ]
        usual = self.possible_n["half_up"]
        lines.append(f"Denominators up to {self.up_to} that print so: {self._listed(usual)}.")
        for name, words in OTHERS.items():
            if more := [n for n in self.possible_n[name] if n not in usual]:
                lines.append(f"Only if {words}: {self._listed(more, name)}.")
        return lines

    def _nearest(self, n: int) -> Sequence[int]:
        """Give the counts just below and just above what was printed."""
        below = floor(Fraction(self.printed) * n / 100)
        return range(below, below + 2)

    def _quotient(self, k: int, n: int) -> str:
        digits = max(self.decimals, 2)
        whole = str(_rounded(Fraction(100 * 10**digits * k, n), "half_up")).zfill(digits + 1)
        return f"{k}/{n} = {whole[:-digits]}.{whole[-digits:]}"

    def _listed(self, ns: Sequence[int], rounding: Rounding = "half_up") -> str:
        if len(ns) > LISTED:
            return _runs(ns[:MOST]) + (f", … ({len(ns)} in all)" if len(ns) > MOST else "")
        found = (f"{n} ({_fractions(counts(self.printed, n, rounding), n)})" for n in ns)
        return ", ".join(found) or "none"


def audit_percentage(
    printed: str, n: int | None = None, *, up_to: int | None = None
) -> PercentageAudit:
    """Check one percentage of any abstract: which k/n print so, and which denominators do.

    Parameters
    ----------
    printed : str
        The percentage as text, for its decimals count: "80", "70.83", "53 %".
    n : int, optional
        The stated denominator.
    up_to : int, optional
        Largest denominator tried: by default 80, or `n` if that is larger.

    Returns
    -------
    PercentageAudit
        Ordinary rounding (5 away from zero), rounding of halves to the even digit and truncation
        are all tried, and named where they make a difference.

    Raises
    ------
    TypeError
        If `printed` is a number (80.0 no longer says whether "80" or "80.0" was printed), or a
        denominator is no whole number.
    ValueError
        If `printed` is no percentage or above 100, or a denominator is below 1.

    Examples
    --------
    >>> audit_percentage("70.83", n=23)
    70.83 % of 23: impossible: 16/23 = 69.57, 17/23 = 73.91.
    Denominators up to 80 that print so: 24 (17/24), 48 (34/48), 72 (51/72).
    >>> found = audit_percentage("62 %", n=75)
    >>> found.verdict, found.fits["truncation"]
    ('impossible unless truncated', (47,))

    References
    ----------
    Brown NJL, Heathers JAJ. Soc Psychol Personal Sci 2017;8:363-369.
    doi:10.1177/1948550616673876
    """
    digits = decimals(printed)
    if n is not None:
        _check_denominator("n", n)
    largest = max(USUAL, n or 0) if up_to is None else up_to
    _check_denominator("up_to", largest)
    return PercentageAudit(
        printed=printed.strip().removesuffix("%").rstrip(),
        decimals=digits,
        n=n,
        fits={name: () if n is None else tuple(counts(printed, n, name)) for name in ROUNDINGS},
        possible_n={name: tuple(denominators(printed, largest, name)) for name in ROUNDINGS},
        up_to=largest,
    )


def counts(printed: str, n: int, rounding: Rounding = "half_up") -> list[int]:
    """All k for which k/n, in percent, prints as `printed`.

    Parameters
    ----------
    printed, n
        See `audit_percentage`, also for what is refused.
    rounding : str
        "half_up" (5 away from zero), "half_even" or "truncation".

    Examples
    --------
    >>> counts("73.33", 75)
    [55]
    >>> counts("62", 75)
    []
    >>> counts("62", 75, "truncation")
    [47]
    """
    if rounding not in ROUNDINGS:
        raise ValueError(f"rounding {rounding!r} is unknown; use one of {', '.join(ROUNDINGS)}")
    _check_denominator("n", n)
    target, digits = _parsed(printed)
    scale = 100 * 10**digits
    nearby = range(max(0, (target - 1) * n // scale), min(n, (target + 1) * n // scale) + 1)
    return [k for k in nearby if _rounded(Fraction(k * scale, n), rounding) == target]


def denominators(printed: str, up_to: int = USUAL, rounding: Rounding = "half_up") -> list[int]:
    """All denominators from 1 to `up_to` with a count that prints as `printed`.

    Examples
    --------
    >>> denominators("73.33")
    [15, 30, 45, 60, 75]
    """
    return [n for n in range(1, up_to + 1) if counts(printed, n, rounding)]


def joint_denominators(
    printed: Iterable[str], up_to: int = USUAL, rounding: Rounding = "half_up"
) -> list[int]:
    """Denominators that fit all of several percentages, as claims on the same patients need.

    Examples
    --------
    >>> joint_denominators(["73.33", "53", "62"])
    [45, 60]
    """
    fitting = [set(denominators(text, up_to, rounding)) for text in printed]
    return sorted(set.intersection(*fitting)) if fitting else []


def is_percentage(printed: str) -> bool:
    """Whether a text is a percentage that can be checked: "53 %" is, "close to 50" is not."""
    return PERCENTAGE.fullmatch(printed.strip()) is not None


def decimals(printed: str) -> int:
    """How many decimals were printed.

    Examples
    --------
    >>> decimals("70.83"), decimals("53 %")
    (2, 0)
    """
    return _parsed(printed)[1]


def _parsed(printed: str) -> tuple[int, int]:
    """Give the printed digits as a whole number, and how many of them are decimals."""
    if not isinstance(printed, str):
        raise TypeError(
            f"printed = {printed!r} is a number and has lost its decimals; "
            'give the text that was printed, such as "73.33" (pd.read_csv(..., dtype=str))'
        )
    match = PERCENTAGE.fullmatch(printed.strip())
    if not match:
        raise ValueError(
            f"printed = {printed!r} is no percentage from 0 to 100; give its digits, decimals "
            "after a point, such as '73.33'"
        )
    whole, digits = match.group(1), match.group(2) or ""
    if int(whole + digits) > 100 * 10 ** len(digits):
        raise ValueError(f"printed = {printed!r} is above 100 %; no part of the patients is")
    return int(whole + digits), len(digits)


def _check_denominator(name: str, n: int) -> None:
    if isinstance(n, bool) or not hasattr(n, "__index__"):  # numpy's whole numbers have it
        raise TypeError(f"{name} = {n!r} is no whole number; give a number of patients, such as 23")
    if n < 1:
        raise ValueError(f"{name} = {n}; a percentage needs at least one patient")
    if n > LARGEST:
        raise ValueError(
            f"{name} = {n}; of more than {LARGEST} almost every percentage is possible"
        )


def _rounded(value: Fraction, rounding: Rounding) -> int:
    if rounding == "half_up":
        return floor(value + Fraction(1, 2))
    return round(value) if rounding == "half_even" else floor(value)


def _fractions(ks: Iterable[int], n: int) -> str:
    return ", ".join(f"{k}/{n}" for k in ks)


def _runs(numbers: Sequence[int]) -> str:
    """Write what follows one another as a run: 13, 21, 76 to 79."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(
        f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs
    )
