"""The parameters that notebooks know, and the check of those that are given.

papermill only warns of a name that no notebook knows, and reads `007` as 7 and `no` as False.
Here a wrong name or type is an error before anything runs, and text is read by the declared type.
"""

import ast
import difflib
import math
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ibd_scores.study.chain import notebooks

Values = dict[str, Any]

WANTED = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
}


class Text(str):
    """A value typed on the command line: to be read by the declared type."""


class Parameter(NamedTuple):
    """A line `name: type = default  # help` of a notebook's cell tagged `parameters`."""

    name: str
    type: str
    default: str
    help: str

    @property
    def base(self) -> str:
        """The type without `Optional`."""
        return self.type.removeprefix("Optional[").removesuffix("]")

    @property
    def optional(self) -> bool:
        """Whether it can be left empty (None)."""
        return self.type != self.base

    @property
    def wanted(self) -> str:
        """What can be given, in words."""
        return WANTED.get(self.base, self.base) + (" or None" if self.optional else "")

    def value(self, given: object) -> Any:
        """Read what was given by the declared type; `Text` is read, other values are checked.

        Raises
        ------
        ValueError
            where it is of another type; a whole number is a number, True is not.

        Examples
        --------
        >>> days = Parameter("min_days", "int", "4", "diary days that a score needs")
        >>> days.value(Text("5")), days.value(5)
        (5, 5)
        >>> days.value(Text("4.5"))
        Traceback (most recent call last):
        ValueError: min_days = '4.5': a whole number is wanted, such as its default 4
        """
        try:
            return self._parse(given) if isinstance(given, Text) else self._check(given)
        except (ValueError, KeyError):
            raise ValueError(
                f"{self.name} = {str(given) if isinstance(given, Text) else given!r}: "
                f"{self.wanted} is wanted, such as its default {self.default}"
            ) from None

    def __str__(self) -> str:
        return f"{self.name}: {self.type} = {self.default}" + (self.help and f"  # {self.help}")

    def is_default(self, value: object) -> bool:
        """Whether a value is what the notebook says already."""
        return bool(value == self.value(ast.literal_eval(self.default)))

    def _parse(self, text: str) -> Any:
        if self.optional and text == "None":
            return None
        if self.base == "bool":
            return {"true": True, "false": False}[text.lower()]
        return self._check({"str": str, "int": int, "float": float}[self.base](text))

    def _check(self, value: Any) -> Any:
        if value is None and self.optional:
            return None
        if self.base == "float" and type(value) is int:
            value = float(value)
        if type(value).__name__ != self.base or value in (math.inf, -math.inf) or value != value:
            raise ValueError(value)
        return value


def declared(paths: Iterable[Path]) -> dict[str, dict[str, Parameter]]:
    """The parameters of each notebook, by the notebook's name, as papermill understands them."""
    import papermill

    return {
        path.stem: {
            name: Parameter(name, found["inferred_type_name"], found["default"], found["help"])
            for name, found in papermill.inspect_notebook(notebooks.literal(path)).items()
        }
        for path in paths
    }


def given(pairs: Iterable[str] = (), file: Path | None = None) -> Values:
    """Collect `name=value` texts and the values of a TOML, YAML or JSON file; a text wins.

    Examples
    --------
    >>> given(["cohort=hmp2", "min_days=5"])
    {'cohort': 'hmp2', 'min_days': '5'}
    """
    texts: Values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise ValueError(f"-p {pair}: name=value is wanted, such as -p min_days=5")
        if texts.setdefault(name.strip(), Text(text)) != text:
            raise ValueError(f"{pair}: {name.strip()} is given twice, with different values")
    return texts if file is None else _read(file) | texts


def _read(file: Path) -> Values:
    load: Callable[[str], Any] = tomllib.loads
    broken: type[Exception] = tomllib.TOMLDecodeError
    if file.suffix != ".toml":  # YAML, of which JSON is a part
        import yaml

        load, broken = yaml.safe_load, yaml.YAMLError
    try:
        values = load(file.read_text(encoding="utf-8"))
    except (broken, UnicodeDecodeError) as error:
        raise ValueError(f"{file}: {error}") from None
    if not isinstance(values, dict):
        raise ValueError(f"{file}: a list of names with a value each is wanted")
    return values


def by_name(known: Mapping[str, Mapping[str, Parameter]]) -> dict[str, Parameter]:
    """Return each parameter once, with the help of the first notebook that has it."""
    names: dict[str, Parameter] = {}
    for ones in known.values():
        names |= {name: one for name, one in ones.items() if name not in names}
    return names


def share(values: Values, known: Mapping[str, Mapping[str, Parameter]]) -> dict[str, Values]:
    """Give each notebook the values it knows; what equals its default is as good as not given.

    Raises
    ------
    ValueError
        for every name that no notebook knows and every value of another type, all at once.
    """
    shares: dict[str, Values] = {notebook: {} for notebook in known}
    existing = by_name(known)
    problems = [
        f"{name}: no notebook has a parameter of this name" + _closest(name, existing)
        for name in values
        if name not in existing
    ]
    for notebook, ones in known.items():
        for name in ones.keys() & values.keys():
            try:
                value = ones[name].value(values[name])
            except ValueError as error:
                problems.append(str(error))
                continue
            if not ones[name].is_default(value):
                shares[notebook][name] = value
    if problems:
        lines = [
            *dict.fromkeys(problems),
            "These exist:",
            *(f"  {one}" for one in existing.values()),
        ]
        raise ValueError("\n".join(lines))
    return shares


def _closest(name: str, existing: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, existing, n=1)
    return f"; did you mean {close[0]}?" if close else ""
