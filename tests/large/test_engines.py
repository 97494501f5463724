"""The same call takes the tables of other engines, and gives their column back."""

import pickle
from dataclasses import replace

import dask.dataframe as dd
import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from ibd_scores import cdai, endpoints, engines, mayo_partial, montreal_location, pro2_cd, rutgeerts
from ibd_scores.engines import in_batches
from tests.large.examples import EVERY, plain, table

VISITS = pd.DataFrame({
    "patient_id": ["P1", "P1", "P2", "P3"], "visit": ["baseline", "week12"] * 2,
    "liquid_stools_mean": [5, 1.5, np.nan, 0], "abdominal_pain_mean": [2.0, 1, 1, 0],
})  # fmt: skip
SCORES = [20.0, 8.0, None, 0.0]


def arrow(frame):
    return pa.Table.from_pandas(frame, preserve_index=False)


def lazily(entry, frame, engine="auto"):
    lazy = pl.from_arrow(arrow(frame)).lazy()
    return lazy.select(entry(lazy)).collect(engine=engine).to_series().to_list()


def fetched(relation):
    return [one for (one,) in relation.fetchall()]


ENGINES = {
    "arrow table": lambda entry, frame: entry(arrow(frame)).to_pylist(),
    "arrow batch": lambda entry, frame: entry(arrow(frame).to_batches()[0]).to_pylist(),
    "polars": lambda entry, frame: entry(pl.from_arrow(arrow(frame))).to_list(),
    "polars lazy": lazily,
    "polars streaming": lambda entry, frame: lazily(entry, frame, "streaming"),
    "duckdb": lambda entry, frame: fetched(entry(duckdb.from_arrow(arrow(frame)))),
    "dask": lambda entry, frame: entry(dd.from_pandas(frame, npartitions=3)).compute(
        scheduler="sync"
    ),
}
every_engine = pytest.mark.parametrize("scored", ENGINES.values(), ids=ENGINES)


@pytest.mark.parametrize("entry", EVERY.values(), ids=EVERY)
def test_every_entry_gives_the_same_in_every_engine(entry):
    frame = table(entry)
    expected = plain(entry(frame))
    for name, scored in ENGINES.items():
        assert plain(scored(entry, frame)) == expected, name


@every_engine
def test_nan_and_null_both_mean_missing(scored):
    assert plain(scored(pro2_cd, VISITS)) == SCORES
    assert plain(scored(pro2_cd, VISITS.convert_dtypes(dtype_backend="pyarrow"))) == SCORES


def test_a_nan_in_polars_duckdb_and_arrow_is_missing_as_well():
    # In these engines NaN is a number above all others, and null is missing.
    stools = pa.array([5, float("nan"), None, 0.0])
    rows = pa.table({"liquid_stools_mean": stools, "abdominal_pain_mean": [2.0, 1, 1, 0]})
    expected = [20.0, None, None, 0.0]
    assert pro2_cd(rows).to_pylist() == expected
    assert pro2_cd(pl.from_arrow(rows)).to_list() == expected
    assert fetched(pro2_cd(duckdb.from_arrow(rows))) == expected


def test_the_columns_are_those_of_the_engine():
    frame = pl.DataFrame(VISITS)
    assert pro2_cd(frame).name == "pro2_cd"
    assert pro2_cd(frame).dtype == pl.Float64
    remission = endpoints.pro2_remission
    with_scores = frame.lazy().with_columns(pro2_cd(frame.lazy()))
    answered = with_scores.select(remission(with_scores)).collect()
    assert answered.schema == {"pro2_remission": pl.Boolean}
    assert answered["pro2_remission"].to_list() == [False, True, None, True]
    sites = {"disease_ileum": [1, 0], "disease_colon": [1, 0], "disease_upper_gi": [0, 0]}
    place = montreal_location(pl.DataFrame(sites))
    assert place.dtype == pl.Enum(montreal_location.grades)
    assert place.to_list() == ["L3", None]
    assert pa.types.is_dictionary(montreal_location(pa.table(sites)).type)


def test_a_part_of_a_lazy_table_is_scored_by_itself():
    # In a streaming engine it runs in a thread of Polars.
    part = pl.DataFrame(VISITS).to_struct("rows")
    names = ["patient_id", "liquid_stools_mean", "abdominal_pain_mean"]
    assert engines._polars_rows(pro2_cd, names, {}, part).to_list() == SCORES


@pytest.mark.parametrize("column", [["2", "1"], [b"2", b"1"], [[2], [1]]])
def test_what_is_no_number_is_refused(column):
    rows = pa.table({"liquid_stools_mean": [5, 1], "abdominal_pain_mean": column})
    with pytest.raises(ValueError, match=r"abdominal_pain_mean = .* not a number"):
        pro2_cd(rows)


def test_a_duckdb_relation_is_scored_in_its_own_connection():
    connection = duckdb.connect()
    connection.execute("CREATE TABLE visits AS SELECT * FROM VISITS")
    visits = connection.table("visits")
    scores = pro2_cd(visits)
    assert scores.columns == ["pro2_cd"]
    joined = visits.query("visits", "SELECT patient_id, pro2_cd FROM visits POSITIONAL JOIN scores")
    assert [score for _, score in joined.fetchall()] == SCORES
    assert pro2_cd(visits.filter("false")).fetchall() == []


