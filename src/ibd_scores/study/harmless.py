"""Text from a hospital's tables, made harmless wherever it is shown: pages, Word, Excel, lists."""

import re
from html import escape

from ibd_scores.study.cohort.identity import text_safe

LONGEST = 600  # signs of a cell or a sentence on a page
# Controls, marks of direction, signs without width, and what is no sign: nobody sees them, and they
# break files, hide text or turn its direction. No look at `unicodedata`: each Python has its own.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ufdd0-\ufdef\ud800-\udfff\U000e0000-\U000e007f"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
_BREAKS = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
LONG_WORD = re.compile(r"\S{32}(?=\S)")
SIGNED = re.compile(r"\s*-[\d.]")  # a negative number begins no formula, whatever follows it


def without_hidden(text: str) -> str:
    r"""Leave out what nobody sees; line ends and tabs are a blank.

    >>> without_hidden("\u202erash,\n\x00itch")
    'rash, itch'
    """
    return HIDDEN.sub("", _BREAKS.sub(" ", text))


def cut(text: str, most: int) -> str:
    """Cut a text that is too long.

    >>> cut("rash", 5), cut("itching", 5)
    ('rash', 'itch…')
    """
    return text if len(text) <= most else f"{text[: most - 1]}…"


def plain(value: object, longest: int = LONGEST) -> str:
    r"""Return a value as one line of text: nothing hidden, no formula, of a length to be read.

    Parameters
    ----------
    value : object
        What is shown by its text.
    longest : int
        From how many signs it is cut.

    Examples
    --------
    >>> plain("=cmd()"), plain("-1.5 (-2 to 0.1)"), plain("a\u202eb\nc"), plain("rash " * 99, 12)
    ("'=cmd()", '-1.5 (-2 to 0.1)', 'ab c', 'rash rash r…')
    """
    line = " ".join(without_hidden(str(value)[: 4 * longest]).split())
    return cut(line if SIGNED.match(line) else text_safe(line), longest)


def visible(text: str, longest: int = 200) -> str:
    r"""Return a text with its hidden signs spelled out, no formula, and cut.

    >>> visible("P\u202e1\n"), visible("=1+1"), visible("x" * 999, 4)
    ('P\\u202e1\\n', "'=1+1", 'xxx…')
    """
    spelled = HIDDEN.sub(lambda sign: ascii(sign[0])[1:-1], text[: longest + 1])
    return cut(text_safe(spelled) if text_safe(text) == text else f"'{spelled}", longest)


def shown(value: object, longest: int = LONGEST) -> str:
    """Return a value as HTML that is text and nothing else.

    >>> shown("<script>alert(1)</script> & more")
    '&lt;script&gt;alert(1)&lt;/script&gt; &amp; more'
    """
    return escape(plain(value, longest))


def breakable(text: str) -> str:
    """Return the text of a cell as HTML that can be broken within its longest words.

    >>> breakable("<" + 40 * "a")
    '&lt;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa<wbr>aaaaaaaaa'
    """
    return "<wbr>".join(map(escape, LONG_WORD.sub("\\g<0>\n", text).split("\n")))
