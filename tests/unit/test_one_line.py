"""Texts of strangers on one line."""

import io
import logging
import sys
import unicodedata

import pytest

from core.one_line import OneLineFormatter, escape_controls, indent_rest, log_to_stderr, one_line

BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
STEERING = "\x1b\x9b\x07\x08\x7f\0\u202a\u202e\u2066\u2069\u200e\u200b\ufeff\U000e0041"
FORGED = "load\nERROR core all jobs were removed\r\x1b[2J\u2028\u202egnol"


@pytest.mark.parametrize("char", [*BREAKS, *STEERING, "\ud800", "\ue000", "\t"])
def test_nothing_breaks_a_line_or_steers_a_terminal(char):
    shown = one_line(f"a{char}b")
    assert len(shown.splitlines()) == 1
    assert shown.isprintable()
    assert char not in shown
    assert shown.startswith("a\\")
    assert shown.endswith("b")


def test_no_character_at_all_does():
    harmful = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    every = map(chr, range(sys.maxunicode + 1))
    text = "".join(char for char in every if unicodedata.category(char) in harmful)
    assert one_line(text).isprintable()


@pytest.mark.parametrize("text", ["", "load", "größe 名前 “x” 🎉", "a\\nb", "עברית", "العربية"])
def test_everything_else_stays_as_it_is(text):
    assert one_line(text) == text


def test_escapes_are_those_that_people_know():
    assert one_line("a\nb\rc\td\x1b\U000e0041") == r"a\nb\rc\td\u001b\U000e0041"
    assert one_line(one_line(FORGED)) == one_line(FORGED)


def test_a_text_of_lines_keeps_them_and_no_other():
    assert escape_controls("a\nb\r", keep="\n") == "a\nb\\r"
    assert indent_rest("a\nb\rc") == "a\n    b\\rc"


def logged(*arguments: object, **more: object) -> list[str]:
    """Return what a log writes, by the line breaks that any reader may know."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLineFormatter("%(levelname)s %(name)s %(message)s"))
    log = logging.Logger("core")
    log.addHandler(handler)
    log.error(*arguments, **more)
    return stream.getvalue().splitlines()


def test_a_name_with_a_line_break_stays_one_log_line():
    [line] = logged("“%s” failed", FORGED)
    assert line.startswith("ERROR core “load")
    assert line.isprintable()


def test_a_traceback_is_indented_with_the_names_in_it():
    try:
        raise ValueError(FORGED)
    except ValueError:
        first, *rest = logged("failed", exc_info=True)
    assert first == "ERROR core failed"
    assert any("ERROR core all jobs" in line for line in rest)
    assert all(line.startswith("    ") and line.isprintable() for line in rest)


def test_the_log_of_a_process_goes_to_stderr_once(monkeypatch, capsys):
    root = logging.Logger("root")
    monkeypatch.setattr(logging, "root", root)
    for _ in range(2):
        log_to_stderr(logging.WARNING, "%(levelname)s %(message)s")
    root.warning("a\nb")
    root.info("quiet")
    assert capsys.readouterr().err == "WARNING a\\nb\n"
