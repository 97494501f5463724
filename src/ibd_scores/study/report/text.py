"""The text of notebooks and lists of words, as they stand on the page."""

import re

from ibd_scores.study.harmless import shown


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
