"""Days of a diary summed up before a visit, and values of the visits before it."""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ibd_scores import engines
from ibd_scores.citations import BEST_1976, CONVENTION
from ibd_scores.columns import BLOCK_ROWS, Array, origin
from ibd_scores.derive.colitis import RECTAL_BLEEDING, STOOL_FREQUENCY
from ibd_scores.derive.findings import flag
from ibd_scores.form import Item
from ibd_scores.formula import rounded
from ibd_scores.rule import Derivation, as_recorded

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
DAY = "datetime64[D]"
MANY_PATIENTS = 1 << 40  # numbers of patients further apart than this are counted anew


BLOCK_VISITS = 16_384  # the diary of so many visits stays in the processor's cache


def _dates(who: str, name: str, table: "pd.DataFrame") -> "pd.Series[pd.Timestamp]":
    """The dates of a table."""
    import pandas as pd

    absent = [column for column in ("patient_id", "date") if column not in table]
    if absent:
        raise ValueError(f"{who}: {name} has no column {', '.join(absent)}")
    if not pd.api.types.is_datetime64_any_dtype(table["date"]):
        raise ValueError(f"{who}: date in {name} holds no dates; pandas.to_datetime")
    if table["date"].dt.tz is not None:
        raise ValueError(f"{who}: date in {name} has a time zone; .dt.tz_localize(None)")
    dates: pd.Series[pd.Timestamp] = table["date"]
    return dates


def _numbered(one: "pd.Series[Any]", other: "pd.Series[Any]") -> tuple[NDArray[np.int64], ...]:
    """The same patients of two tables by the same numbers from 0 upwards, -1 where missing."""
    import pandas as pd

    if all(np.dtype("int64") == ids.dtype for ids in (one, other)) and len(one) and len(other):
        lowest = min(one.min(), other.min())
        if max(one.max(), other.max()) - lowest < MANY_PATIENTS:
            return one.to_numpy() - lowest, other.to_numpy() - lowest
    numbers = pd.factorize(pd.concat([one, other], ignore_index=True))[0]
    return numbers[: len(one)], numbers[len(one) :]


def _sorted(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64] | None]:
    """Keys in rising order, and the rows that they come from; None where they rise as they are."""
    if not (keys[1:] < keys[:-1]).any():
        return keys, None
    bits = len(keys).bit_length()
    if keys.min() >= 0 and int(keys.max()) < 1 << 62 - bits:
        # Key and row in one number: to sort these is several times faster than argsort.
        both = np.sort(keys << bits | np.arange(len(keys)))
        return both >> bits, both & ((1 << bits) - 1)
    rows = np.argsort(keys, kind="stable")
    return keys[rows], rows


def _keys(
    who: str, visits: "pd.DataFrame", diary: "pd.DataFrame", look_back: int
) -> list[NDArray[np.int64]]:
    """One number for each patient and day of both tables, apart enough between two patients.

    -1 where patient or date is missing: such a row belongs to nobody.
    """
    dates = [_dates(who, name, table).to_numpy()
             for name, table in (("visits", visits), ("diary", diary))]  # fmt: skip
    patients = _numbered(visits["patient_id"], diary["patient_id"])
    nothing = np.datetime64("NaT")
    ends = [extreme.reduce(dates[1], initial=nothing) for extreme in (np.fmin, np.fmax)]
    first, last = (0 if np.isnat(end) else int(end.astype(DAY).astype(int)) for end in ends)
    margin = look_back + 1
    span = last - first + 2 * margin + 1
    keys = []
    for numbers, times in zip(patients, dates, strict=True):
        ticks = np.ones(1, DAY).astype(times.dtype).view(np.int64)[0]  # of the clock in a day
        key = np.empty(len(times), np.int64)
        for start in range(0, len(key), BLOCK_ROWS):
            here = slice(start, start + BLOCK_ROWS)
            day = times[here].view(np.int64) // ticks - (first - margin)
            if times is dates[0]:  # a visit beyond the margin finds nothing, wherever beyond
                day = np.clip(day, margin - 1, last - first + 2 * margin)
            key[here] = numbers[here] * span + day
            lacking = np.isnat(times[here]) | (numbers[here] < 0)
            if lacking.any():
                key[here][lacking] = -1
        keys.append(key)
    return keys


def _check_once(who: str, diary: "pd.DataFrame", keys: NDArray[np.int64]) -> None:
    """Refuse a diary in which a patient has two entries for one day; keys are in order."""
    if ((keys[1:] == keys[:-1]) & (keys[1:] >= 0)).any():
        days = diary[["patient_id"]].assign(date=diary["date"].dt.normalize())
        twice = days.duplicated() & days.notna().all(axis="columns")
        first = days[twice].iloc[0]
        raise ValueError(
            f"{who}: {int(twice.sum())} days stand twice in the diary, the first is "
            f"{first['patient_id']} on {first['date']:%Y-%m-%d} (row {first.name!r}); keep one"
        )


