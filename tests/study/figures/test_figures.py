from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from ibd_scores import endpoints
from ibd_scores.study import figures, labels
from ibd_scores.study.description import segment_counts, transitions
from ibd_scores.study.estimands import rates
from ibd_scores.study.figures import (
    endoscopy_by_segment,
    paired_changes,
    rates_forest,
    save_figure,
)

SEGMENTS = ("ileum", "right_colon", "transverse", "left_colon", "rectum")


@pytest.fixture
def pairs() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    n = 30
    table = pd.DataFrame(
        {
            "cdai_baseline": rng.normal(280, 50, n), "cdai": rng.normal(140, 50, n),
            "ses_cd_matched_baseline": rng.integers(3, 30, n),
            "ses_cd_matched": rng.integers(0, 15, n),
            "crp_mg_l_baseline": rng.lognormal(3, 1, n), "crp_mg_l": rng.lognormal(1, 1, n),
            "crp_mg_l_censor_baseline": None, "crp_mg_l_censor": ["left"] * 3 + [None] * (n - 3),
        }
    )  # fmt: skip
    table.loc[:4, "ses_cd_matched"] = np.nan
    for segment in SEGMENTS:
        table[f"ulcer_size_{segment}_baseline"] = rng.integers(0, 4, n).astype(float)
        table[f"ulcer_size_{segment}"] = rng.integers(0, 4, n).astype(float)
    table.loc[:9, "ulcer_size_ileum"] = np.nan
    return table


def some_rates(disease: str, endpoint: str) -> pd.DataFrame:
    flags = pd.Series([True] * 16 + [False] * 4 + [pd.NA] * 3, dtype="boolean", name=endpoint)
    return rates([flags], disease, population=flags.index, started=pd.RangeIndex(25))


def all_figures(pairs: pd.DataFrame, note: str = "Simulated cohort", **size) -> dict[str, Figure]:
    size |= {"note": note}
    es = pd.DataFrame({"es_baseline": [3, 3, 2, 2], "es": [0, 1, 1, np.nan]})
    flows = transitions(es, "es", order=[0, 1, 2, 3])
    both = [some_rates("CD", "endoscopic_response"), some_rates("UC", "endoscopic_improvement")]
    return {
        "scores": paired_changes(pairs, ["cdai", "ses_cd_matched"], **size),
        "markers": paired_changes(pairs, ["crp_mg_l"], log=["crp_mg_l"], **size),
        "rates": rates_forest(pd.concat(both), reported={"endoscopic_response"}, **size),
        "transitions": figures.transitions({"Endoscopic subscore": flows}, **size),
        "segments": endoscopy_by_segment(pairs, **size),
    }


def test_every_figure_says_that_the_cohort_is_simulated(pairs: pd.DataFrame, words) -> None:
    for name, figure in all_figures(pairs).items():
        assert any(text.endswith("Simulated cohort") for text in words(figure)), name
    for figure in all_figures(pairs, note="").values():
        assert not any("imulated" in text for text in words(figure))


def test_every_panel_says_how_many_patients_it_shows(pairs: pd.DataFrame, words) -> None:
    found = all_figures(pairs)
    titles = [axes.get_title(loc="left") for axes in found["scores"].axes]
    assert "CDAI\nn = 30" in titles[0]
    assert "SES-CD, matched segments\nn = 25" in titles[1]
    assert words(found["segments"]).count("n = 30") == 4
    assert "n = 20" in words(found["segments"])  # ileum: 10 not reached at week 12
    assert {"16/20", "16/23", "16/25"} <= set(words(found["rates"]))
    assert "3 (2)" in words(found["transitions"])
    assert "missing (1)" in words(found["transitions"])


def test_nothing_reaches_over_the_edge_and_no_two_texts_overlap(pairs, laid_out) -> None:
    for figure in all_figures(pairs).values():
        laid_out(figure)


def test_a_figure_of_one_column_holds_in_two_as_well(pairs: pd.DataFrame, laid_out) -> None:
    for figure in all_figures(pairs, width=figures.DOUBLE).values():
        laid_out(figure, width=183)


def test_the_same_figure_gives_the_same_bytes(pairs: pd.DataFrame, tmp_path: Path) -> None:
    for name in ("markers", "transitions"):
        first, second = (
            save_figure(all_figures(pairs)[name], tmp_path / folder / name) for folder in "ab"
        )
        assert [file.name for file in first] == [f"{name}.png", f"{name}.pdf"]
        for one, other in zip(first, second, strict=True):
            assert one.read_bytes() == other.read_bytes()


