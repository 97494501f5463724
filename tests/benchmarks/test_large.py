"""The large cohort of `benchmarks/large.py`: drawn small here, read as any export is."""

import importlib.util
import sys
from pathlib import Path

import pytest

from ibd_scores.study.cleaning import clean
from ibd_scores.study.cohort import read_cohort

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def large():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(BENCHMARKS))
        spec = importlib.util.spec_from_file_location("large", BENCHMARKS / "large.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module
        sys.modules.pop("chain", None)


def test_a_cohort_of_any_size_is_drawn_as_a_hospital_exports_it(large, tmp_path) -> None:
    large.write(tmp_path / "cohort", 120, 60)
    patients = clean(read_cohort(tmp_path / "cohort")).tables["patients"]
    assert patients["disease"].value_counts().to_dict() == {"CD": 120, "UC": 60}
    assert patients["patient_id"].is_unique
    assert 0 < patients["stop_date"].notna().sum() < 60


def test_a_page_that_draws_or_imputes_as_if_they_were_few_is_found(large) -> None:
    page = "<td>14000</td> bars count <b>who</b> has which value; 20 imputations rather than 50"
    assert large.missed(page, 14_000) == ["the page does not say 'bars count who has which value'"]
    assert large.missed(page.replace("<b>who</b>", "who"), 14_000) == []
    assert large.missed("<td>300</td>", 300) == []
