"""Tables of permitted values for any entry of the catalogue."""

import numpy as np
import pandas as pd

from ibd_scores import derive, endpoints
from ibd_scores.entries import ENTRIES
from ibd_scores.form import Interval
from ibd_scores.formula import Formula

EVERY = {
    f"{type(entry).__name__} {entry.name}": entry
    for entry in (
        *ENTRIES.values(),
        *(one for stated in (endpoints, derive) for one in vars(stated).values()
          if isinstance(one, Formula)),
    )
}  # fmt: skip


def values(item, rows, rng):
    """Permitted values of an item, each twelfth missing, with both ends among them."""
    if item.words:
        found = rng.choice(np.array(item.words, dtype=object), rows)
    elif isinstance(item.values, Interval):
        high = min(item.values.high, item.values.low + 60)
        found = rng.uniform(item.values.low, high, rows).round(1).clip(item.values.low, high)
    else:
        found = rng.choice(np.array(item.values, dtype=float), rows)
    column = pd.Series(found, dtype="str" if item.words else "float64")
    return column.mask(rng.random(rows) < 1 / 12)


def table(entry, rows=200, seed=0):
    """A table that an entry can be called with, and the keys that tell its rows."""
    rng = np.random.default_rng(seed)
    columns = {item.name: values(item, rows, rng) for item in entry.columns}
    if "age" in columns and any(check.refused for check in entry.checks):
        columns["age"] = pd.Series(10.0, index=range(rows))
    if entry.name in ("maria", "relative_contrast_enhancement"):  # no signal is 15 times another
        columns |= {name: 100 + columns[name] for name in ("wsi_before", "wsi_after")}
        columns |= {name: 1 + columns[name] / 60 for name in ("noise_sd_before", "noise_sd_after")}
    keys = {
        "patient_id": [f"P{row // 2}" for row in range(rows)],
        "visit": ["a", "b"] * (rows // 2),
    }
    return pd.DataFrame(keys | columns)


def plain(results):
    """Results as plain values, None for what is missing."""
    return [None if pd.isna(one) else one for one in results]