def test_the_pdf_embeds_truetype_and_no_date(pairs: pd.DataFrame, tmp_path: Path) -> None:
    _, pdf = save_figure(paired_changes(pairs, ["cdai"]), tmp_path / "figure")
    content = pdf.read_bytes()
    assert b"/FontFile2" in content
    assert b"/Type3" not in content
    for leak in (b"CreationDate", b"Producer", b"Creator"):
        assert leak not in content


def test_the_png_has_300_dots_per_inch_and_names_no_software(
    pairs: pd.DataFrame, tmp_path: Path
) -> None:
    png, _ = save_figure(paired_changes(pairs, ["cdai"]), tmp_path / "figure")
    content = png.read_bytes()
    assert int.from_bytes(content[16:20], "big") == int(89 / 25.4 * 300)
    assert b"Software" not in content


def test_a_stem_with_a_dot_keeps_it(pairs: pd.DataFrame, tmp_path: Path) -> None:
    png, _ = save_figure(paired_changes(pairs, ["cdai"]), tmp_path / "v1.2")
    assert png.name == "v1.2.png"


def test_the_users_settings_are_neither_used_nor_changed(pairs: pd.DataFrame) -> None:
    with plt.rc_context({"font.size": 20, "axes.titlesize": 30}):
        figure = paired_changes(pairs, ["cdai"])
        assert plt.rcParams["font.size"] == 20
    assert {text.get_fontsize() for text in figure.findobj(Text) if text.get_text()} == {7.0}


def test_a_column_that_nobody_has_twice_is_drawn_empty(pairs: pd.DataFrame) -> None:
    figure = paired_changes(pairs.assign(cdai=np.nan), ["cdai"])
    assert "n = 0" in figure.axes[0].get_title(loc="left")


def test_what_the_study_reported_gets_a_dagger(pairs: pd.DataFrame, words) -> None:
    daggers = {text for text in words(all_figures(pairs)["rates"]) if "†" in text}
    assert daggers == {"Endoscopic response\n(U-EXCEL)\N{NO-BREAK SPACE}†"}


def test_a_cut_is_dotted_not_dashed_and_the_panel_says_so(pairs: pd.DataFrame, words) -> None:
    figure = paired_changes(pairs, ["cdai", "ses_cd_matched"], cuts={"cdai": (220, "mild < 220")})
    cdai, ses_cd = figure.axes
    assert cdai.get_title(loc="left") == "CDAI\nn = 30\ndotted: mild < 220"
    assert ses_cd.get_title(loc="left").strip() == "SES-CD, matched segments\nn = 25"
    styles = [line.get_linestyle() for line in cdai.lines if list(line.get_ydata()) == [220, 220]]
    assert styles == [":"]
    assert "not improved" in words(figure)


def test_the_foot_says_what_boxes_and_whiskers_are(pairs: pd.DataFrame, words) -> None:
    figure = paired_changes(pairs, ["cdai"], note="Simulated cohort")
    assert "box: quartiles; whiskers: 5th to 95th percentile\nSimulated cohort" in words(figure)


def test_the_cuts_follow_the_limits_of_a_run(pairs: pd.DataFrame) -> None:
    [axes] = paired_changes(
        pairs, ["crp_mg_l"], log=["crp_mg_l"], cuts=figures.cuts(crp_limit=8)
    ).axes
    assert axes.get_title(loc="left").endswith("dotted: normal < 8")
    assert [8, 8] in [list(line.get_ydata()) for line in axes.lines]
    assert figures.cuts(calprotectin_limit=150.0)["calprotectin_ug_g"] == (150, "normal < 150")
    assert figures.cuts(calprotectin_limit=150.0)["crp_mg_l"] == figures.CUTS["crp_mg_l"]
    assert figures.cuts() == dict(figures.CUTS)


def test_the_limits_of_the_markers_are_those_of_their_endpoints() -> None:
    for column, normal in (
        ("crp_mg_l", endpoints.crp_normal),
        ("calprotectin_ug_g", endpoints.calprotectin_normal),
    ):
        limit, text = figures.CUTS[column]
        assert text == f"normal < {limit:g}"
        assert normal(**{column: limit - 0.1})
        assert not normal(**{column: limit})


