"""Days of a diary summed up before a visit, and values of the visits before it."""

from typing import TYPE_CHECKING

import numpy as np

from ibd_scores.citations import BEST_1976, CONVENTION
from ibd_scores.derive.colitis import RECTAL_BLEEDING, STOOL_FREQUENCY
from ibd_scores.derive.findings import flag
from ibd_scores.form import Item
from ibd_scores.formula import DECIMALS, Derivation, as_recorded

if TYPE_CHECKING:
    import pandas as pd

LIQUID_STOOLS = Item("liquid_stools", "liquid or very soft stools of the day", range(61))
DIARY_PAIN = Item("abdominal_pain", "abdominal pain of the day, none 0 to severe 3", range(4))
DIARY_WELLBEING = Item("general_wellbeing", "of the day, well 0 to terrible 4", range(5))


DIARY = tuple(as_recorded(item, BEST_1976) for item in (LIQUID_STOOLS, DIARY_PAIN, DIARY_WELLBEING))
MAYO_DIARY = tuple(as_recorded(item, CONVENTION) for item in (STOOL_FREQUENCY, RECTAL_BLEEDING))
DAYS_LEFT_OUT = ("bowel_preparation", "endoscopy")
LEFT_OUT = tuple(as_recorded(flag(name, "on this day"), CONVENTION) for name in DAYS_LEFT_OUT)
WINDOW_DAYS = 7


def _dates(who: str, name: str, table: "pd.DataFrame") -> "pd.Series[pd.Timestamp]":
    """The days of a table's dates, whatever the time of day."""
    import pandas as pd

    absent = [column for column in ("patient_id", "date") if column not in table]
    if absent:
        raise ValueError(f"{who}: {name} has no column {', '.join(absent)}")
    if not pd.api.types.is_datetime64_any_dtype(table["date"]):
        raise ValueError(f"{who}: date in {name} holds no dates; pandas.to_datetime")
    if table["date"].dt.tz is not None:
        raise ValueError(f"{who}: date in {name} has a time zone; .dt.tz_localize(None)")
    days: pd.Series[pd.Timestamp] = table["date"].dt.normalize()
    return days


def _days_before(
    who: str,
    visits: "pd.DataFrame",
    diary: "pd.DataFrame",
    answers: tuple[Derivation, ...],
    look_back: int = WINDOW_DAYS,
) -> "pd.DataFrame":
    """Find the days before each visit, the nearest first, with what the diary holds of them.

    A row for each visit (by its place, in column `visit`) and day; an answer is missing where the
    day was not recorded or is left out.
    """
    import pandas as pd

    visits, diary = (
        table.assign(date=_dates(who, name, table))
        for name, table in (("visits", visits), ("diary", diary))
    )
    twice = diary.duplicated(["patient_id", "date"])
    if twice.any():
        first = diary[twice].iloc[0]
        raise ValueError(
            f"{who}: {int(twice.sum())} days stand twice in the diary, the first is "
            f"{first['patient_id']} on {first['date']:%Y-%m-%d} (row {first.name!r}); keep one"
        )
    daily = pd.DataFrame({answer.name: answer(diary) for answer in answers})
    left_out = np.zeros(len(diary), dtype=bool)
    for flagged in LEFT_OUT:
        if flagged.name in diary:
            left_out |= (flagged(diary) == 1).to_numpy()
    daily.loc[left_out] = np.nan
    daily = daily.assign(patient_id=diary["patient_id"], date=diary["date"])
    days_before = pd.concat(
        pd.DataFrame({
            "visit": np.arange(len(visits)),
            "patient_id": visits["patient_id"].to_numpy(),
            "date": visits["date"].to_numpy() - np.timedelta64(offset, "D"),
        })
        for offset in range(1, look_back + 1)
    )  # fmt: skip
    return days_before.merge(daily, how="left", on=["patient_id", "date"])


