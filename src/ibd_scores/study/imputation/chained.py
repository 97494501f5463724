"""Chained predictive mean matching with whole blocks, in all imputations at once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ibd_scores import (
    mayo_adapted,
    mayo_full,
    mayo_partial,
    mayo_partial_adapted,
    ses_cd,
    ses_cd_without_narrowing,
    uceis,
)
from ibd_scores.pairing import endoscopic_pair
from ibd_scores.study.imputation.blocks import (
    BASELINE,
    BLOCKS,
    CELLS,
    COVARIATES,
    IMPUTATIONS,
    LEAST,
    Block,
)
from ibd_scores.study.imputation.pooling import too_few

__all__ = ["impute", "predictors"]

VISITS = (BASELINE, "")
DISTANCES = 20_000_000  # between patients; of more, only those that lie near in order are taken
RIDGE = 1e-5  # of the predictors' variance, which is 1: aliased ones then do no harm
# Sums over several blocks, computed anew for who lacked one of them.
SUMS = (mayo_full, mayo_partial, mayo_adapted, mayo_partial_adapted, uceis)

Numbers = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]
Columns = dict[str, Any]


class _Variable:
    """A block as a model reads it: its lead on the model's scale, who lacks it, who can give."""

    def __init__(self, block: Block, table: pd.DataFrame) -> None:
        self.block = block._replace(columns=tuple(one for one in block.columns if one in table))
        lead = table[block.lead]
        if not pd.api.types.is_numeric_dtype(lead):
            raise TypeError(
                f"impute: {block.lead} is {lead.dtype}, not a number; give 0 and 1, or an order"
            )
        values = lead.to_numpy(dtype=np.float64, na_value=np.nan)
        known = ~np.isnan(values)
        self.known = int(known.sum())
        scaled = np.log1p(values) if block.log else values
        center, spread = (scaled[known].mean(), scaled[known].std()) if self.known else (0, 0)
        self.constant = not spread > 0
        self.values: Numbers = (scaled - center) / (1 if self.constant else spread)
        self.lacking: Rows = np.flatnonzero(~known)
        self.donors: Rows = np.flatnonzero(known)
        if block.whole and len(self.lacking):
            whole = known & table[list(self.block.columns)].notna().all(axis=1).to_numpy()
            if whole.sum() >= LEAST:
                self.donors = np.flatnonzero(whole)

    @property
    def read(self) -> bool:
        """Whether the models of others read it."""
        return self.block.predicts and not self.constant


def _variables(
    table: pd.DataFrame, blocks: Sequence[Block], covariates: Sequence[str]
) -> list[_Variable]:
    """What is recorded in enough patients: each covariate a block of its own, then the blocks."""
    leads = {block.lead for block in blocks}
    alone = [Block(one, one, (one,)) for one in covariates if one not in leads]
    # A covariate that is a lead as well is read, whatever its block says.
    led = [block._replace(predicts=block.predicts or block.lead in covariates) for block in blocks]
    found = [_Variable(block, table) for block in (*alone, *led) if block.lead in table]
    return [one for one in found if one.known >= LEAST]


def predictors(
    pairs: pd.DataFrame,
    blocks: Sequence[Block] = BLOCKS["CD"],
    covariates: Sequence[str] = COVARIATES["CD"],
) -> list[str]:
    """What the imputation models read of this table: covariates, then leads of blocks.

    Parameters
    ----------
    pairs, blocks, covariates
        See `impute`.

    Returns
    -------
    list of str
        Names of columns. Left out is what the table lacks, what fewer than `LEAST` patients have,
        and what is the same in all.

    Examples
    --------
    >>> predictors(pd.DataFrame({"cdai": range(30), "systemic_steroid_baseline": 0}))
    ['cdai']
    """
    return [one.block.lead for one in _variables(pairs, blocks, covariates) if one.read]


