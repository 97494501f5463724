"""Quality of life: the IBDQ and its short form, licensed questionnaires, by item number only.

>>> from ibd_scores.indices.quality_of_life import ibdq, sibdq
>>> ibdq({f"ibdq_{number}": 4 for number in range(1, 33)})
128.0
>>> sibdq({f"sibdq_{number}": 5 for number in range(1, 11)})
50.0
>>> sibdq.band(50)
'good'
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import add

import numpy as np

from ibd_scores.citations import GUYATT_1989, IRVINE_1996
from ibd_scores.columns import Array
from ibd_scores.form import Band, Item
from ibd_scores.index import Index

DOMAINS = {
    "bowel": (1, 5, 9, 13, 17, 20, 22, 24, 26, 29),
    "systemic": (2, 6, 10, 14, 18),
    "emotional": (3, 7, 11, 15, 19, 21, 23, 25, 27, 30, 31, 32),
    "social": (4, 8, 12, 16, 28),
}
HIGHER_IS_BETTER = "Higher is better."


def _items(questionnaire: str, numbers: Iterable[int]) -> tuple[Item, ...]:
    return tuple(
        Item(f"{questionnaire}_{number}", f"item {number}, worst 1 to best 7", range(1, 8))
        for number in numbers
    )


IBDQ_BANDS = (Band("not in remission", 170), Band("remission"))

ibdq = Index(
    name="ibdq",
    title="Inflammatory Bowel Disease Questionnaire",
    disease="IBD",
    items=_items("ibdq", range(1, 33)),
    bands=IBDQ_BANDS,
    pitfalls=(
        HIGHER_IS_BETTER,
        "The cuts differ between studies: remission at 168 in Crohn's disease and above 205 in "
        "ulcerative colitis were found from data.",
    ),
    notes="Remission at 170 and response as a rise of at least 16 points are conventions of the "
    "trials. The questionnaire is licensed; its wording is not given here.",
    citation=GUYATT_1989,
)


def _domain(name: str, title: str) -> Index:
    return Index(
        name=f"ibdq_{name}",
        title=f"IBDQ, {title}",
        disease="IBD",
        items=_items("ibdq", DOMAINS[name]),
        pitfalls=(
            HIGHER_IS_BETTER,
            "The domains have different numbers of items, so that their sums do not compare.",
        ),
        citation=GUYATT_1989,
    )


ibdq_bowel = _domain("bowel", "bowel symptoms")
ibdq_systemic = _domain("systemic", "systemic symptoms")
ibdq_emotional = _domain("emotional", "emotional function")
ibdq_social = _domain("social", "social function")


def _prorated(answers: Mapping[str, Array]) -> Array:
    """Sum the domains, each the mean of its recorded items times their number."""
    domains = []
    for numbers in DOMAINS.values():
        given = [answers[f"ibdq_{number}"] for number in numbers]
        recorded = sum(1.0 * ~np.isnan(answer) for answer in given)
        enough = np.where(recorded >= len(numbers) - 1, recorded, np.nan)
        total = sum(np.where(np.isnan(answer), 0, answer) for answer in given)
        domains.append(total * len(numbers) / enough)
    return reduce(add, domains)


ibdq_prorated = Index(
    name="ibdq_prorated",
    title="IBDQ with one missing item in a domain replaced",
    disease="IBD",
    items=_items("ibdq", range(1, 33)),
    bands=IBDQ_BANDS,
    combine=_prorated,
    combined="sum over the four domains of the mean of the recorded items x number of items",
    missing="One missing item in a domain counts as the mean of the domain's others; two make "
    "the score missing.",
    pitfalls=(
        HIGHER_IS_BETTER,
        "Say in a report that the score was prorated; with no item missing it is the IBDQ.",
    ),
    provisional="the prorating rule is a convention of trials, not checked against a source",
    citation=GUYATT_1989,
)

sibdq = Index(
    name="sibdq",
    title="Short Inflammatory Bowel Disease Questionnaire",
    disease="IBD",
    items=_items("sibdq", range(1, 11)),
    bands=(Band("reduced", 50), Band("good")),
    pitfalls=(
        HIGHER_IS_BETTER,
        "This is the sum (10 to 70); some papers report the mean of the items (1 to 7).",
    ),
    notes="From 50 quality of life is read as good, or as in remission. A change of about 9 is the "
    "least that matters to patients. The questionnaire is licensed; its wording is not given here.",
    citation=IRVINE_1996,
)
