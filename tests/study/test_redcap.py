import csv
import re
from decimal import Decimal
from itertools import pairwise

import pandas as pd
import pytest

from ibd_scores.entries import ENTRIES
from ibd_scores.study import cleaning, tidy
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.intake.fields import fields
from ibd_scores.study.intake.readback import redcap_cohort_toml
from ibd_scores.study.intake.redcap import dictionary, field_names, write_dictionary

# As REDCap writes them itself when a dictionary is downloaded.
HEADINGS = [
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note",
    "Text Validation Type OR Show Slider Number", "Text Validation Min", "Text Validation Max",
    "Identifier?", "Branching Logic (Show field only if...)", "Required Field?",
    "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
]  # fmt: skip
NAME, FORM, KIND, LABEL, CHOICES = (HEADINGS[place] for place in (0, 1, 3, 4, 5))
CHECK, LOW, HIGH = HEADINGS[7:10]


@pytest.fixture(scope="module")
def everything():
    return dictionary(ENTRIES)


def row(name, *, instruments=()):
    (found,) = [one for one in dictionary(instruments) if one[NAME] == name]
    return found


def test_the_dictionary_has_the_headings_of_redcap_in_their_order(tmp_path):
    write_dictionary(tmp_path / "d.csv")
    with (tmp_path / "d.csv").open(encoding="utf-8", newline="") as file:
        head, *rows = csv.reader(file)
    assert head == HEADINGS
    assert {len(one) for one in rows} == {18}


def test_the_first_field_is_the_id_and_it_alone_is_an_identifier(everything):
    assert (everything[0][NAME], everything[0][KIND]) == ("patient_id", "text")
    assert [one[NAME] for one in everything if one.get("Identifier?") == "y"] == ["patient_id"]


def test_a_name_stands_once_in_the_project_and_redcap_lets_it_be(everything):
    given = [one[NAME] for one in everything]
    assert len(set(given)) == len(given)
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in given)
    assert not any("__" in name or name.endswith("_") for name in given)
    assert max(map(len, given)) <= 100


def test_a_column_of_several_tables_is_called_after_its_table():
    names = field_names(fields())
    assert names["visits", "date"] == "visits_date"
    assert names["imaging", "date"] == "imaging_date"
    assert names["diary", "endoscopy"] == "endoscopy"
    assert names["visits", "crp_mg_l"] == "crp_mg_l"


def test_the_fields_of_a_form_stand_together_and_forms_are_the_tables(everything):
    forms = [one[FORM] for one in everything]
    assert list(dict.fromkeys(forms)) == list(tidy.KEYS)
    changes = sum(first != second for first, second in pairwise(forms))
    assert changes == len(tidy.KEYS) - 1


def test_only_known_kinds_of_field_are_used(everything):
    assert {one[KIND] for one in everything} <= {
        "text", "radio", "yesno", "notes", "dropdown", "descriptive",
    }  # fmt: skip
    assert {one.get(CHECK, "") for one in everything} <= {"", "date_ymd", "number", "integer"}


@pytest.mark.parametrize(
    ("name", "kind", "choices"),
    [("sex", "radio", "female, 女 female | male, 男 male"),
     ("abdominal_mass", "radio", "0, 无 none | 2, 可疑 questionable | 5, 肯定 definite"),
     ("stratification", "radio", "0, 消失 lost | 1, 正常 normal"),
     ("fever", "yesno", ""), ("stop_reason", "notes", "")],
)  # fmt: skip
def test_a_coded_item_offers_its_codes(name, kind, choices):
    found = row(name)
    assert (found[KIND], found.get(CHOICES, "")) == (kind, choices)


def test_every_choice_is_a_code_that_redcap_lets_be_with_a_label(everything):
    for one in everything:
        for choice in filter(None, one.get(CHOICES, "").split(" | ")):
            code, _, label = choice.partition(", ")
            assert re.fullmatch(r"[A-Za-z0-9._]+", code), one[NAME]
            assert label
            assert "|" not in label