def _sums(
    who: str,
    visits: "pd.DataFrame",
    diary: "pd.DataFrame",
    answers: tuple[Derivation, ...],
    *,
    look_back: int = WINDOW_DAYS,
    most: int = WINDOW_DAYS,
    whole_days: bool = False,
) -> tuple[Array, Array, Array]:
    """Add up the answers of the days before each visit, the nearest first.

    A day is left out for an answer that it lacks, with `whole_days` for all answers if it lacks
    one. Each answer takes the `most` nearest days of those left. Returned are the sums and how many
    days they are of, a row for each answer, and on how many days all answers were taken.
    """
    values = np.empty((len(answers), len(diary)), np.float32)  # exact: whole numbers up to 60
    for answer, value in zip(answers, values, strict=True):
        answer.evaluate(*answer.opened(diary, {}), value)
    for flagged in LEFT_OUT:
        if flagged.name in diary:
            values[:, flagged(diary).to_numpy() == 1] = np.nan
    if whole_days:
        values[:, np.isnan(values).any(axis=0)] = np.nan
    at_visit, of_day = _keys(who, visits, diary, look_back)
    of_day, rows_of_days = _sorted(of_day)
    if rows_of_days is not None:
        shuffled, values = values, np.empty_like(values)
        for unordered, value in zip(shuffled, values, strict=True):
            unordered.take(rows_of_days, out=value, mode="clip")
    _check_once(who, diary, of_day)
    at_visit, rows_of_visits = _sorted(at_visit)
    sums, counts = np.zeros((2, len(answers), len(visits)))
    complete = np.zeros(len(visits))
    for start in range(0, len(visits), BLOCK_VISITS):
        here = slice(start, start + BLOCK_VISITS)
        rows: Any = here if rows_of_visits is None else rows_of_visits[here]
        due = at_visit[here]
        before, earliest = np.searchsorted(of_day, due), due - look_back
        total = np.zeros((len(answers), len(due)), np.float32)
        days = np.zeros((len(answers), len(due)), np.int8)
        all_taken = np.zeros(len(due), np.int8)
        for back in range(1, look_back + 1 if len(of_day) else 1):
            day = before - back
            inside = (of_day.take(day, mode="clip") >= earliest) & (day >= 0)
            if not inside.any():
                break
            every = inside
            for n, value in enumerate(values):
                found = value.take(day, mode="clip")
                taken = inside & ~np.isnan(found) & (days[n] < most)
                total[n] += np.where(taken, found, 0)
                days[n] += taken
                every = every & taken
            all_taken += every
        for n in range(len(answers)):
            sums[n, rows], counts[n, rows] = total[n], days[n]
        complete[rows] = all_taken
    return sums, counts, complete


def diary_window(
    visits: "pd.DataFrame",
    diary: "pd.DataFrame",
    *,
    min_days: int = 4,
    look_back: int = WINDOW_DAYS,
    clustered: bool = False,
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
    clustered : bool
        For two Dask collections: the nth partition of both holds the same patients, as when they
        were read from files by patient. Otherwise both are shuffled by patient_id.

    Returns
    -------
    DataFrame
        With the visits' index: for each diary item its mean (`_mean`) and its 7-day total as
        mean x 7 (`_7d`), missing where fewer than `min_days` days were recorded, and
        `diary_days`, the number of days with all three items. Of Dask collections a Dask DataFrame
        in which patient_id, visit and date of the visits stand before them.

    Raises
    ------
    ValueError
        If a column is absent or `date` holds no dates, a value is off the form, or a patient has
        two entries for one day.

    Notes
    -----
    The rows may be in any order; those without patient_id or date belong to no visit.
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

    if origin(visits) == "dask":
        found: pd.DataFrame = engines.by_patient(
            diary_window, visits, diary, clustered, min_days=min_days, look_back=look_back
        )
        return found
    if min_days not in range(1, WINDOW_DAYS + 1):
        raise ValueError(f"diary_window: min_days is 1 to {WINDOW_DAYS}, not {min_days!r}")
    if look_back not in range(WINDOW_DAYS, 29):
        raise ValueError(f"diary_window: look_back is {WINDOW_DAYS} to 28, not {look_back!r}")
    sums, days, complete = _sums("diary_window", visits, diary, DIARY, look_back=look_back)
    means = np.divide(sums, days, out=np.full_like(sums, np.nan), where=days >= min_days)
    window = {f"{answer.name}_mean": mean for answer, mean in zip(DIARY, means, strict=True)}
    window |= {f"{answer.name}_7d": 7 * mean for answer, mean in zip(DIARY, means, strict=True)}
    return pd.DataFrame(window | {"diary_days": complete}, index=visits.index)


def mayo_diary_window(
    visits: "pd.DataFrame",
    diary: "pd.DataFrame",
    *,
    days: int = 3,
    round_item_means: bool = False,
    clustered: bool = False,
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
    clustered : bool
        For two Dask collections, as in `diary_window`.

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
    import pandas as pd

    if origin(visits) == "dask":
        found: pd.DataFrame = engines.by_patient(
            mayo_diary_window, visits, diary, clustered,
            days=days, round_item_means=round_item_means,
        )  # fmt: skip
        return found
    if days not in range(1, WINDOW_DAYS + 1):
        raise ValueError(f"mayo_diary_window: days is 1 to {WINDOW_DAYS}, not {days!r}")
    sums, valid, _ = _sums(
        "mayo_diary_window", visits, diary, MAYO_DIARY, most=days, whole_days=True
    )
    means = np.divide(sums, valid, out=np.full_like(sums, np.nan), where=valid == days)
    names = [answer.name for answer in MAYO_DIARY]
    window = {f"{name}_mean": mean for name, mean in zip(names, means, strict=True)}
    if round_item_means:
        window |= dict(zip(names, (rounded(means) + 0.5) // 1, strict=True))
        bled = 1.0 * (window["rectal_bleeding_mean"] > 0)
        window["rectal_bleeding"] = np.maximum(window["rectal_bleeding"], bled)
    return pd.DataFrame(window, index=visits.index)


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
    dates = _dates(who, "visits", visits).dt.normalize().reset_index(drop=True)
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
