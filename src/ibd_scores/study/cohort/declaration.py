"""The keys of a `cohort.toml`, checked one by one and turned into a Cohort (see `cohort`)."""

import codecs
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from ibd_scores.form import Item
from ibd_scores.indices.endoscopy import SEGMENTS, VARIABLES
from ibd_scores.study import paths, tidy
from ibd_scores.study.cohort.files import SUFFIXES
from ibd_scores.study.cohort.lines import Lines
from ibd_scores.study.cohort.sources import (
    Block,
    Cohort,
    Condition,
    Instead,
    OnlyWhere,
    Remark,
    Segments,
    Source,
    Table,
    Window,
)
from ibd_scores.study.cohort.stated import WORD, hint

SCORE_SOURCES = ("items", "recorded", "items_else_recorded")
MIN_COUNT = 5  # of a cohort with patients behind it: the smallest count that is passed on
_TOP = {"title": str, "simulated": bool, "notebooks": list, "encoding": str, "dates": list,
        "missing": list, "also_in": str, "visit_names": dict, "visit_windows": dict,
        "score_source": str, "exported": date, "pseudonyms": bool, "min_count": int, "codes": dict,
        "published_in": str,
        **dict.fromkeys(tidy.KEYS, dict)}  # fmt: skip
_TABLE = {"file": str, "sheet": str, "header_row": int, "columns": dict, "key": list,
          "repeated": bool, "blocks": (dict, list), "rows_where": dict, "only_where": list,
          "instead": list, "remarks": list, "not_reached": list, "segment": dict}  # fmt: skip


