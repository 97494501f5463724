"""What outgrows memory goes through a Dask cluster, from Parquet to Parquet."""

import warnings

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pytest

from ibd_scores import cdai
from ibd_scores.derive import diary_window, mayo_diary_window
from ibd_scores.endpoints import cdai_remission
from ibd_scores.fast import compiled
from tests.large.examples import EVERY, plain, table

# Dask's own call of pandas.
pytestmark = pytest.mark.filterwarnings(
    "ignore:The inplace keyword:DeprecationWarning",
    "ignore:.*inplace keyword:pandas.errors.Pandas4Warning",
)
distributed = pytest.importorskip("distributed")

MEGABYTE = 1_000_000
LIMIT = 600 * MEGABYTE  # for each worker, of which a bare one takes a third


@pytest.fixture(scope="module")
def cluster():
    """Two workers on this machine, each a process."""
    with (
        warnings.catch_warnings(),
        # A worker that pauses at the limit, for memory that no task holds, would wait for ever.
        dask.config.set({"distributed.worker.memory.pause": False}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, memory_limit=LIMIT, dashboard_address=None,
            silence_logs=50,
        ) as workers,
        distributed.Client(workers) as client,
    ):  # fmt: skip
        warnings.simplefilter("ignore")  # of the cluster's own making
        yield client


def test_every_instrument_and_endpoint_on_two_workers(cluster):
    frames = [table(entry, rows=60) for entry in EVERY.values()]
    late = [entry(dd.from_pandas(frame, npartitions=2))
            for entry, frame in zip(EVERY.values(), frames, strict=True)]  # fmt: skip
    found = dask.compute(*late)
    for entry, frame, column in zip(EVERY.values(), frames, found, strict=True):
        assert plain(column) == plain(entry(frame)), entry.name


def test_a_table_larger_than_the_workers_memory_from_parquet_to_parquet(cluster, tmp_path):
    part = pd.concat([table(cdai, rows=2000)] * 50, ignore_index=True)
    size, files = int(part.memory_usage(deep=True).sum()), 0
    (tmp_path / "visits").mkdir()
    while size * files <= 2 * LIMIT + 50 * MEGABYTE:
        one = part.assign(patient_id=np.arange(len(part)) + files * len(part), visit="baseline")
        one.to_parquet(tmp_path / "visits" / f"{files:03}.parquet")
        files += 1
    visits = dd.read_parquet(tmp_path / "visits")
    assert size * files > 2 * LIMIT
    scores = visits[["patient_id"]].assign(cdai=cdai(visits))
    scores = scores.assign(remission=cdai_remission(scores))
    scores.to_parquet(tmp_path / "scores")
    again = dd.read_parquet(tmp_path / "scores")
    expected = cdai(part)
    assert len(again) == files * len(part)
    assert again["cdai"].count().compute() == files * int(expected.count())
    assert again["remission"].sum().compute() == files * int(cdai_remission(cdai=expected).sum())
    last = again.partitions[-1].compute().tail(len(part))
    assert plain(last["cdai"]) == plain(expected)
    assert last["patient_id"].tolist() == one["patient_id"].tolist()


def test_what_is_wrong_in_a_partition_is_told_by_its_keys(cluster):
    frame = table(cdai, rows=60)
    frame.loc[47, "abdominal_mass"] = 1
    with pytest.raises(
        ValueError, match=r"abdominal_mass = 1.0 in row 47, patient_id P23, visit b"
    ):
        cdai(dd.from_pandas(frame, npartitions=4)).compute()


def test_a_compiled_entry_is_taken_by_dask_as_well():
    pytest.importorskip("numba")
    frame = table(cdai, rows=60)
    found = compiled(cdai)(dd.from_pandas(frame, npartitions=2)).compute(scheduler="sync")
    assert plain(found) == plain(cdai(frame))


def diaries(patients=90, seed=3):
    """Visits and diaries of patients, with gaps, in no order."""
    rng = np.random.default_rng(seed)
    ids = np.array([f"P{n:03}" for n in range(patients)])
    day = np.datetime64("2024-01-01", "s")
    visits = pd.DataFrame({
        "patient_id": np.repeat(ids, 3), "visit": ["a", "b", "c"] * patients,
        "date": day + np.tile([10, 40, 70], patients).astype("timedelta64[D]"),
    })  # fmt: skip
    diary = pd.DataFrame({
        "patient_id": np.repeat(ids, 80),
        "date": day + np.tile(np.arange(80), patients).astype("timedelta64[D]"),
        "liquid_stools": rng.integers(0, 12, 80 * patients), "stool_frequency": 1,
        "abdominal_pain": rng.integers(0, 4, 80 * patients), "rectal_bleeding": 0,
        "general_wellbeing": rng.integers(0, 5, 80 * patients),
    })  # fmt: skip
    kept = diary[rng.random(len(diary)) < 0.7]
    return visits.sample(frac=1, random_state=seed), kept.sample(frac=1, random_state=seed)


@pytest.mark.parametrize("window", [diary_window, mayo_diary_window])
def test_diary_windows_after_a_shuffle_by_patient(cluster, window):
    visits, diary = diaries()
    keys = ["patient_id", "visit"]
    expected = visits.join(window(visits, diary)).sort_values(keys)
    late = window(dd.from_pandas(visits, npartitions=3), dd.from_pandas(diary, npartitions=5))
    found = late.compute().sort_values(keys)
    assert found.columns.tolist() == [*keys, "date", *window(visits, diary).columns]
    for name in found:
        assert plain(found[name]) == plain(expected[name]), name


def test_diary_windows_of_files_clustered_by_patient(cluster, tmp_path):
    visits, diary = diaries()
    for name, frame in {"visits": visits, "diary": diary}.items():
        (tmp_path / name).mkdir()
        file = frame["patient_id"].str[1:].astype(int) // 30
        for number, of_file in frame.groupby(file):
            of_file.to_parquet(tmp_path / name / f"{number}.parquet", index=False)
    of_visits, of_diary = (
        dd.from_map(pd.read_parquet, sorted((tmp_path / name).iterdir()))
        for name in ("visits", "diary")
    )
    diary_window(of_visits, of_diary, clustered=True).to_parquet(tmp_path / "windows")
    found = dd.read_parquet(tmp_path / "windows").compute().sort_values(["patient_id", "visit"])
    expected = visits.join(diary_window(visits, diary)).sort_values(["patient_id", "visit"])
    assert plain(found["liquid_stools_7d"]) == plain(expected["liquid_stools_7d"])
    assert expected["liquid_stools_7d"].notna().sum() > 200


def test_partitions_of_other_patients_are_refused():
    visits, diary = diaries(patients=6)
    halves = {}
    for name, frame, first in (("visits", visits, "P003"), ("diary", diary, "P002")):
        cut = frame["patient_id"] < first
        halves[name] = dd.concat([dd.from_pandas(frame[half], npartitions=1, sort=False)
                                  for half in (cut, ~cut)])  # fmt: skip
    with pytest.raises(ValueError, match="patient P002 stands in partitions 1 and 2"):
        diary_window(halves["visits"], halves["diary"], clustered=True).compute(scheduler="sync")


def test_partitions_that_cannot_belong_together_are_refused():
    visits, diary = diaries(patients=6)
    with pytest.raises(ValueError, match="these have 2 and 3"):
        diary_window(dd.from_pandas(visits, npartitions=2), dd.from_pandas(diary, npartitions=3),
                     clustered=True)  # fmt: skip
