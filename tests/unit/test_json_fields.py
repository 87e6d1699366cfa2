"""Objects of JSON, read into values."""

import math

import pytest

from core.errors import InvalidJsonError
from core.json_fields import Fields, read_id

NO_NUMBERS = [True, False, None, 1.0, 1e15, math.nan, math.inf, b"1", [1], {"id": 1}]
NO_DIGITS = ["", "0", "-1", "1.0", "1e3", " 1", "1_0", "0x1", "\u0663", "\uff19", str(2**63)]
NOT_WHOLE = [True, False, None, 1.0, "1", [], {}, math.nan]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(1, 1), (2**63 - 1, 2**63 - 1), ("17", 17), ("9223372036854775807", 2**63 - 1)],
)
def test_an_id_is_a_number_or_digits(value, expected):
    assert read_id(value) == expected


@pytest.mark.parametrize("value", [0, -1, 2**63, *NO_NUMBERS, *NO_DIGITS])
def test_nothing_else_is_an_id(value):
    assert read_id(value) is None


@pytest.mark.parametrize("version", [*NOT_WHOLE, 2, 0, 10**30])
def test_a_version_is_a_whole_number(version):
    Fields({"version": 1}, "a ledger").require_version(1)
    with pytest.raises(InvalidJsonError, match="“version” of a ledger should be 1"):
        Fields({"version": version}, "a ledger").require_version(1)


def test_a_missing_version_is_not_the_first_one():
    with pytest.raises(InvalidJsonError, match="version"):
        Fields({}, "a ledger").require_version(1)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, True, "1", None])
def test_a_number_is_finite(number):
    assert Fields({"at": 1.5}, "a row").number("at") == 1.5
    with pytest.raises(InvalidJsonError, match="“at” of a row should be a number"):
        Fields({"at": number}, "a row").number("at")


@pytest.mark.parametrize("value", [None, [], "", 0, True])
def test_entries_are_an_object_and_not_absent(value):
    for document in ({"jobs": value}, {}):
        with pytest.raises(InvalidJsonError, match="“jobs” of a ledger should be an object"):
            Fields(document, "a ledger").by_id("jobs", str)


def test_two_keys_are_never_one_id():
    with pytest.raises(InvalidJsonError, match="with ids as keys"):
        Fields({"jobs": {"5": "a", "05": "b"}}, "a ledger").by_id("jobs", str)
    assert Fields({"jobs": {"5": "a"}}, "a ledger").by_id("jobs", str) == {5: "a"}
