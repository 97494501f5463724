"""What the reader reads for the name of an endpoint."""

import pytest

from ibd_scores import endpoints
from ibd_scores.endpoint import Endpoint
from ibd_scores.study.labels import title

ENDPOINTS = [one for one in vars(endpoints).values() if isinstance(one, Endpoint)]


@pytest.mark.parametrize("among", ["all", "on_steroid"])
@pytest.mark.parametrize("days", [0, 90])
def test_whatever_steroid_free_makes_of_an_endpoint_has_its_title(days, among):
    for one in ENDPOINTS:
        free = one.steroid_free(days=days, among=among)
        assert title(free.name) == free.title.replace("<=", "≤")
        assert title(one.name) == one.title.replace("<=", "≤") != title(free.name)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ulcer_free_steroid_free_90_days_of_those_on_steroid",
         "Ulcer-free endoscopy, corticosteroid-free for 90 days (of those on it at baseline)"),
        ("ulcer_free_steroid_free_ninety_days", "Ulcer free steroid free ninety days"),
        ("one_of_mine_steroid_free", "One of mine steroid free"),
        ("pairs", "Pairs"),
        ("crp_mg_l", "CRP, mg/L"),
    ],
)  # fmt: skip
def test_what_is_no_endpoint_is_written_as_it_is_called(name, text):
    assert title(name) == text
    assert title(name, reported={name}) == f"{text}\N{NO-BREAK SPACE}†"
