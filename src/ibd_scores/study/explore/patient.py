"""One patient's records, as the tables of the sheet: diary, endoscopy, points of the scores."""

import difflib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ibd_scores import ses_cd, uceis
from ibd_scores.derive.diary import (
    DAYS_LEFT_OUT,
    DIARY_PAIN,
    DIARY_WELLBEING,
    LIQUID_STOOLS,
    WINDOW_DAYS,
)
from ibd_scores.entries import ENTRIES
from ibd_scores.index import Index
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study.analysis import Analysis
from ibd_scores.study.explore.grid import Grid
from ibd_scores.study.explore.verdicts import Verdict, verdicts
from ibd_scores.study.labels import VISITS, quantity
from ibd_scores.study.plan import PLANS
from ibd_scores.study.tables import MISSING, number
from ibd_scores.study.tidy import read_tidy

__all__ = ["Patient", "read"]

NAMES = ("baseline", "week12")
DIARY = (LIQUID_STOOLS, DIARY_PAIN, DIARY_WELLBEING)
MANY_STOOLS = 10  # a day; from there a cell is no darker
LEFT_OUT = dict(zip(DAYS_LEFT_OUT, ("prep", "scope"), strict=True))
# What tells an item from the same one of another index, and nobody on a sheet.
ENDINGS = ("_7d", "_mean", "_previous_day", "_hbi", "_adapted")


def read(patient_id: str, cohort: str) -> "Patient":
    """Find a patient.

    Raises
    ------
    ValueError
        If the cohort has no such patient, with those whose ids come near; or one of a disease that
        no plan is for.
    """
    patients = read_tidy(cohort, "patients").set_index("patient_id")
    if patient_id not in patients.index:
        raise ValueError(
            f"patient {patient_id!r} is not in {cohort}; {_near(patient_id, patients)}"
        )
    disease = str(patients["disease"][patient_id])
    if disease not in PLANS:
        raise ValueError(f"patient {patient_id!r} has {disease}, for which there is no plan")
    return Patient(patient_id, Analysis(disease, cohort, PLANS[disease].primary))


def _near(asked: object, patients: pd.DataFrame) -> str:
    ids = {_alike(one): str(one) for one in patients.index}
    near = difflib.get_close_matches(_alike(asked), ids, n=5)
    if near:
        return f"near to it: {', '.join(ids[one] for one in near)}"
    return f"it has {len(ids)}, the first is {next(iter(ids.values()), 'none')}"


