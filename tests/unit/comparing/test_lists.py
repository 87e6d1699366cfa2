"""Lists whose order says nothing, and fields that both sides always say: every rule, both ways."""

from typing import Any

import pytest

from core.comparing.canonical import (
    canonicalize,
    has_keys,
    has_unique_keys,
    sort_shuffled,
    spell_out,
)
from core.comparing.diff import diff_settings
from core.comparing.rules import CLUSTER_RULES, EMPTY_LIST, JOB_RULES, NULL, SPELLED_OUT, TASK_RULES
from core.jobsettings.places import KEYED_LISTS, NOTIFICATION_EVENTS

WEBHOOKS = [
    (f"webhook_notifications.{event}", [{"id": k} for k in "ba"]) for event in NOTIFICATION_EVENTS
]
# Two elements of each list, the greater one first.
LISTS: list[tuple[str, list[Any]]] = [
    ("tasks", [{"task_key": "b"}, {"task_key": "a"}]),
    ("job_clusters", [{"job_cluster_key": "b"}, {"job_cluster_key": "a"}]),
    ("environments", [{"environment_key": "b"}, {"environment_key": "a"}]),
    ("parameters", [{"name": "b", "default": "1"}, {"name": "a", "default": "2"}]),
    ("environment_variables", [{"environment_variables_key": k} for k in "ba"]),
    ("health.rules", [{"metric": "m", "op": "b"}, {"metric": "m", "op": "a"}]),
    ("depends_on", [{"task_key": "a", "outcome": "true"}, {"task_key": "a", "outcome": "false"}]),
    *WEBHOOKS,
]
TEXTS = [(f"email_notifications.{event}", ["b@x", "a@x"]) for event in NOTIFICATION_EVENTS]
every_list = pytest.mark.parametrize(("path", "items"), LISTS)


def name_of(path: str) -> str:
    return path.rpartition(".")[2]


def at(path: str, value: Any) -> dict[str, Any]:
    """Put a value at a path; only tasks have dependencies."""
    for step in reversed(path.split(".")):
        value = {step: value}
    return in_task(value) if path == "depends_on" else value


def in_task(fields):
    return {"tasks": [{"task_key": "main", **fields}]}


def in_for_each(fields):
    return in_task({"for_each_task": {"inputs": "[1]", "task": {"task_key": "inner", **fields}}})


def test_every_keyed_list_has_a_case() -> None:
    assert {name_of(path) for path, _ in LISTS} == set(KEYED_LISTS)
    texts = {name for name, rule in KEYED_LISTS.items() if rule.holds_texts}
    assert {name_of(path) for path, _ in TEXTS} == texts


def test_every_rule_names_its_source() -> None:
    fields = (*JOB_RULES, *TASK_RULES, *CLUSTER_RULES, NULL, EMPTY_LIST)
    assert all(rule.reason and rule.source for rule in (*fields, *SPELLED_OUT))
    assert all(rule.source for rule in KEYED_LISTS.values())


@pytest.mark.parametrize(("path", "items"), [*LISTS, *TEXTS])
def test_the_order_of_a_keyed_list_says_nothing(path, items):
    assert diff_settings(at(path, items), at(path, items[::-1])) == ()
    forms = [canonicalize(at(path, some)).settings for some in (items, items[::-1])]
    assert forms[0] == forms[1]


@pytest.mark.parametrize(("path", "items"), [*LISTS, *TEXTS])
def test_an_element_that_comes_is_a_change(path, items):
    assert len(diff_settings(at(path, items[:1]), at(path, items))) == 1


@every_list
def test_a_field_of_an_element_is_a_change_wherever_the_element_is(path, items):
    changed = [{**items[1], "brand_new": 1}, items[0]]
    (change,) = diff_settings(at(path, items), at(path, changed))
    assert change.path.endswith(".brand_new")


@every_list
def test_a_file_holds_a_list_sorted_exactly_when_the_api_shuffles_it(path, items):
    is_shuffled = KEYED_LISTS[name_of(path)].is_shuffled
    written = sort_shuffled(at(path, items))
    assert written == at(path, sorted(items, key=str) if is_shuffled else items)


@pytest.mark.parametrize(("path", "items"), TEXTS)
def test_a_file_holds_addresses_in_their_own_order(path, items):
    assert sort_shuffled(at(path, items)) == at(path, items)


@pytest.mark.parametrize("place", [in_task, in_for_each])
def test_the_order_of_dependencies_says_nothing(place):
    needs = [{"task_key": "b"}, {"task_key": "a", "outcome": "true"}, {"task_key": "a"}]
    assert diff_settings(place({"depends_on": needs}), place({"depends_on": needs[::-1]})) == ()


@pytest.mark.parametrize(
    "fields",
    [
        {"spark_python_task": {"parameters": ["--from", "--to"]}},
        {"libraries": [{"whl": "b"}, {"whl": "a"}]},
        {"new_cluster": {"init_scripts": [{"volumes": {"destination": d}} for d in "ba"]}},
        {"brand_new": [{"id": "b"}, {"id": "a"}]},
        {"depends_on": [{"task_key": "b"}, "a"]},
    ],
)
def test_the_order_of_any_other_list_is_a_change(fields):
    def reverse(value):
        if isinstance(value, dict):
            return {key: reverse(inner) for key, inner in value.items()}
        return value[::-1] if isinstance(value, list) else value

    assert len(diff_settings(in_task(fields), in_task(reverse(fields)))) == 1


def test_what_the_api_shuffles_is_written_in_a_steady_order():
    settings = {
        "tasks": [{"task_key": "z", "depends_on": [{"task_key": "b"}, {"task_key": "a"}]}],
        "webhook_notifications": {"on_start": [{"id": "2"}, {"id": "1"}]},
    }
    assert sort_shuffled(settings) == {
        "tasks": [{"task_key": "z", "depends_on": [{"task_key": "a"}, {"task_key": "b"}]}],
        "webhook_notifications": {"on_start": [{"id": "1"}, {"id": "2"}]},
    }


def test_every_other_list_is_written_in_its_own_order():
    settings = {
        "tasks": [{"task_key": "b", "libraries": ["z", "a"]}, {"task_key": "a"}],
        "email_notifications": {"on_start": ["b@x", "a@x"]},
        "parameters": [{"name": "b"}, {"name": "a"}],
    }
    assert sort_shuffled(settings) == settings


def test_elements_are_matched_by_key_only_where_each_has_its_own():
    assert has_unique_keys([{"task_key": "a"}, {"task_key": "b"}], "tasks")
    assert not has_unique_keys([{"task_key": "a"}, {"task_key": "a"}], "tasks")
    assert not has_unique_keys([{"task_key": "a"}, {}], "tasks")
    assert not has_unique_keys([{"whl": "a"}], "libraries")
    assert not has_keys(["a"], "tasks")


@pytest.mark.parametrize("rule", SPELLED_OUT)
def test_a_field_that_both_sides_say_means_on_each_what_its_rule_says(rule):
    live, file = spell_out({}, "live"), spell_out({}, "file")
    assert (live[rule.field], file[rule.field]) == (rule.live, rule.file)
    assert rule.field in {change.path.partition(".")[0] for change in diff_settings(live, file)}
    assert spell_out({rule.field: None}, "live") == live


@pytest.mark.parametrize("rule", SPELLED_OUT)
@pytest.mark.parametrize("side", ["live", "file"])
def test_a_field_that_is_said_is_kept(rule, side):
    for value in (rule.live, rule.file, {"brand_new": 1}):
        assert spell_out({rule.field: value}, side)[rule.field] == value