def impute(
    pairs: pd.DataFrame,
    blocks: Sequence[Block] = BLOCKS["CD"],
    covariates: Sequence[str] = COVARIATES["CD"],
    *,
    m: int = IMPUTATIONS,
    cycles: int = 5,
    donors: int = 5,
    seed: int = 2023,
) -> pd.DataFrame:
    """Complete the blocks of a table of pairs `m` times.

    Parameters
    ----------
    pairs : DataFrame
        What ``endpoints.pairs`` returns, of one disease, joined with the covariates that are not in
        it (``prior_advanced_therapies`` of the patients table). Only of those who completed without
        an intercurrent event: who is a failure is not imputed, and gives to nobody.
    blocks : sequence of Block
        In the order in which they are visited. What the table lacks, or fewer than `LEAST` patients
        have, is neither imputed nor read.
    covariates : sequence of str
        Numeric columns that every model reads beside the blocks' leads; one that some patients lack
        is imputed like a block.
    m, cycles, donors : int
        Imputations, rounds through the blocks, and nearest donors to draw from.
    seed : int
        Of the random numbers. The order of the rows has no part in them.

    Returns
    -------
    DataFrame
        Index (imputation, patient_id), patients sorted in each imputation from 1 to `m`: the
        columns of `pairs` except bands, which follow from the imputed scores. A column in no block
        is as it was.

    Raises
    ------
    TypeError
        If a covariate is no number.
    ValueError
        If a patient stands twice, there are too few patients, too many predictors for the donors,
        or a number makes no sense.

    Notes
    -----
    Where few of those who were seen resemble those who were not, matching leans to those seen: it
    takes away most of the bias of the observed proportion, not all of it.

    Examples
    --------
    >>> cdai = pd.DataFrame({"cdai": [*range(100, 140), None]}).rename_axis("patient_id")
    >>> stacked = impute(cdai, [Block("cdai", "cdai", ("cdai",))], [], m=2)
    >>> len(stacked), int(stacked["cdai"].isna().sum())
    (82, 0)
    """
    for name, value, least, most in (
        ("m", m, 2, 10_000), ("cycles", cycles, 1, 1_000), ("donors", donors, 1, LEAST),
    ):  # fmt: skip
        if type(value) is not int or not least <= value <= most:
            raise ValueError(
                f"impute: {name}={value!r}; give a whole number from {least} to {most}"
            )
    twice = pairs.index[pairs.index.duplicated()]
    if len(twice):
        raise ValueError(f"impute: patient {twice[0]!r} has two rows; give one row per patient")
    if len(pairs) < LEAST:
        raise ValueError(f"impute: no multiple imputation, as at most {too_few(len(pairs))}")
    table = pairs.sort_index()
    variables = _variables(table, blocks, covariates)
    givers = _chain(variables, len(table), m, cycles, donors, np.random.default_rng(seed))
    return _stacked(table, givers, m)


def _chain(
    variables: list[_Variable], n: int, m: int, cycles: int, k: int, rng: np.random.Generator
) -> list[tuple[_Variable, Rows]]:
    """Visit every incomplete block in turn; who gives to whom at the end, a row per imputation."""
    places = {one: place for place, one in enumerate((v for v in variables if v.read), 1)}
    design = np.ones((m, n, 1 + len(places)))
    for one, place in places.items():
        design[:, :, place] = one.values
    givers = {
        one: rng.choice(one.donors, size=(m, len(one.lacking)))
        for one in variables if len(one.lacking)
    }  # fmt: skip
    for one in givers:
        _enter(design, one, givers[one], places)
    for _ in range(cycles):
        for one in givers:
            others = [place for place in range(design.shape[2]) if place != places.get(one)]
            if 2 * (len(others) - 1) >= len(one.donors):
                raise ValueError(
                    f"impute: {len(others) - 1} predictors of {one.block.lead}, which "
                    f"{len(one.donors)} patients can give; give fewer covariates or blocks"
                )
            read = design[:, :, others]
            nearest = _nearest(
                read[:, one.donors], one.values[one.donors], read[:, one.lacking], k, rng
            )
            givers[one] = one.donors[nearest]
            _enter(design, one, givers[one], places)
    return list(givers.items())


def _enter(design: Numbers, one: _Variable, givers: Rows, places: dict[_Variable, int]) -> None:
    """Let the models read what was given."""
    if one in places:
        design[:, one.lacking, places[one]] = one.values[givers]


def _nearest(
    giving: Numbers, given: Numbers, lacking: Numbers, k: int, rng: np.random.Generator
) -> Rows:
    """Draw, in every imputation at once, one of the k donors nearest to each who lacks a value.

    The donors' predictions are by the estimated parameters, the others' by parameters drawn from
    their posterior (normal errors, flat prior). The donors are a bootstrap sample of all, for else
    the imputations would agree more than they may.
    """
    n, p = giving.shape[1:]
    turned = giving.transpose(0, 2, 1)
    gram = turned @ giving
    gram += RIDGE * n * np.eye(p)
    estimated = np.linalg.solve(gram, turned @ given[:, None])
    fitted = giving @ estimated
    squares = ((given[:, None] - fitted) ** 2).sum(axis=(1, 2))
    error = np.sqrt(squares / rng.chisquare(n - p, size=len(squares)))
    upper = np.linalg.cholesky(gram).transpose(0, 2, 1)
    shift = np.linalg.solve(upper, rng.standard_normal((len(gram), p, 1)))
    drawn = estimated + error[:, None, None] * shift
    pool = rng.integers(n, size=(len(gram), n))
    offered = np.take_along_axis(fitted[:, :, 0], pool, axis=1)
    aim = lacking @ drawn
    if offered.size * aim.shape[1] <= DISTANCES:
        near = np.argpartition(np.abs(aim - offered[:, None]), k - 1, axis=2)[:, :, :k]
    else:
        near = np.stack([_in_order(*one, k) for one in zip(offered, aim[:, :, 0], strict=True)])
    choice = rng.integers(k, size=(*near.shape[:2], 1))
    one = np.take_along_axis(near, choice, axis=2)[:, :, 0]
    chosen: Rows = np.take_along_axis(pool, one, axis=1)
    return chosen


