"""Named steps before scoring: from what a chart holds to what a form asks.

Each is called with a table (a Series comes out) or with values by name (a number comes out);
a missing value gives a missing result, a value off the form raises ValueError.

>>> hematocrit_deficit(hematocrit_percent=40, sex="male")
7.0
>>> hematocrit_deficit(hematocrit_percent=44, sex="female")
-2.0
>>> hematocrit_deficit(hematocrit_percent=44, sex="female", hematocrit_floor=0)
0.0
>>> round(weight_deficit(weight_kg=62, standard_weight_kg=70), 4)
11.4286
>>> round(keys_standard_weight(height_m=1.75, sex="male"), 2)
67.68
>>> stool_frequency(stools_per_day=6, normal_stools_per_day=2)
2.0
"""

from typing import TYPE_CHECKING

import numpy as np

from ibd_scores.citations import BEST_1976, DANESE_2022, HARVEY_1980, SCHROEDER_1987
from ibd_scores.columns import Array
from ibd_scores.form import Interval, Item
from ibd_scores.formula import DECIMALS, Derivation, derivation

if TYPE_CHECKING:
    import pandas as pd


NO_YES = range(2)
FEMALE, MALE = 0, 1  # the places of the words in SEX.values

SEX = Item("sex", "for the reference values", ("female", "male"))
HEMATOCRIT = Item(
    "hematocrit_percent",
    "hematocrit",
    Interval(10, 75),
    unit="%",
    hint="a value below 1 looks like a fraction: give percent",
)
WEIGHT = Item("weight_kg", "body weight", Interval(2, 300), unit="kg")
STANDARD_WEIGHT = Item(
    "standard_weight_kg", "standard weight for height and sex", Interval(2, 300), unit="kg"
)
HEIGHT = Item(
    "height_m", "height", Interval(0.5, 2.5), unit="m",
    hint="a value above 50 looks like centimeters: give meters",
)  # fmt: skip


def _by_sex(sex: Array, *, female: float, male: float) -> Array:
    reference = np.where(sex == MALE, male, female)
    return np.where(np.isnan(sex), np.nan, reference)


@derivation(
    HEMATOCRIT,
    SEX,
    title="47 (men) or 42 (women) minus the hematocrit in %; signed, as in 1976; "
    "hematocrit_floor=0 is the later trial worksheets' variant",
    citation=BEST_1976,
)
def hematocrit_deficit(
    hematocrit_percent: Array, sex: Array, *, hematocrit_floor: float | None = None
) -> Array:
    deficit = _by_sex(sex, female=42, male=47) - hematocrit_percent
    return deficit if hematocrit_floor is None else np.maximum(deficit, hematocrit_floor)


@derivation(
    WEIGHT,
    STANDARD_WEIGHT,
    title="% below standard weight, not under -10; weight_floor=0 or None are variants in use",
    citation=BEST_1976,
)
def weight_deficit(
    weight_kg: Array, standard_weight_kg: Array, *, weight_floor: float | None = -10
) -> Array:
    deficit = 100 * (1 - weight_kg / standard_weight_kg)
    return deficit if weight_floor is None else np.maximum(deficit, weight_floor)


@derivation(
    HEIGHT,
    SEX,
    name="standard_weight_kg",
    title="standard weight, kg: 22.1 (men) or 20.8 (women) x height in m squared; trials used "
    "the Metropolitan Life tables instead, whose values can be given as standard_weight_kg",
    citation="IG-IBD Scores, CDAI worksheet (Keys-type formula). igibdscores.it/en/info-cdai",
)
def keys_standard_weight(height_m: Array, sex: Array) -> Array:
    return _by_sex(sex, female=20.8, male=22.1) * height_m**2


def flag(name: str, meaning: str) -> Item:
    """Make the item of a question answered with no (0) or yes (1)."""
    return Item(name, f"{meaning}: no 0, yes 1", NO_YES)


ARTHRALGIA = flag("arthralgia", "arthritis or arthralgia")
UVEITIS = flag("uveitis", "iritis or uveitis")
ERYTHEMA_NODOSUM = flag("erythema_nodosum", "erythema nodosum")
PYODERMA_GANGRENOSUM = flag("pyoderma_gangrenosum", "pyoderma gangrenosum")
APHTHOUS_ULCERS = flag("aphthous_ulcers", "aphthous ulcers of the mouth")
ANAL_FISSURE = flag("anal_fissure", "anal fissure")
ANAL_FISTULA = flag("anal_fistula", "anal fistula")
ABSCESS = flag("abscess", "abscess")
NEW_FISTULA = flag("new_fistula", "new fistula")
OTHER_FISTULA = flag("other_fistula", "fistula elsewhere than the anus")
FEVER = flag("fever", "above 37.8 degrees C in the past week")


