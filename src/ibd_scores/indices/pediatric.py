"""Activity in children and adolescents: PUCAI, PCDAI, weighted and abbreviated PCDAI.

>>> from ibd_scores.indices.pediatric import pcdai_abbreviated, pucai
>>> pucai(abdominal_pain_pucai=5, rectal_bleeding_pucai=10, stool_consistency_pucai=5,
...       stools_per_day=4, nocturnal_stools_pucai=0, activity_pucai=0)
25.0
>>> pcdai_abbreviated(abdominal_pain_pcdai=10, stools_pcdai=5, general_wellbeing_pcdai=5,
...                   weight_pcdai=5, abdomen_pcdai=5, perirectal_pcdai=0)
30.0
"""

from collections.abc import Mapping
from functools import reduce
from operator import and_

import numpy as np

from ibd_scores.citations import HYAMS_1991, SHEPANSKI_2004, TURNER_2007, TURNER_2012
from ibd_scores.columns import Array
from ibd_scores.derive.findings import AGE
from ibd_scores.derive.pediatric import (
    albumin_pcdai,
    albumin_wpcdai,
    esr_pcdai,
    esr_wpcdai,
    hematocrit_pcdai,
    stools_pucai,
)
from ibd_scores.form import Band, Check, Item, Mask
from ibd_scores.index import Index
from ibd_scores.rule import Derivation


def _answered_by_an_adult(recorded: Mapping[str, Array]) -> Mask:
    """An adult whose form was filled in; in a table of all ages the others' forms are blank."""
    answers = [column for name, column in recorded.items() if name.endswith(("pucai", "pcdai"))]
    return (recorded["age"] >= 18) & ~reduce(and_, map(np.isnan, answers))


UNDER_18 = Check(
    "age", "for patients under 18: leave the form of an adult blank", _answered_by_an_adult,
    refused=True,
)  # fmt: skip

pucai = Index(
    name="pucai",
    title="Pediatric Ulcerative Colitis Activity Index",
    disease="UC",
    items=(
        Item("abdominal_pain_pucai", "none 0, can be ignored 5, cannot be ignored 10", (0, 5, 10)),
        Item("rectal_bleeding_pucai", "none 0, a little in under half of the stools 10, a little "
             "in most 20, much 30", (0, 10, 20, 30)),
        Item("stool_consistency_pucai", "formed 0, partly formed 5, unformed 10", (0, 5, 10)),
        Item("stools_pucai", "stools in 24 hours: 0-2 = 0, 3-5 = 5, 6-8 = 10, more = 15",
             (0, 5, 10, 15), derive=stools_pucai),
        Item("nocturnal_stools_pucai", "a stool that wakes: no 0, yes 10", (0, 10)),
        Item("activity_pucai", "not limited 0, sometimes limited 5, severely restricted 10",
             (0, 5, 10)),
    ),
    context=(AGE,),
    checks=(UNDER_18,),
    bands=(Band("remission", 10), Band("mild", 35), Band("moderate", 65), Band("severe")),
    pitfalls=(
        "The answers describe the average of the last two days, not the worst day.",
        "Exactly 65 is severe; one printed table has above 65.",
    ),
    notes="The items are given as their points.",
    citation=TURNER_2007,
)  # fmt: skip

# The PCDAI family shares its answers and differs in their points.
PAIN = "none {}, mild and short {}, strong, daily or at night {}"
STOOLS = (
    "up to 1 liquid without blood {}, 2-5 liquid or up to 2 semiformed with a little blood {}, 6 "
    "or more liquid, much blood or nocturnal diarrhea {}"
)
WELLBEING = "well {}, sometimes limited {}, often limited or very poor {}"
WEIGHT = (
    "gain, or stable or lost by intent {}, stable or up to 9 % lost against intent {}, 10 % or "
    "more lost {}"
)
ACTIVE = "active fistula, drainage, tenderness or abscess {}"
EXTRAINTESTINAL = (
    "fever from 38.5 degrees C on 3 days, definite arthritis, uveitis, erythema nodosum, pyoderma "
    "gangrenosum"
)
ESR_RUNGS = "ESR, mm/h: under 20 = {}, 20 to 50 = {}, above 50 = {}"
ALBUMIN_RUNGS = "albumin, g/dL: 3.5 or more = {}, 3.1-3.4 = {}, 3.0 or less = {}"


def _item(name: str, answers: str, *points: float, derive: Derivation | None = None) -> Item:
    return Item(name, answers.format(*points), points, derive=derive)


