"""What an item permits is the same for a block, for each of its rows and for one patient."""

import numpy as np
import pytest

from ibd_scores.entries import ITEMS


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_a_block_its_rows_and_one_patient_agree_on_what_is_permitted(item):
    low, high, levels = item.limits
    top = min(high, low + 100)
    numbers = [low, low - 1, low + 0.5, low - 1e-9, top, top + 0.5, top + 1, (low + top) / 2,
               *levels, *(level + 1 for level in levels), -np.inf, np.inf, np.nan]  # fmt: skip
    off = item.off(np.array(numbers, dtype=float))
    for number, wrong in zip(numbers, off, strict=True):
        if item.words and number != np.inf and number not in range(len(item.words)):
            continue  # words are read as places, or as infinity
        assert item.permits_one(number) != wrong, number
        block = np.array([low, np.nan, number, low], dtype=float)
        assert item.permits(block) != wrong, number
        if np.isfinite(number) and number == int(number):
            assert item.permits(np.array([int(np.ceil(low)), int(number)], np.int32)) != wrong
    assert item.permits(np.full(3, np.nan))


def test_levels_with_gaps_are_known_and_those_without_are_a_range():
    assert ITEMS["abdominal_mass"].limits == (0, 5, (0, 2, 5))
    assert ITEMS["complications"].limits == (0, 6, ())
    assert ITEMS["sex"].limits == (0, 1, ())
    assert ITEMS["stools_wpcdai"].limits == (0, 15, (0, 7.5, 15))
