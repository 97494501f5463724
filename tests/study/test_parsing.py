from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ibd_scores.study.cohort.parsing import DateFormat, censored, either, fold, number

POSITIVE = st.decimals(
    min_value="0.001", max_value=100_000, allow_nan=False, allow_infinity=False, places=3
)
FORMATS = ["YYYY-MM-DD", "YYYY/M/D", "DD.MM.YYYY", "YYYY年M月D日"]


@pytest.mark.parametrize(
    ("text", "value", "side"),
    [
        ("<0.5", "0.5", "left"),
        (">1800", "1800", "right"),
        ("< 0.5", "0.5", "left"),
        ("＜０．５", "0.5", "left"),
        ("＞１８００", "1800", "right"),
        (" 7.20 ", "7.2", ""),
        ("0", "0", ""),
    ],
)
def test_a_number_keeps_the_side_of_its_detection_limit(text, value, side):
    assert censored(text) == (Decimal(value), side)


@pytest.mark.parametrize(
    "text", ["", "<", "< >5", "<<5", "5<", "1,800", "12/5", "5 mg/L", "<0", "<-1", "nan", "1e400"]
)
def test_what_is_no_number_is_not_guessed(text):
    assert censored(text) is None


@given(POSITIVE, st.sampled_from(["", "<", ">"]), st.booleans())
def test_a_written_limit_is_read_back_exactly(value, sign, spaced):
    side = {"": "", "<": "left", ">": "right"}[sign]
    assert censored(f"{sign}{' ' if spaced else ''}{value}") == (value, side)


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("≤5", "<5 or 5"),
        ("<=5", "<5 or 5"),
        ("＜＝５", "<5 or 5"),
        ("≦ 5", "<5 or 5"),
        ("≥300", ">300 or 300"),
        (">= 300", ">300 or 300"),
        ("≧300.0", ">300.0 or 300.0"),
    ],
)
def test_a_limit_or_equal_is_read_as_neither_and_both_are_named(text, readings):
    assert censored(text) is None
    assert either(text) == readings


@pytest.mark.parametrize("text", ["", "5", "<5", ">5", "≤", "≤ x", "<==5", "5≤"])
def test_what_is_no_limit_or_equal_has_no_two_readings(text):
    assert either(text) is None


@given(st.text())
def test_any_text_is_a_number_or_nothing(text):
    reading = censored(text)
    assert reading is None or (reading[0].is_finite() and reading[1] in ("", "left", "right"))
    assert number(text) is None or number(text).is_finite()
    assert fold(fold(text)) == fold(text)


@given(st.dates(min_value=date(1, 1, 1)), st.sampled_from(FORMATS))
def test_a_written_day_is_read_back(day, text):
    written = (
        text.replace("YYYY", f"{day.year:04}")
        .replace("MM", f"{day.month:02}")
        .replace("DD", f"{day.day:02}")
        .replace("M", str(day.month))
        .replace("D", str(day.day))
    )
    assert DateFormat(text).read(written) == day


@given(st.text(alphabet="0123456789-/.年月日 ", max_size=12), st.sampled_from(FORMATS))
def test_any_text_is_a_day_or_nothing(text, form):
    day = DateFormat(form).read(text)
    assert day is None or day + timedelta(0) == day


@pytest.mark.parametrize("text", ["2023-02-29", "2024-13-01", "2024-00-10", "0000-01-01"])
def test_a_day_that_is_not_in_the_calendar_fits_but_is_not_read(text):
    form = DateFormat("YYYY-MM-DD")
    assert form.fits(text)
    assert form.read(text) is None


@pytest.mark.parametrize("text", ["24-03-09", "2024-3-9", "09-03-2024", "2024-03-09 10:00"])
def test_a_day_in_another_shape_is_not_read(text):
    assert not DateFormat("YYYY-MM-DD").fits(text)


@pytest.mark.parametrize("text", ["%Y-%m-%d", "YYYY-MM", "YY-MM-DD", "YYYY-MM-DD-DD"])
def test_a_date_format_without_its_three_parts_is_refused(text):
    with pytest.raises(ValueError, match="YYYY, MM"):
        DateFormat(text)
