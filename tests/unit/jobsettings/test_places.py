"""Places inside settings, as people read them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.jobsettings.places import (
    element_key,
    join_element,
    join_key,
    list_name,
    list_texts,
    steps_of,
)


@pytest.mark.parametrize(
    ("path", "key", "expected"),
    [
        ("", "name", "name"),
        ("tasks[a]", "run_if", "tasks[a].run_if"),
        ("spark_conf", "spark.x", 'spark_conf["spark.x"]'),
        ("tags", 'a"b', 'tags["a\\"b"]'),
        ("tags", "größe", 'tags["größe"]'),
        ("", "two words", '["two words"]'),
    ],
)
def test_a_key_is_quoted_when_it_is_no_plain_word(path, key, expected):
    assert join_key(path, key) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("load", "tasks[load]"),
        ("a b-c.d:e/f@g+1", "tasks[a b-c.d:e/f@g+1]"),
        ("größe", "tasks[größe]"),
        ("a]b", 'tasks["a]b"]'),
        ("", 'tasks[""]'),
    ],
)
def test_an_element_is_quoted_when_it_could_be_misread(key, expected):
    assert join_element("tasks", key) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("tasks", "tasks"),
        ("tasks[a].depends_on", "depends_on"),
        ("webhook_notifications.on_start[x]", "on_start"),
        ("", ""),
    ],
)
def test_a_list_is_called_by_its_last_key(path, expected):
    assert list_name(path) == expected


@pytest.mark.parametrize(
    ("path", "element", "expected"),
    [
        ("tasks", {"task_key": "a"}, "a"),
        ("tasks[a].depends_on", {"task_key": "b", "outcome": "true"}, "b:true"),
        ("tasks[a].depends_on", {"task_key": "b"}, "b"),
        ("health.rules", {"metric": "RUN_DURATION_SECONDS", "op": "X"}, "RUN_DURATION_SECONDS:X"),
        ("tasks", {"task_key": 3}, "9"),
        ("tasks", {}, "9"),
        ("tasks", "text", "9"),
        ("libraries", {"whl": "x"}, "9"),
    ],
)
def test_an_element_is_identified_by_its_key_fields_or_its_place(path, element, expected):
    assert element_key(path, element, 9) == expected


@pytest.mark.parametrize(
    ("path", "steps"),
    [
        ("", ()),
        ("name", (("name", False),)),
        ("tasks[load].run_if", (("tasks", False), ("load", True), ("run_if", False))),
        ('tags["a.b"]', (("tags", False), ("a.b", True))),
        ('tags["a\\"]b"].x', (("tags", False), ('a"]b', True), ("x", False))),
        ('["two words"]', (("two words", True),)),
        ("rules[]", (("rules", False), ("", True))),
        ('a["\\q"]', (("a", False), ('"\\q"', True))),
        ('a["line\nbreak"]', (("a", False), ('"line\nbreak"', True))),
    ],
)
def test_a_written_path_is_taken_apart(path, steps):
    assert steps_of(path) == steps


@given(st.text(max_size=30))
def test_no_text_is_too_odd_to_be_taken_apart(text):
    steps_of(text)
    steps_of(f'["{text}"]')


@given(st.lists(st.tuples(st.booleans(), st.text(max_size=8)), max_size=4))
def test_what_was_joined_is_taken_apart_as_it_was(parts):
    path = ""
    for is_element, name in parts:
        path = join_element(path, name) if is_element else join_key(path, name)
    assert [name for name, _ in steps_of(path)] == [name for _, name in parts]


def test_texts_are_listed_with_their_places_however_deep_they_are() -> None:
    value = {"a": "x", "tasks": [{"task_key": "t", "n": 1, "b c": ["y", None]}], "z": "w"}
    assert list(list_texts(value)) == [
        ("a", "x"),
        ("tasks[t].task_key", "t"),
        ('tasks[t]["b c"][0]', "y"),
        ("z", "w"),
    ]
    deep: Any = "x"
    for _ in range(5000):
        deep = [deep]
    assert [text for _, text in list_texts(deep)] == ["x"]
