"""The fields that bundles know, held against the models of the SDK."""

from dataclasses import fields

from databricks.sdk.service.jobs import JobSettings, Task

from core.bundling.known_fields import JOB_FIELDS, TASK_FIELDS, find_unknown, take_out


def test_every_field_of_a_job_is_known_or_left_out():
    names = {field.name for field in fields(JobSettings)}
    _, left_out = take_out(dict.fromkeys(names, "x"))
    assert names <= JOB_FIELDS | set(left_out)


def test_every_field_of_a_task_is_known():
    assert {field.name for field in fields(Task)} <= TASK_FIELDS


def test_tasks_of_loops_are_looked_at_too():
    loop = {"task_key": "a", "for_each_task": {"inputs": "[]", "task": {"task_key": "b", "x": 1}}}
    assert find_unknown({"name": "a", "tasks": [loop, "odd"], "y": 1}) == ("tasks[].x", "y")
    assert find_unknown({"tasks": {"no": "list"}}) == ()
