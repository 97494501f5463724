"""Signs that nobody sees: they break files, hide text, or turn the direction of what follows."""

import re

# Controls, marks of direction, signs without width, and what is no sign. Nothing is looked up in
# `unicodedata`: each Python has its own.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufdd0-\ufdef\ud800-\udfff\U000e0000-\U000e007f"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")


def without_hidden(text: str) -> str:
    r"""Leave out what nobody sees; line ends and tabs are a blank.

    >>> without_hidden("\u202erash,\n\x00itch")
    'rash, itch'
    """
    return HIDDEN.sub("", _BREAKS.sub(" ", text))


def spelled(text: str) -> str:
    r"""Write out what nobody sees, as Python would.

    >>> print(spelled("\u202erash,\nitch"))
    \u202erash,\nitch
    """
    return HIDDEN.sub(lambda sign: ascii(sign[0])[1:-1], text)


def cut(text: str, most: int) -> str:
    """Cut a text that is too long.

    >>> cut("rash", 5), cut("itching", 5)
    ('rash', 'itch…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"
