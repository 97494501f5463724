"""Text on a page: whatever stood in a cell of a hospital's table is words there, nothing else."""

import re
import unicodedata
from html import escape

from ibd_scores.study.cohort.identity import text_safe

LONGEST = 600  # signs of a cell or a sentence
# Controls, marks of direction and other invisible signs; what is not assigned.
UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
LONG_WORD = re.compile(r"\S{32}(?=\S)")
SIGNED = re.compile(r"\s*-[\d.]")  # a negative number begins no formula, whatever follows it


def plain(value: object, longest: int = LONGEST) -> str:
    r"""Return a value as one line of text: nothing invisible, no formula, of a length to be read.

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
    line = " ".join(str(value)[: 4 * longest].split())
    line = "".join(sign for sign in line if unicodedata.category(sign) not in UNSEEN)
    line = line if SIGNED.match(line) else text_safe(line)
    return line if len(line) <= longest else line[: longest - 1] + "…"


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


def prose(markdown: str) -> str:
    r"""Return the paragraphs of a notebook's text as HTML, its headings left out.

    Examples
    --------
    >>> prose("## Flow\n\nFrom `started` to\ncompleted, 1 < 2.")
    '<p>From <code>started</code> to completed, 1 &lt; 2.</p>'
    """
    parts = []
    for block in re.split(r"\n\s*\n", markdown):
        lines = [line for line in block.splitlines() if line.strip() and not line.startswith("#")]
        if lines:
            said = re.sub("`([^`]+)`", r"<code>\1</code>", shown(" ".join(lines), 2000))
            parts.append(f"<p>{said}</p>")
    return "\n".join(parts)


def listed(words: list[str]) -> str:
    """Join words by commas and "and".

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', '')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
