"""Places inside settings, as people read them."""

import pytest

from core.field_paths import element_key, join_element, join_key, list_name


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
