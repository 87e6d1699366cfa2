"""Two texts line by line: the diff of a save, and line ends that survive a browser."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.mapping.text.file_form import keep_form
from core.mapping.text.line_diff import DiffLine, LineKind, line_diff, matching_blocks, split_lines

ADDED, GAP, REMOVED, SAME = LineKind.ADDED, LineKind.GAP, LineKind.REMOVED, LineKind.SAME


def test_equal_texts_have_no_difference():
    assert line_diff("a\nb", "a\nb") == ()
    assert line_diff("", "") == ()


def test_a_changed_line_is_shown_among_its_neighbours():
    old = "".join(f"{number}\n" for number in range(10))
    assert line_diff(old, old.replace("5\n", "five\n")) == (
        DiffLine(GAP, "2"),
        *(DiffLine(SAME, f"{number}", number + 1, number + 1) for number in (2, 3, 4)),
        DiffLine(REMOVED, "5", old=6),
        DiffLine(ADDED, "five", new=6),
        *(DiffLine(SAME, f"{number}", number + 1, number + 1) for number in (6, 7, 8)),
        DiffLine(GAP, "1"),
    )


def test_a_new_file_is_all_added():
    assert line_diff("", "a\r\nb") == (DiffLine(ADDED, "a", new=1), DiffLine(ADDED, "b", new=2))


def test_other_line_ends_are_a_difference():
    kinds = [line.kind for line in line_diff("a\r\nb\n", "a\nb\n")]
    assert kinds == [REMOVED, ADDED, SAME]


def test_two_changes_that_are_far_apart_have_a_gap_between_them():
    old = [f"{number}" for number in range(30)]
    new = [*old]
    new[5], new[20] = "x", "y"
    gaps = [line.text for line in line_diff("\n".join(old), "\n".join(new)) if line.kind is GAP]
    assert gaps == ["2", "8", "6"]


LINES = st.lists(st.sampled_from("abcxyz{}"), max_size=25)


@settings(max_examples=300)
@given(LINES, LINES)
def test_the_lines_of_a_diff_rebuild_both_sides(old: list[str], new: list[str]):
    at_old = at_new = 0
    for start_old, start_new, size in matching_blocks(old, new):
        assert (start_old, start_new) >= (at_old, at_new) and size
        assert old[start_old : start_old + size] == new[start_new : start_new + size]
        at_old, at_new = start_old + size, start_new + size
    shown = line_diff("\n".join([*old, ""]), "\n".join([*new, ""]))
    gone = [line.text for line in shown if line.kind is REMOVED]
    came = [line.text for line in shown if line.kind is ADDED]
    assert len(old) - len(gone) == len(new) - len(came)
    assert [line.text for line in shown if line.old] == [
        old[line.old - 1] for line in shown if line.old
    ]


@pytest.mark.slow
def test_ten_thousand_lines_that_share_few_words_are_compared():
    """Comparing each line with each would be a hundred million steps for each pair."""
    count = 10_000
    mixed = [("x", "y", "{")[number * 7 % 11 % 3] for number in range(count)]
    marked = [f"u{number}" if number % 200 == 0 else "x" for number in range(count)]
    straight = [f"{number}" for number in range(count)]
    for old, new in ((mixed, marked), (straight[::-1], straight)):
        shown = line_diff("\n".join(old), "\n".join(new))
        assert {line.kind for line in shown} >= {"added", "removed"}


# What a browser does to a text


def test_lines_that_are_still_there_keep_their_own_ends():
    old = "\ufeffone\r\ntwo\nthree\r\nfour\r\n".encode()
    assert keep_form(old, "one\ntwo\nnew\nfour\n") == "\ufeffone\r\ntwo\nnew\r\nfour\r\n".encode()


def test_a_text_with_ends_of_its_own_keeps_those():
    assert keep_form(b"a\r\nb\r\n", "a\r\nb\n") == b"a\r\nb\n"
    assert keep_form(b"a\nb\n", "a\nb\nc") == b"a\nb\nc"


def test_a_new_file_is_written_as_it_is():
    assert keep_form(None, "\ufeffa\n") == "\ufeffa\n".encode()


@settings(max_examples=300)
@given(st.text("ab{}\n\r\u2028\ufeff", max_size=30), st.booleans())
def test_a_text_that_nobody_touched_comes_back_byte_for_byte(text: str, has_mark: bool):
    old = (("\ufeff" if has_mark else "") + text).encode()
    shown = old.decode("utf-8-sig")
    in_browser = shown.replace("\r\n", "\n").replace("\r", "\n")
    assert keep_form(old, shown) == old or shown.startswith("\ufeff")
    if not shown.startswith("\ufeff"):
        assert keep_form(old, in_browser) == old
    assert "".join(split_lines(text)) == text
