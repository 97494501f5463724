"""The compiled formula is the formula."""

import pickle
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest

from ibd_scores import cdai, fast, mayo_full, pucai, rutgeerts, ses_cd, words
from ibd_scores.endpoints import adapted_mayo_response, partial_mayo_response
from ibd_scores.fast import compiled, source
from tests.large.examples import EVERY, plain, table

pytest.importorskip("numba", reason="numba, the optional accelerator, is not installed")


@pytest.mark.parametrize("entry", EVERY.values(), ids=EVERY)
def test_every_entry_compiles_and_gives_the_same_to_the_last_bit(entry):
    frame = table(entry)
    pd.testing.assert_series_equal(compiled(entry)(frame), entry(frame), check_exact=True)


@pytest.mark.parametrize("entry", EVERY.values(), ids=EVERY)
def test_whatever_the_entry_refuses_the_compiled_refuses_in_the_same_words(entry):
    frame = table(entry)
    for item in entry.columns:
        off = item.limits[1] + 1 if np.isfinite(item.limits[1]) else np.inf
        wrong = frame.assign(**{item.name: frame[item.name].astype(object)})
        wrong.loc[17, item.name] = "neither" if item.words else off
        with pytest.raises(ValueError, match=item.name) as plainly:
            entry(wrong)
        with pytest.raises(ValueError, match=item.name) as told:
            compiled(entry)(wrong)
        assert str(told.value) == str(plainly.value)


def test_half_a_point_is_refused_where_whole_numbers_are_asked():
    frame = table(ses_cd)
    frame.loc[3, "narrowing_rectum"] = 0.5
    with pytest.raises(ValueError, match=r"narrowing_rectum = 0.5 in row 3"):
        compiled(ses_cd)(frame)


def test_a_check_that_refuses_is_compiled_as_well():
    frame = table(pucai).assign(age=18.0)
    with pytest.raises(ValueError, match="for patients under 18"):
        compiled(pucai)(frame)


def test_variants_bands_and_one_patient_are_as_before():
    frame = table(partial_mayo_response)
    fast = compiled(partial_mayo_response)
    assert plain(fast(frame, points=3)) == plain(partial_mayo_response(frame, points=3))
    answers = table(mayo_full)
    assert (
        compiled(mayo_full)
        .band(compiled(mayo_full)(answers), answers)
        .equals(mayo_full.band(mayo_full(answers), answers))
    )
    assert compiled(rutgeerts)(table(rutgeerts)).cat.categories.tolist() == list(rutgeerts.grades)


def test_it_is_taken_by_the_engines_and_sent_to_processes():
    frame = table(cdai)
    fast = pickle.loads(pickle.dumps(compiled(cdai)))
    assert plain(fast(pl.DataFrame(frame))) == plain(cdai(frame))
    again = compiled(adapted_mayo_response.steroid_free())
    assert pickle.loads(pickle.dumps(again)).name == "adapted_mayo_response_steroid_free"


def test_each_value_is_worked_out_once():
    text = source(ses_cd, ses_cd.columns, {})
    stated = [line.split(" = ", 1)[1] for line in text.splitlines() if line.strip().startswith("v")]
    assert len(stated) == len(set(stated))


def test_a_rule_that_asks_whether_a_column_is_true_cannot_be_compiled():
    asking = replace(
        adapted_mayo_response, rule=lambda mayo_adapted, *_: 1.0 if mayo_adapted else 0
    )
    with pytest.raises(TypeError, match="asks whether a column is true"):
        source(asking, asking.columns, {})
    summing = replace(adapted_mayo_response, rule=lambda mayo_adapted, *_: np.cumsum(mayo_adapted))
    with pytest.raises(TypeError):
        source(summing, summing.columns, {})


def test_what_has_no_row_by_row_meaning_cannot_be_compiled():
    summing = replace(adapted_mayo_response, rule=lambda one, *_: np.add.reduce(one))
    with pytest.raises(TypeError):
        source(summing, summing.columns, {})


def test_a_condition_that_is_no_column_is_written_as_it_is():
    def always_asked(mayo_adapted):
        return np.where((mayo_adapted > 1) & True, 1, 0)

    always = replace(adapted_mayo_response, rule=always_asked)
    assert "& True)" in source(always, always.columns, {})
    frame = table(adapted_mayo_response)
    assert plain(compiled(always)(frame)) == plain(always(frame))


def test_words_are_matched_alike_compiled_and_not():
    text = np.frombuffer(b"malefemalemales" + bytes(8), np.uint8)
    eight = np.ndarray((len(text) - 7,), "<u8", text, strides=(1,))
    begins, lengths = np.array([0, 4, 10]), np.array([4, 6, 5])
    keys = np.array([words._key(word) for word in ("female", "male")], np.uint64)
    expected = words.matched(eight, begins, lengths, keys)
    assert expected.tolist() == [1.0, 0.0, np.inf]
    for match in (fast._match, fast.NUMBA._matching):
        out = np.empty(3)
        match(eight, begins, lengths, keys, words.LOW_BYTES, out)
        assert out.tolist() == expected.tolist()


def test_numba_that_is_lacking_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(ModuleNotFoundError, match="ibd-scores"):
        fast._jit(len)


def test_without_numba_it_says_how_to_install_it():
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "import numpy as np\n"
        "from ibd_scores import pro2_cd\n"
        "from ibd_scores.fast import compiled\n"
        "compiled(pro2_cd)({'liquid_stools_mean': np.ones(2), 'abdominal_pain_mean': np.ones(2)})"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert 'pip install "ibd-scores[fast]"' in told.stderr.splitlines()[-1]
