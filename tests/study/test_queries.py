"""The query list as it goes back: what each finding costs, and pages that harm nobody."""

import html.parser
import re

import pandas as pd
import pytest

from ibd_scores import cdai, hbi, mayo_full, mayo_partial, pro2_cd, ses_cd
from ibd_scores.study import cleaning
from ibd_scores.study.cohort import read_cohort
from ibd_scores.study.queries import html as page
from ibd_scores.study.queries import reads, safe

COLUMNS = ["table", "file", "row", "patient_id", "visit", "column", "heading", "old", "new",
           "problem", "action", "why", "costs"]  # fmt: skip
TOML = """
title = "costs"
pseudonyms = false
exported = 2024-12-31
missing = ["未查"]
[patients]
file = "p.csv"
[patients.columns]
patient_id = "id"
disease = "dx"
sex = "sex"
[visits]
file = "v.csv"
[visits.columns]
patient_id = "id"
visit = "visit"
date = "date"
{visits}
[diary]
file = "d.csv"
[diary.columns]
patient_id = "id"
date = "date"
liquid_stools = "loose"
abdominal_pain = "pain"
general_wellbeing = "well"
"""
GOOD = {"hematocrit_percent": "40", "weight_kg": "60", "crp_mg_l": "5", "rectal_bleeding": "1",
        "physician_global": "1", "endoscopic_subscore": "1", "stool_frequency": "1",
        "general_wellbeing_previous_day": "1", "abdominal_pain_previous_day": "1",
        "liquid_stools_previous_day": "3", "abdominal_mass_hbi": "0",
        "complications_hbi": "0"}  # fmt: skip


def costs(folder, disease="CD", days=7, min_days=4, **changed):
    """Clean one visit with changed cells; what each finding costs, by column."""
    names = "\n".join(f'{name} = "{name}"' for name in GOOD)
    (folder / "cohort.toml").write_text(TOML.format(visits=names), encoding="utf-8")
    visit = {"id": "P1", "visit": "baseline", "date": "2024-03-15"} | GOOD | changed
    # Another visit that lacks nothing, so that each score is one of the cohort's.
    other = {"id": "P2", "visit": "baseline", "date": "2024-03-15"} | GOOD
    twin = {"id": "P3", "visit": "baseline", "date": "2024-03-15"} | GOOD
    pd.DataFrame([visit, other, twin]).to_csv(folder / "v.csv", index=False)
    people = [{"id": "P1", "dx": disease, "sex": "male"}, {"id": "P2", "dx": "CD", "sex": "male"},
              {"id": "P3", "dx": "UC", "sex": "male"}]  # fmt: skip
    pd.DataFrame(people).to_csv(folder / "p.csv", index=False)
    diary = [
        {"id": patient, "date": f"2024-03-{day:02}", "loose": "2", "pain": "1", "well": "1"}
        for patient, first in (("P1", 15 - days), ("P2", 8))
        for day in range(first, 15)
    ]
    pd.DataFrame(diary).to_csv(folder / "d.csv", index=False)
    queries = cleaning.clean(read_cohort(folder), min_days=min_days).queries
    own = queries[queries["patient_id"] == "P1"]
    return {line.column: line.costs for line in own.itertuples()}


def test_an_index_reads_what_its_steps_read():
    assert {"liquid_stools", "date"} <= reads(pro2_cd)
    assert {"sex", "hematocrit_percent", "weight_kg", "height_m"} <= reads(cdai)
    assert "ulcer_size_rectum" in reads(ses_cd)
    assert "crp_mg_l" not in reads(hbi)


def test_a_lost_value_costs_the_scores_of_the_disease_that_read_it(tmp_path):
    assert costs(tmp_path, abdominal_mass_hbi="4") == {"abdominal_mass_hbi": "hbi"}
    found = costs(tmp_path, "UC", physician_global="4", abdominal_mass_hbi="4", days=0)
    assert found["physician_global"].split(", ") == [mayo_full.name, mayo_partial.name]
    assert found["abdominal_mass_hbi"] == ""  # no index of ulcerative colitis reads it


def test_what_no_score_reads_costs_nothing(tmp_path):
    assert costs(tmp_path, crp_mg_l="未查") == {"crp_mg_l": ""}


@pytest.mark.parametrize(("days", "cost"), [(6, ""), (4, ""), (3, "short_cdai, pro2_cd")])
def test_a_diary_day_costs_only_what_the_others_cannot_give(tmp_path, days, cost):
    assert costs(tmp_path, days=days) == {"date": cost}


def test_what_a_diary_day_costs_hangs_on_how_many_a_score_needs(tmp_path):
    lost = {"date": "short_cdai, pro2_cd"}
    assert costs(tmp_path, days=5, min_days=5) == {"date": ""}
    assert costs(tmp_path, days=5, min_days=6) == lost
    assert costs(tmp_path, days=3, min_days=3) == {"date": ""}


