"""What changes between two settings."""

from core.comparing.diff import FieldChange, diff_settings, find_hidden
from tests.builders import job, notebook_task


def test_a_changed_field_shows_both_values():
    assert diff_settings({"timeout_seconds": 5}, {"timeout_seconds": 6}) == (
        FieldChange("timeout_seconds", 5, 6),
    )


def test_a_field_that_comes_or_goes_has_none_on_one_side():
    assert diff_settings({}, {"description": "x"}) == (FieldChange("description", None, "x"),)
    assert diff_settings({"description": "x"}, {}) == (FieldChange("description", "x", None),)


def test_a_task_is_matched_by_its_key_whatever_its_place():
    current = job("load", tasks=[notebook_task("a"), notebook_task("b")])
    desired = job("load", tasks=[notebook_task("b", max_retries=1), notebook_task("a")])
    assert diff_settings(current, desired) == (FieldChange("tasks[b].max_retries", None, 1),)


def test_a_new_task_is_one_change():
    task = notebook_task("b")
    changes = diff_settings(job("x"), job("x", tasks=[notebook_task("main"), task]))
    assert changes == (FieldChange("tasks[b]", None, task),)


def test_tasks_without_keys_of_their_own_are_compared_as_a_whole():
    twins = [{"task_key": "a", "max_retries": 1}, {"task_key": "a", "max_retries": 2}]
    assert diff_settings({"tasks": twins}, {"tasks": twins[::-1]}) == ()
    (change,) = diff_settings({"tasks": twins}, {"tasks": twins[:1]})
    assert change.path == "tasks"


def test_a_key_that_could_be_read_in_two_ways_hides_nothing():
    current = {"tasks": [{"task_key": "t", "depends_on": [{"task_key": "a:b"}]}]}
    desired = {"tasks": [{"task_key": "t", "depends_on": [{"task_key": "a", "outcome": "b"}]}]}
    assert len(diff_settings(current, desired)) == 2
    both = current["tasks"][0]["depends_on"] + desired["tasks"][0]["depends_on"]
    (change,) = diff_settings(current, {"tasks": [{"task_key": "t", "depends_on": both}]})
    assert change.path == "tasks[t].depends_on"


def test_a_number_is_not_a_truth_value():
    assert len(diff_settings({"x": 1}, {"x": True})) == 1
    assert diff_settings({"x": 1}, {"x": 1.0}) == ()


def test_a_list_that_becomes_an_object_is_a_change():
    assert diff_settings({"x": [1]}, {"x": {"a": 1}}) == (FieldChange("x", [1], {"a": 1}),)


def test_changes_come_in_the_order_of_their_paths():
    changes = diff_settings({}, {"b": 1, "a": 1, "c": 1})
    assert [change.path for change in changes] == ["a", "b", "c"]


def test_a_long_list_of_changes_is_not_cut_off():
    current = {"tags": {f"tag{n}": "old" for n in range(500)}}
    desired = {"tags": {f"tag{n}": "new" for n in range(500)}}
    assert len(diff_settings(current, desired)) == 500


def test_what_a_rule_hides_is_told_with_its_reason():
    (hidden,) = find_hidden({"timeout_seconds": 0}, {})
    assert (hidden.path, hidden.current, hidden.desired) == ("timeout_seconds", 0, None)
    assert hidden.reason
    assert hidden.source


def test_what_is_hidden_on_both_sides_alike_is_no_difference():
    assert find_hidden({"timeout_seconds": 0, "tags": {}}, {"timeout_seconds": 0.0}) == (
        *find_hidden({"tags": {}}, {}),
    )


def test_two_values_that_are_both_hidden_are_shown_side_by_side():
    (hidden,) = find_hidden({"format": "SINGLE_TASK"}, {"format": "MULTI_TASK"})
    assert (hidden.current, hidden.desired) == ("SINGLE_TASK", "MULTI_TASK")


def test_a_change_is_not_told_again_as_hidden():
    assert find_hidden({"timeout_seconds": 0}, {"timeout_seconds": 60}) == ()
    hidden = find_hidden({"timeout_seconds": 0}, {"timeout": 60})
    assert [difference.path for difference in hidden] == ["timeout_seconds"]
    task = notebook_task("b", run_if="ALL_SUCCESS")
    assert find_hidden({"tasks": []}, {"tasks": [task]}) == ()
