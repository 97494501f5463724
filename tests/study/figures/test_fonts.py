"""Letters that DejaVu Sans lacks: another font's where one has them, and in words where none."""

import pandas as pd
import pytest
from matplotlib.text import Text

from ibd_scores.study import figures
from ibd_scores.study.figures import fonts, sheet
from ibd_scores.study.figures.flowchart import STEPS

# A sign that is in another font which comes with matplotlib, and not in DejaVu Sans.
MONO, ARC = "DejaVu Sans Mono", "\N{ARC}"


@pytest.fixture
def others(monkeypatch):
    """Let these fonts be the ones that fill in, as if nothing had been drawn before."""

    def chosen(*names):
        monkeypatch.setattr(fonts, "OTHERS", names)
        for cached in (fonts._others, fonts._say, sheet._width):
            cached.cache_clear()

    yield chosen
    for cached in (fonts._others, fonts._say, sheet._width):
        cached.cache_clear()


def flow(reason):
    steps = pd.Series(dict.fromkeys((*STEPS, f"stopped: {reason}"), 1), name="n")
    return figures.flow({"CD": steps.to_frame()})


def test_another_font_draws_what_dejavu_cannot_and_only_that(others, tmp_path):
    others(MONO)
    figure = flow(f"moved {ARC * 40}")
    figures.save_figure(figure, tmp_path / "flow")  # warnings are errors
    [told] = [text for text in figure.findobj(Text) if ARC in text.get_text()]
    assert told.get_fontfamily() == [fonts.SANS, MONO]
    assert b"DejaVuSansMono" in (tmp_path / "flow.pdf").read_bytes()
    assert {
        tuple(text.get_fontfamily()) for text in figure.findobj(Text) if text.get_text().isascii()
    } == {(fonts.SANS,)}


def test_a_line_is_measured_in_the_font_that_draws_it(others):
    others(MONO)
    wide, narrow = sheet._width(ARC * 20), sheet._width(ARC * 10)
    assert wide == pytest.approx(2 * narrow, rel=0.1)
    lines = sheet.fitted(ARC * 40, narrow).split("\n")
    assert len(lines) >= 4
    assert all(sheet._width(line) <= narrow for line in lines)


def test_a_letter_that_no_font_has_is_said_once_in_words(others, words, tmp_path, capsys):
    others("No Such Font")
    for name in ("one", "other"):
        figures.save_figure(flow(f"moved {ARC}{ARC}"), tmp_path / name)
    assert any("moved \N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}: 1" in text
               for text in words(flow(f"moved {ARC}{ARC}")))  # fmt: skip
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == (
        "In the figures, \N{REPLACEMENT CHARACTER} is a letter that no font here has. Install one "
        "that has it and run again; for Chinese, one of these:\nNo Such Font.\n"
    )


def test_a_text_in_latin_letters_looks_for_no_other_font(others):
    others(MONO)
    for text in ("SES-CD ≤ 2 †", "44/60 (73.3 %, 61.0–82.9)", "Fecal calprotectin, µg/g", "a\nb c"):
        assert fonts.families(text) == [fonts.SANS]
        assert fonts.legible(text) == text


@pytest.mark.skipif(not fonts._others(), reason="no font with Chinese letters is installed")
def test_a_reason_in_chinese_is_drawn_in_a_chinese_font(laid_out, capsys):
    figure = flow("失访，患者搬迁至外地后未能继续随访并拒绝电话联系")
    laid_out(figure)
    [told] = [text for text in figure.findobj(Text) if "失访" in text.get_text()]
    assert told.get_fontfamily()[0] == fonts.SANS
    assert len(told.get_fontfamily()) > 1
    box = told.get_window_extent()
    assert box.width / figure.dpi * 25.4 < 42
    assert capsys.readouterr().err == ""
