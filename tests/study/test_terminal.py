"""What the commands say at 80 columns, in a terminal and piped."""

import os
import re
import struct
import subprocess

import pytest

from ibd_scores.study.terminal import fitted

fcntl = pytest.importorskip("fcntl", reason="terminals of this kind are POSIX")
pty = pytest.importorskip("pty", reason="terminals of this kind are POSIX")
termios = pytest.importorskip("termios", reason="terminals of this kind are POSIX")

ESCAPE = re.compile(r"\x1b\[\d*m")


def of_a_terminal(toy):
    """Return the environment of a terminal with colors."""
    return {k: v for k, v in toy.environment.items() if k != "NO_COLOR"} | {"TERM": "xterm"}


def at_a_terminal(command, cwd, environment):
    """Run a command at a terminal of 80 columns; return its exit code and what it shows."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    with subprocess.Popen(
        command, stdin=its, stdout=its, stderr=its, cwd=cwd, env=environment
    ) as process:
        os.close(its)
        shown = b""
        while True:
            try:
                part = os.read(ours, 1 << 16)
            except OSError:  # Linux says so at the end
                break
            if not part:
                break
            shown += part
    os.close(ours)
    return process.returncode, shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize(("text", "expected"), [
    ("", ""),
    ("short", "short"),
    ("  a line\n  and one", "  a line\n  and one"),
    ("possible: one, two, three, four", "possible: one, two,\n    three, four"),
    ("  within: one, two, three", "  within: one, two,\n      three"),
    ("see /a/long/path/to/a/file.csv", "see\n    /a/long/path/to/a/file.csv"),
])  # fmt: skip
def test_a_line_that_is_too_wide_is_broken_between_words(text, expected):
    assert fitted(text, 21) == expected


def test_a_run_is_told_in_color_within_80_columns(toy):
    code, shown = at_a_terminal(toy.command("run", "--force"), toy.root, of_a_terminal(toy))
    assert code == 0
    assert shown.count("\x1b[32mmade\x1b[0m\n") == 5
    assert re.search(r"\[#{16}\.{4}\] 4/5 +\d+ s  05_figures", shown)
    seen = ESCAPE.sub("", shown)
    assert max(len(line) for line in re.split("[\r\n]", seen)) < 80
    assert "\nIn data/derived/toy, after " in seen.replace("\r", "\n")


@pytest.mark.parametrize("wish", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_who_wants_no_color_gets_none(toy, wish):
    code, shown = at_a_terminal(
        toy.command("run", "--cohort", "nope"), toy.root,
        of_a_terminal(toy) | wish,
    )  # fmt: skip
    assert code == 2
    assert "nope" in shown
    assert "\x1b" not in shown


def test_an_error_is_red_and_broken_where_the_terminal_ends(toy):
    code, shown = at_a_terminal(
        toy.command("run", "-p", "cohort=" + "nope" * 15), toy.root,
        of_a_terminal(toy),
    )  # fmt: skip
    assert code == 2
    first, second, *_, last = shown.rstrip("\n").split("\n")
    assert re.fullmatch(r"\x1b\[31mcohort = .*\x1b\[0m", first)
    assert re.fullmatch(r"\x1b\[31m    \S.*\x1b\[0m", second)
    assert ESCAPE.sub("", last) == "Nothing was run."
    assert max(map(len, ESCAPE.sub("", shown).split("\n"))) < 80


def test_piped_there_is_no_color_and_a_message_stands_in_one_line(toy):
    said = toy.do("run", "-p", "cohort=" + "nope" * 15)
    assert "\x1b" not in said.stdout + said.stderr
    assert len(said.stderr.splitlines()) == 2


def test_every_help_fits_80_columns(toy):
    help_ = toy.do("--help").stdout
    commands = re.findall(r"^    (\w+)", help_, re.MULTILINE)
    assert {"run", "report", "tables", "audit", "start", "batch"} <= {*commands}
    for command in commands:
        one = subprocess.run(
            [*toy.command(command, "--help")], cwd=toy.root, text=True, capture_output=True,
            env=toy.environment | {"COLUMNS": "80"}, check=True, timeout=60,
        ).stdout  # fmt: skip
        assert max(map(len, one.splitlines())) <= 80, command
