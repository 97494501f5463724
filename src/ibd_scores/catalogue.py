"""The catalogue as a whole: every index and grading, and every value they read or make."""

from dataclasses import replace

from ibd_scores import derive
from ibd_scores.form import Item
from ibd_scores.index import Grading, Index
from ibd_scores.indices import colitis, crohn, endoscopy, phenotype

ENTRIES: dict[str, Index | Grading] = {
    entry.name: entry
    for area in (crohn, endoscopy, colitis, phenotype)
    for entry in vars(area).values()
    if isinstance(entry, Index | Grading)
}

# A name means one thing: the same question, recall and scale, whichever entry reads it.
ITEMS: dict[str, Item] = {
    item.name: replace(item, weight=1, derive=None)
    for item in (
        *(item for item in vars(derive).values() if isinstance(item, Item)),
        *(item for entry in ENTRIES.values() for item in (*entry.columns, *entry.items)),
        *(entry.score for entry in ENTRIES.values() if isinstance(entry, Index)),
    )
}
