"""What is passed on holds no small count, and none can be worked out from it."""

import itertools
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ibd_scores.study import tidy
from ibd_scores.study.sharing import RATES, TABLES, share, suppressed

FLOW = pd.DataFrame({
    "step": ["started", "endoscopy at baseline", "stopped before week 12",
             "stopped: adverse event", "stopped: lost to follow-up", "completed 12 weeks",
             "completed, endoscopy at both"],
    "n": [80, 78, 20, 17, 3, 60, 50],
})  # fmt: skip


def rates(*rows, endpoint="endpoint"):
    lines = [{endpoint: name, "estimand": str(place), "k": k, "n": n, "percent": 100 * k / n,
              "low": 1.0, "high": 99.0, "not_evaluable": out}
             for place, (name, k, n, out) in enumerate(rows)]  # fmt: skip
    return pd.DataFrame(lines)


def events(*rows):
    lines = [dict(zip(("term", "patients", "events", "serious", "related", "stopped"), row,
                      strict=True)) | {"percent": 1.0, "rate": 1.0, "low": 0.0, "high": 2.0}
             for row in rows]  # fmt: skip
    return pd.DataFrame(lines)


def shown(column):
    return [None if pd.isna(value) else value for value in column]


def test_a_step_is_blank_where_it_or_its_difference_from_another_is_small():
    found = suppressed({"flow": FLOW}, 5)["flow"]
    # 78 is 2 less than 80; the reasons are 17 and 3, of which one alone could be told from 20.
    assert shown(found["n"]) == [80, None, 20, None, None, 60, 50]


@pytest.mark.parametrize(
    ("k", "n", "kept"),
    [(4, 60, False), (5, 60, True), (0, 60, True), (55, 60, True), (56, 60, False), (60, 60, True)],
)
def test_a_rate_is_blank_where_few_had_the_outcome_or_few_had_not(k, n, kept):
    found = suppressed({"rates": rates(("response", k, n, 0))}, 5)["rates"]
    numbers = found[["k", "n", "percent", "low", "high"]]
    assert numbers.notna().all(axis=None) if kept else numbers.isna().all(axis=None)


def test_two_ways_to_count_do_not_tell_the_few_between_them():
    # 44 of 60 and 47 of 80: three more with the outcome.
    found = suppressed({"rates": rates(("a", 44, 60, 20), ("a", 47, 80, 0), ("b", 30, 80, 0))}, 5)
    assert shown(found["rates"]["k"]) == [44, None, 30]


def test_denominators_do_not_tell_the_few_between_them():
    # 60 of whom 58 were measured.
    found = suppressed({"rates": rates(("a", 30, 60, 0), ("b", 20, 58, 2))}, 5)["rates"]
    assert shown(found["n"]) == [60, None]
    assert shown(found["not_evaluable"]) == [0, None]


def test_one_rate_is_blank_in_every_table_where_it_stands():
    one, other = rates(("a", 44, 60, 0)), rates(("a", 46, 60, 0))
    found = suppressed({"rates": one, "context": other}, 5)
    assert shown(found["rates"]["k"]) == [44]
    assert shown(found["context"]["k"]) == [None]


def test_what_was_published_elsewhere_stays():
    other = rates(("a", 44, 60, 0)).assign(k=None, n=None, percent=45.5)
    assert suppressed({"context": other}, 5)["context"]["percent"].tolist() == [45.5]


def test_shares_of_a_change_that_stand_for_few_are_blank():
    changes = pd.DataFrame({
        "quantity": ["cdai", "ses_cd", "esr"], "n": [60, 60, 4], "w": [9.0, 9.0, 9.0],
        "before_median": [300.0, 9.0, 20.0], "improved": [90.0, 95.0, 50.0],
        "same": [0.0, 0.0, 25.0], "worse": [10.0, 5.0, 25.0], "censored": [0.0, 7.0, 1.0],
    })  # fmt: skip
    found = suppressed({"changes": changes}, 5)["changes"]
    assert shown(found["worse"]) == [10, None, None]  # 6 of 60, 3 of 60
    assert shown(found["before_median"]) == [300, 9, None]
    assert shown(found["censored"]) == [0, 7, None]


def test_rare_events_are_not_named():
    table = events(("any adverse event", 30, 40, 0, 30, 1), ("acne", 20, 22, 0, 15, 0),
                   ("zoster", 3, 3, 0, 3, 1), ("anemia", 2, 2, 0, 0, 0))  # fmt: skip
    found = suppressed({"events": table}, 5)["events"]
    assert found["term"].tolist() == ["any adverse event", "acne",
                                      "other terms, each of fewer than 5"]  # fmt: skip
    assert shown(found["patients"]) == [30, 20, None]
    assert shown(found["stopped"]) == [None, 0, None]
    # 40 less 22 are 18: not only the five of the two that are not named.
    assert shown(found["events"]) == [40, 22, None]


