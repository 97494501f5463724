"""Text from a hospital's tables, made harmless wherever it is shown: pages, Word, Excel, lists."""

import re
from html import escape

from ibd_scores.study.cohort.identity import text_safe
from ibd_scores.study.hidden import cut, spelled, without_hidden

LONGEST = 600  # signs of a cell or a sentence on a page
LONG_WORD = re.compile(r"\S{32}(?=\S)")
SIGNED = re.compile(r"\s*-[\d.]")  # a negative number begins no formula, whatever follows it


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
    mark = "" if text_safe(text) == text else "'"
    return cut(f"{mark}{spelled(text[: longest + 1])}", longest)


def shown(value: object, longest: int = LONGEST) -> str:
    """Return a value as HTML that is text and nothing else.

    >>> shown("<script>alert(1)</script> & more")
    '&lt;script&gt;alert(1)&lt;/script&gt; &amp; more'
    """
    return escape(plain(value, longest))


def running(value: object, longest: int = LONGEST) -> str:
    r"""Return a text as HTML in which no line begins with the sign of a percentage.

    >>> running("44 of 80 (55.0 %)")
    '44 of 80 (55.0\xa0%)'
    """
    return shown(value, longest).replace(" %", "\N{NO-BREAK SPACE}%")


def breakable(text: str) -> str:
    """Return the text of a cell as HTML that can be broken within its longest words.

    >>> breakable("<" + 40 * "a")
    '&lt;aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa<wbr>aaaaaaaaa'
    """
    return "<wbr>".join(map(escape, LONG_WORD.sub("\\g<0>\n", text).split("\n")))
