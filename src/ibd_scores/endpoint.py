"""What an endpoint is: yes, no or not evaluable."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import add
from typing import TYPE_CHECKING, Any

import numpy as np

from ibd_scores import card
from ibd_scores.columns import Array, Frame, as_floats
from ibd_scores.criteria import all_of, at_least, at_most, is_whole
from ibd_scores.entries import ITEMS
from ibd_scores.form import CENSORS, Interval, Item, Mask
from ibd_scores.rule import Ruled, parameters

if TYPE_CHECKING:
    import pandas as pd

HIGH = 1e6  # higher than any value of what has no upper end
STATIC = {"age", "sex"}  # hardly change between two visits

STEROID = Item("systemic_steroid", "systemic corticosteroid: no 0, yes 1", range(2))
BASELINE = "_baseline"
STEROID_BASELINE = replace(STEROID, name=STEROID.name + BASELINE)
STEROID_FREE_DAYS = Item(
    "steroid_free_days", "days without systemic corticosteroid up to the visit", range(36_501)
)
AMONG = ("all", "on_steroid")

ISOLATED_ILEAL = Item(
    "isolated_ileal_baseline", "the ileum alone diseased at baseline: no 0, yes 1", range(2)
)
# The end at which an endpoint can be met, whichever end of its other columns that is.
BEST_END = {
    STEROID.name: 0,
    STEROID_BASELINE.name: 1,
    STEROID_FREE_DAYS.name: 1,
    "weeks_since_previous": 1,
    "all_stratified": 1,
}

SUFFIXES = (BASELINE, "_matched", "_everywhere", "_day_before", "_previous")
# What the columns that only pairs have are made of.
SUMMARIES = {
    "ulcerated_segments": "ses_cd",
    "segments_with_any_ulcer": "ses_cd",
    "cdeis_ulcerated_segments": "cdeis",
    "thickest_wall_mm": "wall_thickness_mm",
    "any_doppler_flow": "doppler_flow",
    "any_inflammatory_fat": "inflammatory_fat",
    "all_stratified": "stratification",
    "any_edema": "edema",
    "any_fat_stranding": "fat_stranding",
    "any_mural_ulcers": "mural_ulcers",
    "highest_maria": "maria",
    "highest_maria_simplified": "maria_simplified",
}


def _source(name: str) -> str:
    """What a column holds, by its name in the catalogue if it has one there."""
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    return SUMMARIES.get(name, name)


def _column(name: str) -> Item:
    """The column that a rule's parameter stands for, with the values that the catalogue permits."""
    if "_censor" in name:
        return Item(name, "left if below the number, right if above, else empty", CENSORS)
    if name == ISOLATED_ILEAL.name:
        return ISOLATED_ILEAL
    return replace(ITEMS.get(_source(name)) or Item(name, "a number", Interval(0)), name=name)


def _settled(item: Item) -> bool:
    """Tell whether a column is known at baseline."""
    return item.name.endswith(BASELINE) or item.name in STATIC


def _before(name: str, pairs: "pd.DataFrame") -> Any:
    """What pairs have of a value at baseline, if anything.

    Of a score of matched segments that is the whole score: which are matched is known later.
    """
    value = name.removesuffix(BASELINE)
    names = (value.removesuffix("_matched") + BASELINE, value + BASELINE, *(STATIC & {name}))
    return next((pairs[one] for one in names if one in pairs), None)


