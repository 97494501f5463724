"""Entries made by a rule: a function whose parameter names are columns."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from ibd_scores.columns import Array
from ibd_scores.form import Item, listed
from ibd_scores.formula import Formula, Variant

REQUIRED = inspect.Parameter.empty


@cache
def parameters(rule: Callable[..., Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A rule's positional parameters, which are columns, and its keyword-only ones, variants.

    A variant comes with its default, a column that a table may lack with the value that stands for
    it, another column with `REQUIRED`.
    """
    known = inspect.signature(rule).parameters.values()
    variants = {one.name: one.default for one in known if one.kind is one.KEYWORD_ONLY}
    return {one.name: one.default for one in known if one.name not in variants}, variants


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Ruled(Formula):
    """An entry made by a rule, a function whose parameter names are columns.

    Keyword-only parameters of the rule are published variants and can be given in any call, with
    one of its `choices`. A column whose parameter has a default may be lacking in a table.
    """

    rule: Callable[..., Array]
    choices: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)

    def options(self, chosen: tuple[Item, ...]) -> dict[str, Variant]:
        """The rule's keyword-only parameters."""
        variants = parameters(self.rule)[1].items()
        return {
            name: Variant(
                default,
                self.choices.get(name, (False, True) if isinstance(default, bool) else ()),
            )
            for name, default in variants
        }

    @property
    def optional(self) -> dict[str, Any]:
        """The columns that a table may lack, with what stands for them."""
        defaults = parameters(self.rule)[0]
        return {name: value for name, value in defaults.items() if value is not REQUIRED}

    def chosen(self, table: Any) -> tuple[Item, ...]:
        """The columns to read: those that a table may lack only where it has them."""
        optional = self.optional
        return tuple(i for i in self.columns if i.name not in optional or i.name in table)

    def compute(self, values: Mapping[str, Array], **options: Any) -> Array:
        """Apply the rule."""
        columns = (values.get(name, stands) for name, stands in self._arguments)
        return self.rule(*columns, **options)

    @cached_property
    def _arguments(self) -> tuple[tuple[str, Any], ...]:
        """The rule's columns in its order, each with what stands for it where a table lacks it."""
        optional = self.optional
        asked = self.columns[: len(parameters(self.rule)[0])]
        return tuple((item.name, optional.get(item.name)) for item in asked)


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Derivation(Ruled):
    """A named step before scoring."""

    inputs: tuple[Item, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """The step and what it reads in lines of text."""
        return (f"{self.title}.", listed(self.inputs), self.citation)

    @property
    def columns(self) -> tuple[Item, ...]:
        """The columns that the rule reads."""
        return self.inputs

    def __repr__(self) -> str:
        return f"<{self.name}: from {', '.join(item.name for item in self.inputs)}>"


def derivation(
    *inputs: Item, title: str, citation: str, name: str = "", **choices: tuple[Any, ...]
) -> Callable[[Callable[..., Array]], Derivation]:
    """Turn a rule into the derivation of its name, with the choices for each of its variants."""

    def named(rule: Callable[..., Array]) -> Derivation:
        return Derivation(
            name=name or rule.__name__,
            title=title,
            inputs=inputs,
            rule=rule,
            choices=choices,
            citation=citation,
        )

    return named


def as_recorded(item: Item, citation: str) -> Derivation:
    """The step that checks a column by its form and changes nothing."""
    return Derivation(
        name=item.name,
        title=item.meaning,
        inputs=(item,),
        rule=lambda answer: answer,
        citation=citation,
    )