def _in_order(offered: Numbers, aim: Numbers, k: int) -> Rows:
    """Give the k nearest of each, which lie among the k before it and the k after it in order."""
    order = np.argsort(offered, kind="stable")
    ordered = offered[order]
    first = np.clip(np.searchsorted(ordered, aim) - k, 0, max(len(order) - 2 * k, 0))
    beside = first[:, None] + np.arange(min(2 * k, len(order)))
    near = np.argpartition(np.abs(ordered[beside] - aim[:, None]), k - 1, axis=1)[:, :k]
    found: Rows = order[np.take_along_axis(beside, near, axis=1)]
    return found


def _stacked(table: pd.DataFrame, givers: list[tuple[_Variable, Rows]], m: int) -> pd.DataFrame:
    """Copy the blocks from their donors, and compute what compares or sums them."""
    n = len(table)
    own = np.tile(np.arange(n), m)
    columns: Columns = {
        str(name): table[name].array.take(own)
        for name in table
        if not str(name).removesuffix(BASELINE).endswith("_band")
    }
    examined = np.zeros(n, dtype=bool)
    for one, donors in givers:
        rows = np.tile(np.arange(n), (m, 1))
        rows[:, one.lacking] = donors
        for name in one.block.columns:
            recorded = table[name].notna().to_numpy()[own]
            columns[name] = table[name].array.take(np.where(recorded, own, rows.ravel()))
        if {CELLS[0], CELLS[0] + BASELINE} & set(one.block.columns):
            examined[one.lacking] = True
    if examined.any():
        _compare(columns, np.tile(examined, m))
    _sum(columns)
    index = pd.MultiIndex.from_product(
        [range(1, m + 1), table.index], names=["imputation", "patient_id"]
    )
    return pd.DataFrame(columns, index=index)


def _compare(columns: Columns, rows: npt.NDArray[np.bool_]) -> None:
    """Compute, in these rows, the SES-CD of both visits and what compares them from the cells."""
    visits = {
        visit: pd.DataFrame({name: columns[name + visit][rows] for name in CELLS})
        for visit in VISITS
        if {name + visit for name in CELLS} <= set(columns)
    }
    found = {}
    for visit, cells in visits.items():
        for index in (ses_cd, ses_cd_without_narrowing):
            name, source = index.name + visit, f"{index.name}_source{visit}"
            found[name] = index(cells)
            # A recorded total stays: its cells, if it has any, need not make it.
            if {name, source} <= set(columns):
                told = pd.Series(columns[source][rows], cells.index)
                found[name] = found[name].mask(told == "recorded", columns[name][rows])
                cells[name], cells[source] = found[name], told
    if len(visits) == 2:
        location = [f"disease_ileum{BASELINE}", f"disease_colon{BASELINE}"]
        known = {name: columns[name][rows] for name in location if name in columns}
        both = visits[""].join(visits[BASELINE].rename(columns=_at_baseline)).assign(**known)
        found |= {str(name): values for name, values in endoscopic_pair(both).items()}
    for name, values in found.items():
        if name in columns:
            columns[name][rows] = values.to_numpy()


def _at_baseline(name: str) -> str:
    return name if name.endswith(BASELINE) else name + BASELINE


def _sum(columns: Columns) -> None:
    """Compute the sums over blocks where they are missing, if the table has them at all."""
    for entry in SUMS:
        for visit in VISITS:
            items = {item.name: item.name + visit for item in entry.items}
            if not {entry.name + visit, *items.values()} <= set(columns):
                continue
            sums = columns[entry.name + visit]
            lacking: npt.NDArray[np.bool_] = np.isnan(np.asarray(sums, dtype=np.float64))
            if lacking.any() and not lacking.all():
                rows = {name: columns[column][lacking] for name, column in items.items()}
                sums[lacking] = entry(pd.DataFrame(rows)).to_numpy()
