"""Tables of other engines: the same call takes them, and gives back a column of that engine.

    cdai(polars_frame)          a polars Series
    cdai(polars_lazy_frame)     a polars expression: lazy.with_columns(cdai(lazy)), also streaming
    cdai(arrow_table)           a pyarrow Array (of a Table or a RecordBatch)
    cdai(duckdb_relation)       a DuckDB relation of one column, in the order of its rows
    cdai(dask_frame)            a Dask Series, computed partition by partition

Each is scored by the library itself, block by block: nothing depends on how an engine compares,
rounds or counts what is missing. NaN and null both mean missing; missing results are null. What
scores is sent to the engine's processes by its name. `in_batches` serves whatever else hands out
Arrow record batches, such as PySpark:

    visits.mapInArrow(in_batches(cdai), "patient_id long, visit string, ..., cdai double")

An error names patient_id, visit, segment and date where the table has them, for a position means
nothing where an engine sees a part of a table at a time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from ibd_scores.columns import KEYS, origin

if TYPE_CHECKING:
    from ibd_scores.formula import Formula

BATCH_ROWS = 131_072  # of a stream of record batches


def of(table: Any) -> Callable[["Formula", Any, dict[str, Any]], Any] | None:
    """What scores tables of this kind, if it is one of another engine than pandas and NumPy."""
    return ENGINES.get((origin(table), type(table).__name__))


def arrow_column(
    entry: "Formula", table: Mapping[str, Any], options: Mapping[str, Any], *, placed: bool = True
) -> Any:
    """The results for Arrow columns, as an Arrow array; null where missing."""
    import pyarrow as pa

    frame, chosen, asked = entry.opened(table, dict(options), placed=placed)
    values, missing, words = entry.parts(entry.evaluate(frame, chosen, asked))
    column = pa.array(values, mask=missing)
    return pa.DictionaryArray.from_arrays(column, list(words)) if words else column


def in_batches(*entries: "Formula", **options: Any) -> Callable[[Iterable[Any]], Iterator[Any]]:
    """What appends the columns of entries to each of a stream of Arrow record batches.

    Parameters
    ----------
    *entries : Index, Grading, Endpoint or Derivation
        Each makes a column of its name; grades are text.
    **options
        Published variants, as in a call of the entries.

    Returns
    -------
    A function of record batches that yields record batches: for PySpark's ``mapInArrow``, or for
    files that are read and written piece by piece.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from ibd_scores import pro2_cd
    >>> visits = pa.record_batch({"liquid_stools_mean": [5.0, None], "abdominal_pain_mean": [2, 1]})
    >>> [batch["pro2_cd"].to_pylist() for batch in in_batches(pro2_cd)([visits])]
    [[20.0, None]]
    """

    def scored(batches: Iterable[Any]) -> Iterator[Any]:
        for batch in batches:
            for entry in entries:
                column = arrow_column(entry, _columns(batch), options, placed=False)
                text = entry.parts(entry.blank(0))[2]
                batch = batch.append_column(
                    entry.name, column.dictionary_decode() if text else column
                )
            yield batch

    return scored


def _columns(table: Any) -> dict[str, Any]:
    return dict(zip(table.schema.names, table.columns, strict=True))


def _read(entry: "Formula", names: Iterable[str]) -> list[str]:
    """The names of the columns that an entry reads, and of those that tell a row."""
    wanted = {*(column.name for column in entry.known), *KEYS}
    return [name for name in names if name in wanted]


def _pyarrow(entry: "Formula", table: Any, options: dict[str, Any]) -> Any:
    return arrow_column(entry, _columns(table), options)


def _polars(entry: "Formula", table: Any, options: dict[str, Any]) -> Any:
    columns = {name: table.get_column(name).to_arrow() for name in _read(entry, table.columns)}
    return _polars_series(entry, arrow_column(entry, columns, options))


def _polars_series(entry: "Formula", column: Any) -> Any:
    import polars as pl

    return pl.Series(entry.name, pl.from_arrow(column)).cast(_polars_type(entry))


def _polars_type(entry: "Formula") -> Any:
    import polars as pl

    values, _, words = entry.parts(entry.blank(0))
    return pl.Enum(words) if words else pl.Boolean() if values.dtype == bool else pl.Float64()


def _polars_lazy(entry: "Formula", table: Any, options: dict[str, Any]) -> Any:
    import polars as pl

    names = _read(entry, table.collect_schema().names())
    entry.opened(dict.fromkeys(names), dict(options))  # what is lacking is said now

    scored = partial(_polars_rows, entry, names, options)
    rows = pl.struct(names)
    made = rows.map_batches(scored, return_dtype=_polars_type(entry), is_elementwise=True)
    return made.alias(entry.name)


def _polars_rows(
    entry: "Formula", names: Iterable[str], options: Mapping[str, Any], rows: Any
) -> Any:
    """Score a part of a lazy table, whose columns come as one of structures."""
    columns = {name: rows.struct.field(name).to_arrow() for name in names}
    return _polars_series(entry, arrow_column(entry, columns, options, placed=False))


def _duckdb(entry: "Formula", table: Any, options: dict[str, Any]) -> Any:
    import pyarrow as pa

    names = _read(entry, table.columns)
    entry.opened(dict.fromkeys(names), dict(options))
    with table.select(*(f'"{name}"' for name in names)).to_arrow_reader(BATCH_ROWS) as batches:
        found = [arrow_column(entry, _columns(one), options, placed=False) for one in batches]
    blank = arrow_column(entry, {name: pa.nulls(0) for name in names}, options)
    scored = pa.table({entry.name: pa.chunked_array(found, type=blank.type)})  # noqa: F841
    return table.query("rows", "SELECT * FROM scored")  # DuckDB finds it by its name here


def _dask(entry: "Formula", table: Any, options: dict[str, Any]) -> Any:
    part = table[_read(entry, table.columns)]
    return part.map_partitions(entry, meta=entry(part._meta, **options), **options)


def _check_clusters(who: str, visits: Any, diary: Any) -> None:
    """Refuse partitions of which the nth of both do not hold the same patients; reads their ids."""
    import dask

    if visits.npartitions != diary.npartitions:
        raise ValueError(
            f"{who}: clustered by patient, visits and diary have as many partitions; "
            f"these have {visits.npartitions} and {diary.npartitions}"
        )
    places: dict[Any, int] = {}
    for table in (visits, diary):
        recorded = table["patient_id"].dropna().to_delayed()
        parts = dask.compute(*(part.unique() for part in recorded))  # type: ignore[attr-defined, no-untyped-call]
        for place, patients in enumerate(parts):
            apart = [one for one in patients if places.setdefault(one, place) != place]
            if apart:
                raise ValueError(
                    f"{who}: patient {apart[0]} stands in partitions {places[apart[0]] + 1} and "
                    f"{place + 1}; clustered=True wants the nth partitions of both to hold the "
                    "same patients. Make one of each file by dask.dataframe.from_map("
                    "pandas.read_parquet, files), or leave clustered out"
                )


def by_patient(
    window: Callable[..., Any], visits: Any, diary: Any, clustered: bool, **options: Any
) -> Any:
    """Apply a function of visits and their diary to Dask partitions of the same patients.

    Patient, visit and date stand before what it returns, for a shuffle changes the order of rows.
    """
    import dask.dataframe as dd

    if clustered:
        _check_clusters(window.__name__, visits, diary)
    else:
        parts = max(visits.npartitions, diary.npartitions)
        visits, diary = (
            table.shuffle(on="patient_id", npartitions=parts) for table in (visits, diary)
        )

    def of_part(visits: Any, diary: Any) -> Any:
        found = window(visits, diary, **options)
        keys = [name for name in KEYS if name in visits]
        return visits[keys].assign(**{name: found[name].to_numpy() for name in found})

    return dd.map_partitions(  # type: ignore[no-untyped-call]
        of_part, visits, diary, meta=of_part(visits._meta, diary._meta), align_dataframes=False
    )


ENGINES: Mapping[tuple[str, str], Callable[["Formula", Any, dict[str, Any]], Any]] = {
    ("pyarrow", "Table"): _pyarrow,
    ("pyarrow", "RecordBatch"): _pyarrow,
    ("polars", "DataFrame"): _polars,
    ("polars", "LazyFrame"): _polars_lazy,
    ("duckdb", "DuckDBPyRelation"): _duckdb,
    ("_duckdb", "DuckDBPyRelation"): _duckdb,  # as newer ones call it
    ("dask", "DataFrame"): _dask,
}
