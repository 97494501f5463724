"""The parameters that notebooks know, and the check of those that are given.

papermill only warns of a name that no notebook knows, and reads `007` as 7 and `no` as False.
Here a wrong name, type or value is an error before anything runs, and text is read by the declared
type. Which values make sense is said in `permitted`.
"""

import ast
import math
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from ibd_scores.study import permitted
from ibd_scores.study.chain import notebooks

Values = dict[str, Any]
Known = Mapping[str, Mapping[str, "Parameter"]]  # by the notebook, then the name

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

    What is meant for one notebook alone is named `notebook.name`, or stands in the file in a table
    of the notebook's name.

    Examples
    --------
    >>> given(["cohort=hmp2", "min_days=5"])
    {'cohort': 'hmp2', 'min_days': '5'}
    >>> given(["04_uc_outcomes.primary=mayo_endoscopic_0"])
    {'04_uc_outcomes.primary': 'mayo_endoscopic_0'}
    """
    texts: Values = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name.strip():
            raise ValueError(f"-p {pair}: name=value is wanted, such as -p min_days=5")
        if texts.setdefault(name.strip(), Text(text)) != text:
            raise ValueError(f"{pair}: {name.strip()} is given twice, with different values")
    return texts if file is None else _flat(_read(file)) | texts


def sets(file: Path) -> dict[str, Values]:
    """The parameter sets of a TOML, YAML or JSON file: each table is one, under its name.

    Raises
    ------
    ValueError
        where there is none, where something stands outside of a table, or where a name cannot be
        part of a folder's name.
    """
    tables = _read(file)
    if loose := [name for name, table in tables.items() if not isinstance(table, dict)]:
        raise ValueError(
            f"{file}: {', '.join(loose)}: outside of a parameter set; give each set a table of "
            "its name, such as [strict]"
        )
    if odd := [name for name in tables if not re.fullmatch(r"[\w-]+", name)]:
        raise ValueError(
            f"{file}: [{'], ['.join(odd)}]: a set's name is made of letters, digits, _ and -, for "
            "its folder is called after it"
        )
    if twice := [one for one, times in Counter(map(str.casefold, tables)).items() if times > 1]:
        raise ValueError(f"{file}: [{'], ['.join(twice)}] stands there twice, but for capitals")
    if not tables:
        raise ValueError(f"{file}: no parameter set; give each a table of its name: [strict]")
    return {name: _flat(table) for name, table in tables.items()}


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
    return {str(name): value for name, value in values.items()}


def _flat(values: Values) -> Values:
    """Name what stands in a table of a notebook's name `notebook.name`."""
    flat: Values = {}
    for name, value in values.items():
        inner = value.items() if isinstance(value, dict) else [("", value)]
        flat |= {f"{name}.{one}" if one else name: found for one, found in inner}
    return flat


def distinct(known: Known, root: Path) -> Iterator[tuple[Parameter, str, list[str]]]:
    """Each parameter, what it can be (blank: by its type), and the notebooks that have it so.

    One that differs between notebooks, in more than its help, comes once for each.
    """
    order = list(names(known))
    alike: dict[tuple[str, ...], tuple[Parameter, str, list[str]]] = {}
    for notebook, ones in known.items():
        for name, one in ones.items():
            rule = permitted.rule(name, notebook, root)
            possible = rule.possible if rule else ""
            key = (name, one.type, one.default, possible)
            alike.setdefault(key, (one, possible, []))[2].append(notebook)
    yield from sorted(alike.values(), key=lambda found: order.index(found[0].name))


def names(known: Known) -> dict[str, None]:
    """The names of all parameters, in the order of the notebooks."""
    return dict.fromkeys(name for ones in known.values() for name in ones)


def share(values: Values, known: Known, root: Path) -> dict[str, Values]:
    """Give each notebook the values that it knows and that make sense there.

    A value that makes sense in one notebook, such as an endpoint of one disease, goes to that one.
    What is given as `notebook.name` goes to this notebook alone, and wins there. What equals its
    default is as good as not given.

    Raises
    ------
    ValueError
        for every name that no notebook knows, and every value that is of another type or makes no
        sense in any notebook that knows it, all at once, with what is possible.
    """
    shares: dict[str, Values] = {notebook: {} for notebook in known}
    unknown: list[str] = []
    mistyped: list[str] = []
    refused: list[str] = []
    for key in sorted(values, key=lambda key: "." in key):
        try:
            concerned = _concerned(key, known)
        except ValueError as error:
            unknown.append(str(error))
            continue
        senseless = []
        for notebook, one in concerned.items():
            try:
                value = one.value(values[key])
            except ValueError as error:
                mistyped.append(str(error))
                continue
            rule = permitted.rule(one.name, notebook, root)
            if rule and (problem := rule.problem(key, value)):
                senseless.append(problem)
            else:
                shares[notebook][one.name] = value
        if len(senseless) == len(concerned):
            refused += senseless
    if problems := [*dict.fromkeys([*unknown, *mistyped, *refused])]:
        if unknown or mistyped:
            problems += ["These exist:", *(f"  {one}" for one, *_ in distinct(known, root))]
        raise ValueError("\n".join(problems))
    return {
        notebook: {name: value for name, value in taken.items()
                   if not known[notebook][name].is_default(value)}
        for notebook, taken in shares.items()
    }  # fmt: skip


def _concerned(key: str, known: Known) -> dict[str, Parameter]:
    """Which notebooks a name or a `notebook.name` is meant for, each with its parameter."""
    notebook, dot, name = key.partition(".") if "." in key else ("", "", key)
    if dot and notebook not in known:
        raise ValueError(
            f"{key}: there is no notebook {notebook}; these exist: {', '.join(known)}"
            + permitted.closest(notebook, known)
        )
    if dot and name == "cohort":
        raise ValueError(f"{key}: all notebooks of a run read one cohort; give it as {name}")
    reading = {one: ones[name] for one, ones in known.items() if name in ones}
    # One analysis has one rule of the diary; only what differs by default may differ.
    if dot and len(reading) > 1 and len({one.default for one in reading.values()}) == 1:
        raise ValueError(f"{key}: {' and '.join(reading)} must read the same; give it as {name}")
    concerned = {one: parameter for one, parameter in reading.items() if notebook in ("", one)}
    if not concerned:
        whose = f"{notebook} has no" if dot else "no notebook has a"
        among = known[notebook] if dot else names(known)
        raise ValueError(f"{key}: {whose} parameter of this name" + permitted.closest(name, among))
    return concerned
