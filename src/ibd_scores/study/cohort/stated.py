"""What a `cohort.toml` states, read with its place: keys, words, formats and factors, checked."""

import difflib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ibd_scores.study.cohort.parsing import DateFormat, fold
from ibd_scores.study.cohort.problems import CohortError

WORD = (str, int, Decimal)


def hint(word: str, known: Iterable[str], further: Iterable[str] = ()) -> str:
    """Say which name was meant, if one is near, and which there are (but for the further ones)."""
    names = list(known)
    near = [name for name in names if name.startswith(f"{word}_")]
    near += difflib.get_close_matches(word, [*names, *further], n=1)
    return (f"; did you mean {near[0]!r}?" if near else ".") + f" Known: {', '.join(names)}"


class Stated:
    """One `cohort.toml` as it is written; what is wrong in it is told with its place."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.folder = path.parent

    def error(self, where: str, problem: str) -> CohortError:
        """Name the file and the place with a problem."""
        return CohortError(f"{self.path}, {where or 'top'}: {problem}")

    def section(
        self, where: str, given: Any, known: Mapping[str, Any], required: Iterable[str] = ()
    ) -> dict[str, Any]:
        """Check the keys of a section and the types of their values."""
        if not isinstance(given, dict):
            raise self.error(where, f"keys are wanted here, not {given!r}")
        for key, value in given.items():
            if key not in known:
                raise self.error(where, f"unknown key {key!r}{hint(key, known)}")
            if not isinstance(value, known[key]) or (
                isinstance(value, bool) and known[key] is not bool
            ):
                raise self.error(where, f"{key} = {value!r} is of the wrong kind")
        for key in required:
            if key not in given:
                raise self.error(where, f"{key!r} is missing; add it")
        return given

    def words(self, where: str, given: Any) -> frozenset[str]:
        """Read a word, a number or a list of these, in the form in which they are compared."""
        listed = given if isinstance(given, list) else [given]
        for word in listed:
            if not isinstance(word, WORD) or isinstance(word, bool):
                raise self.error(where, f"a word or a number is wanted, not {word!r}")
        return frozenset(fold(str(word)) for word in listed)

    def formats(self, where: str, given: list[Any]) -> tuple[DateFormat, ...]:
        """Read a list of date formats."""
        if not given:
            raise self.error(where, "at least one date format is wanted")
        try:
            return tuple(DateFormat(str(text)) for text in given)
        except ValueError as error:
            raise self.error(where, str(error)) from None

    def factor(self, where: str, given: Any) -> Decimal:
        """Read a number above 0, exactly."""
        if not isinstance(given, int | Decimal) or isinstance(given, bool) or given <= 0:
            raise self.error(where, f"a factor is a number above 0, not {given!r}")
        return Decimal(given)

    def turned(self, where: str, given: Any) -> dict[str, str]:
        """Turn `ours = their words` around; a word that stands for two of ours is refused."""
        if not isinstance(given, dict):
            raise self.error(where, f'write {{ ours = ["their word"] }}, not {given!r}')
        found: dict[str, str] = {}
        for ours, words in given.items():
            for word in self.words(where, words):
                if word in found:
                    raise self.error(where, f"{word!r} stands for {found[word]} and for {ours}")
                found[word] = ours
        return found