def test_the_total_is_blank_where_it_would_tell_the_rare_ones():
    table = events(("any adverse event", 22, 25, 0, 15, 0), ("acne", 20, 22, 0, 15, 0),
                   ("zoster", 3, 3, 0, 0, 0))  # fmt: skip
    found = suppressed({"events": table}, 5)["events"]
    assert shown(found["events"]) == [None, 22, None]


@pytest.mark.parametrize("least", [0, 1])
def test_without_a_smallest_count_nothing_changes(least):
    tables = {"flow": FLOW, "rates": rates(("a", 1, 60, 2))}
    for name, table in suppressed(tables, least).items():
        pd.testing.assert_frame_equal(table, tables[name])


COUNTS = st.integers(0, 40)
ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), COUNTS, COUNTS, COUNTS).map(
        lambda row: (row[0], min(row[1:3]), max(max(row[1:3]), 1), row[3])
    ),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(ROWS, ROWS, st.lists(COUNTS, min_size=1, max_size=6), st.integers(2, 8))
def test_nobody_can_work_out_a_small_count(first, second, steps, least):
    tables = {"flow": pd.DataFrame({"step": [f"step {n}" for n in range(len(steps))], "n": steps}),
              "rates": rates(*first), "multiverse": rates(*second, endpoint="name")}  # fmt: skip
    told(suppressed(tables, least), least)


def told(found, least):
    """Look for a small count, as somebody would who has nothing but these tables."""

    def small(count):
        return 0 < count < least

    totals = {float(n) for n in found["flow"]["n"].dropna()}
    by_endpoint = {}
    for name, endpoint in RATES.items():
        for line in found[name].to_dict("records") if name in found else ():
            if pd.notna(line["k"]) and pd.notna(line["n"]):
                totals.add(float(line["n"]))
                place = by_endpoint.setdefault(line[endpoint], set())
                place.add((float(line["k"]), float(line["n"]) - float(line["k"])))
    assert not any(map(small, totals))
    assert not any(small(abs(one - other)) for one, other in itertools.combinations(totals, 2))
    for counts in by_endpoint.values():
        assert not any(small(k) or small(without) for k, without in counts)
        for one, other in itertools.combinations(counts, 2):
            assert not any(small(abs(a - b)) for a, b in zip(one, other, strict=True))


@pytest.fixture
def derived(tmp_path, monkeypatch):
    """Derived tables of a cohort with patients behind it, and the folder they stand in."""
    root = tmp_path / "project"
    raw = root / "data" / "raw" / "ward"
    raw.mkdir(parents=True)
    (root / "notebooks").mkdir()
    (root / "pyproject.toml").touch()
    monkeypatch.setenv("IBD_SCORES_ROOT", str(root))
    (raw / "cohort.toml").write_text(
        'title = "ward"\n[patients]\nfile = "p.csv"\n[patients.columns]\npatient_id = "id"\n'
        'disease = "dx"\n[visits]\nfile = "p.csv"\n[visits.columns]\npatient_id = "id"\n'
        'visit = "visit"\n',
        encoding="utf-8",
    )
    tables = {"cd_flow": FLOW, "cd_rates": rates(("response", 44, 60, 20), ("other", 3, 60, 20))}
    tidy.save("ward", tables)
    return root / "data" / "derived" / "ward"


def test_a_cohort_with_patients_behind_it_shares_no_count_below_5(derived):
    summary = share("ward")
    written = sorted(path.name for path in (derived / "share").iterdir())
    assert written == ["cd_flow.csv", "cd_rates.csv"]
    shared = pd.read_csv(derived / "share" / "cd_rates.csv")
    assert shown(shared["k"]) == [44, None]
    assert summary.loc[("CD", "rates"), "hidden"] == 6
    assert summary.loc[("CD", "flow"), "hidden"] == 3


def test_the_smallest_count_is_declared(derived):
    path = derived.parents[1] / "raw" / "ward" / "cohort.toml"
    path.write_text("min_count = 0\n" + path.read_text("utf-8"), "utf-8")
    assert share("ward")["hidden"].sum() == 0
    for name in ("cd_flow", "cd_rates"):
        assert (derived / "share" / f"{name}.csv").read_bytes() == (
            derived / f"{name}.csv"
        ).read_bytes()


def test_every_table_that_holds_counts_is_thought_of():
    notebook = Path(__file__).parents[2] / "notebooks" / "03_cd_outcomes.ipynb"
    text = notebook.read_text("utf-8")
    for name in TABLES:
        assert f'\\"{name}\\": ' in text
