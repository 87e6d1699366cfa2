"""Names of tables, taken apart and written again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.jobsettings.table_names import NamePart, join_name, read_part, split_name


@given(st.text("a`.{} -", max_size=12))
def test_a_name_that_was_taken_apart_is_written_as_it_was(text):
    parts = split_name(text)
    assert not parts or join_name(parts) == text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a.b.c", ["a", "b", "c"]),
        ("`a.b`.c", ["a.b", "c"]),
        ("`a``b`", ["a`b"]),
        ("{{job.x}}.s", ["{{job.x}}", "s"]),
        ("a.", []),
        (".a", []),
        ("a`b`", []),
        ("`a`b", []),
        ("", []),
    ],
)
def test_dots_inside_backquotes_and_references_are_part_of_the_name(text, names):
    assert [part.name for part in split_name(text)] == names


def test_a_field_is_one_part_whatever_it_holds():
    assert read_part("a.b") == NamePart("a.b")
    assert read_part("`a.b`") == NamePart("a.b", is_quoted=True)
    assert read_part("") == NamePart("")


@pytest.mark.parametrize(("new", "text"), [("x", "x"), ("x-y", "x-y"), ("x.y", "`x.y`")])
def test_a_new_name_is_quoted_only_where_it_must_be(new, text):
    assert str(NamePart("a").renamed(new)) == text
    assert str(NamePart("a", is_quoted=True).renamed("x")) == "`x`"