def test_a_row_that_cannot_be_placed_costs_all_that_it_held(tmp_path):
    # Of Crohn's disease the visit held an HBI; a CDAI would have needed a diary and a height.
    assert costs(tmp_path, visit="", days=0) == {"visit": "hbi"}


HOSTILE = ["<script>alert(1)</script>", "=cmd|' /C calc'!A0", "\u202eevil", "x" * 10_000,
           "\"'><img src=x onerror=alert(1)>", "&lt;b&gt;"]  # fmt: skip


def hostile():
    rows = [dict.fromkeys(COLUMNS, text) | {"row": 2, "action": "missing"} for text in HOSTILE]
    return pd.DataFrame(rows)[COLUMNS]


class Tags(html.parser.HTMLParser):
    """Count the tags of a page, and keep what they ask for."""

    def __init__(self):
        super().__init__()
        self.names: dict[str, int] = {}
        self.asked: list[tuple[str, str | None]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.names[tag] = self.names.get(tag, 0) + 1
        self.asked += attrs

    def handle_data(self, data):
        self.text += data


def test_whatever_stands_in_a_cell_is_text_on_the_page():
    seen = Tags()
    seen.feed(page(hostile(), "<b>title</b>", note="<i>note</i>"))
    assert not {"script", "img", "b", "i"} & set(seen.names)
    assert not [name for name, _ in seen.asked if name.startswith("on")]
    assert "<script>alert(1)</script>" in seen.text
    links = [value for name, value in seen.asked if name in ("href", "src")]
    assert links
    assert all(str(link).startswith("#") for link in links)


def test_a_title_that_looks_like_a_template_is_a_title():
    text = page(hostile(), "{title} {body} \u202e" + 500 * "x")
    assert text.count("</h1>") == text.count('id="q1"') == 1
    assert text.count("Queries: {title} {body} xxx") == 2
    assert "\u202e" not in text
    assert max(map(len, re.findall(">([^<>]*)<", text.split("</style>")[1]))) < 500


def test_hidden_signs_and_long_words_of_a_text_are_taken_off_and_told(tmp_path):
    reason = 'stop_reason = { from = "sex", identifying = false }'
    toml = TOML.format(visits="").replace('sex = "sex"', reason)
    costs(tmp_path)
    (tmp_path / "cohort.toml").write_text(toml, encoding="utf-8")
    people = pd.read_csv(tmp_path / "p.csv")
    people["sex"] = ["\u200elost\x07 to\nfollow-up", 600 * "x", "moved"]
    people.loc[2, "id"] = "P3\u200b"  # as it comes by copy and paste
    people.to_csv(tmp_path / "p.csv", index=False)
    clean = cleaning.clean(read_cohort(tmp_path))
    patients = clean.tables["patients"]
    assert [*patients["patient_id"]] == ["P1", "P2", "P3"]
    assert [*patients["stop_reason"]] == ["lost to follow-up", 499 * "x" + "…", "moved"]
    own = clean.queries[clean.queries["action"] == "converted"]
    assert [*zip(own["row"], own["problem"], strict=True)] == [
        (2, "hidden signs"), (3, "text too long"), (4, "hidden signs"),
    ]  # fmt: skip
    assert [*own["new"]] == ["", "", ""]  # where text is withheld it must not stand here
    assert safe(own)["old"].iloc[0] == r"\u200elost\x07 to\nfollow-up"


def test_the_page_counts_first_and_then_lists_every_finding(cleaned):
    queries = cleaned.queries
    text = page(queries, "ours", note="Simulated.")
    assert text.index("279 findings in ") < text.index("<h2")
    assert text.count("<tr>") == 1 + 12 + 12 + 279  # heads and rows of the overview, heads, rows
    assert "Simulated." in text
    assert page(queries, "ours", note="Simulated.") == text


def test_a_list_without_findings_says_so():
    assert "No findings." in page(hostile()[:0], "ours")


def test_no_cell_of_the_list_is_taken_for_a_formula():
    table = safe(hostile())
    for text in table.select_dtypes(exclude="number").to_numpy().ravel():
        assert not str(text).startswith(("=", "+", "-", "@"))
    assert safe(pd.DataFrame({"old": ["-3", "<0.5"]}))["old"].tolist() == ["-3", "<0.5"]


def test_the_list_names_file_row_heading_and_value(tmp_path):
    folder = tmp_path
    costs(folder, crp_mg_l="12/5")
    [query] = cleaning.clean(read_cohort(folder)).queries.to_dict("records")
    assert [query[name] for name in ("file", "row", "heading", "old", "problem", "action")] == [
        "v.csv", 2, "crp_mg_l", "12/5", "two values in one cell", "missing",
    ]  # fmt: skip


def test_what_a_score_lost_is_counted_without_naming_anybody(cleaned):
    table = cleaned.costs()
    assert table.loc[("uceis", "not done")].tolist() == [15, 5]
    assert "patient_id" not in table
