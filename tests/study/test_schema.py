"""Schemas made from the catalogue: what cleaning makes fits, what somebody edited is found."""

import numpy as np
import pandas as pd
import pytest

from ibd_scores.study import tidy
from ibd_scores.study.schema import SchemaError, validated


@pytest.fixture(scope="module")
def tables(cleaned):
    return cleaned.tables


def test_what_cleaning_makes_fits(tables):
    assert validated(tables) is tables


def test_an_empty_table_fits():
    empty = {
        name: pd.DataFrame(
            {one.name: tidy.as_kind(pd.Series([], dtype=object), one.kind)
             for one in tidy.columns(name).values()}
        )
        for name in tidy.KEYS
    }  # fmt: skip
    assert validated(empty) is empty


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("visits", "abdominal_mass", 3.0, r"visits\.abdominal_mass, row 2: 3\.0; permitted: 0, 2"),
        ("visits", "crp_mg_l", -1.0, r"visits\.crp_mg_l, row 2: -1\.0; permitted: 0 to 1000 mg/L"),
        ("visits", "crp_mg_l_censor", "up", r"'up'; permitted: left or right"),
        ("visits", "physician_global", 1.5, r"1\.5; permitted: 0 to 3"),
        ("patients", "sex", "M", r"patients\.sex, row 2: 'M'; permitted: female or male"),
        ("endoscopy", "ulcer_size_rectum", 4.0, r"4\.0; permitted: 0 to 3"),
        ("patients", "patient_id", None, r"patients\.patient_id, row 2: blank, and no row can do"),
        ("patients", "patient_id", "P002", r"patients\.patient_id.*'P002' stands twice"),
    ],
)
def test_a_value_that_no_form_permits_is_told_with_its_place(tables, table, column, value, message):
    changed = tables[table].copy()
    changed.loc[0, column] = value
    with pytest.raises(SchemaError, match=message):
        validated({table: changed})


def test_a_column_of_another_kind_is_told(tables):
    words = tables["visits"].assign(crp_mg_l="high")
    with pytest.raises(SchemaError, match=r"visits\.crp_mg_l"):
        validated({"visits": words})
    with pytest.raises(SchemaError, match="visits: no column esr_mm_h"):
        validated({"visits": tables["visits"].drop(columns="esr_mm_h")})


def test_many_mistakes_are_counted(tables):
    wrong = tables["visits"].assign(physician_global=9.0)
    with pytest.raises(SchemaError, match=r"and \d+ more\. They are made by notebook 01"):
        validated({"visits": wrong})


@pytest.mark.parametrize("table", [*tidy.KEYS])
def test_every_item_with_limits_is_held_to_them(tables, table):
    row = tables[table].head(1)
    for column in tidy.columns(table).values():
        if column.item is None or column.kind != "number":
            continue
        wrong = row.assign(**{column.name: np.float64(1e12)})
        with pytest.raises(SchemaError, match=column.name):
            validated({table: wrong})