@derivation(
    ARTHRALGIA,
    UVEITIS,
    ERYTHEMA_NODOSUM,
    PYODERMA_GANGRENOSUM,
    APHTHOUS_ULCERS,
    ANAL_FISSURE,
    ANAL_FISTULA,
    ABSCESS,
    OTHER_FISTULA,
    FEVER,
    name="complications",
    title="how many of the six groups are present: joints; eyes; skin or mouth; anal fissure, "
    "fistula or abscess; other fistula; fever. Two findings of one group count once",
    citation=BEST_1976,
)
def cdai_complications(
    arthralgia: Array, uveitis: Array, erythema_nodosum: Array, pyoderma_gangrenosum: Array,
    aphthous_ulcers: Array, anal_fissure: Array, anal_fistula: Array, abscess: Array,
    other_fistula: Array, fever: Array,
) -> Array:  # fmt: skip
    # np.maximum is "either" for 0 and 1, and missing if one of the two is missing.
    skin_or_mouth = np.maximum(np.maximum(erythema_nodosum, pyoderma_gangrenosum), aphthous_ulcers)
    anal = np.maximum(np.maximum(anal_fissure, anal_fistula), abscess)
    return arthralgia + uveitis + skin_or_mouth + anal + other_fistula + fever


@derivation(
    ARTHRALGIA,
    UVEITIS,
    ERYTHEMA_NODOSUM,
    APHTHOUS_ULCERS,
    PYODERMA_GANGRENOSUM,
    ANAL_FISSURE,
    NEW_FISTULA,
    ABSCESS,
    name="complications_hbi",
    title="how many of the eight listed complications are present",
    citation=HARVEY_1980,
)
def hbi_complications(
    arthralgia: Array, uveitis: Array, erythema_nodosum: Array, aphthous_ulcers: Array,
    pyoderma_gangrenosum: Array, anal_fissure: Array, new_fistula: Array, abscess: Array,
) -> Array:  # fmt: skip
    return (
        arthralgia + uveitis + erythema_nodosum + aphthous_ulcers
        + pyoderma_gangrenosum + anal_fissure + new_fistula + abscess
    )  # fmt: skip


STOOLS_PER_DAY = Item("stools_per_day", "stools in 24 hours", Interval(0, 50))
NORMAL_STOOLS = Item(
    "normal_stools_per_day", "the patient's own normal, in remission or before", Interval(0, 20)
)


@derivation(
    STOOLS_PER_DAY,
    NORMAL_STOOLS,
    title="Mayo stool frequency from counts, relative to the patient's own normal: under 1 more "
    "0, from 1 more 1, from 3 more 2, from 5 more 3 (averaged counts fall in no gap)",
    citation=SCHROEDER_1987,
)
def stool_frequency(stools_per_day: Array, normal_stools_per_day: Array) -> Array:
    excess = np.round(stools_per_day - normal_stools_per_day, DECIMALS)
    level = 1.0 * (excess >= 1) + (excess >= 3) + (excess >= 5)
    return np.where(np.isnan(excess), np.nan, level)


ENDOSCOPIC_SUBSCORE = Item(
    "endoscopic_subscore", "normal 0, erythema 1, marked erythema or erosions 2, "
    "spontaneous bleeding or ulceration 3", range(4),
)  # fmt: skip
FRIABILITY = flag("friability", "mucosa bleeds at a touch")


@derivation(
    ENDOSCOPIC_SUBSCORE,
    FRIABILITY,
    name="endoscopic_subscore_adapted",
    title="Mayo endoscopic subscore in which friability scores 2, not 1; a subscore of 1 without "
    "a friability record is missing unless unrecorded_friability says how to read it (0 or 1); "
    "a normal mucosa recorded as friable contradicts itself and is missing",
    citation=DANESE_2022,
)
def adapted_endoscopic_subscore(
    endoscopic_subscore: Array, friability: Array, *, unrecorded_friability: float = np.nan
) -> Array:
    friable = np.where(np.isnan(friability), unrecorded_friability, friability)
    # 1 + friable is 2 with friability, 1 without, missing where nobody recorded it.
    adapted = np.where(endoscopic_subscore == 1, 1 + friable, endoscopic_subscore)
    contradictory = (endoscopic_subscore == 0) & (friability == 1)
    return np.where(contradictory, np.nan, adapted)


