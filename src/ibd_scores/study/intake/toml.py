"""Writing TOML, which Python reads and does not write: words, numbers, lists and inline tables."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any


def quoted(text: str) -> str:
    r"""Write a text as TOML does; whatever it holds, it ends where it is meant to.

    >>> quoted('a "b"\n'), quoted("C反应蛋白")
    ('"a \\"b\\"\\n"', '"C反应蛋白"')
    """
    # JSON's escapes are TOML's, but for DEL and lone halves of surrogate pairs.
    safe = text.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(safe, ensure_ascii=False).replace("\x7f", "\\u007f")


def named(key: str) -> str:
    """Write a key: bare where TOML permits it.

    >>> named("crp_mg_l"), named("CRP (mg/L)")
    ('crp_mg_l', '"CRP (mg/L)"')
    """
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else quoted(key)


def inline(value: Any) -> str:
    """Write a value on one line.

    >>> inline({"from": "CRP", "codes": {"0": ["no"]}, "factor": 10, "repeated": True})
    '{ from = "CRP", codes = { 0 = ["no"] }, factor = 10, repeated = true }'
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{named(k)} = {inline(v)}" for k, v in value.items()) + " }"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "[" + ", ".join(map(inline, value)) + "]"
    return quoted(str(value))
