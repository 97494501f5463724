"""The simulated cohort: patients drawn so that the published figures are all true of them.

`python -m ibd_scores.study.simulation [folder]` writes the raw tables of `data/raw/upadacitinib`.
What was published is read from `upadacitinib.toml`; what was not is drawn from a latent severity
(`latent`). Patients are accepted or redrawn by the library's own scores and endpoints, never edited
into shape. The same seed gives the same bytes.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from ibd_scores import cdai, endpoints, ses_cd, ses_cd_without_narrowing
from ibd_scores.derive import keys_standard_weight
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study import paths
from ibd_scores.study.simulation import export, latent
from ibd_scores.study.simulation.codebook import CODEBOOK
from ibd_scores.study.simulation.latent import BASELINE, WEEK12, Bowel, Draws, Row

PLAN = Path(__file__).with_name("upadacitinib.toml")
Plan = Mapping[str, Any]
Tables = dict[str, list[Row]]

CANDIDATES = 2500  # bowels drawn, of which the courses take the first that fit

# Each purpose has its own stream of draws, and each patient: a change in one leaves the rest alone.
BOWELS, ORDER, PATIENTS = range(3)
TREATMENT = 4  # 3 is taken by the faults of `export`


@dataclass
class Patient:
    """One patient on the way into the tables; `bowel` tells Crohn's disease from colitis."""

    course: Plan
    start: date
    bowel: Bowel | None
    fistula: int = 0
    abscess: int = 0
    imaged: tuple[str, ...] = ()
    on_the_cut: str = ""
    number: int = 0

    @property
    def patient_id(self) -> str:
        """P001 for the first to start."""
        return f"P{self.number:03d}"

    @property
    def completed(self) -> bool:
        """Whether the 12 weeks were completed."""
        return "stopped" not in self.course

    @property
    def visits(self) -> tuple[str, ...]:
        """Who stops early is not seen at week 12."""
        return (BASELINE, WEEK12) if self.completed else (BASELINE,)


# What each target counts, as a condition on a course of the plan.
COUNTED: dict[str, dict[str, Callable[[Plan], bool]]] = {
    "crohn": {
        "started": lambda course: True,
        "completed": lambda course: "stopped" not in course,
        "scoped": lambda course: len(course["scoped"]) == 2,
        "moderate_severe": lambda course: course.get("moderate_severe", False),
        "response": lambda course: course.get("response", False),
        "remission": lambda course: course.get("remission", False),
        "ulcer_free": lambda course: course.get("ulcer_free", False),
    },
    "colitis": {
        "started": lambda course: True,
        "completed": lambda course: "stopped" not in course,
        "scoped_at_baseline": lambda course: BASELINE in course["subscores"],
        "subscore_3": lambda course: course["subscores"].get(BASELINE) == 3,
        "scoped": lambda course: WEEK12 in course["subscores"],
        "improvement": lambda course: (
            course["subscores"].get(WEEK12, 3) <= 1 and not course.get("friable_at_week12", False)
        ),
        "subscore_0": lambda course: course["subscores"].get(WEEK12) == 0,
    },
}


def read_plan(path: Path = PLAN) -> dict[str, Any]:
    """Read the plan, and refuse one whose courses do not add up to its targets.

    Raises
    ------
    ValueError
        if they do not; it names each target that the courses miss.
    """
    plan = tomllib.loads(path.read_text(encoding="utf-8"))
    missed = []
    for disease, conditions in COUNTED.items():
        for name, counts in conditions.items():
            found = sum(c["patients"] for c in plan[disease]["course"] if counts(c))
            if found != (wanted := plan[disease]["targets"][name]):
                missed.append(f"{disease}.{name}: the courses make {found}, the target is {wanted}")
    if missed:
        raise ValueError(f"{path.name}: {'; '.join(missed)}. Correct the courses or the target.")
    return plan


