"""Two units in one column: seen where there is a sign of it, never where there is none."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores.study import cleaning, paths
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.cohort.mixed_units import mixed_units
from ibd_scores.study.cohort.parsing import decimals

RAW = paths.root() / "data" / "raw" / "upadacitinib"
UNIT = '{ from = "CRP", unit_from = "CRP unit", units = { "mg/L" = 1, "mg/dL" = 10 } }'


def drawn(seed, n=150, sd=0.5):
    """One unit: what a laboratory reports, with one decimal, of n patients on some days."""
    draws = np.random.default_rng(seed)
    values = np.maximum(np.round(10 ** draws.normal(1, sd, n), 1), 0.1)
    return values, draws.integers(0, 500, n), draws


def written(values):
    return [decimals(f"{value:.15g}") for value in values]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("sd", [0.3, 0.5, 0.8])
def test_one_unit_is_one_unit(seed, sd):
    values, days, _ = drawn(seed, sd=sd)
    assert mixed_units(values, (10,), days=days, decimals=written(values)) is None


@pytest.mark.parametrize("seed", range(10))
def test_a_unit_that_changes_on_a_day_is_seen(seed):
    values, days, _ = drawn(seed)
    late = days > 300
    found = mixed_units(np.where(late, values / 10, values), (10,), days=days)
    assert found is not None
    assert (found.ratio, found.seen_by) == (10, "from a day on")
    assert np.mean(found.small == late) > 0.95


def test_half_of_a_column_a_tenth_is_seen_by_its_heaps_or_decimals():
    values, days, draws = drawn(3, n=400, sd=0.15)
    half = draws.random(400) < 0.5
    mixed = np.where(half, values / 10, values)
    heaps = mixed_units(mixed, (10,))
    assert heaps is not None
    assert (heaps.seen_by, np.mean(heaps.small == half) > 0.98) == ("in two heaps", True)
    values, days, draws = drawn(4, n=400)
    half = draws.random(400) < 0.5
    mixed = np.round(np.where(half, values / 10, values), 2)
    by_decimals = mixed_units(mixed, (10,), days=days, decimals=written(mixed))
    assert by_decimals is not None
    assert by_decimals.seen_by == "by more decimals"


def test_two_significant_digits_are_no_sign():
    values, days, _ = drawn(5, n=500)
    short = np.array([float(f"{value:.2g}") for value in values])
    assert mixed_units(short, (10,), days=days, decimals=written(short)) is None


def test_a_fall_from_visit_to_visit_is_no_sign():
    before, days, _ = drawn(6)
    after, later, _ = drawn(7)
    values, when = np.concatenate([before, after / 10]), np.concatenate([days, later + 84])
    visits = ["baseline"] * 150 + ["week12"] * 150
    assert mixed_units(values, (10,), days=when, visits=visits) is None


@pytest.mark.parametrize("n", [0, 1, 19])
def test_few_values_say_nothing(n):
    assert mixed_units(np.tile([1.0, 10.0], n)[:n], (10,)) is None


@pytest.fixture
def forgotten(tmp_path):
    """Read the shipped cohort as if nobody had said that CRP changed its unit."""

    def read(line):
        for file in RAW.glob("*.csv"):
            (tmp_path / file.name).write_bytes(file.read_bytes())
        toml = (RAW / "cohort.toml").read_text("utf-8")
        assert UNIT in toml
        (tmp_path / "cohort.toml").write_text(toml.replace(UNIT, line), "utf-8")
        return cleaning.clean(read_cohort(tmp_path))

    return read


def test_a_column_of_two_units_is_not_used_until_it_is_decided(forgotten):
    clean = forgotten('"CRP"')
    [query] = clean.queries[clean.queries["problem"] == "mixed units"].to_dict("records")
    assert (query["column"], query["heading"], query["action"]) == ("crp_mg_l", "CRP", "missing")
    raw = pd.read_csv(RAW / "visits.csv", dtype=str).drop_duplicates()
    measured = pd.to_numeric(raw["CRP"], errors="coerce").notna()  # not beyond a limit
    small = (measured & raw["CRP unit"].eq("mg/dL")).sum()
    assert query["why"].startswith(f"{small} of {measured.sum()} values look 10 times too small")
    assert "(seen from a day on; rows " in query["why"]
    assert clean.tables["visits"][["crp_mg_l", "crp_mg_l_censor"]].isna().all().all()


def test_a_column_that_is_said_to_be_one_unit_is_used(forgotten):
    clean = forgotten('{ from = "CRP", units_checked = true }')
    assert "mixed units" not in clean.queries["problem"].tolist()
    assert clean.tables["visits"]["crp_mg_l"].notna().any()


def test_no_column_of_the_shipped_cohort_is_mistaken(cleaned):
    assert "mixed units" not in cleaned.queries["problem"].tolist()


@pytest.mark.skipif(
    not read_cohort("hmp2").tables["visits"].file.is_file(),
    reason="no hmp2_metadata.tsv.gz (see data/raw/hmp2/README.md)",
)
def test_no_column_of_the_public_file_is_mistaken():
    clean = cleaning.clean("hmp2")
    assert "mixed units" not in clean.queries["problem"].tolist()
    assert pd.notna(clean.tables["visits"]["crp_mg_l"]).sum() > 150
