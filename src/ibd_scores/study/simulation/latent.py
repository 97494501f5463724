"""The model behind the simulated cohort: one latent severity per patient and visit drives the rest.

A severity runs from 0 (well) to 1 (as ill as it gets). Endoscopy, diary, laboratory, ultrasound and
questionnaire answers are all drawn around it, so that they go together as they do in patients.
The medians are of the order reported for the upadacitinib programme (doi:10.1056/NEJMoa2212728,
doi:10.1016/S0140-6736(22)00581-5); they describe no particular patients.
"""

import math
from collections.abc import Callable, Mapping, MutableSequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np

from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES

BASELINE, WEEK12 = "baseline", "week12"
FLAGS = {  # how often a patient of severity 1 has it
    "arthralgia": 0.45, "uveitis": 0.04, "erythema_nodosum": 0.08, "aphthous_ulcers": 0.20,
    "pyoderma_gangrenosum": 0.02, "other_fistula": 0.05, "fever": 0.12,
}  # fmt: skip

EVENTS = {  # adverse event: (share of patients in 12 weeks, serious, related)
    "upper respiratory tract infection": (0.10, False, True),
    "acne": (0.10, False, True),
    "herpes zoster": (0.04, False, True),
    "blood creatine phosphokinase increased": (0.05, False, True),
    "lymphopenia": (0.04, False, True),
    "anemia": (0.06, False, False),
    "hyperlipidemia": (0.06, False, True),
    "alanine aminotransferase increased": (0.03, False, True),
    "pyrexia": (0.04, False, False),
    "headache": (0.04, False, False),
    "pneumonia": (0.01, True, True),
    "intestinal obstruction": (0.01, True, False),
}

# Biologics tried before: the class of each, and how often it was the next choice.
BIOLOGICS = {
    "infliximab": "prior_anti_tnf", "adalimumab": "prior_anti_tnf",
    "certolizumab pegol": "prior_anti_tnf", "golimumab": "prior_anti_tnf",
    "vedolizumab": "prior_anti_integrin", "ustekinumab": "prior_anti_il12_23",
}  # fmt: skip
CHOICES = {
    "CD": {"infliximab": 45, "adalimumab": 25, "certolizumab pegol": 1, "vedolizumab": 12,
           "ustekinumab": 17},
    "UC": {"infliximab": 40, "adalimumab": 15, "golimumab": 1, "vedolizumab": 36, "ustekinumab": 8},
}  # fmt: skip

T = TypeVar("T")
Row = dict[str, Any]
Cells = dict[str, int | None]


