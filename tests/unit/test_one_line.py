"""Texts of strangers on one line."""

import sys
import unicodedata

import pytest

from core.one_line import escape_controls, indent_rest, one_line

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