LIQUID_STOOLS = Item("liquid_stools", "liquid or very soft stools of the day", range(61))
DIARY_PAIN = Item("abdominal_pain", "abdominal pain of the day, none 0 to severe 3", range(4))
DIARY_WELLBEING = Item("general_wellbeing", "of the day, well 0 to terrible 4", range(5))


def _as_recorded(answer: Array) -> Array:
    return answer


DIARY = tuple(
    Derivation(name=item.name, title=item.meaning, inputs=(item,), rule=_as_recorded,
               citation=BEST_1976)
    for item in (LIQUID_STOOLS, DIARY_PAIN, DIARY_WELLBEING)
)  # fmt: skip
DAYS_LEFT_OUT = ("bowel_preparation", "endoscopy")
WINDOW_DAYS = 7


def diary_window(
    visits: "pd.DataFrame", diary: "pd.DataFrame", *, min_days: int = 4
) -> "pd.DataFrame":
    """Sum up the diary of the seven days before each visit, the visit's own day not included.

    Parameters
    ----------
    visits : DataFrame
        One row for each visit, with patient_id and date.
    diary : DataFrame
        One row for each patient and day, with patient_id, date, liquid_stools, abdominal_pain
        (0 to 3), general_wellbeing (0 to 4) and, if recorded, the flags bowel_preparation and
        endoscopy (0 or 1): days on which either is 1 are left out.
    min_days : int
        How many of the seven days an item needs (1 to 7).

    Returns
    -------
    DataFrame
        With the visits' index: for each diary item its mean (`_mean`) and its 7-day total as
        mean x 7 (`_7d`), missing where fewer than `min_days` days were recorded, and
        `diary_days`, the number of days with all three items.

    Raises
    ------
    ValueError
        If a column is absent or `date` holds no dates, a value is off the form, or a patient has
        two entries for one day.

    Notes
    -----
    Seven days: Best 1976. Four of seven is the trials' common rule.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({"patient_id": ["P1"], "date": pd.to_datetime(["2024-03-08"])})
    >>> days = pd.date_range("2024-03-03", periods=5)
    >>> diary = pd.DataFrame({"patient_id": "P1", "date": days, "liquid_stools": [3, 4, 3, 5, 5],
    ...                       "abdominal_pain": [1, 1, 2, 1, 0], "general_wellbeing": 1})
    >>> diary_window(visits, diary)[["liquid_stools_7d", "general_wellbeing_7d"]]
       liquid_stools_7d  general_wellbeing_7d
    0              28.0                   7.0
    """
    import pandas as pd

    if min_days not in range(1, WINDOW_DAYS + 1):
        raise ValueError(f"diary_window: min_days is 1 to {WINDOW_DAYS}, not {min_days!r}")
    for name, table in (("visits", visits), ("diary", diary)):
        absent = [column for column in ("patient_id", "date") if column not in table]
        if absent:
            raise ValueError(f"diary_window: {name} has no column {', '.join(absent)}")
        if not pd.api.types.is_datetime64_any_dtype(table["date"]):
            raise ValueError(f"diary_window: date in {name} holds no dates; pandas.to_datetime")
    twice = diary.duplicated(["patient_id", "date"])
    if twice.any():
        first = diary[twice].iloc[0]
        raise ValueError(
            f"diary_window: {int(twice.sum())} days stand twice in the diary, the first is "
            f"{first['patient_id']} on {first['date']:%Y-%m-%d} (row {first.name!r}); keep one"
        )
    daily = pd.DataFrame({answer.name: answer(diary) for answer in DIARY})
    left_out = np.zeros(len(diary), dtype=bool)
    for flag in DAYS_LEFT_OUT:
        if flag in diary:
            left_out |= diary[flag].to_numpy(dtype=float, na_value=0) == 1
    daily.loc[left_out] = np.nan
    daily = daily.assign(patient_id=diary["patient_id"], date=diary["date"])
    days_before = pd.concat(
        pd.DataFrame({
            "visit": np.arange(len(visits)),
            "patient_id": visits["patient_id"].to_numpy(),
            "date": visits["date"].to_numpy() - np.timedelta64(offset, "D"),
        })
        for offset in range(1, WINDOW_DAYS + 1)
    )  # fmt: skip
    names = [answer.name for answer in DIARY]
    found = days_before.merge(daily, how="left", on=["patient_id", "date"])
    complete = found[names].notna().all(axis="columns")
    by_visit = found.groupby("visit")[names]
    means = by_visit.mean().where(by_visit.count() >= min_days)
    window = pd.concat([means.add_suffix("_mean"), (7 * means).add_suffix("_7d")], axis="columns")
    window["diary_days"] = complete.groupby(found["visit"]).sum().astype(float)
    return window.set_axis(visits.index, axis="index")
