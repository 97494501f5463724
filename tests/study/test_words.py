from collections import Counter

import numpy as np
import pytest

from ibd_scores.entries import ENTRIES
from ibd_scores.form import Interval
from ibd_scores.index import Index
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study import tidy
from ibd_scores.study.cohort.parsing import fold, number
from ibd_scores.study.intake.words import words

TIDY = [(table, column) for table in tidy.KEYS for column in tidy.columns(table).values()
        if not column.name.endswith("_censor")]  # fmt: skip
INDICES = {name for name, entry in ENTRIES.items() if isinstance(entry, Index)}
FURTHER = [("", column) for column in tidy.further().values()]


def has_chinese(text: str) -> bool:
    return any("一" <= sign <= "鿿" for sign in text)


@pytest.mark.parametrize(
    ("table", "column"), [*TIDY, *FURTHER], ids=lambda one: getattr(one, "name", one)
)
def test_every_column_has_a_label_in_both_languages(table, column):
    english, chinese = (words().label(column.name, language, table) for language in ("en", "zh"))
    assert english
    assert not has_chinese(english)
    assert has_chinese(chinese)


def test_every_word_belongs_to_something_that_exists():
    known = {column.name for _, column in [*TIDY, *FURTHER]} | {*VARIABLES}
    known |= {"deep_ulceration", "superficial_ulceration", "surface_involved_cm",
              "surface_ulcerated_cm"}  # fmt: skip
    stated = {name.split(".")[-1] for name in words().columns}
    assert stated <= known
    assert list(words().segments) == list(SEGMENTS)
    assert list(words().tables) == list(tidy.KEYS)
    assert set(words().totals) == INDICES


def headings(table):
    columns = [column for one, column in TIDY if one == table]
    if table in tidy.OPEN:
        columns += [column for _, column in FURTHER]
    names = [column.name for column in columns]
    names += [f"{name}_recorded" for name in INDICES]
    if table == "endoscopy":
        names += [*VARIABLES, "segment"]
    return [(fold(heading), name) for name in names for heading in words().synonyms(name, table)]


@pytest.mark.parametrize("table", tidy.KEYS)
def test_no_heading_stands_for_two_columns_of_a_table(table):
    meant = {}
    for heading, name in headings(table):
        meant.setdefault(heading, set()).add(name)
    assert {heading: names for heading, names in meant.items() if len(names) > 1} == {}


@pytest.mark.parametrize(
    ("table", "column"), [*TIDY, *FURTHER], ids=lambda one: getattr(one, "name", one)
)
def test_every_permitted_code_of_a_coded_item_has_words(table, column):
    codes = words().codes(column.name, table)
    values = column.item.values if column.item else Interval(0)
    if isinstance(values, Interval):
        assert column.name in ("visit", "segment") or not codes
    elif not codes:  # a number counts, or the item is asked by number alone
        assert words().term(column.name, table).count
    elif column.kind == "word":
        assert list(codes) == list(column.item.words)
    else:
        assert [number(code) for code in codes] == [number(f"{value:g}") for value in values]
        assert not column.item.off(np.array([float(code) for code in codes])).any()


@pytest.mark.parametrize(
    ("table", "column"), [*TIDY, *FURTHER], ids=lambda one: getattr(one, "name", one)
)
def test_no_word_stands_for_two_codes_nor_for_a_missing_value(table, column):
    meant = Counter(fold(word) for code, term in words().codes(column.name, table).items()
                    for word in {code, *term.words})  # fmt: skip
    codes = {fold(code) for code in words().codes(column.name, table)}
    twice = [word for word, count in meant.items() if count > 1 and word not in codes]
    assert not twice
    assert not meant.keys() & {fold(word) for word in words().missing}


def test_no_word_stands_for_two_visits_segments_or_tables():
    for terms in (words().visits, words().segments, words().tables):
        said = Counter(fold(word) for name, term in terms.items()
                       for word in dict.fromkeys(map(fold, (name, *term.words))))  # fmt: skip
        assert max(said.values()) == 1


@pytest.mark.parametrize(
    ("word", "visit"),
    [("V0", "baseline"), ("基线", "baseline"), ("治疗前", "baseline"), ("W0", "baseline"),
     ("V12", "week12"), ("W12", "week12"), ("12周", "week12"), ("第12周", "week12")],
)  # fmt: skip
def test_hospitals_words_of_the_visits_are_known(word, visit):
    assert word in words().visits[visit].words


@pytest.mark.parametrize(
    ("heading", "column"),
    [("CRP", "crp_mg_l"), ("hs-CRP", "crp_mg_l"), ("C反应蛋白", "crp_mg_l"), ("ESR", "esr_mm_h"),
     ("超敏C反应蛋白", "crp_mg_l"), ("血沉", "esr_mm_h"), ("FC", "calprotectin_ug_g"),
     ("粪钙卫蛋白", "calprotectin_ug_g"), ("Hct", "hematocrit_percent"), ("ALB", "albumin_g_dl"),
     ("红细胞压积", "hematocrit_percent"), ("白蛋白", "albumin_g_dl"), ("PGA", "physician_global")],
)  # fmt: skip
def test_hospitals_headings_are_known(heading, column):
    assert (fold(heading), column) in headings("visits")


def test_a_heading_that_could_mean_two_things_is_left_to_decide():
    known = {heading for heading, _ in headings("visits")}
    # CDAI and HBI both have a mass; Mayo, SCCAI and Lichtiger each their own blood in the stool;
    # 改良Mayo is the full score to some, to others the one without the physician's global.
    assert not known & {"腹部包块", "便血", "腹痛", "内镜评分", "mayo", "改良mayo", "modified mayo"}


def test_nothing_is_no_missing_value():
    assert not {fold(word) for word in words().missing} & {"无", "none", "阴性", "0"}
    assert {"未查", "未做", "NA", "N/A", "ND", "缺失", "不详", "/"} <= {*words().missing}


@pytest.mark.parametrize("questionnaire", ["ibdq", "sibdq"])
def test_a_questionnaire_is_asked_by_number_alone(questionnaire):
    title = questionnaire.upper()
    for column in tidy.further():
        if column.rpartition("_")[0] == questionnaire:
            number = column.rpartition("_")[2]
            assert words().label(column, "en") == f"{title} item {number}"
            assert words().label(column, "zh") == f"{title}第{number}题"


def test_a_total_that_a_center_computed_is_known_by_its_headings():
    headings = words().synonyms("cdai_recorded")
    assert {"cdai_recorded", "CDAI", "CDAI总分", "CDAI评分", "CDAI score"} <= {*headings}


def test_a_column_that_nobody_has_is_refused():
    with pytest.raises(KeyError, match="shoe_size"):
        words().label("shoe_size", "en")
    with pytest.raises(KeyError, match="shoe_recorded"):
        words().label("shoe_recorded", "en")


def test_a_name_means_what_its_table_means():
    assert words().label("endoscopy", "zh", "diary") == "当日内镜检查"
    assert words().label("endoscopy", "zh", "endoscopy") == "本次访视内镜序号"
    assert "就诊日期" in words().synonyms("date", "visits")
    assert "就诊日期" not in words().synonyms("date", "imaging")


def test_a_heading_may_name_segment_and_finding_in_either_order():
    known = words().synonyms("ulcer_size_ileum")
    assert {"回肠溃疡大小", "溃疡大小(回肠)", "末端回肠_溃疡大小", "ulcer size ileum"} <= {*known}
