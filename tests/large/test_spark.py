"""PySpark users: `mapInArrow` with `engines.in_batches`.

Not installed with the tests: PySpark needs Java, and pandera warns of it beside pandas 3.
"""

import shutil
import sys
import warnings

import pandas as pd
import pytest

from ibd_scores import cdai, pro2_cd
from ibd_scores.endpoints import pro2_remission
from ibd_scores.engines import in_batches
from tests.large.examples import plain, table

if not shutil.which("java"):
    pytest.skip("no Java", allow_module_level=True)
pytest.importorskip("pyspark", reason="PySpark is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")  # PySpark's own


@pytest.fixture(scope="module")
def spark():
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYSPARK_PYTHON", sys.executable)
        warnings.simplefilter("ignore")
        from pyspark.sql import SparkSession

        session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", False)
        found = session.getOrCreate()
        yield found
        found.stop()


def test_visits_are_scored_by_map_in_arrow(spark, tmp_path):
    frame = table(cdai, rows=400)
    frame.to_parquet(tmp_path / "visits.parquet", index=False)
    visits = spark.read.parquet(str(tmp_path / "visits.parquet")).repartition(3)
    schema = (
        f"{', '.join(f'{field.name} {field.dataType.simpleString()}' for field in visits.schema)}"
    )
    scored = visits.mapInArrow(in_batches(cdai), f"{schema}, cdai double")
    scored.write.parquet(str(tmp_path / "scored"))
    found = pd.read_parquet(tmp_path / "scored").sort_values(["patient_id", "visit"])
    expected = frame.assign(cdai=cdai(frame)).sort_values(["patient_id", "visit"])
    assert plain(found["cdai"]) == plain(expected["cdai"])


def test_scores_and_endpoints_follow_one_another(spark):
    rows = [("P1", 5.0, 2.0), ("P2", 1.5, 1.0), ("P3", None, 1.0)]
    visits = spark.createDataFrame(
        rows, "patient_id string, liquid_stools_mean double, abdominal_pain_mean double"
    )
    schema = "patient_id string, liquid_stools_mean double, abdominal_pain_mean double, "
    scored = visits.mapInArrow(
        in_batches(pro2_cd, pro2_remission), schema + "pro2_cd double, pro2_remission boolean"
    )
    found = {row.patient_id: (row.pro2_cd, row.pro2_remission) for row in scored.collect()}
    assert found == {"P1": (20.0, False), "P2": (8.0, True), "P3": (None, None)}


def test_what_is_wrong_is_told_by_the_keys_of_its_row(spark):
    visits = spark.createDataFrame(
        [("P1", 5.0, 4.0)],
        "patient_id string, liquid_stools_mean double, abdominal_pain_mean double",
    )
    schema = (
        "patient_id string, liquid_stools_mean double, abdominal_pain_mean double, pro2_cd double"
    )
    with pytest.raises(Exception, match=r"abdominal_pain_mean = 4\.0 in patient_id P1"):
        visits.mapInArrow(in_batches(pro2_cd), schema).collect()
