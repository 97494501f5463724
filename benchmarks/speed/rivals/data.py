"""The tables of the workloads, made from a seed, and the values that their forms permit."""

import numpy as np
import pandas as pd

SEED = 20240308
MISSING = 0.02

Span = tuple[int, int]

CDAI_SPANS: dict[str, Span] = {
    "liquid_stools_7d": (0, 420),
    "abdominal_pain_7d": (0, 21),
    "general_wellbeing_7d": (0, 28),
    "complications": (0, 6),
    "antidiarrheal": (0, 1),
    "abdominal_mass": (0, 5),
    "hematocrit_percent": (10, 75),
    "weight_kg": (2, 300),
    "standard_weight_kg": (2, 300),
}
CDAI_WHOLE = ("complications", "antidiarrheal")
MASSES = (0, 2, 5)
SEXES = ("female", "male")

SES_CD_SEGMENTS = tuple(
    tuple(
        f"{variable}_{segment}"
        for variable in ("ulcer_size", "ulcerated_surface", "affected_surface", "narrowing")
    )
    for segment in ("ileum", "right_colon", "transverse", "left_colon", "rectum")
)
SES_CD_SPANS: dict[str, Span] = {cell: (0, 3) for cells in SES_CD_SEGMENTS for cell in cells}

MAYO_SPANS: dict[str, Span] = {
    "mayo_adapted": (0, 9),
    "mayo_adapted_baseline": (0, 9),
    "rectal_bleeding": (0, 3),
    "rectal_bleeding_baseline": (0, 3),
    "stool_frequency": (0, 3),
    "stool_frequency_baseline": (0, 3),
    "endoscopic_subscore_adapted": (0, 3),
}
MAYO_WHOLE = tuple(name for name in MAYO_SPANS if not name.startswith("mayo"))
# Scores are rounded to 6 decimals, so a fall is compared with this much leave.
LEAVE = 1e-9
LEAVE_30_PERCENT = 170 * 5e-7 + LEAVE

DIARY_SPANS: dict[str, Span] = {
    "liquid_stools": (0, 60),
    "abdominal_pain": (0, 3),
    "general_wellbeing": (0, 4),
}
WINDOW_DAYS, LEAST_DAYS = 7, 4
VISITS_EACH = 4

OFF_FORM = "a value that the form does not permit"
TWICE = "a patient has two entries for one day"


def _with_gaps(table: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """Every column with a share of its values missing, each contiguous as a file's would be."""
    return pd.DataFrame({
        name: column.mask(random.random(len(table)) < MISSING) for name, column in table.items()
    })  # fmt: skip


def cdai_table(rows: int, small: bool = False) -> pd.DataFrame:
    """Make visits with what the CDAI reads.

    Parameters
    ----------
    rows : int
        How many visits.
    small : bool
        Whole numbers as int8 or int16, measurements as float32 and nothing missing; otherwise
        float64 with 2 % missing in each column.
    """
    random = np.random.default_rng(SEED)
    whole = pd.DataFrame({
        "liquid_stools_7d": np.minimum(random.poisson(18, rows), 420),
        "abdominal_pain_7d": random.integers(0, 22, rows),
        "general_wellbeing_7d": random.integers(0, 29, rows),
        "complications": random.binomial(6, 0.15, rows),
        "antidiarrheal": random.integers(0, 2, rows),
        "abdominal_mass": random.choice(MASSES, rows, p=(0.8, 0.1, 0.1)),
    })  # fmt: skip
    measured = pd.DataFrame({
        "hematocrit_percent": random.normal(40, 5, rows).clip(15, 65),
        "weight_kg": random.normal(68, 12, rows).clip(35, 150),
        "standard_weight_kg": random.normal(66, 8, rows).clip(45, 95),
    }).round(1)  # fmt: skip
    sex = pd.Series(np.array(SEXES)[random.integers(0, 2, rows)], dtype="str")
    if small:
        whole = whole.astype(dict.fromkeys(whole, "int8") | {"liquid_stools_7d": "int16"})
        measured = measured.astype("float32")
    else:
        whole = _with_gaps(whole.astype(float), random)
        measured = _with_gaps(measured, random)
        sex = sex.mask(random.random(rows) < MISSING)
    table = pd.concat([whole, measured], axis="columns")
    table.insert(7, "sex", sex)
    return table


def ses_cd_table(rows: int) -> pd.DataFrame:
    """Make endoscopies with about a tenth of the segments wholly missing, and 0.1 % of the cells.

    Parameters
    ----------
    rows : int
        How many endoscopies.
    """
    random = np.random.default_rng(SEED)
    cells = random.choice(4, (rows, len(SES_CD_SPANS)), p=(0.4, 0.25, 0.2, 0.15)).astype(float)
    unexplored = random.random((rows, len(SES_CD_SEGMENTS))) < 0.1
    cells[np.repeat(unexplored, len(SES_CD_SEGMENTS[0]), axis=1)] = np.nan
    cells[random.random(cells.shape) < 0.001] = np.nan
    return pd.DataFrame({name: cells[:, place] for place, name in enumerate(SES_CD_SPANS)})


def mayo_table(rows: int, small: bool = False) -> pd.DataFrame:
    """Make pairs of visits with what three endpoints of ulcerative colitis read.

    Parameters
    ----------
    rows : int
        How many pairs.
    small : bool
        int8 and nothing missing; otherwise float64 with 2 % missing in each column.
    """
    random = np.random.default_rng(SEED)
    subscores = random.integers(0, 4, (6, rows))
    bleeding, frequency, endoscopy, *baseline = subscores
    columns = (
        subscores[:3].sum(axis=0), subscores[3:].sum(axis=0),
        bleeding, baseline[0], frequency, baseline[1], endoscopy,
    )  # fmt: skip
    table = pd.DataFrame(dict(zip(MAYO_SPANS, columns, strict=True)))
    return table.astype("int8") if small else _with_gaps(table.astype(float), random)


def diary_tables(visits: int, shuffled: bool = False) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Make visits, four a patient and at least 28 days apart, and the diary of the weeks before.

    Parameters
    ----------
    visits : int
        How many visits.
    shuffled : bool
        Both tables in random order; otherwise by patient and date.

    Returns
    -------
    tuple of DataFrame
        The visits, and the diary: of the seven days before a visit 6.65 are recorded on average,
        with 2 % of their answers missing.
    """
    random = np.random.default_rng(SEED)
    number = np.arange(visits)
    patient = 1 + number // VISITS_EACH
    day = 56 * (number % VISITS_EACH) + random.integers(0, 29, visits)
    date = np.datetime64("2024-01-01", "us") + day.astype("timedelta64[D]")
    before = np.arange(WINDOW_DAYS, 0, -1).astype("timedelta64[D]")
    recorded = random.random((visits, WINDOW_DAYS)) < 0.95
    rows = int(recorded.sum())
    answers = pd.DataFrame({
        name: random.integers(0, min(high, 12) + 1, rows)
        for name, (_, high) in DIARY_SPANS.items()
    })  # fmt: skip
    tables = (
        pd.DataFrame({"patient_id": patient, "date": date}),
        pd.DataFrame({
            "patient_id": np.repeat(patient, recorded.sum(axis=1)),
            "date": (date[:, None] - before)[recorded],
        }).join(_with_gaps(answers.astype(float), random)),
    )  # fmt: skip
    if not shuffled:
        return tables
    first, second = (
        table.take(random.permutation(len(table))).reset_index(drop=True) for table in tables
    )
    return first, second
