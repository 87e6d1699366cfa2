"""The scanner of JSON5 with places: it reads what the json5 library reads."""

import json
import math
from typing import Any

import json5
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.json_text import equal_json
from core.mapping.text.source import Node, SourceError, parse_source

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.text("\\\"'\n\r\u2028\u2029\t\0/*$_é中", max_size=8),
)
KEYS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    st.sampled_from(["true", "null", "Infinity", "NaN", "$", "_x", "été", "a-b", "0"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def joined(text: str) -> str:
    """Join the halves of a character; the library leaves two escapes as two characters."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def same(left: Any, right: Any) -> bool:
    """Compare as `equal_json`, but NaN is NaN, and in the order of the text."""
    if isinstance(left, dict) and isinstance(right, dict):
        pairs = zip(left.items(), right.items(), strict=False)
        return len(left) == len(right) and all(same(list(a), list(b)) for a, b in pairs)
    if isinstance(left, str) and isinstance(right, str):
        return left == joined(right)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and isinstance(right, float) and math.isnan(left):
        return math.isnan(right)
    return type(left) is type(right) and left == right


@given(
    VALUES,
    st.booleans(),
    st.booleans(),
    st.none() | st.integers(0, 3),
    st.booleans(),
)
@settings(max_examples=300)
def test_what_the_library_writes_is_read_as_the_same_value(value, quoted, trailing, indent, ascii_):
    text = json5.dumps(
        value, quote_keys=quoted, trailing_commas=trailing, indent=indent, ensure_ascii=ascii_
    )
    assert same(parse_source(text).root.value, json5.loads(text))


PIECES = st.sampled_from(
    [
        *"{}[]:,'\"\\+-.",
        *("\n", "\r\n", "\t", "\ufeff", "\u00a0", "\u2028", " "),
        *("//x\n", "/*y*/", "/*", "*/", "//"),
        *("true", "false", "null", "NaN", "Infinity", "a", "$b", "été", "\\u0061b", "a-b"),
        *("0", "7", "-1", "+2", "1.", ".5", "1e3", "1e", "0x1F", "0x", "01", "1.5E-2", "--1"),
        *('"t"', "'s'", '"\\n"', "'\\x41'", "'\\u0041'", "'\\\n'", "'\\q'", "'\\x4'", "'a\nb'"),
        *("a:1", '"b":[', "{c:", "],", "},"),
    ]
)


def outcome(text: str, read: Any) -> tuple[bool, Any]:
    try:
        return True, read(text)
    except (ValueError, RecursionError):
        return False, None


@pytest.mark.slow
@given(st.lists(PIECES, max_size=9).map("".join))
@settings(max_examples=1500)
@example("{a: 1, 'b': [+2, .5, 0x1F,],}")
@example("{a: 1 b: 2}")
@example("[1,,2]")
@example("{a: 1, a: 2}")
@example("")
@example("1 2")
def test_any_text_is_read_as_the_library_reads_it_or_refused_as_well(text):
    accepted, value = outcome(text, lambda text: parse_source(text).root.value)
    expected, other = outcome(text, lambda text: json5.loads(text, allow_duplicate_keys=False))
    assert accepted is expected, text
    assert same(value, other), text


@given(VALUES)
def test_every_value_is_at_the_place_that_its_node_says(value):
    text = json.dumps(value, indent=1, ensure_ascii=False)
    source = parse_source(f"/* before */ {text} // after")

    def check(node: Node) -> None:
        assert same(json5.loads(source.text[node.start : node.end]), node.value)
        for entry in node.entries or ():
            assert json.loads(source.text[entry.start : entry.key_end]) == entry.key
            assert same(node.value[entry.key], entry.node.value)
            check(entry.node)
        for item in node.items or ():
            check(item)

    check(source.root)


def test_a_place_has_a_line_and_a_column():
    source = parse_source('{\n  a: [1,\n    "x"]\n}')
    node = source.root.at("a", 1)
    assert node is not None
    assert (source.line_of(node.start), source.column_of(node.start)) == (3, 5)
    assert source.root.at("a", 2) is None
    assert source.root.at("b", "c") is None
    assert source.root.at("a", "c") is None


@pytest.mark.parametrize(
    ("text", "message", "offset"),
    [
        ('{"a": 1 "b": 2}', "a comma or } is missing", 8),
        ("[1 2]", "a comma or ] is missing", 3),
        ("{a 1}", "a colon is missing", 3),
        ("{1: 2}", "a key is missing", 1),
        ("{a: }", "a value is missing", 4),
        ("{a: b}", "a value is missing", 4),
        ("{a: 1} x", "unexpected x", 7),
        ("{a: #}", "unexpected #", 4),
        ("{a: 1, a: 2}", "the key “a” appears twice in one object", 7),
        ("['\\u12']", "an escape sequence is incomplete", 1),
        ("[" * 100, "nested too deeply", 61),
        ("1" * 5000, "a number is too long", 0),
    ],
)
def test_a_mistake_is_at_its_offset(text, message, offset):
    with pytest.raises(SourceError) as caught:
        parse_source(text)
    assert (str(caught.value), caught.value.offset) == (message, offset)


def test_equal_numbers_stay_what_they_are_written_as():
    assert equal_json(parse_source("[1, 1.0, 0x10, -0]").root.value, [1, 1.0, 16, 0])


def test_a_long_file_is_read_in_one_go():
    text = "{" + ",\n".join(f'"key {n}": ["{n}", {n}]' for n in range(10_000)) + "}"
    assert len(parse_source(text).root.entries or ()) == 10_000
