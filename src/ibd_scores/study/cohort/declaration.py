"""The keys of a `cohort.toml`, checked one by one and turned into a Cohort (see `cohort`)."""

import codecs
import difflib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from ibd_scores.form import Item
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study import paths, tidy
from ibd_scores.study.cohort.parsing import DateFormat, fold, number
from ibd_scores.study.cohort.sources import (
    DELIMITERS,
    Cohort,
    CohortError,
    Condition,
    Instead,
    OnlyWhere,
    Remark,
    Rescale,
    Segments,
    Source,
    Table,
)

_WORD = (str, int, Decimal)
_TOP = {"title": str, "simulated": bool, "notebooks": list, "encoding": str, "dates": list,
        "missing": list, "also_in": str, "visit_names": dict, "codes": dict,
        **dict.fromkeys(tidy.KEYS, dict)}  # fmt: skip
_TABLE = {"file": str, "columns": dict, "key": list, "repeated": bool, "rows_where": dict,
          "only_where": list, "instead": list, "remarks": list, "not_reached": list,
          "segment": dict}  # fmt: skip
_COLUMN = {"from": str, "codes": (dict, str), "repairs": dict, "missing": list, "dates": list,
           "factor": (int, Decimal), "unit_from": str, "units": dict, "rescale": dict}  # fmt: skip


def _hint(word: str, known: Iterable[str], further: Iterable[str] = ()) -> str:
    """Say which name was meant, if one is near, and which there are (but for the further ones)."""
    names = list(known)
    near = [name for name in names if name.startswith(f"{word}_")]
    near += difflib.get_close_matches(word, [*names, *further], n=1)
    return (f"; did you mean {near[0]!r}?" if near else ".") + f" Known: {', '.join(names)}"


