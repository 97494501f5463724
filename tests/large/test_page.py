"""What docs/large_tables.md shows runs as it is shown."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "large_tables.md"


@pytest.mark.filterwarnings("ignore:.*inplace keyword:pandas.errors.Pandas4Warning")
def test_the_examples_run_in_order(tmp_path, monkeypatch):
    pytest.importorskip("numba")
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(examples) == 5
    names = {}
    for example in examples:
        exec(example, names)
    assert names["scores"].fetchall() == [(20.0,), (8.0,), (None,)]
    assert names["batch"]["pro2_remission"].to_pylist() == [False, True, None]
    windows = names["diary_window"](names["of_visits"], names["of_diary"]).compute()
    assert windows["liquid_stools_7d"].tolist() == [28.0, 28.0]
