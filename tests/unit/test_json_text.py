"""Strict reading and stable writing of JSON."""

import json
import zlib

import pytest

from core.errors import InvalidJsonError
from core.json_text import (
    Packed,
    equal_json,
    fingerprint,
    is_deeper_than,
    parse_json,
    stable_bytes,
    stable_text,
)


def test_a_syntax_error_says_where():
    with pytest.raises(InvalidJsonError, match="Line 2, column 7: Expecting value") as caught:
        parse_json('{"a": 1,\n "b": }')
    assert (caught.value.line, caught.value.column) == (2, 7)


@pytest.mark.parametrize("text", ["NaN", "[Infinity]", '{"a": -Infinity}'])
def test_a_constant_that_json_lacks_is_refused(text):
    with pytest.raises(InvalidJsonError, match="is not JSON"):
        parse_json(text)


@pytest.mark.parametrize("text", ["1e999", "[-1e999]"])
def test_a_number_that_no_float_holds_is_refused(text):
    with pytest.raises(InvalidJsonError, match="too large"):
        parse_json(text)


def test_an_ordinary_fraction_is_read():
    assert parse_json("[0.5, -1e3]") == [0.5, -1000.0]


def test_a_key_that_stands_twice_is_refused_and_named():
    with pytest.raises(InvalidJsonError, match="“b” appears twice"):
        parse_json('[{"a": 1, "b": 2, "c": 3, "b": 4}]')


def test_the_same_key_in_two_objects_is_fine():
    assert parse_json('[{"a": 1}, {"a": {"a": 2}}]') == [{"a": 1}, {"a": {"a": 2}}]


@pytest.mark.parametrize("open_, close", [("[", "]"), ('{"a":', "}")])
def test_deep_nesting_is_refused(open_, close):
    with pytest.raises(InvalidJsonError, match="nested too deeply"):
        parse_json(open_ * 10_000 + "1" + close * 10_000)


def test_a_number_of_many_digits_is_refused():
    with pytest.raises(InvalidJsonError, match="too long"):
        parse_json("9" * 5000)


@pytest.mark.parametrize(
    ("value", "levels"), [(1, 0), ("text", 0), ([], 1), ({"a": 1}, 1), ({"a": [{}]}, 3)]
)
def test_depth_counts_objects_and_lists(value, levels):
    assert not is_deeper_than(value, levels)
    assert levels == 0 or is_deeper_than(value, levels - 1)


def test_large_ids_keep_every_digit():
    assert parse_json(stable_text(9_007_199_254_740_993)) == 9_007_199_254_740_993


def test_written_text_is_sorted_readable_and_ends_with_a_newline():
    assert stable_text({"b": 1, "a": "ü"}) == '{\n  "a": "ü",\n  "b": 1\n}\n'
    assert stable_bytes({"a": "ü"}) == stable_text({"a": "ü"}).encode()


def test_a_lone_surrogate_is_written_as_an_escape():
    content = stable_bytes({"a": "\ud800ü"})
    assert content.endswith(b"\n")
    assert json.loads(content) == {"a": "\ud800ü"}


def test_a_fingerprint_ignores_key_order_and_nothing_else():
    assert fingerprint({"a": 1, "b": [1, 2]}) == fingerprint({"b": [1, 2], "a": 1})
    assert fingerprint([1, 2]) != fingerprint([2, 1])
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})


@pytest.mark.parametrize(
    ("left", "right"), [(1, 1.0), ({"a": [0.0]}, {"a": [0]}), (True, True), (None, None), ("", "")]
)
def test_equal_values(left, right):
    assert equal_json(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (True, 1),
        (0, False),
        ([True], [1]),
        ({"a": True}, {"a": 1}),
        ("1", 1),
        (None, False),
        ({}, []),
        ([], None),
        ([1], [1, 2]),
        ({"a": None}, {}),
        (2**53, 2**53 + 1),
    ],
)
def test_different_values(left, right):
    assert not equal_json(left, right)
    assert not equal_json(right, left)


def test_a_packed_value_comes_back_as_a_copy_of_its_own():
    value = {"a": [1, "größe", None]}
    packed = Packed(value)
    packed.unpack()["a"].append(2)
    assert packed.unpack() == value


def test_a_packed_value_is_kept_on_a_disk():
    packed = Packed({"a": [1, "größe", None]})
    assert Packed.from_content(packed.content) == packed


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        zlib.compress(b"{"),
        zlib.compress(b"\xff"),
        zlib.compress(b"{}") + b"x",
        zlib.compress(b"{}")[:-1],
        zlib.compress(bytes(70_000_000)),
    ],
    ids=lambda _content: "content",
)
def test_what_is_no_packed_value_is_damaged(content):
    with pytest.raises(InvalidJsonError, match="is damaged"):
        Packed.from_content(content)


def test_packed_values_are_equal_when_their_content_is():
    assert Packed({"a": 1}) == Packed({"a": 1})
    assert hash(Packed([1])) == hash(Packed([1]))
    assert Packed([1]) != Packed([2])
    assert Packed([1]) != [1]