def judge(bowels: list[Bowel]) -> pd.DataFrame:
    """Judge candidates by the library: SES-CD, verdicts, and whether a patient can be used.

    Usable is who had an ulcer at baseline, belongs to the analysis set of the endoscopic endpoints
    with and without the narrowing component, and gets the same verdicts with and without matching
    of segments: so that neither choice moves a published figure.
    """
    visits = pd.concat(
        [pd.DataFrame([bowel.cells[visit] for bowel in bowels], dtype=float)
         .assign(patient_id=range(len(bowels)), visit=visit) for visit in (BASELINE, WEEK12)],
        ignore_index=True,
    )  # fmt: skip
    visits["ses_cd"] = ses_cd(visits)
    visits["ses_cd_without_narrowing"] = ses_cd_without_narrowing(visits)
    pairs = endpoints.pairs(visits)
    response = endpoints.endoscopic_response(pairs)
    ulcer_free = endpoints.ulcer_free(pairs)
    moderate = ses_cd.band(pairs["ses_cd_baseline"]) >= "moderate"
    least = 6 - 2 * pairs["isolated_ileal_baseline"]
    return pd.DataFrame({
        "baseline": pairs["ses_cd_baseline"],
        "week12": pairs["ses_cd"],
        "moderate_severe": moderate,
        "response": response,
        "remission": endpoints.ses_cd_remission(pairs),
        "ulcer_free": ulcer_free,
        "halved": pairs["ses_cd_baseline"] == 2 * pairs["ses_cd"],
        "usable": response.notna() & ulcer_free.notna()
        & (response == endpoints.endoscopic_response_unmatched(pairs))
        & (moderate == (ses_cd.band(pairs["ses_cd_matched_baseline"]) >= "moderate"))
        & (pairs["ses_cd_matched_baseline"] >= least)
        & (pairs["ses_cd_without_narrowing_baseline"] >= least)
        & ((pairs["ses_cd"] > 2) == (pairs["ses_cd_matched"] > 2)),
    })  # fmt: skip


def choose_bowels(plan: Plan) -> list[tuple[Plan, Bowel]]:
    """Give each patient with Crohn's disease a course, and the first candidate that fits it."""
    draws = Draws(plan["seed"], BOWELS)
    bowels = [latent.draw_bowel(draws) for _ in range(CANDIDATES)]
    judged = judge(bowels)
    free = judged[judged["usable"]]
    chosen = []
    for course in plan["crohn"]["course"]:
        wanted = {"halved": False} if "week12" not in course else {}
        wanted |= {name: course[name] for name in free.columns if name in course}
        fits = free.index[(free[list(wanted)] == pd.Series(wanted)).all(axis="columns")]
        taken = fits[: course["patients"]]
        if len(taken) < course["patients"]:
            raise ValueError(f"{len(taken)} of {CANDIDATES} candidates fit the course {course}")
        chosen += [(course, bowels[number]) for number in taken]
        free = free.drop(index=taken)
    return chosen


def enroll(plan: Plan) -> list[Patient]:
    """List everyone who starts, in the order of the day on which they do."""
    draws = Draws(plan["seed"], ORDER)
    days = (plan["last_start"] - plan["first_start"]).days

    def starts(course: Plan, bowel: Bowel | None = None) -> Patient:
        return Patient(course, plan["first_start"] + timedelta(draws.whole(0, days)), bowel)

    crohn = [starts(course, bowel) for course, bowel in choose_bowels(plan)]
    colitis = [starts(c) for c in plan["colitis"]["course"] for _ in range(c["patients"])]
    completed = [patient for patient in crohn if patient.completed]

    draws.shuffle(completed)
    perianal = completed[: plan["crohn"]["targets"]["perianal"]]
    for patient in perianal + [one for one in crohn if not one.completed and draws.chance(0.5)]:
        patient.fistula, patient.abscess = draws.pick({(1, 0): 70, (0, 1): 15, (1, 1): 15})
    draws.shuffle(completed)
    for patient in completed[: plan["imaging"][BASELINE]]:
        patient.imaged = (BASELINE,)
    for patient in completed[: plan["imaging"][WEEK12]]:
        patient.imaged = (BASELINE, WEEK12)
    draws.shuffle(completed)
    partly_healed = [p for p in completed if p.bowel and 0.1 < p.bowel.severity[WEEK12] < 0.35]
    cuts = [cut for cut, n in plan["crohn"]["on_the_cut"].items() for _ in range(n)]
    for patient, cut in zip(partly_healed[: len(cuts)], cuts, strict=True):
        patient.on_the_cut = cut

    patients = sorted(crohn + colitis, key=lambda patient: patient.start)
    for number, patient in enumerate(patients, start=1):
        patient.number = number
    return patients


