"""Rows of answers to any form of the catalogue."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings

from ibd_scores.form import Interval
from tests.study import hostile

# The same examples at every run, and none kept in a folder.
settings.register_profile("same", derandomize=True, database=None, deadline=None)
settings.load_profile("same")


def permitted(item, rng, size):
    """Random permitted answers to an item."""
    if item.words:
        return rng.choice(item.words, size)
    if isinstance(item.values, Interval):
        high = min(item.values.high, 1000)
        return np.round(rng.uniform(item.values.low, high, size), 1)
    return rng.choice([float(value) for value in item.values], size)


@pytest.fixture(scope="session")
def answers():
    """Ten rows of random permitted answers: `answers(entry)`."""

    def filled(entry, seed=1):
        rng = np.random.default_rng(seed)
        columns = {item.name: permitted(item, rng, 10) for item in entry.items}
        return pd.DataFrame(columns, index=[f"row {n}" for n in range(10)])

    return filled


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A project with the shipped cohort and one of a few patients with hostile text, both run."""
    root = tmp_path_factory.mktemp("finished")
    hostile.project(root)
    refused = hostile.command(root, "report", "--cohort", "few")
    assert refused.returncode == 2
    assert "has not run" in refused.stderr
    both = ("--cohort", "upadacitinib", "--cohort", "few")
    said = hostile.command(root, "batch", *both, "--jobs", "2")
    assert said.returncode == 0, said.stdout + said.stderr
    return root
