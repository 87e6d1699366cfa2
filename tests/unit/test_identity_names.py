"""When two spellings are one identity."""

import sys
from unicodedata import normalize

import pytest

from core.identity_names import fold_identity


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ANA@dev.example", "ana@DEV.example"),
        ("JÖRG@dev.example", "jörg@dev.example"),
        ("jo\u0308rg@dev.example", "j\u00f6rg@dev.example"),
        ("JO\u0308RG@dev.example", "j\u00f6rg@dev.example"),
        ("ΟΔΟΣ@dev.example", "οδος@dev.example"),
        ("STRAẞE@dev.example", "straße@dev.example"),
    ],
)
def test_one_name_in_two_spellings(left, right):
    assert fold_identity(left) == fold_identity(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("STRASSE@dev.example", "straße@dev.example"),
        ("STRASSE@dev.example", "STRAẞE@dev.example"),
        ("ırmak@dev.example", "irmak@dev.example"),
        ("IRMAK@dev.example", "ırmak@dev.example"),
        ("İrmak@dev.example", "irmak@dev.example"),
        ("\u212aim@dev.example", "kim@dev.example"),
        ("\u212aim@dev.example", "Kim@dev.example"),
        ("\u212bsa@dev.example", "\u00e5sa@dev.example"),
        ("\ufb01n@dev.example", "fin@dev.example"),
        ("ana\uff20dev.example", "ana@dev.example"),
        ("\u0430na@dev.example", "ana@dev.example"),
        ("an\u0251@dev.example", "ana@dev.example"),
        ("ana@dev.example", "ana@dev.example\u200b"),
        ("\u017fam@dev.example", "sam@dev.example"),
    ],
)
def test_two_people_whose_names_look_alike(left, right):
    assert fold_identity(left) != fold_identity(right)


def test_nothing_but_a_letter_of_ascii_becomes_one():
    made = [chr(code) for code in range(128, sys.maxunicode) if fold_identity(chr(code)).isascii()]
    assert made == []


def test_folding_twice_is_folding_once():
    for text in ("jo\u0308rg", "İ", "\u212a", normalize("NFD", "Ệ")):
        assert fold_identity(fold_identity(text)) == fold_identity(text)
