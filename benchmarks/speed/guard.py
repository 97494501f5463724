"""Whether the library is still as fast as it should be: `make guard`.

Ratios to careful pandas code in the same process, and the time for a row of long and short tables,
against wide limits; each that fails is tried three times. Not a test: a clock has no place there.
It is run by hand after a change of the engine, and nightly. `--sabotage` makes the library slow in
one way, to show that the guard sees it.
"""

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd
from ratios import many, minima
from rivals import data, pandas_idiomatic

from ibd_scores import cdai, columns, formula, ses_cd, words
from ibd_scores.derive import diary_window
from ibd_scores.derive.findings import SEX
from ibd_scores.endpoints import adapted_mayo_response

TRIES, ROUNDS = 3, 5
ROWS, SHORT, LONG = 1_000_000, 131_072, 4_000_000


def _ratio(ours: Callable[[], object], other: Callable[[], object], scale: float = 1) -> float:
    least = minima({"ours": ours, "other": other}, ROUNDS)
    return least["ours"] / least["other"] * scale


def _sex(visits: pd.DataFrame) -> float:
    """What it takes to read sex, by what it takes to check and score the columns once read."""
    frame, chosen, _ = cdai.opened(visits, {})
    kernel, blocks, read = cdai.kernel(chosen, {}), [*frame.blocks()], frame.readers[SEX.name]
    return _ratio(
        lambda: [read(here) for here, _ in blocks], lambda: [kernel(block) for _, block in blocks]
    )


def checks() -> Iterator[tuple[str, float, Callable[[], float]]]:
    """What is held: in words, the limit, and how it is measured."""
    visits, endoscopies, few = data.cdai_table(ROWS), data.ses_cd_table(ROWS), data.cdai_table(75)
    tables = data.diary_tables(200_000)
    beside_pandas: list[tuple[str, float, Any, Any, tuple[Any, ...], int]] = [
        ("CDAI", 0.6, cdai, pandas_idiomatic.cdai, (visits,), 1),
        ("SES-CD", 0.85, ses_cd, pandas_idiomatic.ses_cd, (endoscopies,), 1),
        ("75 patients", 0.3, cdai, pandas_idiomatic.cdai, (few,), 30),
        ("diary windows", 0.5, diary_window, pandas_idiomatic.diary_window, tables, 1),
    ]
    for name, limit, ours, other, given, times in beside_pandas:
        one, two = (many(partial(run, *given), times) for run in (ours, other))
        yield f"{name} / pandas", limit, partial(_ratio, one, two)
    yield "reading sex / the score", 1.0, partial(_sex, visits)
    longs: list[tuple[str, Any, pd.DataFrame]] = [
        ("CDAI", cdai, data.cdai_table(LONG)),
        ("adapted Mayo response", adapted_mayo_response, data.mayo_table(LONG)),
    ]
    for name, entry, table in longs:
        short = many(partial(entry, table.head(SHORT)), LONG // SHORT)
        scale = LONG // SHORT * SHORT / LONG
        yield (f"{name}, a row of {LONG:,} / of {SHORT:,}", 1.35,
               partial(_ratio, partial(entry, table), short, scale))  # fmt: skip


@contextlib.contextmanager
def sabotaged(how: str) -> Iterator[None]:
    """Make the library slow: no blocks, sex looked up row by row, or everything twice."""
    plain = formula.Formula.kernel

    def mapped(column: Any, known: tuple[str, ...], *_: Any) -> Any:
        places = {word: float(place) for place, word in enumerate(known)}
        return lambda here: column.iloc[here].map(places).to_numpy(float)

    def twice(self: Any, *given: Any) -> Any:
        once, again = plain(self, *given), plain(self, *given)
        return lambda block: once(block) if again(block) is not None else None

    with contextlib.ExitStack() as slow:
        if how == "blocks":
            slow.enter_context(mock.patch.object(columns, "BLOCK_ROWS", 1 << 60))
        if how == "sex":
            slow.enter_context(mock.patch.object(words, "reader", mapped))
        if how == "twice":
            slow.enter_context(mock.patch.object(formula.Formula, "kernel", twice))
        yield


def main() -> int:
    """Hold every ratio against its limit; 1 if one is above it at every try."""
    parser = argparse.ArgumentParser(description=str(__doc__).partition("\n")[0])
    parser.add_argument("--sabotage", choices=("blocks", "sex", "twice"), default="")
    options = parser.parse_args()
    slow = 0
    with sabotaged(options.sabotage):
        for what, limit, measure in checks():
            measured: list[float] = []
            while len(measured) < TRIES and min(measured, default=np.inf) > limit:
                measured.append(measure())
            slow += min(measured) > limit
            verdict = "SLOW" if min(measured) > limit else "ok"
            print(f"{what:45}{min(measured):6.2f}  at most {limit:4.2f}  {verdict}", flush=True)
    print(f"{slow} too slow" if slow else "As fast as it should be")
    return int(slow > 0)


if __name__ == "__main__":
    sys.exit(main())
