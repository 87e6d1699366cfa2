"""The patterns of names: `*` and nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.mapping.name_pattern import NamePattern


@pytest.mark.parametrize(
    ("pattern", "name", "fits"),
    [
        ("sales", "sales", True),
        ("sales", "sales_daily", False),
        ("sales*", "sales", True),
        ("sales*", "sales_daily", True),
        ("sales*", "Sales", False),
        ("*daily", "sales_daily", True),
        ("*daily", "daily_sales", False),
        ("s*s", "s", False),
        ("s*s", "ss", True),
        ("a*b*c", "a-c-b", False),
        ("a*b*c", "a-b-c", True),
        ("a**c", "ac", True),
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
        ("a?[b].c", "a?[b].c", True),
        ("a?[b].c", "axb.c", False),
    ],
)
def test_only_the_star_stands_for_other_characters(pattern, name, fits):
    assert NamePattern(pattern).matches(name) is fits


@given(st.text("ab*\n.", max_size=8), st.text("ab\n.", max_size=10))
def test_a_pattern_agrees_with_a_regular_expression(pattern, name):
    expected = re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
    assert NamePattern(pattern).matches(name) is bool(expected.fullmatch(name))


def test_a_pattern_that_would_take_a_backtracking_matcher_for_ever_ends():
    assert not NamePattern("*a" * 2_000 + "*b").matches("a" * 20_000)


PATTERNS = st.text("ab*", max_size=5)


@given(PATTERNS, PATTERNS)
def test_two_patterns_meet_where_one_name_fits_both(one, two):
    stars = [text.replace("*", middle) for text in (one, two) for middle in ("", "a", "b")]
    texts = [one + two, two + one, one.partition("*")[0] + two.partition("*")[2], *stars]
    names = {text.replace("*", "") for text in texts}
    fitting = [n for n in names if NamePattern(one).matches(n) and NamePattern(two).matches(n)]
    if fitting:
        assert NamePattern(one).meets(NamePattern(two))
    assert NamePattern(one).meets(NamePattern(two)) == NamePattern(two).meets(NamePattern(one))


@pytest.mark.parametrize(
    ("one", "two", "meet"),
    [
        ("a*", "*b", True),
        ("a*", "b*", False),
        ("*a", "*b", False),
        ("a*c", "ab*", True),
        ("ab", "a*", True),
        ("ab", "b*", False),
        ("a*", "ab", True),
        ("a", "a", True),
        ("a", "b", False),
    ],
)
def test_patterns_meet_unless_their_ends_differ(one, two, meet):
    assert NamePattern(one).meets(NamePattern(two)) is meet
