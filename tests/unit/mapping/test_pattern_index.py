"""Ten thousand patterns against one text."""

from hypothesis import given
from hypothesis import strategies as st

from core.mapping.name_pattern import NamePattern
from core.mapping.pattern_index import PatternIndex

PATTERNS = st.lists(st.text("ab*", max_size=5), max_size=12)


@given(PATTERNS, st.text("ab", max_size=6))
def test_the_index_finds_what_each_pattern_alone_says(patterns, text):
    expected = [n for n, pattern in enumerate(patterns) if NamePattern(pattern).matches(text)]
    assert PatternIndex(patterns).find(text) == expected


def test_ten_thousand_patterns_do_not_make_ten_thousand_comparisons():
    for form in ("team{}*", "*team{}", "*team{}*"):
        patterns = [form.format(number) for number in range(10_000)]
        index = PatternIndex(patterns)
        for number in range(0, 10_000, 50):
            text = form.format(number).replace("*", "_")
            assert number in index.find(text)