def draw_person(draws: Draws, patient: Patient) -> Row:
    """Draw who the patient is: one row of the patients table."""
    crohn = patient.bowel is not None
    sex = "male" if draws.chance(0.65 if crohn else 0.70) else "female"
    years = draws.whole(1, 12)  # since the diagnosis
    usual, spread = (28, 8) if crohn else (46, 10)
    age = max(18, 17 + years, round(draws.normal(usual, spread)) + years)
    row: Row = {
        "patient_id": patient.patient_id, "disease": "CD" if crohn else "UC", "sex": sex,
        "age": age, "age_at_diagnosis": age - years,
        "height_m": round(draws.normal({"male": 1.72, "female": 1.60}[sex], 0.06), 2),
        "smoking": draws.pick({"never": 70, "former": 15, "current": 15}),
        "prior_advanced_therapies": draws.pick({1: 55, 2: 30, 3: 12, 4: 3}),
        "prior_surgery": int(crohn and draws.chance(0.2)),
        "immunomodulator": int(draws.chance(0.25)),
        "start_date": patient.start,
    }  # fmt: skip
    if patient.bowel:
        narrowed = any(grade for cell, grade in patient.bowel.cells[BASELINE].items()
                       if cell.startswith("narrowing"))  # fmt: skip
        row |= {
            "disease_ileum": int(patient.bowel.location != "colonic"),
            "disease_colon": int(patient.bowel.location != "ileal"),
            "disease_upper_gi": int(draws.chance(0.06)),
            "stricturing": int(draws.chance(0.5 if narrowed else 0.1)),
            "penetrating": int(draws.chance(0.12)),
            "perianal_fistula": patient.fistula,
            "perianal_abscess": patient.abscess,
        }
    else:
        row["colitis_extent"] = draws.pick({1: 10, 2: 40, 3: 50})
        row["normal_stools_per_day"] = draws.pick({1: 65, 2: 35})
    if not patient.completed:
        row["stop_date"] = patient.start + timedelta(draws.whole(14, 70))
        row["stop_reason"] = patient.course["stopped"]
    return row


def draw_visit(draws: Draws, patient: Patient, person: Row, visit: str, earlier: Row) -> Row:
    """Draw one visit; the days of its diary, if any, stand under "diary".

    A CDAI is a whole number only if all its terms are. So a patient who is to stand on a cut has
    a whole hematocrit, is so heavy that the weight term is at its floor, and is scoped outside the
    diary's week.
    """
    began = visit == BASELINE
    offset = -draws.whole(0, 10) if began else draws.whole(77, 91)
    day = patient.start + timedelta(offset)
    if patient.bowel:
        severity = draws.severity(0.16 + 0.70 * patient.bowel.severity[visit], 0.08)
    else:
        subscore = patient.course["subscores"].get(visit)
        usual = (0.08, 0.25, 0.58, 0.75)[(3 if began else 1) if subscore is None else subscore]
        severity = draws.severity(usual, 0.08)
    if began:
        standard = keys_standard_weight(height_m=person["height_m"], sex=person["sex"])
        share = draws.between(1.14, 1.22) if patient.on_the_cut else draws.normal(0.95, 0.09)
        weight = round(standard * share, 1)
    else:
        weight = round(earlier["weight_kg"] + draws.normal(1.2, 1.2), 1)
    fistula = int(patient.fistula and (began or draws.chance(0.7)))
    abscess = int(patient.abscess and (began or draws.chance(0.2)))
    row: Row = {
        "patient_id": patient.patient_id, "visit": visit, "date": day, "weight_kg": weight,
        **latent.draw_laboratory(draws, severity * (1 if patient.bowel else 0.75),
                                 person["sex"], 0.08 if began else 0.10),
        "systemic_steroid": int(draws.chance(0.35 if began else 0.3 * earlier["systemic_steroid"])),
        "antidiarrheal": int(draws.chance(0.15 * severity)),
        **latent.draw_flags(draws, severity, fistula, abscess),
    }  # fmt: skip
    if patient.on_the_cut and row["hematocrit_percent"]:
        row["hematocrit_percent"] = round(row["hematocrit_percent"])
    if patient.bowel:
        before = draws.pick({-9: 2, -5: 2, -4: 1, -3: 1, -2: 1, 0: 4} if began else
                            {-9: 1, -5: 1, -3: 1, -2: 1, 0: 4, 2: 3, 4: 2, 6: 1})  # fmt: skip
        scoped_on = day + timedelta(-9 if patient.on_the_cut else before)
        row["scoped_on"] = scoped_on if visit in patient.course["scoped"] else None
        row["diary"] = latent.draw_diary(draws, day, severity, row["scoped_on"])
        return row | latent.draw_crohn_answers(draws, severity, row["diary"][-1])
    friable = patient.course.get("friable_at_week12", False) and not began
    row |= latent.draw_colitis_answers(draws, severity, person["normal_stools_per_day"])
    return row | latent.draw_colonoscopy(draws, subscore, friable)


def crohn_activity(person: Row, visit: Row) -> float:
    """The CDAI of a visit by the library, from seven days of diary; NaN if an item is missing."""
    totals = {f"{answer}_7d": sum(day[answer] for day in visit["diary"])
              for answer in ("liquid_stools", "abdominal_pain", "general_wellbeing")}  # fmt: skip
    standard = keys_standard_weight(height_m=person["height_m"], sex=person["sex"])
    values = person | visit | totals | {"standard_weight_kg": standard}
    return float(cdai(**{item.name: values[item.name] for item in cdai.columns}))


