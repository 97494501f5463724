"""The simulated cohort, read back by plain calculation: no score or endpoint of the library."""

import csv
import re
import tomllib
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from ibd_scores.study import paths, simulation
from ibd_scores.study.cleaning import Clean
from ibd_scores.study.simulation.codebook import CODEBOOK, TREATMENT

RAW = paths.raw("upadacitinib")
WRITTEN = {*(f"{table}.csv" for table in CODEBOOK), "faults.csv", "README.md"}
CELLS = ("Ulcer size", "Ulcerated surface", "Affected surface", "Narrowing")
NOT_DONE = "未查"
CLASSES = ("Anti-TNF", "Anti-integrin", "Anti-IL-12/23")

Exam = dict[str, tuple[int, ...]]  # the four cells of each segment that was reached


def rows(name: str) -> list[dict[str, str]]:
    with (RAW / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PATIENTS = {row["Patient ID"]: row for row in rows("patients")}
VISITS = {(row["Patient ID"], row["Visit"]): row for row in rows("visits")}
CROHN = {patient for patient, row in PATIENTS.items() if row["Diagnosis"] == "CD"}
COLITIS = {patient for patient, row in PATIENTS.items() if row["Diagnosis"] == "UC"}
COMPLETED = {patient for patient, row in PATIENTS.items() if not row["Stop date"]}


def endoscopies() -> dict[tuple[str, str], Exam]:
    exams: dict[tuple[str, str], Exam] = defaultdict(dict)
    for row in rows("endoscopy"):
        if row["Status"] == "reached":
            cells = tuple(int(row[cell]) for cell in CELLS)
            exams[row["Patient ID"], row["Visit"]][row["Segment"]] = cells
    return dict(exams)


EXAMS = endoscopies()
SCOPED = sorted(
    patient
    for patient in CROHN & COMPLETED
    if (patient, "baseline") in EXAMS and (patient, "week 12") in EXAMS
)


def total(exam: Exam, segments: set[str] | None = None) -> int:
    return sum(sum(cells) for segment, cells in exam.items()
               if segments is None or segment in segments)  # fmt: skip


def ulcerated(exam: Exam) -> set[str]:
    return {segment for segment, (_, surface, _, _) in exam.items() if surface > 0}


def isolated_ileal(exam: Exam) -> bool:
    return sum(exam.get("ileum", ())) > 0 and total(exam) == sum(exam["ileum"])


def responds(before: int, after: int, ileal: bool) -> bool:
    return 2 * (before - after) > before or (before == 4 and ileal and before - after >= 2)


def pair(patient: str) -> tuple[Exam, Exam]:
    return EXAMS[patient, "baseline"], EXAMS[patient, "week 12"]


def colonoscopies(visit: str) -> dict[str, tuple[int, int]]:
    """Mayo endoscopic subscore and friability of those who were scoped."""
    return {
        patient: (int(row["Mayo endoscopic"]), int(row["Friability"]))
        for (patient, when), row in VISITS.items()
        if patient in COLITIS and when == visit and row["Mayo endoscopic"] != NOT_DONE
    }


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("upadacitinib")
    simulation.main(folder)
    return folder


def test_the_same_seed_writes_the_same_files(regenerated: Path) -> None:
    assert {path.name for path in regenerated.iterdir()} == WRITTEN


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_the_same_seed_writes_the_same_bytes(regenerated: Path, name: str) -> None:
    assert (regenerated / name).read_bytes() == (RAW / name).read_bytes()


def test_80_with_crohns_disease_started_and_75_completed() -> None:
    assert (len(CROHN), len(CROHN & COMPLETED)) == (80, 75)


def test_who_stopped_has_a_day_and_a_reason_and_no_visit_at_week_12() -> None:
    for patient in PATIENTS.keys() - COMPLETED:
        assert PATIENTS[patient]["Stop reason"]
        assert (patient, "week 12") not in VISITS
        assert (patient, "week 12") not in EXAMS


def test_40_of_the_75_have_a_fistula_or_an_abscess() -> None:
    perianal = [patient for patient in CROHN & COMPLETED
                if "1" in (PATIENTS[patient]["Perianal fistula"],
                           PATIENTS[patient]["Perianal abscess"])]  # fmt: skip
    assert len(perianal) == 40


def test_the_classes_tried_before_are_at_most_the_agents_and_at_least_one() -> None:
    tried = [(int(row["Prior biologics"]), sum(int(row[name]) for name in CLASSES))
             for row in PATIENTS.values()]  # fmt: skip
    assert all(1 <= classes <= agents <= 4 for agents, classes in tried)
    assert any(classes < agents for agents, classes in tried)  # two agents of one class
    for name in CLASSES:
        assert {row[name] for row in PATIENTS.values()} == {"0", "1"}


def test_most_are_induced_with_45_mg_and_a_few_with_30() -> None:
    doses = [row["Induction dose"] for row in PATIENTS.values()]
    assert set(doses) == {"30", "45"}
    assert 0 < doses.count("30") < len(doses) / 10


def test_fistulas_drain_where_there_are_fistulas_and_are_not_asked_for_in_colitis() -> None:
    for (patient, _), row in VISITS.items():
        if patient in COLITIS:
            assert row["Draining fistulas"] == ""
        elif row["Anal fistula"] == "0":
            assert row["Draining fistulas"] == "0"
        else:
            assert 0 <= int(row["Draining fistulas"]) <= 10


def test_one_or_two_fistulas_drain_as_a_rule_and_fewer_by_week_12() -> None:
    def drained(patients: set[str], visit: str) -> list[int]:
        return [int(VISITS[one, visit]["Draining fistulas"]) for one in sorted(patients)]

    with_fistula = {one for one in CROHN & COMPLETED if PATIENTS[one]["Perianal fistula"] == "1"}
    before, after = drained(with_fistula, "baseline"), drained(with_fistula, "week 12")
    assert 2 * sum(count in (1, 2) for count in before) > len(before)
    assert sum(after) < sum(before)
    assert any(0 < late < early for early, late in zip(before, after, strict=True))
    assert any(late >= early > 0 for early, late in zip(before, after, strict=True))


def test_60_of_the_75_were_scoped_twice_and_had_ulcers() -> None:
    assert len(SCOPED) == 60
    assert all(ulcerated(pair(patient)[0]) for patient in SCOPED)


def test_nobody_was_scoped_at_week_12_alone() -> None:
    late = {patient for patient, visit in EXAMS if visit == "week 12"}
    assert late == set(SCOPED)


def test_37_of_the_60_start_at_a_ses_cd_of_at_least_7() -> None:
    assert sum(total(pair(patient)[0]) >= 7 for patient in SCOPED) == 37


def test_all_60_can_respond_with_and_without_the_narrowing_component() -> None:
    for patient in SCOPED:
        before, _ = pair(patient)
        least = 4 if isolated_ileal(before) else 6
        assert total(before) - sum(cells[3] for cells in before.values()) >= least, patient


@pytest.mark.parametrize("matched", [True, False])
def test_44_of_the_60_respond_with_and_without_matching_of_segments(matched: bool) -> None:
    responders = 0
    for patient in SCOPED:
        before, after = pair(patient)
        both = before.keys() & after.keys() if matched else before.keys() | after.keys()
        responders += responds(total(before, both), total(after, both), isolated_ileal(before))
    assert responders == 44


def test_three_non_responders_fall_by_exactly_half() -> None:
    halves = [(before, after) for before, after in map(pair, SCOPED)
              if 2 * total(after) == total(before)
              and not responds(total(before), total(after), isolated_ileal(before))]  # fmt: skip
    assert len(halves) == 3


def test_29_of_the_60_end_at_a_ses_cd_of_at_most_2() -> None:
    assert sum(total(pair(patient)[1]) <= 2 for patient in SCOPED) == 29


def test_32_of_the_60_end_without_ulcers_and_none_of_them_unseen() -> None:
    free = [patient for patient in SCOPED if not ulcerated(pair(patient)[1])]
    assert len(free) == 32
    for patient in free:
        before, after = pair(patient)
        assert ulcerated(before) <= after.keys()


def test_some_are_free_of_ulcers_outside_remission_and_some_the_other_way_round() -> None:
    ends = [(total(after) <= 2, not ulcerated(after)) for _, after in map(pair, SCOPED)]
    assert ends.count((False, True)) == 5
    assert ends.count((True, False)) == 2


def test_an_ulcer_has_a_size_and_a_surface_and_one_stricture_at_most_is_impassable() -> None:
    for exam in EXAMS.values():
        assert all((size > 0) == (surface > 0) for size, surface, _, _ in exam.values())
        assert sum(cells[3] == 3 for cells in exam.values()) <= 1


def test_segments_that_were_not_reached_are_blank() -> None:
    blank = [row for row in rows("endoscopy") if row["Status"] == "not reached"]
    assert blank
    assert {row[cell] for row in blank for cell in CELLS} == {""}


def test_26_with_colitis_started_and_23_completed() -> None:
    assert (len(COLITIS), len(COLITIS & COMPLETED)) == (26, 23)


def test_17_of_24_start_at_a_mayo_endoscopic_subscore_of_3() -> None:
    subscores = [subscore for subscore, _ in colonoscopies("baseline").values()]
    assert (subscores.count(3), subscores.count(2), len(subscores)) == (17, 7, 24)
    assert colonoscopies("baseline").keys() >= COLITIS & COMPLETED


def test_16_of_20_improve_endoscopically_and_8_reach_0() -> None:
    after = list(colonoscopies("week 12").values())
    assert len(after) == 20
    assert sum(subscore <= 1 and not friable for subscore, friable in after) == 16
    assert sum(subscore == 0 for subscore, _ in after) == 8


def test_two_with_a_subscore_of_1_are_friable_and_nobody_with_0_is() -> None:
    after = list(colonoscopies("week 12").values())
    assert (after.count((1, 1)), after.count((0, 1))) == (2, 0)


def test_somebody_ends_at_a_crp_of_exactly_5() -> None:
    crp = [(row["CRP"], row["CRP unit"]) for (_, visit), row in VISITS.items()
           if visit == "week 12"]  # fmt: skip
    assert crp.count(("5.0", "mg/L")) + crp.count(("0.50", "mg/dL")) >= 2


def test_diaries_hold_at_least_seven_ordinary_days_but_for_the_listed_gaps() -> None:
    days: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows("diary"):
        days[row["Patient ID"]].append(row)
    gaps: dict[tuple[str, str], int] = defaultdict(int)
    for fault in rows("faults"):
        gaps[fault["patient_id"], fault["visit"]] += fault["problem"] == "no diary entry"
    for (patient, visit), row in VISITS.items():
        if patient not in CROHN:
            continue
        day = date(*map(int, row["Visit date"].replace("/", "-").split("-")))
        before = [entry for entry in days[patient]
                  if timedelta(0) < day - date.fromisoformat(entry["Date"]) <= timedelta(14)
                  and (entry["Bowel preparation"], entry["Endoscopy"]) == ("0", "0")]  # fmt: skip
        assert len(before) == 7 - gaps[patient, visit.replace(" ", "")]
    short = [missing for missing in gaps.values() if missing]
    assert (len(short), short.count(4), max(short)) == (7, 1, 4)  # one is left with three days


def test_every_column_is_described_in_the_readme_and_read_by_the_cohort_file() -> None:
    readme = (RAW / "README.md").read_text(encoding="utf-8")
    declared = tomllib.loads((RAW / "cohort.toml").read_text(encoding="utf-8"))
    for table, columns in CODEBOOK.items():
        headings = list(rows(table)[0])
        assert headings == [column.heading for column in columns]
        section = readme.split(f"### {table}.csv")[1].split("\n#")[0]
        for column in columns:
            assert f"| {column.heading} | {column.values} |" in section
        told = str(declared[table])
        assert not [heading for heading in headings if f"'{heading}'" not in told]


def test_numbers_are_in_the_range_that_the_readme_gives_but_for_the_listed_faults() -> None:
    faults = {(fault["table"], fault["row"], fault["column"]) for fault in rows("faults")}
    for table, columns in CODEBOOK.items():
        for column in columns:
            stated = re.fullmatch(
                r"([\d.]+)(?: [a-z ]+)? to ([\d.]+)(?: [a-z ]+)?(?:, .*)?", column.values
            )
            for number, row in enumerate(rows(table), start=2):
                text = row[column.heading]
                if stated and text and (table, str(number), column.name) not in faults:
                    assert float(stated[1]) <= float(text) <= float(stated[2]), (table, number)


def test_no_table_holds_a_total_or_an_endpoint() -> None:
    held = " ".join(heading for table in CODEBOOK for heading in rows(table)[0]).lower()
    words = held.replace("(", " ").replace(")", " ").split()
    for word in ("cdai", "total", "score", "pro2", "uceis", "response", "remission", "severity"):
        assert word not in words


def test_cleaning_finds_every_planted_fault_and_nothing_else(cleaned: Clean) -> None:
    queries = cleaned.queries
    place = ["table", "row", "patient_id", "visit", "column", "problem", "old"]
    found = queries[place].astype(object).where(queries[place].notna(), "").astype(str)
    listed = [tuple(fault.values()) for fault in rows("faults")]
    assert sorted(found.itertuples(index=False, name=None)) == sorted(listed)


def test_cleaning_reads_what_was_added_as_it_was_drawn(cleaned: Clean) -> None:
    tables = cleaned.tables
    patients = tables["patients"].set_index("patient_id")
    for heading, name in zip(CLASSES, ("tnf", "integrin", "il12_23"), strict=True):
        drawn = {one: float(row[heading]) for one, row in PATIENTS.items()}
        assert patients[f"prior_anti_{name}"].to_dict() == drawn
    doses = {one: float(row["Induction dose"]) for one, row in PATIENTS.items()}
    assert patients["induction_dose_mg"].to_dict() == doses
    drained = tables["visits"].groupby(tables["visits"]["patient_id"].isin(COLITIS))
    assert drained["draining_fistulas"].count().tolist() == [155, 0]  # 80 and 75 visits


def test_every_kind_of_fault_is_planted_and_explained() -> None:
    assert {fault["problem"] for fault in rows("faults")} == set(TREATMENT)


def test_a_plan_whose_courses_miss_a_target_is_refused(tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    text = simulation.PLAN.read_text(encoding="utf-8")
    plan.write_text(text.replace("response = 44", "response = 43"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"crohn\.response: the courses make 44, the target is 43"):
        simulation.read_plan(plan)


def test_a_plan_with_a_course_that_nobody_fits_says_which() -> None:
    plan = simulation.read_plan()
    plan["crohn"]["course"][0] |= {"baseline": 56, "week12": 0}
    with pytest.raises(ValueError, match="candidates fit the course"):
        simulation.choose_bowels(plan)
