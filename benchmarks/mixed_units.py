"""How often one unit is taken for two: python benchmarks/mixed_units.py [columns].

Draws columns of laboratory values and asks `mixed_units`; the rates stand in its docstring.
"""

import sys

import numpy as np
from numpy.typing import NDArray

from ibd_scores.study.cohort.mixed_units import mixed_units
from ibd_scores.study.cohort.parsing import decimals

SEED, MIXED = 1, 500
Array = NDArray[np.float64]


def column(
    draws: np.random.Generator, n: int, sd: float, style: str, fall: float
) -> tuple[Array, NDArray[np.int64]]:
    """Draw one unit, as a laboratory writes it, at two visits that differ by a fall."""
    visits = draws.integers(0, 2, n)
    values = 10 ** (draws.normal(0.9, sd, n) - fall * visits)
    if style == "digits":
        return np.array([float(f"{value:.2g}") for value in values]), visits
    return np.round(values, int(style)), visits


def asked(values: Array, visits: NDArray[np.int64], days: NDArray[np.int64]) -> bool:
    """Tell whether two units are seen."""
    written = [decimals(f"{value:.15g}") for value in values]
    return mixed_units(values, (10,), visits=visits, days=days, decimals=written) is not None


def main(columns: int = 40_000) -> None:
    """Print both rates."""
    draws = np.random.default_rng(SEED)
    wrong = 0
    for _ in range(columns):
        n = int(min(10 ** draws.uniform(1, 3.5), 3000))
        style = str(draws.choice(["0", "1", "2", "digits"]))
        values, visits = column(draws, n, draws.uniform(0.3, 0.8), style, draws.uniform(0, 1))
        wrong += asked(values, visits, draws.integers(0, 600, n))
    print(f"one unit, taken for two: {wrong} of {columns:,}")
    for name, sd in (("from a day on", 0.5), ("at random", 0.5), ("rounded again", 0.5),
                     ("at random, SD 0.15", 0.15)):  # fmt: skip
        seen = 0
        for _ in range(MIXED):
            values, visits = column(draws, 150, sd, "1", 0.5)
            days = draws.integers(0, 600, 150)
            small = days > 350 if name == "from a day on" else draws.random(150) < 0.5
            mixed: Array = np.where(small, values / 10, values).astype(float)
            if name == "rounded again":
                mixed = np.round(mixed, 1)
            seen += asked(mixed, visits, days)
        print(f"two units, {name}: {seen / MIXED:.0%} seen")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
