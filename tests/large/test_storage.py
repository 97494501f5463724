"""However a column is stored, the score is the same."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from ibd_scores import cdai, columns, hbi, ses_cd, words
from ibd_scores.derive.findings import SEX
from ibd_scores.endpoints import cdai_response_100, symptomatic_remission
from tests.large.examples import EVERY, plain, table

every_entry = pytest.mark.parametrize("entry", EVERY.values(), ids=EVERY)


def _holds_whole_numbers(item):
    low, high, levels = item.limits
    return all(end == np.rint(end) for end in (low, *levels)) and high > 3


@every_entry
def test_narrow_whole_numbers_score_like_wide_ones(entry):
    wide = table(entry).ffill().bfill()
    whole = {
        item.name: np.rint(wide[item.name]).clip(*np.rint(item.limits[:2]))
        for item in entry.columns
        if not item.words and _holds_whole_numbers(item)
    }
    narrow = {
        name: column.astype("int16") for name, column in whole.items() if column.max() < 2**15
    }
    wide = wide.assign(**whole)
    assert plain(entry(wide.assign(**narrow))) == plain(entry(wide))


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16", "int32", "int64", "float32",
                                   "Int8", "UInt8", "Float64", "int8[pyarrow]", "double[pyarrow]",
                                   object])  # fmt: skip
def test_an_endpoint_of_every_type_of_number(dtype):
    pairs = pd.DataFrame({"cdai": [250, 100, 0, 3], "cdai_baseline": [255, 200, 99, 103]})
    if dtype in ("int8", "Int8", "int8[pyarrow]"):
        pairs //= 3
    # Unsigned numbers do not wrap round: 3 less 103 is -100.
    expected = (pairs["cdai_baseline"] - pairs["cdai"] >= 100).tolist()
    assert plain(cdai_response_100(pairs.astype(dtype))) == expected


def test_large_narrow_numbers_do_not_overflow():
    pairs = pd.DataFrame({"cdai": [120], "cdai_baseline": [127]}, dtype="int8")
    assert plain(cdai_response_100(pairs)) == [False]
    answers = pd.DataFrame({item.name: [max(item.values) if isinstance(item.values, range) else 60]
                            for item in hbi.items}, dtype="int8")  # fmt: skip
    assert hbi(answers).tolist() == [4 + 3 + 60 + 3 + 8]


@pytest.mark.parametrize("rows", [1, 7, 8, 9, 16, 17])
def test_the_length_of_the_blocks_makes_no_difference(monkeypatch, rows):
    whole = table(ses_cd, rows=18).head(rows)
    expected = plain(ses_cd(whole))
    monkeypatch.setattr(columns, "BLOCK_ROWS", 8)
    assert plain(ses_cd(whole)) == expected


def test_a_value_off_the_form_is_found_in_any_block(monkeypatch):
    monkeypatch.setattr(columns, "BLOCK_ROWS", 8)
    whole = table(ses_cd, rows=40)
    whole.loc[33, "ulcer_size_rectum"] = 4
    with pytest.raises(
        ValueError, match=r"1 value .* ulcer_size_rectum = 4.0 in row 33, patient_id"
    ):
        ses_cd(whole)


SEXES = ["female", "male", None, "male", "female", None]
PLACES = [0.0, 1.0, None, 1.0, 0.0, None]


def read(column, item_words=SEX.words):
    return plain(columns.as_floats(column, item_words))


@pytest.mark.parametrize(
    "column",
    [
        pd.Series(SEXES, dtype="str"),
        pd.Series(SEXES, dtype=pd.StringDtype("python")),
        pd.Series(SEXES, dtype=pd.StringDtype("pyarrow")),
        pd.Series(SEXES, dtype=pd.ArrowDtype(pa.string())),
        pd.Series(SEXES, dtype="category"),
        pd.Series(SEXES, dtype=pd.CategoricalDtype(["unknown", "male", "female"])),
        pd.Series(SEXES, dtype=object),
        np.array(SEXES, dtype=object),
        pd.concat([pd.Series(SEXES[:2], dtype="str"), pd.Series(SEXES[2:], dtype="str")]),
        pd.Series(["x", *SEXES, "y"], dtype="str").iloc[1:-1],
        pa.array(SEXES),
        pa.array(["x", *SEXES])[1:],
        pa.array(SEXES, pa.large_string()),
        pa.array(SEXES, pa.string_view()),
        pa.chunked_array([SEXES[:1], [], SEXES[1:4], SEXES[4:]]),
        pa.array(SEXES).dictionary_encode(),
        pa.chunked_array([pa.array(part).dictionary_encode() for part in (SEXES[:3], SEXES[3:])]),
    ],
    ids=lambda column: f"{type(column).__name__} {getattr(column, 'dtype', '')}",
)
def test_words_are_read_from_every_layout(column):
    assert read(column) == PLACES


@pytest.mark.parametrize(
    "text", ["", "mal", "males", "Male", "female ", "\0", "male\0", "male\0\0\0\0", "malemale",
             "female" + "\0" * 256, "male" + "\0" * 256, "männlich", "x" * 7, "x" * 8, "x" * 300],
)  # fmt: skip
@pytest.mark.parametrize("dtype", ["str", "category", object])
def test_any_other_word_is_none_of_the_permitted(text, dtype):
    assert read(pd.Series(["male", text, "female"], dtype=dtype)) == [1.0, np.inf, 0.0]


def test_words_too_long_for_one_number_are_read_as_well():
    long = ("stratified", "not stratified")
    assert max(map(len, long)) > words.LONGEST
    assert read(pd.Series(["not stratified", None, "stratified"], dtype="str"), long) == [
        1,
        None,
        0,
    ]


def test_words_of_many_chunks_are_read_block_by_block(monkeypatch):
    monkeypatch.setattr(columns, "BLOCK_ROWS", 5)
    sexes = pa.chunked_array([["male"] * 3, ["female"] * 4, [None], ["male"] * 9])
    blocks = columns.read("sex", (SEX,), {"sex": sexes}, {}).blocks()
    found = [place for _, block in blocks for place in plain(block["sex"])]
    assert found == [1.0] * 3 + [0.0] * 4 + [None] + [1.0] * 9


def test_scoring_takes_at_most_12_bytes_a_row():
    rows = 2_000_000
    few = table(cdai, rows=2000)
    many = pd.concat([few] * (rows // len(few)), ignore_index=True)
    cdai(many.head(10))
    pairs = pd.concat([table(symptomatic_remission)] * 10_000)
    for entry, of in ((cdai, many), (symptomatic_remission, pairs)):
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        result = entry(of)
        peak = tracemalloc.get_traced_memory()[1] - before
        tracemalloc.stop()
        assert len(result) == len(of)
        assert peak < 12 * len(of)


def test_importing_the_library_imports_numpy_and_nothing_heavier():
    code = (
        "import sys, ibd_scores\n"
        "heavy = {'pandas', 'pyarrow', 'polars', 'duckdb', 'dask', 'numba', 'scipy', 'narwhals'}\n"
        "assert 'numpy' in sys.modules\n"
        "print(heavy & set(sys.modules))\n"
        "ibd_scores.cdai.problems\n"
        "ibd_scores.hbi(general_wellbeing_previous_day=1, abdominal_pain_previous_day=1,\n"
        "    liquid_stools_previous_day=1, abdominal_mass_hbi=0, complications_hbi=0)\n"
        "print(heavy & set(sys.modules))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["set()", "set()"]
