"""What README.md says is what the project is."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

from ibd_scores.entries import ENTRIES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def tool(name="readme"):
    with pytest.MonkeyPatch.context() as patched:
        patched.syspath_prepend(ROOT / "tools")
        return importlib.import_module(name)


def test_the_list_of_instruments_is_that_of_the_catalogue():
    assert tool().readme(README) == README, "stale: run python tools/readme.py"


def test_the_page_of_instruments_is_that_of_the_catalogue():
    instruments = tool("instruments")
    stored = instruments.DOCUMENT.read_text("utf-8")
    assert instruments.document() == stored, "stale: run python tools/instruments.py"


def test_every_instrument_has_a_section_that_the_readme_links_to():
    page = tool("instruments").DOCUMENT.read_text("utf-8")
    for name in ENTRIES:
        assert f"\n### `{name}`\n" in page
        assert f"(docs/instruments.md#{name})" in README


def test_a_provisional_entry_is_marked_on_every_page():
    page = tool("instruments").DOCUMENT.read_text("utf-8")
    for entry in ENTRIES.values():
        link = f"[`{entry.name}`](docs/instruments.md#{entry.name})"
        assert README.count(link) == 1, "stale: run python tools/readme.py"
        assert (f"{link} (provisional)" in README) == bool(entry.provisional)
        section = page.partition(f"\n### `{entry.name}`\n")[2].partition("\n##")[0]
        assert ("**Provisional:**" in section) == bool(entry.provisional)


def test_the_figure_is_the_one_stored_in_its_notebook():
    assert tool().PICTURE.read_bytes() == tool().picture(), "stale: run python tools/readme.py"
    assert tool().PICTURE.relative_to(ROOT).as_posix() in README


def test_the_python_example_gives_what_its_comments_say():
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    session = re.sub(r"^(?=\S)", ">>> ", code, flags=re.MULTILINE)
    session = re.sub(r" *# (.*)$", r"\n\1", session, flags=re.MULTILINE)
    test = doctest.DocTestParser().get_doctest(session, {}, "README", None, 0)
    assert len(test.examples) == 8
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0


def test_every_link_leads_to_a_file():
    links = re.findall(r"\]\(([^)#:]+)(?:#\w+)?\)", README)
    assert len(links) > 8
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_command_has_its_target():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in set(re.findall(r"make (\w+)", README)) - {"the"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