def test_a_dask_column_is_computed_late_and_has_its_type():
    visits = dd.from_pandas(VISITS, npartitions=2)
    remission = endpoints.pro2_remission(visits.assign(pro2_cd=pro2_cd(visits)))
    assert (remission.name, str(remission.dtype)) == ("pro2_remission", "boolean")
    assert plain(remission.compute(scheduler="sync")) == [False, True, None, True]


@every_engine
def test_a_variant_can_be_asked_for(scored):
    frame = pd.DataFrame({"pro2_cd": [8.0, 7.9]})
    assert plain(scored(endpoints.pro2_remission, frame)) == [True, True]
    asked = {
        "polars": endpoints.pro2_remission(pl.DataFrame(frame), strict=True).to_list(),
        "arrow": endpoints.pro2_remission(arrow(frame), strict=True).to_pylist(),
        "dask": endpoints.pro2_remission(dd.from_pandas(frame), strict=True).compute().tolist(),
        "duckdb": fetched(endpoints.pro2_remission(duckdb.from_arrow(arrow(frame)), strict=True)),
    }
    assert set(map(tuple, asked.values())) == {(False, True)}


@every_engine
def test_a_value_off_the_form_is_told_by_the_keys_of_its_row(scored):
    wrong = VISITS.assign(abdominal_pain_mean=[2.0, 1, 4, 0])
    with pytest.raises(
        Exception, match=r"abdominal_pain_mean = 4(\.0)? in .*patient_id P2, visit baseline"
    ):
        scored(pro2_cd, wrong)  # fmt: skip


@pytest.mark.parametrize("engine", ["polars streaming", "duckdb"])
def test_a_part_of_a_table_tells_no_position(engine):
    wrong = VISITS.assign(abdominal_pain_mean=[2.0, 1, 4, 0])
    with pytest.raises(Exception, match=r"abdominal_pain_mean = 4\.0") as told:
        ENGINES[engine](pro2_cd, wrong)
    assert "row" not in str(told.value).split("abdominal_pain_mean")[1].split("(permitted")[0]
    with pytest.raises(Exception, match=r"4\.0 in a row without patient_id"):
        ENGINES[engine](pro2_cd, wrong.drop(columns=["patient_id", "visit"]))


@every_engine
def test_a_column_that_is_lacking_is_told_at_once(scored):
    with pytest.raises(ValueError, match="pro2_cd: no column abdominal_pain_mean"):
        scored(pro2_cd, VISITS.drop(columns="abdominal_pain_mean"))


def test_columns_are_appended_to_record_batches():
    batches = arrow(VISITS).to_batches(max_chunksize=3)
    scored = in_batches(pro2_cd)(batches)
    assert [one for batch in scored for one in batch["pro2_cd"].to_pylist()] == SCORES
    findings = table(rutgeerts, rows=4)
    (batch,) = in_batches(rutgeerts)(arrow(findings).to_batches())
    assert pa.types.is_large_string(batch["rutgeerts"].type) or pa.types.is_string(
        batch["rutgeerts"].type
    )
    assert plain(batch["rutgeerts"].to_pylist()) == plain(rutgeerts(findings))


@pytest.mark.parametrize("entry", EVERY.values(), ids=EVERY)
def test_an_entry_is_sent_to_another_process_by_its_name(entry):
    assert pickle.loads(pickle.dumps(entry)) is entry


def test_an_entry_that_is_made_of_another_is_sent_as_what_makes_it():
    free = endpoints.cdai_remission.steroid_free(days=90)
    again = pickle.loads(pickle.dumps(free))
    assert again.definition == free.definition
    assert again(cdai=120, systemic_steroid=0, steroid_free_days=60) is False


def test_an_entry_of_one_s_own_is_sent_whole():
    own = replace(mayo_partial, name="my_mayo")
    again = pickle.loads(pickle.dumps(own))
    frame = table(mayo_partial)
    assert again.name == "my_mayo"
    assert plain(again(frame)) == plain(own(frame))


@pytest.mark.parametrize(
    ("rows", "remedy"),
    [
        (pl.DataFrame(VISITS), r"polars\.DataFrame; give \.to_pandas\(\)"),
        (arrow(VISITS), r"pyarrow\.Table; give \.to_pandas\(\)"),
        (duckdb.from_arrow(arrow(VISITS)), r"Relation; give \.df\(\)"),
        (dd.from_pandas(VISITS), r"dask\.DataFrame; give \.compute\(\)"),
    ],
    ids=lambda one: type(one).__module__,
)
def test_what_looks_at_all_rows_at_once_asks_for_pandas(rows, remedy):
    with pytest.raises(TypeError, match=f"here a pandas DataFrame or .*not .*{remedy}"):
        pro2_cd.points(rows)


def test_what_is_no_table_is_refused_with_the_kinds_that_are():
    with pytest.raises(
        TypeError, match=r"cdai: a table is a pandas, Polars, .* not polars\.Series"
    ):
        cdai(pl.Series([1]))