def on_the_cut(cut: str, person: Row, before: Row, after: Row) -> bool:
    """Whether a patient's visits stand exactly where the cut of an endpoint is."""
    match cut:
        case "crp_5_at_week12":
            return bool(after["crp_mg_l"] == 5)
        case "calprotectin_250_at_week12":
            return bool(after["calprotectin_ug_g"] == 250)
        case "cdai_220_at_baseline":
            return crohn_activity(person, before) == 220
        case "cdai_150_at_week12":
            return crohn_activity(person, after) == 150
        case "cdai_falls_by_100":
            return crohn_activity(person, before) - crohn_activity(person, after) == 100
        case "cdai_falls_by_70":
            return crohn_activity(person, before) - crohn_activity(person, after) == 70
    raise ValueError(f"{PLAN.name}, [crohn.on_the_cut]: {cut} is not known here")


def draw_visits(draws: Draws, patient: Patient, person: Row) -> list[Row]:
    """Draw all visits of a patient, again and again for one who is to stand on a cut."""
    while True:
        visits: list[Row] = []
        for visit in patient.visits:
            visits.append(draw_visit(draws, patient, person, visit, (visits or [{}])[0]))
        if not patient.on_the_cut or on_the_cut(patient.on_the_cut, person, *visits):
            return visits


def add_treatment(draws: Draws, patient: Patient, person: Row, visits: list[Row]) -> None:
    """Add the treatment before and during the induction, and the fistulas that drain."""
    prior = person["prior_advanced_therapies"]
    person |= latent.draw_treatment(draws, person["disease"], prior)
    if patient.bowel is None:
        return
    before = None
    for visit in visits:
        severity = patient.bowel.severity[visit["visit"]]
        before = latent.draw_draining(draws, visit, before, severity)
        visit["draining_fistulas"] = before


def endoscopy_rows(patient: Patient, visit: Row) -> list[Row]:
    """Lay an endoscopy out by segment; nothing is recorded in a segment not reached."""
    if patient.bowel is None or visit["scoped_on"] is None:
        return []
    cells = patient.bowel.cells[visit["visit"]]
    rows = []
    for segment in SEGMENTS:
        findings = {variable: cells[f"{variable}_{segment}"] for variable in VARIABLES}
        reached = findings["ulcer_size"] is not None
        rows.append({
            "patient_id": patient.patient_id, "visit": visit["visit"], "date": visit["scoped_on"],
            "segment": segment, "status": "reached" if reached else "not reached", **findings,
        })  # fmt: skip
    return rows


def simulate(plan: Plan) -> tuple[Tables, frozenset[str]]:
    """Draw the whole cohort, as it was before a hospital exported it.

    Returns the tables, and the patients who stand on a cut, whom no planted fault may move.
    """
    patients = enroll(plan)
    spared = frozenset(patient.patient_id for patient in patients if patient.on_the_cut)
    return follow(plan, patients), spared


def follow(plan: Plan, patients: list[Patient]) -> Tables:
    """Draw everything that happened to these patients."""
    tables: Tables = {name: [] for name in CODEBOOK}
    for patient in patients:
        draws = Draws(plan["seed"], PATIENTS, patient.number)
        person = draw_person(draws, patient)
        tables["patients"].append(person)
        visits = draw_visits(draws, patient, person)
        add_treatment(Draws(plan["seed"], TREATMENT, patient.number), patient, person, visits)
        for visit in visits:
            which = {key: visit[key] for key in ("patient_id", "visit", "date")}
            tables["endoscopy"] += endoscopy_rows(patient, visit)
            tables["diary"] += [{"patient_id": patient.patient_id} | day
                                for day in visit.pop("diary", [])]  # fmt: skip
            visit.pop("scoped_on", None)
            tables["visits"].append(visit)
            if patient.bowel and visit["visit"] in patient.imaged:
                walls = patient.bowel.walls[visit["visit"]]
                tables["imaging"] += [which | seen for seen in latent.draw_ultrasound(draws, walls)]
        last = person.get("stop_date", patient.start + timedelta(84))
        stopped_by_event = person.get("stop_reason") == "adverse event"
        tables["adverse_events"] += [
            {"patient_id": patient.patient_id} | event
            for event in latent.draw_events(draws, patient.start, last, stopped_by_event)
        ]
    return tables


def main(folder: Path | None = None) -> None:
    """Write the raw tables, the list of planted faults and the README of the cohort."""
    plan = read_plan()
    export.write(*simulate(plan), plan, folder or paths.raw("upadacitinib"))
