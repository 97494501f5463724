"""From text to value: words, numbers with their detection limits, dates.

Nothing here knows a table. A text that cannot be read gives None, never a guess.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from ibd_scores.form import CENSORS

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,2})?", re.ASCII | re.IGNORECASE)
_LIMIT = re.compile(r"([<>])\s*(.+)")
_LIMIT_OR_EQUAL = re.compile(r"(?:(<=|[≤≦⩽])|>=|[≥≧⩾])\s*(.+)")
_SEVERAL = re.compile(r"([^/;|~\s()]+?)(?:\s*[/;|~(、-]\s*|\s+)([^/;|~\s()]+)\)?")
_DAY = re.compile(
    r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}.*|\d{1,2}-[A-Z][a-z]{2}|[A-Z][a-z]{2}-\d{1,2}"
)
# What a spreadsheet shows of a formula that failed, as words are compared.
FORMULA_ERRORS = frozenset({"#n/a", "#ref!", "#div/0!", "#value!", "#name?", "#num!", "#null!",
                            "#spill!", "#calc!", "#getting_data"})  # fmt: skip
_DATE_PARTS = {
    "YYYY": r"(?P<year>\d{4})",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
    "hh": r"\d{1,2}",
    "mm": r"\d{2}",
    "ss": r"\d{2}(?:\.\d+)?",
}


def plain(text: str) -> str:
    """Return the text without outer blanks and full-width forms.

    >>> plain(" ＜０.５ ")
    '<0.5'
    """
    return unicodedata.normalize("NFKC", text).strip()


def number(text: str) -> Decimal | None:
    """Read a plain decimal number exactly; None for anything else, `1,800` included.

    >>> number("12.30"), number("1,800"), number("nan"), number("1/2")
    (Decimal('12.30'), None, None, None)
    """
    text = plain(text)
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=100_000)
def fold(text: str) -> str:
    """Bring a word to the form in which words are compared.

    No case, no outer or double blanks, no full-width forms, one spelling of a number.

    >>> fold(" Very Well "), fold("999.0"), fold("３")
    ('very well', '999', '3')
    """
    text = " ".join(plain(text).split()).casefold()
    value = number(text)
    return text if value is None else f"{value.normalize():f}"


def censored(text: str) -> tuple[Decimal, str] | None:
    """Read a number that may carry a detection limit: the number, and the side it lies on.

    `left` means below the limit, `right` above it, an empty word that the number was measured.
    None for what is neither, and for a limit that is not above zero.

    >>> censored("<0.5"), censored("> 1800"), censored("7.2"), censored("<")
    ((Decimal('0.5'), 'left'), (Decimal('1800'), 'right'), (Decimal('7.2'), ''), None)
    """
    text = plain(text)
    limit = _LIMIT.fullmatch(text)
    value = number(limit[2] if limit else text)
    if value is None or (limit and value <= 0):
        return None
    if not limit:
        return value, ""
    return value, CENSORS["<>".index(limit[1])]


def either(text: str) -> str | None:
    """Say what a number with `≤` or `≥` can stand for, a limit or a measured value.

    >>> either("≤5"), either(">= 1800"), either("<5")
    ('<5 or 5', '>1800 or 1800', None)
    """
    found = _LIMIT_OR_EQUAL.fullmatch(plain(text))
    if not found or number(found[2]) is None:
        return None
    return f"{'<' if found[1] else '>'}{found[2]} or {found[2]}"


def decimals(text: str) -> int:
    """Count the decimals that a number is written with; 0 for whatever is none.

    >>> decimals("12.50"), decimals("12"), decimals("<0.05"), decimals("x")
    (2, 0, 2, 0)
    """
    reading = censored(text)
    exponent = reading[0].as_tuple().exponent if reading else 0
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def several_numbers(text: str) -> bool:
    """Tell whether a text is two numbers in one cell, be one of them beyond a limit.

    A comma between digits is no such sign: `12,5` may be a decimal.

    >>> [several_numbers(text) for text in ("12/5", "12 (5)", "5-10", "<5; 7", "12", "12,5")]
    [True, True, True, True, False, False]
    """
    found = _SEVERAL.fullmatch(plain(text))
    return found is not None and all(censored(part) is not None for part in found.groups())


def looks_like_date(text: str) -> bool:
    """Tell whether a text is a day, written out or as spreadsheets shorten it.

    >>> [looks_like_date(text) for text in ("2024-04-06", "6-Apr", "12.5", "Apr")]
    [True, True, False, False]
    """
    return _DAY.fullmatch(plain(text)) is not None


@dataclass(frozen=True)
class DateFormat:
    """A way to write a day, from the parts YYYY, MM or M, DD or D, and hh, mm, ss of the time.

    MM and DD are two digits, M and D one or two; a time of day is read over; everything else
    stands for itself.

    >>> DateFormat("YYYY年M月D日").read("2024年3月9日")
    datetime.date(2024, 3, 9)
    >>> DateFormat("YYYY-MM-DD hh:mm").read("2024-03-09 08:30")
    datetime.date(2024, 3, 9)

    Raises
    ------
    ValueError
        a part is absent, or stands twice.
    """

    text: str

    def __post_init__(self) -> None:
        parts = re.findall(r"YYYY|MM?|DD?", self.text)
        if sorted(part[0] for part in parts) != ["D", "M", "Y"]:
            raise ValueError(
                f"date format {self.text!r}: write it with YYYY, MM (or M) and DD (or D), each once"
            )

    @property
    def pattern(self) -> re.Pattern[str]:
        """This format as a regular expression."""
        pieces = re.split(r"(YYYY|MM?|DD?|hh|mm|ss)", plain(self.text))
        return re.compile(
            "".join(_DATE_PARTS.get(piece, re.escape(piece)) for piece in pieces), re.ASCII
        )

    def fits(self, text: str) -> bool:
        """Tell whether the text has this shape, be it a day of the calendar or not."""
        return self.pattern.fullmatch(plain(text)) is not None

    def read(self, text: str) -> date | None:
        """Return the day, or None if the text has another shape or there is no such day."""
        found = self.pattern.fullmatch(plain(text))
        try:
            return date(**{k: int(v) for k, v in found.groupdict().items()}) if found else None
        except ValueError:
            return None