PCDAI_PAIN = _item("abdominal_pain_pcdai", PAIN, 0, 5, 10)
PCDAI_STOOLS = _item("stools_pcdai", STOOLS, 0, 5, 10)
PCDAI_WELLBEING = _item("general_wellbeing_pcdai", WELLBEING, 0, 5, 10)
PCDAI_WEIGHT = _item("weight_pcdai", WEIGHT, 0, 5, 10)
PCDAI_ABDOMEN = _item(
    "abdomen_pcdai",
    "no tenderness or mass {}, tenderness, or mass that is not tender {}, tenderness with "
    "guarding or definite mass {}",
    0, 5, 10,
)  # fmt: skip
PCDAI_PERIRECTAL = _item(
    "perirectal_pcdai",
    "none or tags without symptoms {}, inflamed tags, or 1-2 quiet fistulas or fissures with "
    f"little drainage {{}}, {ACTIVE}",
    0, 5, 10,
)  # fmt: skip

pcdai = Index(
    name="pcdai",
    title="Pediatric Crohn's Disease Activity Index",
    disease="CD",
    items=(
        PCDAI_PAIN,
        PCDAI_STOOLS,
        PCDAI_WELLBEING,
        PCDAI_WEIGHT,
        _item("height_pcdai", "at diagnosis, percentile channels lost: none {0}, one {1}, two or "
              "more {2}; later, growth velocity: -1 SD or "
              "better {0}, between {1}, -2 SD or worse {2}",
              0, 5, 10),
        PCDAI_ABDOMEN,
        PCDAI_PERIRECTAL,
        _item("extraintestinal_pcdai", f"{EXTRAINTESTINAL}, mouth ulcers: none {{}}, one {{}}, "
              "two or more {}", 0, 5, 10),
        _item("hematocrit_pcdai", "for age and sex: normal {}, low {}, very low {}", 0, 2.5, 5,
              derive=hematocrit_pcdai),
        _item("esr_pcdai", ESR_RUNGS, 0, 2.5, 5, derive=esr_pcdai),
        _item("albumin_pcdai", ALBUMIN_RUNGS, 0, 5, 10, derive=albumin_pcdai),
    ),
    context=(AGE,),
    checks=(UNDER_18,),
    bands=(Band("inactive", 10), Band("mild", 30), Band("moderate", 40), Band("severe")),
    pitfalls=(
        "A loss of weight of 10 % or more is 10 points; a widely copied table misprints it as 0.",
        "Hematocrit and ESR count at most 5 points, albumin 10.",
        "One printed table has 27.5 as mild and as moderate; here it is mild.",
    ),
    notes="The items are given as their points, about the past week. The bands are Turner's of "
    "2012 as later papers print them (10 to 27.5, 30 to 37.5, from 40; scores rise by 2.5), not "
    "of the 1991 paper; Hyams 2005 has only below 10 (inactive) and 30 or more.",
    citation=HYAMS_1991,
)  # fmt: skip

wpcdai = Index(
    name="wpcdai",
    title="Weighted Pediatric Crohn's Disease Activity Index",
    disease="CD",
    items=(
        _item("abdominal_pain_wpcdai", PAIN, 0, 10, 20),
        _item("general_wellbeing_wpcdai", WELLBEING, 0, 10, 20),
        _item("stools_wpcdai", STOOLS, 0, 7.5, 15),
        _item("esr_wpcdai", ESR_RUNGS, 0, 7.5, 15, derive=esr_wpcdai),
        _item("albumin_wpcdai", ALBUMIN_RUNGS, 0, 10, 20, derive=albumin_wpcdai),
        _item("weight_wpcdai", WEIGHT, 0, 5, 10),
        _item("perirectal_wpcdai",
              "none or tags without symptoms {}, 1-2 quiet fistulas with little drainage {}, "
              + ACTIVE, 0, 7.5, 15),
        _item("extraintestinal_wpcdai", f"{EXTRAINTESTINAL}: none {{}}, any {{}}", 0, 10),
    ),
    context=(AGE,),
    checks=(UNDER_18,),
    bands=(
        Band("remission", 12.5),
        Band("mild", 40, inclusive=True),
        Band("moderate", 57.5, inclusive=True),
        Band("severe"),
    ),
    pitfalls=(
        "The points are its own: PCDAI points must not be entered here.",
        "An ESR of 20 or 50 is in the middle rung; one printed table puts both in two rungs.",
        "It has no hematocrit, height or abdominal examination, and mouth ulcers do not count.",
    ),
    notes="The items are given as their points, about the past week.",
    citation=TURNER_2012,
)  # fmt: skip

pcdai_abbreviated = Index(
    name="pcdai_abbreviated",
    title="Abbreviated Pediatric Crohn's Disease Activity Index",
    disease="CD",
    items=(
        PCDAI_PAIN,
        PCDAI_STOOLS,
        PCDAI_WELLBEING,
        PCDAI_WEIGHT,
        PCDAI_ABDOMEN,
        PCDAI_PERIRECTAL,
    ),
    context=(AGE,),
    checks=(UNDER_18,),
    pitfalls=(
        "Some texts describe 0 to 70 with extraintestinal manifestations; the 2004 definition "
        "has six items and ends at 60.",
        "The bands of the full PCDAI do not apply to it.",
    ),
    notes="The items are given as their points, about the past week. Use the score as a number.",
    citation=SHEPANSKI_2004,
)
