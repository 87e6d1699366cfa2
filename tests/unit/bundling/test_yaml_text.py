"""YAML that every reader takes for the same values."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from core.bundling.yaml_text import has_surrogates, to_yaml
from tests.bundle_reading import load

TEXTS = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_every_value_comes_back(value):
    assert load(to_yaml({"x": value, "after": 1})) == {"x": value, "after": 1}


@given(st.lists(st.sampled_from(["", " ", "a", "\t", "- b", "# c", "d: e", "é", "\r", "…", "|"])))
def test_every_text_of_lines_comes_back(lines):
    text = "\n".join(lines)
    document = {"x": text, "y": [text, {"z": text}]}
    assert load(to_yaml(document)) == document


@pytest.mark.parametrize(
    "text",
    [
        *("yes", "No", "ON", "off", "y", "n", "true", "False", "null", "Null", "~", "", " ", "nan"),
        *("1", "-1", "1.5", "1e5", "1:30", "0x1F", "0o17", "017", "1_000", ".5", ".inf", "+1"),
        *("2024-01-01", "2024-01-01 10:00:00", "=", "<<", "*", "&a", "!x", "%", "@a", "`a", "?"),
        *("- a", "a: b", "a #b", "#a", "{{job.id}}", "[a]", "{a}", "'", '"', "a\\b", "|", ">"),
        *("\t", "a\tb", "a\n", "a\n\n", "\na", " a\nb", "a \nb", "a\r\nb", "a\u2028b", "\ufeffa"),
        *("---", "...", "a\x85b", "\x00", "\x7f", "\u202eabc", "😀", "\U000e0001", "//", "/"),
    ],
)
def test_texts_that_look_like_something_else(text):
    document = {"x": text, text: ["a", text], "z": {"y": {text: text}}}
    assert load(to_yaml(document)) == document
    assert yaml.safe_load(to_yaml(document)) == document


def test_what_people_read():
    text = to_yaml(
        {
            "name": "Nightly load",
            "tasks": [{"task_key": "main", "sql": "SELECT 1\nFROM t", "empty": {}}, [1, []]],
            "on": "on",
            "path": "/Shared/main.py",
            "big": 9_007_199_254_740_993,
            "small": 1e-07,
        }
    )
    assert text == (
        'name: "Nightly load"\n'
        "tasks:\n"
        "  - task_key: main\n"
        "    sql: |-\n"
        "      SELECT 1\n"
        "      FROM t\n"
        "    empty: {}\n"
        "  - - 1\n"
        "    - []\n"
        '"on": "on"\n'
        "path: /Shared/main.py\n"
        "big: 9007199254740993\n"
        "small: 1.0e-07\n"
    )


def test_nothing_is_invisible():
    assert "\\u202e" in to_yaml({"x": "\u202eexe"})
    assert "\\u00a0" in to_yaml({"x": "a\xa0b\nc"})


def test_a_key_of_any_length():
    key = "a b" * 1000
    assert load(to_yaml({key: {key: [key]}})) == {key: {key: [key]}}


def test_half_a_character_is_found():
    assert has_surrogates({"x": ["\ud800"]})
    assert has_surrogates({"\udfff": 1})
    assert not has_surrogates({"x": "😀"})
