"""Tables damaged at random: each is repaired and logged, or stops with a message, never a guess."""

import random
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ibd_scores.study import cleaning, scoring
from ibd_scores.study.cohort import CohortError, read_cohort
from tests.study.damage import DAMAGES, WHOLE, Damaged

CASES = 2000
OF_DIARY, OF_SEGMENTS = ("cdai", "short_cdai", "pro2_cd"), ("ses_cd", "ses_cd_without_narrowing")
IN_BYTES = ("encoded", "cut_off", "bytes_changed", "delimited", "no_rows")


def scores(tables: dict[str, pd.DataFrame]) -> dict[tuple[object, ...], object]:
    endoscopies = scoring.score(tables["endoscopy"], scoring.ENDOSCOPIC)
    patients = tables["patients"].drop_duplicates("patient_id")
    prepared = scoring.prepare(patients, tables["visits"], tables["diary"])
    scored = scoring.score(scoring.with_endoscopy(prepared, endoscopies), scoring.CLINICAL)
    names = [entry.name for entry in scoring.CLINICAL + scoring.ENDOSCOPIC if entry.name in scored]
    return values({"scores": scored[["patient_id", "visit", *names]]})


def values(tables: dict[str, pd.DataFrame]) -> dict[tuple[object, ...], object]:
    """Every value that is known, by table, key and column."""
    keys = {"patients": ["patient_id"], "diary": ["patient_id", "date"]}
    found: dict[tuple[object, ...], object] = {}
    for name, table in tables.items():
        if name not in (*WHOLE, "scores"):
            continue
        key = keys.get(name, ["patient_id", "visit"])
        for line in table.to_dict("records"):
            place = (name, *(line[one] for one in key))
            found |= {(*place, column): value for column, value in line.items()
                      if column not in key and not pd.isna(value)}  # fmt: skip
    return found


@pytest.fixture(scope="module")
def unhurt(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unhurt")
    Damaged(random.Random(0)).write(folder)
    clean = cleaning.clean(read_cohort(folder))
    return values(clean.tables), scores(dict(clean.tables))


def test_the_whole_tables_are_read_as_they_are_typed(unhurt):
    tidy, scored = unhurt
    assert tidy["visits", "P1", "baseline", "crp_mg_l"] == 12.5
    assert tidy["visits", "P1", "baseline", "hematocrit_percent"] == 39.5
    assert tidy["patients", "P2", "height_m"] == 1.605
    # Stools 3+4+0+1+2+3+4 = 17, pain 14, wellbeing 21, 5 of the 6 groups of complications or fewer.
    assert scored["scores", "P1", "baseline", "ses_cd"] == 5 * (2 + 1 + 2 + 0)
    assert scored["scores", "P2", "baseline", "mayo_full"] == 3 + 2 + 2 + 3
    assert ("scores", "P1", "baseline", "cdai") in scored


def read(folder: Path) -> tuple[cleaning.Clean | None, str]:
    """Clean what is there; or what was said instead."""
    try:
        return cleaning.clean(read_cohort(folder)), ""
    except CohortError as error:
        return None, str(error)


@settings(
    max_examples=CASES,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.sampled_from(DAMAGES), min_size=1, max_size=4), st.integers(0, 2**32))
def test_damage_is_repaired_and_logged_or_stops_with_a_message(
    unhurt, tmp_path_factory, names, seed
):
    damaged = Damaged(random.Random(seed))
    for name in names:
        getattr(damaged, name)()
    folder = tmp_path_factory.mktemp("damaged")
    damaged.write(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    tidy, scored = unhurt
    clean, said = read(folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    event("stopped" if said else "read")
    if clean is None:
        assert str(folder) in said
        assert len(said) < 3000
        return
    if any(name in IN_BYTES for name in names):
        return  # what a changed byte says instead may be a value, too
    now = values(dict(clean.tables))
    for place in tidy.keys() & now.keys():
        if place[-1] != "endoscopy":  # its number within the visit
            assert now[place] == tidy[place], place
    if damaged.hurt and tidy.keys() - now.keys():
        assert len(clean.queries)
    for place, value in scores(dict(clean.tables)).items():
        # By rule: the mean of the diary days that are there; the segments that stand under an id.
        ruled = place[-1] in OF_DIARY or (place[-1] in OF_SEGMENTS and damaged.strangers)
        if place in scored and not ruled:
            assert value == pytest.approx(scored[place]), place
