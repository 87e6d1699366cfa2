"""What to look at before importing a job."""

import pytest

from core.diff import FieldChange, diff_settings
from core.risks import risks_of


def codes(current, desired) -> list[str]:
    return [risk.code for risk in risks_of(current, desired, diff_settings(current or {}, desired))]


@pytest.mark.parametrize("block", ["schedule", "trigger", "continuous"])
def test_a_new_job_that_starts_by_itself_is_told(block):
    assert codes(None, {block: {}}) == ["becomes_active"]
    assert codes(None, {block: {"pause_status": "UNPAUSED"}}) == ["becomes_active"]
    assert codes(None, {block: {"pause_status": "PAUSED"}}) == []


def test_a_job_that_started_by_itself_before_is_no_news():
    assert codes({"schedule": {"cron": 1}}, {"schedule": {"cron": 2}}) == []
    paused = {"schedule": {"pause_status": "PAUSED"}}
    assert codes(paused, {"schedule": {"pause_status": "UNPAUSED"}}) == ["becomes_active"]
    assert codes({"schedule": {}}, paused) == []


def test_each_of_several_triggers_is_looked_at():
    (risk,) = risks_of(None, {"triggers": [{"pause_status": "PAUSED"}, {}, "text"]}, ())
    assert risk.message == "Starts by itself after the import: triggers[1]."


def test_another_identity_is_told():
    assert codes({"run_as": {"user_name": "a"}}, {"run_as": {"user_name": "b"}}) == ["run_as"]


COMPUTE = [
    lambda value: {"tasks": [{"task_key": "a", "existing_cluster_id": value}]},
    lambda value: {"tasks": [{"task_key": "a", "sql_task": {"warehouse_id": value}}]},
    lambda value: {"tasks": [{"task_key": "a", "new_cluster": {"num_workers": value}}]},
    lambda value: {"job_clusters": [{"job_cluster_key": "a", "new_cluster": {"x": value}}]},
    lambda value: {"environments": [{"environment_key": "a", "spec": {"x": value}}]},
]


@pytest.mark.parametrize("settings", COMPUTE)
def test_other_compute_is_told(settings):
    assert codes(settings(1), settings(2)) == ["compute"]


@pytest.mark.parametrize(
    ("current", "desired", "told"),
    [
        ({"on_failure": ["a"]}, {}, True),
        ({"on_failure": ["a", "b"]}, {"on_failure": ["b"]}, True),
        ({"on_failure": ["a"]}, {"on_failure": ["b", "a"]}, False),
        ({}, {"on_failure": ["a"]}, False),
    ],
)
def test_people_who_are_not_told_any_more_are_told(current, desired, told):
    result = codes({"email_notifications": current}, {"email_notifications": desired})
    assert result == (["notifications"] if told else [])


def test_a_value_that_only_changes_is_no_lost_notification():
    change = FieldChange("webhook_notifications.on_failure[x].id", "1", "2")
    assert risks_of({}, {}, (change,)) == ()


def test_removed_tasks_are_told():
    tasks = [{"task_key": "a"}, {"task_key": "b"}]
    (risk,) = risks_of({}, {}, diff_settings({"tasks": tasks}, {"tasks": tasks[:1]}))
    assert (risk.code, risk.message) == ("tasks_removed", "Tasks are removed: tasks[b].")
    assert codes({"tasks": tasks[:1]}, {"tasks": tasks}) == []


def test_the_removal_of_all_tasks_is_told():
    assert codes({"tasks": [{"task_key": "a"}]}, {}) == ["tasks_removed"]
