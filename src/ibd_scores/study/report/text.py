"""The text of notebooks and lists of words, as they stand on the page."""

import re
from html import unescape

from ibd_scores.study.harmless import shown

Paragraph = tuple[str, str]  # a heading, and text of which blank lines part the paragraphs


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


def words(html: str) -> str:
    """Return the words of a part of the page.

    >>> words('<td>CDAI</td><td>&lt; 150</td>').split()
    ['CDAI', '<', '150']
    """
    return unescape(re.sub("<[^>]*>", " ", html.replace("<wbr>", "")))


def listed(words: list[str]) -> str:
    """Join words by commas and "and".

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', '')
    """
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