@pytest.mark.parametrize(
    ("name", "check", "low", "high"),
    [("age", "number", "0", "120"), ("height_m", "number", "0.5", "2.5"),
     ("liquid_stools", "integer", "0", "60"), ("start_date", "date_ymd", "", "")],
)  # fmt: skip
def test_a_number_or_a_day_is_validated_with_its_limits(name, check, low, high):
    found = row(name)
    assert (found[KIND], found[CHECK]) == ("text", check)
    assert (found.get(LOW, ""), found.get(HIGH, "")) == (low, high)


def test_a_value_below_the_detection_limit_can_be_typed():
    found = row("crp_mg_l")
    assert (found[KIND], found.get(CHECK, "")) == ("text", "")
    assert "<0.5" in found["Field Note"]


def test_a_label_is_chinese_and_english_with_the_unit():
    assert row("crp_mg_l")[LABEL] == "C反应蛋白 C-reactive protein (mg/L)"


def test_every_form_but_the_first_says_that_it_repeats():
    told = {one[FORM] for one in dictionary() if "Repeating" in one[LABEL]}
    assert told == {*tidy.KEYS} - {"patients"}


def test_an_instrument_adds_its_items():
    assert row("urgency", instruments=["sccai"])[FORM] == "visits"
    assert row("sibdq_3", instruments=["sibdq"])[LABEL] == "SIBDQ第3题 SIBDQ item 3"


def test_the_same_dictionary_has_the_same_bytes_and_no_mark_before_them(tmp_path):
    for name in ("a.csv", "b.csv"):
        write_dictionary(tmp_path / name, instruments=["uceis"])
    first = (tmp_path / "a.csv").read_bytes()
    assert first == (tmp_path / "b.csv").read_bytes()
    assert first.startswith(b"Variable / Field Name,")


def exported(tables, names):
    """What REDCap exports of these tables: every form in one file, raw codes, all columns."""
    count = {}
    rows = []
    for table, frame in tables.items():
        for record in frame.to_dict("records"):
            line = {"patient_id": record["patient_id"]}
            if table != "patients":
                place = (record["patient_id"], table)
                count[place] = count.get(place, 0) + 1
                line["redcap_repeat_instrument"] = table
                line["redcap_repeat_instance"] = str(count[place])
            for column, value in record.items():
                if (table, column) in names and not pd.isna(value):
                    side = {"left": "<", "right": ">"}.get(record.get(f"{column}_censor"), "")
                    line[names[table, column]] = side + as_text(value)
            rows.append(line)
    head = ["patient_id", "redcap_repeat_instrument", "redcap_repeat_instance"]
    head += [name for name in dict.fromkeys(names.values()) if name != "patient_id"]
    return pd.DataFrame(rows).reindex(columns=head).fillna("")


def as_text(value):
    if isinstance(value, float):
        return f"{Decimal(repr(value)).normalize():f}"
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def test_the_shipped_cohort_goes_through_redcap_and_comes_back_the_same(cleaned, tmp_path):
    before = cleaned.tables
    wanted = ["draining_fistulas"]
    names = field_names(fields(wanted))
    exported(before, names).to_csv(tmp_path / "export.csv", index=False, encoding="utf-8")
    declared = redcap_cohort_toml("export.csv", title="from REDCap", instruments=wanted)
    (tmp_path / "cohort.toml").write_text(f"simulated = true\n{declared}", encoding="utf-8")
    after = cleaning.clean(read_cohort(tmp_path)).tables
    for table in tidy.KEYS:
        assert len(after[table]) > 50
        pd.testing.assert_frame_equal(after[table], before[table])


def test_a_title_may_hold_any_sign():
    text = redcap_cohort_toml("export.csv", title='a "b" \\ \n\x7f 队列')
    assert 'title = "a \\"b\\" \\\\ \\n\\u007f 队列"' in text