class Declaration:
    """One `cohort.toml` on its way to a Cohort; keeps what its parts share."""

    def __init__(self, path: Path, stated: dict[str, Any]) -> None:
        self.path = path
        self.folder = path.parent
        self.stated = self.section("", stated, _TOP, required=("title",))
        self.dates = self.formats("dates", stated.get("dates", ["YYYY-MM-DD"]))
        self.encoding = stated.get("encoding", "utf-8")
        try:
            codecs.lookup(self.encoding)
        except LookupError:
            raise self.error(
                "encoding", f"{self.encoding!r} is not known; try utf-8, utf-16, gb18030 or latin-1"
            ) from None
        self.missing = self.words("missing", stated.get("missing", []))
        self.visits = self.turned("visit_names", stated.get("visit_names", {}))

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
                raise self.error(where, f"unknown key {key!r}{_hint(key, known)}")
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
            if not isinstance(word, _WORD) or isinstance(word, bool):
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

    def condition(self, where: str, given: Any) -> Condition:
        """Read `their heading = their words`."""
        if not isinstance(given, dict):
            raise self.error(where, f'write {{ "their heading" = ["word"] }}, not {given!r}')
        return Condition({
            heading: self.words(where, words) for heading, words in given.items()
        })  # fmt: skip

    def places(self, where: str, name: str) -> tuple[Path, ...]:
        """List where a raw file may be: beside the declaration, or where `also_in` says."""
        if Path(name).name != name or Path(name.removesuffix(".gz")).suffix not in DELIMITERS:
            raise self.error(
                where, f"{name}: a file name is wanted, with the ending {', '.join(DELIMITERS)}; "
                "with .gz after it if packed"
            )  # fmt: skip
        folders = [self.folder]
        if "also_in" in self.stated:
            other = re.sub(
                r"\$\{(\w+)(?::-([^}]*))?\}",
                lambda found: os.environ.get(found[1]) or found[2] or "",
                self.stated["also_in"],
            )
            folders.append((paths.root() / other).resolve())
        return tuple(folder / name for folder in folders)

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

    def coded(self, where: str, given: Any, column: tidy.Column) -> dict[str, str]:
        """Read `our code = their words`, or the name of such a list in [codes]."""
        if isinstance(given, str):
            lists = self.stated.get("codes", {})
            if given not in lists:
                raise self.error(where, f"codes = {given!r}: there is no such list in [codes]")
            given = lists[given]
        found = self.turned(where, given)
        for code in given:
            self.permitted(where, code, column)
        return found

    def permitted(self, where: str, code: str, column: tidy.Column) -> None:
        """Refuse a code that the column does not permit."""
        if column.item is None:
            return
        if column.kind == "word":
            fits = code in column.item.words
        else:
            value = number(code)
            fits = value is not None and not column.item.off(np.array([float(value)])).any()
        if not fits:
            raise self.error(
                where, f"{code!r} is no code of {column.name}: {column.item.permitted}"
            )

    def source(self, table: str, name: str, given: Any, column: tidy.Column) -> Source:
        """Read the line of one column."""
        where = f"[{table}.columns] {name}"
        if isinstance(given, str):
            given = {"from": given}
        given = self.section(where, given, _COLUMN, required=("from",))
        if bool(given.get("units")) != bool(given.get("unit_from")):
            raise self.error(where, "unit_from and units belong together")
        if column.kind in ("text", "date") and given.keys() & {"factor", "units", "rescale"}:
            raise self.error(where, "only a number has a unit")
        codes = self.coded(where, given.get("codes", {}), column)
        if name == "visit" and not codes:
            codes = self.visits
        repairs = {}
        for wrong, right in given.get("repairs", {}).items():
            self.permitted(where, str(right), column)
            repairs[fold(wrong)] = str(right)
        rescale = None
        if "rescale" in given:
            limits = self.section(where, given["rescale"], {"between": list, "factor": _WORD},
                                  required=("between", "factor"))  # fmt: skip
            if len(limits["between"]) != 2:
                raise self.error(where, "between = [low, high] has two numbers")
            low, high = (self.factor(where, limit) for limit in limits["between"])
            rescale = Rescale(low, high, self.factor(where, limits["factor"]))
        return Source(
            column=column,
            heading=given["from"],
            codes=codes,
            repairs=repairs,
            missing=self.missing | self.words(where, given.get("missing", [])),
            dates=self.formats(where, given["dates"]) if "dates" in given else self.dates,
            factor=self.factor(where, given.get("factor", 1)),
            unit_from=given.get("unit_from", ""),
            units={fold(u): self.factor(where, f) for u, f in given.get("units", {}).items()},
            rescale=rescale,
        )

    def columns(self, table: str, long: bool) -> dict[str, tidy.Column]:
        """List the columns a table may be given: in a long endoscopy one for each variable."""
        known = dict(tidy.columns(table))
        for computed in (f"{name}_censor" for name in tidy.CENSORED):
            known.pop(computed, None)
        if table == "endoscopy":
            del known["endoscopy"]
            if long:
                cells = {name: known.pop(name) for name in tidy.CELLS}
                known |= {
                    name: replace(cells[f"{name}_{SEGMENTS[0]}"], name=name) for name in VARIABLES
                }
        return known

    def table(self, name: str, given: Any) -> Table:
        """Read the section of one table."""
        given = self.section(f"[{name}]", given, _TABLE, required=("file", "columns"))
        if name != "endoscopy" and given.keys() & {"segment", "not_reached"}:
            raise self.error(f"[{name}]", "segment and not_reached belong to [endoscopy]")
        segments = None
        if "segment" in given:
            keys = {"from": str, "status": str, "codes": (dict, str)}
            inner = self.section(f"[{name}] segment", given["segment"], keys, ("from", "codes"))
            item = Item("segment", "bowel segment", SEGMENTS)
            line = {key: value for key, value in inner.items() if key != "status"}
            segments = Segments(
                self.source(name, "segment", line, tidy.Column("segment", "word", item)),
                inner.get("status", ""),
            )
        known = self.columns(name, long=segments is not None)
        sources = []
        for column, line in given["columns"].items():
            into = known.get(column) or tidy.recorded(column)
            if into is None or (column in tidy.further() and name not in tidy.OPEN):
                hint = _hint(column, [*known, "<index>_recorded"], tidy.further())
                raise self.error(f"[{name}.columns]", f"unknown column {column!r}{hint}")
            sources.append(self.source(name, column, line, into))
        mapped = list(given["columns"])
        for column in tidy.REQUIRED[name]:
            if column not in mapped:
                raise self.error(f"[{name}.columns]", f"{column!r} is missing; say which heading")
        for column in given.get("key", []):
            if column not in mapped:
                raise self.error(f"[{name}]", f"key: {column!r} is no column of this table")
        return Table(
            name=name,
            places=self.places(f"[{name}]", given["file"]),
            named_by=", ".join(re.findall(r"\$\{(\w+)", self.stated.get("also_in", ""))),
            sources=tuple(sources),
            key=tuple(given.get("key") or (c for c in tidy.KEYS[name] if c in mapped)),
            repeated=given.get("repeated", False),
            rows_where=self.condition(f"[{name}] rows_where", given.get("rows_where", {})),
            only_where=tuple(
                self.only_where(name, one, mapped) for one in given.get("only_where", [])
            ),
            instead=tuple(self.instead(name, one, mapped) for one in given.get("instead", [])),
            remarks=tuple(self.remark(name, one) for one in given.get("remarks", [])),
            not_reached=self.words(f"[{name}] not_reached", given.get("not_reached", [])),
            segments=segments,
        )

    def only_where(self, table: str, given: Any, mapped: list[str]) -> OnlyWhere:
        """Read when some columns are answers."""
        where = f"[{table}] only_where"
        one = self.section(where, given, {"columns": list, "where": dict}, ("columns", "where"))
        for column in one["columns"]:
            if column not in mapped:
                raise self.error(where, f"{column!r} is no column of this table")
        return OnlyWhere(tuple(one["columns"]), self.condition(where, one["where"]))

    def instead(self, table: str, given: Any, mapped: list[str]) -> Instead:
        """Read in which rows some columns stand under other headings."""
        where = f"[{table}] instead"
        one = self.section(where, given, {"columns": dict, "where": dict}, ("columns", "where"))
        for column, heading in one["columns"].items():
            if column not in mapped or not isinstance(heading, str):
                raise self.error(where, f"{column!r} = {heading!r}: a column of this table is "
                                 "wanted, and the heading to read instead of its own")  # fmt: skip
        return Instead(one["columns"], self.condition(where, one["where"]))

    def remark(self, table: str, given: Any) -> Remark:
        """Read which rows are to be reported."""
        where = f"[{table}] remarks"
        keys = {"where": dict, "problem": str, "why": str}
        one = self.section(where, given, keys, required=keys)
        return Remark(self.condition(where, one["where"]), one["problem"], one["why"])

    def cohort(self) -> Cohort:
        """Read the whole declaration."""
        for name in ("patients", "visits"):
            if name not in self.stated:
                raise self.error("", f"there is no [{name}]; every cohort has one")
        return Cohort(
            name=self.folder.name,
            folder=self.folder,
            title=self.stated["title"],
            simulated=self.stated.get("simulated", False),
            notebooks=tuple(self.stated.get("notebooks", [])),
            visits=tuple(self.stated.get("visit_names", {})),
            encoding=self.encoding,
            tables={
                name: self.table(name, self.stated[name])
                for name in tidy.KEYS
                if name in self.stated
            },
        )
