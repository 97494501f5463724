"""The catalogue as a whole: every index and grading, and every value they read or make."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ibd_scores.derive import diary, findings
from ibd_scores.form import Item
from ibd_scores.index import Grading, Index
from ibd_scores.indices import (
    colitis,
    crohn,
    endoscopy,
    histology,
    imaging,
    pediatric,
    perianal,
    phenotype,
    quality_of_life,
    severity,
)

if TYPE_CHECKING:
    import pandas as pd

AREAS = (crohn, endoscopy, colitis, severity, pediatric, phenotype, perianal, imaging, histology,
         quality_of_life)  # fmt: skip
FILTERS = ("kind", "disease", "provisional")

ENTRIES: dict[str, Index | Grading] = {
    entry.name: entry
    for area in AREAS
    for entry in vars(area).values()
    if isinstance(entry, Index | Grading)
}

# A name means one thing: the same question, recall and scale, whichever entry reads it.
ITEMS: dict[str, Item] = {
    item.name: replace(item, weight=1, derive=None)
    for item in (
        *(item for stated in (findings, diary) for item in vars(stated).values()
          if isinstance(item, Item)),
        *(item for entry in ENTRIES.values()
          for item in (*entry.columns, *entry.items, *entry.context)),
        *(entry.score for entry in ENTRIES.values()),
    )
}  # fmt: skip


class Catalogue(Mapping[str, Index | Grading]):
    """Every index and grading by name; called, a table of them.

    >>> from ibd_scores import catalogue
    >>> catalogue["hbi"].range
    '0 upwards (18 + stools)'
    >>> "uceis" in catalogue(disease="UC").index
    True
    """

    def __getitem__(self, name: str) -> Index | Grading:
        return ENTRIES[name]

    def __iter__(self) -> Iterator[str]:
        return iter(ENTRIES)

    def __len__(self) -> int:
        return len(ENTRIES)

    def __call__(self, **asked: str | bool) -> "pd.DataFrame":
        """Return the table of those that are asked for.

        Parameters
        ----------
        **asked
            `kind` ("index" or "grading"), `disease` ("CD", "UC"; what serves both is in either)
            and `provisional` (True or False); with none of them, all.

        Returns
        -------
        DataFrame
            Index: name. Columns: title, kind, disease, items (how many), range (or grades), bands,
            provisional and source.

        Raises
        ------
        TypeError
            If it is asked for something else.
        ValueError
            If nothing in the catalogue is like that.
        """
        import pandas as pd

        table = pd.DataFrame(
            {
                "title": entry.title,
                "kind": "index" if isinstance(entry, Index) else "grading",
                "disease": entry.disease,
                "items": len(entry.items),
                "range": entry.range,
                "bands": entry.ladder,
                "provisional": bool(entry.provisional),
                "source": entry.citation,
            }
            for entry in ENTRIES.values()
        ).set_index(pd.Index(ENTRIES, name="name"))
        chosen = pd.Series(True, index=table.index)
        for what, value in asked.items():
            if what not in FILTERS:
                raise TypeError(f"catalogue: no filter {what!r}; filters: {', '.join(FILTERS)}")
            known = table[what].unique().tolist()
            if value not in known:
                told = ", ".join(map(repr, known))
                raise ValueError(f"catalogue: no {what} {value!r}; known: {told}")
            either = ["IBD"] if what == "disease" else []
            chosen &= table[what].isin([value, *either])
        return table[chosen]

    def __repr__(self) -> str:
        return f"<catalogue: {len(ENTRIES)} instruments; catalogue() is the table>"

    def _repr_html_(self) -> str:
        return str(self().to_html())


catalogue = Catalogue()