def test_a_long_note_is_wrapped(pairs: pd.DataFrame) -> None:
    note = (
        "† reported by the study; everything else here was not reported and is drawn from a model"
    )
    figure = rates_forest(some_rates("CD", "endoscopic_response"), note=note)
    figure.canvas.draw()
    (foot,) = (text for text in figure.findobj(Text) if text.get_text().startswith("†"))
    assert foot.get_window_extent().x0 >= 0


def test_a_censored_value_is_a_triangle_at_its_limit(pairs: pd.DataFrame, words) -> None:
    figure = paired_changes(pairs, ["crp_mg_l"], log=["crp_mg_l"])
    triangles = [line for line in figure.axes[0].lines if line.get_marker() == "v"]
    assert sum(len(line.get_ydata()) for line in triangles) == 3
    assert "below assay range" in words(figure)
    assert "above assay range" not in words(figure)  # a key only to what is drawn


def test_segments_count_where_they_were_explored_at_both_visits() -> None:
    names = [f"narrowing_{segment}" for segment in SEGMENTS]
    pairs = pd.DataFrame({name: [0.0, 1, np.nan] for name in names})
    pairs = pairs.join(pd.DataFrame({f"{name}_baseline": [2.0, 3, 3] for name in names}))
    pairs["narrowing_rectum"] = np.nan
    table = segment_counts(pairs, "narrowing")
    assert list(table) == ["none", "single", "multiple", "not passable", "n"]
    assert table.loc[("ileum", "baseline")].tolist() == [0, 0, 1, 1, 2]
    assert table.loc[("ileum", "week 12")].tolist() == [1, 1, 0, 0, 2]
    assert table.loc[("rectum", "baseline")].tolist() == [0] * 5
    endoscopy_by_segment(pairs, "narrowing")


def of_many(n: int = 3_000) -> pd.DataFrame:
    rng = np.random.default_rng(7)
    return pd.DataFrame({
        "cdai_baseline": rng.normal(280, 50, n).round(1), "cdai": rng.normal(140, 50, n).round(1),
        "ses_cd_matched_baseline": rng.integers(3, 57, n) * 1.0,
        "ses_cd_matched": rng.integers(0, 15, n) * 1.0,
        "crp_mg_l_baseline": rng.lognormal(3, 1, n), "crp_mg_l": rng.lognormal(1, 1, n),
        "crp_mg_l_censor_baseline": None,
        "crp_mg_l_censor": ["left"] * (n // 10) + [None] * (n - n // 10),
    })  # fmt: skip


def test_many_patients_are_counted_in_bars_and_not_drawn_one_by_one(words, laid_out) -> None:
    pairs = of_many()
    names = ["cdai", "ses_cd_matched"]
    for columns, log in ((names, []), (["crp_mg_l"], ["crp_mg_l"])):
        figure = paired_changes(pairs, columns, log=log, note="Simulated cohort")
        laid_out(figure)
        said = "\n".join(words(figure))
        assert "bars: how many patients have which value" in said
        assert "n = 3000, " in said
        for axes, column in zip(figure.axes, columns, strict=True):
            assert len(axes.lines) < 20  # box plots and a cut
            first, second = (
                patch.get_data() for patch in axes.patches if hasattr(patch, "get_data")
            )
            reach = np.concatenate([first.values - 0, 1 - second.values])
            assert 0 <= reach.min() < reach.max() == pytest.approx(0.46)
            low, high = axes.get_ylim()
            both = pairs[[column, f"{column}_baseline"]]
            assert low <= both.min().min() <= both.max().max() <= high
            # As long as there are patients: the area of the two visits is the same.
            assert first.values.sum() == pytest.approx((1 - second.values).sum())


def test_the_share_who_improved_stands_where_their_lines_no_longer_can(words) -> None:
    pairs = of_many(400)
    pairs["cdai"] = pairs["cdai_baseline"] + np.where(np.arange(400) < 300, -10, 10)
    assert "CDAI\nn = 400, 75 % improved\ndotted: remission < 150" in words(
        paired_changes(pairs, ["cdai"])
    )


def test_as_many_as_can_be_told_apart_are_drawn_one_by_one(words) -> None:
    for n, lines in ((labels.DRAWN_SINGLY, True), (labels.DRAWN_SINGLY + 1, False)):
        [axes] = paired_changes(of_many(n), ["cdai"]).axes
        assert (len(axes.lines) > n) is lines