class Declaration(Lines):
    """One `cohort.toml` on its way to a Cohort; keeps what its parts share."""

    def __init__(self, path: Path, stated: dict[str, Any]) -> None:
        super().__init__(path)
        self.stated = self.section("", stated, _TOP, required=("title",))
        self.dates = self.formats("dates", stated.get("dates", ["YYYY-MM-DD"]))
        self.encoding = stated.get("encoding", "")
        try:
            codecs.lookup(self.encoding or "utf-8")
        except LookupError:
            raise self.error(
                "encoding", f"{self.encoding!r} is not known; try utf-8, utf-16, gb18030 or latin-1"
            ) from None
        self.missing = self.words("missing", stated.get("missing", []))
        self.visits = self.turned("visit_names", stated.get("visit_names", {}))
        self.simulated = stated.get("simulated", False)
        self.exported = stated.get("exported")
        if isinstance(self.exported, datetime):
            raise self.error("exported", "a day is wanted, such as 2024-09-30, without a time")
        self.windows = self.read_windows()

    def one_of(self, key: str, choices: tuple[str, ...]) -> str:
        """Read a word that has to be one of these; the first if there is none."""
        word = self.stated.get(key, choices[0])
        if word not in choices:
            raise self.error(key, f"{word!r}: one of {', '.join(choices)} is wanted")
        return str(word)

    def read_windows(self) -> dict[str, Window]:
        """Read which days from the start belong to which visit; no day belongs to two."""
        windows: dict[str, Window] = {}
        for name, given in self.stated.get("visit_windows", {}).items():
            where = f"visit_windows {name}"
            keys = {"day": int, "from": int, "to": int}
            one = self.section(where, given, keys, required=keys)
            window = Window(one["day"], one["from"], one["to"])
            if not window.first <= window.day <= window.last:
                raise self.error(where, "day lies between from and to, in days from start_date")
            for other, known in windows.items():
                if window.first <= known.last and known.first <= window.last:
                    raise self.error(where, f"it overlaps {other}; a day belongs to one visit")
            windows[name] = window
        return windows

    def condition(self, where: str, given: Any) -> Condition:
        """Read `their heading = their words`."""
        if not isinstance(given, dict):
            raise self.error(where, f'write {{ "their heading" = ["word"] }}, not {given!r}')
        return Condition({
            heading: self.words(where, words) for heading, words in given.items()
        })  # fmt: skip

    def places(self, where: str, name: str) -> tuple[Path, ...]:
        """List where a raw file may be: beside the declaration, or where `also_in` says."""
        ending = Path(name.lower().removesuffix(".gz")).suffix
        if Path(name).name != name or "\\" in name or ending not in SUFFIXES:
            raise self.error(
                where, f"{name}: a file name is wanted, with the ending {', '.join(SUFFIXES)}; "
                "a text table may be packed, with .gz after it"
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

    def source(self, where: str, given: Any, column: tidy.Column) -> Source:
        """Read the line of one column, with what holds for all columns of the cohort."""
        source = self.line(where, given, column, self.stated.get("codes", {}))
        codes = source.codes or (self.visits if column.name == "visit" else {})
        return replace(
            source, codes=codes, missing=self.missing | source.missing,
            dates=source.dates or self.dates, latest=self.exported,
            identifying=source.identifying and not self.simulated,
        )  # fmt: skip

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
        segments = self.segments(name, given)
        known = self.columns(name, long=segments is not None)
        sources = []
        constants = {}
        for column, line in given["columns"].items():
            where = f"[{name}.columns] {column}"
            into = known.get(column) or tidy.recorded(column)
            if into is None or (column in tidy.further() and name not in tidy.OPEN):
                near = hint(column, [*known, "<index>_recorded"], tidy.further())
                raise self.error(f"[{name}.columns]", f"unknown column {column!r}{near}")
            if isinstance(line, dict) and "value" in line:
                constants[column] = self.constant(where, line, into)
            else:
                sources.append(self.source(where, line, into))
        blocks = self.blocks(name, given.get("blocks", {}), known, sources)
        if constants:
            blocks = tuple(
                replace(block, constants={**constants, **block.constants})
                for block in blocks or (Block(""),)
            )
        mapped = list(given["columns"])
        told = {*mapped, *(column for block in blocks for column in block.constants)}
        by_date = "visit" in tidy.REQUIRED[name] and "visit" not in told and bool(self.windows)
        for column in tidy.REQUIRED[name]:
            if by_date and column == "visit":
                column = "date"  # a date tells the visit
            if column not in told:
                raise self.error(f"[{name}.columns]", f"{column!r} is missing; say which heading")
        for column in given.get("key", []):
            if column not in mapped:
                raise self.error(f"[{name}]", f"key: {column!r} is no column of this table")
        told |= {"visit"} if by_date else set()
        return Table(
            name=name,
            places=self.places(f"[{name}]", given["file"]),
            named_by=", ".join(re.findall(r"\$\{(\w+)", self.stated.get("also_in", ""))),
            sources=tuple(sources),
            key=tuple(given.get("key") or (c for c in tidy.KEYS[name] if c in told)),
            repeated=given.get("repeated", False),
            rows_where=self.condition(f"[{name}] rows_where", given.get("rows_where", {})),
            only_where=tuple(
                self.only_where(name, one, mapped) for one in given.get("only_where", [])
            ),
            instead=tuple(self.instead(name, one, mapped) for one in given.get("instead", [])),
            remarks=tuple(self.remark(name, one) for one in given.get("remarks", [])),
            not_reached=self.words(f"[{name}] not_reached", given.get("not_reached", [])),
            segments=segments,
            sheet=given.get("sheet", ""),
            header_row=self.header_row(name, given.get("header_row", 1)),
            blocks=blocks,
            windows=self.windows if "visit" in tidy.REQUIRED[name] else {},
            by_date=by_date,
        )

    def constant(self, where: str, line: Any, column: tidy.Column) -> str:
        """Read what is the same in every row, and stands under no heading."""
        value = self.section(where, line, {"value": WORD}, required=("value",))["value"]
        self.permitted(where, str(value), column)
        return str(value)

    def header_row(self, table: str, given: int) -> int:
        """Read in which row the headings stand."""
        if given < 1:
            raise self.error(f"[{table}] header_row", "rows are counted from 1")
        return given

    def segments(self, table: str, given: Mapping[str, Any]) -> Segments | None:
        """Read how an endoscopy names the segment of a row; None where a row has all of them."""
        if table != "endoscopy" and given.keys() & {"segment", "not_reached"}:
            raise self.error(f"[{table}]", "segment and not_reached belong to [endoscopy]")
        if "segment" not in given:
            return None
        keys = {"from": str, "status": str, "codes": (dict, str)}
        inner = self.section(f"[{table}] segment", given["segment"], keys, ("from", "codes"))
        item = Item("segment", "bowel segment", SEGMENTS)
        line = {key: value for key, value in inner.items() if key != "status"}
        column = tidy.Column("segment", "word", item)
        return Segments(self.source(f"[{table}] segment", line, column), inner.get("status", ""))

    def blocks(
        self, table: str, given: Any, known: Mapping[str, tidy.Column], sources: list[Source]
    ) -> tuple[Block, ...]:
        """Read which records a row holds, if it holds several."""
        where = f"[{table}] blocks"
        if given and table == "patients":
            raise self.error(where, "a row holds one patient; blocks are for the other tables")
        if isinstance(given, dict):
            told = "visit" in tidy.REQUIRED[table]
            given = [
                {"name": name, "heading": heading} | ({"visit": name} if told else {})
                for name, heading in given.items()
            ]
        found = []
        for number, one in enumerate(given, 1):
            keys = {"name": str, "heading": str, **dict.fromkeys(known, (str, int))}
            one = self.section(where, one, keys, required=("heading",))
            heading = one["heading"]
            if heading.count("{}") != 1:
                raise self.error(where, f"{heading!r}: {{}} stands once, for the heading")
            constants = {c: str(v) for c, v in one.items() if c not in ("name", "heading")}
            for column, value in constants.items():
                self.permitted(where, value, known[column])
                if column in {source.column.name for source in sources}:
                    raise self.error(where, f"{column} is told by the block and by a heading, too")
            if self.visits and constants.get("visit", next(iter(self.visits.values()))) not in {
                *self.visits.values()
            }:
                raise self.error(where, f"{constants['visit']!r} is not among [visit_names]")
            found.append(Block(one.get("name", str(number)), heading, constants))
        names = [block.name for block in found]
        for source in sources:
            for name in source.by_block:
                if name not in names:
                    near = hint(name, names)
                    raise self.error(
                        f"[{table}.columns] {source.column.name}", f"there is no block {name!r}"
                        + near
                    )  # fmt: skip
        return tuple(found)

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
        min_count = self.stated.get("min_count", 0 if self.simulated else MIN_COUNT)
        if min_count < 0:
            raise self.error("min_count", "a count from 0 upwards is wanted; 0 shows every count")
        tables = {
            name: self.table(name, self.stated[name]) for name in tidy.KEYS if name in self.stated
        }
        if any(table.by_date for table in tables.values()) and "start_date" not in {
            source.column.name for source in tables["patients"].sources
        }:
            raise self.error(
                "visit_windows", "they count from start_date; say its heading in [patients.columns]"
            )
        totals = Counter(
            source.column.name
            for table in tables.values()
            for source in table.sources
            if source.column.name.endswith("_recorded")
        )
        if twice := [name for name, count in totals.items() if count > 1]:
            raise self.error("", f"{twice[0]} stands in two tables; keep the one that counts")
        by_block = [block.constants.get("visit", "") for block in tables["visits"].blocks]
        return Cohort(
            name=self.folder.name,
            folder=self.folder,
            title=self.stated["title"],
            simulated=self.simulated,
            notebooks=tuple(self.stated.get("notebooks", [])),
            visits=tuple(self.stated.get("visit_names", self.windows or filter(None, by_block))),
            encoding=self.encoding,
            tables=tables,
            score_source=self.one_of("score_source", SCORE_SOURCES),
            exported=self.exported,
            pseudonyms=self.stated.get("pseudonyms", not self.simulated),
            min_count=min_count,
            published_in=self.stated.get("published_in", Cohort.published_in),
        )