def _alike(patient_id: object) -> str:
    """Leave out what is easily written otherwise: capitals, and zeros before a number."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", str(patient_id).casefold())


@dataclass(frozen=True)
class Patient:
    """A patient of a cohort, and the analysis of the disease."""

    patient_id: str
    analysis: Analysis

    @cached_property
    def at(self) -> pd.DataFrame:
        """What was scored at baseline and at week 12, blank where there was no visit."""
        own = self.records("scores").drop_duplicates("visit").set_index("visit")
        return own.reindex(list(NAMES))

    def records(self, table: str) -> pd.DataFrame:
        """The patient's rows of a tidy table."""
        rows = self.analysis.tables[table]
        return rows[rows["patient_id"] == self.patient_id]

    @property
    def person(self) -> "pd.Series[Any]":
        """The row of the patients table."""
        return self.records("patients").iloc[0]

    @property
    def verdicts(self) -> list[Verdict]:
        """Of every endpoint of the plan."""
        return verdicts(self.analysis, self.patient_id)

    @property
    def heading(self) -> str:
        """Who it is, and how the treatment went."""
        one = self.person
        start, stop = one["start_date"], one["stop_date"]
        went = "treatment not started" if pd.isna(start) else f"first dose {start:%Y-%m-%d}"
        if pd.notna(stop):
            why = "" if pd.isna(one["stop_reason"]) else f": {one['stop_reason']}"
            went += f", stopped {stop:%Y-%m-%d}{why}"
        age = "age not recorded" if pd.isna(one["age"]) else f"{one['age']:.0f} years"
        sex = "sex not recorded" if pd.isna(one["sex"]) else one["sex"]
        return f"{self.patient_id}: {one['disease']}, {sex}, {age}; {went}"

    @property
    def diary(self) -> list[Grid]:
        """The seven days before each visit; none where no day was kept at all."""
        diary = self.records("diary").drop_duplicates("date").set_index("date")
        return [] if diary.empty else [
            self._week(diary, *of) for of in zip(VISITS, NAMES, strict=True)
        ]  # fmt: skip

    def _week(self, diary: pd.DataFrame, visit: str, name: str) -> Grid:
        date = self.at["date"][name]
        days = range(-WINDOW_DAYS, 0)
        dates = [date + pd.Timedelta(days=day) for day in days]
        kept = diary.reindex(dates).set_axis(list(days)).reindex(columns=[
            *(item.name for item in DIARY), *LEFT_OUT
        ])  # fmt: skip
        values = kept[[item.name for item in DIARY]].T.set_axis([_plain(i.name) for i in DIARY])
        words = {(row, day): word for flag, word in LEFT_OUT.items()
                 for day in kept.index[kept[flag] == 1] for row in values.index}  # fmt: skip
        counted = self.at["diary_days"][name]
        used = "no day counts" if not counted > 0 else f"{counted:.0f} complete days count"
        when = "no visit" if pd.isna(date) else f"{date:%Y-%m-%d}: {used}"
        worst = [MANY_STOOLS, *(item.ends[1] for item in DIARY[1:])]
        return Grid(f"{visit}, {when}", values.astype(float), worst, words)

    @property
    def endoscopy(self) -> list[Grid]:
        """Segment by segment in Crohn's disease, item by item in ulcerative colitis."""
        found = self._segments if self.analysis.plan.disease == "CD" else self._mucosa
        return [found(visit, name) for visit, name in zip(VISITS, NAMES, strict=True)]

    def _segments(self, visit: str, name: str) -> Grid:
        cells = {
            segment.replace("_", " "): {
                _plain(one): self.at[f"{one}_{segment}"][name] for one in VARIABLES
            }
            for segment in SEGMENTS
        }
        values = pd.DataFrame(cells).astype(float)
        values.loc["points"] = values.sum(min_count=1)
        unseen = values.columns[values.isna().all()]
        words = {("points", segment): "not seen" for segment in unseen}
        worst = [*(3.0 for _ in VARIABLES), np.nan]
        return Grid(self._scoped(visit, name, ses_cd), values, worst, words)

    def _mucosa(self, visit: str, name: str) -> Grid:
        items = ("endoscopic_subscore", *(item.name for item in uceis.items))
        worst = [3.0, *(item.ends[1] for item in uceis.items)]
        found = {_plain(one): [self.at[one][name]] for one in items}
        values = pd.DataFrame.from_dict(found, orient="index", columns=[""]).astype(float)
        return Grid(self._scoped(visit, name, uceis), values, worst, {})

    def _scoped(self, visit: str, name: str, index: Index) -> str:
        """Write when it was, and the score; where there were several, that none was chosen."""
        done = self.records("endoscopies")
        dates = done.loc[done["visit"] == name, "date"]
        if len(dates) > 1:
            return f"{visit}: {len(dates)} endoscopies, none is chosen"
        if dates.empty and pd.isna(self.at[index.name][name]):
            return f"{visit}: no endoscopy recorded"
        when = "".join(f", {date:%Y-%m-%d}" for date in dates.dropna())
        return f"{visit}{when}: {quantity(index.name)} {self.score(index, name)}"

    @property
    def points(self) -> list[Grid]:
        """What each item adds to each score of the plan that is no endoscopic one alone."""
        plan = self.analysis.plan
        asked = dict.fromkeys([*plan.measured, *(name for one in plan.endpoints
                                                 for name in one.reads)])  # fmt: skip
        indices = [ENTRIES[name] for name in asked if name in ENTRIES]
        return [
            self._points(one) for one in indices
            if isinstance(one, Index) and not any(item.segment for item in one.items)
        ]  # fmt: skip

    def _points(self, index: Index) -> Grid:
        names = [item.name for item in index.items]
        if index.absent(self.at):
            points = pd.DataFrame(np.nan, index=self.at.index, columns=names)
        else:
            points = index.points(self.at)
        values = points.T.set_axis([_plain(name) for name in names]).set_axis([*VISITS], axis=1)
        if index.constant:
            values.loc["constant"] = index.constant
        most = float(np.nanmax([1.0, *values.to_numpy(float).ravel()]))
        values.loc["score"] = self.at[index.name].to_numpy(float)
        bands = " → ".join(self._band(index, name) for name in NAMES) if index.bands else ""
        title = f"{quantity(index.name)}: {bands}" if bands else quantity(index.name)
        return Grid(title, values.astype(float), [*[most] * (len(values) - 1), np.nan], {})

    def _band(self, index: Index, name: str) -> str:
        band = self.at[f"{index.name}_band"][name] if f"{index.name}_band" in self.at else None
        return MISSING if pd.isna(band) else str(band)

    @property
    def unexplained(self) -> list[str]:
        """The scores that are not the sum of the points shown: totals, or a variant of the run."""
        found = []
        for grid in self.points:
            *points, score = grid.values.to_numpy(float)
            if (abs(np.sum(points, axis=0) - score) > 0.5).any():
                found.append(grid.title.split(":")[0])
        return found

    def score(self, index: Index, name: str) -> str:
        """A score, and its band in brackets; a dash where it was not made."""
        value, band = self.at[index.name][name], self._band(index, name)
        if pd.isna(value):
            return MISSING
        text = number(value, 0 if float(value).is_integer() else 1)
        return text if band == MISSING else f"{text} ({band})"


def _plain(name: str) -> str:
    for ending in ENDINGS:
        name = name.removesuffix(ending)
    return name.replace("_", " ")
