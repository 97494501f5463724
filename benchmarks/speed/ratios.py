"""Fair ratios on a noisy machine: interleaved runs in one process, minima, no garbage collection.

The ratio of two minima varies by about 2 % on a quiet machine and 7 % beside busy neighbours, where
that of two medians of separate runs varies by 20 to 40 %.
"""

import gc
import random
import time
from collections.abc import Callable, Mapping


def minima(runs: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The least seconds that each took, all of them once a round, in random order."""
    least = dict.fromkeys(runs, float("inf"))
    order, shuffle = list(runs), random.Random(12).shuffle
    for run in runs.values():
        run()  # compiles, imports and fills caches
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            shuffle(order)
            for name in order:
                start = time.perf_counter()
                runs[name]()
                least[name] = min(least[name], time.perf_counter() - start)
    finally:
        gc.enable()
    return least


def many(run: Callable[[], object], times: int) -> Callable[[], object]:
    """A run so often that the clock can tell."""

    def repeated() -> None:
        for _ in range(times):
            run()

    return repeated