def _at_end(item: Item, end: int) -> float | str:
    """The lowest (0) or the highest (1) value of a column; 0 where that is possible."""
    if item.words:
        return item.words[-end]
    return float(np.clip((0, HIGH)[end], *item.ends))


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Endpoint(Ruled):
    """Yes, no or not evaluable (NA), from the values at follow-up and at baseline.

    Called with a table of pairs it returns a Series of dtype "boolean", with values by name True,
    False or None. Not evaluable where a value it reads is missing, or where its rule says so.
    `lowest_baseline` is a score that it reads and the least at baseline from which it is eligible.
    """

    disease: str
    definition: str
    free_of_steroid: bool = False
    free_for_days: int = 0
    of_those_on_steroid: bool = False
    lowest_baseline: tuple[str, float] | None = None

    @property
    def lines(self) -> tuple[str, ...]:
        """The definition in lines of text."""
        return (f"{self.title}.", self.warning, f"{self.definition}.", self.told, self.citation)

    @property
    def told(self) -> str:
        """The columns it reads, in words."""
        required = [item.name for item in self.columns if item.name not in self.optional]
        beside = f"; where given also {', '.join(self.optional)}" if self.optional else ""
        return f"Reads {', '.join(required)}{beside}."

    @cached_property
    def columns(self) -> tuple[Item, ...]:
        """The columns that the rule reads."""
        asked = {
            STEROID: self.free_of_steroid,
            STEROID_FREE_DAYS: self.free_for_days,
            STEROID_BASELINE: self.of_those_on_steroid,
        }
        read = map(_column, parameters(self.rule)[0])
        return (*read, *(item for item, wanted in asked.items() if wanted))

    @property
    def reads(self) -> tuple[str, ...]:
        """The names of the catalogue's entries and items that it is decided from, each once.

        >>> from ibd_scores.endpoints import sf_aps_remission
        >>> sf_aps_remission.reads
        ('liquid_stools_mean', 'abdominal_pain_mean')
        """
        return tuple(dict.fromkeys(self.reads_at(baseline=True) + self.reads_at(baseline=False)))

    def reads_at(self, *, baseline: bool) -> tuple[str, ...]:
        """What it reads of one of the two visits.

        >>> from ibd_scores.endpoints import cdai_response_100, ses_cd_remission
        >>> cdai_response_100.reads_at(baseline=True), ses_cd_remission.reads_at(baseline=True)
        (('cdai',), ())
        """
        names = [item.name for item in self.columns if item.name.endswith(BASELINE) == baseline]
        return tuple(name for name in dict.fromkeys(map(_source, names)) if name in ITEMS)

    def compute(self, values: Mapping[str, Array], **options: Any) -> Array:
        """Apply the rule; a value that was not recorded makes it not evaluable."""
        met = super().compute(values, **options)
        if self.free_of_steroid:
            met = all_of(met, at_most(values[STEROID.name], 0))
        if self.free_for_days:
            met = all_of(met, at_least(values[STEROID_FREE_DAYS.name], self.free_for_days))
        if self.of_those_on_steroid:
            met = np.where(values[STEROID_BASELINE.name] == 1, met, np.nan)
        required = [values[name] for name in self.required]
        if all(map(is_whole, required)):
            return met
        # 0 times a number is 0, and missing where the number is.
        return met + 0 * reduce(add, required)

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The columns without which it is not evaluable."""
        optional = self.optional
        return tuple(item.name for item in self.columns if item.name not in optional)

    def blank(self, rows: int) -> Any:
        """Room for the answers, and for where there is none."""
        return np.empty(rows, bool), np.empty(rows, bool)

    def put(self, result: Any, here: slice, values: Array) -> None:
        """Keep the answers of a block."""
        met, missing = result
        np.greater_equal(values, 0, out=met[here])
        np.isnan(values, out=missing[here])

    def single(self, value: float) -> Any:
        """Give the answer for one patient back: True, False or None."""
        return None if np.isnan(value) else value >= 0

    def parts(self, result: Any) -> tuple[Any, Mask, tuple[str, ...]]:
        """The answers, and where there is none."""
        return *result, ()

    def finish(self, frame: Frame, result: Any) -> Any:
        """Give yes, no and not evaluable back as a nullable boolean."""
        import pandas as pd

        return frame.column(self.name, pd.arrays.BooleanArray(*result))

    def steroid_free(self, days: int = 0, among: str = "all") -> "Endpoint":
        """The same endpoint, met only by those without systemic corticosteroid at follow-up.

        With `days` only by those without it for at least so long (90 for maintenance); with
        `among="on_steroid"` evaluable only for those who were on it at baseline.
        """
        if self.free_of_steroid:
            raise ValueError(f"{self.name}: is corticosteroid-free already")
        if among not in AMONG or type(days) is not int or days < 0:
            raise ValueError(
                f"{self.name}: days={days!r}, among={among!r}; days must be a whole number from 0, "
                f"among {' or '.join(map(repr, AMONG))}"
            )
        of_those = among == "on_steroid"
        return replace(
            self,
            name=f"{self.name}_steroid_free"
            + (f"_{days}_days" if days else "")
            + ("_of_those_on_steroid" if of_those else ""),
            title=f"{self.title}, corticosteroid-free"
            + (f" for {days} days" if days else "")
            + (" (of those on it at baseline)" if of_those else ""),
            definition=f"{self.definition}; no systemic corticosteroid at that visit"
            + (f" nor in the {days} days before" if days else "")
            + ("; without it at baseline not evaluable" if of_those else ""),
            free_of_steroid=True,
            free_for_days=days,
            of_those_on_steroid=of_those,
            made_by=(Endpoint.steroid_free, (self, days, among)),
        )

    def _unchanged(self, pairs: "pd.DataFrame", **options: Any) -> Any:
        """The verdict if nothing had changed since baseline."""
        import pandas as pd

        values: dict[str, Any] = {}
        for item in self.columns:
            before = _before(item.name, pairs)
            if before is not None:
                values[item.name] = before
            elif not (_settled(item) or item.name in self.optional):
                values[item.name] = pd.Series(np.nan, index=pairs.index)
        return self(**values, **options)

    def _at_the(
        self, end: int, pairs: "pd.DataFrame", *, keep: bool = False, **options: Any
    ) -> Any:
        """The verdict if every value at follow-up were the lowest (0) or the highest (1) possible.

        A baseline that is not known is taken at the other end, from where most can change. With
        `keep` only what was not recorded at follow-up is taken so.
        """
        import pandas as pd

        values: dict[str, Any] = {}
        for item in self.columns:
            place = 1 - end if _settled(item) else end
            value: Any = pd.Series(_at_end(item, BEST_END.get(item.name, place)), pairs.index)
            known = pairs.get(item.name) if keep else None
            if _settled(item):
                known = _before(item.name, pairs)
            elif keep and item.name in self.optional:
                # Nothing beside a value, such as no censor mark, says something, too.
                value = known
            if known is not None and value is not known:
                value = known.astype(object).where(known.notna(), value)
            if value is not None:
                values[item.name] = value
        return self(**values, **options)

    def attainable(self, pairs: "pd.DataFrame", **options: Any) -> Any:
        """Who has met it or still could have, were all that was not recorded the best possible.

        A nullable boolean Series without missing values: the bound of a best case. In deep
        remission is nobody whose CDAI is known to be 200, whatever the endoscopy would have shown;
        what the rule leaves open, such as a segment that was not reached again, could have been.
        """
        lowest, highest = (self._at_the(end, pairs, keep=True, **options) for end in (0, 1))
        return (lowest.fillna(True) | highest.fillna(False)).rename(self.name)

    def eligible(self, pairs: "pd.DataFrame", **options: Any) -> Any:
        """Who could meet it by a change: a nullable boolean Series without missing values.

        Not eligible is who met it at baseline already, or who cannot meet it whatever follows (a
        CDAI of 80 cannot fall by 100; a response needs an SES-CD of 4, to be free of ulcers an
        ulcer). It hangs on the baseline alone; where that is not known, everyone is eligible. What
        reads nothing but the baseline is open to all.
        """
        import pandas as pd

        if all(map(_settled, self.columns)):
            return pd.Series(True, index=pairs.index, dtype="boolean", name=self.name)
        # Who is in remission on corticosteroids cannot come into remission either.
        bare = replace(self, free_of_steroid=False, free_for_days=0, of_those_on_steroid=False)
        met = bare._unchanged(pairs, **options).fillna(False)
        lowest, highest = (self._at_the(end, pairs, **options).fillna(False) for end in (0, 1))
        able = ~met & (lowest | highest)
        if self.lowest_baseline:
            name, least = self.lowest_baseline
            able &= ~(as_floats(_before(name, pairs)) < least)
        return able.rename(self.name)

    def normalization(self, pairs: "pd.DataFrame", **options: Any) -> Any:
        """The same endpoint among those who did not meet it at baseline; others not evaluable.

        For markers of inflammation: who was normal at both visits is not normalized, and neither
        is one whose marker at baseline is not known. The Series is named `<marker>_normalized`.
        """
        met = self._unchanged(pairs, **options).fillna(True)
        name = f"{self.name.removesuffix('_normal')}_normalized"
        return self(pairs, **options).mask(met).rename(name)

    def __repr__(self) -> str:
        mark = "; provisional" if self.provisional else ""
        return f"<{self.name}: {self.definition}{mark}>"

    def _repr_html_(self) -> str:
        return card.lay_out(self.title, self.warning, (), (), self.lines[2:])


def endpoint(
    disease: str,
    title: str,
    definition: str,
    citation: str,
    *,
    provisional: str = "",
    lowest_baseline: tuple[str, float] | None = None,
) -> Callable[[Callable[..., Array]], Endpoint]:
    """Turn a rule into the endpoint of its name."""

    def named(rule: Callable[..., Array]) -> Endpoint:
        return Endpoint(
            name=rule.__name__,
            title=title,
            disease=disease,
            definition=definition,
            rule=rule,
            citation=citation,
            provisional=provisional,
            lowest_baseline=lowest_baseline,
        )

    return named
