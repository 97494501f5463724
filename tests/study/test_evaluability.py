import pandas as pd

from ibd_scores import endpoints as e
from ibd_scores.study.evaluability import active_at_entry, analyzed, reasons


def pairs() -> pd.DataFrame:
    """Eight patients: of the six who completed, two can be judged."""
    rows = {
        "response": (300, 150, 0),
        "none": (300, 290, 0),
        "no baseline": (None, 150, 0),
        "neither": (None, None, 0),
        "no week 12": (300, None, 0),
        "not eligible": (90, None, 0),
        "stopped": (300, None, 0),
    }
    columns = ["cdai_baseline", "cdai", "disease_ileum_baseline"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).astype(float)


def test_each_patient_without_a_result_has_one_reason() -> None:
    started = pairs().index
    completed = started.drop("stopped")
    found = reasons([e.cdai_response_100], pairs(), population=completed, started=started)
    assert found["n"].to_dict() == {
        ("cdai_response_100", "stopped before week 12"): 1,
        ("cdai_response_100", "baseline: no CDAI"): 2,
        ("cdai_response_100", "week 12: no CDAI"): 1,
    }


def test_who_has_no_row_at_all_lacks_the_first_thing_asked_for() -> None:
    started = pd.Index([*pairs().index, "never seen"])
    found = reasons([e.cdai_remission], pairs(), population=started, started=started)
    # "neither", "no week 12" and "stopped" have a row; "not eligible" is in remission already.
    assert found["n"].to_dict() == {("cdai_remission", "week 12: no CDAI"): 4}


def test_what_the_rule_leaves_open_is_told_apart() -> None:
    table = pd.DataFrame(
        {
            "ses_cd": [0.0, 0.0],
            "ses_cd_baseline": [9.0, 9.0],
            "ulcerated_segments": [0.0, 0.0],
            "ulcerated_segments_baseline": [2.0, 2.0],
            "ulcerated_not_seen": [0.0, 1.0],
            "ses_cd_without_narrowing_baseline": [9.0, 9.0],
        },
        index=["seen", "not seen"],
    )
    found = reasons([e.ulcer_free], table, population=table.index, started=table.index)
    assert found["n"].to_dict() == {("ulcer_free", "left open by the rule"): 1}


def test_where_everyone_can_be_judged_there_is_no_row() -> None:
    known = pairs().loc[["response", "none"]]
    found = reasons([e.cdai_response_100], known, population=known.index, started=known.index)
    assert found.empty
    assert list(found.index.names) == ["endpoint", "reason"]


def test_the_analysis_set_of_endoscopic_endpoints_was_active_as_in_trials() -> None:
    # At least 6 without narrowing, at least 4 in isolated ileal disease; not scoped: in.
    rows = {"colon 5": (5, 0), "colon 6": (6, 0), "ileum 3": (3, 1), "ileum 4": (4, 1),
            "site unknown 5": (5, None), "not scoped": (None, None)}  # fmt: skip
    entry = pd.DataFrame.from_dict(
        rows,
        orient="index",
        columns=["ses_cd_without_narrowing_baseline", "isolated_ileal_baseline"],
    ).astype(float)
    inside = ["colon 6", "ileum 4", "site unknown 5", "not scoped"]
    assert entry.index[active_at_entry(entry)].to_list() == inside
    table = entry.assign(ses_cd=0.0, ses_cd_baseline=9.0, cdai=100.0, cdai_baseline=300.0)
    table = table.assign(ses_cd_matched=0.0, ses_cd_matched_baseline=9.0)
    assert table.index[analyzed(e.endoscopic_response_50, table)].to_list() == inside
    assert analyzed(e.cdai_remission, table).all()
