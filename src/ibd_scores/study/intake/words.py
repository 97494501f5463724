"""The words of the study in English and Chinese: headings, codes, visits, segments, tables.

They are kept in `words.toml`; the entry form, the REDCap dictionary and the guesses about a
hospital's own table all read them here, so that what one writes the others understand.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Language = Literal["en", "zh"]
RECORDED = "_recorded"

# How a heading puts a segment and what was seen there together.
_PLACES = ("{v}{s}", "{s}{v}", "{v} {s}", "{s} {v}", "{v}({s})", "{v} ({s})", "{v}_{s}", "{s}_{v}",
           "{v}-{s}", "{s}-{v}", "{v}, {s}", "{s}: {v}", "{s}:{v}")  # fmt: skip
_NUMBERED = ("{q}{n}", "{q} {n}", "{q}-{n}", "{q}_{n}", "{q} Q{n}", "{q}_Q{n}", "{q} item {n}",
             "{q}第{n}题", "{q}第{n}项", "{q}问题{n}", "{q}条目{n}")  # fmt: skip
_TOTALS = ("{t}", "{t} score", "{t} total", "{t} total score", "{t}_score", "{t}_total", "{t}总分",
           "{t}评分", "{t}得分", "{t}分值", "{t}积分", "{t}分")  # fmt: skip


@dataclass(frozen=True)
class Term:
    """What one thing is called: its labels and what else hospitals call it.

    `synonyms` holds neither the labels nor our own name. `codes` are the words of a coded column
    by our code; `count` says that its numbers count something, so that no number has a word.
    """

    en: str
    zh: str
    synonyms: tuple[str, ...] = ()
    codes: Mapping[str, "Term"] = field(default_factory=dict)
    count: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """Every word: both labels, then the synonyms."""
        return tuple(dict.fromkeys((self.en, self.zh, *self.synonyms)))

    def label(self, language: Language) -> str:
        """Return the label of a language, "en" or "zh"."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True)
class Words:
    """All words of the study.

    A column is asked for by our name. Where a name means different things in two tables, as
    `date` and `endoscopy` do, the table is asked for, too.

    Attributes
    ----------
    visits, segments, tables : mapping
        Our name: its Term.
    columns : mapping
        Our column, or "table.column": its Term. In a long endoscopy the variables stand as such
        (`ulcer_size`), in a wide one each with its segment (`ulcer_size_ileum`).
    totals : mapping
        The index: what its total is called (for `<index>_recorded`).
    missing : tuple of str
        What stands where nothing is known; 无 (none) does not.
    """

    visits: Mapping[str, Term]
    segments: Mapping[str, Term]
    tables: Mapping[str, Term]
    columns: Mapping[str, Term]
    totals: Mapping[str, Term]
    missing: tuple[str, ...]

    def term(self, column: str, table: str = "") -> Term:
        """Return the words of a column, as the table calls it if it has a name of its own for it.

        Raises
        ------
        KeyError
            a column that no tidy table and no instrument has.
        """
        own = self.columns.get(f"{table}.{column}")
        return own or self.columns.get(column) or self._total(column)

    def _total(self, column: str) -> Term:
        if column.endswith(RECORDED) and (total := self.totals.get(column.removesuffix(RECORDED))):
            synonyms = tuple(_put(_TOTALS, t=(total.en, total.zh, *total.synonyms)))
            return Term(f"{total.en}, recorded total", f"{total.zh}(记录的总分)", synonyms)
        raise KeyError(column)

    def label(self, column: str, language: Language, table: str = "") -> str:
        """Return the label of a column, without its unit.

        >>> words().label("crp_mg_l", "zh"), words().label("ulcer_size_ileum", "en")
        ('C反应蛋白', 'Size of ulcers, ileum')
        >>> words().label("date", "en", "imaging")
        'Date of imaging'
        """
        return self.term(column, table).label(language)

    def synonyms(self, column: str, table: str = "") -> tuple[str, ...]:
        """Return every heading a column is known by: our name, both labels, the synonyms.

        >>> "血沉" in words().synonyms("esr_mm_h"), "CDAI总分" in words().synonyms("cdai_recorded")
        (True, True)
        """
        return tuple(dict.fromkeys((column, *self.term(column, table).words)))

    def codes(self, column: str, table: str = "") -> Mapping[str, Term]:
        """Return our codes of a column with their words; empty where it is not coded.

        >>> words().codes("sex")["male"].zh, words().codes("fever")["0"].words[:2]
        ('男', ('no', '否'))
        >>> dict(words().codes("crp_mg_l"))
        {}
        """
        if column in ("visit", "segment"):
            return self.visits if column == "visit" else self.segments
        return self.term(column, table).codes


def _put(patterns: tuple[str, ...], **words: tuple[str, ...]) -> Iterator[str]:
    """Fill every pattern with every combination of the words."""
    (first, some), *others = words.items()
    for word in some:
        put = tuple(pattern.replace(f"{{{first}}}", word) for pattern in patterns)
        yield from _put(put, **dict(others)) if others else put


def _term(given: Mapping[str, Any], shared: Mapping[str, Mapping[str, Term]]) -> Term:
    codes = given.get("codes", {})
    if isinstance(codes, str):
        codes = shared[codes]
    else:
        codes = {code: _term(one, shared) for code, one in codes.items()}
    synonyms = tuple(given.get("synonyms", ()))
    return Term(given["en"], given["zh"], synonyms, codes, given.get("count", False))


def _cells(variable: str, seen: Term, segments: Mapping[str, Term]) -> Iterator[tuple[str, Term]]:
    for name, segment in segments.items():
        headings = tuple(_put(_PLACES, v=seen.words, s=segment.words))
        label = Term(f"{seen.en}, {segment.en}", f"{segment.zh}{seen.zh}", headings, seen.codes)
        yield f"{variable}_{name}", label


def _numbered(name: str, given: Mapping[str, Any]) -> Iterator[tuple[str, Term]]:
    for number in range(1, given["items"] + 1):
        headings = tuple(_put(_NUMBERED, q=(given["en"], given["zh"]), n=(str(number),)))
        label = Term(
            f"{given['en']} item {number}", f"{given['zh']}第{number}题", headings, {}, True
        )
        yield f"{name}_{number}", label


@cache
def words() -> Words:
    """Read `words.toml`, once.

    >>> words().visits["week12"].zh, words().tables["diary"].zh, words().segments["rectum"].zh
    ('第12周', '日记', '直肠')
    >>> "未查" in words().missing, "无" in words().missing
    (True, False)
    """
    place = files("ibd_scores.study.intake")
    stated = tomllib.loads(place.joinpath("words.toml").read_text(encoding="utf-8"))
    shared: dict[str, dict[str, Term]] = {
        name: {code: _term(one, {}) for code, one in codes.items()}
        for name, codes in stated["codes"].items()
    }

    def terms(section: str) -> dict[str, Term]:
        return {name: _term(one, shared) for name, one in stated.get(section, {}).items()}

    segments, columns = terms("segments"), terms("columns")
    for variable, seen in terms("cells").items():
        columns[variable] = seen
        columns |= dict(_cells(variable, seen, segments))
    for name, given in stated.get("questionnaires", {}).items():
        columns |= dict(_numbered(name, given))
    return Words(
        visits=terms("visits"),
        segments=segments,
        tables=terms("tables"),
        columns=columns,
        totals=terms("totals"),
        missing=tuple(stated["missing"]),
    )
