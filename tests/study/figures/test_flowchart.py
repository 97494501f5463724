import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from ibd_scores.study.figures import flow, save_figure
from ibd_scores.study.figures.sheet import fitted

NOTE = "Simulated cohort"
LONG = "the insurance no longer paid for the drug and no other payer was found within the window"


def table(reasons: dict[str, int], **others: int) -> pd.DataFrame:
    """What `description.flow` returns for 80 who started, of whom 75 completed and 60 have both."""
    counts = {
        "started": 80, "endoscopy at baseline": 75, "stopped before week 12": sum(reasons.values()),
        **{f"stopped: {why}": k for why, k in reasons.items()},
        "completed 12 weeks": 75, "completed, endoscopy at baseline": 71,
        "completed, endoscopy at week 12": 61, "completed, endoscopy at both": 60,
    } | others  # fmt: skip
    return pd.DataFrame({"n": pd.Series(counts, dtype="int64")}).rename_axis("step")


REASONS = {"lack of efficacy": 2, "adverse event": 1, "lost to follow-up": 1, "own wish": 1}


def test_each_box_says_how_many_and_the_box_beside_it_who_left_and_why(words, laid_out) -> None:
    figure = flow({"CD": table(REASONS)}, note=NOTE)
    assert sorted(words(figure)) == sorted([
        NOTE,
        "CD",
        "Started\nn = 80\nendoscopy at baseline: 75",
        "Stopped before week 12\nn = 5\nlack of efficacy: 2\nadverse event: 1\n"
        "lost to follow-up: 1\nown wish: 1",
        "Completed 12 weeks\nn = 75",
        # 71 - 60 were not scoped again, 61 - 60 only then, 75 - 71 - 61 + 60 never
        "Not scoped at both visits\nn = 15\nno endoscopy at week 12: 11\n"
        "no endoscopy at baseline: 1\nno endoscopy at either: 3",
        "Endoscopy at baseline and\nat week 12\nn = 60",
    ])  # fmt: skip
    laid_out(figure)


def test_every_box_holds_its_text() -> None:
    figure = flow({"CD": table({LONG: 4, "W" * 90: 1}), "UC": table(REASONS)}, note=NOTE)
    figure.canvas.draw()
    [page] = figure.axes
    boxes = [patch.get_window_extent() for patch in page.patches if isinstance(patch, Rectangle)]
    inside = [text for text in page.texts if "n = " in text.get_text()]
    assert len(boxes) == len(inside) == 10
    for text in inside:
        extent = text.get_window_extent()
        assert any(
            box.x0 < extent.x0 and extent.x1 < box.x1 and box.y0 < extent.y0 and extent.y1 < box.y1
            for box in boxes
        ), text.get_text()


def test_long_reasons_are_wrapped_and_nothing_of_them_is_lost(words, laid_out) -> None:
    figure = flow({"CD": table({LONG: 4, "W" * 90: 1})}, note=NOTE * 9)
    laid_out(figure)
    [aside] = [text for text in words(figure) if text.startswith("Stopped")]
    assert f"{LONG}: 4" in " ".join(line.strip() for line in aside.splitlines())
    assert aside.count("W") == 90


def test_where_nobody_left_a_box_says_0(words) -> None:
    figure = flow({"CD": table({})})
    assert "Stopped before week 12\nn = 0" in words(figure)


def test_a_reason_that_nobody_had_is_not_listed(words) -> None:
    scoped = {"completed, endoscopy at week 12": 60}  # and 71 at baseline, 60 at both
    [aside] = [text for text in words(flow({"CD": table({}, **scoped)})) if "Not scoped" in text]
    assert aside.splitlines()[2:] == ["no endoscopy at week 12: 11", "no endoscopy at either: 4"]


def test_both_diseases_stand_below_each_other(words, laid_out) -> None:
    figure = flow({"CD": table(REASONS), "UC": table({}, started=26)}, note=NOTE)
    laid_out(figure)
    assert {"CD", "UC"} <= set(words(figure))
    assert "Started\nn = 26\nendoscopy at baseline: 75" in words(figure)


def test_a_disease_without_patients_says_so(words, laid_out) -> None:
    nobody = table({}) * 0
    figure = flow({"UC": nobody}, note=NOTE)
    assert {"UC", "no patients"} <= set(words(figure))
    laid_out(figure)
    assert "no patients" in words(flow({}))


def test_a_table_without_a_step_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="CD: the table has no step 'completed 12 weeks'"):
        flow({"CD": table(REASONS).drop(index="completed 12 weeks")})


def test_the_same_flow_gives_the_same_bytes(same_bytes) -> None:
    same_bytes(flow, {"CD": table(REASONS)}, note=NOTE)


def test_saving_moves_nothing(tmp_path) -> None:
    figure = flow({"CD": table(REASONS)}, note=NOTE)
    first, second = (save_figure(figure, tmp_path / name / "flow") for name in "ab")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_a_no_break_space_breaks_no_line() -> None:
    assert fitted("printed N\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}75", 12) == (
        "printed\nN\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}75"
    )


@pytest.mark.parametrize("text", ["", "a", "W" * 40, "iiii " * 40, "one\ntwo", "  x  "])
def test_fitted_text_loses_no_letter(text: str) -> None:
    assert "".join(fitted(text, 10).split()) == "".join(text.split())