class Draws:
    """Random draws that come out alike on every machine.

    Only uniform numbers are taken from the generator, whose bits are fixed by its key. The rest is
    exact arithmetic, but for `exp`, whose last digit is rounded away. `fsum`, because `sum` of
    floats changed with Python 3.12.

    >>> Draws(7, 1).whole(1, 6) == Draws(7, 1).whole(1, 6)
    True
    """

    def __init__(self, *key: int) -> None:
        seed = np.random.SeedSequence(list(key))
        self._uniform: Callable[[], float] = np.random.Generator(np.random.PCG64(seed)).random

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._uniform() < probability

    def between(self, low: float, high: float) -> float:
        """A number from `low` up to, not including, `high`."""
        return low + (high - low) * self._uniform()

    def whole(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int((high - low + 1) * self._uniform())

    def normal(self, mean: float, spread: float) -> float:
        """Close to normal: the sum of twelve uniform numbers, so never beyond 6 spreads."""
        return mean + spread * (math.fsum(self._uniform() for _ in range(12)) - 6)

    def lognormal(self, median: float, spread: float) -> float:
        """Close to log-normal; `spread` is the standard deviation of the logarithm."""
        return median * math.exp(self.normal(0, spread))

    def count(self, mean: float) -> int:
        """A Poisson count."""
        number, product, limit = 0, self._uniform(), math.exp(-mean)
        while product > limit:
            number, product = number + 1, product * self._uniform()
        return number

    def level(self, severity: float, top: int, spread: float = 0.5) -> int:
        """An answer from 0 to `top`, around the share of it that the severity says."""
        return min(top, max(0, math.floor(self.normal(severity * top, spread) + 0.5)))

    def severity(self, mean: float, spread: float) -> float:
        """A severity, kept between 0 and 1."""
        return min(1.0, max(0.0, self.normal(mean, spread)))

    def pick(self, weights: Mapping[T, float]) -> T:
        """One of the keys, as often as its weight says."""
        rest = self.between(0, math.fsum(weights.values()))
        for value, weight in weights.items():
            rest -= weight
            if rest < 0:
                return value
        return value

    def shuffle(self, things: MutableSequence[Any]) -> None:
        """Put things into random order, in place."""
        for last in range(len(things) - 1, 0, -1):
            other = self.whole(0, last)
            things[last], things[other] = things[other], things[last]


@dataclass(frozen=True)
class Bowel:
    """What an endoscopist would see in one patient with Crohn's disease, at both visits."""

    location: str  # ileal, colonic or ileocolonic
    severity: dict[str, float]  # of the whole bowel, by visit
    walls: dict[str, dict[str, float]]  # severity by visit and segment
    cells: dict[str, Cells]  # the 20 cells of the SES-CD by visit; None: not reached


def draw_bowel(draws: Draws) -> Bowel:
    """Draw where the disease sits, how severe it is, and how far it heals by week 12."""
    location = draws.pick({"ileal": 25, "colonic": 20, "ileocolonic": 55})
    involved = ["ileum"] if location != "colonic" else []
    if location != "ileal":
        involved += [s for s in SEGMENTS[1:] if draws.chance(0.55)] or ["left_colon"]
    ill = draws.severity(0.55, 0.15)
    left = draws.pick({0.0: 25, 0.2: 25, 0.5: 25, 0.8: 15, 1.0: 10})  # what remains of it
    severity = {BASELINE: ill, WEEK12: ill * left}
    walls: dict[str, dict[str, float]] = {
        BASELINE: {s: draws.severity(ill, 0.15) if s in involved else 0.0 for s in SEGMENTS}
    }
    walls[WEEK12] = {s: wall * draws.severity(left, 0.1) for s, wall in walls[BASELINE].items()}
    strictures = {s: draws.pick({0: 86, 1: 9, 2: 3, 3: 2}) if s in involved else 0
                  for s in SEGMENTS}  # fmt: skip
    cells = {BASELINE: _scope(draws, walls[BASELINE], strictures)}
    wider = {s: max(0, grade - draws.chance(1 - left)) for s, grade in strictures.items()}
    cells[WEEK12] = _scope(draws, walls[WEEK12], wider)
    return Bowel(location, severity, walls, cells)


def _scope(draws: Draws, walls: Mapping[str, float], strictures: Mapping[str, int]) -> Cells:
    """Pass the endoscope from the rectum upwards; an impassable stricture ends the examination."""
    cells: Cells = {}
    reached = True
    for segment in reversed(SEGMENTS):
        if segment == "ileum" and draws.chance(0.10):  # the valve could not be intubated
            reached = False
        finding = (*_finding(draws, walls[segment]), strictures[segment])
        for variable, grade in zip(VARIABLES, finding, strict=True):
            cells[f"{variable}_{segment}"] = grade if reached else None
        reached = reached and strictures[segment] < 3
    return cells


def _finding(draws: Draws, severity: float) -> tuple[int, int, int]:
    """Ulcer size, ulcerated surface and affected surface: no ulcer has no surface."""
    size = draws.level(severity, 3, 0.4) if severity > 0.1 else 0
    ulcerated = max(1, draws.level(severity * 0.8, 3)) if size else 0
    affected = draws.level(severity, 3) if severity > 0.05 else 0
    return size, ulcerated, max(affected, ulcerated if ulcerated > 1 else 0)


def draw_diary(draws: Draws, visit: date, severity: float, scoped: date | None) -> list[Row]:
    """Draw the days of a diary before a visit: at least seven without bowel preparation."""
    purged = {scoped - timedelta(1): "bowel_preparation", scoped: "endoscopy"} if scoped else {}
    days: list[Row] = []
    ordinary, back = 0, 0
    while ordinary < 7:
        back += 1
        day = visit - timedelta(back)
        flag = purged.get(day, "")
        ordinary += not flag
        days.append({
            "date": day,
            "liquid_stools": draws.count(9 * severity) + (draws.whole(4, 9) if flag else 0),
            "abdominal_pain": draws.level(0.9 * severity, 3),
            "general_wellbeing": draws.level(0.9 * severity, 4),
            "bowel_preparation": int(flag == "bowel_preparation"),
            "endoscopy": int(flag == "endoscopy"),
        })  # fmt: skip
    return days[::-1]


def draw_laboratory(draws: Draws, severity: float, sex: str, not_done: float) -> Row:
    """Draw laboratory results; None is a test that was not done, stool tests the most often."""
    reference = {"male": 46.5, "female": 41.5}[sex]
    hematocrit = round(draws.normal(reference - 10 * severity, 2.0), 1)
    blood_count = {
        "hematocrit_percent": hematocrit,
        "hemoglobin_g_dl": round(hematocrit * draws.normal(0.33, 0.006), 1),
    }
    albumin = {"albumin_g_dl": round(draws.normal(4.6 - 1.2 * severity, 0.25), 2)}
    crp = {"crp_mg_l": round(draws.lognormal(0.9 * math.exp(5.2 * severity), 0.8), 1)}
    esr = {"esr_mm_h": max(1, round(draws.lognormal(6 * math.exp(2.8 * severity), 0.45)))}
    calprotectin = draws.lognormal(40 * math.exp(5.4 * severity), 0.7)
    stool = {"calprotectin_ug_g": max(5, round(calprotectin))}
    results: Row = {}
    for tests, often in ((blood_count, 0.4), (albumin, 0.6), (crp, 0.6), (esr, 1.5), (stool, 3.0)):
        results |= dict.fromkeys(tests) if draws.chance(often * not_done) else tests
    return results


def draw_flags(draws: Draws, severity: float, fistula: int, abscess: int) -> Row:
    """Draw complications; the perianal ones follow from what the patient has."""
    flags = {name: int(draws.chance(share * severity)) for name, share in FLAGS.items()}
    return flags | {
        "anal_fissure": int(draws.chance(0.10 * severity)),
        "anal_fistula": fistula,
        "anal_abscess": abscess,
        "new_fistula": int(fistula and draws.chance(0.15)),
    }


def draw_crohn_answers(draws: Draws, severity: float, yesterday: Row) -> Row:
    """Draw the previous day's questions: as the diary has it, unless the bowel was prepared."""
    if yesterday["bowel_preparation"] or yesterday["endoscopy"]:
        stools = draws.count(9 * severity)
    else:
        stools = yesterday["liquid_stools"]
    mass = draws.pick({0: 10, 2: 3 * severity, 5: 1.5 * severity})
    return {
        "abdominal_mass": mass,
        "general_wellbeing_previous_day": yesterday["general_wellbeing"],
        "abdominal_pain_previous_day": yesterday["abdominal_pain"],
        "liquid_stools_previous_day": stools,
        "abdominal_mass_hbi": {0: 0, 2: 1, 5: 2 + draws.chance(0.3)}[mass],
    }


def draw_treatment(draws: Draws, disease: str, biologics: int) -> Row:
    """Draw the classes of the biologics tried before, and the dose of the induction.

    Each agent was tried once; several can be of one class.
    """
    left = dict(CHOICES[disease])
    classes = dict.fromkeys(BIOLOGICS.values(), 0)
    for _ in range(biologics):
        agent = draws.pick(left)
        del left[agent]
        classes[BIOLOGICS[agent]] = 1
    return {**classes, "induction_dose_mg": draws.pick({45: 92, 30: 8})}


def draw_draining(draws: Draws, visit: Row, before: int | None, severity: float) -> int:
    """Draw how many perianal fistulas drain; `before` is the count at baseline, None if this is.

    Where there is no fistula, none drains. Each of those that drained may have closed, and a new
    one may drain as well.
    """
    if not visit["anal_fistula"]:
        return 0
    if before is None:
        return draws.pick({0: 12, 1: 50, 2: 28, 3: 10})
    still = sum(draws.chance(0.25 + 0.5 * severity) for _ in range(before))
    return still + (visit["new_fistula"] and draws.chance(0.5))


def draw_colitis_answers(draws: Draws, severity: float, normal_stools: int) -> Row:
    """Draw the non-endoscopic Mayo items."""
    return {
        "stools_per_day": normal_stools + draws.count(7 * severity * severity),
        "rectal_bleeding": draws.level(0.9 * severity - 0.1, 3),
        "physician_global": draws.level(0.9 * severity, 3),
    }


def draw_colonoscopy(draws: Draws, subscore: int | None, friable: bool) -> Row:
    """Draw what goes with a Mayo endoscopic subscore; None is an endoscopy that was not done."""
    names = ("endoscopic_subscore", "friability", "vascular_pattern", "bleeding", "erosions_ulcers")
    if subscore is None:
        return dict.fromkeys(names)
    bleeding = (0, int(friable), draws.whole(0, 1), draws.whole(1, 3))[subscore]
    erosions = (0, 0, draws.whole(0, 1), draws.whole(2, 3))[subscore]
    values = (subscore, int(friable or subscore > 1), min(subscore, 2), bleeding, erosions)
    return dict(zip(names, values, strict=True))


def draw_ultrasound(draws: Draws, walls: Mapping[str, float]) -> list[Row]:
    """Draw intestinal ultrasound by segment; the rectum is not seen through the abdomen."""
    scan = []
    for segment in SEGMENTS[:-1]:
        severity = walls[segment]
        thickness = max(1.0, round(draws.normal(2.1 + 4.5 * severity, 0.4), 1))
        inflamed = severity * (thickness > 3)
        scan.append({
            "segment": segment,
            "wall_thickness_mm": thickness,
            "doppler_flow": int(draws.chance(1.3 * inflamed)),
            "inflammatory_fat": int(draws.chance(0.7 * inflamed)),
            "stratification": int(not draws.chance(0.6 * inflamed)),
        })  # fmt: skip
    return scan


def draw_events(draws: Draws, start: date, last: date, stopped_by_event: bool) -> list[Row]:
    """Draw adverse events up to the last day, on which one may have stopped the treatment."""
    events = []
    if stopped_by_event:
        events.append((draws.pick({"pneumonia": 1, "herpes zoster": 1}), last, "stopped"))
    for term, (share, serious, _) in EVENTS.items():
        if draws.chance(share) and all(term != known for known, *_ in events):
            onset = start + timedelta(draws.whole(3, (last - start).days))
            action = "interrupted" if draws.chance(0.6 if serious else 0.1) else "none"
            events.append((term, onset, action))
    return [
        {"term": term, "onset_date": onset, "serious": int(EVENTS[term][1]),
         "related": int(EVENTS[term][2]), "action": action}
        for term, onset, action in sorted(events, key=lambda event: event[1])
    ]  # fmt: skip
