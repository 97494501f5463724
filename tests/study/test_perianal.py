"""Perianal outcomes at week 12, counted by hand in seven patients."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores.study.description import perianal
from ibd_scores.study.labels import title
from ibd_scores.study.layouts import rates_table

NA = np.nan


@pytest.fixture
def pairs() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "anal_fistula_baseline": [1, 1, 1, 0, 0, NA, 1],
            "anal_fistula": [0, 1, NA, 1, 0, 0, 1],
            "anal_abscess_baseline": [0, 1, 0, 0, 1, NA, 0],
            "anal_abscess": [0, 0, NA, 0, 1, 0, 0],
            "draining_fistulas_baseline": [2, 2, 1, 0, 0, NA, 4],
            "draining_fistulas": [0, 1, NA, 1, 0, 0, 3],
        },
        index=pd.Index(list("ABCDEFG"), name="patient_id"),
        dtype="float64",
    )


def counts(table: pd.DataFrame) -> dict:
    rows = table.set_index(["endpoint", "estimand"])[["k", "n", "not_evaluable"]]
    return {key: tuple(row) for key, row in zip(rows.index, rows.to_numpy().tolist(), strict=True)}


def test_who_had_it_is_the_denominator_and_missing_counts_as_failure(pairs: pd.DataFrame) -> None:
    found = counts(perianal.outcomes(pairs, population=pairs.index))
    assert found == {
        ("anal_fistula_gone", "as_observed"): (1, 3, 1),  # of A, B, C, G: A
        ("anal_fistula_gone", "non_responder"): (1, 4, 1),
        ("anal_abscess_gone", "as_observed"): (1, 2, 0),  # of B, E: B
        ("anal_abscess_gone", "non_responder"): (1, 2, 0),
        ("perianal_gone", "as_observed"): (1, 4, 1),  # of A, B, C, E, G: A
        ("perianal_gone", "non_responder"): (1, 5, 1),
        ("no_new_anal_fistula", "as_observed"): (1, 2, 0),  # of D, E: E
        ("no_new_anal_fistula", "non_responder"): (1, 2, 0),
        ("no_new_anal_abscess", "as_observed"): (3, 3, 1),  # of A, C, D, G: all but C
        ("no_new_anal_abscess", "non_responder"): (3, 4, 1),
        ("fistula_response_single_visit", "as_observed"): (2, 3, 1),  # A 2 to 0, B 2 to 1
        ("fistula_response_single_visit", "non_responder"): (2, 4, 1),
        ("fistula_remission_single_visit", "as_observed"): (1, 3, 1),  # A
        ("fistula_remission_single_visit", "non_responder"): (1, 4, 1),
    }


def test_who_stopped_with_a_fistula_fails_among_all_who_started(pairs: pd.DataFrame) -> None:
    started = pd.Index([*pairs.index, "Z"])  # of Z no visit is known
    completed = pairs.index.drop(["B", "C", "D"])
    found = counts(perianal.outcomes(pairs, population=completed, started=started))
    assert found["anal_fistula_gone", "as_observed"] == (1, 2, 0)
    assert found["anal_fistula_gone", "non_responder_started"][:2] == (1, 4)
    assert found["no_new_anal_fistula", "non_responder_started"][:2] == (1, 2)


def test_an_intercurrent_event_is_a_failure(pairs: pd.DataFrame) -> None:
    rescued = pd.Series(True, index=["A"])
    found = counts(perianal.outcomes(pairs, population=pairs.index, intercurrent=rescued))
    assert found["anal_fistula_gone", "as_observed"] == (1, 3, 1)
    assert found["anal_fistula_gone", "non_responder"] == (0, 4, 1)


def test_without_drainage_there_is_no_endpoint_of_it(pairs: pd.DataFrame) -> None:
    columns = ["draining_fistulas_baseline", "draining_fistulas"]
    for without in (pairs.drop(columns=columns), pairs.assign(**dict.fromkeys(columns, NA))):
        found = perianal.outcomes(without, population=pairs.index)["endpoint"]
        assert "anal_fistula_gone" in {*found}
        assert not found.str.startswith("fistula_").any()
        assert "draining" not in perianal.prevalence(without, population=pairs.index).index


def test_a_cohort_that_recorded_nothing_perianal_has_no_row() -> None:
    pairs = pd.DataFrame({"cdai": [100.0]}, index=pd.Index(["A"], name="patient_id"))
    table = perianal.outcomes(pairs, population=pairs.index)
    assert table.empty
    assert rates_table(table).empty
    assert perianal.prevalence(pairs, population=pairs.index)["n"].eq(0).all()


def test_findings_before_and_after_are_compared_in_the_same_patients(pairs: pd.DataFrame) -> None:
    table = perianal.prevalence(pairs, population=pairs.index)
    assert table.index.tolist() == ["anal_fistula", "anal_abscess", "perianal", "draining"]
    cells = ["n", "missing", "both", "before_only", "after_only", "neither"]
    # Fistula, known twice of A, B, D, E, G: B and G both, A before, D after, E neither.
    assert table.loc["anal_fistula", cells].tolist() == [5, 2, 2, 1, 1, 1]
    assert table.loc["anal_fistula", "p"] == 1
    # Either: A before; B, E and G both; D after.
    assert table.loc["perianal", cells].tolist() == [5, 2, 3, 1, 1, 0]
    # Draining: A before; B and G both; D after; E neither.
    assert table.loc["draining", cells].tolist() == [5, 2, 2, 1, 1, 1]


def test_one_that_is_present_decides_for_either_and_a_missing_one_leaves_it_open() -> None:
    pairs = pd.DataFrame(
        {"anal_fistula_baseline": [1.0, 1, 1], "anal_abscess_baseline": [NA, NA, NA],
         "anal_fistula": [1.0, 0, 0], "anal_abscess": [NA, NA, 0]},
        index=pd.Index(list("ABC"), name="patient_id"),
    )  # fmt: skip
    met, eligible = perianal.flags(pairs)
    gone = {flag.name: flag for flag in met}["perianal_gone"]
    assert gone.tolist() == [False, pd.NA, True]
    assert eligible[2].tolist() == [True] * 3


def test_every_endpoint_has_a_title_of_its_own_for_the_reader(pairs: pd.DataFrame) -> None:
    names = [flag.name for flag in perianal.flags(pairs).met]
    assert all(title(name) != str(name).replace("_", " ").capitalize() for name in names)
    layout = rates_table(perianal.outcomes(pairs, population=pairs.index))
    assert layout.loc["Anal fistula no longer recorded (of those with one)", "not evaluable"] == 1