def diary_window(
    visits: "pd.DataFrame",
    diary: "pd.DataFrame",
    *,
    min_days: int = 4,
    look_back: int = WINDOW_DAYS,
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
    look_back : int
        How many calendar days before the visit are searched (7 to 28): with more than 7, an item
        takes its seven most recent days that were recorded and not left out.

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
    Seven days: Best 1976. PROVISIONAL: that four of the seven calendar days are enough is common
    in trials and stands in no primary source; others take the seven most recent days that were
    recorded (`look_back`).

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
    if look_back not in range(WINDOW_DAYS, 29):
        raise ValueError(f"diary_window: look_back is {WINDOW_DAYS} to 28, not {look_back!r}")
    found = _days_before("diary_window", visits, diary, DIARY, look_back)
    names = [answer.name for answer in DIARY]
    for name in names:  # the nearest come first
        later = found[name].notna().groupby(found["visit"]).cumsum() > WINDOW_DAYS
        found[name] = found[name].mask(later)
    complete = found[names].notna().all(axis="columns")
    by_visit = found.groupby("visit")[names]
    means = by_visit.mean().where(by_visit.count() >= min_days)
    window = pd.concat([means.add_suffix("_mean"), (7 * means).add_suffix("_7d")], axis="columns")
    window["diary_days"] = complete.groupby(found["visit"]).sum().astype(float)
    return window.set_axis(visits.index, axis="index")


def mayo_diary_window(
    visits: "pd.DataFrame", diary: "pd.DataFrame", *, days: int = 3, round_item_means: bool = False
) -> "pd.DataFrame":
    """Average the Mayo diary over the most recent valid days before each visit.

    PROVISIONAL: the rule differs between sponsors and stands in no primary source. A day is valid
    if both answers were recorded and it is not left out. The visit's own day is not included.

    Parameters
    ----------
    visits : DataFrame
        One row for each visit, with patient_id and date.
    diary : DataFrame
        One row for each patient and day, with patient_id, date, stool_frequency and
        rectal_bleeding (each 0 to 3) and, if recorded, the flags bowel_preparation and endoscopy
        (0 or 1): days on which either is 1 are left out.
    days : int
        How many valid days are averaged (1 to 7), from the seven days before the visit.
    round_item_means : bool
        Give whole numbers as well, as some sponsors do: half is rounded up, but rectal_bleeding
        is 0 only if it was 0 on every averaged day.

    Returns
    -------
    DataFrame
        With the visits' index: stool_frequency_mean and rectal_bleeding_mean, missing where fewer
        than `days` valid days were recorded; with `round_item_means` also stool_frequency and
        rectal_bleeding, which the Mayo scores read.

    Raises
    ------
    ValueError
        If a column is absent or `date` holds no dates, a value is off the form, or a patient has
        two entries for one day.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({"patient_id": ["P1"], "date": pd.to_datetime(["2024-03-08"])})
    >>> diary = pd.DataFrame({"patient_id": "P1", "date": pd.date_range("2024-03-03", periods=5),
    ...                       "stool_frequency": [3, 3, 2, 1, 2],
    ...                       "rectal_bleeding": [1, 1, 0, 0, 1], "endoscopy": [0, 0, 0, 0, 1]})
    >>> mayo_diary_window(visits, diary, round_item_means=True).T.round(2)
                             0
    stool_frequency_mean  2.00
    rectal_bleeding_mean  0.33
    stool_frequency       2.00
    rectal_bleeding       1.00
    """
    if days not in range(1, WINDOW_DAYS + 1):
        raise ValueError(f"mayo_diary_window: days is 1 to {WINDOW_DAYS}, not {days!r}")
    names = [answer.name for answer in MAYO_DIARY]
    found = _days_before("mayo_diary_window", visits, diary, MAYO_DIARY)
    recent = found.dropna(subset=names).groupby("visit").head(days)
    by_visit = recent.groupby("visit")[names]
    means = by_visit.mean()[by_visit.size() == days].reindex(np.arange(len(visits)))
    window = means.add_suffix("_mean")
    if round_item_means:
        rounded = (means.round(DECIMALS) + 0.5) // 1
        bled = 1.0 * (means["rectal_bleeding"] > 0)
        rounded["rectal_bleeding"] = np.maximum(rounded["rectal_bleeding"], bled)
        window = window.join(rounded)
    return window.set_axis(visits.index, axis="index")


def last_value_carried_forward(
    visits: "pd.DataFrame", column: str, *, days: int = 14
) -> "pd.Series[float]":
    """Fill what a visit lacks by the patient's last value of the days before.

    PROVISIONAL: some trials carry a hematocrit forward so; no score does it by itself. Give the
    result to a score in place of the column, and report how many values came of it.

    Parameters
    ----------
    visits : DataFrame
        One row for each visit, with patient_id, date and the column.
    column : str
        The numbers to fill, such as hematocrit_percent.
    days : int
        How old a value may be (0 or more).

    Returns
    -------
    Series
        The column with the visits' index; missing where there is no value of the last `days` days.

    Raises
    ------
    ValueError
        If a column is absent, `date` holds no dates or `days` is negative.

    Examples
    --------
    >>> import pandas as pd
    >>> visits = pd.DataFrame({
    ...     "patient_id": "P1", "date": pd.to_datetime(["2024-03-01", "2024-03-15", "2024-03-16"]),
    ...     "hematocrit_percent": [41.0, None, None]})
    >>> last_value_carried_forward(visits, "hematocrit_percent").tolist()
    [41.0, 41.0, nan]
    """
    import pandas as pd

    who = "last_value_carried_forward"
    dates = _dates(who, "visits", visits).reset_index(drop=True)
    if column not in visits or days < 0:
        raise ValueError(f"{who}: no column {column!r}, or days={days!r} is negative")
    values = visits[column].reset_index(drop=True)
    patients = visits["patient_id"].to_numpy()
    ordered = pd.DataFrame({"value": values, "date": dates.where(values.notna())}, dtype=object)
    order = pd.DataFrame({"date": dates, "missing": values.isna()})
    ordered = ordered.loc[order.sort_values(["date", "missing"], kind="stable").index]
    last = ordered.groupby(patients[ordered.index]).ffill().sort_index()
    recent = dates - pd.to_datetime(last["date"]) <= pd.Timedelta(days=days)
    carried = last["value"].astype(float).where(recent)
    return values.where(values.notna(), carried).set_axis(visits.index).rename(column)
