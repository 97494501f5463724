"""Text that comes from patients' data, made harmless for Word and Excel."""

import re

# What XML forbids, and the marks that turn the direction of what follows.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def harmless(text: str, most: int) -> str:
    r"""Leave out hidden characters, and cut what is too long.

    Examples
    --------
    >>> harmless("\x00rash \u202e<script>", 32), harmless("itching", 5)
    ('rash <script>', 'itch…')
    """
    clean = _HIDDEN.sub("", text)
    return clean if len(clean) <= most else f"{clean[: most - 1]}…"
